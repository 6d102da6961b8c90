"""Zwift's workouts (.zwo): steps are elements with attributes, power in parts of FTP."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from riskfit.activity import PlannedSession
from riskfit.errors import InputError
from riskfit.readers.plans.asked import Asked
from riskfit.readers.plans.workout import MOST_STEPS, Step, Workout, planned_workout
from riskfit.readers.xml.outline import Outline, read_xml
from riskfit.sports import sport_of

#: A ramp is cut into pieces of this length. [s]
_RAMP_PIECE_S = 60.0


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

    def closed(self, name: str, _parent: str, text: str, _rows: int) -> None:
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
            if times > MOST_STEPS:
                raise InputError(f"the workout repeats {times} times: is that right?")
            pair = [
                _zwo_step(f"{label} on", values.get("onduration"), on),
                _zwo_step(f"{label} off", values.get("offduration"), off),
            ]
            return [replace(step) for _ in range(times) for step in pair]
        if kind in ("freeride", "maxeffort"):
            return [_zwo_step(label, length, None)]
        return []


def read_zwo(data: bytes, asked: Asked) -> PlannedSession:
    """Read a Zwift workout: indoors, as Zwift is.

    Parameters
    ----------
    data : bytes
    asked : Asked

    Returns
    -------
    PlannedSession
    """
    outline, points = read_xml(data, _ZwoOutline)
    workout = outline.workout
    workout.notes += points.notes
    if outline.by_distance:
        for step in workout.steps:
            step.duration_s, step.distance_m = None, step.duration_s
    return planned_workout(workout, asked)


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
    pieces = min(max(math.ceil(duration_s / _RAMP_PIECE_S), 1), MOST_STEPS)
    return [
        _zwo_step(label, duration_s / pieces, low + (high - low) * (piece + 0.5) / pieces)
        for piece in range(pieces)
    ]
