"""Scoring: a session, its minutes or a table of a million rows, all by one arithmetic."""

from riskfit.scoring.assess import assess, assess_many
from riskfit.scoring.assessment import (
    Assessment,
    CausePoints,
    Chance,
    Contribution,
    NotAssessed,
    PartPoints,
    RedFlags,
)
from riskfit.scoring.compiled_card import PartScores, Scores
from riskfit.scoring.matrix import outside_mask, score_matrix, score_table
from riskfit.scoring.timeline import Crossing, Timeline, assess_timeline

__all__ = [
    "Assessment",
    "CausePoints",
    "Chance",
    "Contribution",
    "Crossing",
    "NotAssessed",
    "PartPoints",
    "PartScores",
    "RedFlags",
    "Scores",
    "Timeline",
    "assess",
    "assess_many",
    "assess_timeline",
    "outside_mask",
    "score_matrix",
    "score_table",
]
