"""How hard: heart rate, power and pace against the person's own thresholds."""

from collections.abc import Callable
from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.activity import Activity
from riskfit.athlete import Conditions
from riskfit.features.basis import Basis, basis, together
from riskfit.features.course import Course
from riskfit.features.day import rating_column
from riskfit.features.early_pace import early_output, early_pace_column
from riskfit.features.energy import Energy, energy_column
from riskfit.features.person import THRESHOLD_SPREAD, Person
from riskfit.features.recovery import ASSUMED_LOAD_PER_HOUR, RecoveryTable
from riskfit.features.results import (
    Column,
    Columns,
    known,
    largest,
    missing,
    zero_unknown,
)
from riskfit.features.traces import LegTrace, mean_so_far
from riskfit.formulas.intensity import (
    banister_trimp_rate,
    edwards_trimp,
    heart_rate_reserve_fraction,
    hr_training_stress_score,
    lucia_trimp,
    normalized_power,
    running_training_stress_score,
    training_stress_score,
)
from riskfit.formulas.pacing import (
    decoupling_fraction_at,
    pace_fade_fraction_at,
)
from riskfit.origin import Origin
from riskfit.sports import BIKE

#: Fade is looked for after a warm-up of 5 min, in at least 20 min (Friel's convention).
_WARM_UP_S: Final = 300
_FADE_S: Final = 1200
#: So much higher than any sample a device's highest heart rate may lie between two of them: of
#: recordings with a point every 10 to 48 s it lies 2 bpm higher.  More was taken out for a spike.
_BETWEEN_ROWS_BPM: Final = 5.0
#: Share of the reserve at the first threshold, for Lucia's zones (assumption: 70 %).
_FIRST_THRESHOLD_FRACTION: Final = 0.70


class LegLoad(Struct, frozen=True, kw_only=True, eq=False):
    """A leg's load along the steps [TSS] and what it rests on."""

    load: FloatArray
    basis: Basis


def intensity_columns(
    course: Course,
    traces: list[LegTrace],
    loads: list[LegLoad],
    energy: Energy,
    person: Person,
    recovery: RecoveryTable,
    activity: Activity,
    conditions: Conditions,
) -> Columns:
    """Return the intensity features of a recorded session."""
    active_s = np.cumsum(course.active_s)
    rated = conditions.rpe is not None
    return {
        **_heart_columns(course, traces, person, activity.summary.heart_rate_max_bpm),
        **_power_columns(course, traces),
        **_speed_columns(course, traces),
        **load_columns(loads, active_s),
        **_fade_columns(traces),
        "time_above_threshold_min": _above_threshold(traces, person),
        "early_pace_excess_fraction": largest(
            early_pace_column(
                early_output(trace), trace.ends, trace.leg.sport, person, recovery, trace.index
            )
            for trace in traces
        ),
        "session_rpe_load": rating_column(
            conditions.rpe if rated else activity.summary.rpe,
            active_s,
            "rating" if rated else "rating_in_file",
        ),
        "energy_kcal": energy_column(energy, course.active_s),
    }


def leg_loads(traces: list[LegTrace], person: Person, rpe: float | None = None) -> list[LegLoad]:
    """Return each leg's load by the best measure whose threshold is known."""
    return [_leg_load(trace, person, rpe) for trace in traces]


def load_columns(loads: list[LegLoad], active_s: FloatArray) -> Columns:
    """Return load and intensity factor of the whole session."""
    total = np.sum([load.load for load in loads], axis=0) if loads else np.zeros(len(active_s))
    measure = together(load.basis for load in loads) if loads else basis("nothing_recorded")
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.sqrt(total / 100 / (active_s / 3600))
    spread = THRESHOLD_SPREAD if measure.origin is Origin.ASSUMED else 0.0
    return {
        # Load goes with the square of the threshold.
        "training_stress_score": _ranged(total, measure, 2 * spread),
        "intensity_factor": _ranged(factor, measure, spread),
    }


def _ranged(values: FloatArray, measure: Basis, spread: float) -> Column:
    if not spread:
        return known(values, measure)
    return known(values, measure, values * (1 - spread), values * (1 + spread))


def _leg_load(trace: LegTrace, person: Person, rpe: float | None) -> LegLoad:
    """Try the measures in order, those with a known threshold first."""
    measures: list[tuple[bool, Callable[[], LegLoad]]] = []
    if trace.normalized_power_w is not None:
        measures.append((person.assumes("ftp_w"), lambda: _load_by_power(trace, person)))
    if trace.adjusted_speed_m_s is not None:
        assumed = person.assumes("threshold_speed_m_s")
        measures.append((assumed, lambda: _load_by_pace(trace, person)))
    if trace.heart_rate_bpm is not None:
        # A maximum by age is wrong by 10 bpm, an assumed threshold power by a quarter.
        measures.append((False, lambda: load_by_heart_rate(trace, person)))
    for wanted in (False, True):
        for assumed, measure in measures:
            if assumed is wanted:
                return measure()
    hours = trace.ends / 3600
    if rpe is not None:
        # Foster's rating of 5 ("hard") held for an hour is near threshold work of 70 TSS.
        return LegLoad(load=hours * 14 * rpe, basis=basis("load_by_rating", 14.0))
    return LegLoad(
        load=hours * ASSUMED_LOAD_PER_HOUR, basis=basis("load_by_duration", ASSUMED_LOAD_PER_HOUR)
    )


