"""Sports: FIT's words, what kind of movement each is, and other formats' words for them.

Sources: Garmin's TrainingCenterDatabase v2 schema (Sport: Running, Biking, Other); the words
Garmin Connect and Strava write into GPX ``<type>`` (Strava's upload documentation lists its own:
https://developers.strava.com/docs/uploads/); the numbers Strava wrote there until about 2023 as
collected in https://stackoverflow.com/questions/61903437; German words as Garmin Connect, Komoot
and OpenTracks show them.  Where no source is sure a word is left out and the sport is unknown.
"""

import re
from typing import Final

#: Words of FIT for moving on one's feet, on a bike and in water.
FOOT: Final = frozenset(
    {"running", "walking", "hiking", "mountaineering", "snowshoeing", "trail_running"}
)
RUN: Final = frozenset({"running", "trail_running"})
BIKE: Final = frozenset({"cycling", "e_biking"})
WATER: Final = frozenset({"swimming", "open_water", "snorkeling", "diving", "apnea_diving"})
#: Sub-sports that are held under a roof (FIT's words).
INDOOR: Final = frozenset(
    {
        "treadmill",
        "spin",
        "indoor_cycling",
        "indoor_rowing",
        "indoor_running",
        "indoor_walking",
        "indoor_climbing",
        "indoor_skiing",
        "indoor",
        "virtual_activity",
        "elliptical",
        "stair_climbing",
        "lap_swimming",
        "cardio_training",
        "strength_training",
        "yoga",
        "pilates",
        "hiit",
    }
)
#: Sports that a satellite receiver follows when they are held outdoors.
LEAVES_A_TRACK: Final = FOOT | BIKE | {"rowing", "cross_country_skiing", "inline_skating"}

#: Word without blanks, hyphens and underscores, lower case -> sport and sub-sport.
_SPORTS: dict[str, tuple[str, str | None]] = {}


def _add(sport: str, sub_sport: str | None, words: str) -> None:
    for word in words.split():
        _SPORTS[word] = (sport, sub_sport)


_add("running", None, "running run 9 jogging jog laufen lauf joggen streetrunning")
_add("running", "trail", "trailrunning trailrun trail traillauf trailrunninglauf")
_add("running", "treadmill", "treadmillrunning treadmill laufband laufbandtraining")
_add("running", "track", "trackrunning tracklauf")
_add("running", "virtual_activity", "virtualrun virtualrunning")
_add("cycling", None, "cycling biking bike bicycle ride 1 bikeride radfahren rad radsport velo")
_add("cycling", "road", "roadbiking roadcycling roadbike rennrad rennradfahren racebike")
_add("cycling", "mountain", "mountainbiking mountainbike mtb mountainbikeride mountainbiken")
_add("cycling", "gravel_cycling", "gravelcycling gravelride gravelbike gravel")
_add("cycling", "indoor_cycling", "indoorcycling indoorbike spinning indoorradfahren")
_add("cycling", "virtual_activity", "virtualride 17 virtualcycling")
_add("e_biking", None, "ebikeride ebiking ebike ebikefahren 18 emountainbikeride ebikemountain")
_add("walking", None, "walking walk 10 gehen spazieren spaziergang casualwalking")
_add("walking", "speed_walking", "speedwalking nordicwalking")
_add("hiking", None, "hiking hike 4 wandern wanderung trekking")
_add("swimming", None, "swimming swim 16 schwimmen")
_add("swimming", "lap_swimming", "lapswimming poolswimming bahnenschwimmen")
_add("swimming", "open_water", "openwaterswimming openwater freiwasserschwimmen")
_add("rowing", None, "rowing rudern")
_add("rowing", "indoor_rowing", "indoorrowing")
_add("cross_country_skiing", None, "crosscountryskiing nordicski langlauf langlaufen xcskiing")
_add("alpine_skiing", None, "alpineski alpineskiing skifahren resortskiing")
_add("alpine_skiing", "backcountry", "backcountryski backcountryskiing skitour skitouring")
_add("snowshoeing", None, "snowshoe snowshoeing schneeschuhwandern")
_add("inline_skating", None, "inlineskate inlineskating inlineskaten")
_add("ice_skating", None, "iceskate iceskating")
_add("stand_up_paddleboarding", None, "standuppaddling standuppaddleboarding sup")
_add("kayaking", None, "kayaking kayak")
_add("paddling", None, "paddling canoeing canoe")
_add("mountaineering", None, "mountaineering bergsteigen")
_add("training", "strength_training", "strengthtraining weighttraining krafttraining")
_add("training", None, "workout training")
_add("fitness_equipment", "elliptical", "elliptical crosstrainer")
_add("soccer", None, "soccer football fussball fußball")
_add("tennis", None, "tennis")
_add("transition", None, "transition")
_add("multisport", None, "multisport triathlon")
_add("generic", None, "other generic sonstige")


def sport_of(word: str | None) -> tuple[str, str | None]:
    """Return FIT's sport and sub-sport for a word of another format.

    Parameters
    ----------
    word : str or None

    Returns
    -------
    tuple of str and (str or None)
        ``("unknown", None)`` where nobody knows the word.
    """
    key = re.sub(r"[\s_-]+", "", word or "").casefold()
    return _SPORTS.get(key) or _SPORTS.get(key.replace("ss", "ß")) or ("unknown", None)
