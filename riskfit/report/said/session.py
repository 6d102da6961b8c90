"""What is said of a session: facts, score, causes, reasons, features, advice."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from riskfit._common import plural
from riskfit.activity import Activity, PlannedSession
from riskfit.advice.steps import Advice
from riskfit.analysis import Analysis
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.results import Feature
from riskfit.medical import Reading
from riskfit.report.rounding import round_down, split_to_total
from riskfit.report.words import (
    ADVICE_KINDS,
    CAUSE_NAMES,
    PART_NAMES,
    STEPS_SHOWN,
    UNKNOWN,
    between,
    duration_words,
    in_sentence,
    moment_words,
    odds_words,
    one_in_words,
    quantity,
    range_words,
    score_words,
    signed_odds,
    sport_words,
    temperature_words,
    value_words,
)
from riskfit.rules.model import Model
from riskfit.scoring.assessment import Assessment, CausePoints, PartPoints
from riskfit.scoring.timeline import Timeline

#: What stands out is shown up to here, `--full` shows all.
_REASONS: Final = 6
#: Rules that are named beside a step of advice.
_BECAUSE: Final = 4


def facts(analysis: Analysis, *, share: bool = False) -> list[str]:
    """Return what the session was, in a few words; to share, without its time zone."""
    session, features = analysis.session, analysis.features
    start = start_words(session, share=share)
    said = [sport_words(session), *([start] if start else [])]
    minutes, distance = features["duration_min"].value, features["distance_km"].value
    if minutes is not None:
        said.append(duration_words(minutes))
    if distance is not None:
        said.append(quantity(distance, "km"))
    if features["air_temperature_c"].value is not None:
        said.append(temperature_words(features["air_temperature_c"]))
    return said


def start_words(session: Activity | PlannedSession, *, share: bool = False) -> str:
    """Return when the session began, by its own clock where that is known; to share, in UTC."""
    if session.start_time is None:
        return ""
    return moment_words(session.start_time.timestamp(), 0.0 if share else _offset_s(session))


def _offset_s(session: Activity | PlannedSession) -> float | None:
    """Return how far the session's clock is from UTC, None where nobody told [s]."""
    if isinstance(session, Activity):
        return session.utc_offset_s
    away = None if session.start_time is None else session.start_time.utcoffset()
    return None if away is None else away.total_seconds()


def understood_said(analysis: Analysis) -> list[str]:
    """Say what each medicine and disease in the person's own words was taken for."""
    return [f"{reading.said}: {taken_for(reading)}" for reading in analysis.understood]


def taken_for(reading: Reading) -> str:
    """Return what words were taken for."""
    if reading.denied:
        return "taken for none of yours"
    if reading.unknown:
        kind = (
            "a medicine of unknown kind" if reading.about == "medicine" else "one long-term illness"
        )
        return (
            f"we do not know it; it counts as {kind}. "
            "Ask your doctor whether it changes how much you should drink"
        )
    return ", ".join(dict.fromkeys(entry.name for entry in reading.entries))


# ---- the score


class ScoreSaid(Struct, frozen=True, kw_only=True):
    """The words of a score that is there; ``sum`` is short, ``split`` the same as a sentence.

    ``bands`` are those of the interval, nothing where it lies in one; ``record`` is the person's
    own, nothing without one.
    """

    text: str
    between: str
    bands: str
    answer: str
    sum: str
    split: str
    compared: str
    chance: str
    record: str
    scale: str


def score_said(assessment: Assessment) -> ScoreSaid:
    """Return the words of a score that is there."""
    band, text = assessment.band or "", score_words(assessment.score)
    bands = f"{assessment.band_low} to {assessment.band_high}"
    wide = assessment.band_low != assessment.band_high
    interval = between(assessment.low or 0.0, assessment.high or 0.0)
    you, session = parts_said(assessment)
    room = f"; what is not known leaves room for {bands}" if wide else ""
    names = ", ".join(in_sentence(line.name) for line in assessment.standing_out()[:3])
    odds = assessment.odds_vs_typical
    return ScoreSaid(
        text=text,
        between=interval,
        bands=bands if wide else "",
        answer=f"{band.capitalize()} risk of cramp{room}."
        + (f" What stands out: {names}." if names else ""),
        sum=f"= you {you['text']} ({you['odds']}) + this session {session['text']} "
        f"({session['odds']}, {session['word']})",
        split=f"{you['text']} of the {text} points are you, {session['text']} are this session, "
        f"which adds {session['word']}.",
        compared=""
        if odds is None or assessment.compared is None
        else f"For {assessment.context_name}: {assessment.compared}, {signed_odds(odds)}",
        chance="" if assessment.chance is None else one_in_words(assessment.chance),
        record=record_said(assessment),
        scale=f"Score {text} on a scale from 0 to 100, {band}; {interval}",
    )


