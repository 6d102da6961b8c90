"""Numbers with units, as people type them: ``154lb``, ``88F``, ``5:00/km``, ``1h30``."""

import re
from typing import Any, Final

import click

_NUMBER: Final = re.compile(r"^\s*([+-]?\d+(?:[.,]\d+)?)\s*([^\d\s].*?)?\s*$")


class Quantity(click.ParamType):  # type: ignore[type-arg]
    """A number with an optional suffix; without one it is in the unit named first.

    Parameters
    ----------
    name : str
        What help shows, for instance ``KG``.
    factors : dict of str to (float, float)
        Suffix -> (factor, offset) into the project's unit.
    low, high : float
        What is possible, in the project's unit.
    """

    def __init__(
        self, name: str, factors: dict[str, tuple[float, float]], low: float, high: float
    ) -> None:
        self.name = name
        self._factors = factors
        self._low, self._high = low, high

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the value in the project's unit, or say what would have been right."""
        if isinstance(value, int | float):
            return float(value)
        match = _NUMBER.match(value)
        suffix = (match[2] or "").lower().replace("°", "") if match else ""
        if match is None or suffix not in self._factors:
            known = ", ".join(key for key in self._factors if key)
            self.fail(
                f"{value!r} is no {self.name}: give a number, or one with {known}", param, ctx
            )
        factor, offset = self._factors[suffix]
        number = float(match[1].replace(",", ".")) * factor + offset
        if not self._low <= number <= self._high:
            self.fail(
                f"{value!r} is out of range: {self._low:g} to {self._high:g} {self.name}",
                param,
                ctx,
            )
        return number

    def difference(self, text: str) -> float:
        """Return a step between two values: 9F is 5 °C, not -13.

        Raises
        ------
        click.BadParameter
            If it is no number, or its unit is not known.
        """
        match = _NUMBER.match(text)
        suffix = (match[2] or "").lower().replace("°", "") if match else ""
        if match is None or suffix not in self._factors:
            raise click.BadParameter(f"{text!r} is no step in {self.name}")
        return float(match[1].replace(",", ".")) * self._factors[suffix][0]


MASS = Quantity(
    "kg",
    {
        "": (1, 0),
        "kg": (1, 0),
        "lb": (0.45359237, 0),
        "lbs": (0.45359237, 0),
        "st": (6.35029318, 0),
    },
    20,
    300,
)
TEMPERATURE = Quantity("°C", {"": (1, 0), "c": (1, 0), "f": (5 / 9, -160 / 9)}, -60, 60)
PERCENT = Quantity("%", {"": (1, 0), "%": (1, 0)}, 0, 100)
WIND = Quantity(
    "m/s",
    {"": (1, 0), "m/s": (1, 0), "km/h": (1 / 3.6, 0), "mph": (0.44704, 0), "kn": (0.514444, 0)},
    0,
    60,
)
FRACTION = Quantity("0 to 1", {"": (1, 0), "%": (0.01, 0)}, 0, 1)
INTENSITY = Quantity("fraction of threshold", {"": (1, 0), "%": (0.01, 0)}, 0.1, 2.5)
POWER = Quantity("W", {"": (1, 0), "w": (1, 0)}, 0, 2500)
HEART_RATE = Quantity("bpm", {"": (1, 0), "bpm": (1, 0)}, 20, 240)
YEARS = Quantity("years", {"": (1, 0), "y": (1, 0), "years": (1, 0)}, 0, 120)
HOURS = Quantity("h", {"": (1, 0), "h": (1, 0), "min": (1 / 60, 0)}, 0, 24)
FLUID = Quantity(
    "L/h", {"": (1, 0), "l/h": (1, 0), "l": (1, 0), "ml/h": (1e-3, 0), "ml": (1e-3, 0)}, 0, 5
)
VOLUME = Quantity("L", {"": (1, 0), "l": (1, 0), "ml": (1e-3, 0)}, 0, 30)
SODIUM = Quantity(
    "mg/L", {"": (1, 0), "mg/l": (1, 0), "g/l": (1000, 0), "mmol/l": (22.99, 0)}, 0, 5000
)
SWEAT_SODIUM = Quantity("mmol/L", {"": (1, 0), "mmol/l": (1, 0), "mg/l": (1 / 22.99, 0)}, 5, 150)
FACTOR = Quantity("times", {"": (1, 0), "x": (1, 0)}, 0.1, 5)
CARBS = Quantity("g/h", {"": (1, 0), "g/h": (1, 0), "g": (1, 0)}, 0, 250)
DISTANCE = Quantity("km", {"": (1, 0), "km": (1, 0), "m": (1e-3, 0), "mi": (1.609344, 0)}, 0, 2000)
ASCENT = Quantity("m", {"": (1, 0), "m": (1, 0), "ft": (0.3048, 0)}, 0, 20000)
STEPS = Quantity("steps", {"": (1, 0), "steps": (1, 0), "k": (1000, 0)}, 0, 100_000)
RATING = Quantity("0 to 10", {"": (1, 0)}, 0, 10)


