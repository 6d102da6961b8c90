"""Writes a scenario's session as FIT, TCX and GPX.

In FIT the timer's events stand round a pause and the records go on; TCX and GPX begin a new
track or segment behind it and leave out what was recorded meanwhile.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.fit_writer import FIT_EPOCH_S, FitWriter, semicircles
from tools.formats import ON_FOOT, SPORTS, SUB_SPORTS
from tools.xml_files import GPX_HEAD, TCX_HEAD

if TYPE_CHECKING:
    from tools.scenarios import Session

_TIMER, _START, _STOP, _STOP_ALL = 0, 0, 1, 4
_RECORD_FIELDS = {
    "distance_m": "distance",
    "speed_m_s": "enhanced_speed",
    "altitude_m": "enhanced_altitude",
    "heart_rate_bpm": "heart_rate",
    "power_w": "power",
}
_TOTAL_FIELDS = {
    "timer_s": "total_timer_time",
    "elapsed_s": "total_elapsed_time",
    "distance_m": "total_distance",
    "energy_kcal": "total_calories",
    "ascent_m": "total_ascent",
    "descent_m": "total_descent",
    "heart_rate_avg_bpm": "avg_heart_rate",
    "heart_rate_max_bpm": "max_heart_rate",
}
_TCX_TOTALS = {
    "timer_s": "<TotalTimeSeconds>{:.1f}</TotalTimeSeconds>",
    "distance_m": "<DistanceMeters>{:.2f}</DistanceMeters>",
    "energy_kcal": "<Calories>{:.0f}</Calories>",
    "heart_rate_avg_bpm": "<AverageHeartRateBpm><Value>{:.0f}</Value></AverageHeartRateBpm>",
    "heart_rate_max_bpm": "<MaximumHeartRateBpm><Value>{:.0f}</Value></MaximumHeartRateBpm>",
}
_TCX_SPORTS = {"running": "Running", "cycling": "Biking"}


def written(session: "Session", form: str) -> bytes:
    """Return the session as a file of the form ``fit``, ``tcx`` or ``gpx``."""
    return {"fit": _fit, "tcx": _tcx, "gpx": _gpx}[form](session)


def _begin_s(session: "Session") -> float:
    """Return when the session began by the device's clock, POSIX time. [s]"""
    rows = len(session.time_s)
    return float(session.time_s[0]) - session.late_s if rows else session.stated_s


def _end_s(session: "Session") -> float:
    rows = len(session.time_s)
    return float(session.time_s[-1]) if rows else session.stated_s + session.truth["elapsed_s"]


# -- FIT ----------------------------------------------------------------------------------


def _fit_time(posix_s: Any) -> Any:
    return np.rint(posix_s - FIT_EPOCH_S)


def _fit(session: "Session") -> bytes:
    writer = FitWriter()
    begin, end = (int(_fit_time(one)) for one in (_begin_s(session), _end_s(session)))
    device = {"manufacturer": 1, "product": 2691}
    stated = int(_fit_time(session.stated_s))
    writer.add("file_id", type=4, time_created=stated, **device)
    writer.add("device_info", timestamp=begin, device_index=0, **device)
    _event(writer, begin, _START)
    if len(session.time_s):
        _records(writer, session)
    _event(writer, end, _STOP_ALL)
    span = {"timestamp": end, "start_time": begin, "event_type": _STOP}
    totals = {field: session.totals.get(name) for name, field in _TOTAL_FIELDS.items()}
    whole = ("total_calories", "total_ascent", "total_descent", "avg_heart_rate", "max_heart_rate")
    totals = {
        field: round(value) if field in whole else value
        for field, value in totals.items()
        if value is not None
    }
    sport = {"sport": SPORTS[session.sport]}
    writer.add("lap", event=9, **span, **totals, **sport)
    sub_sport = SUB_SPORTS[session.sub_sport]
    writer.add("session", event=8, **span, **totals, **sport, sub_sport=sub_sport)
    local = end + round(session.utc_offset_s)
    writer.add("activity", timestamp=end, num_sessions=1, event=26, local_timestamp=local)
    return writer.finish()


def _event(writer: FitWriter, moment: int, kind: int) -> None:
    writer.add("event", timestamp=moment, event=_TIMER, event_type=kind, event_group=0)


def _records(writer: FitWriter, session: "Session") -> None:
    """Write the records, and the timer's events where they happened."""
    columns = session.columns
    fields: dict[str, Any] = {"timestamp": _fit_time(session.time_s)}
    for name, field in (("latitude_deg", "position_lat"), ("longitude_deg", "position_long")):
        if name in columns:
            fields[field] = semicircles(columns[name])
    fields |= {field: columns[name] for name, field in _RECORD_FIELDS.items() if name in columns}
    if "cadence" in columns:
        fields["cadence"] = columns["cadence"] / (2 if session.sport in ON_FOOT else 1)
    table = writer.table("record", **fields)
    done = 0
    for moment, kind in _marks(session):
        row = (
            int((session.time_s <= moment).sum())
            if kind == _STOP
            else int((session.time_s < moment).sum())
        )
        writer.raw(table[done:row].tobytes())
        _event(writer, int(_fit_time(moment)), kind)
        done = row
    writer.raw(table[done:].tobytes())


