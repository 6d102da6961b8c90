"""Options that several commands take, each declared once, and the nouns made of them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from riskfit import units
from riskfit.cli.plan_types import INTENSITY, LEG, PLACE, START, WAY
from riskfit.report.exporters import SESSIONS, kinds

if TYPE_CHECKING:
    from riskfit.athlete import Athlete, Conditions
    from riskfit.rules.model import Model

F = TypeVar("F", bound=Callable[..., Any])

#: Names of an option as click takes them, and what else it is told.
_Declared = tuple[tuple[str, ...], dict[str, Any]]


def in_a_folder(ctx: click.Context, param: click.Parameter, value: Any) -> Any:  # noqa: ARG001
    """Refuse a file whose folder is not there, before any work is done."""
    if value is not None and str(value) != "-" and not Path(value).absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {Path(value).parent}: make it first")
    return value


#: A file that is there, and one that may be made.
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE: Final = click.Path(dir_okay=False, path_type=Path)


class _Card(click.ParamType):  # type: ignore[type-arg]
    """A model file, or the version of a published card."""

    name = "file or version"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | Path:
        from riskfit.errors import InputError
        from riskfit.rules.load import is_version, load_model

        if isinstance(value, str) and is_version(value):
            try:
                load_model(value)
            except InputError as error:
                self.fail(str(error), param, ctx)
            return value
        return Path(FILE.convert(value, param, ctx))


CARD: Final = _Card()
DAY: Final = click.DateTime(["%Y-%m-%d"])


def _table(*options: _Declared) -> dict[str, _Declared]:
    """Return options by their long names."""
    return {
        next(one for one in names if one[:2] == "--").split("/")[0]: (names, said)
        for names, said in options
    }


def _option(*names: str, **said: Any) -> _Declared:
    return names, said


def _told(option: str, name: str, kind: Any, text: str) -> _Declared:
    """Declare what may be told or left open; without a kind it is a yes or no."""
    return (option, name), {"type": kind, "default": None, "help": text}


_ATHLETE: Final = _table(
    _told("--mass", "mass_kg", units.MASS, "Body mass [kg; 154lb]."),
    _told("--height", "height_m", units.HEIGHT, "Height [m; 180cm, 5ft11]."),
    _told("--age", "age_years", units.YEARS, "Age [years]."),
    _told("--sex", "sex", click.Choice(["female", "male"]), "Sex."),
    _told("--hr-max", "hr_max_bpm", units.HEART_RATE, "Maximal heart rate [bpm]."),
    _told("--hr-rest", "hr_rest_bpm", units.HEART_RATE, "Resting heart rate [bpm]."),
    _told("--hr-threshold", "hr_threshold_bpm", units.HEART_RATE, "Threshold heart rate [bpm]."),
    _told("--ftp", "ftp_w", units.POWER, "Threshold power on a bike [W]."),
    _told(
        "--threshold-speed",
        "threshold_speed_m_s",
        units.SPEED,
        "Threshold speed running [km/h; 4:30/km].",
    ),
)
_CONDITIONS: Final = _table(
    _told("--temp", "air_temperature_c", units.TEMPERATURE, "Air temperature [°C; 88F]."),
    _told("--humidity", "relative_humidity_pct", units.PERCENT, "Relative humidity [%]."),
    _told("--wind", "wind_m_s", units.WIND, "Wind [m/s; 10km/h, 6mph]."),
    _told("--sun", "sun_fraction", units.FRACTION, "Share of clear-sky sun, 0 (shade) to 1."),
    _told("--fluid", "fluid_l_h", units.FLUID, "What is drunk [L/h; 500ml]."),
    _told("--drink-sodium", "drink_sodium_mg_l", units.SODIUM, "Sodium in it [mg/L]; 0 for water."),
    _told("--drink-at-hand/--no-drink-at-hand", "drink_at_hand", None, "A drink within reach."),
    _told("--carbs", "carbohydrate_g_h", units.CARBS, "Carbohydrate taken [g/h]."),
    _told("--sleep", "sleep_h", units.HOURS, "Sleep of the night before [h]."),
    _told(
        "--resting-hr-excess",
        "resting_hr_excess_bpm",
        float,
        "Resting heart rate above its 7-day mean [bpm].",
    ),
    _told(
        "--standing",
        "standing_sitting_h",
        units.HOURS,
        "Standing beyond the usual, in the 24 h before [h].",
    ),
    _told(
        "--sitting", "sitting_h", units.HOURS, "Sitting still beyond the usual, 24 h before [h]."
    ),
    _told("--steps", "steps", units.STEPS, "Steps of the whole day [22000]."),
    _told("--usual-steps", "usual_steps", units.STEPS, "Steps of a usual day [7000]."),
    _told(
        "--usual-hours", "usual_hours", units.HOURS, "How long you usually walk or stand a day [h]."
    ),
    _told("--rpe", "rpe", units.RATING, "Rating of perceived exertion, 0 to 10."),
    _told("--indoor/--outdoor", "indoor", None, "Under a roof or not."),
    _told("--race/--no-race", "race", None, "A race or an all-out effort."),
    _told("--overtired/--not-overtired", "overtired", None, "Over-tired before the session."),
    _told(
        "--skipped-meal/--no-skipped-meal", "skipped_meal", None, "A meal was skipped before it."
    ),
)
_PLAN: Final = _table(
    _told("--sport", "sport", str, "Sport: running, cycling, hiking, swimming ..."),
    _told("--duration", "duration_s", units.DURATION, "How long [3h, 45min, 1:30]."),
    _told("--distance", "distance_km", WAY, "How far [km; 26.2mi], or marathon, olympic, 70.3 ..."),
    _told(
        "--intensity",
        "intensity",
        INTENSITY,
        "How hard: 5:00/km, 200W, 145bpm, 0.75 of threshold, z2, or a word (easy ... race).",
    ),
    _told("--speed", "speed_m_s", units.SPEED, "Mean speed [km/h; 5:00/km]."),
    _told("--power", "power_w", units.POWER, "Mean power on a bike [W]."),
    _told(
        "--start", "start_time", START, "When [2026-07-04T08:00, 08:00, sat 08:00]; default now."
    ),
    _told("--place", "place", PLACE, "Where, for the sun [47.1,15.4]."),
    _told("--ascent", "ascent_m", units.ASCENT, "Climb [m; 3000ft]; down again unless --descent."),
    _told("--descent", "descent_m", units.ASCENT, "Descent [m]."),
    *(
        _told(f"--{leg}", f"{leg}_leg", LEG, f"The {leg} of a triathlon: 40km, 1h10 or 40km/1h10.")
        for leg in ("swim", "bike", "run")
    ),
)
_OTHERS: Final = _table(
    _option(
        "--profile", "profile_file", type=FILE, help="Profile to use instead of your own (TOML)."
    ),
    _option(
        "--context",
        help="What kind of session it is (`riskfit card` lists them); default: taken from sport, "
        "distance and --race.",
    ),
    _option(
        "--model",
        "model_file",
        type=CARD,
        metavar="MODEL",
        help="Score card to use instead of the newest published one: a file (TOML), or the "
        "version of an earlier one, such as 1.0.",
    ),
    _option(
        "--history",
        "history_paths",
        multiple=True,
        metavar="PATH",
        help="Earlier sessions, instead of the store's: a file, folder or archive. "
        "May be repeated.",
    ),
    _option("--no-store", is_flag=True, help="Do not look at what was imported."),
    _option(
        "--store",
        "store_file",
        type=NEW_FILE,
        help="Store to use instead of your own (RISKFIT_STORE).",
    ),
    _option("--athlete", "athlete_name", metavar="NAME", help="Whose; default: yours."),
    _option("--since", type=DAY, help="From this day on."),
    _option(
        "--roster", type=FILE, help="CSV with a row an athlete: folder, and columns of the profile."
    ),
    _option("--json", "as_json", is_flag=True, help="Print one JSON document."),
    _option(
        "--share",
        is_flag=True,
        help="In a page or JSON leave out names of files and people, and where it was.",
    ),
    _option(
        "-o",
        "--output",
        metavar="OUT",
        callback=in_a_folder,
        help=f"Write to a file, format by suffix ({', '.join(kinds(SESSIONS))}); - is stdout.",
    ),
    _option("--fail-at", metavar="BAND", help="Exit with 10 when a score reaches this band."),
    _option("--full", is_flag=True, help="Show every feature, rule and question."),
    _option("--quiet", "-q", is_flag=True, help="Print no messages."),
    _option("--athlete-per-folder", is_flag=True, help="Each folder in PATH is an athlete."),
    _option("--jobs", "-j", type=click.IntRange(1), help="Processes; default: one a processor."),
    _option("--scheduler", metavar="ADDRESS", help="Work on a Dask cluster: tcp://host:8786."),
    _option("--again", is_flag=True, help="Read also what is known already."),
    _option("--all", "everybody", is_flag=True, help="All athletes of the store."),
)


def _speak(ctx: click.Context, param: click.Parameter, value: str | None) -> None:  # noqa: ARG001
    """Speak a language for as long as a command runs."""
    if value is None:
        return
    from riskfit.errors import InputError
    from riskfit.languages import speaking

    try:
        ctx.with_resource(speaking(value))
    except InputError as error:
        raise click.BadParameter(str(error)) from error


#: Of every command, groups among them; each does by its callback what it asks for.
_OF_ALL: Final = _table(
    _option(
        "--language",
        metavar="LANGUAGE",
        envvar="RISKFIT_LANGUAGE",
        expose_value=False,
        callback=_speak,
        help="Words of card and advice: a name in models/languages, or a file.",
    ),
)
_DECLARED: Final = {**_ATHLETE, **_CONDITIONS, **_PLAN, **_OTHERS, **_OF_ALL}

# What kinds of commands take, in the order of their help.
STORE: Final = ("--store", "--athlete")
MEMORY: Final = ("--no-store", *STORE)
PERSON: Final = ("--profile", *_ATHLETE)
CONDITIONS: Final = tuple(_CONDITIONS)
PLAN: Final = tuple(_PLAN)
SCORING: Final = ("--context", "--model")
OUTPUT: Final = ("--json", "--share", "--output", "--fail-at", "--full", "--quiet")
GATHERING: Final = (
    "--athlete-per-folder",
    "--roster",
    "--jobs",
    "--scheduler",
    "--again",
    "--quiet",
)


def takes(*options: str, **otherwise: Any) -> Callable[[F], F]:
    """Add options to a command, in this order; what it declares otherwise stands here."""

    def add(command: F) -> F:
        for option in reversed(options):
            names, said = _DECLARED[option]
            command = click.option(*names, **{**said, **otherwise})(command)
        return command

    return add


def with_options_of_all(command: click.Command) -> click.Command:
    """Return a command with the options that every command takes, if it has them not."""
    here = {word for param in command.params for word in param.opts}
    return takes(*(option for option in _OF_ALL if option not in here))(command)


def _columns(table: dict[str, _Declared]) -> dict[str, tuple[str, Any]]:
    """Return the option without its dashes -> parameter and type: what a roster's column is."""
    return {
        option.removeprefix("--"): (names[1], said["type"] or click.BOOL)
        for option, (names, said) in table.items()
    }


