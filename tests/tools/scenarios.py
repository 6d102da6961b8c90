"""Sessions of known truth, with what goes wrong on real devices switched on one by one.

``clean`` makes a session: a way due north at a known speed over known hills.  Each defect is a
function from a session to a session; what it does not change in ``truth`` it must not change in
what riskfit computes.  ``scenario_files`` writes a session as FIT, TCX or GPX, and ``SCENARIOS``
names the combinations that occur, each with the formats that can hold it:

    made = SCENARIOS["thinned to ten minutes"].make("gpx")
    features = compute_features(read_activity(made.files[0]))
    assert features.value("distance_km") == pytest.approx(made.truth["distance_m"] / 1000, rel=0.02)

Truths are ``sport``, ``start_time``, ``timer_s``, ``elapsed_s``, ``distance_m``, ``ascent_m``,
``descent_m``, ``heart_rate_avg_bpm``, ``heart_rate_max_bpm``, ``power_avg_w``, ``flat_speed_m_s``
(the mean of a run without hills) and ``sessions``; one that the defects leave no trace of is not in
the truth of what was made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import numpy as np

from riskfit._common import FloatArray

EARTH_M: Final = 6_371_009.0  # IUGG mean radius
_DAY_S: Final = 86_400.0
_WEEKS_S: Final = 1024 * 7 * _DAY_S


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Session:
    """A session as a device holds it, and what really was.

    Attributes
    ----------
    time_s : ndarray
        POSIX time of each row by the device's clock. [s]
    columns : dict of ndarray
        Channels by riskfit's names, ``cadence`` in revolutions or in steps of both feet.
    pauses : tuple of (start, end)
        Where the timer stood, in POSIX time: FIT has events there, TCX and GPX begin a new track
        or segment and leave out what was recorded meanwhile. [s]
    totals : dict
        What the device totals (names as in ``truth``, and ``energy_kcal``).
    stated_s : float
        When the session began by the file's metadata, POSIX time. [s]
    late_s : float
        How long after the session's begin the first row was recorded. [s]
    utc_offset_s : float
        Local time less UTC, as a FIT file says it. [s]
    truth : dict
    """

    sport: str
    sub_sport: str = "generic"
    creator: str = "Garmin Forerunner 945"
    time_s: FloatArray
    columns: dict[str, FloatArray]
    pauses: tuple[tuple[float, float], ...] = ()
    totals: dict[str, float]
    stated_s: float
    late_s: float = 0.0
    utc_offset_s: float = 7200.0
    truth: dict[str, Any] = field(default_factory=dict)

    def with_columns(self, **columns: FloatArray) -> "Session":
        """Return the session with other columns."""
        return replace(self, columns=self.columns | columns)

    def with_truth(self, **truth: Any) -> "Session":
        """Return the session with another truth."""
        return replace(self, truth=self.truth | truth)

    def rows(self, keep: Any) -> "Session":
        """Return the session with some of its rows only."""
        columns = {name: column[keep] for name, column in self.columns.items()}
        return replace(self, time_s=self.time_s[keep], columns=columns)

    @property
    def elapsed_s(self) -> FloatArray:
        """Time of each row since the first. [s]"""
        return self.time_s - self.time_s[0]


Defect = Callable[[Session], Session]


def clean(
    sport: str = "running",
    *,
    timer_s: int = 1800,
    speed_m_s: float = 3.0,
    hill_m: float = 20.0,
    hills: int = 3,
    heart_rate_bpm: float = 140.0,
    power_w: float | None = None,
    start: datetime = datetime(2024, 5, 1, 8, tzinfo=UTC),
    place: tuple[float, float] = (48.0, 8.0),
) -> Session:
    """Return a session without any defect: a row a second, everything recorded.

    Speed and heart rate swing by a tenth over ten minutes; the hills are whole waves, so that
    the session climbs ``hills`` times ``hill_m`` and comes down as much.
    """
    seconds = np.arange(timer_s + 1.0)
    swing = np.sin(2 * np.pi * seconds / 600)
    speed = speed_m_s * (1 + 0.1 * swing)
    distance = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2)])
    heart = np.rint(heart_rate_bpm + 10 * swing)
    columns = {
        "latitude_deg": place[0] + np.degrees(distance / EARTH_M),
        "longitude_deg": np.full(len(seconds), place[1]),
        "altitude_m": 480 + hill_m / 2 * (1 - np.cos(2 * np.pi * hills * seconds / timer_s)),
        "distance_m": distance,
        "speed_m_s": speed,
        "heart_rate_bpm": heart,
        "cadence": np.full(len(seconds), 85.0 if sport == "cycling" else 168.0),
    }
    truth: dict[str, Any] = {
        "sport": sport,
        "start_time": start,
        "sessions": 1,
        "timer_s": float(timer_s),
        "elapsed_s": float(timer_s),
        "distance_m": float(distance[-1]),
        "ascent_m": hills * hill_m,
        "descent_m": hills * hill_m,
        "heart_rate_avg_bpm": float(heart.mean()),
        "heart_rate_max_bpm": float(heart.max()),
    }
    if sport == "running" and not hill_m:
        truth["flat_speed_m_s"] = speed_m_s
    if power_w is not None:
        columns["power_w"] = np.rint(power_w * (1 + 0.1 * swing))
        truth["power_avg_w"] = float(columns["power_w"].mean())
    totals = {name: value for name, value in truth.items() if isinstance(value, float)}
    return Session(
        sport=sport,
        time_s=start.timestamp() + seconds,
        columns=columns,
        totals=totals | {"energy_kcal": 700.0 * timer_s / 3600},
        stated_s=start.timestamp(),
        truth=truth,
    )


def spoiled(session: Session, *defects: Defect) -> Session:
    """Return the session with defects, one after the other."""
    for defect in defects:
        session = defect(session)
    return session


# -- the way ------------------------------------------------------------------------------


def speed_times(factor: float) -> Defect:
    """Write speed too high throughout: 2 of a broken sensor, 3.6 of km/h for m/s, or 0."""
    return lambda one: one.with_columns(speed_m_s=one.columns["speed_m_s"] * factor)


def distance_stuck(one: Session) -> Session:
    """Leave the distance at 0."""
    return one.with_columns(distance_m=np.zeros(len(one.time_s)))


def without(*channels: str) -> Defect:
    """Leave channels out."""
    return lambda one: replace(
        one, columns={name: c for name, c in one.columns.items() if name not in channels}
    )


def thinned(every_s: float) -> Defect:
    """Keep a row every so many seconds, and the last."""

    def thin(one: Session) -> Session:
        keep = one.elapsed_s % every_s == 0
        keep[-1] = True
        return one.rows(keep)

    return thin


def without_reception(start_s: float, length_s: float) -> Defect:
    """Lose all rows of a stretch in which the way goes on."""
    return lambda one: one.rows((one.elapsed_s <= start_s) | (one.elapsed_s >= start_s + length_s))


def stray_positions(count: int = 3, away_m: float = 400.0) -> Defect:
    """Put single positions aside of the way."""

    def stray(one: Session) -> Session:
        longitude = one.columns["longitude_deg"].copy()
        rows = np.linspace(0, len(longitude), count + 2).astype(int)[1:-1] // 5 * 5
        latitude = np.radians(one.columns["latitude_deg"][rows])
        longitude[rows] += np.degrees(away_m / EARTH_M / np.cos(latitude))
        return one.with_columns(longitude_deg=longitude)

    return stray


# -- the time -----------------------------------------------------------------------------


def _inserted(
    one: Session, at_s: float, length_s: float, meanwhile: dict[str, Any] | None
) -> Session:
    """Insert time: later rows move; ``meanwhile`` gives rows a second, None none.

    A channel that ``meanwhile`` does not name holds its value.
    """
    before = one.elapsed_s <= at_s
    cut = int(before.sum())
    count = 0 if meanwhile is None else int(length_s) - 1
    rows = one.time_s[cut - 1] + np.arange(1.0, count + 1)
    time = np.concatenate([one.time_s[:cut], rows, one.time_s[cut:] + length_s])
    columns = {
        name: np.concatenate(
            [
                column[:cut],
                np.broadcast_to((meanwhile or {}).get(name, column[cut - 1]), count),
                column[cut:],
            ]
        )
        for name, column in one.columns.items()
    }
    shift = {"elapsed_s": one.truth["elapsed_s"] + length_s}
    pauses = tuple(
        (a + length_s, b + length_s) if a > one.time_s[0] + at_s else (a, b) for a, b in one.pauses
    )
    return replace(
        one,
        time_s=time,
        columns=columns,
        pauses=pauses,
        totals=one.totals | shift,
        truth=one.truth | shift,
    )


def paused(at_s: float, length_s: float) -> Defect:
    """Stop the timer and record nothing meanwhile; a day and more is a session resumed later."""

    def pause(one: Session) -> Session:
        begin = one.time_s[0] + at_s
        longer = _inserted(one, at_s, length_s, None)
        return replace(longer, pauses=(*longer.pauses, (begin, begin + length_s)))

    return pause


def auto_paused(every_s: int = 250, length_s: float = 45.0) -> Defect:
    """Stand still every so often; the device records nothing and marks nothing."""

    def pause(one: Session) -> Session:
        for at_s in range(every_s * int(one.elapsed_s[-1] / every_s - 0.01), 0, -every_s):
            one = _inserted(one, at_s, length_s, None)
        return one

    return pause


def stood_still(at_s: float = 600.0, length_s: float = 900.0, wander_m: float = 1.5) -> Defect:
    """Stand still while everything records, and the receiver's position wanders."""

    def stand(one: Session) -> Session:
        noise = _wander(int(length_s) - 1, wander_m, 20, seed=3)
        cut = int((one.elapsed_s <= at_s).sum()) - 1
        return _inserted(
            one,
            at_s,
            length_s,
            {
                "speed_m_s": 0.0,
                "cadence": 0.0,
                "heart_rate_bpm": 90.0,
                "latitude_deg": one.columns["latitude_deg"][cut] + np.degrees(noise / EARTH_M),
            },
        )

    return stand


