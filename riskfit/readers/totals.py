"""Totals of laps and legs: summed up, and laid out as rows where there are no samples.

A strength session with sets, a manual entry, an export of laps alone: what the device totalled is
all there is.  It becomes rows where each stretch begins and ends, with the way so far, so that
everything behind reads it like any other recording; means stay with their laps and legs.
"""

import math
from collections.abc import Iterator, Sequence
from operator import itemgetter

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from riskfit._common import DAY_S, FloatArray, plural
from riskfit.activity import Summary
from riskfit.readers.recording import MarkedLap, Part, Recording, latest_so_far

BoolArray = NDArray[np.bool_]

_SUMMED = (
    "elapsed_s",
    "timer_s",
    "distance_m",
    "energy_kcal",
    "resting_energy_kcal",
    "ascent_m",
    "descent_m",
    "training_stress_score",
)
_AVERAGED = ("heart_rate_avg_bpm", "power_avg_w", "temperature_avg_c")
#: The maker's sweat runs on from leg to leg (187, 213, 567, 582, 1122 mL in a triathlon).
_HIGHEST = ("heart_rate_max_bpm", "rpe", "sweat_loss_l")


def total_of(summaries: Sequence[Summary]) -> Summary:
    """Total laps or legs: sums, means weighted by time, and the highest of what runs on.

    Parameters
    ----------
    summaries : sequence of Summary

    Returns
    -------
    Summary
    """
    if len(summaries) == 1:
        return summaries[0]
    totals: dict[str, float] = {}
    for name in _SUMMED:
        if values := _values(summaries, name):
            totals[name] = sum(values)
    for name in _HIGHEST:
        if values := _values(summaries, name):
            totals[name] = max(values)
    for name in _AVERAGED:
        pairs = [
            (value, one.timer_s or one.elapsed_s or 0.0)
            for one in summaries
            if (value := getattr(one, name)) is not None
        ]
        weight = sum(time_s for _, time_s in pairs)
        if weight:
            totals[name] = sum(value * time_s for value, time_s in pairs) / weight
    return Summary(**totals)


def _values(summaries: Sequence[Summary], name: str) -> list[float]:
    return [value for one in summaries if (value := getattr(one, name)) is not None]


# ---- stretches without samples

#: A stretch that is shorter may have no sample of its own, and a gap no longer is none. [s]
_SHORTEST_S = 60.0
#: Beside samples a stretch counts if the device's timer has room for this share of it, and if it
#: is no farther than this from them.
_ROOM, _FARTHEST_S = 0.5, DAY_S


class _Stretch(Struct, frozen=True, eq=False):
    """A lap or part without samples: where its rows belong, their times, and its totals."""

    row: int
    part: int
    times_s: FloatArray
    timer_s: float
    totals: Summary


def with_totals(recording: Recording) -> Recording:
    """Lay out as rows what only totals tell of: all of a session, or some of its laps.

    Parameters
    ----------
    recording : Recording
        With rows, or with parts or laps whose times are known.

    Returns
    -------
    Recording
    """
    told = recording.elapsed_s[np.isfinite(recording.elapsed_s)]
    if not len(recording.elapsed_s):
        recording = replace(recording, parts=_without_rows(recording.parts))
    stretches = sorted(_untold(recording, told), key=lambda one: (one.row, one.part))
    if not stretches:
        return recording
    what = plural(len(stretches), "lap" if any(map(_ends_s, recording.laps)) else "session")
    if recording.sets_s:
        what += f" and {plural(len(recording.sets_s) // 2, 'set')}"
    note = f"only totals were recorded: {what}"
    if len(told):
        note = f"{what} without samples: the totals stand in"
    else:
        parts = [_with_timer(part, stretches) for part in recording.parts]
        recording = replace(recording, parts=parts)
    timer = [*recording.timer, *_stood(stretches, recording)]
    return replace(
        _with_rows(recording, stretches),
        timer=sorted(timer, key=itemgetter(0)),
        notes=[*recording.notes, note],
    )


def _without_rows(parts: Sequence[Part]) -> list[Part]:
    """Return the parts of a recording without rows, in order, ready to get some."""
    parts = sorted(parts, key=lambda part: (math.isnan(part.start_s), part.start_s))
    return [replace(part, rows=slice(0, 0)) for part in parts]


def _ends_s(one: MarkedLap | Part) -> float | None:
    """Return when a stretch with a known start and duration ended [s]."""
    took_s = one.totals.elapsed_s or one.totals.timer_s or math.nan
    end_s = one.start_s + took_s if math.isnan(one.end_s) else one.end_s
    return end_s if end_s > one.start_s else None


