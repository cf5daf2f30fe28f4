"""The database under the store: connections, transactions, migrations, and where SQLite and PostgreSQL differ.

Decides that every write is durable when its transaction ends, that writers never interleave where that could let a
forbidden call through, and that the tables are those of this version. What is written is the nouns' business.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ContextDecorator, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import StaticPool

from campaigns.errors import CampaignError

_BUSY_SECONDS = 30.0
_IDLE_READERS = 3
"""Connections that wait for the next reader; a pool has more, for those who read at the same time."""
SCRATCH = ":scratch:"
"""The address of a store that nobody else sees, and that is gone when it is closed."""
_CACHE_KB = 65_536
_SCRATCH_CACHE_KB = 4_096
"""Of a scratch store, SQLite looks at every changed page in it for each commit, and writes them when they are many."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x0DB_0001
_NOT_THERE = "Could not decode to UTF-8", "no such table", "no such column", "no such index"
LEDGER_LOCK = 0x0DB_0002
"""Advisory lock (PostgreSQL) held while a link is added to the ledger."""


PREPARED_HERE = "prepared without the driver"
"""Where a connection to PostgreSQL keeps what `straight.py` prepared on the server. The driver lets the server forget
all that was prepared when a transaction is rolled back."""


class StoreError(CampaignError):
    """The store cannot be opened or does not hold what was asked for."""


def open_engine(url: str, *, durable: bool = True, shared: bool = True) -> Engine:
    """An engine for a path, `sqlite:///path` or `postgresql://…`, its tables brought to this version.

    Args:
        durable: see `open_store`.
        shared: see `open_store`.

    Raises:
        StoreError: it cannot be reached, is no such database, or was made by a newer version.
    """
    try:
        engine = _engine(url, durable=durable, shared=shared)
        try:
            _migrate(engine)
        except BaseException:
            engine.dispose()
            raise
    except (ArgumentError, ModuleNotFoundError) as error:
        raise StoreError(
            "The store's address is not understood.",
            "Give a file path, sqlite:///path or postgresql://… (needs: pip install 'outbound[postgres]').",
        ) from error
    except (DatabaseError, sqlite3.Error, CommandError, OSError, UnicodeDecodeError) as error:
        raise StoreError("The store cannot be opened.", f"The system says: {_first_line(error)}") from error
    return engine


def _engine(url: str, *, durable: bool, shared: bool) -> Engine:
    scratch = url == SCRATCH
    if "://" not in url:
        url = f"sqlite:///{url}" if url not in (":memory:", SCRATCH) else "sqlite://"
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return _postgresql(address)
    if address.get_backend_name() != "sqlite":
        raise ArgumentError("neither SQLite nor PostgreSQL")
    settings: dict[str, Any] = {"connect_args": {"timeout": _BUSY_SECONDS, "check_same_thread": False}}
    in_memory = address.database in (None, "", ":memory:")
    if in_memory or not shared:
        settings["poolclass"] = StaticPool
    if scratch:
        # SQLite's name for a file of its own, which it writes when its memory runs short, and not at each commit
        settings["creator"] = partial(sqlite3.connect, "", **settings.pop("connect_args"))
    elif not in_memory:
        Path(str(address.database)).expanduser().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address.set(drivername="sqlite+pysqlite"), **settings)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own begins too late to be safe
        for pragma in (
            *(("journal_mode=WAL",) if shared and not scratch else ("locking_mode=EXCLUSIVE", "journal_mode=MEMORY")),
            f"synchronous={'FULL' if durable else 'OFF'}",
            "foreign_keys=ON",
            f"cache_size=-{_SCRATCH_CACHE_KB if scratch else _CACHE_KB}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        begin = connection.get_execution_options().get("begin", "BEGIN")
        if begin:
            connection.connection.cursor().execute(begin)

    return engine


def _postgresql(address: URL) -> Engine:
    engine = create_engine(address.set(drivername="postgresql+psycopg"), pool_size=5, pool_pre_ping=True)

    @event.listens_for(engine, "rollback")
    def _forget(connection: Connection) -> None:
        if not connection.invalidated:  # else the connection is gone, with all it knew
            connection.info.pop(PREPARED_HERE, None)

    @event.listens_for(engine, "reset")
    def _forget_what_was_left(driver: Any, record: Any, _state: Any) -> None:
        if driver.pgconn.transaction_status != 0:  # the pool will roll back
            record.info.pop(PREPARED_HERE, None)

    return engine


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present == head:
        return
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            "The store was made by a newer version of this program.", "Update the program, or use another store."
        )
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


