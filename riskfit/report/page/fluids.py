"""Fluid balance as a page shows it: what was lost, what was drunk, what next time asks for."""

from collections.abc import Mapping
from typing import Any, Final

from riskfit.activity import PlannedSession
from riskfit.advice.drinking import DrinkingPlan
from riskfit.analysis import Analysis
from riskfit.features.results import Feature
from riskfit.report.words import quantity, range_words

#: Less an hour is not worth a number.
_LEAST_L_H: Final = 0.05


def fluid_view(analysis: Analysis) -> dict[str, Any] | None:
    """Return the balance and the drinking plan, None where the sweat rate is unknown."""
    features, plan = analysis.features, analysis.drinking
    sweat, intake = features["sweat_loss_l"].value, features["fluid_intake_l"].value
    if sweat is None or plan is None:
        return None
    ahead = isinstance(analysis.session, PlannedSession)
    share = None
    if intake is not None and sweat > 0:
        share = round(min(100.0, 100 * intake / sweat), 1)
    loss = features["body_mass_loss_pct"].value
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
        "pairs": [*_measured(features, loss), *_planned(plan, ahead)],
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


def _measured(features: Mapping[str, Feature], loss: float | None) -> list[tuple[str, str]]:
    """Return what the balance is made of, with sources."""
    pairs = []
    for name, title in (
        ("sweat_rate_l_h", "Sweat rate"),
        ("fluid_intake_l", "Drunk"),
        ("body_mass_loss_pct", "Lost at the end"),
        ("device_sweat_loss_l", "Sweat lost, on other evidence"),
        ("sodium_loss_g", "Sodium lost"),
    ):
        feature = features[name]
        if feature.value is None or (name == "body_mass_loss_pct" and loss is None):
            continue
        pairs.append((title, f"{_with_range(feature)}, {feature.source}"))
    return pairs


def _planned(plan: DrinkingPlan, ahead: bool) -> list[tuple[str, str]]:
    """Return the plan: for this session, or for the next one like it."""
    when = "During" if ahead else "In a session like it"
    amount = (
        "by thirst alone"
        if plan.thirst_alone or plan.plan_l_h < _LEAST_L_H
        else f"thirst first; as an orientation up to {plan.plan_l_h:.1f} L an hour"
    )
    pairs = [
        (when, f"{amount}, never more than {min(plan.cap_l_h, plan.sweat_rate_l_h):.1f} L an hour"),
        ("That ends at", f"{plan.loss_pct_at_end:.1f} % below the starting weight"),
        ("Four hours before", _litres(plan.before_l)),
        ("Afterwards", f"{_litres(plan.after_l)}, when the next one is near"),
    ]
    if plan.sodium_mg_h is not None:
        ends = (plan.sodium_mg_h, plan.sodium_low_mg_h or 0.0, plan.sodium_high_mg_h or 0.0)
        value, low, high = (f"{round(end, -1):,.0f}" for end in ends)
        pairs.append(("Sodium lost an hour", f"{value} mg ({low} to {high})"))
    return pairs


def _litres(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.1f} to {ends[1]:.1f} L"
