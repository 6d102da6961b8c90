"""What a page shows of one session: every number beside the words it is read in."""

from itertools import groupby
from typing import Any, Final

from riskfit import __version__
from riskfit.activity import Activity, PlannedSession
from riskfit.analysis import Analysis
from riskfit.report.json.session import activity_entry, anonymous, timeline_entry
from riskfit.report.page.chart import chart_channels
from riskfit.report.page.fluids import fluid_view
from riskfit.report.page.ledger import features_view, ledger_view
from riskfit.report.rounding import round_down, split_to_total, times
from riskfit.report.words import (
    ADVICE_KINDS,
    CAUSE_NAMES,
    STEPS_SHOWN,
    clock,
    duration_words,
    one_in_words,
    quantity,
    signed_odds,
    sport_words,
)
from riskfit.rules.model import Model
from riskfit.scoring.assessment import Assessment, Contribution

#: Reasons shown before the ledger, and rows of the timeline's table.
_REASONS: Final = 6
_TABLE_ROWS: Final = 24
_TIMELINE_POINTS: Final = 2000


def session_view(
    analysis: Analysis, model: Model, *, key: str = "s1", share: bool = False
) -> dict[str, Any]:
    """Return one session as the template shows it.

    Parameters
    ----------
    analysis : Analysis
    model : Model
    key : str
        Begins the ids on the page.
    share : bool
        Leave out names, digests, notes and the time zone.
    """
    assessment = analysis.assessment
    entry = activity_entry(analysis)
    if share:
        entry = anonymous(entry)
    channels = chart_channels(analysis)
    return {
        **_said_of_score(assessment, model, key),
        "title": _title(analysis, share),
        "facts": " · ".join(_facts(analysis, share)),
        "context_name": assessment.context_name,
        **_along(analysis, entry, model, channels),
        "fluid": fluid_view(analysis),
        "advice": _advice(analysis),
        **ledger_view(analysis, model),
        "open": [
            {
                "points": item.points_high,
                "text": f"{item.points_high:.1f}",
                "question": item.question,
                "rule": item.rule,
                "settled_by": item.settled_by,
                "needs": item.needs,
            }
            for item in assessment.not_assessed
        ],
        "features": features_view(analysis),
        "feature_count": len(analysis.features),
        "notes": entry["notes"],
        "block": _block(entry, model, channels),
    }


def answer_view(analysis: Analysis, model: Model, *, key: str = "s1") -> dict[str, Any]:
    """Return the answer and its curve alone: what a page shows while a slider moves."""
    entry = {"timeline": timeline_entry(analysis.timeline, analysis.features)}
    return {
        **_said_of_score(analysis.assessment, model, key),
        "block": _block(entry, model, chart_channels(analysis)),
    }


def _said_of_score(assessment: Assessment, model: Model, key: str) -> dict[str, Any]:
    """Return the score, what it consists of and what stands out."""
    return {
        "key": key,
        "flags": [model.red_flag(flag).name for flag in assessment.red_flags.present],
        "unscored_because": assessment.unscored_because,
        "doubling": f"{model.settings.points_per_doubling:g}",
        "score": None if assessment.score is None else _score(assessment, model),
        "causes": _causes(assessment),
        "parts": _parts(assessment),
        "reasons": [_reason(line) for line in assessment.standing_out()[:_REASONS]],
        "assumed": _assumed(assessment),
    }


def _title(analysis: Analysis, share: bool) -> str:
    session = analysis.session
    if isinstance(session, PlannedSession):
        return "Planned session" if share or not session.name else session.name
    if share:
        sport = sport_words(session).capitalize()
        return sport if sport == "Session" else f"{sport} session"
    return session.name or analysis.source or "Session"


