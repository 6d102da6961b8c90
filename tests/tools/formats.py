"""Writes recordings as FIT, TCX and GPX, as the devices and services of the day do."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.fit_writer import FIT_EPOCH_S, FitWriter, semicircles
from tools.simulate import Person, Recording

SPORTS = {
    "generic": 0,
    "running": 1,
    "cycling": 2,
    "transition": 3,
    "swimming": 5,
    "walking": 11,
    "hiking": 17,
}
SUB_SPORTS = {"generic": 0, "treadmill": 1, "trail": 3, "indoor_cycling": 6, "open_water": 18}

ON_FOOT = ("running", "walking", "hiking")

#: device -> (manufacturer, product, speed and altitude in the enhanced fields)
DEVICES = {"watch": (1, 2691, True), "bike_computer": (1, 2067, False)}

_TIMER, _START, _STOP, _STOP_ALL = 0, 0, 1, 4


# -- FIT ----------------------------------------------------------------------------------


def to_fit(*legs: Recording, big_endian: bool = False) -> bytes:
    """Return one or more recordings (legs of one activity, back to back) as a FIT file."""
    return fit_messages(*legs, big_endian=big_endian).finish()


def fit_messages(*legs: Recording, big_endian: bool = False) -> FitWriter:
    """Return the writer with every message of an activity in it, for a test to spoil."""
    first, last = legs[0], legs[-1]
    writer = FitWriter()
    _fit_front(writer, first)
    _event(writer, first.start_s, _START)
    for leg in legs:
        _fit_leg(writer, leg, big_endian)
    _event(writer, last.end_s, _STOP_ALL)
    lap = 0
    for number, leg in enumerate(legs):
        _fit_session(writer, leg, number, lap)
        lap += len(leg.laps)
    writer.add(
        "activity",
        timestamp=_fit(last.end_s),
        total_timer_time=float(sum(leg.session.duration_s for leg in legs)),
        num_sessions=len(legs),
        type=1 if len(legs) > 1 else 0,
        event=26,
        event_type=_STOP,
        local_timestamp=_fit(last.end_s + first.session.utc_offset_s),
    )
    return writer


def _fit(posix_s: Any) -> Any:
    return posix_s - FIT_EPOCH_S


def _event(writer: FitWriter, posix_s: int, kind: int) -> None:
    writer.add("event", timestamp=_fit(posix_s), event=_TIMER, event_type=kind, event_group=0)


def _fit_front(writer: FitWriter, recording: Recording) -> None:
    session, person = recording.session, recording.person
    manufacturer, product, _ = DEVICES[session.device]
    device = {"manufacturer": manufacturer, "product": product, "serial_number": 3141592653}
    start = _fit(recording.start_s)
    writer.add("file_id", type=4, time_created=start, **device)
    writer.add("device_info", timestamp=start, device_index=0, software_version=12.4, **device)
    if session.profile_in_file:
        _fit_person(writer, person)
    if session.weather_in_file:
        for share in (0.0, 0.5):
            _fit_weather(writer, recording, share)


def _fit_person(writer: FitWriter, person: Person) -> None:
    writer.add(
        "user_profile",
        friendly_name=person.name,
        gender=int(person.sex == "male"),
        age=person.age_years,
        height=person.height_m,
        weight=person.mass_kg,
        resting_heart_rate=person.hr_rest_bpm,
        default_max_heart_rate=person.hr_max_bpm,
    )
    writer.add(
        "zones_target",
        max_heart_rate=person.hr_max_bpm,
        threshold_heart_rate=person.hr_threshold_bpm,
        functional_threshold_power=person.ftp_w,
    )


def _fit_weather(writer: FitWriter, recording: Recording, share: float) -> None:
    session = recording.session
    first, last = session.temperature_c
    moment = _fit(recording.start_s + round(share * session.duration_s))
    writer.add(
        "weather_conditions",
        timestamp=moment,
        weather_report=0,
        temperature=first + share * (last - first),
        condition=0,
        wind_direction=225,
        wind_speed=session.wind_m_s,
        relative_humidity=session.humidity_pct,
        location="Sampleton",
        observed_at_time=moment,
    )


def _fit_columns(recording: Recording) -> dict[str, Any]:
    columns = recording.columns
    enhanced = "enhanced_" if DEVICES[recording.session.device][2] else ""
    out: dict[str, Any] = {"timestamp": _fit(recording.time_s)}
    if "latitude_deg" in columns:
        out["position_lat"] = semicircles(columns["latitude_deg"])
        out["position_long"] = semicircles(columns["longitude_deg"])
    names = {
        "distance_m": "distance",
        "speed_m_s": f"{enhanced}speed",
        "altitude_m": f"{enhanced}altitude",
        "power_w": "power",
        "heart_rate_bpm": "heart_rate",
        "temperature_c": "temperature",
    }
    out |= {field: columns[name] for name, field in names.items() if name in columns}
    if "cadence" in columns:
        # FIT counts one foot: full cycles a minute
        feet = recording.session.sport in ON_FOOT
        out["cadence"] = columns["cadence"] / 2 if feet else columns["cadence"]
    return out


def _fit_leg(writer: FitWriter, leg: Recording, big_endian: bool) -> None:
    """Write records, and between them pauses and laps where they happened."""
    session = leg.session
    writer.add("sport", sport=SPORTS[session.sport], sub_sport=SUB_SPORTS[session.sub_sport])
    table = writer.table("record", big_endian=big_endian, **_fit_columns(leg))
    # (time, order at that time, what): records up to and including that time come before
    marks: list[tuple[int, int, Any]] = []
    for start, length in leg.pauses:
        marks += [(start, 0, (start, _STOP)), (start, 1, (start + length, _START))]
    marks += [(end, -1, number) for number, (_, end) in enumerate(leg.laps)]
    marks.sort(key=lambda mark: mark[:2])
    done = 0
    for moment, _, what in marks:
        row = int(np.searchsorted(leg.time_s, moment, side="right"))
        writer.raw(table[done:row].tobytes())
        done = row
        if isinstance(what, tuple):
            _event(writer, *what)
        else:
            _fit_lap(writer, leg, what)
    writer.raw(table[done:].tobytes())


def _under_way(leg: Recording, start_s: int, end_s: int) -> float:
    """Return the time between two moments without the pauses. [s]"""
    stood = (min(p + n, end_s) - max(p, start_s) for p, n in leg.pauses)
    return float(end_s - start_s - sum(max(0, s) for s in stood))


def _distance_at(leg: Recording, moments: Any) -> NDArray[np.float64]:
    return np.interp(moments, leg.time_s, leg.columns["distance_m"])


def _fit_lap(writer: FitWriter, leg: Recording, number: int) -> None:
    start, end = leg.laps[number]
    first, last = _distance_at(leg, (start, end))
    share = _under_way(leg, start, end) / leg.session.duration_s
    writer.add(
        "lap",
        timestamp=_fit(end),
        start_time=_fit(start),
        total_elapsed_time=float(end - start),
        total_timer_time=_under_way(leg, start, end),
        total_distance=float(last - first),
        total_calories=round(leg.energy_kcal * share),
        event=9,
        event_type=_STOP,
        lap_trigger=7 if number == len(leg.laps) - 1 else 2,
        sport=SPORTS[leg.session.sport],
    )


def _fit_session(writer: FitWriter, leg: Recording, number: int, first_lap: int) -> None:
    session, columns = leg.session, leg.columns
    values: dict[str, Any] = {
        "avg_speed": leg.total_m / session.duration_s,
        "total_ascent": leg.ascent_m if "altitude_m" in columns else None,
        "total_descent": leg.descent_m if "altitude_m" in columns else None,
        "threshold_power": leg.person.ftp_w if "power_w" in columns else None,
        "estimated_sweat_loss": leg.sweat_ml if session.sweat_in_file else None,
        "workout_rpe": None if session.rpe is None else session.rpe * 10,
    }
    averages = {"heart_rate_bpm": "heart_rate", "power_w": "power", "temperature_c": "temperature"}
    for name, field in averages.items():
        if name in columns and not np.isnan(columns[name]).all():
            values[f"avg_{field}"] = round(float(np.nanmean(columns[name])))
            values[f"max_{field}"] = round(float(np.nanmax(columns[name])))
    writer.add(
        "session",
        timestamp=_fit(leg.end_s),
        start_time=_fit(leg.start_s),
        message_index=number,
        sport=SPORTS[session.sport],
        sub_sport=SUB_SPORTS[session.sub_sport],
        total_elapsed_time=float(leg.end_s - leg.start_s),
        total_timer_time=float(session.duration_s),
        total_distance=leg.total_m,
        total_calories=leg.energy_kcal,
        first_lap_index=first_lap,
        num_laps=len(leg.laps),
        event=8,
        event_type=_STOP,
        trigger=0,
        **{name: value for name, value in values.items() if value is not None},
    )


# -- TCX and GPX --------------------------------------------------------------------------


def _stamp(posix_s: int) -> str:
    return datetime.fromtimestamp(posix_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _cells(template: str, *columns: NDArray[Any]) -> list[str]:
    """Return the template filled for every row, empty where a value is nan."""
    known = ~np.isnan(np.stack(columns)).any(axis=0)
    rows = zip(known.tolist(), *(column.tolist() for column in columns), strict=True)
    return [template % tuple(values) if ok else "" for ok, *values in rows]


def _points(recording: Recording, templates: Sequence[tuple[str, ...]]) -> list[str]:
    """Return one piece of XML a record; templates are (text, channel, ...) or (text,)."""
    stamps = np.datetime_as_string(recording.time_s.astype("datetime64[s]"), unit="s").tolist()
    cells: list[list[str]] = []
    count = len(stamps)
    known = dict(recording.columns)
    if "cadence" in known:
        known["half_cadence"] = known["cadence"] / 2
    for template, *channels in templates:
        if channels == ["time"]:
            cells.append([template % f"{stamp}.000Z" for stamp in stamps])
        elif not channels:
            cells.append([template] * count)
        elif all(channel in known for channel in channels):
            cells.append(_cells(template, *(known[channel] for channel in channels)))
    return ["".join(parts) for parts in zip(*cells, strict=True)]


def _pieces(recording: Recording, start_s: int, end_s: int) -> list[tuple[int, int]]:
    """Return the rows after ``start_s`` up to ``end_s``, split at pauses.

    The very first record belongs to the first piece.
    """
    begin = start_s - 1 if start_s == recording.start_s else start_s
    inside = [p for p, _ in recording.pauses if start_s < p < end_s]
    edges = np.searchsorted(recording.time_s, [begin, *inside, end_s], side="right").tolist()
    return [(a, b) for a, b in pairwise(edges) if b > a]


_TCX_POSITION = (
    "<Position><LatitudeDegrees>%.7f</LatitudeDegrees>"
    "<LongitudeDegrees>%.7f</LongitudeDegrees></Position>"
)
_TCX_SPORTS = {"running": "Running", "cycling": "Biking"}


def to_tcx(recording: Recording, *, leading_blanks: int = 0) -> bytes:
    """Return a recording as TCX; services of the day put ten blanks in front of some."""
    session = recording.session
    feet = session.sport == "running"
    points = _points(
        recording,
        (
            ("<Trackpoint><Time>%s</Time>", "time"),
            (
                _TCX_POSITION,
                "latitude_deg",
                "longitude_deg",
            ),
            ("<AltitudeMeters>%.1f</AltitudeMeters>", "altitude_m"),
            ("<DistanceMeters>%.2f</DistanceMeters>", "distance_m"),
            ("<HeartRateBpm><Value>%d</Value></HeartRateBpm>", "heart_rate_bpm"),
            *(() if feet else (("<Cadence>%d</Cadence>", "cadence"),)),
            ("<Extensions><ns3:TPX>",),
            ("<ns3:Speed>%.3f</ns3:Speed>", "speed_m_s"),
            *((("<ns3:RunCadence>%.0f</ns3:RunCadence>", "half_cadence"),) if feet else ()),
            ("<ns3:Watts>%d</ns3:Watts>", "power_w"),
            ("</ns3:TPX></Extensions></Trackpoint>\n",),
        ),
    )
    laps = []
    for start, end in recording.laps:
        first, last = _distance_at(recording, (start, end))
        seconds = _under_way(recording, start, end)
        energy = round(recording.energy_kcal * seconds / session.duration_s)
        tracks = [
            f"<Track>\n{''.join(points[a:b])}</Track>\n" for a, b in _pieces(recording, start, end)
        ]
        laps.append(
            f'<Lap StartTime="{_stamp(start)}"><TotalTimeSeconds>{seconds:.1f}</TotalTimeSeconds>'
            f"<DistanceMeters>{last - first:.2f}</DistanceMeters><Calories>{energy}</Calories>"
            f"<Intensity>Active</Intensity><TriggerMethod>Distance</TriggerMethod>\n"
            f"{''.join(tracks)}</Lap>\n"
        )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase '
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" '
        'xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">\n<Activities>\n'
        f'<Activity Sport="{_TCX_SPORTS.get(session.sport, "Other")}">'
        f"<Id>{_stamp(recording.start_s)}</Id>\n{''.join(laps)}</Activity>\n"
        "</Activities>\n</TrainingCenterDatabase>\n"
    )
    return (" " * leading_blanks + text).encode()


def to_gpx(recording: Recording, *, name: str = "Sample") -> bytes:
    """Return a recording as GPX with Garmin's track point extension."""
    body = (
        ("<extensions>",),
        ("<power>%d</power>", "power_w"),
        ("<gpxtpx:TrackPointExtension>",),
        ("<gpxtpx:atemp>%d</gpxtpx:atemp>", "temperature_c"),
        ("<gpxtpx:hr>%d</gpxtpx:hr>", "heart_rate_bpm"),
        (
            "<gpxtpx:cad>%.0f</gpxtpx:cad>",
            "half_cadence" if recording.session.sport == "running" else "cadence",
        ),
        ("</gpxtpx:TrackPointExtension></extensions>",),
    )
    points = _points(
        recording,
        (
            ('<trkpt lat="%.7f" lon="%.7f">', "latitude_deg", "longitude_deg"),
            ("<ele>%.1f</ele>", "altitude_m"),
            ("<time>%s</time>", "time"),
            *body,
            ("</trkpt>\n",),
        ),
    )
    pieces = _pieces(recording, recording.start_s, recording.end_s)
    segments = "".join(f"<trkseg>\n{''.join(points[a:b])}</trkseg>\n" for a, b in pieces)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="riskfit samples" '
        'xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">\n'
        f"<metadata><time>{_stamp(recording.start_s)}</time></metadata>\n"
        f"<trk><name>{name}</name><type>{recording.session.sport}</type>\n{segments}</trk>\n</gpx>\n"
    ).encode()


