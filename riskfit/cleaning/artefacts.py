"""What no body and no sensor can have said, left out and counted."""

from typing import Final

import numpy as np

from riskfit._common import FloatArray, IntArray, channel_words, plural, runs_of

#: What a sensor can say of a living, moving person; outside is an artefact.  Heart rate: 0 and
#: 255 are the straps' words for "lost"; speed: above 40 m/s nobody moves on muscles; power and
#: cadence: above the track sprinters' peaks; temperatures: the sensors' operating ranges;
#: core temperature: survivable range; altitude: the Dead Sea to Everest with a margin, and
#: without -500 m, which is what a device that writes 0 into a FIT file says.
POSSIBLE: Final[dict[str, tuple[float, float]]] = {
    "heart_rate_bpm": (25, 240),
    "power_w": (0, 2600),
    "speed_m_s": (0, 40),
    "altitude_m": (-499, 9500),
    "cadence_rpm": (0, 250),
    "cadence_spm": (0, 350),
    "temperature_c": (-40, 60),
    "core_temperature_c": (30, 44),
    "skin_temperature_c": (5, 50),
    "latitude_deg": (-90, 90),
    "longitude_deg": (-180, 180),
}
#: A single sample this far from its neighbours' middle, which agree, is a spike.
_SPIKE: Final[dict[str, float]] = {"speed_m_s": 15, "altitude_m": 100}
#: Power that is so high, and so many times what is around it, for up to two seconds was none:
#: a sprint stays above half of its peak for longer (assumption; of 36 recordings with power this
#: takes one sample out of three). [W, times, s]
_SPIKE_W: Final = 700.0
_SPIKE_TIMES: Final = 2.5
_SPIKE_W_S: Final = 2


def possible(name: str, values: FloatArray, notes: list[str]) -> FloatArray:
    """Turn impossible values and single spikes into nan."""
    bounds = POSSIBLE.get(name)
    if bounds is None:
        return values
    with np.errstate(invalid="ignore"):
        impossible = (values < bounds[0]) | (values > bounds[1])
    count = int(np.count_nonzero(impossible))
    if count:
        values = np.where(impossible, np.nan, values)
        notes.append(f"{channel_words(name)}: {plural(count, 'impossible value')} left out")
    if name == "altitude_m":
        values = _without_zero_for_unknown(values, notes)
    limit = _SPIKE.get(name)
    if limit is None or len(values) < 3:
        return values
    before, here, after = values[:-2], values[1:-1], values[2:]
    with np.errstate(invalid="ignore"):
        apart = np.abs(here - (before + after) / 2) > limit
        spike = apart & (np.abs(before - after) < limit / 2)
    if spike.any():
        values = values.copy()
        values[1:-1][spike] = np.nan
        notes.append(f"{channel_words(name)}: {plural(int(spike.sum()), 'spike')} left out")
    return values


def without_power_spikes(second: IntArray, power_w: FloatArray, notes: list[str]) -> FloatArray:
    """Turn leaps of power that last for up to two seconds into nan."""
    known = np.flatnonzero(~np.isnan(power_w))
    at, value = second[known], power_w[known]
    bad = []
    for row in np.flatnonzero(value > _SPIKE_W).tolist():
        limit = value[row] / _SPIKE_TIMES
        # The next rows to either side that are clearly lower bound the spike.
        before, after = row - 1, row + 1
        while before >= 0 and value[before] >= limit and at[row] - at[before] <= _SPIKE_W_S:
            before -= 1
        while after < len(at) and value[after] >= limit and at[after] - at[row] <= _SPIKE_W_S:
            after += 1
        if before < 0 or after >= len(at) or at[after] - at[before] > _SPIKE_W_S + 1:
            continue
        if max(value[before], value[after]) < limit:
            bad.append(row)
    if not bad:
        return power_w
    power_w = power_w.copy()
    power_w[known[bad]] = np.nan
    notes.append(f"power: {plural(len(bad), 'sample')} in spikes left out")
    return power_w


def _without_zero_for_unknown(altitude_m: FloatArray, notes: list[str]) -> FloatArray:
    """Leave out altitude 0 that leaps, at the start or between others: no height was known.

    At the end it may be the coast.
    """
    if not (altitude_m == 0).any():
        return altitude_m
    known = np.flatnonzero(~np.isnan(altitude_m))
    value = altitude_m[known]
    unknown = [
        known[begin:end]
        for begin, end in runs_of(value == 0).tolist()
        if end < len(value)
        and abs(value[end]) >= _SPIKE["altitude_m"]
        and (not begin or abs(value[begin - 1]) >= _SPIKE["altitude_m"])
    ]
    if not unknown:
        return altitude_m
    rows = np.concatenate(unknown)
    notes.append(f"altitude: {plural(len(rows), 'value')} of 0 left out: no height was known")
    altitude_m = altitude_m.copy()
    altitude_m[rows] = np.nan
    return altitude_m
