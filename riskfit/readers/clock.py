"""One clock for a recording: dates that a device got late, and starts before the first row.

A device without reception shows the date it last knew, and jumps to the right one in the middle of
a session.  That is no damage: the rows before the jump are moved to the date behind it.
"""

import math
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from riskfit._common import DAY_S, FloatArray, IntArray, plural, upper_median
from riskfit.readers.recording import MarkedLap, Part, Recording
from riskfit.readers.totals import total_of

AnyStretch = TypeVar("AnyStretch", Part, MarkedLap)

#: A step longer than this, forward or back, parts two runs of rows. [s]
_JUMP_S = DAY_S
#: Where nothing marks a pause a recording may go on after so long, not later: the session that is
#: resumed next week. [s]
_LONGEST_PAUSE_S = 14 * DAY_S
#: A timer's event belongs to a row this close to it. [s]
_AT_S = 60.0
#: So many rows are a run; fewer are one if each follows the one before within a minute.
_FEWEST_ROWS, _NEXT_S = 5, 60.0
#: Of the first and last rows of a run, one that lies farther from the others is odd. [s]
_ODD_S = 600.0
#: Dates a device can have at all, from September 2002 to September 2040, POSIX time. [s]
_EARLIEST_S, _LATEST_S = 1_031_000_000.0, 2_231_000_000.0
#: What a receiver's count of weeks loses, and how far its date may be from the file's then. [s]
_ROLLOVER_S, _SAME_DATE_S = 1024 * 7 * DAY_S, 3 * DAY_S
#: Rows left over from an older session: fewer than this share, in less than a minute.
_STALE_SHARE, _STALE_S = 0.02, 60.0
#: A session may begin this long before its first row: the device waited for a sensor.  A few
#: seconds are what every device takes until it writes. [s]
_LATEST_ROW_S, _SOONEST_ROW_S = 1800.0, 5.0


class _Run(Struct, frozen=True, eq=False):
    """Rows whose times go on from one to the next, by the clock as it was."""

    rows: IntArray
    times_s: FloatArray
    step_s: float

    @property
    def first_s(self) -> float:
        return self._edge(self.times_s[:_FEWEST_ROWS], -self.step_s)

    @property
    def last_s(self) -> float:
        return self._edge(self.times_s[: -_FEWEST_ROWS - 1 : -1], self.step_s)

    def _edge(self, from_edge_s: FloatArray, step_s: float) -> float:
        """Return the time at an edge: a single one with a wrong bit is none."""
        middle = upper_median(from_edge_s)
        near = np.abs(from_edge_s - middle) <= max(_ODD_S, _FEWEST_ROWS * self.step_s)
        row = int(np.argmax(near))
        return float(from_edge_s[row]) + row * step_s

    def apart_s(self, times_s: FloatArray) -> FloatArray:
        """Return how far times lie from this run, before or after it."""
        return np.maximum(np.maximum(self.first_s - times_s, times_s - self.last_s), 0.0)


def _runs_of(times_s: FloatArray) -> list[_Run]:
    """Return the runs of rows between jumps, in file order; stray rows are in none of them.

    One row alone is a run at either end, where the clock was set right behind or before it.
    """
    known = np.flatnonzero(np.isfinite(times_s))
    times = times_s[known]
    cuts = [0, *(np.flatnonzero(np.abs(np.diff(times)) > _JUMP_S) + 1).tolist(), len(times)]
    runs = [
        _Run(known[begin:end], times[begin:end], _usual(times[begin:end]))
        for begin, end in pairwise(cuts)
        if _goes_on(times[begin:end]) or (end - begin == 1 and (not begin or end == len(times)))
    ]
    return runs if any(len(run.rows) > 1 for run in runs) else []


def _goes_on(times_s: FloatArray) -> bool:
    """Say whether these times, without a jump among them, go on."""
    steps = np.diff(times_s)
    if 2 * np.count_nonzero(steps > 0) < max(len(steps), 1):
        return False
    return len(times_s) >= _FEWEST_ROWS or bool(((steps > 0) & (steps <= _NEXT_S)).all())


def _usual(times_s: FloatArray) -> float:
    """Return the usual step, 0 where there is none [s]."""
    steps = np.diff(times_s)
    return max(upper_median(steps), 0.0) if len(steps) else 0.0


