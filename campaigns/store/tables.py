"""The tables of the store.

Decides what is kept, which rows cannot exist (constraints), and which questions are quick (indexes). The queries
stand beside it, one module per noun; how the tables come to be in a database is `migrations/`.

Closed sets are stored as their text and checked by the database, so that a name nobody knows can never slip past
a rule. Moments are aware and stored as UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from campaigns.outcomes import Disposition, Scope, Source, Stage
from campaigns.script import Purpose
from campaigns.store.database import making_sense


class CampaignState(StrEnum):
    """Where a campaign stands. Only a running one is dialled."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    """Ended by a person; its open contacts stay uncalled."""
    DONE = "done"
    """Every contact is closed."""


class ContactState(StrEnum):
    OPEN = "open"
    """Waits for its next attempt."""
    CALLING = "calling"
    """An attempt is under way, or was when the process died: only its end or `recover` changes this."""
    CLOSED = "closed"


class CallState(StrEnum):
    DIALING = "dialing"
    ANSWERED = "answered"
    ENDED = "ended"


@lru_cache(maxsize=4096)
def read_moment(text: str) -> datetime:
    """A moment as SQLite holds it: "2025-06-02 16:00:00.000000", UTC.

    Raises:
        StoreDamaged: it is written in any other way; SQLite compares the very text.
    """
    with making_sense(f"it holds {str(text)[:40]!r} for a moment"):
        moment = datetime.fromisoformat(text)
        if moment.isoformat(" ", "microseconds") != text:
            raise ValueError
    return moment.replace(tzinfo=UTC)


def read_day(text: str) -> date:
    """A day as SQLite holds it: "2025-06-02".

    Raises:
        StoreDamaged: it is written in any other way.
    """
    with making_sense(f"it holds {str(text)[:40]!r} for a day"):
        day = date.fromisoformat(text)
        if day.isoformat() != text:
            raise ValueError
    return day


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. SQLite has no zones, so there it is stored without and read back with UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the store takes aware moments only")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        read: Callable[[Any], datetime] = read_moment if dialect.name == "sqlite" else _in_utc
        return lambda value: None if value is None else read(value)


class Day(TypeDecorator[date]):
    """A day of somebody's calendar."""

    impl = Date
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], date | None]:
        sqlite = dialect.name == "sqlite"
        return lambda value: read_day(value) if sqlite and value is not None else value


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _key() -> Any:
    big = BigInteger().with_variant(Integer(), "sqlite")
    return Field(default=None, primary_key=True, sa_type=big)


def _ref(target: str, *, nullable: bool = False) -> Any:
    big = BigInteger().with_variant(Integer(), "sqlite")
    return Field(foreign_key=target, sa_type=big, nullable=nullable)


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=UtcDateTime, nullable=nullable)


def _text(default: str = "") -> Any:
    return Field(default=default, sa_type=Text, nullable=False)


def _words(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_type=Text, nullable=nullable)


