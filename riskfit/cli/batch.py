"""``riskfit batch``: many files, many athletes."""

from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.gathering import gathered, inputs_of
from riskfit.cli.options import (
    GATHERING,
    PERSON,
    SCORING,
    STORE,
    begin_s,
    make_athlete,
    make_scoring,
    takes,
)
from riskfit.cli.output import (
    SCREEN,
    check_band,
    console_on,
    kind_of,
    leave,
    name_failures,
    name_others,
    refuse_to_share,
    write,
)
from riskfit.report.exporters import BATCHES, kinds, sharing

if TYPE_CHECKING:
    from riskfit.batch.reduce import BatchReport


@click.command(epilog="Example: riskfit batch export_4711.zip -o season.csv --since 2026-01-01")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@takes("--output", help="Write to a file, format by suffix; - is stdout.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", *BATCHES]),
    help="Format, where the suffix does not say it.",
)
@takes("--json")
@takes("--full", help="Rank every session, not only the first ten.")
@takes("--since", help="Report from this day on.")
@takes("--sport", help="Report this sport only; FIT's word, such as running.")
@takes("--fail-at")
@takes("--share", help="In a page leave out names of files and people.")
@takes(*STORE, *GATHERING, *PERSON, *SCORING)
def batch(paths: tuple[str, ...], **values: Any) -> None:
    """Score every session in folders, archives and exports, of one athlete or many.

    Nothing is written to your store; what was read is kept in a cache, or in --store FILE, so
    that the next run reads only what is new.
    """
    from riskfit.batch.reduce import reduce_all
    from riskfit.folders import cache_path
    from riskfit.store import Store

    quiet, full, fail_at = values.pop("quiet"), values.pop("full"), values.pop("fail_at")
    output, share = values.pop("output"), values.pop("share")
    kind = _kind(values.pop("kind"), output, as_json=values.pop("as_json"))
    refuse_to_share(sharing(BATCHES), kind, share=share)
    profile = make_athlete(values)
    model, context = make_scoring(values)
    check_band(fail_at, model)
    inputs = inputs_of(paths, profile, values)
    with Store(values.pop("store_file") or cache_path()) as store:
        report = reduce_all(
            gathered(inputs, store, values, quiet=quiet),
            store,
            model,
            context,
            since_s=begin_s(values.pop("since")),
            sport=values.pop("sport"),
        )
    _write(report, kind, output, full=full, share=share)
    # the summary on the screen names them already
    name_failures(report.failures, quiet=quiet or (kind == "text" and output in SCREEN))
    name_others(report.others, quiet=quiet)
    bands = [band for one in report.athletes for band in one.bands]
    leave(bands, bool(report.failures), model, fail_at)


def _kind(told: str | None, output: str | None, *, as_json: bool) -> str:
    """Return the format: as told, or by the suffix of the file."""
    if told is not None and not as_json:
        return told
    return kind_of(output, as_json=as_json, kinds=kinds(BATCHES))


def _write(
    report: "BatchReport", kind: str, output: str | None, *, full: bool, share: bool
) -> None:
    """Write the report in one of its formats."""
    if kind == "text":
        from riskfit.report.terminal.batch import print_batch

        with console_on(output, width=110) as console:
            print_batch(console, report, full=full)
        return
    if BATCHES[kind].binary and output in SCREEN:
        raise click.UsageError(f"{kind} goes to a file: give it a name with -o")
    write(BATCHES[kind].pieces(report, share=share), output)
