"""The plan that the options of ``riskfit check`` describe."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from riskfit.activity import PlannedSession
    from riskfit.athlete import Athlete, History

_ESSENTIALS: Final = (
    "a plan needs --sport, and --duration, or --distance with a pace "
    "(--speed, or --intensity with the profile's threshold_speed_m_s or ftp_w); "
    "or --plan FILE, or --roster CSV"
)


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
        By the parameters of `riskfit.cli.options.PLAN`; None where not told.
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
        from riskfit.sports import RUN, zone_fraction

        fraction = zone_fraction(str(word), plan.sport in RUN)
        plan = replace(plan, intensity_fraction=fraction)
    from riskfit.features.person import threshold_of
    from riskfit.features.plan.pace import timed

    found = timed(plan, athlete, history, race=race)
    if found is None:
        raise Incomplete(
            "--distance needs a pace: give --speed, --duration, or --intensity with "
            f"{threshold_of(plan.sport)} in the profile"
        )
    return found, race


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
    from riskfit.sports import can_be_planned, sport_of

    sport, sub_sport = sport_of(word)
    if not can_be_planned(sport):
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
    from riskfit.sports import E_BIKE, sport_of

    legs = _legs_told(told)
    sport = told.get("sport") or ("triathlon" if legs else None)
    if sport is not None and sport_of(sport)[0] == "multisport":
        return _triathlon(sport, told, legs, targets, told.get("duration_s") or target_time_s)
    if legs:
        raise click.UsageError(
            "--swim, --bike and --run are legs of a triathlon: --sport triathlon"
        )
    duration, distance = told.get("duration_s") or target_time_s, _km(told.get("distance_km"))
    if sport is None or (duration is None and distance is None):
        raise Incomplete(_ESSENTIALS)
    word, sub_sport = _sport_of(sport)
    if distance is not None and not distance > 0:
        raise click.BadParameter("must be above zero", param_hint="--distance")
    if duration and distance and "speed_m_s" in targets:
        raise click.UsageError("give two of --duration, --distance and --speed, not three")
    if word == E_BIKE and "power_w" in targets:
        raise click.UsageError(
            "the power of an e-bike is not yours alone: give --intensity as heart rate or word"
        )
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


#: Races on foot that are called by their name. [km]
_RACES_KM: Final = {"marathon": 42.195, "half marathon": 21.0975, "half": 21.0975}


def with_way_of(context: str | None, told: dict[str, Any]) -> dict[str, Any]:
    """Return what was told of a plan, with the way of a race that has one length."""
    from riskfit.rules.contexts import load_kinds
    from riskfit.sports import RUN, sport_of

    word, minutes = (context or "").replace("_", " "), (told.get("duration_s") or 0.0) / 60
    paced = told.get("speed_m_s") or (told.get("intensity") or (None,))[0] == "speed_m_s"
    if word not in _RACES_KM or told.get("distance_km") is not None:
        return told
    shortest, longest = load_kinds()[str(context)].fits_min
    fits = not paced and shortest <= minutes <= longest if minutes else paced
    runs = sport_of(told.get("sport") or "running")[0] in RUN
    return {**told, "distance_km": word} if fits and runs else told


def _km(distance: float | str | None) -> float | None:
    """Return a distance, by its name where it has one [km]."""
    if not isinstance(distance, str):
        return distance
    word = " ".join(distance.lower().replace("-", " ").split())
    if word not in _RACES_KM:
        raise click.BadParameter(
            f"{distance!r} is no distance; give km, or {', '.join(_RACES_KM)}",
            param_hint="--distance",
        )
    return _RACES_KM[word]


def _legs_told(told: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return what was told of the legs of a triathlon, by sport."""
    sports = {"swim_leg": "swimming", "bike_leg": "cycling", "run_leg": "running"}
    return {sport: told[name] for name, sport in sports.items() if told.get(name) is not None}


def _triathlon(
    word: str,
    told: dict[str, Any],
    legs: dict[str, dict[str, float]],
    targets: dict[str, Any],
    total_s: float | None,
) -> "PlannedSession":
    """Return a plan of legs, each in its sport."""
    from riskfit.activity import PlannedSession
    from riskfit.features.plan.triathlon import DISTANCES_M, LegTold, legs_of, race_of, split_of
    from riskfit.report.words import duration_words, plain

    distance = told.get("distance_km")
    asked = (
        word if distance is None else f"{distance:g}" if not isinstance(distance, str) else distance
    )
    race = race_of(asked)
    if race is None and (distance is not None or not (legs or total_s)):
        raise Incomplete(
            f"a triathlon needs --distance {', '.join(DISTANCES_M)}, 70.3 ..., --duration, "
            "or its legs: --swim 1500m/30min --bike 40km/1h15 --run 10km/50min"
        )
    if targets or (told.get("intensity") or (None,))[0] == "zone":
        raise click.UsageError(
            "how hard a triathlon is, way and time of its legs say: --bike 40km/1h15"
        )
    parts = {sport: LegTold(**leg) for sport, leg in legs.items()}
    if race is None and not legs and total_s:
        parts = split_of(total_s)
    segments, all_told = legs_of(parts, race, total_s)
    said = ", ".join(
        f"{plain(part.sport or '')} {(part.speed_m_s or 0.0) * part.duration_s / 1000:.1f} km in "
        f"{duration_words(part.duration_s / 60)}"
        for part in segments
    )
    guessed = "" if all_told else " What is not told is as at 3, 28 and 10 km/h."
    place = told.get("place") or (None, None)
    return PlannedSession(
        sport="multisport",
        duration_s=sum(part.duration_s for part in segments),
        start_time=told.get("start_time"),
        ascent_m=told.get("ascent_m"),
        descent_m=told.get("descent_m"),
        latitude_deg=place[0],
        longitude_deg=place[1],
        segments=segments,
        notes=(f"Legs: {said}, without changes.{guessed}",),
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
        over["distance_m"] = 1000 * (_km(told["distance_km"]) or 0.0)
    if not plan.segments and targets and "speed_m_s" not in targets:
        over |= {"speed_m_s": None, **targets}
    return replace(plan, latitude_deg=place[0], longitude_deg=place[1], **over)
