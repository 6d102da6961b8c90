"""Sports: FIT's words, what kind of movement each is, other formats' words for them, zones.

Sources: Garmin's TrainingCenterDatabase v2 schema (Sport: Running, Biking, Other); the words
Garmin Connect and Strava write into GPX ``<type>`` (Strava's upload documentation lists its own:
https://developers.strava.com/docs/uploads/); the numbers Strava wrote there until about 2023 as
collected in https://stackoverflow.com/questions/61903437; German words as Garmin Connect, Komoot
and OpenTracks show them.  Where no source is sure a word is left out and the sport is unknown.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

#: FIT's words for moving on one's feet, on a bike and in water.
FOOT: Final = frozenset(
    {"running", "walking", "hiking", "mountaineering", "snowshoeing", "trail_running"}
)
RUN: Final = frozenset({"running", "trail_running"})
BIKE: Final = frozenset({"cycling", "e_biking"})
WATER: Final = frozenset({"swimming", "open_water", "snorkeling", "diving", "apnea_diving"})
#: The change between two sports of a race, which is none itself.
TRANSITION: Final = "transition"
#: Sub-sports that are held in a room, and those that a game leads through a landscape of its own.
VIRTUAL: Final = frozenset({"virtual_activity"})
INDOOR: Final = VIRTUAL | {
    "cardio_training",
    "elliptical",
    "hiit",
    "indoor",
    "indoor_climbing",
    "indoor_cycling",
    "indoor_grinding",
    "indoor_hand_cycling",
    "indoor_rowing",
    "indoor_running",
    "indoor_skiing",
    "indoor_walking",
    "indoor_wheelchair_run",
    "indoor_wheelchair_walk",
    "lap_swimming",
    "pilates",
    "spin",
    "stair_climbing",
    "strength_training",
    "treadmill",
    "yoga",
}
#: Sports that a satellite receiver follows when they are held outdoors.
LEAVES_A_TRACK: Final = FOOT | BIKE | {"rowing", "cross_country_skiing", "inline_skating"}
#: Sports that are done in one place or in bursts: standing still is a part of them.
KEEPS_CLOCK: Final = frozenset(
    {
        "training",
        "fitness_equipment",
        "soccer",
        "basketball",
        "american_football",
        "rugby",
        "hockey",
        "tennis",
        "boxing",
        "rock_climbing",
        "golf",
        "floor_climbing",
        "team_sport",
        "racket",
        "hiit",
        "dance",
    }
)
#: Sub-sports whose cadence is of steps whatever the sport: gym machines for the legs.
_STEPPING: Final = frozenset(
    {"treadmill", "stair_climbing", "elliptical", "indoor_running", "indoor_walking"}
)


def counts_steps(sport: str, sub_sport: str | None = None) -> bool:
    """Say whether a cadence of this sport counts steps, and not revolutions or strokes."""
    return sport in FOOT or sub_sport in _STEPPING


def sport_of_legs(sports: Sequence[str]) -> str:
    """Return the sport of a session whose legs are of these: ``"multisport"`` where they differ."""
    found = dict.fromkeys(sport for sport in sports if sport != TRANSITION) or {sports[0]: None}
    return next(iter(found)) if len(found) == 1 else "multisport"


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


#: Apple Health's words, where they are not FIT's in capitals.
_APPLE: Final = MappingProxyType(
    {
        "DownhillSkiing": "alpine_skiing",
        "TraditionalStrengthTraining": "training",
        "FunctionalStrengthTraining": "training",
        "HighIntensityIntervalTraining": "hiit",
        "Elliptical": "fitness_equipment",
        "StairClimbing": "fitness_equipment",
        "SwimBikeRun": "multisport",
    }
)


def sport_of_apple(word: str) -> str:
    """Return FIT's sport for one of Apple Health's workout types, its own in small letters else."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower()
    return _APPLE.get(word) or plain or "unknown"


# ---- zones

#: Coggan's levels of power, `zone_fraction` [1]: shares of threshold power. [fraction]
POWER_ZONES: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "z1": (0.45, 0.55),  # "under 55 %"; the lower end is an assumption
        "z2": (0.56, 0.75),
        "z3": (0.76, 0.90),
        "z4": (0.91, 1.05),
        "z5": (1.06, 1.20),
        "z6": (1.21, 1.50),
        "z7": (1.50, 1.50),  # "over 150 %"
    }
)
#: Friel's zones of pace, `zone_fraction` [2]: given as shares of threshold pace (time a
#: kilometre), here turned round into shares of threshold speed. [fraction]
PACE_ZONES: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "z1": (0.70, 1 / 1.29),  # "slower than 129 %"; the lower end is an assumption
        "z2": (1 / 1.29, 1 / 1.14),
        "z3": (1 / 1.13, 1 / 1.06),
        "z4": (1 / 1.05, 1 / 0.99),
        "z5": (1 / 0.97, 1 / 0.90),
        "z6": (1 / 0.90, 1 / 0.80),  # "faster than 90 %"; the upper end is an assumption
    }
)
#: Words for zones: the names that both authors give them, and what people say for these.
ZONE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "recovery": "z1",
        "easy": "z2",
        "endurance": "z2",
        "steady": "z2",
        "moderate": "z3",
        "tempo": "z3",
        "threshold": "z4",
        "hard": "z4",
        "vo2max": "z5",
        "intervals": "z5",
    }
)
#: Zones of heart rate, as shares of the maximum: 50 to 100 % in steps of 10, what Garmin's devices
#: use unless told otherwise (Forerunner 945 owner's manual, "About heart rate zones"). [fraction]
HEART_RATE_ZONES: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {f"z{zone}": (0.4 + zone / 10, 0.5 + zone / 10) for zone in range(1, 6)}
)


def zone_fraction(zone: str, on_foot: bool) -> float:
    """Give the middle of a training zone as a share of threshold.

    Parameters
    ----------
    zone : str
        ``z1`` to ``z6``, or one of `ZONE_WORDS`.
    on_foot : bool
        Zones of pace, or else of power.

    Returns
    -------
    float
        Share of threshold speed on foot, else of threshold power. [fraction]

    References
    ----------
    .. [1] H. Allen, A. Coggan, "Training and Racing with a Power Meter," 2nd ed., VeloPress,
       2010, levels of power.
    .. [2] J. Friel, "The Triathlete's Training Bible," 3rd ed., VeloPress, 2009, zones of pace.

    Examples
    --------
    >>> f"{zone_fraction('z2', False):.2f} {zone_fraction('easy', True):.2f}"
    '0.66 0.83'
    """
    low, high = (PACE_ZONES if on_foot else POWER_ZONES)[ZONE_WORDS.get(zone, zone)]
    return (low + high) / 2
