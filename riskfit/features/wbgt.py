"""Wet-bulb globe temperature along a course, solved for many courses and plans in one call."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray, IntArray
from riskfit.features.basis import Basis, basis
from riskfit.features.course import STEP_S, Course
from riskfit.features.heat import Surroundings, air_columns, mean_so_far
from riskfit.features.results import Column, Columns, known, missing
from riskfit.formulas.heat import wbgt_with_interval_c
from riskfit.formulas.sun import air_pressure_hpa, cos_zenith
from riskfit.origin import Origin
from riskfit.sports import WATER

#: Air and sun do not change faster. [steps]
_EVERY: Final = 10


def heat_columns(course: Course, around: Surroundings) -> Columns:
    """Return the features of the surroundings, means of what had happened so far."""
    (wbgt,) = wbgt_columns([wbgt_question(course, around)])
    return {**air_columns(course, around), "wbgt_c": wbgt}


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
    by_climate = around.temperature_basis.origin is Origin.CLIMATE
    if not around.measured and not by_climate:
        return missing("needs a measured or told temperature, or a place")
    on_land = np.array([leg.sport not in WATER for leg in course.legs])[course.leg]
    if not on_land.any():
        return missing("in the water")
    picks = _wbgt_steps(course, around)
    sky = "unknown" if np.isnan(around.sun_fraction).any() else "told"
    rests_on = basis(f"wbgt_sky_{sky}", around.temperature_basis, around.humidity_basis)
    weather, which, shape = _weather_at(course, around, picks)
    return WbgtQuestion(
        weather=weather,
        which=which,
        shape=shape,
        picks=picks,
        steps=len(course.end_s),
        weights=course.active_s * on_land,
        basis=basis("wbgt_of_climate") if by_climate else rests_on,
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
    return np.append(np.arange(0, last, _EVERY), last)


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
    sun_unknown = np.array([[0.5], [0.0], [1.0]])
    if around.temperature_basis.origin is Origin.CLIMATE:
        # Ten degrees up or down are the range: damp air and full sun would not come on top.
        sun_unknown = np.full((3, 1), 0.5)
    elif around.humidity_range_pct is not None:
        humidity = np.array([humidity[0, 0, 0], *around.humidity_range_pct])[:, None]
    when_s = course.start_s + course.end_s[picks] - STEP_S / 2
    solver = (
        temperature + spread,
        np.clip(humidity, 1, 100),
        cos_zenith(when_s, course.latitude_deg, course.longitude_deg),
        # Half the clear-sky sun, and for the ends shade and full sun, where nobody told.
        np.where(sun < 0, sun_unknown, sun),
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
