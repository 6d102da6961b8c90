"""What is said of a plan beyond its assessment: changes, what-ifs, sessions most like it.

All but the words of a change is made of the document's own entries.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from riskfit._common import plural
from riskfit.activity import PlannedSession
from riskfit.report.words import (
    CAUSE_NAMES,
    day_words,
    duration_words,
    plain,
    score_words,
)

if TYPE_CHECKING:
    from riskfit.whatif.baseline import Case
    from riskfit.whatif.changes import Change
    from riskfit.whatif.weeks_ahead import StepAhead

#: The documents' caveat on drinking, said wherever drinking is offered as a lever.
DRINKING_CAVEAT: Final = (
    "That losing fluid causes cramps is largely theoretical: drink for what you sweat, not for "
    "the score, and never more than the drinking plan."
)
_LEVERS: Final = {
    "shorter": "shorter",
    "easier": "easier",
    "hour": "at another hour",
    "rest_day": "a rest day first",
    "drink": "following the drinking plan",
}


class Varied(Struct, frozen=True):
    """What is varied: its title, the unit on an axis, how a value reads, and its factor to SI."""

    title: str
    unit: str
    form: str = "{:.2f}"
    factor: float = 1.0


VARIED: Final = {
    "duration": Varied("Duration", "h", factor=1 / 3600),
    "temp": Varied("Air temperature", "°C", "{:.4g} °C"),
    "humidity": Varied("Humidity", "%", "{:.4g} %"),
    "wind": Varied("Wind", "m/s", "{:.3g} m/s"),
    "sun": Varied("Sun", "share of clear sky", "{:.2g}"),
    "intensity": Varied("Intensity", "share of threshold"),
    "speed": Varied("Speed", "km/h", "{:.1f} km/h", 3.6),
    "power": Varied("Power", "W", "{:.0f} W"),
    "fluid": Varied("Drinking", "L/h", "{:.2f} L/h"),
    "start": Varied("Start", ""),
}


class ChangesSaid(Struct, frozen=True, kw_only=True):
    """What brings a plan below a band.

    ``verdict`` stands where no change is listed, or none was needed; ``alone`` and ``refused``
    are levers that do not suffice or cannot be had; ``stays`` is what no lever moves.
    """

    title: str
    verdict: str
    options: list[Mapping[str, Any]] = []
    alone: list[str] = []
    refused: list[str] = []
    stays: str = ""
    caveat: str = ""


# ---- what-ifs


def value_words(key: str, value: Any, zone: tzinfo = UTC) -> str:
    """Return a varied value, in the document's unit, as people say it.

    Examples
    --------
    >>> value_words("duration", 5400.0), value_words("speed", 3.0), value_words("sun", 0.5)
    ('1 h 30 min', '10.8 km/h', '0.5')
    """
    if key == "start":
        return hour_words(datetime.fromisoformat(value), zone)
    if key == "duration":
        return duration_words(value / 60)
    return VARIED[key].form.format(value * VARIED[key].factor)


def hour_words(moment: datetime, zone: tzinfo) -> str:
    """Return a day of the week and an hour, in the plan's own time zone."""
    return f"{moment.astimezone(zone):%a %H:%M}"


