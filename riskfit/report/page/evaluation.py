"""What a page shows of an evaluation: what the numbers say in words, beside the numbers."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from pathlib import PurePath
from typing import Any, Final

from riskfit._common import plural
from riskfit.report.words import CAUSE_NAMES, best_action
from riskfit.rules.model import Model

#: Outcomes of either kind that a validation should have at least: Vergouwe et al. (2005), J Clin
#: Epidemiol 58, 475-483, doi:10.1016/j.jclinepi.2004.06.017.
_ADVISED: Final = 100
#: Athletes shown; the document holds all.
_MOST_NAMES: Final = 200
_MEASURES: Final = (
    ("auc", "AUC (discrimination)", "1; 0.5 is a coin"),
    ("slope", "Calibration slope", "1; below it too bold, above it too timid"),
    ("intercept", "Calibration intercept", "0; above it chances are too low, below it too high"),
)


def evaluation_view(document: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Return an evaluation as its template and its script show it.

    Parameters
    ----------
    document : mapping
        As `evaluation_entry` gives it, with the version of riskfit.
    model : Model
        What was evaluated.
    """
    auc = document["discrimination"]["auc"]
    known = _known(document, model)
    return {
        "title": f"{model.id} {model.version}, held against outcomes",
        "facts": _facts(document),
        "auc": auc,
        "answer": _answer(document),
        "said": _said(document),
        "unsaid": _unsaid(document, model, known),
        "measures": _measures(document),
        "losses": document["calibration"],
        "curve": document["calibration"]["curve"],
        "roc": bool(document["discrimination"]["roc"]),
        "decisions": _decisions(document),
        "words": _chart_words(document),
        "slices": _slices(document, model),
        "model_facts": model_facts(model),
        "outcome_facts": _outcome_facts(document),
        "known": known,
        "notes": document["notes"],
        "block": {"document": document},
    }


# ---- sentences


def _facts(document: Mapping[str, Any]) -> str:
    source = document["source"]
    return " · ".join(
        ([PurePath(source).name] if source else [])
        + [f"{plural(document['rows'], 'session')} of {plural(document['athletes'], 'athlete')}"]
        + [f"{document['cramps']:,} with a cramp"]
        + ([period] if (period := _period(document)) else [])
    )


def _period(document: Mapping[str, Any]) -> str:
    if document["period"] is None:
        return ""
    first, last = (
        f"{datetime.fromisoformat(document['period'][end]):%-d %b %Y}" for end in ("first", "last")
    )
    return first if first == last else f"{first} to {last}"


def _answer(document: Mapping[str, Any]) -> str:
    """Say what the area under the curve means, and what it cannot tell."""
    auc, rows, cramps = document["discrimination"]["auc"], document["rows"], document["cramps"]
    if auc is None:
        kind = "None of these sessions had a cramp" if not cramps else "All these sessions had one"
        return f"{kind}: whether the model tells cramps from none cannot be judged."
    places = 1 if any(abs(auc[end] - 0.5) < 0.01 for end in ("low", "value", "high")) else 0
    value, low, high = (f"{100 * auc[end]:.{places}f}" for end in ("value", "low", "high"))
    pairs = (
        "Of a session with a cramp and one without, the model gave the one with the cramp the "
        f"higher chance in {value} of 100 such pairs"
    )
    if auc["low"] == auc["high"]:
        few = plural(min(cramps, rows - cramps), "session")
        return f"{pairs}. With {few} of the rarer kind that can be luck, and has no interval."
    if auc["low"] > 0.5:
        verdict = "here it is better than that"
    elif auc["high"] < 0.5:
        verdict = "here it is worse than that"
    else:
        verdict = "these outcomes cannot tell the model from one"
    return f"{pairs} (90 % interval {low} to {high}). A coin does so in 50: {verdict}."


def _said(document: Mapping[str, Any]) -> list[str]:
    """Return further sentences: with one kind of outcome there is one thing to say."""
    more = () if document["discrimination"]["auc"] is None else (_spread, _brier, _worth)
    return [write(document) for write in (_calibration, *more)]


