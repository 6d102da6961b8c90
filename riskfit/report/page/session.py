"""What a page shows of one session: every number beside the words it is read in."""

from collections.abc import Sequence
from typing import Any, Final

from riskfit.activity import Activity, PlannedSession
from riskfit.analysis import Analysis
from riskfit.report.json.document import heading
from riskfit.report.json.session import activity_entry, anonymous, timeline_entry
from riskfit.report.page.chart import chart_channels, panels, time_axis
from riskfit.report.page.fluids import fluid_view
from riskfit.report.page.ledger import features_view, ledger_view
from riskfit.report.said.session import (
    advice_said,
    causes_said,
    crossings,
    facts,
    parts_said,
    reasons,
    score_said,
    understood_said,
)
from riskfit.report.words import (
    CAUSE_NAMES,
    NOTHING,
    capital,
    duration_words,
    score_words,
    sport_words,
)
from riskfit.rules.model import Model

#: Rows of the timeline's table, and points of its curves.
_TABLE_ROWS: Final = 24
_TIMELINE_POINTS: Final = 2000


def sessions_view(
    analyses: Sequence[Analysis],
    model: Model,
    *,
    share: bool = False,
    many: str = "Cramp risk of sessions",
) -> dict[str, Any]:
    """Return a page of one session, or of several below each other, as its template shows it."""
    views = [
        session_view(analysis, model, key=f"s{number}", share=share)
        for number, analysis in enumerate(analyses, 1)
    ]
    return {
        "title": f"{views[0]['title']}: cramp risk" if len(views) == 1 else many,
        "charts": any(view["chart"] for view in views),
        "sessions": views,
    }


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
        **_said_of_score(analysis, model, key),
        "title": _title(analysis, share),
        "facts": _facts(analysis, share),
        "context_name": assessment.context_name,
        **_along(analysis, entry, model, channels),
        "fluid": fluid_view(analysis),
        "sweat_unknown": analysis.features["sweat_rate_l_h"].value is None,
        "advice": advice_said(analysis),
        **ledger_view(analysis, model),
        "open": assessment.not_assessed,
        "features": features_view(analysis),
        "feature_count": len(analysis.features),
        "understood": [] if share else understood_said(analysis),
        "notes": entry["notes"],
        "block": _block(analysis, entry, model, channels),
    }


def answer_view(analysis: Analysis, model: Model, *, key: str = "s1") -> dict[str, Any]:
    """Return the answer and its curve alone: what a page shows while a slider moves."""
    entry = {"timeline": timeline_entry(analysis.timeline, analysis.features)}
    return {
        **_said_of_score(analysis, model, key),
        "block": _block(analysis, entry, model, chart_channels(analysis)),
    }


def _said_of_score(analysis: Analysis, model: Model, key: str) -> dict[str, Any]:
    """Return the score, what it consists of and what stands out."""
    assessment = analysis.assessment
    said = {
        "key": key,
        "stops": list(analysis.warnings),
        "alone": analysis.alone,
        "unscored_because": assessment.unscored_because,
    }
    if assessment.score is None:
        return said | {"score": None}
    edges = [band.from_ for band in model.bands] + [100.0]
    return said | {
        "score": score_said(assessment),
        "assessment": assessment,
        "bands": [
            {"id": band.id, "wide": edges[number + 1] - edges[number]}
            for number, band in enumerate(model.bands)
        ],
        "doubling": f"{model.settings.points_per_doubling:g}",
        "causes": causes_said(assessment),
        "parts": parts_said(assessment),
        "reasons": reasons(assessment),
    }


def _title(analysis: Analysis, share: bool) -> str:
    session = analysis.session
    if isinstance(session, PlannedSession):
        whose = f"{analysis.athlete} · " if analysis.athlete and not share else ""
        return whose + ("Planned session" if share or not session.name else session.name)
    if share:
        sport = sport_words(session).capitalize()
        return sport if sport == "Session" else f"{sport} session"
    return session.name or analysis.source or "Session"


def _facts(analysis: Analysis, share: bool) -> str:
    """Return what the session was, in a few words; unless it is shared also where and whose."""
    said = facts(analysis, share=share)
    if not share:
        named = isinstance(analysis.session, Activity) and analysis.session.name
        said += [analysis.source] if named and analysis.source else []
        held = isinstance(analysis.session, Activity)
        said += [analysis.athlete] if held and analysis.athlete else []
    return capital(" · ".join(said))


def _along(
    analysis: Analysis, entry: dict[str, Any], model: Model, channels: dict[str, Any]
) -> dict[str, Any]:
    """Return the chart's words, the changes of band and the table of the timeline."""
    line, timeline = analysis.timeline, entry["timeline"]
    if line is None or timeline is None or len(timeline["elapsed_s"]) < 2:
        return {"chart": None, "crossings": [], "table": None}
    known = [score for score in timeline["score"] if score is not None]
    words = "Score along the session" + (
        f", from {score_words(known[0])} to {score_words(known[-1])}" if known else ""
    )
    return {
        "chart": {
            "words": f"{words}. The same numbers stand in the table below.",
            "note": _chart_note(analysis, channels),
        },
        "crossings": [f"After {one}" for one in crossings(line, model)],
        "table": _table(_shown(timeline, analysis.fluid_limited)),
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


def _shown(timeline: dict[str, Any], limited: bool) -> dict[str, Any]:
    """Return the timeline, without the sweat of those whose drinking is for a doctor to say."""
    return {**timeline, **({"sweat_loss_l": []} if limited else {})}


def _cell(value: float | None, form: str, unit: str = "") -> str:
    return NOTHING if value is None else f"{value:{form}}{unit}"


def _block(
    analysis: Analysis, entry: dict[str, Any], model: Model, channels: dict[str, Any]
) -> dict[str, Any]:
    """Return what the page's script draws from and what it saves: the document itself."""
    timeline = entry["timeline"]
    seconds = timeline["elapsed_s"] if timeline else []
    return {
        "document": {
            **heading(model),
            "activities": [entry],
            "failed": [],
        },
        "bands": [{"id": band.id, "from": band.from_} for band in model.bands],
        "every": max(1, -(-len(seconds) // _TIMELINE_POINTS)),
        "channels": channels,
        "panels": panels(_shown(timeline, analysis.fluid_limited), channels) if timeline else [],
        **time_axis(seconds[-1] if seconds else 0.0),
    }
