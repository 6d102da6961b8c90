"""What if the session were shorter, easier, cooler, later: many plans, the same arithmetic.

Parts are imported when they are asked for: a check without a what-if needs few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskfit.whatif.case import Case, case_of, score_variants
    from riskfit.whatif.changes import Change, Changes, applied, smallest_changes
    from riskfit.whatif.near import NearSession, nearest_sessions
    from riskfit.whatif.sweeps import Sweep, sweep
    from riskfit.whatif.tell import OpenInput, open_inputs

_HOMES = {
    "Case": "case",
    "Change": "changes",
    "Changes": "changes",
    "NearSession": "near",
    "OpenInput": "tell",
    "Sweep": "sweeps",
    "applied": "changes",
    "case_of": "case",
    "nearest_sessions": "near",
    "open_inputs": "tell",
    "score_variants": "case",
    "smallest_changes": "changes",
    "sweep": "sweeps",
}

__all__ = [
    "Case",
    "Change",
    "Changes",
    "NearSession",
    "OpenInput",
    "Sweep",
    "applied",
    "case_of",
    "nearest_sessions",
    "open_inputs",
    "score_variants",
    "smallest_changes",
    "sweep",
]


def __getattr__(name: str) -> object:
    """Import a public name from its module the first time it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'riskfit.whatif' has no attribute {name!r}")
    value = getattr(import_module(f"riskfit.whatif.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
