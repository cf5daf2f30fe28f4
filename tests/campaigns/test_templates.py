"""The ready campaigns can be used as they are."""

from __future__ import annotations

import pytest

from campaigns.checks import Severity, check
from campaigns.errors import CampaignError
from campaigns.templates import template, template_text, templates

ALL = [(language, name) for language, names in templates().items() for name in names]


@pytest.mark.parametrize(("language", "name"), ALL)
def test_a_ready_campaign_has_nothing_to_mend(language: str, name: str) -> None:
    definition = template(name, language)
    assert definition.name == name
    assert definition.language == language
    assert [finding for finding in check(definition) if finding.severity is not Severity.INFO] == []
    assert "!" not in template_text(name, language)


def test_a_template_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(CampaignError) as raised:
        template_text("shiping")
    assert raised.value.hint == 'Did you mean "shipping"?'
    with pytest.raises(CampaignError, match="no ready campaigns in xx-XX"):
        template_text("shipping", "xx-XX")
