"""The words of card and advice in another language: a file each, in ``models/languages``.

It holds sentences by the ids they stand under in ``models/cramp.toml`` and ``models/advice.toml``
and not one number; what it leaves out stays English.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Final

from riskfit.errors import InputError
from riskfit.resources import models
from riskfit.strict_toml import (
    bundled_text,
    convert_table,
    known_names,
    parse_toml,
    placeholders,
)

ENGLISH: Final = "en"
#: Table -> its keys that are words for people.
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "rule": ("name", "sentence", "beyond", "question"),
    "context": ("name",),
    "red_flag": ("asks", "means"),
    "zero_weight": ("what", "reason"),
    "advice": ("text", "otherwise"),
    "stretch": ("name", "how"),
}
_FILES: Final = ("cramp.toml", "advice.toml")
#: Table -> id -> key -> words.
Words = dict[str, dict[str, dict[str, str]]]
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


def spoken() -> str:
    """Return the language that card and advice are read in."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Read card and advice in a language: one of `languages`, or a file of one.

    Raises
    ------
    InputError
        There is no such language.
    RuleError
        Its file says what card and advice have no place for.
    """
    words_of(language)
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def languages() -> list[str]:
    """Return the languages there are, by the names of their files."""
    folder = models().joinpath("languages")
    files = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    return [ENGLISH, *sorted(n.removesuffix(".toml") for n in files if n.endswith(".toml"))]


def in_words_spoken(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the tables of a card or of the advice with the words of the language spoken."""
    if spoken() == ENGLISH:
        return raw
    laid = {
        table: [_laid(words, entry) for entry in raw[table]]
        for table, words in words_of(spoken()).items()
        if isinstance(raw.get(table), list)
    }
    return raw | laid


def _laid(words: dict[str, dict[str, str]], entry: Any) -> Any:
    """Return an entry in the words of its id; what is no entry is for the loader to refuse."""
    return entry | words.get(str(entry.get("id")), {}) if isinstance(entry, dict) else entry


@cache
def words_of(language: str) -> Words:
    """Read and check the words of a language; English has none of its own."""
    if language == ENGLISH:
        return {}
    if language in languages():
        text, source = bundled_text(f"languages/{language}.toml"), f"languages/{language}.toml"
    else:
        source = language
        try:
            text = Path(language).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise InputError(
                f"language {language!r}: give one of {', '.join(languages())}, or a file"
            ) from None
    words = convert_table(parse_toml(text, source), Words, source)
    _check(words, source)
    return words


def _check(words: Words, source: str) -> None:
    """Refuse what stands at no id or key of the originals, or holds another value in braces."""
    known_names(words, _KEYS, source, "table")
    originals: dict[str, Any] = {}
    for name in _FILES:
        originals |= parse_toml(bundled_text(name), name)
    for table, entries in words.items():
        there = {entry["id"]: entry for entry in originals[table]}
        known_names(entries, there, source, table)
        for name, said in entries.items():
            place = f"{source}: {table} {name}"
            known_names(said, _KEYS[table], place, "words")
            for key, text in said.items():
                held = placeholders(there[name].get(key, ""), place, key)
                known_names(placeholders(text, place, key), held, place, key)