def without_strays(times_s: FloatArray, farthest_s: float) -> FloatArray:
    """Return times without those far from every run of rows.

    Parameters
    ----------
    times_s : ndarray
        In file order, nan where unknown; at least one known. [s]
    farthest_s : float
        How far a stray time may lie from the others. [s]

    Returns
    -------
    ndarray
        nan in place of the strays. [s]
    """
    runs = _runs_of(times_s)
    if runs:
        apart = np.min([run.apart_s(times_s) for run in runs], axis=0)
    else:
        known = times_s[~np.isnan(times_s)]
        # What is wrong in damaged bytes comes late: of two the first is right.
        middle = known[0] if len(known) < 3 else upper_median(known)
        apart = np.abs(times_s - middle)
    return np.where(apart > farthest_s, np.nan, times_s)


# ---- a receiver that lost count of the weeks


def lost_weeks_s(off_s: float, said: list[str]) -> float:
    """Return what a clock must be put forward by: GPS counts 1,024 weeks, and some begin again.

    Parameters
    ----------
    off_s : float
        How much later the file's own date is than its first row. [s]
    said : list of str
        Gets a line about it.

    Returns
    -------
    float
        A multiple of 1,024 weeks, 0 where the dates are not about one apart. [s]
    """
    rounds = round(off_s / _ROLLOVER_S)
    if not rounds or abs(off_s - rounds * _ROLLOVER_S) > _SAME_DATE_S:
        return 0.0
    said.append(
        f"clock: {abs(rounds) * 1024} weeks {'late' if rounds < 0 else 'early'}, as the file's own "
        "date shows: a receiver that lost count of the weeks; put right"
    )
    return rounds * _ROLLOVER_S


# ---- a clock that was set


def on_one_clock(recording: Recording) -> Recording:
    """Undo clocks that were set in mid-session: runs before are moved to end where the next begins.

    A jump inside a pause, and one that the session may have been left for, is none.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    Recording
        With a note for each clock that was set.
    """
    times_s = recording.elapsed_s
    if not len(times_s) or float(np.fmax.reduce(times_s) - np.fmin.reduce(times_s)) <= _JUMP_S:
        return recording
    runs = _runs_of(times_s)
    if len(runs) < 2:
        return recording
    notes = list(recording.notes)
    if _is_stale(runs, recording):
        stale, *runs = runs
        notes.append(
            f"clock: {plural(len(stale.rows), 'sample')} of {stale.last_s - stale.first_s:.0f} s, "
            f"{(runs[0].first_s - stale.last_s) / DAY_S:.0f} days before the session began, "
            "are left over from an older one: left out"
        )
        times_s = times_s.copy()
        times_s[stale.rows] = np.nan
    shifts = _shifts(runs, recording, notes)
    if len(notes) == len(recording.notes):
        return recording
    return _moved(replace(recording, elapsed_s=times_s, notes=notes), runs, shifts)


def _is_stale(runs: list[_Run], recording: Recording) -> bool:
    """Say whether the first run is left over from an older session: this one began behind it."""
    first, second = runs[:2]
    few = len(first.rows) < _STALE_SHARE * len(recording.elapsed_s)
    if not few or first.last_s - first.first_s >= _STALE_S or second.first_s < first.last_s:
        return False
    began_s = _stated_begin_s(recording)
    ours = np.array([time_s for time_s, _ in recording.timer])
    return (
        began_s is not None
        and abs(began_s - second.first_s) < (first.last_s - first.first_s) / 2
        and not bool((first.apart_s(ours) <= DAY_S).any())
    )


def _stated_begin_s(recording: Recording) -> float | None:
    """Return when the first part or lap says it began."""
    began = [recording.parts[0].start_s, *(lap.start_s for lap in recording.laps[:1])]
    return next((one for one in began if not np.isnan(one)), None)


def _shifts(runs: list[_Run], recording: Recording, notes: list[str]) -> list[float]:
    """Return what each run is moved by: the last with a possible date is right."""
    shifts = [0.0] * len(runs)
    began_s = recording.start_time.timestamp()
    several = [n for n, run in enumerate(runs) if len(run.rows) > 1]
    right = [
        n
        for n in several
        if began_s + runs[n].first_s >= _EARLIEST_S and began_s + runs[n].last_s <= _LATEST_S
    ]
    anchor = (right or several)[-1]
    for n in range(anchor - 1, -1, -1):
        before, after = runs[n], runs[n + 1]
        gap_s = after.first_s + shifts[n + 1] - before.last_s
        if not 0 <= gap_s <= _longest_s(before, after, recording):
            shifts[n] = gap_s - (before.step_s or after.step_s)
            notes.append(_note(shifts[n] - shifts[n + 1], len(before.rows), "before"))
    for n in range(anchor + 1, len(runs)):
        before, after = runs[n - 1], runs[n]
        gap_s = after.first_s - before.last_s - shifts[n - 1]
        if not 0 <= gap_s <= _longest_s(before, after, recording):
            shifts[n] = (before.step_s or after.step_s) - gap_s
            notes.append(_note(shifts[n - 1] - shifts[n], len(after.rows), "behind"))
    return shifts


