"""The texts of advice and when each is given, read from models/advice.toml and checked."""

from functools import cache
from typing import Literal

import msgspec

from riskfit.advice.drinking import Kind
from riskfit.errors import RuleError
from riskfit.features.catalogue import CATALOGUE
from riskfit.languages import in_words_spoken, spoken
from riskfit.medical import load_diseases, load_medicines
from riskfit.references import check_references
from riskfit.rules.load import load_model
from riskfit.rules.model import CAUSES, Grade
from riskfit.strict_toml import (
    Strict,
    bundled_text,
    convert_table,
    known_names,
    parse_toml,
    placeholders,
    unique_names,
)

Comparison = Literal["at_least", "above", "below"]
Condition = tuple[str, Comparison, float]
State = Literal["race", "hard_hour", "new_to_heat"]
#: Training that is planned; a race weeks ahead, or near; a race that was held, or training.
Occasion = Literal["training_ahead", "race_ahead", "race_near", "raced", "trained"]

#: What a text may hold in braces; a text whose number is unknown is not given.
PLACEHOLDERS = frozenset(
    {
        "red_flag",
        "means",
        "when_to_go",
        "questions",
        "unscored_because",
        "wbgt_c",
        "loss_pct",
        "floor_l_h",
        "ceiling_l_h",
        "sweat_rate_l_h",
        "sodium_mg_h",
        "loss_pct_at_end",
        "before_low_ml",
        "before_high_ml",
        "after_low_l",
        "after_high_l",
        "muscles",
        "stretches",
        "cramps_logged",
        "sessions_logged",
        "longest_by",
        "heat_from_day",
        "strength_until",
    }
)


class When(Strict, frozen=True):
    """Conditions of a text: all that are stated must hold.

    Attributes
    ----------
    rules, contexts
        One of these rules responds by at least ``from_response``, or it is one of these contexts.
    contexts_not
        It is none of these.
    features, any_features, features_not
        All, one, none of these comparisons hold; an unknown feature makes none hold.
    session_from, session_below : float or None
        Points of the session's part. [points]
    drinking, thirst_enough, thirst_alone, drinking_kinds
        It is known what to drink; nothing drunk would do as well; no schedule; one of these kinds.
    gain, loss_above_allowed
        Drinking exceeds the sweat; the loss is more than a session of this length may leave.
    salt_limited, fluid_limited, weighed
        Salt, or every amount, is for a doctor to say; the scales showed the loss.
    medicines, conditions, sports
        One of these classes or diseases is told; it is one of these sports.
    states
        One of these holds: a race, a hard hour, not used to heat.
    occasions
        It is one of these.
    heat_from
        The upper end of heat stress, from which a text holds. [°C]
    heat, called_off
        One of the texts with ``heat_from`` holds; it is too hot for this session.
    emergency
        The red flag is for the emergency number.
    """

    always: bool = False
    scored: bool | None = None
    outside: bool | None = None
    unasked: bool | None = None
    red_flags: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    contexts_not: tuple[str, ...] = ()
    from_response: float = 0.3
    features: tuple[Condition, ...] = ()
    any_features: tuple[Condition, ...] = ()
    features_not: tuple[Condition, ...] = ()
    medicines: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    sports: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    heat_from: float | None = None
    heat: bool | None = None
    called_off: bool | None = None
    emergency: bool | None = None
    new_medicine: bool | None = None
    stretch_limited: bool | None = None
    session_from: float | None = None
    session_below: float | None = None
    drinking: bool | None = None
    thirst_enough: bool | None = None
    thirst_alone: bool | None = None
    drinking_kinds: tuple[Kind, ...] = ()
    gain: bool | None = None
    loss_above_allowed: bool | None = None
    weighed: bool | None = None
    salt_limited: bool | None = None
    fluid_limited: bool | None = None
    indoor: bool | None = None
    own_record: bool | None = None


class AdviceKind(Strict, frozen=True, kw_only=True):
    """A kind of advice: when it may stand, and which rules explain what holds for everybody."""

    id: str
    with_red_flag: bool = False
    with_urgent_flag: bool = False
    with_extreme_heat: bool = False
    outside: bool = False
    explained_by: tuple[str, ...] = ()
    or_else: tuple[str, ...] = ()


