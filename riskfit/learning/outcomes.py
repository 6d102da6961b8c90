"""What came of sessions, as people tell it, and the way back to the sessions."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from riskfit._common import DAY_S, FloatArray, local_s, stamp_words
from riskfit.errors import InputError
from riskfit.features.athlete_rows import FEATURE_INDEX, HISTORY_FEATURES
from riskfit.features.catalogue import CATALOGUE
from riskfit.learning.outcome_table import OutcomeTable
from riskfit.rules.model import Model
from riskfit.store import Store
from riskfit.store.activities import read_rows
from riskfit.store.past import reduce_rows
from riskfit.store.rows import Rows
from riskfit.store.told import Outcome, outcomes

WHEN: Final = ("during", "after", "night")
SEVERITY: Final = ("mild", "moderate", "severe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a session went: a cramp or none, and what the person said of it.

    ``when`` is during, after or night; ``severity`` mild, moderate or severe; ``context`` the
    kind of session, None for ordinary training.
    """

    cramp: bool
    muscle: str | None = None
    when: str | None = None
    severity: str | None = None
    context: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        for name, words in (("when", WHEN), ("severity", SEVERITY)):
            value = getattr(self, name)
            if value is not None and value not in words:
                raise InputError(f"{name} is {value!r}: use one of {', '.join(words)}")
        if not self.cramp and (self.muscle or self.when or self.severity):
            raise InputError("without a cramp there is no muscle, when or severity to tell")

    def plain(self) -> dict[str, Any]:
        """Return what was told, without what was not."""
        pairs = {name: getattr(self, name) for name in Told.__dataclass_fields__}
        return {name: value for name, value in pairs.items() if value is not None}


#: A session is meant by a time that is at most so far from its start. [s]
_NEAR_S: Final = 1800.0


def find_session(rows: Rows, moment: datetime, *, whole_day: bool) -> int | None:
    """Return the one session that starts then, or on that day; None where there is none.

    Parameters
    ----------
    rows : Rows
    moment : datetime
        Without a zone it is by the clock where the session was held, or this computer's where no
        zone is known; of a day its midnight.
    whole_day : bool
        A day is meant, where the session was held.

    Raises
    ------
    InputError
        Where there are several.
    """
    local = whole_day or moment.tzinfo is None
    starts = local_s(rows.start_s, rows.utc_offset_s) if local else rows.start_s
    late_s = starts - (moment.replace(tzinfo=UTC) if local else moment).timestamp()
    if whole_day:
        found = np.flatnonzero((late_s >= 0) & (late_s < DAY_S))
    else:
        found = np.flatnonzero(np.abs(late_s) < _NEAR_S)
        # where several are near, the minute that lists show tells them apart
        exact = found[(late_s[found] > -1) & (late_s[found] < 60)]
        found = exact if len(exact) else found
    if len(found) > 1:
        at = (stamp_words(float(rows.start_s[k]), float(rows.utc_offset_s[k])) for k in found)
        raise InputError(f"there are several sessions: name one by its time, {', '.join(at)}")
    return int(found[0]) if len(found) else None


def row_of(outcome: Outcome, rows: Rows) -> int | None:
    """Return the session that an outcome is of."""
    if outcome.sha256 is not None and outcome.sha256 in rows.sha256:
        starts = [
            abs(start - outcome.start_s) if digest == outcome.sha256 else np.inf
            for digest, start in zip(rows.sha256, rows.start_s.tolist(), strict=True)
        ]
        return int(np.argmin(starts))
    moment = datetime.fromtimestamp(outcome.start_s, UTC)
    try:
        return find_session(rows, moment, whole_day=bool(outcome.told.get("day")))
    except InputError:
        return None


def outcome_words(told: Mapping[str, Any]) -> str:
    """Say an outcome in a few words.

    Examples
    --------
    >>> outcome_words({"cramp": True, "muscle": "calf", "when": "night"})
    'a cramp, calf, night'
    """
    named = [told[name] for name in ("muscle", "when", "severity") if told.get(name)]
    return ", ".join(["a cramp" if told.get("cramp") else "no cramp", *named])


#: A zone as lists show it; ISO 8601 wants two digits and no name.
_ZONE: Final = re.compile(r" ?UTC(?:(?P<sign>[+-])(?P<hours>\d{1,2})(?::(?P<minutes>\d\d))?)?\*?$")


def parse_moment(text: str, place: str) -> tuple[datetime, bool]:
    """Read a day or a moment; tell which it is. Without a zone the moment has none."""
    try:
        moment = datetime.fromisoformat(_ZONE.sub(_iso_zone, text.strip()))
    except ValueError:
        raise InputError(
            f"{place}: {text!r} is no day or moment: write 2026-07-31 or 2026-07-31T09:30"
        ) from None
    return moment, len(text) <= len("2026-07-31")


def _iso_zone(zone: re.Match[str]) -> str:
    return f"{zone['sign'] or '+'}{int(zone['hours'] or 0):02d}:{zone['minutes'] or '00'}"


def table_of_store(store: Store, names: Iterable[str], model: Model) -> OutcomeTable:
    """Return the outcomes of athletes beside the features of their sessions.

    Parameters
    ----------
    store : Store
    names : iterable of str
        Athletes, the owner as an empty name.
    model : Model
        Says which contexts there are.

    Returns
    -------
    OutcomeTable
        Outcomes whose session is not in the store are counted in its notes.
    """
    values, cramp, athlete, context, start = [], [], [], [], []
    lost = 0
    for name in names:
        key = store.athlete_id(name)
        told = outcomes(store, key) if key is not None else []
        if key is None or not told:
            continue
        rows = read_rows(store, key)
        table = with_history(rows)
        for outcome in told:
            row = row_of(outcome, rows)
            if row is None:
                lost += 1
                continue
            values.append(table[row])
            cramp.append(float(outcome.told["cramp"]))
            athlete.append(name)
            context.append(model.context(outcome.told.get("context")).id)
            start.append(float(rows.start_s[row]))
    if not values:
        raise InputError(
            f"{store.path}: no outcome belongs to a session in the store: `riskfit import` "
            "sessions and `riskfit log` how they went, with cramps and without, or name a CSV file "
            "that has a column cramp"
        )
    matrix = np.array(values)
    return OutcomeTable(
        columns={spec: matrix[:, number] for number, spec in enumerate(CATALOGUE)},
        cramp=np.array(cramp),
        athlete=np.array(athlete),
        context=np.array(context),
        start_s=np.array(start),
        source=str(store.path),
        notes=(f"{lost} outcomes have no session in the store: left out",) if lost else (),
    )


def with_history(rows: Rows) -> FloatArray:
    """Return the features of sessions, those that rest on what came before among them."""
    values = rows.values.copy()
    reduced = reduce_rows(rows)
    for name in HISTORY_FEATURES:
        values[:, FEATURE_INDEX[name]] = reduced.columns[name]
    return values
