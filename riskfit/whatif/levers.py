"""What a plan can be changed by: each lever's settings, from the least change to the most."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit._common import DAY_S, FloatArray
from riskfit.advice.drinking import has_plan
from riskfit.advice.limits import (
    fluid_limited_by,
    leaves_time_to_drink,
    overdrinks_easily,
    thirst_reasons,
)
from riskfit.formulas.fluid import drink_ceiling_l_h, drink_floor_l_h
from riskfit.whatif.baseline import Case, Scored

#: Steps of the levers: 5 min, 1 % of threshold, 0.05 L/h; hours and days are whole.
_STEP_S: Final = 300.0
_STEP_FRACTION: Final = 0.01
_STEP_L_H: Final = 0.05
#: How far they go: nobody plans less than these (assumptions).
_SHORTEST_S: Final = 1200.0
_SHORTEST_SHARE: Final = 0.25
_EASIEST_FRACTION: Final = 0.45
_MOST_HOURS: Final = 12
#: Levers that move the start: each start is a table of its own.
MOVING: Final = frozenset({"hour", "rest_day"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lever:
    """Settings from the least change to the most; ``costs`` in the lever's unit."""

    values: FloatArray
    costs: FloatArray


def levers(case: Case, base: Scored) -> tuple[dict[str, Lever], dict[str, str]]:
    """Return the levers of a case, and those that cannot be had with the reason.

    Parameters
    ----------
    case : Case
    base : Scored
        The plan as it is.
    """
    race = bool(case.conditions.race) or case.model.context(case.context).event
    made = {
        "shorter": "a race has its length" if race else _shorter(case),
        "easier": _easier(base),
        "hour": "a race has its start" if race else _hours(case),
        "rest_day": "a race has its day" if race else _rest_day(case),
        "drink": _drink(case, base, drunk_l_h(case, base)),
    }
    return (
        {name: lever for name, lever in made.items() if isinstance(lever, Lever)},
        {name: reason for name, reason in made.items() if isinstance(reason, str)},
    )


def _shorter(case: Case) -> Lever | str:
    planned = case.plan.duration_s
    least = max(_SHORTEST_S, _SHORTEST_SHARE * planned)
    steps = np.arange(1.0, int((planned - least) / _STEP_S + 1e-9) + 1)
    if not len(steps):
        return "it is short already"
    values = np.asarray(planned - _STEP_S * steps)
    return Lever(values=values, costs=planned - values)


def _easier(base: Scored) -> Lever | str:
    fraction = float(base.values["intensity_factor"][0])
    steps = int((fraction - _EASIEST_FRACTION) / _STEP_FRACTION + 1e-9)
    if steps < 1:
        return "it is easy already"
    costs = np.asarray(_STEP_FRACTION * np.arange(1.0, steps + 1))
    return Lever(values=np.asarray(1 - costs / fraction), costs=costs)


def _hours(case: Case) -> Lever | str:
    plan, forecast = case.plan, case.forecast
    if forecast is None:
        return "needs --forecast FILE: nothing says how the hours differ"
    offsets = []
    for hours in sorted(range(-_MOST_HOURS, _MOST_HOURS + 1), key=lambda h: (abs(h), h)):
        start = case.start_s + 3600.0 * hours
        # Who told no start means now, and nobody starts earlier than that.
        possible = hours > 0 or (hours < 0 and plan.start_time is not None)
        if possible and forecast.covers(start, start + plan.duration_s):
            offsets.append(float(hours))
    if not offsets:
        return "the forecast holds no other hour for it"
    moved = np.array(offsets)
    return Lever(values=case.start_s + 3600 * moved, costs=np.abs(moved))


def _rest_day(case: Case) -> Lever | str:
    if not len(case.history):
        return "needs your history: nothing says how tired you are"
    start, plan = case.start_s + DAY_S, case.plan
    if case.forecast is not None and not case.forecast.covers(start, start + plan.duration_s):
        return "the forecast does not reach the day after"
    return Lever(values=np.array([start]), costs=np.array([1.0]))


def _drink(case: Case, base: Scored, now_l_h: float) -> Lever | str:
    """Drink more, up to the plan's floor: it hangs on sweat, never on the score."""
    if drinking_limited(case):
        return "how much to drink is a question for your doctor"
    most = float(plan_l_h(case, base)[0])
    if not most:
        return "thirst decides: there is no drinking plan for it"
    if most <= now_l_h + 1e-9:
        return "what is drunk is the drinking plan, or more"
    first = (np.floor(now_l_h / _STEP_L_H + 1e-9) + 1) * _STEP_L_H
    values = np.append(np.arange(first, most - 1e-9, _STEP_L_H), most)
    return Lever(values=values, costs=values - now_l_h)


def drunk_l_h(case: Case, base: Scored) -> float:
    """Return what is drunk as the plan stands, told or assumed [L/h]."""
    told = case.conditions.fluid_l_h
    if told is not None:
        return told
    return float(60 * base.values["fluid_intake_l"][0] / base.values["duration_min"][0])


def plan_l_h(case: Case, scored: Scored) -> FloatArray:
    """Return the floor of each variant's drinking plan, 0 where there is no plan [L/h]."""
    values, minutes = scored.values, scored.values["duration_min"]
    least = drink_floor_l_h(values["sweat_rate_l_h"], values["body_mass_kg"], minutes / 60)
    planned = has_plan(minutes, least, _careful(case, scored)) & (not drinking_limited(case))
    return np.where(planned, least, 0.0)


def ceiling_l_h(case: Case, scored: Scored) -> FloatArray:
    """Return what nobody should drink more of in each variant [L/h]."""
    hours = scored.values["duration_min"] / 60
    return drink_ceiling_l_h(scored.values["sweat_rate_l_h"], hours, _careful(case, scored))


def drinking_limited(case: Case) -> bool:
    """Say whether drinking is a doctor's matter and nothing to vary."""
    return bool(fluid_limited_by({}, case.athlete))


def _careful(case: Case, scored: Scored) -> NDArray[np.bool_]:
    """Say which variants are of somebody who overdrinks easily."""
    values = scored.values
    person = {name: float(values[name][0]) for name in ("male_sex", "body_mass_kg")}
    slow = leaves_time_to_drink(values["speed_avg_km_h"], values["duration_min"])
    return slow | overdrinks_easily(thirst_reasons(person, case.athlete))
