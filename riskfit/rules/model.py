"""The model: rules, groups, contexts and bands, read from a TOML file and checked strictly.

``models/cramp.toml`` holds the published card. Anything a file says that is not understood is
refused with the name of the file, the rule and the key, because a silently ignored key in a
risk model is a wrong score.
"""

from collections.abc import Mapping
from functools import cache, cached_property
from math import exp, log
from pathlib import Path

import msgspec

from riskfit.errors import InputError, RuleError
from riskfit.rules.model_tables import (
    ARRAYS,
    CAUSES,
    Band,
    Context,
    Group,
    ModelFile,
    Outside,
    Provenance,
    RedFlag,
    Reference,
    Rule,
    ScoreSettings,
    SessionWord,
    ZeroWeight,
)


class Model(msgspec.Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """A checked model; compares and hashes by identity, so it can be a key of caches.

    Attributes
    ----------
    rules : tuple of Rule
        In the order of the card, which is the order of columns everywhere.
    cause_factors : mapping
        What ``calibrate`` multiplies a cause's points with; 1 for each published cause.
    """

    id: str
    version: str
    title: str
    source: str
    provenance: Provenance
    settings: ScoreSettings
    outside: Outside
    groups: tuple[Group, ...]
    bands: tuple[Band, ...]
    session_words: tuple[SessionWord, ...]
    rules: tuple[Rule, ...]
    contexts: Mapping[str, Context]
    red_flags: tuple[RedFlag, ...]
    zero_weights: tuple[ZeroWeight, ...]
    references: Mapping[str, Reference]
    cause_factors: Mapping[str, float]

    @cached_property
    def rule_ids(self) -> tuple[str, ...]:
        """Ids of the rules, in order."""
        return tuple(rule.id for rule in self.rules)

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Features of the rules, in order."""
        return tuple(rule.feature for rule in self.rules)

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """Rules by their id."""
        return {rule.id: rule for rule in self.rules}

    def rule(self, rule_id: str) -> Rule:
        """Return a rule by its id; case does not matter."""
        found = self.by_id.get(rule_id) or self.by_id.get(rule_id.upper())
        if found is None:
            raise InputError(
                f"{self.source}: there is no rule {rule_id!r}; the rules are "
                f"{', '.join(self.rule_ids)}"
            )
        return found

    def context(self, name: str | None = None) -> Context:
        """Return a context by its name, the default one for None."""
        wanted = self.settings.default_context if name is None else name
        if wanted not in self.contexts:
            raise InputError(
                f"{self.source}: there is no context {wanted!r}; use one of "
                f"{', '.join(self.contexts)}"
            )
        return self.contexts[wanted]

    def red_flag(self, name: str) -> RedFlag:
        """Return a red flag by its id or name."""
        for flag in self.red_flags:
            if name in (flag.id, flag.name):
                return flag
        names = ", ".join(f"{flag.id} ({flag.name})" for flag in self.red_flags)
        raise InputError(f"{self.source}: there is no red flag {name!r}; use one of {names}")

    def band(self, score: float) -> str:
        """Return a score's band; an edge belongs to the band above."""
        return [band.id for band in self.bands if score >= band.from_ or not band.from_][-1]

    def compared(self, odds: float) -> str:
        """Return the word for odds against the context's typical session."""
        return [band.id for band in self.bands if odds >= band.odds or not band.odds][-1]

    def session_word(self, points: float) -> str:
        """Return the word for the points of the session's part."""
        return [word.id for word in self.session_words if points >= word.from_ or not word.from_][
            -1
        ]

    def weight(self, rule: Rule) -> float:
        """Return a rule's weight within its group, before its cause's factor [log odds]."""
        return self.settings.shrink[rule.grade] * log(rule.odds_ratio) * rule.factor

    def max_points(self, rule: Rule) -> float:
        """Return what the card gives a rule at full response, alone and unsaturated [points]."""
        factor = self.cause_factors[rule.cause]
        return self.settings.points_per_logit * self.weight(rule) * factor

    def typical(self, rule: Rule, context: Context) -> tuple[float, float]:
        """Return the typical response in a context and its standard deviation."""
        return context.typical.get(rule.id, (rule.typical, rule.spread))

    @cached_property
    def cause_points(self) -> Mapping[str, float]:
        """Points of each cause with everything at full response: what it is "of" [points]."""
        settings = self.settings
        calm = 1.0
        for rule in self.rules:
            calm *= 1 - settings.exertion_reach * rule.exertion
        full = settings.exertion_floor + settings.exertion_share * (1 - calm)
        points = dict.fromkeys(CAUSES, 0.0)
        for group in self.groups:
            total = sum(self.weight(rule) for rule in self.rules if rule.group == group.id)
            total *= full if group.with_exertion else 1
            share = group.cap * (1 - exp(-total / group.cap)) * self.cause_factors[group.cause]
            points[group.cause] += settings.points_per_logit * share
        return points


def load_model(path: str | Path | None = None) -> Model:
    """Read and check a model file; without a path the bundled published card.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file of the form of ``models/cramp.toml``.

    Returns
    -------
    Model
        The same object each time for the bundled one.
    """
    if path is None:
        return _bundled()
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{file}: cannot be read as a model file: {error}") from None
    return parse_model(text, source=str(file))


def parse_model(text: str, source: str) -> Model:
    """Make a model of a TOML text; ``source`` names it in messages."""
    from riskfit.rules.checks import check_model, convert_table, parse_toml

    raw = parse_toml(text, source)
    file = convert_table(raw, ModelFile, source, tables=ARRAYS)
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
    )
    check_model(model, file.context, file.cause_factor)
    return model


@cache
def load_references() -> Mapping[str, Reference]:
    """Read the bundled list of sources."""
    from riskfit.resources import models
    from riskfit.rules.checks import convert_table, parse_toml

    name = "references.toml"
    raw = parse_toml(models().joinpath(name).read_text(encoding="utf-8"), name)
    return {
        key: convert_table(table, Reference, f"{name}: reference {key}")
        for key, table in raw.items()
    }


@cache
def _bundled() -> Model:
    from riskfit.resources import models

    name = "cramp.toml"
    return parse_model(models().joinpath(name).read_text(encoding="utf-8"), source=name)
