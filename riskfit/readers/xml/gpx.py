"""GPX: stretches, segments and points, with the extensions of Garmin, Cluetrust and Strava."""

from msgspec import structs

from riskfit.activity import Activity, Device, Summary
from riskfit.errors import NotAnActivityError
from riskfit.readers.assemble import assemble
from riskfit.readers.devices import device_of
from riskfit.readers.recording import CADENCE, Break
from riskfit.readers.totals import total_of
from riskfit.readers.xml.cells import NO_TIME, parse_number_texts, parse_time
from riskfit.readers.xml.outline import TIME, Outline, Points, read_xml, require_rows
from riskfit.readers.xml.stretches import (
    SENSOR_FIELDS,
    Stretch,
    apart,
    close_stretches,
    on_time,
    recording_of,
)
from riskfit.sports import sport_of

#: Tracks of one file that are further apart are sessions of their own in `read_gpx_activities`.
#: A GPX of a whole week or of a multi-day hike is a bundle, a track that goes on after lunch is
#: not. [s]
LONGEST_BREAK_S = 3 * 3600.0

_POINT_FIELDS = {
    **SENSOR_FIELDS,
    "lat": "latitude_deg",
    "lon": "longitude_deg",
    "ele": "altitude_m",
    "time": TIME,
    "speed": "speed_m_s",  # GPX 1.0 and gpxtpx v2
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": CADENCE,
    "cadence": CADENCE,
    "distance": "distance_m",
}
#: Garmin's statistics of a track, which OpenTracks writes as well.
_TRACK_STATS = {
    "TotalElapsedTime": "elapsed_s",
    "TimerTime": "timer_s",
    "Distance": "distance_m",
    "Ascent": "ascent_m",
    "Descent": "descent_m",
    "Calories": "energy_kcal",
    "AvgHeartRate": "heart_rate_avg_bpm",
    "MaxHeartRate": "heart_rate_max_bpm",
}


class GpxOutline(Outline):
    """Creator, stretches, their names, types and segments."""

    point = "trkpt"
    fields = _POINT_FIELDS
    attributes = ("lat", "lon")

    def __init__(self) -> None:
        self.creator = ""
        self.name: str | None = None
        self.written_us = NO_TIME
        self.stretches: list[Stretch] = []
        self.planned_points = 0

    def opened(self, name: str, attributes: dict[str, str], rows: int) -> None:
        """Take the start of an element outside of points."""
        if name == "gpx":
            self.creator = attributes.get("creator", "")
        elif name == "trk":
            self.stretches.append(Stretch(first_row=rows))
        elif name == "trkseg" and self.stretches:
            if rows > self.stretches[-1].first_row:
                self.stretches[-1].breaks.append(Break(rows, marked=True))
        elif name in ("rtept", "wpt"):
            self.planned_points += 1

    def closed(self, name: str, parent: str, text: str, rows: int) -> None:
        """Take the end of an element outside of points, with its parent's name and its text."""
        if name == "trk" and self.stretches:
            self.stretches[-1].last_row = rows
        elif parent == "trk" and name == "name":
            self.stretches[-1].name = text or None
        elif parent == "trk" and name == "type":
            self.stretches[-1].sport, self.stretches[-1].sub_sport = sport_of(text)
        elif parent == "TrackStatsExtension" and name in _TRACK_STATS and self.stretches:
            numbers, bad = parse_number_texts([text])
            if not bad:
                self.stretches[-1].totals[_TRACK_STATS[name]] = float(numbers[0])
        elif parent == "metadata" and name == "name":
            self.name = text or None
        elif parent in ("metadata", "gpx") and name == "time":
            self.written_us = (parse_time(text) or (NO_TIME,))[0]


def read_gpx(data: bytes) -> Activity:
    """Read every track of a GPX file as one activity, a leg a track.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    Activity

    Raises
    ------
    NotAnActivityError
        The file holds a route, waypoints, or points without times.
    DamagedFileError
        No timed point is left before the damage.
    """
    outline, points = _read(data)
    return assemble(recording_of(points, _merged(outline.stretches), _device(outline)))


def read_gpx_activities(data: bytes) -> list[Activity]:
    """Read the tracks of a GPX file, those apart that are more than three hours apart.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    list of Activity
    """
    outline, points = _read(data)
    groups = apart(points, outline.stretches, LONGEST_BREAK_S)
    device = _device(outline)
    return [assemble(recording_of(points, _merged(group), device)) for group in groups]


def _read(data: bytes) -> tuple[GpxOutline, Points]:
    outline, points = read_xml(data, GpxOutline)
    require_rows(points, "fetch the file again from where it was recorded")
    if points.count == 0:
        what = "a route or waypoints only" if outline.planned_points else "no track"
        raise NotAnActivityError(
            f"the GPX file holds {what}: export the recorded track, "
            "or give a course with --plan and a target time"
        )
    if not (points.time_us != NO_TIME).any():
        what = f"none of the {points.count} points of the GPX file has one"
        if points.unusable_time is not None:
            what = f"the first is {points.unusable_time!r}, which no recording can have"
        raise NotAnActivityError(
            f"route without times: {what}. "
            "Export the recorded track, or give the course with --plan and a target time"
        )
    on_time(points, outline.written_us)
    close_stretches(outline.stretches, points.count)
    return outline, points


def _merged(stretches: list[Stretch]) -> list[Stretch]:
    """Join neighbours of one sport, so that a pause between tracks makes no new leg."""
    merged: list[Stretch] = []
    for stretch in stretches:
        if merged and stretch.last_row == stretch.first_row:
            continue
        before = merged[-1] if merged else None
        if before and (before.sport, before.sub_sport) == (stretch.sport, stretch.sub_sport):
            merged[-1] = Stretch(
                sport=before.sport,
                sub_sport=before.sub_sport,
                name=before.name or stretch.name,
                first_row=before.first_row,
                last_row=stretch.last_row,
                breaks=[*before.breaks, Break(stretch.first_row, marked=True), *stretch.breaks],
                totals=_summed(before.totals, stretch.totals),
            )
        else:
            merged.append(stretch)
    return merged


def _summed(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Return the totals of two tracks together, those alone that both have."""
    both = structs.asdict(total_of([Summary(**one), Summary(**other)]))
    return {name: value for name, value in both.items() if name in one and name in other}


def _device(outline: GpxOutline) -> Device:
    return device_of(outline.creator)
