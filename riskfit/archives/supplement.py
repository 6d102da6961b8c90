"""What an export tells of an activity beside its file."""

from dataclasses import dataclass, replace

from msgspec import structs

from riskfit.activity import Activity
from riskfit.athlete import Athlete, Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """What an export says of an activity; None is unknown.

    ``athlete`` and ``weather`` stand behind what the file itself says.
    """

    weather: Conditions | None = None
    athlete: Athlete | None = None
    race: bool | None = None
    rpe: float | None = None
    name: str | None = None


def supplemented(activity: Activity, extra: Supplement) -> Activity:
    """Return an activity with what it leaves open taken from the export around it."""
    summary, athlete, weather = activity.summary, activity.athlete, activity.weather
    if extra.weather is not None:
        weather = weather.over(extra.weather)
    if extra.athlete is not None:
        athlete = athlete.over(extra.athlete)
    if summary.rpe is None and extra.rpe is not None:
        summary = structs.replace(summary, rpe=extra.rpe)
    return replace(
        activity,
        summary=summary,
        athlete=athlete,
        weather=weather,
        name=activity.name or extra.name,
    )
