"""``riskfit calibrate``: let the card learn from outcomes, and keep it only where it wins."""

from pathlib import Path
from typing import Any

import click

from riskfit.cli.options import FILE, NEW_FILE, takes
from riskfit.cli.output import show, write_json
from riskfit.cli.stores import load_outcomes


@click.command(epilog="Example: riskfit calibrate squad.csv -o squad.toml")
@click.argument("cohort", required=False, type=FILE)
@takes(
    "--output",
    type=NEW_FILE,
    metavar=None,
    help="Where the learned card is written, if it wins (TOML).",
)
@click.option("--id", "model_id", default="riskfit-learned", show_default=True, help="Its name.")
@takes("--json", "--model")
@takes("--athlete", help="One athlete only.")
@takes("--all", "--store")
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
        write_json({**entry, "written": str(output) if written else None})
        return
    show(calibration_parts(calibration))
    if written:
        click.echo(f"written to {output}; use it with --model {output}", err=True)
    elif calibration.kept:
        click.echo("nothing was written: name a file with -o", err=True)
    elif output is not None:
        click.echo(f"{output} was not written", err=True)
