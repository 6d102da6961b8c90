"""A session that is yet to come, or thousands of variants of it, as rows of the feature table.

Heat, sweat, sodium, load and pacing go by the formulas of recorded sessions, along the plan's
minutes. What only a recording can tell (heart rate, fade) is missing.
"""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from riskfit._common import FloatArray, zone_words
from riskfit.activity import PlannedSession
from riskfit.athlete import Athlete, Conditions, History
from riskfit.errors import InputError
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.course import Course
from riskfit.features.day import day_columns
from riskfit.features.duration import duration_columns, moving_legs
from riskfit.features.energy import Energy
from riskfit.features.fluids import fluid_columns
from riskfit.features.habit import habit_columns
from riskfit.features.heat import Surroundings
from riskfit.features.logged import logged_history
from riskfit.features.person import Person, person_columns, resolve_person
from riskfit.features.plan.effort import Capacity
from riskfit.features.plan.intensity import plan_intensity_columns
from riskfit.features.plan.layout import Planning, PlanTrace, Variants, planned_surroundings
from riskfit.features.plan.relative_effort import planned_effort
from riskfit.features.plan.targets import capacity_of, resolve_effort, usual_fraction
from riskfit.features.recovery import RecoveryTable, recovery_table
from riskfit.features.recovery_columns import history_columns
from riskfit.features.relative_effort import effort_of_rating, share_of_effort
from riskfit.features.results import Column, Columns, FeatureSet, session_features
from riskfit.features.wbgt import heat_columns
from riskfit.origin import Origin
from riskfit.sports import PEDALLED, RUN

if TYPE_CHECKING:
    from riskfit.readers.plans.forecast import Forecast

