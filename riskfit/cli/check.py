"""``riskfit check``: before a session."""

from pathlib import Path
from typing import Any

import click

from riskfit.cli.findings import finish
from riskfit.cli.options import (
    CONDITIONS,
    FILE,
    MEMORY,
    OUTPUT,
    PERSON,
    PLAN,
    SCORING,
    make_athlete,
    make_conditions,
    make_scoring,
    plan_told,
    takes,
)
from riskfit.cli.stores import Memory
from riskfit.report.exporters import Results
from riskfit.units import DURATION


@click.command(
    epilog="Example: riskfit check --sport cycling --duration 4h --intensity 0.7 --temp 31 "
    "--below raised --vary duration=1h:5h:30min"
)
@takes(*PLAN)
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    help="A FIT workout, a Zwift .zwo, or a course (GPX, TCX, FIT) with --target-time.",
)
@click.option(
    "--target-time", "target_time_s", type=DURATION, help="Time for the plan or course [3h30]."
)
@takes(
    "--roster", help="A squad as CSV, an athlete a row: profile columns, and options that differ."
)
@click.option(
    "--forecast",
    "forecast_file",
    type=FILE,
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
    "--until-then",
    "until",
    metavar="rest|usual|CSV",
    help="Training between now and the start: none, as usual, or date,sport,duration,intensity.",
)
@takes("--history", *MEMORY, *PERSON, *CONDITIONS, *SCORING, *OUTPUT)
def check(
    plan_file: str | None,
    target_time_s: float | None,
    roster: Path | None,
    forecast_file: Path | None,
    vary: tuple[str, ...],
    below: str | None,
    until: str | None,
    history_paths: tuple[str, ...],
    **values: Any,
) -> None:
    """Score a session before it is held, and say what would lower it.

    It needs a sport, and a duration or a distance with a pace; nothing is asked.  Everything
    else is taken from the profile, the store and recent sessions, and named.
    """
    from riskfit.cli.checking import Ask, add_answer, answer_one

    ask = Ask(
        told=plan_told(values),
        plan_file=plan_file,
        target_time_s=target_time_s,
        forecast_file=forecast_file,
        vary=vary,
        below=below,
        history_paths=history_paths,
        full=bool(values["full"]),
        until=until,
    )
    if roster is not None:
        from riskfit.cli.squad import check_squad

        results = check_squad(roster, ask, values)
    else:
        memory = Memory(values)
        athlete, conditions = memory.athlete(make_athlete(values)), make_conditions(values)
        model, context = make_scoring(values)
        results = Results(model=model)
        add_answer(results, answer_one(ask, memory, athlete, conditions, model, context), ask)
    finish(results, **values)
