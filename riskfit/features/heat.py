"""The surroundings: which temperature to believe, humidity, wind and sun.

Sources of temperature have a rank: what the user says, the weather in the file or export, a
bike computer or pod, a wrist (lowered, with a wide range), and last an assumption, which
serves the sweat estimate alone: WBGT then stays unknown.
"""

from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.athlete import Conditions
from riskfit.features.basis import Basis, basis, quoted
from riskfit.features.course import Course
from riskfit.features.results import Columns, known, missing
from riskfit.formulas.heat import ASSUMED_COS_ZENITH
from riskfit.formulas.humidity import heat_index_c
from riskfit.formulas.sun import (
    clear_sky_irradiance_w_m2,
    climate_temperature_c,
    cos_zenith,
    day_of_year,
)

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
#: A wrist reads high: lower it by two degrees, then draw it a fifth of the way to the climate.
_WRIST_OFFSET_C: Final = 2.0
_WRIST_WEIGHT: Final = 0.8
#: Humidity where nobody says, and its 10 to 90 % range. [%]
_ASSUMED_HUMIDITY_PCT: Final = (55.0, 35.0, 75.0)
_ASSUMED_WIND_M_S: Final = 2.0


class Surroundings(Struct, frozen=True, kw_only=True, eq=False):
    """Air, wind and sun along the course, and what each rests on."""

    air_temperature_c: FloatArray
    air_temperature_spread_c: float
    temperature_basis: Basis
    relative_humidity_pct: FloatArray
    humidity_range_pct: tuple[float, float] | None
    humidity_basis: Basis
    wind_m_s: FloatArray
    wind_basis: Basis
    sun_fraction: FloatArray
    indoor: bool

    @property
    def measured(self) -> bool:
        """Whether the temperature is more than a guess."""
        return not self.temperature_basis.origin.is_guess


def surroundings(
    course: Course, told: Conditions, in_file: Conditions, wrist: bool | None
) -> Surroundings:
    """Choose the best source for each quantity of the surroundings."""
    indoor = course.indoor if told.indoor is None else told.indoor
    temperature, spread, temperature_basis = _temperature(course, told, in_file, wrist, indoor)
    humidity, humidity_basis = _said("relative_humidity_pct", told, in_file)
    wind, wind_basis = _said("wind_m_s", told, in_file)
    sun = _first(told.sun_fraction, in_file.sun_fraction)
    return Surroundings(
        air_temperature_c=temperature,
        air_temperature_spread_c=spread,
        temperature_basis=temperature_basis,
        relative_humidity_pct=np.array(
            [_ASSUMED_HUMIDITY_PCT[0] if humidity is None else humidity]
        ),
        humidity_range_pct=_ASSUMED_HUMIDITY_PCT[1:] if humidity is None else None,
        humidity_basis=humidity_basis,
        wind_m_s=np.array([0.0 if indoor else _ASSUMED_WIND_M_S if wind is None else wind]),
        wind_basis=basis("indoors", course.indoor_basis) if indoor else wind_basis,
        sun_fraction=np.array([0.0 if indoor else np.nan if sun is None else sun]),
        indoor=indoor,
    )


def _said(name: str, told: Conditions, in_file: Conditions) -> tuple[float | None, Basis]:
    """Return a quantity that somebody said, or None, and what that rests on."""
    value = getattr(told, name)
    if value is not None:
        return value, basis("told")
    value = getattr(in_file, name)
    return value, basis("assumed") if value is None else _named(in_file, "file")


def _named(given: Conditions, unnamed: str) -> Basis:
    """Return what given weather rests on: its own words, or a method where it has none."""
    plain = basis(unnamed)
    return quoted(given.source, given.origin or plain.origin) if given.source else plain


def air_columns(course: Course, around: Surroundings) -> Columns:
    """Return the features of the surroundings without WBGT."""
    temperature = mean_so_far(around.air_temperature_c, course.active_s)
    spread = around.air_temperature_spread_c
    humidity_range = around.humidity_range_pct
    return {
        "air_temperature_c": known(
            temperature, around.temperature_basis, temperature - spread, temperature + spread
        ),
        "relative_humidity_pct": known(
            around.relative_humidity_pct, around.humidity_basis, *(humidity_range or ())
        ),
        "wind_m_s": known(around.wind_m_s, around.wind_basis),
        "heat_index_c": known(
            heat_index_c(temperature, around.relative_humidity_pct),
            basis("temperature_and_humidity", around.temperature_basis, around.humidity_basis),
        )
        if around.measured and humidity_range is None
        else missing("needs a measured temperature and humidity"),
    }


def sunlight_w_m2(course: Course, around: Surroundings) -> FloatArray:
    """Return the sunlight along the steps; half the clear sky's where nobody told of it [W/m2]."""
    height = cos_zenith(course.start_s + course.end_s, course.latitude_deg, course.longitude_deg)
    # Without a place the sun stands as high as for WBGT.
    height = np.where(np.isfinite(height), height, ASSUMED_COS_ZENITH)
    return clear_sky_irradiance_w_m2(height) * np.nan_to_num(around.sun_fraction, nan=0.5)


def mean_so_far(values: FloatArray, active_s: FloatArray) -> FloatArray:
    """Average values over the time under way up to the end of each step."""
    weights = np.cumsum(active_s, axis=-1)
    total = np.cumsum(values * active_s, axis=-1)
    unknown = np.full(total.shape, np.nan)
    return np.asarray(np.divide(total, weights, out=unknown, where=weights > 0))


def _temperature(
    course: Course, told: Conditions, in_file: Conditions, wrist: bool | None, indoor: bool
) -> tuple[FloatArray, float, Basis]:
    """Return temperature, half-width, and what it rests on."""
    for given, spread, unnamed in (
        (told, _TOLD_C, "told"),
        (in_file, _WEATHER_C, "weather_in_file"),
    ):
        if given.air_temperature_c is not None:
            return np.array([given.air_temperature_c]), spread, _named(given, unnamed)
    climate = _climate(course, indoor)
    recorded = course.temperature_c
    if np.isnan(recorded).all():
        if indoor:
            return np.array([climate]), _ROOM_C, basis("assumed_indoors")
        guess = "climate" if np.isfinite(course.latitude_deg) else "assumed_anywhere"
        return np.array([climate]), _CLIMATE_C, basis(guess)
    steps = np.arange(len(recorded))
    there = ~np.isnan(recorded)
    recorded = np.interp(steps, steps[there], recorded[there])
    on_bike = any(leg.sport == "cycling" for leg in course.legs) and wrist is None
    if wrist is False or on_bike:
        return recorded, _POD_C, basis("pod")
    lowered = _WRIST_WEIGHT * (recorded - _WRIST_OFFSET_C) + (1 - _WRIST_WEIGHT) * climate
    return lowered, _WRIST_C, basis("wrist")


def _climate(course: Course, indoor: bool) -> float:
    """Return what the air is like there by default. [°C]."""
    if indoor:
        return _ASSUMED_ROOM_C
    if not np.isfinite(course.latitude_deg):
        return _ASSUMED_OUTDOORS_C
    return float(climate_temperature_c(course.latitude_deg, day_of_year(course.start_s)))


def _first(*values: float | None) -> float | None:
    """Return the first that is known."""
    return next((value for value in values if value is not None), None)
