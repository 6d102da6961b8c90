"""The whole pipeline for one session: what the command line, the batch and the page call."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isnan, nan
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from riskfit._common import FloatArray
from riskfit.activity import Activity, PlannedSession
from riskfit.advice.drinking import DrinkingPlan, plan_drinking
from riskfit.advice.heat_limits import for_nobody
from riskfit.advice.limits import fluid_limited_by, salt_limited
from riskfit.advice.situation import too_hot
from riskfit.advice.steps import Advice, advise
from riskfit.athlete import Athlete, Conditions, History
from riskfit.cleaning import CleanSession, clean
from riskfit.features.compute import compute_features
from riskfit.features.results import Feature, FeatureSet
from riskfit.medical import Reading, readings
from riskfit.origin import Origin
from riskfit.rules.load import load_model
from riskfit.rules.model import Model
from riskfit.rules.taken_context import Facts, Taken, take_context
from riskfit.scoring.assess import assess
from riskfit.scoring.assessment import Assessment
from riskfit.scoring.own_record import record_before
from riskfit.scoring.timeline import Timeline, assess_timeline

#: Why a plan that nobody should carry out has no score.
TOO_HOT: Final = "nobody should exercise in this heat"

#: Features that are amounts of sodium.
SODIUM: Final = frozenset({"sodium_loss_g", "sodium_deficit_g"})


class Analysis(Struct, frozen=True, kw_only=True, eq=False):
    """One session with everything that is said of it.

    ``source`` and ``sha256`` name the input; ``timeline`` is None where nothing was scored;
    ``understood`` is what was made of medicines and diseases in the person's own words, ``taken``
    says where its context is from; ``too_hot`` is a plan that nobody should carry out.
    """

    session: Activity | PlannedSession
    features: FeatureSet
    assessment: Assessment
    timeline: Timeline | None = None
    drinking: DrinkingPlan | None = None
    advice: tuple[Advice, ...] = ()
    cleaned: CleanSession | None = None
    source: str | None = None
    sha256: str | None = None
    athlete: str | None = None
    understood: tuple[Reading, ...] = ()
    taken: Taken | None = None
    too_hot: bool = False
    fluid_limited: bool = False
    salt_limited: bool = False

    @property
    def alone(self) -> bool:
        """Say whether a warning stands alone: no score, no plan, nothing to ask."""
        return self.too_hot or bool(self.assessment.red_flags.urgent)

    def told(self, name: str) -> Feature:
        """Return a feature as people are shown it: no amount that is for a doctor to say."""
        feature = self.features[name]
        volume = self.fluid_limited and feature.unit in ("L", "L/h")
        if volume or (self.salt_limited and name in SODIUM):
            return Feature(unit=feature.unit, missing_because="a question for your doctor")
        return feature

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what stands at the very top of whatever shows this session."""
        return tuple(step.text for step in self.advice if step.stops)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return everything that was repaired, left out or passed over, in order."""
        return (
            *((self.taken.note,) if self.taken and self.taken.note else ()),
            *self.session.notes,
            *self.features.notes,
            *_said_of_log(self.features),
            *self.assessment.notes,
        )


def analyse(
    session: Activity | PlannedSession,
    athlete: Athlete | None = None,
    conditions: Conditions | None = None,
    history: History | None = None,
    *,
    model: Model | None = None,
    context: str | None = None,
    source: str | None = None,
    sha256: str | None = None,
    features: FeatureSet | None = None,
) -> Analysis:
    """Take one session through features, score, timeline, drinking plan and advice.

    ``features`` are computed where they are not given; a ``context`` nobody tells is taken from
    sport, distance and whether it is a race.

    Raises
    ------
    NotAnActivityError
        If a recording has fewer than two samples with different times.
    """
    athlete, conditions = athlete or Athlete(), conditions or Conditions()
    model = model or load_model()
    cleaned = clean(session) if isinstance(session, Activity) else None
    features = features or compute_features(session, athlete, conditions, history, cleaned=cleaned)
    found = sketch(session, athlete, features, history, model=model, context=context)
    found = replace(found, cleaned=cleaned, source=source, sha256=sha256)
    return conclude(found, athlete, conditions, model=model)


def sketch(
    session: Activity | PlannedSession,
    athlete: Athlete,
    features: FeatureSet,
    history: History | None = None,
    *,
    model: Model,
    context: str | None = None,
) -> Analysis:
    """Return the score of a session and its way there, without plan of drinking and advice.

    The person's own record is taken from the ``history``.
    """
    planned = isinstance(session, PlannedSession)
    taken = take_context(model, facts_of(session, features), context)
    context, record = taken.context, None
    if history is not None and len(history.logged):
        start_s = time.time() if session.start_time is None else session.start_time.timestamp()
        record = record_before(history.logged, start_s, model, context)
    assessment = assess(
        features, model, context, athlete=athlete, planned=planned, own_record=record
    )
    if not taken.agrees:
        assessment = replace(assessment, chance=None)
    timeline = None
    if assessment.score is not None and features.elapsed_s is not None:
        columns = scored_columns(features, model)
        timeline = assess_timeline(columns, features.elapsed_s, model, context, own_record=record)
    return Analysis(
        session=session,
        features=features,
        assessment=assessment,
        timeline=timeline,
        athlete=athlete.name,
        taken=taken,
    )


def facts_of(session: Activity | PlannedSession, features: FeatureSet) -> Facts:
    """Return what says which kind of session it is; a way that is only assumed says nothing."""
    race, way = features.value("race_effort"), features["distance_km"]
    return Facts(
        sport=session.sport,
        distance_km=nan if way.origin is Origin.ASSUMED else features.value("distance_km"),
        duration_min=features.value("duration_min"),
        race=None if isnan(race) else race > 0,
        origin=Origin.PLANNED if isinstance(session, PlannedSession) else Origin.RECORDED,
    )


def conclude(
    found: Analysis, athlete: Athlete, conditions: Conditions, *, model: Model
) -> Analysis:
    """Add plan of drinking and advice to a session that was assessed."""
    planned = isinstance(found.session, PlannedSession)
    stopped = bool(found.assessment.red_flags.urgent) or (
        planned and too_hot(found.assessment, found.features, conditions, model)
    )
    drinking = None if stopped else plan_drinking(found.features, athlete)
    advice = advise(
        found.assessment,
        features=found.features,
        athlete=athlete,
        conditions=conditions,
        sport=found.session.sport,
        model=model,
        drinking=drinking,
        day=(found.session.start_time or datetime.now(UTC)).date(),
        planned=planned,
        today=datetime.now(UTC).date(),
    )
    limited = bool(fluid_limited_by(found.features, athlete))
    no_salt = limited or salt_limited(found.features, athlete)
    assessment = _without_salt(found.assessment) if no_salt else found.assessment
    nobody = planned and for_nobody(found.features.get("wbgt_c"))
    return replace(
        found,
        assessment=assessment.without_score(TOO_HOT) if nobody else assessment,
        timeline=None if nobody else found.timeline,
        too_hot=nobody,
        drinking=drinking,
        advice=tuple(advice),
        understood=readings(athlete),
        fluid_limited=limited,
        salt_limited=no_salt,
    )


def _without_salt(assessment: Assessment) -> Assessment:
    """Return an assessment whose sentences give no amount of sodium."""
    lines = tuple(
        replace(line, sentence=f"{line.name}: how much is right is a question for your doctor.")
        if line.feature in SODIUM and not line.assumed
        else line
        for line in assessment.contributions
    )
    return replace(assessment, contributions=lines)


def _said_of_log(features: FeatureSet) -> tuple[str, ...]:
    """Say where the person's log beats the profile."""
    history = features.columns.get("cramp_history")
    if history is None or history.basis is None or history.basis.method != "logged_over_profile":
        return ()
    return ("Your log tells of more cramps than your profile: the log counts.",)


def scored_columns(features: FeatureSet, model: Model) -> Mapping[str, FloatArray | float]:
    """Return the columns along the session that the model's rules use; a number holds always."""
    return {
        name: column.values if column.values.shape[-1] > 1 else float(column.values[-1])
        for name, column in features.columns.items()
        if name in model.inputs and features[name].value is not None
    }
