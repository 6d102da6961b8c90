"""From points and parts to activities: what TCX and GPX have in common.

A part is one sport's stretch of rows (a TCX ``<Activity>``, a GPX ``<trk>``); parts become the
legs of one activity, or activities of their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import CHANNELS, Activity, Device, Lap, Leg, Pause, Samples, Summary
from riskfit.readers.xml.cells import NO_TIME
from riskfit.readers.xml.outline import Points
from riskfit.sports import FOOT

#: Devices that record on change write at least every ten seconds or so; a break between two laps
#: that is longer was a pause.  Between segments the file itself says that there was a break. [s]
_LONGEST_SMART_GAP_S = 10.0
_SHORTEST_MARKED_PAUSE_S = 2.0
#: Steps of both feet per minute exceed this even in a stroll, those of one foot rarely do:
#: walking at 1.3 m/s takes about 110 steps/min (Tudor-Locke 2018, doi:10.1136/bjsports-2017-097628,
#: 100 steps/min at moderate intensity), running 150 to 200, one foot 75 to 100. [1/min]
_BOTH_FEET_FROM = 125.0
#: Last row of a part whose end was not seen.
OPEN = -1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Break(NamedTuple):
    """Rows from here on follow after a break, which the file marked as one or not."""

    row: int
    marked: bool


@dataclass(slots=True)
class RawLap:
    """A lap as its file states it."""

    start_us: int = NO_TIME
    first_row: int = 0
    last_row: int = 0
    totals: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Part:
    """One sport's stretch of rows."""

    sport: str = "unknown"
    sub_sport: str | None = None
    name: str | None = None
    first_row: int = 0
    last_row: int = OPEN
    breaks: list[Break] = field(default_factory=list)
    laps: list[RawLap] = field(default_factory=list)
    device: Device | None = None
    #: Parts of one number belong together whatever the time between them.
    bond: int | None = None


def assemble(points: Points, parts: Sequence[Part], device: Device, notes: list[str]) -> Activity:
    """Make one activity of some neighbouring parts.

    Parameters
    ----------
    points : Points
    parts : sequence of Part
        In file order; at least one, with at least one timed point among them.
    device : Device
        What recorded them where a part does not say.
    notes : list of str
        What the reader left out or repaired.

    Returns
    -------
    Activity
    """
    first, last = parts[0].first_row, parts[-1].last_row
    time_us = points.time_us[first:last]
    timed = time_us != NO_TIME
    start_us = int(time_us[timed].min())
    elapsed = np.full(len(time_us), np.nan)
    elapsed[timed] = (time_us[timed] - start_us) / 1e6
    notes = [*notes, *points.notes]
    columns = {
        name: points.channels[name][first:last] for name in CHANNELS if name in points.channels
    }
    columns |= _cadences(points, parts, notes)
    untimed = int(len(timed) - timed.sum())
    if untimed:
        notes.append(f"{untimed} of {len(timed)} points have no time")
    if points.offsets.get(None):
        notes.append("times without a time zone are taken as UTC")
    legs = tuple(_leg(part, elapsed, first) for part in parts)
    sports = {leg.sport for leg in legs if leg.sport != "transition"} or {legs[0].sport}
    return Activity(
        start_time=_EPOCH + timedelta(microseconds=start_us),
        samples=Samples(elapsed_s=elapsed, **columns),
        sport=sports.pop() if len(sports) == 1 else "multisport",
        utc_offset_s=_offset(points),
        device=next((part.device for part in parts if part.device), device),
        legs=legs,
        laps=tuple(lap for part in parts for lap in _laps(part, elapsed, first, start_us)),
        pauses=_pauses(parts, elapsed, first),
        summary=_total([leg.summary for leg in legs]),
        name=next((part.name for part in parts if part.name), None),
        notes=tuple(dict.fromkeys(notes)),
    )


def apart(points: Points, parts: Sequence[Part], longest_gap_s: float) -> list[list[Part]]:
    """Group parts into activities.

    Parts stay together when they are bound to each other, or when each starts within
    ``longest_gap_s`` of the end of the one before it.

    Parameters
    ----------
    points : Points
    parts : sequence of Part
        In file order.
    longest_gap_s : float
        Longest break inside one activity. [s]

    Returns
    -------
    list of list of Part
        Without parts that hold no timed point.
    """
    groups: list[list[Part]] = []
    end_us = NO_TIME
    for part in parts:
        time_us = points.time_us[part.first_row : part.last_row]
        time_us = time_us[time_us != NO_TIME]
        if not len(time_us):
            continue
        gap_s = (int(time_us.min()) - end_us) / 1e6
        bound = groups and part.bond is not None and part.bond == groups[-1][-1].bond
        if groups and (bound or -1.0 <= gap_s <= longest_gap_s):
            groups[-1].append(part)
        else:
            groups.append([part])
        end_us = int(time_us.max())
    return groups


def close_parts(parts: list[Part], rows: int) -> None:
    """Give an end to parts and laps that damage left open, and one part to a file without any.

    Parameters
    ----------
    parts : list of Part
        Changed in place.
    rows : int
        Points in the file.
    """
    if not parts:
        parts.append(Part())
    ends = [*(part.first_row for part in parts[1:]), rows]
    for part, end in zip(parts, ends, strict=True):
        if part.last_row == OPEN:
            part.last_row = end
        lap_ends = [*(lap.first_row for lap in part.laps[1:]), part.last_row]
        for lap, lap_end in zip(part.laps, lap_ends, strict=False):
            lap.last_row = lap_end


