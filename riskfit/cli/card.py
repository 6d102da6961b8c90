"""``riskfit card`` and ``riskfit explain``: the score card and its evidence."""

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
@click.argument("rule")
@takes("--model")
def explain(rule: str, model_file: str | Path | None) -> None:
    """Explain one RULE: what it measures, its points, its evidence.

    RULE is an id of the card, such as O2.
    """
    from riskfit.report.terminal.card import rule_text
    from riskfit.rules.load import load_model

    click.echo(rule_text(load_model(model_file), rule), nl=False)
