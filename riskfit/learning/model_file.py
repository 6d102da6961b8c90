"""Learned cards as model files: written from the file they were learned on."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from riskfit.errors import RuleError
from riskfit.learning.card_fit import Fit, apply_factors
from riskfit.rules.load import is_published, parse_model
from riskfit.rules.model import CAUSES, Model, Provenance
from riskfit.strict_toml import bundled_text


def learned_model(model: Model, fit: Fit) -> Model:
    """Return the card with the factors of a fit."""
    causes, rules = apply_factors(model, fit)
    return msgspec.structs.replace(
        model,
        cause_factors=causes,
        rules=tuple(msgspec.structs.replace(rule, factor=rules[rule.id]) for rule in model.rules),
    )


def card_points(model: Model) -> dict[str, float]:
    """Return what each rule has on the card, and each cause in all [points]."""
    points = {rule.id: round(model.max_points(rule), 2) for rule in model.rules}
    return points | {cause: round(points, 2) for cause, points in model.cause_points.items()}


def model_text(model: Model) -> str:
    """Return the text of the file that a model was read from."""
    if is_published(model):
        return bundled_text(model.source)
    return Path(model.source).read_text(encoding="utf-8")


def write_model(
    base: Model, learned: Model, *, model_id: str, version: str, provenance: Provenance
) -> str:
    """Return the text of a learned model: the base's own file, with factors and provenance.

    Parameters
    ----------
    base : Model
        As it was read from a file; comments and order are kept.
    learned : Model
        The base with other factors.
    model_id, version : str
    provenance : Provenance
        Replaces the base's.

    Returns
    -------
    str
        TOML, read back and compared before it is handed out.
    """
    tables = _tables(model_text(base))
    head = _without(tables[0][1], ("id", "version"))
    parts = [f"id = {_toml(model_id)}\nversion = {_toml(version)}\n", head]
    told = {key: value for key, value in msgspec.to_builtins(provenance).items() if value}
    parts.append("\n[provenance]\n" + "".join(f"{key} = {_toml(told[key])}\n" for key in told))
    parts.append("\n[cause_factor]    # what outcomes taught: each cause's points times this\n")
    parts += [f"{cause} = {_toml(learned.cause_factors[cause])}\n" for cause in CAUSES]
    parts.append("\n")
    for name, text in tables[1:]:
        if name == "rule":
            parts.append(_with_factor(text, learned))
        elif name not in {"provenance", "cause_factor"}:
            parts.append(text)
    written = "".join(parts)
    _check_written(written, learned)
    return written


def _tables(text: str) -> list[tuple[str, str]]:
    """Cut a file before each header of a table: its name and its lines."""
    pieces = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    headers = [re.match(r"\[+\s*([^\]\s]+)\s*\]", piece) for piece in pieces]
    named = [header[1] if header else "" for header in headers]
    return list(zip(named, pieces, strict=True))


def _without(text: str, keys: tuple[str, ...]) -> str:
    """Leave out the lines of some keys."""
    wanted = [line for line in text.splitlines(keepends=True) if _key(line) not in keys]
    return "".join(wanted)


def _with_factor(text: str, learned: Model) -> str:
    """Write a rule's factor below its id."""
    lines = []
    for line in _without(text, ("factor",)).splitlines(keepends=True):
        lines.append(line)
        if _key(line) == "id":
            rule = learned.rule(str(msgspec.toml.decode(line)["id"]))
            if rule.factor != 1:
                lines.append(f"factor = {_toml(rule.factor)}\n")
    return "".join(lines)


def _key(line: str) -> str:
    return line.partition("=")[0].strip()


def _toml(value: Any) -> str:
    """Write a string, a number or a mapping of numbers."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(entry)}" for key, entry in value.items()) + " }"
    return repr(value)


def _check_written(text: str, learned: Model) -> None:
    """Read a written model back; a file of an unusual form may not survive being cut by lines."""
    back = parse_model(text, source="the learned model")
    for name in Model.__struct_fields__:
        if name in {"id", "version", "source", "provenance"}:
            continue
        if getattr(back, name) != getattr(learned, name):
            raise RuleError(
                f"{learned.source}: a learned model cannot be written from this file, its {name} "
                "would change: write each table's header and each key on a line of its own"
            )
