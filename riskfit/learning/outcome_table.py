"""Outcomes beside features: the table that learning and evaluation work on."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray, plural
from riskfit.errors import InputError
from riskfit.features.catalogue import CATALOGUE
from riskfit.learning.cohort_csv import (
    column_notes,
    cramp_of,
    feature_reader,
    repeat_notes,
    time_of,
)
from riskfit.learning.design import Design, make_design
from riskfit.rules.model import Model
from riskfit.scoring.score_table import outside_mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutcomeTable:
    """Sessions with what came of them, a row each.

    Attributes
    ----------
    columns : mapping of feature name to ndarray
        nan where unknown.
    cramp : ndarray
        1 with a cramp, 0 without.
    athlete, context : ndarray of str
    start_s : ndarray
        POSIX time, nan where not told. [s]
    source : str
        Where it is from, for messages.
    notes : tuple of str
        What was passed over.
    """

    columns: Mapping[str, FloatArray]
    cramp: FloatArray
    athlete: NDArray[np.str_]
    context: NDArray[np.str_]
    start_s: FloatArray
    source: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.cramp)

    def take(self, rows: IntArray | NDArray[np.bool_]) -> "OutcomeTable":
        """Return some of the rows."""
        return replace(
            self,
            columns={name: values[rows] for name, values in self.columns.items()},
            cramp=self.cramp[rows],
            athlete=self.athlete[rows],
            context=self.context[rows],
            start_s=self.start_s[rows],
        )

    def of_athlete(self, name: str) -> "OutcomeTable":
        """Return one athlete's rows."""
        rows = self.athlete == name
        if not rows.any():
            raise InputError(f"{self.source}: there are no outcomes of an athlete {name!r}")
        return self.take(rows)

    def scored_by(self, model: Model) -> "OutcomeTable":
        """Leave out rows that the score is not for, and say so."""
        known = np.zeros(len(self), dtype=bool)
        for name in model.inputs:
            if name in self.columns:
                known |= np.isfinite(self.columns[name])
        outside = outside_mask(dict(self.columns), model, len(self))
        left = []
        if outside.any():
            why = ", ".join(self._reasons(model))
            left.append(f"{plural(outside.sum(), 'row')} left out: outside the score ({why})")
        if (empty := ~known & ~outside).any():
            left.append(f"{plural(empty.sum(), 'row')} left out: no feature of any rule is told")
        if not (kept := known & ~outside).any():
            if outside.any():
                raise InputError(f"{self.source}: no row can be scored; {'; '.join(left)}")
            raise InputError(
                f"{self.source}: no row holds a feature of any rule, such as duration_min or "
                "wbgt_c; `riskfit card` lists the rules, and `riskfit explain` the feature of one"
            )
        return replace(self.take(kept), notes=(*self.notes, *left))

    def _reasons(self, model: Model) -> list[str]:
        """Return the columns that put somebody outside the score."""
        return [
            name
            for name in ("age_years", *model.outside.conditions)
            if name in self.columns
            and outside_mask({name: self.columns[name]}, model, len(self)).any()
        ]

    def design(self, model: Model) -> Design:
        """Return the rows ready for learning."""
        return make_design(self.columns, len(self), model, self.context.tolist())


def read_cohort(path: str | Path, model: Model) -> OutcomeTable:
    """Read a cohort file: CSV with a row a session (or a person) and a column ``cramp``.

    Parameters
    ----------
    path : str or Path
        Columns are ``cramp`` (1 or 0, yes or no), ``athlete``, ``start_time`` (or ``date``),
        ``context``, and features by their names; an empty cell is unknown. Without ``athlete``
        each row is a person of its own.
    model : Model
        Says which contexts there are.

    Returns
    -------
    OutcomeTable
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return _read(stream, str(file), model)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file}: cannot be read as CSV: {error}") from None


def _read(stream: TextIO, source: str, model: Model) -> OutcomeTable:
    rows = [
        (number, row)
        for number, row in enumerate(csv.reader(stream), start=1)
        if any(cell.strip() for cell in row)
    ]
    if not rows:
        raise InputError(f"{source}: the file is empty")
    head = [name.strip() for name in rows[0][1]]
    lines = rows[1:]
    _check_head(head, source)
    for number, row in lines:
        if len(row) != len(head):
            raise InputError(
                f"{source}, line {number}: {len(row)} cells, but the head has {len(head)}"
            )
    if not lines:
        raise InputError(f"{source}: there is no row below the head")
    numbers = [number for number, _ in lines]
    cells = dict(zip(head, zip(*(row for _, row in lines), strict=True), strict=True))

    def column(name: str, convert: "Callable[[str], float]") -> FloatArray:
        return _converted(source, name, cells[name], numbers, convert)

    starts = _starts(cells, column, len(lines))
    return OutcomeTable(
        columns={name: column(name, feature_reader(name)) for name in head if name in CATALOGUE},
        cramp=column("cramp", cramp_of),
        athlete=_athletes(cells, len(lines)),
        context=_contexts(cells, numbers, source, model),
        start_s=starts,
        source=source,
        notes=(*column_notes(head, model), *repeat_notes(cells, numbers, starts.tolist())),
    )


def _check_head(head: Sequence[str], source: str) -> None:
    if "cramp" not in head:
        for mark, name in ((";", "semicolons"), ("\t", "tabs")):
            if any(mark in cell for cell in head):
                raise InputError(
                    f"{source}: there is no column 'cramp': is it separated by {name}? Save it "
                    "with commas"
                )
        raise InputError(f"{source}: there is no column 'cramp' (1 or 0 for each session)")
    twice = sorted({name for name in head if name and head.count(name) > 1})
    if twice:
        raise InputError(f"{source}: the column {twice[0]!r} is there twice")


def _converted(
    source: str,
    name: str,
    cells: Sequence[str],
    lines: Sequence[int],
    convert: Callable[[str], float],
) -> FloatArray:
    """Turn the cells of a column into numbers; a slip is named with its line."""
    numbers = np.empty(len(cells))
    for row, cell in enumerate(cells):
        try:
            numbers[row] = convert(cell.strip())
        except ValueError as error:
            raise InputError(f"{source}, line {lines[row]}, column {name}: {error}") from None
    return numbers


def _athletes(cells: Mapping[str, Sequence[str]], rows: int) -> NDArray[np.str_]:
    if "athlete" not in cells:
        return np.array([f"row {number}" for number in range(1, rows + 1)])
    return np.array([cell.strip() for cell in cells["athlete"]])


def _starts(
    cells: Mapping[str, Sequence[str]],
    column: Callable[[str, Callable[[str], float]], FloatArray],
    rows: int,
) -> FloatArray:
    for name in ("start_time", "date"):
        if name in cells:
            return column(name, time_of)
    return np.full(rows, nan)


def _contexts(
    cells: Mapping[str, Sequence[str]], lines: Sequence[int], source: str, model: Model
) -> NDArray[np.str_]:
    usual = model.context().id
    names = [cell.strip() or usual for cell in cells.get("context", [""] * len(lines))]
    for line, name in zip(lines, names, strict=True):
        if name not in model.contexts:
            raise InputError(
                f"{source}, line {line}, column context: {name!r}; use one of "
                f"{', '.join(model.contexts)}"
            )
    return np.array(names)


def numbered(names: Iterable[str]) -> IntArray:
    """Give each name a number, from 0 on."""
    numbers: IntArray = np.unique(np.array(list(names)), return_inverse=True)[1]
    return numbers
