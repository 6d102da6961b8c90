"""``riskfit weigh-in``: a sweat test, remembered."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from riskfit import units
from riskfit.cli.options import (
    CONDITIONS,
    PERSON,
    STORE,
    make_athlete,
    make_conditions,
    takes,
)
from riskfit.cli.stores import open_store

if TYPE_CHECKING:
    from riskfit.athlete import Athlete, Conditions
    from riskfit.store import Store


@click.command(epilog="Example: riskfit weigh-in --before 71.2 --after 69.8 --intake 0.75 ride.fit")
@click.argument("file", required=False)
@click.option("--before", type=units.MASS, required=True, help="Body mass before [kg; 154lb].")
@click.option("--after", type=units.MASS, required=True, help="Body mass after, towelled dry [kg].")
@click.option("--intake", type=units.VOLUME, default=0.0, help="Drunk in between [L; 750ml].")
@click.option("--urine", type=units.VOLUME, default=0.0, help="Passed in between [L; 200ml].")
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="Day of a session in the store, or its local time, where no FILE is given.",
)
@takes(*STORE, *PERSON, *CONDITIONS)
def weigh_in(
    file: str | None,
    before: float,
    after: float,
    intake: float,
    urine: float,
    date: datetime | None,
    **values: Any,
) -> None:
    """Learn how much you sweat from weighing yourself before and after a session.

    Name the session's FILE, or its --date if it was imported. The factor on the estimate that
    your weigh-ins show is used by analyze and check from then on.
    """
    from riskfit.errors import InputError
    from riskfit.formulas.fluid import sweat_from_weigh_in
    from riskfit.store import OWNER
    from riskfit.store.told import WeighIn, log_weigh_in, weigh_ins, with_sweat_factor

    profile, conditions = make_athlete(values), make_conditions(values)
    name = values.pop("athlete_name") or OWNER
    if (file is None) == (date is None):
        raise click.UsageError("name the session's FILE, or give its --date")
    with open_store(values, create=True) as store:
        key = store.add_athlete(name)
        if file is not None:
            start_s, estimate_l, energy_kcal = _of_file(file, profile, conditions)
        else:
            start_s, estimate_l, energy_kcal = _of_date(store, key, date or datetime.now())
        sweat_l = float(
            sweat_from_weigh_in(
                before, after, intake_l=intake, urine_l=urine, energy_kcal=energy_kcal
            )
        )
        if not sweat_l > 0:
            raise InputError(
                f"before {before:g} kg and {intake:g} L, after {after:g} kg and {urine:g} L: "
                "nothing was sweated; check the numbers"
            )
        told = {"before_kg": before, "after_kg": after, "intake_l": intake, "urine_l": urine}
        log_weigh_in(
            store,
            key,
            WeighIn(start_s=start_s, sweat_l=sweat_l, estimate_l=estimate_l, told=told),
        )
        count = len(weigh_ins(store, key))
        factor = with_sweat_factor(store, key, profile).sweat_factor
    click.echo(f"Sweated {sweat_l:.2f} L; estimated without weigh-ins: {estimate_l:.2f} L.")
    if factor is not None:
        click.echo(
            f"After {count} weigh-in{'s' if count > 1 else ''} your sweat is taken as "
            f"{factor:.2f} times the estimate."
        )


def _of_file(file: str, profile: "Athlete", conditions: "Conditions") -> tuple[float, float, float]:
    """Return a session's start, the sweat estimated without a factor, and its energy."""
    from dataclasses import replace

    from riskfit import compute_features, read_activity

    activity = read_activity(file)
    features = compute_features(activity, replace(profile, sweat_factor=None), conditions)
    return (
        activity.start_time.timestamp(),
        features.value("sweat_loss_l"),
        features.value("energy_kcal"),
    )


def _of_date(store: "Store", key: int, date: datetime) -> tuple[float, float, float]:
    """Return the same of the session in the store that was held on a day, or begins then."""
    from riskfit.errors import InputError
    from riskfit.features.athlete_rows import FEATURE_INDEX
    from riskfit.learning.outcomes import find_session
    from riskfit.store.activities import read_rows

    rows = read_rows(store, key, details=False)
    exact = bool(date.hour or date.minute)
    found = find_session(rows, date, whole_day=not exact)
    if found is None:
        when = f"{date:%Y-%m-%d %H:%M}" if exact else f"{date:%Y-%m-%d}"
        raise InputError(f"the store holds no session of {when}: name the file, or date and time")
    values = rows.values[found]
    return (
        float(rows.start_s[found]),
        float(values[FEATURE_INDEX["sweat_loss_l"]]),
        float(values[FEATURE_INDEX["energy_kcal"]]),
    )
