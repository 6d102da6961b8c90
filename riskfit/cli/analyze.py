"""``riskfit analyze``: what recorded sessions did."""

from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.findings import finish, settle_failures
from riskfit.cli.inputs import named_sources, read_history
from riskfit.cli.options import (
    CONDITIONS,
    MEMORY,
    OUTPUT,
    PERSON,
    SCORING,
    make_athlete,
    make_conditions,
    make_scoring,
    takes,
)
from riskfit.cli.stores import Memory
from riskfit.report.exporters import Results

if TYPE_CHECKING:
    from riskfit.activity import Activity
    from riskfit.athlete import Athlete, Conditions, History
    from riskfit.batch.exports import Wanted
    from riskfit.batch.surroundings import Surroundings
    from riskfit.rules.model import Model


@click.command(
    epilog="Example: riskfit analyze run.fit --temp 31 --humidity 60 --fluid 500ml --race"
)
@click.argument("sources", nargs=-1, metavar="FILE...")
@click.option("--files-from", metavar="LIST", help="Read names from a file, or - for stdin.")
@takes("--history")
@click.option(
    "--reader",
    type=click.Choice(["columnar", "fitparse"]),
    default="columnar",
    show_default=True,
    help="How FIT is decoded: fast, or by the reference library.",
)
@takes(*MEMORY, *PERSON, *CONDITIONS, *SCORING, *OUTPUT)
def analyze(
    sources: tuple[str, ...],
    files_from: str | None,
    history_paths: tuple[str, ...],
    reader: str,
    **values: Any,
) -> None:
    """Analyse recorded sessions: what they were, their cramp risk, causes and advice.

    FILE is a FIT, TCX or GPX file, also gzipped or in a zip; - is standard input.  Names say
    nothing: the content is looked at.  Of a folder, an archive or an export the sessions are
    listed, a line each, with --full one after the other.
    """
    memory = Memory(values)
    athlete, conditions = memory.athlete(make_athlete(values)), make_conditions(values)
    model, context = make_scoring(values)
    named = named_sources(sources, files_from)
    given = read_history(history_paths, athlete) if history_paths else None
    results = Results(model=model)
    before = _Before(memory, given, model)
    run = _Run(results, athlete, conditions, before, model, context, reader)
    for source in named:
        run.source(source)
    many = any(one.source not in named for one in results.analyses)
    settle_failures(results, named)
    finish(results, many=many and len(results.analyses) > 1, **values)


class _Run:
    """One run of the command: what holds for all sources, and what came of them."""

    def __init__(
        self,
        results: Results,
        athlete: "Athlete",
        conditions: "Conditions",
        before: "_Before",
        model: "Model",
        context: str | None,
        reader: str,
    ) -> None:
        self.results, self.athlete, self.conditions = results, athlete, conditions
        self.before, self.model, self.context, self.reader = before, model, context, reader

    def source(self, source: str) -> None:
        """Analyse everything under one source; what cannot be read is kept as a failure."""
        import sys

        from riskfit.activity import Failure
        from riskfit.archives.walk import walk
        from riskfit.errors import RiskfitError

        members = walk(sys.stdin.buffer.read(), "-") if source == "-" else walk(source)
        failures = self.results.failures
        try:
            around = _around(source)
            for name, content in members:
                wanted = None if around is None else around.wanted(name)
                if around is not None and wanted is None:
                    continue
                if isinstance(content, Failure):
                    failures.append(content)
                    continue
                try:
                    self._content(name, content, wanted)
                except RiskfitError as error:
                    failures.append(Failure(source=name, kind=error.kind, error=str(error)))
        except RiskfitError as error:
            failures.append(Failure(source=source, kind=error.kind, error=str(error)))

    def _content(self, name: str, content: bytes, wanted: "Wanted | None") -> None:
        """Analyse every session of one file, unless its export knows it to be none."""
        from hashlib import sha256

        from riskfit.activity import Failure
        from riskfit.analysis import analyse
        from riskfit.readers import read_each

        if wanted is not None and (word := wanted.no_activity(content)):
            other = Failure(source=name, kind="not_an_activity", error=f"it holds {word}")
            self.results.others.append(other)
            return
        for recorded in read_each(content, reader=self.reader):
            activity, conditions = recorded, self.conditions
            if wanted is not None:
                activity, conditions = wanted.told(activity, conditions)
            self.results.analyses.append(
                analyse(
                    activity,
                    self.athlete,
                    self.before.weighed(activity, conditions),
                    self.before(activity),
                    model=self.model,
                    context=self.context,
                    source=name,
                    sha256=sha256(content).hexdigest(),
                )
            )


def _around(source: str) -> "Surroundings | None":
    """Return what a folder or an archive says of the files in it; a file alone stands alone."""
    from pathlib import Path

    path = Path(source)
    if source == "-" or not path.exists():
        return None
    if not path.is_dir():
        with path.open("rb") as stream:
            if stream.read(2) != b"PK":
                return None
    from riskfit.batch.surroundings import Surroundings

    return Surroundings(source)


class _Before:
    """What came before an activity: what was given, or what the store remembers; and the log."""

    def __init__(self, memory: Memory, given: "History | None", model: "Model") -> None:
        self.memory, self.given, self.model = memory, given, model

    def weighed(self, activity: "Activity", conditions: "Conditions") -> "Conditions":
        """Return the conditions with what the scales showed of this session, if they did."""
        from dataclasses import replace

        weigh_in = self.memory.weigh_in(activity.start_time.timestamp())
        return conditions if weigh_in is None else replace(conditions, weigh_in=weigh_in)

    def __call__(self, activity: "Activity") -> "History":
        from dataclasses import replace

        from riskfit.athlete import History

        history = self.given or self.memory.history(activity.start_time.timestamp(), activity)
        return replace(history or History(), logged=self.memory.logged(self.model))
