"""Plausible sessions from known inputs: what a body and a device would have recorded.

The dynamics are our own and as simple as they can be; they share no formula with riskfit, so
that what riskfit finds in a made file can be held against the inputs it was made from.  Noise
comes from numpy's frozen ``RandomState``: the same inputs give the same recording for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray

Knots = tuple[tuple[float, float], ...]

#: Height over distance: (half-waves of amplitude m, length m).
COURSES: dict[str, Knots] = {
    "indoor": (),
    "water": (),
    "flat": ((2.0, 2700.0), (0.7, 600.0)),
    "rolling": ((9.0, 3100.0), (3.0, 820.0)),
    "hilly": ((55.0, 9000.0), (9.0, 1700.0)),
    "alpine": ((14.0, 1300.0), (4.0, 340.0)),
}

#: Share of maximum heart rate that a share of threshold effort leads to.
_HEART = ((0.0, 0.42), (0.4, 0.58), (0.7, 0.745), (0.85, 0.83), (1.0, 0.905), (1.3, 0.98))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The fictional athlete; names are those of ``riskfit.athlete.Athlete``."""

    name: str = "Alex Sample"
    mass_kg: float = 68.0
    height_m: float = 1.76
    age_years: int = 41
    sex: str = "male"
    hr_max_bpm: int = 184
    hr_rest_bpm: int = 52
    hr_threshold_bpm: int = 166
    ftp_w: int = 245
    threshold_speed_m_s: float = 3.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The inputs of one session; everything a test may know about the file made from it.

    Attributes
    ----------
    duration_s : int
        Time under way, pauses not counted; the last record is at its end.
    distance_m : float or None
        Speed is scaled so that this is reached; None leaves it to the effort.
    intensity : float
        Mean share of threshold effort.
    pace_course : tuple of (share of duration, factor)
        What the legs make of it: a quick start, a late fade.
    intervals : tuple or None
        (hard s, easy s, share of effort added and taken away).
    climb : tuple of (share of distance, height m)
        The course's large shape, under the waves of ``course``.
    temperature_c : tuple of two
        Air, at the start and at the end.
    pauses : tuple of (seconds under way, length in s)
    every_s : tuple of int
        Seconds from one record to the next, repeated; (1,) is one a second.
    dropouts : tuple of (first second under way, length)
        The heart-rate sensor gives nothing.
    without : frozenset of str
        Channels the device does not have.
    """

    sport: str = "running"
    sub_sport: str = "generic"
    start: datetime = datetime(2026, 7, 1, 6, tzinfo=UTC)
    duration_s: int = 3600
    distance_m: float | None = None
    intensity: float = 0.75
    pace_course: Knots = ((0.0, 1.0), (1.0, 1.0))
    intervals: tuple[int, int, float] | None = None
    course: str = "rolling"
    climb: Knots = ((0.0, 480.0), (1.0, 480.0))
    temperature_c: tuple[float, float] = (15.0, 15.0)
    humidity_pct: int = 60
    wind_m_s: float = 2.0
    place: tuple[float, float] = (47.0, 14.0)
    device: str = "watch"
    pauses: tuple[tuple[int, int], ...] = ()
    every_s: tuple[int, ...] = (1,)
    lap_m: float | None = 1000.0
    dropouts: tuple[tuple[int, int], ...] = ()
    without: frozenset[str] = frozenset()
    weather_in_file: bool = False
    profile_in_file: bool = True
    sweat_in_file: bool = False
    rpe: int | None = None
    utc_offset_s: int = 7200
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """One session as a device holds it: POSIX times and a column a channel, nan where none."""

    session: Session
    person: Person
    time_s: NDArray[np.int64]
    columns: dict[str, FloatArray]
    pauses: tuple[tuple[int, int], ...]
    laps: tuple[tuple[int, int], ...]
    ascent_m: float
    descent_m: float
    energy_kcal: int
    sweat_ml: int
    #: what the device's distance showed at the start: not zero on later legs
    offset_m: float = 0.0

    @property
    def total_m(self) -> float:
        return float(self.columns["distance_m"][-1]) - self.offset_m

    @property
    def start_s(self) -> int:
        return int(self.session.start.timestamp())

    @property
    def end_s(self) -> int:
        return self.start_s + self.session.duration_s + sum(length for _, length in self.pauses)


def shifted(recording: Recording, seconds: int) -> Recording:
    """Return the same recording held that much later."""
    start = datetime.fromtimestamp(recording.start_s + seconds, UTC)
    return replace(
        recording,
        session=replace(recording.session, start=start),
        time_s=recording.time_s + seconds,
        laps=tuple((a + seconds, b + seconds) for a, b in recording.laps),
        pauses=tuple((a + seconds, length) for a, length in recording.pauses),
    )


def simulate_legs(sessions: Sequence[Session], person: Person = Person()) -> list[Recording]:
    """Return the legs of a multisport activity, each a second after the last.

    As on the devices, distance counts on from leg to leg.
    """
    legs: list[Recording] = []
    start, offset = sessions[0].start, 0.0
    for session in sessions:
        leg = simulate(replace(session, start=start), person)
        columns = leg.columns | {"distance_m": leg.columns["distance_m"] + offset}
        legs.append(replace(leg, columns=columns, offset_m=offset))
        start = datetime.fromtimestamp(leg.end_s + 1, UTC)
        offset = float(columns["distance_m"][-1])
    return legs


def simulate(session: Session, person: Person = Person()) -> Recording:
    """Return the recording of a session."""
    random = np.random.RandomState(session.seed)
    seconds = np.arange(session.duration_s + 1)
    share = seconds / session.duration_s
    noise = _Noise(random, len(seconds))
    asked = _asked_effort(session, seconds)
    pace = asked * np.interp(share, *_knots(session.pace_course)) * (1 + noise(45, 0.02))
    air = np.interp(share, (0, 1), session.temperature_c)

    speed, power = _moving(session, person, pace, noise)
    if session.distance_m is not None:
        speed *= session.distance_m / speed[1:].sum()
    distance = np.concatenate(([0.0], np.cumsum(speed[1:])))
    height = _height(session, distance)
    felt = (
        (asked + pace) / 2 if power is None else 0.8 * asked + 0.2 * _lag(power, 30) / person.ftp_w
    )
    columns = {
        "heart_rate_bpm": _heart_rate(session, person, felt, air, noise),
        "speed_m_s": np.maximum(speed + noise(4, 0.04), 0.0),
        "distance_m": distance,
        "altitude_m": height + noise(40, 0.5),
        "cadence": _cadence(session.sport, speed, power, noise),
        "temperature_c": _device_temperature(session.device, air, noise),
    }
    if power is not None:
        columns["power_w"] = power
    columns["latitude_deg"], columns["longitude_deg"] = _track(session, distance, random, noise)
    for name in _missing(session):
        columns.pop(name, None)
    return _recorded(session, person, seconds, columns, np.diff(height))


# -- effort, speed, power -----------------------------------------------------------------


def _knots(knots: Sequence[tuple[float, float]]) -> tuple[FloatArray, FloatArray]:
    places, values = np.asarray(knots, dtype=float).T
    return places, values


class _Noise:
    """Wandering noise: white knots every ``every_s`` seconds, straight lines between them."""

    def __init__(self, random: np.random.RandomState, count: int) -> None:
        self._random = random
        self._seconds = np.arange(count)

    def __call__(self, every_s: int, deviation: float) -> FloatArray:
        count = len(self._seconds)
        knots = self._random.standard_normal(count // every_s + 2) * deviation
        return np.interp(self._seconds, np.arange(len(knots)) * every_s, knots)


def _lag(wanted: FloatArray, time_constant_s: float, first: float | None = None) -> FloatArray:
    """Return a first-order response to what is wanted, a sample a second."""
    gain = 1 / time_constant_s
    values = wanted.tolist()
    if first is not None:
        values[0] = first
    return np.array(list(accumulate(values, lambda held, aim: held + gain * (aim - held))))


def _asked_effort(session: Session, seconds: NDArray[np.int64]) -> FloatArray:
    effort = np.full(len(seconds), session.intensity)
    if session.intervals is not None:
        hard, easy, swing = session.intervals
        warm = 900
        inside = (seconds >= warm) & (seconds < seconds[-1] - warm // 2)
        is_hard = (seconds - warm) % (hard + easy) < hard
        effort[inside & is_hard] += swing
        effort[inside & ~is_hard] -= swing
    return effort


def _height(session: Session, distance: FloatArray) -> FloatArray:
    """Return the height of the course where this much of it is done. [m]"""
    waves = np.zeros(len(distance))
    random = np.random.RandomState(session.seed + 7919)
    for amplitude, length in COURSES[session.course]:
        turn = random.uniform(0, 2 * np.pi)
        waves += amplitude * (np.sin(2 * np.pi * distance / length + turn) - np.sin(turn))
    return waves + np.interp(distance / distance[-1], *_knots(session.climb))


def _moving(
    session: Session, person: Person, pace: FloatArray, noise: _Noise
) -> tuple[FloatArray, FloatArray | None]:
    """Return speed and power (cycling only); two rounds, as slope and speed need each other."""
    flat = {"running": person.threshold_speed_m_s, "swimming": 1.05, "transition": 1.6}.get(
        session.sport, 1.95
    )
    if session.sport == "cycling":
        flat = 10.5
    speed = flat * pace
    jitter = noise(7, 0.10) + noise(1, 0.06)
    power = None
    for _ in range(2):
        scale = 1.0 if session.distance_m is None else session.distance_m / speed[1:].sum()
        distance = np.concatenate(([0.0], np.cumsum(speed[1:] * scale)))
        step = np.maximum(np.diff(distance, append=distance[-1] + 1.0), 0.3)
        height = _height(session, distance)
        grade = np.diff(height, append=height[-1]) / step
        if session.sport == "cycling":
            power, speed = _ride(person, pace, grade, jitter)
        elif session.sport == "running":
            speed = flat * pace * np.exp(-2.8 * np.clip(grade, -0.08, 0.4))
        elif session.sport in ("walking", "hiking"):
            speed = flat * pace / 0.7 * np.exp(-3.0 * np.abs(grade + 0.04)) * 0.9
    return _lag(speed, 4), power


def _ride(
    person: Person, pace: FloatArray, grade: FloatArray, jitter: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return power and the speed at which air, tyres and slope eat it up."""
    push = pace * (1 + np.clip(7 * grade, -1, 0.5)) * (1 + jitter)
    power = np.where((grade < -0.035) | (push < 0.15), 0.0, person.ftp_w * push)
    slope = (person.mass_kg + 10) * 9.81 * (0.005 + grade)
    speed = np.full(len(pace), 25.0)
    for _ in range(12):  # Newton from above converges steadily
        speed -= (0.21 * speed**3 + slope * speed - power) / (0.63 * speed**2 + slope)
        speed = np.clip(speed, 1.2, 25.0)
    return np.rint(power), _lag(np.minimum(speed, 18.0), 8)


