"""A person's own record: what they logged of sessions like this, as a factor on the odds.

How often somebody cramps is taken as Gamma distributed about what the card expects; with k cramps
where e were expected its mean is (k + prior) / (e + prior), the card's own expectation being 1.
"""

from math import isfinite, log, sqrt

from msgspec import Struct

from riskfit.athlete import Logged
from riskfit.errors import InputError
from riskfit.rules.load import load_model
from riskfit.rules.model import Model, OwnRecordRule


class OwnRecord(Struct, frozen=True, kw_only=True):
    """Cramps in logged sessions of a context, and the factor on the odds with its range.

    ``expected`` cramps are the sum of the card's chances with the person's history at typical;
    ``low`` and ``high`` hold the factor in 8 of 10 cases.
    """

    context: str
    cramps: int
    sessions: int
    expected: float
    factor: float
    low: float
    high: float

    def points(self, model: Model) -> tuple[float, float, float]:
        """Return the factor's low end, itself and its high end on the score's scale [points]."""
        scale = model.settings.points_per_logit
        return scale * log(self.low), scale * log(self.factor), scale * log(self.high)


def own_record(
    cramps: int,
    sessions: int,
    expected: float,
    model: Model | None = None,
    context: str = "training",
) -> OwnRecord | None:
    """Return what logged sessions of one context say of a person.

    Parameters
    ----------
    cramps, sessions : int
        How many of the logged sessions had a cramp.
    expected : float
        Sum of the card's chances of those sessions, with the person's history at typical.
    model : Model, optional
        The published card unless given.
    context : str

    Returns
    -------
    OwnRecord or None
        None where the card has no such table, where the context's base rate is a guess, and
        where it is too little to say anything.
    """
    if not 0 <= cramps <= sessions or not (isfinite(expected) and 0 <= expected <= sessions):
        raise InputError(
            f"a record of {cramps} cramps, {expected:g} expected, in {sessions} sessions cannot be"
        )
    model = model or load_model()
    table, kind = model.own_record, model.context(context)
    if table is None or kind.guess:
        return None
    events = sessions if kind.event else 0
    if events < table.least_events and expected + cramps < table.least_count:
        return None
    shape, rate = cramps + table.prior, expected + table.prior
    ends = [gamma_quantile(shape, z) / rate for z in (-_Z, _Z)]
    low, factor, high = (_within(value, table) for value in (ends[0], shape / rate, ends[1]))
    return OwnRecord(
        context=kind.id,
        cramps=cramps,
        sessions=sessions,
        expected=expected,
        factor=factor,
        low=low,
        high=high,
    )


def no_record(context: str) -> OwnRecord:
    """Return the record of somebody unknown: it changes nothing, but leaves out the history."""
    return OwnRecord(
        context=context, cramps=0, sessions=0, expected=0.0, factor=1.0, low=1.0, high=1.0
    )


def record_before(logged: Logged, start_s: float, model: Model, context: str) -> OwnRecord | None:
    """Return the record of the sessions that were logged before one that starts then [s]."""
    earlier = logged.before(start_s)
    mine = (earlier.context == context) & (earlier.chance >= 0)
    if not mine.any():
        return None
    return own_record(
        int(earlier.cramp[mine].sum()),
        int(mine.sum()),
        float(earlier.chance[mine].sum()),
        model,
        context,
    )


#: The normal curve's 90 % quantile.
_Z = 1.2816


def gamma_quantile(shape: float, z: float) -> float:
    """Return a quantile of the Gamma distribution of rate 1, that of the normal curve at ``z``.

    Wilson & Hilferty 1931, PNAS 17:684, doi 10.1073/pnas.17.12.684: the cube root of a Gamma
    variate is nearly normal; within 1 % from shape 1.7 on, within 0.01 at 0.7.

    Examples
    --------
    >>> round(gamma_quantile(3.7, -1.2816), 2), round(gamma_quantile(3.7, 1.2816), 2)
    (1.55, 6.27)
    """
    ninth = 1 / (9 * shape)
    return shape * max(1 - ninth + z * sqrt(ninth), 0.0) ** 3


def _within(value: float, table: OwnRecordRule) -> float:
    return min(max(value, table.least_factor), table.most_factor)
