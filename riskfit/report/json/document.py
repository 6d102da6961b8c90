"""The JSON document, with full doubles; docs/riskfit.schema.json describes it."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from riskfit import __version__
from riskfit.activity import Activity, Failure
from riskfit.advice.drinking import DrinkingPlan
from riskfit.features.results import Feature, FeatureSet
from riskfit.rules.model import Model
from riskfit.scoring.assessment import Assessment, Contribution
from riskfit.scoring.timeline import Timeline

if TYPE_CHECKING:
    from riskfit.analysis import Analysis


def document(
    analyses: "Iterable[Analysis]", failures: Iterable[Failure], model: Model
) -> dict[str, Any]:
    """Return the whole document, also when every input failed."""
    return {
        "riskfit": __version__,
        "model": {"id": model.id, "version": model.version},
        "activities": [activity_entry(analysis) for analysis in analyses],
        "failed": [failed_entry(failure) for failure in failures],
    }


def encode(value: Any, *, indent: bool = True) -> bytes:
    """Return strict JSON: no NaN, no infinities, one line feed at the end."""
    import msgspec

    raw = msgspec.json.encode(value)
    return (msgspec.json.format(raw, indent=2) if indent else raw) + b"\n"


def without_identity(content: dict[str, Any]) -> dict[str, Any]:
    """Return the document without what tells whose it is: names, digests and notes.

    Notes go as a whole, and so do the words of errors: a reader may quote any word of a file.
    """
    shared = dict(content)
    shared["activities"] = [anonymous(entry) for entry in content["activities"]]
    shared["failed"] = [
        {"source": f"file {number}", "kind": one["kind"], "error": one["kind"].replace("_", " ")}
        for number, one in enumerate(content["failed"], 1)
    ]
    if content.get("plan"):
        plan = content["plan"]
        roster = {"roster": [anonymous(one) for one in plan["roster"]]} if "roster" in plan else {}
        shared["plan"] = anonymous(plan) | roster
    return shared


def anonymous(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without what tells whose it is; keys that are not there stay away."""
    nothing: dict[str, Any] = dict.fromkeys(("source", "sha256", "athlete", "name"))
    nothing["notes"] = []
    return entry | {name: empty for name, empty in nothing.items() if name in entry}


def failed_entry(failure: Failure) -> dict[str, Any]:
    """Return a failed input's entry."""
    return {"source": failure.source, "kind": failure.kind, "error": failure.error}


def activity_entry(analysis: "Analysis") -> dict[str, Any]:
    """Return one activity's (or plan's) entry."""
    session, features = analysis.session, analysis.features
    start = session.start_time
    minutes = features["duration_min"].value
    return {
        "source": analysis.source,
        "sha256": analysis.sha256,
        "athlete": analysis.athlete,
        "start_time": None if start is None else start.isoformat().replace("+00:00", "Z"),
        "sport": session.sport,
        "duration_s": None if minutes is None else minutes * 60,
        "legs": _legs(session) if isinstance(session, Activity) else [],
        "features": features_entry(features),
        "assessment": assessment_entry(analysis.assessment),
        "timeline": timeline_entry(analysis.timeline, features),
        "drinking": drinking_entry(analysis.drinking),
        "advice": [
            {"id": step.id, "kind": step.kind, "text": step.text, "because": list(step.because)}
            for step in analysis.advice
        ],
        "notes": list(analysis.notes),
    }


def features_entry(features: FeatureSet) -> dict[str, Any]:
    """Return every feature, with its value or the reason why it is missing."""
    return {name: _feature(feature) for name, feature in features.items()}


def _feature(feature: Feature) -> dict[str, Any]:
    if feature.value is None:
        return {"value": None, "unit": feature.unit, "missing_because": feature.missing_because}
    return {
        "value": feature.value,
        "unit": feature.unit,
        "source": feature.source,
        "low": feature.value if feature.low is None else feature.low,
        "high": feature.value if feature.high is None else feature.high,
    }


