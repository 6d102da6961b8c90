"""The features of one session that rest on what came before it, along its steps."""

import numpy as np

from riskfit._common import FloatArray
from riskfit.features.basis import basis
from riskfit.features.recovery import (
    OF_A_SPORT,
    SHORTEST_YARDSTICK_S,
    RecoveryTable,
    duration_ratio,
    load_ratio,
    no_yardstick_because,
    recovery_because,
)
from riskfit.features.results import Column, Columns, known, missing, smallest


def recovery_columns(table: RecoveryTable, row: int = 0) -> Columns:
    """Return one row of the table as features, with the reason where one is missing."""
    columns: Columns = {}
    for name, values in table.columns.items():
        if name == "mean_temperature_14d_c":
            continue
        value, of_a_sport = float(values[row]), name in OF_A_SPORT
        days = table.reached_days if of_a_sport else table.covered_days
        because = recovery_because(float(days[row]))
        columns[name] = known(value, "history") if np.isfinite(value) else missing(because)
    return columns


def load_ratio_column(table: RecoveryTable, row: int, load_so_far: Column) -> Column:
    """Return the week's load with this session over the mean week of the four before."""
    weekly = float(table.weekly_load[row])
    if not np.isfinite(weekly):
        return missing("needs a history of 28 days with training in it")
    if load_so_far.missing_because:
        return missing("the session's own load is not known")
    rests_on = basis("history", load_so_far.basis)
    return known(load_ratio(table.load_7d[row], load_so_far.values, weekly), rests_on)


def duration_ratio_column(
    table: RecoveryTable, row: int, active_s: FloatArray, usual_hours: float | None = None
) -> Column:
    """Return the duration over the longest same-sport session of the 28 days before.

    What is told to be usual is as good as a session of that length.
    """
    longest = float(table.longest_28d_s[row])
    if usual_hours is not None:
        usual_s = max(3600 * usual_hours, SHORTEST_YARDSTICK_S)
        if not longest > usual_s:
            return known(duration_ratio(active_s, usual_s), "told")
    if not np.isfinite(longest):
        return missing(no_yardstick_because(float(table.reached_days[row])))
    return known(duration_ratio(active_s, longest), "history")


def history_columns(recovery: RecoveryTable, columns: Columns, legs: list[int]) -> Columns:
    """Return the recovery features; a rule about a sport takes the leg that responds most."""
    found = recovery_columns(recovery)
    for name in OF_A_SPORT:
        found[name] = smallest(recovery_columns(recovery, row)[name] for row in legs)
    found["week_load_ratio"] = load_ratio_column(recovery, 0, columns["training_stress_score"])
    usual, air = float(recovery.columns["mean_temperature_14d_c"][0]), columns["air_temperature_c"]
    found["temperature_above_14d_c"] = (
        known(air.values - usual, basis("history", air.basis))
        if np.isfinite(usual) and air.missing_because is None
        else missing("needs temperatures of the last 14 days")
    )
    return found
