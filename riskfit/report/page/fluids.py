"""Fluid balance as a page shows it: what was lost, what was drunk, what next time asks for."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from msgspec.structs import asdict

from riskfit.activity import PlannedSession
from riskfit.advice.drinking import DrinkingPlan, written
from riskfit.analysis import Analysis
from riskfit.features.results import Feature
from riskfit.report.words import quantity, range_words


def fluid_view(analysis: Analysis) -> dict[str, Any] | None:
    """Return the balance and the drinking plan, None where the sweat rate is unknown."""
    features, plan = analysis.features, analysis.drinking
    sweat, intake = features["sweat_loss_l"].value, features["fluid_intake_l"].value
    if sweat is None or plan is None:
        return None
    if plan.kind == "limited":
        return {"sentence": "", "share": None, "pairs": [], "caps": plan.caps}
    ahead = isinstance(analysis.session, PlannedSession)
    share = None
    if intake is not None and sweat > 0:
        share = round(min(100.0, 100 * intake / sweat), 1)
    net = None if intake is None else sweat - intake
    return {
        "sentence": _sentence(features, ahead),
        "share": share,
        "drunk": "" if intake is None else quantity(intake, "L"),
        "net": "" if net is None else quantity(net, "L"),
        "words": ""
        if intake is None or net is None
        else f"Of {quantity(sweat, 'L')} of sweat {quantity(intake, 'L')} drunk, "
        f"{quantity(net, 'L')} not replaced",
        "pairs": [*_measured(features, plan), *_planned(plan, ahead)],
        "caps": plan.caps,
    }


def _sentence(features: Mapping[str, Feature], ahead: bool) -> str:
    sweat, loss = features["sweat_loss_l"], features["body_mass_loss_pct"]
    text = f"{'You will sweat' if ahead else 'You sweated'} about {_with_range(sweat)}"
    if loss.value is not None:
        text += (
            f"; with what is drunk that is {_with_range(loss).replace('body mass', 'of body mass')}"
        )
        text += " lost at the end" if loss.value >= 0 else ": a gain, which is dangerous"
    return text + "."


def _with_range(feature: Feature) -> str:
    value = quantity(feature.value or 0.0, feature.unit)
    ends = range_words(feature)
    return f"{value} ({ends})" if ends else value


def _measured(features: Mapping[str, Feature], plan: DrinkingPlan) -> list[tuple[str, str]]:
    """Return what the balance is made of, with sources; no sodium where salt is limited."""
    pairs = []
    for name, title in (
        ("sweat_rate_l_h", "Sweat rate"),
        ("fluid_intake_l", "Drunk"),
        ("body_mass_loss_pct", "Lost at the end"),
        ("device_sweat_loss_l", "Sweat lost, on other evidence"),
        ("sodium_loss_g", "Sodium lost"),
    ):
        feature = features[name]
        if feature.value is None or (name == "sodium_loss_g" and plan.salt_limited):
            continue
        pairs.append((title, f"{_with_range(feature)}, {feature.source}"))
    return pairs


def _planned(plan: DrinkingPlan, ahead: bool) -> list[tuple[str, str]]:
    """Return the plan: for this session, or for the next one like it."""
    amounts, during = written(asdict(plan)), "During" if ahead else "In a session like it"
    pairs = []
    if plan.kind != "nothing":
        pairs.append((during, _during(plan, amounts)))
    end = "With the least of that you end" if "floor_l_h" in amounts else "You then end"
    for title, text in (
        (end, "{loss_pct_at_end} % below the starting weight"),
        ("Four hours before", "{before_low_ml} to {before_high_ml} mL"),
        ("Afterwards", "{after_low_l} to {after_high_l} L, when the next one is near"),
        ("Sodium lost an hour", "{sodium_mg_h} mg ({sodium_low_mg_h} to {sodium_high_mg_h})"),
    ):
        with suppress(KeyError):  # an amount that is not given
            pairs.append((title, text.format(**amounts)))
    return pairs


def _during(plan: DrinkingPlan, amounts: Mapping[str, str]) -> str:
    """Say how to drink: floors as floors, ceilings as ceilings."""
    words = ["thirst first" if plan.kind == "plan" else "by thirst alone"]
    if "floor_l_h" in amounts:
        words.append(f"at least {amounts['floor_l_h']} L an hour")
    if "ceiling_l_h" in amounts:
        words.append(f"no more than {amounts['ceiling_l_h']} L an hour")
    return ", ".join(words)
