"""Heart rate that a strap stored and sent afterwards, in `hr` messages (swims)."""

import math
from collections.abc import Mapping

import numpy as np

from riskfit._common import FloatArray
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.decoded import Table

_FRACTION, _BPM, _EVENT_TIME, _PACKED_TIMES = 0, 6, 9, 10
_TICKS_S = 1024.0
_ROLL = 4096
#: A beat older than this says nothing about a record. [s]
_OLDEST_S = 5.0


def merge_heart_rates(
    tables: Mapping[int, Table], times: FloatArray, native: FloatArray | None, said: list[str]
) -> FloatArray | None:
    """Fill the records' missing heart rate from `hr` messages.

    A record takes the mean of the values stamped since the record before it, else the latest
    one not older than five seconds.

    Parameters
    ----------
    tables : mapping of int to Table
        By global message number.
    times : ndarray
        Of the records. [s since the FIT epoch]
    native : ndarray or None
        The records' own heart rate. [bpm]
    said : list of str
        Gets a line when values were merged.

    Returns
    -------
    ndarray or None
        Heart rate. [bpm]
    """
    table = tables.get(dictionary.HEART_RATES)
    if table is None or not len(table):
        return native
    stamps, rates = _expand(table)
    if not len(stamps):
        return native
    order = np.argsort(stamps, kind="stable")
    stamps, rates = stamps[order], rates[order]
    values = np.full(len(times), np.nan) if native is None else native.copy()
    wanted = np.isnan(values) & ~np.isnan(times)
    at = times[wanted]
    previous = np.concatenate(([np.nan], times[:-1]))[wanted]
    since = np.where(previous < at, np.maximum(previous, at - _OLDEST_S), at - 1.0)
    last = np.searchsorted(stamps, at, "right")
    first = np.searchsorted(stamps, since, "right")
    sums = np.concatenate(([0.0], np.cumsum(rates)))
    count = last - first
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (sums[last] - sums[first]) / count
    recent = (last > 0) & (at - stamps[np.maximum(last - 1, 0)] <= _OLDEST_S)
    held = np.where(recent, rates[np.maximum(last - 1, 0)], np.nan)
    filled = np.where(count > 0, mean, held)
    values[wanted] = filled
    merged = int((~np.isnan(filled)).sum())
    if merged:
        said.append(f"heart rate of {merged} records merged from the strap's own messages")
    return values


def _expand(table: Table) -> tuple[FloatArray, FloatArray]:
    """Return time [s since the FIT epoch] and rate [bpm] of every stored value.

    A message with a full time stamp and event time anchors the strap's clock; those after it
    hold the last 12 bits of each event time, which run on from value to value.
    """
    anchors = table.times() + _or_zero(table.column(_FRACTION))
    full = _full_event_times(table)
    rates = table.matrix(_BPM)
    packed = table.matrix(_PACKED_TIMES) if table.has(_PACKED_TIMES) else None
    stamps: list[float] = []
    values: list[float] = []
    ticks, zero = float("nan"), float("nan")
    for row in range(len(table)):
        bpm = rates[row][~np.isnan(rates[row])] if rates.size else np.empty(0)
        if not math.isnan(full[row]):
            ticks = full[row]
            if not math.isnan(anchors[row]):
                zero = float(anchors[row]) - ticks / _TICKS_S
            if len(bpm):
                stamps.append(zero + ticks / _TICKS_S)
                values.append(float(bpm[0]))
            continue
        if packed is None or math.isnan(ticks) or np.isnan(packed[row]).all():
            continue
        for part, rate in zip(_twelve_bits(packed[row]), bpm.tolist(), strict=False):
            ticks += (part - ticks) % _ROLL
            stamps.append(zero + ticks / _TICKS_S)
            values.append(rate)
    known = ~np.isnan(stamps) if stamps else np.empty(0, dtype=bool)
    return np.array(stamps)[known], np.array(values)[known]


def _full_event_times(table: Table) -> list[float]:
    """Return the event times of the messages that hold them whole, in ticks as they stand."""
    raw = table.matrix(_EVENT_TIME) if table.has(_EVENT_TIME) else np.empty((0, 0))
    times: list[float] = raw[:, 0].tolist() if raw.size else [math.nan] * len(table)
    return times


def _or_zero(values: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), 0.0, values)


def _twelve_bits(packed: FloatArray) -> list[int]:
    """Split bytes into 12-bit numbers, the low half first."""
    known = packed[~np.isnan(packed)].astype(np.int64).tolist()
    number = sum(byte << (8 * place) for place, byte in enumerate(known))
    return [(number >> (12 * place)) & 0xFFF for place in range(len(known) * 8 // 12)]
