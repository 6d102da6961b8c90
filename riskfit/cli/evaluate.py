"""``riskfit evaluate``: a model held against what happened."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.options import FILE, takes
from riskfit.cli.output import SOME_FAILED, kind_of, refuse_to_share, show, write, write_json
from riskfit.cli.stores import load_outcomes

if TYPE_CHECKING:
    from riskfit.rules.model import Model


@click.command(
    epilog="Examples: riskfit evaluate squad.csv -o page.html; riskfit evaluate --published"
)
@click.argument("cohort", required=False, type=FILE)
@click.option(
    "--published", is_flag=True, help="Against the published cohorts; exit 1 when one fails."
)
@takes("--output", help="Write to a file, format by suffix (.html, .json, .txt); - is stdout.")
@takes("--share", help="In a page or JSON leave out names of files and athletes.")
@takes("--json", "--model")
@takes("--athlete", help="One athlete only.")
@takes("--all", "--store")
def evaluate(
    cohort: Path | None, published: bool, output: str | None, share: bool, **values: Any
) -> None:
    """Hold a model against outcomes: discrimination, calibration, decision curve.

    COHORT is a CSV file: cramp (1 or 0), and as far as known athlete, start_time, context and
    features by their names. Without it the outcomes in the store are taken.
    """
    from riskfit.rules.load import load_model

    kind = kind_of(output, as_json=values["as_json"])
    refuse_to_share(("html", "json"), kind, share=share)
    model = load_model(values["model_file"])
    if published:
        if cohort is not None:
            raise click.UsageError("--published has its own cohorts: leave COHORT out")
        _published(model, kind, output)
        return
    from riskfit.learning.evaluation import evaluate as hold_against
    from riskfit.report.json.learning import evaluation_entry, shared_evaluation
    from riskfit.report.terminal.learning import evaluation_parts

    evaluation = hold_against(load_outcomes(cohort, model, values), model)
    entry = evaluation_entry(evaluation)
    if kind == "text":
        show(evaluation_parts(entry), output)
        return
    if share:  # what is shared holds no notes: they may quote the file
        entry = shared_evaluation(entry)
        for note in evaluation.notes:
            click.echo(note, err=True)
    if kind == "json":
        write_json(entry, output)
    else:
        from riskfit.report.json.encoding import versioned
        from riskfit.report.page.html import evaluation_page

        write([evaluation_page(versioned(entry), model)], output)


def _published(model: "Model", kind: str, output: str | None) -> None:
    """Write the table of the published cohorts, and leave with its exit code."""
    from riskfit.learning.published import load_cohorts, run_cohort
    from riskfit.report.json.learning import published_entry
    from riskfit.report.terminal.learning import published_parts

    cohorts = load_cohorts()
    verdicts = [line for cohort in cohorts for line in run_cohort(cohort, model)]
    entry = {"model": {"id": model.id, "version": model.version}, **published_entry(verdicts)}
    if kind == "text":
        show(published_parts(verdicts), output)
    elif kind == "json":
        write_json(entry, output)
    else:
        from riskfit.report.json.encoding import versioned
        from riskfit.report.page.html import published_page

        write([published_page(versioned(entry), cohorts, model)], output)
    if not all(line.passed for line in verdicts):
        sys.exit(SOME_FAILED)
