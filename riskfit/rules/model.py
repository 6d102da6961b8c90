"""The nouns of a model: rules, groups, bands, contexts, red flags, and the card they make."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from math import exp, log
from typing import Literal

import msgspec

from riskfit.errors import InputError
from riskfit.references import Reference
from riskfit.rules.contexts import context_named
from riskfit.strict_toml import Strict

Grade = Literal["A", "B", "C", "D"]
Part = Literal["you", "session"]

#: Value of a feature -> response, in rising values.
Knots = tuple[tuple[float, float], ...]
#: The four causes of the score, in the order in which they are shown.
CAUSES = ("predisposition", "overuse", "fatigue", "dehydration")
PARTS: tuple[Part, ...] = ("you", "session")


class Provenance(Strict, frozen=True):
    """Who made the model and from what; what ``calibrate`` adds is optional."""

    made_by: str
    note: str = ""
    date: str | None = None
    base: str | None = None
    outcomes: int | None = None
    cramps: int | None = None
    athletes: int | None = None
    old_points: dict[str, float] = msgspec.field(default_factory=dict)
    new_points: dict[str, float] = msgspec.field(default_factory=dict)


class ScoreSettings(Strict, frozen=True):
    """The constants of the arithmetic."""

    points_per_doubling: float
    interval_z: float
    range_width: float
    exertion_floor: float
    exertion_share: float
    exertion_reach: float
    shrink: dict[Grade, float]
    default_context: str

    @property
    def points_per_logit(self) -> float:
        """Points of one unit of log odds."""
        return self.points_per_doubling / log(2)


class Outside(Strict, frozen=True):
    """People the score is not for."""

    under_age_years: float
    conditions: dict[str, str]
    text: str


class Group(Strict, frozen=True):
    """Rules that overlap and saturate together at a cap [log odds]."""

    id: str
    cause: str
    cap: float
    with_exertion: bool = False
    errors_add: bool = False
    in_base_rate: bool = False


class Band(Strict, frozen=True):
    """A band of the score, from this number of points (and these odds against the context)."""

    id: str
    from_: float = msgspec.field(name="from")
    odds: float


class SessionWord(Strict, frozen=True):
    """A word for the session's part, from this number of points."""

    id: str
    from_: float = msgspec.field(name="from")


class Factor(Strict, frozen=True):
    """What a rule's response is multiplied by: another rule's response, or a feature's knots.

    With ``rule`` it is ``floor`` + ``share`` x r; with ``feature`` its ``knots``, and 1 where the
    feature is unknown.
    """

    rule: str | None = None
    floor: float = 0.0
    share: float = 1.0
    feature: str | None = None
    knots: Knots = ()


class Measure(Strict, frozen=True):
    """A feature with the response to it; as ``or_feature`` it is read in its contexts alone."""

    feature: str
    unit: str
    knots: Knots
    sentence: str
    contexts: tuple[str, ...] = ()
    beyond: str | None = None

    def said(self, shown: float) -> str:
        """Return the sentence for a value that is shown."""
        return self.sentence if self.beyond is None or shown > 0 else self.beyond


class Rule(Strict, frozen=True):
    """One piece of evidence: feature value -> response, published odds ratio, grade.

    Attributes
    ----------
    or_feature : Measure, optional
        A second feature of some contexts: the larger response counts.
    times : tuple of Factor
        Factors on the response where it is known; the typical one is of the whole.
    shown : str, optional
        The feature that the sentence tells, where it is not the one that counts.
    beyond : str, optional
        The sentence where what is told is not above zero, and the rule counts all the same.
    """

    id: str
    name: str
    cause: str
    group: str
    part: Part
    feature: str
    unit: str
    knots: Knots
    odds_ratio: float
    odds_from: str
    grade: Grade
    typical: float
    spread: float
    references: tuple[str, ...]
    seed: str
    sentence: str
    question: str
    settled_by: str
    typical_from: Literal["assumed", "published"] = "assumed"
    exertion: bool = False
    recorded_only: bool = False
    not_for: tuple[str, ...] = ()
    or_feature: Measure | None = None
    times: tuple[Factor, ...] = ()
    shown: str | None = None
    beyond: str | None = None
    factor: float = 1.0

    def measures(self, context: str) -> tuple[Measure, ...]:
        """Return what is read in a context: its own feature, and the second one where it counts."""
        own = Measure(
            feature=self.feature,
            unit=self.unit,
            knots=self.knots,
            sentence=self.sentence,
            beyond=self.beyond,
        )
        other = self.or_feature
        return (own,) if other is None or context not in other.contexts else (own, other)


