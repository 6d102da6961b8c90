"""Options of a planned session, and the plan made of them."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from riskfit.cli import units

if TYPE_CHECKING:
    from datetime import datetime

    from riskfit.activity import PlannedSession
    from riskfit.athlete import Athlete, History

F = TypeVar("F", bound=Callable[..., Any])

_ESSENTIALS: Final = (
    "a plan needs --sport, and --duration, or --distance with a pace "
    "(--speed, or --intensity with the profile's threshold_speed_m_s or ftp_w); "
    "or --plan FILE, or --roster CSV"
)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Rounds of making a race's pace and its time agree.
_ROUNDS: Final = 40


class Incomplete(click.UsageError):
    """A plan lacks something; one line says what gives it, without the usage around."""

    def show(self, file: Any = None) -> None:
        """Print the line."""
        click.echo(f"Error: {self.format_message()}", file=file, err=file is None)


class Intensity(click.ParamType):  # type: ignore[type-arg]
    """A pace, a power, a heart rate, a share of threshold, a zone or a word."""

    name = "intensity"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        """Return what kind it is and its value in the project's unit."""
        if isinstance(value, tuple):
            return value
        text = str(value).strip().lower().replace(" ", "").replace("_", "")
        for pattern, name, quantity in _MEASURED:
            if re.search(pattern, text):
                return name, quantity.convert(text, param, ctx)
        word = re.sub(r"^zone", "z", text)
        if word not in ("race", *_WORDS) and not re.fullmatch(r"z[1-6]", word):
            self.fail(
                f"{value!r} is no intensity: give a pace (5:00/km), power (200W), heart rate "
                f"(145bpm), share of threshold (0.75), zone (z1 to z6) or a word "
                f"({', '.join((*_WORDS, 'race'))})",
                param,
                ctx,
            )
        return ("race", None) if word == "race" else ("zone", word)


#: How an intensity with a number is told apart: the last is a bare one.
_MEASURED: Final[tuple[tuple[str, str, Any], ...]] = (
    (r"/(km|mi|100m)$|km/h$|kmh$|m/s$|mph$", "speed_m_s", units.SPEED),
    (r"\dbpm$", "heart_rate_bpm", units.HEART_RATE),
    (r"\dw$", "power_w", units.POWER),
    (r"^[+-]?\d", "intensity_fraction", units.INTENSITY),
)


#: The words of `riskfit.formulas.effort.ZONE_WORDS`, here so that help needs no numpy.
_WORDS: Final = (
    "recovery",
    "easy",
    "endurance",
    "steady",
    "moderate",
    "tempo",
    "threshold",
    "hard",
    "vo2max",
    "intervals",
)


class Place(click.ParamType):  # type: ignore[type-arg]
    """Latitude and longitude: ``47.1,15.4``."""

    name = "lat,lon"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Return the two in degrees."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*", str(value))
        if not match or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
            self.fail(f"{value!r} is no place: give latitude,longitude as 47.1,15.4", param, ctx)
        return float(match[1]), float(match[2])


class Start(click.ParamType):  # type: ignore[type-arg]
    """A start: ``2026-07-04T08:00``, ``08:00``, ``tomorrow 08:00``, ``sat 08:00``."""

    name = "start"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "datetime":
        """Return an aware time; without a zone it is in that of this machine."""
        from datetime import datetime, timedelta

        if isinstance(value, datetime):
            return value
        text = str(value).strip().lower()
        now = datetime.now().astimezone()
        match = re.fullmatch(r"(?:(today|tomorrow|[a-z]{3})[a-z]*\s+)?(\d{1,2}):(\d{2})", text)
        if match and int(match[2]) < 24 and int(match[3]) < 60:
            day, word = now, match[1]
            if word in ("tom", "tomorrow"):
                day = now + timedelta(days=1)
            elif word in _DAYS:
                day = now + timedelta(days=(_DAYS.index(word) - now.weekday()) % 7)
            elif word not in (None, "tod", "today"):
                self.fail(f"{value!r}: {word!r} is no day", param, ctx)
            start = datetime(day.year, day.month, day.day, int(match[2]), int(match[3]))
            found = start.astimezone()
            # A bare hour that has passed is tomorrow's.
            return found + timedelta(days=1) if word is None and found < now else found
        try:
            given = datetime.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(
                f"{value!r} is no start: give 2026-07-04T08:00, 08:00, tomorrow 08:00 or sat 08:00",
                param,
                ctx,
            )
        return given if given.tzinfo else given.astimezone()


INTENSITY, PLACE, START = Intensity(), Place(), Start()

_PLAN = (
    ("--sport", "sport", str, "Sport: running, cycling, hiking, swimming ..."),
    ("--duration", "duration_s", units.DURATION, "How long [3h, 45min, 1:30]."),
    ("--distance", "distance_km", units.DISTANCE, "How far [km; 26.2mi]."),
    (
        "--intensity",
        "intensity",
        INTENSITY,
        "How hard: 5:00/km, 200W, 145bpm, 0.75 of threshold, z2, or a word (easy ... race).",
    ),
    ("--speed", "speed_m_s", units.SPEED, "Mean speed [km/h; 5:00/km]."),
    ("--power", "power_w", units.POWER, "Mean power on a bike [W]."),
    ("--start", "start_time", START, "When [2026-07-04T08:00, 08:00, sat 08:00]; default now."),
    ("--place", "place", PLACE, "Where, for the sun [47.1,15.4]."),
    ("--ascent", "ascent_m", units.ASCENT, "Climb [m; 3000ft]; down again unless --descent."),
    ("--descent", "descent_m", units.ASCENT, "Descent [m]."),
)
PLAN_NAMES: Final = tuple(name for _, name, *_ in _PLAN)
PLAN_TYPES: Final[dict[str, Any]] = {
    option.removeprefix("--"): (name, kind) for option, name, kind, _ in _PLAN
}


def plan_options(command: F) -> F:
    """Add the options that describe a planned session."""
    for option, name, kind, text in reversed(_PLAN):
        command = click.option(option, name, type=kind, help=text)(command)
    return command


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
