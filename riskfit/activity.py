"""The recorded session: what a reader makes of a file, in one vocabulary.

After ``riskfit.readers`` nobody knows FIT, TCX or GPX.  Sports are FIT's words
(``running``, ``cycling``, ``walking``, ``swimming`` ...); a sport nobody named is
``"unknown"``.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Self

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.athlete import Athlete, Conditions


@lru_cache(maxsize=8)
def absent_channel(length: int) -> FloatArray:
    """Return the shared read-only array of nan that stands for a channel not recorded."""
    channel = np.full(length, np.nan)
    channel.flags.writeable = False
    return channel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """One float64 array a channel, all of one length, nan where not recorded.

    Rows are the file's records in file order.  A record without a usable time keeps its row
    with ``elapsed_s`` nan.  Channels left out are all nan.

    Attributes
    ----------
    elapsed_s : ndarray
        Time since ``Activity.start_time``. [s]
    heart_rate_bpm, power_w, speed_m_s : ndarray
        At the moment of the record. [beats/min, W, m/s]
    distance_m : ndarray
        Covered since the start, cumulative. [m]
    altitude_m : ndarray
        Above sea level. [m]
    cadence_rpm : ndarray
        Pedalling, and whatever else is not on foot. [rev/min]
    cadence_spm : ndarray
        Running or walking, both feet counted. [steps/min]
    temperature_c : ndarray
        What the device itself read, be it on a wrist or on a bike. [°C]
    core_temperature_c, skin_temperature_c : ndarray
        Of the body, from a sensor that measures it. [°C]
    latitude_deg, longitude_deg : ndarray
        WGS 84. [deg]
    """

    elapsed_s: FloatArray
    heart_rate_bpm: FloatArray = None  # type: ignore[assignment]
    power_w: FloatArray = None  # type: ignore[assignment]
    speed_m_s: FloatArray = None  # type: ignore[assignment]
    distance_m: FloatArray = None  # type: ignore[assignment]
    altitude_m: FloatArray = None  # type: ignore[assignment]
    cadence_rpm: FloatArray = None  # type: ignore[assignment]
    cadence_spm: FloatArray = None  # type: ignore[assignment]
    temperature_c: FloatArray = None  # type: ignore[assignment]
    core_temperature_c: FloatArray = None  # type: ignore[assignment]
    skin_temperature_c: FloatArray = None  # type: ignore[assignment]
    latitude_deg: FloatArray = None  # type: ignore[assignment]
    longitude_deg: FloatArray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        length = len(self.elapsed_s)
        for name in CHANNELS:
            column = getattr(self, name)
            if column is None:
                object.__setattr__(self, name, absent_channel(length))
            elif len(column) != length:
                raise ValueError(f"{name} has {len(column)} rows where elapsed_s has {length}")

    def __len__(self) -> int:
        return len(self.elapsed_s)

    def has(self, channel: str) -> bool:
        """Say whether any row of this channel was recorded."""
        column: FloatArray = getattr(self, channel)
        return column is not absent_channel(len(self)) and not bool(np.isnan(column).all())

    def rows(self, selection: slice | NDArray[np.bool_] | IntArray) -> Self:
        """Return the samples of some rows only."""
        picked = {f.name: getattr(self, f.name)[selection] for f in fields(self)}
        return type(self)(**picked)


CHANNELS: tuple[str, ...] = tuple(f.name for f in fields(Samples) if f.name != "elapsed_s")


class Summary(Struct, frozen=True, kw_only=True):
    """What the device itself totalled for a session, leg or lap; None where it did not.

    Energies are metabolic. ``sweat_loss_l`` is the maker's own estimate, ``rpe`` the
    person's rating from 0 to 10.
    """

    elapsed_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None
    energy_kcal: float | None = None
    resting_energy_kcal: float | None = None
    sweat_loss_l: float | None = None
    rpe: float | None = None
    heart_rate_avg_bpm: float | None = None
    heart_rate_max_bpm: float | None = None
    power_avg_w: float | None = None
    normalized_power_w: float | None = None
    temperature_avg_c: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    training_stress_score: float | None = None


class Leg(Struct, frozen=True, kw_only=True):
    """One sport's part of an activity: a slice of the rows of its samples."""

    sport: str
    sub_sport: str | None = None
    rows: slice
    start_s: float = float("nan")
    end_s: float = float("nan")
    summary: Summary = Summary()