class Base(SQLModel):
    """Our own metadata: other users of SQLModel in the process stay out of our migrations."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Campaign(Base, table=True):
    """One campaign; what it says stands in its versions."""

    __tablename__ = "campaign"
    __table_args__ = (_one_of("state", CampaignState), _one_of("purpose", Purpose), UniqueConstraint("name"))
    id: int = _key()
    name: str = _text()
    brand: str = _text()
    purpose: str = _text()
    matter: str = _text()
    state: str = _text(CampaignState.DRAFT)
    version_id: int | None = Field(default=None, sa_type=BigInteger)
    pace: str = Field(default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": ""})
    """JSON: a pace given while it runs, in place of the file's; empty for the file's."""
    because: str = Field(default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": ""})
    """Why it stands as it does, where nobody decided it: its budget is used up, its last day is over."""
    saved_at: datetime = _moment()


class CampaignVersion(Base, table=True):
    """The very text of a campaign as it stood when calls were made under it; never changed."""

    __tablename__ = "campaign_version"
    __table_args__ = (UniqueConstraint("campaign_id", "version"),)
    id: int = _key()
    campaign_id: int = _ref("campaign.id")
    version: int
    source: str = _text()
    terms: str = _text()
    """JSON: the few values of the definition that the gate and the planning read (`store/terms.py`)."""
    saved_at: datetime = _moment()


class Contact(Base, table=True):
    """One person in one campaign.

    `due_at` is the earliest moment of the next attempt (retry delay, promise); `next_at` is when a dialer looks at
    the contact next: later than `due_at` while another dialer holds it, or while a rule forbids calling. It is null
    while the contact is held by something that time alone does not change (`store/holds.py`).
    """

    __tablename__ = "contact"
    __table_args__ = (
        _one_of("state", ContactState),
        UniqueConstraint("campaign_id", "number", "reference"),
        Index("ix_contact_next", "campaign_id", "next_at", "id", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
        Index("ix_contact_promised", "campaign_id", "next_at", "id",
              sqlite_where=text("state = 'open' AND last_disposition = 'callback'"),
              postgresql_where=text("state = 'open' AND last_disposition = 'callback'")),
        Index("ix_contact_number", "number"),
    )  # fmt: skip
    id: int = _key()
    campaign_id: int = _ref("campaign.id")
    number: str = _text()
    reference: str = _text()
    timezone: str | None = _words()
    country: str = _text()
    language: str = _text()
    fields: str = _text("{}")
    """JSON: field name to text."""
    state: str = _text(ContactState.OPEN)
    closed_by: str | None = _words()
    """Why it is closed: a disposition, `listed`, `attempts`, `expired`."""
    held_by: str | None = _words()
    """What said no when the contact was last looked at: a rule, or `script`."""
    held_because: str = _text()
    """The same in a sentence for a person."""
    attempts: int = 0
    last_disposition: str | None = _words()
    due_at: datetime = _moment()
    next_at: datetime | None = _moment(nullable=True)
    added_at: datetime = _moment()


class Call(Base, table=True):
    """One attempt. The row is written by the gate before the line is touched."""

    __tablename__ = "call"
    __table_args__ = (
        _one_of("state", CallState),
        _one_of("disposition", Disposition),
        CheckConstraint("(state = 'ended') = (disposition IS NOT NULL)", name="ends_with_one_disposition"),
        Index("uq_call_in_flight", "number", unique=True, sqlite_where=text("state <> 'ended'"),
              postgresql_where=text("state <> 'ended'")),
        Index("ix_call_number", "number", "dialed_at"),
        Index("ix_call_contact", "contact_id"),
        Index("ix_call_report", "campaign_id", "contact_id", "dialed_at", "disposition", "stage", "week_hour",
              "variant", "seconds"),  # all that a report counts: it reads no call
    )  # fmt: skip
    id: int = _key()
    contact_id: int = _ref("contact.id")
    campaign_id: int = _ref("campaign.id")
    version_id: int = _ref("campaign_version.id")
    number: str = _text()
    brand: str = _text()
    purpose: str = _text()
    matter: str = _text()
    reference: str = _text()
    attempt: int
    line: str = _text()
    owner: str = _text()
    state: str = _text(CallState.DIALING)
    disposition: str | None = _words()
    dialed_at: datetime = _moment()
    answered_at: datetime | None = _moment(nullable=True)
    ended_at: datetime | None = _moment(nullable=True)
    seconds: float | None = None
    detail: str = _text()
    variant: str = Field(default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": ""})
    """The wording that the contact hears; empty in a campaign without variants."""
    week_hour: int | None = None
    """The hour of the week on the callee's clock when it was dialled: 0 is Monday, midnight to one; 167 the last."""
    stage: int = Field(default=Stage.NOBODY, sa_column_kwargs={"server_default": text("0")})
    """How far it came (`outcomes.Stage`)."""
    recording: str = Field(default="", sa_type=Text, nullable=False, sa_column_kwargs={"server_default": ""})
    """The file that holds its sound; empty where none does."""


class CallLog(Base, table=True):
    """What happened in a call, in order: long and seldom read, so it stands apart from the row everybody reads."""

    __tablename__ = "call_log"
    call_id: int = Field(
        primary_key=True,
        foreign_key="call.id",
        sa_type=BigInteger().with_variant(Integer(), "sqlite"),
        sa_column_kwargs={"autoincrement": False},
    )
    events: str = _text()
    """JSON."""


class CallResult(Base, table=True):
    """One thing learned in a call. Saving the same thing again changes nothing."""

    __tablename__ = "call_result"
    __table_args__ = (
        UniqueConstraint("call_id", "kind", "about"),
        CheckConstraint("kind <> 'rating' OR value IN ('1', '2', '3', '4', '5')", name="rating_1_to_5"),
        Index("ix_call_result_kind", "kind", "call_id"),
    )
    id: int = _key()
    call_id: int = _ref("call.id")
    kind: str = _text()
    about: str = _text()
    """The script's step of an answer, the subject of a comment; empty where a call has only one."""
    value: str = _text()
    words: str = _text()
    via: str = _text()
    promised_at: datetime | None = _moment(nullable=True)
    saved_at: datetime = _moment()


class Task(Base, table=True):
    """Something a person must do: a promised callback, a complaint, words of self-harm."""

    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("call_id", "kind"), Index("ix_task_settled_at_due_at", "settled_at", "due_at"))
    id: int = _key()
    call_id: int = _ref("call.id")
    kind: str = _text()
    words: str = _text()
    opened_at: datetime = _moment()
    due_at: datetime | None = _moment(nullable=True)
    settled_at: datetime | None = _moment(nullable=True)
    settled_by: str = _text()
    note: str = _text()


