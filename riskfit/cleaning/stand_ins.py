"""What a device averaged stands in where no sample tells: of a lap first, then leg and session."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, channel_words, plural
from riskfit.activity import Activity, Summary
from riskfit.cleaning.artefacts import POSSIBLE

BoolArray = NDArray[np.bool_]

#: Channel -> the total that tells its mean.
_MEANS: Final[dict[str, str]] = {
    "heart_rate_bpm": "heart_rate_avg_bpm",
    "power_w": "power_avg_w",
    "temperature_c": "temperature_avg_c",
}
#: A stretch of which less than this share is recorded has no samples to speak of: a swim's one
#: reading before the dive.
_UNTOLD: Final = 0.1


def stand_ins(
    activity: Activity,
    grid: dict[str, FloatArray],
    leg: NDArray[np.intp],
    active: BoolArray,
    offset_s: float,
    notes: list[str],
) -> dict[str, BoolArray]:
    """Put the device's means into the grid where samples are missing.

    Parameters
    ----------
    activity : Activity
        Its laps, legs and totals.
    grid : dict of ndarray
        Channels with one row a second; filled in place.
    leg : ndarray of int
        Index into the activity's legs.
    active : ndarray of bool
        The seconds under way.
    offset_s : float
        Elapsed time of row 0. [s]
    notes : list of str

    Returns
    -------
    dict of ndarray of bool
        The seconds of each channel that were filled; no entry where none was.
    """
    told: dict[str, BoolArray] = {}
    for channel, total in _MEANS.items():
        if channel in grid and not (np.isnan(grid[channel]) & active).any():
            continue
        stretches = _stretches(activity, total, leg, offset_s)
        if not stretches:
            continue
        values = grid.get(channel, np.full(len(leg), np.nan))
        sampled = ~np.isnan(values)
        filled = np.zeros(len(leg), dtype=bool)
        used: dict[str, int] = {}
        for what, rows, mean in stretches:
            mine = rows & active
            lacking = rows & np.isnan(values)
            told_by_samples = np.count_nonzero(mine & sampled)
            if told_by_samples >= _UNTOLD * np.count_nonzero(mine) or not (mine & lacking).any():
                continue
            values = np.where(lacking, mean, values)
            filled |= lacking
            used[what] = used.get(what, 0) + 1
        if used:
            grid[channel], told[channel] = values, filled
            whose = " and ".join(plural(count, what) for what, count in used.items())
            notes.append(
                f"{channel_words(channel)}: the device's mean of {whose} stands in for "
                f"{plural(int(np.count_nonzero(filled & active)), 'second')} without samples"
            )
    return told


def _stretches(
    activity: Activity, total: str, leg: NDArray[np.intp], offset_s: float
) -> list[tuple[str, BoolArray, float]]:
    """Return the laps, the legs and the session that tell a mean: their seconds and the mean."""
    bounds = POSSIBLE[next(channel for channel, name in _MEANS.items() if name == total)]

    def mean_of(summary: Summary) -> float | None:
        value: float | None = getattr(summary, total)
        return value if value is not None and bounds[0] < value <= bounds[1] else None

    second = np.arange(len(leg)) + offset_s
    found = [
        ("lap", (second >= lap.start_s - 0.5) & (second <= lap.end_s + 0.5), mean)
        for lap in activity.laps
        if (mean := mean_of(lap.summary)) is not None
    ]
    if len(activity.legs) > 1:
        found += [
            ("leg", leg == index, mean)
            for index, one in enumerate(activity.legs)
            if (mean := mean_of(one.summary)) is not None
        ]
    whole = mean_of(activity.summary)
    # Power of one sport is none of another.
    if whole is not None and (len(activity.legs) < 2 or total != "power_avg_w"):
        found.append(("session", np.ones(len(leg), dtype=bool), whole))
    return found
