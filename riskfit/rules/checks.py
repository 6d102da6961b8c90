"""What a model file must obey, checked with messages that name file, rule and key."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import isfinite

from riskfit.errors import RuleError
from riskfit.features.catalogue import CATALOGUE
from riskfit.rules.model import CAUSES, Context, Factor, Knots, Measure, Model, Rule
from riskfit.strict_toml import placeholders, unique_names

#: What a rule's sentence may hold: the value, a fraction in per cent, minutes as hours.
PLACEHOLDERS = frozenset({"value", "percent", "hours"})
#: What the sentence of a person's own record may hold.
_RECORD_PLACEHOLDERS = ("cramps", "sessions", "expected")


class _Checker:
    """Collects nothing: the first wrong thing is raised, with its place."""

    def __init__(self, source: str) -> None:
        self.source = source

    def that(self, good: bool, place: str, key: str, wrong: str) -> None:
        if not good:
            raise RuleError(f"{self.source}: {place}, key {key}: {wrong}")

    def one_of(self, value: str, allowed: Iterable[str], place: str, key: str) -> None:
        names = tuple(allowed)
        self.that(
            value in names, place, key, f"{value!r} is unknown; use one of {', '.join(names)}"
        )

    def fraction(self, value: float, place: str, key: str) -> None:
        self.that(0 <= value <= 1, place, key, f"{value:g} is not between 0 and 1")

    def positive(self, value: float, place: str, key: str) -> None:
        self.that(isfinite(value) and value > 0, place, key, f"{value:g} must be above 0")

    def feature(self, name: str, place: str, key: str) -> None:
        self.that(name in CATALOGUE, place, key, f"{name!r} is not in the feature catalogue")

    def references(self, keys: Iterable[str], model: Model, place: str) -> None:
        for key in keys:
            self.that(
                key in model.references, place, "references", f"{key!r} is not in references.toml"
            )


def check_model(
    model: Model, contexts: Sequence[Context], cause_factors: Mapping[str, float]
) -> None:
    """Refuse a model that breaks a rule of models/README.md."""
    check = _Checker(model.source)
    for what, names in (
        ("rule", model.rule_ids),
        ("context", [context.id for context in contexts]),
        ("group", [group.id for group in model.groups]),
        ("red flag", [flag.id for flag in model.red_flags]),
        ("zero weight", [item.id for item in model.zero_weights]),
    ):
        unique_names(names, what, model.source)
    check.that(bool(model.rules), "the file", "rule", "there is no rule")
    _check_settings(check, model)
    _check_groups(check, model, cause_factors)
    for rule in model.rules:
        _check_rule(check, model, rule)
    for context in contexts:
        _check_context(check, model, context)
    _check_own_record(check, model)
    for item in model.zero_weights:
        check.references(item.references, model, f"zero weight {item.id}")


def _check_settings(check: _Checker, model: Model) -> None:
    settings = model.settings
    for key in ("points_per_doubling", "interval_z", "range_width"):
        check.positive(getattr(settings, key), "table score", key)
    for key in ("exertion_floor", "exertion_share", "exertion_reach"):
        check.fraction(getattr(settings, key), "table score", key)
    for grade in "ABCD":
        check.that(grade in settings.shrink, "table score", "shrink", f"grade {grade} is missing")
    for grade, shrink in settings.shrink.items():
        check.fraction(shrink, "table score", f"shrink.{grade}")
    check.one_of(settings.default_context, model.contexts, "table score", "default_context")
    for name in model.outside.conditions:
        check.feature(name, "table outside", "conditions")
    _check_ladder(check, "band", [(band.id, band.from_) for band in model.bands])
    _check_ladder(check, "session word", [(word.id, word.from_) for word in model.session_words])
    for low_band, band in pairwise(model.bands):
        check.that(low_band.odds < band.odds, f"band {band.id}", "odds", "must rise with the bands")


def _check_ladder(check: _Checker, what: str, steps: Sequence[tuple[str, float]]) -> None:
    """Refuse steps that do not start at 0 and rise."""
    check.that(bool(steps) and steps[0][1] == 0, what, "from", "the first one must start at 0")
    for (_, low), (name, high) in pairwise(steps):
        check.that(low < high, f"{what} {name}", "from", "must rise from one to the next")


def _check_groups(check: _Checker, model: Model, cause_factors: Mapping[str, float]) -> None:
    used = {rule.group for rule in model.rules}
    for group in model.groups:
        place = f"group {group.id}"
        check.one_of(group.cause, CAUSES, place, "cause")
        check.positive(group.cap, place, "cap")
        check.that(group.id in used, place, "id", "no rule belongs to it")
    for cause, factor in cause_factors.items():
        check.one_of(cause, CAUSES, "table cause_factor", cause)
        check.that(
            isfinite(factor) and factor >= 0, "table cause_factor", cause, "must be 0 or more"
        )


def _check_rule(check: _Checker, model: Model, rule: Rule) -> None:
    place = f"rule {rule.id}"
    groups = {group.id: group for group in model.groups}
    check.one_of(rule.group, groups, place, "group")
    cause = groups[rule.group].cause
    check.that(
        rule.cause == cause, place, "cause", f"group {rule.group} is of {cause}, not {rule.cause}"
    )
    _check_measure(check, rule.measures("")[0], place)
    if rule.or_feature is not None:
        _check_measure(check, rule.or_feature, f"{place}, table or_feature")
        for name in rule.or_feature.contexts:
            check.one_of(name, model.contexts, f"{place}, table or_feature", "contexts")
    for factor in rule.times:
        _check_factor(check, model, rule, factor)
    if rule.shown is not None:
        check.feature(rule.shown, place, "shown")
        alike = CATALOGUE[rule.shown].unit == rule.unit
        check.that(alike, place, "shown", f"{rule.shown} is not in {rule.unit!r}")
    check.that(
        isfinite(rule.odds_ratio) and rule.odds_ratio >= 1, place, "odds_ratio", "must be 1 or more"
    )
    check.fraction(rule.typical, place, "typical")
    check.fraction(rule.spread, place, "spread")
    check.that(isfinite(rule.factor) and rule.factor >= 0, place, "factor", "must be 0 or more")
    for name in rule.not_for:
        check.one_of(name, model.contexts, place, "not_for")
    check.that(bool(rule.references), place, "references", "name at least one")
    check.references(rule.references, model, place)
    for key in ("name", "seed", "question", "settled_by", "odds_from"):
        check.that(bool(getattr(rule, key).strip()), place, key, "is empty")


def _check_measure(check: _Checker, measure: Measure, place: str) -> None:
    """Refuse a feature that is not in the catalogue, and a sentence that tells what it cannot."""
    check.feature(measure.feature, place, "feature")
    unit = CATALOGUE[measure.feature].unit
    wrong = f"{measure.feature} is in {unit!r}, not {measure.unit!r}"
    check.that(measure.unit == unit, place, "unit", wrong)
    _check_knots(check, measure.knots, place)
    check.that(bool(measure.sentence.strip()), place, "sentence", "is empty")
    for name in placeholders(measure.sentence, f"{check.source}: {place}", "sentence"):
        check.one_of(name, sorted(PLACEHOLDERS), place, "sentence")


def _check_factor(check: _Checker, model: Model, rule: Rule, factor: Factor) -> None:
    """Refuse a factor beyond 0 to 1, and one of a rule that is absent or depends on a third."""
    place = f"rule {rule.id}, table times"
    which = (factor.rule is None) != (factor.feature is None)
    check.that(which, place, "rule", "give either a rule or a feature")
    if factor.rule is None:
        check.feature(str(factor.feature), place, "feature")
        _check_knots(check, factor.knots, place)
        return
    check.one_of(factor.rule, model.by_id, place, "rule")
    check.that(not factor.knots, place, "knots", "are of a feature, not of a rule")
    for key in ("floor", "share"):
        check.fraction(getattr(factor, key), place, key)
    check.fraction(factor.floor + factor.share, place, "floor + share")
    other = model.by_id[factor.rule]
    chained = any(one.rule is not None for one in other.times)
    check.that(not chained, place, "rule", f"{other.id} itself depends on a rule")
    there = set(other.not_for) <= set(rule.not_for)
    check.that(there, place, "rule", f"{other.id} is absent where {rule.id} is not")


def _check_knots(check: _Checker, knots: Knots, place: str) -> None:
    """Knots must rise in value and be monotone in response."""
    values = [value for value, _ in knots]
    responses = [response for _, response in knots]
    check.that(len(values) >= 2, place, "knots", "give at least two")
    check.that(all(map(isfinite, values)), place, "knots", "values must be finite")
    check.that(all(a < b for a, b in pairwise(values)), place, "knots", "values are out of order")
    for response in responses:
        check.that(0 <= response <= 1, place, "knots", f"response {response:g} is not in 0 to 1")
    steps = [b - a for a, b in pairwise(responses)]
    check.that(
        all(step >= 0 for step in steps) or all(step <= 0 for step in steps),
        place,
        "knots",
        "responses must only rise or only fall",
    )


def _check_context(check: _Checker, model: Model, context: Context) -> None:
    place = f"context {context.id}"
    for key in ("p0", "p0_low", "p0_high"):
        value = getattr(context, key)
        check.that(0 < value < 1, place, key, f"{value:g} is not a chance between 0 and 1")
    check.that(
        context.p0_low <= context.p0 <= context.p0_high, place, "p0", "is outside its own range"
    )
    check.references(context.references, model, place)
    for rule_id, (typical, spread) in context.typical.items():
        check.that(rule_id in model.by_id, place, f"typical.{rule_id}", "there is no such rule")
        check.fraction(typical, place, f"typical.{rule_id}")
        check.fraction(spread, place, f"typical.{rule_id}")


def _check_own_record(check: _Checker, model: Model) -> None:
    table, place = model.own_record, "table own_record"
    if table is None:
        return
    check.that(table.id not in model.by_id, place, "id", f"a rule is called {table.id} already")
    check.one_of(table.cause, CAUSES, place, "cause")
    for key in ("prior", "least_count", "least_factor"):
        check.positive(getattr(table, key), place, key)
    check.that(table.least_factor <= 1, place, "least_factor", "must be 1 or less")
    check.that(
        isfinite(table.most_factor) and table.most_factor >= 1,
        place,
        "most_factor",
        "must be 1 or more",
    )
    for rule_id in table.holds:
        check.one_of(rule_id, model.rule_ids, place, "holds")
    check.references(table.references, model, place)
    for name in placeholders(table.sentence, f"{check.source}: {place}", "sentence"):
        check.one_of(name, _RECORD_PLACEHOLDERS, place, "sentence")