class DncEntry(Base, table=True):
    """One entry of the do-not-call register. A revoked entry stays, with who revoked it and why.

    `link` and `revoked_link` are the links of the ledger that say so; `evidence` is a keyed hash of words, recording
    and note, which outlives them when they are erased.
    """

    __tablename__ = "dnc_entry"
    __table_args__ = (
        _one_of("scope", Scope),
        _one_of("source", Source),
        CheckConstraint("(scope = 'everyone') = (target = '')", name="target_by_scope"),
        Index("ix_dnc_entry_number", "number"),
        Index("ix_dnc_entry_added_at", "added_at"),
        Index("ix_dnc_entry_link", "link"),
        Index(
            "uq_dnc_entry_call_in_force",
            "call_id",
            "source",
            "scope",
            "target",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
    id: int = _key()
    number: str = _text()
    scope: str = _text()
    target: str = _text()
    """The brand, campaign or purpose of the scope; empty for everyone."""
    source: str = _text()
    call_id: int | None = _ref("call.id", nullable=True)
    words: str = _text()
    recording: str = _text()
    actor: str = _text()
    note: str = _text()
    added_at: datetime = _moment()
    expires_at: datetime | None = _moment(nullable=True)
    revoked_at: datetime | None = _moment(nullable=True)
    revoked_by: str = _text()
    revoked_because: str = _text()
    evidence: str = _text()
    link: int = Field(sa_type=BigInteger)
    revoked_link: int | None = Field(default=None, sa_type=BigInteger)


class ConsentRecord(Base, table=True):
    """That a person agreed to be called: by whom, for what, in which words."""

    __tablename__ = "consent"
    __table_args__ = (
        _one_of("purpose", Purpose),
        Index("ix_consent_number", "number"),
        Index("ix_consent_link", "link"),
    )
    id: int = _key()
    number: str = _text()
    brand: str = _text()
    purpose: str = _text()
    basis: str = _text()
    wording: str = _text()
    evidence: str = _text()
    actor: str = _text()
    given_at: datetime = _moment()
    expires_at: datetime | None = _moment(nullable=True)
    withdrawn_at: datetime | None = _moment(nullable=True)
    link: int = Field(sa_type=BigInteger)
    withdrawn_link: int | None = Field(default=None, sa_type=BigInteger)


class NationalList(Base, table=True):
    """A list of numbers that somebody else keeps, as of one day. The newest whole one of a name counts."""

    __tablename__ = "national_list"
    __table_args__ = (Index("ix_national_list_name", "name"),)
    id: int = _key()
    name: str = _text()
    """As the rule packs call it, e.g. us-national."""
    as_of: date = Field(sa_type=Day)
    origin: str = _text()
    """The name of the file it was read from."""
    numbers: int = Field(sa_type=BigInteger)
    digest: str = _text()
    """SHA-256 over its blocks."""
    actor: str = _text()
    loaded_at: datetime | None = _moment(nullable=True)
    """Null while it is being read in."""
    link: int | None = Field(default=None, sa_type=BigInteger)


class NationalBlock(Base, table=True):
    """65,536 neighbouring numbers of a list: those of them that are listed, as sorted 16-bit offsets."""

    __tablename__ = "national_block"
    __table_args__ = {"sqlite_with_rowid": False}
    list_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    block: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    """Digits of the number, without the plus, divided by 65,536."""
    offsets: bytes = Field(sa_type=LargeBinary)


class LedgerRecord(Base, table=True):
    """One link of the chain: what changed in register, consent or rules. Appended, never changed."""

    __tablename__ = "ledger"
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: str = _text()
    """ISO 8601, UTC: text, because it is part of what is hashed."""
    actor: str = _text()
    action: str = _text()
    subject: str = _text()
    """Keyed hash of the number; empty where the record is about none."""
    body: str = _text()
    """Canonical JSON."""
    previous: str = _text()
    hash: str = _text()


class Lease(Base, table=True):
    """Who may dial, until when."""

    __tablename__ = "lease"
    __table_args__ = (Index("ix_lease_owner", "owner"),)
    name: str = Field(primary_key=True, sa_type=Text)
    owner: str = _text()
    until: datetime = _moment()


class Timetable(Base, table=True):
    """What a run does by the calendar, and when next; APScheduler reads and writes it."""

    __tablename__ = "timetable"
    id: str = Field(primary_key=True, sa_type=Text)
    next_run_time: float | None = Field(default=None, sa_type=Float, index=True)
    job_state: bytes = Field(sa_type=LargeBinary)


class Secret(Base, table=True):
    """Keys made when the store was made; they never leave it."""

    __tablename__ = "secret"
    name: str = Field(primary_key=True, sa_type=Text)
    value: bytes = Field(sa_type=LargeBinary)


def table(model: type[Base]) -> Table:
    """The Core table of a model: queries are written in Core, which is quick and says what it does."""
    return Base.metadata.tables[str(model.__tablename__)]