def _load_by_power(trace: LegTrace, person: Person) -> LegLoad:
    so_far = trace.normalized_power_w[np.maximum(trace.ends - 1, 0)]  # type: ignore[index]
    load = zero_unknown(training_stress_score(trace.ends, so_far, person.ftp_w))
    return LegLoad(load=load, basis=basis("load_by_power", person.bases["ftp_w"]))


def _load_by_pace(trace: LegTrace, person: Person) -> LegLoad:
    speed = mean_so_far(trace.adjusted_speed_m_s, trace.ends)  # type: ignore[arg-type]
    load = running_training_stress_score(trace.ends, speed, person.threshold_speed_m_s)
    measure = basis("load_by_pace", person.bases["threshold_speed_m_s"])
    return LegLoad(load=zero_unknown(load), basis=measure)


def load_by_heart_rate(trace: LegTrace, person: Person) -> LegLoad:
    """Return a leg's load by Banister's impulse over that of an hour at threshold."""
    rate = trimp_rate(trace.heart_rate_bpm, person)  # type: ignore[arg-type]
    trimp = mean_so_far(rate, trace.ends) * trace.ends / 60
    per_hour = 60 * float(trimp_rate(np.array([person.hr_threshold_bpm]), person)[0])
    load = zero_unknown(hr_training_stress_score(trimp, per_hour))
    told = "heart_rate_bpm" in trace.told
    measure = _measured(told, "load_by_heart_rate", person.bases["hr_max_bpm"])
    return LegLoad(load=load, basis=measure)


def trimp_rate(heart_rate_bpm: FloatArray, person: Person) -> FloatArray:
    """Return Banister's impulse a minute; the mean of both sexes where the sex is unknown."""
    reserve = heart_rate_reserve_fraction(heart_rate_bpm, person.hr_rest_bpm, person.hr_max_bpm)
    rates = [banister_trimp_rate(reserve, male) for male in person.sexes]
    return np.asarray(sum(rates) / len(rates))


def _heart_columns(
    course: Course, traces: list[LegTrace], person: Person, stated_max_bpm: float | None
) -> Columns:
    """Return what rests on heart rate; ``stated_max_bpm`` is the device's own highest.

    Mean and highest are those of all the time under way, as devices total them; what stands for
    strain leaves the changes between sports out.
    """
    with_heart = [
        (trace.shown_heart_rate_bpm, trace.ends)
        for trace in traces
        if trace.shown_heart_rate_bpm is not None
    ]
    names = (
        "heart_rate_avg_bpm",
        "heart_rate_max_bpm",
        "heart_rate_reserve_fraction",
        "trimp",
        "edwards_trimp",
        "lucia_trimp",
    )
    if not with_heart:
        return {name: missing("no heart rate recorded") for name in names}
    heart = np.concatenate([heart for heart, _ in with_heart])
    # What is known stands for what is not, as in the load.
    seconds = len(heart)
    heart = heart[~np.isnan(heart)]
    each_min = seconds / len(heart) / 60
    told = all(
        "heart_rate_bpm" in trace.told for trace in traces if trace.shown_heart_rate_bpm is not None
    )
    maximum, rest = person.bases["hr_max_bpm"], person.bases["hr_rest_bpm"]
    threshold = person.bases["hr_threshold_bpm"]
    zones = _measured(told, "heart_rate_reserve", maximum, rest)
    of_maximum = _measured(told, "heart_rate_of_maximum", maximum)
    of_threshold = _measured(told, "heart_rate_of_threshold", threshold)
    reserve = heart_rate_reserve_fraction(heart, person.hr_rest_bpm, person.hr_max_bpm)
    trimp = np.sum(
        [
            zero_unknown(mean_so_far(trimp_rate(rate, person), ends)) * ends / 60
            for rate, ends in with_heart
        ],
        axis=0,
    )
    first = person.hr_rest_bpm + _FIRST_THRESHOLD_FRACTION * (
        person.hr_max_bpm - person.hr_rest_bpm
    )
    lucia = lucia_trimp(
        heart, min(first, person.hr_threshold_bpm), person.hr_threshold_bpm, each_min
    )
    return {
        "heart_rate_avg_bpm": known(course.heart_rate_avg_bpm, _measured(told, "heart_rate")),
        "heart_rate_max_bpm": _highest(course.heart_rate_max_bpm, stated_max_bpm, told),
        "heart_rate_reserve_fraction": known(np.mean(reserve), zones),
        "trimp": known(trimp, zones),
        "edwards_trimp": known(edwards_trimp(heart, person.hr_max_bpm, each_min), of_maximum),
        "lucia_trimp": known(lucia, of_threshold),
    }


