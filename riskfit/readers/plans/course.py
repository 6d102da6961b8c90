"""Planned sessions from files: FIT workouts, Zwift workouts, and courses with a target time."""

import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import PlannedSegment, PlannedSession
from riskfit.athlete import Athlete
from riskfit.errors import InputError
from riskfit.readers.plans.workout import Step, Workout, fit_messages, fit_workout, zwo_workout
from riskfit.readers.xml.cells import NO_TIME
from riskfit.readers.xml.outline import Points, read_xml

#: Mean radius of the earth, (2a + b) / 3 of WGS 84 (IUGG). [m]
_EARTH_RADIUS_M = 6_371_009.0
#: Altitudes of a course are averaged over this length before climbs are summed, because steps of
#: the terrain model would add up to hundreds of metres (an assumption of ours). [m]
_SMOOTH_M = 100.0
_GRID_M = 10.0
#: A recorded course that took less has no usable time of its own. [s]
_SHORTEST_OWN_TIME_S = 60.0
_NEEDS_TIME = "give a target time (--duration), or a pace (--intensity)"


@dataclass(slots=True)
class _Course:
    """A line on the map; its own time is nan where it says none."""

    sport: str = "unknown"
    name: str | None = None
    latitude_deg: FloatArray = field(default_factory=lambda: np.empty(0))
    longitude_deg: FloatArray = field(default_factory=lambda: np.empty(0))
    altitude_m: FloatArray = field(default_factory=lambda: np.empty(0))
    distance_m: float = float("nan")
    own_time_s: float = float("nan")
    notes: list[str] = field(default_factory=list)


def read_plan(
    source: str | os.PathLike[str] | bytes | BinaryIO,
    target_time_s: float | None = None,
    *,
    speed_m_s: float | None = None,
    sport: str | None = None,
    start_time: datetime | None = None,
    athlete: Athlete | None = None,
) -> PlannedSession:
    """Read a planned session.

    Parameters
    ----------
    source : path, bytes or binary file
        FIT workout, Zwift workout, or a course as GPX, TCX or FIT. Its name plays no role.
    target_time_s : float, optional
        The whole session's time; it fills what steps leave open. [s]
    speed_m_s : float, optional
        Mean speed for a course or for steps that say a distance only. [m/s]
    sport : str, optional
        FIT's word, where the file says none or the wrong one.
    start_time : datetime, optional
        When it begins.
    athlete : Athlete, optional
        Whose maximum heart rate turns zones into beats.

    Returns
    -------
    PlannedSession
        With a note for everything that could not be known.

    Raises
    ------
    InputError
        The file is no plan, or says neither time nor distance.
    DamagedFileError
        It cannot be read to its end.
    """
    from riskfit.readers import load_bytes
    from riskfit.readers.sniff import sniff

    for value, name in ((target_time_s, "target time"), (speed_m_s, "speed")):
        if value is not None and not 0 < value < float("inf"):
            raise InputError(f"the {name} is {value:g}: give one above zero")
    data = load_bytes(source)
    kind = sniff(data)
    if kind == "zwo":
        plan = _from_workout(zwo_workout(data), target_time_s, speed_m_s)
    elif kind == "fit":
        plan = _from_fit(data, target_time_s, speed_m_s, athlete or Athlete())
    elif kind in ("gpx", "tcx"):
        plan = _from_course(_xml_course(data, kind), target_time_s, speed_m_s)
    else:
        raise InputError(
            "the file is no plan: give a FIT workout, a Zwift .zwo, or a course as GPX, TCX or FIT"
        )
    if sport is not None:
        plan = replace(plan, sport=sport)
    if plan.name is None and isinstance(source, str | os.PathLike):
        plan = replace(plan, name=Path(source).stem)
    return replace(plan, start_time=start_time)


# ---- workouts: steps with times


def _from_fit(
    data: bytes, target_time_s: float | None, speed_m_s: float | None, athlete: Athlete
) -> PlannedSession:
    messages = fit_messages(data)
    names = {message.name for message in messages}
    if "workout_step" in names:
        return _from_workout(fit_workout(messages, athlete), target_time_s, speed_m_s)
    if "course" in names:
        return _from_course(_fit_course(messages), target_time_s, speed_m_s)
    raise InputError(
        "the FIT file holds neither a workout nor a course: a recorded session is for "
        "`riskfit analyze`"
    )


