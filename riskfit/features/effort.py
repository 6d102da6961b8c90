"""What a plan asks of the body: its intensity, however it was said, as rates along its segments.

Power on a bike, speed with grade on foot, heart rate, or a share of threshold lead to the
metabolic rate by the functions that recorded sessions use.
"""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from riskfit.activity import PlannedSegment, PlannedSession
from riskfit.athlete import History
from riskfit.features.course import BIKE, FOOT, RUN
from riskfit.features.energy import (
    SPREAD,
    heart_rate_energy_w,
    resting_rate_w,
    table_metabolic_rate_w,
)
from riskfit.features.person import THRESHOLD_SPREAD, Person
from riskfit.features.recovery import ASSUMED_LOAD_PER_HOUR, DAY_S
from riskfit.features.table import FloatArray
from riskfit.formulas.effort import BIKE_MASS_KG, bike_power_w, bike_speed_m_s
from riskfit.formulas.energy import metabolic_rate_from_power_w
from riskfit.formulas.intensity import banister_trimp_rate, heart_rate_reserve_fraction
from riskfit.formulas.locomotion import foot_metabolic_rate_w, grade_adjusted_speed_m_s

#: Days of the history that say what is usual for an athlete.
_USUAL_DAYS: Final = 90
#: Share of threshold where nobody says anything: the intensity of `ASSUMED_LOAD_PER_HOUR`.
ASSUMED_FRACTION: Final = (ASSUMED_LOAD_PER_HOUR / 100) ** 0.5
#: Share of a climb's work that the way down does not give back (assumption).
_CLIMB_LOST: Final = 0.5
_GRAVITY_M_S2: Final = 9.81
#: Where the intensity comes from when the plan does not say it.
PLANNED_SHARE: Final = "planned share of threshold"
USUAL: Final = "as hard as your sessions usually are"
ASSUMED: Final = "assumed: nobody told how hard"
#: Order of the mean that load goes by: normalized power, mean speed, mean impulse.
_ORDER: Final = {"power": 4.0, "pace": 1.0, "heart rate": 2.0, "fraction": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What could be held for an hour, by what is known; ``usual`` is the athlete's habit.

    ``speed_m_s`` and ``power_w`` are what shares of threshold refer to; ``usual_fraction`` is
    a share of the threshold of `Person`, nan where the history does not tell.
    """

    speed_m_s: float
    power_w: float
    usual_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """Rates of the segments: a row a variant, a column a segment.

    ``fraction`` is of the threshold that load is counted by; ``speed_m_s`` nan where unknown.
    """

    fraction: FloatArray
    speed_m_s: FloatArray
    metabolic_rate_w: FloatArray
    external_work_w: FloatArray
    heart_rate_bpm: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effort:
    """A plan's intensity, resolved; ``rates`` scales it.

    Attributes
    ----------
    edges_s : ndarray
        Where segments begin and end, from 0 to the plan's duration. [s]
    kind : ndarray of str
        ``"power"``, ``"pace"``, ``"heart rate"`` or ``"fraction"``, one a segment.
    value : ndarray
        Power, grade-adjusted speed, heart rate, or share of threshold. [W, m/s, bpm, -]
    speed_m_s : ndarray
        Over ground, nan where unknown. [m/s]
    up, down : ndarray
        Grades of the two halves of a segment's way. [fraction]
    steepness : tuple of float
        Ascent and descent for each metre, nan where unknown. [m/m]
    """

    person: Person
    capacity: Capacity
    sport: str
    edges_s: FloatArray
    kind: NDArray[np.str_]
    value: FloatArray
    speed_m_s: FloatArray
    up: FloatArray
    down: FloatArray
    steepness: tuple[float, float]
    source: str
    spread_fraction: float

    @property
    def duration_s(self) -> float:
        """The plan's own duration [s]."""
        return float(self.edges_s[-1])

    @property
    def main_kind(self) -> str:
        """The kind that most of the time is given in."""
        seconds = np.diff(self.edges_s)
        return max(_ORDER, key=lambda kind: float(seconds[self.kind == kind].sum()))

    @property
    def order(self) -> float:
        """Order of the mean over time that load and pacing go by."""
        return _ORDER[self.main_kind]

    def threshold(self) -> float:
        """Return the threshold behind ``fraction``: speed on foot, else power [m/s, W]."""
        return self.person.threshold_speed_m_s if self.sport in FOOT else self.person.ftp_w

    def rates(self, factor: FloatArray | float = 1.0) -> Rates:
        """Return the rates with the intensity multiplied by ``factor``, a column of variants."""
        factor = np.atleast_1d(np.asarray(factor, dtype=float)).reshape(-1, 1)
        shape = np.broadcast_shapes(factor.shape, self.value.shape)
        kinds = {
            "power": self._by_power,
            "pace": self._by_pace,
            "heart rate": self._by_heart_rate,
            "fraction": self._by_fraction,
        }
        out = np.full((5, *shape), np.nan)
        for kind, function in kinds.items():
            mine = np.flatnonzero(self.kind == kind)
            if len(mine):
                for number, rate in enumerate(function(mine, factor)):
                    out[number][:, mine] = rate
        resting_w = resting_rate_w(self.person)
        return Rates(
            fraction=out[0],
            speed_m_s=out[1],
            metabolic_rate_w=np.maximum(out[2], resting_w),
            external_work_w=out[3],
            heart_rate_bpm=out[4],
        )

    def speed_factor(self, factor: float) -> float:
        """Return what a change of intensity does to the plan's mean speed."""
        seconds = np.diff(self.edges_s)
        before, after = (self.rates(f).speed_m_s[0] for f in (1.0, factor))
        if np.isnan(before).any():
            return factor
        return float((after * seconds).sum() / max((before * seconds).sum(), 1e-9))

    def _by_power(self, mine: NDArray[np.intp], factor: FloatArray) -> tuple[FloatArray, ...]:
        power = self.value[mine] * factor
        flat, own = (
            bike_speed_m_s(watts, self.person.mass_kg) for watts in (power, power / factor)
        )
        told = self.speed_m_s[mine]
        speed = np.where(np.isnan(told), flat, told * flat / np.maximum(own, 1e-9))
        rate = metabolic_rate_from_power_w(power, resting_rate_w=resting_rate_w(self.person))
        return power / self.person.ftp_w, speed, rate, power, np.full(power.shape, np.nan)

    def _by_pace(self, mine: NDArray[np.intp], factor: FloatArray) -> tuple[FloatArray, ...]:
        speed = self.speed_m_s[mine] * factor
        running = self.sport in RUN
        rate = sum(
            foot_metabolic_rate_w(speed, grade[mine], self.person.mass_kg, running) / 2
            for grade in (self.up, self.down)
        )
        nothing = np.zeros(speed.shape)
        fraction = self.value[mine] * factor / self.person.threshold_speed_m_s
        return fraction, speed, np.asarray(rate), nothing, np.full(speed.shape, np.nan)

    def _by_heart_rate(self, mine: NDArray[np.intp], factor: FloatArray) -> tuple[FloatArray, ...]:
        person = self.person
        heart = person.hr_rest_bpm + (self.value[mine] - person.hr_rest_bpm) * factor
        rate = np.maximum(heart_rate_energy_w(heart, person), resting_rate_w(person))
        work = 0.1 * rate if self.sport in BIKE else np.zeros(heart.shape)
        fraction = _heart_rate_fraction(heart, person)
        told = np.broadcast_to(self.speed_m_s[mine] * factor, heart.shape)
        guessed = _speed_of_share(fraction, self.sport, self.capacity, person)
        return fraction, np.where(np.isnan(told), guessed, told), rate, work, heart

    def _by_fraction(self, mine: NDArray[np.intp], factor: FloatArray) -> tuple[FloatArray, ...]:
        """Scale the sport's table value, which stands for the usual share of threshold."""
        fraction = self.value[mine] * factor
        resting_w = resting_rate_w(self.person)
        above_w = max(table_metabolic_rate_w(self.sport, self.person) - resting_w, 0.0)
        rate = resting_w + above_w * fraction / ASSUMED_FRACTION
        nothing = np.zeros(fraction.shape)
        speed = self.speed_m_s[mine] * factor
        return fraction, speed, rate, nothing, np.full(fraction.shape, np.nan)


def _heart_rate_fraction(heart_rate_bpm: FloatArray, person: Person) -> FloatArray:
    """Return the intensity whose square is the impulse over that at threshold."""

    def impulse(heart: FloatArray) -> FloatArray:
        reserve = heart_rate_reserve_fraction(heart, person.hr_rest_bpm, person.hr_max_bpm)
        sexes = (True, False) if person.male is None else (person.male,)
        return np.asarray(sum(banister_trimp_rate(reserve, male) for male in sexes) / len(sexes))

    at_threshold = float(impulse(np.array([person.hr_threshold_bpm]))[0])
    return np.sqrt(impulse(heart_rate_bpm) / max(at_threshold, 1e-9))


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
    segments = _segments(plan)
    told = [_told(segment, plan, effort.capacity) for segment in segments]
    targets = [_target(effort, number, told[number], factor) for number in range(len(segments))]
    nothing: dict[str, Any] = dict.fromkeys(
        ("power_w", "speed_m_s", "heart_rate_bpm", "intensity_fraction")
    )
    distance = plan.distance_m
    if any(kind == "bike speed" for kind, *_ in told):
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
    length_m = planned_length_m(changed, effort.person, effort.capacity)
    ascent_m, descent_m = (part * length_m for part in effort.steepness)
    return replace(changed, ascent_m=ascent_m, descent_m=descent_m)


def _target(effort: Effort, number: int, told: "_Told", factor: float) -> dict[str, Any]:
    """Return a segment's intensity, multiplied, as a plan says it."""
    kind, value = str(effort.kind[number]), float(effort.value[number])
    if told[0] == "share":
        return {"intensity_fraction": told[1] * factor}
    if kind == "power":
        return {"power_w": value * factor}
    if kind == "pace":
        return {"speed_m_s": float(effort.speed_m_s[number]) * factor}
    if kind == "heart rate":
        rest = effort.person.hr_rest_bpm
        return {"heart_rate_bpm": rest + (value - rest) * factor}
    return {"intensity_fraction": value * factor}


# ---- from the plan's words


def usual_fraction(history: History, sport: str, at_s: float) -> float:
    """Return the athlete's own middle intensity in a sport, of the 90 days before; else nan."""
    window = (history.start_s < at_s) & (history.start_s >= at_s - _USUAL_DAYS * DAY_S)
    hours = history.duration_s / 3600
    mine = window & (history.sport == sport) & (hours > 0) & (history.load > 0)
    if not mine.any():
        return float("nan")
    return float(np.sqrt(np.median(history.load[mine] / 100 / hours[mine])))


def capacity_of(
    person: Person, hour_speed_m_s: float, hour_power_w: float, usual: float
) -> Capacity:
    """Return the hour's output: the threshold told, else the best efforts, else assumed."""

    def best(name: str, from_history: float) -> float:
        if person.assumes(name) and isfinite(from_history):
            return from_history
        return float(getattr(person, name))

    return Capacity(
        speed_m_s=best("threshold_speed_m_s", hour_speed_m_s),
        power_w=best("ftp_w", hour_power_w),
        usual_fraction=usual,
    )


def resolve_effort(plan: PlannedSession, person: Person, capacity: Capacity) -> Effort:
    """Bring a plan's intensity, however it was said, into one form."""
    segments = _segments(plan)
    told = [_told(segment, plan, capacity) for segment in segments]
    steepness = _steepness(plan, planned_length_m(plan, person, capacity))
    rows = [
        _row(kind, value, segment, plan, person, capacity, steepness)
        for (kind, value, _, _), segment in zip(told, segments, strict=True)
    ]
    columns = list(zip(*rows, strict=True))
    edges = np.concatenate([[0.0], np.cumsum([segment.duration_s for segment in segments])])
    seconds = np.diff(edges)
    sources = dict.fromkeys(source for _, _, source, _ in told)
    spread = sum(part[3] * float(s) for part, s in zip(told, seconds, strict=True)) / edges[-1]
    return Effort(
        person=person,
        capacity=capacity,
        sport=plan.sport,
        edges_s=edges * (plan.duration_s / edges[-1]),
        kind=np.array(columns[0]),
        value=np.array(columns[1], dtype=float),
        speed_m_s=np.array(columns[2], dtype=float),
        up=np.array(columns[3], dtype=float),
        down=np.array(columns[4], dtype=float),
        steepness=steepness,
        source=" + ".join(sources),
        spread_fraction=spread,
    )


_Told = tuple[str, float, str, float]


def _told(segment: PlannedSegment, plan: PlannedSession, capacity: Capacity) -> _Told:
    """Return kind, value, source and spread of a segment; what it leaves open is the plan's."""
    for part in (segment, plan):
        found = _first_target(part, plan.sport)
        if found is not None:
            return found
    if plan.sport in FOOT and plan.distance_m:
        return (
            "speed",
            plan.distance_m / plan.duration_s,
            "planned distance",
            SPREAD["speed and grade"],
        )
    if isfinite(capacity.usual_fraction):
        return "usual", capacity.usual_fraction, USUAL, 0.15
    return "share", ASSUMED_FRACTION, ASSUMED, THRESHOLD_SPREAD


def _first_target(part: PlannedSegment | PlannedSession, sport: str) -> _Told | None:
    """Return the first intensity that means something in this sport."""
    if part.power_w is not None and sport in BIKE:
        return "power", part.power_w, "planned power", SPREAD["power"]
    if part.speed_m_s is not None and sport in FOOT:
        return "speed", part.speed_m_s, "planned speed", SPREAD["speed and grade"]
    if part.intensity_fraction is not None:
        return "share", part.intensity_fraction, PLANNED_SHARE, 0.15
    if part.heart_rate_bpm is not None:
        return "heart rate", part.heart_rate_bpm, "planned heart rate", SPREAD["heart rate"]
    if part.speed_m_s is not None and sport in BIKE:
        return "bike speed", part.speed_m_s, "planned speed, power estimated", 0.25
    return None


def _row(
    kind: str,
    value: float,
    segment: PlannedSegment,
    plan: PlannedSession,
    person: Person,
    capacity: Capacity,
    steepness: tuple[float, float],
) -> tuple[str, float, float, float, float]:
    """Return a segment's kind, value, speed over ground and two grades."""
    speed = float("nan") if plan.distance_m is None else plan.distance_m / plan.duration_s
    up, down = _grades(segment, plan, steepness)
    if plan.sport in BIKE and kind != "heart rate":
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
    if plan.sport in FOOT and kind != "heart rate":
        cost = _cost_ratio(plan.sport, up, down)
        if kind == "speed":
            return "pace", value * cost, value, up, down
        threshold = person.threshold_speed_m_s if kind == "usual" else capacity.speed_m_s
        return "pace", value * threshold, value * threshold / cost, up, down
    if kind == "heart rate":
        return "heart rate", value, speed, up, down
    return "fraction", value, speed, up, down


def _speed_of_share(
    share: FloatArray, sport: str, capacity: Capacity, person: Person
) -> FloatArray:
    """Return about how fast a share of threshold is, for the air it moves; nan elsewhere."""
    if sport in FOOT:
        return share * capacity.speed_m_s
    if sport in BIKE:
        return bike_speed_m_s(share * capacity.power_w, person.mass_kg)
    return np.full(share.shape, np.nan)


def _cost_ratio(sport: str, up: float, down: float) -> float:
    """Return the cost of a metre there over that of a level one, half way up, half way down."""
    running = sport in RUN
    return float(sum(grade_adjusted_speed_m_s(1.0, grade, running) for grade in (up, down)) / 2)


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
    """Return the planned distance, or about what the intensity covers; nan elsewhere [m]."""
    if plan.distance_m is not None:
        return plan.distance_m
    segments = _segments(plan)
    told = [_told(segment, plan, capacity) for segment in segments]
    total = 0.0
    for (kind, value, _, _), segment in zip(told, segments, strict=True):
        speed = np.array([value])
        if kind not in ("speed", "bike speed"):
            share = value
            if kind == "power":
                share = value / capacity.power_w
            elif kind == "heart rate":
                share = float(_heart_rate_fraction(np.array([value]), person)[0])
            elif kind == "usual":
                share = value * _threshold_ratio(plan.sport, person, capacity)
            speed = _speed_of_share(np.array([share]), plan.sport, capacity, person)
        total += float(speed[0]) * segment.duration_s
    return total


def _threshold_ratio(sport: str, person: Person, capacity: Capacity) -> float:
    """Return the threshold that load is counted by over what can be held for an hour."""
    if sport in FOOT:
        return person.threshold_speed_m_s / capacity.speed_m_s
    return person.ftp_w / capacity.power_w


def _segments(plan: PlannedSession) -> tuple[PlannedSegment, ...]:
    return plan.segments or (PlannedSegment(duration_s=plan.duration_s),)
