"""The surroundings: which temperature to believe, humidity, wind, sun, and WBGT from them.

Sources of temperature have a rank: what the user says, the weather in the file or export, a
bike computer or pod, a wrist (lowered, with a wide range), and last an assumption, which
serves the sweat estimate alone: WBGT then stays unknown.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray, IntArray
from riskfit.athlete import Conditions
from riskfit.features.basis import Basis, basis, quoted
from riskfit.features.course import STEP_S, Course
from riskfit.features.results import Column, Columns, known, missing
from riskfit.formulas.heat import ASSUMED_COS_ZENITH, wbgt_with_interval_c
from riskfit.formulas.humidity import heat_index_c
from riskfit.formulas.sun import (
    air_pressure_hpa,
    clear_sky_irradiance_w_m2,
    climate_temperature_c,
    cos_zenith,
    day_of_year,
)
from riskfit.sports import WATER

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
#: WBGT is worked out this often: air and sun do not change faster. [steps]
_WBGT_EVERY: Final = 10


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


def heat_columns(course: Course, around: Surroundings) -> Columns:
    """Return the features of the surroundings, means of what had happened so far."""
    (wbgt,) = wbgt_columns([wbgt_question(course, around)])
    return {**air_columns(course, around), "wbgt_c": wbgt}


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


class WbgtQuestion(Struct, frozen=True, kw_only=True, eq=False):
    """WBGT of one course, still to be worked out.

    Attributes
    ----------
    weather : ndarray
        Temperature, humidity, height of the sun, sun, wind, pressure, indoors; for each of them
        kinds of weather x middle, low end and high end x steps picked.
    which : ndarray of int
        The kind of each plan.
    shape : tuple of int
        That of the answer: plans, if there are several, x steps picked.
    picks, steps, weights : ndarray of int, int, ndarray
        The steps picked, how many there are, and the time under way in each. [-, -, s]
    """

    weather: FloatArray
    which: IntArray
    shape: tuple[int, ...]
    picks: IntArray
    steps: int
    weights: FloatArray
    basis: Basis


def wbgt_question(course: Course, around: Surroundings) -> WbgtQuestion | Column:
    """Return what WBGT hangs on, or the column that says why there is none."""
    if not around.measured:
        return missing("needs a measured or told temperature")
    on_land = np.isin(np.arange(len(course.legs)), _water_legs(course), invert=True)[course.leg]
    if not on_land.any():
        return missing("in the water")
    picks = _wbgt_steps(course, around)
    sky = "unknown" if np.isnan(around.sun_fraction).any() else "told"
    weather, which, shape = _weather_at(course, around, picks)
    return WbgtQuestion(
        weather=weather,
        which=which,
        shape=shape,
        picks=picks,
        steps=len(course.end_s),
        weights=course.active_s * on_land,
        basis=basis(f"wbgt_sky_{sky}", around.temperature_basis, around.humidity_basis),
    )


def wbgt_columns(questions: Sequence[WbgtQuestion | Column]) -> list[Column]:
    """Answer many questions at once, the mean so far with the range that is left open.

    The solver's price is per call and hardly per row, and no row's result hangs on the others.
    """
    asked = [one.weather for one in questions if isinstance(one, WbgtQuestion)]
    if not asked:
        return [one for one in questions if isinstance(one, Column)]
    *weather, pressure, indoor = np.concatenate([one.reshape(len(one), -1) for one in asked], 1)
    temperature, humidity, height, sun, wind = weather
    solved = np.stack(
        wbgt_with_interval_c(
            temperature,
            humidity,
            cos_zenith=height,
            sun_fraction=sun,
            wind_m_s=wind,
            indoor=indoor > 0,
            pressure_hpa=pressure,
        )
    )
    ends = np.cumsum([one[0].size for one in asked])
    answers = iter(np.split(solved, ends[:-1], axis=1))
    return [one if isinstance(one, Column) else _answered(one, next(answers)) for one in questions]


def _answered(question: WbgtQuestion, solved: FloatArray) -> Column:
    """Spread the solver's rows over the plans and steps they stand for, and average."""
    value, low, high = solved.reshape(3, *question.weather.shape[1:])
    middle_c, low_c, high_c = (
        mean_so_far(
            between_steps(
                bound[question.which].reshape(question.shape), question.picks, question.steps
            ),
            question.weights,
        )
        for bound in (value[:, 0], low[:, 1], high[:, 2])
    )
    return known(middle_c, question.basis, low_c, high_c)


