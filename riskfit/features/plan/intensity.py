"""How hard a plan is: the intensity features of its variants along their steps."""

from typing import Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.features.basis import basis
from riskfit.features.day import rating_column
from riskfit.features.early_pace import early_pace_column
from riskfit.features.energy import Energy, energy_column
from riskfit.features.intensity import LegLoad, load_columns
from riskfit.features.person import threshold_of
from riskfit.features.plan.layout import PlanTrace
from riskfit.features.results import Column, Columns, known, missing
from riskfit.formulas.intensity import training_stress_score
from riskfit.sports import BIKE, RUN

_RECORDED_ONLY: Final = (
    "heart_rate_max_bpm",
    "edwards_trimp",
    "lucia_trimp",
    "time_above_threshold_min",
    "decoupling_fraction",
    "core_temperature_max_c",
)


def plan_intensity_columns(trace: PlanTrace, energy: Energy) -> Columns:
    """Return load, pacing and energy; what only a recording has is missing."""
    effort, planning = trace.effort, trace.planning
    fraction = trace.so_far(trace.time_s)
    load = np.nan_to_num(training_stress_score(trace.time_s, fraction, 1.0))
    measure = effort.basis
    if effort.main_kind in ("power", "pace") and not effort.methods & {
        "planned_share",
        "rated_share",
    }:
        threshold = planning.person.bases[threshold_of(effort.sport)]
        measure = basis("load_of_plan", measure, threshold)
    return {
        **{name: missing("only a recording has it") for name in _RECORDED_ONLY},
        **load_columns([LegLoad(load=load, basis=measure)], trace.time_s),
        **_measures(trace, fraction),
        "pace_fade_fraction": missing("a plan cannot fade"),
        "late_fade_fraction": missing("a plan cannot fade"),
        "early_pace_excess_fraction": _early_excess(trace),
        "session_rpe_load": rating_column(planning.conditions.rpe, trace.time_s, "rating_expected"),
        "energy_kcal": energy_column(energy, trace.active_s),
    }


def _measures(trace: PlanTrace, fraction: FloatArray) -> Columns:
    """Return power, speed and heart rate where the plan says them."""
    kind, person, rests_on = trace.effort.main_kind, trace.planning.person, trace.effort.basis
    if len(set(trace.effort.sports)) > 1:
        kind = "several"  # a mean over swimming and riding is neither's
    heart = trace.rates.heart_rate_bpm
    told = kind == "heart rate" and not np.isnan(heart).any()
    reserve = (heart - person.hr_rest_bpm) / (person.hr_max_bpm - person.hr_rest_bpm)
    speed = trace.course.distance_m[..., -1:] / trace.time_s[..., -1:] * 3.6
    values = {
        "heart_rate_avg_bpm": trace.mean(heart) if told else None,
        "heart_rate_reserve_fraction": trace.mean(reserve) if told else None,
        "trimp": None,
        "power_avg_w": trace.mean(trace.rates.external_work_w) if kind == "power" else None,
        "normalized_power_w": fraction * person.ftp_w if kind == "power" else None,
        "speed_avg_km_h": None if np.isnan(speed).all() else speed,
        "grade_adjusted_speed_km_h": fraction * person.threshold_speed_m_s * 3.6
        if kind == "pace"
        else None,
    }
    return {
        name: missing("the plan names none") if value is None else known(value, rests_on)
        for name, value in values.items()
    }


def _early_excess(trace: PlanTrace) -> Column:
    """Return how far the first half lies above what could be held for the whole."""
    effort = trace.effort
    sport, kind = effort.sport, effort.main_kind
    if not (sport in RUN and kind == "pace") and not (sport in BIKE and kind == "power"):
        return missing("needs running speed or cycling power")
    by_share = effort.methods <= {"planned_share", "rated_share", "intensity_not_told"}
    return early_pace_column(
        trace.so_far(trace.time_s / 2) * effort.threshold(),
        trace.time_s,
        sport,
        trace.planning.person,
        trace.planning.recovery,
        share_of=effort.basis if by_share else None,
    )
