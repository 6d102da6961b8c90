"""How hard a recorded session was beside what this athlete can hold for that long."""

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import Activity
from riskfit.athlete import Conditions
from riskfit.features.basis import basis
from riskfit.features.course import Course
from riskfit.features.early_pace import hour_told, output_held
from riskfit.features.intensity import load_by_heart_rate
from riskfit.features.person import Person, threshold_of
from riskfit.features.relative_effort import (
    THRESHOLD_SPREAD,
    effort_columns,
    effort_of_heart,
    effort_of_output,
    over_legs,
    ranged,
    rated_column,
)
from riskfit.features.results import Column, Columns, missing
from riskfit.features.traces import LegTrace


def recorded_effort(
    course: Course,
    traces: list[LegTrace],
    person: Person,
    activity: Activity,
    conditions: Conditions,
) -> Columns:
    """Return effort and its length along a recording.

    Best efforts of earlier sessions are no threshold here: who only ever jogs has no better one
    than the last jog.
    """
    active_s = np.cumsum(course.active_s)
    outputs = [(_by_output(trace, active_s, person), _own_s(trace)) for trace in traces]
    hearts = [
        (_by_heart(trace, active_s, person) if one.missing_because else one, own_s)
        for trace, (one, own_s) in zip(traces, outputs, strict=True)
    ]
    if conditions.rpe is not None:
        rated = rated_column(conditions.rpe, "rating")
    else:
        rated = rated_column(activity.summary.rpe, "rating_in_file")
    words = [word for leg in course.legs for word in (leg.sport, leg.sub_sport)]
    return effort_columns(
        (over_legs(outputs, active_s), over_legs(hearts, active_s)),
        words,
        activity.name,
        rated,
        active_s,
        conditions,
    )


def _own_s(trace: LegTrace) -> FloatArray:
    return trace.ends.astype(float)


def _by_output(trace: LegTrace, active_s: FloatArray, person: Person) -> Column:
    """Return the effort by speed running or power on a bike, against a threshold that was told."""
    sport = trace.leg.sport
    held, hour = output_held(trace, trace.ends), hour_told(sport, person)
    if held is None or not np.isfinite(hour):
        return missing("needs speed running or power on a bike, and a threshold in the profile")
    measure = basis("threshold", person.bases[threshold_of(sport)])
    effort = np.nan_to_num(effort_of_output(held / hour, active_s, sport))
    return ranged(effort, measure, THRESHOLD_SPREAD)


def _by_heart(trace: LegTrace, active_s: FloatArray, person: Person) -> Column:
    """Return the effort by heart rate."""
    if trace.heart_rate_bpm is None:
        return missing("no heart rate recorded")
    impulse = load_by_heart_rate(trace, person)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nan_to_num(np.sqrt(impulse.load / 100 / (trace.ends / 3600)))
    return effort_of_heart(share, active_s, person, impulse.basis)
