"""Which kind of session one is when nobody says, and where it cannot be what it was told to be."""

from collections.abc import Iterable, Sequence
from math import isfinite, isnan

from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.origin import Origin
from riskfit.rules.contexts import Kind, Span, load_kinds
from riskfit.rules.model import Model


class Facts(Struct, frozen=True, kw_only=True):
    """What is known of a session; nan and None are unknown.

    ``race`` says whether it is marked as a race, ``origin`` where the facts come from.
    """

    sport: str
    distance_km: float
    duration_min: float
    race: bool | None
    origin: Origin


class Taken(Struct, frozen=True, kw_only=True):
    """The context a session has, where from, and what is to be said of it.

    ``agrees`` is False where the session cannot be one of its kind: a chance would be of another.
    """

    context: str
    origin: Origin
    agrees: bool = True
    note: str | None = None


def take_context(model: Model, facts: Facts, told: str | None = None) -> Taken:
    """Return a session's context: as it was told, else what the session shows, else the default.

    What is not marked as a race is no event, because an event carries its base rate; where it has
    the length of one it is asked about.
    """
    kinds = [kind for kind in load_kinds().values() if kind.id in model.contexts]
    near = next((kind for kind in kinds if _is_taken(kind, facts)), None)
    if told is not None:
        return _told(model, model.context(told).id, facts, near)
    usual = model.context().id
    if near is None:
        return Taken(context=usual, origin=Origin.ASSUMED)
    name = model.contexts[near.id].name
    if near.race and not facts.race and not _in_any(facts.distance_km, near.sure_km):
        if facts.race is None and near.asked:
            note = f"It is as long as {name}: if it is one, say --race or --context {near.id}."
            return Taken(context=usual, origin=Origin.ASSUMED, note=note)
        return Taken(context=usual, origin=Origin.ASSUMED)
    because = "its distance" if isfinite(facts.distance_km) and near.taken_km else "its sport"
    if near.race and facts.race:
        because += " and because it is a race"
    note = f"Taken as {name} by {because}: say --context {usual} if it is not."
    return Taken(context=near.id, origin=facts.origin, note=note)


def take_contexts(
    model: Model,
    told: str | None,
    sport: Sequence[str],
    values: FloatArray,
) -> list[Taken]:
    """Return the context of each recording of a table, rows x catalogue; nan is unknown."""
    columns = [FEATURE_INDEX[name] for name in ("distance_km", "duration_min", "race_effort")]
    rows = zip(sport, *values[:, columns].T.tolist(), strict=True)
    return [
        take_context(
            model,
            Facts(
                sport=what,
                distance_km=km,
                duration_min=minutes,
                race=None if isnan(mark) else mark > 0,
                origin=Origin.RECORDED,
            ),
            told,
        )
        for what, km, minutes, mark in rows
    ]


def _told(model: Model, context: str, facts: Facts, near: Kind | None) -> Taken:
    """Return a context that was told, and say where the session is none."""
    kind = load_kinds().get(context)
    name = model.contexts[context].name
    note = None
    if kind is not None and not _fits(kind, facts):
        note = (
            f"This session cannot be {name} by its sport, distance or time, so no chance is shown."
        )
    elif near is not None and near.race and context == model.context().id and _open(near, facts):
        other = model.contexts[near.id].name
        note = (
            f"This is as long as {other}, and was told to be {name}, so no chance is shown. Say "
            f"--context {near.id} if it is one, or --no-race."
        )
    return Taken(context=context, origin=Origin.TOLD, agrees=note is None, note=note)


def _open(kind: Kind, facts: Facts) -> bool:
    """Say whether a session as long as an event may be one, whatever it was told to be."""
    return bool(facts.race) or (kind.asked and facts.race is None)


def _is_taken(kind: Kind, facts: Facts) -> bool:
    """Say whether a session has sport and size of a kind; what decides must be known."""
    if facts.sport not in kind.sports or not _fits(kind, facts):
        return False
    if kind.taken_km is not None:
        return _within(facts.distance_km, kind.taken_km)
    return kind.taken_min is not None and _within(facts.duration_min, kind.taken_min)


def _fits(kind: Kind, facts: Facts) -> bool:
    """Say whether a session could be of a kind; what is unknown could."""
    return (
        (not kind.sports or facts.sport in {*kind.sports, "unknown", "generic"})
        and not _beyond(facts.distance_km, kind.fits_km)
        and not _beyond(facts.duration_min, kind.fits_min)
    )


def _within(value: float, span: Span) -> bool:
    return span[0] <= value <= span[1]


def _beyond(value: float, span: Span) -> bool:
    return value < span[0] or value > span[1]


def _in_any(value: float, spans: Iterable[Span]) -> bool:
    return any(_within(value, span) for span in spans)
