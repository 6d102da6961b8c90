"""Sources of weather: each says what it knows of a session's, or nothing.

`riskfit.features.heat` ranks them.
"""

from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.athlete import Conditions
from riskfit.features.basis import Basis, basis, quoted
from riskfit.features.course import Course
from riskfit.formulas.sun import climate_temperature_c, day_of_year

#: Half-widths of the 10 to 90 % range of the air temperature. [°C]  What a user or a weather
#: service says holds for the place within a degree or two; bike computers warm in the sun;
#: a wrist reads skin as much as air; climate says little of a day (assumptions, see peers of
#: the field: makers' manuals warn of 3 to 8 degrees at the wrist).
_TOLD_C: Final = 1.0
_WEATHER_C: Final = 2.0
_POD_C: Final = 3.0
_WRIST_C: Final = 4.0
_CLIMATE_C: Final = 10.0
_ROOM_C: Final = 3.0
_ASSUMED_OUTDOORS_C: Final = 15.0
_ASSUMED_ROOM_C: Final = 21.0
#: Humidity where nobody says, and its 10 to 90 % range. [%]
_ASSUMED_HUMIDITY_PCT: Final = 55.0
_HUMIDITY_RANGE_PCT: Final = (35.0, 75.0)
_ASSUMED_WIND_M_S: Final = 2.0
#: A wrist reads high: lower it by two degrees, then draw it a fifth of the way to the climate.
_WRIST_OFFSET_C: Final = 2.0
_WRIST_WEIGHT: Final = 0.8


class Asked(Struct, frozen=True, kw_only=True, eq=False):
    """What a source may go by.

    ``wrist`` says whether the device was worn at one, None where nothing says; ``indoor``
    whether it was under a roof.
    """

    course: Course
    told: Conditions
    in_file: Conditions
    wrist: bool | None
    indoor: bool


class Weather(Struct, frozen=True, kw_only=True, eq=False):
    """What a source knows; None is unknown.

    Attributes
    ----------
    basis : Basis
        What it rests on, in words and as an `Origin`: `riskfit.features.basis.quoted` takes both.
    air_temperature_c : ndarray or float or None
        One a step of the course, or one for all of it. [°C]
    spread_c : float
        Half-width of the temperature's 10 to 90 % range. [°C]
    temperature_basis : Basis or None
        Where the temperature rests on something else.
    humidity_range_pct : tuple of float or None
        The 10 to 90 % range of a humidity that is not exact. [%]
    """

    basis: Basis
    air_temperature_c: FloatArray | float | None = None
    spread_c: float = 0.0
    temperature_basis: Basis | None = None
    relative_humidity_pct: float | None = None
    humidity_range_pct: tuple[float, float] | None = None
    wind_m_s: float | None = None
    sun_fraction: float | None = None


def told_weather(asked: Asked) -> Weather:
    """Return what somebody says of this session."""
    return _given(asked.told, _TOLD_C, basis("told"), _named(asked.told, "told"))


def weather_in_file(asked: Asked) -> Weather:
    """Return the weather in the file, in the export round it, or forecast."""
    given = asked.in_file
    return _given(given, _WEATHER_C, _named(given, "file"), _named(given, "weather_in_file"))


def _given(given: Conditions, spread_c: float, rests: Basis, temperature_rests: Basis) -> Weather:
    return Weather(
        basis=rests,
        air_temperature_c=given.air_temperature_c,
        spread_c=spread_c,
        temperature_basis=temperature_rests,
        relative_humidity_pct=given.relative_humidity_pct,
        wind_m_s=given.wind_m_s,
        sun_fraction=given.sun_fraction,
    )


def _named(given: Conditions, unnamed: str) -> Basis:
    """Return what given weather rests on: its own words, or a method where it has none."""
    plain = basis(unnamed)
    return quoted(given.source, given.origin or plain.origin) if given.source else plain


def device_weather(asked: Asked) -> Weather | None:
    """Return what the device's thermometer says: that of a bike or a pod, or of a wrist."""
    recorded = asked.course.temperature_c
    there = ~np.isnan(recorded)
    if not there.any():
        return None
    steps = np.arange(len(recorded))
    recorded = np.interp(steps, steps[there], recorded[there])
    on_bike = any(leg.sport == "cycling" for leg in asked.course.legs) and asked.wrist is None
    if asked.wrist is False or on_bike:
        return Weather(basis=basis("pod"), air_temperature_c=recorded, spread_c=_POD_C)
    usual, _ = usual_c(asked)
    lowered = _WRIST_WEIGHT * (recorded - _WRIST_OFFSET_C) + (1 - _WRIST_WEIGHT) * usual
    return Weather(basis=basis("wrist"), air_temperature_c=lowered, spread_c=_WRIST_C)


def usual_weather(asked: Asked) -> Weather:
    """Return what the air is like by default."""
    usual, method = usual_c(asked)
    return Weather(
        basis=basis("assumed"),
        air_temperature_c=usual,
        spread_c=_ROOM_C if asked.indoor else _CLIMATE_C,
        temperature_basis=basis(method),
        relative_humidity_pct=_ASSUMED_HUMIDITY_PCT,
        humidity_range_pct=_HUMIDITY_RANGE_PCT,
        wind_m_s=_ASSUMED_WIND_M_S,
    )


def usual_c(asked: Asked) -> tuple[float, str]:
    """Return what is usual in a room, or at that latitude and season, and its method [°C]."""
    latitude_deg = asked.course.latitude_deg
    if asked.indoor:
        return _ASSUMED_ROOM_C, "assumed_indoors"
    if not np.isfinite(latitude_deg):
        return _ASSUMED_OUTDOORS_C, "assumed_anywhere"
    day = day_of_year(asked.course.start_s)
    return float(climate_temperature_c(latitude_deg, day)), "climate"
