"""What an id stands for: a rule of the card, a warning sign, a piece of advice."""

import re
import textwrap
from typing import Final

from riskfit.advice.texts import AdviceText, load_advice
from riskfit.errors import InputError
from riskfit.references import load_references
from riskfit.report.terminal.card import GRADES, WIDTH, rule_text, source_lines
from riskfit.report.words import ADVICE_KINDS
from riskfit.rules.model import Model, RedFlag

#: Asks for every warning sign.
ALL_SIGNS: Final = "red-flags"
_NUMBER: Final = re.compile(r"\{\w+\}")


def explanation(model: Model, wanted: str) -> str:
    """Return what an id stands for, and what that rests on.

    Parameters
    ----------
    model : Model
    wanted : str
        A rule, a warning sign or a piece of advice by its id, in any case; or ``red-flags``.

    Raises
    ------
    InputError
        If there is none of that id; it names those there are.
    """
    plain = wanted.lower().replace("_", "-")
    if plain == ALL_SIGNS:
        return _signs(model)
    for flag in model.red_flags:
        if plain in (flag.id.lower(), flag.name.replace("_", "-")):
            return "\n".join(_sign(flag)) + "\n"
    for entry in load_advice().advice:
        if plain == entry.id.replace("_", "-"):
            return _advice(entry)
    if wanted.upper() in model.rule_ids:
        return rule_text(model, wanted)
    flags = f"{model.red_flags[0].id} to {model.red_flags[-1].id}" if model.red_flags else "none"
    advice = ", ".join(entry.id for entry in load_advice().advice)
    raise InputError(
        f"{model.source}: there is no rule {wanted!r}; the rules are {', '.join(model.rule_ids)}; "
        f"warning signs: {ALL_SIGNS}, {flags}; advice: {advice}"
    )


def _signs(model: Model) -> str:
    """Return every warning sign, the emergencies first."""
    order = sorted(model.red_flags, key=lambda flag: (not flag.emergency, not flag.urgent))
    lines = textwrap.wrap("See a doctor before you exercise if you have one of these.", WIDTH)
    for flag in order:
        lines += ["", *_sign(flag)]
    keys = ", ".join(f'"{flag.id}"' for flag in model.red_flags[:2])
    told = f"You have one? Put it into your profile: red_flags = [{keys}]. None? red_flags = []."
    return "\n".join([*lines, "", *textwrap.wrap(told, WIDTH)]) + "\n"


def _sign(flag: RedFlag) -> list[str]:
    when = f"See a doctor {flag.when_to_go}"
    if flag.emergency:
        when = "Call your emergency number now"
    said = textwrap.wrap(f"{flag.id} {flag.asks}.", WIDTH, subsequent_indent="    ")
    means = f"{flag.means} {when}."
    indent = " " * 4
    return [*said, *textwrap.wrap(means, WIDTH, initial_indent=indent, subsequent_indent=indent)]


def _advice(entry: AdviceText) -> str:
    """Return a piece of advice; where it gives a number of the session there are three dots."""
    text = _NUMBER.sub("...", entry.text)
    lines = [f"{entry.id} ({ADVICE_KINDS[entry.kind]})", *textwrap.wrap(f'"{text}"', WIDTH), ""]
    lines += textwrap.wrap(f"Evidence {entry.grade}: {GRADES[entry.grade]}", WIDTH)
    return "\n".join([*lines, "", *source_lines(load_references(), entry.references)]) + "\n"
