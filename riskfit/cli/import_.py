"""``riskfit import``: read files, folders and exports into the store."""

import sys
from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.gathering import gathered, inputs_of
from riskfit.cli.options import GATHERING, PERSON, STORE, make_athlete, takes
from riskfit.cli.output import SOME_FAILED, name_failures, name_others
from riskfit.cli.stores import open_store

if TYPE_CHECKING:
    from riskfit.batch.gather import Gathered
    from riskfit.store import Store


@click.command(
    name="import",
    epilog="Example: riskfit import ~/Downloads/export_4711.zip",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@takes(*STORE, *GATHERING, *PERSON)
def import_(paths: tuple[str, ...], **values: Any) -> None:
    """Remember recorded sessions: files, folders, archives, and exports as they arrive.

    Strava's and Garmin's bulk exports and the one of Apple Health are read without unpacking.
    What is there already is known again without being read; `analyze` and `check` look at the
    store without being asked.
    """
    from riskfit.store.activities import settle

    quiet = values.pop("quiet")
    profile = make_athlete(values)
    inputs = inputs_of(paths, profile, values)
    with open_store(values, create=True) as store:
        found = gathered(inputs, store, values, quiet=quiet)
        copies = 0
        for one in found:
            key = store.add_athlete(one.athlete)
            copies += settle(store, key)
        if not quiet:
            for one in found:
                _tell(store, one, copies)
    failures = [failure for one in found for failure in one.failures]
    name_failures(failures, quiet=quiet)
    if failures:
        sys.exit(SOME_FAILED)


def _tell(store: "Store", found: "Gathered", copies: int) -> None:
    from riskfit._common import plural
    from riskfit.store.activities import counted

    key = store.add_athlete(found.athlete)
    total, same = counted(store, key)
    whose = f" of {found.athlete}" if found.athlete else ""
    known = found.total - found.read
    click.echo(
        f"{plural(found.read, 'file')} read, {known} known already; the store holds "
        f"{plural(total, 'activity')}{whose}"
        + (f" and {plural(same, 'copy')} of the same from elsewhere" if copies and same else "")
        + ".",
        err=True,
    )
    for word, count in sorted(found.aside.items()):
        click.echo(f"  set aside: {count} of {word}", err=True)
    name_others(found.others)
