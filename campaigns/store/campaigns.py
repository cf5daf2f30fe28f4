"""Campaigns and their versions in the store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.script import Purpose
from campaigns.store import tables
from campaigns.store.database import StoreError, making_sense
from campaigns.store.ledger import Ledger
from campaigns.store.prepared import Prepared
from campaigns.store.tables import CampaignState, ContactState, table
from campaigns.store.terms import Definition, Terms
from campaigns.store.versions import Versions

campaign = table(tables.Campaign)
version = table(tables.CampaignVersion)
contact = table(tables.Contact)


OPERATOR = "operator"
"""The actor where nobody says who it was."""


class NoSuchCampaign(StoreError):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is no campaign {name} in this store.", "See them with: outbound campaign list")


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as it stands."""

    id: int
    name: str
    brand: str
    purpose: Purpose
    matter: str
    state: CampaignState
    version_id: int
    version: int
    source: str
    """The text of the campaign file."""
    terms: Terms
    because: str
    """Why it stands as it does, where nobody decided it."""
    saved_at: datetime


_RECORD = (
    sa.select(
        campaign.c.id,
        campaign.c.name,
        campaign.c.brand,
        campaign.c.purpose,
        campaign.c.matter,
        campaign.c.state,
        campaign.c.version_id,
        version.c.version,
        version.c.source,
        version.c.terms,
        campaign.c.because,
        campaign.c.saved_at,
    )
    .join(version, version.c.id == campaign.c.version_id)
    .order_by(campaign.c.name)
)


_BY_NAME = Prepared(_RECORD.where(campaign.c.name == sa.bindparam("name")))


@making_sense()
def _record(row: Any) -> CampaignRecord:
    values = row._asdict()
    return CampaignRecord(
        **values
        | {
            "purpose": Purpose(values["purpose"]),
            "state": CampaignState(values["state"]),
            "terms": Terms.from_json(values["terms"]),
        }
    )


def record(connection: Connection, name: str) -> CampaignRecord:
    """Raises NoSuchCampaign."""
    row = _BY_NAME.one(connection, name=name)
    if row is None:
        raise NoSuchCampaign(name)
    return _record(row)


class Campaigns(Versions, Ledger):
    """What the store knows of campaigns."""

    def save_campaign(
        self, definition: Definition, source: str, now: datetime, *, actor: str = OPERATOR
    ) -> CampaignRecord:
        """Keeps the definition; a changed text becomes a new version, and applies from the next call on.

        Contacts that waited for a calling window are looked at again, because the window may have moved.

        Raises:
            StoreError: the campaign has called already and its brand or purpose would change under its contacts.
        """
        with self.writing() as connection:
            known = connection.execute(
                _RECORD.where(campaign.c.name == definition.name).with_for_update(of=campaign)
            ).one_or_none()
            facts = {"brand": definition.brand, "purpose": str(definition.purpose), "matter": str(definition.matter)}
            if known is None:
                campaign_id = connection.execute(
                    sa.insert(campaign)
                    .values(name=definition.name, state=CampaignState.DRAFT, saved_at=now, **facts)
                    .returning(campaign.c.id)
                ).scalar_one()
                self._add_version(connection, campaign_id, 1, definition, source, now, actor)
                return record(connection, definition.name)
            if (known.brand, known.purpose) != (facts["brand"], facts["purpose"]) and known.state != "draft":
                raise StoreError(
                    f"Campaign {definition.name} cannot change its brand or purpose any more.",
                    "Give the changed campaign a name of its own.",
                )
            terms = Terms.of(definition)
            if known.source != source or known.terms != terms.to_json():
                connection.execute(sa.update(campaign).where(campaign.c.id == known.id).values(saved_at=now, **facts))
                connection.execute(
                    sa.update(contact)
                    .where(contact.c.campaign_id == known.id, contact.c.state == ContactState.OPEN)
                    .where(contact.c.held_by.is_not(None))
                    .values(next_at=contact.c.due_at, held_by=None, held_because="")
                )
                self._add_version(connection, known.id, known.version + 1, definition, source, now, actor)
            return record(connection, definition.name)

    def _add_version(
        self,
        connection: Connection,
        campaign_id: int,
        number: int,
        definition: Definition,
        source: str,
        now: datetime,
        actor: str,
    ) -> None:
        version_id = connection.execute(
            sa.insert(version)
            .values(
                campaign_id=campaign_id,
                version=number,
                source=source,
                terms=Terms.of(definition).to_json(),
                saved_at=now,
            )
            .returning(version.c.id)
        ).scalar_one()
        connection.execute(sa.update(campaign).where(campaign.c.id == campaign_id).values(version_id=version_id))
        digest = hashlib.sha256(source.encode()).hexdigest()
        body = {"campaign": definition.name, "version": number, "sha256": digest}
        self.record(connection, now, actor, "campaign.save", None, body)

    def campaign(self, name: str) -> CampaignRecord:
        """Raises NoSuchCampaign."""
        with self.reading() as connection:
            return record(connection, name)

    def campaigns(self) -> list[CampaignRecord]:
        """By name."""
        with self.reading() as connection:
            return [_record(row) for row in connection.execute(_RECORD)]

    def set_state(
        self, name: str, state: CampaignState, now: datetime, *, actor: str = OPERATOR, because: str = ""
    ) -> CampaignRecord:
        """Effective for the very next call: the gate reads it.

        Args:
            because: why, in a sentence for a person, where no person decided it.

        Raises:
            NoSuchCampaign: there is none of that name.
        """
        with self.writing() as connection:
            changed = connection.execute(
                sa.update(campaign).where(campaign.c.name == name).values(state=state, because=because, saved_at=now)
            )
            if not changed.rowcount:
                raise NoSuchCampaign(name)
            body = {"campaign": name, "state": state} | ({"because": because} if because else {})
            self.record(connection, now, actor, "campaign.state", None, body)
            return record(connection, name)

    def finish_campaigns(self, now: datetime) -> list[str]:
        """Running campaigns whose contacts are all closed become done; their names. One without contacts stays."""
        some = sa.exists().where(contact.c.campaign_id == campaign.c.id)
        left = some.where(contact.c.state != ContactState.CLOSED)
        with self.writing() as connection:
            done = connection.execute(
                sa.update(campaign)
                .where(campaign.c.state == CampaignState.RUNNING, some, ~left)
                .values(state=CampaignState.DONE, because="", saved_at=now)
                .returning(campaign.c.name)
            )
            return sorted(done.scalars())
