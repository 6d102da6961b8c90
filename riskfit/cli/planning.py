"""The plan that the options of ``riskfit check`` describe."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from riskfit.activity import PlannedSession
    from riskfit.athlete import Athlete, History

F = TypeVar("F", bound=Callable[..., Any])

_ESSENTIALS: Final = (
    "a plan needs --sport, and --duration, or --distance with a pace "
    "(--speed, or --intensity with the profile's threshold_speed_m_s or ftp_w); "
    "or --plan FILE, or --roster CSV"
)
#: Rounds of making a race's pace and its time agree.
_ROUNDS: Final = 40


class Incomplete(click.UsageError):
    """A plan lacks something; one line says what gives it, without the usage around."""

    def show(self, file: Any = None) -> None:
        """Print the line."""
        click.echo(f"Error: {self.format_message()}", file=file, err=file is None)


def make_plan(
    told: dict[str, Any],
    athlete: "Athlete",
    history: "History",
    plan_file: str | None = None,
    target_time_s: float | None = None,
) -> "tuple[PlannedSession, bool]":
    """Return the plan, and whether its intensity is a race's.

    Parameters
    ----------
    told : dict
        By the names of `PLAN_NAMES`; None where not told.
    athlete, history
        For what a share of threshold means.
    plan_file : str, optional
        A file with the plan; what is told fills what it leaves open.
    target_time_s : float, optional
        Its whole time. [s]
    """
    targets, race = _targets(told)
    if plan_file is not None:
        plan = _from_file(plan_file, target_time_s, told, targets, athlete)
    else:
        plan = _from_options(told, targets, target_time_s)
    kind, word = told.get("intensity") or (None, None)
    if kind == "zone" and not plan.segments:
        from riskfit.formulas.effort import zone_fraction
        from riskfit.sports import FOOT

        fraction = zone_fraction(str(word), plan.sport in FOOT)
        plan = replace(plan, intensity_fraction=fraction)
    return _timed(plan, race, athlete, history), race


def _targets(told: dict[str, Any]) -> tuple[dict[str, float], bool]:
    """Return the intensity as fields of a plan, and whether it is a race's."""
    targets = {name: told[name] for name in ("speed_m_s", "power_w") if told.get(name) is not None}
    kind, value = told.get("intensity") or (None, None)
    if kind is not None and targets:
        raise click.UsageError("give one of --intensity, --speed and --power, not two")
    if len(targets) > 1:
        raise click.UsageError("give one of --speed and --power, not both")
    if kind not in (None, "zone", "race"):
        targets[str(kind)] = value
    return targets, kind == "race"


def _sport_of(word: str) -> tuple[str, str | None]:
    """Return FIT's words for what people call a sport."""
    from riskfit.formulas.resting import MET_BY_SPORT

    plain = word.strip().lower().replace(" ", "_").replace("-", "_")
    if plain in MET_BY_SPORT:
        return plain, None
    from riskfit.sports import sport_of

    sport, sub_sport = sport_of(word)
    if sport in ("unknown", "generic", "multisport", "transition"):
        raise click.BadParameter(
            f"{word!r} is no sport riskfit plans; give running, cycling, walking, hiking, "
            "swimming, rowing ...",
            param_hint="--sport",
        )
    return sport, sub_sport


def _from_options(
    told: dict[str, Any], targets: dict[str, Any], target_time_s: float | None
) -> "PlannedSession":
    """Return the plan of the options; one that only knows its way has no time yet (0 s)."""
    from riskfit.activity import PlannedSession

    duration, distance = told.get("duration_s") or target_time_s, told.get("distance_km")
    sport = told.get("sport")
    if sport is None or (duration is None and distance is None):
        raise Incomplete(_ESSENTIALS)
    word, sub_sport = _sport_of(sport)
    if distance is not None and not distance > 0:
        raise click.BadParameter("must be above zero", param_hint="--distance")
    if duration and distance and "speed_m_s" in targets:
        raise click.UsageError("give two of --duration, --distance and --speed, not three")
    place = told.get("place") or (None, None)
    return PlannedSession(
        sport=word,
        sub_sport=sub_sport,
        duration_s=duration or 0.0,
        start_time=told.get("start_time"),
        distance_m=None if distance is None else 1000 * distance,
        ascent_m=told.get("ascent_m"),
        descent_m=told.get("descent_m"),
        latitude_deg=place[0],
        longitude_deg=place[1],
        **targets,
    )


