"""Where output goes: standard output or a file, its kind by the suffix; and exit codes."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from rich.console import Console

    from riskfit.activity import Failure
    from riskfit.rules.model import Model

SOME_FAILED, NOTHING_SCORED, BAND_REACHED = 1, 3, 10
#: What --output may say for standard output.
SCREEN: Final = (None, "-")
#: Suffix -> kind of output, where there are no others.
KINDS: Final = {".html": "html", ".json": "json", ".txt": "text"}


def kind_of(output: str | None, *, as_json: bool, kinds: Mapping[str, str] = KINDS) -> str:
    """Return what is to be written, by the suffix of the file."""
    if as_json:
        return "json"
    if output in SCREEN:
        return "text"
    suffix = Path(str(output)).suffix.lower()
    if suffix not in kinds:
        raise click.BadParameter(
            f"{output!r}: the suffix must be one of {', '.join(kinds)}", param_hint="--output"
        )
    return kinds[suffix]


def refuse_to_share(able: Iterable[str], kind: str, *, share: bool) -> None:
    """Refuse ``--share`` where the kind of output is none that can leave out whose it is."""
    if share and kind not in able:
        raise click.UsageError(
            f"--share is for {' and '.join(able)}: give -o a name with that suffix"
        )


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path beside the one wanted, which is moved there when all went well."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write(pieces: Iterable[bytes], output: str | None) -> None:
    """Write to standard output, or to a file that appears whole or not at all."""
    if output in SCREEN:
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.flush()
        return
    with whole(Path(str(output))) as path, path.open("wb") as file:
        file.writelines(pieces)


@contextmanager
def console_on(output: str | None, width: int, *, markup: bool = True) -> "Iterator[Console]":
    """Give a console on the screen, or on a file of that width."""
    from rich.console import Console

    if output in SCREEN:
        yield Console(highlight=False, markup=markup)
        return
    with whole(Path(str(output))) as path, path.open("w", encoding="utf-8") as file:
        yield Console(file=file, width=width, highlight=False, no_color=True, markup=markup)


def show(parts: Iterable[Any], output: str | None = None) -> None:
    """Print texts and tables, or write them to a file."""
    with console_on(output, width=110, markup=False) as console:
        for part in parts:
            console.print(part)


def write_json(entry: dict[str, Any], output: str | None = None) -> None:
    """Write one strict JSON document, with the version that made it."""
    from riskfit.report.json.encoding import encode, versioned

    write([encode(versioned(entry))], output)


# ---- how it ended


def check_band(band: str | None, model: "Model") -> None:
    """Refuse a band for ``--fail-at`` that the model does not have."""
    bands = [one.id for one in model.bands]
    if band is not None and band not in bands:
        raise click.BadParameter(f"{band!r}: choose {', '.join(bands)}", param_hint="--fail-at")


def name_failures(failures: "Iterable[Failure]", *, quiet: bool = False) -> None:
    """Name every failure."""
    if not quiet:
        for failure in failures:
            click.echo(f"{failure.source}: {failure.error}", err=True)


def name_others(others: "Sequence[Failure]", *, quiet: bool = False) -> None:
    """Name the files beside workouts that are none, in one line."""
    if others and not quiet:
        from riskfit.archives.other_files import others_said

        click.echo(others_said(others), err=True)


def leave(bands: Iterable[str | None], failed: bool, model: "Model", fail_at: str | None) -> None:
    """Leave with the exit code for what was scored: ``bands`` are those reached, None for none."""
    reached = {band for band in bands if band is not None}
    if not reached:
        sys.exit(NOTHING_SCORED)
    if failed:
        sys.exit(SOME_FAILED)
    order = [band.id for band in model.bands]
    if fail_at is not None and reached & set(order[order.index(fail_at) :]):
        sys.exit(BAND_REACHED)
