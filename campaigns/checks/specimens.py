"""The scripts that a campaign's contacts will hear, one of each kind: every language, every variant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.definition import CampaignDefinition, example_fields
from campaigns.script import Script


@dataclass(frozen=True, slots=True)
class Specimen:
    """One script, and in which language it was asked for."""

    language: str
    variant: str
    script: Script

    @property
    def told(self) -> str:
        """ "in ko-KR", "in ko-KR, variant b": which of the scripts a message is about."""
        return f"in {self.language}" + (f", variant {self.variant}" if self.variant else "")


def specimens(definition: CampaignDefinition, *, optional: bool = True) -> Iterator[Specimen]:
    """The scripts for the example contact, with or without the fields that a contact may lack.

    Raises:
        CampaignError: one of the texts cannot be made.
    """
    fields = example_fields(definition, optional=optional)
    for language in definition.languages:
        for variant in definition.variants or ("",):
            yield Specimen(language, variant, definition.example_script(language, fields, variant))
