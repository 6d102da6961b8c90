"""The course of a session in steps of a minute: what a recording and a plan have in common."""

from datetime import UTC, datetime
from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray, IntArray
from riskfit.activity import Activity, PlannedSession
from riskfit.cleaning import CleanSession
from riskfit.features.basis import Basis, basis
from riskfit.sports import INDOOR, LEAVES_A_TRACK, WATER

STEP_S: Final = 60


class CourseLeg(Struct, frozen=True):
    """A sport's part of the course."""

    sport: str
    sub_sport: str | None = None

    @property
    def moves(self) -> bool:
        """Say whether this is sport and not the change between two."""
        return self.sport != "transition"


class Course(Struct, frozen=True, kw_only=True, eq=False):
    """One session, or several plans at once, in steps; the last axis is the steps.

    Attributes
    ----------
    start_s : float
        POSIX time of the start. [s]
    end_s : ndarray
        Elapsed time at the end of each step. [s]
    active_s : ndarray
        Time under way within each step. [s]
    legs, leg : tuple of CourseLeg, ndarray of int
        The sports, and which of them each step belongs to; a row a plan where they differ.
    heart_rate_bpm, power_w, speed_m_s : ndarray
        Means while under way; nan where unknown.
    distance_m, ascent_m, descent_m : ndarray
        Summed up to the end of each step; nan where unknown. [m]
    temperature_c : ndarray
        What the device read. [°C]
    latitude_deg, longitude_deg, altitude_m : float
        Where, nan where unknown.
    indoor : bool
    indoor_basis, way_basis, descent_basis : Basis
        What the roof, the distance, and the descent for each kilometre rest on.
    """

    start_s: float
    end_s: FloatArray
    active_s: FloatArray
    legs: tuple[CourseLeg, ...]
    leg: IntArray
    heart_rate_bpm: FloatArray
    power_w: FloatArray
    speed_m_s: FloatArray
    distance_m: FloatArray
    ascent_m: FloatArray
    descent_m: FloatArray
    temperature_c: FloatArray
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    indoor: bool
    indoor_basis: Basis
    way_basis: Basis
    descent_basis: Basis
    heart_rate_avg_bpm: float = float("nan")
    heart_rate_max_bpm: float = float("nan")

    @property
    def start_time(self) -> datetime:
        """Aware UTC time of the start."""
        return datetime.fromtimestamp(self.start_s, UTC)

    @property
    def planned(self) -> bool:
        """Whether these are plans: rows of steps, where a recording is one."""
        return self.active_s.ndim > 1


