"""The answer: a score with its interval, an additive ledger, and what was not known."""

from collections.abc import Mapping

from msgspec import Struct, field

from riskfit.rules.model import Grade, Part
from riskfit.scoring.own_record import OwnRecord


class Contribution(Struct, frozen=True, kw_only=True):
    """One line of the ledger; ``value`` is None where the average was assumed.

    ``shown`` is the number that the sentence tells, mostly the value itself; ``response`` is r in
    0..1, its factors included.
    """

    rule: str
    name: str
    cause: str
    part: Part
    feature: str
    value: float | None
    shown: float | None
    unit: str
    assumed: bool
    response: float
    points: float
    max_points: float
    grade: Grade
    references: tuple[str, ...]
    sentence: str


class PartPoints(Struct, frozen=True, kw_only=True):
    """Points of "you" or of "this session", with their odds; the session has a word too."""

    points: float
    low: float
    high: float
    odds: float
    word: str | None = None


class CausePoints(Struct, frozen=True, kw_only=True):
    """Points of a cause, of how many with everything at its worst."""

    points: float
    of: float

    @property
    def share(self) -> float:
        """Return how full the cause is, 0 to 1."""
        return self.points / self.of if self.of else 0.0


class NotAssessed(Struct, frozen=True, kw_only=True):
    """An unknown rule: how far it could move the score, and what would settle it."""

    rule: str
    name: str
    feature: str
    needs: str
    points_low: float
    points_high: float
    question: str
    settled_by: str


class RedFlags(Struct, frozen=True, kw_only=True):
    """Red flags that are present; not screened is not the same as none, urgent ones stand alone."""

    screened: bool
    present: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()


class Chance(Struct, frozen=True, kw_only=True):
    """An illustration: about this many of one session like this. [fraction]."""

    value: float
    low: float
    high: float


class Assessment(Struct, frozen=True, kw_only=True):
    """What a session, done or planned, is assessed at.

    Attributes
    ----------
    score, low, high : float or None
        Points, 0 to 100, and the interval that holds it in 8 of 10 cases; None when unscored.
    band, band_low, band_high : str or None
        Words of the score and of the ends of its interval.
    unscored_because : str or None
        Why there is no score.
    outside : bool
        The score is not made for this person.
    context, context_name : str
        As given, and as it stands in a sentence ("a marathon").
    odds_vs_typical : float or None
        Odds against a typical session of the context.
    compared : str or None
        The same as a band's word: "low for a marathon".
    chance : Chance or None
        None where the base rate is a guess or does not hold.
    contributions : tuple of Contribution
        They add up to the score; rules at their typical stand there too, ``assumed``.
    parts : mapping
        ``"you"`` and ``"session"``; empty when unscored.
    causes : mapping
        The four causes; empty when unscored.
    not_assessed : tuple of NotAssessed
        Unknown rules, the most telling first.
    reference : float or None
        Score of the context's typical session.
    own_record : OwnRecord or None
        What the person logged of such sessions, where that counts: a line of the contributions.
    notes : tuple of str
        What was passed over, and why.
    """

    context: str
    context_name: str
    model_id: str
    model_version: str
    red_flags: RedFlags
    score: float | None = None
    low: float | None = None
    high: float | None = None
    band: str | None = None
    band_low: str | None = None
    band_high: str | None = None
    unscored_because: str | None = None
    odds_vs_typical: float | None = None
    compared: str | None = None
    chance: Chance | None = None
    contributions: tuple[Contribution, ...] = ()
    parts: Mapping[str, PartPoints] = field(default_factory=dict)
    causes: Mapping[str, CausePoints] = field(default_factory=dict)
    not_assessed: tuple[NotAssessed, ...] = ()
    reference: float | None = None
    own_record: OwnRecord | None = None
    outside: bool = False
    notes: tuple[str, ...] = ()

    def without_score(self, because: str) -> "Assessment":
        """Return the same session with a reason in the place of its score."""
        return Assessment(
            context=self.context,
            context_name=self.context_name,
            model_id=self.model_id,
            model_version=self.model_version,
            red_flags=self.red_flags,
            unscored_because=because,
            outside=self.outside,
            notes=self.notes,
        )

    def contribution(self, rule_id: str) -> Contribution | None:
        """Return a rule's line of the ledger, None where the rule is absent."""
        for line in self.contributions:
            if line.rule == rule_id:
                return line
        return None

    def points(self, rule_id: str) -> float:
        """Return a rule's points, 0 where it is absent or only assumed."""
        line = self.contribution(rule_id)
        return 0.0 if line is None or line.assumed else line.points

    def standing_out(self, least_points: float = 0.5) -> tuple[Contribution, ...]:
        """Return what is known to add points, sorted by its share of what its cause can give.

        By points, heat could never stand first: a cause that is full can still be a small number.
        """
        known = [
            line for line in self.contributions if not line.assumed and line.points >= least_points
        ]
        known.sort(key=lambda line: -line.points / self.causes[line.cause].of)
        return tuple(known)
