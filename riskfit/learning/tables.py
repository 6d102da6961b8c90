"""Outcomes beside features: the table that learning and evaluation work on."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from riskfit.errors import InputError
from riskfit.features.catalogue import CATALOGUE
from riskfit.learning.design import Design, make_design
from riskfit.rules import Model
from riskfit.scoring import outside_mask
from riskfit.scoring.card import Floats

#: Columns of a cohort file that are no features.
KEYS = ("athlete", "start_time", "date", "context", "cramp")
_YES = frozenset({"1", "1.0", "yes", "y", "true", "cramp"})
_NO = frozenset({"0", "0.0", "no", "n", "false", "none"})


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

    columns: Mapping[str, Floats]
    cramp: Floats
    athlete: NDArray[np.str_]
    context: NDArray[np.str_]
    start_s: Floats
    source: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.cramp)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "OutcomeTable":
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
        for name in model.features:
            if name in self.columns:
                known |= np.isfinite(self.columns[name])
        outside = outside_mask(dict(self.columns), model, len(self))
        notes = list(self.notes)
        if outside.any():
            notes.append(f"{outside.sum()} rows are of people the score is not for: left out")
        if (empty := ~known & ~outside).any():
            notes.append(f"{empty.sum()} rows know no feature of any rule: left out")
        if not (kept := known & ~outside).any():
            raise InputError(
                f"{self.source}: no row holds a feature of any rule, such as duration_min or "
                "wbgt_c; `riskfit card` names them"
            )
        return replace(self.take(kept), notes=tuple(notes))

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
    rows = csv.reader(stream)
    head = [name.strip() for name in next(rows, [])]
    if "cramp" not in head:
        raise InputError(f"{source}: there is no column 'cramp' (1 or 0 for each session)")
    twice = sorted({name for name in head if name and head.count(name) > 1})
    if twice:
        raise InputError(f"{source}: the column {twice[0]!r} is there twice")
    lines = [(number, row) for number, row in enumerate(rows, start=2) if any(row)]
    for number, row in lines:
        if len(row) != len(head):
            raise InputError(
                f"{source}, line {number}: {len(row)} cells, but the head has {len(head)}"
            )
    if not lines:
        raise InputError(f"{source}: there is no row below the head")
    numbers = [number for number, _ in lines]
    cells = dict(zip(head, zip(*(row for _, row in lines), strict=True), strict=True))

    def column(name: str, convert: "Callable[[str], float]") -> Floats:
        return _converted(source, name, cells[name], numbers, convert)

    strangers = [name for name in head if name and name not in CATALOGUE and name not in KEYS]
    return OutcomeTable(
        columns={name: column(name, _number) for name in head if name in CATALOGUE},
        cramp=column("cramp", _cramp),
        athlete=_athletes(cells, len(lines)),
        context=_contexts(cells, numbers, source, model),
        start_s=_starts(cells, column, len(lines)),
        source=source,
        notes=(f"passed over, no features: {', '.join(strangers)}",) if strangers else (),
    )


def _converted(
    source: str,
    name: str,
    cells: Sequence[str],
    lines: Sequence[int],
    convert: Callable[[str], float],
) -> Floats:
    """Turn the cells of a column into numbers; a slip is named with its line."""
    numbers = np.empty(len(cells))
    for row, cell in enumerate(cells):
        try:
            numbers[row] = convert(cell.strip())
        except ValueError as error:
            raise InputError(f"{source}, line {lines[row]}, column {name}: {error}") from None
    return numbers


def _number(cell: str) -> float:
    if not cell:
        return nan
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a number; leave it empty where unknown") from None
    return value if isfinite(value) else nan


def _cramp(cell: str) -> float:
    word = cell.lower()
    if word in _YES or word in _NO:
        return float(word in _YES)
    raise ValueError(f"{cell!r}: write 1 (a cramp) or 0 (none)")


def _time(cell: str) -> float:
    if not cell:
        return nan
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell!r}: write 2026-07-31 or 2026-07-31T09:30:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _athletes(cells: Mapping[str, Sequence[str]], rows: int) -> NDArray[np.str_]:
    if "athlete" not in cells:
        return np.array([f"row {number}" for number in range(1, rows + 1)])
    return np.array([cell.strip() for cell in cells["athlete"]])


def _starts(
    cells: Mapping[str, Sequence[str]],
    column: Callable[[str, Callable[[str], float]], Floats],
    rows: int,
) -> Floats:
    for name in ("start_time", "date"):
        if name in cells:
            return column(name, _time)
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


def numbered(names: Iterable[str]) -> NDArray[np.intp]:
    """Give each name a number, from 0 on."""
    numbers: NDArray[np.intp] = np.unique(np.array(list(names)), return_inverse=True)[1]
    return numbers
