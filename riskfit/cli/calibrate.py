"""``riskfit calibrate``: let the card learn from outcomes, and keep it only where it wins."""

from pathlib import Path
from typing import Any

import click

from riskfit.cli.learning import load_outcomes, outcome_options, print_json, show
from riskfit.cli.output import in_a_folder


@click.command(epilog="Example: riskfit calibrate squad.csv -o squad.toml")
@click.argument(
    "cohort", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=in_a_folder,
    help="Where the learned card is written, if it wins (TOML).",
)
@click.option("--id", "model_id", default="riskfit-learned", show_default=True, help="Its name.")
@outcome_options
def calibrate(cohort: Path | None, output: Path | None, model_id: str, **values: Any) -> None:
    """Learn from logged outcomes how strongly each cause counts, starting from the card.

    COHORT is a CSV file (see `riskfit evaluate --help`); without it the outcomes in the store
    are taken, yours, --athlete NAME's or those of --all. The learned card is compared out of
    sample with the card as it was and with the base rate alone, and is written only if it wins;
    every command takes it with --model.
    """
    from datetime import UTC, datetime

    from riskfit.learning.calibration import calibrate as learn
    from riskfit.report.json.learning import calibration_entry
    from riskfit.report.terminal.learning import calibration_parts
    from riskfit.rules.load import load_model

    model = load_model(values["model_file"])
    calibration = learn(load_outcomes(cohort, model, values), model)
    written = calibration.kept and output is not None
    if written and output is not None:
        text = calibration.write(model_id=model_id, on=datetime.now(UTC).date())
        output.write_text(text, encoding="utf-8")
    if values["as_json"]:
        entry = calibration_entry(calibration)
        print_json({**entry, "written": str(output) if written else None})
        return
    show(calibration_parts(calibration))
    if written:
        click.echo(f"written to {output}; use it with --model {output}", err=True)
    elif calibration.kept:
        click.echo("nothing was written: name a file with -o", err=True)
    elif output is not None:
        click.echo(f"{output} was not written", err=True)
