"""A planned session's part of the JSON document: the plan, what-ifs, changes."""

from dataclasses import asdict
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from riskfit._common import utc_text
from riskfit.report.json.encoding import number, numbers
from riskfit.report.words import duration_words

if TYPE_CHECKING:
    from riskfit.whatif.answer import Answer
    from riskfit.whatif.baseline import Case
    from riskfit.whatif.changes import Change, Changes
    from riskfit.whatif.near_sessions import NearSession
    from riskfit.whatif.open_inputs import OpenInput
    from riskfit.whatif.sweeps import Sweep

#: The documents' caveat on drinking, said wherever drinking is offered as a lever.
DRINKING_CAVEAT: Final = (
    "That losing fluid causes cramps is largely theoretical: drink for what you sweat, not for "
    "the score, and never more than the drinking plan."
)
LEVER_NAMES: Final = {
    "shorter": "shorter",
    "easier": "easier",
    "hour": "at another hour",
    "rest_day": "a rest day first",
    "drink": "following the drinking plan",
}


def answer_entry(found: "Answer") -> dict[str, Any]:
    """Return all that a document says of a plan beside its score."""
    changes = found.changes
    return {
        "plan": plan_entry(found.case, found.open_inputs, found.near),
        "what_if": [sweep_entry(one) for one in found.sweeps],
        "changes": None if changes is None else changes_entry(found.case, changes),
    }


def plan_entry(
    case: "Case", open_inputs: "tuple[OpenInput, ...]", near: "tuple[NearSession, ...]"
) -> dict[str, Any]:
    """Return the plan as it was understood, what it rests on, and what would narrow it."""
    plan, effort = case.plan, case.planning.effort
    return {
        "sport": plan.sport,
        "sub_sport": plan.sub_sport,
        "name": plan.name,
        "start_time": utc_text(case.start_s),
        "duration_s": plan.duration_s,
        "distance_m": plan.distance_m,
        "ascent_m": plan.ascent_m,
        "descent_m": plan.descent_m,
        "intensity": {
            "kind": effort.main_kind,
            "source": effort.source,
            "origin": effort.basis.origin,
            "segments": [
                {"duration_s": float(end - start), "kind": str(kind), "value": float(value)}
                for start, end, kind, value in zip(
                    effort.edges_s[:-1], effort.edges_s[1:], effort.kind, effort.value, strict=True
                )
            ],
        },
        "forecast": case.forecast is not None,
        "history": {
            "sessions": int((case.history.start_s < case.start_s).sum()),
            "covered_days": float(case.planning.recovery.covered_days[0]),
        },
        "tell": [asdict(one) | {"rules": list(one.rules)} for one in open_inputs],
        "nearest": [_near(one) for one in near],
    }


def _near(one: "NearSession") -> dict[str, Any]:
    fields = asdict(one)
    return {"start_time": utc_text(fields.pop("start_s")), **fields}


def sweep_entry(sweep: "Sweep") -> dict[str, Any]:
    """Return one what-if: a number a value, points by cause."""
    values: list[Any] = sweep.values.tolist()
    if sweep.key == "start":
        values = [utc_text(value) for value in values]
    return {
        "vary": sweep.key,
        "unit": sweep.unit if sweep.key != "start" else "time",
        "values": values,
        "score": numbers(sweep.score),
        "low": numbers(sweep.low),
        "high": numbers(sweep.high),
        "session": numbers(sweep.session),
        "band": list(sweep.bands),
        "causes": {cause: numbers(points) for cause, points in sweep.causes.items()},
    }


def changes_entry(case: "Case", changes: "Changes") -> dict[str, Any]:
    """Return the smallest changes, what they cost, and what cannot be moved."""
    return {
        "below": changes.below,
        "edge": changes.edge,
        "score": number(changes.score),
        "needed": changes.needed,
        "single": [_change(case, change) for change in changes.single],
        "pairs": [_change(case, change) for change in changes.pairs],
        "insufficient": dict(changes.insufficient),
        "not_offered": dict(changes.not_offered),
        "floor": {
            "score": number(changes.floor),
            "causes": dict(changes.floor_causes),
        },
        "caveat": DRINKING_CAVEAT if _drinks(changes) else None,
    }


def _drinks(changes: "Changes") -> bool:
    return any("drink" in change.levers for change in (*changes.single, *changes.pairs))


def _change(case: "Case", change: "Change") -> dict[str, Any]:
    setting = change.setting
    return {
        "levers": list(change.levers),
        "text": change_words(case, change),
        "cost": dict(change.cost),
        "duration_s": setting.duration_s,
        "intensity_factor": setting.effort_factor,
        "start_time": None if setting.start_s is None else utc_text(setting.start_s),
        "fluid_l_h": setting.fluid_l_h,
        "score": change.score,
        "low": change.low,
        "high": change.high,
        "band": change.band,
        "causes": dict(change.causes),
    }


def change_words(case: "Case", change: "Change") -> str:
    """Return a change in words, with what it costs."""
    return "; ".join(_lever_words(case, change, lever) for lever in change.levers)


def _lever_words(case: "Case", change: "Change", lever: str) -> str:
    setting, cost = change.setting, change.cost[lever]
    if lever == "shorter":
        planned, left = case.plan.duration_s, setting.duration_s or 0.0
        return (
            f"{duration_words(left / 60)} instead of {duration_words(planned / 60)} "
            f"({duration_words(cost / 60)} less)"
        )
    if lever == "easier":
        return f"ease off by {100 * cost:.0f} % of threshold{_eased(case, change)}"
    if lever == "hour":
        moved = (setting.start_s or 0.0) - case.start_s
        direction = "later" if moved > 0 else "earlier"
        return f"start at {local_clock(case, setting.start_s)} ({cost:.0f} h {direction})"
    if lever == "rest_day":
        return f"a rest day first, start {local_clock(case, setting.start_s)}"
    return f"drink {setting.fluid_l_h or 0.0:.2f} L/h ({cost:.2f} more, within the drinking plan)"


def _eased(case: "Case", change: "Change") -> str:
    """Say what easing means in watts or speed, and what it costs in distance."""
    effort, factor = case.planning.effort, change.setting.effort_factor or 1.0
    words = []
    if effort.main_kind == "power" and len(effort.value) == 1:
        now = float(effort.value[0])
        words.append(f"{now * factor:.0f} W instead of {now:.0f}")
    before, after = (effort.rates(part).speed_m_s[0] for part in (1.0, factor))
    if effort.main_kind == "pace" and len(before) == 1:
        words.append(f"{after[0] * 3.6:.1f} km/h instead of {before[0] * 3.6:.1f}")
    slower = 1 - effort.speed_factor(factor)
    if slower > 0.005 and isfinite(float(before.sum())):
        words.append(f"{100 * slower:.0f} % less way in the same time")
    return f" ({', '.join(words)})" if words else ""


def local_clock(case: "Case", posix_s: float | None) -> str:
    """Return a time of day in the plan's own time zone."""
    zone = UTC if case.plan.start_time is None else case.plan.start_time.tzinfo
    return datetime.fromtimestamp(posix_s or 0.0, zone).strftime("%a %H:%M")
