"""What sessions leave behind for those after them: one record for each of their legs."""

from collections.abc import Iterable

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.athlete import History


class LegRecord(Struct, frozen=True, kw_only=True):
    """One leg as a row of the history; nan where unknown."""

    start_s: float
    duration_s: float
    load: float
    sport: str
    temperature_c: float
    best_duration_s: float
    best_speed_m_s: float
    best_power_w: float
    #: Time under way as the course counts it in steps. [s]
    course_s: float = float("nan")
    #: Speed or power of the first half, and what the person's own threshold says could be held
    #: for an hour. [m/s, W]
    early_output: float = float("nan")
    hour_told: float = float("nan")


def history_of(
    records: Iterable[LegRecord],
    covered_from_s: float = float("nan"),
    utc_offset_s: float = 0.0,
) -> History:
    """Put records in order of time and make a history of them."""
    rows = sorted(records, key=lambda record: record.start_s)

    def column(name: str) -> FloatArray:
        return np.array([getattr(row, name) for row in rows], dtype=float)

    return History(
        start_s=column("start_s"),
        duration_s=column("duration_s"),
        load=column("load"),
        sport=np.array([row.sport for row in rows], dtype="U32"),
        temperature_c=column("temperature_c"),
        best_duration_s=column("best_duration_s"),
        best_speed_m_s=column("best_speed_m_s"),
        best_power_w=column("best_power_w"),
        covered_from_s=covered_from_s,
        utc_offset_s=utc_offset_s,
    )
