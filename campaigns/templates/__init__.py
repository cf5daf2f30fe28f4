"""Ready campaigns, a folder per language; a marketer takes one and puts in brand and numbers."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from campaigns.definition import CampaignDefinition, parse
from campaigns.definition.problems import did_you_mean
from campaigns.errors import CampaignError


@lru_cache(maxsize=1)
def templates() -> dict[str, tuple[str, ...]]:
    """The names of the ready campaigns by language."""
    return {
        folder.name: tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir()))
        for folder in sorted(files(__name__).iterdir(), key=lambda entry: entry.name)
        if folder.is_dir() and "-" in folder.name
    }


def template_text(name: str, language: str = "en-US") -> str:
    """The text of a ready campaign's file.

    Raises:
        CampaignError: there is none of that name in that language.
    """
    known = templates()
    if language not in known:
        raise CampaignError(f"there are no ready campaigns in {language}.", f"There are {', '.join(known)}.")
    if name not in known[language]:
        raise CampaignError(f'there is no ready campaign "{name}".', did_you_mean(name, known[language]))
    return (files(__name__) / language / f"{name}.yaml").read_text("utf-8")


def template(name: str, language: str = "en-US") -> CampaignDefinition:
    """A ready campaign; raises like `template_text`."""
    return parse(template_text(name, language), f"{language}/{name}.yaml")
