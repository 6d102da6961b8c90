"""The arithmetic of the score, for a row or a million: features in, an additive ledger out.

One path serves a session, its minutes, an archive and a what-if, so they cannot disagree.
Rows are worked off in blocks that stay in the processor's cache, column by column.

    r_i                    largest response of what the rule reads, times its factors
    x_i = w_i r_i          in dehydration times (0.3 + 0.7 A), A the muscle work of the session
    S_g = C_g (1 - exp(-X_g / C_g)),   X_g the sum of x_i over a group with cap C_g
    points_i = 16 / ln 2 x x_i S_g / X_g
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.rules.model import CAUSES, PARTS, Context, Model
from riskfit.scoring.compiled_card import Card, Entry, Range, respond
from riskfit.scoring.own_record import OwnRecord

#: Rows worked off together: large enough to drown numpy's cost of a call, small for the cache.
_BLOCK = 16384


class PartScores(Struct, frozen=True, kw_only=True, eq=False):
    """Points of one part with their interval, a number a row."""

    points: FloatArray
    low: FloatArray
    high: FloatArray


class Scores(Struct, frozen=True, kw_only=True, eq=False):
    """What scoring a table gives: a number a row, or a column a rule in the card's order.

    Attributes
    ----------
    score, low, high : ndarray
        nan where no rule had a value, or the person is outside the score.
    contributions : ndarray, rows x rules
        They add up to the score, with the own record's; 0 for a rule that is absent in this
        context. Without ``ledger`` there are no rows in it.
    parts : mapping
        ``"you"`` and ``"session"``.
    causes : mapping
        Points of each cause.
    reference : ndarray
        Score of the context's typical session; in an event at this session's own demand.
    responses, uncertainty : ndarray or None, rows x rules
        With ``detail``: r in 0..1 (typical where unknown) and d in points (0 where exact).
    own_record : ndarray or float
        Points of the person's own record, 0 without one; part and cause hold them too.
    beyond : ndarray or float
        Points it has beyond the ends of the scale: odds and chance count them.
    """

    model: Model
    context: Context
    score: FloatArray
    low: FloatArray
    high: FloatArray
    contributions: FloatArray
    parts: Mapping[str, PartScores]
    causes: Mapping[str, FloatArray]
    reference: FloatArray
    responses: FloatArray | None = None
    uncertainty: FloatArray | None = None
    own_record: FloatArray | float = 0.0
    beyond: FloatArray | float = 0.0

    def __len__(self) -> int:
        return len(self.score)

    @property
    def odds_vs_typical(self) -> FloatArray:
        """Odds of each row against the context's typical session."""
        doubling = self.model.settings.points_per_doubling
        odds: FloatArray = np.exp2((self.score + self.beyond - self.reference) / doubling)
        return odds


def scattered(parts: Sequence[tuple[IntArray, Scores]]) -> Scores:
    """Put scores of parts of a table, each with its rows, back into one; detail is left out."""
    places, found = zip(*parts, strict=True)
    rows = sum(map(len, found))

    def whole(columns: Iterable[FloatArray | float]) -> FloatArray:
        given = [np.asarray(column) for column in columns]
        out = np.empty((rows, *given[0].shape[1:]))
        for mine, column in zip(places, given, strict=True):
            out[mine] = column
        return out

    def of_parts(part: str, name: str) -> FloatArray:
        return whole(getattr(one.parts[part], name) for one in found)

    plain = ("score", "low", "high", "contributions", "reference", "own_record", "beyond")
    all_rows: Scores = structs.replace(
        found[0],
        **{name: whole(getattr(one, name) for one in found) for name in plain},
        parts={
            part: PartScores(**{name: of_parts(part, name) for name in ("points", "low", "high")})
            for part in found[0].parts
        },
        causes={c: whole(one.causes[c] for one in found) for c in found[0].causes},
        responses=None,
        uncertainty=None,
    )
    return all_rows


class _Out:
    """The arrays of the answer, filled block by block; a row a rule, its numbers side by side."""

    def __init__(self, rows: int, wide: int, ledger: bool, detail: bool) -> None:
        self.contributions = np.zeros((wide, rows if ledger or detail else 0))
        self.responses = np.zeros((wide, rows)) if detail else None
        self.uncertainty = np.zeros((wide, rows)) if detail else None
        self.score, self.low, self.high, self.reference = np.empty((4, rows))
        self.parts = np.zeros((len(PARTS), 3, rows))
        self.causes = np.zeros((len(CAUSES), rows))
        self.own_record, self.beyond = np.zeros((2, rows))


