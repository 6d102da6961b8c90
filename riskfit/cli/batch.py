"""``riskfit batch``: many files, many athletes."""

from pathlib import Path
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
    TABLE_KINDS,
    check_band,
    console_on,
    kind_of,
    leave,
    name_failures,
    whole,
    write,
)

if TYPE_CHECKING:
    from riskfit.batch.reduce import BatchReport


@click.command(epilog="Example: riskfit batch export_4711.zip -o season.csv --since 2026-01-01")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@takes("--output", help="Write to a file, format by suffix; - is stdout.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "csv", "json", "jsonl", "parquet", "html"]),
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
    if share and kind != "html":
        raise click.UsageError("--share is for pages: give -o with .html")
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
    bands = [band for one in report.athletes for band in one.bands]
    leave(bands, bool(report.failures), model, fail_at)


def _kind(told: str | None, output: str | None, *, as_json: bool) -> str:
    """Return the format: as told, or by the suffix of the file."""
    if told is not None and not as_json:
        return told
    return kind_of(output, as_json=as_json, kinds=TABLE_KINDS)


def _write(
    report: "BatchReport", kind: str, output: str | None, *, full: bool, share: bool
) -> None:
    """Write the report in one of its formats."""
    from riskfit.report import export

    if kind == "text":
        from riskfit.report.terminal.batch import print_batch

        with console_on(output, width=110) as console:
            print_batch(console, report, full=full)
    elif kind == "parquet":
        if output in SCREEN:
            raise click.UsageError("Parquet goes to a file: give -o FILE.parquet")
        with whole(Path(str(output))) as path:
            export.write_parquet(report, path)
    elif kind == "html":
        from riskfit.report.page.html import batch_page

        write([batch_page(report, share=share)], output)
    elif kind == "csv":
        write([export.csv_bytes(report)], output)
    else:
        many = kind == "jsonl"
        write(export.json_lines(report) if many else export.json_document(report), output)
