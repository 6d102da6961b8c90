"""Write activities into a store and read them out again."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from riskfit.features.catalogue import CATALOGUE
from riskfit.store import Store, in_batches, insert
from riskfit.store.entries import FileResult
from riskfit.store.rows import (
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


def save(store: Store, athlete: int, results: Iterable[FileResult]) -> None:
    """Write what became of some files, all of it or nothing."""
    with store.transaction() as run:
        layout = _layout_id(run)
        for result in results:
            _save_one(run, athlete, layout, result)


def _layout_id(run: "sqlite3.Connection") -> int:
    names = " ".join(CATALOGUE)
    insert(run, "catalogue", {"names": names})
    return int(run.execute("SELECT id FROM catalogue WHERE names = ?", (names,)).fetchone()["id"])


def _save_one(run: "sqlite3.Connection", athlete: int, layout: int, result: FileResult) -> None:
    before = run.execute(
        "SELECT sha256, basis FROM place WHERE athlete = ? AND source = ?",
        (athlete, result.source),
    ).fetchone()
    content = {"sha256": result.sha256, "basis": result.basis}
    place = {
        "athlete": athlete,
        "source": result.source,
        "stamp": result.stamp,
        **content,
        "kind": None if result.kind == "known" else result.kind,
        "error": result.error,
    }
    insert(run, "place", place, instead=True)
    for part, entry in enumerate(result.entries):
        cells = asdict(entry)
        detail = {name: cells.pop(name) for name in ("ranges", "info")}
        whose = {"athlete": athlete, **content, "part": part, "catalogue": layout}
        number = insert(run, "activity", {**whose, **cells})
        if number:
            insert(run, "detail", {"id": number, **detail})
    if before and before["sha256"] is not None and before["sha256"] == result.sha256:
        # the same content, computed anew; other content at the same path was another session
        _forget_unused(run, athlete, before["sha256"], before["basis"])


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
    return {_content(row) for row in store.select(query, (athlete,))}


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
    join = " JOIN detail USING (id)" if details else ""
    only = "" if copies else " AND same_as IS NULL"
    query = f"SELECT * FROM activity{join} WHERE athlete = ?{only}"  # noqa: S608
    rows: list[Any] = store.select(query, (athlete,))
    if contents is not None:
        rows = [row for row in rows if _content(row) in contents]
    rows.sort(key=lambda row: (row["start_s"], row["sha256"], row["part"], row["basis"]))
    older = {
        row["id"]: row["names"].split(" ")
        for row in store.select("SELECT id, names FROM catalogue")
        if row["names"] != " ".join(CATALOGUE)
    }
    if older:
        rows = [_in_todays_order(dict(row), older.get(row["catalogue"])) for row in rows]
    places = _places_of(store, athlete)

    def column(name: str) -> list[Any]:
        return [row[name] for row in rows]

    legs, session = unpack_legs(column("legs"))
    return Rows(
        ids=column("id"),
        start_s=np.array(column("start_s"), dtype=float),
        end_s=np.array(column("end_s"), dtype=float),
        richness=np.array(column("richness"), dtype=float),
        utc_offset_s=np.array(column("utc_offset_s"), dtype=float),
        sport=column("sport"),
        sha256=column("sha256"),
        parts=column("part"),
        trace=column("trace"),
        sources=[places.get(_content(row), ()) for row in rows],
        copies=_copies_of(store, athlete, column("id"), places),
        values=unpack_features(column("features")),
        legs=legs,
        session=session,
        ranges=unpack_ranges(column("ranges") if details else [], len(rows)),
        info=unpack_info(column("info")) if details else [],
    )


def _copies_of(
    store: Store, athlete: int, ids: list[int], places: dict[Content, tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Return for each activity where its copies were found."""
    query = "SELECT same_as, sha256, basis FROM activity WHERE athlete = ? AND same_as NOT NULL"
    found: dict[int, list[str]] = {}
    for row in store.select(query, (athlete,)):
        found.setdefault(row["same_as"], []).extend(places.get(_content(row), ()))
    return [tuple(sorted(found.get(number, ()))) for number in ids]


def _content(row: Any) -> Content:
    return row["sha256"], row["basis"]


def _in_todays_order(cells: dict[str, Any], layout: list[str] | None) -> dict[str, Any]:
    """Bring what goes by the catalogue of an older version into today's order."""
    if layout is not None:
        for name, relaid in _RELAID.items():
            if name in cells:
                cells[name] = relaid(cells[name], layout)
    return cells


_RELAID: Final[dict[str, Callable[[bytes, list[str]], bytes]]] = {
    "features": relaid_values,
    "ranges": relaid_values,
    "info": relaid_info,
}


def _places_of(store: Store, athlete: int) -> dict[Content, tuple[str, ...]]:
    found: dict[Content, list[str]] = {}
    query = "SELECT sha256, basis, source FROM place WHERE athlete = ? AND sha256 IS NOT NULL"
    for row in store.select(query + " ORDER BY source", (athlete,)):
        found.setdefault(_content(row), []).append(row["source"])
    return {content: tuple(sources) for content, sources in found.items()}


def settle(store: Store, athlete: int) -> int:
    """Mark the copies of activities that are there twice; return how many there are.

    What is marked depends on the rows alone, so it does not matter when or how often it is done.
    """
    from riskfit.store.copies import Recorded, pair_copies

    with store.transaction() as run:
        rows = run.execute(
            "SELECT id, start_s, end_s, sport, trace, richness, sha256, part, same_as "
            "FROM activity WHERE athlete = ? ORDER BY id",
            (athlete,),
        ).fetchall()
        if not rows:
            return 0
        told = [Recorded(*(row[name] for name in Recorded._fields)) for row in rows]
        richness = np.array([row["richness"] for row in rows])
        keys = [(row["sha256"], row["part"]) for row in rows]
        stays = pair_copies(told, richness, keys)
        now = [
            None if stay == number else rows[stay]["id"]
            for number, stay in enumerate(stays.tolist())
        ]
        changed = [
            (new, row["id"]) for row, new in zip(rows, now, strict=True) if new != row["same_as"]
        ]
        run.executemany("UPDATE activity SET same_as = ? WHERE id = ?", changed)
        return sum(new is not None for new in now)


def counted(store: Store, athlete: int) -> tuple[int, int]:
    """Return how many activities there are, and how many copies of them beside."""
    query = "SELECT count(*) AS every, count(same_as) AS copies FROM activity WHERE athlete = ?"
    (row,) = store.select(query, (athlete,))
    return row["every"] - row["copies"], row["copies"]


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
                [(athlete, *_content(row)) for row in contents],
            )
            gone += run.execute(
                f"DELETE FROM activity WHERE id IN ({marks}) OR same_as IN ({marks})",  # noqa: S608
                [*batch, *batch],
            ).rowcount
    return gone
