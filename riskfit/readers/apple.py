"""Apple Health's export: its workouts with their heart rates, routes, person and weather."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import Activity, Device, Samples, Summary
from riskfit.athlete import Athlete, Conditions
from riskfit.origin import Origin
from riskfit.readers.apple_xml import Health, Workout
from riskfit.readers.assemble import assemble
from riskfit.readers.recording import Part, Recording

_PAUSED: Final = ("EventTypePause", "EventTypeMotionPaused")
_RESUMED: Final = ("EventTypeResume", "EventTypeMotionResumed")

#: Reads a route by its path: the digest of its bytes and the track; a text says why there is
#: none.
RouteOf = Callable[[str], tuple[bytes, Activity] | str]


def workouts(health: Health, route_of: RouteOf) -> Iterator[tuple[str, bytes, Activity]]:
    """Yield each workout: its name, the digest of all it was made of, the activity."""
    heart_s, heart_bpm = np.array(health.heart_s), np.array(health.heart_bpm)
    order = np.argsort(heart_s, kind="stable")
    heart_s, heart_bpm = heart_s[order], heart_bpm[order]
    for one in health.workouts:
        low, high = np.searchsorted(heart_s, [one.start_s, one.end_s + 1])
        beats = heart_s[low:high], heart_bpm[low:high]
        route = "" if one.route is None else route_of(one.route)
        activity = _activity(one, health, beats, route)
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
    notes = list(health.notes)
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
    if len(times):
        # samples need not begin and end with the workout
        times = np.union1d(times, [one.start_s, one.end_s])
    columns["heart_rate_bpm"] = _at(times, beats[0], beats[1])
    if track is not None:
        for name in ("latitude_deg", "longitude_deg", "altitude_m", "speed_m_s"):
            columns[name] = _at(times, track_s, getattr(track, name))
    timer = _timer(one)
    told: dict[str, float] = {"elapsed_s": one.end_s - one.start_s} | one.totals
    if len(timer) > 1:
        # some apps take the pauses off a workout's duration, others do not: events tell
        told["timer_s"] = told["elapsed_s"] - _stood_s(timer)
    totals = Summary(**told)
    recording = Recording(
        start_time=datetime.fromtimestamp(one.start_s, UTC),
        elapsed_s=times - one.start_s,
        channels=columns,
        parts=[Part(sport=one.sport, start_s=0.0, end_s=one.end_s - one.start_s, totals=totals)],
        timer=timer,
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


def _stood_s(timer: list[tuple[float, bool]]) -> float:
    """Return how long the timer stood."""
    stood_s, since_s = 0.0, None
    for at_s, runs in timer:
        if runs and since_s is not None:
            stood_s += at_s - since_s
        since_s = None if runs else since_s if since_s is not None else at_s
    return stood_s


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


def _quantity(text: str | None) -> tuple[float, str] | None:
    number, _, unit = (text or "").partition(" ")
    try:
        value = float(number)
    except ValueError:
        return None
    return (value, unit) if np.isfinite(value) else None
