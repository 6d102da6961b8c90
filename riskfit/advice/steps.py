"""Advice: ordered steps, each with what caused it and how good its evidence is."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from riskfit.advice.drinking import DrinkingPlan
from riskfit.advice.situation import Situation
from riskfit.advice.texts import AdviceFile, AdviceKind, AdviceText, load_advice
from riskfit.athlete import Athlete, Conditions
from riskfit.rules.load import load_model
from riskfit.rules.model import Grade, Model, RedFlag
from riskfit.scoring.assessment import Assessment
from riskfit.scoring.given import Given

#: Reasons named beside general advice.
_MOST_REASONS = 4
#: Stretches described for a cramp.
_MOST_STRETCHES = 3


class Advice(Struct, frozen=True, kw_only=True):
    """One step.

    Attributes
    ----------
    id, kind : str
    text : str
    because : tuple of str
        Rules, red flags or features that caused it; empty for what holds for everybody.
    grade : str
        A consistent evidence, D opinion or the documents' word.
    references : tuple of str
    amounts : mapping of str to (low, high)
        Numbers in it, units in the names.
    stops : bool
        It stands before everything else.
    """

    id: str
    kind: str
    text: str
    because: tuple[str, ...] = ()
    grade: Grade
    references: tuple[str, ...] = ()
    amounts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    stops: bool = False


def advise(
    assessment: Assessment,
    features: Mapping[str, Given] | None = None,
    *,
    athlete: Athlete | None = None,
    conditions: Conditions | None = None,
    sport: str | None = None,
    model: Model | None = None,
    drinking: DrinkingPlan | Mapping[str, Any] | None = None,
    day: date | None = None,
    planned: bool | None = None,
    today: date | None = None,
) -> list[Advice]:
    """Say what to do, the most urgent first.

    Red flags, and heat in which the session should not be held, replace what could pass for a
    remedy or for leave to go on; urgent red flags stand alone, and so does a plan for a heat that
    nobody should exercise in. Warnings about heat and drinking
    hang on WBGT and fluid loss, never on points.

    Parameters
    ----------
    assessment : Assessment
    features : FeatureSet or mapping, optional
        The features it was made of, for what the ledger does not hold.
    athlete : Athlete, optional
        Medicines and conditions that change what is right.
    conditions : Conditions, optional
        Whether it is indoors.
    sport : str, optional
        FIT's word, for the muscles to stretch; the context goes first.
    model : Model, optional
        The one of the assessment; the published card unless given.
    drinking : DrinkingPlan or mapping, optional
        The drinking plan, or its fields by name, those that are known.
    day : date, optional
        Of the session, for whether a medicine is new, and how far off a race is.
    planned : bool, optional
        Whether it is to come; None counts as yes.
    today : date, optional
        When this is asked.

    Returns
    -------
    list of Advice
    """
    file = load_advice()
    amounts = asdict(drinking) if isinstance(drinking, DrinkingPlan) else drinking
    situation = Situation(
        assessment,
        features or {},
        athlete,
        conditions,
        amounts,
        model or load_model(),
        sport,
        day,
        planned,
        today,
    )
    given: list[Advice] = []
    groups: set[str] = set()
    for entry in file.advice:
        if entry.one_of in groups or not _may_stand(entry, file.kinds[entry.kind], situation):
            continue
        found = (
            _red_flags(entry, situation)
            if entry.each_red_flag
            else _single(entry, situation, file, sport)
        )
        if found and entry.one_of:
            groups.add(entry.one_of)
        situation.heat |= bool(found) and entry.when.heat_from is not None
        given += found
    order = list(file.kinds)
    given.sort(key=lambda advice: order.index(advice.kind))
    return given


def _may_stand(entry: AdviceText, kind: AdviceKind, situation: Situation) -> bool:
    """Say whether a text may stand beside what comes first: red flags, heat, who it is for."""
    assessment = situation.assessment
    if assessment.red_flags.urgent:
        return entry.with_urgent_flag or kind.with_urgent_flag
    if situation.for_nobody and (not kind.with_extreme_heat or entry.when.unasked):
        return False
    if (assessment.red_flags.present or situation.called_off) and not kind.with_red_flag:
        return False
    return not assessment.outside or entry.outside_too or kind.outside


def _red_flags(entry: AdviceText, situation: Situation) -> list[Advice]:
    """Repeat the text for each red flag that is present."""
    flags = [situation.model.red_flag(name) for name in situation.assessment.red_flags.present]
    flags = [flag for flag in flags if entry.when.emergency in (None, flag.emergency)]
    flags.sort(key=lambda flag: not flag.urgent)  # a doctor now, before one in the next days
    return [
        _advice(
            entry,
            entry.text.format(red_flag=flag.asks, means=flag.means, when_to_go=flag.when_to_go),
            [flag.id],
        )
        for flag in flags
    ]


def _single(
    entry: AdviceText, situation: Situation, file: AdviceFile, sport: str | None
) -> list[Advice]:
    """Return the text as advice when its conditions hold and its numbers are known."""
    because = situation.reasons(entry.when)
    if because is None:
        return []
    words = situation.amounts()
    muscles = file.muscles_of(sport, situation.assessment.context)
    words |= _muscle_words(muscles.muscles, file)
    words["questions"] = "; ".join(_question(flag) for flag in situation.model.red_flags)
    words["unscored_because"] = situation.assessment.unscored_because or ""
    for text in (entry.text, entry.otherwise):
        try:
            written = "" if text is None else text.format(**words)
        except KeyError:  # a number it needs is unknown
            continue
        if written:
            return [_advice(entry, written, because or _general_reasons(entry, file, situation))]
    return []


def _advice(entry: AdviceText, text: str, because: list[str]) -> Advice:
    return Advice(
        id=entry.id,
        kind=entry.kind,
        text=text,
        because=tuple(dict.fromkeys(because)),
        grade=entry.grade,
        references=entry.references,
        amounts=entry.amounts,
        stops=entry.stops,
    )


def _general_reasons(entry: AdviceText, file: AdviceFile, situation: Situation) -> list[str]:
    """Say which rules make general advice matter here, the most telling first."""
    kind = file.kinds[entry.kind]
    causes = entry.explained_by or kind.explained_by
    lines = situation.assessment.standing_out(0.05)
    found = [line.rule for line in lines if line.cause in causes][:_MOST_REASONS]
    return found or list(kind.or_else)


def _question(flag: RedFlag) -> str:
    return flag.asks[0].lower() + flag.asks[1:]


def _muscle_words(muscles: tuple[str, ...], file: AdviceFile) -> dict[str, str]:
    """Name the muscles and how to stretch the first of them."""
    stretches = {stretch.id: stretch for stretch in file.stretch}
    names = [stretches[muscle].name for muscle in muscles]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    how = " ".join(stretches[muscle].how for muscle in muscles[:_MOST_STRETCHES])
    return {"muscles": listed, "stretches": how}
