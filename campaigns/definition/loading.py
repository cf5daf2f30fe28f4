"""Reads campaign files: text in, a checked `CampaignDefinition` out, or every problem with its line.

Decides how the model's complaints are told to the writer of the file. What is allowed is decided by the model and by
`consistency.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from campaigns.definition.consistency import inconsistencies
from campaigns.definition.document import LONGEST_FILE, Document, read_document
from campaigns.definition.model import CampaignDefinition
from campaigns.definition.problems import DefinitionErrors, Path, Problem, did_you_mean, dotted
from campaigns.errors import CampaignError


def load(path: FilePath | str) -> CampaignDefinition:
    """Reads a campaign file.

    Raises:
        DefinitionErrors: the file has problems; `problems` has them all.
        CampaignError: there is no such file, or it is not text.
    """
    file = FilePath(path)
    try:
        with file.open(encoding="utf-8-sig") as opened:
            text = opened.read(LONGEST_FILE + 1)  # a device has no end
    except UnicodeDecodeError as error:
        raise CampaignError(f"{file} is not UTF-8 text.", "Save it as UTF-8 in your editor.") from error
    except OSError as error:
        raise CampaignError(
            f"{file} cannot be read: {error.strerror}.", "Give the path of a campaign file, such as my-campaign.yaml."
        ) from error
    return parse(text, str(file))


def parse(text: str, origin: str = "the campaign") -> CampaignDefinition:
    """Reads the text of a campaign file; `origin` names it in errors.

    Raises:
        DefinitionErrors: the text has problems; `problems` has them all.
    """
    document = read_document(text, origin)
    try:
        definition = CampaignDefinition.model_validate(document.content)
    except ValidationError as error:
        raise DefinitionErrors(origin, _problems(error, document)) from error
    found = [
        Problem(document.line(path), dotted(path), message, fix) for path, message, fix in inconsistencies(definition)
    ]
    if found:
        raise DefinitionErrors(origin, found)
    return definition


def line_of(text: str, field: str) -> int:
    """The line on which a field stands in a campaign file's text, or the part of it that is written there.

    Args:
        field: dotted, as problems and findings name it.

    Raises:
        DefinitionErrors: the text is no campaign file.
    """
    lines = {dotted(path): line for path, line in read_document(text, "the campaign").lines.items()}
    while field and field not in lines:
        field = field.rpartition(".")[0]
    return lines.get(field, 1)


_BOUNDS = {"ge": "at least", "le": "at most", "gt": "more than"}


def _problems(error: ValidationError, document: Document) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        path = _written_path(detail["loc"], document)
        message, fix = _told(detail)
        yield Problem(document.line(path), dotted(path), message, fix)


def _written_path(location: tuple[int | str, ...], document: Document) -> Path:
    """The location as the file has it: without the names of the model's unions and of its checks of keys."""
    path: Path = ()
    for part in location:
        if part == "[key]":
            continue
        if (*path, part) in document.lines or part == location[-1]:
            path = (*path, part)
    return path


def _told(detail: ErrorDetails) -> tuple[str, str]:
    """The message and the fix for one of pydantic's errors."""
    context: dict[str, Any] = detail.get("ctx", {})
    written = detail["input"]
    match detail["type"]:
        case "missing":
            return "this field is missing.", f"Add a line `{detail['loc'][-1]}: …`."
        case "extra_forbidden":
            return f'there is no field "{detail["loc"][-1]}" here.', did_you_mean(
                str(detail["loc"][-1]), _known_fields(detail["loc"])
            )
        case "enum":
            known = [name.strip(" '") for name in context["expected"].replace(" or ", ",").split(",")]
            return f'"{written}" is not known here.', did_you_mean(str(written), known)
        case "value_error":
            message, _, fix = str(context["error"]).partition(". ")
            return f"{message}.", f"{fix}." if fix else ""
        case "string_pattern_mismatch" if context["pattern"].startswith("^[A-Za-z0-9]"):
            return f'"{written}" is not a name.', "Use letters, digits, - and _, beginning with a letter or a digit."
        case "string_pattern_mismatch" if context["pattern"].startswith("^[A-Za-z"):
            return f'"{written}" is not a name.', "Use letters, digits and _, beginning with a letter."
        case "string_pattern_mismatch" if context["pattern"] == "^[0-9#*]$":
            return f'"{written}" is not a key of a telephone.', "Use one of 1-8 or #."
        case "string_pattern_mismatch" if context["pattern"] == "^[A-Z]{3}$":
            return f'"{written}" is not a currency.', "Write three capital letters, like USD."
        case "greater_than_equal" | "less_than_equal" | "greater_than":
            bound, limit = next((name, limit) for name, limit in context.items() if name in _BOUNDS)
            return f"{written} is out of bounds: it must be {_BOUNDS[bound]} {limit:g}.", ""
        case "string_too_long":
            return f"this is longer than {context['max_length']} characters.", "Say it in fewer words."
        case "int_parsing" | "float_parsing" | "int_type" | "float_type" | "int_from_float":
            return f'"{written}" is not a number.', ""
        case "bool_parsing" | "bool_type":
            return f'"{written}" is neither true nor false.', ""
        case "string_type" if written is None:
            return "there is nothing after the colon.", "Write the text, or take the line away."
        case "string_type":
            return "one text belongs here, and neither a list nor further fields.", ""
        case "too_short":
            return "there is nothing in the list.", "Write at least one."
        case "tuple_type":
            return "a list belongs here.", "Write it like [one, two]."
        case "model_type" | "dict_type" | "mapping_type":
            return "here belong indented `field: value` lines.", ""
        case _:
            return f"{detail['msg'][0].lower()}{detail['msg'][1:]}.", ""


def _known_fields(location: Iterable[int | str]) -> list[str]:
    """What may be written where an unknown field stands: found by walking the model along its path."""
    here: Any = CampaignDefinition
    for part in list(location)[:-1]:
        model = _model_in(here)
        if model is not None:
            by_name = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            here = by_name.get(str(part), here)
    model = _model_in(here)
    return [field.alias or name for name, field in model.model_fields.items()] if model is not None else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part)) is not None), None)
