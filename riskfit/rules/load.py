"""Read a model file and check it; ``models/cramp.toml`` holds the published card."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from riskfit.errors import InputError, RuleError
from riskfit.languages import in_words_spoken, spoken
from riskfit.references import load_references
from riskfit.resources import models
from riskfit.rules.checks import check_model
from riskfit.rules.model import (
    CAUSES,
    Band,
    Context,
    Group,
    Model,
    Outside,
    OwnRecordRule,
    Provenance,
    RedFlag,
    Rule,
    ScoreSettings,
    SessionWord,
    ZeroWeight,
)
from riskfit.strict_toml import Strict, bundled_text, convert_table, parse_toml


class ModelFile(Strict, frozen=True):
    """A whole model file."""

    id: str
    version: str
    title: str
    provenance: Provenance
    score: ScoreSettings
    outside: Outside
    group: tuple[Group, ...]
    band: tuple[Band, ...]
    session_word: tuple[SessionWord, ...]
    rule: tuple[Rule, ...]
    context: tuple[Context, ...]
    red_flag: tuple[RedFlag, ...]
    zero_weight: tuple[ZeroWeight, ...] = ()
    cause_factor: dict[str, float] = msgspec.field(default_factory=dict)
    own_record: OwnRecordRule | None = None


#: Arrays of tables in a model file: each entry is converted alone, so messages can name it.
_ARRAYS: dict[str, Any] = {
    "group": Group,
    "band": Band,
    "session_word": SessionWord,
    "rule": Rule,
    "context": Context,
    "red_flag": RedFlag,
    "zero_weight": ZeroWeight,
}


#: The newest published card; those before it stand in ``editions/``.
NEWEST: Final = "cramp.toml"
_EDITION: Final = re.compile(r"\d+(\.\d+)+")
_FILE: Final = re.compile(r"cramp-(\d+(?:\.\d+)+)\.toml")


def load_model(path: str | Path | None = None) -> Model:
    """Read and check a model file; without a path the newest published card.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file of the form of ``models/cramp.toml``, or the version of a published card
        such as "1.0" (a file of such a name is "./1.0").

    Returns
    -------
    Model
        The same object each time for a published one; its words are of the language spoken.
    """
    if path is None:
        return _bundled(NEWEST, spoken())
    if isinstance(path, str) and is_version(path):
        return _bundled(_edition_file(path), spoken())
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{file}: cannot be read as a model file: {error}") from None
    return parse_model(text, source=str(file))


def parse_model(text: str, source: str) -> Model:
    """Make a model of a TOML text; ``source`` names it in messages."""
    raw = in_words_spoken(parse_toml(text, source))
    file = convert_table(raw, ModelFile, source, tables=_ARRAYS)
    model = Model(
        id=file.id,
        version=file.version,
        title=file.title,
        source=source,
        provenance=file.provenance,
        settings=file.score,
        outside=file.outside,
        groups=file.group,
        bands=file.band,
        session_words=file.session_word,
        rules=file.rule,
        contexts={context.id: context for context in file.context},
        red_flags=file.red_flag,
        zero_weights=file.zero_weight,
        references=load_references(),
        cause_factors={cause: file.cause_factor.get(cause, 1.0) for cause in CAUSES},
        own_record=file.own_record,
    )
    check_model(model, file.context, file.cause_factor)
    return model


def is_version(name: str) -> bool:
    """Tell whether a name is of a published card's version rather than of a file."""
    return _EDITION.fullmatch(name) is not None


def editions() -> tuple[str, ...]:
    """Return the versions of the published cards, oldest first."""
    names = [one.name for one in models().joinpath("editions").iterdir()]
    versions = [found[1] for name in names if (found := _FILE.fullmatch(name))]
    return (*sorted(versions, key=_numbers), load_model().version)


def is_published(model: Model) -> bool:
    """Tell whether a model is a published card as it stands, not a copy of one."""
    return model.version in editions() and model is load_model(model.version)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _edition_file(version: str) -> str:
    """Return the file of a published card's version."""
    if version == load_model().version:
        return NEWEST
    if version not in editions():
        raise InputError(
            f"no card {version} was published: there are {', '.join(editions())} "
            f"(a file of this name is ./{version})"
        )
    return f"editions/cramp-{version}.toml"


@cache
def _bundled(name: str, language: str) -> Model:  # noqa: ARG001  a card for each language
    return parse_model(bundled_text(name), source=name)
