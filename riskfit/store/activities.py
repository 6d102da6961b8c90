"""Write activities into a store and read them out again."""

from collections.abc import Iterable
from itertools import starmap
from typing import TYPE_CHECKING, Any

import numpy as np

from riskfit.features.catalogue import CATALOGUE
from riskfit.store import Store, in_batches
from riskfit.store.rows import (
    FileResult,
    Rows,
    relaid_info,
    relaid_values,
    unpack_features,
    unpack_info,
    unpack_legs,
    unpack_ranges,
)

if TYPE_CHECKING:
    import sqlite3

#: Content and what it was computed from: what an activity's rows belong to.
Content = tuple[bytes, bytes]

_COLUMNS = (
    "a.id, a.start_s, a.end_s, a.richness, a.utc_offset_s, a.sport, a.sha256, a.basis, a.part, "
    "a.catalogue, a.features, a.legs"
)


def save(store: Store, athlete: int, results: Iterable[FileResult]) -> None:
    """Write what became of some files, all of it or nothing."""
    with store.transaction() as run:
        layout = _layout_id(run)
        for result in results:
            _save_one(run, athlete, layout, result)


def _layout_id(run: "sqlite3.Connection") -> int:
    names = " ".join(CATALOGUE)
    run.execute("INSERT OR IGNORE INTO catalogue (names) VALUES (?)", (names,))
    return int(run.execute("SELECT id FROM catalogue WHERE names = ?", (names,)).fetchone()[0])


def _save_one(run: "sqlite3.Connection", athlete: int, layout: int, result: FileResult) -> None:
    before = run.execute(
        "SELECT sha256, basis FROM place WHERE athlete = ? AND source = ?",
        (athlete, result.source),
    ).fetchone()
    kind = None if result.kind == "known" else result.kind
    run.execute(
        "INSERT OR REPLACE INTO place (athlete, source, stamp, basis, sha256, kind, error) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (athlete, result.source, result.stamp, result.basis, result.sha256, kind, result.error),
    )
    for part, entry in enumerate(result.entries):
        done = run.execute(
            "INSERT INTO activity (athlete, start_s, end_s, sport, utc_offset_s, "
            "richness, sha256, basis, part, catalogue, legs, features) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (athlete, sha256, basis, part) DO NOTHING",
            (
                athlete,
                entry.start_s,
                entry.end_s,
                entry.sport,
                entry.utc_offset_s,
                entry.richness,
                result.sha256,
                result.basis,
                part,
                layout,
                entry.legs,
                entry.features,
            ),
        )
        if done.rowcount:
            run.execute(
                "INSERT INTO detail (id, ranges, info) VALUES (?, ?, ?)",
                (done.lastrowid, entry.ranges, entry.info),
            )
    if before and before[0] is not None and before[0] == result.sha256:
        # the same content, computed anew; other content at the same path was another session
        _forget_unused(run, athlete, before[0], before[1])


def _forget_unused(run: "sqlite3.Connection", athlete: int, sha256: bytes, basis: bytes) -> None:
    """Delete what no place refers to any more."""
    run.execute(
        "DELETE FROM activity WHERE athlete = ?1 AND sha256 = ?2 AND basis = ?3 AND NOT EXISTS "
        "(SELECT 1 FROM place WHERE athlete = ?1 AND sha256 = ?2 AND basis = ?3)",
        (athlete, sha256, basis),
    )


def known_contents(store: Store, athlete: int) -> set[Content]:
    """Return every content that was computed for an athlete."""
    query = "SELECT DISTINCT sha256, basis FROM activity WHERE athlete = ?"
    return {(row[0], row[1]) for row in store.select(query, (athlete,))}  # type: ignore[misc]


