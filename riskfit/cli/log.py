"""``riskfit log``: how a session went, a cramp or none."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from riskfit.cli.named_session import named_place, place_words, session_words
from riskfit.cli.options import FILE, STORE, in_a_folder, takes
from riskfit.cli.stores import open_store

if TYPE_CHECKING:
    from riskfit.learning.log_book import Kept, Place
    from riskfit.store import Store
    from riskfit.store.rows import Rows

_ACTIONS: Final = ("edit", "remove", "undo")
_SAY: Final = "name the SESSION, and say --cramp or --none"


@click.command(
    epilog="Examples: riskfit log last --none; riskfit log 2026-07-31 18:30 --cramp --muscle calf "
    "--when during; riskfit log edit last --severity mild; riskfit log undo"
)
@click.argument("words", nargs=-1, metavar="[edit|remove|undo] [SESSION]")
@click.option("--cramp/--none", "cramp", default=None, help="A cramp, or none.")
@click.option("--muscle", metavar="NAME", help="Which muscle: calf, hamstring, foot ...")
@click.option("--when", type=click.Choice(["during", "after", "night"]), help="When it came.")
@click.option("--severity", type=click.Choice(["mild", "moderate", "severe"]), help="How bad.")
@takes(
    "--context",
    default=None,
    help="What kind of session it was; `riskfit card` lists them.",
)
@click.option("--note", help="Anything else.")
@click.option("--to", "target", metavar="SESSION", help="With edit: it was this session.")
@click.option(
    "--import",
    "import_file",
    type=FILE,
    help="Log what a CSV file holds.",
)
@click.option(
    "--export",
    "export_file",
    metavar="FILE",
    callback=in_a_folder,
    help="Write all as CSV; - is stdout.",
)
@takes(*STORE)
def log(words: tuple[str, ...], cramp: bool | None, target: str | None, **values: Any) -> None:
    """Log how a session went; "none" matters as much as a cramp.

    SESSION is "last", "today", a date (2026-07-31), or a time where the session was
    (2026-07-31 18:30). What you do not say stays as it was logged; "" takes a note or a muscle
    away. A date without a session waits until it is imported. `edit` changes what is logged,
    `remove` takes it out, `undo` takes the last change back, one after the other.
    Without SESSION all that was logged is listed.
    """
    from riskfit.store import OWNER

    import_file, export_file = values.pop("import_file"), values.pop("export_file")
    name = values.pop("athlete_name") or OWNER
    told = {key: values.pop(key) for key in ("muscle", "when", "severity", "context", "note")}
    said = {"cramp": cramp, **told}
    action, session = _asked(words)
    _refuse(action, session, said, target, (import_file, export_file))
    writes = bool(action or session or import_file)
    with open_store(values, create=writes) as store:
        if import_file is not None:
            _import(store, import_file, name)
        elif action == "undo":
            _undo(store, name)
        elif session is not None:
            _change(store, name, action, session, target, _in_ids(said))
        else:
            _export(store, name, export_file)


def _asked(words: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return the action, None for logging, and the session as it was named."""
    action = words[0] if words and words[0] in _ACTIONS else None
    return action, " ".join(words[action is not None :]) or None


def _refuse(
    action: str | None,
    session: str | None,
    said: dict[str, Any],
    target: str | None,
    files: tuple[Path | None, str | None],
) -> None:
    """Refuse what cannot be asked together, before the store is opened."""
    from riskfit.errors import InputError

    asked = sum((bool(action or session), *(one is not None for one in files)))
    saying = any(value is not None for value in said.values())
    if asked > 1:
        raise click.UsageError("give one of SESSION, --import and --export")
    if target is not None and action != "edit":
        raise click.UsageError("--to is for edit: riskfit log edit SESSION --to SESSION")
    if action == "undo" and (session is not None or saying):
        raise click.UsageError("undo takes back the last change, whatever it was: say no more")
    if action == "remove" and saying:
        raise click.UsageError("remove takes out all that was logged: name the SESSION alone")
    if action in ("edit", "remove") and session is None:
        raise click.UsageError(f"name the SESSION to {action}")
    if action is None and session is None and said["cramp"] is not None:
        raise click.UsageError(_SAY)
    if action is None and session is None and saying:
        raise InputError(_SAY)


