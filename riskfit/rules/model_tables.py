"""The tables of a model file, typed: what each key is, and nothing else is accepted."""

from math import log
from typing import Any, Literal

import msgspec

Grade = Literal["A", "B", "C", "D"]
Part = Literal["you", "session"]

#: The four causes of the score, in the order in which they are shown.
CAUSES = ("predisposition", "overuse", "fatigue", "dehydration")
PARTS: tuple[Part, ...] = ("you", "session")


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table of a model file: no unknown keys, no conversions of type."""


class Provenance(Strict, frozen=True):
    """Who made the model and from what; what ``calibrate`` adds is optional."""

    made_by: str
    note: str = ""
    date: str | None = None
    base: str | None = None
    outcomes: int | None = None
    cramps: int | None = None
    athletes: int | None = None
    old_points: dict[str, float] = {}
    new_points: dict[str, float] = {}


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


class Rule(Strict, frozen=True):
    """One piece of evidence: feature value -> response, published odds ratio, grade."""

    id: str
    name: str
    cause: str
    group: str
    part: Part
    feature: str
    unit: str
    knots: tuple[tuple[float, float], ...]
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
    factor: float = 1.0


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
    typical: dict[str, tuple[float, float]] = {}


class RedFlag(Strict, frozen=True):
    """A sign that needs a clinician; never scored."""

    id: str
    name: str
    asks: str
    means: str
    urgent: bool = False


class ZeroWeight(Strict, frozen=True):
    """Something that was looked at and is worth no points, with the reason."""

    id: str
    what: str
    reason: str
    references: tuple[str, ...] = ()


class Reference(Strict, frozen=True):
    """One source: how to cite it, what it found, and how much of it was read."""

    cite: str
    finding: str
    read: Literal["whole", "abstract", "cited", "memory"]
    doi: str | None = None


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
    cause_factor: dict[str, float] = {}


#: Arrays of tables in a model file: each entry is converted alone, so messages can name it.
ARRAYS: dict[str, Any] = {
    "group": Group,
    "band": Band,
    "session_word": SessionWord,
    "rule": Rule,
    "context": Context,
    "red_flag": RedFlag,
    "zero_weight": ZeroWeight,
}