def read_rows(
    store: Store,
    athlete: int,
    *,
    contents: set[Content] | None = None,
    copies: bool = False,
    details: bool = True,
) -> Rows:
    """Read an athlete's activities, in order of start.

    Parameters
    ----------
    contents : set, optional
        Only these.
    copies : bool
        Also those that were settled to be copies of a richer one.
    details : bool
        With ranges and words.
    """
    columns = _COLUMNS + (", d.ranges, d.info" if details else "")
    join = " JOIN detail d ON d.id = a.id" if details else ""
    only = "" if copies else " AND a.same_as IS NULL"
    query = f"SELECT {columns} FROM activity a{join} WHERE a.athlete = ?{only}"  # noqa: S608
    rows: list[Any] = store.select(query, (athlete,))
    if contents is not None:
        rows = [row for row in rows if (row[6], row[7]) in contents]
    rows.sort(key=lambda row: (row[1], row[6], row[8], row[7]))
    older = {
        int(number): str(names).split(" ")  # type: ignore[call-overload]
        for number, names in store.select("SELECT id, names FROM catalogue")
        if names != " ".join(CATALOGUE)
    }
    rows = [_in_todays_order(row, older[row[9]]) if row[9] in older else row for row in rows]
    places = _places_of(store, athlete)
    cells: list[Any] = list(zip(*rows, strict=True)) or [()] * 14
    legs, session = unpack_legs(list(cells[11]))
    return Rows(
        ids=list(cells[0]),
        start_s=np.array(cells[1], dtype=float),
        end_s=np.array(cells[2], dtype=float),
        richness=np.array(cells[3], dtype=float),
        utc_offset_s=np.array(cells[4], dtype=float),
        sport=list(cells[5]),
        sha256=list(cells[6]),
        parts=list(cells[8]),
        sources=list(
            starmap(lambda *key: places.get(key, ()), zip(cells[6], cells[7], strict=True))
        ),
        values=unpack_features(list(cells[10])),
        legs=legs,
        session=session,
        ranges=unpack_ranges(list(cells[12]) if details else [], len(rows)),
        info=unpack_info(list(cells[13])) if details else [],
    )


def _in_todays_order(row: tuple[Any, ...], layout: list[str]) -> tuple[Any, ...]:
    changed = list(row)
    changed[10] = relaid_values(row[10], layout)
    if len(row) > 12:
        changed[12] = relaid_values(row[12], layout)
        changed[13] = relaid_info(row[13], layout)
    return tuple(changed)


def _places_of(store: Store, athlete: int) -> dict[Content, tuple[str, ...]]:
    found: dict[Content, list[str]] = {}
    query = "SELECT sha256, basis, source FROM place WHERE athlete = ? AND sha256 IS NOT NULL"
    for sha256, basis, source in store.select(query + " ORDER BY source", (athlete,)):
        found.setdefault((sha256, basis), []).append(str(source))  # type: ignore[arg-type]
    return {content: tuple(sources) for content, sources in found.items()}


def settle(store: Store, athlete: int) -> int:
    """Mark the copies of activities that are there twice; return how many there are.

    What is marked depends on the rows alone, so it does not matter when or how often it is done.
    """
    from riskfit.store.same import pair_copies

    with store.transaction() as run:
        rows = run.execute(
            "SELECT id, start_s, end_s, richness, sha256, part, same_as FROM activity "
            "WHERE athlete = ? ORDER BY id",
            (athlete,),
        ).fetchall()
        if not rows:
            return 0
        ids, start, end, richness, sha256, part, before = zip(*rows, strict=True)
        stays = pair_copies(
            np.array(start), np.array(end), np.array(richness), list(zip(sha256, part, strict=True))
        )
        now = [None if stay == row else ids[stay] for row, stay in enumerate(stays.tolist())]
        changed = [(new, row) for row, new, old in zip(ids, now, before, strict=True) if new != old]
        run.executemany("UPDATE activity SET same_as = ? WHERE id = ?", changed)
        return sum(new is not None for new in now)


def remove(store: Store, athlete: int, ids: Iterable[int]) -> int:
    """Delete activities with their copies; return how many rows went.

    Their places stay, marked, so that the next import of the same archive leaves them out.
    """
    gone = 0
    with store.transaction() as run:
        for batch in in_batches(ids):
            marks = ",".join("?" * len(batch))
            contents = run.execute(
                f"SELECT sha256, basis FROM activity WHERE id IN ({marks}) "  # noqa: S608
                f"OR same_as IN ({marks})",
                [*batch, *batch],
            ).fetchall()
            run.executemany(
                "UPDATE place SET kind = 'removed', error = NULL "
                "WHERE athlete = ? AND sha256 = ? AND basis = ?",
                [(athlete, *content) for content in contents],
            )
            gone += run.execute(
                f"DELETE FROM activity WHERE id IN ({marks}) OR same_as IN ({marks})",  # noqa: S608
                [*batch, *batch],
            ).rowcount
    return gone
