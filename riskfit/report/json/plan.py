"""A planned session's part of the JSON document: the plan, what-ifs, changes."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from riskfit._common import utc_text
from riskfit.report.json.encoding import number, numbers
from riskfit.report.said.plan import DRINKING_CAVEAT, change_words, step_words

if TYPE_CHECKING:
    from riskfit.whatif.answer import Answer
    from riskfit.whatif.baseline import Case
    from riskfit.whatif.changes import Change, Changes
    from riskfit.whatif.near_sessions import NearSession
    from riskfit.whatif.open_inputs import OpenInput
    from riskfit.whatif.sweeps import Sweep
    from riskfit.whatif.weeks_ahead import StepAhead


def answer_entry(found: "Answer") -> dict[str, Any]:
    """Return all that a document says of a plan beside its score."""
    changes = found.changes
    return {
        "plan": plan_entry(found.case, found.open_inputs, found.near),
        "what_if": [sweep_entry(one) for one in found.sweeps],
        "changes": None if changes is None else changes_entry(found.case, changes),
        "levers": [_lever(found.case, one) for one in found.levers],
    }


def _lever(case: "Case", step: "StepAhead") -> dict[str, Any]:
    """Return a step before a race, with its day and what it takes off the score."""
    return {**asdict(step), "by": step.by.isoformat(), "text": step_words(case, step)}


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
        "until_then": None if case.until_then is None else case.until_then.kind,
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