def record_said(assessment: Assessment) -> str:
    """Return the person's own record as a sentence, nothing where there is none."""
    record = assessment.own_record
    if record is None:
        return ""
    return (
        f"Your own record: {plural(record.cramps, 'cramp')} in "
        f"{plural(record.sessions, 'session')} like this, where {record.expected:.2g} would be "
        f"usual: odds {odds_words(record.factor)} "
        f"({odds_words(record.low)} to {odds_words(record.high)})"
    )


def causes_said(assessment: Assessment) -> list[dict[str, Any]]:
    """Return the points of each cause, of how many it could give."""
    return [
        {**said, "of_text": f"{cause.of:.0f}", "share": max(cause.share, 0.0)}
        for said, cause in zip(
            _points_said(assessment, assessment.causes, CAUSE_NAMES),
            assessment.causes.values(),
            strict=True,
        )
    ]


def parts_said(assessment: Assessment) -> list[dict[str, Any]]:
    """Return the points of the person and of the session, with odds and the session's word."""
    return [
        {
            **said,
            "odds": odds_words(part.odds),
            "word": part.word,
            "share": max(part.points, 0.0) / 100,
        }
        for said, part in zip(
            _points_said(assessment, assessment.parts, PART_NAMES),
            assessment.parts.values(),
            strict=True,
        )
    ]


def _points_said(
    assessment: Assessment,
    parts: Mapping[str, CausePoints] | Mapping[str, PartPoints],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return points that are shown to add up to the score that is shown."""
    points = {name: part.points for name, part in parts.items()}
    shown = split_to_total(points, round_down(assessment.score or 0.0))
    return [
        {"name": names[name], "points": points[name], "text": f"{number:.0f}"}
        for name, number in shown.items()
    ]


def reasons(assessment: Assessment, *, full: bool = False) -> list[tuple[str, str, str]]:
    """Return what stands out, by its share of what its cause can give.

    Each is its points, a sentence, and on what it rests; the last may be what was assumed, which
    rests on nothing.
    """
    lines = assessment.standing_out()
    said = [
        (f"+{line.points:.1f}", line.sentence, f"evidence {line.grade}, {line.rule}")
        for line in (lines if full else lines[:_REASONS])
    ]
    assumed = sum(line.points for line in assessment.contributions if line.assumed)
    if said and assumed >= 0.05:
        said.append((f"+{assumed:.1f}", "average assumed for what is not known", ""))
    return said


def crossings(timeline: Timeline, model: Model | None = None) -> list[str]:
    """Say when the score crossed into another band, and what drove it; a model names its rules."""
    said = []
    for one in timeline.crossings:
        rule = one.rule if model is None else f"{one.rule} {model.rule(one.rule).name}"
        said.append(
            f"{duration_words(one.elapsed_s / 60)}: from {one.from_band} to {one.to_band}, "
            f"mostly {CAUSE_NAMES[one.cause].lower()} ({rule})"
        )
    return said


# ---- what it rests on, and what follows


def feature_said(name: str, feature: Feature) -> dict[str, Any]:
    """Return a feature in the words it is read in; where it is missing, its source says why."""
    spec, value = CATALOGUE[name], feature.value
    return {
        "name": spec.meaning_short,
        "meaning": spec.meaning,
        "value": value,
        "text": UNKNOWN if value is None else value_words(value, feature.unit),
        "range": range_words(feature),
        "source": (feature.missing_because if value is None else feature.source) or "",
    }


def advice_said(analysis: Analysis) -> list[tuple[str, int, list[Advice]]]:
    """Return the advice by kind: its heading, how many steps go everywhere, and all of them."""
    return [
        (title, STEPS_SHOWN.get(kind, 2), steps)
        for kind, title in ADVICE_KINDS.items()
        if (steps := [one for one in analysis.advice if one.kind == kind and not one.stops])
    ]


def because(step: Advice) -> str:
    """Return the rules and features that asked for a step of advice, the first few."""
    words = (CATALOGUE[one].meaning_short if one in CATALOGUE else one for one in step.because)
    return ", ".join(list(dict.fromkeys(words))[:_BECAUSE])