class AdviceText(Strict, frozen=True):
    """One piece of advice; ``otherwise`` stands in where a number of ``text`` is unknown.

    ``explained_by`` beats that of its kind. Of those of one group, ``one_of``, the first that
    holds is given. What ``stops`` stands before everything else.
    """

    id: str
    kind: str
    text: str
    grade: Grade
    references: tuple[str, ...]
    otherwise: str | None = None
    when: When = When()
    one_of: str | None = None
    stops: bool = False
    each_red_flag: bool = False
    with_urgent_flag: bool = False
    outside_too: bool = False
    explained_by: tuple[str, ...] = ()
    amounts: dict[str, tuple[float, float]] = msgspec.field(default_factory=dict)


class Stretch(Strict, frozen=True):
    """A muscle and how to stretch it."""

    id: str
    name: str
    how: str


class SportMuscles(Strict, frozen=True):
    """The muscles that cramp most in some sports and contexts, in order."""

    id: str
    muscles: tuple[str, ...]
    references: tuple[str, ...]
    sports: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()


class AdviceFile(Strict, frozen=True):
    """A whole file of advice."""

    kind: tuple[AdviceKind, ...]
    advice: tuple[AdviceText, ...]
    stretch: tuple[Stretch, ...]
    sport: tuple[SportMuscles, ...]

    @property
    def kinds(self) -> dict[str, AdviceKind]:
        """Kinds by their id, in order."""
        return {kind.id: kind for kind in self.kind}

    def muscles_of(self, sport: str | None, context: str) -> SportMuscles:
        """Return the muscles of a context, else of a sport, else of any."""
        for entry in self.sport:
            if context in entry.contexts:
                return entry
        for entry in self.sport:
            if sport is not None and sport in entry.sports:
                return entry
        return self.sport[-1]


_ARRAYS = {"kind": AdviceKind, "advice": AdviceText, "stretch": Stretch, "sport": SportMuscles}


def load_advice() -> AdviceFile:
    """Read the bundled advice, once for each language."""
    return _bundled(spoken())


@cache
def _bundled(language: str) -> AdviceFile:  # noqa: ARG001  an advice for each
    name = "advice.toml"
    return parse_advice(bundled_text(name), name)


def parse_advice(text: str, source: str) -> AdviceFile:
    """Make the advice of a TOML text; ``source`` names it in messages."""
    raw = in_words_spoken(parse_toml(text, source))
    file = convert_table(raw, AdviceFile, source, tables=_ARRAYS)
    _check_names(file, source)
    for entry in file.advice:
        _check_text(entry, file, f"{source}: advice {entry.id}")
    for sport in file.sport:
        place = f"{source}: sport {sport.id}"
        known_names(sport.muscles, [stretch.id for stretch in file.stretch], place, "muscles")
        check_references(sport.references, place)
        known_names(sport.contexts, load_model().contexts, place, "contexts")
    return file


def _check_names(file: AdviceFile, source: str) -> None:
    for what in _ARRAYS:
        unique_names([entry.id for entry in getattr(file, what)], what, source)
    for kind in file.kind:
        place = f"{source}: kind {kind.id}"
        known_names(kind.explained_by, CAUSES, place, "explained_by")
        known_names(kind.or_else, load_model().rule_ids, place, "or_else")
    if not file.sport or file.sport[-1].sports or file.sport[-1].contexts:
        raise RuleError(f"{source}, key sport: the last one must hold for any sport and context")


def _check_text(entry: AdviceText, file: AdviceFile, place: str) -> None:
    """Refuse what names a rule, feature, reference, kind or number that does not exist."""
    model = load_model()
    known_names([entry.kind], file.kinds, place, "kind")
    check_references(entry.references, place)
    known_names(entry.explained_by, CAUSES, place, "explained_by")
    when = entry.when
    known_names(when.rules, model.rule_ids, place, "when.rules")
    for key in ("contexts", "contexts_not"):
        known_names(getattr(when, key), model.contexts, place, f"when.{key}")
    known_names(when.red_flags, [flag.id for flag in model.red_flags], place, "when.red_flags")
    classes = [entry.id for entry in load_medicines().classes]
    known_names(when.medicines, classes, place, "when.medicines")
    diseases = [entry.id for entry in load_diseases()]
    known_names(when.conditions, diseases, place, "when.conditions")
    for key in ("features", "any_features", "features_not"):
        known_names([name for name, _, _ in getattr(when, key)], CATALOGUE, place, f"when.{key}")
    for text in (entry.text, entry.otherwise or ""):
        known_names(placeholders(text, place, "text"), PLACEHOLDERS, place, "text")
    if not entry.each_red_flag and when == When():
        raise RuleError(f"{place}, key when: say when it is given, or always = true")