def _cadences(points: Points, parts: Sequence[Part], notes: list[str]) -> dict[str, FloatArray]:
    """Return cadence as revolutions or as steps of both feet, by the sport of each part."""
    first, last = parts[0].first_row, parts[-1].last_row
    plain, steps = points.channels.get("cadence"), points.channels.get("run_cadence")
    rpm = np.full(last - first, np.nan)
    spm = np.full(last - first, np.nan)
    for part in parts:
        rows = slice(part.first_row, part.last_row)
        own = slice(part.first_row - first, part.last_row - first)
        on_foot = steps[rows] if steps is not None else None
        if part.sport in FOOT:
            if plain is not None and on_foot is None:
                on_foot = plain[rows]
            elif plain is not None and on_foot is not None:
                on_foot = np.where(np.isnan(on_foot), plain[rows], on_foot)
        elif plain is not None:
            rpm[own] = plain[rows]
        if on_foot is not None:
            spm[own] = _both_feet(on_foot, notes)
    found = {"cadence_rpm": rpm, "cadence_spm": spm}
    return {name: column for name, column in found.items() if not np.isnan(column).all()}


def _both_feet(steps: FloatArray, notes: list[str]) -> FloatArray:
    moving = steps[steps > 0]
    if 2 * np.count_nonzero(moving > _BOTH_FEET_FROM) > moving.size:
        notes.append("cadence already counts both feet")
        return steps
    return 2 * steps


def _leg(part: Part, elapsed: FloatArray, first: int) -> Leg:
    rows = slice(part.first_row - first, part.last_row - first)
    timed = elapsed[rows][~np.isnan(elapsed[rows])]
    start_s = float(timed.min()) if timed.size else float("nan")
    end_s = float(timed.max()) if timed.size else float("nan")
    summary = _total([Summary(**lap.totals) for lap in part.laps])
    return Leg(
        sport=part.sport,
        sub_sport=part.sub_sport,
        rows=rows,
        start_s=start_s,
        end_s=end_s,
        summary=summary,
    )


def _laps(part: Part, elapsed: FloatArray, first: int, start_us: int) -> Iterable[Lap]:
    after: list[RawLap | None] = [*part.laps[1:], None]
    for lap, following in zip(part.laps, after, strict=False):
        own = elapsed[lap.first_row - first : lap.last_row - first]
        own = own[~np.isnan(own)]
        start_s = (lap.start_us - start_us) / 1e6 if lap.start_us != NO_TIME else None
        if start_s is None:
            start_s = float(own.min()) if own.size else None
        if start_s is None:
            continue
        end_s = start_s + lap.totals.get("timer_s", 0.0)
        end_s = max(end_s, float(own.max())) if own.size else end_s
        if following is not None and following.start_us != NO_TIME:
            end_s = min(end_s, max((following.start_us - start_us) / 1e6, start_s))
        yield Lap(start_s=start_s, end_s=end_s, summary=Summary(**lap.totals))


_SUMS = ("timer_s", "distance_m", "energy_kcal")
_MEANS = ("heart_rate_avg_bpm", "power_avg_w")


def _total(summaries: Sequence[Summary]) -> Summary:
    """Return sums, means weighted by time, and maxima over laps or legs."""
    totals: dict[str, float] = {}
    for name in _SUMS:
        values = [v for s in summaries if (v := getattr(s, name)) is not None]
        if values:
            totals[name] = sum(values)
    for name in _MEANS:
        pairs = [(v, s.timer_s or 0.0) for s in summaries if (v := getattr(s, name)) is not None]
        weight = sum(seconds for _, seconds in pairs)
        if weight > 0:
            totals[name] = sum(value * seconds for value, seconds in pairs) / weight
    peaks = [s.heart_rate_max_bpm for s in summaries if s.heart_rate_max_bpm is not None]
    if peaks:
        totals["heart_rate_max_bpm"] = max(peaks)
    return Summary(**totals)


def _pauses(parts: Sequence[Part], elapsed: FloatArray, first: int) -> tuple[Pause, ...]:
    breaks = [one for part in parts for one in part.breaks]
    breaks += [Break(part.first_row, False) for part in parts[1:]]
    marked: dict[int, bool] = {}
    for one in breaks:
        marked[one.row] = marked.get(one.row, False) or one.marked
    pauses = []
    for row, is_marked in sorted(marked.items()):
        before, after = elapsed[: row - first], elapsed[row - first :]
        before, after = before[~np.isnan(before)], after[~np.isnan(after)]
        if not before.size or not after.size:
            continue
        shortest = _SHORTEST_MARKED_PAUSE_S if is_marked else _LONGEST_SMART_GAP_S
        if after[0] - before[-1] > shortest:
            pauses.append(Pause(start_s=float(before[-1]), end_s=float(after[0])))
    return tuple(pauses)


def _offset(points: Points) -> float | None:
    """Return the offset all times state, unless it is UTC, which says nothing of the place."""
    stated = {offset for offset in points.offsets if offset}
    if len(stated) == 1 and not (set(points.offsets) - stated):
        return float(stated.pop())
    return None