def _marks(session: "Session") -> list[tuple[float, int]]:
    stops = [(start, _STOP) for start, _ in session.pauses]
    return sorted(stops + [(end, _START) for _, end in session.pauses])


# -- TCX and GPX --------------------------------------------------------------------------


def _stamp(posix_s: float) -> str:
    return datetime.fromtimestamp(posix_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pieces(session: "Session") -> Iterator[range]:
    """Yield the rows between the pauses, those inside them left out."""
    edges = [-np.inf, *(edge for pause in sorted(session.pauses) for edge in pause), np.inf]
    for start, end in list(pairwise(edges))[::2]:
        inside = np.flatnonzero((session.time_s >= start) & (session.time_s <= end))
        if len(inside):
            yield range(int(inside[0]), int(inside[-1]) + 1)


def _cell(session: "Session", template: str, row: int, *channels: str) -> str:
    """Return the template filled with a row's values, nothing where one is not recorded."""
    if not all(channel in session.columns for channel in channels):
        return ""
    values = [float(session.columns[channel][row]) for channel in channels]
    return "" if np.isnan(values).any() else template.format(*values)


def _tcx_point(session: "Session", row: int) -> str:
    foot = session.sport in ON_FOOT
    half = float(session.columns["cadence"][row]) / 2 if "cadence" in session.columns else np.nan
    steps = f"<ns3:RunCadence>{half:.0f}</ns3:RunCadence>" if foot and half >= 0 else ""
    position = (
        "<Position><LatitudeDegrees>{:.7f}</LatitudeDegrees>"
        "<LongitudeDegrees>{:.7f}</LongitudeDegrees></Position>"
    )
    plain = "" if foot else _cell(session, "<Cadence>{:.0f}</Cadence>", row, "cadence")
    heart = "<HeartRateBpm><Value>{:.0f}</Value></HeartRateBpm>"
    return (
        f"<Trackpoint><Time>{_stamp(session.time_s[row])}</Time>"
        + _cell(session, position, row, "latitude_deg", "longitude_deg")
        + _cell(session, "<AltitudeMeters>{:.1f}</AltitudeMeters>", row, "altitude_m")
        + _cell(session, "<DistanceMeters>{:.2f}</DistanceMeters>", row, "distance_m")
        + _cell(session, heart, row, "heart_rate_bpm")
        + plain
        + "<Extensions><ns3:TPX>"
        + _cell(session, "<ns3:Speed>{:.3f}</ns3:Speed>", row, "speed_m_s")
        + steps
        + _cell(session, "<ns3:Watts>{:.0f}</ns3:Watts>", row, "power_w")
        + "</ns3:TPX></Extensions></Trackpoint>\n"
    )


def _tcx(session: "Session") -> bytes:
    totals = "".join(
        template.format(session.totals[name])
        for name, template in _TCX_TOTALS.items()
        if name in session.totals
    )
    tracks = "".join(
        f"<Track>\n{''.join(_tcx_point(session, row) for row in rows)}</Track>\n"
        for rows in _pieces(session)
    )
    sport = _TCX_SPORTS.get(session.sport, "Other")
    return (
        f'{TCX_HEAD}<Activities>\n<Activity Sport="{sport}"><Id>{_stamp(session.stated_s)}</Id>\n'
        f'<Lap StartTime="{_stamp(_begin_s(session))}">{totals}<Intensity>Active</Intensity>'
        f"<TriggerMethod>Manual</TriggerMethod>\n{tracks}</Lap>\n"
        f"<Creator><Name>{session.creator}</Name></Creator></Activity>\n"
        "</Activities></TrainingCenterDatabase>\n"
    ).encode()


def _gpx_point(session: "Session", row: int) -> str:
    foot = session.sport in ON_FOOT
    half = "cadence" in session.columns and foot
    cadence = (
        float(session.columns["cadence"][row]) / (1 + half)
        if "cadence" in session.columns
        else None
    )
    return (
        _cell(session, '<trkpt lat="{:.7f}" lon="{:.7f}">', row, "latitude_deg", "longitude_deg")
        + _cell(session, "<ele>{:.1f}</ele>", row, "altitude_m")
        + f"<time>{_stamp(session.time_s[row])}</time><extensions>"
        + _cell(session, "<power>{:.0f}</power>", row, "power_w")
        + "<gpxtpx:TrackPointExtension>"
        + _cell(session, "<gpxtpx:hr>{:.0f}</gpxtpx:hr>", row, "heart_rate_bpm")
        + ("" if cadence is None else f"<gpxtpx:cad>{cadence:.0f}</gpxtpx:cad>")
        + _cell(session, "<gpxtpx:speed>{:.3f}</gpxtpx:speed>", row, "speed_m_s")
        + "</gpxtpx:TrackPointExtension></extensions></trkpt>\n"
    )


def _gpx(session: "Session") -> bytes:
    segments = "".join(
        f"<trkseg>\n{''.join(_gpx_point(session, row) for row in rows)}</trkseg>\n"
        for rows in _pieces(session)
    )
    return (
        f"{GPX_HEAD.format(creator=session.creator)}"
        f"<metadata><time>{_stamp(session.stated_s)}</time></metadata>\n"
        f"<trk><name>made</name><type>{session.sport}</type>\n{segments}</trk>\n</gpx>\n"
    ).encode()
