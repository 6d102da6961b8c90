"""A coarse trace of a session, by which copies of it are told: no samples, and no places.

At whole multiples of a step of the clock it holds how far the person had come since the first of
them, to the east and to the north, and the heart rate.  So two devices on one body, started
minutes apart, have the same at the same moments, and a copy whose clock shows another time zone
has the same some quarters of an hour later.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from riskfit._common import FloatArray, IntArray
from riskfit.activity import Activity

#: Each divides the next, and all but the last divide a quarter of an hour, by which time zones
#: differ.  The shortest is taken that needs no more than so many moments. [s]
_STEPS_S: Final = (10, 60, 180, 900, 3600)
_MOST_MOMENTS: Final = 48
#: Two beats may lie as far apart for the heart rate between them to be known. [s]
_BEATS_APART_S: Final = 120.0
_HEART_RATES_BPM: Final = (25.0, 240.0)
_EARTH_M: Final = 6371009.0  # IUGG mean radius
_EAST, _NORTH, _HEART = range(3)


def trace_of(activity: Activity) -> bytes:
    """Return the trace of an activity, empty where it has neither places nor a heart rate."""
    samples = activity.samples
    time_s = activity.start_time.timestamp() + samples.elapsed_s
    order = np.argsort(time_s, kind="stable")
    order = order[: int(np.isfinite(time_s).sum())]
    if not len(order):
        return b""
    time_s = time_s[order]
    span_s = time_s[-1] - time_s[0]
    step_s = next((s for s in _STEPS_S if span_s / s <= _MOST_MOMENTS), _STEPS_S[-1])
    first = int(np.ceil(time_s[0] / step_s))
    moments_s = step_s * np.arange(first, int(time_s[-1] // step_s) + 1, dtype=float)
    values = np.full((len(moments_s), 3), np.nan, dtype=np.float32)
    values[:, :2] = _come(
        moments_s, time_s, samples.latitude_deg[order], samples.longitude_deg[order]
    )
    values[:, _HEART] = _hearts(moments_s, time_s, samples.heart_rate_bpm[order])
    if np.isnan(values).all():
        return b""
    return np.array([step_s, first], dtype="<i8").tobytes() + values.astype("<f4").tobytes()


def _come(
    moments_s: FloatArray, time_s: FloatArray, latitude_deg: FloatArray, longitude_deg: FloatArray
) -> FloatArray:
    """Return metres to the east and to the north since the first moment; nan outside of fixes."""
    known = np.isfinite(latitude_deg) & np.isfinite(longitude_deg)
    known &= (np.abs(latitude_deg) + np.abs(longitude_deg)) > 1e-6
    if not known.any():
        return np.full((len(moments_s), 2), np.nan)
    at_s, lat = time_s[known], np.radians(latitude_deg[known])
    lon = np.unwrap(np.radians(longitude_deg[known]))
    within = (moments_s >= at_s[0]) & (moments_s <= at_s[-1])
    columns = (_EARTH_M * np.cos(lat[0]) * (lon - lon[0]), _EARTH_M * (lat - lat[0]))
    come = np.column_stack([np.interp(moments_s, at_s, one) for one in columns])
    come[~within] = np.nan
    return come - come[within][:1] if within.any() else come


def _hearts(moments_s: FloatArray, time_s: FloatArray, heart_rate_bpm: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        known = (heart_rate_bpm >= _HEART_RATES_BPM[0]) & (heart_rate_bpm <= _HEART_RATES_BPM[1])
    if np.count_nonzero(known) < 2:
        return np.full(len(moments_s), np.nan)
    at_s = time_s[known]
    after = np.clip(np.searchsorted(at_s, moments_s), 1, len(at_s) - 1)
    near = at_s[after] - at_s[after - 1] <= _BEATS_APART_S
    near &= (moments_s >= at_s[0]) & (moments_s <= at_s[-1])
    return np.where(near, np.interp(moments_s, at_s, heart_rate_bpm[known]), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How alike pairs of traces are at the moments that both have; nan where they have none.

    Attributes
    ----------
    moments : ndarray of int
        That both have, of the fewer that either has.
    share : ndarray
        Of the moments of the shorter trace that both have. [fraction]
    apart_m, most_apart_m : ndarray
        Median and largest distance of the places. [m]
    moved_m : ndarray
        Half of the way that one of them went from one side to the other. [m]
    beats, most_beats : ndarray
        Median and largest difference of the heart rates. [beats/min]
    swing_bpm : ndarray
        Standard deviation of the steadier heart rate. [beats/min]
    correlation : ndarray
        Of the heart rates.
    """

    moments: IntArray
    share: FloatArray
    apart_m: FloatArray
    most_apart_m: FloatArray
    moved_m: FloatArray
    beats: FloatArray
    most_beats: FloatArray
    swing_bpm: FloatArray
    correlation: FloatArray


