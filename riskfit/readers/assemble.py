"""From what a file says to an activity: one place for all formats.

A reader makes a `Recording` of its file.  Here it becomes an `Activity`: parts become legs, what
is marked becomes laps and pauses, totals are totalled, and a cadence is told to be steps or
revolutions.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from riskfit._common import DAY_S, FloatArray
from riskfit.activity import Activity, Lap, Leg, Pause, Samples, Summary
from riskfit.errors import DamagedFileError
from riskfit.readers.clock import from_its_start, on_one_clock
from riskfit.readers.recording import CADENCE, STEPS, Part, Recording, latest_so_far
from riskfit.readers.totals import total_of, with_totals
from riskfit.sports import counts_steps, sport_of_legs, with_motor

#: A session may have been resumed on other days, but not this often.
_MOST_DAYS_APART = 10
#: Nobody has trained in this year yet.
_NO_YEAR = 2100
#: A part may end this long after its last row and still be believed. [s]
_LATE_END_S = 60.0
#: Devices that record on change write at least every ten seconds or so; a break that is longer was
#: a pause.  Where the file itself says that there was one, a shorter one is believed. [s]
_LONGEST_SMART_GAP_S = 10.0
_SHORTEST_MARKED_PAUSE_S = 2.0
#: A median above this counts both feet: nobody takes 240 steps a minute throughout, while runners
#: take 150 to 200 and walkers 100 at moderate and 130 at vigorous intensity (Tudor-Locke 2018,
#: doi:10.1136/bjsports-2017-097628).  A higher limit would only double more walks. [1/min]
_MOST_STRIDES = 120.0


def assemble(recording: Recording) -> Activity:
    """Make the activity that a file's recording is.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    Activity
    """
    recording = on_one_clock(recording)
    _refuse_broken_clock(recording)
    recording = from_its_start(with_totals(recording))
    notes = list(recording.notes)
    legs = tuple(_legs(_named(recording), recording.elapsed_s))
    return Activity(
        start_time=recording.start_time,
        samples=Samples(
            elapsed_s=recording.elapsed_s, **_channels(recording.channels, legs, notes)
        ),
        sport=sport_of_legs([leg.sport for leg in legs]),
        utc_offset_s=recording.utc_offset_s,
        device=recording.device,
        legs=legs,
        laps=tuple(sorted(_laps(recording), key=lambda lap: lap.start_s)),
        pauses=tuple(
            sorted(
                [*_timer_pauses(recording), *_break_pauses(recording)],
                key=lambda pause: pause.start_s,
            )
        ),
        athlete=recording.athlete,
        weather=recording.weather,
        summary=total_of([leg.summary for leg in legs]),
        name=recording.name,
        notes=tuple(dict.fromkeys(notes)),
    )


def session_of_totals(start_time: datetime, totals: Summary) -> Activity:
    """Make the activity of which nothing is known but when it was and its totals.

    Parameters
    ----------
    start_time : datetime
        Aware.
    totals : Summary
        With ``elapsed_s``.

    Returns
    -------
    Activity
    """
    part = Part(start_s=0.0, end_s=totals.elapsed_s or 0.0, totals=totals)
    return assemble(
        Recording(start_time=start_time, elapsed_s=np.empty(0), channels={}, parts=[part])
    )


def _refuse_broken_clock(recording: Recording) -> None:
    """Refuse times that are no clock's: days apart throughout, or of another century."""
    step = np.abs(np.diff(_known(recording.elapsed_s)))
    far = int(np.count_nonzero(step > DAY_S))
    if far >= _MOST_DAYS_APART and far > len(step) / 5:
        raise DamagedFileError(
            f"{far} of {len(step) + 1} times lie more than a day apart: the clock that wrote "
            "them was broken; fetch the file again from where it was recorded"
        )
    if recording.start_time.year >= _NO_YEAR:
        raise DamagedFileError(
            f"the session is dated {recording.start_time.year}: the clock that wrote the file was "
            "broken; fetch the file again from where it was recorded, or correct its date"
        )


# ---- legs


def _named(recording: Recording) -> Sequence[Part]:
    """Return the parts; on a screen indoors one rides, unless the cadence is of steps."""
    if not recording.device.virtual:
        return recording.parts
    sport = "running" if STEPS in recording.channels else "cycling"
    return [
        replace(part, sport=sport, sub_sport="virtual_activity")
        if part.sport in ("unknown", "generic")
        else part
        for part in recording.parts
    ]


def _legs(parts: Sequence[Part], elapsed_s: FloatArray) -> Iterator[Leg]:
    """Yield a leg a part, in order."""
    if any(part.rows is None for part in parts):
        parts = sorted(parts, key=lambda part: (math.isnan(part.start_s), part.start_s))
        cuts = _cuts([part.start_s for part in parts], elapsed_s)
        rows = [slice(first, stop) for first, stop in pairwise(cuts)]
    else:
        rows = [part.rows for part in parts if part.rows is not None]
    for part, own in zip(parts, rows, strict=True):
        start_s, end_s = _span(part, elapsed_s[own])
        yield Leg(
            sport=with_motor(part.sport, part.sub_sport),
            sub_sport=part.sub_sport,
            rows=own,
            start_s=start_s,
            end_s=end_s,
            summary=part.totals,
        )