def record_course(activity: Activity, session: CleanSession) -> Course:
    """Sum a cleaned recording up in steps of a minute."""
    samples, active = session.samples, session.active
    length = len(samples)
    steps = -(-length // STEP_S)
    end_s = np.minimum(np.arange(1, steps + 1) * STEP_S, length).astype(float)
    last_row = end_s.astype(np.intp) - 1
    legs = tuple(CourseLeg(leg.sport, leg.sub_sport) for leg in activity.legs) or (
        CourseLeg(activity.sport),
    )
    indoor, indoor_basis = _indoors(activity, samples.has("latitude_deg"), legs)
    return Course(
        start_s=activity.start_time.timestamp() + session.offset_s,
        end_s=end_s,
        active_s=step_sums(_seconds(active, activity.summary.timer_s)),
        legs=legs,
        leg=session.leg[last_row],
        heart_rate_bpm=step_means(samples.heart_rate_bpm, active),
        power_w=step_means(samples.power_w, active),
        speed_m_s=step_means(samples.speed_m_s, active),
        distance_m=samples.distance_m[last_row],
        ascent_m=session.ascent_m[last_row],
        descent_m=session.descent_m[last_row],
        temperature_c=step_means(samples.temperature_c, active),
        latitude_deg=_mean(samples.latitude_deg),
        longitude_deg=_mean(samples.longitude_deg),
        altitude_m=_mean(samples.altitude_m),
        indoor=indoor,
        indoor_basis=indoor_basis,
        way_basis=basis("recorded"),
        descent_basis=basis("altitude_and_distance"),
        heart_rate_avg_bpm=_mean(samples.heart_rate_bpm[active]),
        heart_rate_max_bpm=_highest(samples.heart_rate_bpm[active]),
    )


def plan_course(plan: PlannedSession, durations_s: FloatArray, now_s: float) -> Course:
    """Lay planned sessions out in steps: one row for each of the durations given.

    There are always ten steps and a bit beyond the longest, so that what is worked out every
    ten steps does not hang on which plans share a table; no time passes in them.
    """
    durations = np.atleast_1d(np.asarray(durations_s, dtype=float))
    steps = int(np.ceil(durations.max() / STEP_S / 10)) * 10 + 1
    end_s = np.arange(1, steps + 1, dtype=float) * STEP_S
    legs, leg = _planned_legs(plan, durations, end_s)
    unknown = np.full(steps, np.nan)
    start = plan.start_time
    indoor = (plan.sub_sport or "") in INDOOR
    down_again = plan.descent_m is None and plan.ascent_m is not None
    return Course(
        start_s=now_s if start is None else start.timestamp(),
        end_s=end_s,
        active_s=np.clip(durations[:, None] - (end_s - STEP_S), 0.0, STEP_S),
        legs=legs,
        leg=leg,
        heart_rate_bpm=unknown,
        power_w=unknown,
        speed_m_s=unknown,
        distance_m=unknown,
        ascent_m=unknown,
        descent_m=unknown,
        temperature_c=unknown,
        latitude_deg=np.nan if plan.latitude_deg is None else plan.latitude_deg,
        longitude_deg=np.nan if plan.longitude_deg is None else plan.longitude_deg,
        altitude_m=np.nan,
        indoor=indoor,
        indoor_basis=basis("planned_as", plan.sub_sport or "")
        if indoor
        else basis("planned_outdoors"),
        way_basis=basis("planned"),
        descent_basis=basis("planned_ascent" if down_again else "planned"),
    )


def _planned_legs(
    plan: PlannedSession, durations_s: FloatArray, end_s: FloatArray
) -> tuple[tuple[CourseLeg, ...], IntArray]:
    """Return a plan's legs and which of them each step belongs to, by its middle.

    Legs are stretched with the session, so each duration has a row of its own.
    """
    if len(plan.sports) == 1:
        return (CourseLeg(plan.sports[0], plan.sub_sport),), np.zeros(len(end_s), dtype=np.intp)
    ends, sports = np.cumsum([part.duration_s for part in plan.segments]), plan.sports
    last = [
        index
        for index, part in enumerate(plan.segments)
        if index + 1 == len(plan.segments)
        or plan.sport_of(part) != plan.sport_of(plan.segments[index + 1])
    ]
    middles = (end_s - STEP_S / 2) / durations_s[:, None] * ends[-1]
    leg = np.searchsorted(ends[last], np.minimum(middles, ends[-1]), side="left")
    return tuple(CourseLeg(sport) for sport in sports), leg[0] if len(leg) == 1 else leg


def _seconds(
    active: np.ndarray[tuple[int], np.dtype[np.bool_]], timer_s: float | None
) -> FloatArray:
    """Return the time of each row: rows are moments, so that the first takes none [s].

    Devices that write their first row a second after the start say so by their timer.
    """
    seconds = active.astype(float)
    if timer_s is None or timer_s < np.count_nonzero(active) - 0.5:
        seconds[int(np.argmax(active))] = 0.0
    return seconds


def step_sums(values: FloatArray) -> FloatArray:
    """Sum a per-second array over each step."""
    return np.asarray(np.add.reduceat(values, np.arange(0, len(values), STEP_S)))


def step_means(
    values: FloatArray, active: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> FloatArray:
    """Average a per-second array over the seconds of each step that are known and under way."""
    counted = active & ~np.isnan(values)
    total = step_sums(np.where(counted, values, 0.0))
    count = step_sums(counted.astype(float))
    unknown = np.full(len(total), np.nan)
    return np.asarray(np.divide(total, count, out=unknown, where=count > 0))


def _indoors(
    activity: Activity, has_positions: bool, legs: tuple[CourseLeg, ...]
) -> tuple[bool, Basis]:
    """Say whether a session was held indoors, and why we think so."""
    if activity.weather.indoor is not None:
        return activity.weather.indoor, basis("file_says")
    named = [leg.sub_sport for leg in legs if leg.sub_sport in INDOOR]
    if named and len(named) == sum(leg.moves for leg in legs):
        return True, basis("recorded_as", named[0] or "")
    if activity.device.virtual:
        maker = activity.device.product or activity.device.manufacturer or ""
        return True, basis("virtual", maker)
    in_water = any(leg.sport in WATER for leg in legs)
    if not has_positions and (legs[0].sport in LEAVES_A_TRACK or not in_water):
        return True, basis("no_positions")
    return False, basis("positions" if has_positions else "assumed")


def _mean(values: FloatArray) -> float:
    """Mean of the known values, nan where there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _highest(values: FloatArray) -> float:
    """Highest of the known values, nan where there is none."""
    known = values[~np.isnan(values)]
    return float(known.max()) if len(known) else float("nan")
