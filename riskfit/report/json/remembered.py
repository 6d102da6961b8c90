"""Sessions of the store as JSON."""

from math import isnan
from typing import Any

from riskfit._common import local_moment, utc_text
from riskfit.features.catalogue import CATALOGUE
from riskfit.report.said.session_lines import Remembered


def remembered_entry(found: Remembered) -> dict[str, Any]:
    """Return the sessions that are asked for, and what was logged without one."""
    logged = found.logged()
    return {
        "activities": [
            _session(found, row) | {"outcome": logged[row].told if row in logged else None}
            for row in found.picked
        ],
        "outcomes_without_session": [
            {"start_time": utc_text(place.start_s), "day": place.whole_day, **place.told}
            for place in found.without_session()
        ],
    }


def _session(found: Remembered, row: int) -> dict[str, Any]:
    sessions, rows = found.sessions, found.sessions.rows
    start_s, offset_s = float(rows.start_s[row]), float(rows.utc_offset_s[row])
    score, taken = float(sessions.scores.score[row]), sessions.taken[row]
    values = zip(CATALOGUE, sessions.values[row].tolist(), strict=True)
    return {
        "sha256": rows.sha256[row].hex(),
        "start_time": utc_text(start_s),
        "start_local": local_moment(start_s, offset_s).isoformat(),
        "zone_known": not isnan(offset_s),
        "title": rows.title(row) or None,
        "sport": rows.sport[row],
        "score": None if isnan(score) else score,
        "band": sessions.bands[row],
        "context": taken.context,
        "context_origin": taken.origin,
        "sources": list(rows.sources[row]),
        "features": {name: value for name, value in values if not isnan(value)},
        "notes": list(rows.notes(row)),
    }
