"""``riskfit history``: what the store holds."""

import sys
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.options import NEW_FILE, STORE, begin_s, takes
from riskfit.cli.stores import open_store

if TYPE_CHECKING:
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
@click.pass_context
def history(ctx: click.Context, /, **values: Any) -> None:
    """Show the sessions that are remembered; remove, export or back them up."""
    ctx.obj = values
    if ctx.invoked_subcommand is None:
        _show(values)


def _show(values: dict[str, Any]) -> None:
    from riskfit._common import plural, utc_text
    from riskfit.features.athlete_rows import FEATURE_INDEX

    as_json = values.pop("as_json")
    with open_store(values, create=False) as store:
        rows = _chosen(store, values)
        if as_json:
            _print_json(rows)
            return
        from rich.console import Console
        from rich.table import Table

        table = Table("Date", "Sport", "Minutes", "km", "Load", "Key", "From", box=None)
        for row in range(len(rows)):
            minutes, km, load = (
                rows.values[row, FEATURE_INDEX[name]]
                for name in ("duration_min", "distance_km", "training_stress_score")
            )
            table.add_row(
                utc_text(rows.start_s[row])[:16].replace("T", " "),
                rows.sport[row],
                f"{minutes:.0f}",
                "-" if isnan(km) else f"{km:.1f}",
                "-" if isnan(load) else f"{load:.0f}",
                rows.sha256[row].hex()[:12],
                rows.sources[row][0] if rows.sources[row] else "",
            )
        Console(highlight=False).print(table)
        click.echo(plural(len(rows), "session"), err=True)


def _chosen(store: "Store", values: dict[str, Any]) -> "Rows":
    """Return the rows that the options name."""
    import numpy as np

    from riskfit.errors import InputError
    from riskfit.store import OWNER
    from riskfit.store.activities import read_rows

    name = values["athlete_name"]
    key = store.athlete_id(name or OWNER)
    if key is None:
        known = ", ".join(repr(one) for one in store.athletes() if one) or "nobody yet"
        raise InputError(f"the store holds nothing of {name or 'you'}; it knows {known}")
    rows = read_rows(store, key)
    keep = rows.start_s >= begin_s(values["since"])
    if values["sport"] is not None:
        keep &= np.array([sport == values["sport"] for sport in rows.sport], dtype=bool)
    picked = np.flatnonzero(keep)
    return rows.take(picked[-values["last"] :] if values["last"] else picked)


def _print_json(rows: "Rows") -> None:
    from riskfit._common import utc_text
    from riskfit.features.catalogue import CATALOGUE
    from riskfit.report.json.encoding import encode

    activities = []
    for row, taken in enumerate(_contexts(rows)):
        values = zip(CATALOGUE, rows.values[row].tolist(), strict=True)
        activities.append(
            {
                "sha256": rows.sha256[row].hex(),
                "start_time": utc_text(rows.start_s[row]),
                "sport": rows.sport[row],
                "context": taken.context,
                "context_origin": taken.origin,
                "sources": list(rows.sources[row]),
                "features": {name: value for name, value in values if not isnan(value)},
                "notes": list(rows.notes(row)),
            }
        )
    sys.stdout.buffer.write(encode({"activities": activities}))


def _contexts(rows: "Rows") -> "list[Taken]":
    """Return the context that each session shows."""
    from riskfit.features.athlete_rows import FEATURE_INDEX
    from riskfit.rules.load import load_model
    from riskfit.rules.taken_context import take_contexts

    names = ("distance_km", "duration_min", "race_effort")
    shown = (rows.values[:, FEATURE_INDEX[name]].tolist() for name in names)
    return take_contexts(load_model(), None, rows.sport, *shown)


@history.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(values: dict[str, Any], keys: tuple[str, ...], yes: bool) -> None:
    """Forget sessions by key (the beginning of it will do); an import leaves them out then."""
    from riskfit._common import utc_text
    from riskfit.errors import InputError
    from riskfit.store import OWNER
    from riskfit.store.activities import remove as forget
    from riskfit.store.activities import settle

    with open_store(values, create=False) as store:
        rows = _chosen(store, values)
        picked = []
        for key in keys:
            found = rows.of_key(key)
            if not found or len({rows.sha256[row] for row in found}) > 1:
                many = "several sessions begin" if found else "no session begins"
                raise InputError(f"{many} with {key!r}: see `riskfit history`")
            picked += found
        for row in picked:
            click.echo(f"{utc_text(rows.start_s[row])}  {rows.sport[row]}", err=True)
        if not yes and not click.confirm("Forget these?", err=True):
            sys.exit(1)
        athlete = store.add_athlete(values["athlete_name"] or OWNER)
        forget(store, athlete, [rows.ids[row] for row in picked])
        settle(store, athlete)


@history.command()
@click.argument("target", type=NEW_FILE)
@click.pass_obj
def export(values: dict[str, Any], target: Path) -> None:
    """Write the sessions with all their features to a CSV file."""
    import csv

    from riskfit._common import plural, utc_text
    from riskfit.features.catalogue import CATALOGUE
    from riskfit.report.export import column_name

    with open_store(values, create=False) as store:
        rows = _chosen(store, values)
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
