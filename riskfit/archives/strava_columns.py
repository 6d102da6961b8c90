"""Find the columns of Strava's table: by their headings, by what they hold, by where they stand.

Headings are those of real exports in English, German, French and Dutch; in Spanish, Italian and
Portuguese as public importers name them.  In other languages what a column holds tells, beside
the places that the first columns have had in every layout since 2018.
"""

import re
from collections.abc import Callable
from typing import Final

from riskfit.archives.dates import folded, parse_moment

#: Quantity -> headings.
_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("activity id", "aktivitäts-id", "id de l'activité", "activiteits-id"),
    "date": (
        "activity date",
        "aktivitätsdatum",
        "date de l'activité",
        "datum van activiteit",
        "fecha de la actividad",
        "data dell'attività",
        "data da atividade",
    ),
    "name": (
        "activity name",
        "name der aktivität",
        "nom de l'activité",
        "nombre de la actividad",
        "nome attività",
        "naam activiteit",
        "naam van activiteit",
        "nome da atividade",
        "name",
    ),
    "type": (
        "activity type",
        "aktivitätsart",
        "type d'activité",
        "activiteitstype",
        "tipo de actividad",
        "tipo attività",
        "tipo di attività",
        "tipo de atividade",
    ),
    "file": (
        "filename",
        "dateiname",
        "nom du fichier",
        "nombre de archivo",
        "nome file",
        "bestandsnaam",
        "nome do arquivo",
    ),
    "elapsed": ("elapsed time", "verstrichene zeit", "temps écoulé", "verstreken tijd"),
    "moving": ("moving time", "bewegungszeit", "durée de déplacement", "beweegtijd"),
    "distance": ("distance", "distanz", "afstand", "distancia", "distanza", "distância"),
    "ascent": ("elevation gain", "höhenzunahme", "dénivelé positif"),
    "heart_rate": ("average heart rate", "durchschnittliche herzfrequenz"),
    "heart_rate_max": ("max heart rate", "max. herzfrequenz", "fréquence cardiaque max."),
    "power": ("average watts", "durchschnittliche watt"),
    "energy": ("calories", "kalorien", "calorieën"),
    "mass": (
        "athlete weight",
        "sportlergewicht",
        "gewicht des athleten",
        "poids de l'athlète",
        "peso del atleta",
    ),
    "rpe": (
        "perceived exertion",
        "gefühlte anstrengung",
        "effort ressenti",
        "effort perçu",
        "ervaren inspanning",
    ),
    "temperature": (
        "weather temperature",
        "wetter: temperatur",
        "wettertemperatur",
        "température selon les prévisions météo",
        "température météo",
    ),
    "humidity": ("humidity", "luftfeuchtigkeit", "humidité"),
    "wind": ("wind speed", "windgeschwindigkeit", "vitesse du vent"),
    "cloud": ("cloud cover", "wolkendecke", "bewölkung", "couverture nuageuse"),
    "race": ("competition", "wettbewerb", "wettkampf", "compétition"),
}
_QUANTITIES: Final = {
    folded(heading): quantity for quantity, headings in _HEADINGS.items() for heading in headings
}
#: Columns before the description, and those behind the file's where that is the thirteenth.
_FIRST: Final = {"id": 0, "date": 1, "name": 2, "type": 3, "elapsed": 5, "distance": 6}
_FILE_PLACE: Final = 12
_LATER: Final = {"mass": 13, "elapsed": 15, "moving": 16, "distance_m": 17}
#: What follows a file's name in every layout.
_MASS_KG: Final = re.compile(r"^[3-9]\d([.,]\d+)?$|^1\d\d([.,]\d+)?$")
_FILE: Final = re.compile(r"^/?activities/[^/]+\.(fit|tcx|gpx)(\.gz)?$", re.IGNORECASE)


def columns_of(header: list[str], body: list[list[str]]) -> dict[str, int]:
    """Return where each quantity stands; of headings that come twice the first that is filled in.

    Of two distances the second is in metres: ``"distance_m"``.

    Parameters
    ----------
    header : list of str
    body : list of list of str

    Returns
    -------
    dict of str to int
    """
    titles = [folded(re.sub(r"<[^>]*>", "", title)) for title in header]
    places: dict[str, int] = {}
    for quantity in _HEADINGS:
        found = [place for place, title in enumerate(titles) if _QUANTITIES.get(title) == quantity]
        filled = [p for p in found if any(len(row) > p and row[p] for row in body)]
        if found:
            places[quantity] = (filled or found)[0]
        if quantity == "distance" and len(found) > 1:
            places["distance_m"] = found[1]
    _add_by_content(places, len(header), body)
    return places


def _add_by_content(places: dict[str, int], count: int, body: list[list[str]]) -> None:
    """Add columns whose headings are of a language that nobody told us of."""
    if "file" not in places:
        # names of files look like nothing else
        shares = [
            _share(body, place, lambda text: bool(_FILE.match(text))) for place in range(count)
        ]
        if any(shares):
            places["file"] = shares.index(max(shares))
    if _share(body, _FIRST["date"], lambda text: parse_moment(text) is not None) <= _MOST:
        return
    taken = set(places.values())
    by_place = list(_FIRST.items())
    file = places.get("file", count)
    if file == _FILE_PLACE:
        by_place += _LATER.items()
    elif _share(body, file + 1, lambda text: bool(_MASS_KG.match(text))) > _MOST:
        by_place.append(("mass", file + 1))
    for quantity, place in by_place:
        if place < count and place not in taken:
            places.setdefault(quantity, place)


#: Of the cells that are filled in, so many are of a kind where the column is. [fraction]
_MOST: Final = 0.5


def _share(body: list[list[str]], place: int, of_kind: Callable[[str], bool]) -> float:
    """Return how many of a column's cells are of a kind, of those that are filled in."""
    cells = [row[place].strip() for row in body if len(row) > place and row[place].strip()]
    return sum(map(of_kind, cells)) / len(cells) if cells else 0.0
