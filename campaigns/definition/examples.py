"""The contact of nobody: a campaign's fields filled with examples, for checks, previews and rehearsals.

Decides what stands in a field that is not given and whose definition has no example.
"""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.definition.model import CampaignDefinition
from campaigns.definition.problems import did_you_mean
from campaigns.errors import CampaignError
from campaigns.fields import FieldType, canonical, usual_currency

_NAMES = {"en": "Dana", "zh": "李敏", "ko": "김지우"}
_PLAIN = {
    FieldType.CODE: "AB-1234",
    FieldType.DATE: "2026-03-14",
    FieldType.TIME: "15:30",
    FieldType.NUMBER: "12",
    FieldType.URL: "shop.example.com",
}


def example_fields(
    definition: CampaignDefinition, given: Mapping[str, str] | None = None, *, optional: bool = True
) -> dict[str, str]:
    """Canonical texts for all fields, or only for those that every contact has.

    Args:
        given: what stands in some fields instead of an example, as one would write it in a list; a field that may be
            missing is, where nothing stands there.

    Raises:
        CampaignError: the campaign has no field of a name that is given, or it cannot be read.
    """
    given = given or {}
    for name in given:
        if name not in definition.fields:
            raise CampaignError(f'the campaign has no field "{name}".', did_you_mean(name, definition.fields))
    return {
        name: canonical(
            declared.type,
            given.get(name) or declared.example or _example(declared.type, name, definition.language),
            definition.language,
            declared.currency,
        )
        for name, declared in definition.fields.items()
        if declared.required or given.get(name, optional)
    }


def _example(kind: FieldType, name: str, language: str) -> str:
    match kind:
        case FieldType.NAME:
            return _NAMES.get(language.partition("-")[0], "Dana")
        case FieldType.MONEY:
            return "38.50" if usual_currency(language) else "38.50 USD"
        case FieldType.TEXT:
            return name.replace("_", " ")
        case _:
            return _PLAIN[kind]