# -- body and device ----------------------------------------------------------------------


def _heart_rate(
    session: Session, person: Person, effort: FloatArray, air: FloatArray, noise: _Noise
) -> FloatArray:
    hours = np.arange(len(effort)) / 3600
    drift = hours * (2.0 + 0.22 * np.maximum(air - 12, 0)) * min(session.intensity, 1.0)
    aim = person.hr_max_bpm * np.interp(effort, *_knots(_HEART)) + drift
    rate = _lag(aim, 38, first=person.hr_rest_bpm + 28.0) + noise(20, 1.3)
    rate = np.rint(np.minimum(rate, person.hr_max_bpm - 1.0))
    for first, length in session.dropouts:
        rate[first : first + length] = np.nan
    return rate


def _cadence(sport: str, speed: FloatArray, power: FloatArray | None, noise: _Noise) -> FloatArray:
    """Return steps, revolutions or strokes a minute."""
    if power is not None:
        return np.where(power > 0, np.rint(84 + noise(9, 4)), 0.0)
    if sport == "swimming":
        return np.rint(28 + noise(15, 1.5))
    if sport == "running":
        return 2 * np.rint((148 + 7.5 * speed + noise(10, 2)) / 2)
    return 2 * np.rint((62 + 34 * speed + noise(10, 3)) / 2)


