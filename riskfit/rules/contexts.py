"""Kinds of session: what people call them, and what a session of each looks like."""

from collections.abc import Iterable, Mapping
from functools import cache
from math import inf

from riskfit.errors import InputError, did_you_mean
from riskfit.free_text import plain
from riskfit.strict_toml import Strict, bundled_text, convert_table, parse_toml, unique_names

Span = tuple[float, float]
_ANY: Span = (0.0, inf)


class Kind(Strict, frozen=True, kw_only=True):
    """A context as people and sessions show it; see the head of ``models/contexts.toml``."""

    id: str
    names: tuple[str, ...]
    sports: tuple[str, ...] = ()
    race: bool = False
    asked: bool = False
    taken_km: Span | None = None
    taken_min: Span | None = None
    sure_km: tuple[Span, ...] = ()
    fits_km: Span = _ANY
    fits_min: Span = _ANY


class _File(Strict, frozen=True, kw_only=True):
    context: tuple[Kind, ...]


@cache
def load_kinds() -> Mapping[str, Kind]:
    """Read the bundled file once: context -> its kind."""
    source = "contexts.toml"
    file = convert_table(parse_toml(bundled_text(source), source), _File, source)
    unique_names([kind.id for kind in file.context], "context", source)
    unique_names(
        [_key(name) for kind in file.context for name in kind.names], "name of a context", source
    )
    return {kind.id: kind for kind in file.context}


def context_named(name: str, names: Mapping[str, str], source: str) -> str:
    """Return the context that somebody means: by id, by its name, or by what people call it.

    Parameters
    ----------
    name : str
    names : mapping of str to str
        The contexts there are, with their names on the card.
    source : str
        Where they stand, for the message.

    Raises
    ------
    InputError
        Where there is none.
    """
    if name in names:
        return name
    words = {word: context for context in names for word in _words(context, names[context])}
    for word, context in words.items():
        if _key(word) == _key(name):
            return context
    hint = did_you_mean(name.casefold(), words)
    raise InputError(
        f"{source}: there is no context {name!r}{hint or ';'} use one of {', '.join(names)}"
    )


def _words(context: str, name: str) -> Iterable[str]:
    kind = load_kinds().get(context)
    return (context, name, *(() if kind is None else kind.names))


def _key(name: str) -> str:
    """Return a name without case, accents, hyphens, blanks and an article before it."""
    return "".join(plain(name.replace("_", " ")).removeprefix("a ").split())
