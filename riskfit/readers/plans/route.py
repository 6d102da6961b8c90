"""Courses: lines on the map, and the session that going along one makes."""

from dataclasses import dataclass, field

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import PlannedSession
from riskfit.errors import InputError
from riskfit.readers.plans.asked import NEEDS_TIME, Asked
from riskfit.readers.xml.cells import NO_TIME
from riskfit.readers.xml.gpx import GpxOutline
from riskfit.readers.xml.outline import Points, read_xml
from riskfit.readers.xml.tcx import TcxOutline

#: Mean radius of the earth, (2a + b) / 3 of WGS 84 (IUGG). [m]
_EARTH_RADIUS_M = 6_371_009.0
#: Altitudes of a course are averaged over this length before climbs are summed, because steps of
#: the terrain model would add up to hundreds of metres (an assumption of ours). [m]
_SMOOTH_M = 100.0
_GRID_M = 10.0
#: A recorded course that took less has no usable time of its own. [s]
_SHORTEST_OWN_TIME_S = 60.0


@dataclass(slots=True)
class Route:
    """A line on the map; its own time is nan where it says none."""

    sport: str = "unknown"
    name: str | None = None
    latitude_deg: FloatArray = field(default_factory=lambda: np.empty(0))
    longitude_deg: FloatArray = field(default_factory=lambda: np.empty(0))
    altitude_m: FloatArray = field(default_factory=lambda: np.empty(0))
    distance_m: float = float("nan")
    own_time_s: float = float("nan")
    notes: list[str] = field(default_factory=list)


class _RouteOutline(GpxOutline):
    """The points of a GPX route in place of those of its stretches."""

    point = "rtept"


def read_gpx_course(data: bytes, asked: Asked) -> PlannedSession:
    """Read the way of a GPX file's stretches, of its routes where it has no stretch."""
    gpx, points = read_xml(data, GpxOutline)
    if points.count == 0:
        gpx, points = read_xml(data, _RouteOutline)
    sport = gpx.stretches[0].sport if gpx.stretches else "unknown"
    name = (gpx.stretches[0].name if gpx.stretches else None) or gpx.name
    return planned_course(_course_of_points(points, sport, name), asked)


def read_tcx_course(data: bytes, asked: Asked) -> PlannedSession:
    """Read the way of a TCX file's courses and activities."""
    tcx, points = read_xml(data, TcxOutline)
    sport, name = (
        (tcx.stretches[0].sport, tcx.stretches[0].name) if tcx.stretches else ("unknown", None)
    )
    return planned_course(_course_of_points(points, sport, name), asked)


def _course_of_points(points: Points, sport: str, name: str | None) -> Route:
    absent = np.full(points.count, np.nan)
    distance = points.channels.get("distance_m", absent)
    times = points.time_us[points.time_us != NO_TIME]
    return Route(
        sport=sport,
        name=name,
        latitude_deg=points.channels.get("latitude_deg", absent),
        longitude_deg=points.channels.get("longitude_deg", absent),
        altitude_m=points.channels.get("altitude_m", absent),
        distance_m=largest(distance),
        own_time_s=float(times.max() - times.min()) / 1e6 if times.size else float("nan"),
        notes=list(points.notes),
    )


def largest(values: FloatArray) -> float:
    """Return the largest number there is, nan for none."""
    known = values[~np.isnan(values)]
    return float(known.max()) if known.size else float("nan")


def planned_course(course: Route, asked: Asked) -> PlannedSession:
    """Return the session of going along a course in the time or at the speed that was asked."""
    along = _along(course)
    length = course.distance_m if course.distance_m > 0 else float(along[-1]) if along.size else 0.0
    if length <= 0:
        raise InputError("the course has no length: give a file with a route or a track")
    notes = list(course.notes)
    duration = asked.target_time_s
    if duration is None and asked.speed_m_s is not None:
        duration = length / asked.speed_m_s
    if duration is None and course.own_time_s >= _SHORTEST_OWN_TIME_S:
        duration = course.own_time_s
        notes.append("the time is the course file's own: a target time would replace it")
    if duration is None:
        raise InputError(f"the course is {length / 1000:.1f} km and says no time: {NEEDS_TIME}")
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


def _along(course: Route) -> FloatArray:
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


def _climbs(course: Route, along: FloatArray) -> tuple[float | None, float | None]:
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


def _centre(course: Route) -> tuple[float | None, float | None]:
    """Return the mean position, the mean longitude as a direction (it may cross the date line)."""
    latitude = course.latitude_deg[~np.isnan(course.latitude_deg)]
    longitude = np.radians(course.longitude_deg[~np.isnan(course.longitude_deg)])
    if not latitude.size or not longitude.size:
        return None, None
    middle = np.degrees(np.arctan2(np.sin(longitude).mean(), np.cos(longitude).mean()))
    return float(latitude.mean()), float(middle)
