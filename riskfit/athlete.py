"""The person, the day and what came before: Athlete, Conditions and History.

Unknown is ``None`` throughout; what is impossible is refused where it enters, here.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.errors import InputError
from riskfit.origin import Origin

#: Possible values of numeric fields; outside is a slip of the pen, not a person. [as named]
_LIMITS: dict[str, tuple[float, float]] = {
    "mass_kg": (20, 300),
    "height_m": (0.9, 2.6),
    "age_years": (0, 120),
    "hr_max_bpm": (80, 240),
    "hr_rest_bpm": (20, 130),
    "hr_threshold_bpm": (60, 230),
    "ftp_w": (20, 700),
    "threshold_speed_m_s": (0.5, 15),
    "sweat_sodium_mmol_l": (5, 150),
    "sweat_factor": (0.1, 5),
    "usual_sessions_28d": (0, 200),
    "usual_longest_h": (0, 100),
    "air_temperature_c": (-60, 60),
    "relative_humidity_pct": (0, 100),
    "wind_m_s": (0, 60),
    "sun_fraction": (0, 1),
    "fluid_l_h": (0, 5),
    "drink_sodium_mg_l": (0, 5000),
    "carbohydrate_g_h": (0, 250),
    "sleep_h": (0, 24),
    "standing_sitting_h": (0, 24),
    "sitting_h": (0, 24),
    "steps": (0, 100_000),
    "usual_steps": (0, 100_000),
    "usual_hours": (0, 24),
    "resting_hr_excess_bpm": (-60, 80),
    "rpe": (0, 10),
}


#: Fields that take one of a few words.
WORDS: dict[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "cramp_history": ("none", "ever", "last_12_months", "3_of_last_10_races"),
    "recent_injury": ("none", "muscle", "other"),
}


class _Checked:
    """Refuses impossible numbers on creation and overlays one instance on another."""

    __slots__ = ()
    #: Name, least and most of each number that is limited.
    _limited: ClassVar[tuple[tuple[str, float, float], ...]]

    def __init_subclass__(cls) -> None:
        cls._limited = tuple((n, *_LIMITS[n]) for n in cls.__annotations__ if n in _LIMITS)

    def __post_init__(self) -> None:
        for name, low, high in self._limited:
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise InputError(f"{name} is {value:g}: give a value from {low:g} to {high:g}")

    def known(self) -> dict[str, Any]:
        """Return the fields that are not None (or empty), by name."""
        pairs = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return {name: value for name, value in pairs.items() if value is not None and value != ()}

    def over(self, other: Self) -> Self:
        """Return this one with what it leaves open taken from ``other``."""
        return replace(other, **self.known())  # type: ignore[type-var]


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """A regular medicine; ``name`` is what the person calls it, or a class of medicines.toml."""

    name: str
    started: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Athlete(_Checked):
    """A person as the profile, a file or the options describe them; None is unknown.

    Attributes
    ----------
    name : str or None
    mass_kg, height_m, age_years : float or None
    sex : str or None
        ``"male"`` or ``"female"``.
    hr_max_bpm, hr_rest_bpm, hr_threshold_bpm : float or None
    ftp_w, threshold_speed_m_s : float or None
        What can be held for about an hour: on a bike, running.
    cramp_history : str or None
        ``"none"``, ``"ever"``, ``"last_12_months"`` or ``"3_of_last_10_races"``.
    family_history, nerve_or_back_condition, diabetes, flat_feet, unsuitable_shoes : bool or None
    strength_training : bool or None
        Strength work in the weeks before.
    usual_sport : str or None
        The sport done most; the next two are of it, and count where no history tells them.
    usual_sessions_28d, usual_longest_h : float or None
        Sessions in four weeks, and the longest of them. [count, h]
    recent_injury : str or None
        Of the last 12 months: ``"none"``, ``"muscle"`` or ``"other"``.
    chronic_conditions : tuple of str or None
        Chronic diseases in the person's own words; `riskfit.medical` says what they act on.
    medications : tuple of Medication or None
        Empty means none is taken, None that nobody asked.
    pregnant, neuromuscular_disease, kidney_disease : bool or None
        Put the person outside the adults the score is for.
    hypertension, heart_disease : bool or None
        Salt advice is left to their doctor.
    poor_circulation : bool or None
        Known poor blood flow in the legs (peripheral artery disease).
    sickle_cell_trait : bool or None
    past_event : bool or None
        A collapse, heat stroke, muscle breakdown or low blood sodium with exercise.
    sweat_sodium_mmol_l, sweat_factor : float or None
        Measured sodium; personal factor on the sweat estimate, from weigh-ins.
    salty_sweater : bool or None
    red_flags : tuple of str or None
        Red flags that are present; empty means asked and none, None not asked.
    """

    name: str | None = None
    mass_kg: float | None = None
    height_m: float | None = None
    age_years: float | None = None
    sex: str | None = None
    hr_max_bpm: float | None = None
    hr_rest_bpm: float | None = None
    hr_threshold_bpm: float | None = None
    ftp_w: float | None = None
    threshold_speed_m_s: float | None = None
    cramp_history: str | None = None
    family_history: bool | None = None
    chronic_conditions: tuple[str, ...] | None = None
    medications: tuple[Medication, ...] | None = None
    nerve_or_back_condition: bool | None = None
    recent_injury: str | None = None
    diabetes: bool | None = None
    flat_feet: bool | None = None
    unsuitable_shoes: bool | None = None
    strength_training: bool | None = None
    usual_sport: str | None = None
    usual_sessions_28d: float | None = None
    usual_longest_h: float | None = None
    pregnant: bool | None = None
    neuromuscular_disease: bool | None = None
    kidney_disease: bool | None = None
    hypertension: bool | None = None
    heart_disease: bool | None = None
    poor_circulation: bool | None = None
    sickle_cell_trait: bool | None = None
    past_event: bool | None = None
    nsaid_use: bool | None = None
    salty_sweater: bool | None = None
    sweat_sodium_mmol_l: float | None = None
    sweat_factor: float | None = None
    red_flags: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _Checked.__post_init__(self)
        for name, words in WORDS.items():
            value = getattr(self, name)
            if value is not None and value not in words:
                raise InputError(f"{name} is {value!r}: give one of {', '.join(words)}")

    def known(self) -> dict[str, Any]:
        """Return the fields that are not None; an empty tuple is an answer here."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedSession:
    """What the scales showed of one session: sweated, and drunk in between. [L]."""

    sweat_l: float
    intake_l: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions(_Checked):
    """One session's surroundings, and what the person says of that day; None is unknown.

    Attributes
    ----------
    air_temperature_c, relative_humidity_pct, wind_m_s : float or None
        In the shade; per cent; at 2 m above ground.
    sun_fraction : float or None
        Share of the clear-sky sun, 0 shade or night to 1 cloudless.
    indoor : bool or None
    fluid_l_h : float or None
        What is drunk. [L/h]
    drink_sodium_mg_l : float or None
        Sodium in it, 0 for plain water. [mg/L]
    weigh_in : WeighedSession or None
        The scales before and after this session; they beat every estimate, and ``fluid_l_h``.
    drink_at_hand : bool or None
        Whether a drink is within reach throughout: then people replace a little more.
    carbohydrate_g_h : float or None
    race : bool or None
        A race or an all-out effort.
    sleep_h : float or None
        Of the night before. [h]
    resting_hr_excess_bpm : float or None
        Resting heart rate above its 7-day mean. [bpm]
    overtired, skipped_meal : bool or None
    standing_sitting_h, sitting_h : float or None
        Prolonged standing, and sitting, in the 24 hours before, beyond usual. [h]
    steps, usual_steps : float or None
        Of the day, and of a usual one. [count]
    usual_hours : float or None
        How long a walk or a day on one's feet usually is. [h]
    rpe : float or None
        Session rating of perceived exertion, 0 to 10.
    source : str or None
        Where the weather comes from, for the reader of the result.
    origin : Origin or None
        The same as data; None is what was told.
    """

    air_temperature_c: float | None = None
    relative_humidity_pct: float | None = None
    wind_m_s: float | None = None
    sun_fraction: float | None = None
    indoor: bool | None = None
    fluid_l_h: float | None = None
    drink_sodium_mg_l: float | None = None
    drink_at_hand: bool | None = None
    weigh_in: WeighedSession | None = None
    carbohydrate_g_h: float | None = None
    race: bool | None = None
    sleep_h: float | None = None
    resting_hr_excess_bpm: float | None = None
    overtired: bool | None = None
    skipped_meal: bool | None = None
    standing_sitting_h: float | None = None
    sitting_h: float | None = None
    steps: float | None = None
    usual_steps: float | None = None
    usual_hours: float | None = None
    rpe: float | None = None
    source: str | None = None
    origin: Origin | None = None


