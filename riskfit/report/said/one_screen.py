"""What one screen says of a session: the answer, where its points come from, what to do."""

from typing import Final

from riskfit.advice.steps import Advice
from riskfit.analysis import Analysis
from riskfit.report.rounding import round_down, split_to_total
from riskfit.report.said.session import parts_said, score_said
from riskfit.report.words import (
    duration_words,
    in_sentence,
    joined,
    score_words,
    signed_odds,
    span,
    value_words,
)
from riskfit.scoring.assessment import Assessment, Contribution

YOU, ASSUMED, OTHER = "you", "assumed", "other"
_NAMES: Final = {
    YOU: "You, as far as told",
    ASSUMED: "Average assumed for what is not known",
    OTHER: "Other",
}
#: A reason of the session with less is not named, and so many are named in the answer. [points]
_LEAST_POINTS, _DRIVERS = 1.5, 3
#: Is said in the place of the score already.
_SAID_ABOVE: Final = "outside"
#: Steps that are shown, and what they are taken from in turn, a kind or the id of one: before a
#: session, and after it, when what to do next comes before what to do in such heat.
MOST_STEPS: Final = 5
_AHEAD: Final = (
    "red_flag",
    "heat",
    "heat_emergency",
    "clinician",
    "drinking",
    "routine",
    "routine",
    "clinician",
    "before",
    "acute",
    "heat",
    "hyponatraemia_signs",
)
_DONE: Final = (
    "red_flag",
    "clinician",
    "routine",
    "heat",
    "drinking",
    "routine",
    "later_on",
    "heat_emergency",
    "clinician",
    "drinking",
    "acute",
    "heat",
    "hyponatraemia_signs",
)
#: A list of signs is no thing to read before everything else.
UNASKED: Final = "See a doctor first if you have a warning sign: riskfit explain red-flags"
#: Numbers that are yes or no, or a grade of something: the name says it all.
_WORDLESS: Final = ("0/1", "0 to 1", "level")
_GRADED: Final = ("effort_fraction", "same_sport_sessions_28d")


def headline(assessment: Assessment) -> str:
    """Return the answer in a sentence: score, what it is for its context, range, what drives it."""
    word = assessment.band or ""
    if assessment.compared is not None:
        word = f"{assessment.compared} for {assessment.context_name}"
    room = span(assessment.low or 0.0, assessment.high or 0.0)
    return (
        f"Cramp risk {score_words(assessment.score)} of 100, {word} ({room}): "
        f"{_drivers(assessment)}."
    )


def _drivers(assessment: Assessment) -> str:
    """Say what most of the points come from; what is only assumed is not named as a reason."""
    score = assessment.score or 0.0
    most = sorted(assessment.standing_out(), key=lambda line: -line.points)[:_DRIVERS]
    names = joined([in_sentence(line.name) for line in most])
    if not most or _assumed(assessment) >= score / 2:
        so_far = f"; of what is known, {names}" if most else ""
        return f"mostly averages, assumed for what is not known{so_far}"
    enough = sum(line.points for line in most) >= score / 2
    return f"{'mostly' if enough else 'led by'} {names}"


def _assumed(assessment: Assessment) -> float:
    return sum(line.points for line in assessment.contributions if line.assumed)


def below_headline(assessment: Assessment) -> list[str]:
    """Return this session's part before the person's, what it compares with, the own record."""
    you, session = parts_said(assessment)
    of_all = f"{session['text']} of the {score_words(assessment.score)} points"
    said = [f"This session: {of_all} ({session['word']}). You: {you['text']}."]
    scored = score_said(assessment)
    if assessment.odds_vs_typical is not None:
        odds = f"For {assessment.context_name}: {signed_odds(assessment.odds_vs_typical)}"
        said.append(f"{odds}; {scored.chance}." if scored.chance else f"{odds}.")
    return [*said, *([f"{scored.record}."] if scored.record else [])]


def point_rows(analysis: Analysis, most: int = 6) -> list[tuple[str, int]]:
    """Return where the points come from, most first; they add up to the score that is printed.

    The person is one line, what is assumed another; so many reasons of the session at most stand
    by name, and the rest are one line.
    """
    assessment = analysis.assessment
    known = [line for line in assessment.contributions if not line.assumed]
    own = sum(line.points for line in known if line.part == "you")
    here = sorted((one for one in known if one.part == "session"), key=lambda one: -one.points)
    named = [one for one in here[:most] if one.points >= _LEAST_POINTS]
    points = {YOU: own, ASSUMED: _assumed(assessment)}
    points |= {one.rule: one.points for one in named}
    points[OTHER] = sum(one.points for one in here[len(named) :])
    names = _NAMES | {one.rule: _named(analysis, one) for one in named}
    shown = split_to_total(points, round_down(assessment.score or 0.0))
    order = sorted(points, key=lambda name: (-shown[name], -points[name]))
    return [(names[name], round(shown[name])) for name in order if round(shown[name])]


def _named(analysis: Analysis, line: Contribution) -> str:
    """Return a reason by name, with what was measured where people may be shown that."""
    features = analysis.features
    hidden = line.feature in features and analysis.told(line.feature).value is None
    wordless = line.unit in _WORDLESS or line.feature in _GRADED
    if hidden or wordless or line.shown is None:
        return line.name
    if line.unit == "ratio":
        return f"{line.name} ({line.shown:.1f} times)"
    if line.unit == "fraction":
        return f"{line.name} ({100 * line.shown:.0f} %)"
    if line.unit == "min":
        return f"{line.name} ({duration_words(line.shown)})"
    return f"{line.name} ({value_words(line.shown, line.unit)})"


def chosen_steps(analysis: Analysis, *, planned: bool) -> list[Advice]:
    """Return the few things to do that matter most before a session, or after it."""
    left = [step for step in analysis.advice if not step.stops and step.id != _SAID_ABOVE]
    chosen: list[Advice] = []
    for wanted in _AHEAD if planned else _DONE:
        found = next((step for step in left if wanted in (step.kind, step.id)), None)
        if found is not None and len(chosen) < MOST_STEPS:
            chosen.append(found)
            left.remove(found)
    return chosen


def step_words(step: Advice) -> str:
    """Return a step of advice as a screen shows it."""
    return UNASKED if step.id == "red_flags_unasked" else step.text


def caveat(analysis: Analysis) -> str:
    """Return what the score is not."""
    return next((step.text for step in analysis.advice if step.id == "limits"), "")


def not_understood(analysis: Analysis) -> str:
    """Name the person's own words that say nothing to us, nothing where there are none."""
    words = [reading.said for reading in analysis.understood if reading.unknown]
    if not words:
        return ""
    return (
        f"Not understood: {joined(words)}. Ask your doctor whether "
        f"{'it changes' if len(words) == 1 else 'they change'} how much you should drink."
    )


def no_score(assessment: Assessment) -> str:
    """Say why there is no score."""
    return f"No cramp risk score: {assessment.unscored_because or 'not enough is known'}."
