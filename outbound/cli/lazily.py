"""Groups of commands of which only the one that is asked for is imported.

Engines, libraries of language and the database take seconds to load; a page of help needs none of them. What a command
says of itself is read from its source for that page, so that it is written once, beside the command.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


def group(places: Mapping[str, str]) -> type[TyperGroup]:
    """The class of a group whose commands stand elsewhere.

    Args:
        places: for each name a module of this package and what it is called there: a function, or a group of its own.
    """

    class Lazily(TyperGroup):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.commands = {name: TyperCommand(name) for name in places}

        def list_commands(self, ctx: Any) -> list[str]:
            """For the page of help: every command with what it says of itself."""
            for name, command in self.commands.items():
                command.help = command.help or _help_of(places[name])
            return super().list_commands(ctx)

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """The command that is asked for, itself."""
            if args and args[0] in places:
                self.commands[args[0]] = _loaded(args[0], places[args[0]])
            return super().resolve_command(ctx, args)

    return Lazily


def _loaded(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(f"outbound.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        command: Any = get_group(found)
    else:
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        command = get_command(alone)
    command.name = name
    _unfold(command)
    return command


_FOLD = re.compile(r"(?<=\S)\n(?!\s|Example|- |$)")
"""The end of a line in the source that is no end of a paragraph."""


def _unfold(command: Any) -> None:
    """Let a terminal fold the help as wide as it is, and not as the source was."""
    command.help = _FOLD.sub(" ", inspect.cleandoc(command.help)) if command.help else command.help
    for part in getattr(command, "commands", {}).values():
        _unfold(part)


def _help_of(place: str) -> str:
    """A function's docstring; of a group the help that it is made with, or its callback's."""
    module, _, attribute = place.partition(":")
    for node in ast.parse((files("outbound.cli") / f"{module}.py").read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            decorated = {ast.unparse(decorator) for decorator in node.decorator_list}
            if node.name == attribute or f"{attribute}.callback()" in decorated:
                return ast.get_docstring(node) or ""
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == attribute:
            said = {each.arg: each.value for each in node.value.keywords} if isinstance(node.value, ast.Call) else {}
            if "help" in said:
                return inspect.cleandoc(str(ast.literal_eval(said["help"])))
    return ""
