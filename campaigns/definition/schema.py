"""The campaign file's JSON Schema, with which an editor completes and checks while one writes.

Decides how the model is told to an editor: the file as it is written, short forms included. An editor that is content
does not make a campaign safe; `load` and `campaigns.checks` say more.
"""

from __future__ import annotations

from typing import Any

from campaigns.definition.consistency import QUESTIONS
from campaigns.definition.model import CampaignDefinition
from campaigns.phrases import MADE, SAID

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WRITTEN_AS_TEXT = ["string", "number", "boolean"]
"""Every value is read as the text that was written; an editor takes 38.50 for a number all the same."""


def json_schema() -> dict[str, Any]:
    """The schema of a campaign file."""
    schema: dict[str, Any] = _tidied(CampaignDefinition.model_json_schema(by_alias=True))
    properties = schema["properties"]
    properties["answers"]["propertyNames"] = {"enum": [question.value for question in QUESTIONS]}
    properties["phrases"]["propertyNames"] = {"enum": sorted({*SAID, *MADE})}
    return {"$schema": DIALECT, "title": "Campaign", **schema}


def _tidied(part: Any) -> Any:
    """Without pydantic's titles and without defaults, which are values of the model and not of the file."""
    if isinstance(part, list):
        return [_tidied(item) for item in part]
    if not isinstance(part, dict):
        return part
    tidy: dict[str, Any] = {}
    for key, value in part.items():
        if key in ("properties", "$defs"):
            tidy[key] = {name: _tidied(inner) for name, inner in value.items()}
        elif key not in ("title", "default"):
            tidy[key] = _tidied(value)
    if tidy.get("type") == "string" and not {"enum", "pattern"} & set(tidy):
        tidy["type"] = _WRITTEN_AS_TEXT
    return tidy
