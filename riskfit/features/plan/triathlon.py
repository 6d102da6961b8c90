"""The legs of a triathlon: standard distances, and how long legs take that nobody timed."""

from dataclasses import dataclass
from math import log
from typing import Final

from riskfit.activity import PlannedSegment
from riskfit.errors import InputError

#: Swim, bike and run of the usual races: World Triathlon's competition rules (sprint and
#: standard), and Ironman's 70.3 and 140.6 miles. [m]
DISTANCES_M: Final[dict[str, tuple[float, float, float]]] = {
    "sprint": (750.0, 20_000.0, 5_000.0),
    "olympic": (1500.0, 40_000.0, 10_000.0),
    "half": (1931.0, 90_123.0, 21_097.5),
    "full": (3862.0, 180_246.0, 42_195.0),
}
#: What people call them: by name, and by their length in km or miles.
NAMES: Final[dict[str, str]] = {
    "sprint": "sprint",
    "25.75": "sprint",
    "olympic": "olympic",
    "standard": "olympic",
    "51.5": "olympic",
    "half": "half",
    "middle": "half",
    "halfironman": "half",
    "70.3": "half",
    "113": "half",
    "full": "full",
    "long": "full",
    "ironman": "full",
    "140.6": "full",
    "226": "full",
}
SPORTS: Final = ("swimming", "cycling", "running")
#: Speeds of people in the middle of the field, 2:00/100 m, 28 and 10 km/h (assumption): 2:56 over
#: the Olympic distance, 5:58 over the half, 11:56 over the full one, without changes. [m/s]
USUAL_M_S: Final[dict[str, float]] = {
    "swimming": 3 / 3.6,
    "cycling": 28 / 3.6,
    "running": 10 / 3.6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTold:
    """What is said of a leg: its way, its time, or both."""

    distance_m: float | None = None
    duration_s: float | None = None


def race_of(words: str) -> str | None:
    """Return the standard race that words mean, None where they mean none.

    Examples
    --------
    >>> race_of("Half Ironman"), race_of("70.3"), race_of("marathon")
    ('half', 'half', None)
    """
    return NAMES.get(words.lower().replace(" ", "").replace("-", ""))


def split_of(total_s: float) -> dict[str, LegTold]:
    """Return the times of the legs of a race that lasts so long, nothing else being told.

    They are shared as in the standard race that usually takes about that time.
    """
    usual_s = {
        race: [metres / USUAL_M_S[sport] for sport, metres in zip(SPORTS, ways, strict=True)]
        for race, ways in DISTANCES_M.items()
    }
    parts = min(usual_s.values(), key=lambda parts: abs(log(sum(parts) / total_s)))
    return {
        sport: LegTold(duration_s=total_s * part / sum(parts))
        for sport, part in zip(SPORTS, parts, strict=True)
    }


def legs_of(
    told: dict[str, LegTold], race: str | None = None, total_s: float | None = None
) -> tuple[tuple[PlannedSegment, ...], bool]:
    """Return the legs, and whether all their ways and times were told.

    Parameters
    ----------
    told : dict of str to LegTold
        By sport; they go before the race's distances.
    race : str, optional
        A key of `DISTANCES_M`, whose legs are then all there.
    total_s : float, optional
        Time of all legs together, shared among those whose time is open. [s]

    Raises
    ------
    InputError
        Where the legs told take longer than all together.
    """
    ways = dict(zip(SPORTS, DISTANCES_M[race], strict=True)) if race else {}
    known: dict[str, LegTold] = {
        sport: LegTold(
            distance_m=told.get(sport, LegTold()).distance_m or ways.get(sport),
            duration_s=told.get(sport, LegTold()).duration_s,
        )
        for sport in SPORTS
        if sport in told or sport in ways
    }
    open_s = {
        sport: (leg.distance_m or 0.0) / USUAL_M_S[sport]
        for sport, leg in known.items()
        if leg.duration_s is None
    }
    told_s = sum(leg.duration_s or 0.0 for leg in known.values())
    stretch = 1.0
    if total_s is not None and open_s:
        stretch = (total_s - told_s) / sum(open_s.values())
        if not stretch > 0:
            raise InputError("the legs that are told take longer than the whole: --duration")
    segments = []
    for sport, leg in known.items():
        seconds = leg.duration_s or open_s[sport] * stretch
        metres = leg.distance_m or seconds * USUAL_M_S[sport]
        segments.append(PlannedSegment(duration_s=seconds, sport=sport, speed_m_s=metres / seconds))
    ways_told = all(leg.distance_m for leg in known.values())
    return tuple(segments), ways_told and (not open_s or total_s is not None)
