"""What the person says of the day."""

from typing import Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.athlete import Conditions
from riskfit.features.answers import overtired
from riskfit.features.results import Column, Columns, known, missing
from riskfit.formulas.intensity import session_rpe_load

#: Sitting is inactivity and not load: it counts half of standing (assumption; standing 34 min
#: gathers 77 % more blood in the calf than sitting). [-]
_SITTING_SHARE: Final = 0.5
#: Steps count from a day's 8,000 on, whole from 10,000; a usual day holds this many at least, so
#: that a day in bed before is no yardstick (assumptions). [count]
_STEPS_COUNT: Final = (8000.0, 10_000.0)
_FEWEST_USUAL_STEPS: Final = 3000.0


def day_columns(conditions: Conditions) -> Columns:
    """Return what the person says of the day."""
    race = conditions.race
    return {
        "race_effort": missing("not told: --race or --no-race")
        if race is None
        else known(float(race), "told"),
        "overtired": overtired(conditions),
        "standing_sitting_h": _standing_column(conditions),
        "steps_vs_28d_ratio": _steps_column(conditions),
    }


def _standing_column(conditions: Conditions) -> Column:
    """Return the hours of standing with half those of sitting, whichever was told."""
    standing, sitting = conditions.standing_sitting_h, conditions.sitting_h
    if standing is None and sitting is None:
        return missing("not told: --standing, --sitting")
    return known((standing or 0.0) + _SITTING_SHARE * (sitting or 0.0), "told")


def _steps_column(conditions: Conditions) -> Column:
    """Return the day's steps over a usual day's; few steps are no more than usual."""
    steps, usual = conditions.steps, conditions.usual_steps
    if steps is None or usual is None:
        return missing("not told: --steps and --usual-steps")
    ratio = steps / max(usual, _FEWEST_USUAL_STEPS)
    counted = float(np.interp(steps, _STEPS_COUNT, (0.0, 1.0)))
    return known(min(ratio, 1.0) + counted * max(ratio - 1.0, 0.0), "told")


def rating_column(rpe: float | None, active_s: FloatArray, rests_on: str) -> Column:
    """Return the load by the rating of perceived exertion along the session."""
    if rpe is None:
        return missing("no rating was given")
    return known(session_rpe_load(rpe, active_s / 60), rests_on)
