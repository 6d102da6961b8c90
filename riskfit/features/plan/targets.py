"""What a plan says of how hard it will be, brought into one form; and the same plan, changed."""

from dataclasses import replace
from math import isfinite
from typing import Any, Final, NamedTuple

import numpy as np

from riskfit._common import DAY_S
from riskfit.activity import PlannedSegment, PlannedSession
from riskfit.athlete import History
from riskfit.features.basis import basis
from riskfit.features.energy import SPREAD
from riskfit.features.person import THRESHOLD_SPREAD, Person
from riskfit.features.plan.effort import (
    ASSUMED_FRACTION,
    Capacity,
    Effort,
    heart_rate_fraction,
    speed_of_share,
)
from riskfit.formulas.effort import BIKE_MASS_KG, bike_power_w, bike_speed_m_s
from riskfit.formulas.locomotion import grade_adjusted_speed_m_s, tobler_walking_speed_m_s
from riskfit.sports import FOOT, PEDALLED, RUN, STILL, WALK

#: Days of the history that say what is usual for an athlete.
_USUAL_DAYS: Final = 90
#: Share of a climb's work that the way down does not give back (assumption).
_CLIMB_LOST: Final = 0.5
_GRAVITY_M_S2: Final = 9.81
#: Grade of the steepest paths that are walked or run for long (assumption). [fraction]
_STEEPEST: Final = 0.3
#: Rounds of making the way and its climb agree, and when they do. [share]
_ROUNDS: Final = 100
_AGREE: Final = 1e-9


# ---- the same plan, longer or easier


def with_duration(plan: PlannedSession, duration_s: float) -> PlannedSession:
    """Return a plan stretched or cut in proportion, steepness and pattern kept."""
    ratio = duration_s / plan.duration_s

    def scaled(metres: float | None) -> float | None:
        return None if metres is None else metres * ratio

    return replace(
        plan,
        duration_s=duration_s,
        distance_m=scaled(plan.distance_m),
        ascent_m=scaled(plan.ascent_m),
        descent_m=scaled(plan.descent_m),
        segments=tuple(replace(s, duration_s=s.duration_s * ratio) for s in plan.segments),
    )


def with_effort(plan: PlannedSession, effort: Effort, factor: float) -> PlannedSession:
    """Return a plan with its intensity multiplied, the time and the steepness of its way kept."""
    told = _targets(plan, effort.capacity)
    targets = [_eased(effort, number, target, factor) for number, target in enumerate(told)]
    nothing: dict[str, Any] = dict.fromkeys(
        ("power_w", "speed_m_s", "heart_rate_bpm", "intensity_fraction")
    )
    distance = plan.distance_m
    if len(plan.sports) == 1 and any(target.kind == "bike speed" for target in told):
        # It becomes power, which would not know how fast the way is.
        distance = planned_length_m(plan, effort.person, effort.capacity)
    changed = replace(
        plan,
        **{**nothing, **(targets[0] if not plan.segments else {})},
        distance_m=None if distance is None else distance * effort.speed_factor(factor),
        segments=tuple(
            replace(segment, **{**nothing, **target})
            for segment, target in zip(plan.segments, targets, strict=False)
        ),
    )
    if np.isnan(effort.steepness).any():
        return changed
    length_m = changed.distance_m or _covered_m(
        changed, effort.person, effort.capacity, effort.steepness
    )
    ascent_m, descent_m = (part * length_m for part in effort.steepness)
    return replace(changed, ascent_m=ascent_m, descent_m=descent_m)


def _eased(effort: Effort, number: int, told: "_Target", factor: float) -> dict[str, Any]:
    """Return a segment's intensity, multiplied, as a plan says it."""
    kind, value = str(effort.kind[number]), float(effort.value[number])
    speed = float(effort.speed_m_s[number]) * factor
    if kind == "power" and told.kind != "share":
        return {"power_w": value * factor}
    if kind == "pace" and told.kind != "share":
        return {"speed_m_s": speed}
    if kind == "heart rate":
        rest = effort.person.hr_rest_bpm
        return {"heart_rate_bpm": rest + (value - rest) * factor}
    eased = {"intensity_fraction": (told.value if told.kind == "share" else value) * factor}
    return eased | ({"speed_m_s": speed} if kind == "fraction" and isfinite(speed) else {})


# ---- from the plan's words


