"""What a person told: weigh-ins and outcomes."""

import json
from dataclasses import dataclass, replace
from typing import Any

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
    with store.transaction() as run:
        run.execute("DELETE FROM outcome WHERE athlete = ? AND start_s = ?", (athlete, start_s))
        cells = {
            "athlete": athlete,
            "start_s": start_s,
            "sha256": sha256,
            "told": json.dumps(told, sort_keys=True),
        }
        insert(run, "outcome", cells)


def outcomes(store: Store, athlete: int) -> list[Outcome]:
    """Return an athlete's outcomes in order of time."""
    rows = store.select("SELECT * FROM outcome WHERE athlete = ? ORDER BY start_s, id", (athlete,))
    return [
        Outcome(
            key=row["id"],
            start_s=row["start_s"],
            sha256=row["sha256"],
            told=json.loads(row["told"]),
        )
        for row in rows
    ]
