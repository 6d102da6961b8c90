"""One quantity varied from one value to another: a score for each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.errors import InputError
from riskfit.features.plan.effort import Effort
from riskfit.features.plan.table import Variants
from riskfit.features.results import Feature
from riskfit.formulas.effort import bike_power_w, bike_speed_m_s
from riskfit.sports import BIKE
from riskfit.whatif.baseline import Case, Scored, held_sessions, score_variants, starting
from riskfit.whatif.levers import ceiling_l_h, drinking_limited

#: What can be varied, and the unit of its values.
UNITS: Final[dict[str, str]] = {
    "duration": "s",
    "temp": "°C",
    "humidity": "%",
    "wind": "m/s",
    "sun": "share of clear-sky sun",
    "intensity": "fraction of threshold",
    "speed": "m/s",
    "power": "W",
    "fluid": "L/h",
    "start": "POSIX s",
}
_WEATHER: Final = {
    "temp": "air_temperature_c",
    "humidity": "relative_humidity_pct",
    "wind": "wind_m_s",
    "sun": "sun_fraction",
}
_MOST_ROWS: Final = 20_000
#: How far curves go around the plan, and in what steps (a choice of what can be looked over).
_DURATION_SHARES: Final = (0.4, 1.6)
_DURATION_STEP_S: Final = 300.0
_TEMPERATURE_ROUND_C: Final = 12.0
_INTENSITY: Final = (0.5, 1.1)
#: Values on each curve, about: enough for its bends to show.
_VALUES: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sweep:
    """Scores of a plan with one quantity varied, a row a value.

    ``causes`` holds the points of each cause: a what-if reports by cause, never by rule.
    """

    key: str
    unit: str
    values: FloatArray
    score: FloatArray
    low: FloatArray
    high: FloatArray
    session: FloatArray
    causes: dict[str, FloatArray]
    bands: tuple[str | None, ...]


def sweep(case: Case, key: str, values: FloatArray) -> Sweep:
    """Score a plan with one quantity at each of several values.

    Parameters
    ----------
    case : Case
    key : str
        One of `UNITS`.
    values : ndarray
        In that unit; ``start`` needs a forecast, because only the weather makes the difference,
        and ``fluid`` ends at the ceiling of the plan as it stands.
    """
    values = np.asarray(values, dtype=float)
    if key not in UNITS:
        raise InputError(f"cannot vary {key!r}: give one of {', '.join(UNITS)}")
    if not 0 < len(values) <= _MOST_ROWS:
        raise InputError(f"{key} would take {len(values)} values: give 1 to {_MOST_ROWS:,}")
    if key == "fluid":
        values = _below_ceiling(case, values)
    scored = _starts(case, values) if key == "start" else [_varied(case, key, values)]
    table = [one.scores for one in scored]
    score = np.concatenate([one.score for one in table])
    return Sweep(
        key=key,
        unit=UNITS[key],
        values=values,
        score=score,
        low=np.concatenate([one.low for one in table]),
        high=np.concatenate([one.high for one in table]),
        session=np.concatenate([one.parts["session"].points for one in table]),
        causes={
            cause: np.concatenate([one.causes[cause] for one in table]) for cause in table[0].causes
        },
        bands=tuple(
            case.model.band(value) if np.isfinite(value) else None for value in score.tolist()
        ),
    )


def usual_sweeps(case: Case, features: Mapping[str, Feature]) -> tuple[Sweep, ...]:
    """Vary duration, air temperature and intensity around a plan.

    Drinking is not among them: a curve that falls with it would pass for advice to drink more.

    Parameters
    ----------
    case : Case
    features : mapping of str to Feature
        The plan's own.

    Returns
    -------
    tuple of Sweep
        Those there are; what is not known cannot be varied around.
    """
    planned_s = case.plan.duration_s
    low_s, high_s = (share * planned_s for share in _DURATION_SHARES)
    step_s = _DURATION_STEP_S * max(1, round((high_s - low_s) / _VALUES / _DURATION_STEP_S))
    durations = np.unique(
        np.append(np.arange(np.ceil(low_s / step_s) or 1, high_s / step_s + 1) * step_s, planned_s)
    )
    found = [sweep(case, "duration", durations)]
    temperature = features["air_temperature_c"].value
    if temperature is not None:
        around = np.arange(-_TEMPERATURE_ROUND_C, _TEMPERATURE_ROUND_C + 1)
        found.append(sweep(case, "temp", np.clip(temperature + around, -40.0, 50.0)))
    intensity = features["intensity_factor"].value
    if intensity is not None:
        shares = np.append(np.linspace(*_INTENSITY, _VALUES), intensity)
        found.append(sweep(case, "intensity", np.unique(shares)))
    return tuple(found)


def _varied(case: Case, key: str, values: FloatArray) -> Scored:
    """Score the variants of a quantity that all of them can share one table for."""
    if key in _WEATHER:
        return score_variants(case, _weather(_WEATHER[key], values))
    if key == "duration":
        return score_variants(case, Variants(duration_s=_above_zero(key, values)))
    if key == "fluid":
        return score_variants(case, Variants(fluid_l_h=values))
    return _efforts(case, key, _above_zero(key, values))


def _weather(name: str, values: FloatArray) -> Variants:
    changed: dict[str, Any] = {name: values}
    return replace(Variants(), **changed)


def _efforts(case: Case, key: str, values: FloatArray) -> Scored:
    """Score intensities as factors on the plan's own; time and steepness stay."""
    effort, planning = case.planning.effort, case.planning
    if key == "intensity" and effort.main_kind == "heart rate":
        # Beats are no multiple of a share of threshold: the plan is told by that instead.
        told = replace(
            case.plan, heart_rate_bpm=None, intensity_fraction=float(values[0]), segments=()
        )
        planning = case.at(told)
        effort = planning.effort
    base = _base(effort, key)
    if base is None:
        raise InputError(
            f"{key} says nothing of this {case.plan.sport}: vary intensity, or duration"
        )
    factor = values / base
    if key == "speed" and effort.sport in BIKE:
        mass_kg, watts = effort.person.mass_kg, float(effort.value.max())
        flat = bike_speed_m_s(watts, mass_kg)
        factor = bike_power_w(flat * factor, mass_kg) / watts
    return score_variants(case, Variants(effort_factor=factor), planning=planning)