def usual_fraction(history: History, sport: str, at_s: float) -> float:
    """Return the athlete's own middle intensity in a sport, of the 90 days before; else nan."""
    window = (history.start_s < at_s) & (history.start_s >= at_s - _USUAL_DAYS * DAY_S)
    hours = history.duration_s / 3600
    mine = window & (history.sport == sport) & (hours > 0) & (history.load > 0)
    if not mine.any():
        return float("nan")
    # The middle one of a sorted list: np.median would load numpy's masked arrays for it.
    rates = np.sort(history.load[mine] / 100 / hours[mine])
    return float(np.sqrt((rates[(len(rates) - 1) // 2] + rates[len(rates) // 2]) / 2))


def capacity_of(
    person: Person,
    hour_speed_m_s: float,
    hour_power_w: float,
    usual: float,
    sport: str,
    rated: float = float("nan"),
) -> Capacity:
    """Return the hour's output: the threshold told, else the best efforts, else assumed.

    People walk as fast as people do, not at a share of what they could run.
    """

    def best(name: str, from_history: float) -> float:
        if person.assumes(name) and isfinite(from_history):
            return from_history
        return float(getattr(person, name))

    walking = sport in WALK
    return Capacity(
        speed_m_s=float(tobler_walking_speed_m_s(0.0)) / ASSUMED_FRACTION
        if walking
        else best("threshold_speed_m_s", hour_speed_m_s),
        power_w=best("ftp_w", hour_power_w),
        usual_fraction=float("nan") if walking else usual,
        rated_fraction=rated,
    )


def resolve_effort(plan: PlannedSession, person: Person, capacity: Capacity) -> Effort:
    """Bring a plan's intensity, however it was said, into one form."""
    segments, told = _segments(plan), _targets(plan, capacity)
    steepness = _steepness(plan, planned_length_m(plan, person, capacity))
    rows = [
        _row(target, segment, plan, person, capacity, steepness)
        for target, segment in zip(told, segments, strict=True)
    ]
    columns = list(zip(*rows, strict=True))
    edges = np.concatenate([[0.0], np.cumsum([segment.duration_s for segment in segments])])
    seconds = np.diff(edges)
    spreads = [target.spread_fraction for target in told]
    spread = sum(part * float(s) for part, s in zip(spreads, seconds, strict=True)) / edges[-1]
    return Effort(
        person=person,
        capacity=capacity,
        sport=plan.sport,
        sub_sport=plan.sub_sport,
        edges_s=edges * (plan.duration_s / edges[-1]),
        sports=tuple(plan.sport_of(segment) for segment in segments),
        kind=np.array(columns[0]),
        value=np.array(columns[1], dtype=float),
        speed_m_s=np.array(columns[2], dtype=float),
        up=np.array(columns[3], dtype=float),
        down=np.array(columns[4], dtype=float),
        steepness=steepness,
        bases=tuple(dict.fromkeys(basis(target.method) for target in told)),
        spread_fraction=spread,
    )


class _Target(NamedTuple):
    """A segment's intensity as it was told: what kind, how much, by which method, how exact."""

    kind: str
    value: float
    method: str
    spread_fraction: float


def _targets(plan: PlannedSession, capacity: Capacity) -> list[_Target]:
    return [_target(segment, plan, capacity) for segment in _segments(plan)]


def _target(segment: PlannedSegment, plan: PlannedSession, capacity: Capacity) -> _Target:
    """Return a segment's intensity; what it leaves open is the plan's."""
    sport = plan.sport_of(segment)
    for part in (segment, plan):
        found = _first_target(part, sport)
        if found is not None:
            return found
    if sport in FOOT and plan.distance_m:
        speed = plan.distance_m / plan.duration_s
        return _Target("speed", speed, "planned_distance", SPREAD["speed_and_grade"])
    if sport in WALK:
        return _Target("share", ASSUMED_FRACTION, "walking_speed", THRESHOLD_SPREAD)
    if sport in STILL:
        return _Target("share", ASSUMED_FRACTION, "at_rest", SPREAD["sport_table"])
    return _untold(capacity)


def _untold(capacity: Capacity) -> _Target:
    """Return the intensity where the plan tells none: by a rating, by habit, or assumed."""
    if isfinite(capacity.rated_fraction):
        return _Target("share", capacity.rated_fraction, "rated_share", 0.15)
    if isfinite(capacity.usual_fraction):
        return _Target("usual", capacity.usual_fraction, "usual_intensity", 0.15)
    return _Target("share", ASSUMED_FRACTION, "intensity_not_told", THRESHOLD_SPREAD)


def _first_target(part: PlannedSegment | PlannedSession, sport: str) -> _Target | None:
    """Return the first intensity that means something in this sport."""
    if part.power_w is not None and sport in PEDALLED:
        return _Target("power", part.power_w, "planned_power", SPREAD["power"])
    if part.speed_m_s is not None and sport in FOOT:
        return _Target("speed", part.speed_m_s, "planned_speed", SPREAD["speed_and_grade"])
    if part.intensity_fraction is not None:
        return _Target("share", part.intensity_fraction, "planned_share", 0.15)
    if part.heart_rate_bpm is not None:
        return _Target(
            "heart rate", part.heart_rate_bpm, "planned_heart_rate", SPREAD["heart_rate"]
        )
    if part.speed_m_s is not None and sport in PEDALLED:
        return _Target("bike speed", part.speed_m_s, "planned_bike_speed", 0.25)
    return None


def _row(
    target: _Target,
    segment: PlannedSegment,
    plan: PlannedSession,
    person: Person,
    capacity: Capacity,
    steepness: tuple[float, float],
) -> tuple[str, float, float, float, float]:
    """Return a segment's kind, value, speed over ground and two grades."""
    kind, value = target.kind, target.value
    sport, speed = plan.sport_of(segment), _told_speed_m_s(segment, plan)
    up, down = _grades(segment, plan, steepness)
    if sport in PEDALLED and kind != "heart rate":
        watts = {
            "power": value,
            "share": value * capacity.power_w,
            "usual": value * person.ftp_w,
        }
        if kind == "bike speed":
            climb = 0.0 if np.isnan(steepness[0]) else steepness[0]
            weight_n = (person.mass_kg + BIKE_MASS_KG) * _GRAVITY_M_S2
            uphill_w = _CLIMB_LOST * climb * weight_n * value
            return "power", float(bike_power_w(value, person.mass_kg)) + uphill_w, value, up, down
        return "power", watts[kind], speed, up, down
    if sport in FOOT and kind != "heart rate":
        if kind != "speed":
            threshold = person.threshold_speed_m_s if kind == "usual" else capacity.speed_m_s
            value *= threshold / _slowing(sport, up, down)
        return "pace", value * _cost_ratio(sport, up, down), value, up, down
    if kind == "heart rate":
        return "heart rate", value, speed, up, down
    return "fraction", value, speed, up, down


def _told_speed_m_s(segment: PlannedSegment, plan: PlannedSession) -> float:
    """Return how fast the way is said to be, for sports whose intensity it does not tell."""
    speed = segment.speed_m_s or plan.speed_m_s
    if speed is not None and plan.sport_of(segment) not in PEDALLED | FOOT:
        return speed
    return float("nan") if plan.distance_m is None else plan.distance_m / plan.duration_s


def _cost_ratio(sport: str, up: float, down: float) -> float:
    """Return the cost of a metre there over that of a level one, half way up, half way down."""
    running = sport in RUN
    return float(sum(grade_adjusted_speed_m_s(1.0, grade, running) for grade in (up, down)) / 2)


def _slowing(sport: str, up: float, down: float) -> float:
    """Return how much longer a metre there takes than a level one: runners keep their effort.

    What is steeper than paths are slows no further: then the climb asks for more effort.
    """
    slopes = np.clip([up, down], -_STEEPEST, _STEEPEST)
    if sport in WALK:
        return float(tobler_walking_speed_m_s(0.0) * np.mean(1 / tobler_walking_speed_m_s(slopes)))
    return _cost_ratio(sport, *slopes.tolist())


def _grades(
    segment: PlannedSegment, plan: PlannedSession, steepness: tuple[float, float]
) -> tuple[float, float]:
    """Return the grades of a segment: its own, else the plan's climb and descent, half each."""
    if any(part.grade_fraction for part in plan.segments):
        return segment.grade_fraction, segment.grade_fraction
    up, down = (0.0 if np.isnan(part) else part for part in steepness)
    return 2 * up, -2 * down


def _steepness(plan: PlannedSession, length_m: float) -> tuple[float, float]:
    """Return ascent and descent for each metre; told one of them only, it comes back down."""
    ascent = plan.descent_m if plan.ascent_m is None else plan.ascent_m
    descent = plan.ascent_m if plan.descent_m is None else plan.descent_m
    if ascent is None or descent is None or not length_m > 0:
        return float("nan"), float("nan")
    return ascent / length_m, descent / length_m


def planned_length_m(plan: PlannedSession, person: Person, capacity: Capacity) -> float:
    """Return the planned distance, or about what the intensity covers; nan elsewhere [m].

    On foot a climb makes the way shorter, and that the same climb steeper: both are made to
    agree.
    """
    if plan.distance_m is not None:
        return plan.distance_m
    steepness = (0.0, 0.0)
    length_m = float("nan")
    for _ in range(_ROUNDS):
        before_m, length_m = length_m, _covered_m(plan, person, capacity, steepness)
        steepness = _steepness(plan, length_m)
        if np.isnan(steepness[0]) or abs(length_m - before_m) <= _AGREE * length_m:
            break
    return length_m


def _covered_m(
    plan: PlannedSession, person: Person, capacity: Capacity, steepness: tuple[float, float]
) -> float:
    """Return how far the plan's intensity leads over a way of some steepness [m]."""
    total = 0.0
    for target, segment in zip(_targets(plan, capacity), _segments(plan), strict=True):
        row = _row(target, segment, plan, person, capacity, steepness)
        sport = plan.sport_of(segment)
        total += _row_speed_m_s(row, sport, person, capacity) * segment.duration_s
    return total


def _row_speed_m_s(
    row: tuple[str, float, float, float, float],
    sport: str,
    person: Person,
    capacity: Capacity,
) -> float:
    """Return the speed over ground of a segment, about what its intensity means."""
    kind, value, speed, *_ = row
    if isfinite(speed):
        return speed
    if kind == "power":
        return float(bike_speed_m_s(value, person.mass_kg))
    if kind == "heart rate":
        share = heart_rate_fraction(np.array([value]), person)
        return float(speed_of_share(share, sport, capacity, person)[0])
    return float("nan")


def _segments(plan: PlannedSession) -> tuple[PlannedSegment, ...]:
    return plan.segments or (PlannedSegment(duration_s=plan.duration_s),)
