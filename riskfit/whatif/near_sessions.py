"""The athlete's own sessions that were most like the one planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from riskfit._common import DAY_S
from riskfit.whatif.baseline import Case, score_variants

#: What counts as one step apart: durations by a quarter, intensities by a tenth, 5 °C, and a
#: year ago (assumptions: only for the order of a list).
_LOG_DURATION: Final = np.log(1.25)
_LOG_INTENSITY: Final = np.log(1.10)
_DEGREES_C: Final = 5.0
_YEAR_S: Final = 365.25 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class NearSession:
    """A past session like the planned one; None where it is not known.

    ``outcome`` is what the person logged of it.
    """

    start_s: float
    sport: str
    duration_s: float
    load: float | None
    temperature_c: float | None
    outcome: str | None


def nearest_sessions(
    case: Case, outcomes: Mapping[float, str] | None = None, count: int = 3
) -> tuple[NearSession, ...]:
    """Return the past sessions of the sport that were most like the plan.

    Parameters
    ----------
    case : Case
    outcomes : mapping of float to str, optional
        What was logged, by the start of the session. [s]
    count : int
        How many at most.
    """
    history, outcomes = case.history, outcomes or {}
    rows = np.flatnonzero(
        (history.sport == case.plan.sport)
        & (history.start_s < case.start_s)
        & (history.duration_s > 0)
    )
    if not len(rows):
        return ()
    values = score_variants(case).values
    minutes, load = float(values["duration_min"][0]), float(values["training_stress_score"][0])
    steps = (np.log(history.duration_s[rows] / 60 / minutes) / _LOG_DURATION) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = history.load[rows] / history.duration_s[rows] / (load / minutes / 60)
        apart = 0.5 * np.log(rate) / _LOG_INTENSITY
    steps += np.where(np.isfinite(apart), apart, 1.0) ** 2
    warmth = history.temperature_c[rows] - float(values["air_temperature_c"][0])
    steps += np.where(np.isfinite(warmth), warmth / _DEGREES_C, 1.0) ** 2
    steps += ((case.start_s - history.start_s[rows]) / _YEAR_S) ** 2
    best = rows[np.argsort(steps, kind="stable")[:count]]
    return tuple(
        NearSession(
            start_s=float(history.start_s[row]),
            sport=str(history.sport[row]),
            duration_s=float(history.duration_s[row]),
            load=_known(history.load[row]),
            temperature_c=_known(history.temperature_c[row]),
            outcome=outcomes.get(float(history.start_s[row])),
        )
        for row in best
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