def _from_workout(
    workout: Workout, target_time_s: float | None, speed_m_s: float | None
) -> PlannedSession:
    if not workout.steps:
        raise InputError("the workout has no steps: make it again where it comes from")
    notes = list(workout.notes)
    steps = _with_times(workout.steps, target_time_s, speed_m_s, notes)
    if not steps:
        raise InputError(f"no step of the workout says how long it takes: {_NEEDS_TIME}")
    segments = tuple(
        PlannedSegment(
            duration_s=float(step.duration_s or 0.0),
            speed_m_s=step.targets.get("speed_m_s"),
            power_w=step.targets.get("power_w"),
            heart_rate_bpm=step.targets.get("heart_rate_bpm"),
            intensity_fraction=step.targets.get("intensity_fraction"),
        )
        for step in steps
    )
    distances = [step.distance_m for step in workout.steps]
    distance_m = sum(d for d in distances if d) if None not in distances else None
    return PlannedSession(
        sport=workout.sport,
        sub_sport=workout.sub_sport,
        duration_s=sum(segment.duration_s for segment in segments),
        distance_m=distance_m,
        segments=segments,
        name=workout.name,
        notes=tuple(dict.fromkeys(notes)),
    )


def _with_times(
    steps: list[Step], target_time_s: float | None, speed_m_s: float | None, notes: list[str]
) -> list[Step]:
    """Return the steps with a time each, those left out that have none."""
    timed = [_timed(step, speed_m_s) for step in steps]
    known_s = sum(step.duration_s or 0.0 for step in timed)
    unknown = [step for step in timed if step.duration_s is None]
    rest_s = (target_time_s or 0.0) - known_s
    if unknown and rest_s > 0:
        _share(unknown, rest_s)
        notes.append(f"{rest_s:.0f} s of the target time go to {_labels(unknown)}")
    elif unknown:
        notes.append(
            "left out, because their length is not known: "
            + _labels(unknown)
            + "; a target time would fill them in"
        )
    elif target_time_s is not None and abs(rest_s) >= 1.0:
        notes.append(f"the steps take {known_s:.0f} s, whatever the target time")
    return [step for step in timed if step.duration_s is not None]


def _timed(step: Step, speed_m_s: float | None) -> Step:
    speed = step.targets.get("speed_m_s", speed_m_s)
    if step.duration_s is None and step.distance_m and speed:
        return replace(step, duration_s=step.distance_m / speed)
    return replace(step)


def _share(steps: list[Step], time_s: float) -> None:
    """Share time among steps: by distance where all have one, otherwise evenly."""
    weights = [step.distance_m or 0.0 for step in steps]
    if min(weights) <= 0:
        weights = [1.0] * len(steps)
    for step, weight in zip(steps, weights, strict=True):
        step.duration_s = time_s * weight / sum(weights)


def _labels(steps: list[Step]) -> str:
    named = dict.fromkeys(f"{step.label}, ends {step.ends or 'by distance'}" for step in steps)
    return "; ".join(named)


# ---- courses: lines on the map


def _xml_course(data: bytes, kind: str) -> _Course:
    from riskfit.readers.xml.gpx import GpxOutline
    from riskfit.readers.xml.tcx import TcxOutline

    class Route(GpxOutline):
        """The points of a GPX route in place of those of its tracks."""

        point = "rtept"

    sport, name = "unknown", None
    if kind == "tcx":
        tcx, points = read_xml(data, TcxOutline)
        if tcx.parts:
            sport, name = tcx.parts[0].sport, tcx.parts[0].name
    else:
        gpx, points = read_xml(data, GpxOutline)
        if points.count == 0:
            gpx, points = read_xml(data, Route)
        sport = gpx.parts[0].sport if gpx.parts else sport
        name = (gpx.parts[0].name if gpx.parts else None) or gpx.name
    return _course_of_points(points, sport, name)


def _course_of_points(points: Points, sport: str, name: str | None) -> _Course:
    absent = np.full(points.count, np.nan)
    distance = points.channels.get("distance_m", absent)
    times = points.time_us[points.time_us != NO_TIME]
    return _Course(
        sport=sport,
        name=name,
        latitude_deg=points.channels.get("latitude_deg", absent),
        longitude_deg=points.channels.get("longitude_deg", absent),
        altitude_m=points.channels.get("altitude_m", absent),
        distance_m=_largest(distance),
        own_time_s=float(times.max() - times.min()) / 1e6 if times.size else float("nan"),
        notes=list(points.notes),
    )


def _largest(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.max()) if known.size else float("nan")


