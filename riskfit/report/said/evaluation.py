"""What is said of a model held against outcomes: what the numbers mean, and what they cannot say.

All of it is made of the document's own entry.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any, Final

from msgspec import Struct

from riskfit._common import plural
from riskfit.learning.published import Verdict
from riskfit.report.words import CAUSE_NAMES, best_action, day_words, plain
from riskfit.rules.model import Model

#: Outcomes of either kind that a validation should have at least: Vergouwe et al. (2005), J Clin
#: Epidemiol 58, 475-483, doi:10.1016/j.jclinepi.2004.06.017.
_ADVISED: Final = 100
#: What is measured with an interval: its name, and what would be right.
_MEASURES: Final = {
    "auc": ("AUC (discrimination)", "1; 0.5 is a coin"),
    "slope": ("calibration slope", "1; below: too bold"),
    "intercept": ("calibration intercept", "0; above: too low"),
}


class Measure(Struct, frozen=True, kw_only=True):
    """A measure with its interval, nothing where it has none, and what would be right."""

    name: str
    value: float
    text: str
    between: str
    right: str


def measures(document: Mapping[str, Any]) -> list[Measure]:
    """Return the measures there are."""
    losses = document["calibration"]
    found = {"auc": document["discrimination"]["auc"], **losses}
    said = [
        Measure(
            name=name,
            value=found[key]["value"],
            text=f"{found[key]['value']:z.2f}",
            between=f"{found[key]['low']:z.2f} to {found[key]['high']:z.2f}",
            right=right,
        )
        for key, (name, right) in _MEASURES.items()
        if found[key] is not None
    ]
    share = f"{losses['brier_of_share']:.4f} for the share alone"
    for key, name, right in (
        ("brier", "Brier score", share),
        ("log_loss", "log loss", "as small as can be"),
    ):
        value = losses[key]
        said.append(Measure(name=name, value=value, text=f"{value:.4f}", between="", right=right))
    return said


def written(verdict: Verdict) -> tuple[str, str]:
    """Return the range that follows from a published finding, and what the card gives."""
    return f"{verdict.low:g} to {verdict.high:g}", f"{verdict.ours:.2f}"


def facts(document: Mapping[str, Any]) -> str:
    """Return what was held against how many outcomes, in a few words."""
    source = document["source"]
    return " · ".join(
        ([PurePath(source).name] if source else [])
        + [f"{plural(document['rows'], 'session')} of {plural(document['athletes'], 'athlete')}"]
        + [f"{document['cramps']:,} with a cramp"]
        + ([held] if (held := period(document)) else [])
    )


def period(document: Mapping[str, Any]) -> str:
    """Return from when to when the sessions were, nothing where nobody told."""
    if document["period"] is None:
        return ""
    first, last = (
        day_words(datetime.fromisoformat(document["period"][end])) for end in ("first", "last")
    )
    return first if first == last else f"{first} to {last}"


def answer(document: Mapping[str, Any]) -> str:
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


def verdicts(document: Mapping[str, Any]) -> list[str]:
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


def unsaid(
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
    contexts = [plain(one["name"]) for one in document["by_context"]]
    if len(contexts) == 1:
        unsaid.append(f"One context only, {contexts[0]}: of others this says nothing.")
    if len(contexts) > 1 and document["discrimination"]["auc"] is not None:
        unsaid.append(
            f"The AUC over all {len(contexts)} contexts also contains the difference between "
            "them; the table by context shows it within one."
        )
    return unsaid


def chart_words(document: Mapping[str, Any]) -> dict[str, str]:
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


def outcome_facts(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return which outcomes they are."""
    contexts = ", ".join(
        f"{plain(one['name'])} ({one['rows']:,})" for one in document["by_context"]
    )
    facts = [
        ("Outcomes", document["source"] or "not named, so that this can be shared"),
        ("Sessions", f"{document['rows']:,}, {document['cramps']:,} of them with a cramp"),
        ("Athletes", f"{document['athletes']:,}"),
        ("Held", period(document) or "at times nobody told"),
    ]
    return [*facts, ("Contexts", contexts)] if contexts else facts
