"""Options that several commands share, and the nouns made of them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from riskfit.cli import units

if TYPE_CHECKING:
    from riskfit.athlete import Athlete, Conditions

F = TypeVar("F", bound=Callable[..., Any])

_ATHLETE = (
    ("--mass", "mass_kg", units.MASS, "Body mass [kg; 154lb]."),
    ("--height", "height_m", units.HEIGHT, "Height [m; 180cm, 5ft11]."),
    ("--age", "age_years", units.YEARS, "Age [years]."),
    ("--sex", "sex", click.Choice(["female", "male"]), "Sex."),
    ("--hr-max", "hr_max_bpm", units.HEART_RATE, "Maximal heart rate [bpm]."),
    ("--hr-rest", "hr_rest_bpm", units.HEART_RATE, "Resting heart rate [bpm]."),
    ("--hr-threshold", "hr_threshold_bpm", units.HEART_RATE, "Threshold heart rate [bpm]."),
    ("--ftp", "ftp_w", units.POWER, "Threshold power on a bike [W]."),
    (
        "--threshold-speed",
        "threshold_speed_m_s",
        units.SPEED,
        "Threshold speed running [km/h; 4:30/km].",
    ),
)
_CONDITIONS = (
    ("--temp", "air_temperature_c", units.TEMPERATURE, "Air temperature [°C; 88F]."),
    ("--humidity", "relative_humidity_pct", units.PERCENT, "Relative humidity [%]."),
    ("--wind", "wind_m_s", units.WIND, "Wind [m/s; 10km/h, 6mph]."),
    ("--sun", "sun_fraction", units.FRACTION, "Share of clear-sky sun, 0 (shade) to 1."),
    ("--fluid", "fluid_l_h", units.FLUID, "What is drunk [L/h; 500ml]."),
    ("--drink-sodium", "drink_sodium_mg_l", units.SODIUM, "Sodium in it [mg/L]; 0 for water."),
    ("--carbs", "carbohydrate_g_h", units.CARBS, "Carbohydrate taken [g/h]."),
    ("--sleep", "sleep_h", units.HOURS, "Sleep of the night before [h]."),
    (
        "--resting-hr-excess",
        "resting_hr_excess_bpm",
        float,
        "Resting heart rate above its 7-day mean [bpm].",
    ),
    (
        "--standing",
        "standing_sitting_h",
        units.HOURS,
        "Standing or sitting beyond the usual, 24 h before [h].",
    ),
    ("--rpe", "rpe", units.RATING, "Rating of perceived exertion, 0 to 10."),
)
_FLAGS = (
    ("--indoor/--outdoor", "indoor", "Under a roof or not."),
    ("--race/--no-race", "race", "A race or an all-out effort."),
    ("--overtired/--not-overtired", "overtired", "Over-tired before the session."),
    ("--skipped-meal/--no-skipped-meal", "skipped_meal", "A meal was skipped before it."),
)

#: What a column of a roster may be called: the options without their dashes.
CONDITION_TYPES: dict[str, tuple[str, Any]] = {
    option.removeprefix("--"): (name, kind) for option, name, kind, _ in _CONDITIONS
} | {option.split("/")[0].removeprefix("--"): (name, click.BOOL) for option, name, _ in _FLAGS}


def athlete_options(command: F) -> F:
    """Add the options of a person: whatever the profile holds, for one run."""
    for option, name, kind, text in reversed(_ATHLETE):
        command = click.option(option, name, type=kind, help=text)(command)
    return click.option(
        "--profile",
        "profile_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Profile to use instead of your own (TOML).",
    )(command)


def condition_options(command: F) -> F:
    """Add the options of surroundings and of the day."""
    for option, name, text in reversed(_FLAGS):
        command = click.option(option, name, default=None, help=text)(command)
    for option, name, kind, text in reversed(_CONDITIONS):
        command = click.option(option, name, type=kind, help=text)(command)
    return command


def model_options(command: F) -> F:
    """Add the options of scoring: the context and the model."""
    command = click.option(
        "--model",
        "model_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Score card to use instead of the published one (TOML).",
    )(command)
    return click.option(
        "--context",
        default="training",
        show_default=True,
        help="What kind of session it is; `riskfit card` lists them.",
    )(command)


def make_athlete(values: dict[str, Any]) -> "Athlete":
    """Take a person's options out of ``values`` and lay them over the profile."""
    from riskfit.athlete import Athlete
    from riskfit.profiles import load_profile

    told = {name: values.pop(name) for _, name, *_ in _ATHLETE}
    profile = load_profile(values.pop("profile_file"))
    return Athlete(**told).over(profile)


def make_conditions(values: dict[str, Any]) -> "Conditions":
    """Take the options of surroundings and day out of ``values``."""
    from riskfit.athlete import Conditions

    names = [name for _, name, *_ in _CONDITIONS] + [name for _, name, _ in _FLAGS]
    return Conditions(**{name: values.pop(name) for name in names})
