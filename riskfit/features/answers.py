"""What answers and measurements count: ``models/answers.toml``, and the features made of it."""

from functools import cache

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from riskfit._common import FloatArray
from riskfit.athlete import WORDS, Conditions
from riskfit.errors import RuleError
from riskfit.features.results import Column, known, missing
from riskfit.references import check_references
from riskfit.strict_toml import Strict, bundled_text, convert_table, parse_toml

#: Nothing at the first number, full at the second.
Ramp = tuple[float, float]


class Sourced(Strict, frozen=True, kw_only=True):
    """What every entry says of itself: where its numbers are from."""

    from_: str = msgspec.field(name="from")
    references: tuple[str, ...]


class Levels(Sourced, frozen=True, kw_only=True):
    """A number for each word that an answer of the profile can be."""

    levels: dict[str, float]


class Overtired(Sourced, frozen=True, kw_only=True):
    """Signs of being overtired."""

    sleep_h: Ramp
    resting_hr_excess_bpm: Ramp


class Underfuelled(Sourced, frozen=True, kw_only=True):
    """Carbohydrate that is short, entering with the length of the session."""

    carbohydrate_g_h: Ramp
    duration_min: Ramp


class PlainWater(Sourced, frozen=True, kw_only=True):
    """Plain water alone, entering with what is sweated."""

    sweat_loss_pct: Ramp
    plain_below_mg_l: float
    share_untold: float


class Effort(Sourced, frozen=True, kw_only=True):
    """How hard a rating or the name of a sport is, as a share of what can be held that long."""

    ratings: tuple[float, ...]
    rated: tuple[float, ...]
    rated_spread: float
    labels: tuple[str, ...]
    titles: tuple[str, ...]
    labelled: tuple[float, float, float]


class Answers(Strict, frozen=True, kw_only=True):
    """The whole file, a table a feature."""

    cramp_history: Levels
    recent_injury: Levels
    overtired: Overtired
    underfuelled: Underfuelled
    plain_water_only: PlainWater
    effort: Effort


@cache
def load_answers() -> Answers:
    """Read the bundled file once."""
    return parse_answers(bundled_text("answers.toml"), "answers.toml")


def parse_answers(text: str, source: str) -> Answers:
    """Make the answers of a TOML text; ``source`` names it in messages."""
    file = convert_table(parse_toml(text, source), Answers, source)
    for name in Answers.__struct_fields__:
        place, entry = f"{source}: {name}", getattr(file, name)
        check_references(entry.references, place)
        if isinstance(entry, Levels) and set(entry.levels) != set(WORDS[name]):
            raise RuleError(f"{place}, key levels: give one for each of {', '.join(WORDS[name])}")
        for key in entry.__struct_fields__:
            value = getattr(entry, key)
            if (
                isinstance(value, tuple)
                and key not in ("references", "labels", "titles")
                and value[0] == value[1]
            ):
                raise RuleError(f"{place}, key {key}: a ramp needs two different numbers")
    return file


def ramp(value: ArrayLike, ends: Ramp) -> FloatArray:
    """Return how far a value is from the first end to the second, 0 to 1."""
    nothing, full = ends
    return np.clip((np.asarray(value) - nothing) / (full - nothing), 0.0, 1.0)


def level(name: str, answer: str | None) -> float | None:
    """Return the number of an answer, None where nobody answered."""
    entry: Levels = getattr(load_answers(), name)
    return None if answer is None else entry.levels[answer]


def overtired(conditions: Conditions) -> Column:
    """Return rule F4's response: the strongest of what was said, sleep and resting heart rate."""
    table, signs = load_answers().overtired, []
    if conditions.overtired is not None:
        signs.append(float(conditions.overtired))
    for name in ("sleep_h", "resting_hr_excess_bpm"):
        value = getattr(conditions, name)
        if value is not None:
            signs.append(float(ramp(value, getattr(table, name))))
    return known(max(signs), "told") if signs else missing("not told: --sleep, --overtired")


def plain_water_only(
    sweat_loss_pct: FloatArray, dry: FloatArray | None, conditions: Conditions
) -> Column:
    """Return rule D4's response; drinking nothing counts as no sodium.

    ``dry`` is 1 where nothing is drunk, 0 where something is, None where nobody told.
    """
    table = load_answers().plain_water_only
    entered = ramp(sweat_loss_pct, table.sweat_loss_pct)
    dry = np.zeros(1) if dry is None else dry
    if (dry == 1).all():
        return known(entered, "nothing_drunk")
    sodium = conditions.drink_sodium_mg_l
    if sodium is not None:
        plain = float(sodium < table.plain_below_mg_l)
        told = "plain_water" if plain else "sodium_in_drink"
        return known(entered * (dry + (1 - dry) * plain), told)
    share = dry + (1 - dry) * table.share_untold
    return known(share * entered, "drink_not_told", dry * entered, entered)


def underfuelled(active_min: FloatArray, conditions: Conditions) -> Column:
    """Return rule F6's response: carbohydrate that is short, in sessions long enough for it."""
    table = load_answers().underfuelled
    if conditions.skipped_meal:
        return known(np.ones_like(active_min), "meal_skipped")
    if conditions.carbohydrate_g_h is not None:
        short = ramp(conditions.carbohydrate_g_h, table.carbohydrate_g_h)
        return known(short * ramp(active_min, table.duration_min), "told")
    if conditions.skipped_meal is False:
        return missing("the carbohydrate taken is not told: --carbs")
    return missing("not told: --carbs, --skipped-meal")
