"""What to vary: ``KEY=FROM:TO:STEP`` as values in the project's units."""

from datetime import datetime
from typing import Final

import click
import numpy as np

from riskfit import units
from riskfit._common import FloatArray

_SHAPE: Final = "write KEY=FROM:TO:STEP, for instance duration=1h:5h:15min"
_QUANTITIES: Final[dict[str, units.Quantity]] = {
    "temp": units.TEMPERATURE,
    "humidity": units.PERCENT,
    "wind": units.WIND,
    "sun": units.FRACTION,
    "intensity": units.INTENSITY,
    "power": units.POWER,
    "fluid": units.FLUID,
}
_HOUR_S: Final = 3600.0
_MOST_VALUES: Final = 20_000


def vary_values(text: str, start: datetime) -> tuple[str, FloatArray]:
    """Return the key and the values of ``KEY=FROM:TO:STEP``; ``..`` may stand for the colons."""
    key, equals, span = text.partition("=")
    key = key.strip().lower()
    parts = [part.strip() for part in (span.split("..") if ".." in span else span.split(":"))]
    if not equals or len(parts) not in (2, 3) or not all(parts):
        raise click.BadParameter(f"{text!r}: {_SHAPE}", param_hint="--vary")
    try:
        first, last, step = _numbers(key, parts, start)
    except click.BadParameter as error:
        raise click.BadParameter(f"{text!r}: {error.message}", param_hint="--vary") from None
    if not step > 0:
        raise click.BadParameter(f"{text!r}: the step must be above zero", param_hint="--vary")
    count = int(np.floor(abs(last - first) / step + 1e-9)) + 1
    if count > _MOST_VALUES:
        raise click.BadParameter(f"{text!r}: that is {count:,} values", param_hint="--vary")
    values = min(first, last) + step * np.arange(count, dtype=float)
    return key, np.asarray(values)


def _numbers(key: str, parts: list[str], start: datetime) -> tuple[float, float, float]:
    """Return from, to and step in the project's units; without a step there are ten."""
    if key == "duration":
        first, last, *step = (units.DURATION.convert(part, None, None) for part in parts)
    elif key == "speed":
        first, last = (units.SPEED.convert(part, None, None) for part in parts[:2])
        step = [units.PERCENT.difference(part.removesuffix("km/h")) / 3.6 for part in parts[2:]]
    elif key == "start":
        first, last = (_hour_of(part, start) for part in parts[:2])
        step = [units.DURATION.convert(_hours(part), None, None) for part in parts[2:]]
    elif key in _QUANTITIES:
        quantity = _QUANTITIES[key]
        first, last = (quantity.convert(part, None, None) for part in parts[:2])
        step = [quantity.difference(part) for part in parts[2:]]
    else:
        known = ", ".join(("duration", *_QUANTITIES, "speed", "start"))
        raise click.BadParameter(f"cannot vary {key!r}; give one of {known}")
    return first, last, step[0] if step else max(abs(last - first) / 10, 1e-9)


def _hours(text: str) -> str:
    """Read a bare number as hours: who varies a start means those."""
    return f"{text}h" if text.replace(".", "").isdigit() else text


def _hour_of(text: str, start: datetime) -> float:
    """Return an hour of the plan's day as POSIX time [s]."""
    clock = text.removesuffix("h")
    hour, _, minute = clock.partition(":")
    if not hour.isdigit() or not (minute or "0").isdigit() or int(hour) > 47:
        raise click.BadParameter(f"{text!r} is no hour: give start=6:20:1")
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp() + int(hour) * _HOUR_S + int(minute or 0) * 60
