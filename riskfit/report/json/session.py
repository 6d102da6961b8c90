"""A session's entry in the JSON document: features, assessment, timeline, drinking plan, advice."""

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

from riskfit._common import utc_text
from riskfit.activity import Activity, PlannedSession
from riskfit.advice.drinking import DrinkingPlan
from riskfit.features.results import Feature, FeatureSet
from riskfit.medical import Reading
from riskfit.report.json.encoding import number, numbers
from riskfit.scoring.own_record import OwnRecord
from riskfit.scoring.timeline import Timeline

if TYPE_CHECKING:
    from riskfit.analysis import Analysis


def activity_entry(analysis: "Analysis") -> dict[str, Any]:
    """Return one activity's (or plan's) entry."""
    session, features = analysis.session, analysis.features
    minutes = features["duration_min"].value
    return {
        "source": analysis.source,
        "sha256": analysis.sha256,
        "athlete": analysis.athlete,
        "start_time": None if session.start_time is None else utc_text(session.start_time),
        "sport": session.sport,
        "duration_s": None if minutes is None else minutes * 60,
        "legs": _legs(session) if isinstance(session, Activity) else _planned_legs(session),
        "features": {name: _feature(feature) for name, feature in features.items()},
        "assessment": _assessment(analysis),
        "timeline": timeline_entry(analysis.timeline, features),
        "warnings": list(analysis.warnings),
        "drinking": None if analysis.drinking is None else drinking_entry(analysis.drinking),
        "advice": [
            {"id": step.id, "kind": step.kind, "text": step.text, "because": list(step.because)}
            for step in analysis.advice
        ],
        "understood": [_understood(reading) for reading in analysis.understood],
        "notes": list(analysis.notes),
    }


def anonymous(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without what tells whose it is; keys that are not there stay away."""
    nothing: dict[str, Any] = dict.fromkeys(("source", "sha256", "athlete", "name"))
    nothing["notes"] = nothing["understood"] = []
    return entry | {name: empty for name, empty in nothing.items() if name in entry}


def _understood(reading: Reading) -> dict[str, Any]:
    """Return what a medicine or a disease in the person's own words was taken for."""
    return {
        "said": reading.said,
        "about": reading.about,
        "taken_for": [{"id": entry.id, "name": entry.name} for entry in reading.entries],
        "denied": reading.denied,
        "unknown": reading.unknown,
    }


def _feature(feature: Feature) -> dict[str, Any]:
    """Return a feature with its value, or with the reason why it is missing."""
    if feature.value is None:
        return {"value": None, "unit": feature.unit, "missing_because": feature.missing_because}
    return {
        "value": feature.value,
        "unit": feature.unit,
        "source": feature.source,
        "origin": feature.origin,
        "low": feature.value if feature.low is None else feature.low,
        "high": feature.value if feature.high is None else feature.high,
    }


def _legs(activity: Activity) -> list[dict[str, Any]]:
    """Return the legs as recorded."""
    return [
        {
            "sport": leg.sport,
            "sub_sport": leg.sub_sport,
            "start_s": number(leg.start_s),
            "end_s": number(leg.end_s),
        }
        for leg in activity.legs
    ]


def _planned_legs(plan: PlannedSession) -> list[dict[str, Any]]:
    """Return the legs of a plan, one after the other; none where it is of one sport."""
    if len(plan.sports) == 1:
        return []
    ends_s = list(accumulate(part.duration_s for part in plan.segments))
    return [
        {"sport": plan.sport_of(part), "sub_sport": None, "start_s": start_s, "end_s": end_s}
        for part, start_s, end_s in zip(plan.segments, [0.0, *ends_s], ends_s, strict=False)
    ]


def _assessment(analysis: "Analysis") -> dict[str, Any]:
    """Return the score with all it rests on."""
    assessment = analysis.assessment
    return {
        "score": assessment.score,
        "low": assessment.low,
        "high": assessment.high,
        "band": assessment.band,
        "band_low": assessment.band_low,
        "band_high": assessment.band_high,
        "unscored_because": assessment.unscored_because,
        "context": assessment.context,
        "context_origin": None if analysis.taken is None else analysis.taken.origin,
        "odds_vs_typical": assessment.odds_vs_typical,
        "chance": None if assessment.chance is None else asdict(assessment.chance),
        "own_record": _own_record(assessment.own_record),
        "parts": {
            name: _but(part, *(["word"] if part.word is None else []))
            for name, part in assessment.parts.items()
        },
        "causes": {name: asdict(cause) for name, cause in assessment.causes.items()},
        "contributions": [_but(line, "name") for line in assessment.contributions],
        "not_assessed": [_but(item, "name", "feature") for item in assessment.not_assessed],
        "red_flags": _but(assessment.red_flags),
    }


def _own_record(record: OwnRecord | None) -> dict[str, Any] | None:
    """Return the person's own record: k cramps in n sessions, and the factor on the odds."""
    if record is None:
        return None
    return {
        "k": record.cramps,
        "n": record.sessions,
        "expected": record.expected,
        "factor": record.factor,
        "low": record.low,
        "high": record.high,
    }


def _but(fields: Struct, *left_out: str) -> dict[str, Any]:
    """Return all fields but some, tuples as lists."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(fields).items()
        if name not in left_out
    }


def timeline_entry(timeline: Timeline | None, features: FeatureSet) -> dict[str, Any] | None:
    """Return the score along the session, with the sweat lost by then."""
    if timeline is None:
        return None
    return {
        "elapsed_s": timeline.elapsed_s.tolist(),
        "score": numbers(timeline.score),
        "session": numbers(timeline.session),
        "causes": {name: numbers(points) for name, points in timeline.causes.items()},
        "sweat_loss_l": numbers(features.columns["sweat_loss_l"].values),
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


def drinking_entry(plan: DrinkingPlan) -> dict[str, Any]:
    """Return the drinking plan; the names that floor and ceiling had before stand beside them."""
    entry = _but(plan)
    for name in ("before_l", "after_l"):
        ends = getattr(plan, name)
        entry[name] = None if ends is None else {"low": ends[0], "high": ends[1]}
    entry["plan_l_h"] = plan.floor_l_h
    entry["cap_l_h"] = entry["most_l_h"] = plan.ceiling_l_h
    return entry
