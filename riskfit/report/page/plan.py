"""What a page shows of a plan beyond its assessment: what-ifs, changes, questions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from riskfit._common import plural
from riskfit.analysis import Analysis
from riskfit.report.json.plan import LEVER_NAMES, changes_entry, sweep_entry
from riskfit.report.rounding import round_down
from riskfit.report.words import CAUSE_NAMES, duration_words, quantity

if TYPE_CHECKING:
    from riskfit.rules.model import Model
    from riskfit.whatif.baseline import Case

#: What is varied: its title, unit on the axis, and what a value is multiplied with.
_CURVES: Final = {
    "duration": ("Duration", "h", 1 / 3600),
    "temp": ("Air temperature", "°C", 1.0),
    "humidity": ("Humidity", "%", 1.0),
    "wind": ("Wind", "m/s", 1.0),
    "sun": ("Sun", "share of clear sky", 1.0),
    "intensity": ("Intensity", "share of threshold", 1.0),
    "speed": ("Speed", "km/h", 3.6),
    "power": ("Power", "W", 1.0),
    "fluid": ("Drinking", "L/h", 1.0),
    "start": ("Start", "", 1.0),
}
_NOW: Final = {
    "temp": "air_temperature_c",
    "intensity": "intensity_factor",
    "humidity": "relative_humidity_pct",
    "wind": "wind_m_s",
}
_TABLE_ROWS: Final = 13


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
    score = analysis.assessment.score
    if case is None or score is None:
        return found
    if not found["what_if"]:
        from riskfit.whatif.sweeps import usual_sweeps

        found["what_if"] = [sweep_entry(one) for one in usual_sweeps(case, analysis.features)]
    lowest = case.model.bands[0].id
    if found["changes"] is None and analysis.assessment.band not in (None, lowest):
        from riskfit.whatif.changes import smallest_changes

        below = str(analysis.assessment.band)
        found["changes"] = changes_entry(case, smallest_changes(case, below))
    return found


def plan_view(entry: Mapping[str, Any], analysis: Analysis, model: "Model") -> dict[str, Any]:
    """Return a plan's part of a page.

    Parameters
    ----------
    entry : mapping
        ``plan``, ``what_if`` and ``changes`` of the document.
    analysis : Analysis
    model : Model
    """
    plan = entry["plan"]
    curves = [_curve(sweep, plan, analysis) for sweep in entry["what_if"]]
    return {
        "facts": _facts(plan),
        "curves": curves,
        "changes": None if entry["changes"] is None else _changes(entry["changes"]),
        "tell": [
            {
                "question": one["question"],
                "key": one["key"],
                "narrows": one["narrows"],
                "text": f"{one['narrows']:.1f}",
                "rules": ", ".join(one["rules"]),
            }
            for one in plan["tell"]
        ],
        "nearest": [_near(one) for one in plan["nearest"]],
        "block": {
            "bands": [{"id": band.id, "from": band.from_} for band in model.bands],
            "curves": [curve["block"] for curve in curves],
        },
    }


def _facts(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the plan as it was understood."""
    intensity, history = plan["intensity"], plan["history"]
    facts = [("Sport", str(plan["sport"]).replace("_", " "))]
    if plan["start_time"]:
        start = datetime.fromisoformat(plan["start_time"])
        facts.append(("Start", f"{start:%a %-d %b %Y %H:%M} UTC"))
    facts.append(("Duration", duration_words(plan["duration_s"] / 60)))
    if plan["distance_m"]:
        facts.append(("Distance", quantity(plan["distance_m"] / 1000, "km")))
    facts += [
        (name.removesuffix("_m").capitalize(), quantity(plan[name], "m"))
        for name in ("ascent_m", "descent_m")
        if plan[name]
    ]
    facts.append(("Intensity", f"{intensity['source']} ({intensity['kind']})"))
    sessions, days = history["sessions"], history["covered_days"]
    known = f"{plural(sessions, 'earlier session')} over {days:.0f} days"
    if not days:
        known = "none known" if not sessions else f"{sessions:,} sessions, but none of late"
    return [*facts, ("History", known)]


