"""What ``riskfit check`` does with one plan: score it, vary it, find what lowers it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskfit._common import FloatArray
from riskfit.athlete import Athlete, Conditions, History
from riskfit.cli.inputs import read_history
from riskfit.cli.planning import Incomplete, make_plan, with_way_of
from riskfit.cli.stores import Memory
from riskfit.cli.vary import vary_values
from riskfit.cli.weeks_between import read_until_then
from riskfit.errors import InputError
from riskfit.report.exporters import Results
from riskfit.rules.model import Model
from riskfit.whatif.answer import Answer, answer
from riskfit.whatif.changes import smallest_changes
from riskfit.whatif.near_sessions import nearest_sessions
from riskfit.whatif.open_inputs import open_inputs
from riskfit.whatif.sweeps import sweep

if TYPE_CHECKING:
    from riskfit.readers.plans.forecast import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of every plan; ``told`` holds the options that describe it."""

    told: dict[str, Any]
    plan_file: str | None = None
    target_time_s: float | None = None
    forecast_file: Path | None = None
    vary: tuple[str, ...] = ()
    below: str | None = None
    history_paths: tuple[str, ...] = ()
    full: bool = False
    until: str | None = None
    now: datetime = field(default_factory=lambda: datetime.now().astimezone())


def answer_one(
    ask: Ask,
    memory: Memory,
    athlete: Athlete,
    conditions: Conditions,
    model: Model,
    context: str | None,
) -> Answer:
    """Answer for one athlete."""
    start = ask.told.get("start_time") or ask.now
    varied = [vary_values(text, start) for text in ask.vary]
    _refuse(ask, varied, model)
    if ask.history_paths:
        history: History | None = read_history(ask.history_paths, athlete)
    else:
        history = memory.history(start.timestamp())
    history = replace(history or History(), logged=memory.logged(model))
    told = {**ask.told, "start_time": start}
    if ask.plan_file is None:
        told = with_way_of(context, told)
    plan, race = make_plan(told, athlete, history, ask.plan_file, ask.target_time_s)
    if ask.told.get("start_time") is None:
        plan = replace(plan, notes=(*plan.notes, "Start: not told, taken as now (--start)."))
    if race and conditions.race is None:
        conditions = replace(conditions, race=True)
    forecast = _forecast(ask, start)
    found = answer(
        plan,
        athlete,
        conditions,
        history,
        model=model,
        context=context,
        forecast=forecast,
        now_s=ask.now.timestamp(),
        until_then=None
        if ask.until is None
        else read_until_then(ask.until, start, ask.now, athlete, history, model),
    )
    case, assessment = found.case, found.analysis.assessment
    scored = assessment.score is not None
    if assessment.red_flags.urgent:  # it stands alone, whatever was asked
        return found
    # a plan for a heat that nobody should be in can still be varied: at another hour, say
    scored |= found.analysis.too_hot
    if not scored and (ask.vary or ask.below):
        raise InputError(f"there is no score to vary: {assessment.unscored_because or 'unknown'}")
    return replace(
        found,
        open_inputs=open_inputs(case) if assessment.score is not None else (),
        near=nearest_sessions(case, memory.outcomes()),
        sweeps=tuple(sweep(case, key, values) for key, values in varied),
        changes=None if ask.below is None else smallest_changes(case, ask.below),
    )


def _refuse(ask: Ask, varied: list[tuple[str, FloatArray]], model: Model) -> None:
    """Refuse what no plan could be asked, before anything is read."""
    if ask.forecast_file is None and any(key == "start" for key, _ in varied):
        raise Incomplete(
            "--vary start needs --forecast FILE (hour,temp,humidity,wind,cloud): without it "
            "nothing says how the hours differ"
        )
    bands = [band.id for band in model.bands[1:]]
    if ask.below is not None and ask.below not in bands:
        raise click.BadParameter(
            f"{ask.below!r}: give one of {', '.join(bands)}", param_hint="--below"
        )


def _forecast(ask: Ask, start: datetime) -> "Forecast | None":
    if ask.forecast_file is None:
        return None
    from riskfit.readers.plans.forecast import read_forecast

    return read_forecast(ask.forecast_file, start)


def add_answer(results: Results, found: Answer, ask: Ask) -> None:
    """Put an answer into the results of a run for one person."""
    from riskfit.report.json.plan import answer_entry

    results.analyses.append(found.analysis)
    results.cases.append(found.case)
    entry = answer_entry(found)
    results.entries.append(entry)
    results.document.update(entry)
    results.addenda.append(lambda: _text(entry, found, ask))


def _text(entry: dict[str, Any], found: Answer, ask: Ask) -> Any:
    """Return what is printed behind the assessment; rich is loaded only for that."""
    from riskfit.report.said.plan import zone_of
    from riskfit.report.terminal.plan import plan_text

    return plan_text(entry, zone_of(found.case.plan), full=ask.full)
