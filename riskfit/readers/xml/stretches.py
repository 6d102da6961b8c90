"""From the points of an XML file to recordings: what TCX and GPX have in common.

A stretch is one sport's rows (a TCX ``<Activity>``, a GPX ``<trk>``).  Neighbours become
one recording, or recordings of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from riskfit.activity import CHANNELS, Device, Summary
from riskfit.readers.clock import lost_weeks_s
from riskfit.readers.recording import CADENCE, STEPS, Break, MarkedLap, Part, Recording
from riskfit.readers.totals import total_of
from riskfit.readers.xml.cells import NO_TIME, LongArray
from riskfit.readers.xml.outline import Points

#: Last row of a stretch whose end was not seen.
OPEN = -1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANNELS = (*CHANNELS, CADENCE, STEPS)
#: Elements in the extensions of a point, which no schema holds to one format -> channel.
SENSOR_FIELDS = {
    "atemp": "temperature_c",
    "temp": "temperature_c",  # Cluetrust gpxdata
    "Temp": "temperature_c",
    "Temperature": "temperature_c",
    "power": "power_w",
    "PowerInWatts": "power_w",
    "watts": "power_w",
    "Watts": "power_w",
}


@dataclass(slots=True)
class StretchLap:
    """A lap as its file states it."""

    start_us: int = NO_TIME
    #: Offset from UTC that its start states. [s]
    offset_s: int | None = None
    first_row: int = 0
    last_row: int = 0
    totals: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Stretch:
    """One sport's stretch of rows; it grows while its file is read."""

    sport: str = "unknown"
    sub_sport: str | None = None
    name: str | None = None
    first_row: int = 0
    last_row: int = OPEN
    breaks: list[Break] = field(default_factory=list)
    laps: list[StretchLap] = field(default_factory=list)
    device: Device | None = None
    #: Stretches of one number belong together whatever the time between them.
    bond: int | None = None
    #: What the file totals for all of it, where its laps do not.
    totals: dict[str, float] = field(default_factory=dict)

    def laps_us(self) -> list[int]:
        """Return when the laps with start and duration began and ended, POSIX time [µs]."""
        spans = [
            (lap.start_us, lap.start_us + round(1e6 * lap.totals["timer_s"]))
            for lap in self.laps
            if lap.start_us != NO_TIME and lap.totals.get("timer_s", 0.0) > 0
        ]
        return [us for span in spans for us in span]


def close_stretches(stretches: list[Stretch], rows: int) -> None:
    """Give an end to what damage left open, and one stretch to a file without any.

    Parameters
    ----------
    stretches : list of Stretch
        Changed in place.
    rows : int
        Points in the file.
    """
    if not stretches:
        stretches.append(Stretch())
    ends = [*(stretch.first_row for stretch in stretches[1:]), rows]
    for stretch, end in zip(stretches, ends, strict=True):
        if stretch.last_row == OPEN:
            stretch.last_row = end
        lap_ends = [*(lap.first_row for lap in stretch.laps[1:]), stretch.last_row]
        for lap, lap_end in zip(stretch.laps, lap_ends, strict=False):
            lap.last_row = lap_end


def apart(
    points: Points, stretches: Sequence[Stretch], longest_gap_s: float
) -> list[list[Stretch]]:
    """Group stretches into activities.

    Stretches stay together when they are bound to each other, or when each starts within
    ``longest_gap_s`` of the end of the one before it.

    Parameters
    ----------
    points : Points
    stretches : sequence of Stretch
        In file order.
    longest_gap_s : float
        Longest break inside one activity. [s]

    Returns
    -------
    list of list of Stretch
        Without stretches that hold neither a timed point nor a lap with a time.
    """
    groups: list[list[Stretch]] = []
    end_us = NO_TIME
    for stretch in stretches:
        time_us = points.time_us[stretch.first_row : stretch.last_row]
        time_us = time_us[time_us != NO_TIME]
        if not len(time_us):
            time_us = np.array(stretch.laps_us(), dtype=np.int64)
        if not len(time_us):
            continue
        gap_s = (int(time_us.min()) - end_us) / 1e6
        bound = groups and stretch.bond is not None and stretch.bond == groups[-1][-1].bond
        if groups and (bound or -1.0 <= gap_s <= longest_gap_s):
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
        end_us = int(time_us.max())
    return groups