def _untold(recording: Recording, told_s: FloatArray) -> Iterator[_Stretch]:
    """Yield the laps without samples, or parts where no lap has a time."""
    totals = total_of([part.totals for part in recording.parts])
    told_s = np.sort(told_s, kind="stable")  # which takes one look where they ascend, as most do
    steps_s = np.diff(told_s)
    room_s = (totals.timer_s or totals.elapsed_s or 0.0) - steps_s[steps_s <= _SHORTEST_S].sum()
    if len(told_s) and room_s < _ROOM * _SHORTEST_S:
        return
    stretches: Sequence[MarkedLap | Part] = [one for one in recording.laps if _ends_s(one)]
    for one in stretches or recording.parts:
        start_s, end_s = one.start_s, _ends_s(one)
        if end_s is None or (len(told_s) and not _lacks(start_s, end_s, told_s, float(room_s))):
            continue
        timer_s = min(one.totals.timer_s or math.inf, end_s - start_s)
        inner = {at for at in (*recording.sets_s, start_s + timer_s) if start_s < at < end_s}
        row = _row_of(one, recording)
        yield _Stretch(
            row=row,
            part=_part_at(row, start_s, recording),
            times_s=np.array([start_s, *sorted(inner), end_s]),
            timer_s=timer_s,
            totals=one.totals,
        )


def _lacks(start_s: float, end_s: float, told_s: FloatArray, room_s: float) -> bool:
    """Say whether a stretch near the samples, in order, has none, though the timer had room."""
    took_s = end_s - start_s
    edge_s = took_s / 20
    first, last = np.searchsorted(told_s, [start_s + edge_s, end_s - edge_s], "right")
    apart_s = max(float(told_s[0]) - end_s, start_s - float(told_s[-1]))
    return (
        first >= last
        and took_s >= _SHORTEST_S
        and room_s >= _ROOM * took_s
        and apart_s <= _FARTHEST_S
    )


def _row_of(one: MarkedLap | Part, recording: Recording) -> int:
    """Return the row that a stretch without samples lies in front of."""
    if recording.parts[0].rows is not None and one.rows is not None:
        return int(one.rows.start or 0)
    return int(np.searchsorted(latest_so_far(recording.elapsed_s), one.start_s, "right"))


def _part_at(row: int, start_s: float, recording: Recording) -> int:
    """Return the part of a stretch in front of this row: at a seam the one that began by then."""
    parts = recording.parts
    at = [
        n for n, part in enumerate(parts) if part.rows and part.rows.start <= row <= part.rows.stop
    ]
    begun = [n for n in at if parts[n].start_s <= start_s + 1]
    return (begun or at or [0])[-1 if begun else 0]


def _with_rows(recording: Recording, stretches: Sequence[_Stretch]) -> Recording:
    """Insert rows where each stretch begins and ends, with the way so far."""
    counts = [len(one.times_s) for one in stretches]
    places = np.repeat([one.row for one in stretches], counts)
    part_of = np.repeat([one.part for one in stretches], counts)
    own: dict[str, FloatArray] = {}
    if any(one.totals.distance_m for one in stretches):
        own["distance_m"] = np.concatenate(list(_ways_m(recording, stretches)))
    absent = np.full(len(recording.elapsed_s), np.nan)

    def behind(rows: slice, first: BoolArray, last: BoolArray) -> slice:
        return slice(rows.start + int(first.sum()), rows.stop + int(last.sum()))

    return replace(
        recording,
        elapsed_s=np.insert(
            recording.elapsed_s, places, np.concatenate([one.times_s for one in stretches])
        ),
        channels={
            name: np.insert(recording.channels.get(name, absent), places, own.get(name, np.nan))
            for name in {*recording.channels, *own}
        },
        parts=[
            replace(part, rows=part.rows and behind(part.rows, part_of < n, part_of <= n))
            for n, part in enumerate(recording.parts)
        ],
        laps=[
            replace(lap, rows=behind(lap.rows, places <= lap.rows.start, places < lap.rows.stop))
            if (lap.rows.start or 0) < lap.rows.stop
            else lap
            for lap in recording.laps
        ],
        breaks=[
            one._replace(row=one.row + int((places < one.row).sum())) for one in recording.breaks
        ],
    )


def _ways_m(recording: Recording, stretches: Sequence[_Stretch]) -> Iterator[FloatArray]:
    """Yield the way so far at each time of each stretch, behind what was recorded before it."""
    recorded = recording.channels.get("distance_m", np.empty(0))
    so_far, seen = 0.0, 0
    for one in stretches:
        before = recorded[seen : one.row]
        before = before[np.isfinite(before)]
        so_far, seen = float(before[-1]) if len(before) else so_far, one.row
        covered = one.totals.distance_m or 0.0
        share = np.minimum((one.times_s - one.times_s[0]) / one.timer_s, 1.0)
        yield so_far + covered * share
        so_far += covered


def _stood(stretches: Sequence[_Stretch], recording: Recording) -> Iterator[tuple[float, bool]]:
    """Yield a pause at the end of each stretch whose timer ran shorter, where none is marked."""
    for one in stretches:
        start_s, end_s = float(one.times_s[0]), float(one.times_s[-1])
        marked = any(not runs and start_s < at < end_s for at, runs in recording.timer)
        if not marked and one.timer_s < end_s - start_s - 1:
            yield start_s + one.timer_s, False
            yield end_s, True


def _with_timer(part: Part, stretches: Sequence[_Stretch]) -> Part:
    """Return a part whose timer ran throughout where nothing says otherwise."""
    if part.totals.timer_s:
        return part
    timer_s = part.totals.elapsed_s or sum(one.timer_s for one in stretches)
    return replace(part, totals=replace(part.totals, timer_s=timer_s))
