"""``riskfit demo``: the main job on the bundled samples."""

from pathlib import Path

import click

from riskfit.cli.options import takes


@click.command()
@takes(
    "--output",
    metavar=None,
    default="demo-report.html",
    show_default=True,
    help="Report file to write (.html, .json, .txt).",
)
@takes("--full")
def demo(output: str, full: bool) -> None:
    """Analyse a marathon in the heat by a made-up athlete, with twelve weeks of history."""
    from hashlib import sha256

    from riskfit.analysis import analyse
    from riskfit.athlete import Conditions
    from riskfit.cli.findings import finish
    from riskfit.cli.inputs import history_of_members
    from riskfit.profiles import profile_from_bytes
    from riskfit.readers import read_activity
    from riskfit.report.exporters import Results
    from riskfit.resources import sample_data
    from riskfit.rules.load import load_model

    samples = sample_data()
    athlete = profile_from_bytes(samples.joinpath("athlete.toml").read_bytes(), "athlete.toml")
    data = samples.joinpath("marathon_heat.fit.gz").read_bytes()
    model = load_model()
    results = Results(model=model)
    results.analyses.append(
        analyse(
            read_activity(data),
            athlete,
            Conditions(race=True),
            history_of_members(samples.joinpath("history.zip").read_bytes(), athlete),
            model=model,
            context="marathon",
            source="marathon_heat.fit.gz",
            sha256=sha256(data).hexdigest(),
        )
    )
    finish(results, output=output, full=full)
    click.echo(f"\nreport written to {Path(output).resolve()}", err=True)
    finish(results, full=full)
