"""The card, compiled for a context, and how a rule responds to a value."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.rules.model import PARTS, Context, Measure, Model, Rule

#: Low and high ends of a column that is known only as a range; where it is exact, its value.
Range = tuple[FloatArray, FloatArray]


class Entry(Struct, frozen=True):
    """A rule as the arithmetic needs it in one context.

    Attributes
    ----------
    column : int
        Its place on the card.
    measures : tuple of Measure
        What it reads here, the largest response counts; none where it is held at typical.
    cell : tuple of int
        Its group and part.
    """

    column: int
    rule: Rule
    measures: tuple[Measure, ...]
    weight: float
    typical: float
    spread: float
    cell: tuple[int, int]


class Card(Struct, frozen=True):
    """A model compiled for one context.

    Attributes
    ----------
    entries : tuple of Entry
        Rules that are absent in the context have none; one that takes another rule's response
        stands behind it.
    asked : frozenset of str
        Rules whose response another rule takes.
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
    asked: frozenset[str]
    cells: tuple[tuple[int, int], ...]
    scale: tuple[float, ...]
    own_demand: tuple[bool, ...]
    usual: tuple[float, ...]
    usual_calm: float


@lru_cache(maxsize=64)
def compile_card(model: Model, context_id: str, held: tuple[str, ...] = ()) -> Card:
    """Compile a model for a context, once; rules that are ``held`` at typical are not in doubt."""
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
        spread = 0.0 if rule.id in held else spread
        measures = () if rule.id in held else rule.measures(context.id)
        entry = Entry(column, rule, measures, model.weight(rule), typical, spread, cell)
        entries.append(entry)
        if not own[cell[0]]:
            usual[cell[0]] += entry.weight * typical
            calm *= 1 - settings.exertion_reach * typical * rule.exertion
    asked = {entry.rule.id: _asked(entry.rule) for entry in entries}
    return Card(
        model=model,
        context=context,
        entries=tuple(sorted(entries, key=lambda entry: bool(asked[entry.rule.id]))),
        asked=frozenset().union(*asked.values()),
        cells=tuple(dict.fromkeys(entry.cell for entry in entries)),
        scale=tuple(
            settings.points_per_logit * model.cause_factors[group.cause] for group in model.groups
        ),
        own_demand=own,
        usual=tuple(usual),
        usual_calm=calm,
    )


def _asked(rule: Rule) -> set[str]:
    """Return the rules whose response a rule takes as a factor."""
    return {factor.rule for factor in rule.times if factor.rule is not None}


def respond(
    values: FloatArray,
    knots: Sequence[tuple[float, float]],
    out: FloatArray | None = None,
    work: FloatArray | None = None,
) -> FloatArray:
    """Return the response to each value: piecewise linear, constant beyond the ends.

    It is summed from the end where nothing responds, so that this end is exactly its knot and
    rounding never makes a response fall where the value asks for more. ``out`` and ``work`` are
    arrays to write into.
    """
    out = np.empty(values.shape) if out is None else out
    work = np.empty(values.shape) if work is None else work
    rising = knots[0][1] <= knots[-1][1]
    out.fill(knots[0 if rising else -1][1])
    for (x0, r0), (x1, r1) in pairwise(knots):
        np.maximum(values, x0, out=work)
        np.minimum(work, x1, out=work)
        if rising:
            work -= x0
        else:
            np.subtract(x1, work, out=work)
        work *= abs(r1 - r0) / (x1 - x0)
        out += work
    return np.minimum(out, max(knots[0][1], knots[-1][1]), out=out)
