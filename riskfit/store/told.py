"""What a person told: weigh-ins and outcomes."""

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from riskfit.athlete import Athlete
from riskfit.store import Store, insert


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighIn:
    """A session's sweat loss by the scales, and what was estimated for it without a factor.

    ``told`` holds the numbers as they were given.
    """

    start_s: float
    sweat_l: float
    estimate_l: float | None
    told: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a session went, as the person logged it; ``sha256`` names its file if it is known."""

    key: int
    start_s: float
    sha256: bytes | None
    told: dict[str, Any]


def log_weigh_in(store: Store, athlete: int, weigh_in: WeighIn) -> None:
    """Keep a weigh-in; another of the same session takes its place."""
    with store.transaction() as run:
        cells = {
            "athlete": athlete,
            "start_s": weigh_in.start_s,
            "sweat_l": weigh_in.sweat_l,
            "estimate_l": weigh_in.estimate_l,
            "told": json.dumps(weigh_in.told, sort_keys=True),
        }
        insert(run, "weigh_in", cells, instead=True)


def weigh_ins(store: Store, athlete: int) -> list[WeighIn]:
    """Return an athlete's weigh-ins in order of time."""
    rows = store.select("SELECT * FROM weigh_in WHERE athlete = ? ORDER BY start_s", (athlete,))
    return [
        WeighIn(
            start_s=row["start_s"],
            sweat_l=row["sweat_l"],
            estimate_l=row["estimate_l"],
            told=json.loads(row["told"]),
        )
        for row in rows
    ]


def with_sweat_factor(store: Store, athlete: int, profile: Athlete) -> Athlete:
    """Return a profile with the factor on sweat that the weigh-ins show, if it tells none."""
    if profile.sweat_factor is not None:
        return profile
    usable = [one for one in weigh_ins(store, athlete) if one.estimate_l]
    if not usable:
        return profile
    from riskfit.formulas.fluid import personal_factor

    factor = personal_factor(
        [one.sweat_l for one in usable], [float(one.estimate_l or 0) for one in usable]
    )
    return replace(profile, sweat_factor=min(max(factor, 0.1), 5.0))


def log_outcome(
    store: Store, athlete: int, start_s: float, told: dict[str, Any], sha256: bytes | None = None
) -> None:
    """Keep how a session went; what was logged before for it is replaced."""
    new = Outcome(key=0, start_s=start_s, sha256=sha256, told=told)
    change_outcomes(store, athlete, add=[new])


def change_outcomes(
    store: Store, athlete: int, *, add: Iterable[Outcome] = (), remove: Iterable[int] = ()
) -> None:
    """Make one change of what was logged, of many outcomes or one, to be taken back as one.

    Parameters
    ----------
    store : Store
    athlete : int
    add : iterable of Outcome
        Whatever their keys; each replaces those of its own start.
    remove : iterable of int
        Keys of others that go.
    """
    new = {one.start_s: one for one in add}
    gone = set(remove)
    with store.transaction() as run:
        before = [one for one in _outcomes(run, athlete) if one.key in gone or one.start_s in new]
        run.executemany("DELETE FROM outcome WHERE id = ?", [(one.key,) for one in before])
        keys = [insert(run, "outcome", _packed(_cells(athlete, one))) for one in new.values()]
        change = {
            "athlete": athlete,
            "changed_s": time.time(),
            "added": json.dumps(keys),
            "removed": json.dumps([{"id": one.key, **_cells(athlete, one)} for one in before]),
        }
        insert(run, "outcome_change", change)


def undo_change(store: Store, athlete: int) -> tuple[list[Outcome], list[Outcome]] | None:
    """Take the last change back; return what went and what is there again, None without one."""
    with store.transaction() as run:
        change = run.execute(
            "SELECT * FROM outcome_change WHERE athlete = ? ORDER BY id DESC LIMIT 1", (athlete,)
        ).fetchone()
        if change is None:
            return None
        added = set(json.loads(change["added"]))
        went = [one for one in _outcomes(run, athlete) if one.key in added]
        run.executemany("DELETE FROM outcome WHERE id = ?", [(key,) for key in added])
        # keys come back as they were: the change before this one may name them
        again = [insert(run, "outcome", _packed(cells)) for cells in json.loads(change["removed"])]
        run.execute("DELETE FROM outcome_change WHERE id = ?", (change["id"],))
        return went, [one for one in _outcomes(run, athlete) if one.key in set(again)]


def outcomes(store: Store, athlete: int) -> list[Outcome]:
    """Return an athlete's outcomes in order of time."""
    return [_outcome(row) for row in store.select(_OF_ATHLETE, (athlete,))]


_OF_ATHLETE: Final = "SELECT * FROM outcome WHERE athlete = ? ORDER BY start_s, id"


def _outcomes(run: sqlite3.Connection, athlete: int) -> list[Outcome]:
    return [_outcome(row) for row in run.execute(_OF_ATHLETE, (athlete,))]


def _outcome(row: sqlite3.Row) -> Outcome:
    return Outcome(
        key=row["id"],
        start_s=row["start_s"],
        sha256=row["sha256"],
        told=json.loads(row["told"]),
    )


def _cells(athlete: int, outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a row, its digest as text: `_packed` makes a row's cell of it."""
    return {
        "athlete": athlete,
        "start_s": outcome.start_s,
        "sha256": None if outcome.sha256 is None else outcome.sha256.hex(),
        "told": json.dumps(outcome.told, sort_keys=True),
    }


def _packed(cells: dict[str, Any]) -> dict[str, Any]:
    digest = cells["sha256"]
    return {**cells, "sha256": None if digest is None else bytes.fromhex(digest)}