class Height(Quantity):
    """A height in m; ``180cm``, ``5ft11`` and ``5'11`` are taken, too."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the height [m]."""
        feet = re.match(r"^\s*(\d)\s*(?:ft|')\s*(\d{1,2})?\s*(?:in|\")?\s*$", str(value))
        if feet:
            return int(feet[1]) * 0.3048 + int(feet[2] or 0) * 0.0254
        return super().convert(value, param, ctx)


HEIGHT = Height("m", {"": (1, 0), "m": (1, 0), "cm": (0.01, 0), "in": (0.0254, 0)}, 0.9, 2.6)


class Duration(click.ParamType):  # type: ignore[type-arg]
    """A duration: ``3h``, ``45min``, ``1h30``, ``1:30`` (h:min), ``1:30:00``; bare is minutes."""

    name = "duration"
    _PARTS: Final = re.compile(
        r"^(?:(\d+(?:\.\d+)?)\s*h)?\s*(?:(\d+(?:\.\d+)?)\s*(?:min|m|$))?\s*(?:(\d+)\s*s)?$"
    )

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the duration [s]."""
        if isinstance(value, int | float):
            return float(value)
        text = value.strip().lower().replace(",", ".")
        clock = re.match(r"^(\d+):(\d{2})(?::(\d{2}))?$", text)
        if clock:
            seconds = float(int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0))
        else:
            parts = self._PARTS.match(text)
            if not text or parts is None:
                self.fail(f"{value!r} is no duration: give 3h, 45min, 1h30 or 1:30", param, ctx)
            hours, minutes, rest = (float(part) if part else 0.0 for part in parts.groups())
            seconds = hours * 3600 + minutes * 60 + rest
        if not 0 < seconds <= 14 * 86400:
            self.fail(f"{value!r} is out of range: more than 0, up to 14 days", param, ctx)
        return seconds


DURATION = Duration()


class LongestHours(Duration):
    """A duration in hours, such as the longest session; a bare number is hours, too."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the duration [h]."""
        text = str(value).strip()
        bare = re.fullmatch(r"\d+(?:[.,]\d+)?", text)
        return super().convert(f"{text}h" if bare else text, param, ctx) / 3600


LONGEST = LongestHours()
SESSIONS = Quantity("sessions", {"": (1, 0), "x": (1, 0), "times": (1, 0)}, 0, 200)


class Speed(click.ParamType):  # type: ignore[type-arg]
    """A speed or pace: km/h; ``5:00/km``, ``8:00/mi``, ``3m/s``, ``12mph`` are taken, too."""

    name = "speed"
    _SUFFIX: Final = {"": 1 / 3.6, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "m/s": 1.0, "mph": 0.44704}

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the speed [m/s]."""
        if isinstance(value, int | float):
            return float(value) / 3.6
        text = value.strip().lower()
        pace = re.match(r"^(\d+):(\d{2})\s*(?:min)?/(km|mi|100m)$", text)
        if pace:
            metres = {"km": 1000.0, "mi": 1609.344, "100m": 100.0}[pace[3]]
            speed = metres / (int(pace[1]) * 60 + int(pace[2]))
        else:
            match = _NUMBER.match(text)
            if match is None or (match[2] or "") not in self._SUFFIX:
                self.fail(f"{value!r} is no speed: give km/h, 5:00/km or 8:00/mi", param, ctx)
            speed = float(match[1].replace(",", ".")) * self._SUFFIX[match[2] or ""]
        if not 0.1 <= speed <= 35:
            self.fail(f"{value!r} is out of range: 0.4 to 126 km/h", param, ctx)
        return speed


SPEED = Speed()
