"""What the person says of the day."""

from riskfit._common import FloatArray
from riskfit.athlete import Conditions
from riskfit.features.answers import overtired
from riskfit.features.results import Column, Columns, known, missing
from riskfit.formulas.intensity import session_rpe_load


def day_columns(conditions: Conditions) -> Columns:
    """Return what the person says of the day."""
    standing, race = conditions.standing_sitting_h, conditions.race
    return {
        "race_effort": missing("not told: --race or --no-race")
        if race is None
        else known(float(race), "told"),
        "overtired": overtired(conditions),
        "standing_sitting_h": missing("not told: --standing")
        if standing is None
        else known(standing, "told"),
    }


def rating_column(rpe: float | None, active_s: FloatArray, rests_on: str) -> Column:
    """Return the load by the rating of perceived exertion along the session."""
    if rpe is None:
        return missing("no rating was given")
    return known(session_rpe_load(rpe, active_s / 60), rests_on)
