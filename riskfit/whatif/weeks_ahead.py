"""What can still be done in the weeks before a race: steps with a day each, scored alone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from riskfit.advice.limits import fluid_limited_by
from riskfit.advice.occasion import LONGEST_BEFORE, STRENGTH_BEFORE, occasion_of
from riskfit.sports import RUN
from riskfit.whatif.baseline import Case, score_columns

#: The longest session grows by so much a week, and by so much at most: the 10 to 30 % that the
#: advice on training names. [factor]
_A_WEEK: Final = 1.1
_AT_MOST: Final = 1.3
#: Nobody needs to run longer than this for a race (assumption: what plans for marathons end at).
_LONGEST_RUN_MIN: Final = 180.0
_ROUND_MIN: Final = 5.0
#: More sessions than so many change nothing (rule O4); one more a week, and of those who do many
#: already a third more at most (assumption). [count]
_ENOUGH_SESSIONS: Final = 8
_FEW_SESSIONS: Final = 4
_THIRD: Final = 0.3
#: The four weeks that count end with days in which nothing is added. [days]
_WINDOW: Final = 28
#: What saves less is not worth a step. [points]
_LEAST_POINTS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAhead:
    """A step before a race: until when, how much of it, and the score that it leads to.

    ``amount`` counts in the step's own unit: minutes of the longest session, times a week,
    sessions more. ``points`` is what it takes off the score by itself.
    """

    id: str
    rule: str
    by: date
    amount: float
    score: float
    low: float
    high: float
    points: float


def steps_ahead(case: Case, now_s: float) -> tuple[StepAhead, ...]:
    """Return what lowers the score of a race that is weeks away, the most telling first.

    Nothing is offered to who was injured of late, or has something for a doctor to say first.
    """
    start = case.plan.start_time
    if start is None or not _may_train(case):
        return ()
    today = datetime.fromtimestamp(now_s, start.tzinfo or UTC).date()
    race = bool(case.conditions.race) or case.model.context(case.context).event
    if occasion_of(True, start.date(), today, race=race) != "race_ahead":
        return ()
    base = score_columns(case, case.table.columns)
    values = {name: float(column[0]) for name, column in base.values.items()}
    found = []
    for step, feature, told in _steps(case, values, start.date(), today):
        scores = score_columns(case, case.table.columns, held={feature: told}).scores
        name, rule, by, amount = step
        found.append(
            StepAhead(
                id=name,
                rule=rule,
                by=by,
                amount=amount,
                score=float(scores.score[0]),
                low=float(scores.low[0]),
                high=float(scores.high[0]),
                points=float(base.scores.score[0] - scores.score[0]),
            )
        )
    worth = [one for one in found if np.isfinite(one.points) and one.points >= _LEAST_POINTS]
    return tuple(sorted(worth, key=lambda one: -one.points))


def _may_train(case: Case) -> bool:
    """Say whether more training is nothing to ask a doctor about."""
    athlete = case.athlete
    injured = athlete.recent_injury not in (None, "none")
    return not (injured or athlete.red_flags or fluid_limited_by({}, athlete))


_Step = tuple[tuple[str, str, date, float], str, float]


def _steps(case: Case, values: dict[str, float], race: date, today: date) -> list[_Step]:
    """Return the steps there are, each with the feature that it changes and to what."""
    rules = set(case.model.rule_ids)
    one_sport = len(case.plan.sports) == 1
    steps = [
        _longest(case, values, race, today) if one_sport else None,
        _strength(values, race),
        _sessions(values, race, today) if one_sport else None,
    ]
    return [step for step in steps if step is not None and step[0][1] in rules]


def _longest(case: Case, values: dict[str, float], race: date, today: date) -> _Step | None:
    """Return a longer session two weeks before the race."""
    name = "duration_vs_longest_28d_ratio"
    by, ratio, minutes = race - timedelta(days=LONGEST_BEFORE), values[name], values["duration_min"]
    weeks = (by - today).days // 7
    if not ratio > 1 or weeks < 1:
        return None
    longest = minutes / ratio
    most = min(longest * min(_A_WEEK**weeks, _AT_MOST), minutes)
    if case.plan.sport in RUN:
        most = min(most, _LONGEST_RUN_MIN)
    target = _ROUND_MIN * np.floor(most / _ROUND_MIN + 1e-9)
    if target <= longest:
        return None
    return ("longest", "O1", by, float(target)), name, float(minutes / target)


def _strength(values: dict[str, float], race: date) -> _Step | None:
    """Return leg strength training from now on."""
    name = "no_strength_training"
    if values[name] == 0:
        return None
    return ("strength", "F5", race - timedelta(days=STRENGTH_BEFORE), 2.0), name, 0.0


def _sessions(values: dict[str, float], race: date, today: date) -> _Step | None:
    """Return more sessions of the sport within the four weeks before the race."""
    name = "same_sport_sessions_28d"
    count, by = values[name], race - timedelta(days=STRENGTH_BEFORE)
    if not count < _ENOUGH_SESSIONS:
        return None
    weeks = min((by - today).days, _WINDOW - STRENGTH_BEFORE) // 7
    third = weeks if count < _FEW_SESSIONS else max(1, int(_THIRD * count))
    more = min(weeks, third, _ENOUGH_SESSIONS - int(count))
    return None if more < 1 else (("sessions", "O4", by, float(more)), name, count + more)
