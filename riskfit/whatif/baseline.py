"""A planned session with all it is scored against, and the scores of its variants."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import PlannedSession
from riskfit.athlete import Athlete, Conditions, History
from riskfit.features.plan.table import PlannedTable, Planning, Variants, planned_table, prepare
from riskfit.features.plan.targets import with_effort
from riskfit.features.results import Columns
from riskfit.origin import Origin
from riskfit.rules.load import load_model
from riskfit.rules.model import Model
from riskfit.scoring.kernel import Scores
from riskfit.scoring.own_record import OwnRecord, record_before
from riskfit.scoring.score_table import score_table
from riskfit.whatif.until_then import UntilThen, history_then

if TYPE_CHECKING:
    from riskfit.readers.plans.forecast import Forecast

#: What a what-if on load holds fixed: resting must not look like being out of practice.
HELD = ("same_sport_sessions_28d", "same_sport_sessions_29_84d")
_AS_USUAL = UntilThen()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A plan, its athlete, the day, what came before, and the card it is scored by.

    ``planning`` and ``table`` are the plan's own, worked out once; ``own_record`` is what the
    person logged of such sessions, the same for all variants. ``expected`` is the history as it
    will be at the start, where that is days ahead, by ``until_then``; None: as it is.
    """

    plan: PlannedSession
    athlete: Athlete
    conditions: Conditions
    history: History
    model: Model
    context: str
    planning: Planning
    table: PlannedTable
    forecast: "Forecast | None" = None
    own_record: OwnRecord | None = None
    expected: History | None = None
    until_then: UntilThen | None = None

    @property
    def start_s(self) -> float:
        """When the session begins, POSIX time [s]."""
        return self.planning.start_s

    def at(self, plan: PlannedSession) -> Planning:
        """Return another plan set against the same athlete, day and history."""
        before = self.expected or self.history
        return prepare(plan, self.athlete, self.conditions, before, forecast=self.forecast)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Variants with their features at the end and their scores, a row each."""

    scores: Scores
    values: dict[str, FloatArray]

    def __len__(self) -> int:
        return len(self.scores)


def case_of(
    plan: PlannedSession,
    athlete: Athlete | None = None,
    conditions: Conditions | None = None,
    history: History | None = None,
    *,
    model: Model | None = None,
    context: str | None = None,
    forecast: "Forecast | None" = None,
    now_s: float | None = None,
    until_then: UntilThen = _AS_USUAL,
) -> Case:
    """Make a case of a plan; what is left out is unknown.

    An intensity taken from habit or from a rating is fixed here, so that another start or another
    duration does not change it. Where ``now_s`` (POSIX time) is days before the start,
    ``until_then`` says how training goes on.
    """
    athlete, conditions = athlete or Athlete(), conditions or Conditions()
    history = history or History()
    model = model or load_model()
    expected = history_then(plan, history, now_s, until_then)
    planning = prepare(plan, athlete, conditions, expected or history, forecast=forecast)
    if Origin.HISTORY in planning.effort.origins or "rated_share" in planning.effort.methods:
        plan = with_effort(plan, planning.effort, 1.0)
    context = model.context(context).id
    return Case(
        plan=plan,
        athlete=athlete,
        conditions=conditions,
        history=history,
        model=model,
        context=context,
        planning=planning,
        table=planned_table(planning),
        forecast=forecast,
        own_record=record_before(history.logged, planning.start_s, model, context),
        expected=expected,
        until_then=None if expected is None else until_then,
    )


def with_context(case: Case, context: str) -> Case:
    """Return a case in another context, with the person's own record of such sessions."""
    record = record_before(case.history.logged, case.start_s, case.model, context)
    return replace(case, context=context, own_record=record)


def score_variants(
    case: Case,
    variants: Variants | None = None,
    *,
    planning: Planning | None = None,
    held: Mapping[str, float] | None = None,
    detail: bool = False,
) -> Scored:
    """Score variants of a plan, all at once.

    Parameters
    ----------
    case : Case
    variants : Variants, optional
        Without them the plan itself.
    planning : Planning, optional
        Another start or plan than the case's own.
    held : mapping of feature name to number, optional
        Sessions of the sport before, where a change of load must not move them.
    detail : bool
        Keep responses and uncertainties, too.
    """
    if planning is None and variants is None:
        columns = case.table.columns
    else:
        columns = planned_table(planning or case.planning, variants).columns
    return score_columns(case, columns, held=held, detail=detail)


def score_columns(
    case: Case,
    columns: Columns,
    *,
    held: Mapping[str, float] | None = None,
    detail: bool = False,
) -> Scored:
    """Score the ends of a table's columns."""
    values, low, high = _ends(columns, case.model)
    for name, count in (held or {}).items():
        if np.isfinite(count):
            values[name] = np.full_like(values["duration_min"], count)
    scores = score_table(
        {name: column for name, column in values.items() if not np.isnan(column).all()},
        case.model,
        case.context,
        low=low,
        high=high,
        detail=detail,
        own_record=case.own_record,
    )
    return Scored(scores=scores, values=values)


def held_sessions(case: Case) -> dict[str, float]:
    """Return the sessions of the sport before the plan as it is; nan where unknown."""
    return {name: float(case.planning.recovery.columns[name][0]) for name in HELD}


def starting(plan: PlannedSession, start_s: float) -> PlannedSession:
    """Return a plan that begins at another time, in the same time zone."""
    zone = UTC if plan.start_time is None else plan.start_time.tzinfo
    return replace(plan, start_time=datetime.fromtimestamp(start_s, zone))


def _ends(
    columns: Columns, model: Model
) -> tuple[dict[str, FloatArray], dict[str, FloatArray], dict[str, FloatArray]]:
    """Return every feature's value at the end, and its range, a row a variant."""
    rows = max(column.values.shape[0] for column in columns.values() if column.values.ndim > 1)
    ranged = set(model.inputs)
    values, low, high = {}, {}, {}
    for name, column in columns.items():
        values[name] = _end(column.values, rows)
        if name in ranged and column.low is not None and column.high is not None:
            low[name], high[name] = _end(column.low, rows), _end(column.high, rows)
    return values, low, high


def _end(values: FloatArray, rows: int) -> FloatArray:
    return np.broadcast_to(values[..., -1], (rows,)).copy()
