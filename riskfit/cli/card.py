"""``riskfit card`` and ``riskfit explain``: the score card, and what rests on what."""

from pathlib import Path

import click

from riskfit.cli.options import takes
from riskfit.cli.output import write_json


@click.command()
@takes("--model")
@takes("--context", default="training", show_default=True, help="Whose average points are shown.")
@takes("--json")
def card(model_file: str | Path | None, context: str, as_json: bool) -> None:
    """Print the whole score card, to be added up by hand; --json prints every number of it."""
    from riskfit.rules.load import load_model

    model = load_model(model_file)
    if as_json:
        from riskfit.report.json.card import card_entry

        write_json(card_entry(model, model.context(context)))
        return
    from riskfit.report.terminal.card import card_text

    click.echo(card_text(model, context), nl=False)


@click.command()
@click.argument("what")
@takes("--model")
def explain(what: str, model_file: str | Path | None) -> None:
    """Explain one thing: what it measures, its points, its evidence.

    WHAT is a rule of the card, such as O2; a warning sign, such as RF5, or red-flags for all of
    them; or a piece of advice, such as stretch_now.
    """
    from riskfit.report.terminal.explained import explanation
    from riskfit.rules.load import load_model

    click.echo(explanation(load_model(model_file), what), nl=False)