def on_time(points: Points, written_us: int) -> None:
    """Undo a week count that ran over: GPS counts 1,024 weeks, and some receivers begin again.

    Parameters
    ----------
    points : Points
        Changed in place where the other time is about a multiple of 1,024 weeks away.
    written_us : int
        When the file itself says it was made, `NO_TIME` where it does not. [µs]
    """
    timed = points.time_us != NO_TIME
    if written_us == NO_TIME or not timed.any():
        return
    off_s = (written_us - int(points.time_us[timed].min())) / 1e6
    points.time_us[timed] += round(lost_weeks_s(off_s, points.notes) * 1e6)


def recording_of(
    points: Points, stretches: Sequence[Stretch], device: Device, notes: Sequence[str] = ()
) -> Recording:
    """Return the recording that some neighbouring stretches are.

    Parameters
    ----------
    points : Points
    stretches : sequence of Stretch
        In file order; at least one, with at least one timed point or lap among them.
    device : Device
        What recorded them where a stretch does not say.
    notes : sequence of str
        What the reader left out or repaired.

    Returns
    -------
    Recording
    """
    first, last = stretches[0].first_row, stretches[-1].last_row
    time_us = points.time_us[first:last]
    timed = time_us != NO_TIME
    began_us = [us for stretch in stretches for us in stretch.laps_us()]
    start_us = int(time_us[timed].min()) if timed.any() else min(began_us)
    elapsed_s = np.full(len(time_us), np.nan)
    elapsed_s[timed] = (time_us[timed] - start_us) / 1e6
    breaks = [one for stretch in stretches for one in stretch.breaks]
    breaks += [Break(stretch.first_row, marked=False) for stretch in stretches[1:]]
    return Recording(
        start_time=_EPOCH + timedelta(microseconds=start_us),
        elapsed_s=elapsed_s,
        channels={
            name: points.channels[name][first:last] for name in _CHANNELS if name in points.channels
        },
        parts=[
            Part(
                sport=stretch.sport,
                sub_sport=stretch.sub_sport,
                rows=slice(stretch.first_row - first, stretch.last_row - first),
                start_s=(stretch.laps[0].start_us - start_us) / 1e6
                if stretch.laps and stretch.laps[0].start_us != NO_TIME
                else np.nan,
                totals=total_of([Summary(**lap.totals) for lap in stretch.laps])
                if stretch.laps
                else Summary(**stretch.totals),
            )
            for stretch in stretches
        ],
        laps=[
            MarkedLap(
                start_s=np.nan if lap.start_us == NO_TIME else (lap.start_us - start_us) / 1e6,
                rows=slice(lap.first_row - first, lap.last_row - first),
                totals=Summary(**lap.totals),
            )
            for stretch in stretches
            for lap in stretch.laps
        ],
        breaks=[Break(row - first, marked) for row, marked in breaks],
        utc_offset_s=_offset(
            set(points.offsets)
            if timed.any()
            else {lap.offset_s for stretch in stretches for lap in stretch.laps}
        ),
        device=next((stretch.device for stretch in stretches if stretch.device), device),
        name=next((stretch.name for stretch in stretches if stretch.name), None),
        notes=[*notes, *points.notes, *_notes_on_times(points, time_us)],
    )


def _notes_on_times(points: Points, time_us: LongArray) -> list[str]:
    notes = []
    untimed = int((time_us == NO_TIME).sum())
    if untimed:
        notes.append(f"{untimed} of {len(time_us)} points have no time")
    if points.offsets.get(None):
        notes.append("times without a time zone are taken as UTC")
    return notes


def _offset(stated: set[int | None]) -> float | None:
    """Return the offset all times state, unless it is UTC, which says nothing of the place."""
    return float(offset) if len(stated) == 1 and (offset := next(iter(stated))) else None