def sweep_rows(
    sweep: Mapping[str, Any], zone: tzinfo, most: int
) -> list[tuple[str, float | None, str]]:
    """Return about so many values with score and band, the first and the last among them."""
    values, scores, bands = sweep["values"], sweep["score"], sweep["band"]
    rows = sorted({*range(0, len(values), max(1, -(-len(values) // most))), len(values) - 1})
    words = [value_words(sweep["vary"], values[row], zone) for row in rows]
    return [(said, scores[row], bands[row] or "") for said, row in zip(words, rows, strict=True)]


# ---- changes


def changes_said(entry: Mapping[str, Any]) -> ChangesSaid:
    """Return the smallest changes in words."""
    below, floor = entry["below"], entry["floor"]
    edge = f"{entry['edge']:.0f}"  # the score's own bands are not those of its context
    title = f"The least that brings it below {below} ({edge} points)"
    if entry["score"] is None:
        return ChangesSaid(title=title, verdict="There is no score to bring down.")
    if not entry["needed"]:
        return ChangesSaid(title=title, verdict=f"Nothing: it is below {edge} points already.")
    options = [*entry["single"], *entry["pairs"]]
    left = score_words(floor["score"])
    enough = floor["score"] is not None and floor["score"] < entry["edge"]
    verdict = (
        f"No single change and no pair suffices; all together would: {left}."
        if enough
        else f"Nothing here suffices, not even everything at once: {left} stays."
    )
    stays = ", ".join(
        f"{CAUSE_NAMES[cause].lower()} {points:.0f}"
        for cause, points in floor["causes"].items()
        if points >= 0.5
    )
    return ChangesSaid(
        title=title,
        verdict="" if options else verdict,
        options=options,
        alone=[
            f"{_LEVERS[lever]} alone ends at {score_words(score)}"
            for lever, score in entry["insufficient"].items()
        ],
        refused=[f"{_LEVERS[lever]}: {because}" for lever, because in entry["not_offered"].items()],
        stays=f"No lever moves {left} of it: {stays}.",
        caveat=entry["caveat"] or "",
    )


def change_words(case: "Case", change: "Change") -> str:
    """Return a change in words, with what it costs."""
    return "; ".join(_lever_words(case, change, lever) for lever in change.levers)


def _lever_words(case: "Case", change: "Change", lever: str) -> str:
    setting, cost = change.setting, change.cost[lever]
    if lever == "shorter":
        planned, left = case.plan.duration_s, setting.duration_s or 0.0
        return (
            f"{duration_words(left / 60)} instead of {duration_words(planned / 60)} "
            f"({duration_words(cost / 60)} less)"
        )
    if lever == "easier":
        still = ", still counted as a race" if case.conditions.race else ""
        return f"ease off by {100 * cost:.0f} % of threshold{_eased(case, change)}{still}"
    if lever == "hour":
        moved = (setting.start_s or 0.0) - case.start_s
        direction = "later" if moved > 0 else "earlier"
        return f"start at {_local(case, setting.start_s)} ({cost:.0f} h {direction})"
    if lever == "rest_day":
        return f"a rest day first, start {_local(case, setting.start_s)}"
    return f"drink {setting.fluid_l_h or 0.0:.2f} L/h ({cost:.2f} more, within the drinking plan)"


def _local(case: "Case", posix_s: float | None) -> str:
    return hour_words(datetime.fromtimestamp(posix_s or 0.0, UTC), zone_of(case.plan))


def zone_of(plan: PlannedSession) -> tzinfo:
    """Return the time zone a plan was told in."""
    return (plan.start_time.tzinfo if plan.start_time else None) or UTC


def _eased(case: "Case", change: "Change") -> str:
    """Say what easing means in watts or speed, and what it costs in distance."""
    effort, factor = case.planning.effort, change.setting.effort_factor or 1.0
    words = []
    if effort.main_kind == "power" and len(effort.value) == 1:
        now = float(effort.value[0])
        words.append(f"{now * factor:.0f} W instead of {now:.0f}")
    before, after = (effort.rates(part).speed_m_s[0] for part in (1.0, factor))
    if effort.main_kind == "pace" and len(before) == 1:
        words.append(f"{after[0] * 3.6:.1f} km/h instead of {before[0] * 3.6:.1f}")
    slower = 1 - effort.speed_factor(factor)
    if slower > 0.005 and isfinite(float(before.sum())):
        words.append(f"{100 * slower:.0f} % less way in the same time")
    return f" ({', '.join(words)})" if words else ""


# ---- the weeks before a race

LEVERS_TITLE: Final = "What can still be done before it, and what each would take off"
LEVERS_CAVEAT: Final = (
    "Each by itself, as the card counts it: no trial has shown that it keeps cramps away."
)


def step_words(case: "Case", step: "StepAhead") -> str:
    """Return a step before a race in words, its day first."""
    day = f"{step.by:%a} {step.by.day} {step.by:%b}"
    sport = plain(case.plan.sport)
    if step.id == "longest":
        return f"By {day}: a session of {duration_words(step.amount)} ({sport})"
    if step.id == "strength":
        return f"From now until {day}: leg strength training twice a week, lightly at first"
    more = plural(round(step.amount), "more easy session")
    return f"By {day}: {more} ({sport}) than in your last four weeks"


def points_less(step: Mapping[str, Any]) -> str:
    """Return what a step takes off the score.

    Examples
    --------
    >>> points_less({"points": 2.96})
    '3.0 points less'
    """
    return f"{step['points']:.1f} points less"


# ---- sessions most like it


def near_said(entry: Mapping[str, Any], zone: tzinfo = UTC) -> tuple[str, str, str, str, str, str]:
    """Return a past session's day in a zone, sport, duration, load, temperature and outcome."""
    load, temperature = entry["load"], entry["temperature_c"]
    return (
        day_words(datetime.fromisoformat(entry["start_time"]).astimezone(zone)),
        plain(entry["sport"]),
        duration_words(entry["duration_s"] / 60),
        "" if load is None else f"{load:.0f} TSS",
        "" if temperature is None else f"{temperature:.0f} °C",
        entry["outcome"] or "nothing logged",
    )