def _calibration(document: Mapping[str, Any]) -> str:
    expected, came = document["expected_cramps"], document["cramps"]
    intercept = document["calibration"]["intercept"]
    said = f"It expected {expected:.1f} cramps and {came:,} came"
    if intercept is None:
        return f"{said}."
    if intercept["low"] > 0:
        return f"{said}: its chances were too low."
    if intercept["high"] < 0:
        return f"{said}: its chances were too high."
    return f"{said}, which agrees as far as {plural(came, 'cramp')} can tell."


def _spread(document: Mapping[str, Any]) -> str:
    slope = document["calibration"]["slope"]
    if slope is None:
        return "Whether its chances lie far enough apart cannot be judged."
    if slope["high"] <= 0:
        return "Higher chances went with fewer cramps, not with more."
    if slope["high"] < 1:
        return "It was too bold: its high chances should be lower and its low ones higher."
    if slope["low"] > 1:
        return "It was too timid: its high chances should be higher and its low ones lower."
    if slope["low"] <= 0:
        return "Whether its chances lie far enough apart these outcomes cannot tell."
    return "How far its chances lie apart agrees with what came, as far as can be told."


def _brier(document: Mapping[str, Any]) -> str:
    """Hold the Brier score against that of the base rate alone."""
    brier, share = (document["calibration"][name] for name in ("brier", "brier_of_share"))
    verdict = "smaller, so better" if brier < share else "no smaller, so no better"
    return (
        f"Its Brier score is {brier:.4f}; giving every session the share that cramped, which one "
        f"knows only afterwards, scores {share:.4f}. The model's is {verdict}."
    )


def _worth(document: Mapping[str, Any]) -> str:
    curve = document["decision_curve"]
    tried = f"{len(curve)} chances were tried"
    best = [
        f"{100 * one['threshold']:g}"
        for one in curve
        if best_action(one["model"], one["always"]) == "model"
    ]
    more = "worth more than acting always or never"
    if not best:
        return f"Acting on it was nowhere {more}; {tried}."
    listed = " and ".join([", ".join(best[:-1]), best[-1]] if best[1:] else best)
    return f"Acting on it was {more} for those who act from a chance of {listed} % on; {tried}."