def _no_floats() -> FloatArray:
    return np.empty(0)


def _no_words() -> NDArray[np.str_]:
    return np.empty(0, dtype="U32")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Logged:
    """How earlier sessions went, as the person logged them: plain arrays of one length.

    Attributes
    ----------
    start_s : ndarray
        Start, POSIX time; of a day without a session its end. [s]
    cramp : ndarray
        1 with a cramp, 0 without.
    context : ndarray of str
        Kind of session.
    race : ndarray of bool
        Whether that kind is an event.
    chance : ndarray
        What the card makes of each with the person's cramps left at typical; nan where its base
        rate does not hold. [fraction]
    """

    start_s: FloatArray = field(default_factory=_no_floats)
    cramp: FloatArray = field(default_factory=_no_floats)
    context: NDArray[np.str_] = field(default_factory=_no_words)
    race: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    chance: FloatArray = field(default_factory=_no_floats)

    def __len__(self) -> int:
        return len(self.start_s)

    def before(self, start_s: float) -> "Logged":
        """Return what was logged of sessions before one that starts then.

        Half an hour lies between two sessions: what was logged within it is of the session
        itself, whose copies may differ so much (as `riskfit log` finds them).
        """
        earlier = self.start_s < start_s - 1800.0
        return Logged(**{f.name: getattr(self, f.name)[earlier] for f in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Sessions that came before, one row each in order of time: plain arrays of one length.

    Each leg of a multisport activity is a row of its own sport.

    Attributes
    ----------
    start_s : ndarray
        Start, POSIX time. [s]
    duration_s : ndarray
        Time under way, pauses left out. [s]
    load : ndarray
        Training stress score or its heart-rate or pace equivalent; nan where unknown. [TSS]
    sport : ndarray of str
    temperature_c : ndarray
        Air temperature the session was held in, nan where unknown. [°C]
    best_duration_s, best_speed_m_s, best_power_w : ndarray
        One best sustained effort a session for the endurance curve; nan where unknown.
    session_s, descent_m : ndarray
        Start of the session a leg belongs to, and what was descended in it; nan where unknown,
        empty where nobody says. [s, m]
    covered_from_s : float
        POSIX time from which the history is complete; nan: from its first row.
    utc_offset_s : float
        Local time minus UTC, for where days begin. [s]
    logged : Logged
        How they went, those the person logged.
    """

    start_s: FloatArray = field(default_factory=_no_floats)
    duration_s: FloatArray = field(default_factory=_no_floats)
    load: FloatArray = field(default_factory=_no_floats)
    sport: NDArray[np.str_] = field(default_factory=_no_words)
    temperature_c: FloatArray = field(default_factory=_no_floats)
    best_duration_s: FloatArray = field(default_factory=_no_floats)
    best_speed_m_s: FloatArray = field(default_factory=_no_floats)
    best_power_w: FloatArray = field(default_factory=_no_floats)
    session_s: FloatArray = field(default_factory=_no_floats)
    descent_m: FloatArray = field(default_factory=_no_floats)
    covered_from_s: float = float("nan")
    utc_offset_s: float = 0.0
    logged: Logged = field(default_factory=Logged)

    def __len__(self) -> int:
        return len(self.start_s)

    def only(self, which: slice | NDArray[Any]) -> "History":
        """Return the history of these rows alone, by a slice, a mask or their numbers."""
        columns: dict[str, Any] = {
            name: getattr(self, name)[which] for name in _ROWS if len(getattr(self, name))
        }
        return replace(self, **columns)

    def joined(self, others: "History") -> "History":
        """Return this history with the rows of another, in order of time."""
        order = np.argsort(np.append(self.start_s, others.start_s), kind="stable")
        columns: dict[str, Any] = {
            name: np.append(self._column(name), others._column(name))[order] for name in _ROWS
        }
        return replace(self, **columns)

    def _column(self, name: str) -> NDArray[Any]:
        """Return a column with a cell a row: a session of its own, and else unknown."""
        values: NDArray[Any] = getattr(self, name)
        if len(values) == len(self):
            return values
        return self.start_s if name == "session_s" else np.full(len(self), np.nan)

    def later(self, seconds: float) -> "History":
        """Return the same sessions so much later; the log stays where it is [s]."""
        return replace(
            self, start_s=self.start_s + seconds, covered_from_s=self.covered_from_s + seconds
        )

    def __bool__(self) -> bool:
        """Say whether anything is known of what came before, the log included."""
        return len(self.start_s) > 0 or len(self.logged) > 0


#: What a history has for each of its rows.
_ROWS = tuple(one.name for one in fields(History) if one.default_factory in (_no_floats, _no_words))