def _legs(activity: Activity) -> list[dict[str, Any]]:
    """Return the legs as recorded."""
    return [
        {
            "sport": leg.sport,
            "sub_sport": leg.sub_sport,
            "start_s": _number(leg.start_s),
            "end_s": _number(leg.end_s),
        }
        for leg in activity.legs
    ]


def assessment_entry(assessment: Assessment) -> dict[str, Any]:
    """Return the score with all it rests on."""
    chance = assessment.chance
    return {
        "score": assessment.score,
        "low": assessment.low,
        "high": assessment.high,
        "band": assessment.band,
        "band_low": assessment.band_low,
        "band_high": assessment.band_high,
        "unscored_because": assessment.unscored_because,
        "context": assessment.context,
        "odds_vs_typical": assessment.odds_vs_typical,
        "chance": None
        if chance is None
        else {"value": chance.value, "low": chance.low, "high": chance.high},
        "parts": {
            name: {
                "points": part.points,
                "low": part.low,
                "high": part.high,
                "odds": part.odds,
                **({"word": part.word} if part.word is not None else {}),
            }
            for name, part in assessment.parts.items()
        },
        "causes": {
            name: {"points": cause.points, "of": cause.of}
            for name, cause in assessment.causes.items()
        },
        "contributions": [_contribution(line) for line in assessment.contributions],
        "not_assessed": [
            {
                "rule": item.rule,
                "needs": item.needs,
                "points_low": item.points_low,
                "points_high": item.points_high,
                "question": item.question,
                "settled_by": item.settled_by,
            }
            for item in assessment.not_assessed
        ],
        "red_flags": {
            "screened": assessment.red_flags.screened,
            "present": list(assessment.red_flags.present),
        },
    }


def _contribution(line: Contribution) -> dict[str, Any]:
    """Return one line of the ledger."""
    return {
        "rule": line.rule,
        "cause": line.cause,
        "part": line.part,
        "feature": line.feature,
        "value": line.value,
        "unit": line.unit,
        "assumed": line.assumed,
        "points": line.points,
        "max_points": line.max_points,
        "grade": line.grade,
        "references": list(line.references),
        "sentence": line.sentence,
    }


def timeline_entry(timeline: Timeline | None, features: FeatureSet) -> dict[str, Any] | None:
    """Return the score along the session, with the sweat lost by then."""
    if timeline is None:
        return None
    sweat = features.columns["sweat_loss_l"].values
    return {
        "elapsed_s": timeline.elapsed_s.tolist(),
        "score": _numbers(timeline.score),
        "session": _numbers(timeline.session),
        "causes": {name: _numbers(points) for name, points in timeline.causes.items()},
        "sweat_loss_l": _numbers(sweat),
        "crossings": [
            {
                "elapsed_s": crossing.elapsed_s,
                "from": crossing.from_band,
                "to": crossing.to_band,
                "cause": crossing.cause,
                "rule": crossing.rule,
            }
            for crossing in timeline.crossings
        ],
    }


def drinking_entry(plan: DrinkingPlan | None) -> dict[str, Any] | None:
    """Return the drinking plan."""
    if plan is None:
        return None
    return {
        "sweat_rate_l_h": plan.sweat_rate_l_h,
        "sweat_low_l_h": plan.sweat_low_l_h,
        "sweat_high_l_h": plan.sweat_high_l_h,
        "plan_l_h": plan.plan_l_h,
        "cap_l_h": plan.cap_l_h,
        "every_15_min_l": plan.every_15_min_l,
        "every_20_min_l": plan.every_20_min_l,
        "sodium_mg_h": plan.sodium_mg_h,
        "sodium_low_mg_h": plan.sodium_low_mg_h,
        "sodium_high_mg_h": plan.sodium_high_mg_h,
        "loss_pct_at_end": plan.loss_pct_at_end,
        "before_l": {"low": plan.before_l[0], "high": plan.before_l[1]},
        "after_l": {"low": plan.after_l[0], "high": plan.after_l[1]},
        "thirst_alone": plan.thirst_alone,
        "caps": list(plan.caps),
    }


def _numbers(values: Any) -> list[float | None]:
    """Return an array as a list, None where it is nan."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
