"""What an answer changes: the range of the last session of the store, or of a typical one."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct

from riskfit.asking.questions import load_questions
from riskfit.athlete import Athlete
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.person import person_columns, resolve_person
from riskfit.learning.outcomes import with_history
from riskfit.rules.load import load_model
from riskfit.rules.taken_context import take_contexts
from riskfit.scoring.assess import assess
from riskfit.scoring.assessment import Assessment
from riskfit.scoring.given import Given
from riskfit.store import OWNER, Store
from riskfit.store.activities import read_rows


class Yardstick(Struct, frozen=True, kw_only=True):
    """A session against which answers are tried.

    Attributes
    ----------
    values : mapping of feature name to number or (low, value, high)
        What is known of the session itself; of a typical one how long it takes.
    context : str
    words : str
        What it is.
    day : date
    """

    values: Mapping[str, Given]
    context: str
    words: str
    day: date


def yardstick(store: Path | None) -> Yardstick:
    """Return the last session of a store, a typical training session where there is none."""
    found = None if store is None or not store.exists() else _last_session(store)
    return found or Yardstick(
        values={"duration_min": load_questions().typical_min},
        context=load_model().settings.default_context,
        words="a typical training session",
        day=datetime.now(UTC).date(),
    )


def _last_session(path: Path) -> Yardstick | None:
    with Store(path, create=False) as store:
        key = store.athlete_id(OWNER)
        rows = None if key is None else read_rows(store, key)
    if rows is None or not len(rows):
        return None
    last, (low, high) = with_history(rows)[-1:], rows.ranges[-1].tolist()
    cells = zip(CATALOGUE, low, last[0].tolist(), high, strict=True)
    (taken,) = take_contexts(load_model(), None, rows.sport[-1:], last)
    return Yardstick(
        values={name: (a, value, b) for name, a, value, b in cells},
        context=taken.context,
        words="your last session",
        day=datetime.fromtimestamp(float(rows.start_s[-1]), UTC).date(),
    )


def tried(athlete: Athlete, against: Yardstick) -> Assessment:
    """Return what the session is assessed at for a person who gave these answers."""
    told = person_columns(athlete, resolve_person(athlete, Athlete()), against.day)
    of_person: dict[str, Given] = {
        name: None if column.missing_because else float(column.values.flat[-1])
        for name, column in told.items()
    }
    # what a log or a file said of the person stays where the profile is silent
    known = {
        name: given
        for name, given in of_person.items()
        if given is not None or name not in against.values
    }
    return assess({**against.values, **known}, None, against.context, athlete=athlete)
