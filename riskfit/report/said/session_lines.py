"""Sessions as lines of a table: when, title, sport, duration, score, band, what was logged."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from riskfit._common import stamp_words
from riskfit.activity import Activity
from riskfit.analysis import Analysis
from riskfit.batch.reduce import Sessions
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.learning.log_book import Place, place_of_outcome
from riskfit.learning.outcomes import outcome_words
from riskfit.report.words import NOTHING, minutes_words, score_words, sport_words
from riskfit.store.told import Outcome


class SessionLine(Struct, frozen=True, kw_only=True):
    """One session; ``when`` is local and ends in ``*`` where this computer's clock stands in."""

    when: str
    title: str
    sport: str
    duration: str
    score: str
    band: str
    logged: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Sessions of the store, those that are asked for, and all that was logged."""

    sessions: Sessions
    picked: list[int]
    outcomes: Sequence[Outcome]

    def places(self) -> list[Place]:
        """Return where each outcome is logged."""
        return [place_of_outcome(one, self.sessions.rows) for one in self.outcomes]

    def without_session(self) -> list[Place]:
        """Return the places of outcomes that have no session."""
        return [place for place in self.places() if place.row is None]

    def logged(self) -> dict[int, Place]:
        """Return what was logged of each session, by its row."""
        return {place.row: place for place in self.places() if place.row is not None}


def remembered_lines(found: Remembered) -> list[SessionLine]:
    """Return a line for each session that is asked for."""
    sessions, logged = found.sessions, found.logged()
    rows = sessions.rows
    return [
        SessionLine(
            when=rows.stamp(row),
            title=rows.title(row),
            sport=sport_words(rows.activity(row)),
            duration=minutes_words(float(sessions.values[row, FEATURE_INDEX["duration_min"]])),
            score=score_words(float(sessions.scores.score[row])),
            band=sessions.bands[row] or "",
            logged=outcome_words(logged[row].told) if row in logged else "",
        )
        for row in found.picked
    ]


def analysed_lines(analyses: Sequence[Analysis]) -> list[SessionLine]:
    """Return a line for each analysis, in order of time."""
    return [_line(one) for one in sorted(analyses, key=_start_s)]


def _start_s(analysis: Analysis) -> float:
    start = analysis.session.start_time
    return float("-inf") if start is None else start.timestamp()


def _line(analysis: Analysis) -> SessionLine:
    session, minutes = analysis.session, analysis.features["duration_min"].value
    offset_s = session.utc_offset_s if isinstance(session, Activity) else None
    return SessionLine(
        when=stamp_words(_start_s(analysis), offset_s) + "*" * (offset_s is None),
        title=session.name or "",
        sport=sport_words(session),
        duration=NOTHING if minutes is None else minutes_words(minutes),
        score=score_words(analysis.assessment.score),
        band=analysis.assessment.band or "",
    )
