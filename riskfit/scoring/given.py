"""Features as callers give them, brought into columns of numbers."""

from collections.abc import Mapping, Sequence
from math import isfinite, nan

import numpy as np

from riskfit._common import FloatArray
from riskfit.errors import InputError, did_you_mean
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.results import Feature
from riskfit.rules.model import Model, Rule
from riskfit.scoring.reading import Readings, readings

#: A feature as it may be given: with its source, a number, or (low, value, high).
Given = Feature | float | tuple[float, float, float] | None


class GivenTable:
    """Rows of given features as columns, nan where unknown.

    Attributes
    ----------
    columns, low, high : dict of str to ndarray
        Only what at least one row knows.
    """

    def __init__(self, rows: Sequence[Mapping[str, Given]], model: Model) -> None:
        self.rows = rows
        self.columns: dict[str, FloatArray] = {}
        self.low: dict[str, FloatArray] = {}
        self.high: dict[str, FloatArray] = {}
        self._readings: dict[str, Readings] = {}
        shown = (rule.shown for rule in model.rules if rule.shown)
        for name in dict.fromkeys((*model.inputs, *shown, "duration_min")):
            cells = [numbers_of(name, row.get(name)) for row in rows]
            low, value, high = np.array(cells, dtype=np.float64).T
            if np.isfinite(value).any():
                self.columns[name] = value
            if np.isfinite(low).any():
                self.low[name], self.high[name] = low, high

    def value(self, name: str, row: int) -> float | None:
        """Return a known number or None."""
        column = self.columns.get(name)
        value = nan if column is None else float(column[row])
        return value if isfinite(value) else None

    def column(self, name: str) -> FloatArray:
        """Return a feature's numbers, nan where unknown."""
        known = self.columns.get(name)
        return np.full(len(self.rows), nan) if known is None else known

    def readings(self, rule: Rule, context: str) -> Readings:
        """Return what a rule reads in each row."""
        if rule.id not in self._readings:
            self._readings[rule.id] = readings(rule, context, self.column)
        return self._readings[rule.id]

    def needs(self, name: str, row: int) -> str:
        """Return why a feature is missing, or what it would need."""
        given = self.rows[row].get(name)
        if isinstance(given, Feature) and given.missing_because:
            return given.missing_because
        return CATALOGUE[name].needs

    def notes(self, row: int) -> tuple[str, ...]:
        """Name what is no feature at all: most likely a slip of the pen."""
        return tuple(
            f"no feature is called {name!r}, so it was passed over{did_you_mean(name, CATALOGUE)}"
            for name in self.rows[row]
            if name not in CATALOGUE
        )


def numbers_of(name: str, given: Given) -> tuple[float, float, float]:
    """Return (low, value, high): nan where unknown, low and high nan where it is exact."""
    numbers: tuple[float | None, ...] = (None, None, None)
    if isinstance(given, Feature):
        numbers = (given.low, given.value, given.high)
    elif isinstance(given, tuple):
        numbers = given
    else:
        numbers = (None, given, None)
    try:
        low, value, high = (nan if n is None else float(n) for n in numbers)
    except (TypeError, ValueError):
        raise InputError(
            f"{name} is {given!r}: give a number, (low, value, high), or None for unknown"
        ) from None
    if not isfinite(value):
        return nan, nan, nan
    if isfinite(low) or isfinite(high):
        return (low if isfinite(low) else value), value, (high if isfinite(high) else value)
    return nan, value, nan
