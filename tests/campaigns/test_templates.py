"""The ready campaigns can be used as they are."""

from __future__ import annotations

import pytest

from campaigns.definition.compiling import compile_script
from campaigns.errors import CampaignError
from campaigns.fields import canonical
from campaigns.templates import template, template_text, templates

ALL = [(language, name) for language, names in templates().items() for name in names]


@pytest.mark.parametrize(("language", "name"), ALL)
def test_a_ready_campaign_makes_a_script_from_its_examples(language: str, name: str) -> None:
    definition = template(name, language)
    assert definition.name == name
    assert definition.language == language
    fields = {
        field: canonical(declared.type, declared.example or "", language, declared.currency)
        for field, declared in definition.fields.items()
    }
    script = compile_script(definition, language, fields, "1", definition.countries[0])
    assert all(step.say for step in script.steps.values() if not step.cases)
    assert "!" not in template_text(name, language)


def test_a_template_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(CampaignError) as raised:
        template_text("shiping")
    assert raised.value.hint == 'Did you mean "shipping"?'
    with pytest.raises(CampaignError, match="no ready campaigns in xx-XX"):
        template_text("shipping", "xx-XX")
