"""Strava's bulk export: files named by upload, and a table that joins them by name.

Columns are found by their names, in several languages, and the one with the file names by what
it holds; never by count or position, which change every few months.
"""

import csv
import io
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from riskfit.archives.supplement import Supplement
from riskfit.athlete import Athlete, Conditions
from riskfit.origin import Origin

TABLE: Final = "activities.csv"
#: Quantity -> headers, in small letters.  Where a language is missing, the column is not used.
_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "file": (
        "filename",
        "dateiname",
        "nom du fichier",
        "nombre de archivo",
        "nome file",
        "bestandsnaam",
        "nome do arquivo",
    ),
    "name": (
        "activity name",
        "name der aktivität",
        "nom de l'activité",
        "nombre de la actividad",
        "nome attività",
        "naam activiteit",
        "nome da atividade",
        "name",
    ),
    "mass": ("athlete weight", "gewicht des athleten", "poids de l'athlète", "peso del atleta"),
    "rpe": ("perceived exertion", "gefühlte anstrengung", "effort perçu"),
    "temperature": ("weather temperature", "wettertemperatur", "température météo"),
    "humidity": ("humidity", "luftfeuchtigkeit", "humidité"),
    "wind": ("wind speed", "windgeschwindigkeit", "vitesse du vent"),
    "cloud": ("cloud cover", "bewölkung", "couverture nuageuse"),
    "race": ("competition", "wettkampf", "compétition"),
}
_LOST_ROW: Final = "#error#"
_SOURCE: Final = "weather in Strava's export"
_FILE: Final = re.compile(r"^activities/[^/]+\.(fit|tcx|gpx)(\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StravaTable:
    """What the table says: file -> supplement; how many rows are unreadable or without a file."""

    files: dict[str, Supplement]
    unreadable_rows: int
    manual_rows: int


def read_table(data: bytes) -> StravaTable:
    """Read ``activities.csv``.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    StravaTable
        Without a file that any row names, empty.
    """
    rows = _rows(data)
    if not rows:
        return StravaTable({}, 0, 0)
    header, body = rows[0], rows[1:]
    places = _columns(header, body)
    if "file" not in places:
        return StravaTable({}, 0, len(body))
    files: dict[str, Supplement] = {}
    unreadable = manual = 0
    percent = _scales(body, places)
    for row in body:
        file = _cell(row, places, "file")
        if _LOST_ROW in (file, *row[:2]):
            unreadable += 1
        elif not file:
            manual += 1
        else:
            files.setdefault(file.lstrip("/"), _supplement(row, places, percent))
    return StravaTable(files, unreadable, manual)


def _rows(data: bytes) -> list[list[str]]:
    text = data.decode("utf-8-sig", errors="replace").replace("\0", "")
    delimiter = (
        ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    )
    csv.field_size_limit(1 << 24)  # descriptions may be long
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error:
        return []


def _columns(header: list[str], body: list[list[str]]) -> dict[str, int]:
    """Find the columns; of names that come twice the first that is filled in."""
    titles = [" ".join(title.replace("’", "'").split()).casefold() for title in header]
    places: dict[str, int] = {}
    for quantity, names in _HEADERS.items():
        found = [place for place, title in enumerate(titles) if title in names]
        filled = [p for p in found if any(len(row) > p and row[p] for row in body)]
        if filled or found:
            places[quantity] = (filled or found)[0]
    if "file" not in places:
        # a language nobody told us of: file names look like nothing else
        counts: list[int] = [
            sum(bool(len(row) > place and _FILE.match(row[place])) for row in body)
            for place in range(len(header))
        ]
        if any(counts):
            places["file"] = counts.index(max(counts))
    return places


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
    return Supplement(
        weather=weather,
        athlete=None if mass is None else Athlete(mass_kg=mass),
        race=True if race in ("true", "1", "1.0") else None,
        rpe=value("rpe", 0, 10),
        name=_cell(row, places, "name") or None,
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
