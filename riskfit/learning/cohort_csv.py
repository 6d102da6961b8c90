"""What cells of a cohort file may hold, and what is said of columns and rows that may be slips."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from math import inf, isfinite, isinf, nan
from typing import Final

from riskfit._common import plural
from riskfit.errors import nearest
from riskfit.features.catalogue import CATALOGUE
from riskfit.rules.model import Model

#: Columns of a cohort file that are no features.
KEYS: Final = ("athlete", "start_time", "date", "context", "cramp")
#: Columns that riskfit itself writes beside them: to find them unused is no news.
_TOLD: Final = ("muscle", "when", "severity", "note")
_WRITTEN: Final = frozenset(
    {
        "sha256",
        "sport",
        "source",
        "band",
        "odds_vs_typical_ratio",
        "notes",
        "failure_kind",
        "failure",
    }
)
_YES: Final = frozenset({"1", "1.0", "yes", "y", "true", "cramp"})
_NO: Final = frozenset({"0", "0.0", "no", "n", "false", "none"})
#: Units of what may fall below zero: temperatures, and changes of a share.
_SIGNED_UNITS: Final = frozenset({"°C", "fraction"})
#: Balances and differences, which may do so in any unit.
_SIGNED: Final = frozenset(
    {
        "body_mass_loss_pct",
        "body_mass_loss_for_length_pct",
        "sodium_deficit_g",
        "training_72h_above_usual_h",
        "form_tsb",
    }
)
#: The most that a unit or a meaning in the catalogue leaves room for: levels, days of a window,
#: hours of a day, and the fall of what cannot fall below nothing.
_MOST_OF_UNIT: Final = {"0/1": 1.0, "0 to 1": 1.0, "level": 3.0, "%": 100.0}
_MOST: Final = {
    "decoupling_fraction": 1.0,
    "pace_fade_fraction": 1.0,
    "late_fade_fraction": 1.0,
    "effort_length_share": 1.0,
    "heat_days_14d": 14.0,
    "rest_days_7d": 7.0,
    "standing_sitting_h": 24.0,
}
_MANY: Final = 10
#: How alike, of 1, a name is to the known one that it may be a slip of.
_CLOSE: Final = 0.75


def feature_reader(name: str) -> Callable[[str], float]:
    """Return what turns a cell of a feature into a number, nan where it is empty.

    It raises ValueError where the feature cannot have that value.

    >>> feature_reader("duration_min")("-5")
    Traceback (most recent call last):
    ValueError: '-5' cannot be: duration_min is never below 0 (min)
    """
    unit = CATALOGUE[name].unit
    signed = unit in _SIGNED_UNITS or name in _SIGNED
    most = _MOST.get(name, _MOST_OF_UNIT.get(unit, inf))
    return partial(_number, name=f"{name} is never", unit=unit, low=-inf if signed else 0, up=most)


def _number(cell: str, *, name: str, unit: str, low: float, up: float) -> float:
    if not cell:
        return nan
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a number; leave it empty where unknown") from None
    if isinf(value):
        raise ValueError(f"{cell!r} is not finite; leave it empty where unknown")
    if value < low:
        raise ValueError(f"{cell!r} cannot be: {name} below {low:g} ({unit})")
    if value > up:
        raise ValueError(f"{cell!r} cannot be: {name} above {up:g} ({unit})")
    return value


def cramp_of(cell: str) -> float:
    """Return 1 with a cramp, 0 without."""
    word = cell.lower()
    if word in _YES or word in _NO:
        return float(word in _YES)
    raise ValueError(f"{cell!r}: write 1 (a cramp) or 0 (none)")


def time_of(cell: str) -> float:
    """Return a moment or a day as POSIX time, nan where it is not told [s]."""
    if not cell:
        return nan
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell!r}: write 2026-07-31 or 2026-07-31T09:30:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def column_notes(head: Sequence[str], model: Model) -> list[str]:
    """Name the columns that nothing is done with: slips of the pen, and what no rule reads."""
    known = {*KEYS, *CATALOGUE, *_TOLD}
    strangers = [
        _with_hint(name, sorted(known.difference(head)))
        for name in head
        if name and name not in known | _WRITTEN and not name.endswith("_points")
    ]
    read = {*model.inputs, "age_years", *model.outside.conditions}
    unread = [name for name in head if name in CATALOGUE and name not in read]
    notes = []
    if strangers:
        notes.append(f"passed over, no such column is known: {', '.join(strangers)}")
    if unread:
        notes.append(f"no rule reads {_listed(unread)}")
    return notes


def _with_hint(name: str, known: Sequence[str]) -> str:
    # tables of sessions write a feature with its unit behind
    longer = [one for one in known if one in CATALOGUE and name.lower().startswith(f"{one}_")]
    near = nearest(name.lower(), known, _CLOSE) or (longer[-1] if longer else None)
    return f"{name} (did you mean {near}?)" if near else name


def repeat_notes(
    cells: Mapping[str, Sequence[str]], lines: Sequence[int], starts: Sequence[float]
) -> list[str]:
    """Name rows that tell of the same athlete, time and values as a row before them."""
    if "athlete" not in cells:
        return []
    used = [cells[name] for name in cells if name in CATALOGUE or name in KEYS]
    seen: set[tuple[str, ...]] = set()
    again = []
    for row, line, start in zip(zip(*used, strict=True), lines, starts, strict=True):
        if not isfinite(start):
            continue
        told = tuple(cell.strip() for cell in row)
        if told in seen:
            again.append(str(line))
        seen.add(told)
    if not again:
        return []
    where = f"line{'s' if again[1:] else ''} {_listed(again)}"
    rows = plural(len(again), "row")
    return [f"{rows} with the athlete, time and values of a row before: counted again ({where})"]


def _listed(names: Sequence[str]) -> str:
    """Join names, the first of very many."""
    more = len(names) - _MANY
    return ", ".join(names[:_MANY]) + (f" and {more} more" if more > 0 else "")
