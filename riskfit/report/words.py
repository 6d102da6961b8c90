"""Numbers and names in words, for people: times, odds, quantities.  Only reports round."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite, isnan
from typing import Final

from riskfit._common import local_moment, zone_words
from riskfit.activity import Activity, PlannedSession
from riskfit.features.results import Feature
from riskfit.report.rounding import round_down
from riskfit.scoring.assessment import Chance

CAUSE_NAMES: Final = {
    "predisposition": "Predisposition",
    "overuse": "Overuse",
    "fatigue": "Fatigue",
    "dehydration": "Dehydration",
}
PART_NAMES: Final = {"you": "You", "session": "This session"}
#: Kinds of advice, in order, as headings.
ADVICE_KINDS: Final = {
    "red_flag": "First",
    "clinician": "With your doctor",
    "heat": "Heat",
    "drinking": "Drinking",
    "routine": "Training",
    "before": "Before",
    "acute": "In a cramp",
    "after": "Afterwards",
    "shoes": "Shoes",
    "caution": "Keep in mind",
}
#: Steps of each kind that go to the terminal and to paper, 2 of the others; `--full` and the
#: screen show all.
STEPS_SHOWN: Final = {
    "red_flag": 9,
    "clinician": 9,
    "drinking": 3,
    "routine": 3,
    "acute": 1,
    "after": 1,
    "caution": 9,
}
#: Stands where there is nothing to show, where nobody told, and where the average stood in.
NOTHING: Final = "–"
UNKNOWN: Final = "not known"
AVERAGE: Final = "Average assumed."
#: Decimal places by unit; others get none from 100 on, one from 10 on, else two.
_PLACES: Final = {
    "bpm": 0,
    "W": 0,
    "min": 0,
    "m": 0,
    "kcal": 0,
    "TSS": 0,
    "TRIMP": 0,
    "TSS/d": 0,
    "%": 0,
    "W/m2": 0,
    "count": 0,
    "days": 0,
    "°C": 1,
    "km": 1,
    "km/h": 1,
    "L": 1,
    "h": 1,
    "% body mass": 1,
    "years": 0,
    "kg": 1,
    "RPE x min": 0,
    "level": 0,
}
_SILENT_UNITS: Final = {"ratio", "fraction", "0/1", "0 to 1", "count", "level"}


# ---- quantities


def quantity(value: float, unit: str, *, like: str | None = None) -> str:
    """Return a value with its unit, rounded as that unit is read.

    Examples
    --------
    >>> quantity(161.6, "bpm")
    '162 bpm'
    >>> quantity(0.0712, "fraction")
    '0.07'
    """
    size = abs(value)
    usual = 0 if size >= 100 else 1 if size >= 10 else 2
    number = f"{value:.{_PLACES.get(like or unit, usual)}f}"
    if float(number) == 0:
        number = number.lstrip("-")
    return number if not unit or unit in _SILENT_UNITS else f"{number} {unit}"


def value_words(value: float, unit: str) -> str:
    """Return a value with its unit; what is there or not is a word.

    Examples
    --------
    >>> value_words(1.0, "0/1"), value_words(161.6, "bpm")
    ('yes', '162 bpm')
    """
    if unit == "0/1" and value in (0, 1):
        return "yes" if value else "no"
    return quantity(value, unit)


def range_words(feature: Feature) -> str:
    """Return what a feature is known to lie between, nothing where it is exact."""
    if feature.value is None or feature.low is None or feature.high is None:
        return ""
    low, high = (quantity(end, "", like=feature.unit) for end in (feature.low, feature.high))
    return f"{low} to {high}"


def temperature_words(feature: Feature) -> str:
    """Return an air temperature, with a word where nobody measured it."""
    guess = feature.origin is not None and feature.origin.is_guess
    return f"{feature.value:.0f} °C{' (assumed)' if guess else ''}"


def per_cent(share: float) -> str:
    """Return a share of a whole.

    Examples
    --------
    >>> per_cent(0.0712)
    '7.1 %'
    """
    return f"{100 * share:.1f} %"


def duration_words(minutes: float) -> str:
    """Return a duration as people say it.

    Examples
    --------
    >>> duration_words(234.3), duration_words(45.2)
    ('3 h 54 min', '45 min')
    """
    whole = round(minutes)
    return f"{whole // 60} h {whole % 60:02d} min" if whole >= 60 else f"{whole} min"


def minutes_words(minutes: float) -> str:
    """Return a duration, or that it is not known."""
    return duration_words(minutes) if isfinite(minutes) else NOTHING


def moment_words(posix_s: float, offset_s: float | None = None) -> str:
    """Return date, time of day and zone, and whose zone it is where nobody told.

    Examples
    --------
    >>> moment_words(1_780_000_000, 7200.0)
    'Thu 28 May 2026 22:26 UTC+2'
    """
    moment = local_moment(posix_s, offset_s)
    whose = " (this computer's time)" if offset_s is None or isnan(offset_s) else ""
    return f"{moment:%a %-d %b %Y %H:%M} {zone_words(moment)}{whose}"


def day_words(moment: datetime) -> str:
    """Return a day.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> day_words(datetime(2026, 5, 28, tzinfo=UTC))
    '28 May 2026'
    """
    return f"{moment:%-d %b %Y}"


# ---- scores and chances


def score_words(score: float | None, digits: int = 0) -> str:
    """Return a score: no number reaches a band that the score did not.

    Examples
    --------
    >>> score_words(35.97), score_words(None)
    ('35', '–')
    """
    if score is None or not isfinite(score):
        return NOTHING
    return f"{round_down(score, digits):.{digits}f}"


def between(low: float, high: float) -> str:
    """Return an interval of scores.

    Examples
    --------
    >>> between(19.7, 51.2)
    'between 20 and 51'
    """
    return f"between {low:.0f} and {high:.0f}"


def span(low: float, high: float) -> str:
    """Return the same interval in brackets' brevity.

    Examples
    --------
    >>> span(19.7, 51.2)
    '20 to 51'
    """
    return f"{low:.0f} to {high:.0f}"


def odds_words(odds: float) -> str:
    """Return odds as a factor.

    Examples
    --------
    >>> odds_words(4.49), odds_words(0.236)
    ('x4.5', 'x0.24')
    """
    return f"x{odds:.2g}" if odds < 10 else f"x{odds:.0f}"


def signed_odds(odds: float) -> str:
    """Say how odds compare with the usual.

    Examples
    --------
    >>> signed_odds(0.5), signed_odds(1.02), signed_odds(3.0)
    ('0.5 times its usual odds', 'about its usual odds', '3 times its usual odds')
    """
    if 0.95 <= odds <= 1.05:
        return "about its usual odds"
    return f"{odds:.2g} times its usual odds"


def one_in_words(chance: Chance) -> str:
    """Say a chance as a number of sessions; it illustrates and does not predict.

    Examples
    --------
    >>> one_in_words(Chance(value=0.0021, low=0.001, high=0.006))
    'as an illustration, about 2 of 1000 sessions like this (1 to 6)'
    """
    of = next((n for n in (100, 1000, 10000) if chance.value * n >= 1), 10000)
    counts = [round(share * of) for share in (chance.value, chance.low, chance.high)]
    return (
        f"as an illustration, about {counts[0]} of {of} sessions like this "
        f"({counts[1]} to {counts[2]})"
    )


def best_action(model: float, always: float) -> str:
    """Return what is worth most: model, always or never; where they tie the simpler one."""
    worth = {"never": 0.0, "always": always, "model": model}
    return max(worth, key=lambda name: worth[name])


# ---- names


_WRITTEN: Final = {"hiit": "HIIT", "e_biking": "e-biking"}


def plain(name: str) -> str:
    """Return a word of ours as people write it.

    Examples
    --------
    >>> plain("open_water"), plain("e_biking")
    ('open water', 'e-biking')
    """
    return _WRITTEN.get(name, name.replace("_", " "))


def capital(text: str) -> str:
    """Return a sentence with its first letter large; the others stay: WBGT keeps its capitals."""
    return text[:1].upper() + text[1:]


def joined(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    Examples
    --------
    >>> joined(["heat", "age", "a late fade"])
    'heat, age and a late fade'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def in_sentence(name: str) -> str:
    """Return a name as it stands inside a sentence: WBGT keeps its capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def sport_words(session: Activity | PlannedSession) -> str:
    """Return the sport, the legs of several, or just "session" where no sport is known.

    Of what is done in a gym the sub-sport says more.

    Examples
    --------
    >>> sport_words(PlannedSession(sport="open_water", duration_s=3600.0))
    'open water'
    """
    if isinstance(session, Activity):
        legs = [leg.sport for leg in session.legs if leg.sport != "transition"]
        if len(set(legs)) > 1:
            return " + ".join(map(plain, dict.fromkeys(legs)))
    elif len(session.sports) > 1:
        return " + ".join(map(plain, session.sports))
    elif session.sport == "training" and session.sub_sport:
        return plain(session.sub_sport)
    return "session" if session.sport == "unknown" else plain(session.sport)
