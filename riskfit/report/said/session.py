"""What is said of a session: facts, score, causes, reasons, advice, open questions."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from riskfit.activity import Activity, PlannedSession
from riskfit.advice.steps import Advice
from riskfit.analysis import Analysis
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.results import Feature
from riskfit.report.rounding import round_down, split_to_total
from riskfit.report.words import (
    ADVICE_KINDS,
    CAUSE_NAMES,
    PART_NAMES,
    STEPS_SHOWN,
    UNKNOWN,
    between,
    clock,
    duration_words,
    in_sentence,
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
from riskfit.scoring.assessment import Assessment
from riskfit.scoring.timeline import Timeline

#: What stands out is shown up to here, `--full` shows all.
_REASONS = 6
#: Rules that are named beside a step of advice.
_BECAUSE = 4


class ScoreSaid(Struct, frozen=True, kw_only=True):
    """A score that is there, with its interval and what it compares with.

    ``bands`` are those of the interval; ``sum`` is short, ``split`` the same as a sentence.
    """

    value: float
    low: float
    high: float
    text: str
    fine_text: str
    low_text: str
    high_text: str
    band: str
    bands: str
    answer: str
    sum: str
    split: str
    compared: str
    chance: str

    @property
    def between(self) -> str:
        """Return the interval."""
        return between(self.low, self.high)

    @property
    def on_its_scale(self) -> str:
        """Say the score to those who do not see its scale."""
        return f"Score {self.text} on a scale from 0 to 100, {self.band}; {self.between}"


class Share(Struct, frozen=True, kw_only=True):
    """Points of a cause, of how many it could give; or of a part, with its odds and word."""

    name: str
    points: float
    text: str
    of: float
    of_text: str
    odds: str = ""
    word: str = ""

    @property
    def share(self) -> float:
        """Return how full it is [fraction]."""
        return self.points / self.of if self.of else 0.0


class Reason(Struct, frozen=True, kw_only=True):
    """What stands out: its points, and on what they rest; ``assumed`` sums up the unknown."""

    text: str
    sentence: str
    rests_on: str = ""
    assumed: bool = False


class FeatureSaid(Struct, frozen=True, kw_only=True):
    """A feature with its range and source; where it is missing, ``source`` says why."""

    name: str
    meaning: str
    value: float | None
    text: str
    range: str
    source: str


class AdviceSaid(Struct, frozen=True, kw_only=True):
    """The steps of one kind; the first ``printed`` of them go everywhere."""

    title: str
    printed: int
    steps: list[Advice]


class Open(Struct, frozen=True, kw_only=True):
    """A question whose answer would narrow the range, and by how much it could move the score."""

    points: float
    text: str
    question: str
    rule: str
    settled_by: str
    needs: str


def facts(analysis: Analysis, *, share: bool = False) -> list[str]:
    """Return what the session was, in a few words; to share, without its time zone."""
    session, features = analysis.session, analysis.features
    said = [sport_words(session)]
    start = start_words(session, share=share)
    said += [start] if start else []
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
    offset = None if share else _offset_s(session)
    zone = " UTC" if offset is None else ""
    return clock(session.start_time.timestamp() + (offset or 0)) + zone


def _offset_s(session: Activity | PlannedSession) -> float | None:
    """Return how far the session's clock is from UTC, None where nobody told [s]."""
    if isinstance(session, Activity):
        return session.utc_offset_s
    away = None if session.start_time is None else session.start_time.utcoffset()
    return away.total_seconds() if away else None


# ---- the score


def score_said(assessment: Assessment) -> ScoreSaid:
    """Return the words of a score that is there."""
    score = assessment.score or 0.0
    low, high = assessment.low or 0.0, assessment.high or 0.0
    band = assessment.band or ""
    bands = f"{assessment.band_low} to {assessment.band_high}"
    you, session = parts_said(assessment)
    odds = assessment.odds_vs_typical
    return ScoreSaid(
        value=score,
        low=low,
        high=high,
        text=score_words(score),
        fine_text=score_words(score, 1),
        low_text=f"{low:.0f}",
        high_text=f"{high:.0f}",
        band=band,
        bands="" if assessment.band_low == assessment.band_high else bands,
        answer=_answer(assessment, bands),
        sum=f"= you {you.text} ({you.odds}) + this session {session.text} ({session.odds}, "
        f"{session.word})",
        split=f"{you.text} of the {score_words(score)} points are you, {session.text} are this "
        f"session, which adds {session.word}.",
        compared=""
        if odds is None or assessment.compared is None
        else f"For {assessment.context_name}: {assessment.compared}, {signed_odds(odds)}",
        chance="" if assessment.chance is None else one_in_words(assessment.chance),
    )