def _base(effort: Effort, key: str) -> float | None:
    """Return the plan's own mean of what is to be varied, None where it has none."""
    kind, seconds = effort.main_kind, np.diff(effort.edges_s)
    rates = effort.rates()
    order = effort.order
    mean = float(np.average(rates.fraction[0] ** order, weights=seconds) ** (1 / order))
    speed = float(np.average(rates.speed_m_s[0], weights=seconds))
    if key == "intensity":
        hour = effort.capacity.speed_m_s if kind == "pace" else effort.capacity.power_w
        return mean if kind == "fraction" else mean * effort.threshold() / hour
    if key == "power":
        return mean * effort.threshold() if kind == "power" else None
    return speed if kind in ("pace", "power") and np.isfinite(speed) else None


def _starts(case: Case, values: FloatArray) -> list[Scored]:
    """Score other hours of the forecast; the habits of four weeks are held fixed."""
    if case.forecast is None:
        raise InputError(
            "start can only be varied with --forecast FILE (hour,temp,humidity,wind,cloud): "
            "without it nothing says how the hours differ"
        )
    held = held_sessions(case)
    return [
        score_variants(case, planning=case.at(starting(case.plan, second)), held=held)
        for second in values.tolist()
    ]


def _below_ceiling(case: Case, values: FloatArray) -> FloatArray:
    """Return the drinking to try; a curve ends at the ceiling, as nobody should drink more."""
    if drinking_limited(case):
        raise InputError("how much to drink is a question for your doctor: it is not varied")
    most = float(ceiling_l_h(case, score_variants(case))[0])
    return np.unique(np.minimum(values, most))


def _above_zero(key: str, values: FloatArray) -> FloatArray:
    if not (values > 0).all():
        raise InputError(f"{key} must be above zero throughout")
    return values
