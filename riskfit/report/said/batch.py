"""What is said of many sessions: who and what stands out, and in which weeks it rose."""

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from msgspec import Struct

from riskfit._common import DAY_S, FloatArray, IntArray, plural
from riskfit.batch.reduce import BatchReport, Sessions
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.report.words import CAUSE_NAMES, NOTHING, day_words

#: Days are counted from Monday, 5 January 1970, so that seven of them are a week.
FIRST_MONDAY_S: Final = 4 * DAY_S
#: A week stands out when its mean score is so far above that of the four before (assumption).
_RISE_POINTS: Final = 3.0
_WEEKS_BEFORE: Final = 4
#: Less than this drives nothing. [points]
_LEAST_POINTS: Final = 0.5
_DRIVERS: Final = 2


class Week(Struct, frozen=True, kw_only=True):
    """The scored sessions of one athlete that began in one week, by the clock where they were."""

    sessions: Sessions
    number: int
    rows: IntArray

    @property
    def monday(self) -> datetime:
        """Return its first day."""
        return date_of(7 * self.number)

    @property
    def sunday(self) -> datetime:
        """Return its last day."""
        return self.monday + timedelta(days=6)

    @property
    def words(self) -> str:
        """Return it as people write it."""
        return f"{self.monday:%-d %b} to {day_words(self.sunday)}"

    @property
    def mean(self) -> float:
        """Return the mean score."""
        return float(self.sessions.scores.score[self.rows].mean())

    @property
    def highest(self) -> float:
        """Return the highest score."""
        return float(self.sessions.scores.score[self.rows].max())

    @property
    def mostly(self) -> str:
        """Return the cause that gave most points, what is the person's own apart."""
        return main_cause(self.sessions, self.rows)


class Rise(Struct, frozen=True, kw_only=True):
    """A week whose sessions scored higher than those of the weeks before."""

    week: Week
    before: float
    cause: str
    rule: str

    @property
    def points(self) -> float:
        """Return by how much it rose."""
        return self.week.mean - self.before


class AthleteSaid(Struct, frozen=True, kw_only=True):
    """One athlete's sessions in a line."""

    sessions: int
    median: float | None
    highest: float | None
    mostly: str


# ---- days and weeks


def local_s(sessions: Sessions, *, share: bool = False) -> FloatArray:
    """Return when each session began by the clock where it was; to share, by that of UTC [s]."""
    return sessions.rows.start_s if share else sessions.rows.local_s


def days(moments_s: FloatArray) -> IntArray:
    """Return the day of each moment, counted from a Monday."""
    return np.floor((moments_s - FIRST_MONDAY_S) / DAY_S).astype(np.intp)


def date_of(day: int) -> datetime:
    """Return the date of a day."""
    return datetime.fromtimestamp(FIRST_MONDAY_S + day * DAY_S, UTC)


def weeks(sessions: Sessions, *, share: bool = False) -> list[Week]:
    """Return the weeks in which something was scored, in order."""
    there = np.flatnonzero(np.isfinite(sessions.scores.score))
    number = days(local_s(sessions, share=share))[there] // 7
    return [
        Week(sessions=sessions, number=one, rows=there[number == one])
        for one in np.unique(number).tolist()
    ]


def rising_weeks(sessions: Sessions, *, share: bool = False) -> list[Rise]:
    """Find the weeks whose mean score rose above that of the four weeks before."""
    scores, everything = sessions.scores, weeks(sessions, share=share)
    rises = []
    for week in everything:
        earlier = [one.rows for one in everything if 0 < week.number - one.number <= _WEEKS_BEFORE]
        if not earlier:
            continue
        rows, before = week.rows, np.concatenate(earlier)
        usual = float(scores.score[before].mean())
        if week.mean - usual < _RISE_POINTS:
            continue
        points = scores.contributions
        more = points[rows].mean(axis=0) - points[before].mean(axis=0)
        by_cause = {
            name: float(values[rows].mean() - values[before].mean())
            for name, values in scores.causes.items()
        }
        cause = max(by_cause, key=lambda name: by_cause[name])
        rule = sessions.model.rules[int(np.argmax(more))].name
        rises.append(Rise(week=week, before=usual, cause=CAUSE_NAMES[cause], rule=rule))
    return rises


# ---- who and what


def summary(report: BatchReport) -> str:
    """Return what a batch is, in one line."""
    scored = sum(int(np.isfinite(one.scores.score).sum()) for one in report.athletes)
    people = len(report.athletes)
    whose = "" if people == 1 and report.athletes[0].athlete is None else f" of {people} athletes"
    return (
        f"{plural(len(report), 'session')}{whose}, {scored:,} scored, "
        f"{plural(len(report.failures), 'file')} failed"
    )


def set_aside(report: BatchReport) -> str:
    """Say what was set aside, nothing where nothing was."""
    said = ", ".join(f"{count} of {word}" for word, count in report.aside.items())
    return f"Set aside, being no activities: {said}" if said else ""


def athlete_said(sessions: Sessions) -> AthleteSaid:
    """Return one athlete's sessions in a line."""
    rows = np.flatnonzero(np.isfinite(sessions.scores.score))
    known = sessions.scores.score[rows]
    return AthleteSaid(
        sessions=len(sessions),
        median=float(np.median(known)) if len(rows) else None,
        highest=float(known.max()) if len(rows) else None,
        mostly=main_cause(sessions, rows),
    )


def main_cause(sessions: Sessions, rows: IntArray) -> str:
    """Name the cause that gave these sessions most points, what is the person's own apart."""
    if not len(rows):
        return NOTHING
    points = {
        name: float(values[rows].mean())
        for name, values in sessions.scores.causes.items()
        if name != "predisposition"
    }
    return CAUSE_NAMES[max(points, key=lambda name: points[name])]


def drivers(sessions: Sessions, row: int) -> str:
    """Name the rules that are known to add most to a session, the person's own apart."""
    points = sessions.scores.contributions[row].copy()
    for number, rule in enumerate(sessions.model.rules):
        here = rule.measures(sessions.taken[row].context)
        given = [sessions.values[row, FEATURE_INDEX[measure.feature]] for measure in here]
        if rule.part == "you" or np.isnan(given).all():
            points[number] = 0.0
    best = np.argsort(-points, kind="stable")[:_DRIVERS].tolist()
    names = [sessions.model.rules[k].name for k in best if points[k] >= _LEAST_POINTS]
    return ", ".join(names) or "nothing in particular"
