"""Bring the texts up to date: write from the code what the code knows.

That is the tables of docs/nomenclature.md, the card and the rules of docs/rules.md, the help of
docs/commands.md, the table of docs/cohorts.md, and the output that README.md shows.  Run
``python docs/generate.py`` after a channel, a feature or the output changed; a test fails until
then.  What stands between the markers is replaced, everything else is left as it is.

``python docs/generate.py --accuracy`` writes docs/accuracy.md alone, and ``--asking`` the table of
docs/asking.md, from the recordings that RISKFIT_CORPUS names; each takes some minutes.
"""

import inspect
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from riskfit.activity import CHANNELS, Samples
from riskfit.cli import main
from riskfit.features.catalogue import CATALOGUE, GROUPS
from riskfit.learning.published import load_cohorts, run_cohort
from riskfit.report.json.learning import verdict_word
from riskfit.report.said.evaluation import written
from riskfit.report.terminal.card import card_text, rule_text
from riskfit.rules.load import load_model

DOCS = Path(__file__).resolve().parent

# How the last words of a name say its unit; the longest ending that fits counts.
UNITS = {
    "_s": "s",
    "_h": "h",
    "_min": "min",
    "_m": "m",
    "_km": "km",
    "_m_s": "m/s",
    "_km_h": "km/h",
    "_m_per_km": "m/km",
    "_bpm": "beats/min",
    "_w": "W",
    "_w_m2": "W/m²",
    "_rpm": "rev/min",
    "_per_min": "times a minute",
    "_spm": "steps/min",
    "_c": "°C",
    "_deg": "degrees",
    "_kg": "kg",
    "_g": "g",
    "_mg": "mg",
    "_l": "L",
    "_l_h": "L/h",
    "_kcal": "kcal",
    "_hpa": "hPa",
    "_pct": "%, 0 to 100",
    "_fraction": "0 to 1 of a whole",
    "_ratio": "one quantity over another",
    "_count": "number of things",
}


def unit_of(name: str) -> str:
    """Return the unit that a name's ending stands for, or nothing."""
    endings = [ending for ending in UNITS if name.endswith(ending)]
    return UNITS[max(endings, key=len)] if endings else ""


def channel_meanings() -> dict[str, str]:
    """Return channel -> what the docstring of Samples says of it."""
    attributes = inspect.getdoc(Samples).split("Attributes\n----------\n")[1]
    meanings = {}
    for names, text in re.findall(r"^(\w[\w, ]*) : .*\n((?:    .*\n?)+)", attributes, re.MULTILINE):
        said = re.sub(r" \[[^]]*\]$", "", " ".join(text.split())).replace("``", "`")
        for name in names.split(", "):
            meanings[name] = said
    return meanings


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def endings() -> str:
    """Return the table of endings and their units."""
    return table(("ending", "unit"), [(f"`{end}`", unit) for end, unit in UNITS.items()])


def channels() -> str:
    """Return the table of channels."""
    meanings = channel_meanings()
    rows = [(f"`{name}`", unit_of(name), meanings[name]) for name in ("elapsed_s", *CHANNELS)]
    return table(("channel", "unit", "what the code says of it"), rows)


def features() -> str:
    """Return the tables of features, one a group."""
    parts = []
    for group in GROUPS:
        rows = [
            (f"`{spec.name}`", spec.unit, spec.meaning, spec.needs)
            for spec in CATALOGUE.values()
            if spec.group == group
        ]
        head = ("feature", "unit", "meaning", "needs")
        parts.append(f"### {group.capitalize()}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def demo() -> str:
    """Return what ``riskfit demo`` prints on a terminal of 80 columns."""
    with tempfile.TemporaryDirectory() as folder:
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), folder)
        done = subprocess.run(
            [sys.executable, "-m", "riskfit", "demo", "--output", "report.json"],
            cwd=folder,
            env={**os.environ, **homes, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=True,
        )
    shown = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    return f"```text\n$ riskfit demo\n{shown.rstrip()}\n```"


def card() -> str:
    """Return the printed score card."""
    return f"```text\n{card_text(load_model())}```"


def rules() -> str:
    """Return every rule as ``riskfit explain`` prints it."""
    model = load_model()
    return "\n\n".join(
        f"## {rule.id} {rule.name}\n\n```text\n{rule_text(model, rule.id)}```"
        for rule in model.rules
    )


def commands() -> str:
    """Return the help of every command."""
    parts = []

    def describe(command: click.Command, name: str, parent: click.Context | None) -> None:
        # The command's own settings first: click keeps the first help option it is asked for.
        settings = {**command.context_settings, "max_content_width": 90, "terminal_width": 90}
        context = click.Context(command, parent=parent, info_name=name, **settings)
        with context:
            path = context.command_path
            parts.append(f"## {path}\n\n```text\n{command.get_help(context)}\n```")
            if isinstance(command, click.Group):
                for below in command.list_commands(context):
                    describe(command.get_command(context, below), below, context)

    describe(main, "riskfit", None)
    return "\n\n".join(parts)


def cohorts() -> str:
    """Return the published cohorts, what the card makes of them, and what was assumed."""
    parts = []
    references = load_model().references
    for cohort in load_cohorts():
        cited = "; ".join(references[key].cite for key in cohort.references)
        told = [f"## {cohort.id} {cohort.title}", f"Source: {cited}."]
        if cohort.assumed:
            told.append(f"Assumed: {cohort.assumed}.")
        rows = [
            (line.what, line.published, *written(line), verdict_word(passed=line.passed))
            for line in run_cohort(cohort)
        ]
        told.append(table(("what", "published", "range", "ours", "verdict"), rows))
        parts.append("\n\n".join(told))
    return "\n\n".join(parts)


PARTS: Mapping[Path, Mapping[str, Callable[[], str]]] = {
    DOCS / "nomenclature.md": {"endings": endings, "channels": channels, "features": features},
    DOCS / "rules.md": {"card": card, "rules": rules},
    DOCS / "commands.md": {"commands": commands},
    DOCS / "cohorts.md": {"cohorts": cohorts},
    DOCS.parent / "README.md": {"demo": demo},
}


def accuracy() -> Mapping[Path, Mapping[str, Callable[[], str]]]:
    """Return the parts of docs/accuracy.md, which are made of real recordings."""
    sys.path.insert(0, str(DOCS.parent / "tests"))
    from tools.accuracy import page_parts  # noqa: PLC0415

    return {DOCS / "accuracy.md": page_parts()}


def asking() -> Mapping[Path, Mapping[str, Callable[[], str]]]:
    """Return the part of docs/asking.md, which is made of real recordings."""
    sys.path.insert(0, str(DOCS.parent / "tests"))
    from tools.asking import page_parts  # noqa: PLC0415

    return {DOCS / "asking.md": page_parts()}


def render(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """Return the text with each of its marked parts written anew."""
    for name, write in parts.items():
        pattern = rf"(<!-- {name}: .*?-->\n).*?(<!-- end of {name} -->)"
        written = f"\n{write()}\n\n"
        text, found = re.subn(
            pattern, lambda mark, new=written: mark[1] + new + mark[2], text, flags=re.DOTALL
        )
        if found != 1:
            raise SystemExit(f"the markers of {name!r} stand {found} times in the text, not once")
    return text


if __name__ == "__main__":
    asked = {"--accuracy": accuracy, "--asking": asking}
    written_now = next((make() for word, make in asked.items() if word in sys.argv), PARTS)
    for page, its_parts in written_now.items():
        page.write_text(render(page.read_text("utf-8"), its_parts), encoding="utf-8")
