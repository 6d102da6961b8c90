"""Whose files are whose: a folder an athlete, or a roster."""

import csv
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from riskfit.athlete import Athlete
from riskfit.batch.gather import Input
from riskfit.errors import InputError, did_you_mean
from riskfit.profiles import athlete_from, load_profile

#: Columns of a roster that say where the files are, and those that say who it is.
WHERE: Final = ("path", "folder", "file")
PROFILE_KEYS: Final = tuple(f.name for f in fields(Athlete))
_LISTS = ("chronic_conditions", "red_flags")


def by_folder(paths: tuple[str, ...], profile: Athlete) -> list[Input]:
    """Take each folder directly under the paths for an athlete; loose files are the owner's.

    A ``profile.toml`` inside is that athlete's profile; it goes before the one given.
    """
    inputs = []
    for path in paths:
        if not Path(path).is_dir():
            raise InputError(f"{path} is no folder: --athlete-per-folder needs folders in one")
        for item in sorted(Path(path).iterdir()):
            if item.is_dir() and not item.name.startswith("."):
                own = replace(profile, name=item.name)
                if (item / "profile.toml").is_file():
                    own = load_profile(item / "profile.toml").over(own)
                inputs.append(Input(path=os.fspath(item), athlete=item.name, profile=own))
    if not inputs:
        raise InputError(f"there are no folders in {', '.join(paths)}")
    return inputs


def by_roster(paths: tuple[str, ...], roster: Path, profile: Athlete) -> list[Input]:
    """Read a roster: ``name``, ``path`` (under PATH or beside the roster), profile columns."""
    inputs = []
    for number, (where, athlete) in enumerate(read_roster(roster), 2):
        folder = where or athlete.name or ""
        for root in (*paths, os.fspath(roster.parent)):
            if (Path(root) / folder).exists():
                found = os.fspath(Path(root) / folder)
                break
        else:
            raise InputError(f"{roster}, line {number}: there is no {folder!r} in the paths given")
        inputs.append(
            Input(path=found, athlete=athlete.name or folder, profile=athlete.over(profile))
        )
    return inputs


def read_roster(roster: Path) -> Iterator[tuple[str | None, Athlete]]:
    """Yield (path or None, athlete) a row of a roster.

    Raises
    ------
    InputError
        It cannot be read, or a column or value is not one of the profile's.
    """
    for line, row in roster_rows(roster, (*PROFILE_KEYS, *WHERE)):
        where = next((row[name] for name in WHERE if name in row), None)
        yield where, athlete_of_row(row, f"{roster}, line {line}")


def roster_rows(
    roster: Path, known: Collection[str], key: Callable[[str], str] = str.strip
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a roster with their lines: what their cells say, empty ones left out.

    Parameters
    ----------
    roster : Path
    known : collection of str
        Columns there may be.
    key : callable
        What a column's name stands for among those.

    Raises
    ------
    InputError
        It cannot be read, or a column is not known.
    """
    try:
        text = roster.read_text(encoding="utf-8-sig")
        # spreadsheets of many countries write semicolons
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        table = csv.DictReader(text.splitlines(), delimiter=delimiter, strict=True)
        rows = [
            (line, {key(name): cell.strip() for name, cell in row.items() if name and cell})
            for line, row in enumerate(table, 2)
        ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the roster {roster} cannot be read: {error}") from error
    for column in table.fieldnames or ():
        if key(column) not in known:
            hint = did_you_mean(key(column), known)
            raise InputError(f"the roster {roster}: unknown column {column!r}{hint}")
    return rows


def athlete_of_row(row: Mapping[str, str], where: str) -> Athlete:
    """Return the athlete that a row's columns of the profile describe."""
    table = {key: _cell_value(key, text) for key, text in row.items() if key in PROFILE_KEYS}
    return athlete_from(table, where)


def _cell_value(key: str, text: str) -> Any:
    """Return a cell as the profile's type."""
    if key in _LISTS:
        return [part.strip() for part in text.split("|") if part.strip()]
    if key == "medications":
        return [{"name": part.strip()} for part in text.split("|") if part.strip()]
    if text.lower() in ("true", "yes", "1") and _is_flag(key):
        return True
    if text.lower() in ("false", "no", "0") and _is_flag(key):
        return False
    try:
        return float(text)
    except ValueError:
        return text


def _is_flag(key: str) -> bool:
    kind = {f.name: f.type for f in fields(Athlete)}[key]
    return "bool" in str(kind)
