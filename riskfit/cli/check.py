"""``riskfit check``: before a session."""

from pathlib import Path
from typing import Any

import click

from riskfit.cli.options import (
    athlete_options,
    condition_options,
    make_athlete,
    make_conditions,
    model_options,
)
from riskfit.cli.output import Results, finish, output_options
from riskfit.cli.planning import PLAN_NAMES, plan_options
from riskfit.cli.stores import Memory, memory_options


@click.command(
    epilog="Example: riskfit check --sport cycling --duration 4h --intensity 0.7 --temp 31 "
    "--below raised --vary duration=1h:5h:30min"
)
@plan_options
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    help="A FIT workout, a Zwift .zwo, or a course (GPX, TCX, FIT) with --target-time.",
)
@click.option(
    "--target-time", "target_time", metavar="DURATION", help="Time for the plan or course [3h30]."
)
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A squad as CSV, an athlete a row: profile columns, and options that differ.",
)
@click.option(
    "--forecast",
    "forecast_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Weather by the hour, CSV or JSON: hour,temp,humidity,wind,cloud.",
)
@click.option(
    "--vary",
    multiple=True,
    metavar="KEY=FROM:TO:STEP",
    help="What if: duration, temp, intensity, speed, power, fluid, humidity, wind, sun, start.",
)
@click.option("--below", metavar="BAND", help="The smallest changes that bring it below a band.")
@click.option(
    "--history",
    "history_paths",
    multiple=True,
    metavar="PATH",
    help="Earlier sessions, instead of the store's: a file, folder or archive. May be repeated.",
)
@memory_options
@athlete_options
@condition_options
@model_options
@output_options
def check(
    plan_file: str | None,
    target_time: str | None,
    roster: Path | None,
    forecast_file: Path | None,
    vary: tuple[str, ...],
    below: str | None,
    history_paths: tuple[str, ...],
    **values: Any,
) -> None:
    """Score a session before it is held, and say what would lower it.

    It needs a sport, and a duration or a distance with a pace; nothing is asked.  Everything
    else is taken from the profile, the store and recent sessions, and named.
    """
    from riskfit.cli.checking import Ask, add_answer, answer
    from riskfit.rules.load import load_model

    ask = Ask(
        told={name: values.pop(name) for name in PLAN_NAMES},
        plan_file=plan_file,
        target_time_s=None if target_time is None else _duration(target_time),
        forecast_file=forecast_file,
        vary=vary,
        below=below,
        history_paths=history_paths,
        full=bool(values["full"]),
    )
    if roster is not None:
        from riskfit.cli.roster import check_roster

        results = check_roster(roster, ask, values)
    else:
        memory = Memory(values)
        athlete, conditions = memory.athlete(make_athlete(values)), make_conditions(values)
        model = load_model(values.pop("model_file"))
        context = model.context(values.pop("context")).id
        results = Results(model=model)
        add_answer(results, answer(ask, memory, athlete, conditions, model, context), ask)
    finish(results, **values)


def _duration(text: str) -> float:
    from riskfit.cli.units import DURATION

    return DURATION.convert(text, None, None)