def _wbgt_steps(course: Course, around: Surroundings) -> IntArray:
    """Return the steps to work WBGT out at; one where nothing changes along the session."""
    last = len(course.end_s) - 1
    given = (around.air_temperature_c, around.relative_humidity_pct, around.wind_m_s)
    steady = all(values.shape[-1] == 1 for values in (*given, around.sun_fraction))
    if steady and (around.indoor or not np.isfinite(course.latitude_deg)):
        return np.array([last])
    return np.append(np.arange(0, last, _WBGT_EVERY), last)


def _weather_at(
    course: Course, around: Surroundings, picks: IntArray
) -> tuple[FloatArray, IntArray, tuple[int, ...]]:
    """Return a question's weather, which and shape; equal rows of weather only once."""
    weather = [
        values[..., picks] if values.shape[-1] > 1 else values
        for values in (
            around.air_temperature_c,
            around.relative_humidity_pct,
            around.wind_m_s,
            np.nan_to_num(around.sun_fraction, nan=-1.0),
        )
    ]
    # Plans of a what-if share their weather more often than not; nan would equal nothing.
    rows = np.atleast_2d(np.concatenate(np.broadcast_arrays(*_same_rows(weather)), axis=-1))
    kinds, which = rows, np.array([0])
    if len(rows) > 1:
        kinds, which = np.unique(rows, axis=0, return_inverse=True)
    temperature, humidity, wind, sun = np.split(kinds[:, None, :], 4, axis=-1)
    spread = np.array([0.0, -1.0, 1.0])[:, None] * around.air_temperature_spread_c
    if around.humidity_range_pct is not None:
        humidity = np.array([humidity[0, 0, 0], *around.humidity_range_pct])[:, None]
    when_s = course.start_s + course.end_s[picks] - STEP_S / 2
    solver = (
        temperature + spread,
        np.clip(humidity, 1, 100),
        cos_zenith(when_s, course.latitude_deg, course.longitude_deg),
        # Half the clear-sky sun, and for the ends shade and full sun, where nobody told.
        np.where(sun < 0, np.array([[0.5], [0.0], [1.0]]), sun),
        wind,
        air_pressure_hpa(0.0 if np.isnan(course.altitude_m) else course.altitude_m),
        np.array(float(around.indoor)),
    )
    shape = (*np.broadcast_shapes(*(values.shape[:-1] for values in weather)), len(picks))
    return np.stack(np.broadcast_arrays(*solver)), which.reshape(-1), shape


def _same_rows(weather: list[FloatArray]) -> list[FloatArray]:
    """Give every quantity the same number of steps."""
    width = max(values.shape[-1] for values in weather)
    return [np.broadcast_to(values, (*values.shape[:-1], width)) for values in weather]


def between_steps(values: FloatArray, picks: IntArray, steps: int) -> FloatArray:
    """Return values known at some steps for all of them, straight lines between."""
    if len(picks) == 1:
        return np.broadcast_to(values, (*values.shape[:-1], steps))
    wanted = np.arange(steps)
    left = np.clip(np.searchsorted(picks, wanted, side="right") - 1, 0, len(picks) - 2)
    share = (wanted - picks[left]) / (picks[left + 1] - picks[left])
    return np.asarray(values[..., left] * (1 - share) + values[..., left + 1] * share)


def _water_legs(course: Course) -> list[int]:
    return [index for index, leg in enumerate(course.legs) if leg.sport in WATER]


def _first(*values: float | None) -> float | None:
    """Return the first that is known."""
    return next((value for value in values if value is not None), None)
