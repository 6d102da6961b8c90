"""What to tell: open inputs, ranked by how much each would narrow the interval."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.features.fluids import DRINK_SODIUM_MG_L
from riskfit.features.plan.table import drinking_retold, weather_retold
from riskfit.features.results import Columns
from riskfit.formulas.fluid import SODIUM_MMOL_L
from riskfit.scoring.kernel import Scores
from riskfit.whatif.baseline import Case, score_columns, score_variants

#: Below this nobody needs to be asked. [points]
_LEAST: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInput:
    """Something nobody told, or only as a range.

    Attributes
    ----------
    key : str
        The option or profile key that sets it.
    question : str
    narrows : float
        By how much the interval (its half-width) would shrink. [points]
    rules : tuple of str
        What it would settle.
    assumed : str or None
        What stands in for it now, None where the usual does.
    """

    key: str
    question: str
    narrows: float
    rules: tuple[str, ...]
    assumed: str | None = None


def open_inputs(case: Case) -> tuple[OpenInput, ...]:
    """Return what would narrow the interval, the most telling first."""
    scores = score_variants(case, detail=True).scores
    if not np.isfinite(scores.score[0]) or scores.uncertainty is None:
        return ()
    found = _unknown(case, scores) + _assumed(case, scores)
    found = [one for one in found if one.narrows >= _LEAST]
    return tuple(sorted(found, key=lambda one: -one.narrows))


def _half_width(case: Case, points: FloatArray) -> float:
    """Return the interval's half-width from the rules' uncertainties [points]."""
    adding = {group.id for group in case.model.groups if group.errors_add}
    together = np.array([rule.group in adding for rule in case.model.rules])
    variance = float((points[~together] ** 2).sum()) + float(points[together].sum()) ** 2
    return float(case.model.settings.interval_z * variance**0.5)


def _unknown(case: Case, scores: Scores) -> list[OpenInput]:
    """Return the inputs of unknown rules; one answer may settle several."""
    points = np.asarray(scores.uncertainty)[0]
    columns = case.table.columns
    whole = _half_width(case, points)
    answers: dict[str, list[int]] = {}
    context = case.model.context(case.context).id
    for number, rule in enumerate(case.model.rules):
        here = (columns[measure.feature] for measure in rule.measures(context))
        known = any(np.isfinite(column.values[..., -1]).all() for column in here)
        if known or rule.recorded_only or context in rule.not_for:
            continue
        answers.setdefault(rule.settled_by, []).append(number)
    found = []
    for key, numbers in answers.items():
        left = points.copy()
        left[numbers] = 0.0
        rules = [case.model.rules[number] for number in numbers]
        found.append(
            OpenInput(
                key=key,
                question=rules[int(np.argmax(points[numbers]))].question,
                narrows=whole - _half_width(case, left),
                rules=tuple(rule.id for rule in rules),
            )
        )
    return found


def _assumed(case: Case, scores: Scores) -> list[OpenInput]:
    """Return the inputs that stand on an assumption, and how wide it is without."""
    points = np.asarray(scores.uncertainty)[0]
    whole = _half_width(case, points)
    now = {
        name: float(case.table.columns[name].values[..., -1].flat[0])
        for name in ("duration_min", "fluid_intake_l", "air_temperature_c", "relative_humidity_pct")
    }
    found = []
    for key, question, where, name, value, words in _questions(case, now):
        asked = getattr(case.athlete if where == "athlete" else case.conditions, name)
        if asked is not None or not np.isfinite(value):
            continue
        columns = _told(case, where, name, value)
        new = np.asarray(score_columns(case, columns, detail=True).scores.uncertainty)[0]
        rules = tuple(
            rule.id
            for rule, before, after in zip(case.model.rules, points, new, strict=True)
            if after < before - 1e-9
        )
        narrows = whole - _half_width(case, new)
        found.append(
            OpenInput(key=key, question=question, narrows=narrows, rules=rules, assumed=words)
        )
    return found


def _told(case: Case, where: str, name: str, value: float) -> Columns:
    """Return the plan's columns as if what is assumed had been told."""
    changed: dict[str, Any] = {name: value}
    if where == "athlete":
        athlete = replace(case.athlete, **changed)
        return drinking_retold(case.planning, case.table, athlete, case.conditions)
    conditions = replace(case.conditions, **changed)
    if where == "drinking":
        return drinking_retold(case.planning, case.table, case.athlete, conditions)
    return weather_retold(case.planning, case.table, conditions)


_Question = tuple[str, str, str, str, float, str]


def _questions(case: Case, now: dict[str, float]) -> list[_Question]:
    """Return what can be asked: key, question, where it goes, and what is assumed now."""
    drunk = now["fluid_intake_l"] / max(now["duration_min"] / 60, 1e-9)
    air, humidity = now["air_temperature_c"], now["relative_humidity_pct"]
    nowhere = float("nan")
    sun = 0.5
    if case.forecast is not None:
        air = humidity = sun = nowhere
    if case.conditions.indoor or case.table.around.indoor:
        sun = nowhere
    drinking, weather, athlete = "drinking", "weather", "athlete"
    drink = (drunk if drunk > 0 else nowhere, "half of what you sweat")
    sodium = (DRINK_SODIUM_MG_L, "half a sports drink's sodium")
    sweat = (1.0, "as much as others at this effort")
    salt = (SODIUM_MMOL_L, "as salty as others'")
    degrees, per_cent = (air, f"{air:.0f} °C"), (humidity, f"{humidity:.0f} %")
    return [
        ("--fluid", "How much will you drink?", drinking, "fluid_l_h", *drink),
        ("--drink-sodium", "What will be in the drink?", drinking, "drink_sodium_mg_l", *sodium),
        ("--temp", "How warm will it be?", weather, "air_temperature_c", *degrees),
        ("--humidity", "How humid will it be?", weather, "relative_humidity_pct", *per_cent),
        ("--sun", "Sun or shade?", weather, "sun_fraction", sun, "half the clear-sky sun"),
        ("riskfit weigh-in", "How much do you really sweat?", athlete, "sweat_factor", *sweat),
        (
            "profile sweat_sodium_mmol_l",
            "How salty is your sweat?",
            athlete,
            "sweat_sodium_mmol_l",
            *salt,
        ),
    ]
