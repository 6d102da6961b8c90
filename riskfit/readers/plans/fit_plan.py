"""Planned sessions of FIT files: workouts and courses, as fitparse decodes them."""

import math
import struct
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from riskfit.activity import PlannedSession
from riskfit.athlete import Athlete
from riskfit.errors import DamagedFileError, InputError
from riskfit.readers.plans.asked import Asked
from riskfit.readers.plans.route import Route, largest, planned_course
from riskfit.readers.plans.workout import MOST_STEPS, Step, Workout, planned_workout
from riskfit.sports import HEART_RATE_ZONES, POWER_ZONES, zone_fraction

#: FIT stores percents up to these and absolute values above (profile types workout_hr and
#: workout_power).
_BPM_OFFSET = 100
_WATTS_OFFSET = 1000


def read_fit_plan(data: bytes, asked: Asked) -> PlannedSession:
    """Read a FIT workout or course.

    Parameters
    ----------
    data : bytes
    asked : Asked

    Returns
    -------
    PlannedSession

    Raises
    ------
    InputError
        The file holds neither, or a workout without steps or that repeats without end.
    DamagedFileError
        fitparse cannot read it to its end.
    """
    messages = _messages(data)
    names = {message.name for message in messages}
    if "workout_step" in names:
        return planned_workout(_workout(messages, asked.athlete), asked)
    if "course" in names:
        return planned_course(_course(messages), asked)
    raise InputError(
        "the FIT file holds neither a workout nor a course: a recorded session is for "
        "`riskfit analyze`"
    )


def _messages(data: bytes) -> list[Any]:
    from fitparse import FitFile, FitParseError

    # on damaged bytes fitparse lets the last five escape
    broken = (FitParseError, TypeError, ValueError, KeyError, AttributeError, struct.error)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(FitFile(data).get_messages())
        except broken as error:
            raise DamagedFileError(
                f"the FIT file is damaged ({error}): fetch it again from where it was made"
            ) from error


def _workout(messages: list[Any], athlete: Athlete) -> Workout:
    """Return the steps of a FIT workout, repeats written out."""
    workout = Workout()
    rows = []
    for message in messages:
        values = message.get_values()
        if message.name == "workout":
            workout.sport = str(values.get("sport") or "unknown")
            workout.sub_sport = values.get("sub_sport")
            workout.name = values.get("wkt_name")
        elif message.name == "workout_step":
            rows.append(values)
    rows.sort(key=lambda row: _whole(row.get("message_index")) or 0)
    begins: dict[int, int] = {}
    for at, row in enumerate(rows):
        number = _whole(row.get("message_index"))
        begins[at if number is None else number] = len(workout.steps)
        if str(row.get("duration_type")).startswith("repeat_until"):
            _repeat(workout, row, begins)
        else:
            workout.steps.append(_fit_step(row, at + 1, athlete, workout.notes))
        if len(workout.steps) > MOST_STEPS:
            raise InputError(f"the workout has more than {MOST_STEPS} steps: is a repeat wrong?")
    return workout


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _repeat(workout: Workout, row: dict[str, Any], begins: dict[int, int]) -> None:
    """Do the steps since some earlier one again, as often as the row says."""
    since = _whole(row.get("duration_step"))
    begin = begins.get(since) if since is not None else None
    block = workout.steps[begin:] if begin is not None else []
    kind = str(row.get("duration_type")).removeprefix("repeat_until_")
    times = _whole(row.get("repeat_steps")) if kind == "steps_cmplt" else None
    for measure, known in (("time", "duration_s"), ("distance", "distance_m")):
        wanted = _number(row.get(f"repeat_{measure}"))
        parts = [getattr(step, known) for step in block]
        if kind == measure and wanted and parts and None not in parts and sum(parts) > 0:
            times = math.ceil(wanted / sum(parts))
    if not block or times is None:
        workout.notes.append(f"a repeat until {kind.replace('_', ' ')} is counted once")
        return
    if len(block) * times > MOST_STEPS:
        raise InputError(f"the workout repeats {len(block)} steps {times} times: is that right?")
    workout.steps += [replace(step) for _ in range(times - 1) for step in block]


def _fit_step(row: dict[str, Any], number: int, athlete: Athlete, notes: list[str]) -> Step:
    name = row.get("wkt_step_name") or row.get("intensity")
    step = Step(f"step {number}" + (f" ({name})" if name else ""))
    kind = str(row.get("duration_type"))
    if kind in ("time", "repetition_time"):
        step.duration_s = _number(row.get("duration_time"))
    elif kind == "distance":
        step.distance_m = _number(row.get("duration_distance"))
    if step.duration_s is None and step.distance_m is None:
        step.ends = "at the press of a button" if kind == "open" else f"at {kind.replace('_', ' ')}"
    target = str(row.get("target_type")).removesuffix("_lap")
    if target.startswith("power"):
        target = "power"
    reader = _TARGETS.get(target)
    if reader is not None:
        step.targets, missing = reader(row, athlete)
        if missing:
            notes.append(f"{step.label}: {missing}")
    return step


Target = tuple[dict[str, float], str]


def _middle(row: dict[str, Any], quantity: str) -> float | None:
    """Return the middle of a custom range, None where the step has none."""
    limits = [_number(row.get(f"custom_target_{quantity}_{end}")) for end in ("low", "high")]
    known = [limit for limit in limits if limit]
    return sum(known) / len(known) if known else None


def _heart_rate_target(row: dict[str, Any], athlete: Athlete) -> Target:
    middle, zone = _middle(row, "heart_rate"), _whole(row.get("target_hr_zone"))
    if middle is not None and middle > _BPM_OFFSET:
        return {"heart_rate_bpm": middle - _BPM_OFFSET}, ""
    if middle is not None:
        part, words = middle / 100, f"{middle:g} % of the maximum heart rate"
    elif (limits := HEART_RATE_ZONES.get(f"z{zone}")) is not None:
        part, words = sum(limits) / 2, f"heart rate zone {zone}"
    else:
        return {}, "heart rate target without a range left out"
    if athlete.hr_max_bpm is None:
        return {}, f"{words} needs hr_max_bpm in the profile: left out"
    return {"heart_rate_bpm": part * athlete.hr_max_bpm}, ""


def _power_target(row: dict[str, Any], _: Athlete) -> Target:
    middle, zone = _middle(row, "power"), _whole(row.get("target_power_zone"))
    if middle is not None and middle > _WATTS_OFFSET:
        return {"power_w": middle - _WATTS_OFFSET}, ""
    if middle is not None:
        return {"intensity_fraction": middle / 100}, ""
    if f"z{zone}" in POWER_ZONES:
        return {"intensity_fraction": zone_fraction(f"z{zone}", on_foot=False)}, ""
    return {}, "power target without a range left out"


def _speed_target(row: dict[str, Any], _: Athlete) -> Target:
    middle, zone = _middle(row, "speed"), _whole(row.get("target_speed_zone"))
    if middle is not None:
        return {"speed_m_s": middle}, ""
    return {}, f"speed zone {zone or '?'} is known to the device only: left out"


_TARGETS: dict[str, Callable[[dict[str, Any], Athlete], Target]] = {
    "heart_rate": _heart_rate_target,
    "power": _power_target,
    "speed": _speed_target,
}


def _course(messages: list[Any]) -> Route:
    course = Route()
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
    course.distance_m = largest(np.array(columns["distance"]))
    return course
