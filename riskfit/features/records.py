"""What a session leaves behind for the sessions after it: one record for each of its legs."""

from typing import Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.features.course import Course
from riskfit.features.duration import leg_active_s, leg_descent_m
from riskfit.features.early_pace import early_output, hour_told
from riskfit.features.history import LegArray, legs_of
from riskfit.features.intensity import LegLoad
from riskfit.features.person import Person
from riskfit.features.results import zero_unknown
from riskfit.features.traces import LegTrace
from riskfit.formulas.pacing import power_duration, riegel_speed
from riskfit.sports import BIKE, RUN

#: Lengths at which a session's best effort is looked for; the whole session is one more. [s]
_EFFORTS_S: Final = (300, 600, 1200, 1800, 3600)


def leg_records(
    course: Course,
    traces: list[LegTrace],
    loads: list[LegLoad],
    person: Person,
    temperature_c: float,
) -> LegArray:
    """Return the records of a session's legs; ``temperature_c`` is nan where it is assumed."""
    records: list[dict[str, float | str]] = []
    for trace, load in zip(traces, loads, strict=True):
        duration, speed, power = _best_effort(trace)
        early = early_output(trace)
        records.append(
            {
                "start_s": course.start_s + float(trace.rows[0]),
                "duration_s": float(len(trace.rows)),
                "load": float(load.load[-1]),
                "sport": trace.leg.sport,
                "temperature_c": temperature_c,
                "best_duration_s": duration,
                "best_speed_m_s": speed,
                "best_power_w": power,
                "course_s": float(leg_active_s(course, trace.index)[-1]),
                "early_output": float("nan") if early is None else float(early[-1]),
                "hour_told": hour_told(trace.leg.sport, person),
                "session_s": course.start_s,
                "descent_m": leg_descent_m(course, trace.index),
            }
        )
    return legs_of(records)


def _best_effort(trace: LegTrace) -> tuple[float, float, float]:
    """Return the effort that stands for most over an hour: its duration, speed, power."""
    nothing = float("nan"), float("nan"), float("nan")
    if trace.leg.sport in RUN and trace.adjusted_speed_m_s is not None:
        duration, best = _best(trace.adjusted_speed_m_s, riegel_speed)
        return duration, best, float("nan")
    if trace.leg.sport in BIKE and trace.power_w is not None:
        duration, best = _best(trace.power_w, power_duration)
        return duration, float("nan"), best
    return nothing


def _best(output: FloatArray, curve: object) -> tuple[float, float]:
    """Return duration and mean of the best of the usual lengths, by its hour equivalent."""
    summed = np.concatenate([[0.0], np.cumsum(zero_unknown(output))])
    lengths = [length for length in (*_EFFORTS_S, len(output)) if 300 <= length <= len(output)]
    if not lengths:
        return float("nan"), float("nan")
    means = np.array([(summed[n:] - summed[:-n]).max() / n for n in lengths])
    hours = curve(means, np.array(lengths, dtype=float), 3600.0)  # type: ignore[operator]
    if np.isnan(hours).all():
        return float("nan"), float("nan")
    best = int(np.nanargmax(hours))
    return float(lengths[best]), float(means[best])
