"""Read a model file and check it; ``models/cramp.toml`` holds the published card."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from riskfit.errors import RuleError
from riskfit.languages import in_words_spoken, spoken
from riskfit.references import load_references
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


def load_model(path: str | Path | None = None) -> Model:
    """Read and check a model file; without a path the bundled published card.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file of the form of ``models/cramp.toml``.

    Returns
    -------
    Model
        The same object each time for the bundled one; its words are of the language spoken.
    """
    if path is None:
        return _bundled(spoken())
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


@cache
def _bundled(language: str) -> Model:  # noqa: ARG001  a card for each
    name = "cramp.toml"
    return parse_model(bundled_text(name), source=name)
