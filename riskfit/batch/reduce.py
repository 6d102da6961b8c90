"""The reduce: an athlete's sessions in order of time, with history, scored all at once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from riskfit._common import FloatArray, IntArray
from riskfit.activity import Failure
from riskfit.athlete import Athlete, Conditions
from riskfit.batch.gather import Gathered
from riskfit.features.athlete_rows import FEATURE_INDEX, HISTORY_FEATURES, Reduced
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.results import FeatureSet
from riskfit.rules.model import Model
from riskfit.rules.taken_context import Taken, take_contexts
from riskfit.scoring.assess import assess_many, why_unscored
from riskfit.scoring.assessment import Assessment
from riskfit.scoring.kernel import Scores
from riskfit.scoring.score_table import leave_out, score_by_context
from riskfit.store import Store
from riskfit.store.activities import read_rows
from riskfit.store.past import reduce_rows
from riskfit.store.rows import Rows

if TYPE_CHECKING:
    from riskfit.analysis import Analysis

#: So many are assessed with all their reasons at a time, to keep memory flat.
_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sessions:
    """One athlete's sessions, scored.

    Attributes
    ----------
    athlete : str or None
        None for one person.
    rows : Rows
        In order of start; copies of the same session left out.
    values : ndarray, rows x catalogue
        Features, those that rest on history among them.
    low, high : ndarray, rows x catalogue
        Ends of what is known only as a range; nan where exact.
    scores : Scores
    bands : list of str or None
        None where a session is not scored.
    taken : list of Taken
        The context each session is scored in, and where that is from.
    """

    athlete: str | None
    profile: Athlete
    rows: Rows
    values: FloatArray
    low: FloatArray
    high: FloatArray
    reduced: Reduced
    picked: IntArray
    scores: Scores
    bands: list[str | None]
    model: Model
    taken: list[Taken]

    def __len__(self) -> int:
        return len(self.rows)

    def groups(self) -> dict[str, IntArray]:
        """Return the rows of each context."""
        contexts = np.array([one.context for one in self.taken], dtype=object)
        return {name: np.flatnonzero(contexts == name) for name in dict.fromkeys(contexts)}

    def column(self, name: str, rows: IntArray | slice = slice(None)) -> FloatArray:
        """Return a feature's numbers, nan where unknown."""
        return self.values[rows, FEATURE_INDEX[name]]

    def notes(self, row: int) -> tuple[str, ...]:
        """Return what was repaired, left out or passed over."""
        taken = self.taken[row].note
        return (*(() if taken is None else (taken,)), *self.rows.notes(row))

    def source(self, row: int) -> str:
        """Return where a session was read from."""
        return self.rows.sources[row][0] if self.rows.sources[row] else ""

    def features(self, row: int) -> FeatureSet:
        """Return a session's features with their sources and reasons."""
        alone = self.rows.alone(row)
        where = int(self.picked[row])
        found = {name: self.reduced.feature(name, where, alone) for name in HISTORY_FEATURES}
        return FeatureSet(features=alone | found)

    def analyses(self) -> "Iterator[Analysis]":
        """Yield every session with all its reasons, in order."""
        from riskfit.analysis import Analysis, conclude  # a table needs no advice

        for start in range(0, len(self), _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, len(self)))
            features = [self.features(row) for row in numbers]
            for row, found, assessment in zip(
                numbers, features, self._assessed(features, start), strict=True
            ):
                activity = self.rows.activity(row)
                activity = replace(activity, notes=(*activity.notes, *self.rows.copy_notes(row)))
                race = found["race_effort"].value
                yield conclude(
                    Analysis(
                        session=activity,
                        features=found,
                        assessment=assessment,
                        source=self.source(row),
                        sha256=self.rows.sha256[row].hex(),
                        athlete=self.athlete,
                        taken=self.taken[row],
                    ),
                    self.profile,
                    Conditions(race=None if race is None else bool(race)),
                    model=self.model,
                )

    def _assessed(self, features: list[FeatureSet], start: int) -> list[Assessment]:
        """Return the assessments of sessions in a row, each in its own context."""
        taken = self.taken[start : start + len(features)]
        found: dict[int, Assessment] = {}
        for context in dict.fromkeys(one.context for one in taken):
            mine = [k for k, one in enumerate(taken) if one.context == context]
            some = [features[k] for k in mine]
            assessed = assess_many(some, self.model, context, athlete=self.profile)
            found |= zip(mine, assessed, strict=True)
        return [
            found[k] if one.agrees else structs.replace(found[k], chance=None)
            for k, one in enumerate(taken)
        ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BatchReport:
    """Everything a batch found: athletes in order of their names, what failed, and other files."""

    athletes: Sequence[Sessions]
    failures: Sequence[Failure]
    aside: dict[str, int]
    model: Model
    others: Sequence[Failure] = ()

    def __len__(self) -> int:
        return sum(len(one) for one in self.athletes)


def reduce_all(
    found: Sequence[Gathered],
    store: Store,
    model: Model,
    context: str | None = None,
    *,
    since_s: float = float("-inf"),
    sport: str | None = None,
) -> BatchReport:
    """Score what was gathered.

    Parameters
    ----------
    context : str, optional
        Of all sessions; without it each has the one that it shows.
    since_s : float
        Report only what started then or later; what was before still counts as history. [s]
    sport : str, optional
        Report only this sport.
    """
    aside: Counter[str] = Counter()
    for one in found:
        aside.update(one.aside)
    return BatchReport(
        athletes=[
            _reduce_one(one, store, model, context, since_s, sport)
            for one in sorted(found, key=lambda one: one.athlete)
        ],
        failures=sorted(
            (failure for one in found for failure in one.failures), key=lambda f: f.source
        ),
        aside=dict(sorted(aside.items())),
        model=model,
        others=[other for one in found for other in one.others],
    )


def reduce_store(
    store: Store,
    athlete: int,
    name: str,
    profile: Athlete,
    model: Model,
    context: str | None = None,
) -> Sessions:
    """Score all that a store remembers of one athlete."""
    return _reduced(read_rows(store, athlete), name, profile, model, context)


def _reduce_one(
    found: Gathered,
    store: Store,
    model: Model,
    context: str | None,
    since_s: float,
    sport: str | None,
) -> Sessions:
    key = store.add_athlete(found.athlete)
    everything = read_rows(store, key, contents=found.contents, copies=True)
    # the cache may hold them at other places, too
    rows = everything.found_at(found.sources).without_copies()
    return _reduced(rows, found.athlete, found.profile, model, context, since_s, sport)


def _reduced(
    rows: Rows,
    name: str,
    profile: Athlete,
    model: Model,
    context: str | None,
    since_s: float = float("-inf"),
    sport: str | None = None,
) -> Sessions:
    """Score an athlete's sessions; copies are left out already."""
    reduced = reduce_rows(rows)
    asked = rows.start_s >= since_s
    if sport is not None:
        asked &= np.array([one == sport for one in rows.sport], dtype=bool)
    picked = np.flatnonzero(asked)
    values = rows.values[picked].copy()
    for feature in HISTORY_FEATURES:
        values[:, FEATURE_INDEX[feature]] = reduced.columns[feature][picked]
    low, high = _ends(values, rows.ranges[picked])
    reported = rows.take(picked)
    taken = take_contexts(model, context, reported.sport, values)
    scores = _scores(values, low, high, model, [one.context for one in taken])
    if why_unscored(model, profile):
        leave_out(scores, np.ones(len(scores), dtype=bool))
    return Sessions(
        athlete=name or None,
        profile=profile,
        rows=reported,
        values=values,
        low=low,
        high=high,
        reduced=reduced,
        picked=picked,
        scores=scores,
        bands=[None if np.isnan(one) else model.band(one) for one in scores.score.tolist()],
        model=model,
        taken=taken,
    )


def _ends(values: FloatArray, ranges: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both ends of ranges; where only one is known the value is the other."""
    low, high = ranges[:, 0].copy(), ranges[:, 1].copy()
    columns = [FEATURE_INDEX[name] for name in HISTORY_FEATURES]
    low[:, columns] = high[:, columns] = np.nan
    ranged = np.isfinite(low) | np.isfinite(high)
    low = np.where(ranged & np.isnan(low), values, low)
    high = np.where(ranged & np.isnan(high), values, high)
    return low, high


def _scores(
    values: FloatArray, low: FloatArray, high: FloatArray, model: Model, contexts: list[str]
) -> Scores:
    """Score the whole matrix, the sessions of a context at once."""
    columns, lows, highs = (
        {name: table[:, number] for number, name in enumerate(CATALOGUE)}
        for table in (values, low, high)
    )
    ranged = [name for name, ends in lows.items() if np.isfinite(ends).any()]
    return score_by_context(
        columns,
        model,
        contexts,
        low={name: lows[name] for name in ranged},
        high={name: highs[name] for name in ranged},
    )
