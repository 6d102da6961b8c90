"""How hard a session is beside what this athlete can hold for that long: rule O6."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from msgspec import structs
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.athlete import Conditions
from riskfit.features.answers import load_answers
from riskfit.features.basis import Basis, basis
from riskfit.features.person import Person
from riskfit.features.results import Column, Columns, known, missing
from riskfit.formulas.pacing import held_share
from riskfit.origin import Origin
from riskfit.sports import FOOT, PACE_ZONES, POWER_ZONES

#: A threshold that was told is right within so much; the intensity that heart rate stands for,
#: where its maximum or threshold was told, and where the age tells the maximum; what somebody's
#: sessions usually are (assumptions). [fraction]
THRESHOLD_SPREAD: Final = 0.03
HEART_SPREAD: Final = 0.05
_HEART_BY_AGE_SPREAD: Final = 0.10
USUAL_SPREAD: Final = 0.15
#: Who never went all out holds more than the best effort of 90 days: the effort lies between so
#: much of the share of that best and all of it (assumption). [fraction]
_OF_BEST: Final = (0.6, 0.8, 1.0)
#: An effort's length counts from a quarter at 15 min to all of it at 60, a race half at least.
_WHOLE_MIN: Final = 60.0
_SHORTEST: Final = 0.25
_SHORTEST_RACE: Final = 0.5
#: Legs that tell how hard they were stand for the others from half of the time on.
_ENOUGH: Final = 0.5

_NOTHING_TELLS: Final = "nobody told how hard: --race, --rpe, --intensity, or a threshold"


def length_share_column(active_s: FloatArray, conditions: Conditions) -> Column:
    """Return how much an effort of this length counts."""
    least = _SHORTEST_RACE if conditions.race else _SHORTEST
    share = np.clip(active_s / 60 / _WHOLE_MIN, least, 1.0)
    return known(share, basis("told") if conditions.race else basis("length"))


def effort_columns(
    measured: Iterable[Column],
    sports: Iterable[str | None],
    title: str | None,
    rpe: Column,
    active_s: FloatArray,
    conditions: Conditions,
    factor: ArrayLike = 1.0,
) -> Columns:
    """Return effort and its length.

    Parameters
    ----------
    measured : iterable of Column
        What output tells by a threshold, then what is less sure, the surest first.
    sports : iterable of str or None
        Sports and sub-sports of the session, for what their names say.
    title : str or None
        What the session is called.
    rpe : Column
        What the rating says, from `rated_column`.
    active_s : ndarray
        Time under way. [s]
    conditions : Conditions
    factor : ndarray
        How much harder variants of a plan are than what a rating or a name says; a race is one.
    """
    by_output, *less_sure = measured
    told = known(1.0, "told") if conditions.race else missing(_NOTHING_TELLS)
    said = (_scaled(one, factor) for one in (rpe, named_column(sports, title)))
    ways = (told, by_output, *said, *less_sure)
    found = next((way for way in ways if way.missing_because is None), told)
    return {
        "effort_fraction": found,
        "effort_length_share": length_share_column(active_s, conditions),
    }


def rated_column(rpe: float | None, rests_on: str) -> Column:
    """Return what a rating of perceived exertion says of the effort."""
    if rpe is None:
        return missing("no rating was given")
    spread = load_answers().effort.rated_spread
    return ranged(effort_of_rating(rpe), basis(rests_on), spread)


def effort_of_rating(rpe: float) -> float:
    """Return the effort that a rating of perceived exertion stands for."""
    table = load_answers().effort
    return float(np.interp(rpe, table.ratings, table.rated))


def rating_of_effort(effort: float) -> float:
    """Return the rating that stands for an effort."""
    table = load_answers().effort
    return float(np.interp(effort, table.rated, table.ratings))


def share_of_effort(effort: float, duration_s: float, sport: str) -> float:
    """Return the share of threshold at which a session of this length is such an effort."""
    if sport in FOOT:
        effort = float(np.interp(effort, _POWER_SHARES, _SPEED_SHARES))
    return effort * float(held_share(duration_s, sport in FOOT))


def named_column(sports: Iterable[str | None], title: str | None) -> Column:
    """Return what the name of a sport or a session says: boot camps and intervals are hard."""
    table = load_answers().effort
    words = " ".join(re.findall(r"[^\W\d_]+", (title or "").casefold()))
    called = (word for word in table.titles if f" {word} " in f" {words} ")
    hard = next((name for name in sports if name in table.labels), None) or next(called, None)
    if hard is None:
        return missing(_NOTHING_TELLS)
    low, middle, high = table.labelled
    return known(middle, basis("hard_by_name", hard.replace("_", " ")), low, high)


def _scaled(column: Column, factor: ArrayLike) -> Column:
    """Return a column that holds for the whole session, times a factor a variant."""
    scale = np.asarray(factor, dtype=float)
    low, high = column.low, column.high
    if column.missing_because is not None or not scale.ndim or low is None or high is None:
        return column
    scale = scale[:, None]
    return structs.replace(column, values=scale * column.values, low=scale * low, high=scale * high)


def ranged(values: ArrayLike, rests_on: Basis, spread: float) -> Column:
    """Return a column with the same range, as a share, on either side."""
    middle = np.asarray(values, dtype=float)
    return known(middle, rests_on, middle * (1 - spread), middle * (1 + spread))


def effort_of_output(share_of_hour: ArrayLike, active_s: ArrayLike, sport: str) -> FloatArray:
    """Return the effort of an output, given as a share of what can be held for an hour."""
    held = held_share(active_s, sport in FOOT)
    return as_power_share(np.asarray(share_of_hour) / held, sport)


def effort_of_heart(
    share: ArrayLike, active_s: ArrayLike, person: Person, measure: Basis
) -> Column:
    """Return the effort that heart rate stands for, by how far its maximum is known."""
    told = [person.bases[name].origin for name in ("hr_max_bpm", "hr_threshold_bpm")]
    if Origin.PROFILE in told or Origin.FILE in told:
        spread = HEART_SPREAD
    elif not person.assumes("age_years"):
        spread = _HEART_BY_AGE_SPREAD
    else:
        return missing("heart rate tells no effort without a maximum, a threshold or an age")
    return ranged(np.asarray(share) / held_share(active_s, False), measure, spread)


def effort_below_best(effort: FloatArray) -> Column:
    """Return the effort whose share of the best of 90 days is given: it is at most that."""
    low, middle, high = (part * effort for part in _OF_BEST)
    return known(middle, "best_efforts", low, high)


def over_legs(legs: Sequence[tuple[Column, FloatArray]], active_s: FloatArray) -> Column:
    """Return the effort of a session from those of its legs, each with its time so far.

    Loads go with the square of intensity, and so does this mean.
    """
    there = [(column, time_s) for column, time_s in legs if column.missing_because is None]
    time_s = sum((one for _, one in there), np.zeros(1))
    if not there or time_s[-1] < _ENOUGH * active_s[-1]:
        return legs[0][0] if legs and not there else missing(_NOTHING_TELLS)
    if len(there) == 1:
        return there[0][0]

    def mean(name: str) -> FloatArray:
        squares = [np.square(getattr(column, name)) * own for column, own in there]
        return np.asarray(np.sqrt(np.sum(squares, axis=0) / np.maximum(time_s, 1e-9)))

    return known(mean("values"), there[0][0].basis or basis("recorded"), mean("low"), mean("high"))


def _edges(zones: Mapping[str, tuple[float, float]]) -> tuple[float, ...]:
    """Return where zones meet, threshold within the fourth, as shares of threshold.

    Below the first zone it goes on in proportion.
    """
    spans = [zones[f"z{n}"] for n in range(1, 7)]
    meet = [(lower[1] + upper[0]) / 2 for lower, upper in pairwise(spans)]
    return (0.0, spans[0][0], *meet[:3], 1.0, *meet[3:], spans[-1][1])


_SPEED_SHARES: Final = _edges(PACE_ZONES)
_POWER_SHARES: Final = _edges(POWER_ZONES)


def as_power_share(share: ArrayLike, sport: str) -> FloatArray:
    """Bring a share of threshold to the scale of power, on which an easy hour is about 0.65.

    Easy running is 0.83 of threshold speed and easy riding 0.66 of threshold power; ratings and
    heart rates follow the second.  The two sets of zones (`riskfit.sports.zone_fraction`) are
    laid on one another, with straight lines between their ends.

    Examples
    --------
    >>> f"{as_power_share(0.83, 'running'):.2f} {as_power_share(0.83, 'cycling'):.2f}"
    '0.66 0.83'
    """
    given = np.asarray(share, dtype=float)
    if sport not in FOOT:
        return given
    beyond = np.maximum(given - _SPEED_SHARES[-1], 0.0)
    return np.asarray(np.interp(given, _SPEED_SHARES, _POWER_SHARES) + beyond)
