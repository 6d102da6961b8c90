"""Variants of a planned session laid out along their steps: effort, weather, sweat."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from msgspec import structs

from riskfit._common import FloatArray, IntArray
from riskfit.activity import PlannedSession
from riskfit.athlete import Athlete, Conditions
from riskfit.features.basis import basis
from riskfit.features.course import Course, plan_course
from riskfit.features.energy import Energy
from riskfit.features.fluids import steady_sweat_l_h
from riskfit.features.heat import Surroundings, surroundings
from riskfit.features.person import Person
from riskfit.features.plan.effort import Effort, Rates
from riskfit.features.recovery import RecoveryTable
from riskfit.features.wbgt import between_steps
from riskfit.formulas.sweat import sweat_along_l
from riskfit.origin import Origin

if TYPE_CHECKING:
    from riskfit.readers.plans.forecast import Forecast

#: Sweat is worked out this often where only sun and air change along the plan. [steps]
_SWEAT_EVERY: Final = 10
#: Latitude of a forecast without a place, for the sun: half way up (assumption). [deg]
_ASSUMED_LATITUDE_DEG: Final = 45.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variants:
    """What differs between variants of one plan: an array each, None where nothing does.

    Attributes
    ----------
    duration_s : ndarray or None
        The plan is stretched or cut in proportion, steepness and pattern kept. [s]
    effort_factor : ndarray or None
        On the plan's intensity. [-]
    air_temperature_c, relative_humidity_pct, wind_m_s, sun_fraction, fluid_l_h : ndarray or None
        As in `Conditions`; they beat a forecast, too.
    """

    duration_s: FloatArray | None = None
    effort_factor: FloatArray | None = None
    air_temperature_c: FloatArray | None = None
    relative_humidity_pct: FloatArray | None = None
    wind_m_s: FloatArray | None = None
    sun_fraction: FloatArray | None = None
    fluid_l_h: FloatArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planning:
    """A plan with all it is set against; made once, asked for many variants.

    ``recovery`` is of the plan's start; ``effort`` its intensity, resolved;
    ``logged_history`` what the person's log says of earlier cramps.
    """

    plan: PlannedSession
    athlete: Athlete
    conditions: Conditions
    person: Person
    recovery: RecoveryTable
    effort: Effort
    start_s: float
    logged_history: str | None = None
    forecast: "Forecast | None" = None


class PlanTrace:
    """Variants laid out along their steps; arrays of plans x steps throughout."""

    def __init__(self, planning: Planning, variants: Variants) -> None:
        self.planning, self.effort = planning, planning.effort
        plan = planning.plan
        durations = np.array([plan.duration_s])
        if variants.duration_s is not None:
            durations = np.asarray(variants.duration_s, dtype=float)
        #: On the plan's intensity, a variant each.
        self.factor = factor = 1.0 if variants.effort_factor is None else variants.effort_factor
        course = plan_course(plan, durations, planning.start_s)
        self.active_s = course.active_s
        self.time_s = np.cumsum(course.active_s, axis=-1)
        #: How much faster than the plan's own the clock of its segments runs.
        self.stretch = (self.effort.duration_s / durations)[:, None]
        self.rates: Rates = self.effort.rates(factor)
        self.course = self._on_the_way(course)

    def _on_the_way(self, course: Course) -> Course:
        """Fill in speed, distance and climbs."""
        plan, unknown = self.planning.plan, np.full((1, len(course.end_s)), np.nan)
        distance = self.summed(self.rates.speed_m_s, self.time_s)
        if np.isnan(self.rates.speed_m_s).any():
            share = self.time_s / self.effort.duration_s
            distance = unknown if plan.distance_m is None else plan.distance_m * share
        ascent, descent = (part * distance for part in self.effort.steepness)
        place = self._place(course)
        return structs.replace(
            course,
            speed_m_s=self.per_step(self.rates.speed_m_s),
            distance_m=distance,
            ascent_m=ascent,
            descent_m=descent,
            way_basis=self.effort.basis if len(plan.sports) == 1 else basis("planned"),
            latitude_deg=place[0],
            longitude_deg=place[1],
        )

    def _place(self, course: Course) -> tuple[float, float]:
        """Return where; a forecast without a place is of half way up, in its own time zone."""
        start = self.planning.plan.start_time
        if self.planning.forecast is None or np.isfinite(course.latitude_deg):
            return course.latitude_deg, course.longitude_deg
        offset = None if start is None else start.utcoffset()
        hours = 0.0 if offset is None else offset.total_seconds() / 3600
        return _ASSUMED_LATITUDE_DEG, 15.0 * hours

    def summed(self, rate: FloatArray, time_s: FloatArray) -> FloatArray:
        """Integrate rates of segments from the start to some moments."""
        if rate.shape[-1] == 1:
            return rate * time_s
        edges = self.effort.edges_s
        at = np.clip(time_s * self.stretch, 0.0, edges[-1])
        segment = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, rate.shape[-1] - 1)
        before = np.concatenate(
            [np.zeros((len(rate), 1)), np.cumsum(rate * np.diff(edges), axis=-1)], axis=-1
        )
        if len(rate) == 1:
            whole = before[0][segment] + rate[0][segment] * (at - edges[segment])
        else:
            segment = np.broadcast_to(segment, (len(rate), segment.shape[-1]))
            whole = np.take_along_axis(before, segment, axis=-1) + np.take_along_axis(
                rate, segment, axis=-1
            ) * (at - edges[segment])
        return np.asarray(whole / self.stretch)

    def per_step(self, rate: FloatArray) -> FloatArray:
        """Average rates of segments over each step; one column where nothing changes."""
        if rate.shape[-1] == 1:
            return rate
        total = np.diff(self.summed(rate, self.time_s), axis=-1, prepend=0.0)
        active = np.broadcast_to(self.active_s, total.shape)
        last = rate[:, -1:]
        return np.asarray(
            np.divide(
                total, active, out=np.broadcast_to(last, total.shape).copy(), where=active > 0
            )
        )

    def so_far(self, time_s: FloatArray) -> FloatArray:
        """Return the mean share of threshold up to some moments, by its own order of mean."""
        rate, order = self.rates.fraction, self.effort.order
        if rate.shape[-1] == 1:
            return np.broadcast_to(rate, np.broadcast_shapes(rate.shape, time_s.shape))
        total = self.summed(rate**order, time_s)
        return np.asarray((total / np.maximum(time_s, 1e-9)) ** (1 / order))

    def mean(self, rate: FloatArray) -> FloatArray:
        """Average rates over the whole plan."""
        end_s = self.time_s[:, -1:]
        return np.asarray(self.summed(rate, end_s) / end_s)

    def energy(self) -> Energy:
        """Return metabolic rate and work along the steps."""
        return Energy(
            metabolic_rate_w=self.per_step(self.rates.metabolic_rate_w),
            external_work_w=self.per_step(self.rates.external_work_w),
            basis=self.effort.basis,
            spread_fraction=self.effort.spread_fraction,
        )

    def sweat_l(self, energy: Energy, around: Surroundings) -> FloatArray:
        """Return sweat lost by the end of each step, the rate worked out at some of them."""
        course, person, steps = self.course, self.planning.person, len(self.course.end_s)
        if energy.metabolic_rate_w.shape[-1] > 1:
            rate = steady_sweat_l_h(course, energy, around, person)
        else:
            picks = np.arange(0, steps, _SWEAT_EVERY)
            some = structs.replace(
                course,
                end_s=course.end_s[picks],
                leg=course.leg[..., picks],
                active_s=self.active_s,
            )
            thin = steady_sweat_l_h(some, energy, _at_steps(around, picks), person)
            rate = between_steps(thin, picks, steps) if thin.shape[-1] > 1 else thin
        shape = np.broadcast_shapes(rate.shape, self.active_s.shape)
        return np.asarray(sweat_along_l(np.broadcast_to(rate, shape), self.active_s), dtype=float)


def _at_steps(around: Surroundings, picks: IntArray) -> Surroundings:
    """Return the surroundings at some steps only."""

    def thin(values: FloatArray) -> FloatArray:
        return values[..., picks] if values.shape[-1] > 1 else values

    return structs.replace(
        around,
        air_temperature_c=thin(around.air_temperature_c),
        relative_humidity_pct=thin(around.relative_humidity_pct),
        wind_m_s=thin(around.wind_m_s),
        sun_fraction=thin(around.sun_fraction),
    )


def planned_surroundings(course: Course, planning: Planning, variants: Variants) -> Surroundings:
    """Return the surroundings: a variant's own, then told, then forecast, then assumed."""
    told, forecast = planning.conditions, planning.forecast
    names = ("air_temperature_c", "relative_humidity_pct", "wind_m_s", "sun_fraction")
    along: dict[str, Any] = {}
    expected = Conditions()
    if forecast is not None:
        when_s = course.start_s + course.end_s - 30.0
        hours = {name: forecast.at(name, when_s) for name in names}
        along = {
            name: values
            for name, values in hours.items()
            if getattr(told, name) is None and not np.isnan(values).any()
        }
        means: dict[str, Any] = {name: float(v.mean()) for name, v in along.items()}
        expected = Conditions(**means, source="forecast", origin=Origin.WEATHER)
    own = {name: getattr(variants, name) for name in names}
    given: dict[str, Any] = {n: float(v[0]) for n, v in own.items() if v is not None}
    around = surroundings(course, replace(told, **given), expected, None)
    for name, values in own.items():
        if values is not None:
            along[name] = np.asarray(values, dtype=float)[:, None]
    if around.indoor:
        along = {n: v for n, v in along.items() if n not in ("wind_m_s", "sun_fraction")}
    return structs.replace(around, **along)
