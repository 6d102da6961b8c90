"""What an export tells of an activity beside its file."""

from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from riskfit.activity import Activity
from riskfit.athlete import Athlete, Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """What an export says of an activity; None is unknown.

    ``athlete``, ``weather`` and ``sport`` (with its sub-sport) stand behind what the file itself
    says.
    """

    weather: Conditions | None = None
    athlete: Athlete | None = None
    race: bool | None = None
    rpe: float | None = None
    name: str | None = None
    sport: tuple[str, str | None] | None = None


def supplemented(activity: Activity, extra: Supplement) -> Activity:
    """Return an activity with what it leaves open taken from the export around it."""
    summary, athlete, weather = activity.summary, activity.athlete, activity.weather
    if extra.weather is not None:
        weather = weather.over(extra.weather)
    if extra.athlete is not None:
        athlete = athlete.over(extra.athlete)
    if summary.rpe is None and extra.rpe is not None:
        summary = structs.replace(summary, rpe=extra.rpe)
    if extra.sport is not None:
        activity = _with_sport(activity, *extra.sport)
    return replace(
        activity,
        summary=summary,
        athlete=athlete,
        weather=weather,
        name=activity.name or extra.name,
    )


#: What a file says that does not know its sport.
_NO_SPORT: Final = frozenset({"unknown", "generic"})


def _with_sport(activity: Activity, sport: str, sub_sport: str | None) -> Activity:
    """Return an activity with its sport where its file knows none."""
    if activity.sport not in _NO_SPORT or sport in _NO_SPORT:
        return activity
    legs = tuple(
        structs.replace(leg, sport=sport, sub_sport=leg.sub_sport or sub_sport)
        if leg.sport in _NO_SPORT
        else leg
        for leg in activity.legs
    )
    return replace(activity, sport=sport, legs=legs)
