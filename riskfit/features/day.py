"""What the person says of the day."""

from riskfit.athlete import Conditions
from riskfit.features.answers import overtired
from riskfit.features.results import Columns, known, missing


def day_columns(conditions: Conditions) -> Columns:
    """Return what the person says of the day."""
    standing = conditions.standing_sitting_h
    return {
        "overtired": overtired(conditions),
        "standing_sitting_h": missing("not told: --standing")
        if standing is None
        else known(standing, "told"),
    }
