"""Change answers in the profile's file and leave the rest of it as it stands, comments included."""

import json
import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import tomli
from msgspec import Struct

from riskfit.asking.questions import PROFILE_KEYS
from riskfit.athlete import Athlete, Medication
from riskfit.errors import InputError
from riskfit.folders import profile_path
from riskfit.medical import Reading, readings
from riskfit.profiles import TEMPLATE, athlete_from

_HEADER: Final = re.compile(r"\s*\[{1,2}\s*([\w-]+)")
_KEY: Final = re.compile(r"\s*\"?([\w-]+)\"?\s*=")


class Saved(Struct, frozen=True, kw_only=True):
    """The person before and after, and keys of the file that riskfit does not know."""

    before: Athlete
    after: Athlete
    strangers: tuple[str, ...]

    @property
    def understood(self) -> tuple[Reading, ...]:
        """Return what was made of the medicines and diseases that are new."""
        known = readings(self.before)
        return tuple(one for one in readings(self.after) if one not in known)


def save_answers(
    changes: Mapping[str, Any],
    path: Path | None = None,
    *,
    unless_told: Mapping[str, Any] | None = None,
) -> Saved:
    """Write answers into the profile's file; None forgets one.

    ``unless_told`` are answers that follow from these: they give way to what was told.

    Raises
    ------
    InputError
        If the file cannot be read or changed, or the result is impossible; it is then as it was.
    """
    where = path or profile_path()
    text = read_text(where)
    told = _parsed(text, where)
    strangers = tuple(key for key in told if key not in PROFILE_KEYS)
    follow = {key: one for key, one in (unless_told or {}).items() if key not in told}
    changes = {**follow, **changes}
    new = edited(text, changes, str(where))
    before, after = (_athlete(one, where) for one in (text, new))
    _write(where, new)
    return Saved(before=before, after=after, strangers=strangers)


def read_text(where: Path) -> str:
    """Return the profile's text, that of an empty one where there is none."""
    if not where.exists():
        return TEMPLATE
    try:
        return where.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the profile {where} cannot be read: {error}") from error


def _parsed(text: str, where: Path | str) -> dict[str, Any]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise InputError(f"the profile {where} is not TOML: {error}") from error


def _athlete(text: str, where: Path) -> Athlete:
    """Return the person, keys that are not known left out: they stay in the file."""
    table = _parsed(text, where)
    return athlete_from({k: v for k, v in table.items() if k in PROFILE_KEYS}, str(where))


def _write(where: Path, text: str) -> None:
    """Write the file whole or not at all; what is told is for its owner alone."""
    where.parent.mkdir(parents=True, exist_ok=True)
    # a profile may be a link into a folder of settings: what it leads to is what changes
    target = where.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    partial = target.with_name(f".{target.name}.partial")
    try:
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as file:
            file.write(text.encode())
        partial.chmod(mode)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def edited(text: str, changes: Mapping[str, Any], where: str = "the profile") -> str:
    r"""Return a profile's text with some answers changed; None takes one out.

    A line that answers already is rewritten, its comment kept; else the line of the template
    that shows the key; else a new one is put behind the others.

    Examples
    --------
    >>> text = "# me\nmass_kg = 70  # scales\n"
    >>> print(edited(text, {"mass_kg": 61.0, "age_years": 41}), end="")
    # me
    mass_kg = 61  # scales
    age_years = 41
    """
    lines = text.splitlines()
    for key, value in changes.items():
        lines = _with(lines, key, None if value is None else f"{key} = {toml_value(value)}")
    new = "\n".join(lines) + "\n"
    wanted = {**_parsed(text, where), **changes}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    if _parsed(new, where) != wanted:
        raise InputError(f"{where} cannot be changed in place: use `riskfit profile edit`")
    return new


def _with(lines: list[str], key: str, said: str | None) -> list[str]:
    """Return the lines with one statement in the place of what says that key."""
    found = [(begin, end) for begin, end, name in _statements(lines) if name == key]
    kept = list(lines)
    for begin, end in reversed(found):
        first = begin == found[0][0]
        kept[begin:end] = [_in_place(said, lines[begin])] if said and first else []
    if said is None or found:
        return kept
    top = next((n for n, line in enumerate(kept) if _HEADER.match(line)), len(kept))
    for number, line in enumerate(kept[:top]):
        bare = re.sub(r"^\s*#\s?", "", line)
        if line.startswith("#") and re.match(rf"{key}\s*=", bare):
            kept[number] = _in_place(said, bare)
            return kept
    return [*kept[:top], said, *kept[top:]]


def _statements(lines: list[str]) -> list[tuple[int, int, str]]:
    """Return begin, end and key of each statement; a table of a key is a statement of it."""
    found, number, table = [], 0, ""
    while number < len(lines):
        begin, line = number, lines[number]
        number += 1
        if header := _HEADER.match(line):
            table = header[1]
            found.append((begin, number, table))
            continue
        said = _KEY.match(line)
        if said is None:
            continue
        while not _is_toml("\n".join(lines[begin:number])) and number < len(lines):
            number += 1
        found.append((begin, number, table or said[1]))
    return found


def _is_toml(text: str) -> bool:
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError:
        return False
    return True


def _in_place(said: str, line: str) -> str:
    """Return a statement with the comment of the line whose place it takes."""
    for mark in re.finditer("#", line):
        if _is_toml(line[: mark.start()]):
            return f"{said:<{mark.start() - 2}}  {line[mark.start() :]}"
    return said


def toml_value(value: Any) -> str:
    """Return a value of the profile as TOML.

    Examples
    --------
    >>> toml_value([{"name": "Lasix", "started": date(2026, 5, 1)}])
    '[{ name = "Lasix", started = 2026-05-01 }]'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.10g}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Medication):
        value = {"name": value.name} | ({"started": value.started} if value.started else {})
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
