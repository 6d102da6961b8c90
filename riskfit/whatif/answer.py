"""What is said of a planned session: the steps that the command line and the page share."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from riskfit._common import plural
from riskfit.activity import PlannedSession
from riskfit.analysis import Analysis, analyse
from riskfit.athlete import Athlete, Conditions, History
from riskfit.features.plan.table import features_of
from riskfit.rules.model import Model
from riskfit.whatif.baseline import Case, case_of, with_context
from riskfit.whatif.until_then import UntilThen

if TYPE_CHECKING:
    from riskfit.readers.plans.forecast import Forecast
    from riskfit.whatif.changes import Changes
    from riskfit.whatif.near_sessions import NearSession
    from riskfit.whatif.open_inputs import OpenInput
    from riskfit.whatif.sweeps import Sweep
    from riskfit.whatif.weeks_ahead import StepAhead


_UNTIL_THEN: Final = {
    "usual": (
        "Until then your training is assumed to go on as usual: days without a session yet are "
        "not counted as rest. --until-then rest, or a plan as CSV, says otherwise."
    ),
    "rest": "Until then you rest, as told: no session is counted between now and the start.",
    "plan": "Until then, as told: {sessions}, {hours} in all. Other days are rest.",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """A plan's case and analysis, and what else was asked of it."""

    case: Case
    analysis: Analysis
    open_inputs: "tuple[OpenInput, ...]" = ()
    near: "tuple[NearSession, ...]" = ()
    sweeps: "tuple[Sweep, ...]" = ()
    changes: "Changes | None" = None
    levers: "tuple[StepAhead, ...]" = ()


def answer(
    plan: PlannedSession,
    athlete: Athlete,
    conditions: Conditions,
    history: History,
    *,
    model: Model,
    context: str | None = None,
    forecast: "Forecast | None" = None,
    now_s: float | None = None,
    until_then: UntilThen | None = None,
) -> Answer:
    """Score a plan; a ``context`` nobody tells is taken from what the plan shows."""
    case = case_of(
        plan,
        athlete,
        conditions,
        history,
        model=model,
        context=context,
        forecast=forecast,
        now_s=now_s,
        until_then=until_then or UntilThen(),
    )
    if case.until_then is not None:
        plan = replace(plan, notes=(*plan.notes, _said(case.until_then)))
    features = features_of(case.planning, case.table)
    analysis = analyse(
        plan, athlete, conditions, history, model=model, context=context, features=features
    )
    if context is None:
        case = with_context(case, analysis.assessment.context)
    return Answer(case=case, analysis=analysis, levers=_levers(case, analysis, now_s))


def _said(until: UntilThen) -> str:
    """Say what is done between now and the plan."""
    hours = float(until.sessions.duration_s.sum()) / 3600
    return _UNTIL_THEN[until.kind].format(
        sessions=plural(len(until.sessions), "session"), hours=f"{hours:.1f} h"
    )


def _levers(case: Case, analysis: Analysis, now_s: float | None) -> "tuple[StepAhead, ...]":
    """Return the steps before a race that is weeks away, none where something warns of it."""
    if now_s is None or analysis.assessment.score is None or analysis.warnings:
        return ()
    from riskfit.whatif.weeks_ahead import steps_ahead

    return steps_ahead(case, now_s)
