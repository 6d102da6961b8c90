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

if TYPE_CHECKING:
    from riskfit.store.copies import Recorded
    from riskfit.store.rows import Rows

_MINE = "FROM activity WHERE athlete = ? AND start_s < ? AND same_as IS NULL"


def read_history(
    store: Store,
    athlete: int,
    before_s: float = float("inf"),
    *,
    not_the_same_as: "Recorded | None" = None,
) -> History:
    """Read an athlete's history.

    Parameters
    ----------
    store : Store
    athlete : int
    before_s : float
        Only what started strictly earlier. [s]
    not_the_same_as : Recorded, optional
        A session whose copies do not count.
    """
    mine = (athlete, before_s)
    copies = set() if not_the_same_as is None else _copies_of(store, mine, not_the_same_as)
    found = store.select(f"SELECT id, legs {_MINE} ORDER BY start_s", mine)
    blobs = [row["legs"] for row in found if row["id"] not in copies]
    legs = np.frombuffer(b"".join(blobs), dtype=LEG_DTYPE)
    rows = store.select(
        f"SELECT utc_offset_s, count(*) AS sessions {_MINE} GROUP BY utc_offset_s", mine
    )
    offsets = [(row["utc_offset_s"], row["sessions"]) for row in rows]
    return history_of(legs[legs["start_s"] < before_s], utc_offset_s=commonest(offsets))


def _copies_of(store: Store, mine: tuple[int, float], session: "Recorded") -> set[int]:
    """Return the keys of a session's copies among those that may be by their time."""
    from riskfit.store.copies import LONGEST_SHIFT_S, Recorded, same_sessions

    near = store.select(
        f"SELECT id, start_s, end_s, sport, trace {_MINE} AND start_s >= ?",
        (*mine, session.start_s - LONGEST_SHIFT_S - 60.0),
    )
    told = [Recorded(*(row[name] for name in Recorded._fields)) for row in near]
    pairs = same_sessions([*told, session])
    alike = pairs[(pairs == len(near)).any(axis=1)]
    return {near[row]["id"] for row in alike.ravel().tolist() if row < len(near)}


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
