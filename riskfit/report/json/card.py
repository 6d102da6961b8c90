"""A score card as JSON: every number that its arithmetic takes."""

from typing import Any

from msgspec import to_builtins

from riskfit.rules.model import Context, Model, Rule


def card_entry(model: Model, context: Context) -> dict[str, Any]:
    """Return the whole card; typical responses are those of a context.

    Scores can be worked out from it alone: docs/method.md says how.
    """
    plain = to_builtins({name: getattr(model, name) for name in _AS_THEY_ARE})
    return {
        "model": {"id": model.id, "version": model.version},
        "title": model.title,
        "context": to_builtins(context),
        "score": to_builtins(model.settings)
        | {"points_per_logit": model.settings.points_per_logit},
        "groups": [
            to_builtins(group) | {"factor": model.cause_factors[group.cause]}
            for group in model.groups
        ],
        "rules": [_rule_entry(model, rule, context) for rule in model.rules],
        "cause_points": dict(model.cause_points),
        **plain,
    }


_AS_THEY_ARE = ("own_record", "bands", "session_words", "contexts", "red_flags", "zero_weights")


def _rule_entry(model: Model, rule: Rule, context: Context) -> dict[str, Any]:
    """Return a rule with its weight, its points and what is average in the context."""
    typical, spread = model.typical(rule, context)
    plain: dict[str, Any] = to_builtins(rule)
    return plain | {
        "weight": model.weight(rule),
        "max_points": model.max_points(rule),
        "typical": typical,
        "spread": spread,
        "absent": context.id in rule.not_for,
    }