def _answer(assessment: Assessment, bands: str) -> str:
    """Say the score in one sentence, with what drives it."""
    band = (assessment.band or "").capitalize()
    sentence = f"{band} risk of cramp."
    if assessment.band_low != assessment.band_high:
        sentence = f"{band} risk of cramp; what is not known leaves room for {bands}."
    names = [in_sentence(line.name) for line in assessment.standing_out()[:3]]
    return f"{sentence} What stands out: {', '.join(names)}." if names else sentence


def causes_said(assessment: Assessment) -> list[Share]:
    """Return the points of each cause; they add up to the score that is shown."""
    texts = _adding_up(assessment, {name: one.points for name, one in assessment.causes.items()})
    return [
        Share(
            name=CAUSE_NAMES[name],
            points=cause.points,
            text=texts[name],
            of=cause.of,
            of_text=f"{cause.of:.0f}",
        )
        for name, cause in assessment.causes.items()
    ]


def parts_said(assessment: Assessment) -> list[Share]:
    """Return the points of the person and of the session; they add up to the score shown."""
    texts = _adding_up(assessment, {name: one.points for name, one in assessment.parts.items()})
    return [
        Share(
            name=PART_NAMES[name],
            points=part.points,
            text=texts[name],
            of=100.0,
            of_text="100",
            odds=odds_words(part.odds),
            word=part.word or "",
        )
        for name, part in assessment.parts.items()
    ]


def _adding_up(assessment: Assessment, points: Mapping[str, float]) -> dict[str, str]:
    shown = split_to_total(points, round_down(assessment.score or 0.0))
    return {name: f"{number:.0f}" for name, number in shown.items()}


def reasons(assessment: Assessment, *, full: bool = False) -> list[Reason]:
    """Return what stands out, by its share of what its cause can give; what is assumed last."""
    lines = assessment.standing_out()
    said = [
        Reason(
            text=f"+{line.points:.1f}",
            sentence=line.sentence,
            rests_on=f"evidence {line.grade}, {line.rule}",
        )
        for line in (lines if full else lines[:_REASONS])
    ]
    assumed = sum(line.points for line in assessment.contributions if line.assumed)
    if said and assumed >= 0.05:
        usual = "counted as usual, because nobody told"
        said.append(Reason(text=f"+{assumed:.1f}", sentence=usual, assumed=True))
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


def feature_said(name: str, feature: Feature) -> FeatureSaid:
    """Return a feature in the words it is read in."""
    spec, missing = CATALOGUE[name], feature.value is None
    return FeatureSaid(
        name=spec.meaning_short,
        meaning=spec.meaning,
        value=feature.value,
        text=UNKNOWN if feature.value is None else value_words(feature.value, feature.unit),
        range=range_words(feature),
        source=(feature.missing_because if missing else feature.source) or "",
    )


def advice_said(analysis: Analysis) -> list[AdviceSaid]:
    """Return the advice by kind, each with the few rules that say most for it."""
    return [
        AdviceSaid(title=title, printed=STEPS_SHOWN.get(kind, 2), steps=steps)
        for kind, title in ADVICE_KINDS.items()
        if (steps := [step for step in analysis.advice if step.kind == kind])
    ]


def because(step: Advice) -> str:
    """Return the rules that asked for a step of advice, the first few."""
    return ", ".join(step.because[:_BECAUSE])


def open_questions(assessment: Assessment) -> list[Open]:
    """Return what was not known, the most telling first."""
    said = []
    for item in assessment.not_assessed:
        most = max(abs(item.points_low), abs(item.points_high))
        said.append(
            Open(
                points=most,
                text=f"{most:.1f}",
                question=item.question,
                rule=item.rule,
                settled_by=item.settled_by,
                needs=item.needs,
            )
        )
    return said


def flags_said(names: Iterable[str]) -> tuple[str, str]:
    """Say that there are red flags, and what they ask for."""
    return (
        f"red flags were named ({', '.join(names)}).",
        "See a clinician before stretching or training through it.",
    )
