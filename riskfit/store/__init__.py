"""What riskfit remembers: one SQLite file of activities, outcomes and weigh-ins.

A row an activity with its features and leg records, never its samples.  Several processes may
write at once; each file's results are one transaction, so a kill loses at most what was not
yet written.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from riskfit.errors import StoreError
from riskfit.store.schema import VERSION, migrate, version_of

__all__ = ["OWNER", "Seen", "Store"]

#: The athlete of a store that is for one person only.
OWNER: Final = ""
_BUSY_S: Final = 60.0
#: Rows are small and read by the thousand: large pages halve the time. [bytes]
_PAGE_BYTES: Final = 16384
#: SQLite takes at most 32,766 parameters a statement, older ones 999.
_MANY: Final = 900


class Seen(NamedTuple):
    """What is known of a place: its stamp, what it was computed from, and what came of it."""

    stamp: str
    basis: bytes
    sha256: bytes | None
    kind: str | None
    error: str | None


class Store:
    """A store's file, open.

    Parameters
    ----------
    path : Path
    create : bool
        Make it where there is none; else that is a `StoreError`.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        new = not path.exists()
        if new and not create:
            raise StoreError(f"there is no store at {path}: `riskfit import` makes one")
        try:
            if new:
                _create_private(path)
            # transactions are opened and closed by hand
            self.connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            self._prepare()
        except sqlite3.Error as error:
            raise self._broken(error) from error
        except OSError as error:
            raise StoreError(f"the store {path} cannot be opened: {error.strerror}") from error

    def _prepare(self) -> None:
        run = self.connection.execute
        version = version_of(self.connection)
        if version > VERSION:
            raise StoreError(
                f"the store {self.path} was written by a newer riskfit (version {version} of its "
                f"tables, this one knows {VERSION}): update riskfit, or use another --store"
            )
        run("PRAGMA foreign_keys = ON")
        if version < VERSION:
            run(f"PRAGMA page_size = {_PAGE_BYTES}")
            self._log_ahead()
            migrate(self.connection)
        # with a write-ahead log this survives a kill; only a power cut may cost the last rows
        run("PRAGMA synchronous = NORMAL")

    def _log_ahead(self) -> None:
        """Switch to a write-ahead log; two processes that start at once take turns."""
        until = time.monotonic() + _BUSY_S
        while True:
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError:
                # this switch does not wait by itself
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def _broken(self, error: sqlite3.Error) -> StoreError:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return StoreError(f"the store {self.path} is in use by another process: try again")
        return StoreError(f"the store {self.path} cannot be used ({error}): move it away")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def copy_to(self, target: Path) -> None:
        """Copy the whole store to a file that does not exist yet."""
        try:
            _create_private(target)
            with closing(sqlite3.connect(target)) as copy:
                self.connection.backup(copy)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{target} cannot be written: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Make all changes inside together, or none of them."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def select(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query, their cells by name."""
        try:
            return self.connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    # ---- athletes

    def athlete_id(self, name: str) -> int | None:
        """Return an athlete's key, None where the store does not know them."""
        found = self.select("SELECT id FROM athlete WHERE name = ?", (name,))
        return int(found[0]["id"]) if found else None

    def add_athlete(self, name: str) -> int:
        """Return an athlete's key, making one where it is needed."""
        known = self.athlete_id(name)
        if known is not None:
            return known
        with self.transaction() as run:
            insert(run, "athlete", {"name": name})
        return self.add_athlete(name)

    def athletes(self) -> list[str]:
        """Name the athletes, the owner as an empty name."""
        return [row["name"] for row in self.select("SELECT name FROM athlete ORDER BY name")]

    # ---- places

    def places(self, athlete: int) -> dict[str, Seen]:
        """Return every place that was read for an athlete, by its source."""
        rows = self.select("SELECT * FROM place WHERE athlete = ?", (athlete,))
        return {row["source"]: Seen(*(row[name] for name in Seen._fields)) for row in rows}

    def listing(self, source: str, stamp: str) -> str | None:
        """Return the directory of a zip in a zip, None where it is new or has changed."""
        found = self.select(
            "SELECT members FROM listing WHERE source = ? AND stamp = ?", (source, stamp)
        )
        return str(found[0]["members"]) if found else None

    def keep_listing(self, source: str, stamp: str, members: str) -> None:
        """Remember the directory of a zip in a zip."""
        with self.transaction() as run:
            cells = {"source": source, "stamp": stamp, "members": members}
            insert(run, "listing", cells, instead=True)


def insert(
    run: sqlite3.Connection,
    table: str,
    cells: Mapping[str, object],
    *,
    instead: bool = False,
) -> int:
    """Add a row of cells by their names.

    One with its key is kept, or goes where the new one shall stand ``instead``; the new row's
    number is returned, 0 where there is none.
    """
    columns, marks = ", ".join(cells), ", ".join("?" * len(cells))
    query = f"INTO {table} ({columns}) VALUES ({marks})"
    query = f"INSERT OR REPLACE {query}" if instead else f"INSERT {query} ON CONFLICT DO NOTHING"
    done = run.execute(query, tuple(cells.values()))
    return int(done.lastrowid or 0) if done.rowcount else 0


def _create_private(path: Path) -> None:
    """Make an empty file that only its owner reads; it holds health data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # another process was first
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def in_batches(values: Iterable[object]) -> Iterator[list[object]]:
    """Cut values into lists that one statement can take."""
    batch: list[object] = []
    for value in values:
        batch.append(value)
        if len(batch) == _MANY:
            yield batch
            batch = []
    if batch:
        yield batch
