"""What to tell: open inputs, ranked by how much each would narrow the interval."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from riskfit.features.planned import planned_columns, prepare
from riskfit.features.table import FloatArray
from riskfit.scoring import Scores
from riskfit.whatif.case import Case, score_variants

#: Below this nobody needs to be asked. [points]
_LEAST: Final = 0.05


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
    columns, _ = planned_columns(case.planning)
    whole = _half_width(case, points)
    answers: dict[str, list[int]] = {}
    context = case.model.context(case.context).id
    for number, rule in enumerate(case.model.rules):
        column = columns[rule.feature]
        known = np.isfinite(column.values[..., -1]).all()
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
    whole = _half_width(case, np.asarray(scores.uncertainty)[0])
    values = {name: column.values for name, column in planned_columns(case.planning)[0].items()}
    conditions, athlete = case.conditions, case.athlete
    now: dict[str, float] = {
        name: float(array[..., -1].flat[0]) for name, array in values.items() if array.size
    }
    found = []
    for key, question, where, field, value, words in _questions(case, now):
        asked = getattr(conditions if where == "conditions" else athlete, field)
        if asked is not None or not np.isfinite(value):
            continue
        changed: dict[str, Any] = {field: value}
        told = replace(conditions, **changed) if where == "conditions" else conditions
        person = replace(athlete, **changed) if where == "athlete" else athlete
        planning = prepare(case.plan, person, told, case.history, forecast=case.forecast)
        new = score_variants(case, planning=planning, detail=True).scores
        narrower = whole - _half_width(case, np.asarray(new.uncertainty)[0])
        moved = np.abs(np.asarray(new.uncertainty)[0] - np.asarray(scores.uncertainty)[0]) > 1e-9
        rules = tuple(rule.id for rule, here in zip(case.model.rules, moved, strict=True) if here)
        found.append(
            OpenInput(key=key, question=question, narrows=narrower, rules=rules, assumed=words)
        )
    return found


_Question = tuple[str, str, str, str, float, str]


def _questions(case: Case, now: dict[str, float]) -> list[_Question]:
    """Return what can be asked: key, question, where it goes, and what is assumed now."""
    hours = max(now["duration_min"] / 60, 1e-9)
    drunk = now["fluid_intake_l"] / hours
    if drunk <= 0:
        drunk = float("nan")
    air, humidity, wind = (
        now[name] for name in ("air_temperature_c", "relative_humidity_pct", "wind_m_s")
    )
    forecast = case.forecast is not None
    outdoors = not (case.conditions.indoor or forecast)
    nowhere = float("nan")
    return [
        (
            "--fluid",
            "How much will you drink?",
            "conditions",
            "fluid_l_h",
            drunk,
            "half of what you sweat",
        ),
        (
            "--drink-sodium",
            "What will be in the drink?",
            "conditions",
            "drink_sodium_mg_l",
            230.0,
            "230 mg/L, half a sports drink",
        ),
        (
            "--temp",
            "How warm will it be?",
            "conditions",
            "air_temperature_c",
            nowhere if forecast else air,
            f"{air:.0f} °C",
        ),
        (
            "--humidity",
            "How humid will it be?",
            "conditions",
            "relative_humidity_pct",
            nowhere if forecast else humidity,
            f"{humidity:.0f} %",
        ),
        (
            "--sun",
            "Sun or shade?",
            "conditions",
            "sun_fraction",
            0.5 if outdoors else nowhere,
            "half the clear-sky sun",
        ),
        (
            "--wind",
            "How windy?",
            "conditions",
            "wind_m_s",
            wind if outdoors else nowhere,
            f"{wind:.0f} m/s",
        ),
        (
            "riskfit weigh-in",
            "How much do you really sweat?",
            "athlete",
            "sweat_factor",
            1.0,
            "as much as others at this effort",
        ),
        (
            "profile sweat_sodium_mmol_l",
            "How salty is your sweat?",
            "athlete",
            "sweat_sodium_mmol_l",
            36.0,
            "36 mmol/L",
        ),
    ]
