"""From what a person types to a value of the profile: numbers with units, words, own words."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import click

from riskfit import units
from riskfit.asking.questions import Choice, Part, part_of, short_name
from riskfit.athlete import WORDS, Athlete
from riskfit.errors import InputError
from riskfit.free_text import own_words
from riskfit.medical import diseases_in
from riskfit.rules.load import load_model
from riskfit.sports import can_be_planned, sport_of

#: Units of the profile's numbers; a bare number is in the unit that people use.
_QUANTITIES: Final[Mapping[str, click.ParamType[Any]]] = MappingProxyType(
    {
        "mass_kg": units.MASS,
        "height_m": units.HEIGHT,
        "age_years": units.YEARS,
        "hr_max_bpm": units.HEART_RATE,
        "hr_rest_bpm": units.HEART_RATE,
        "hr_threshold_bpm": units.HEART_RATE,
        "ftp_w": units.POWER,
        "threshold_speed_m_s": units.SPEED,
        "sweat_sodium_mmol_l": units.SWEAT_SODIUM,
        "sweat_factor": units.FACTOR,
        "usual_sessions_28d": units.SESSIONS,
        "usual_longest_h": units.LONGEST,
    }
)
_YES: Final = ("yes", "y", "true", "on")
_NO: Final = ("no", "n", "none", "never", "false", "off")
#: Words with which somebody denies: such a text is read as a whole.
_DENIES: Final = re.compile(r"\b(?:no|not|never|without|nor)\b", re.IGNORECASE)
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
_DAYS: Final = {"day": 1, "week": 7, "month": 30, "year": 365}


def value_of(key: str, text: str, today: date | None = None, *, name: str | None = None) -> Any:
    """Return what a text says of a key of the profile, as the profile's file holds it.

    Parameters
    ----------
    key : str
    text : str
        As a person writes it: ``61kg``, ``4:05/km``, ``never``, ``Lasix since May``.
    today : date, optional
        For what was begun some time ago.
    name : str, optional
        What the person called the key; a bare number behind a whole key is in that key's unit.

    Raises
    ------
    InputError
        If it says something impossible or unclear; the message has what would do.
    """
    called, said = name or short_name(key), text.strip()
    try:
        value = _value(key, said, called, today or datetime.now().astimezone().date())
        Athlete(**{key: _as_field(key, value)})
    except click.UsageError as error:
        raise InputError(f"{called}: {error.message}") from None
    except InputError as error:
        said_of = str(error)
        raise InputError(
            said_of if said_of.startswith(called) else f"{called}: {said_of}"
        ) from None
    return value


def _value(key: str, text: str, called: str, today: date) -> Any:
    part = part_of(key)
    if not text:
        raise InputError("nothing is said; `riskfit profile unset` forgets an answer")
    if key in _QUANTITIES:
        bare = called == key and re.fullmatch(r"\d+(?:\.\d+)?", text)
        number = float(text) if bare else _QUANTITIES[key].convert(text, None, None)
        return float(f"{number:.6g}")
    if key in _LISTS:
        return _LISTS[key](text, today)
    if part is not None and part.choices:
        return choice_of(part, text).value
    if key == "usual_sport":
        return _sport(text)
    if key in WORDS or key == "name":
        return text
    if text.lower() not in (*_YES, *_NO):
        raise InputError(f"{text!r} is unclear: give yes or no")
    return text.lower() in _YES


def choice_of(part: Part, text: str) -> Choice:
    """Return the choice that a text stands for, or say which there are."""
    choice = part.chosen(text)
    if choice is None:
        raise InputError(f"{text!r} is unclear: give one of {part.allowed}")
    return choice


def implied_by(part: Part | None, value: Any) -> dict[str, bool]:
    """Return the answers that follow from a list: what is not named in it is not there."""
    if part is None or not part.not_named:
        return {}
    named = {entry.profile_key for one in value for entry in diseases_in(one)}
    return dict.fromkeys((key for key in part.not_named if key not in named), False)


def _as_field(key: str, value: Any) -> Any:
    return tuple(value) if key == "red_flags" else None if isinstance(value, list) else value


def _sport(text: str) -> str:
    sport = sport_of(text)[0]
    if not can_be_planned(sport):
        raise InputError(f"{text!r} is no sport: give running, cycling, hiking, swimming ...")
    return sport


def _own(text: str) -> list[str]:
    """Return somebody's list in their own words, nothing where they say none."""
    if not own_words(text):
        return []
    if _DENIES.search(text):
        return [text]
    return [one.strip() for one in re.split(r"[,;\n]|\band\b", text) if one.strip()]


