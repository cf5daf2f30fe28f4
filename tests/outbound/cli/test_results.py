"""What was saved in a call is told in plain words."""

from __future__ import annotations

from campaigns.outcomes import Answer, CallbackPromise, Via
from outbound.cli.results import told


def test_a_result_is_told_by_what_is_known_of_it() -> None:
    assert told(Answer("tell", "yes", Via.VOICE, "yes please")) == (
        "answer   step: tell, value: yes, via: voice, words: yes please"
    )
    assert told(CallbackPromise(None, by_person=False, words="")) == "callback_promise   by_person: False"
