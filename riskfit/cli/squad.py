"""``riskfit check --roster``: a squad, an athlete a row."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskfit.activity import Failure
from riskfit.athlete import Athlete
from riskfit.batch.roster import PROFILE_KEYS, WHERE, athlete_of_row, roster_rows
from riskfit.cli.checking import Ask, add_answer, answer_one
from riskfit.cli.options import (
    CONDITION_COLUMNS,
    PLAN_COLUMNS,
    make_athlete,
    make_conditions,
    make_scoring,
)
from riskfit.cli.stores import Memory
from riskfit.errors import InputError, RiskfitError
from riskfit.report.exporters import Results

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from riskfit.athlete import Conditions
    from riskfit.rules.model import Model
    from riskfit.whatif.answer import Answer


def check_squad(roster: Path, ask: Ask, values: dict[str, Any]) -> Results:
    """Check a plan, or a plan each, for every athlete of a squad.

    Columns are keys of the profile, and options without their dashes (``sport``, ``duration``,
    ``temp``, ``context`` ...) where an athlete's plan or day differs from what is told for all.
    """
    if ask.history_paths:
        raise click.UsageError(
            "--history is one person's: with --roster each athlete's is taken from the store"
        )
    store = {name: values.pop(name) for name in ("no_store", "store_file", "athlete_name")}
    everybody, day = make_athlete(values), make_conditions(values)
    model, context = make_scoring(values)
    results = Results(model=model)
    known = [*PROFILE_KEYS, *PLAN_COLUMNS, *CONDITION_COLUMNS, "context", "athlete", *WHERE]
    rows = roster_rows(roster, known, _key)
    if not rows:
        raise InputError(f"the roster {roster} names nobody")
    for line, row in rows:
        where = f"{roster}, line {line}"
        try:
            found = _check_row(row, where, ask, store, everybody, day, model, context)
        except (RiskfitError, click.UsageError) as error:
            message = error.format_message() if isinstance(error, click.UsageError) else str(error)
            source = f"{where} ({row.get('name') or row.get('athlete') or 'no name'})"
            results.failures.append(Failure(source=source, kind="input", error=message))
            continue
        add_answer(results, found, ask)
    results.document.update(
        plan={"roster": [one["plan"] for one in results.entries]},
        what_if=[one["what_if"] for one in results.entries],
        changes=[one["changes"] for one in results.entries],
        levers=[one["levers"] for one in results.entries],
    )
    if results.addenda:
        last = results.addenda[-1]
        results.addenda[-1] = lambda: _with_squad(last, results)
    return results


def _with_squad(last: "Callable[[], RenderableType]", results: Results) -> "RenderableType":
    """Return the last addendum with the whole squad behind it, the highest score first."""
    from rich.console import Group

    from riskfit.report.terminal.plan import squad_text

    return Group(last(), squad_text(results.analyses))


def _key(column: str) -> str:
    """Return a column's name as the profile or the options write it."""
    plain = column.strip()
    dashed = plain.lower().removeprefix("--").replace("_", "-").replace(" ", "-")
    return dashed if dashed in (*PLAN_COLUMNS, *CONDITION_COLUMNS, "context") else plain


def _check_row(
    row: dict[str, str],
    where: str,
    ask: Ask,
    store: dict[str, Any],
    everybody: Athlete,
    day: "Conditions",
    model: "Model",
    context: str | None,
) -> "Answer":
    """Answer for one athlete: the row goes before what is told for all."""
    name = row.get("name") or row.get("athlete")
    athlete = athlete_of_row(row, where).over(everybody)
    plan = {**ask.told, **_converted(row, PLAN_COLUMNS)}
    told: dict[str, Any] = _converted(row, CONDITION_COLUMNS)
    memory = Memory({**store, "athlete_name": name})
    return answer_one(
        replace(ask, told=plan),
        memory,
        memory.athlete(athlete),
        replace(day, **told),
        model,
        model.context(row["context"]).id if "context" in row else context,
    )


def _converted(row: dict[str, str], types: dict[str, tuple[str, Any]]) -> dict[str, Any]:
    """Return the cells that are options, converted as the command line converts them."""
    found = {}
    for key, (name, kind) in types.items():
        if key in row:
            param = click.Option([f"--{key}"], type=kind)
            found[name] = param.type.convert(row[key], param, None)
    return found
