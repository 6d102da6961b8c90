"""Structured workouts: steps, and the session they make.

A step knows its time or its distance or neither, and at most one target. What a step's end depends
on (the lap button, a heart rate, calories) is kept as words, so that a note can name it.
"""

from dataclasses import dataclass, field, replace

from riskfit.activity import PlannedSegment, PlannedSession
from riskfit.errors import InputError
from riskfit.readers.plans.asked import NEEDS_TIME, Asked

#: A workout with more steps is a loop gone wrong.
MOST_STEPS = 5000


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


def planned_workout(workout: Workout, asked: Asked) -> PlannedSession:
    """Return the session that a workout plans; ``asked`` fills in what its steps leave open."""
    if not workout.steps:
        raise InputError("the workout has no steps: make it again where it comes from")
    notes = list(workout.notes)
    steps = _with_times(workout.steps, asked, notes)
    if not steps:
        raise InputError(f"no step of the workout says how long it takes: {NEEDS_TIME}")
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


def _with_times(steps: list[Step], asked: Asked, notes: list[str]) -> list[Step]:
    """Return the steps with a time each, those left out that have none."""
    timed = [_timed(step, asked.speed_m_s) for step in steps]
    known_s = sum(step.duration_s or 0.0 for step in timed)
    unknown = [step for step in timed if step.duration_s is None]
    rest_s = (asked.target_time_s or 0.0) - known_s
    if unknown and rest_s > 0:
        _share(unknown, rest_s)
        notes.append(f"{rest_s:.0f} s of the target time go to {_labels(unknown)}")
    elif unknown:
        notes.append(
            "left out, because their length is not known: "
            + _labels(unknown)
            + "; a target time would fill them in"
        )
    elif asked.target_time_s is not None and abs(rest_s) >= 1.0:
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
