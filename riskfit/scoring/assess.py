"""Assess a session: features in, an Assessment out, with every point explained."""

from collections.abc import Mapping, Sequence

from riskfit.athlete import Athlete
from riskfit.errors import InputError
from riskfit.medical import health_of
from riskfit.rules.load import load_model
from riskfit.rules.model import Model
from riskfit.scoring.assessment import Assessment, RedFlags
from riskfit.scoring.given import Given, GivenTable, numbers_of
from riskfit.scoring.ledger import DOCTOR_FIRST, write_assessment
from riskfit.scoring.own_record import OwnRecord
from riskfit.scoring.score_table import score_table


def assess(
    features: Mapping[str, Given],
    model: Model | None = None,
    context: str | None = "training",
    *,
    athlete: Athlete | None = None,
    red_flags: Sequence[str] | None = None,
    planned: bool = False,
    own_record: OwnRecord | None = None,
) -> Assessment:
    """Score one session with its reasons.

    Parameters
    ----------
    features : FeatureSet or mapping
        Feature name -> Feature, number, or (low, value, high); what is not in it is unknown,
        and so are None, nan and infinities.
    model : Model, optional
        The published card unless given.
    context : str
        One of the model's contexts; it is given, never guessed.
    athlete : Athlete, optional
        Tells whether the score is for this person, and the red flags if they are not given.
    red_flags : sequence of str, optional
        Ids or names of red flags that are present; None means nobody asked.
    planned : bool
        The session is still to come: what only a recording can tell is not asked for.
    own_record : OwnRecord, optional
        How sessions of this context went that the person logged (`riskfit.own_record`).

    Returns
    -------
    Assessment
    """
    return assess_many(
        [features],
        model,
        context,
        athlete=athlete,
        red_flags=red_flags,
        planned=planned,
        own_record=own_record,
    )[0]


def assess_many(
    rows: Sequence[Mapping[str, Given]],
    model: Model | None = None,
    context: str | None = "training",
    *,
    athlete: Athlete | None = None,
    red_flags: Sequence[str] | None = None,
    planned: bool = False,
    own_record: OwnRecord | None = None,
) -> list[Assessment]:
    """Score many sessions of one context at once; each as `assess` would."""
    model = model or load_model()
    if not rows:
        return []
    table = GivenTable(rows, model)
    if own_record is not None and own_record.context != model.context(context).id:
        raise InputError(f"the own record is of {own_record.context}, the session of {context}")
    scores = score_table(
        table.columns,
        model,
        context,
        low=table.low,
        high=table.high,
        detail=True,
        own_record=own_record,
    )
    if red_flags is None and athlete is not None:
        red_flags = athlete.red_flags
    flags = _flags(model, red_flags)
    return [
        write_assessment(
            scores,
            table,
            number,
            flags=flags,
            planned=planned,
            outside=_outside(model, row, athlete),
            own_record=own_record,
        )
        for number, row in enumerate(rows)
    ]


def why_unscored(model: Model, athlete: Athlete) -> str | None:
    """Return why nothing of this person is scored, None where it is."""
    if _flags(model, athlete.red_flags).urgent:
        return DOCTOR_FIRST
    return _outside(model, {}, athlete)


def _flags(model: Model, names: Sequence[str] | None) -> RedFlags:
    if names is None:
        return RedFlags(screened=False)
    present = [model.red_flag(name) for name in names]
    return RedFlags(
        screened=True,
        present=tuple(flag.id for flag in present),
        urgent=tuple(flag.id for flag in present if flag.urgent),
    )


def _outside(model: Model, row: Mapping[str, Given], athlete: Athlete | None) -> str | None:
    """Return why the score is not for this person, or None."""
    outside = model.outside
    health = () if athlete is None else health_of(athlete)
    ages = [numbers_of("age_years", row.get("age_years"))[1]]
    if athlete is not None and athlete.age_years is not None:
        ages.append(athlete.age_years)
    # the card's words for whom it names, the disease's own for the others
    names = {entry.id: entry.name for entry in health if "outside" in entry.acts_on}
    had = {entry.id for entry in health}
    found = [
        what
        for name, what in (names | outside.conditions).items()
        if name in had or numbers_of(name, row.get(name))[1] > 0
    ]
    if any(age < outside.under_age_years for age in ages):
        found.insert(0, f"an age under {outside.under_age_years:g}")
    return outside.text.format(who=" or ".join(found)) if found else None
