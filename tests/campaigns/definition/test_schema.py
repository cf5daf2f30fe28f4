"""An editor that checks with the schema is content with a good campaign, and marks a bad one."""

from __future__ import annotations

import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from campaigns.definition import json_schema
from campaigns.templates import template_text, templates
from tests.campaigns.definition.test_loading import SHORT

VALIDATOR = Draft202012Validator(json_schema())


class _EditorsLoader(yaml.SafeLoader):
    """Reads YAML 1.2 as editors do: `yes`, dates and 9:00 are text."""


_EditorsLoader.yaml_implicit_resolvers = {}
for _kind, _form in (("int", r"[-+]?\d+"), ("float", r"[-+]?\d+\.\d+"), ("bool", "true|false")):
    _EditorsLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_form})$"), None)


def marks(text: str) -> list[str]:
    """Where an editor would draw a wavy line."""
    return [error.json_path for error in VALIDATOR.iter_errors(yaml.load(text, _EditorsLoader))]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize(("language", "name"), [(lang, name) for lang, names in templates().items() for name in names])
def test_a_ready_campaign_is_left_alone(language: str, name: str) -> None:
    assert marks(template_text(name, language)) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (SHORT.replace("brand:", "brnd:"), "$"),
        (SHORT.replace("purpose: informational", "purpose: sale"), "$.purpose"),
        (SHORT + "answers: {yes: Yes.}\n", "$.answers"),
        (SHORT + "phrases: {openning: Hello}\n", "$.phrases"),
        (SHORT + "fields: {name: nam}\n", "$.fields.name"),
        (SHORT.replace("end: true", "ends: true"), "$.script.hello"),
    ],
)
def test_a_mistake_is_marked(text: str, path: str) -> None:
    assert path in marks(text)


def test_fields_are_explained() -> None:
    assert json_schema()["properties"]["brand"]["description"] == "Who calls; said in the first sentence."
