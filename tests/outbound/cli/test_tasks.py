"""`outbound tasks` shows people what is theirs to do, and takes their word that it is done."""

from __future__ import annotations

import json

from campaigns.store import StoreError
from tests.outbound.cli.conftest import Command


def test_the_most_urgent_task_stands_first(outbound: Command) -> None:
    kinds = [task["kind"] for task in json.loads(outbound("tasks", "list", "--json").stdout)]
    assert kinds == ["crisis", "callback", "complaint"]


def test_numbers_are_masked_unless_asked_for(outbound: Command) -> None:
    assert "+1212555" not in outbound("tasks", "list").stdout
    assert "+12125550002" in outbound("tasks", "list", "--json", "--show-numbers").stdout


def test_tasks_of_one_kind_or_campaign_are_picked_out(outbound: Command) -> None:
    (complaint,) = json.loads(outbound("tasks", "list", "points", "--json").stdout)
    (same,) = json.loads(outbound("tasks", "list", "--kind", "complaint", "--json").stdout)
    assert complaint == same
    assert (complaint["words"], complaint["campaign"]) == ("[b]rude", "points")


def test_words_are_shown_as_they_were_said(outbound: Command) -> None:
    assert "[b]rude" in outbound("tasks", "list", "points").stdout.replace("\n", "")


def test_a_settled_callback_is_gone_and_counts_as_kept(outbound: Command) -> None:
    (callback,) = json.loads(outbound("tasks", "list", "--kind", "callback", "--json").stdout)
    assert outbound("tasks", "settle", str(callback["id"]), "--by", "Kim", "--note", "reached her").exit_code == 0
    assert "nothing is waiting" in outbound("tasks", "list", "--kind", "callback").stderr
    (report,) = json.loads(outbound("report", "shipping", "--json").stdout)["campaigns"]
    assert report["callbacks"]["kept"]["hits"] == 1


def test_a_task_is_settled_once(outbound: Command) -> None:
    assert outbound("tasks", "settle", "1", "--by", "Kim").exit_code == 0
    assert isinstance(outbound("tasks", "settle", "1", "--by", "Kim").exception, StoreError)
