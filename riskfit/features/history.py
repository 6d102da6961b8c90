"""What sessions leave behind for those after them: one row of one array for each of their legs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from riskfit.athlete import History

#: A leg as the store keeps it; nan where unknown.  ``course_s`` is the time under way as the
#: course counts it in steps; ``early_output`` the speed or power of the first half; ``hour_told``
#: what the person's own threshold says could be held for an hour; ``session_s`` the start of the
#: session the leg belongs to; ``descent_m`` what was descended in it. [s, m/s, W, m]
LEG_DTYPE: Final = np.dtype(
    [
        ("start_s", "<f8"),
        ("duration_s", "<f8"),
        ("load", "<f8"),
        ("sport", "S24"),
        ("temperature_c", "<f8"),
        ("best_duration_s", "<f8"),
        ("best_speed_m_s", "<f8"),
        ("best_power_w", "<f8"),
        ("course_s", "<f8"),
        ("early_output", "<f8"),
        ("hour_told", "<f8"),
        ("session_s", "<f8"),
        ("descent_m", "<f8"),
    ]
)
LegArray = NDArray[np.void]


def legs_of(rows: Iterable[Mapping[str, float | str]]) -> LegArray:
    """Return legs, each given by the names of `LEG_DTYPE`, as one array."""
    given = list(rows)
    legs = np.zeros(len(given), dtype=LEG_DTYPE)
    for name in legs.dtype.names or ():
        legs[name] = [_plain(row[name]) for row in given]
    return legs


def _plain(value: float | str) -> float | bytes:
    return value.encode("ascii", "replace") if isinstance(value, str) else value


def history_of(
    legs: LegArray | Sequence[np.void],
    covered_from_s: float = float("nan"),
    utc_offset_s: float = 0.0,
) -> History:
    """Make a history of legs in any order."""
    rows = np.asarray(legs, dtype=LEG_DTYPE)
    rows = rows[np.argsort(rows["start_s"], kind="stable")]
    return History(
        start_s=rows["start_s"].copy(),
        duration_s=rows["duration_s"].copy(),
        load=rows["load"].copy(),
        sport=rows["sport"].astype("U24"),
        temperature_c=rows["temperature_c"].copy(),
        best_duration_s=rows["best_duration_s"].copy(),
        best_speed_m_s=rows["best_speed_m_s"].copy(),
        best_power_w=rows["best_power_w"].copy(),
        session_s=rows["session_s"].copy(),
        descent_m=rows["descent_m"].copy(),
        covered_from_s=covered_from_s,
        utc_offset_s=utc_offset_s,
    )