def _device_temperature(device: str, air: FloatArray, noise: _Noise) -> FloatArray:
    """Return what the sensor reads: a wrist is warmed by skin, a handlebar by little."""
    aim, first = (0.55 * air + 0.45 * 32.5, 31.0) if device == "watch" else (air + 0.8, 23.0)
    return np.rint(_lag(aim + noise(120, 0.4), 420, first=first))


def _track(
    session: Session, distance: FloatArray, random: np.random.RandomState, noise: _Noise
) -> tuple[FloatArray, FloatArray]:
    """Return a wandering loop from the start and back, with a receiver's error. [deg]"""
    turn = 2 * np.pi * distance / distance[-1]
    heading = turn + random.uniform(0, 2 * np.pi)
    for waves in (2, 3, 5, 11):
        heading = heading + 0.8 / np.sqrt(waves) * np.sin(waves * turn + random.uniform(0, 6.28))
    step = np.diff(distance, prepend=0.0)
    east, north = np.cumsum(np.cos(heading) * step), np.cumsum(np.sin(heading) * step)
    back = distance / distance[-1]
    north = north - back * north[-1] + noise(60, 1.5)
    east = east - back * east[-1] + noise(60, 1.5)
    latitude, longitude = session.place
    wide = 111_320 * np.cos(np.radians(latitude))
    return latitude + north / 111_320, longitude + east / wide


