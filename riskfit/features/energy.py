"""Metabolic rate along a session, from the best source there is.

Power beats speed with grade, which beats the device's calories, which beat heart rate, which
beats a table value of the sport.
"""

from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.activity import Activity
from riskfit.features.basis import Basis, basis
from riskfit.features.calories import believed_kcal, misfit_noted
from riskfit.features.course import STEP_S, Course
from riskfit.features.person import Person
from riskfit.features.results import Column, known
from riskfit.features.traces import LegTrace
from riskfit.formulas.energy import (
    keytel_energy_kj_min,
    metabolic_rate_from_calories_w,
    metabolic_rate_from_power_w,
)
from riskfit.formulas.locomotion import foot_metabolic_rate_w
from riskfit.formulas.resting import MET_BY_SPORT, met_metabolic_rate_w, resting_metabolic_rate_w
from riskfit.sports import BIKE, E_BIKE, FOOT, MOTORISED

#: Half-width of the 10 to 90 % range by method, as a share (assumptions): gross efficiency
#: differs by +-10 % between riders, running economy as much; device totals, heart rate and
#: table values are each looser.
SPREAD: Final[dict[str, float]] = {
    "power": 0.10,
    "speed_and_grade": 0.10,
    "device_calories": 0.20,
    "heart_rate": 0.25,
    "sport_table": 0.35,
}
#: Methods that do not go by the body's mass.
_WITHOUT_MASS: Final = ("device_calories",)


class Energy(Struct, frozen=True, kw_only=True, eq=False):
    """Metabolic rate and external work along the steps, and what they rest on."""

    metabolic_rate_w: FloatArray
    external_work_w: FloatArray
    basis: Basis
    spread_fraction: float
    notes: tuple[str, ...] = ()


def resting_rate_w(person: Person) -> float:
    """Return this person's metabolic rate at rest [W]; ages end where the formula's do."""
    age_years = min(max(person.age_years, 19.0), 78.0)
    rates = [
        float(resting_metabolic_rate_w(person.mass_kg, person.height_m, age_years, male))
        for male in person.sexes
    ]
    return sum(rates) / len(rates)


def energy_column(energy: Energy, active_s: FloatArray) -> Column:
    """Return the energy spent by the end of each step, with its range [kcal]."""
    kcal = np.cumsum(energy.metabolic_rate_w * active_s, axis=-1) / 4184
    spread = energy.spread_fraction
    return known(kcal, energy.basis, kcal * (1 - spread), kcal * (1 + spread))


def record_energy(
    course: Course, traces: list[LegTrace], person: Person, activity: Activity
) -> Energy:
    """Estimate the metabolic rate along a recorded session; pauses are rest."""
    resting_w = resting_rate_w(person)
    second_m = np.full(int(course.end_s[-1]), resting_w)
    second_w = np.zeros(len(second_m))
    methods: dict[str, int] = {}
    notes: list[str] = []
    for trace in traces:
        rate, work, method = _leg_energy(trace, traces, person, course, activity, notes)
        second_m[trace.rows] = np.maximum(rate, resting_w)
        second_w[trace.rows] = work
        methods[method] = methods.get(method, 0) + len(trace.rows)
    starts = np.arange(0, len(second_m), STEP_S)
    width = np.diff(np.append(starts, len(second_m)))
    mass = person.bases["mass_kg"]
    bases = [
        basis(method, *(() if method in _WITHOUT_MASS else (mass,)))
        for method in sorted(methods, key=methods.__getitem__, reverse=True) or ["sport_table"]
    ]
    return Energy(
        metabolic_rate_w=np.add.reduceat(second_m, starts) / width,
        external_work_w=np.add.reduceat(second_w, starts) / width,
        basis=bases[0] if len(bases) == 1 else basis("mostly", *bases),
        spread_fraction=max((SPREAD[name] for name in methods), default=SPREAD["sport_table"]),
        notes=tuple(notes),
    )


def heart_rate_energy_w(heart_rate_bpm: FloatArray, person: Person) -> FloatArray:
    """Return Keytel's metabolic rate, the mean of both sexes where the sex is unknown [W]."""
    rates = [
        keytel_energy_kj_min(heart_rate_bpm, person.mass_kg, person.age_years, male)
        for male in person.sexes
    ]
    return np.asarray(sum(rates) / len(rates) * 1000 / 60, dtype=float)


