"""What a person told of the sport they do most, where no history tells it."""

import numpy as np

from riskfit.athlete import Athlete
from riskfit.features.recovery import SHORTEST_YARDSTICK_S, duration_ratio
from riskfit.features.results import Columns, known
from riskfit.sports import accustoming, sport_of


def habit_columns(columns: Columns, athlete: Athlete, sports: list[str]) -> Columns:
    """Return how often and how long a sport is done, as it was told.

    Parameters
    ----------
    columns : Columns
        What is known without: a history beats what was told.
    athlete : Athlete
    sports : list of str
        Of the session's legs; a session of another sport is not what was told of.
    """
    if athlete.usual_sport is None:
        return {}
    usual, _ = sport_of(athlete.usual_sport)
    if not all(usual in accustoming(sport) for sport in sports):
        return {}
    found: Columns = {}
    often, longest_h = athlete.usual_sessions_28d, athlete.usual_longest_h
    if often is not None and columns["same_sport_sessions_28d"].missing_because:
        found["same_sport_sessions_28d"] = known(often, "profile")
    if longest_h is not None and columns["duration_vs_longest_28d_ratio"].missing_because:
        yardstick_s = max(3600 * longest_h, SHORTEST_YARDSTICK_S)
        active_s = np.asarray(columns["duration_min"].values) * 60
        found["duration_vs_longest_28d_ratio"] = known(
            duration_ratio(active_s, yardstick_s), "profile"
        )
    return found