def _curve(sweep: Mapping[str, Any], plan: Mapping[str, Any], analysis: Analysis) -> dict[str, Any]:
    """Return one what-if: what its chart and its table are made of."""
    key = sweep["vary"]
    title, unit, factor = _CURVES.get(key, (key.capitalize(), sweep["unit"], 1.0))
    values = sweep["values"]
    shown = values if key == "start" else [round(value * factor, 6) for value in values]
    every = max(1, -(-len(values) // _TABLE_ROWS))
    rows = [
        {
            "value": _words(key, value, unit),
            "score": score,
            "text": "–" if score is None else f"{round_down(score):.0f}",
            "band": band or "",
        }
        for value, score, band in list(zip(shown, sweep["score"], sweep["band"], strict=True))[
            ::every
        ]
    ]
    return {
        "key": key,
        "title": title,
        "words": f"Score by {title.lower()}: from {rows[0]['text']} at {rows[0]['value']} to "
        f"{rows[-1]['text']} at {rows[-1]['value']}",
        "rows": rows,
        "block": {
            "key": key,
            "title": title,
            "unit": unit,
            "x": shown,
            "score": sweep["score"],
            "low": sweep["low"],
            "high": sweep["high"],
            "now": _now(key, plan, analysis, factor),
        },
    }


def _words(key: str, value: Any, unit: str) -> str:
    if key == "start":
        return f"{datetime.fromisoformat(value):%a %H:%M} UTC"
    if key == "duration":
        return duration_words(value * 60)
    return f"{value:.3g} {unit}"


def _now(
    key: str, plan: Mapping[str, Any], analysis: Analysis, factor: float
) -> float | str | None:
    """Return where the plan itself stands on the axis."""
    if key == "start":
        return str(plan["start_time"])
    if key == "duration":
        return float(plan["duration_s"]) * factor
    feature = analysis.features.get(_NOW.get(key, ""))
    return None if feature is None or feature.value is None else feature.value * factor


def _changes(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the smallest changes in words."""
    listed = [*entry["single"], *entry["pairs"]]
    floor = entry["floor"]
    return {
        "below": entry["below"],
        "needed": entry["needed"],
        "listed": [
            {
                "text": _capital(one["text"]),
                "score": one["score"],
                "score_text": f"{round_down(one['score']):.0f}",
                "band": one["band"],
                "range": f"{one['low']:.0f} to {one['high']:.0f}",
            }
            for one in listed
        ],
        "insufficient": [
            f"{LEVER_NAMES.get(lever, lever)}: at best {round_down(score):.0f}"
            for lever, score in entry["insufficient"].items()
        ],
        "not_offered": [
            f"{LEVER_NAMES.get(lever, lever)}: {why}" for lever, why in entry["not_offered"].items()
        ],
        "floor": None
        if floor["score"] is None
        else f"With every lever as far as it goes {round_down(floor['score']):.0f} points stay: "
        + ", ".join(
            f"{CAUSE_NAMES[cause].lower()} {points:.0f}"
            for cause, points in floor["causes"].items()
        )
        + ".",
        "caveat": entry["caveat"],
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _near(one: Mapping[str, Any]) -> dict[str, str]:
    start = datetime.fromisoformat(one["start_time"])
    return {
        "day": f"{start:%-d %b %Y}",
        "sport": str(one["sport"]).replace("_", " "),
        "duration": duration_words(one["duration_s"] / 60),
        "load": "–" if one["load"] is None else f"{one['load']:.0f} TSS",
        "temperature": "–" if one["temperature_c"] is None else f"{one['temperature_c']:.0f} °C",
        "outcome": one["outcome"] or "nothing logged",
    }


def roster_entries(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the document's plans, one an athlete where a squad was asked for."""
    plan = document["plan"]
    if "roster" not in plan:
        return [{name: document[name] for name in ("plan", "what_if", "changes")}]
    return [
        {"plan": one, "what_if": sweeps, "changes": changes}
        for one, sweeps, changes in zip(
            plan["roster"], document["what_if"], document["changes"], strict=True
        )
    ]
