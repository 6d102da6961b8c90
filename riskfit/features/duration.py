"""How long, how far, how much up and down."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.features.basis import Basis, basis
from riskfit.features.course import Course
from riskfit.features.recovery import RecoveryTable
from riskfit.features.recovery_columns import duration_ratio_column
from riskfit.features.results import Column, Columns, known, largest, missing
from riskfit.sports import BIKE, WATER, accustoming

#: No path falls by more than 45 % all the way: the altimeter does. [m/km]
_STEEPEST_M_KM: Final = 450.0


def duration_columns(
    course: Course, recovery: RecoveryTable, usual_hours: float | None = None
) -> Columns:
    """Return the duration features; row k of the recovery table is the k-th leg."""
    active_s = np.cumsum(course.active_s, axis=-1)
    elapsed_s = active_s if course.planned else course.end_s
    simply = basis("planned" if course.planned else "recorded")
    no_way, no_climb = "no distance, positions or speed recorded", "no altitude recorded"
    if course.planned:
        no_way = no_climb = "not planned: --distance, --ascent or a course"
    return {
        "duration_min": known(active_s / 60, simply),
        "elapsed_min": known(elapsed_s / 60, simply),
        "distance_km": _measured(course.distance_m / 1000, course.way_basis, no_way),
        "ascent_m": _measured(course.ascent_m, simply, no_climb),
        "descent_m": _measured(course.descent_m, simply, no_climb),
        "descent_m_per_km": _descent_per_km(course),
        "duration_vs_longest_28d_ratio": largest(
            duration_ratio_column(recovery, index, _sport_active_s(course, index), usual_hours)
            for index in moving_legs(course)
        ),
    }


def moving_legs(course: Course) -> list[int]:
    """Return the indexes of the legs of sport with time under way; without one, the first."""
    return [
        index for index, leg in enumerate(course.legs) if leg.moves and (course.leg == index).any()
    ] or [0]


def leg_active_s(course: Course, index: int) -> FloatArray:
    """Return the time under way in one leg up to the end of each step [s]."""
    return np.cumsum(np.where(course.leg == index, course.active_s, 0.0), axis=-1)


def leg_descent_m(course: Course, index: int) -> float:
    """Return what was descended within one leg, 0 under a roof, nan where unknown [m]."""
    if course.indoor:
        return 0.0
    return float(_gained(course.descent_m, course.leg == index)[..., -1])


def _sport_active_s(course: Course, index: int) -> FloatArray:
    """Return the time under way in all legs of a leg's sport up to the end of each step [s]."""
    alike = accustoming(course.legs[index].sport)
    mine = [k for k, leg in enumerate(course.legs) if leg.sport in alike]
    return np.cumsum(np.where(np.isin(course.leg, mine), course.active_s, 0.0), axis=-1)


def _gained(total: FloatArray, where: NDArray[np.bool_]) -> FloatArray:
    """Return how much a running total gained in some of its steps, up to the end of each."""
    return np.cumsum(np.where(where, np.diff(total, axis=-1, prepend=0.0), 0.0), axis=-1)


def _measured(values: FloatArray, rests_on: Basis, because: str) -> Column:
    return missing(because) if np.isnan(values).all() else known(values, rests_on)


def _descent_per_km(course: Course) -> Column:
    """Descent for each kilometre on one's feet, which brake it; indoors there is none.

    The first kilometre counts as a whole one, so that a kerb at the start is no downhill run.
    """
    if course.indoor:
        return known(0.0, course.indoor_basis)
    if np.isnan(course.descent_m).all() or np.isnan(course.distance_m).all():
        return missing(
            "not planned: --ascent, --descent or a course"
            if course.planned
            else "needs altitude and distance"
        )
    moving = [leg.sport for leg in course.legs if leg.moves]
    for sports, method in ((WATER, "in_water"), (WATER | BIKE, "on_a_bike")):
        if all(sport in sports for sport in moving):
            return known(0.0, method)
    descent_m, distance_m = course.descent_m, course.distance_m
    if len(moving) > 1:
        feet = np.array([leg.sport not in WATER | BIKE for leg in course.legs])[course.leg]
        descent_m, distance_m = _gained(descent_m, feet), _gained(distance_m, feet)
    descent = descent_m / np.maximum(distance_m / 1000, 1.0)
    if float(np.max(descent[..., -1])) > _STEEPEST_M_KM:
        return missing("the altitude is not plausible: it falls faster than any path")
    return known(descent, course.descent_basis)
