"""Score tables: named columns or a matrix in the card's order, one row to millions."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskfit._common import FloatArray
from riskfit.errors import InputError
from riskfit.rules.load import load_model
from riskfit.rules.model import Model
from riskfit.scoring.compiled_card import Range, compile_card
from riskfit.scoring.kernel import Scores, run, scattered
from riskfit.scoring.own_record import OwnRecord


def score_table(
    columns: Mapping[str, ArrayLike],
    model: Model | None = None,
    context: str | None = None,
    *,
    low: Mapping[str, ArrayLike] | None = None,
    high: Mapping[str, ArrayLike] | None = None,
    ledger: bool = True,
    detail: bool = False,
    own_record: OwnRecord | None = None,
) -> Scores:
    """Score a table of named columns; a rule whose column is missing is unknown.

    Parameters
    ----------
    columns : mapping of feature name to array
        nan and infinities are unknown. A scalar stands for all rows; columns of no rule are
        passed over, but for those that put a person outside the score (age, pregnancy, ...).
    model : Model, optional
        The newest published card unless given.
    context : str, optional
        The model's default context unless given.
    low, high : mapping of feature name to array, optional
        Ends of what is known only as a range; nan where it is exact.
    ledger : bool
        Keep the contributions, rows x rules; without them a million rows need a third of the
        memory.
    detail : bool
        Also keep responses and uncertainties.
    own_record : OwnRecord, optional
        What the person logged of such sessions; the rules it holds count as typical.

    Returns
    -------
    Scores
    """
    model = model or load_model()
    held = _held(model, own_record)
    card = compile_card(model, model.context(context).id, held)
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    rows = _rows_of(arrays)
    read = [name for name in model.inputs if name in arrays]
    wide = {name: np.broadcast_to(arrays[name], (rows,)) for name in read}
    ranges = {name: ends for name in read if (ends := _range_of(name, wide[name], low, high))}
    scores = run(card, wide, ranges, rows, own_record, ledger=ledger, detail=detail)
    outside = outside_mask(arrays, model, rows)
    if outside.any():
        leave_out(scores, outside)
    return scores


def score_by_context(
    columns: Mapping[str, FloatArray],
    model: Model,
    contexts: Sequence[str],
    *,
    low: Mapping[str, FloatArray],
    high: Mapping[str, FloatArray],
) -> Scores:
    """Score a table whose rows are of several contexts, each row in its own.

    The `Scores` name the first of them.
    """
    groups = {name: np.flatnonzero(np.array(contexts) == name) for name in dict.fromkeys(contexts)}
    if len(groups) < 2:
        only = next(iter(groups), None)
        return score_table(columns, model, only, low=low, high=high)
    return scattered(
        [
            (
                mine,
                score_table(
                    {name: column[mine] for name, column in columns.items()},
                    model,
                    context,
                    low={name: column[mine] for name, column in low.items()},
                    high={name: column[mine] for name, column in high.items()},
                ),
            )
            for context, mine in groups.items()
        ]
    )


def leave_out(scores: Scores, rows: NDArray[np.bool_]) -> None:
    """Take the scores of some rows away."""
    for numbers in (scores.score, scores.low, scores.high):
        numbers[rows] = np.nan


def _held(model: Model, own_record: OwnRecord | None) -> tuple[str, ...]:
    """Return the rules that a person's own record takes the place of."""
    return () if own_record is None or model.own_record is None else model.own_record.holds


def chances(scores: Scores, duration_min: ArrayLike | None = None) -> FloatArray:
    """Return the chance of a cramp in each row; nan where the base rate does not hold.

    Parameters
    ----------
    scores : Scores
    duration_min : array, optional
        How long each row was, for a context whose base rate holds for so long only; nan unknown.

    Returns
    -------
    ndarray
        [fraction]
    """
    context = scores.context
    logit = np.log(context.p0 / (1 - context.p0)) + np.log(scores.odds_vs_typical)
    chance: FloatArray = 1 / (1 + np.exp(-logit))
    if context.guess:
        return np.full_like(chance, np.nan)
    if context.chance_up_to_min is not None and duration_min is not None:
        chance[np.asarray(duration_min) > context.chance_up_to_min] = np.nan
    return chance


def outside_mask(columns: Mapping[str, FloatArray], model: Model, rows: int) -> NDArray[np.bool_]:
    """Tell which rows are of people the score is not for."""
    mask = np.zeros(rows, dtype=bool)
    if "age_years" in columns:
        mask |= columns["age_years"] < model.outside.under_age_years
    for name in model.outside.conditions:
        if name in columns:
            mask |= columns[name] > 0
    return mask


def _rows_of(arrays: Mapping[str, FloatArray]) -> int:
    shapes = {array.shape for array in arrays.values() if array.ndim}
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
        raise InputError(
            f"columns of a table must be of one length, one number a row; got {sorted(shapes)}"
        )
    return shapes.pop()[0] if shapes else 1


def _range_of(
    name: str,
    values: FloatArray,
    low: Mapping[str, ArrayLike] | None,
    high: Mapping[str, ArrayLike] | None,
) -> Range | None:
    """Return a feature's ends; where only one is given, or none, it is the value itself."""
    given = [None if end is None else end.get(name) for end in (low, high)]
    if all(end is None for end in given):
        return None
    ends = [values if end is None else np.asarray(end, dtype=np.float64) for end in given]
    lowest, highest = (np.where(np.isfinite(end), end, values) for end in ends)
    return lowest, highest
