"""What advice is for: training or a race, weeks ahead, near, or held already; and its dates."""

from datetime import date, timedelta
from typing import Final

from riskfit.advice.texts import Occasion

#: A race further off than this leaves time to prepare: training needs ten days and more to show
#: (assumption). [days]
_NEAR_DAYS: Final = 10
#: The longest session and strength work end so long before a race, and days in the heat begin: the
#: two weeks of a usual taper, the last ten days in which nothing is added, and the two weeks of
#: getting used to heat (models/advice.toml cites them). [days]
LONGEST_BEFORE: Final = 14
STRENGTH_BEFORE: Final = 10
_HEAT_BEFORE: Final = 14


def occasion_of(
    planned: bool | None, day: date | None, today: date | None, *, race: bool
) -> Occasion:
    """Return what a session is for the one who asks.

    Parameters
    ----------
    planned : bool or None
        None: nobody told, and it is to come.
    day, today : date or None
        Of the session, and of the question; without both a race is near.
    race : bool
    """
    if planned is False:
        return "raced" if race else "trained"
    if not race:
        return "training_ahead"
    far = day is not None and today is not None and (day - today).days > _NEAR_DAYS
    return "race_ahead" if far else "race_near"


def days_ahead(race: date) -> dict[str, str]:
    """Return the days until which, or from which, something helps before a race."""
    before = {
        "longest_by": LONGEST_BEFORE,
        "heat_from_day": _HEAT_BEFORE,
        "strength_until": STRENGTH_BEFORE,
    }
    days = {name: race - timedelta(days=count) for name, count in before.items()}
    return {name: f"{day:%a} {day.day} {day:%b}" for name, day in days.items()}
