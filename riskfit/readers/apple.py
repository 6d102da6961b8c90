"""Apple Health's export: one long XML of everything, and a route a workout.

The XML is streamed: it may have gigabytes, of which workouts and the heart's records are kept.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import IO, Any, Final
from xml.parsers import expat

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import Activity, Device, Samples, Summary
from riskfit.athlete import Athlete, Conditions
from riskfit.errors import DamagedFileError
from riskfit.origin import Origin
from riskfit.readers.assemble import assemble
from riskfit.readers.recording import Part, Recording
from riskfit.sports import sport_of_apple

_HEART: Final = "HKQuantityTypeIdentifierHeartRate"
_MASS: Final = "HKQuantityTypeIdentifierBodyMass"
_ENERGY: Final = "HKQuantityTypeIdentifierActiveEnergyBurned"
_TYPE: Final = "HKWorkoutActivityType"
_PAUSED: Final = ("EventTypePause", "EventTypeMotionPaused")
_RESUMED: Final = ("EventTypeResume", "EventTypeMotionResumed")
_KCAL: Final = {"kcal": 1.0, "Cal": 1.0, "kJ": 1 / 4.184}
_KG: Final = {"kg": 1.0, "lb": 0.45359237, "st": 6.35029318, "g": 0.001}
_CHUNK: Final = 1 << 20

#: Reads a route by its path: the digest of its bytes and the track; a text says why there is
#: none.
RouteOf = Callable[[str], tuple[bytes, Activity] | str]


@dataclass(slots=True)
class Workout:
    """One workout as the XML tells it."""

    sport: str
    start_s: float
    end_s: float
    device: str | None
    metadata: dict[str, str] = field(default_factory=dict)
    events: list[tuple[str, float]] = field(default_factory=list)
    energy_kcal: float | None = None
    route: str | None = None
    indoor: bool | None = None


@dataclass(slots=True)
class Health:
    """What is kept of the XML."""

    workouts: list[Workout] = field(default_factory=list)
    heart_s: "array[float]" = field(default_factory=lambda: array("d"))
    heart_bpm: "array[float]" = field(default_factory=lambda: array("d"))
    masses: list[tuple[float, float]] = field(default_factory=list)
    person: dict[str, str] = field(default_factory=dict)
    cut_off: str | None = None


def read_health(stream: IO[bytes]) -> Health:
    """Stream an ``export.xml``; of a damaged one everything before the damage.

    Raises
    ------
    DamagedFileError
        It is damaged before its first workout or record.
    """
    health = Health()
    parser = expat.ParserCreate()
    handler = _Handler(health)
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    # the document type lists elements and is long; what it could define is not expanded
    parser.EntityDeclHandler = _refuse_entity
    parser.buffer_text = True
    try:
        while piece := stream.read(_CHUNK):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if not health.workouts and not health.heart_s:
            raise DamagedFileError(
                f"damaged XML ({error}): export it from the phone again"
            ) from error
        health.cut_off = f"the export is damaged ({error}): what lies before was read"
    return health


def _refuse_entity(*_: object) -> None:
    raise DamagedFileError("the XML defines entities, as no export does: left alone")


class _Handler:
    """Takes what is needed out of the elements as they pass."""

    def __init__(self, health: Health) -> None:
        self.health = health
        self.workout: Workout | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Record":
            self._record(attributes)
        elif tag == "Workout":
            self.workout = _workout(attributes)
        elif tag == "Me":
            self.health.person = attributes
        elif self.workout is not None:
            self._inside(self.workout, tag, attributes)

    def end(self, tag: str) -> None:
        if tag == "Workout" and self.workout is not None:
            self.health.workouts.append(self.workout)
            self.workout = None

    def _record(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("type")
        if kind == _HEART:
            moment, value = _time(attributes.get("startDate")), _float(attributes.get("value"))
            if moment is not None and value is not None:
                self.health.heart_s.append(moment)
                self.health.heart_bpm.append(value)
        elif kind == _MASS:
            moment, value = _time(attributes.get("startDate")), _float(attributes.get("value"))
            factor = _KG.get(attributes.get("unit", "kg"))
            if moment is not None and value is not None and factor:
                self.health.masses.append((moment, value * factor))

    def _inside(self, workout: Workout, tag: str, attributes: dict[str, str]) -> None:
        if tag == "MetadataEntry":
            workout.metadata[attributes.get("key", "")] = attributes.get("value", "")
        elif tag == "WorkoutEvent":
            moment = _time(attributes.get("date"))
            if moment is not None:
                workout.events.append((attributes.get("type", ""), moment))
        elif tag == "WorkoutStatistics" and attributes.get("type") == _ENERGY:
            total = _float(attributes.get("sum"))
            factor = _KCAL.get(attributes.get("unit", "kcal"))
            workout.energy_kcal = None if total is None or not factor else total * factor
        elif tag == "FileReference":
            workout.route = attributes.get("path", "").lstrip("/") or None


def _workout(attributes: dict[str, str]) -> Workout | None:
    start, end = _time(attributes.get("startDate")), _time(attributes.get("endDate"))
    if start is None or end is None or end <= start:
        return None
    word = attributes.get("workoutActivityType", "").removeprefix(_TYPE)
    energy = _float(attributes.get("totalEnergyBurned"))
    factor = _KCAL.get(attributes.get("totalEnergyBurnedUnit", "kcal"))
    return Workout(
        sport=sport_of_apple(word),
        start_s=start,
        end_s=end,
        device=attributes.get("sourceName"),
        energy_kcal=None if energy is None or not factor else energy * factor,
    )


def workouts(health: Health, route_of: RouteOf) -> Iterator[tuple[str, bytes, Activity]]:
    """Yield each workout: its name, the digest of all it was made of, the activity.

    A workout without any sample is passed over.
    """
    heart_s, heart_bpm = np.array(health.heart_s), np.array(health.heart_bpm)
    order = np.argsort(heart_s, kind="stable")
    heart_s, heart_bpm = heart_s[order], heart_bpm[order]
    for one in health.workouts:
        low, high = np.searchsorted(heart_s, [one.start_s, one.end_s + 1])
        beats = heart_s[low:high], heart_bpm[low:high]
        route = "" if one.route is None else route_of(one.route)
        activity = _activity(one, health, beats, route)
        if len(activity.samples) < 2:
            continue
        digest = sha256(repr(one).encode() + beats[0].tobytes() + beats[1].tobytes())
        digest.update(route.encode() if isinstance(route, str) else route[0])
        moment = datetime.fromtimestamp(one.start_s, UTC)
        yield f"{one.sport} {moment:%Y-%m-%dT%H:%M:%SZ}", digest.digest(), activity


def _activity(
    one: Workout,
    health: Health,
    beats: tuple[FloatArray, FloatArray],
    route: tuple[bytes, Activity] | str,
) -> Activity:
    columns: dict[str, FloatArray] = {}
    notes = [] if health.cut_off is None else [health.cut_off]
    track_s = np.empty(0)
    track: Samples | None = None
    if not isinstance(route, str):
        read = route[1]
        track_s = read.start_time.timestamp() + read.samples.elapsed_s
        inside = (track_s >= one.start_s - 1) & (track_s <= one.end_s + 1)
        track_s, track = track_s[inside], read.samples.rows(inside)
    elif route:
        notes.append(f"route {one.route}: {route}")
    times = np.union1d(beats[0], track_s)
    columns["heart_rate_bpm"] = _at(times, beats[0], beats[1])
    if track is not None:
        for name in ("latitude_deg", "longitude_deg", "altitude_m", "speed_m_s"):
            columns[name] = _at(times, track_s, getattr(track, name))
    totals = Summary(elapsed_s=one.end_s - one.start_s, energy_kcal=one.energy_kcal)
    recording = Recording(
        start_time=datetime.fromtimestamp(one.start_s, UTC),
        elapsed_s=times - one.start_s,
        channels=columns,
        parts=[Part(sport=one.sport, start_s=0.0, end_s=one.end_s - one.start_s, totals=totals)],
        timer=_timer(one),
        utc_offset_s=_offset(one),
        device=Device(manufacturer="apple", product=one.device, wrist=True),
        athlete=_athlete(health, one.start_s),
        weather=_weather(one),
        notes=notes,
    )
    return assemble(recording)


def _at(times: FloatArray, own_s: FloatArray, values: FloatArray) -> FloatArray:
    out = np.full(len(times), np.nan)
    out[np.searchsorted(times, own_s)] = values
    return out


def _timer(one: Workout) -> list[tuple[float, bool]]:
    """Return when the timer went on (True) and stopped; at the end it does not stand any more."""
    events = [
        (moment - one.start_s, kind.endswith(_RESUMED))
        for kind, moment in sorted(one.events, key=lambda event: event[1])
        if kind.endswith((*_PAUSED, *_RESUMED))
    ]
    return [*events, (one.end_s - one.start_s, True)]


def _weather(one: Workout) -> Conditions:
    told: dict[str, Any] = {}
    temperature = _quantity(one.metadata.get("HKWeatherTemperature"))
    if temperature is not None:
        degrees = (temperature[0] - 32) / 1.8 if temperature[1] == "degF" else temperature[0]
        if -60 <= degrees <= 60:
            told["air_temperature_c"] = round(degrees, 2)
    humidity = _quantity(one.metadata.get("HKWeatherHumidity"))
    if humidity is not None:
        # some exports write 56 % as 5600 %
        per_cent = humidity[0] / 100 if humidity[0] > 100 else humidity[0]
        if 0 <= per_cent <= 100:
            told["relative_humidity_pct"] = per_cent
    indoor = one.metadata.get("HKIndoorWorkout")
    if indoor in ("0", "1"):
        told["indoor"] = indoor == "1"
    if "air_temperature_c" in told or "relative_humidity_pct" in told:
        told |= {"source": "weather in Apple Health", "origin": Origin.EXPORT}
    return Conditions(**told)


def _athlete(health: Health, start_s: float) -> Athlete:
    told: dict[str, Any] = {}
    before = [mass for moment, mass in sorted(health.masses) if moment <= start_s]
    if before and 20 <= before[-1] <= 300:
        told["mass_kg"] = before[-1]
    sex = health.person.get("HKCharacteristicTypeIdentifierBiologicalSex", "")
    if sex.endswith(("Male", "Female")):
        told["sex"] = "female" if sex.endswith("Female") else "male"
    born = health.person.get("HKCharacteristicTypeIdentifierDateOfBirth", "")
    try:
        age = (start_s - datetime.fromisoformat(born).replace(tzinfo=UTC).timestamp()) / 31557600
    except ValueError:
        age = -1.0
    if 0 <= age <= 120:
        told["age_years"] = float(int(age))
    return Athlete(**told)


def _offset(one: Workout) -> float | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        zone = ZoneInfo(one.metadata.get("HKTimeZone", ""))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    offset = datetime.fromtimestamp(one.start_s, zone).utcoffset()
    return None if offset is None else offset.total_seconds()


def _time(text: str | None) -> float | None:
    """Read ``2026-07-12 12:00:00 +0200`` as POSIX time."""
    if text is None:
        return None
    try:
        if len(text) == 25 and text[10] == " " and text[19] == " ":
            text = f"{text[:10]}T{text[11:19]}{text[20:23]}:{text[23:]}"
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None else None


def _float(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _quantity(text: str | None) -> tuple[float, str] | None:
    number, _, unit = (text or "").partition(" ")
    value = _float(number)
    return None if value is None or not np.isfinite(value) else (value, unit)