def _facts(analysis: Analysis, share: bool) -> list[str]:
    """Return what the session was, in a few words."""
    session, features = analysis.session, analysis.features
    facts = [sport_words(session).capitalize()]
    if session.start_time is not None:
        offset = None if share else getattr(session, "utc_offset_s", None)
        start = clock(session.start_time.timestamp() + (offset or 0))
        facts.append(start if offset is not None else f"{start} UTC")
    for name, write in (("duration_min", duration_words), ("distance_km", _kilometres)):
        value = features[name].value
        if value is not None:
            facts.append(write(value))
    temperature = features["air_temperature_c"]
    if temperature.value is not None:
        assumed = " (assumed)" if "assumed" in (temperature.source or "") else ""
        facts.append(f"{temperature.value:.0f} °C{assumed}")
    if not share:
        named = isinstance(session, Activity) and session.name
        facts += [analysis.source] if named and analysis.source else []
        facts += [analysis.athlete] if analysis.athlete else []
    return facts


def _kilometres(value: float) -> str:
    return quantity(value, "km")


def _score(assessment: Assessment, model: Model) -> dict[str, Any]:
    """Return the answer: number, interval, and the sentences about it."""
    score = assessment.score or 0.0
    low, high = assessment.low or 0.0, assessment.high or 0.0
    shown = round_down(score)
    parts = {name: part.points for name, part in assessment.parts.items()}
    split = split_to_total(parts, shown)
    band = assessment.band or ""
    range_words = (
        band
        if assessment.band_low == assessment.band_high
        else f"{assessment.band_low} to {assessment.band_high}"
    )
    odds = assessment.odds_vs_typical
    return {
        "value": score,
        "text": f"{shown:.0f}",
        "fine_text": f"{round_down(score, 1):.1f}",
        "low": low,
        "low_text": f"{low:.0f}",
        "high": high,
        "high_text": f"{high:.0f}",
        "band": band,
        "answer": _answer(assessment, range_words),
        "split": (
            f"{split['you']:.0f} of the {shown:.0f} points are you, {split['session']:.0f} are "
            f"this session, which adds {assessment.parts['session'].word}."
        ),
        "compared": ""
        if odds is None or assessment.compared is None
        else f"For {assessment.context_name} this is {assessment.compared}: {signed_odds(odds)}.",
        "chance": None
        if assessment.chance is None
        else one_in_words(assessment.chance).capitalize() + " would bring a cramp.",
        "bands": _bands(model, band),
        "scale_words": f"Score {shown:.0f} on a scale from 0 to 100, {band}; "
        f"between {low:.0f} and {high:.0f}",
    }


def _answer(assessment: Assessment, range_words: str) -> str:
    """Say the score in one sentence, with what drives it."""
    band = (assessment.band or "").capitalize()
    sentence = f"{band} risk of cramp."
    if assessment.band_low != assessment.band_high:
        sentence = f"{band} risk of cramp; what is not known leaves room for {range_words}."
    names = [_in_sentence(line.name) for line in assessment.standing_out()[:3]]
    return f"{sentence} What stands out: {', '.join(names)}." if names else sentence


def _in_sentence(name: str) -> str:
    """Return a rule's name as it stands inside a sentence: WBGT keeps its capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _bands(model: Model, here: str) -> list[dict[str, Any]]:
    edges = [band.from_ for band in model.bands] + [100.0]
    return [
        {"id": band.id, "wide": edges[number + 1] - edges[number], "here": band.id == here}
        for number, band in enumerate(model.bands)
    ]


def _causes(assessment: Assessment) -> list[dict[str, Any]]:
    shown = split_to_total(
        {name: cause.points for name, cause in assessment.causes.items()},
        round_down(assessment.score or 0.0),
    )
    return [
        {
            "name": CAUSE_NAMES[name],
            "points": cause.points,
            "text": f"{shown[name]:.0f}",
            "of_text": f"{cause.of:.0f}",
            "share": round(100 * cause.share, 1),
        }
        for name, cause in assessment.causes.items()
    ]


def _parts(assessment: Assessment) -> list[dict[str, Any]]:
    shown = split_to_total(
        {name: part.points for name, part in assessment.parts.items()},
        round_down(assessment.score or 0.0),
    )
    return [
        {
            "name": {"you": "You", "session": "This session"}[name],
            "points": part.points,
            "text": f"{shown[name]:.0f}",
            "odds": times(part.odds),
            "word": part.word,
            "share": round(part.points, 1),
        }
        for name, part in assessment.parts.items()
    ]


def _reason(line: Contribution) -> dict[str, Any]:
    return {
        "text": f"{line.points:.1f}",
        "sentence": line.sentence,
        "rule": line.rule,
        "grade": line.grade,
    }


def _assumed(assessment: Assessment) -> str | None:
    assumed = sum(line.points for line in assessment.contributions if line.assumed)
    return f"{assumed:.1f}" if assumed >= 0.05 else None


def _along(
    analysis: Analysis, entry: dict[str, Any], model: Model, channels: dict[str, Any]
) -> dict[str, Any]:
    """Return the chart's words, the changes of band and the table of the timeline."""
    line, timeline = analysis.timeline, entry["timeline"]
    if line is None or timeline is None or len(timeline["elapsed_s"]) < 2:
        return {"chart": None, "crossings": [], "table": None}
    names = [rule.id for rule in model.rules]
    crossings = [
        f"After {duration_words(at.elapsed_s / 60)}: from {at.from_band} to {at.to_band}, mostly "
        f"{CAUSE_NAMES[at.cause].lower()} ({at.rule} {model.rules[names.index(at.rule)].name})"
        for at in line.crossings
    ]
    known = [score for score in timeline["score"] if score is not None]
    words = "Score along the session" + (
        f", from {round_down(known[0]):.0f} to {round_down(known[-1]):.0f}" if known else ""
    )
    return {
        "chart": {
            "words": f"{words}. The same numbers stand in the table below.",
            "note": _chart_note(analysis, channels),
        },
        "crossings": crossings,
        "table": _table(timeline),
    }


