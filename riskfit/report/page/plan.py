"""What a page shows of a plan beyond its assessment: what-ifs, changes, questions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, Final

from riskfit._common import plural
from riskfit.activity import PlannedSession
from riskfit.analysis import Analysis
from riskfit.report.json.plan import changes_entry, sweep_entry
from riskfit.report.json.session import anonymous
from riskfit.report.page.session import sessions_view
from riskfit.report.said.plan import (
    LEVERS_CAVEAT,
    LEVERS_TITLE,
    VARIED,
    changes_said,
    near_said,
    points_less,
    sweep_rows,
    value_words,
    zone_of,
)
from riskfit.report.said.session import start_words
from riskfit.report.words import between, duration_words, plain, quantity, score_words

if TYPE_CHECKING:
    from riskfit.rules.model import Model
    from riskfit.whatif.baseline import Case

#: Where the plan itself stands: the feature that was varied.
_NOW: Final = {
    "temp": "air_temperature_c",
    "intensity": "intensity_factor",
    "humidity": "relative_humidity_pct",
    "wind": "wind_m_s",
}
_TABLE_ROWS: Final = 13


def plans_view(
    analyses: Sequence[Analysis],
    model: "Model",
    entries: Sequence[Mapping[str, Any]],
    cases: "Sequence[Case]" = (),
    *,
    share: bool = False,
) -> dict[str, Any]:
    """Return the page of one plan, or of several below each other."""
    view = sessions_view(analyses, model, share=share, many="Cramp risk of plans")
    for number, session in enumerate(view["sessions"]):
        whole = complete(entries[number], analyses[number], cases[number] if cases else None)
        add_plan(session, whole, analyses[number], model, share=share)
    return view


def add_plan(
    session: dict[str, Any],
    entry: Mapping[str, Any],
    analysis: Analysis,
    model: "Model",
    *,
    share: bool = False,
) -> None:
    """Add to a session's view what is said of it as a plan."""
    entry = {**entry, "plan": anonymous(entry["plan"])} if share else entry
    session["block"]["document"] |= entry
    session["plan"] = plan_view(entry, analysis, model, share=share)


def complete(entry: Mapping[str, Any], analysis: Analysis, case: "Case | None") -> dict[str, Any]:
    """Return a plan's part of the document with the usual what-ifs where none were asked for.

    Parameters
    ----------
    entry : mapping
        ``plan``, ``what_if`` and ``changes`` of the document.
    analysis : Analysis
    case : Case or None
        Without it nothing is added.
    """
    found = dict(entry)
    if case is None or analysis.assessment.score is None:
        return found
    if not found["what_if"]:
        from riskfit.whatif.sweeps import usual_sweeps

        found["what_if"] = [sweep_entry(one) for one in usual_sweeps(case, analysis.features)]
    band = analysis.assessment.band
    if found["changes"] is None and band not in (None, case.model.bands[0].id):
        from riskfit.whatif.changes import smallest_changes

        found["changes"] = changes_entry(case, smallest_changes(case, str(band)))
    return found


def plan_view(
    entry: Mapping[str, Any], analysis: Analysis, model: "Model", *, share: bool = False
) -> dict[str, Any]:
    """Return a plan's part of a page.

    Parameters
    ----------
    entry : mapping
        ``plan``, ``what_if`` and ``changes`` of the document.
    analysis : Analysis
    model : Model
    share : bool
        Leave out the time zone.
    """
    plan, session = entry["plan"], analysis.session
    zone = UTC if share or not isinstance(session, PlannedSession) else zone_of(session)
    curves = [_curve(sweep, plan, analysis, zone) for sweep in entry["what_if"]]
    return {
        "facts": _facts(plan, start_words(session, share=share)),
        "curves": curves,
        "changes": None if entry["changes"] is None else changes_said(entry["changes"]),
        "levers_title": LEVERS_TITLE,
        "levers_caveat": LEVERS_CAVEAT,
        "levers": [(one["text"], points_less(one)) for one in entry["levers"]],
        "tell": plan["tell"],
        "nearest": [near_said(one, zone) for one in plan["nearest"]],
        "block": {
            "bands": [{"id": band.id, "from": band.from_} for band in model.bands],
            "curves": [curve["block"] for curve in curves],
        },
    }


def _facts(plan: Mapping[str, Any], start: str) -> list[tuple[str, str]]:
    """Return the plan as it was understood."""
    intensity, history = plan["intensity"], plan["history"]
    facts = [("Sport", plain(plan["sport"]))]
    facts += [("Start", start)] if start else []
    facts.append(("Duration", duration_words(plan["duration_s"] / 60)))
    if plan["distance_m"]:
        facts.append(("Distance", quantity(plan["distance_m"] / 1000, "km")))
    facts += [
        (name.removesuffix("_m").capitalize(), quantity(plan[name], "m"))
        for name in ("ascent_m", "descent_m")
        if plan[name]
    ]
    facts.append(("Intensity", intensity["source"]))
    sessions, days = history["sessions"], history["covered_days"]
    known = f"{plural(sessions, 'earlier session')} over {days:.0f} days"
    if not days:
        known = "none known" if not sessions else f"{plural(sessions, 'session')}, but none of late"
    return [*facts, ("History", known)]


def _curve(
    sweep: Mapping[str, Any], plan: Mapping[str, Any], analysis: Analysis, zone: tzinfo
) -> dict[str, Any]:
    """Return one what-if: what its chart and its table are made of."""
    key, values = sweep["vary"], sweep["values"]
    varied = VARIED[key]
    rows = sweep_rows(sweep, zone, _TABLE_ROWS)
    ends = [f"{score_words(score)} at {value}" for value, score, _ in (rows[0], rows[-1])]
    return {
        "key": key,
        "title": varied.title,
        "words": f"Score by {varied.title.lower()}: from {ends[0]} to {ends[1]}",
        "rows": rows,
        "block": {
            "key": key,
            "title": varied.title,
            "unit": varied.unit,
            "x": values if key == "start" else [round(one * varied.factor, 6) for one in values],
            "score": sweep["score"],
            "low": sweep["low"],
            "high": sweep["high"],
            "said": [
                f"{value_words(key, value, zone)}: score {score_words(score)}, {between(low, high)}"
                if score is not None
                else ""
                for value, score, low, high in zip(
                    values, sweep["score"], sweep["low"], sweep["high"], strict=True
                )
            ],
            "now": _now(key, plan, analysis),
        },
    }


def _now(key: str, plan: Mapping[str, Any], analysis: Analysis) -> float | str | None:
    """Return where the plan itself stands on the axis."""
    if key == "start":
        return str(plan["start_time"])
    if key == "duration":
        return float(plan["duration_s"]) * VARIED[key].factor
    feature = analysis.features.get(_NOW.get(key, ""))
    if feature is None or feature.value is None:
        return None
    return feature.value * VARIED[key].factor
