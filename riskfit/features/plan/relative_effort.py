"""How hard a plan is beside what this athlete can hold for that long."""

import numpy as np

from riskfit.features.basis import basis
from riskfit.features.early_pace import hour_told
from riskfit.features.person import threshold_of
from riskfit.features.plan.effort import Effort
from riskfit.features.plan.layout import PlanTrace
from riskfit.features.relative_effort import (
    HEART_SPREAD,
    THRESHOLD_SPREAD,
    USUAL_SPREAD,
    effort_below_best,
    effort_columns,
    effort_of_heart,
    effort_of_output,
    ranged,
    rated_column,
)
from riskfit.features.results import Column, Columns, missing
from riskfit.origin import Origin
from riskfit.sports import BIKE, RUN


def planned_effort(trace: PlanTrace) -> Columns:
    """Return effort and its length along a plan's variants."""
    plan, conditions = trace.planning.plan, trace.planning.conditions
    return effort_columns(
        (_by_plan(trace), _usual(trace), _below_best(trace)),
        (plan.sport, plan.sub_sport),
        plan.name,
        rated_column(conditions.rpe, "rating_expected"),
        trace.time_s,
        conditions,
        trace.factor,
    )


def _by_plan(trace: PlanTrace) -> Column:
    """Return the effort of the plan's own intensity, where it is a share of something known."""
    effort, person = trace.effort, trace.planning.person
    sport, kind, share = effort.sport, effort.main_kind, trace.so_far(trace.time_s)
    if Origin.ASSUMED in effort.origins:
        return missing("nobody told how hard it will be: --race, --rpe or --intensity")
    if kind == "fraction" and trace.planning.conditions.rpe is not None:
        return missing(
            "a rating tells more than a share of a threshold that the sport does not have"
        )
    if kind == "heart rate":
        return effort_of_heart(share, trace.time_s, person, effort.basis)
    if effort.methods <= {"planned_share", "rated_share"}:
        share = share * _of_capacity(effort)
        return ranged(effort_of_output(share, trace.time_s, sport), effort.basis, HEART_SPREAD)
    told = all(np.isfinite(hour_told(one, person)) for one in effort.sports)
    if kind not in ("pace", "power") or not told or "usual_intensity" in effort.methods:
        return missing(f"needs {threshold_of(sport)} in the profile, or --intensity or --rpe")
    measure = basis("load_of_plan", effort.basis, person.bases[threshold_of(sport)])
    return ranged(effort_of_output(share, trace.time_s, sport), measure, THRESHOLD_SPREAD)


def _usual(trace: PlanTrace) -> Column:
    """Return the effort of what this athlete's sessions usually are."""
    effort = trace.effort
    if "usual_intensity" not in effort.methods:
        return missing("the plan itself says how hard")
    share = trace.so_far(trace.time_s)
    found = effort_of_output(share, trace.time_s, effort.sport)
    return ranged(found, effort.basis, USUAL_SPREAD)


def _of_capacity(effort: Effort) -> float:
    """Return the threshold that load is counted by over the one that shares refer to."""
    if effort.main_kind == "pace":
        return effort.person.threshold_speed_m_s / effort.capacity.speed_m_s
    return effort.person.ftp_w / effort.capacity.power_w if effort.main_kind == "power" else 1.0


def _below_best(trace: PlanTrace) -> Column:
    """Return the effort against the best efforts of 90 days, which are a lower bound."""
    effort, recovery = trace.effort, trace.planning.recovery
    hour = float("nan")
    if Origin.ASSUMED in effort.origins or Origin.HISTORY in effort.origins:
        return missing("nobody told how hard it will be: --race, --rpe or --intensity")
    if effort.sport in RUN and effort.main_kind == "pace":
        hour = float(recovery.hour_speed_m_s[0])
    elif effort.sport in BIKE and effort.main_kind == "power":
        hour = float(recovery.hour_power_w[0])
    if not np.isfinite(hour):
        return missing("needs a history of 90 days, or a threshold in the profile")
    share = trace.so_far(trace.time_s) * effort.threshold() / hour
    return effort_below_best(effort_of_output(share, trace.time_s, effort.sport))
