"""Structured workouts as steps: FIT workout files and Zwift's .zwo.

A step knows its time or its distance or neither, and at most one target. What a step's end depends
on (the lap button, a heart rate, calories) is kept as words, so that a note can name it.
"""

import math
import struct
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from riskfit.athlete import Athlete
from riskfit.errors import DamagedFileError, InputError
from riskfit.readers.xml.outline import Outline, read_xml
from riskfit.sports import sport_of

#: A workout with more steps is a loop gone wrong.
_MOST_STEPS = 5000
#: Middle of each power zone, in parts of threshold power: recovery, endurance, tempo, threshold,
#: VO2max, anaerobic, sprint. Limits 55, 75, 90, 105, 120, 150 % (Allen and Coggan 2010, Training
#: and Racing with a Power Meter, 2nd ed., table 4.1; devices ship with them). The outer two have
#: one limit only: 50 and 150 % stand for them.
_POWER_ZONES = (0.50, 0.65, 0.825, 0.975, 1.125, 1.35, 1.50)
#: Middle of each heart rate zone, in parts of the maximum: 50 to 100 % in steps of 10, what
#: Garmin's devices use unless told otherwise (Garmin, Forerunner 945 owner's manual, "About heart
#: rate zones").
_HEART_RATE_ZONES = (0.55, 0.65, 0.75, 0.85, 0.95)
#: FIT stores percents up to these and absolute values above (profile types workout_hr and
#: workout_power).
_BPM_OFFSET = 100
_WATTS_OFFSET = 1000
#: A ramp is cut into pieces of this length. [s]
_RAMP_PIECE_S = 60.0


@dataclass(slots=True)
class Step:
    """One step of a workout; ``ends`` says when, where neither time nor distance does."""

    label: str
    duration_s: float | None = None
    distance_m: float | None = None
    ends: str = ""
    targets: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Workout:
    """The steps of a workout in the order in which they are done."""

    sport: str = "unknown"
    sub_sport: str | None = None
    name: str | None = None
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def fit_messages(data: bytes) -> list[Any]:
    """Return all messages of a FIT file as fitparse decodes them.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    list of fitparse.DataMessage

    Raises
    ------
    DamagedFileError
        fitparse cannot read it to its end.
    """
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


def fit_workout(messages: list[Any], athlete: Athlete) -> Workout:
    """Read the steps of a FIT workout, repeats written out.

    Parameters
    ----------
    messages : list of fitparse.DataMessage
    athlete : Athlete
        Whose maximum turns percents of it into beats.

    Returns
    -------
    Workout

    Raises
    ------
    InputError
        The file holds no step, or repeats without end.
    """
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
        if len(workout.steps) > _MOST_STEPS:
            raise InputError(f"the workout has more than {_MOST_STEPS} steps: is a repeat wrong?")
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
    if len(block) * times > _MOST_STEPS:
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
    elif zone and zone <= len(_HEART_RATE_ZONES):
        part, words = _HEART_RATE_ZONES[zone - 1], f"heart rate zone {zone}"
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
    if zone and zone <= len(_POWER_ZONES):
        return {"intensity_fraction": _POWER_ZONES[zone - 1]}, ""
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


class _ZwoOutline(Outline):
    """A Zwift workout: its steps are elements with attributes, power in parts of FTP."""

    point = "no-points"
    fields: ClassVar[Mapping[str, str]] = {}

    def __init__(self) -> None:
        self.workout = Workout(sport="cycling", sub_sport="indoor_cycling")
        self.by_distance = False
        self._inside = False

    def opened(self, name: str, attributes: dict[str, str], _rows: int) -> None:
        """Take a step."""
        if name == "workout":
            self._inside = True
        elif self._inside:
            values = {key.casefold(): _text_number(value) for key, value in attributes.items()}
            self.workout.steps += self._steps(name.casefold(), name, values)

    def closed(self, name: str, text: str, _rows: int) -> None:
        """Take what describes the whole workout."""
        if name == "workout":
            self._inside = False
        elif name == "name" and not self._inside:
            self.workout.name = text or None
        elif name == "sportType":
            sport = sport_of(text)[0]
            if sport == "running":
                self.workout.sport, self.workout.sub_sport = "running", "treadmill"
        elif name == "durationType":
            self.by_distance = text.casefold() == "distance"

    def _steps(self, kind: str, label: str, values: dict[str, float | None]) -> list[Step]:
        length = values.get("duration")
        low = _first(values, "powerlow", "power", "pacelow")
        high = _first(values, "powerhigh", "power", "powerlow")
        if kind in ("steadystate", "solidstate"):
            return [_zwo_step(label, length, _mean(low, high))]
        if kind in ("warmup", "ramp", "cooldown"):
            if (
                low is not None
                and high is not None
                and (kind, low > high)
                in (
                    ("cooldown", False),
                    ("warmup", True),
                )
            ):
                low, high = high, low
            return _ramp(label, length, low, high)
        if kind == "intervalst":
            on = _first(values, "onpower", "poweronhigh", "poweronlow")
            off = _first(values, "offpower", "poweroffhigh", "powerofflow")
            times = int(values.get("repeat") or 1)
            if times > _MOST_STEPS:
                raise InputError(f"the workout repeats {times} times: is that right?")
            pair = [
                _zwo_step(f"{label} on", values.get("onduration"), on),
                _zwo_step(f"{label} off", values.get("offduration"), off),
            ]
            return [replace(step) for _ in range(times) for step in pair]
        if kind in ("freeride", "maxeffort"):
            return [_zwo_step(label, length, None)]
        return []


def zwo_workout(data: bytes) -> Workout:
    """Read the steps of a Zwift workout.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    Workout
        Indoors, as Zwift is.
    """
    outline, points = read_xml(data, _ZwoOutline)
    workout = outline.workout
    workout.notes += points.notes
    if outline.by_distance:
        for step in workout.steps:
            step.duration_s, step.distance_m = None, step.duration_s
    return workout


def _text_number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _first(values: dict[str, float | None], *names: str) -> float | None:
    return next((value for name in names if (value := values.get(name)) is not None), None)


def _mean(low: float | None, high: float | None) -> float | None:
    known = [value for value in (low, high) if value is not None]
    return sum(known) / len(known) if known else None


def _zwo_step(label: str, duration_s: float | None, power: float | None) -> Step:
    step = Step(label, duration_s=duration_s)
    if duration_s is None or duration_s <= 0:
        step.duration_s, step.ends = None, "without saying when"
    if power is not None and power > 0:
        step.targets = {"intensity_fraction": power}
    return step


def _ramp(
    label: str, duration_s: float | None, low: float | None, high: float | None
) -> list[Step]:
    """Return a ramp as pieces of constant intensity."""
    if duration_s is None or low is None or high is None or duration_s <= 0:
        return [_zwo_step(label, duration_s, _mean(low, high))]
    pieces = min(max(math.ceil(duration_s / _RAMP_PIECE_S), 1), _MOST_STEPS)
    return [
        _zwo_step(label, duration_s / pieces, low + (high - low) * (piece + 0.5) / pieces)
        for piece in range(pieces)
    ]