def known_facts(*legs: Recording) -> dict[str, Any]:
    """Return what the inputs promise of a file made from these legs, seconds from its start."""
    first, last = legs[0], legs[-1]
    zero = first.start_s
    sports = {leg.session.sport for leg in legs}
    counts: dict[str, int] = {}
    for leg in legs:
        for name, column in leg.columns.items():
            unit = "spm" if leg.session.sport in ON_FOOT else "rpm"
            channel = f"cadence_{unit}" if name == "cadence" else name
            counts[channel] = counts.get(channel, 0) + int((~np.isnan(column)).sum())
    return {
        "start_time": _stamp(zero).replace(".000Z", "Z"),
        "sport": sports.pop() if len(sports) == 1 else "multisport",
        "records": sum(len(leg.time_s) for leg in legs),
        "elapsed_s": last.end_s - zero,
        "timer_s": sum(leg.session.duration_s for leg in legs),
        "distance_m": round(sum(leg.total_m for leg in legs), 1),
        "legs": [[leg.session.sport, leg.start_s - zero, leg.end_s - zero] for leg in legs],
        "laps": [[a - zero, b - zero] for leg in legs for a, b in leg.laps],
        "pauses": [[a - zero, a + n - zero] for leg in legs for a, n in leg.pauses],
        "counts": counts,
        "air_temperature_c": float(np.mean([leg.session.temperature_c for leg in legs])),
        "energy_kcal": sum(leg.energy_kcal for leg in legs),
    }
