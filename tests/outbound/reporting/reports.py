"""A report with something of everything, and names that would break a page that did not escape them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from campaigns.outcomes import CallbackPromise, Comment, Crisis, Disposition, OptOut, Rating, TransferResult, Via
from campaigns.reports import Report, report
from campaigns.store import open_store
from tests.campaigns.reports.history import History
from tests.campaigns.samples import MONDAY_NOON, Definition

HOSTILE = "<script>alert('&\"')</script>[bold]"


def full() -> Report:
    """Two campaigns: one with everything in it, one that nobody was called for."""
    store = open_store(":memory:")
    history = History(store)
    definition = Definition(brand=HOSTILE, variants={"a": 1, "b": 1})
    for place, contact_id in enumerate(history.campaign(definition, 24)):
        at = MONDAY_NOON + timedelta(hours=place % 6)
        match place % 6:
            case 0 | 1:
                history.call(contact_id, Disposition.COMPLETED, Rating(5, Via.KEY, "5"), at=at, seconds=30)
            case 2:
                low = (Rating(1, Via.VOICE, "one"), Comment(HOSTILE, "rating"))
                history.call(contact_id, Disposition.COMPLETED, *low, at=at, seconds=44)
            case 3:
                history.call(contact_id, Disposition.OPTED_OUT, OptOut(Via.VOICE, "stop"), at=at, seconds=6)
            case 4:
                promised = (TransferResult("service", False, "busy"), CallbackPromise(at, True, HOSTILE))
                history.call(contact_id, Disposition.CALLBACK, *promised, at=at, seconds=50)
            case _:
                history.call(contact_id, Disposition.VOICEMAIL, at=at, seconds=20)
    list(history.campaign(Definition("silent"), 1))
    (crisis,) = history.campaign(Definition("care", matter="other"), 1)
    history.call(crisis, Disposition.CRISIS, Crisis("…"), seconds=20)
    made = report(store, now=MONDAY_NOON + timedelta(days=9))
    store.close()
    return replace(made, campaigns=tuple(replace(one, name=f"{one.name}{HOSTILE}") for one in made.campaigns))
