"""``riskfit evaluate``: a model held against what happened."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.learning import load_outcomes, outcome_options, print_json, show

if TYPE_CHECKING:
    from riskfit.rules import Model

_SOME_FAILED = 1


@click.command(epilog="Examples: riskfit evaluate squad.csv --json; riskfit evaluate --published")
@click.argument(
    "cohort", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--published", is_flag=True, help="Against the published cohorts; exit 1 when one fails."
)
@outcome_options
def evaluate(cohort: Path | None, published: bool, **values: Any) -> None:
    """Hold a model against outcomes: discrimination, calibration, decision curve.

    COHORT is a CSV file: cramp (1 or 0), and as far as known athlete, start_time, context and
    features by their names. Without it the outcomes in the store are taken.
    """
    from riskfit.rules import load_model

    model = load_model(values["model_file"])
    if published:
        if cohort is not None:
            raise click.UsageError("--published has its own cohorts: leave COHORT out")
        _published(model, values["as_json"])
        return
    from riskfit.learning.evaluation import evaluate as hold_against
    from riskfit.report.learning import evaluation_entry, evaluation_parts

    evaluation = hold_against(load_outcomes(cohort, model, values), model)
    if values["as_json"]:
        print_json(evaluation_entry(evaluation))
    else:
        show(evaluation_parts(evaluation))


def _published(model: "Model", as_json: bool) -> None:
    """Print the table of the published cohorts, and leave with its exit code."""
    from riskfit.cohorts import load_cohorts, run_cohort
    from riskfit.report.learning import published_entry, published_parts

    verdicts = [line for cohort in load_cohorts() for line in run_cohort(cohort, model)]
    if as_json:
        entry = published_entry(verdicts)
        print_json({"model": {"id": model.id, "version": model.version}, **entry})
    else:
        show(published_parts(verdicts))
    if not all(line.passed for line in verdicts):
        sys.exit(_SOME_FAILED)
