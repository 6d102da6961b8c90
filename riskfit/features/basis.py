"""What values rest on: a method and its inputs as data, and the one table of their words."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from riskfit.origin import Origin, weakest

_RECORDED, _ASSUMED, _PLANNED = Origin.RECORDED, Origin.ASSUMED, Origin.PLANNED
_TOLD, _FILE, _HISTORY = Origin.TOLD, Origin.FILE, Origin.HISTORY

#: Methods: the origin each has of itself (None: that of its inputs), and how people read it; the
#: braces are its inputs.
METHODS: Final[dict[str, tuple[Origin | None, str]]] = {
    # ---- said by somebody, or recorded
    "told": (_TOLD, "told"),
    "profile": (Origin.PROFILE, "profile"),
    "file": (_FILE, "file"),
    "recorded": (_RECORDED, "recorded"),
    "sensor": (Origin.SENSOR, "sensor"),
    "planned": (_PLANNED, "planned"),
    "assumed": (_ASSUMED, "assumed"),
    "history": (_HISTORY, "history"),
    "logged": (_HISTORY, "your log"),
    "logged_over_profile": (_HISTORY, "your log, which says more than your profile"),
    "rating": (_TOLD, "rating"),
    "rating_in_file": (_FILE, "rating"),
    "rating_expected": (_TOLD, "rating expected"),
    "maximum_and_rest": (None, "from maximum and rest"),
    # ---- the way
    "distance": (_RECORDED, "distance"),
    "altitude_and_distance": (_RECORDED, "altitude and distance"),
    "speed_and_altitude": (_RECORDED, "speed and altitude"),
    "planned_ascent": (_PLANNED, "planned ascent, and down again"),
    "in_water": (_RECORDED, "in the water"),
    "on_a_bike": (_RECORDED, "on a bike, which brakes by itself"),
    # ---- indoors
    "file_says": (_FILE, "the file says so"),
    "recorded_as": (_RECORDED, "recorded as {}"),
    "virtual": (_RECORDED, "recorded with {}"),
    "no_positions": (_RECORDED, "no positions were recorded"),
    "positions": (_RECORDED, "positions were recorded"),
    "planned_as": (_PLANNED, "planned as {}"),
    "planned_outdoors": (_PLANNED, "planned outdoors"),
    # ---- intensity
    "heart_rate": (_RECORDED, "heart rate"),
    "heart_rate_of_maximum": (_RECORDED, "heart rate; maximum {}"),
    "heart_rate_reserve": (_RECORDED, "heart rate; maximum {}, rest {}"),
    "heart_rate_of_threshold": (_RECORDED, "heart rate; threshold {}"),
    "heart_rate_over_threshold": (_RECORDED, "heart rate over threshold"),
    "of_device_means": (Origin.DEVICE, "{}, by the device's means"),
    "device_total": (Origin.DEVICE, "the device's own total"),
    "power": (_RECORDED, "power"),
    "power_over_threshold": (_RECORDED, "power over threshold"),
    "load_by_power": (_RECORDED, "power, FTP {}"),
    "load_by_pace": (_RECORDED, "pace, threshold {}"),
    "load_by_heart_rate": (_RECORDED, "heart rate, maximum {}"),
    "load_by_rating": (_ASSUMED, "rating (assumed {:g} TSS/h a point)"),
    "load_by_duration": (_ASSUMED, "duration (assumed {:g} TSS/h)"),
    "nothing_recorded": (_RECORDED, "nothing recorded"),
    "too_short_to_halve": (_RECORDED, "shorter than 25 min: no halves"),
    "too_short_to_fade": (_RECORDED, "shorter than an hour: no late part"),
    "halves": (_RECORDED, "second half against first"),
    "output_per_beat": (_RECORDED, "output a heart beat"),
    "last_quarter": (_RECORDED, "last quarter against 10 to 35 %"),
    "last_quarter_per_beat": (_RECORDED, "output a heart beat, last quarter against 10 to 35 %"),
    "threshold": (None, "threshold, {}"),
    "best_efforts": (_HISTORY, "best efforts of 90 days"),
    "length": (_RECORDED, "duration"),
    "hard_by_name": (_ASSUMED, "assumed: {} is hard"),
    # ---- energy
    "speed_and_grade": (_RECORDED, "speed and grade"),
    "device_calories": (Origin.DEVICE, "device calories"),
    "sport_table": (_ASSUMED, "table value of the sport"),
    "mostly": (None, "{} (most of it)"),
    # ---- surroundings
    "quoted": (None, "{}"),
    "weather_in_file": (_FILE, "weather in the file"),
    "pod": (Origin.SENSOR, "bike computer or pod"),
    "wrist": (Origin.WRIST, "wrist, lowered for the skin's warmth"),
    "assumed_indoors": (_ASSUMED, "assumed indoors"),
    "climate": (Origin.CLIMATE, "assumed from latitude and season"),
    "assumed_anywhere": (_ASSUMED, "assumed from nothing known"),
    "indoors": (None, "indoors"),
    "temperature_and_humidity": (None, "temperature and humidity"),
    "wbgt_sky_told": (None, "Liljegren, {}, sky told"),
    "wbgt_sky_unknown": (None, "Liljegren, {}, sky unknown"),
    "wbgt_of_climate": (Origin.CLIMATE, "usual for the latitude and season"),
    # ---- fluids
    "heat_balance": (None, "heat balance"),
    "heat_balance_learnt": (Origin.LEARNT, "heat balance and weigh-ins"),
    "weighed": (Origin.SCALES, "your weigh-in"),
    "makers_estimate": (Origin.DEVICE, "the maker's own estimate"),
    "by_thirst": (_ASSUMED, "assumed by thirst"),
    "drink_at_hand": (_ASSUMED, "assumed by thirst, drink at hand"),
    "sweat_and_drinking": (None, "{}, drinking {}"),
    "usual_sodium": (_ASSUMED, "{:g} mmol/L"),
    "measured_sodium": (Origin.PROFILE, "measured"),
    "salty_sweater": (Origin.PROFILE, "salty sweater, {:g} mmol/L"),
    "sodium_in_sweat": (None, "{}"),
    "sodium_balance": (None, "sweat {}, drink {}"),
    "nothing_drunk": (_TOLD, "nothing drunk"),
    "plain_water": (_TOLD, "told: plain water"),
    "sodium_in_drink": (_TOLD, "told: sodium in the drink"),
    "drink_not_told": (_ASSUMED, "assumed: drink not told"),
    "meal_skipped": (_TOLD, "a meal was skipped"),
    # ---- what a plan says of its intensity
    "planned_power": (_PLANNED, "planned power"),
    "planned_speed": (_PLANNED, "planned speed"),
    "planned_bike_speed": (_PLANNED, "planned speed, power estimated"),
    "planned_heart_rate": (_PLANNED, "planned heart rate"),
    "rated_share": (_TOLD, "share of threshold by the effort told"),
    "planned_share": (_PLANNED, "planned share of threshold"),
    "planned_distance": (_PLANNED, "planned distance"),
    "usual_intensity": (_HISTORY, "as hard as your sessions usually are"),
    "intensity_not_told": (_ASSUMED, "assumed: nobody told how hard"),
    "walking_speed": (_ASSUMED, "as fast as people walk at such grades (Tobler)"),
    "at_rest": (_PLANNED, "standing or sitting"),
    "load_of_plan": (None, "{}, threshold {}"),
    # ---- several legs or segments
    "together": (None, " + "),
}


#: Methods that conclude something from heart rate; its mean and maximum are only recorded.
_OF_HEART_RATE: Final = frozenset(
    {
        "heart_rate_of_maximum",
        "heart_rate_reserve",
        "heart_rate_of_threshold",
        "heart_rate_over_threshold",
        "load_by_heart_rate",
        "output_per_beat",
        "last_quarter_per_beat",
        "planned_heart_rate",
    }
)


class Basis(Struct, frozen=True):
    """What a value rests on.

    Attributes
    ----------
    origin : Origin
        The weakest of those that decide.
    method : str
        A key of `METHODS`.
    inputs : tuple
        Bases, and numbers or names that its words mention.
    """

    origin: Origin
    method: str
    inputs: tuple["Basis | str | float", ...] = ()

    @property
    def words(self) -> str:
        """The basis as people read it."""
        phrase = METHODS[self.method][1]
        said = [one.words if isinstance(one, Basis) else one for one in self.inputs]
        return phrase.join(map(str, said)) if self.method == "together" else phrase.format(*said)

    @property
    def on_heart_rate(self) -> bool:
        """Say whether it concludes something from heart rate."""
        parts = (one for one in self.inputs if isinstance(one, Basis))
        return self.method in _OF_HEART_RATE or any(part.on_heart_rate for part in parts)


def basis(method: str, *inputs: Basis | str | float | None) -> Basis:
    """Return a basis; its origin is the weakest of the method's own and its inputs'.

    Examples
    --------
    >>> rate = basis("load_by_heart_rate", basis("assumed"))
    >>> rate.words, rate.origin
    ('heart rate, maximum assumed', <Origin.ASSUMED: 'assumed'>)
    """
    own, given = METHODS[method][0], tuple(one for one in inputs if one is not None)
    origins = [one.origin for one in given if isinstance(one, Basis)]
    return Basis(weakest(*origins, *([] if own is None else [own])), method, given)


def quoted(words: str, origin: Origin) -> Basis:
    """Return the basis of what somebody else has words for: the weather of a file or service."""
    return Basis(origin, "quoted", (words,))


def together(parts: Iterable[Basis]) -> Basis:
    """Return the basis of what was summed over legs or segments; equal ones count once."""
    distinct = tuple(dict.fromkeys(parts))
    return distinct[0] if len(distinct) == 1 else basis("together", *distinct)
