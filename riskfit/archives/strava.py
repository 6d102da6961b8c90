"""Strava's bulk export: files named by upload, and a table that joins them by name.

Rows without a file were entered by hand or by a trainer's app: they are sessions by their totals.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np

from riskfit.activity import Summary
from riskfit.archives.dates import parse_moment
from riskfit.archives.strava_columns import columns_of
from riskfit.archives.supplement import Supplement
from riskfit.athlete import Athlete, Conditions
from riskfit.origin import Origin
from riskfit.sports import sport_of

TABLE: Final = "activities.csv"
_LOST_ROW: Final = "#error#"
_SOURCE: Final = "weather in Strava's export"
#: Shorter is a slip of the finger, longer is no session. [s]
_LENGTHS_S: Final = (60.0, 14 * 86400.0)


@dataclass(frozen=True, slots=True)
class ByHand:
    """A session that has no file: what its row says of it."""

    name: str
    start: datetime
    totals: Summary
    supplement: Supplement


@dataclass(frozen=True, slots=True)
class StravaTable:
    """What the table says: of each file, of sessions without one.

    ``bare_rows`` have neither a file nor what makes a session.
    """

    files: dict[str, Supplement] = field(default_factory=dict)
    by_hand: list[ByHand] = field(default_factory=list)
    unreadable_rows: int = 0
    bare_rows: int = 0


def plain_name(file: str) -> str:
    """Return what a file is called whether or not somebody has unpacked it."""
    return file.strip("/").casefold().removesuffix(".gz")


def read_table(data: bytes) -> StravaTable:
    """Read ``activities.csv``.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    StravaTable
        Empty where it is another table of that name, as none of its columns holds files.
    """
    rows = _rows(data)
    header, body = (rows[0], rows[1:]) if rows else ([], [])
    places = columns_of(header, body)
    if "file" not in places:
        return StravaTable()
    files: dict[str, Supplement] = {}
    by_hand: list[ByHand] = []
    unreadable = bare = 0
    scales = _scales(body, places)
    for row in body:
        file = _cell(row, places, "file")
        if _LOST_ROW in (file, *row[:2]):
            unreadable += 1
        elif file:
            files.setdefault(file.lstrip("/"), _supplement(row, places, scales))
        elif (session := _by_hand(row, places, scales)) is not None:
            by_hand.append(session)
        else:
            bare += 1
    return StravaTable(files, by_hand, unreadable, bare)


def _rows(data: bytes) -> list[list[str]]:
    text = _text(data).replace("\0", "")
    first = text.partition("\n")[0]
    csv.field_size_limit(1 << 24)  # descriptions may be long
    try:
        read = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
        return [row for row in read if row]
    except csv.Error:
        return []


def _text(data: bytes) -> str:
    """Decode what Strava wrote, or what a spreadsheet made of it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _by_hand(row: list[str], places: dict[str, int], scales: dict[str, float]) -> ByHand | None:
    start = parse_moment(_cell(row, places, "date"))
    elapsed_s, moving_s = (_positive(row, places, name) for name in ("elapsed", "moving"))
    length_s = max(elapsed_s or 0.0, moving_s or 0.0)
    if start is None or not _LENGTHS_S[0] <= length_s <= _LENGTHS_S[1]:
        return None
    kilometres = _positive(row, places, "distance")
    distance_m = _positive(row, places, "distance_m") or (kilometres and kilometres * 1000)
    totals = Summary(
        elapsed_s=length_s,
        timer_s=moving_s,
        distance_m=distance_m,
        energy_kcal=_positive(row, places, "energy"),
        heart_rate_avg_bpm=_positive(row, places, "heart_rate"),
        heart_rate_max_bpm=_positive(row, places, "heart_rate_max"),
        power_avg_w=_positive(row, places, "power"),
        ascent_m=_positive(row, places, "ascent"),
    )
    name = f"row {_cell(row, places, 'id') or start.isoformat()}"
    return ByHand(name, start, totals, _supplement(row, places, scales))


def _positive(row: list[str], places: dict[str, int], quantity: str) -> float | None:
    """Return a number above 0: Strava writes 0 for what nobody told."""
    number = _number(_cell(row, places, quantity))
    return number if number is not None and number > 0 else None


def _scales(body: list[list[str]], places: dict[str, int]) -> dict[str, float]:
    """Say for each share whether it is written as 0 to 1 or 0 to 100: all rows decide."""
    scales = {}
    for quantity in ("humidity", "cloud"):
        values = [v for row in body if (v := _number(_cell(row, places, quantity))) is not None]
        scales[quantity] = 1.0 if max(values, default=0.0) <= 1.0 else 100.0
    return scales


def _supplement(row: list[str], places: dict[str, int], scales: dict[str, float]) -> Supplement:
    def value(quantity: str, low: float, high: float) -> float | None:
        number = _number(_cell(row, places, quantity))
        return number if number is not None and low <= number <= high else None

    humidity = value("humidity", 0, scales["humidity"])
    cloud = value("cloud", 0, scales["cloud"])
    told: dict[str, Any] = {
        "air_temperature_c": value("temperature", -60, 60),
        "relative_humidity_pct": None if humidity is None else humidity / scales["humidity"] * 100,
        "wind_m_s": value("wind", 0, 60),
        "sun_fraction": None if cloud is None else _sun(cloud / scales["cloud"]),
    }
    weather = None
    if any(one is not None for one in told.values()):
        weather = Conditions(**told, source=_SOURCE, origin=Origin.EXPORT)
    mass = value("mass", 20, 300)
    race = (_cell(row, places, "race") or "").casefold()
    sport = sport_of(_cell(row, places, "type"))
    return Supplement(
        weather=weather,
        athlete=None if mass is None else Athlete(mass_kg=mass),
        race=True if race in ("true", "1", "1.0") else None,
        rpe=value("rpe", 0, 10),
        name=_cell(row, places, "name") or None,
        sport=None if sport[0] == "unknown" else sport,
    )


def _sun(cloud_fraction: float) -> float:
    from riskfit.formulas.sun import sun_of_cloud

    return float(sun_of_cloud(np.array(cloud_fraction)))


def _cell(row: list[str], places: dict[str, int], quantity: str) -> str:
    place = places.get(quantity)
    return row[place].strip() if place is not None and place < len(row) else ""


def _number(text: str) -> float | None:
    """Read a number with a point or a comma."""
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
