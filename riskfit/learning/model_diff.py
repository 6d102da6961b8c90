"""Two models side by side: what differs, key by key, rule by rule and in points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from riskfit.learning.model_file import card_points
from riskfit.rules.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs between two models: where, and its old and new value."""

    place: str
    key: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDiff:
    """What differs between two models.

    Attributes
    ----------
    names : mapping of str to str
        Rules of either model and what they are called, the newer name first.
    points : mapping of str to (float or None, float or None)
        Card points of every rule and cause whose points differ, old and new.
    changes : tuple of Change
        Every key that differs.
    """

    old: tuple[str, str]
    new: tuple[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    def of_rules(self) -> dict[str, list[Change]]:
        """Return what differs of each rule, in the order of the cards; points stand first."""
        found: dict[str, list[Change]] = {name: [] for name in self.names}
        for name, (old, new) in self.points.items():
            if name in found:
                found[name].append(Change(place=f"rules {name}", key="points", old=old, new=new))
        for change in self.changes:
            if change.place.startswith("rules "):
                found[change.place.split()[1]].append(change)
            elif change.place == "rules":  # a rule that only one of them has
                whole = "absent" if change.new is None else "new"
                found[change.key].append(Change(place="rules", key="rule", old=None, new=whole))
        return {name: changes for name, changes in found.items() if changes}

    def others(self) -> list[Change]:
        """Return what differs beside the rules."""
        return [change for change in self.changes if change.place.split()[:1] != ["rules"]]


def diff_models(old: Model, new: Model) -> ModelDiff:
    """Compare two models, key by key and in points."""
    before, after = card_points(old), card_points(new)
    named = dict.fromkeys([*before, *after])
    return ModelDiff(
        old=(old.id, old.version),
        new=(new.id, new.version),
        names={rule.id: rule.name for rule in (*old.rules, *new.rules)},
        points={
            name: (before.get(name), after.get(name))
            for name in named
            if before.get(name) != after.get(name)
        },
        changes=tuple(_changes(_plain(old), _plain(new), "", "")),
    )


def _plain(model: Model) -> dict[str, Any]:
    """Return a model as plain values; entries of tables by their id."""
    plain: dict[str, Any] = msgspec.to_builtins(
        {name: getattr(model, name) for name in Model.__struct_fields__ if name != "references"}
    )
    plain.pop("source")
    for derived in ("old_points", "new_points"):
        plain["provenance"].pop(derived, None)
    for name, value in plain.items():
        if isinstance(value, list | tuple):
            plain[name] = {entry["id"]: entry for entry in value}
    return plain


def _changes(old: Any, new: Any, place: str, key: str) -> list[Change]:
    """Walk two trees of tables side by side."""
    if isinstance(old, dict) and isinstance(new, dict):
        below = f"{place} {key}".strip()
        names = dict.fromkeys([*old, *new])
        return [
            change
            for name in names
            for change in _changes(old.get(name), new.get(name), below, name)
        ]
    return [] if old == new else [Change(place=place, key=key, old=old, new=new)]
