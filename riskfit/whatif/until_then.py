"""What is done in the days between now and a planned session: as usual, nothing, or a plan."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np

from riskfit._common import DAY_S
from riskfit.activity import PlannedSession
from riskfit.athlete import History
from riskfit.features.recovery import recovery_table

#: From so many days ahead nobody rests all of them (assumption). [days]
_DAYS_AHEAD: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UntilThen:
    """What is done until then: ``sessions`` hold start, duration, load and sport of each."""

    kind: Literal["usual", "rest", "plan"] = "usual"
    sessions: History = field(default_factory=History)


def history_then(
    plan: PlannedSession, history: History, now_s: float | None, until: UntilThen
) -> History | None:
    """Return the history as it will be at the start of a plan, None where it is as it is.

    Parameters
    ----------
    plan : PlannedSession
    history : History
    now_s : float or None
        POSIX time; None: nobody knows how far ahead the plan is. [s]
    until : UntilThen
    """
    if until.kind == "usual":
        return _as_usual(plan, history, now_s)
    if now_s is None:
        return None
    if len(history) and not np.isfinite(history.covered_from_s):
        # what is told of the days ahead makes them known: a rest is no gap of the records
        covered_days = recovery_table(history, [now_s], [plan.sport]).covered_days[0]
        if covered_days > 0:
            history = replace(history, covered_from_s=now_s - covered_days * DAY_S)
    return history.joined(until.sessions)


def _as_usual(plan: PlannedSession, history: History, now_s: float | None) -> History | None:
    """Return the history moved on by whole days, so that nobody seems to rest for weeks."""
    if now_s is None or plan.start_time is None or not len(history):
        return None
    known_s = max(now_s, float(history.start_s.max()))
    days = int((plan.start_time.timestamp() - known_s) // DAY_S)
    return history.later(days * DAY_S) if days >= _DAYS_AHEAD else None
