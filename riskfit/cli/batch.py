"""``riskfit batch``: many files, many athletes."""

import sys
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.gathering import inputs_of, run_of, shown_progress
from riskfit.cli.options import (
    GATHERING,
    PERSON,
    SCORING,
    STORE,
    make_athlete,
    make_scoring,
    takes,
)
from riskfit.cli.output import BAND_REACHED, NOTHING_SCORED, SOME_FAILED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from riskfit.batch.reduce import BatchReport
    from riskfit.rules.model import Model

_KINDS = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
    ".html": "html",
}


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
    from riskfit.batch.gather import gather
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
    _check_band(fail_at, model)
    since = values.pop("since")
    inputs = inputs_of(paths, profile, values)
    again = values.pop("again")
    with Store(values.pop("store_file") or cache_path()) as store:
        with shown_progress(quiet) as progress:
            found = gather(inputs, store, run_of(values), progress=progress, again=again)
        report = reduce_all(
            found,
            store,
            model,
            context,
            since_s=float("-inf") if since is None else since.replace(tzinfo=UTC).timestamp(),
            sport=values.pop("sport"),
        )
    _write(report, kind, output, full=full, share=share)
    _finish(report, fail_at, quiet=quiet or (kind == "text" and output in (None, "-")))


def _kind(told: str | None, output: str | None, *, as_json: bool) -> str:
    """Return the format: as told, or by the suffix of the file."""
    if as_json:
        return "json"
    if told is not None:
        return told
    if output in (None, "-"):
        return "text"
    suffix = Path(str(output)).suffix.lower()
    if suffix not in _KINDS:
        raise click.BadParameter(
            f"{output!r}: the suffix must be one of {', '.join(_KINDS)}", param_hint="--output"
        )
    return _KINDS[suffix]


def _check_band(band: str | None, model: "Model") -> None:
    bands = [one.id for one in model.bands]
    if band is not None and band not in bands:
        raise click.BadParameter(f"{band!r}: choose {', '.join(bands)}", param_hint="--fail-at")


def _write(
    report: "BatchReport", kind: str, output: str | None, *, full: bool, share: bool
) -> None:
    """Write the report in one of its formats; a file appears whole or not at all."""
    from riskfit.report import export

    if kind == "text":
        _write_text(report, output, full)
    elif kind == "html":
        from riskfit.report.page.html import batch_page

        _write_pieces([batch_page(report, share=share)], output)
    elif kind == "parquet":
        if output in (None, "-"):
            raise click.UsageError("Parquet goes to a file: give -o FILE.parquet")
        with _whole(Path(str(output))) as path:
            export.write_parquet(report, path)
    else:
        pieces: Iterable[bytes]
        if kind == "csv":
            pieces = [export.csv_bytes(report)]
        elif kind == "jsonl":
            pieces = export.json_lines(report)
        else:
            pieces = export.json_document(report)
        _write_pieces(pieces, output)


def _write_pieces(pieces: "Iterable[bytes]", output: str | None) -> None:
    if output in (None, "-"):
        stream = sys.stdout.buffer
        for piece in pieces:
            stream.write(piece)
        return
    with _whole(Path(str(output))) as path, path.open("wb") as file:
        for piece in pieces:
            file.write(piece)


@contextmanager
def _whole(path: Path) -> "Iterator[Path]":
    """Give a path beside the one wanted, which is moved there when all went well."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_text(report: "BatchReport", output: str | None, full: bool) -> None:
    from rich.console import Console

    from riskfit.report.terminal.batch import print_batch

    if output in (None, "-"):
        print_batch(Console(highlight=False), report, full=full)
        return
    with _whole(Path(str(output))) as path, path.open("w", encoding="utf-8") as file:
        console = Console(file=file, width=110, highlight=False, no_color=True)
        print_batch(console, report, full=full)


def _finish(report: "BatchReport", fail_at: str | None, *, quiet: bool) -> None:
    """Name the failures, and leave with the right exit code."""
    if not quiet:
        for failure in report.failures:
            click.echo(f"{failure.source}: {failure.error}", err=True)
    bands = [band for one in report.athletes for band in one.bands]
    if not any(bands):
        sys.exit(NOTHING_SCORED)
    if report.failures:
        sys.exit(SOME_FAILED)
    order = {band.id: number for number, band in enumerate(report.model.bands)}
    if fail_at and any(band and order[band] >= order[fail_at] for band in bands):
        sys.exit(BAND_REACHED)
