"""TCX (Garmin's Training Center XML, version 2): activities, laps, tracks and trackpoints."""

from collections.abc import Sequence

from riskfit.activity import Activity, Device
from riskfit.errors import NotAnActivityError
from riskfit.readers.assemble import assemble
from riskfit.readers.devices import device_of
from riskfit.readers.recording import CADENCE, STEPS, Break
from riskfit.readers.xml.cells import NO_TIME, parse_number_texts, parse_time
from riskfit.readers.xml.outline import TIME, Outline, Points, read_xml, require_rows
from riskfit.readers.xml.stretches import (
    SENSOR_FIELDS,
    Stretch,
    StretchLap,
    apart,
    close_stretches,
    on_time,
    recording_of,
)
from riskfit.sports import sport_of

#: Activities of different sports that follow within this belong to one race (Garmin Connect
#: exports the parts of a triathlon one by one). [s]
_LONGEST_TRANSITION_S = 15 * 60.0

_POINT_FIELDS = {
    **SENSOR_FIELDS,
    "Time": TIME,
    "LatitudeDegrees": "latitude_deg",
    "LongitudeDegrees": "longitude_deg",
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "HeartRateBpm": "heart_rate_bpm",
    "Cadence": CADENCE,
    "Speed": "speed_m_s",
    "RunCadence": STEPS,
}
_LAP_TOTALS = {
    "TotalTimeSeconds": "timer_s",
    "DistanceMeters": "distance_m",
    "Calories": "energy_kcal",
    "AverageHeartRateBpm": "heart_rate_avg_bpm",
    "HeartRateBpm": "heart_rate_avg_bpm",  # as Mi Fitness writes it
    "MaximumHeartRateBpm": "heart_rate_max_bpm",
    "AvgWatts": "power_avg_w",
}


class TcxOutline(Outline):
    """Activities, laps, stretches, totals and the device."""

    point = "Trackpoint"
    fields = _POINT_FIELDS

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        #: Courses, apart from what was recorded.
        self.courses: list[Stretch] = []
        self.workouts = 0
        self.written_us = NO_TIME
        self._bonds = 0
        self._bond: int | None = None
        self._device_name = ""
        self._serial: str | None = None
        self._tracks = 0

    def opened(self, name: str, attributes: dict[str, str], rows: int) -> None:
        """Take the start of an element outside of points."""
        if name == "Activity":
            self._open_stretch(attributes.get("Sport"), rows)
        elif name == "Transition":
            self._open_stretch("transition", rows)
            self._open_lap(attributes, rows)
        elif name == "MultiSportSession":
            self._bonds += 1
            self._bond = self._bonds
        elif name == "Lap" and self.stretches:
            self._open_lap(attributes, rows)
        elif name == "Track" and self.stretches:
            stretch = self.stretches[-1]
            if rows > stretch.first_row:
                stretch.breaks.append(Break(rows, marked=self._tracks > 0))
            self._tracks += 1
        elif name == "Course":
            self._open_stretch(None, rows)
        elif name == "Workout":
            self.workouts += 1

    def _open_stretch(self, word: str | None, rows: int) -> None:
        sport, sub_sport = sport_of(word)
        self.stretches.append(Stretch(sport=sport, sub_sport=sub_sport, first_row=rows))
        self.stretches[-1].bond = self._bond
        self._device_name, self._serial = "", None

    def _open_lap(self, attributes: dict[str, str], rows: int) -> None:
        moment = parse_time(attributes.get("StartTime", ""))
        lap = StretchLap(first_row=rows)
        if moment:
            lap.start_us, lap.offset_s = moment
        self.stretches[-1].laps.append(lap)
        self._tracks = 0

    def closed(self, name: str, parent: str, text: str, rows: int) -> None:
        """Take the end of an element outside of points, with its parent's name and its text."""
        if name == "MultiSportSession":
            self._bond = None
        if not self.stretches:
            return
        stretch = self.stretches[-1]
        if name in ("Activity", "Transition", "Course"):
            stretch.last_row = rows
        if name == "Course":
            self.courses.append(self.stretches.pop())
        if name in _LAP_TOTALS and stretch.laps and parent in ("Lap", "LX", "Transition"):
            numbers, bad = parse_number_texts([text])
            if not bad:
                stretch.laps[-1].totals.setdefault(_LAP_TOTALS[name], float(numbers[0]))
        elif parent == "Activity" and name == "Id" and self.written_us == NO_TIME:
            self.written_us = (parse_time(text) or (NO_TIME,))[0]
        elif parent == "Creator" and name == "Name":
            self._device_name = text
        elif parent == "Creator" and name == "UnitId":
            self._serial = text if text.strip("0") else None
        elif name == "Creator" and self._device_name:
            stretch.device = device_of(self._device_name, self._serial)


def read_tcx(data: bytes) -> Activity:
    """Read every activity of a TCX file as one, a leg an activity.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    Activity

    Raises
    ------
    NotAnActivityError
        The file holds a course without times, a workout, or no timed point.
    DamagedFileError
        No timed point is left before the damage.
    """
    outline, points = _read(data)
    return assemble(recording_of(points, outline.stretches, Device(), _said(outline)))


def read_tcx_activities(data: bytes) -> list[Activity]:
    """Read the activities of a TCX file, those of one multisport session together.

    Each ``<Activity>`` is one, except inside a ``<MultiSportSession>`` and where one of another
    sport follows within 15 minutes.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    list of Activity
    """
    outline, points = _read(data)
    groups: list[list[Stretch]] = []
    for run in _runs_of_changing_sport(outline.stretches):
        groups += apart(points, run, _LONGEST_TRANSITION_S)
    said = _said(outline)
    return [assemble(recording_of(points, group, Device(), said)) for group in groups]


def _said(outline: TcxOutline) -> list[str]:
    """Warn of a course: its times may be a wish and not a recording."""
    if outline.stretches[0] in outline.courses:
        return ["the file is a course with times: they may be planned and not recorded"]
    return []


def _runs_of_changing_sport(stretches: Sequence[Stretch]) -> list[list[Stretch]]:
    runs: list[list[Stretch]] = []
    for stretch in stretches:
        before = runs[-1][-1] if runs else None
        bound = before is not None and stretch.bond is not None and stretch.bond == before.bond
        if before is not None and (bound or stretch.sport != before.sport):
            runs[-1].append(stretch)
        else:
            runs.append([stretch])
    return runs


def _read(data: bytes) -> tuple[TcxOutline, Points]:
    outline, points = read_xml(data, TcxOutline)
    outline.stretches = outline.stretches or outline.courses
    if outline.courses and not (points.time_us != NO_TIME).any():
        raise NotAnActivityError(
            "the TCX file holds a course, not a recorded session: "
            "export the recorded activity instead"
        )
    require_rows(points, "fetch the file again from where it was recorded")
    if not outline.stretches and outline.workouts:
        raise NotAnActivityError(
            "the TCX file holds planned workouts, not a recorded session: "
            "export the recorded activity instead"
        )
    told = any(one.laps_us() for one in outline.stretches)
    if not (told or (points.time_us != NO_TIME).any()):
        what = "no trackpoint" if points.count == 0 else f"{points.count} trackpoints without time"
        raise NotAnActivityError(
            f"the TCX file holds {what}: export the recorded activity with its samples"
        )
    on_time(points, outline.written_us)
    close_stretches(outline.stretches, points.count)
    return outline, points
