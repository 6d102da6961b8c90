"""Log how sessions went: find the session, change only what is said, and take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from riskfit._common import DAY_S
from riskfit.learning.outcomes import Told, find_session, row_of
from riskfit.store import Store
from riskfit.store.rows import Rows
from riskfit.store.told import Outcome, change_outcomes, outcomes

#: What only a cramp has.
_OF_A_CRAMP: Final = ("muscle", "when", "severity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is logged: a session of the store, or a moment that has none.

    ``before`` is what was logged there so far, the newest last; ``row`` None: no session.
    """

    start_s: float
    whole_day: bool
    row: int | None
    sha256: bytes | None
    before: Sequence[Outcome] = ()

    @property
    def told(self) -> dict[str, Any]:
        """Return what was logged there, without what says where it is."""
        return said_of(self.before[-1]) if self.before else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is logged now, what of it stays from before, and what went."""

    now: dict[str, Any]
    kept: dict[str, Any]
    gone: dict[str, Any]


def said_of(outcome: Outcome) -> dict[str, Any]:
    """Return what a person said of a session."""
    return {name: value for name, value in outcome.told.items() if name != "day"}


def place_of(known: Sequence[Outcome], rows: Rows, moment: datetime, *, whole_day: bool) -> Place:
    """Return the place that a moment or a day names.

    Parameters
    ----------
    known : sequence of Outcome
        All that is logged.
    rows : Rows
    moment : datetime
        Without a zone it is by the clock where the session was; where there is no session, by
        that of this computer.
    whole_day : bool
        A day is meant.
    """
    row = find_session(rows, moment, whole_day=whole_day)
    if row is not None:
        return place_of_row(known, rows, row)
    # a day is kept as its midnight in UTC, whatever the zone of the session that may come
    start_s = (moment.replace(tzinfo=UTC) if whole_day else moment).timestamp()
    before = [one for one in known if abs(one.start_s - start_s) < 1 and row_of(one, rows) is None]
    return Place(start_s=start_s, whole_day=whole_day, row=None, sha256=None, before=before)


def place_of_row(known: Sequence[Outcome], rows: Rows, row: int) -> Place:
    """Return the place of a session of the store."""
    return Place(
        start_s=float(rows.start_s[row]),
        whole_day=False,
        row=row,
        sha256=rows.sha256[row],
        before=[one for one in known if row_of(one, rows) == row],
    )


def merged(before: Mapping[str, Any], said: Mapping[str, Any]) -> Kept:
    """Lay what is said over what was logged before.

    Parameters
    ----------
    before : mapping
    said : mapping
        None: not said, so it stays as it was; an empty text takes it away.
    """
    told = {name: value for name, value in said.items() if value is not None}
    kept = {name: value for name, value in before.items() if name not in told}
    now = {**kept, **{name: value for name, value in told.items() if value != ""}}
    if told.get("cramp") is False:
        # what was said of a cramp goes with it; what is said now is refused by Told
        kept = {name: value for name, value in kept.items() if name not in _OF_A_CRAMP}
        now = {name: now[name] for name in now if name not in _OF_A_CRAMP or name in told}
    gone = {name: value for name, value in before.items() if name not in now}
    return Kept(now=now, kept=kept, gone=gone)


def put(store: Store, athlete: int, place: Place, told: Told, *more: Place) -> None:
    """Log an outcome at a place as one change; what was at ``more`` places goes with it."""
    change_outcomes(
        store,
        athlete,
        add=[logged_at(place, told)],
        remove=[one.key for where in (place, *more) for one in where.before],
    )


def keep(
    store: Store, athlete: int, rows: Rows, moment: datetime, told: Told, *, whole_day: bool
) -> bool:
    """Log an outcome in place of what was logged; say whether the store holds its session."""
    place = place_of(outcomes(store, athlete), rows, moment, whole_day=whole_day)
    put(store, athlete, place, told)
    return place.row is not None


def logged_at(place: Place, told: Told) -> Outcome:
    """Return an outcome of a place."""
    said = told.plain()
    if place.row is None:
        said["day"] = place.whole_day
    return Outcome(key=0, start_s=place.start_s, sha256=place.sha256, told=said)


def nearest_session(rows: Rows, place: Place) -> int | None:
    """Return the session that began nearest to a place without one."""
    if not len(rows):
        return None
    if not place.whole_day:
        return int(np.argmin(np.abs(rows.start_s - place.start_s)))
    noon = place.start_s + DAY_S / 2
    return int(np.argmin(np.abs(rows.local_s - noon)))


def place_of_outcome(outcome: Outcome, rows: Rows) -> Place:
    """Return where an outcome is logged."""
    return Place(
        start_s=outcome.start_s,
        whole_day=bool(outcome.told.get("day")),
        row=row_of(outcome, rows),
        sha256=outcome.sha256,
        before=(outcome,),
    )
