"""What if the session were shorter, easier, cooler, later: many plans, the same arithmetic."""

from riskfit.whatif.case import Case, case_of, score_variants
from riskfit.whatif.changes import Change, Changes, applied, smallest_changes
from riskfit.whatif.near import NearSession, nearest_sessions
from riskfit.whatif.sweep import Sweep, sweep
from riskfit.whatif.tell import OpenInput, open_inputs

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
