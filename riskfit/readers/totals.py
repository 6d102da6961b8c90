"""Totals of laps and legs: what a device says of a stretch without its samples."""

from collections.abc import Sequence

from riskfit.activity import Summary

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
