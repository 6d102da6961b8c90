"""The person's log beside what the card makes of each session, for their own record."""

import numpy as np

from riskfit._common import DAY_S, FloatArray
from riskfit.athlete import Logged
from riskfit.features.catalogue import CATALOGUE
from riskfit.learning.outcomes import row_of, with_history
from riskfit.rules.model import Model
from riskfit.rules.taken_context import take_contexts
from riskfit.scoring.own_record import no_record
from riskfit.scoring.score_table import chances, score_table
from riskfit.store import Store
from riskfit.store.activities import read_rows
from riskfit.store.rows import Rows
from riskfit.store.told import Outcome, outcomes


def read_logged(store: Store, athlete: int, model: Model) -> Logged:
    """Return what an athlete logged, in order of time.

    A session that is not in the store is a typical one of its context.
    """
    told = [one for one in outcomes(store, athlete) if _known(one, model)]
    if not told:
        return Logged()
    rows = read_rows(store, athlete)
    table = with_history(rows)
    found = [row_of(one, rows) for one in told]
    unknown = np.full(len(CATALOGUE), np.nan)
    values = np.array([unknown if row is None else table[row] for row in found])
    contexts = np.array(
        [_context(one, values[n], rows, found[n], model) for n, one in enumerate(told)]
    )
    return Logged(
        start_s=np.array(
            [
                one.start_s + DAY_S * bool(one.told.get("day"))
                if row is None
                # a day that was logged before its session came
                else float(rows.start_s[row])
                for one, row in zip(told, found, strict=True)
            ]
        ),
        cramp=np.array([float(one.told["cramp"]) for one in told]),
        context=contexts,
        race=np.array([model.contexts[name].event for name in contexts.tolist()]),
        chance=_chances(values, contexts.tolist(), model),
    )


def _context(
    outcome: Outcome, values: FloatArray, rows: Rows, row: int | None, model: Model
) -> str:
    """Return the kind of session as it was logged, else as the session shows."""
    told = outcome.told.get("context")
    if told is not None or row is None:
        return model.context(told).id
    (taken,) = take_contexts(model, None, [rows.sport[row]], values[None])
    return taken.context


def _known(outcome: Outcome, model: Model) -> bool:
    """Say whether the model knows the kind of session that was logged."""
    context = outcome.told.get("context")
    return context is None or context in model.contexts


def _chances(values: FloatArray, contexts: list[str], model: Model) -> FloatArray:
    """Return the card's chance of each row, the person's own cramps left at typical."""
    found = np.full(len(values), np.nan)
    columns = {name: values[:, number] for number, name in enumerate(CATALOGUE)}
    for context in dict.fromkeys(contexts):
        mine = np.flatnonzero(np.array(contexts) == context)
        of_context = {name: column[mine] for name, column in columns.items()}
        scores = score_table(of_context, model, context, own_record=no_record(context))
        chance = chances(scores, of_context["duration_min"])
        nothing = np.isnan(values[mine]).all(axis=1)
        base = model.contexts[context]
        chance[nothing] = np.nan if base.guess else base.p0
        found[mine] = chance
    return found
