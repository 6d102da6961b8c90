"""Medicines and diseases: how people write them, and what each acts on besides the score.

``models/medicines.toml`` and ``models/conditions.toml`` hold them; whoever needs to know what a
person takes or has asks here.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from math import isfinite
from typing import Final, Literal

import msgspec

from riskfit import free_text
from riskfit.athlete import Athlete, Medication
from riskfit.errors import RuleError
from riskfit.free_text import own_words
from riskfit.references import check_references
from riskfit.strict_toml import (
    Strict,
    bundled_text,
    convert_table,
    known_names,
    parse_toml,
    unique_names,
)

#: What a medicine or a disease can act on: who is outside the score; salt is left to a doctor;
#: drink by thirst alone; no volume at all; a slower heart rate; no stretching; body heat.
Effect = Literal["outside", "salt", "thirst", "fluid", "heart_rate", "stretch", "heat"]

_ANSWERS: Final = frozenset(Athlete.__dataclass_fields__)


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
    implies : tuple of str
        Answers of the profile that it makes true, though they say less.
    """

    id: str
    name: str
    references: tuple[str, ...]
    names: tuple[str, ...] = ()
    acts_on: tuple[Effect, ...] = ()
    profile_key: str | None = None
    implies: tuple[str, ...] = ()


class Medicine(Entry, frozen=True, kw_only=True):
    """A class of medicines, with its brands and the response of rule P6."""

    response: float
    brands: tuple[str, ...] = ()


class Disease(Entry, frozen=True, kw_only=True):
    """A disease; those of one organ ``system`` count once in rule P5."""

    system: str | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody's words were taken for: nothing where they are not known, or deny it.

    Attributes
    ----------
    said, about : str
        The words, and whether they are of a ``"medicine"`` or a ``"condition"``.
    entries : tuple of Entry
    denied : bool
        The words say none, or are of somebody else.
    """

    said: str
    about: Literal["medicine", "condition"]
    entries: tuple[Entry, ...]
    denied: bool

    @property
    def unknown(self) -> bool:
        """Say whether nobody knows what the words mean."""
        return not self.entries and not self.denied


class Medicines(Strict, frozen=True, kw_only=True):
    """The file of medicines: new ones count more, unknown ones as ``unknown_response``."""

    unknown_response: float
    new_days: int
    new_factor: float
    from_: str = msgspec.field(name="from")
    references: tuple[str, ...]
    classes: tuple[Medicine, ...] = msgspec.field(name="class")


class Diseases(Strict, frozen=True, kw_only=True):
    """The file of diseases."""

    condition: tuple[Disease, ...]


@cache
def load_medicines() -> Medicines:
    """Read the bundled medicines once."""
    return parse_medicines(bundled_text("medicines.toml"), "medicines.toml")


@cache
def load_diseases() -> tuple[Disease, ...]:
    """Read the bundled diseases once."""
    return parse_diseases(bundled_text("conditions.toml"), "conditions.toml")


def parse_medicines(text: str, source: str) -> Medicines:
    """Make the medicines of a TOML text; ``source`` names it in messages."""
    file = convert_table(parse_toml(text, source), Medicines, source, tables={"class": Medicine})
    check_references(file.references, source)
    if not (isfinite(file.new_factor) and file.new_factor >= 1):
        raise RuleError(f"{source}, key new_factor: must be 1 or more")
    for entry in file.classes:
        _check_response(entry.response, f"{source}: class {entry.id}", "response")
    _check_response(file.unknown_response, source, "unknown_response")
    if file.unknown_response > min(each.response for each in file.classes if each.response):
        raise RuleError(f"{source}, key unknown_response: is more than that of a known class")
    _check_entries(file.classes, "class", source)
    return file


def parse_diseases(text: str, source: str) -> tuple[Disease, ...]:
    """Make the diseases of a TOML text; ``source`` names it in messages."""
    file = convert_table(parse_toml(text, source), Diseases, source, tables={"condition": Disease})
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
        known_names(entry.implies, _ANSWERS, place, "implies")


# ---- what words mean


@lru_cache(maxsize=4096)
def classes_of(text: str) -> tuple[Medicine, ...]:
    """Return the classes of a medicine as somebody wrote it; none where it is not listed."""
    return _medicines().in_text(own_words(text))


@lru_cache(maxsize=4096)
def diseases_in(text: str) -> tuple[Disease, ...]:
    """Return the diseases that somebody's words name; none where they are not listed."""
    return _diseases().in_text(own_words(text))


@cache
def _medicines() -> free_text.Medicines[Medicine]:
    return free_text.Medicines(
        (name, generic, entry)
        for entry in load_medicines().classes
        for names, generic in (((entry.id, *entry.names), True), (entry.brands, False))
        for name in names
    )


@cache
def _diseases() -> free_text.Diseases[Disease]:
    return free_text.Diseases(
        (name, entry) for entry in load_diseases() for name in (entry.id, *entry.names)
    )


# ---- what a person takes and has


def readings(athlete: Athlete) -> tuple[Reading, ...]:
    """Return what was made of each medicine and each disease that a person wrote."""
    medicines = [medicine.name for medicine in athlete.medications or ()]
    return (
        *(_reading(text, "medicine", classes_of(text)) for text in medicines),
        *(
            _reading(text, "condition", diseases_in(text))
            for text in athlete.chronic_conditions or ()
        ),
    )


def _reading(
    text: str, about: Literal["medicine", "condition"], entries: tuple[Entry, ...]
) -> Reading:
    return Reading(said=text, about=about, entries=entries, denied=not own_words(text))


def health_of(athlete: Athlete) -> tuple[Entry, ...]:
    """Return all that a person takes and has, by words or by answers, each once."""
    told = [
        entry
        for entry in (*load_medicines().classes, *load_diseases())
        if entry.profile_key is not None and getattr(athlete, entry.profile_key)
    ]
    said = [entry for reading in readings(athlete) for entry in reading.entries]
    return tuple({entry.id: entry for entry in (*told, *said)}.values())


def has(athlete: Athlete, answer: str) -> bool | None:
    """Return an answer of the profile: true by words, too; None where nobody told."""
    said = any(
        answer == entry.profile_key or answer in entry.implies for entry in health_of(athlete)
    )
    told: bool | None = getattr(athlete, answer)
    return True if said else told


def is_new(medicine: Medication, today: date) -> bool:
    """Say whether a medicine was begun a short time ago."""
    return (
        medicine.started is not None and (today - medicine.started).days < load_medicines().new_days
    )


def acting_on(effect: Effect, athlete: Athlete) -> tuple[str, ...]:
    """Return what a person takes or has that acts on this, each name once."""
    return tuple(dict.fromkeys(entry.name for entry in acting_with(effect, athlete)))


def acting_with(effect: Effect, athlete: Athlete) -> list[Entry]:
    """Return the classes and diseases of a person that act on this."""
    return [entry for entry in health_of(athlete) if effect in entry.acts_on]


def organ_systems(athlete: Athlete) -> int | None:
    """Count organ systems with a chronic disease, all unknown ones as one; None if not told.

    Diabetes, nerve and back disease have rules of their own and are not among them.
    """
    systems = {
        entry.system for entry in health_of(athlete) if isinstance(entry, Disease) and entry.system
    }
    if any(reading.about == "condition" and reading.unknown for reading in readings(athlete)):
        systems.add("other")
    return None if athlete.chronic_conditions is None and not systems else len(systems)
