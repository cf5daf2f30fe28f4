"""Contacts that are held: not called now, not given up either.

Decides what happens to a contact to whom a rule, or a script that cannot be made, says no. Time alone may change
that (a window opens): then it is looked at again at that moment. Otherwise it waits until somebody does something
about it: consent is given, the list is mended and imported again, the campaign is edited, a national list is renewed,
or the next run begins. It is closed only where no such thing can help. Why it waits is always to be seen.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.verdict import Rule, Verdict
from campaigns.store import tables
from campaigns.store.database import Database
from campaigns.store.tables import ContactState, table

contact = table(tables.Contact)
campaign = table(tables.Campaign)

SCRIPT = "script"
"""What holds a contact whose script cannot be made, e.g. because a field is missing."""
_FOR_GOOD = (Rule.LISTED, Rule.ATTEMPTS, Rule.CAP)
"""What no consent, import or edit changes. A cap counts here only where it is for ever: one call for each parcel."""


_PASSING = (Rule.CAMPAIGN, Rule.LEASE)
"""What has nothing to do with the contact: a campaign that was paused, a lease that was lost since the claim."""
_ASK_AGAIN = timedelta(minutes=1)


def after_refusal(verdict: Verdict, now: datetime) -> dict[str, object]:
    """What a contact becomes when the gate has said no.

    A register entry that expires closes too: who asked not to be called is not called by what was queued then.
    """
    for reason in sorted(verdict.reasons, key=lambda reason: reason.rule is not Rule.LISTED):
        if reason.rule is Rule.LISTED or (reason.rule in _FOR_GOOD and reason.until is None):
            return {"state": ContactState.CLOSED, "closed_by": reason.rule}
    holding = [reason for reason in verdict.reasons if reason.rule not in _PASSING]
    if not holding:
        return {"next_at": now + _ASK_AGAIN}
    untils = [reason.until for reason in holding if reason.until is not None]
    if len(untils) == len(holding):
        waits = verdict.next_allowed if len(holding) == len(verdict.reasons) else max(untils)
        return {"next_at": waits, "held_by": holding[0].rule, "held_because": holding[0].text}
    main = next(reason for reason in holding if reason.until is None)
    return {"next_at": None, "held_by": main.rule, "held_because": main.text}


def release(connection: Connection, *conditions: sa.ColumnElement[bool]) -> int:
    """Lets contacts be looked at again at once whom only an event could free; how many."""
    return connection.execute(
        sa.update(contact)
        .where(contact.c.state == ContactState.OPEN, contact.c.next_at.is_(None), *conditions)
        .values(next_at=contact.c.due_at)
    ).rowcount


class Holds(Database):
    """Holding by hand, and letting go."""

    def hold(self, contact_id: int, reason: str, until: datetime | None = None, *, by: str = SCRIPT) -> None:
        """Keeps an open contact from being claimed: until a moment, or, without one, until something changes.

        Args:
            reason: one sentence for a person, without names and numbers.
        """
        with self.writing() as connection:
            connection.execute(
                sa.update(contact)
                .where(contact.c.id == contact_id, contact.c.state == ContactState.OPEN)
                .values(next_at=until, held_by=by, held_because=reason)
            )

    def reopen(self, campaign_name: str | None = None, *, held_by: Collection[str] | None = None) -> int:
        """Lets held contacts be looked at again at once; how many. The gate decides about each of them anew."""
        conditions: list[sa.ColumnElement[bool]] = []
        if campaign_name is not None:
            named = sa.select(campaign.c.id).where(campaign.c.name == campaign_name)
            conditions.append(contact.c.campaign_id.in_(named))
        if held_by is not None:
            conditions.append(contact.c.held_by.in_(list(held_by)))
        with self.writing() as connection:
            return release(connection, *conditions)

    def holds(self, campaign_name: str) -> dict[str, int]:
        """How many open contacts of a campaign wait for something other than time, by what holds them."""
        query = (
            sa.select(contact.c.held_by, sa.func.count())
            .join(campaign, campaign.c.id == contact.c.campaign_id)
            .where(campaign.c.name == campaign_name, contact.c.state == ContactState.OPEN, contact.c.next_at.is_(None))
            .group_by(contact.c.held_by)
        )
        with self.reading() as connection:
            return {str(by): count for by, count in connection.execute(query)}
