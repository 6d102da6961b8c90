"""Medicines and diseases: how people write them, and what each acts on besides the score.

``models/medicines.toml`` and ``models/conditions.toml`` hold them; whoever needs to know what a
person takes or has asks here.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from math import isfinite
from typing import Final, Literal, TypeVar

import msgspec

from riskfit.athlete import Athlete
from riskfit.errors import RuleError
from riskfit.references import check_references
from riskfit.strict_toml import (
    Strict,
    bundled_text,
    convert_table,
    known_names,
    parse_toml,
    unique_names,
)

#: What a medicine or a disease can act on: salt is left to a clinician; drink by thirst alone.
Effect = Literal["salt", "thirst"]

#: Abbreviations up to this length are whole words; longer names may go on ("diuretic" + "s").
_SHORT: Final = 4
_END: Final = r"\b"
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")
_ANSWERS: Final = frozenset(Athlete.__dataclass_fields__)
_E = TypeVar("_E", bound="Entry")


class Entry(Strict, frozen=True, kw_only=True):
    """A class of medicines or a disease.

    Attributes
    ----------
    id, name : str
        As rules and texts name it; as it stands in a sentence.
    names : tuple of str
        How people write it, the id apart: generic names, brands, synonyms, abbreviations.
    acts_on : tuple of str
    profile_key : str or None
        The answer of the profile that says the same.
    """

    id: str
    name: str
    references: tuple[str, ...]
    names: tuple[str, ...] = ()
    acts_on: tuple[Effect, ...] = ()
    profile_key: str | None = None


class Medicine(Entry, frozen=True, kw_only=True):
    """A class of medicines, with the response of rule P6."""

    response: float


class Medicines(Strict, frozen=True, kw_only=True):
    """The file of medicines: new ones count more, unlisted ones as ``other_response``."""

    other_response: float
    new_days: int
    new_factor: float
    from_: str = msgspec.field(name="from")
    references: tuple[str, ...]
    classes: tuple[Medicine, ...] = msgspec.field(name="class")


class Diseases(Strict, frozen=True, kw_only=True):
    """The file of diseases."""

    condition: tuple[Entry, ...]


@cache
def load_medicines() -> Medicines:
    """Read the bundled medicines once."""
    return parse_medicines(bundled_text("medicines.toml"), "medicines.toml")


@cache
def load_diseases() -> tuple[Entry, ...]:
    """Read the bundled diseases once."""
    return parse_diseases(bundled_text("conditions.toml"), "conditions.toml")


def parse_medicines(text: str, source: str) -> Medicines:
    """Make the medicines of a TOML text; ``source`` names it in messages."""
    file = convert_table(parse_toml(text, source), Medicines, source, tables={"class": Medicine})
    check_references(file.references, source)
    if not (isfinite(file.new_factor) and file.new_factor >= 1):
        raise RuleError(f"{source}, key new_factor: must be 1 or more")
    _check_response(file.other_response, source, "other_response")
    for entry in file.classes:
        _check_response(entry.response, f"{source}: class {entry.id}", "response")
    _check_entries(file.classes, "class", source)
    return file


def parse_diseases(text: str, source: str) -> tuple[Entry, ...]:
    """Make the diseases of a TOML text; ``source`` names it in messages."""
    file = convert_table(parse_toml(text, source), Diseases, source, tables={"condition": Entry})
    _check_entries(file.condition, "condition", source)
    return file.condition


def _check_response(response: float, place: str, key: str) -> None:
    if not 0 <= response <= 1:
        raise RuleError(f"{place}, key {key}: {response:g} is not between 0 and 1")


def _check_entries(entries: Sequence[Entry], what: str, source: str) -> None:
    unique_names([entry.id for entry in entries], what, source)
    for entry in entries:
        place = f"{source}: {what} {entry.id}"
        check_references(entry.references, place)
        if entry.profile_key is not None:
            known_names([entry.profile_key], _ANSWERS, place, "profile_key")


@lru_cache(maxsize=4096)
def classes_of(name: str) -> tuple[Medicine, ...]:
    """Return the classes of a medicine as somebody wrote it; none where it is not listed."""
    return mentioned(name, load_medicines().classes)


@lru_cache(maxsize=4096)
def diseases_in(text: str) -> tuple[Entry, ...]:
    """Return the diseases that somebody's words name; none where they are not listed."""
    return mentioned(text, load_diseases())


def acting_on(effect: Effect, athlete: Athlete) -> tuple[str, ...]:
    """Return what a person takes or has that acts on this, each name once."""
    entries = [
        entry
        for entry in (*load_medicines().classes, *load_diseases())
        if entry.profile_key is not None and getattr(athlete, entry.profile_key)
    ]
    for medicine in athlete.medications or ():
        entries += classes_of(medicine.name)
    for text in athlete.chronic_conditions or ():
        entries += diseases_in(text)
    return tuple(dict.fromkeys(entry.name for entry in entries if effect in entry.acts_on))


def mentioned(text: str, entries: Sequence[_E]) -> tuple[_E, ...]:
    """Find entries by their names; the longest name takes the words it stands in for itself."""
    owners: dict[str, list[_E]] = {}
    for entry in entries:
        for name in (entry.id, *entry.names):
            owners.setdefault(_plain(name), []).append(entry)
    said, found = _plain(text), []
    for name in sorted(owners, key=len, reverse=True):
        left = re.sub(rf"\b{name}{_END if len(name) <= _SHORT else ''}", "|", said)
        if left != said:
            said = left
            found += owners[name]
    return tuple(found)


def _plain(text: str) -> str:
    """Return words in lower case, without accents, and with blanks for all that is no letter."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", _ACCENTS.sub("", letters)).split())