def transported(
    at_s: float = 900.0, length_s: float = 600.0, speed_m_s: float = 8.0, climb_m: float = 240.0
) -> Defect:
    """Take a ferry or a gondola while the timer stands: it records, and the distance goes on."""

    def move(one: Session) -> Session:
        share = np.arange(1, int(length_s)) / length_s
        cut = int((one.elapsed_s <= at_s).sum()) - 1
        here = {name: column[cut] for name, column in one.columns.items()}
        by = {
            "latitude_deg": np.degrees(speed_m_s * length_s / EARTH_M),
            "altitude_m": climb_m,
            "distance_m": speed_m_s * length_s,
        }
        meanwhile = {name: here[name] + share * far for name, far in by.items() if name in here}
        begin = one.time_s[0] + at_s
        longer = _inserted(
            one, at_s, length_s, meanwhile | {"speed_m_s": speed_m_s, "heart_rate_bpm": 90.0}
        )
        later = longer.time_s >= begin + length_s
        moved = {
            name: longer.columns[name] + later * far for name, far in by.items() if name in here
        }
        longer = longer.with_columns(**moved)
        return replace(longer, pauses=(*longer.pauses, (begin, begin + length_s)))

    return move


# -- the climb ----------------------------------------------------------------------------


def altitude_zero_at_start(seconds: float = 60.0) -> Defect:
    """Write an altitude of 0 until the receiver knows it."""
    return lambda one: one.with_columns(
        altitude_m=np.where(one.elapsed_s < seconds, 0.0, one.columns["altitude_m"])
    )


