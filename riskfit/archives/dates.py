"""Dates as people's settings write them: months in words, days before months, halves of days."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

#: Months by the first letters of their names, without accents: English, German, French, Spanish,
#: Italian, Portuguese, Dutch, the Nordic ones, Polish, Russian.
_MONTHS: Final = {
    letters: number
    for number, names in enumerate(
        (
            "jan ene gen sty \u044f\u043d\u0432",
            "feb fev lut \u0444\u0435\u0432",
            "mar maa mrt mae \u043c\u0430\u0440",
            "apr avr abr kwi \u0430\u043f\u0440",
            "may mai mei mag maj \u043c\u0430\u0438 \u043c\u0430\u044f",
            "jun juin giu cze \u0438\u044e\u043d",
            "jul juil lug lip \u0438\u044e\u043b",
            "aug aou ago sie \u0430\u0432\u0433",
            "sep set wrz \u0441\u0435\u043d",
            "oct okt ott out paz \u043e\u043a\u0442",
            "nov lis \u043d\u043e\u044f",
            "dec dez dic des gru \u0434\u0435\u043a",
        ),
        1,
    )
    for letters in names.split()
}
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?!\d)")
_AFTERNOON: Final = re.compile(r"\d\s*p\.?\s?m|\u5348\u5f8c|\u4e0b\u5348|\uc624\ud6c4")
_MORNING: Final = re.compile(r"\d\s*a\.?\s?m|\u5348\u524d|\u4e0a\u5348|\uc624\uc804")


def folded(text: str) -> str:
    """Return a text without accents, in small letters, its blanks single."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(kept.replace("\u2019", "'").split()).casefold()


def parse_moment(text: str) -> datetime | None:
    """Read a date with its time of day, in whatever language, as UTC.

    Parameters
    ----------
    text : str
        ``Jun 1, 2024, 8:00:00 AM``, ``20.09.2026, 14:12:12``, ``9 mei 2026, 19:00:00`` ...

    Returns
    -------
    datetime or None
        None where it is no such thing.
    """
    text = unicodedata.normalize("NFC", folded(text))
    times = list(_TIME.finditer(text))
    if not times:
        return None
    # a date with points looks like a time, and stands before it
    time = times[-1]
    halves = _AFTERNOON.search(text), _MORNING.search(text)
    hour = int(time[1]) % 12 + 12 * bool(halves[0]) if any(halves) else int(time[1])
    date = text[: time.start()] if time.start() else text[time.end() :]
    found = _year_month_day(date, american=any(halves))
    try:
        day = datetime(*found, tzinfo=UTC) if found else None
        return day and day.replace(hour=hour, minute=int(time[2]), second=int(time[3] or 0))
    except ValueError:
        return None


def _year_month_day(text: str, *, american: bool) -> tuple[int, int, int] | None:
    numbers = [int(digits) for digits in re.findall(r"\d+", text)]
    years = [number for number in numbers if 1900 <= number <= 2100]
    rest = [number for number in numbers if number not in years]
    words = re.findall(r"[^\W\d_]+", text)
    found = (_MONTHS.get(word[:size]) for word in words for size in (4, 3))
    month = next((one for one in found if one is not None), None)
    if not years or len(rest) < (1 if month else 2):
        return None
    if month is not None:
        return years[0], month, rest[0]
    month_first = numbers[0] == years[0] or (american and "/" in text)
    month, day = rest[:2] if month_first else rest[1::-1]
    return (years[0], day, month) if month > 12 else (years[0], month, day)
