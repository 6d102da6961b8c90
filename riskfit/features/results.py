"""Results: features with their units and sources, and the columns they are the ends of.

A column is an array whose last axis is time, or of length one.
A session's steps, an archive's sessions and a what-if's plans are all columns of this kind,
so that every formula runs once for all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.features.basis import Basis, basis
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.history import LegArray, legs_of
from riskfit.origin import Origin


class Column(Struct, frozen=True, eq=False):
    """One feature over time: values, what they rest on, and the range they may lie in.

    The last axis is the steps of the session (or has length one: the same throughout); the
    session's own value stands at its end.  An axis before it, where there is one, is plans.
    """

    values: FloatArray
    basis: Basis | None = None
    low: FloatArray | None = None
    high: FloatArray | None = None
    missing_because: str | None = None

    @property
    def source(self) -> str | None:
        """The basis as people read it."""
        return None if self.basis is None else self.basis.words

    @property
    def origin(self) -> Origin | None:
        """Where the values come from."""
        return None if self.basis is None else self.basis.origin


Columns = dict[str, Column]


class Feature(Struct, frozen=True, kw_only=True):
    """A value with its unit and source, or the reason why there is none.

    ``source`` is for people to read, ``origin`` for programs to decide by.  ``low`` and ``high``
    bound what is known only as a range (10 to 90 %); they equal None where the value is exact
    enough.
    """

    value: float | None = None
    unit: str = ""
    source: str | None = None
    low: float | None = None
    high: float | None = None
    missing_because: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeatureSet(Mapping[str, Feature]):
    """One row of the feature table: feature name -> Feature.

    Attributes
    ----------
    features : mapping of str to Feature
        The whole session's.
    columns : mapping of str to Column
        The same along the session: arrays whose last axis is the steps of ``elapsed_s``
        (or of length one).
    elapsed_s : ndarray
        Ends of the steps. [s]
    records : structured array
        What each leg leaves behind for the history.
    notes : tuple of str
        Every repair that was made on the way.
    """

    features: Mapping[str, Feature]
    columns: Mapping[str, Column] = field(default_factory=dict)
    elapsed_s: FloatArray | None = None
    records: LegArray = field(default_factory=lambda: legs_of(()))
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Feature:
        return self.features[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.features)

    def __len__(self) -> int:
        return len(self.features)

    def value(self, name: str) -> float:
        """Return a feature's number, nan where it is missing."""
        feature = self.features.get(name)
        return float("nan") if feature is None or feature.value is None else feature.value


def known(
    values: ArrayLike,
    rests_on: Basis | str,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
) -> Column:
    """Return a column of values; a basis without inputs may be given by its method's name."""
    return Column(
        _with_axis(values),
        basis(rests_on) if isinstance(rests_on, str) else rests_on,
        None if low is None else _with_axis(low),
        None if high is None else _with_axis(high),
    )


def missing(because: str) -> Column:
    """Return a column without values, and say why there are none."""
    return Column(np.array([np.nan]), missing_because=because)


def zero_unknown(values: FloatArray) -> FloatArray:
    """Return the values with 0 for those that are unknown."""
    return np.where(np.isnan(values), 0.0, values)


def _with_axis(values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=float)
    return array if array.ndim else array[None]


def session_features(columns: Mapping[str, Column]) -> dict[str, Feature]:
    """Take every column's end: the features of the whole session."""
    return {name: _feature(name, column) for name, column in columns.items()}


def _feature(name: str, column: Column) -> Feature:
    """Return one feature; anything that is no finite number is missing."""
    unit = CATALOGUE[name].unit
    value = column.values.item(-1)
    if not isfinite(value):
        because = column.missing_because or f"needs {CATALOGUE[name].needs}"
        return Feature(unit=unit, missing_because=because)
    low, high = _end(column.low), _end(column.high)
    return Feature(
        value=value, unit=unit, source=column.source, low=low, high=high, origin=column.origin
    )


def _end(bound: FloatArray | None) -> float | None:
    if bound is None:
        return None
    end = bound.item(-1)
    return end if isfinite(end) else None


def largest(columns: Iterable[Column]) -> Column:
    """Return, step by step, the largest of several columns that are known."""
    return _strongest(list(columns), np.fmax)


def smallest(columns: Iterable[Column]) -> Column:
    """Return, step by step, the smallest of several columns that are known."""
    return _strongest(list(columns), np.fmin)


def _strongest(columns: list[Column], pick: np.ufunc) -> Column:
    """Combine legs into the one that responds most; its basis is that of the end."""
    present = [column for column in columns if column.missing_because is None]
    if not present:
        return columns[0] if columns else missing("no leg of the session has it")
    values = present[0].values
    for column in present[1:]:
        values = pick(values, column.values)
    end = float(values[..., -1].flat[0])
    ends = [c.basis for c in present if float(c.values[..., -1].flat[0]) == end]
    return Column(values, ends[0] if ends else present[0].basis)
