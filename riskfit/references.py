"""The sources that rules, advice, medicines and cohorts name: ``models/references.toml``."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from riskfit.errors import RuleError
from riskfit.strict_toml import Strict, bundled_text, convert_table, known_names, parse_toml


class Reference(Strict, frozen=True):
    """One source: how to cite it, what it found, and how much of it was read."""

    cite: str
    finding: str
    read: Literal["whole", "abstract", "cited", "memory"]
    doi: str | None = None


@cache
def load_references() -> Mapping[str, Reference]:
    """Read the bundled list of sources."""
    name = "references.toml"
    return {
        key: convert_table(table, Reference, f"{name}: reference {key}")
        for key, table in parse_toml(bundled_text(name), name).items()
    }


def check_references(keys: Iterable[str], place: str) -> None:
    """Refuse an entry that names no source, or one that is not in the list."""
    names = tuple(keys)
    if not names:
        raise RuleError(f"{place}, key references: name at least one")
    known_names(names, load_references(), place, "references")
