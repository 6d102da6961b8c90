"""What `import` and `batch` share: whose files they are, who reads them, progress, failures."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from riskfit.athlete import Athlete
    from riskfit.batch.gather import Gathered, Input, Progress, Runner
    from riskfit.store import Store


def inputs_of(paths: tuple[str, ...], profile: "Athlete", values: dict[str, Any]) -> "list[Input]":
    """Say whose each input is: one person's, a folder each, or by a roster."""
    from riskfit.batch.gather import Input
    from riskfit.batch.roster import by_folder, by_roster
    from riskfit.store import OWNER

    roster, folders = values.pop("roster"), values.pop("athlete_per_folder")
    name = values.pop("athlete_name")
    if sum((roster is not None, folders, name is not None)) > 1:
        raise click.UsageError("give one of --athlete, --athlete-per-folder and --roster")
    if roster is not None:
        return by_roster(paths, roster, profile)
    if folders:
        return by_folder(paths, profile)
    if name is not None:
        profile = replace(profile, name=name)
    return [Input(path=path, athlete=name or OWNER, profile=profile) for path in paths]


def gathered(
    inputs: "list[Input]", store: "Store", values: dict[str, Any], *, quiet: bool
) -> "list[Gathered]":
    """Read all that is not known yet into a store, and show how far it is."""
    from riskfit.batch.gather import gather

    run, again = _run_of(values), values.pop("again")
    with _shown_progress(quiet) as progress:
        return gather(inputs, store, run, progress=progress, again=again)


def _run_of(values: dict[str, Any]) -> "Runner":
    """Choose who works: a cluster, this process, or a pool."""
    from riskfit.batch.pool import CHUNK, cpu_count, run_here, run_pool

    address, jobs = values.pop("scheduler"), values.pop("jobs") or cpu_count()
    if address is not None:
        from riskfit.batch.cluster import run_on

        on_cluster: Runner = run_on(address)
        return on_cluster

    def run(tasks: Any, known: Any) -> Any:
        listed = list(tasks)
        # starting processes takes as long as reading a few files
        if jobs == 1 or len(listed) <= CHUNK:
            return run_here(listed, known)
        return run_pool(listed, known, jobs)

    return run


@contextmanager
def _shown_progress(quiet: bool) -> "Iterator[Progress | None]":
    """Show a bar with rate and time left, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("Reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def show(done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            rate = "" if speed is None else f"{speed:.0f} files/s"
            bar.update(task, completed=done, total=total, rate=rate)

        yield show
