"""``riskfit doctor``: what an archive holds, what it lacks, and what is broken in it."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.gathering import gathered, inputs_of
from riskfit.cli.options import GATHERING, PERSON, STORE, make_athlete, takes
from riskfit.cli.output import SOME_FAILED

if TYPE_CHECKING:
    from riskfit.batch.health import Health


@click.command(epilog="Example: riskfit doctor ~/Downloads/export_4711.zip --check-crc")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--check-crc", is_flag=True, help="Read every file and check its check sums.")
@takes("--json", *STORE, *GATHERING, *PERSON)
def doctor(paths: tuple[str, ...], check_crc: bool, as_json: bool, **values: Any) -> None:
    """Examine archives, or without PATH the store: coverage, gaps, copies, damaged files."""
    from riskfit.batch.health import examine, examine_store
    from riskfit.folders import cache_path, store_path
    from riskfit.store import OWNER, Store

    quiet = values.pop("quiet")
    profile = make_athlete(values)
    name = values["athlete_name"]
    file = values.pop("store_file")
    if not paths:
        with Store(file or store_path(), create=False) as store:
            found = [examine_store(store, name or OWNER)]
    else:
        inputs = inputs_of(paths, profile, values)
        with Store(file or cache_path()) as store:
            archives = gathered(inputs, store, values, quiet=quiet)
            found = [examine(one, store, check_crc=check_crc) for one in archives]
    if as_json:
        import dataclasses

        from riskfit.report.json.encoding import encode

        documents = {"athletes": [dataclasses.asdict(one) for one in found]}
        sys.stdout.buffer.write(encode(documents))
    else:
        for one in found:
            _print(one)
    if any(one.failures or one.bad_sums for one in found):
        sys.exit(SOME_FAILED)


def _print(found: "Health") -> None:
    from riskfit._common import DAY_S, plural

    who = f" of {found.athlete}" if found.athlete else ""
    when = ""
    if found.first_s is not None and found.last_s is not None:
        when = f", {_day(found.first_s)} to {_day(found.last_s)}"
    click.echo(f"{plural(found.sessions, 'session')}{who}{when}")
    _section(
        "Coverage: share of the sessions that have",
        [f"  {name:<32} {round(s * 20) * '█':<20} {s:4.0%}" for name, s in found.coverage.items()],
    )
    _section(
        "Gaps of four weeks or more (what comes after one starts a new history)",
        [f"  {_day(a)} to {_day(b)}: {(b - a) / DAY_S:.0f} days" for a, b in found.gaps],
    )
    _section(
        "The same session more than once (the richer copy is used)",
        [f"  {source}\n    is also {stays}" for source, stays in found.copies],
    )
    _section(
        "Set aside, being no activities",
        [f"  {count:5d}  {word}" for word, count in found.aside.items()],
    )
    _section(
        "Repaired in reading, and in how many sessions",
        [f"  {count:5d}  {word}" for word, count in found.repaired.items()],
    )
    for title, failures in (
        ("Damaged or foreign files", found.failures),
        ("Check sums that do not fit (read all the same)", found.bad_sums),
    ):
        _section(title, [f"  {source}\n    {reason}" for source, reason in failures])


def _section(title: str, lines: list[str]) -> None:
    if lines:
        click.echo("\n" + "\n".join([title, *lines]))


def _day(posix_s: float) -> str:
    return f"{datetime.fromtimestamp(posix_s, UTC):%Y-%m-%d}"