def _measured(told: bool, method: str, *inputs: Basis) -> Basis:
    """Return a basis; ``told`` where the device's means stand in for samples."""
    measure = basis(method, *inputs)
    return basis("of_device_means", measure) if told else measure


def _highest(sampled_bpm: float, stated_bpm: float | None, told: bool) -> Column:
    """Return the highest heart rate: the device's where it is a little above the samples'."""
    room = np.inf if told else _BETWEEN_ROWS_BPM
    if stated_bpm is not None and sampled_bpm < stated_bpm <= sampled_bpm + room:
        return known(stated_bpm, "device_total")
    return known(sampled_bpm, _measured(told, "heart_rate"))


def _power_columns(course: Course, traces: list[LegTrace]) -> Columns:
    """Return mean and normalized power over the legs that have it."""
    legs = [trace.power_w for trace in traces if trace.power_w is not None]
    if not legs:
        reason = missing("no power recorded")
        return {"power_avg_w": reason, "normalized_power_w": reason}
    power = np.concatenate(legs)
    told = all("power_w" in trace.told for trace in traces if trace.power_w is not None)
    measured = _measured(told, "power")
    return {
        "power_avg_w": known(np.nanmean(power), measured),
        "normalized_power_w": known(normalized_power(power), measured)
        if course.active_s.sum() >= 30
        else missing("shorter than 30 s"),
    }


def _speed_columns(course: Course, traces: list[LegTrace]) -> Columns:
    """Return mean speed under way, and on foot the one adjusted for grade."""
    distance, active_s = course.distance_m, np.cumsum(course.active_s)
    with np.errstate(invalid="ignore", divide="ignore"):
        speed = distance / active_s * 3.6
    adjusted = [t.adjusted_speed_m_s for t in traces if t.adjusted_speed_m_s is not None]
    return {
        "speed_avg_km_h": missing("no distance, positions or speed recorded")
        if np.isnan(speed[-1])
        else known(speed, "distance"),
        "grade_adjusted_speed_km_h": known(
            np.nanmean(np.concatenate(adjusted)) * 3.6, "speed_and_altitude"
        )
        if adjusted
        else missing("needs speed on foot"),
    }


def _above_threshold(traces: list[LegTrace], person: Person) -> Column:
    """Return the minutes above threshold: by power, else by heart rate."""
    total, measures = 0.0, set()
    for trace in traces:
        if trace.power_w is not None and trace.leg.sport in BIKE and not person.assumes("ftp_w"):
            above = trace.power_w > person.ftp_w
            measures.add("power_over_threshold")
        elif trace.sampled_heart_rate_bpm is not None:
            above = trace.sampled_heart_rate_bpm > person.hr_threshold_bpm
            measures.add("heart_rate_over_threshold")
        else:
            continue
        total += float(np.count_nonzero(above)) / 60
    if not measures:
        return missing("needs power with a known threshold, or heart rate")
    return known(total, together(basis(measure) for measure in sorted(measures)))


def _fade_columns(traces: list[LegTrace]) -> Columns:
    """Return decoupling and fade of the halves, along the steps."""
    if not traces:
        none = missing("nothing recorded")
        return {"decoupling_fraction": none, "pace_fade_fraction": none}
    decoupling, fade = zip(*map(_leg_halves, traces), strict=True)
    return {"decoupling_fraction": largest(decoupling), "pace_fade_fraction": largest(fade)}


def _leg_halves(trace: LegTrace) -> tuple[Column, Column]:
    """Return decoupling and pace fade of one leg; before 25 minutes there is none."""
    output, heart = trace.output, trace.sampled_heart_rate_bpm
    if output is None:
        because = missing("needs power on a bike, or speed on foot")
        return because, because
    last = np.maximum(trace.ends - _WARM_UP_S - 1, 0)
    long_enough = last >= _FADE_S
    if not long_enough.any():
        none = known(0.0, "too_short_to_halve")
        return none if heart is not None else missing("no heart rate recorded"), none
    fade = np.where(long_enough, pace_fade_fraction_at(output[_WARM_UP_S:], last), 0.0)
    slower = known(zero_unknown(fade), "halves")
    if heart is None:
        return missing("no heart rate recorded"), slower
    drift = decoupling_fraction_at(output[_WARM_UP_S:], heart[_WARM_UP_S:], last)
    return known(zero_unknown(np.where(long_enough, drift, 0.0)), "output_per_beat"), slower
