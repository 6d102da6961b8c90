"""What the form asks, once: the page draws it, and what comes back is checked against it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

import msgspec

from riskfit.activity import PlannedSession
from riskfit.advice.limits import fluid_limited_by
from riskfit.athlete import Athlete, Conditions
from riskfit.errors import InputError
from riskfit.report.words import duration_words


@dataclass(frozen=True, slots=True)
class Slider:
    """A number on the form; ``told`` says whether it counts before it is touched."""

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    start: float
    told: bool = False
    help: str = ""

    @property
    def words(self) -> list[str]:
        """Return what each of its places says."""
        return [_words(self.low + k * self.step, self.unit) for k in range(self._places)]

    @property
    def _places(self) -> int:
        return round((self.high - self.low) / self.step) + 1


def _words(value: float, unit: str) -> str:
    """Return a value of a slider in words.

    Examples
    --------
    >>> _words(95, "min"), _words(0.75, "of threshold"), _words(20.5, "°C")
    ('1 h 35 min', '75 % of threshold', '20.5 °C')
    """
    if unit == "min":
        return duration_words(value)
    return f"{100 * value:.0f} % {unit}" if unit.startswith("of ") else f"{value:.3g} {unit}"


SPORTS: Final = ("running", "cycling", "walking", "hiking", "swimming", "rowing", "soccer")
_HOUR: Final = "What you could hold for an hour is 1."
_THIRST: Final = "Thirst first, and never more than you sweat."
#: The plan itself; every plan has them.
PLAN: Final = (
    Slider("duration_min", "Duration", "min", 15, 720, 5, start=90, told=True),
    Slider("intensity_fraction", "Intensity", "of threshold", 0.4, 1.2, 0.01, 0.75, True, _HOUR),
)
#: The day and its surroundings; what is not told is unknown, and widens the range.
DAY: Final = (
    Slider("air_temperature_c", "Air temperature", "°C", -10, 45, 0.5, start=20, told=True),
    Slider("relative_humidity_pct", "Humidity", "%", 5, 100, 1, start=50, told=True),
    Slider("wind_m_s", "Wind", "m/s", 0, 15, 0.5, start=2),
    Slider("sun_fraction", "Sun", "of clear sky", 0, 1, 0.05, start=0.5),
    Slider("fluid_l_h", "Drinking", "L/h", 0, 1, 0.05, start=0.4, help=_THIRST),
    Slider("carbohydrate_g_h", "Carbohydrate", "g/h", 0, 120, 5, start=40),
    Slider("sleep_h", "Sleep last night", "h", 0, 12, 0.5, start=7.5),
    Slider("standing_sitting_h", "Standing beyond usual", "h", 0, 16, 0.5, start=0),
    Slider("sitting_h", "Sitting beyond usual", "h", 0, 16, 0.5, start=0),
)


def sliders_of(athlete: Athlete) -> tuple[Slider, ...]:
    """Return what a person may tell of the day: no drinking where that is for a doctor to say."""
    limited = bool(fluid_limited_by({}, athlete))
    return tuple(one for one in DAY if not (limited and one.name == "fluid_l_h"))


class CheckForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a page asks to be checked; ``day`` holds only what is told.

    Without a ``context`` it is what the plan shows.
    """

    sport: str
    duration_min: float
    intensity_fraction: float
    context: str = ""
    race: bool = False
    start: str | None = None
    day: dict[str, float] = {}
    full: bool = False


class LogForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a session went."""

    start_s: float
    cramp: bool
    muscle: str | None = None
    when: str | None = None
    severity: str | None = None
    note: str | None = None


def decoded(body: bytes, form: type[Any]) -> Any:
    """Return a form from a body.

    Raises
    ------
    InputError
        Where it is not JSON of that form, or a number is none.
    """
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"the request is not what the page sends: {error}") from None


def first_form() -> CheckForm:
    """Return what the form holds when the page is opened."""
    return CheckForm(
        sport="running",
        duration_min=PLAN[0].start,
        intensity_fraction=PLAN[1].start,
        day={one.name: one.start for one in DAY if one.told},
    )


def plan_of(form: CheckForm, now: datetime) -> PlannedSession:
    """Return the planned session that a form describes."""
    if form.sport not in SPORTS:
        raise InputError(f"the sport must be one of {', '.join(SPORTS)}")
    for one in PLAN:
        _in_range(one, getattr(form, one.name))
    return PlannedSession(
        sport=form.sport,
        duration_s=form.duration_min * 60,
        intensity_fraction=form.intensity_fraction,
        start_time=_start(form.start) or now,
    )


def conditions_of(form: CheckForm) -> Conditions:
    """Return the day that a form describes; what is not told stays unknown."""
    known = {one.name: one for one in DAY}
    for name, value in form.day.items():
        if name not in known:
            raise InputError(f"the form has no {name[:40]!r}")
        _in_range(known[name], value)
    return Conditions(race=True if form.race else None, **form.day)  # type: ignore[arg-type]


def _in_range(one: Slider, value: float) -> None:
    if not isfinite(value) or not one.low <= value <= one.high:
        raise InputError(f"{one.label} must be from {one.low:g} to {one.high:g} {one.unit}")


def _start(text: str | None) -> datetime | None:
    """Return a start: an ISO date and time with its zone."""
    if not text:
        return None
    try:
        start = datetime.fromisoformat(text[:40])
    except ValueError:
        raise InputError("the start must be a date and a time") from None
    if start.tzinfo is None:
        start = start.replace(tzinfo=UTC)
    if not 1990 <= start.year <= 2100:
        raise InputError("the start must be between 1990 and 2100")
    return start
