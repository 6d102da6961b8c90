"""Inputs of commands that read recordings: arguments, lists of files, earlier sessions."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import numpy as np

    from riskfit.athlete import Athlete, History


def named_sources(arguments: tuple[str, ...], files_from: str | None) -> list[str]:
    """Return the sources of the arguments and of ``--files-from`` (lines, or NUL between)."""
    sources = list(arguments)
    if files_from is not None:
        if files_from == "-":
            text = sys.stdin.buffer.read().decode(errors="surrogateescape")
        else:
            text = Path(files_from).read_text(encoding="utf-8", errors="surrogateescape")
        sources += [line for line in text.split("\0" if "\0" in text else "\n") if line.strip()]
    if not sources:
        raise click.UsageError("no input: name one or more files, or - for standard input")
    return sources


def read_bytes(source: str) -> bytes:
    """Return a source's bytes; ``-`` is standard input."""
    if source == "-":
        return sys.stdin.buffer.read()
    return Path(source).read_bytes()


def read_history(paths: tuple[str, ...], athlete: "Athlete") -> "History":
    """Read earlier sessions of files, folders and archives into a history."""
    from riskfit.features.history import history_of

    return history_of([leg for path in paths for leg in _legs(path, athlete)])


def history_of_members(data: bytes, athlete: "Athlete") -> "History":
    """Read earlier sessions out of an archive's bytes."""
    from riskfit.features.history import history_of

    return history_of(list(_legs(data, athlete)))


def _legs(source: str | bytes, athlete: "Athlete") -> "Iterator[np.void]":
    """Yield the legs of every activity under a source; what cannot be read is named."""
    from riskfit.activity import Failure
    from riskfit.errors import RiskfitError
    from riskfit.features.compute import compute_features
    from riskfit.readers import read_activities

    for item in read_activities(source):
        if isinstance(item, Failure):
            click.echo(f"history: {item.source}: {item.error}", err=True)
            continue
        try:
            yield from compute_features(item, athlete).records
        except RiskfitError as error:
            click.echo(f"history: {error}", err=True)
