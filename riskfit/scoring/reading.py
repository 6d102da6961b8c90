"""What a rule reads in each row: the feature that counts, its value, and what is told of it."""

from collections.abc import Callable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.rules.model import Measure, Rule
from riskfit.scoring.compiled_card import respond


class Readings(Struct, frozen=True, eq=False):
    """A rule's readings, a number a row.

    Attributes
    ----------
    measures : tuple of Measure
        What is read in this context.
    counts : ndarray of int
        Which of them counts, -1 where none is known.
    value : ndarray
        Its value, nan where none is known.
    shown : ndarray
        What the sentence tells.
    """

    measures: tuple[Measure, ...]
    counts: NDArray[np.intp]
    value: FloatArray
    shown: FloatArray


def readings(rule: Rule, context: str, column: Callable[[str], FloatArray]) -> Readings:
    """Read a rule off columns of features; ``column`` gives one, nan where it is unknown."""
    measures = rule.measures(context)
    value = np.asarray(column(rule.feature), dtype=np.float64)
    counts = np.where(np.isfinite(value), 0, -1)
    if len(measures) > 1:
        other = column(measures[1].feature)
        own = np.where(counts < 0, -1.0, respond(value, measures[0].knots))
        larger = np.isfinite(other) & (respond(other, measures[1].knots) > own)
        counts, value = np.where(larger, 1, counts), np.where(larger, other, value)
    value = np.where(counts < 0, np.nan, value)
    shown = value
    if rule.shown is not None:
        told = column(rule.shown)
        shown = np.where((counts == 0) & np.isfinite(told), told, value)
    return Readings(measures, counts, value, shown)