def _missing(session: Session) -> set[str]:
    gone = set(session.without)
    if session.course == "indoor":
        gone |= {"latitude_deg", "longitude_deg", "altitude_m"}
    if session.course == "water":
        gone |= {"altitude_m"}
    if session.sport == "transition":
        gone |= {"cadence"}
    return gone


# -- the clock ----------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _rows(session: Session) -> NDArray[np.int64]:
    """Return the seconds under way that are recorded.

    Always the first and the last, and both sides of a pause.
    """
    duration, every = session.duration_s, session.every_s
    if every == (1,):
        return np.arange(duration + 1)
    picked = np.cumsum(np.resize(every, duration // min(every) + 1))
    always = [0, duration, *(p for p, _ in session.pauses), *(p + 1 for p, _ in session.pauses)]
    return np.union1d(picked[picked < duration], always)


def _recorded(
    session: Session,
    person: Person,
    seconds: NDArray[np.int64],
    columns: dict[str, FloatArray],
    climbs: FloatArray,
) -> Recording:
    clock = int(session.start.timestamp()) + seconds
    pauses = []
    for under_way, length in session.pauses:
        pauses.append((int(clock[under_way]), length))
        clock = clock + length * (seconds > under_way)
    rows = _rows(session)
    return Recording(
        session=session,
        person=person,
        time_s=clock[rows],
        columns={name: column[rows] for name, column in columns.items()},
        pauses=tuple(pauses),
        laps=_laps(session, clock, columns["distance_m"]),
        ascent_m=float(climbs[climbs > 0].sum()),
        descent_m=float(-climbs[climbs < 0].sum()),
        energy_kcal=_energy(session, person, columns),
        sweat_ml=_sweat(session, person),
    )


def _laps(
    session: Session, clock: NDArray[np.int64], distance: FloatArray
) -> tuple[tuple[int, int], ...]:
    """Return start and end of each lap as POSIX times. [s]"""
    edges = [int(clock[0])]
    if session.lap_m is not None:
        marks = np.arange(session.lap_m, distance[-1] - 0.2 * session.lap_m, session.lap_m)
        edges += clock[np.searchsorted(distance, marks)].tolist()
    edges.append(int(clock[-1]))
    return tuple(pairwise(edges))


def _energy(session: Session, person: Person, columns: dict[str, FloatArray]) -> int:
    """Return what a device would total, by rules of thumb. [kcal]"""
    hours = session.duration_s / 3600
    if "power_w" in columns:
        return round(float(columns["power_w"].sum()) / 1000 * 1.04)
    if session.sport == "running":
        return round(1.02 * person.mass_kg * float(columns["distance_m"][-1]) / 1000)
    return round({"swimming": 8.0, "hiking": 5.3}.get(session.sport, 4.0) * person.mass_kg * hours)


def _sweat(session: Session, person: Person) -> int:
    """Return what a maker might estimate. [mL]"""
    warmth = 0.4 + (sum(session.temperature_c) / 2 - 5) / 25
    litres_an_hour = (0.3 + 0.6 * session.intensity * max(warmth, 0.2)) * person.mass_kg / 70
    return round(1000 * litres_an_hour * session.duration_s / 3600)
