"""``riskfit history``: what the store holds."""

import sys
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.options import NEW_FILE, STORE, begin_s, takes
from riskfit.cli.output import console_on
from riskfit.cli.stores import open_store

if TYPE_CHECKING:
    from riskfit.athlete import Athlete
    from riskfit.report.said.session_lines import Remembered
    from riskfit.rules.model import Model
    from riskfit.rules.taken_context import Taken
    from riskfit.store import Store
    from riskfit.store.rows import Rows


@click.group(
    invoke_without_command=True, epilog="Example: riskfit history --sport running --last 20"
)
@takes(*STORE, "--since")
@takes("--sport", help="This sport only.")
@click.option("--last", type=click.IntRange(1), metavar="N", help="The last N only.")
@takes("--json")
@takes("--full", help="Show distance, load, key and source of each session, too.")
@takes("--profile", "--model")
@click.pass_context
def history(ctx: click.Context, /, **values: Any) -> None:
    """Show the sessions that are remembered, their scores and what you logged of them."""
    ctx.obj = values
    if ctx.invoked_subcommand is None:
        _show(values)


def _show(values: dict[str, Any]) -> None:
    from riskfit.profiles import load_profile
    from riskfit.report.json.encoding import encode
    from riskfit.report.json.remembered import remembered_entry
    from riskfit.rules.load import load_model

    as_json, full = values.pop("as_json"), values.pop("full")
    model, profile = load_model(values.pop("model_file")), load_profile(values["profile_file"])
    with open_store(values, create=False) as store:
        found = _remembered(store, values, profile, model)
    if as_json:
        sys.stdout.buffer.write(encode(remembered_entry(found)))
        return
    from riskfit._common import plural
    from riskfit.cli.log import offer_nearest
    from riskfit.report.terminal.session_list import print_remembered

    with console_on(None, width=100) as console:
        print_remembered(console, found, full=full)
    for place in found.without_session():
        offer_nearest(place, found.sessions.rows)
    click.echo(plural(len(found.picked), "session"), err=True)


def _remembered(
    store: "Store", values: dict[str, Any], profile: "Athlete", model: "Model"
) -> "Remembered":
    """Return the sessions that the options name, scored, and what was logged."""
    from riskfit.batch.reduce import reduce_store
    from riskfit.report.said.session_lines import Remembered
    from riskfit.store.told import outcomes, with_sweat_factor

    key, name = _athlete(store, values)
    profile = with_sweat_factor(store, key, profile)
    sessions = reduce_store(store, key, name, profile, model)
    return Remembered(
        sessions=sessions,
        picked=_picked(sessions.rows, values),
        outcomes=outcomes(store, key),
    )


def _athlete(store: "Store", values: dict[str, Any]) -> tuple[int, str]:
    """Return the key and the name of the athlete that is meant."""
    from riskfit.errors import InputError
    from riskfit.store import OWNER

    name = values["athlete_name"] or OWNER
    key = store.athlete_id(name)
    if key is None:
        known = ", ".join(repr(one) for one in store.athletes() if one) or "nobody yet"
        raise InputError(f"the store holds nothing of {name or 'you'}; it knows {known}")
    return key, name


def _picked(rows: "Rows", values: dict[str, Any]) -> list[int]:
    """Return the rows that the options name."""
    import numpy as np

    keep = rows.start_s >= begin_s(values["since"])
    if values["sport"] is not None:
        keep &= np.array([sport == values["sport"] for sport in rows.sport], dtype=bool)
    picked: list[int] = np.flatnonzero(keep).tolist()
    return picked[-values["last"] :] if values["last"] else picked


@history.command()
@click.argument("keys", nargs=-1, required=True, metavar="SESSION...")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(values: dict[str, Any], keys: tuple[str, ...], yes: bool) -> None:
    """Forget sessions; an import leaves them out then.

    SESSION is "last", a date, a time ("2026-07-31 18:30"), or a key of `riskfit history --full`.
    """
    from riskfit.cli.named_session import named_place, session_words
    from riskfit.errors import InputError
    from riskfit.store.activities import read_rows, settle
    from riskfit.store.activities import remove as forget

    with open_store(values, create=False) as store:
        athlete, _ = _athlete(store, values)
        rows = read_rows(store, athlete)
        picked = []
        for key in keys:
            row = named_place(key, rows).row
            if row is None:
                raise InputError(f"there is no session of {key!r}: see `riskfit history`")
            # sessions of one file go together
            picked += [one for one, digest in enumerate(rows.sha256) if digest == rows.sha256[row]]
        for row in picked:
            click.echo(session_words(rows, row), err=True)
        if not yes and not click.confirm("Forget these?", err=True):
            sys.exit(1)
        forget(store, athlete, [rows.ids[row] for row in picked])
        settle(store, athlete)


@history.command()
@click.argument("target", type=NEW_FILE)
@click.pass_obj
def export(values: dict[str, Any], target: Path) -> None:
    """Write the sessions with all their features to a CSV file."""
    import csv

    import numpy as np

    from riskfit._common import plural, utc_text
    from riskfit.features.catalogue import CATALOGUE
    from riskfit.report.export import column_name
    from riskfit.store.activities import read_rows

    with open_store(values, create=False) as store:
        rows = read_rows(store, _athlete(store, values)[0])
    rows = rows.take(np.array(_picked(rows, values), dtype=np.intp))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        columns = [column_name(spec) for spec in CATALOGUE.values()]
        head = ["start_time", "sport", "context", "context_origin", "sha256", "source"]
        writer.writerow([*head, *columns])
        for row, taken in enumerate(_contexts(rows)):
            cells = ["" if isnan(value) else value for value in rows.values[row].tolist()]
            source = "; ".join(rows.sources[row])
            session = [utc_text(rows.start_s[row]), rows.sport[row], taken.context, taken.origin]
            writer.writerow([*session, rows.sha256[row].hex(), source, *cells])
    click.echo(f"{plural(len(rows), 'session')} written to {target}", err=True)


def _contexts(rows: "Rows") -> "list[Taken]":
    """Return the context that each session shows."""
    from riskfit.rules.load import load_model
    from riskfit.rules.taken_context import take_contexts

    return take_contexts(load_model(), None, rows.sport, rows.values)


@history.command()
@click.argument("target", type=NEW_FILE)
@click.pass_obj
def backup(values: dict[str, Any], target: Path) -> None:
    """Copy the whole store to a file, while others may use it."""
    from riskfit.errors import InputError

    if target.exists():
        raise InputError(f"{target} exists already: choose another name")
    with open_store(values, create=False) as store:
        store.copy_to(target)
    click.echo(f"the store was copied to {target}", err=True)