def compare(
    traces: list[bytes], first: IntArray, second: IntArray, shift_s: FloatArray
) -> Likeness:
    """Compare pairs of traces.

    Parameters
    ----------
    traces : list of bytes
    first, second : ndarray of int
        The pairs.
    shift_s : ndarray
        What the clock of each second shows more than that of its first: whole seconds. [s]

    Returns
    -------
    Likeness
    """
    step_s, begin, count, values = _unpacked(traces)
    place = np.arange(values.shape[1])
    at_s = (begin[first, None] + place) * step_s[first, None] + shift_s[:, None].astype(np.int64)
    other, rest = np.divmod(at_s, step_s[second, None])
    other -= begin[second, None]
    both = (place < count[first, None]) & (rest == 0) & (other >= 0) & (other < count[second, None])
    one = np.where(both[..., None], values[first], np.nan)
    two = values[second[:, None], np.where(both, other, 0)]
    with np.errstate(invalid="ignore", divide="ignore"):
        away = one[..., :_HEART] - two[..., :_HEART]
        away -= _median(away)[:, None]
        apart = np.hypot(away[..., _EAST], away[..., _NORTH])
        moved = one[..., :_HEART] - _median(one[..., :_HEART])[:, None]
        beats = np.abs(one[..., _HEART] - two[..., _HEART])
        swing, correlation = _together(one[..., _HEART], two[..., _HEART])
    moments = both.sum(axis=1)
    fewer = np.minimum(count[first] * step_s[first], count[second] * step_s[second]) / np.maximum(
        step_s[first], step_s[second]
    )
    return Likeness(
        moments=moments,
        share=moments / np.maximum(fewer, 1),
        apart_m=_median(apart),
        most_apart_m=_largest(apart),
        moved_m=_largest(np.hypot(moved[..., _EAST], moved[..., _NORTH])),
        beats=_median(beats),
        most_beats=_largest(beats),
        swing_bpm=swing,
        correlation=correlation,
    )


def _unpacked(traces: list[bytes]) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return step, first moment, count and values, the values padded to one length."""
    heads = np.array(
        [np.frombuffer(one[:16], dtype="<i8") if one else (_STEPS_S[0], 0) for one in traces],
        dtype=np.intp,
    ).reshape(-1, 2)
    bodies = [np.frombuffer(one[16:], dtype="<f4").reshape(-1, 3) for one in traces]
    count = np.array([len(body) for body in bodies], dtype=np.intp)
    values = np.full((len(traces), max(1, count.max(initial=0)), 3), np.nan)
    for row, body in enumerate(bodies):
        values[row, : len(body)] = body
    return heads[:, 0], heads[:, 1], count, values


def _median(values: FloatArray) -> FloatArray:
    """Return medians along the moments, of what is known; of an even count the lower middle."""
    known = np.count_nonzero(~np.isnan(values), axis=1)
    middle = np.maximum(known - 1, 0) // 2
    found = np.take_along_axis(np.sort(values, axis=1), middle[:, None], axis=1)
    return np.asarray(found[:, 0])


def _largest(values: FloatArray) -> FloatArray:
    largest = np.fmax.reduce(values, axis=1)
    return np.asarray(largest)


def _together(one: FloatArray, two: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the standard deviation of the steadier and the correlation of pairs of series."""
    known = ~(np.isnan(one) | np.isnan(two))
    count = np.maximum(known.sum(axis=1), 1)[:, None]
    series = [np.where(known, values, 0.0) for values in (one, two)]
    series = [np.where(known, v - v.sum(axis=1)[:, None] / count, 0.0) for v in series]
    spread = [np.sqrt((v**2).sum(axis=1) / count[:, 0]) for v in series]
    shared = (series[0] * series[1]).sum(axis=1) / count[:, 0]
    return np.minimum(*spread), shared / (spread[0] * spread[1])
