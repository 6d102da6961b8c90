"""The surroundings: air temperature, humidity, wind and sun, each of the best source there is.

The air temperature always has one: last comes a guess, which serves the sweat estimate alone, as
WBGT then stays unknown.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.athlete import Conditions
from riskfit.features.basis import Basis, basis
from riskfit.features.course import Course
from riskfit.features.results import Columns, known, missing
from riskfit.features.weather import (
    Asked,
    Weather,
    device_weather,
    told_weather,
    usual_weather,
    weather_in_file,
)
from riskfit.formulas.heat import ASSUMED_COS_ZENITH
from riskfit.formulas.humidity import heat_index_c
from riskfit.formulas.sun import clear_sky_irradiance_w_m2, cos_zenith

#: Sources of weather, the most trusted first; adding one is a line here and a module.
SOURCES: Final[tuple[Callable[[Asked], Weather | None], ...]] = (
    told_weather,
    weather_in_file,
    device_weather,
    usual_weather,
)
_QUANTITIES: Final = ("air_temperature_c", "relative_humidity_pct", "wind_m_s", "sun_fraction")


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
    weather = _weather_of(
        Asked(course=course, told=told, in_file=in_file, wrist=wrist, indoor=indoor)
    )
    air, humidity, wind, sun = (_best_of(quantity, weather) for quantity in _QUANTITIES)
    return Surroundings(
        air_temperature_c=air.values,
        air_temperature_spread_c=air.source.spread_c,
        temperature_basis=air.source.temperature_basis or air.source.basis,
        relative_humidity_pct=humidity.values,
        humidity_range_pct=humidity.source.humidity_range_pct,
        humidity_basis=humidity.source.basis,
        wind_m_s=np.array([0.0]) if indoor else wind.values,
        wind_basis=basis("indoors", course.indoor_basis) if indoor else wind.source.basis,
        sun_fraction=np.array([0.0]) if indoor else sun.values,
        indoor=indoor,
    )


class Said(Struct, frozen=True, eq=False):
    """A quantity, nan where nobody knows it, and the source it is from."""

    values: FloatArray
    source: Weather


def _best_of(quantity: str, weather: Sequence[Weather]) -> Said:
    """Return a quantity, one of `Weather`, from the first that knows it."""
    for source in weather:
        value = getattr(source, quantity)
        if value is not None:
            return Said(np.atleast_1d(np.asarray(value, dtype=float)), source)
    return Said(np.array([np.nan]), weather[-1])


def _weather_of(asked: Asked) -> list[Weather]:
    """Return what all sources know, the most trusted first."""
    return [weather for source in SOURCES if (weather := source(asked)) is not None]


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
