"""Files of ``models/`` read strictly: what a file says and is not understood is refused.

A silently ignored key in a risk model is a wrong score, so a message names file, entry and key.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from string import Formatter
from typing import Any, TypeVar

import msgspec
import tomli

from riskfit.errors import RuleError, did_you_mean
from riskfit.resources import models

T = TypeVar("T")


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table of such a file: no unknown keys, no conversions of type."""


def bundled_text(name: str) -> str:
    """Return a file of ``models/`` as text."""
    return models().joinpath(name).read_text(encoding="utf-8")


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """Parse TOML; a slip of syntax is a RuleError with its line."""
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise RuleError(f"{source}: not valid TOML: {error}") from None


def convert_table(
    raw: object, kind: type[T], source: str, tables: Mapping[str, Any] | None = None
) -> T:
    """Turn a parsed table into a struct; a wrong key or type is named with its place."""
    if tables and isinstance(raw, dict):
        raw = {
            key: [convert_table(entry, tables[key], _place(source, key, entry)) for entry in value]
            if key in tables and isinstance(value, list)
            else value
            for key, value in raw.items()
        }
    try:
        return msgspec.convert(raw, kind, strict=True)
    except msgspec.ValidationError as error:
        raise RuleError(f"{source}{_key_of(str(error))}") from None


def _place(source: str, table: str, entry: object) -> str:
    """Name an entry of an array of tables by its id."""
    name = entry.get("id", "without id") if isinstance(entry, dict) else "without id"
    return f"{source}: {table.replace('_', ' ')} {name}"


def _key_of(message: str) -> str:
    """Put a msgspec message in the order place, key, what is wrong."""
    if found := re.match(r"Object (contains unknown|missing required) field `([^`]+)`", message):
        wrong = "is unknown" if found[1].startswith("contains") else "is missing"
        inside = re.search(r"at `\$\.?([^`]*)`", message)
        where = f"{inside[1]}." if inside and inside[1] else ""
        return f", key {where}{found[2]}: {wrong}"
    if found := re.match(r"(.*) - at `(?:key in )?\$\.?([^`]*)`$", message):
        return f", key {found[2]}: {found[1][0].lower()}{found[1][1:]}"
    return f": {message}"


def known_names(names: Iterable[str], allowed: Collection[str], place: str, key: str) -> None:
    """Refuse a name that is not among those allowed."""
    for name in names:
        if name not in allowed:
            raise RuleError(f"{place}, key {key}: {name!r} is unknown{did_you_mean(name, allowed)}")


def unique_names(names: Iterable[str], what: str, source: str) -> None:
    """Refuse a name that is there twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RuleError(f"{source}: {what} {name}, key id: is there twice")
        seen.add(name)


def placeholders(text: str, place: str, key: str) -> set[str]:
    """Return the names in braces of a text; braces that do not close are refused."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise RuleError(f"{place}, key {key}: {error}") from None
