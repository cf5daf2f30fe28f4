"""Everything a campaign must not forget: what to say, to whom, when, and whom not to call.

`open_store` is the way in. Each noun has its module; together they are one `Store`, because the rules that are never
broken span them in single transactions.
"""

from __future__ import annotations

from campaigns.store.auditing import AuditFilter, Auditing, AuditRecord
from campaigns.store.calls import Calls
from campaigns.store.campaigns import CampaignRecord, Campaigns, NoSuchCampaign
from campaigns.store.claims import Claim
from campaigns.store.consent import Basis, Consent, KeptConsent
from campaigns.store.contacts import Added, Contact, NoSuchContact
from campaigns.store.control import Control, Remaining, Running
from campaigns.store.database import SCRATCH, StoreDamaged, StoreError, StoreUnavailable, open_engine
from campaigns.store.exchange import Exchange, Exported, Imported
from campaigns.store.foresight import Foreseen, Foresight
from campaigns.store.gate import Permit, Refusal
from campaigns.store.history import History
from campaigns.store.holds import Holds
from campaigns.store.leases import LeaseHeld
from campaigns.store.ledger import Head
from campaigns.store.national import ListCopy
from campaigns.store.privacy import Erased, Privacy, Purged, Retention
from campaigns.store.recordings import Recordings
from campaigns.store.register import EntryFilter
from campaigns.store.tables import CallState, CampaignState, ContactState
from campaigns.store.tasks import OpenTask, Tasks
from campaigns.store.verification import Finding, Verification, Verifying

__all__ = [
    "SCRATCH",
    "Added",
    "AuditFilter",
    "AuditRecord",
    "Basis",
    "CallState",
    "CampaignRecord",
    "CampaignState",
    "Claim",
    "Consent",
    "Contact",
    "ContactState",
    "EntryFilter",
    "Erased",
    "Exported",
    "Finding",
    "Foreseen",
    "Head",
    "Imported",
    "KeptConsent",
    "LeaseHeld",
    "ListCopy",
    "NoSuchCampaign",
    "NoSuchContact",
    "OpenTask",
    "Permit",
    "Purged",
    "Refusal",
    "Remaining",
    "Retention",
    "Running",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreUnavailable",
    "Verification",
    "open_store",
]


class Store(
    Auditing, Calls, Control, Campaigns, Exchange, Foresight, History, Holds, Privacy, Recordings, Tasks, Verifying
):
    """The store of one house: campaigns, contacts, calls, register, consent, ledger."""


def open_store(url: str, *, durable: bool = True, shared: bool = True) -> Store:
    """Opens a store, making or migrating its tables.

    Args:
        url: a file path, `sqlite:///path`, `:memory:` or `postgresql://…`. `SCRATCH` is a file that nobody else sees,
            and that is gone when the store is closed.
        durable: False gives up safety against a power cut for speed, for simulations (SQLite only).
        shared: False keeps everybody else out of the file while it is open, for one that is thrown away: a transaction
            then costs half (SQLite only).

    Raises:
        StoreError: it cannot be opened, or was made by a newer version.
    """
    return Store(open_engine(url, durable=durable, shared=shared))