class StoreUnavailable(StoreError):
    """The store cannot be read or written now: a full disk, a lock that nobody gives up, a server that is away."""


class StoreDamaged(StoreError):
    """The file is no longer what SQLite or this program wrote: nothing is read from it, and so nobody is called."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The store is damaged: {found}.",
            "Bring back the newest copy of its file. What can still be read, SQLite's own command brings out: "
            "sqlite3 FILE .recover",
        )


class making_sense(ContextDecorator):  # noqa: N801  a function in all but speed: every row goes through it
    """Around what turns rows into values: a byte that was changed on the disk is told as any other damage.

    Args:
        found: what is wrong where a value makes none.

    Raises:
        StoreDamaged: a value is none that this program writes.
    """

    def __init__(self, found: str = "it holds a value that nobody wrote") -> None:
        self._found = found

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ValueError | TypeError | AttributeError | LookupError | OverflowError):
            raise StoreDamaged(self._found) from error


class Database:
    """Transactions on one engine. SQLite writers of one process queue here instead of polling the file's lock."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.postgresql = engine.dialect.name == "postgresql"
        self._writer = threading.RLock()
        self._kept: Connection | None = None
        """The writer's connection: to open one for each transaction costs more than the transaction."""
        self._readers: list[Connection] = []
        """Connections of readers who have finished: the next one takes the last."""
        self._one_connection = isinstance(engine.pool, StaticPool)
        self._driver = engine.dialect.import_dbapi()
        self._troubles = OperationalError, InterfaceError, self._driver.OperationalError, self._driver.InterfaceError
        """Failures that are not the fault of what was asked; the driver's own come from prepared statements."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A consistent look at the store.

        Raises:
            StoreUnavailable: it cannot be read.
            StoreDamaged: what it holds makes no sense to SQLite.
        """
        return _Alone(self, "BEGIN") if self._one_connection else self._beside_others()

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction that holds the store's write lock from its first statement on (SQLite).

        Raises:
            StoreUnavailable: it cannot be written; nothing was.
            StoreDamaged: what it holds makes no sense to SQLite; nothing was written.
        """
        return self._on_the_server() if self.postgresql else _Alone(self, "BEGIN IMMEDIATE")

    @contextmanager
    def _beside_others(self) -> Iterator[Connection]:
        try:
            if self.postgresql:
                with self.engine.connect() as connection, connection.begin():
                    yield connection
                return
            kept = self._reader()
            try:
                driver = _begun(kept, "BEGIN")
                yield kept
                driver.execute("COMMIT")
            except BaseException:
                kept.close()
                raise
            if len(self._readers) < _IDLE_READERS:
                self._readers.append(kept)
            else:
                kept.close()
        except (DBAPIError, self._driver.Error, UnicodeDecodeError) as error:
            ours = self._ours(error)
            if ours is None:
                raise
            raise ours from error

    @contextmanager
    def _on_the_server(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except (DBAPIError, self._driver.Error, UnicodeDecodeError) as error:
            ours = self._ours(error)
            if ours is None:
                raise
            raise ours from error

    def _begin_alone(self, begin: str) -> Connection:
        """On the writer's connection (SQLite), which nobody else has until `_end_alone`."""
        self._writer.acquire()
        try:
            if self._kept is None or self._kept.closed:
                self._kept = self._opened()
            _begun(self._kept, begin)
        except BaseException:
            self._writer.release()
            raise
        return self._kept

    def _end_alone(self, error: BaseException | None) -> None:
        """Commits; or takes everything back, where there was an error."""
        assert self._kept is not None
        try:
            if self._kept.invalidated:  # Ctrl-C in the middle of a statement: SQLAlchemy has closed it
                self._kept.close()
                return
            driver = _driver_of(self._kept)
            if error is not None:
                driver.rollback()
                return
            try:
                driver.execute("COMMIT")
            except BaseException:
                driver.rollback()
                raise
        finally:
            self._writer.release()

    def _reader(self) -> Connection:
        try:
            return self._readers.pop()
        except IndexError:  # all are at work, in other threads
            return self._opened()

    def _opened(self) -> Connection:
        """A connection whose transactions are said to the driver."""
        return self.engine.connect().execution_options(begin="")

    def _ours(self, error: Exception) -> StoreUnavailable | StoreDamaged | None:
        """What the database says when it fails, as an error of ours; None where what was asked is at fault."""
        if self._damaged(error):
            return StoreDamaged(_first_line(error))
        if isinstance(error, UnicodeDecodeError):  # what the driver would tell is damaged itself
            return None if self.postgresql else StoreDamaged("what it says of itself is no text")
        if isinstance(error, self._troubles):
            return StoreUnavailable(
                f"The store cannot be used: {_first_line(error)}.",
                "See that it may be written, the disk has room, the server runs, and no other program holds the file.",
            )
        return None

    def _damaged(self, error: Exception) -> bool:
        """SQLite's driver says so with the plain base of its errors; its subclasses are other faults, or ours.

        But for two that it takes for faults of operation: text that is none, and tables that are not there.
        """
        cause = error.orig if isinstance(error, DBAPIError) else error
        if self.postgresql or not isinstance(cause, self._driver.DatabaseError):
            return False
        return type(cause) is self._driver.DatabaseError or str(cause).startswith(_NOT_THERE)

    def lock_numbers(self, connection: Connection, numbers: Sequence[str]) -> None:
        """Until the transaction ends, nobody else decides about these numbers.

        SQLite has one writer anyway. On PostgreSQL a gate that has read the register and an opt-out that is being
        written could otherwise pass each other.
        """
        if self.postgresql:
            keys = sa.select(
                sa.func.unnest(sa.cast(sorted(set(numbers)), sa.ARRAY(sa.Text))).label("number")
            ).subquery()
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(keys.c.number, 0))))

    def lock_ledger(self, connection: Connection) -> None:
        """Until the transaction ends, nobody else adds to the ledger.

        The last lock of every transaction, after those of numbers and of contacts: so nobody waits in a circle.
        """
        if self.postgresql:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LEDGER_LOCK)))

    def close(self) -> None:
        with self._writer:
            if self._kept is not None:
                self._kept.close()
        while self._readers:
            self._readers.pop().close()
        self.engine.dispose()


class _Alone:
    """A transaction that nobody in this process has beside it (SQLite). Written out: there are five for each call."""

    __slots__ = ("_begin", "_database")

    def __init__(self, database: Database, begin: str) -> None:
        self._database = database
        self._begin = begin

    def __enter__(self) -> Connection:
        try:
            return self._database._begin_alone(self._begin)
        except Exception as error:
            self._tell(error)
            raise

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            self._database._end_alone(error)
        except Exception as failed:
            self._tell(failed)
            raise
        if error is not None:
            self._tell(error)

    def _tell(self, error: BaseException) -> None:
        """Raises what the database says as an error of ours, if it is one of those."""
        if isinstance(error, DBAPIError | sqlite3.Error | UnicodeDecodeError):
            ours = self._database._ours(error)
            if ours is not None:
                raise ours from error


def _begun(connection: Connection, begin: str) -> Any:
    """The driver's connection, in a transaction (SQLite): SQLAlchemy's own way takes ten times as long."""
    driver = _driver_of(connection)
    driver.execute(begin)
    return driver


def _driver_of(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver
