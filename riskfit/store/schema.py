"""The tables of the store, and how older ones become them."""

import sqlite3
import struct
from typing import Final

#: Steps from one version of the schema to the next; ``PRAGMA user_version`` counts them.
#: A step, once released, is never edited: what changes is a new step.
MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE athlete (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    );
    CREATE TABLE catalogue (
        id INTEGER PRIMARY KEY,
        names TEXT NOT NULL UNIQUE
    );
    -- Where content was found: a path or a member of an archive, and by what it is known again.
    CREATE TABLE place (
        athlete INTEGER NOT NULL REFERENCES athlete (id),
        source TEXT NOT NULL,
        stamp TEXT NOT NULL,
        basis BLOB NOT NULL,
        sha256 BLOB,
        kind TEXT,
        error TEXT,
        PRIMARY KEY (athlete, source)
    ) WITHOUT ROWID;
    CREATE INDEX place_by_content ON place (athlete, sha256, basis);
    CREATE TABLE activity (
        id INTEGER PRIMARY KEY,
        athlete INTEGER NOT NULL REFERENCES athlete (id),
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        sport TEXT NOT NULL,
        utc_offset_s REAL,
        richness REAL NOT NULL,
        same_as INTEGER,
        sha256 BLOB NOT NULL,
        basis BLOB NOT NULL,
        part INTEGER NOT NULL,
        catalogue INTEGER NOT NULL REFERENCES catalogue (id),
        legs BLOB NOT NULL,
        features BLOB NOT NULL,
        UNIQUE (athlete, sha256, basis, part)
    );
    -- All that a history needs, so that reading one turns no page of the table.
    CREATE INDEX activity_history
        ON activity (athlete, start_s, same_as, end_s, utc_offset_s, legs);
    -- Apart from it, so that reading histories and features does not turn these pages.
    CREATE TABLE detail (
        id INTEGER PRIMARY KEY REFERENCES activity (id) ON DELETE CASCADE,
        ranges BLOB NOT NULL,
        info BLOB NOT NULL
    );
    -- Directories of zips in zips, so that an unchanged one need not be unpacked to be known.
    CREATE TABLE listing (
        source TEXT PRIMARY KEY,
        stamp TEXT NOT NULL,
        members TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE weigh_in (
        id INTEGER PRIMARY KEY,
        athlete INTEGER NOT NULL REFERENCES athlete (id),
        start_s REAL NOT NULL,
        sweat_l REAL NOT NULL,
        estimate_l REAL,
        told TEXT NOT NULL,
        UNIQUE (athlete, start_s)
    );
    CREATE TABLE outcome (
        id INTEGER PRIMARY KEY,
        athlete INTEGER NOT NULL REFERENCES athlete (id),
        start_s REAL NOT NULL,
        sha256 BLOB,
        told TEXT NOT NULL
    );
    CREATE INDEX outcome_by_time ON outcome (athlete, start_s);
    """,
    # By what copies are told (store/fingerprints.py); empty in rows that were kept before.
    """
    ALTER TABLE activity ADD COLUMN trace BLOB NOT NULL DEFAULT x''
    """,
    # Legs say the session they belong to and what was descended; unknown in rows kept before.
    """
    UPDATE activity SET legs = widened_legs(legs)
    """,
    # One row a change of what was logged, so that each can be taken back, the last one first.
    """
    CREATE TABLE outcome_change (
        id INTEGER PRIMARY KEY,
        athlete INTEGER NOT NULL REFERENCES athlete (id),
        changed_s REAL NOT NULL,
        added TEXT NOT NULL,
        removed TEXT NOT NULL
    );
    CREATE INDEX outcome_change_by_athlete ON outcome_change (athlete, id)
    """,
)
VERSION: Final = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of the schema a file has, 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file to this version, in one transaction; another process may do so at once."""
    connection.create_function("widened_legs", 1, _widened_legs)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(version_of(connection), VERSION):
            for statement in _statements(MIGRATIONS[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _widened_legs(legs: bytes) -> bytes:
    """Append two unknown numbers to each leg of 104 bytes."""
    unknown = 2 * struct.pack("<d", float("nan"))
    return b"".join(legs[at : at + 104] + unknown for at in range(0, len(legs), 104))


def _statements(script: str) -> list[str]:
    """Split a script; `executescript` would commit on its own."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [part for part in "\n".join(lines).split(";") if part.strip()]
