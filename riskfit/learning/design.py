"""The card as a function of its factors: what learning may turn, and how the log odds follow.

    log odds = logit p0 + sum over causes of f_c (S_c(session) - S_c(typical session))

S_c is the score's own arithmetic in log odds. A cause's factor f_c stands outside the cap, so
the log odds are linear in it; a rule's factor stands inside, beside its weight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskfit._common import FloatArray, IntArray
from riskfit.errors import InputError
from riskfit.rules.model import CAUSES, Model
from riskfit.scoring.compiled_card import Card, compile_card
from riskfit.scoring.kernel import run


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Rows ready for learning: a response a rule, for the session and for its typical one.

    Attributes
    ----------
    responses, reference : ndarray, rows x rules
        r in 0..1, typical where unknown, 0 for a rule that is absent in the row's context. In an
        event the reference takes the session's own demand, which the base rate holds.
    base_logit : ndarray
        logit p0 of each row's context. [log odds]
    known : ndarray, rows x rules
        Where a value was given.
    """

    model: Model
    responses: FloatArray
    reference: FloatArray
    base_logit: FloatArray
    known: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.responses)

    def take(self, rows: IntArray | NDArray[np.bool_]) -> "Design":
        """Return some of the rows."""
        return Design(
            model=self.model,
            responses=self.responses[rows],
            reference=self.reference[rows],
            base_logit=self.base_logit[rows],
            known=self.known[rows],
        )

    def cause_logits(self, rule_factors: FloatArray | None = None) -> FloatArray:
        """Return what each cause adds to the log odds of the typical session, rows x causes."""
        return Surface(self).causes(rule_factors)

    def card_logit(self) -> FloatArray:
        """Return the log odds of the card as it stands, through the context's base rate."""
        logit: FloatArray = self.base_logit + self.cause_logits().sum(axis=1)
        return logit


class Surface:
    """The log odds of a design as a function of its factors, with what never changes worked out.

    Attributes
    ----------
    cause_of_rule : ndarray of int
    """

    def __init__(self, design: Design) -> None:
        model = design.model
        self.rows, self.rules = design.responses.shape
        self.groups = model.groups
        self.cause_of_group = [CAUSES.index(group.cause) for group in model.groups]
        self.cause_of_rule = np.array([CAUSES.index(rule.cause) for rule in model.rules])
        self.scale = [model.cause_factors[group.cause] for group in model.groups]
        names = np.array([rule.group for rule in model.rules])
        self.members = [np.flatnonzero(names == group.id) for group in model.groups]
        #: x of each group's rules at factor 1, of the session and of its typical one.
        self.parts = [
            (_parts(model, design.responses, k), _parts(model, design.reference, k))
            for k in range(len(model.groups))
        ]

    def causes(self, factors: FloatArray | None = None) -> FloatArray:
        """Return what each cause adds to the log odds of the typical session, rows x causes."""
        factors = np.ones(self.rules) if factors is None else factors
        out = np.zeros((self.rows, len(CAUSES)))
        for number, (here, usual) in enumerate(self.parts):
            own, cap = factors[self.members[number]], self.groups[number].cap
            gained = _left(usual, own, cap) - _left(here, own, cap)
            out[:, self.cause_of_group[number]] += self.scale[number] * cap * gained
        return out

    def slopes(self, cause_factors: FloatArray, factors: FloatArray) -> FloatArray:
        """Return how the log odds change with each rule's factor, rows x rules."""
        out = np.empty((self.rows, self.rules))
        for number, (here, usual) in enumerate(self.parts):
            own, cap = factors[self.members[number]], self.groups[number].cap
            slope = here * _left(here, own, cap)[:, None]
            slope -= usual * _left(usual, own, cap)[:, None]
            slope *= self.scale[number] * cause_factors[self.cause_of_group[number]]
            out[:, self.members[number]] = slope
        return out


def _left(parts: FloatArray, factors: FloatArray, cap: float) -> FloatArray:
    """Return exp(-X / C): how much of a group's cap is left."""
    # einsum, because BLAS starts threads for a product this long and thin.
    left: FloatArray = np.exp(np.einsum("ij,j->i", parts, factors) / -cap)
    return left


def _parts(model: Model, responses: FloatArray, number: int) -> FloatArray:
    """Return w r of a group's rules; in dehydration times the share that the muscles' work lets."""
    settings, group = model.settings, model.groups[number]
    rules = [k for k, rule in enumerate(model.rules) if rule.group == group.id]
    parts: FloatArray = responses[:, rules] * [model.weight(model.rules[k]) for k in rules]
    if group.with_exertion:
        calm = np.ones(len(responses))
        for k, rule in enumerate(model.rules):
            if rule.exertion:
                calm *= 1 - settings.exertion_reach * responses[:, k]
        parts *= (settings.exertion_floor + settings.exertion_share * (1 - calm))[:, None]
    return parts


def make_design(
    columns: Mapping[str, ArrayLike], rows: int, model: Model, contexts: str | Sequence[str]
) -> Design:
    """Turn columns of features into a design.

    Parameters
    ----------
    columns : mapping of feature name to array
        nan and infinities are unknown, and so is a rule's feature that is not there.
    rows : int
    model : Model
    contexts : str or sequence of str
        One context for all rows, or one a row.

    Returns
    -------
    Design
    """
    names = np.full(rows, contexts) if isinstance(contexts, str) else np.asarray(contexts)
    if len(names) != rows:
        raise InputError(f"there are {len(names)} contexts for {rows} rows: give one a row")
    values = {
        name: np.broadcast_to(np.asarray(columns[name], dtype=np.float64), (rows,))
        for name in model.inputs
        if name in columns
    }
    responses, reference = np.zeros((2, rows, len(model.rules)))
    known = np.zeros((rows, len(model.rules)), dtype=bool)
    base = np.zeros(rows)
    for name in dict.fromkeys(names.tolist()):
        own = np.flatnonzero(names == name)
        here = {feature: column[own] for feature, column in values.items()}
        card = compile_card(model, model.context(name).id)
        responses[own], reference[own], known[own] = _answers(card, here, len(own))
        p0 = model.context(name).p0
        base[own] = np.log(p0 / (1 - p0))
    return Design(
        model=model, responses=responses, reference=reference, base_logit=base, known=known
    )


def _answers(
    card: Card, columns: Mapping[str, FloatArray], rows: int
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Return responses, those of the typical session, and what is known, in one context."""
    responses = run(card, columns, {}, rows, detail=True).responses
    if responses is None:
        raise AssertionError("the kernel keeps responses with detail")
    reference, known = np.zeros_like(responses), np.zeros(responses.shape, dtype=bool)
    for entry in card.entries:
        own_demand = card.own_demand[entry.cell[0]]
        typical = responses[:, entry.column] if own_demand else entry.typical
        reference[:, entry.column] = typical
        for measure in entry.measures:
            if measure.feature in columns:
                known[:, entry.column] |= np.isfinite(columns[measure.feature])
    return responses, reference, known