def _cuts(starts_s: Sequence[float], elapsed_s: FloatArray) -> list[int]:
    """Return the first row of each part and the end: each begins where it says it starts."""
    cuts = [0]
    if len(starts_s) > 1:
        latest = latest_so_far(elapsed_s)
    for start_s in starts_s[1:]:
        known = not math.isnan(start_s)
        at = int(np.searchsorted(latest, start_s, "left")) if known else len(elapsed_s)
        cuts.append(max(at, cuts[-1]))
    return [*cuts, len(elapsed_s)]


def _span(part: Part, times_s: FloatArray) -> tuple[float, float]:
    """Return a part's first time and its last, or its own end where that is just after."""
    if not len(times_s):
        return part.start_s, part.end_s
    first_s, last_s = float(np.fmin.reduce(times_s)), float(np.fmax.reduce(times_s))
    return first_s, part.end_s if last_s <= part.end_s <= last_s + _LATE_END_S else last_s


def _known(values: FloatArray) -> FloatArray:
    return values[~np.isnan(values)]


# ---- laps


def _laps(recording: Recording) -> Iterator[Lap]:
    """Yield the laps whose start is known.

    One that says no end lasts as long as its timer ran and at least to the last of its rows, but
    not into the next.
    """
    following_s = [*(lap.start_s for lap in recording.laps[1:]), math.nan]
    for lap, next_s in zip(recording.laps, following_s, strict=False):
        if not (math.isnan(lap.start_s) or math.isnan(lap.end_s)):
            yield Lap(start_s=lap.start_s, end_s=lap.end_s, summary=lap.totals)
            continue
        times_s = _known(recording.elapsed_s[lap.rows])
        start_s = lap.start_s
        if math.isnan(start_s):
            if not len(times_s):
                continue
            start_s = float(times_s.min())
        end_s = start_s + (lap.totals.timer_s or 0.0)
        end_s = max(end_s, float(times_s.max())) if len(times_s) else end_s
        if not math.isnan(next_s):
            end_s = min(end_s, max(next_s, start_s))
        yield Lap(start_s=start_s, end_s=end_s, summary=lap.totals)


# ---- pauses


def _timer_pauses(recording: Recording) -> Iterator[Pause]:
    """Yield where the timer stood, from each stop before the last row to the next start."""
    last_s = float(np.fmax.reduce(recording.elapsed_s, initial=-np.inf))
    stopped_s: float | None = None
    for time_s, runs in recording.timer:
        if not runs:
            stopped_s = time_s if stopped_s is None else stopped_s
        elif stopped_s is not None:
            if stopped_s < min(time_s, last_s):
                yield Pause(start_s=stopped_s, end_s=time_s)
            stopped_s = None


def _break_pauses(recording: Recording) -> Iterator[Pause]:
    """Yield the breaks between rows that were pauses."""
    marked: dict[int, bool] = {}
    for one in recording.breaks:
        marked[one.row] = marked.get(one.row, False) or one.marked
    for row, is_marked in sorted(marked.items()):
        before_s = _known(recording.elapsed_s[:row])
        after_s = _known(recording.elapsed_s[row:])
        if not len(before_s) or not len(after_s):
            continue
        shortest_s = _SHORTEST_MARKED_PAUSE_S if is_marked else _LONGEST_SMART_GAP_S
        if after_s[0] - before_s[-1] > shortest_s:
            yield Pause(
                start_s=float(before_s[-1]), end_s=float(after_s[0]), inferred=not is_marked
            )


# ---- channels


def _channels(
    channels: Mapping[str, FloatArray], legs: Sequence[Leg], notes: list[str]
) -> dict[str, FloatArray]:
    """Return the channels of samples, the cadences among them."""
    found = {name: values for name, values in channels.items() if name not in (CADENCE, STEPS)}
    cadence, steps = channels.get(CADENCE), channels.get(STEPS)
    on_foot = [leg for leg in legs if counts_steps(leg.sport, leg.sub_sport)]
    others = [leg for leg in legs if leg not in on_foot]
    if cadence is not None and others:
        found["cadence_rpm"] = _within(others, cadence)
    if cadence is not None and on_foot:
        feet = _within(on_foot, cadence)
        steps = feet if steps is None else np.where(np.isnan(steps), feet, steps)
    if steps is not None:
        found["cadence_spm"] = _of_both_feet(steps, notes)
    return found


def _within(legs: Sequence[Leg], values: FloatArray) -> FloatArray:
    """Return a channel where these legs are, nan elsewhere."""
    own = np.full_like(values, np.nan)
    for leg in legs:
        own[leg.rows] = values[leg.rows]
    return own


def _of_both_feet(steps: FloatArray, notes: list[str]) -> FloatArray:
    """Return steps of both feet; most devices count one."""
    moving = steps[steps > 0]
    # More than half above the limit; np.median would load numpy's masked arrays for it.
    if 2 * np.count_nonzero(moving > _MOST_STRIDES) > len(moving):
        notes.append("cadence already counts both feet: not doubled")
        return steps
    return steps * 2.0