def _unsaid(
    document: Mapping[str, Any], model: Model, known: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return what this evaluation cannot say, gravest first."""
    cramps, others = document["cramps"], document["rows"] - document["cramps"]
    unsaid = []
    if model.provenance.made_by == "riskfit calibrate":
        unsaid.append(
            f"This card was learned from {plural(model.provenance.outcomes or 0, 'outcome')}. "
            "Where those are among these, every number here flatters it."
        )
    if min(cramps, others) < _ADVISED:
        unsaid.append(
            f"{plural(cramps, 'session')} with a cramp and {others:,} without are few: at least "
            f"{_ADVISED} of each are advised to judge a model, and intervals are wide until then."
        )
    silent = [one["rule"] for one in known if not one["rows"]]
    if silent:
        unsaid.append(
            f"What {len(silent)} of {len(known)} rules ask ({', '.join(silent)}) no session tells: "
            "they counted as typical, and nothing here speaks for or against them."
        )
    if 1 < document["athletes"] < document["rows"]:
        clustered = "slope and intercept" if document["athletes"] >= 10 else "all measures"
        unsaid.append(
            f"Sessions of one athlete are alike; the intervals of {clustered} count each as new, "
            "and are too narrow for that."
        )
    if document["athletes"] == 1:
        unsaid.append("One athlete only: of others this says nothing.")
    contexts = [_plain(one["name"]) for one in document["by_context"]]
    if len(contexts) == 1:
        unsaid.append(f"One context only, {contexts[0]}: of others this says nothing.")
    if len(contexts) > 1 and document["discrimination"]["auc"] is not None:
        unsaid.append(
            f"The AUC over all {len(contexts)} contexts also contains the difference between "
            "them; the table by context shows it within one."
        )
    return unsaid


def _chart_words(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what those hear who do not see the charts."""
    auc, bins = document["discrimination"]["auc"], document["calibration"]["curve"]
    above = sum(one["low"] > one["predicted"] for one in bins)
    below = sum(one["high"] < one["predicted"] for one in bins)
    roc = "" if auc is None else f"The area below is {auc['value']:.2f}; on the diagonal it is 0.5."
    return {
        "roc": "Share of sessions with a cramp that would have been warned of, by the share of "
        f"those without that would have been warned of in vain. {roc}",
        "calibration": f"Share that cramped by the chance that was predicted, in "
        f"{plural(len(bins), 'group')} with 90 % intervals: {above} lie wholly above the line of "
        f"equality and {below} wholly below it.",
        "decisions": "Net benefit of acting on the model, always and never, by the chance from "
        f"which one acts. {_worth(document)}",
    }


# ---- tables


def _measures(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = {"auc": document["discrimination"]["auc"], **document["calibration"]}
    return [
        {"name": name, "right": right, **found[key]}
        for key, name, right in _MEASURES
        if found[key] is not None
    ]


def _decisions(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    cramps, others = document["cramps"], document["rows"] - document["cramps"]
    return [
        {
            **one,
            "best": best_action(one["model"], one["always"]),
            "met_share": one["met"] / cramps if cramps else None,
            "in_vain_share": (one["acted"] - one["met"]) / others if others else None,
        }
        for one in document["decision_curve"]
    ]


def _slices(document: Mapping[str, Any], model: Model) -> list[dict[str, Any]]:
    """Return the tables by context and by athlete, as far as they say anything."""
    tables = []
    for title, key in (("Context", "by_context"), ("Athlete", "by_athlete")):
        parts = document[key]
        if not parts or (len(parts) == 1 and title == "Athlete"):
            continue
        shown = sorted(sorted(parts, key=lambda part: -part["rows"])[:_MOST_NAMES], key=_natural)
        shares = [part["expected_cramps"] / part["rows"] for part in shown]
        most = max([part["observed"]["high"] for part in shown] + shares)
        top = min(1.0, ceil(10 * most) / 10)
        tables.append(
            {
                "title": title,
                "key": key,
                "top": f"{100 * top:.0f} %",
                "left_out": len(parts) - len(shown),
                "rows": [
                    {
                        **part,
                        "name": _plain(part["name"]) or "you",
                        "base": model.contexts[part["name"]].p0 if title == "Context" else None,
                        "from": 100 * part["observed"]["low"] / top,
                        "to": 100 * part["observed"]["high"] / top,
                        "at": 100 * share / top,
                        "expected_share": 100 * share,
                    }
                    for part, share in zip(shown, shares, strict=True)
                ],
            }
        )
    return tables


def _natural(part: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Order names as people do: athlete 2 before athlete 10."""
    pieces = re.split(r"(\d+)", part["name"])
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _known(document: Mapping[str, Any], model: Model) -> list[dict[str, Any]]:
    """Return how many sessions tell what each rule asks for."""
    return [
        {
            **one,
            "name": model.rule(one["rule"]).name,
            "cause": CAUSE_NAMES[model.rule(one["rule"]).cause],
            "share": 100 * one["rows"] / document["rows"],
        }
        for one in document["known"]
    ]


def model_facts(model: Model) -> list[tuple[str, str]]:
    """Return which model it is, who made it and from what."""
    made = model.provenance
    facts = [("Model", f"{model.id} {model.version}"), ("Title", model.title)]
    facts.append(("Made by", made.made_by + (f", {made.date}" if made.date else "")))
    if made.base:
        facts.append(("Learned on", made.base))
    if made.outcomes:
        told = f"{plural(made.outcomes, 'outcome')}, {made.cramps or 0} of them cramps"
        facts.append(("From", f"{told}, of {plural(made.athletes or 0, 'athlete')}"))
    factors = {cause: one for cause, one in model.cause_factors.items() if one != 1}
    if factors:
        told = ", ".join(f"{CAUSE_NAMES[cause]} x{one:.2f}" for cause, one in factors.items())
        facts.append(("Causes count", told))
    return [*facts, ("In its own words", made.note)] if made.note else facts


def _outcome_facts(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    contexts = ", ".join(
        f"{_plain(one['name'])} ({one['rows']:,})" for one in document["by_context"]
    )
    facts = [
        ("Outcomes", document["source"] or "not named, so that this can be shared"),
        ("Sessions", f"{document['rows']:,}, {document['cramps']:,} of them with a cramp"),
        ("Athletes", f"{document['athletes']:,}"),
        ("Held", _period(document) or "at times nobody told"),
    ]
    return [*facts, ("Contexts", contexts)] if contexts else facts
