"""Strict JSON: full doubles, no NaN, no infinities."""

from math import isfinite
from typing import Any

from riskfit import __version__
from riskfit._common import FloatArray


def encode(value: Any, *, indent: bool = True) -> bytes:
    """Return JSON with one line feed at the end."""
    import msgspec

    raw = msgspec.json.encode(value)
    return (msgspec.json.format(raw, indent=2) if indent else raw) + b"\n"


def number(value: float) -> float | None:
    """Return a number, None where it is none."""
    return value if isfinite(value) else None


def numbers(values: FloatArray) -> list[float | None]:
    """Return an array as a list, None where it is nan."""
    return [number(value) for value in values.tolist()]


def versioned(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as a document: with the version that made it."""
    return {"riskfit": __version__, **entry}