def phone_altitude(deviation_m: float = 3.0, every_s: int = 20) -> Defect:
    """Let the altitude wander as a phone's does."""
    return lambda one: one.with_columns(
        altitude_m=one.columns["altitude_m"]
        + _wander(len(one.time_s), deviation_m, every_s, seed=1)
    )


def _wander(count: int, deviation: float, every: int, seed: int) -> FloatArray:
    """Return noise with a knot every so many rows."""
    knots = np.random.RandomState(seed).standard_normal(count // every + 2) * deviation
    return np.interp(np.arange(count), np.arange(len(knots)) * every, knots)


# -- the totals ---------------------------------------------------------------------------


def corrected_afterwards(factor: float = 1.07) -> Defect:
    """Give the distance its true total, as after calibrating a treadmill run."""

    def correct(one: Session) -> Session:
        total = {"distance_m": one.truth["distance_m"] * factor}
        speed = {"flat_speed_m_s": one.truth["flat_speed_m_s"] * factor}
        return replace(one, totals=one.totals | total, truth=one.truth | total | speed)

    return correct


def without_samples(one: Session) -> Session:
    """Leave only what the device totalled."""
    return one.rows(slice(0, 0))


def first_rows_missing(seconds: float = 120.0) -> Defect:
    """Begin to record late; the totals and the distance know of it."""
    return lambda one: replace(one.rows(one.elapsed_s >= seconds), late_s=seconds)


def without_totals(one: Session) -> Session:
    """Total nothing."""
    return replace(one, totals={})


# -- artefacts ----------------------------------------------------------------------------


def _at_rows(channel: str, value: float, every_s: int, width_s: int) -> Defect:
    def put(one: Session) -> Session:
        column = one.columns[channel].copy()
        column[one.elapsed_s % every_s >= every_s - width_s] = value
        return one.with_columns(**{channel: column})

    return put


def heart_rate_spikes(bpm: float = 210.0, every_s: int = 300, width_s: int = 3) -> Defect:
    """Let the heart rate jump for some seconds, again and again."""
    return _at_rows("heart_rate_bpm", bpm, every_s, width_s)


def heart_rate_dropouts(every_s: int = 120, width_s: int = 40) -> Defect:
    """Let the heart rate be 0 for some seconds, again and again."""
    return _at_rows("heart_rate_bpm", 0.0, every_s, width_s)


def power_spikes(power_w: float = 1900.0, every_s: int = 60, width_s: int = 1) -> Defect:
    """Let the power jump, again and again."""
    return _at_rows("power_w", power_w, every_s, width_s)


def cadence_lock(start_s: float = 300.0, length_s: float = 450.0) -> Defect:
    """Let an optical sensor show the steps for the heart rate."""

    def lock(one: Session) -> Session:
        locked = (one.elapsed_s >= start_s) & (one.elapsed_s < start_s + length_s)
        columns = one.columns
        return one.with_columns(
            heart_rate_bpm=np.where(locked, columns["cadence"], columns["heart_rate_bpm"])
        )

    return lock


def strap_died(share: float = 0.49) -> Defect:
    """End the heart rate before the end; its mean and highest are those of the part there is."""

    def die(one: Session) -> Session:
        heart = one.columns["heart_rate_bpm"].copy()
        heart[round(share * len(heart)) :] = np.nan
        known = {
            "heart_rate_avg_bpm": float(np.nanmean(heart)),
            "heart_rate_max_bpm": float(np.nanmax(heart)),
        }
        one = replace(one, totals=one.totals | known, truth=one.truth | known)
        return one.with_columns(heart_rate_bpm=heart)

    return die


def device_calories(kcal: float) -> Defect:
    """Total absurd calories."""
    return lambda one: replace(one, totals=one.totals | {"energy_kcal": kcal})


# -- clocks and copies --------------------------------------------------------------------


def clock_jump(at_s: float = 300.0, days: float = 120.0) -> Defect:
    """Get the date late: all rows before are that many days early."""
    return lambda one: replace(
        one, time_s=np.where(one.elapsed_s < at_s, one.time_s - days * _DAY_S, one.time_s)
    )


def clock_shifted(seconds: float) -> Defect:
    """Show another time throughout, metadata apart."""
    return lambda one: replace(
        one,
        time_s=one.time_s + seconds,
        pauses=tuple((a + seconds, b + seconds) for a, b in one.pauses),
    )


def local_for_utc(one: Session) -> Session:
    """Swap local time and UTC: the clock shows local time, and the offset has the wrong sign."""
    swapped = clock_shifted(one.utc_offset_s)(one)
    return replace(swapped, utc_offset_s=-one.utc_offset_s)


def week_rollover(one: Session) -> Session:
    """Count 1,024 weeks too few, as receivers do whose counter has ten bits."""
    return clock_shifted(-_WEEKS_S)(one)


def second_device(minutes_later: float = 7.0, creator: str = "Wahoo ELEMNT BOLT") -> Defect:
    """Return what a device on the same body recorded that was started some minutes later."""

    def later(one: Session) -> Session:
        other = one.rows(one.elapsed_s >= minutes_later * 60)
        count = len(other.time_s)
        noise = _wander(count, 2.0, 15, seed=11)
        columns = {
            "latitude_deg": other.columns["latitude_deg"] + np.degrees(noise / EARTH_M),
            "distance_m": other.columns["distance_m"] - other.columns["distance_m"][0],
            "heart_rate_bpm": np.rint(other.columns["heart_rate_bpm"] + noise / 2),
        }
        shorter = {
            name: other.totals[name] - minutes_later * 60 for name in ("timer_s", "elapsed_s")
        }
        shorter["distance_m"] = float(columns["distance_m"][-1])
        return replace(
            other.with_columns(**columns),
            creator=creator,
            totals=other.totals | shorter,
            stated_s=other.stated_s + minutes_later * 60,
        )

    return later


def damaged(data: bytes, *, flips: int = 6, cut: float = 0.993, seed: int = 5) -> bytes:
    """Return the bytes with single bits flipped in the second half, and cut off."""
    random = np.random.RandomState(seed)
    broken = bytearray(data[: round(cut * len(data))])
    for place in random.randint(len(broken) // 2, len(broken), flips).tolist():
        broken[place] ^= 1 << random.randint(8)
    return bytes(broken)


# -- what occurs --------------------------------------------------------------------------


class Made(NamedTuple):
    """The files of a scenario, and what is true of them (together, where they are several)."""

    files: list[bytes]
    truth: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A session with its defects.

    Attributes
    ----------
    defects : tuple
        One after the other.
    forms : tuple of str
        The formats that can hold it and tell the truth of it.
    session : Session
        What the defects are done to.
    untold : tuple of str
        Truths that the defects leave no trace of.
    also : tuple of tuple of Defect
        Further recordings of the same session, each with its own defects.
    breaks_bytes : bool
        Whether the bytes are damaged afterwards.
    """

    defects: tuple[Defect, ...] = ()
    forms: tuple[str, ...] = ("fit", "tcx", "gpx")
    session: Session = field(default_factory=clean)
    untold: tuple[str, ...] = ()
    also: tuple[tuple[Defect, ...], ...] = ()
    breaks_bytes: bool = False

    def make(self, form: str) -> Made:
        """Write it in one format."""
        from tools.scenario_files import written

        ours = spoiled(self.session, *self.defects)
        others = [spoiled(self.session, *defects) for defects in self.also]
        files = [written(one, form) for one in (ours, *others)]
        if self.breaks_bytes:
            files = [damaged(one) for one in files]
        told = {name: value for name, value in ours.truth.items() if name not in self.untold}
        return Made(files, told)


def cases(names: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return every scenario with each of its formats, for ``pytest.mark.parametrize``."""
    return [(name, form) for name in names or SCENARIOS for form in SCENARIOS[name].forms]


_RIDE = clean("cycling", speed_m_s=8.0, power_w=200.0)
_LONG_RIDE = clean("cycling", speed_m_s=6.0, timer_s=12_000, hill_m=0.0)
_FLAT = clean(hill_m=0.0)
_TREADMILL = replace(
    spoiled(clean(hill_m=0.0), without("latitude_deg", "longitude_deg", "altitude_m", "speed_m_s")),
    sub_sport="treadmill",
)
_HEART = ("heart_rate_avg_bpm", "heart_rate_max_bpm")
_CLIMB = ("ascent_m", "descent_m")
_POSITIONS_ONLY = without("distance_m", "speed_m_s")

SCENARIOS: Final[dict[str, Scenario]] = {
    "clean": Scenario(),
    "clean ride": Scenario(session=_RIDE),
    "speed doubled": Scenario(session=_FLAT, defects=(speed_times(2.0),)),
    "speed in km/h": Scenario(session=_FLAT, defects=(speed_times(3.6),), forms=("tcx",)),
    "speed at 0": Scenario(session=_FLAT, defects=(speed_times(0.0),)),
    "speed in km/h and no distance": Scenario(
        session=_FLAT, defects=(without("distance_m"), speed_times(3.6)), forms=("tcx", "gpx")
    ),
    "distance at 0": Scenario(session=_FLAT, defects=(distance_stuck,), forms=("fit", "tcx")),
    "thinned to two minutes": Scenario(
        session=_LONG_RIDE, defects=(_POSITIONS_ONLY, thinned(120)), forms=("gpx",), untold=_HEART
    ),
    "thinned to ten minutes": Scenario(
        session=_LONG_RIDE, defects=(_POSITIONS_ONLY, thinned(600)), forms=("gpx",), untold=_HEART
    ),
    "no reception for five minutes": Scenario(
        defects=(without_reception(600, 300),), untold=_HEART
    ),
    "stray positions": Scenario(defects=(_POSITIONS_ONLY, stray_positions()), forms=("gpx",)),
    "stray positions, a point in five seconds": Scenario(
        defects=(_POSITIONS_ONLY, stray_positions(), thinned(5)), forms=("gpx",)
    ),
    "auto-pauses": Scenario(defects=(auto_paused(),)),
    "pause": Scenario(defects=(paused(750, 600),)),
    "resumed next day": Scenario(defects=(paused(900, 90_000),)),
    "resumed next week": Scenario(defects=(paused(900, 7 * _DAY_S),), forms=("fit",)),
    "stood still with the receiver on": Scenario(
        defects=(_POSITIONS_ONLY, without_totals, stood_still()), forms=("gpx", "tcx")
    ),
    "transport during a pause": Scenario(defects=(transported(),)),
    "altitude 0 at the start": Scenario(defects=(altitude_zero_at_start(), without_totals)),
    "a phone's altitude": Scenario(
        session=_FLAT, defects=(phone_altitude(), without_totals), forms=("gpx", "tcx")
    ),
    "distance corrected afterwards": Scenario(
        session=_TREADMILL, defects=(corrected_afterwards(),), forms=("fit", "tcx"), untold=_CLIMB
    ),
    "totals alone": Scenario(defects=(without_samples,), forms=("fit", "tcx"), untold=_CLIMB),
    "first record two minutes late": Scenario(
        defects=(first_rows_missing(),), forms=("fit", "tcx"), untold=(*_HEART, *_CLIMB)
    ),
    "heart rate in the totals only": Scenario(
        defects=(without("heart_rate_bpm"),), forms=("fit", "tcx")
    ),
    "heart rate spikes": Scenario(defects=(heart_rate_spikes(),)),
    "heart rate dropouts": Scenario(defects=(heart_rate_dropouts(),)),
    "cadence lock": Scenario(
        defects=(cadence_lock(), without_totals), untold=("heart_rate_avg_bpm",)
    ),
    "strap died": Scenario(defects=(strap_died(),)),
    "power spikes": Scenario(session=_RIDE, defects=(power_spikes(),)),
    "clock set in the middle": Scenario(defects=(clock_jump(),), forms=("fit", "tcx")),
    "clock set in the middle, and damage": Scenario(
        defects=(clock_jump(),),
        forms=("fit",),
        breaks_bytes=True,
        untold=(*_HEART, *_CLIMB, "sport"),  # the session that names it is cut off
    ),
    "local time for UTC": Scenario(defects=(local_for_utc,), forms=("fit",)),
    "1,024 weeks early": Scenario(defects=(week_rollover,)),
    "two devices": Scenario(also=((second_device(),),)),
    "a copy in local time": Scenario(also=((clock_shifted(7200),),), forms=("gpx", "tcx")),
}