def _from_file(
    plan_file: str,
    target_time_s: float | None,
    told: dict[str, Any],
    targets: dict[str, Any],
    athlete: "Athlete",
) -> "PlannedSession":
    """Return the plan of a file, with what was told over it."""
    from riskfit.cli.inputs import read_bytes
    from riskfit.errors import InputError
    from riskfit.readers.plans import read_plan

    time_s = target_time_s or told.get("duration_s")
    speed = targets.get("speed_m_s")
    sport = None if told.get("sport") is None else _sport_of(told["sport"])[0]
    source: Any = plan_file if plan_file != "-" else read_bytes("-")
    if plan_file != "-" and not Path(plan_file).is_file():
        raise InputError(f"{plan_file}: there is no such file to plan by")

    def read(speed_m_s: float | None) -> "PlannedSession":
        return read_plan(
            source,
            time_s,
            speed_m_s=speed_m_s,
            sport=sport,
            start_time=told.get("start_time"),
            athlete=athlete,
        )

    try:
        plan = read(speed)
    except InputError:
        if time_s or speed or not (targets or told.get("intensity")):
            raise
        # A course without a time, and how hard: its time follows from both.
        plan = replace(read(1.0), duration_s=0.0, speed_m_s=None)
    if plan.sport == "unknown":
        raise Incomplete(f"{plan_file} does not say the sport: give --sport")
    place = told.get("place") or (plan.latitude_deg, plan.longitude_deg)
    over = {name: told[name] for name in ("ascent_m", "descent_m") if told.get(name) is not None}
    if told.get("distance_km") is not None:
        over["distance_m"] = 1000 * told["distance_km"]
    if not plan.segments and targets and "speed_m_s" not in targets:
        over |= {"speed_m_s": None, **targets}
    return replace(plan, latitude_deg=place[0], longitude_deg=place[1], **over)


def _timed(
    plan: "PlannedSession", race: bool, athlete: "Athlete", history: "History"
) -> "PlannedSession":
    """Return a plan whose time and intensity agree; a race is what can be held for its time."""
    if plan.duration_s and not race:
        return plan
    if race and plan.segments:
        return plan
    fraction = plan.intensity_fraction
    time_s = plan.duration_s or 3600.0
    for _ in range(_ROUNDS):
        if race:
            fraction = _race_fraction(plan.sport, time_s)
            plan = replace(plan, intensity_fraction=fraction)
        if plan.duration_s or plan.distance_m is None:
            break
        found = plan.distance_m / _speed(replace(plan, duration_s=time_s), athlete, history)
        if abs(found - time_s) < 1e-6:
            break
        time_s = found
    return replace(plan, duration_s=plan.duration_s or time_s)


def _race_fraction(sport: str, time_s: float) -> float:
    """Return the share of threshold that can just be held for so long."""
    from riskfit.formulas.pacing import power_duration, riegel_speed
    from riskfit.sports import FOOT

    curve = riegel_speed if sport in FOOT else power_duration
    return float(curve(1.0, 3600.0, time_s))


def _speed(plan: "PlannedSession", athlete: "Athlete", history: "History") -> float:
    """Return how fast an intensity is, or say which option or profile key would tell it."""
    import numpy as np

    from riskfit.athlete import Conditions
    from riskfit.features.plan.intensity import ASSUMED
    from riskfit.features.plan.table import prepare
    from riskfit.sports import BIKE, FOOT

    if plan.speed_m_s is not None:
        return plan.speed_m_s
    # On foot the way says how steep it is and the share how fast; else way over time would.
    by_foot = plan.sport in FOOT and plan.intensity_fraction is not None
    bare = plan if by_foot else replace(plan, distance_m=None)
    planning = prepare(bare, athlete, Conditions(), history)
    effort = planning.effort
    name = "threshold_speed_m_s" if plan.sport in FOOT else "ftp_w"
    best = (
        planning.recovery.hour_speed_m_s if plan.sport in FOOT else planning.recovery.hour_power_w
    )
    by_share = plan.intensity_fraction is not None and plan.power_w is None
    unknown = by_share and planning.person.assumes(name) and not np.isfinite(best).any()
    speed = float(effort.rates().speed_m_s[0].mean())
    if plan.sport not in FOOT | BIKE or effort.source == ASSUMED or unknown or not speed > 0:
        raise Incomplete(
            f"--distance needs a pace: give --speed, --duration, or --intensity with {name} in "
            "the profile"
        )
    return speed
