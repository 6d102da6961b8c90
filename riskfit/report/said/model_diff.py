"""What differs between two models, in lines."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

_WIDTH: Final = 80
#: Values as long as this together stand on one line.
_SHORT: Final = 50


def changed_lines(changes: Iterable[tuple[str, Any, Any]]) -> Iterator[str]:
    """Yield keys with their old and new values, long ones below each other."""
    for key, old, new in changes:
        label, before, after = key.replace("_", " "), _words(key, old), _words(key, new)
        if len(label) + len(before) + len(after) <= _SHORT:
            yield f"   {label}: {before} -> {after}"
            continue
        yield f"   {label}:"
        for lead, text in (("      ", before), ("   -> ", after)):
            yield from textwrap.wrap(
                text, _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead)
            )


def points_words(points: float | None) -> str:
    """Write points, or that there are none."""
    return "none" if points is None else f"{points:.1f}"


def _words(key: str, value: Any) -> str:
    """Write a value of a model file as people read it."""
    if key == "points":
        return points_words(value)
    if value is None or value in ([], ()):
        return "none"
    if isinstance(value, Mapping):
        return _table_words(value)
    if isinstance(value, list | tuple):
        return _list_words(key, value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _list_words(key: str, values: Sequence[Any]) -> str:
    """Write knots, or several values after one another."""
    if key == "knots":
        return ", ".join(f"{response:g} at {at:g}" for at, response in values)
    together = "; " if isinstance(values[0], Mapping) else ", "
    return together.join(_words("", one) for one in values)


def _table_words(table: Mapping[str, Any]) -> str:
    """Write a table: a factor on a rule's response, or its keys with their values."""
    if "floor" not in table:
        told = {key: one for key, one in table.items() if one not in (None, [], ())}
        return ", ".join(f"{key} {_words(key, one)}" for key, one in told.items())
    if table["rule"] is not None:
        return f"{table['floor']:g} + {table['share']:g} x response of {table['rule']}"
    return f"{table['feature']} ({_words('knots', table['knots'])})"
