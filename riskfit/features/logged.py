"""What a person's log says of earlier cramps, in the words of the profile."""

from typing import Final

from riskfit._common import DAY_S
from riskfit.athlete import Logged

#: A year, the last races that are looked at, and so many with a cramp: as rule P1 asks. [s]
_YEAR_S: Final = 365 * DAY_S
_RACES, _OF_THEM = 10, 3


def logged_history(logged: Logged, start_s: float) -> str | None:
    """Return the profile's word for the cramps logged before a session that starts then.

    Parameters
    ----------
    logged : Logged
    start_s : float
        POSIX time. [s]

    Returns
    -------
    str or None
        None without a cramp: that some sessions went without one does not say there were none.
    """
    earlier = logged.before(start_s)
    cramped = earlier.cramp > 0
    if not cramped.any():
        return None
    if cramped[earlier.race][-_RACES:].sum() >= _OF_THEM:
        return "3_of_last_10_races"
    recent = (cramped & (earlier.start_s >= start_s - _YEAR_S)).any()
    return "last_12_months" if recent else "ever"
