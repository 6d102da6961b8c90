"""The score along a session: at every minute from what had happened by then."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.errors import InputError
from riskfit.rules.load import load_model
from riskfit.rules.model import CAUSES, Model
from riskfit.scoring.kernel import Scores
from riskfit.scoring.own_record import OwnRecord
from riskfit.scoring.score_table import score_table


class Crossing(Struct, frozen=True, kw_only=True):
    """The score entered another band at ``elapsed_s``, driven mostly by a cause and a rule."""

    elapsed_s: float
    from_band: str
    to_band: str
    cause: str
    rule: str
    points: float


class Timeline(Struct, frozen=True, kw_only=True, eq=False):
    """Score, session part and causes at each minute; the last point is the score.

    Attributes
    ----------
    elapsed_s, score, session : ndarray
        Seconds from the start; points, nan where nothing was known yet.
    causes : mapping of str to ndarray
    crossings : tuple of Crossing
        Where the band changed; ``points`` is what the driving rule had gained since the last
        change, negative on the way down.
    """

    elapsed_s: FloatArray
    score: FloatArray
    session: FloatArray
    causes: Mapping[str, FloatArray]
    crossings: tuple[Crossing, ...]


def assess_timeline(
    columns: Mapping[str, ArrayLike],
    elapsed_s: ArrayLike,
    model: Model | None = None,
    context: str | None = "training",
    *,
    low: Mapping[str, ArrayLike] | None = None,
    high: Mapping[str, ArrayLike] | None = None,
    own_record: OwnRecord | None = None,
) -> Timeline:
    """Score the rows of a session's minutes.

    Parameters
    ----------
    columns : mapping of feature name to array or number
        What was known at each of ``elapsed_s``; a number holds for all of them.
    elapsed_s : array
        Rising seconds from the start, the last one the end. [s]
    model, context, low, high, own_record
        As in `score_table`.

    Returns
    -------
    Timeline
    """
    model = model or load_model()
    times = np.asarray(elapsed_s, dtype=np.float64)
    if times.ndim != 1 or (np.diff(times) < 0).any():
        raise InputError("elapsed_s must be one row of seconds that never fall")
    # A column of times makes every scalar feature as long as the session.
    table = {**columns, "elapsed_min": times / 60}
    scores = score_table(table, model, context, low=low, high=high, own_record=own_record)
    return Timeline(
        elapsed_s=times,
        score=scores.score,
        session=scores.parts["session"].points,
        causes=scores.causes,
        crossings=_crossings(times, scores),
    )


def _crossings(times: FloatArray, scores: Scores) -> tuple[Crossing, ...]:
    """Find where the band changes and which rule moved most since the last change."""
    model = scores.model
    edges = np.array([band.from_ for band in model.bands[1:]])
    known = np.flatnonzero(np.isfinite(scores.score))
    bands = np.searchsorted(edges, scores.score[known], side="right")
    found = []
    last = known[0] if len(known) else 0
    for step in np.flatnonzero(np.diff(bands)) + 1:
        row = known[step]
        gained = scores.contributions[row] - scores.contributions[last]
        cause, rule = _driver(model, gained, rising=bool(bands[step] > bands[step - 1]))
        found.append(
            Crossing(
                elapsed_s=float(times[row]),
                from_band=model.bands[bands[step - 1]].id,
                to_band=model.bands[bands[step]].id,
                cause=cause,
                rule=model.rules[rule].id,
                points=float(gained[rule]),
            )
        )
        last = row
    return tuple(found)


def _driver(model: Model, gained: FloatArray, rising: bool) -> tuple[str, int]:
    """Return the cause that moved most, and in it the rule that did."""
    moved = gained if rising else -gained
    of_cause = np.array([rule.cause for rule in model.rules])
    cause = max(CAUSES, key=lambda name: float(moved[of_cause == name].sum()))
    return cause, int(np.argmax(np.where(of_cause == cause, moved, -np.inf)))
