"""What a page shows of an evaluation: what the numbers say in words, beside the numbers."""

import re
from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from riskfit._common import plural
from riskfit.report.said.evaluation import (
    answer,
    chart_words,
    facts,
    measures,
    model_facts,
    outcome_facts,
    unsaid,
    verdicts,
)
from riskfit.report.words import CAUSE_NAMES, best_action, per_cent, plain
from riskfit.rules.model import Model

#: Athletes shown; the document holds all.
_MOST_NAMES: Final = 200


def evaluation_view(document: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Return an evaluation as its template and its script show it.

    Parameters
    ----------
    document : mapping
        As `evaluation_entry` gives it, with the version of riskfit.
    model : Model
        What was evaluated.
    """
    known, decisions = _known(document, model), _decisions(document)
    return {
        "title": f"{model.id} {model.version}, held against outcomes",
        "facts": facts(document),
        "auc": document["discrimination"]["auc"],
        "answer": answer(document),
        "said": verdicts(document),
        "unsaid": unsaid(document, model, known),
        "measures": measures(document),
        "curve": document["calibration"]["curve"],
        "roc": bool(document["discrimination"]["roc"]),
        "decisions": decisions,
        "words": chart_words(document),
        "slices": _slices(document, model),
        "model_facts": model_facts(model),
        "outcome_facts": outcome_facts(document),
        "known": known,
        "notes": document["notes"],
        "block": {"document": document, "say": _chart_labels(document, decisions)},
    }


def _chart_labels(
    document: Mapping[str, Any], decisions: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return what stands in the charts, and what their points say."""
    return {
        "roc": {
            "x": "warned in vain, of sessions without a cramp",
            "y": "warned of, of cramps",
            "straight": "a coin",
            "model": "the model",
            "points": [
                f"warned from {100 * one['threshold']:.3g} % on:<br>{100 * one['met_share']:.0f} % "
                f"of cramps,<br>{100 * one['in_vain_share']:.0f} % of the others in vain"
                for one in decisions
                if one["met_share"] is not None and one["in_vain_share"] is not None
            ],
        },
        "calibration": {
            "x": "predicted chance",
            "y": "share that cramped",
            "straight": "as predicted",
            "model": "observed",
            "points": [
                f"predicted {per_cent(one['predicted'])}, observed {per_cent(one['observed'])}<br>"
                f"({100 * one['low']:.1f} to {per_cent(one['high'])})<br>"
                f"{plural(one['rows'], 'session')}"
                for one in document["calibration"]["curve"]
            ],
        },
        "decisions": {
            "x": "acting from this chance on",
            "y": "net benefit, cramps a session",
            "never": "never",
            "always": "always",
            "model": "on the model",
        },
    }


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
                        "name": plain(part["name"]) or "you",
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
