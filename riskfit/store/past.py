"""Read what an athlete did before a moment, and as little else as possible.

Commands read it at every start: one column of one index, nothing of the features.
"""

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from riskfit.athlete import History
from riskfit.features.athlete_rows import Reduced, reduce_features
from riskfit.features.history import LEG_DTYPE, history_of
from riskfit.store import Store
from riskfit.store.copies import START_WITHIN_S, overlaps

if TYPE_CHECKING:
    from riskfit.store.rows import Rows

_MINE = "FROM activity WHERE athlete = ? AND start_s < ? AND same_as IS NULL"


def read_history(
    store: Store,
    athlete: int,
    before_s: float = float("inf"),
    *,
    not_the_same_as: tuple[float, float] | None = None,
) -> History:
    """Read an athlete's history.

    Parameters
    ----------
    store : Store
    athlete : int
    before_s : float
        Only what started strictly earlier. [s]
    not_the_same_as : tuple of float, optional
        Start and end of a session whose copies do not count. [s]
    """
    mine = (athlete, before_s)
    found = store.select(f"SELECT legs {_MINE} ORDER BY start_s", mine)
    blobs = [row["legs"] for row in found]
    if not_the_same_as is not None:
        near = store.select(
            f"SELECT start_s, end_s {_MINE} AND start_s >= ? ORDER BY start_s",
            (*mine, not_the_same_as[0] - START_WITHIN_S),
        )
        first = len(blobs) - len(near)
        for number in range(len(near) - 1, -1, -1):
            if overlaps(near[number]["start_s"], near[number]["end_s"], *not_the_same_as):
                del blobs[first + number]
    legs = np.frombuffer(b"".join(blobs), dtype=LEG_DTYPE)
    rows = store.select(
        f"SELECT utc_offset_s, count(*) AS sessions {_MINE} GROUP BY utc_offset_s", mine
    )
    offsets = [(row["utc_offset_s"], row["sessions"]) for row in rows]
    return history_of(legs[legs["start_s"] < before_s], utc_offset_s=commonest(offsets))


def reduce_rows(rows: "Rows") -> Reduced:
    """Return the features of an athlete's sessions that rest on those before them."""
    return reduce_features(
        rows.start_s,
        rows.first_sport,
        rows.values,
        rows.legs,
        rows.session,
        history_of(rows.legs, utc_offset_s=common_offset(rows.utc_offset_s.tolist())),
    )


def common_offset(offsets_s: Iterable[float | None]) -> float:
    """Return the offset from UTC that most sessions were held at, 0 where none tells [s]."""
    counts: dict[float | None, int] = {}
    for offset in offsets_s:
        counts[offset] = counts.get(offset, 0) + 1
    return commonest(counts.items())


def commonest(counts: Iterable[tuple[float | None, int]]) -> float:
    """Return the known offset that comes most often, the smallest of several [s]."""
    known = [(-count, one) for one, count in counts if one is not None and isfinite(one)]
    return min(known)[1] if known else 0.0