def _fit_course(messages: list[Any]) -> _Course:
    course = _Course()
    columns: dict[str, list[float]] = {"lat": [], "lon": [], "altitude": [], "distance": []}
    for message in messages:
        values = message.get_values()
        if message.name == "course":
            course.sport, course.name = str(values.get("sport") or "unknown"), values.get("name")
        elif message.name == "lap":
            own = values.get("total_timer_time") or values.get("total_elapsed_time")
            course.own_time_s = float(own) if isinstance(own, int | float) else course.own_time_s
        elif message.name == "record":
            half_circle = 180.0 / 2**31
            found = {
                "lat": (values.get("position_lat"), half_circle),
                "lon": (values.get("position_long"), half_circle),
                "altitude": (values.get("enhanced_altitude", values.get("altitude")), 1.0),
                "distance": (values.get("distance"), 1.0),
            }
            for column, (value, scale) in found.items():
                known = isinstance(value, int | float)
                columns[column].append(float(value) * scale if known else float("nan"))
    course.latitude_deg, course.longitude_deg = np.array(columns["lat"]), np.array(columns["lon"])
    course.altitude_m = np.array(columns["altitude"])
    course.distance_m = _largest(np.array(columns["distance"]))
    return course


def _from_course(
    course: _Course, target_time_s: float | None, speed_m_s: float | None
) -> PlannedSession:
    along = _along(course)
    length = course.distance_m if course.distance_m > 0 else float(along[-1]) if along.size else 0.0
    if length <= 0:
        raise InputError("the course has no length: give a file with a route or a track")
    notes = list(course.notes)
    duration = target_time_s
    if duration is None and speed_m_s is not None:
        duration = length / speed_m_s
    if duration is None and course.own_time_s >= _SHORTEST_OWN_TIME_S:
        duration = course.own_time_s
        notes.append("the time is the course file's own: a target time would replace it")
    if duration is None:
        raise InputError(f"the course is {length / 1000:.1f} km and says no time: {_NEEDS_TIME}")
    ascent, descent = _climbs(course, along)
    if ascent is None:
        notes.append("the course has no altitudes: climbs are unknown")
    latitude, longitude = _centre(course)
    return PlannedSession(
        sport=course.sport,
        duration_s=float(duration),
        distance_m=length,
        ascent_m=ascent,
        descent_m=descent,
        speed_m_s=length / float(duration),
        latitude_deg=latitude,
        longitude_deg=longitude,
        name=course.name,
        notes=tuple(notes),
    )


def _along(course: _Course) -> FloatArray:
    """Return the distance along the course of the points whose place is known. [m]."""
    placed = ~(np.isnan(course.latitude_deg) | np.isnan(course.longitude_deg))
    lat = np.radians(course.latitude_deg[placed])
    lon = np.radians(course.longitude_deg[placed])
    if not lat.size:
        return np.empty(0)
    # haversine: exact on the sphere, stable for neighbours
    half = np.sin(np.diff(lat) / 2) ** 2
    half += np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    steps = 2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return np.concatenate(([0.0], np.cumsum(steps)))


def _climbs(course: _Course, along: FloatArray) -> tuple[float | None, float | None]:
    """Return ascent and descent of the smoothed altitude. [m]."""
    placed = ~(np.isnan(course.latitude_deg) | np.isnan(course.longitude_deg))
    altitude = course.altitude_m[placed]
    known = ~np.isnan(altitude)
    if known.sum() < 2 or along[-1] <= 0:
        return None, None
    grid = np.linspace(0.0, float(along[-1]), max(int(along[-1] / _GRID_M), 1) + 1)
    height = np.interp(grid, along[known], altitude[known])
    width = min(int(_SMOOTH_M / _GRID_M), len(height))
    summed = np.concatenate(([0.0], np.cumsum(height)))
    rows = np.arange(len(height))
    left, right = np.maximum(rows - width // 2, 0), np.minimum(rows + width // 2 + 1, len(height))
    step = np.diff((summed[right] - summed[left]) / (right - left))
    return float(step[step > 0].sum()), float(-step[step < 0].sum())


def _centre(course: _Course) -> tuple[float | None, float | None]:
    """Return the mean position, the mean longitude as a direction (it may cross the date line)."""
    latitude = course.latitude_deg[~np.isnan(course.latitude_deg)]
    longitude = np.radians(course.longitude_deg[~np.isnan(course.longitude_deg)])
    if not latitude.size or not longitude.size:
        return None, None
    middle = np.degrees(np.arctan2(np.sin(longitude).mean(), np.cos(longitude).mean()))
    return float(latitude.mean()), float(middle)
