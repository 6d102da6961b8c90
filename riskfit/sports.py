"""Sports: FIT's words, what kind of movement each is, other formats' words for them, zones.

The words stand in ``sports.toml`` beside this module, with their sources.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

#: FIT's words for moving on one's feet, on a bike and in water.
FOOT: Final = frozenset(
    {"running", "walking", "hiking", "mountaineering", "snowshoeing", "trail_running"}
)
RUN: Final = frozenset({"running", "trail_running"})
WALK: Final = FOOT - RUN
#: Hours on one's feet or on a chair, which are no sport; words of our own, not of FIT.
STILL: Final = frozenset({"standing", "sitting"})
BIKE: Final = frozenset({"cycling", "e_biking"})
#: A bike whose speed and power are not the rider's alone.
E_BIKE: Final = "e_biking"
PEDALLED: Final = BIKE - {E_BIKE}
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
        "volleyball",
        "baseball",
        "cricket",
        "lacrosse",
        "mixed_martial_arts",
        "jump_rope",
        "meditation",
        "disc_golf",
    }
)
#: What people do on most days and do not record.
DAILY: Final = WALK | STILL
#: Sports of one movement: who is used to one of a group is used to the others.
_ALIKE: Final = (RUN, BIKE, frozenset({"swimming", "open_water"}), frozenset({"hiit", "boot_camp"}))


def accustoming(sport: str) -> frozenset[str]:
    """Return the sports whose sessions make a body used to one: running also to walking.

    Examples
    --------
    >>> sorted(accustoming("running")), "running" in accustoming("hiking")
    (['running', 'trail_running'], True)
    """
    if sport in WALK:
        return FOOT
    return next((group for group in _ALIKE if sport in group), frozenset({sport}))


#: What moves people without their muscles, and files record all the same.
MOTORISED: Final = frozenset({"boating", "driving", "flying", "motorcycling"})
#: Words of files that say no sport, or several.
_NO_ONE_SPORT: Final = frozenset({"unknown", "generic", "multisport", "transition"})
_E_BIKES: Final = frozenset({"e_bike_fitness", "e_bike_mountain"})
#: Sub-sports whose cadence is of steps whatever the sport: gym machines for the legs.
_STEPPING: Final = frozenset(
    {"treadmill", "stair_climbing", "elliptical", "indoor_running", "indoor_walking"}
)


def can_be_planned(sport: str) -> bool:
    """Say whether it is one sport, and one of muscles."""
    return sport not in MOTORISED | _NO_ONE_SPORT


def counts_steps(sport: str, sub_sport: str | None = None) -> bool:
    """Say whether a cadence of this sport counts steps, and not revolutions or strokes."""
    return sport in FOOT or sub_sport in _STEPPING


def with_motor(sport: str, sub_sport: str | None) -> str:
    """Return a sport with e-bikes told from bikes, which FIT does by the sub-sport as well."""
    return E_BIKE if sport == "cycling" and sub_sport in _E_BIKES else sport


def sport_of_legs(sports: Sequence[str]) -> str:
    """Return the sport of a session whose legs are of these: ``"multisport"`` where they differ."""
    found = dict.fromkeys(sport for sport in sports if sport != TRANSITION) or {sports[0]: None}
    return next(iter(found)) if len(found) == 1 else "multisport"


def sport_of(word: str | None) -> tuple[str, str | None]:
    """Return FIT's sport and sub-sport for a word of a file, an export or a person.

    Case, accents, blanks and punctuation do not count.

    Parameters
    ----------
    word : str or None

    Returns
    -------
    tuple of str and (str or None)
        ``("unknown", None)`` where nobody knows the word.

    Examples
    --------
    >>> sport_of("Course \u00e0 pied"), sport_of("TRAIL_RUNNING")
    (('running', None), ('running', 'trail'))
    """
    key = _folded(word or "")
    words = _words()
    return words.get(key) or words.get(_VERSION.sub("", key)) or ("unknown", None)


#: What Garmin appends to the keys of newer editions of a type.
_VERSION: Final = re.compile(r"(v\d|ws|activity)$")


def _folded(word: str) -> str:
    """Return a word as its letters and digits alone, without case and accents."""
    plain = unicodedata.normalize("NFKD", word.casefold()).translate(_STROKES)
    return "".join(letter for letter in plain if letter.isalnum())


#: Letters that carry their stroke inside.
_STROKES: Final = str.maketrans("øłđı", "oldi")


@cache
def _words() -> dict[str, tuple[str, str | None]]:
    """Return every known word, folded, with the sport and sub-sport it stands for."""
    from pkgutil import get_data

    import tomli

    found: dict[str, tuple[str, str | None]] = {}
    text = get_data("riskfit", "sports.toml") or b""
    for entry in tomli.loads(text.decode())["sport"]:
        for word in entry["words"].replace("\n", " ").split(";"):
            if word.strip():
                found.setdefault(_folded(word), (entry["sport"], entry.get("sub_sport")))
    return found


def sport_of_apple(word: str) -> str:
    """Return FIT's sport for one of Apple Health's workout types, its own in small letters else."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower()
    known = sport_of(word)[0]
    return known if known != "unknown" else plain or known


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