__all__ = [
    "PlannedTable",
    "Planning",
    "Variants",
    "drinking_retold",
    "features_of",
    "planned_features",
    "planned_table",
    "prepare",
    "weather_retold",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedTable:
    """Columns of a plan's variants, and what they were made of."""

    columns: Columns
    course: Course
    energy: Energy
    around: Surroundings
    sweat_l: FloatArray


def planned_features(
    plan: PlannedSession,
    athlete: Athlete,
    conditions: Conditions,
    history: History,
    *,
    forecast: "Forecast | None" = None,
) -> FeatureSet:
    """Compute every feature of the catalogue for a planned session.

    Parameters
    ----------
    plan : PlannedSession
    athlete : Athlete
    conditions : Conditions
        What is told of the weather, of drinking and of the day.
    history : History
        Earlier sessions; those that start at or after the plan are not looked at.
    forecast : Forecast, optional
        Weather by the hour for what ``conditions`` leave open.

    Returns
    -------
    FeatureSet
        Its columns run along the plan's minutes.
    """
    planning = prepare(plan, athlete, conditions, history, forecast=forecast)
    return features_of(planning, planned_table(planning))


def features_of(planning: Planning, table: PlannedTable) -> FeatureSet:
    """Return the features of a table's first row, the plan's own."""
    duration_s = planning.plan.duration_s
    steps = max(1, int(np.ceil(duration_s / 60)))
    along = {name: _first_row(column, steps) for name, column in table.columns.items()}
    elapsed_s = table.course.end_s[:steps].copy()
    elapsed_s[-1] = duration_s
    return FeatureSet(
        features=session_features({name: along[name] for name in CATALOGUE}),
        columns=along,
        elapsed_s=elapsed_s,
        notes=_notes(planning.plan, planning),
    )


def prepare(
    plan: PlannedSession,
    athlete: Athlete,
    conditions: Conditions,
    history: History,
    *,
    forecast: "Forecast | None" = None,
) -> Planning:
    """Set a plan against its athlete and what came before."""
    if not plan.duration_s > 0:
        raise InputError(f"the planned duration is {plan.duration_s:g} s: give one above zero")
    start_s = time.time() if plan.start_time is None else plan.start_time.timestamp()
    person = resolve_person(athlete, Athlete())
    recovery = recovery_table(history, [start_s] * len(plan.sports), list(plan.sports))
    if forecast is not None and not forecast.covers(start_s, start_s + plan.duration_s):
        first, last = (_clock(float(forecast.time_s[end]), plan) for end in (0, -1))
        raise InputError(
            f"the forecast runs from {first} to {last}, the session begins {_clock(start_s, plan)} "
            "and does not lie within: give --start, or a longer forecast"
        )
    return Planning(
        plan=plan,
        athlete=athlete,
        conditions=conditions,
        person=person,
        recovery=recovery,
        effort=resolve_effort(
            plan, person, _capacity(plan, person, recovery, history, start_s, _felt(conditions))
        ),
        start_s=start_s,
        logged_history=logged_history(history.logged, start_s),
        forecast=forecast,
    )


def _capacity(
    plan: PlannedSession,
    person: Person,
    recovery: RecoveryTable,
    history: History,
    start_s: float,
    felt: float | None,
) -> Capacity:
    speed, power = float(recovery.hour_speed_m_s[0]), float(recovery.hour_power_w[0])
    usual = usual_fraction(history, plan.sport, start_s)
    rated = float("nan")
    if felt is not None and plan.sport in RUN | PEDALLED:
        rated = share_of_effort(felt, plan.duration_s, plan.sport)
    return capacity_of(person, speed, power, usual, plan.sport, rated)


def _felt(conditions: Conditions) -> float | None:
    """Return the effort that is told without a number: a race is all that can be held."""
    if conditions.race:
        return 1.0
    return None if conditions.rpe is None else effort_of_rating(conditions.rpe)


def planned_table(planning: Planning, variants: Variants | None = None) -> PlannedTable:
    """Return the columns of a plan's variants: arrays of plans x steps, values at the end.

    Parameters
    ----------
    planning : Planning
    variants : Variants, optional
        Without them one row, the plan itself.

    Returns
    -------
    PlannedTable
        A first axis of length one means that it is the same for all variants; steps beyond a
        variant's end take no time.
    """
    variants = variants or Variants()
    person = planning.person
    trace = PlanTrace(planning, variants)
    course = trace.course
    around = planned_surroundings(course, planning, variants)
    energy = trace.energy()
    sweat_l = trace.sweat_l(energy, around)
    fluid = variants.fluid_l_h
    columns: Columns = {
        **duration_columns(course, planning.recovery, planning.conditions.usual_hours),
        **plan_intensity_columns(trace, energy),
        **heat_columns(course, around),
        **fluid_columns(
            course,
            energy,
            around,
            person,
            planning.athlete,
            planning.conditions,
            sweat_l=sweat_l,
            fluid_l_h=None if fluid is None else fluid[:, None],
        ),
        **person_columns(
            planning.athlete, person, course.start_time.date(), planning.logged_history
        ),
    }
    legs = moving_legs(course)
    columns.update(history_columns(planning.recovery, columns, legs))
    sports = [course.legs[leg].sport for leg in legs]
    columns.update(habit_columns(columns, planning.athlete, sports))
    columns.update(day_columns(planning.conditions))
    columns.update(planned_effort(trace))
    return PlannedTable(
        columns=columns, course=course, energy=energy, around=around, sweat_l=sweat_l
    )


def drinking_retold(
    planning: Planning, table: PlannedTable, athlete: Athlete, conditions: Conditions
) -> Columns:
    """Return a table's columns with other drinking, or other sweat, told of the same session."""
    return table.columns | fluid_columns(
        table.course,
        table.energy,
        table.around,
        planning.person,
        athlete,
        conditions,
        sweat_l=table.sweat_l,
    )


def weather_retold(planning: Planning, table: PlannedTable, conditions: Conditions) -> Columns:
    """Return a table's columns with the weather told as it was assumed, sweat as it was."""
    told = replace(planning, conditions=conditions)
    around = planned_surroundings(table.course, told, Variants())
    return table.columns | heat_columns(table.course, around)


def _notes(plan: PlannedSession, planning: Planning) -> tuple[str, ...]:
    """Name what was taken from elsewhere because the plan does not say it."""
    notes = []
    if plan.start_time is None:
        notes.append("Start not told: taken as now.")
    if Origin.PLANNED not in planning.effort.origins:
        notes.append(f"Intensity: {planning.effort.source}.")
    day = planning.conditions
    if (day.steps is None) is not (day.usual_steps is None):
        notes.append("Steps count only with those of a usual day: give --steps and --usual-steps.")
    return tuple(notes)


def _first_row(column: Column, steps: int) -> Column:
    """Return the one row of a column, cut at the plan's end."""

    def cut(values: FloatArray | None) -> FloatArray | None:
        if values is None:
            return None
        row: FloatArray = values.reshape(-1, values.shape[-1])[0]
        return row[:steps] if len(row) > 1 else row

    values = cut(column.values)
    return structs.replace(
        column,
        values=column.values if values is None else values,
        low=cut(column.low),
        high=cut(column.high),
    )


def _clock(posix_s: float, plan: PlannedSession) -> str:
    """Return a moment by the plan's own clock."""
    zone = plan.start_time.tzinfo if plan.start_time else None
    moment = datetime.fromtimestamp(posix_s, UTC).astimezone(zone)
    return f"{moment:%a %H:%M} {zone_words(moment)}"