def _note(shift_s: float, rows: int, where: str) -> str:
    way, by = ("forward", shift_s) if shift_s > 0 else ("back", -shift_s)
    days = plural(round(by / DAY_S), "day")
    if rows == 1:
        return f"clock: a sample {days} from all others moved to them"
    return (
        f"clock: set {way} by {days} in mid-session: {rows:,} samples {where} it moved to the "
        "other date"
    )


def _longest_s(before: _Run, after: _Run, recording: Recording) -> float:
    """Return how long a pause between two runs may last: a timer that never stopped had none."""
    if any(before.rows[-1] < one.row <= after.rows[0] for one in recording.breaks):
        return math.inf
    stops = [time_s for time_s, runs in recording.timer if not runs]
    starts = [time_s for time_s, runs in recording.timer if runs]
    paused = any(abs(one - before.last_s) <= _AT_S for one in stops) and any(
        abs(one - after.first_s) <= _AT_S for one in starts
    )
    return _LONGEST_PAUSE_S if paused or not recording.timer else _JUMP_S


def _moved(recording: Recording, runs: list[_Run], shifts: list[float]) -> Recording:
    """Return the recording with each time moved as the run it lies next to."""
    by = np.array(shifts)

    def moved(times_s: FloatArray) -> FloatArray:
        nearest = np.argmin([run.apart_s(times_s) for run in runs], axis=0)
        return np.asarray(times_s + by[nearest])

    elapsed_s = moved(recording.elapsed_s)
    for run, shift_s in zip(runs, shifts, strict=True):
        elapsed_s[run.rows] = recording.elapsed_s[run.rows] + shift_s
    beside = _beside_rows(recording, lambda time_s: float(moved(np.array(time_s))))
    return _begun(replace(beside, elapsed_s=elapsed_s), float(np.fmin.reduce(elapsed_s)))


def _begun(recording: Recording, begin_s: float) -> Recording:
    """Return the recording with its times since another begin."""
    return replace(
        _beside_rows(recording, lambda time_s: time_s - begin_s),
        start_time=recording.start_time + timedelta(seconds=begin_s),
        elapsed_s=recording.elapsed_s - begin_s,
    )


def _beside_rows(recording: Recording, moved: Callable[[float], float]) -> Recording:
    """Return the recording with the times of parts, laps and timer moved."""

    def stretch(one: AnyStretch) -> AnyStretch:
        start_s, end_s = moved(one.start_s), moved(one.end_s)
        totals = one.totals
        if totals.elapsed_s is not None and totals.elapsed_s - (end_s - start_s) > _JUMP_S / 2:
            totals = replace(totals, elapsed_s=end_s - start_s)  # the jump was counted
        return replace(one, start_s=start_s, end_s=end_s, totals=totals)

    return replace(
        recording,
        parts=[stretch(one) for one in recording.parts],
        laps=[stretch(one) for one in recording.laps],
        timer=[(moved(time_s), runs) for time_s, runs in recording.timer],
    )


# ---- a first row that comes late


def from_its_start(recording: Recording) -> Recording:
    """Begin a recording where its session did, if it waited for its first row and totals say so.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    Recording
        Whose first row has a time above 0 then.
    """
    if not len(recording.elapsed_s):
        return recording
    first_s = float(np.fmin.reduce(recording.elapsed_s))
    span_s = float(np.fmax.reduce(recording.elapsed_s)) - first_s
    totals = total_of([part.totals for part in recording.parts])
    total_s = totals.elapsed_s or totals.timer_s or 0.0
    began_s = _stated_begin_s(recording)
    if began_s is not None and (
        _SOONEST_ROW_S < first_s - began_s <= min(_LATEST_ROW_S, total_s - span_s + 1.0)
    ):
        return _begun(recording, began_s)
    # A row that totals put in front may have come before all samples.
    return _begun(recording, first_s) if first_s < 0 else recording