def run(
    card: Card,
    columns: Mapping[str, FloatArray],
    ranges: Mapping[str, Range],
    rows: int,
    own_record: OwnRecord | None = None,
    *,
    ledger: bool = True,
    detail: bool = False,
) -> Scores:
    """Score all rows; a feature without a column is unknown throughout."""
    out = _Out(rows, len(card.model.rules), ledger, detail)
    for start in range(0, rows, _BLOCK):
        part = slice(start, min(start + _BLOCK, rows))
        _Block(card, out, part, columns, ranges, own_record).score()
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
        own_record=out.own_record,
        beyond=out.beyond,
    )


class _Block:
    """One block of rows on its way through the arithmetic."""

    def __init__(
        self,
        card: Card,
        out: _Out,
        rows: slice,
        columns: Mapping[str, FloatArray],
        ranges: Mapping[str, Range],
        own_record: OwnRecord | None = None,
    ) -> None:
        self.card, self.out, self.rows = card, out, rows
        self.columns, self.ranges, self.record = columns, ranges, own_record
        #: Responses that other rules take as factors.
        self.responses: dict[str, FloatArray] = {}
        size = rows.stop - rows.start
        self.settings = card.model.settings
        #: Sum of x, and of what is uncertain in it, of each cell (a group's rules of one part).
        self.sums = {cell: np.zeros(size) for cell in card.cells}
        self.doubts = {cell: np.zeros(size) for cell in card.cells}
        #: 1 - A, of the session and of the typical one.
        self.calm = np.ones(size)
        self.usual_calm: FloatArray | float = card.usual_calm
        self.nothing = np.ones(size, dtype=bool)
        self.work, self.scratch = np.empty((2, size))
        self.ledger = out.contributions.shape[1] > 0
        groups = card.model.groups
        self.errors_add = {cell: groups[cell[0]].errors_add for cell in card.cells}
        if any(card.own_demand):
            self.usual_calm = np.full(size, card.usual_calm)

    def score(self) -> None:
        """Run the three steps: responses to sums, sums to points, points to parts."""
        for entry in self.card.entries:
            self._add(entry)
        group_gain, group_slope = self._saturate()
        if self.ledger:
            self._share_out(group_gain, group_slope)
        self._total(group_gain, group_slope)
        self._reference()

    def _add(self, entry: Entry) -> None:
        """Add one rule's x and its doubt to the sums; its place in the ledger holds x so far."""
        x = self.out.contributions[entry.column, self.rows] if self.ledger else self.scratch
        doubt: FloatArray | float
        if any(measure.feature in self.columns for measure in entry.measures):
            doubt = self._respond(entry, x)
        else:
            x.fill(entry.typical)
            doubt = entry.weight * entry.spread
        if entry.rule.id in self.card.asked:
            self.responses[entry.rule.id] = x.copy()
        if self.out.responses is not None and self.out.uncertainty is not None:
            self.out.responses[entry.column, self.rows] = x
            self.out.uncertainty[entry.column, self.rows] = doubt
        if entry.rule.exertion:
            np.multiply(x, -self.settings.exertion_reach, out=self.work)
            self.work += 1
            self.calm *= self.work
            if self.card.own_demand[entry.cell[0]]:
                self.usual_calm *= self.work
        x *= entry.weight
        self.sums[entry.cell] += x
        self.doubts[entry.cell] += doubt if self.errors_add[entry.cell] else doubt * doubt

    def _respond(self, entry: Entry, out: FloatArray) -> FloatArray | float:
        """Write the responses, typical where unknown, and return how doubtful they are."""
        unknown = self._largest(entry, out)
        factor = self._factor(entry)
        out *= factor
        self.nothing &= unknown
        doubt = entry.weight * entry.spread
        some = bool(unknown.any())
        if some:
            np.copyto(out, entry.typical, where=unknown)
        if any(measure.feature in self.ranges for measure in entry.measures):
            return np.where(unknown, doubt, self._doubt_of_range(entry) * factor)
        return np.multiply(unknown, doubt) if some else 0.0

    def _largest(self, entry: Entry, out: FloatArray, end: int | None = None) -> NDArray[np.bool_]:
        """Write the largest response of what a rule reads, and return where all is unknown.

        ``end`` 0 or 1 takes the low or the high end of what is known only as a range.
        """
        unknown = np.ones(len(out), dtype=bool)
        for measure in entry.measures:
            if measure.feature not in self.columns:
                continue
            values = self.columns[measure.feature]
            if end is not None and measure.feature in self.ranges:
                values = self.ranges[measure.feature][end]
            values = values[self.rows]
            missing = ~np.isfinite(values)
            if unknown.all():
                respond(values, measure.knots, out, self.work)
            else:
                answer = np.where(missing, 0.0, respond(values, measure.knots, work=self.work))
                np.copyto(out, 0.0, where=unknown)
                np.maximum(out, answer, out=out)
            unknown &= missing
        return unknown

    def _factor(self, entry: Entry) -> FloatArray | float:
        """Return what a rule's response is multiplied by."""
        product: FloatArray | float = 1.0
        for factor in entry.rule.times:
            if factor.rule is not None:
                product = product * (factor.floor + factor.share * self.responses[factor.rule])
            elif (column := self.columns.get(str(factor.feature))) is not None:
                values = column[self.rows]
                answer = respond(values, factor.knots, work=self.work)
                product = product * np.where(np.isfinite(values), answer, 1.0)
        return product

    def _doubt_of_range(self, entry: Entry) -> FloatArray:
        """Return w times the spread of values that are known only as a range."""
        low, high = np.empty((2, self.rows.stop - self.rows.start))
        self._largest(entry, low, 0)
        self._largest(entry, high, 1)
        spread: FloatArray = np.abs(high - low) * (entry.weight / self.settings.range_width)
        return spread

    def _saturate(self) -> tuple[list[FloatArray], list[FloatArray]]:
        """Return points for each x, and points for a little more x, of each group."""
        settings = self.settings
        gains, slopes = [], []
        for number, group in enumerate(self.card.model.groups):
            factor: FloatArray | float = 1.0
            if group.with_exertion:
                factor = settings.exertion_floor + settings.exertion_share * (1 - self.calm)
            total = self._group_sum(number) * factor
            left = np.exp(total / -group.cap)
            points = self.card.scale[number] * group.cap * (1 - left)
            gain = np.divide(points, total, out=np.zeros_like(points), where=total > 0)
            gains.append(gain * factor)
            slopes.append(self.card.scale[number] * left * factor)
        return gains, slopes

    def _group_sum(self, number: int) -> FloatArray:
        total: FloatArray = np.zeros(self.rows.stop - self.rows.start)
        for cell, cell_sum in self.sums.items():
            if cell[0] == number:
                total = total + cell_sum
        return total

    def _share_out(self, gains: list[FloatArray], slopes: list[FloatArray]) -> None:
        """Turn every x into points, and every doubt into points."""
        for entry in self.card.entries:
            self.out.contributions[entry.column, self.rows] *= gains[entry.cell[0]]
            if self.out.uncertainty is not None:
                self.out.uncertainty[entry.column, self.rows] *= slopes[entry.cell[0]]

    def _total(self, gains: list[FloatArray], slopes: list[FloatArray]) -> None:
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
        doubts = np.zeros((len(PARTS), 2))
        self._add_record(doubts)
        score = out.parts[:, 0, rows].sum(axis=0)
        score[self.nothing] = np.nan
        out.score[rows] = score
        doubt = doubts.sum(axis=0)
        out.low[rows], out.high[rows] = self._interval(score, variance.sum(axis=0), doubt)
        for part in range(len(PARTS)):
            ends = self._interval(out.parts[part, 0, rows], variance[part], doubts[part])
            out.parts[part, 1, rows], out.parts[part, 2, rows] = ends

    def _add_record(self, doubts: FloatArray) -> None:
        """Add the person's own record, as far as the scale has room, and its doubt either way."""
        table, out, rows = self.card.model.own_record, self.out, self.rows
        if self.record is None or table is None:
            return
        low, points, high = self.record.points(self.card.model)
        score = out.parts[:, 0, rows].sum(axis=0)
        line = np.clip(points, -score, np.maximum(100 - score, 0))
        part = PARTS.index(table.part)
        out.own_record[rows], out.beyond[rows] = line, points - line
        out.parts[part, 0, rows] += line
        out.causes[CAUSES.index(table.cause), rows] += line
        doubts[part] = points - low, high - points

    def _interval(
        self, points: FloatArray, variance: FloatArray, doubt: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the ends of an interval, cut to 0..100 (a learned card may lie above).

        ``doubt`` holds half-widths of the interval itself, down and up. [points]
        """
        known = self.settings.interval_z**2 * variance
        down, up = (np.sqrt(known + half**2) for half in doubt)
        least = np.minimum(points, 0)  # a part may lie below 0 by the person's own record
        return np.maximum(points - down, least), np.maximum(np.minimum(points + up, 100), points)

    def _reference(self) -> None:
        """Score the typical session; an event's own demand stays, as its base rate holds it."""
        settings = self.settings
        total: FloatArray | float = 0.0
        for number, group in enumerate(self.card.model.groups):
            own = self.card.own_demand[number]
            usual: FloatArray | float = self._group_sum(number) if own else self.card.usual[number]
            if group.with_exertion:
                work = settings.exertion_share * (1 - self.usual_calm)
                usual = usual * (settings.exertion_floor + work)
            share = group.cap * (1 - np.exp(usual / -group.cap))
            total = total + self.card.scale[number] * share
        self.out.reference[self.rows] = total
