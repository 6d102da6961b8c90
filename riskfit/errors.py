"""The errors that leave this package, and no others do.

RiskfitError
├── DamagedFileError       the bytes are broken and nothing timed could be kept
├── NotAnActivityError     readable, but not a recorded session
├── UnsupportedFileError   valid, but beyond us
├── InputError             an option, a profile or a plan says something impossible
├── RuleError              a model file breaks its own rules
├── StoreError             the store cannot be opened, read or written
└── ResourceError          the installation lacks a data folder or an optional package
"""

from collections.abc import Iterable
from typing import ClassVar


class RiskfitError(Exception):
    """Base of every error this package raises; ``kind`` is its word in JSON."""

    kind: ClassVar[str] = "error"


class DamagedFileError(RiskfitError):
    """The bytes are damaged so badly that no timed sample could be kept."""

    kind = "damaged"


class NotAnActivityError(RiskfitError):
    """The file is readable but holds no recorded session."""

    kind = "not_an_activity"


class UnsupportedFileError(RiskfitError):
    """The file is valid, but of a format or variant that riskfit does not read."""

    kind = "unsupported"


class InputError(RiskfitError):
    """An option, a profile, a plan or a table says something impossible."""

    kind = "input"


class RuleError(RiskfitError):
    """A model file breaks its own rules; the message names file, rule and key."""

    kind = "rule"


class StoreError(RiskfitError):
    """The store cannot be opened, read or written."""

    kind = "store"


class ResourceError(RiskfitError):
    """The installation lacks a data folder or an optional package."""

    kind = "resource"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the known one most like it, if any.

    >>> did_you_mean("mas_kg", ["mass_kg", "height_m"])
    ": did you mean 'mass_kg'?"
    >>> did_you_mean("shoe", ["mass_kg", "height_m"])
    ''
    """
    near = nearest(name, known)
    return f": did you mean {near!r}?" if near else ""


def nearest(name: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Return the known name most like this one, None where none is alike enough, of 1."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1, alike)
    return near[0] if near else None