def _flags(text: str) -> list[str]:
    """Return the ids of warning signs, by number, id or name."""
    flags = load_model().red_flags
    if text.lower() in _NO or text == "0":
        return []
    named = {word: flag.id for flag in flags for word in (flag.id.lower(), flag.name.lower())}
    named |= {str(number): flag.id for number, flag in enumerate(flags, 1)}
    found = []
    for said in re.split(r"[,;]" if re.search(r"[a-z]{3}", text) else r"[,;\s]+", text.lower()):
        if said.strip() not in named:
            raise InputError(
                f"{said.strip()!r} is unclear: give none, or numbers from 1 to {len(flags)} "
                "(`riskfit card` lists them)"
            )
        found.append(named[said.strip()])
    return list(dict.fromkeys(found))


def _medicine(text: str, today: date) -> dict[str, Any]:
    """Return a medicine with the day it was begun, where that is said."""
    name, _, since = re.sub(r"[()]", " ", text).partition(" since ")
    name = " ".join(name.split())
    return {"name": name} | ({"started": _day(since, today)} if since.strip() else {})


def _day(text: str, today: date) -> date:
    """Return a day as people say it; of a month without a year the last one there was.

    Examples
    --------
    >>> _day("May", date(2026, 7, 4)), _day("3 weeks ago", date(2026, 7, 4))
    (datetime.date(2026, 5, 1), datetime.date(2026, 6, 13))
    """
    said = " ".join(text.lower().split()).removeprefix("the ").removesuffix(" ago")
    day = _counted_back(said, today) or _calendar_day(said, today)
    if day is None:
        raise InputError(
            f"since {text.strip()!r} is unclear: give a month (May), a day (2026-05-01) "
            "or how long ago (3 weeks ago)"
        )
    if day > today:
        raise InputError(f"since {text.strip()}: that day is still to come")
    return day


def _counted_back(said: str, today: date) -> date | None:
    ago = re.fullmatch(r"(\d+|an?|last) (day|week|month|year)s?", said)
    if said in ("today", "yesterday"):
        return today - timedelta(days=said == "yesterday")
    if ago is None:
        return None
    return today - timedelta(days=(int(ago[1]) if ago[1].isdigit() else 1) * _DAYS[ago[2]])


def _calendar_day(said: str, today: date) -> date | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", said):
            return date.fromisoformat(said)
        if re.fullmatch(r"\d{4}-\d\d", said):
            return date.fromisoformat(f"{said}-01")
    except ValueError:
        return None
    if re.fullmatch(r"(19|20)\d\d", said):
        return date(int(said), 1, 1)
    named = re.fullmatch(r"([a-z]{3,9})\.?(?: (\d{4}))?", said)
    place = -1 if named is None else _MONTHS.find(named[1][:3])
    if named is None or place % 3:
        return None
    month = place // 3 + 1
    year = int(named[2]) if named[2] else today.year - (month > today.month)
    return date(year, month, 1)


_LISTS: Final[Mapping[str, Callable[[str, date], list[Any]]]] = MappingProxyType(
    {
        "medications": lambda text, today: [_medicine(one, today) for one in _own(text)],
        "chronic_conditions": lambda text, _: _own(text),
        "red_flags": lambda text, _: _flags(text),
    }
)


def shown(value: Any) -> str:
    """Return a value of the profile as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        words = [one["name"] if isinstance(one, dict) else str(one) for one in value]
        return ", ".join(words) or "none"
    return str(value).replace("_", " ")