class Lap(Struct, frozen=True, kw_only=True):
    """A stretch of time the device or the person marked, in elapsed seconds."""

    start_s: float
    end_s: float
    summary: Summary = Summary()


class Pause(Struct, frozen=True, kw_only=True):
    """A stretch in which the timer stood, in elapsed seconds.

    ``inferred`` where no event and no mark of the file says so, but a silence between laps.
    """

    start_s: float
    end_s: float
    inferred: bool = False


class Device(Struct, frozen=True, kw_only=True):
    """What recorded the session, as far as the file says."""

    manufacturer: str | None = None
    product: str | None = None
    serial_number: str | None = None
    #: True: worn at the wrist (warmed by the skin); False: on a bike or a pod; None: unknown.
    wrist: bool | None = None
    #: A program that leads through a landscape on a screen, indoors.
    virtual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Activity:
    """One recorded session.

    Attributes
    ----------
    start_time : datetime
        Aware UTC time of ``elapsed_s == 0``.
    utc_offset_s : float or None
        Local time minus UTC where the file says it. [s]
    sport : str
        The session's sport; ``"multisport"`` when its legs differ.
    legs : tuple of Leg
        At least one; transitions are legs of sport ``"transition"``.
    laps, pauses : tuple
        Laps as recorded; pauses from timer events (or between segments of a track).
    athlete : Athlete
        What the file itself says of the person (mass, heart rate zones, threshold ...).
    weather : Conditions
        What the file itself says of the weather.
    summary : Summary
        The device's own totals.
    notes : tuple of str
        Everything the reader repaired or left out, with place.
    """

    start_time: datetime
    samples: Samples
    sport: str = "unknown"
    utc_offset_s: float | None = None
    device: Device = field(default_factory=Device)
    legs: tuple[Leg, ...] = ()
    laps: tuple[Lap, ...] = ()
    pauses: tuple[Pause, ...] = ()
    athlete: Athlete = field(default_factory=Athlete)
    weather: Conditions = field(default_factory=Conditions)
    summary: Summary = field(default_factory=Summary)
    name: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input that could not be read, told apart from those that could."""

    source: str
    kind: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSegment:
    """A stretch of a planned session at one intensity, in a sport of its own or the session's.

    Give any one of ``speed_m_s``, ``power_w``, ``heart_rate_bpm`` or ``intensity_fraction``
    (of threshold); none means the plan's own.
    """

    duration_s: float
    sport: str | None = None
    speed_m_s: float | None = None
    power_w: float | None = None
    heart_rate_bpm: float | None = None
    intensity_fraction: float | None = None
    grade_fraction: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """A session that is yet to come; the essentials are a sport and a duration.

    Attributes
    ----------
    sport : str
        FIT's word.
    duration_s : float
        Planned duration. [s]
    start_time : datetime or None
        Aware; None means the moment of asking.
    distance_m, ascent_m, descent_m : float or None
        Planned course. [m]
    speed_m_s, power_w, heart_rate_bpm, intensity_fraction : float or None
        Intensity in one of four ways; the fraction is of threshold.
    latitude_deg, longitude_deg : float or None
        Where, for the sun. [deg]
    segments : tuple of PlannedSegment
        Steps of a structured workout; their durations sum to ``duration_s``.
    """

    sport: str
    duration_s: float
    sub_sport: str | None = None
    start_time: datetime | None = None
    distance_m: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None
    speed_m_s: float | None = None
    power_w: float | None = None
    heart_rate_bpm: float | None = None
    intensity_fraction: float | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    segments: tuple[PlannedSegment, ...] = ()
    name: str | None = None
    notes: tuple[str, ...] = ()

    def sport_of(self, segment: PlannedSegment) -> str:
        """Return a segment's sport: its own, else the session's."""
        return segment.sport or self.sport

    @property
    def sports(self) -> tuple[str, ...]:
        """The sports of its legs, in their order; one where there are none."""
        found = [self.sport_of(segment) for segment in self.segments] or [self.sport]
        return tuple(sport for sport, _ in groupby(found))