PLAN_COLUMNS: Final = _columns(_PLAN)
CONDITION_COLUMNS: Final = _columns(_CONDITIONS)


def _taken(values: dict[str, Any], table: dict[str, _Declared]) -> dict[str, Any]:
    """Take the values of some options out of all that were given."""
    return {names[1]: values.pop(names[1]) for names, _ in table.values()}


def make_athlete(values: dict[str, Any]) -> "Athlete":
    """Take a person's options out of ``values`` and lay them over the profile."""
    from riskfit.athlete import Athlete
    from riskfit.profiles import load_profile

    told = _taken(values, _ATHLETE)
    profile = load_profile(values.pop("profile_file"))
    return Athlete(**told).over(profile)


def make_conditions(values: dict[str, Any]) -> "Conditions":
    """Take the options of surroundings and day out of ``values``."""
    from riskfit.athlete import Conditions

    return Conditions(**_taken(values, _CONDITIONS))


def plan_told(values: dict[str, Any]) -> dict[str, Any]:
    """Take the options of a plan out of ``values``."""
    return _taken(values, _PLAN)


def begin_s(day: datetime | None) -> float:
    """Return when a day begins here, before all time where none was given [s]."""
    return float("-inf") if day is None else day.timestamp()


def make_scoring(values: dict[str, Any]) -> "tuple[Model, str | None]":
    """Take model and context out of ``values``, None where no context was told."""
    from riskfit.rules.load import load_model

    model, told = load_model(values.pop("model_file")), values.pop("context")
    return model, None if told is None else model.context(told).id
