"""How people say what they plan: how hard, where and when."""

import re
from typing import TYPE_CHECKING, Any, Final

import click

from riskfit import units
from riskfit.sports import ZONE_WORDS

if TYPE_CHECKING:
    from datetime import datetime

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Intensity(click.ParamType):  # type: ignore[type-arg]
    """A pace, a power, a heart rate, a share of threshold, a zone or a word."""

    name = "intensity"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        """Return what kind it is and its value in the project's unit."""
        if isinstance(value, tuple):
            return value
        text = str(value).strip().lower().replace(" ", "").replace("_", "")
        for pattern, name, quantity in _MEASURED:
            if re.search(pattern, text):
                return name, quantity.convert(text, param, ctx)
        word = re.sub(r"^zone", "z", text)
        if word not in ("race", *ZONE_WORDS) and not re.fullmatch(r"z[1-6]", word):
            self.fail(
                f"{value!r} is no intensity: give a pace (5:00/km), power (200W), heart rate "
                f"(145bpm), share of threshold (0.75), zone (z1 to z6) or a word "
                f"({', '.join((*ZONE_WORDS, 'race'))})",
                param,
                ctx,
            )
        return ("race", None) if word == "race" else ("zone", word)


#: How an intensity with a number is told apart: the last is a bare one.
_MEASURED: Final[tuple[tuple[str, str, Any], ...]] = (
    (r"/(km|mi|100m)$|km/h$|kmh$|m/s$|mph$", "speed_m_s", units.SPEED),
    (r"\dbpm$", "heart_rate_bpm", units.HEART_RATE),
    (r"\dw$", "power_w", units.POWER),
    (r"^[+-]?\d", "intensity_fraction", units.INTENSITY),
)


class Place(click.ParamType):  # type: ignore[type-arg]
    """Latitude and longitude: ``47.1,15.4``."""

    name = "lat,lon"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Return the two in degrees."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*", str(value))
        if not match or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
            self.fail(f"{value!r} is no place: give latitude,longitude as 47.1,15.4", param, ctx)
        return float(match[1]), float(match[2])


class Start(click.ParamType):  # type: ignore[type-arg]
    """A start: ``2026-07-04T08:00``, ``08:00``, ``tomorrow 08:00``, ``sat 08:00``."""

    name = "start"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "datetime":
        """Return an aware time; without a zone it is in that of this machine."""
        from datetime import datetime, timedelta

        if isinstance(value, datetime):
            return value
        text = str(value).strip().lower()
        now = datetime.now().astimezone()
        match = re.fullmatch(r"(?:(today|tomorrow|[a-z]{3})[a-z]*\s+)?(\d{1,2}):(\d{2})", text)
        if match and int(match[2]) < 24 and int(match[3]) < 60:
            day, word = now, match[1]
            if word in ("tom", "tomorrow"):
                day = now + timedelta(days=1)
            elif word in _DAYS:
                day = now + timedelta(days=(_DAYS.index(word) - now.weekday()) % 7)
            elif word not in (None, "tod", "today"):
                self.fail(f"{value!r}: {word!r} is no day", param, ctx)
            start = datetime(day.year, day.month, day.day, int(match[2]), int(match[3]))
            found = start.astimezone()
            # A bare hour that has passed is tomorrow's.
            return found + timedelta(days=1) if word is None and found < now else found
        try:
            given = datetime.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(
                f"{value!r} is no start: give 2026-07-04T08:00, 08:00, tomorrow 08:00 or sat 08:00",
                param,
                ctx,
            )
        return given if given.tzinfo else given.astimezone()


class Way(click.ParamType):  # type: ignore[type-arg]
    """A distance in km, or a race by its name: ``marathon``, ``olympic`` ..."""

    name = "distance"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | str:
        """Return the distance [km], or the name as it stands."""
        text = str(value).strip()
        if not re.search(r"\d", text) and re.fullmatch(r"[A-Za-z][A-Za-z -]+", text):
            return text
        return units.DISTANCE.convert(value, param, ctx)


class LegType(click.ParamType):  # type: ignore[type-arg]
    """A leg of a triathlon: its way, its time, or both: ``40km``, ``1h10``, ``40km/1h10``."""

    name = "leg"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, float]:
        """Return what is told, [m] and [s]."""
        if isinstance(value, dict):
            return value
        found: dict[str, float] = {}
        for part in re.split(r"\s*(?:[/,]|\bin\b|\s)\s*", str(value).strip()):
            if re.fullmatch(r"[\d.]+(km|m|mi)", part):
                found["distance_m"] = 1000 * units.DISTANCE.convert(part, param, ctx)
            elif re.search(r"[a-z:]", part):
                found["duration_s"] = units.DURATION.convert(part, param, ctx)
            else:
                self.fail(f"{value!r} is no leg: give 40km, 1h10 or 40km/1h10", param, ctx)
        return found


INTENSITY, PLACE, START, WAY, LEG = Intensity(), Place(), Start(), Way(), LegType()