def table_metabolic_rate_w(sport: str, person: Person, sub_sport: str | None = None) -> float:
    """Return a sport's table value; of a sport not in the table, that of general training [W].

    The sub-sport's goes before the sport's. Who is carried rests.
    """
    if sport in MOTORISED:
        return resting_rate_w(person)
    met = MET_BY_SPORT.get(sub_sport or "", MET_BY_SPORT.get(sport, MET_BY_SPORT["training"]))
    return float(met_metabolic_rate_w(met, person.mass_kg))


def _leg_energy(
    trace: LegTrace,
    traces: list[LegTrace],
    person: Person,
    course: Course,
    activity: Activity,
    notes: list[str],
) -> tuple[FloatArray, FloatArray, str]:
    """Return metabolic rate and external work for each second of a leg, and the method."""
    total_kcal = _calories(trace, traces, activity)
    measured = _measured(trace, person, outdoors=not course.indoor)
    if measured is not None:
        rate, work, method = measured
        misfit_noted(total_kcal, float(rate.sum()) / 4184, method, notes)
        return rate, work, method
    if trace.leg.sport == E_BIKE:
        notes.append("energy: an e-bike's power and speed are not the rider's alone, left out")
    resting_w = resting_rate_w(person)
    if trace.heart_rate_bpm is None:
        method = "sport_table"
        rate = np.full(
            len(trace.rows),
            table_metabolic_rate_w(trace.leg.sport, person, trace.leg.sub_sport),
        )
    else:
        method = "heart_rate"
        rate = np.maximum(heart_rate_energy_w(_filled(trace.heart_rate_bpm), person), resting_w)
    if total_kcal is not None:
        masses = (activity.athlete.mass_kg, person.mass_kg)
        total_kcal = believed_kcal(total_kcal, float(rate.sum()) / 4184, method, masses, notes)
    if total_kcal is not None:
        method = "device_calories"
        mean_w = float(metabolic_rate_from_calories_w(total_kcal, len(trace.rows)))
        rate = _shaped(max(mean_w, resting_w), trace, person, resting_w)
    return rate, unmeasured_work_w(rate, trace.leg.sport), method


def _measured(
    trace: LegTrace, person: Person, outdoors: bool
) -> tuple[FloatArray, FloatArray, str] | None:
    """Return rate, work and method where power or speed on foot was recorded."""
    if trace.power_w is not None and trace.leg.sport in BIKE:
        power = _filled(trace.power_w)
        return metabolic_rate_from_power_w(power, person.mass_kg), power, "power"
    if trace.speed_m_s is not None and trace.leg.sport in FOOT:
        speed, nothing = _filled(trace.speed_m_s), np.zeros(len(trace.rows))
        rate = foot_metabolic_rate_w(speed, trace.grade_fraction, person.mass_kg, outdoors)
        return rate, nothing, "speed_and_grade"
    return None


def unmeasured_work_w(rate_w: FloatArray, sport: str) -> FloatArray:
    """Return the external work of a ride without power: a tenth of the metabolic rate.

    Less than the gross efficiency, because coasting does none (assumption).
    """
    return 0.1 * rate_w if sport in BIKE else np.zeros(rate_w.shape)


def _calories(trace: LegTrace, traces: list[LegTrace], activity: Activity) -> float | None:
    """Return the device's calories of a leg, or its share of the session's by time."""
    legs = [leg for leg in activity.legs if leg.sport != "transition"]
    index = traces.index(trace)
    if len(legs) == len(traces) and legs[index].summary.energy_kcal:
        return legs[index].summary.energy_kcal
    total = activity.summary.energy_kcal
    if not total:
        return None
    return total * len(trace.rows) / sum(len(other.rows) for other in traces)


def _shaped(mean_w: float, trace: LegTrace, person: Person, resting_w: float) -> FloatArray:
    """Spread a mean rate over a leg in proportion to heart rate above rest, or evenly."""
    if trace.heart_rate_bpm is None:
        return np.full(len(trace.rows), mean_w)
    effort = np.maximum(_filled(trace.heart_rate_bpm) - person.hr_rest_bpm, 1.0)
    return np.asarray(resting_w + (mean_w - resting_w) * effort / effort.mean())


def _filled(values: FloatArray) -> FloatArray:
    """Put the mean of the known seconds where a second is unknown."""
    unknown = np.isnan(values)
    return np.where(unknown, np.nanmean(values), values) if unknown.any() else values
