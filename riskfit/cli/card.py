"""``riskfit card`` and ``riskfit explain``: the score card and its evidence."""

from pathlib import Path

import click

from riskfit.cli.options import takes


@click.command()
@takes("--model")
@takes("--context", default="training", show_default=True, help="Whose usual points are shown.")
def card(model_file: str | Path | None, context: str) -> None:
    """Print the whole score card, to be added up by hand."""
    from riskfit.report.terminal.card import card_text
    from riskfit.rules.load import load_model

    click.echo(card_text(load_model(model_file), context), nl=False)


@click.command()
@click.argument("rule")
@takes("--model")
def explain(rule: str, model_file: str | Path | None) -> None:
    """Explain one RULE: what it measures, its points, its evidence.

    RULE is an id of the card, such as O2.
    """
    from riskfit.report.terminal.card import rule_text
    from riskfit.rules.load import load_model

    click.echo(rule_text(load_model(model_file), rule), nl=False)