class Context(Strict, frozen=True):
    """A kind of session: base rate with its range, and how its people differ from the usual."""

    id: str
    name: str
    p0: float
    p0_low: float
    p0_high: float
    p0_from: str
    event: bool = False
    guess: bool = False
    chance_up_to_min: float | None = None
    references: tuple[str, ...] = ()
    typical: dict[str, tuple[float, float]] = msgspec.field(default_factory=dict)


class OwnRecordRule(Strict, frozen=True):
    """How a person's logged sessions count: a Gamma-Poisson factor on the odds.

    With ``k`` cramps where ``e`` were expected it is (k + prior) / (e + prior), from
    ``least_factor`` to ``most_factor``; the rules it ``holds`` stay at their typical, so that
    history counts once. It shows from ``least_events`` sessions of an event, or from
    ``least_count`` cramps, had and expected.
    """

    id: str
    name: str
    cause: str
    part: Part
    prior: float
    least_events: int
    least_count: float
    least_factor: float
    most_factor: float
    holds: tuple[str, ...]
    from_: str = msgspec.field(name="from")
    grade: Grade
    references: tuple[str, ...]
    sentence: str


class RedFlag(Strict, frozen=True):
    """A sign that needs a doctor; never scored.

    Attributes
    ----------
    urgent, emergency : bool
        There is no score beside it; it is for the emergency number.
    """

    id: str
    name: str
    asks: str
    means: str
    urgent: bool = False
    emergency: bool = False

    @property
    def when_to_go(self) -> str:
        """Say how soon a doctor should see it."""
        return "now" if self.urgent else "in the next days"


class ZeroWeight(Strict, frozen=True):
    """Something that was looked at and is worth no points, with the reason."""

    id: str
    what: str
    reason: str
    references: tuple[str, ...] = ()


class Model(msgspec.Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """A checked model; compares and hashes by identity, so it can be a key of caches.

    Attributes
    ----------
    rules : tuple of Rule
        In the order of the card, which is the order of columns everywhere.
    cause_factors : mapping
        What ``calibrate`` multiplies a cause's points with; 1 for each published cause.
    own_record : OwnRecordRule or None
        None: what a person logged does not change their odds.
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
    own_record: OwnRecordRule | None = None

    @cached_property
    def rule_ids(self) -> tuple[str, ...]:
        """Ids of the rules, in order."""
        return tuple(rule.id for rule in self.rules)

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Features of the rules, in order."""
        return tuple(rule.feature for rule in self.rules)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Every feature that the score reads: those of the rules, in order, then the others."""
        seconds = [rule.or_feature.feature for rule in self.rules if rule.or_feature]
        factors = [factor.feature for rule in self.rules for factor in rule.times]
        return tuple(dict.fromkeys((*self.features, *seconds, *filter(None, factors))))

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
        """Return a context by its id or what people call it, the default one for None."""
        wanted = self.settings.default_context if name is None else name
        if wanted in self.contexts:
            return self.contexts[wanted]
        names = {context.id: context.name for context in self.contexts.values()}
        return self.contexts[context_named(wanted, names, self.source)]

    def red_flag(self, name: str) -> RedFlag:
        """Return a red flag by its id or name."""
        for flag in self.red_flags:
            if name in (flag.id, flag.name):
                return flag
        names = ", ".join(f"{flag.id} ({flag.name})" for flag in self.red_flags)
        raise InputError(f"{self.source}: there is no red flag {name!r}; use one of {names}")

    def band(self, score: float) -> str:
        """Return a score's band; an edge belongs to the band above."""
        return _reached(((band.id, band.from_) for band in self.bands), score)

    def compared(self, odds: float) -> str:
        """Return the word for odds against the context's typical session."""
        return _reached(((band.id, band.odds) for band in self.bands), odds)

    def session_word(self, points: float) -> str:
        """Return the word for the points of the session's part."""
        return _reached(((word.id, word.from_) for word in self.session_words), points)

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


def _reached(steps: Iterable[tuple[str, float]], number: float) -> str:
    """Return the last step that a number reaches; the one from 0 on is reached by all."""
    return [name for name, least in steps if number >= least or not least][-1]
