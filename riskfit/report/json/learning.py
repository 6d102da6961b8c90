"""What learning found, as JSON entries."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

from riskfit._common import utc_text
from riskfit.report.json.document import model_entry

if TYPE_CHECKING:
    from riskfit.learning.calibration import Calibration
    from riskfit.learning.evaluation import Evaluation, Slice
    from riskfit.learning.metrics import Estimate
    from riskfit.learning.model_diff import ModelDiff
    from riskfit.learning.published import Verdict


def evaluation_entry(evaluation: "Evaluation") -> dict[str, Any]:
    """Return an evaluation as JSON has it, with full doubles."""
    return {
        "model": model_entry(evaluation.model),
        "source": evaluation.source,
        "rows": evaluation.rows,
        "cramps": evaluation.cramps,
        "expected_cramps": evaluation.expected,
        "athletes": evaluation.athletes,
        "period": None
        if evaluation.period is None
        else dict(zip(("first", "last"), map(utc_text, evaluation.period), strict=True)),
        "discrimination": {
            "auc": _estimate(evaluation.auc),
            "roc": [{"in_vain": in_vain, "met": met} for in_vain, met in evaluation.roc],
        },
        "calibration": {
            "slope": _estimate(evaluation.slope),
            "intercept": _estimate(evaluation.intercept),
            "brier": evaluation.brier,
            "brier_of_share": evaluation.brier_of_share,
            "log_loss": evaluation.log_loss,
            "curve": [asdict(part) for part in evaluation.curve],
        },
        "decision_curve": [asdict(one) | {"never": 0.0} for one in evaluation.decisions],
        "by_athlete": [_slice(part) for part in evaluation.by_athlete],
        "by_context": [_slice(part) for part in evaluation.by_context],
        "known": [
            {"rule": rule.id, "feature": rule.feature, "rows": rows}
            for rule, rows in zip(evaluation.model.rules, evaluation.known, strict=True)
        ],
        "notes": list(evaluation.notes),
    }


def _estimate(estimate: "Estimate | None") -> dict[str, float] | None:
    if estimate is None or not isfinite(estimate.value):
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _slice(part: "Slice") -> dict[str, Any]:
    return {
        "name": part.name,
        "rows": part.rows,
        "cramps": part.cramps,
        "observed": {"low": part.low, "high": part.high},
        "expected_cramps": part.expected,
        "brier": part.brier,
        "auc": part.auc,
    }


def shared_evaluation(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an evaluation's entry without whose outcomes they are, and where they lay."""
    named = [
        part | {"name": f"athlete {number}" if part["name"] else ""}
        for number, part in enumerate(entry["by_athlete"], 1)
    ]
    return {**entry, "source": None, "by_athlete": named, "notes": []}


def calibration_entry(calibration: "Calibration") -> dict[str, Any]:
    """Return a calibration as JSON has it."""
    fit, ready = calibration.fit, calibration.readiness
    share = calibration.data_share()
    factors = zip(share, fit.cause_factors, fit.cause_low, fit.cause_high, strict=True)
    return {
        "kept": "learned" if calibration.kept else "card",
        "card": model_entry(calibration.base),
        "outcomes": {
            "cramps": ready.cramps,
            "without": ready.others,
            "needed_of_each": ready.needed,
            "athletes": ready.athletes,
        },
        "learned": {
            "level": fit.level,
            "athlete_sd": fit.athlete_sd,
            "causes": {
                cause: {
                    "factor": float(factor),
                    "low": float(low),
                    "high": float(high),
                    "share_from_outcomes": share[cause],
                }
                for cause, factor, low, high in factors
            },
            "rules": {
                rule.id: float(factor)
                for rule, factor in zip(calibration.base.rules, fit.rule_factors, strict=True)
            },
        },
        "trials": [
            {
                "held_out": trial.way,
                "rows": trial.rows,
                "cramps": trial.cramps,
                "log_loss": trial.log_loss,
                "brier": trial.brier,
                "gain_in_standard_errors": trial.z,
                "won": trial.clearly(),
            }
            for trial in calibration.trials
        ],
        "notes": list(calibration.notes),
    }


def published_entry(verdicts: "Sequence[Verdict]") -> dict[str, Any]:
    """Return the published cohorts' table as JSON has it."""
    lines = [asdict(verdict) for verdict in verdicts]
    for line in lines:
        line["verdict"] = verdict_word(passed=line.pop("passed"))
    return {"cohorts": lines, "failed": sum(not verdict.passed for verdict in verdicts)}


def verdict_word(*, passed: bool) -> str:
    """Return PASS or FAIL."""
    return "PASS" if passed else "FAIL"


def diff_entry(diff: "ModelDiff") -> dict[str, Any]:
    """Return a comparison of models as JSON has it."""
    return {
        "old": dict(zip(("id", "version"), diff.old, strict=True)),
        "new": dict(zip(("id", "version"), diff.new, strict=True)),
        "points": {name: {"old": old, "new": new} for name, (old, new) in diff.points.items()},
        "rules": {
            name: {
                "name": diff.names[name],
                "changes": {one.key: {"old": one.old, "new": one.new} for one in changes},
            }
            for name, changes in diff.of_rules().items()
        },
        "changes": [asdict(change) for change in diff.changes],
    }
