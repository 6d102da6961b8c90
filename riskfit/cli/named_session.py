"""A session of the store as people name it: last, today, a day, a time, a key."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riskfit.learning.log_book import Place
    from riskfit.store.rows import Rows
    from riskfit.store.told import Outcome

#: Keys are long; fewer characters of one could be a year.
_SHORTEST_KEY = 6


def named_place(words: str, rows: "Rows", known: "Sequence[Outcome]" = ()) -> "Place":
    """Return the session, or the moment without one, that some words name.

    Parameters
    ----------
    words : str
        ``last``, ``today``, ``yesterday``, a day, a time by the clock where the session was (or
        with a zone), or the beginning of a key.
    rows : Rows
    known : sequence of Outcome
        All that is logged.
    """
    from datetime import datetime, timedelta

    from riskfit.errors import InputError
    from riskfit.learning.log_book import place_of, place_of_row
    from riskfit.learning.outcomes import parse_moment

    if words == "last":
        if not len(rows):
            raise InputError("the store holds no session yet: give a date, or `riskfit import`")
        return place_of_row(known, rows, len(rows) - 1)
    found = rows.of_key(words)
    if len(words) >= _SHORTEST_KEY and "-" not in words and found:
        if len({rows.sha256[row] for row in found}) > 1:
            raise InputError(f"several sessions begin with {words!r}: see `riskfit history --full`")
        return place_of_row(known, rows, found[-1])
    if words in ("today", "yesterday"):
        day = datetime.now().date() - timedelta(days=words == "yesterday")
        return place_of(known, rows, datetime(day.year, day.month, day.day), whole_day=True)
    moment, whole_day = parse_moment(words, "SESSION")
    return place_of(known, rows, moment, whole_day=whole_day)


def session_words(rows: "Rows", row: int) -> str:
    """Return a session of the store in a few words: when, sport, title."""
    from riskfit.report.words import moment_words, plain

    when = moment_words(float(rows.start_s[row]), float(rows.utc_offset_s[row]))
    return ", ".join(filter(None, (when, plain(rows.sport[row]), rows.title(row))))


def place_words(place: "Place", rows: "Rows") -> str:
    """Return a place in a few words: its session, or its day or moment."""
    from datetime import UTC, datetime

    from riskfit.report.words import day_words, moment_words

    if place.row is not None:
        return session_words(rows, place.row)
    if place.whole_day:
        return day_words(datetime.fromtimestamp(place.start_s, UTC))
    return moment_words(place.start_s)
