"""Activity (or plan), athlete, conditions and history in; one row of features out."""

from collections.abc import Sequence
from math import nan

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.activity import Activity, PlannedSession
from riskfit.athlete import Athlete, Conditions, History
from riskfit.cleaning import CleanSession, clean
from riskfit.cleaning.pulse import held_max_bpm
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.course import record_course
from riskfit.features.day import day_columns
from riskfit.features.duration import duration_columns, moving_legs
from riskfit.features.energy import record_energy
from riskfit.features.fluids import fluid_columns
from riskfit.features.habit import habit_columns
from riskfit.features.heat import air_columns, surroundings
from riskfit.features.history import LegArray
from riskfit.features.intensity import intensity_columns, leg_loads
from riskfit.features.late_fade import LegFade, late_fade_column, leg_fade
from riskfit.features.logged import logged_history
from riskfit.features.person import person_columns, resolve_person, slowed_heart_notes
from riskfit.features.recorded_effort import recorded_effort
from riskfit.features.records import leg_records
from riskfit.features.recovery import HEAT_DAY_C, recovery_table
from riskfit.features.recovery_columns import history_columns
from riskfit.features.results import (
    Column,
    Columns,
    FeatureSet,
    known,
    missing,
    session_features,
)
from riskfit.features.traces import leg_traces
from riskfit.features.wbgt import WbgtQuestion, wbgt_columns, wbgt_question

__all__ = ["Begun", "begin_features", "compute_features", "finish_features"]


def compute_features(
    activity_or_planned: Activity | PlannedSession,
    athlete: Athlete | None = None,
    conditions: Conditions | None = None,
    history: History | None = None,
    *,
    cleaned: CleanSession | None = None,
) -> FeatureSet:
    """Compute every feature of the catalogue for one session.

    Parameters
    ----------
    activity_or_planned : Activity or PlannedSession
        What was recorded, or what is to come.
    athlete : Athlete, optional
        The profile; what it leaves open is taken from the file.
    conditions : Conditions, optional
        Surroundings and what the person says of the day; they beat what the file says.
    history : History, optional
        Earlier sessions; those that start at or after this one are not looked at.
    cleaned : CleanSession, optional
        The recording as `riskfit.cleaning.clean` leaves it, where it is at hand.

    Returns
    -------
    FeatureSet
        A value with unit and source for each name, or the reason why it is missing.

    Raises
    ------
    NotAnActivityError
        If a recording has fewer than two samples with different times.
    """
    athlete, conditions = athlete or Athlete(), conditions or Conditions()
    history = history or History()
    if isinstance(activity_or_planned, PlannedSession):
        from riskfit.features.plan.table import planned_features

        return planned_features(activity_or_planned, athlete, conditions, history)
    return finish_features(
        [begin_features(activity_or_planned, athlete, conditions, history, cleaned)]
    )[0]


class Begun(Struct, frozen=True, kw_only=True, eq=False):
    """A recording's features but for WBGT, which costs less for many recordings at once.

    ``fades`` are the legs' late fades, which are judged when WBGT is known.
    """

    columns: Columns
    wbgt: WbgtQuestion | Column
    fades: list[LegFade | Column]
    race: bool
    active_s: FloatArray
    elapsed_s: FloatArray
    records: LegArray
    notes: tuple[str, ...]


def begin_features(
    activity: Activity,
    athlete: Athlete,
    conditions: Conditions,
    history: History,
    cleaned: CleanSession | None = None,
) -> Begun:
    """Take a recording through cleaning and the four groups.

    Raises
    ------
    NotAnActivityError
        If it has fewer than two samples with different times.
    """
    session = cleaned or clean(activity)
    course = record_course(activity, session)
    traces = leg_traces(course, session)
    person = resolve_person(athlete, activity.athlete, held_max_bpm(session.samples.heart_rate_bpm))
    logged = logged_history(history.logged, course.start_s)
    sports = [leg.sport for leg in course.legs]
    recovery = recovery_table(history, [course.start_s] * len(sports), sports)
    around = surroundings(course, conditions, activity.weather, activity.device.wrist)
    rpe = conditions.rpe if conditions.rpe is not None else activity.summary.rpe
    loads = leg_loads(traces, person, rpe)
    energy = record_energy(course, traces, person, activity)
    columns: Columns = {
        **duration_columns(course, recovery, conditions.usual_hours),
        **intensity_columns(course, traces, loads, energy, person, recovery, activity, conditions),
        **air_columns(course, around),
        **fluid_columns(
            course, energy, around, person, athlete, conditions, activity.summary.sweat_loss_l
        ),
        **person_columns(athlete, person, course.start_time.date(), logged),
        **_core_temperature(session.samples.core_temperature_c),
    }
    legs = moving_legs(course)
    columns.update(history_columns(recovery, columns, legs))
    columns.update(habit_columns(columns, athlete, [sports[leg] for leg in legs]))
    columns.update(day_columns(conditions))
    columns.update(recorded_effort(course, traces, person, activity, conditions))
    measured_c = _remembered_c(columns["air_temperature_c"]) if around.measured else np.nan
    return Begun(
        columns=columns,
        wbgt=wbgt_question(course, around),
        fades=[leg_fade(trace) for trace in traces],
        race=bool(conditions.race),
        active_s=course.active_s,
        elapsed_s=course.end_s,
        records=leg_records(course, traces, loads, person, measured_c),
        notes=session.notes + energy.notes + slowed_heart_notes(columns, athlete),
    )


def finish_features(begun: Sequence[Begun]) -> list[FeatureSet]:
    """Add WBGT; the features of each are the same whatever others there are."""
    done = []
    for one, wbgt in zip(begun, wbgt_columns([one.wbgt for one in begun]), strict=True):
        # Whether the heart or the heat made it rise hangs on WBGT.
        fade = late_fade_column(one.fades, one.race, wbgt, one.active_s)
        columns = {**one.columns, "wbgt_c": wbgt, "late_fade_fraction": fade}
        done.append(
            FeatureSet(
                features=session_features({name: columns[name] for name in CATALOGUE}),
                columns=columns,
                elapsed_s=one.elapsed_s,
                records=one.records,
                notes=one.notes,
            )
        )
    return done


def _remembered_c(air: Column) -> float:
    """Return the temperature that later sessions read; unknown where it may have been a hot day."""
    value = float(air.values[-1])
    low = value if air.low is None else float(air.low[-1])
    return nan if low < HEAT_DAY_C <= value else value


def _core_temperature(core_temperature_c: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Columns:
    if np.isnan(core_temperature_c).all():
        return {"core_temperature_max_c": missing("no core temperature sensor")}
    return {"core_temperature_max_c": known(np.nanmax(core_temperature_c), "sensor")}
