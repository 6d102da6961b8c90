"""What an archive holds, what it lacks, and what is broken in it."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from riskfit._common import DAY_S
from riskfit.activity import Failure
from riskfit.archives.listing import Place, list_places, read_place
from riskfit.batch.gather import NO_FAILURE, Gathered
from riskfit.errors import RiskfitError
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.origin import Origin
from riskfit.store import Store
from riskfit.store.activities import read_rows
from riskfit.store.rows import Rows

#: As long as makes a history start again.
_GAP_S: Final = 28 * DAY_S
#: Channel -> its name for people.
_CHANNELS: Final = {
    "heart_rate_bpm": "heart rate",
    "power_w": "power",
    "speed_m_s": "speed",
    "distance_m": "distance",
    "latitude_deg": "positions",
    "altitude_m": "altitude",
    "temperature_c": "temperature of the device",
    "core_temperature_c": "core temperature",
}
_FEATURES: Final = {
    "wbgt_c": "temperature to reckon with",
    "heat_index_c": "humidity",
    "session_rpe_load": "rating of exertion",
    "device_sweat_loss_l": "the maker's sweat loss",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of one athlete's archive; shares are of the sessions, copies left out."""

    athlete: str
    sessions: int
    first_s: float | None
    last_s: float | None
    coverage: dict[str, float]
    gaps: list[tuple[float, float]]
    copies: list[tuple[str, str]]
    repaired: dict[str, int]
    failures: list[tuple[str, str]]
    bad_sums: list[tuple[str, str]]
    aside: dict[str, int]


def examine(found: Gathered, store: Store, *, check_crc: bool = False) -> Health:
    """Examine what was gathered of an archive."""
    key = store.add_athlete(found.athlete)
    rows = read_rows(store, key, contents=found.contents, copies=True).found_at(found.sources)
    bad = [] if not check_crc else check_sums(found)
    return _health(found.athlete, rows, found.failures, dict(found.aside), bad)


def examine_store(store: Store, athlete: str) -> Health:
    """Examine all that the store holds of an athlete."""
    key = store.add_athlete(athlete)
    failures = [
        Failure(source=source, kind=seen.kind or "", error=seen.error or "")
        for source, seen in sorted(store.places(key).items())
        if seen.kind not in NO_FAILURE
    ]
    return _health(athlete, read_rows(store, key, copies=True), failures, {}, [])


def _health(
    athlete: str,
    rows: Rows,
    failures: list[Failure],
    aside: dict[str, int],
    bad_sums: list[tuple[str, str]],
) -> Health:
    kept = rows.without_copies()
    copies = [
        (source, sources[0])
        for sources, others in zip(kept.sources, kept.copies, strict=True)
        if sources
        for source in others
    ]
    copies += [(other, sources[0]) for sources in rows.sources for other in sources[1:]]
    silent = np.flatnonzero(np.diff(kept.start_s) >= _GAP_S)
    return Health(
        athlete=athlete,
        sessions=len(kept),
        first_s=float(kept.start_s[0]) if len(kept) else None,
        last_s=float(kept.start_s[-1]) if len(kept) else None,
        coverage=coverage_of(kept) if len(kept) else {},
        gaps=[(float(kept.start_s[k]), float(kept.start_s[k + 1])) for k in silent],
        copies=sorted(copies),
        repaired=_repairs(kept),
        failures=[(failure.source, failure.error) for failure in failures],
        bad_sums=bad_sums,
        aside=aside,
    )


def coverage_of(rows: Rows) -> dict[str, float]:
    """Return the share of sessions that have each channel, and what comes of several."""
    counts = Counter(channel for info in rows.info for channel in info.channels)
    coverage = {word: counts[name] / len(rows) for name, word in _CHANNELS.items()}
    energy = FEATURE_INDEX["energy_kcal"]
    calories = sum(info.text(info.cells[energy])[1] is Origin.DEVICE for info in rows.info)
    coverage["energy by the device's calories"] = calories / len(rows)
    for name, word in _FEATURES.items():
        known = np.isfinite(rows.values[:, FEATURE_INDEX[name]])
        coverage[word] = float(known.mean())
    return coverage


def _repairs(rows: Rows) -> dict[str, int]:
    """Count what was repaired, by the word in front of each note."""
    counts = Counter(
        word for info in rows.info for word in {note.partition(":")[0] for note in info.notes}
    )
    return dict(counts.most_common())


def check_sums(found: Gathered) -> list[tuple[str, str]]:
    """Read every FIT file that was gathered, and name those whose check sums do not fit."""
    bad = []
    for path in found.paths:
        for item in list_places(path):
            if not isinstance(item, Place) or item.source not in found.sources:
                continue
            try:
                members = read_place(item)
            except RiskfitError:
                continue  # named among the failures already
            for name, content in members:
                if isinstance(content, bytes) and (reason := _bad_sum(content)):
                    bad.append((name, reason))
    return bad


def _bad_sum(data: bytes) -> str | None:
    """Say which part of a FIT file has the wrong check sum, None where all fit."""
    from riskfit.readers.fit.crc import crc_of

    at = 0
    while data[at + 8 : at + 12] == b".FIT":
        size = data[at] + int.from_bytes(data[at + 4 : at + 8], "little")
        part = data[at : at + size + 2]
        if len(part) < size + 2:
            return f"ends {size + 2 - len(part)} bytes before its check sum"
        if crc_of(part) != 0:
            return f"the check sum of the part at byte {at} does not fit"
        at += size + 2
    return None
