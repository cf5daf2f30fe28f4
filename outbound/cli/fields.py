"""Fields of a contact, given on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from outbound.cli import output

Fields = Annotated[
    list[str] | None,
    typer.Option("--field", "-f", metavar="NAME=VALUE", help="A field of the contact; examples for the rest."),
]


def given(fields: list[str] | None) -> dict[str, str]:
    """What was given, by name."""
    values = {}
    for field in fields or ():
        name, equals, value = field.partition("=")
        if not equals:
            output.fail(f"--field {field} has no value", "write it like --field name=Dana", code=2)
        values[name] = value
    return values
