"""`outbound report` shows, writes and hands over the same figures."""

from __future__ import annotations

import json
from pathlib import Path

from campaigns.store import CampaignState, NoSuchCampaign, open_store
from tests.campaigns.samples import MONDAY_NOON
from tests.outbound.cli.conftest import Command, typed_on


def test_every_campaign_is_shown(outbound: Command) -> None:
    shown = outbound("report")
    assert shown.exit_code == 0
    for said in ("Campaigns", "shipping", "points", "person reached", "2020 e-commerce service survey"):
        assert said in shown.stdout


def test_only_the_named_campaign_is_shown(outbound: Command) -> None:
    shown = outbound("report", "points")
    assert "shipping" not in shown.stdout


def test_a_campaign_that_paused_itself_says_why(outbound: Command, db: str, tmp_path: Path) -> None:
    store = open_store(db)
    because = "Its budget of 5 calls is used up."
    store.set_state("points", CampaignState.PAUSED, MONDAY_NOON, actor="dialer", because=because)
    store.close()
    assert f"paused: {because}" in " ".join(outbound("report", "points").stdout.split())
    assert json.loads(outbound("report", "points", "--json").stdout)["campaigns"][0]["because"] == because
    page = tmp_path / "report.html"
    outbound("report", "points", "--html", str(page))
    assert f"paused: {because}" in page.read_text("utf-8")


def test_a_machine_gets_every_figure(outbound: Command) -> None:
    points, shipping = json.loads(outbound("report", "--json").stdout)["campaigns"]
    assert (points["name"], points["complaints"]) == ("points", 1)
    assert shipping["funnel"] == {
        "contacts": 3,
        "attempted": 3,
        "reached": 3,
        "heard": 1,
        "answered": 1,
        "rated": 1,
    }
    assert shipping["satisfaction"]["satisfied"]["hits"] == 1
    assert shipping["callbacks"]["overdue"] == 1


def test_a_period_is_taken_in_utc(outbound: Command) -> None:
    period = ("--since", "2025-06-02T17:00", "--before", "2025-06-03")
    shown = json.loads(outbound("report", "points", *period, "--json").stdout)
    assert shown["campaigns"][0]["funnel"]["attempted"] == 1
    shown = json.loads(outbound("report", "points", "--before", "2025-06-02T17:00", "--json").stdout)
    assert shown["campaigns"][0]["funnel"]["attempted"] == 0


def test_a_page_is_written_where_it_was_asked_for(outbound: Command, tmp_path: Path) -> None:
    page = tmp_path / "new" / "report.html"
    written = outbound("report", "--html", str(page))
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert "the report stands in" in written.stderr
    assert written.stdout == ""


def test_a_campaign_that_is_not_there_is_an_error_with_a_hint(outbound: Command) -> None:
    failed = outbound("report", "nowhere")
    assert isinstance(failed.exception, NoSuchCampaign)


def test_an_empty_store_says_how_to_begin(tmp_path: Path) -> None:
    path = str(tmp_path / "empty.db")
    open_store(path).close()
    shown = typed_on(path, "report")
    assert shown.exit_code == 0
    assert "begin with: outbound campaign new" in shown.stderr