def _chart_note(analysis: Analysis, channels: dict[str, Any]) -> str:
    """Say what the curves are, and which there are not."""
    if isinstance(analysis.session, PlannedSession):
        return "The score at each minute is that of a session which ends there."
    said = ["The score at each minute is from what had happened by then."]
    step = channels.get("step_s", 1)
    if step > 1:
        said.append(f"Recorded curves are means of {step} s.")
    wanted = {
        "heart rate": ("heart_rate_bpm",),
        "power, pace or speed": ("power_w", "pace_s_km", "speed_km_h"),
        "temperature": ("temperature_c",),
    }
    absent = [word for word, names in wanted.items() if not any(n in channels for n in names)]
    if absent:
        said.append(f"Not recorded: {'; '.join(absent)}.")
    return " ".join(said)


def _table(timeline: dict[str, Any]) -> dict[str, Any]:
    """Return up to two dozen rows of the timeline, the last one among them."""
    seconds = timeline["elapsed_s"]
    step = max(1, -(-len(seconds) // _TABLE_ROWS))
    rows = sorted({*range(step - 1, len(seconds), step), len(seconds) - 1})
    columns = [timeline["score"], timeline["session"], *timeline["causes"].values()]
    sweat = timeline["sweat_loss_l"]
    return {
        "causes": [CAUSE_NAMES[name] for name in timeline["causes"]],
        "rows": [
            {
                "after": duration_words(seconds[row] / 60),
                "cells": [
                    *(_cell(column[row], ".1f") for column in columns),
                    _cell(sweat[row] if len(sweat) > row else None, ".2f", " L"),
                ],
            }
            for row in rows
        ],
    }


def _cell(value: float | None, form: str, unit: str = "") -> str:
    return "–" if value is None else f"{value:{form}}{unit}"


def _advice(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {
            "title": ADVICE_KINDS.get(kind, kind),
            "printed": STEPS_SHOWN.get(kind, 2),
            "steps": [{"text": step.text, "because": step.because[:4]} for step in steps],
        }
        for kind, steps in groupby(analysis.advice, key=lambda step: step.kind)
    ]


def _block(entry: dict[str, Any], model: Model, channels: dict[str, Any]) -> dict[str, Any]:
    """Return what the page's script draws from and what it saves: the document itself."""
    timeline = entry["timeline"] or {"elapsed_s": ()}
    return {
        "document": {
            "riskfit": __version__,
            "model": {"id": model.id, "version": model.version},
            "activities": [entry],
            "failed": [],
        },
        "bands": [{"id": band.id, "from": band.from_} for band in model.bands],
        "causes": CAUSE_NAMES,
        "every": max(1, -(-len(timeline["elapsed_s"]) // _TIMELINE_POINTS)),
        "channels": channels,
    }