def _in_ids(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said with the context's id."""
    if not said["context"]:
        return said
    from riskfit.rules.load import load_model

    return {**said, "context": load_model().context(said["context"]).id}


def _change(
    store: "Store",
    name: str,
    action: str | None,
    session: str,
    target: str | None,
    said: dict[str, Any],
) -> None:
    """Log, edit or remove what is logged of a session, and show what is there now."""
    from riskfit.errors import InputError
    from riskfit.learning.log_book import merged, put
    from riskfit.learning.outcomes import Told, outcome_words
    from riskfit.store.activities import read_rows
    from riskfit.store.told import change_outcomes, outcomes

    key = store.add_athlete(name)
    rows, known = read_rows(store, key), outcomes(store, key)
    place = named_place(session, rows, known)
    if action is not None and not place.before:
        raise InputError(f"nothing is logged for {place_words(place, rows)}: see `riskfit log`")
    if action == "remove":
        change_outcomes(store, key, remove=[one.key for one in place.before])
        click.echo(f"removed {outcome_words(place.told)} for {place_words(place, rows)}", err=True)
        return
    kept = merged(place.told, said)
    if "cramp" not in kept.now:
        raise click.UsageError(f"nothing is logged for it yet: {_SAY}")
    there = _target(place, target, rows, known)
    put(store, key, there, Told(**kept.now), place)
    _tell(there, rows, kept)


def _target(place: "Place", target: str | None, rows: "Rows", known: Any) -> "Place":
    """Return where it shall be logged: as named, or at the session nearest to it if wanted."""
    from riskfit.errors import InputError
    from riskfit.learning.log_book import nearest_session, place_of_row

    if target is not None:
        there = named_place(target, rows, known)
        if there.row is None:
            raise InputError(f"the store holds no session of {target}: see `riskfit history`")
        return there
    near = None if place.row is not None else nearest_session(rows, place)
    if near is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return place
    click.echo(f"There is no session of {place_words(place, rows)} in the store.", err=True)
    asked = f"Was it the nearest, {session_words(rows, near)}?"
    return place_of_row(known, rows, near) if click.confirm(asked, err=True) else place


def _tell(place: "Place", rows: "Rows", kept: "Kept") -> None:
    """Say what is logged now, what stays from before, what went, and what could be meant."""
    from riskfit.learning.outcomes import outcome_words

    waits = "; no session of then is in the store yet, it waits for the import"
    where = place_words(place, rows) + (waits if place.row is None else "")
    click.echo(f"logged {outcome_words(kept.now)} for {where}", err=True)
    for what, fields in (("kept from before", kept.kept), ("no longer", kept.gone)):
        words = [
            ("a cramp" if value else "no cramp") if key == "cramp" else f"{key} {value}"
            for key, value in fields.items()
        ]
        if words:
            click.echo(f"  {what}: {', '.join(words)}", err=True)
    if place.row is None:
        _offer(place, rows)


def offer_nearest(place: "Place", rows: "Rows") -> None:
    """Name an outcome that has no session, and offer it the nearest one."""
    from riskfit.learning.outcomes import outcome_words

    what = outcome_words(place.told)
    click.echo(f"logged without a session: {what} for {place_words(place, rows)}", err=True)
    _offer(place, rows)


def _offer(place: "Place", rows: "Rows") -> None:
    """Name the session nearest to a place without one, and the command that moves what is there."""
    from datetime import UTC, datetime

    from riskfit._common import stamp_words
    from riskfit.learning.log_book import nearest_session

    row = nearest_session(rows, place)
    if row is None:
        return
    if place.whole_day:
        here = f"{datetime.fromtimestamp(place.start_s, UTC):%Y-%m-%d}"
    else:
        here = f'"{stamp_words(place.start_s)}"'
    click.echo(f"  the nearest is {session_words(rows, row)}; if it was that:", err=True)
    there = rows.stamp(row).rstrip("*")
    click.echo(f'  riskfit log edit {here} --to "{there}"', err=True)


def _undo(store: "Store", name: str) -> None:
    """Take the last change back, and say what is logged again."""
    from riskfit.errors import InputError
    from riskfit.learning.log_book import place_of_outcome
    from riskfit.learning.outcomes import outcome_words
    from riskfit.store.activities import read_rows
    from riskfit.store.told import undo_change

    key = store.add_athlete(name)
    undone = undo_change(store, key)
    if undone is None:
        raise InputError("there is no change to take back")
    rows = read_rows(store, key)
    for what, some in zip(("taken back", "logged again"), undone, strict=True):
        for one in some:
            where = place_words(place_of_outcome(one, rows), rows)
            click.echo(f"{what}: {outcome_words(one.told)} for {where}", err=True)


def _import(store: "Store", path: Path, name: str) -> None:
    from riskfit._common import plural
    from riskfit.learning.outcome_csv import import_csv

    count, matched = import_csv(store, path, name)
    logged = plural(count, "outcome")
    click.echo(f"logged {logged}, {matched} of them for sessions in the store", err=True)


def _export(store: "Store", name: str, target: str | None) -> None:
    """Write outcomes as CSV: to a file, or all that is said of one athlete on the screen."""
    from riskfit._common import plural
    from riskfit.learning.outcome_csv import export_csv

    names = [name] if name or target is None else store.athletes()
    if target is None or target == "-":
        export_csv(store, names, sys.stdout)
        return
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        count = export_csv(store, names, file)
    click.echo(f"{plural(count, 'outcome')} written to {target}", err=True)
