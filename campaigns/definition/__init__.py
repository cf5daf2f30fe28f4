"""The campaign file: what a marketer writes, as a validated model. `load` reads one."""

from campaigns.definition.examples import example_fields
from campaigns.definition.loading import line_of, load, parse
from campaigns.definition.model import (
    Calling,
    CampaignDefinition,
    ChoiceDefinition,
    FieldDefinition,
    Matter,
    Retry,
    StepDefinition,
    TransferTarget,
)
from campaigns.definition.problems import DefinitionErrors, Problem
from campaigns.definition.schema import json_schema

__all__ = [
    "Calling",
    "CampaignDefinition",
    "ChoiceDefinition",
    "DefinitionErrors",
    "FieldDefinition",
    "Matter",
    "Problem",
    "Retry",
    "StepDefinition",
    "TransferTarget",
    "example_fields",
    "json_schema",
    "line_of",
    "load",
    "parse",
]
