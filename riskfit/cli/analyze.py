"""``riskfit analyze``: what recorded sessions did."""

from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.findings import finish
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
    nothing: the content is looked at.
    """
    memory = Memory(values)
    athlete, conditions = memory.athlete(make_athlete(values)), make_conditions(values)
    model, context = make_scoring(values)
    named = named_sources(sources, files_from)
    given = read_history(history_paths, athlete) if history_paths else None
    results = Results(model=model)
    before = _Before(memory, given, model)
    for source in named:
        _analyze_source(source, results, athlete, conditions, before, model, context, reader)
    finish(results, **values)


def _analyze_source(
    source: str,
    results: Results,
    athlete: "Athlete",
    conditions: "Conditions",
    before: "_Before",
    model: "Model",
    context: str | None,
    reader: str,
) -> None:
    """Analyse everything under one source; what cannot be read is kept as a failure."""
    import sys
    from hashlib import sha256

    from riskfit.activity import Failure
    from riskfit.analysis import analyse
    from riskfit.archives.walk import walk
    from riskfit.errors import RiskfitError
    from riskfit.readers import read_each

    members = walk(sys.stdin.buffer.read(), "-") if source == "-" else walk(source)
    try:
        for name, content in members:
            if isinstance(content, Failure):
                results.failures.append(content)
                continue
            try:
                for activity in read_each(content, reader=reader):
                    results.analyses.append(
                        analyse(
                            activity,
                            athlete,
                            before.weighed(activity, conditions),
                            before(activity),
                            model=model,
                            context=context,
                            source=name,
                            sha256=sha256(content).hexdigest(),
                        )
                    )
            except RiskfitError as error:
                results.failures.append(Failure(source=name, kind=error.kind, error=str(error)))
    except RiskfitError as error:
        results.failures.append(Failure(source=source, kind=error.kind, error=str(error)))


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
