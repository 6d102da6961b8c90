"""The arithmetic of the score, for a row or a million: features in, an additive ledger out.

One path serves a session, its minutes, an archive and a what-if, so they cannot disagree.
Rows are worked off in blocks that stay in the processor's cache, column by column.

    x_i = w_i r_i          in dehydration times (0.3 + 0.7 A), A the muscle work of the session
    S_g = C_g (1 - exp(-X_g / C_g)),   X_g the sum of x_i over a group with cap C_g
    points_i = 16 / ln 2 x x_i S_g / X_g
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from riskfit.rules import CAUSES, PARTS, Context, Model, Rule

Floats = NDArray[np.float64]
#: Low and high ends of a column that is known only as a range.
Range = tuple[Floats, Floats]

#: Rows worked off together: each of the dozen arrays in use is then 64 kB.
_BLOCK = 8192


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartScores:
    """Points of one part with their interval, a number a row."""

    points: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """What scoring a table gives: a number a row, or a column a rule in the card's order.

    Attributes
    ----------
    score, low, high : ndarray
        nan where no rule had a value, or the person is outside the score.
    contributions : ndarray, rows x rules
        They add up to the score; 0 for a rule that is absent in this context.
    parts : mapping
        ``"you"`` and ``"session"``.
    causes : mapping
        Points of each cause.
    reference : ndarray
        Score of the context's typical session; in an event at this session's own demand.
    responses, uncertainty : ndarray or None, rows x rules
        With ``detail``: r in 0..1 (typical where unknown) and d in points (0 where exact).
    """

    model: Model
    context: Context
    score: Floats
    low: Floats
    high: Floats
    contributions: Floats
    parts: Mapping[str, PartScores]
    causes: Mapping[str, Floats]
    reference: Floats
    responses: Floats | None = None
    uncertainty: Floats | None = None

    def __len__(self) -> int:
        return len(self.score)

    @property
    def odds_vs_typical(self) -> Floats:
        """Odds of each row against the context's typical session."""
        doubling = self.model.settings.points_per_doubling
        odds: Floats = np.exp2((self.score - self.reference) / doubling)
        return odds


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as the arithmetic needs it in one context; ``cell`` is its group and part."""

    column: int
    rule: Rule
    weight: float
    typical: float
    spread: float
    cell: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Card:
    """A model compiled for one context.

    Attributes
    ----------
    entries : tuple of Entry
        Rules that are absent in the context have none.
    scale : tuple of float
        Points of one logit of each group, its cause's factor included.
    usual : tuple of float
        Sum of typical x of each group; of a group in the base rate of an event, 0.
    usual_calm : float
        1 - A of the typical session, again without what an event's base rate holds.
    """

    model: Model
    context: Context
    entries: tuple[Entry, ...]
    cells: tuple[tuple[int, int], ...]
    scale: tuple[float, ...]
    own_demand: tuple[bool, ...]
    usual: tuple[float, ...]
    usual_calm: float


@lru_cache(maxsize=64)
def compile_card(model: Model, context_id: str) -> Card:
    """Compile a model for a context, once."""
    context = model.context(context_id)
    settings = model.settings
    own = tuple(context.event and group.in_base_rate for group in model.groups)
    numbers = {group.id: number for number, group in enumerate(model.groups)}
    entries = []
    usual = [0.0] * len(model.groups)
    calm = 1.0
    for column, rule in enumerate(model.rules):
        if context.id in rule.not_for:
            continue
        cell = (numbers[rule.group], PARTS.index(rule.part))
        typical, spread = model.typical(rule, context)
        entry = Entry(column, rule, model.weight(rule), typical, spread, cell)
        entries.append(entry)
        if not own[cell[0]]:
            usual[cell[0]] += entry.weight * typical
            calm *= 1 - settings.exertion_reach * typical * rule.exertion
    return Card(
        model=model,
        context=context,
        entries=tuple(entries),
        cells=tuple(dict.fromkeys(entry.cell for entry in entries)),
        scale=tuple(
            settings.points_per_logit * model.cause_factors[group.cause] for group in model.groups
        ),
        own_demand=own,
        usual=tuple(usual),
        usual_calm=calm,
    )


def respond(values: Floats, knots: Sequence[tuple[float, float]]) -> Floats:
    """Return the response to each value: piecewise linear, constant beyond the ends.

    It is summed from the end where nothing responds, so that this end is exactly its knot and
    rounding never makes a response fall where the value asks for more.
    """
    rising = knots[0][1] <= knots[-1][1]
    out: Floats = np.full(values.shape, knots[0 if rising else -1][1])
    for (x0, r0), (x1, r1) in pairwise(knots):
        part = np.minimum(np.maximum(values, x0), x1)
        part = part - x0 if rising else x1 - part
        part *= abs(r1 - r0) / (x1 - x0)
        out += part
    return np.minimum(out, max(knots[0][1], knots[-1][1]), out=out)


class _Out:
    """The arrays of the answer, filled block by block; a row a rule, its numbers side by side."""

    def __init__(self, rows: int, wide: int, detail: bool) -> None:
        self.contributions = np.zeros((wide, rows))
        self.responses = np.zeros((wide, rows)) if detail else None
        self.uncertainty = np.zeros((wide, rows)) if detail else None
        self.score, self.low, self.high, self.reference = np.empty((4, rows))
        self.parts = np.zeros((len(PARTS), 3, rows))
        self.causes = np.zeros((len(CAUSES), rows))


def run(
    card: Card,
    columns: Sequence[Floats | None],
    ranges: Sequence[Range | None],
    rows: int,
    detail: bool,
) -> Scores:
    """Score all rows; a column that is None is unknown throughout."""
    out = _Out(rows, len(card.model.rules), detail)
    for start in range(0, rows, _BLOCK):
        _Block(card, out, slice(start, min(start + _BLOCK, rows))).score(columns, ranges)
    return Scores(
        model=card.model,
        context=card.context,
        score=out.score,
        low=out.low,
        high=out.high,
        contributions=out.contributions.T,
        parts={
            name: PartScores(points=part[0], low=part[1], high=part[2])
            for name, part in zip(PARTS, out.parts, strict=True)
        },
        causes=dict(zip(CAUSES, out.causes, strict=True)),
        reference=out.reference,
        responses=None if out.responses is None else out.responses.T,
        uncertainty=None if out.uncertainty is None else out.uncertainty.T,
    )


class _Block:
    """One block of rows on its way through the arithmetic."""

    def __init__(self, card: Card, out: _Out, rows: slice) -> None:
        self.card, self.out, self.rows = card, out, rows
        size = rows.stop - rows.start
        self.settings = card.model.settings
        #: Sum of x, and of what is uncertain in it, of each cell (a group's rules of one part).
        self.sums = {cell: np.zeros(size) for cell in card.cells}
        self.doubts = {cell: np.zeros(size) for cell in card.cells}
        #: 1 - A, of the session and of the typical one.
        self.calm = np.ones(size)
        self.usual_calm: Floats | float = card.usual_calm
        self.anything = np.zeros(size, dtype=bool)
        if any(card.own_demand):
            self.usual_calm = np.full(size, card.usual_calm)

    def score(self, columns: Sequence[Floats | None], ranges: Sequence[Range | None]) -> None:
        """Run the three steps: responses to sums, sums to points, points to parts."""
        for entry in self.card.entries:
            self._add(entry, columns[entry.column], ranges[entry.column])
        group_gain, group_slope = self._saturate()
        self._share_out(group_gain, group_slope)
        self._total(group_gain, group_slope)
        self._reference()

    def _add(self, entry: Entry, column: Floats | None, ends: Range | None) -> None:
        """Add one rule's x and its doubt to the sums."""
        response: Floats | float = entry.typical
        doubt: Floats | float = entry.weight * entry.spread
        if column is not None:
            values = column[self.rows]
            known = np.isfinite(values)
            response = respond(values, entry.rule.knots)
            if known.all():
                doubt = 0.0
            else:
                response[~known] = entry.typical
                doubt = np.where(known, 0.0, doubt)
            self.anything |= known
            if ends is not None:
                doubt = self._doubt_of_range(entry, ends, known, doubt)
        x = entry.weight * response
        self.out.contributions[entry.column, self.rows] = x
        self.sums[entry.cell] += x
        group = self.card.model.groups[entry.cell[0]]
        if isinstance(doubt, np.ndarray) or doubt:
            self.doubts[entry.cell] += doubt if group.errors_add else doubt * doubt
        if entry.rule.exertion:
            calm = 1 - self.settings.exertion_reach * response
            self.calm *= calm
            if self.card.own_demand[entry.cell[0]]:
                self.usual_calm *= calm
        if self.out.responses is not None and self.out.uncertainty is not None:
            self.out.responses[entry.column, self.rows] = response
            self.out.uncertainty[entry.column, self.rows] = doubt

    def _doubt_of_range(
        self, entry: Entry, ends: Range, known: NDArray[np.bool_], doubt: Floats | float
    ) -> Floats:
        """Return w times the spread of values that are known only as a range."""
        low, high = (respond(end[self.rows], entry.rule.knots) for end in ends)
        spread = np.abs(high - low) / self.settings.range_width
        ranged = known & np.isfinite(spread)
        return np.where(ranged, entry.weight * spread, doubt)

    def _saturate(self) -> tuple[list[Floats], list[Floats]]:
        """Return points for each x, and points for a little more x, of each group."""
        settings = self.settings
        gains, slopes = [], []
        for number, group in enumerate(self.card.model.groups):
            factor: Floats | float = 1.0
            if group.with_exertion:
                factor = settings.exertion_floor + settings.exertion_share * (1 - self.calm)
            total = self._group_sum(number) * factor
            left = np.exp(total / -group.cap)
            points = self.card.scale[number] * group.cap * (1 - left)
            gain = np.divide(points, total, out=np.zeros_like(points), where=total > 0)
            gains.append(gain * factor)
            slopes.append(self.card.scale[number] * left * factor)
        return gains, slopes

    def _group_sum(self, number: int) -> Floats:
        total: Floats = np.zeros(self.rows.stop - self.rows.start)
        for cell, cell_sum in self.sums.items():
            if cell[0] == number:
                total = total + cell_sum
        return total

    def _share_out(self, gains: list[Floats], slopes: list[Floats]) -> None:
        """Turn every x into points, and every doubt into points."""
        for entry in self.card.entries:
            self.out.contributions[entry.column, self.rows] *= gains[entry.cell[0]]
            if self.out.uncertainty is not None:
                self.out.uncertainty[entry.column, self.rows] *= slopes[entry.cell[0]]

    def _total(self, gains: list[Floats], slopes: list[Floats]) -> None:
        """Add up parts, causes and the score, each with its interval."""
        out, rows, groups = self.out, self.rows, self.card.model.groups
        variance = np.zeros_like(out.parts[:, 0, rows])
        for (number, part), cell_sum in self.sums.items():
            points = cell_sum * gains[number]
            out.parts[part, 0, rows] += points
            out.causes[CAUSES.index(groups[number].cause), rows] += points
            doubt = self.doubts[number, part]
            power = 2 if groups[number].errors_add else 1
            variance[part] += slopes[number] ** 2 * doubt**power
        score = out.parts[:, 0, rows].sum(axis=0)
        score[~self.anything] = np.nan
        out.score[rows] = score
        out.low[rows], out.high[rows] = self._interval(score, variance.sum(axis=0))
        for part in range(len(PARTS)):
            low, high = self._interval(out.parts[part, 0, rows], variance[part])
            out.parts[part, 1, rows], out.parts[part, 2, rows] = low, high

    def _interval(self, points: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Return the ends of an interval, cut to 0..100 (a learned card may lie above)."""
        half = self.settings.interval_z * np.sqrt(variance)
        return np.maximum(points - half, 0), np.maximum(np.minimum(points + half, 100), points)

    def _reference(self) -> None:
        """Score the typical session; an event's own demand stays, as its base rate holds it."""
        settings = self.settings
        total: Floats | float = 0.0
        for number, group in enumerate(self.card.model.groups):
            own = self.card.own_demand[number]
            usual: Floats | float = self._group_sum(number) if own else self.card.usual[number]
            if group.with_exertion:
                work = settings.exertion_share * (1 - self.usual_calm)
                usual = usual * (settings.exertion_floor + work)
            share = group.cap * (1 - np.exp(usual / -group.cap))
            total = total + self.card.scale[number] * share
        self.out.reference[self.rows] = total
