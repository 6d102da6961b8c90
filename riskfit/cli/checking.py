"""What ``riskfit check`` does with one plan: score it, vary it, find what lowers it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import numpy as np

from riskfit._common import FloatArray
from riskfit.analysis import Analysis, analyse
from riskfit.athlete import Athlete, Conditions, History
from riskfit.cli import units
from riskfit.cli.inputs import read_history
from riskfit.cli.output import Results
from riskfit.cli.planning import Incomplete, make_plan
from riskfit.cli.stores import Memory
from riskfit.errors import InputError
from riskfit.features.plan.table import features_of
from riskfit.rules.model import Model
from riskfit.whatif.baseline import case_of
from riskfit.whatif.near import nearest_sessions
from riskfit.whatif.tell import open_inputs

if TYPE_CHECKING:
    from riskfit.readers.plans.forecast import Forecast
    from riskfit.whatif.baseline import Case
    from riskfit.whatif.changes import Changes
    from riskfit.whatif.near import NearSession
    from riskfit.whatif.sweeps import Sweep
    from riskfit.whatif.tell import OpenInput

_SHAPE: Final = "write KEY=FROM:TO:STEP, for instance duration=1h:5h:15min"
_QUANTITIES: Final[dict[str, units.Quantity]] = {
    "temp": units.TEMPERATURE,
    "humidity": units.PERCENT,
    "wind": units.WIND,
    "sun": units.FRACTION,
    "intensity": units.INTENSITY,
    "power": units.POWER,
    "fluid": units.FLUID,
}
_HOUR_S: Final = 3600.0
_MOST_VALUES: Final = 20_000


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
    now: datetime = field(default_factory=lambda: datetime.now().astimezone())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """All that is said of one plan."""

    case: "Case"
    analysis: Analysis
    open_inputs: "tuple[OpenInput, ...]"
    near: "tuple[NearSession, ...]"
    sweeps: "tuple[Sweep, ...]"
    changes: "Changes | None"


def answer(
    ask: Ask,
    memory: Memory,
    athlete: Athlete,
    conditions: Conditions,
    model: Model,
    context: str,
) -> Answer:
    """Answer for one athlete."""
    start = ask.told.get("start_time") or ask.now
    varied = [vary_values(text, start) for text in ask.vary]
    _refuse(ask, varied, model)
    if ask.history_paths:
        history: History | None = read_history(ask.history_paths, athlete)
    else:
        history = memory.history(start.timestamp())
    history = history or History()
    told = {**ask.told, "start_time": start}
    plan, race = make_plan(told, athlete, history, ask.plan_file, ask.target_time_s)
    if ask.told.get("start_time") is None:
        plan = replace(plan, notes=(*plan.notes, "Start: not told, taken as now (--start)."))
    if race and conditions.race is None:
        conditions = replace(conditions, race=True)
    forecast = _forecast(ask, start)
    case = case_of(
        plan, athlete, conditions, history, model=model, context=context, forecast=forecast
    )
    features = features_of(case.planning, case.table)
    analysis = analyse(plan, athlete, conditions, model=model, context=context, features=features)
    scored = analysis.assessment.score is not None
    if not scored and (ask.vary or ask.below):
        raise InputError(
            f"there is no score to vary: {analysis.assessment.unscored_because or 'unknown'}"
        )
    return Answer(
        case=case,
        analysis=analysis,
        open_inputs=open_inputs(case) if scored else (),
        near=nearest_sessions(case, memory.outcomes()),
        sweeps=_sweeps(case, varied),
        changes=None if ask.below is None else _changes(case, ask.below),
    )


def _sweeps(case: "Case", varied: list[tuple[str, FloatArray]]) -> "tuple[Sweep, ...]":
    if not varied:
        return ()
    from riskfit.whatif.sweeps import sweep

    return tuple(sweep(case, key, values) for key, values in varied)


def _changes(case: "Case", below: str) -> "Changes":
    from riskfit.whatif.changes import smallest_changes

    return smallest_changes(case, below)


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
    from riskfit.report.json.plan import changes_entry, plan_entry, sweep_entry

    results.analyses.append(found.analysis)
    results.cases.append(found.case)
    changes = found.changes
    entry = {
        "plan": plan_entry(found.case, found.open_inputs, found.near),
        "what_if": [sweep_entry(one) for one in found.sweeps],
        "changes": None if changes is None else changes_entry(found.case, changes),
    }
    results.entries.append(entry)
    results.document = dict(entry)
    results.addenda.append(lambda: _text(found, ask))


def _text(found: Answer, ask: Ask) -> Any:
    """Return what is printed behind the assessment; rich is loaded only for that."""
    from riskfit.report.terminal.plan import plan_text

    return plan_text(
        found.case, found.open_inputs, found.near, found.sweeps, found.changes, full=ask.full
    )


# ---- what to vary


def vary_values(text: str, start: datetime) -> tuple[str, FloatArray]:
    """Return the key and the values of ``KEY=FROM:TO:STEP``; ``..`` may stand for the colons."""
    key, equals, span = text.partition("=")
    key = key.strip().lower()
    parts = [part.strip() for part in (span.split("..") if ".." in span else span.split(":"))]
    if not equals or len(parts) not in (2, 3) or not all(parts):
        raise click.BadParameter(f"{text!r}: {_SHAPE}", param_hint="--vary")
    try:
        first, last, step = _numbers(key, parts, start)
    except click.BadParameter as error:
        raise click.BadParameter(f"{text!r}: {error.message}", param_hint="--vary") from None
    if not step > 0:
        raise click.BadParameter(f"{text!r}: the step must be above zero", param_hint="--vary")
    count = int(np.floor(abs(last - first) / step + 1e-9)) + 1
    if count > _MOST_VALUES:
        raise click.BadParameter(f"{text!r}: that is {count:,} values", param_hint="--vary")
    values = min(first, last) + step * np.arange(count, dtype=float)
    return key, np.asarray(values)


def _numbers(key: str, parts: list[str], start: datetime) -> tuple[float, float, float]:
    """Return from, to and step in the project's units; without a step there are ten."""
    if key == "duration":
        first, last, *step = (units.DURATION.convert(part, None, None) for part in parts)
    elif key == "speed":
        first, last = (units.SPEED.convert(part, None, None) for part in parts[:2])
        step = [units.PERCENT.difference(part.removesuffix("km/h")) / 3.6 for part in parts[2:]]
    elif key == "start":
        first, last = (_hour_of(part, start) for part in parts[:2])
        step = [units.DURATION.convert(_hours(part), None, None) for part in parts[2:]]
    elif key in _QUANTITIES:
        quantity = _QUANTITIES[key]
        first, last = (quantity.convert(part, None, None) for part in parts[:2])
        step = [quantity.difference(part) for part in parts[2:]]
    else:
        known = ", ".join(("duration", *_QUANTITIES, "speed", "start"))
        raise click.BadParameter(f"cannot vary {key!r}; give one of {known}")
    return first, last, step[0] if step else max(abs(last - first) / 10, 1e-9)


def _hours(text: str) -> str:
    """Read a bare number as hours: who varies a start means those."""
    return f"{text}h" if text.replace(".", "").isdigit() else text


def _hour_of(text: str, start: datetime) -> float:
    """Return an hour of the plan's day as POSIX time [s]."""
    clock = text.removesuffix("h")
    hour, _, minute = clock.partition(":")
    if not hour.isdigit() or not (minute or "0").isdigit() or int(hour) > 47:
        raise click.BadParameter(f"{text!r} is no hour: give start=6:20:1")
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp() + int(hour) * _HOUR_S + int(minute or 0) * 60
