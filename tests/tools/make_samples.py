"""Writes ``sample_data/``: from the checkout, ``PYTHONPATH=tests python -m tools.make_samples``.

All files are of one fictional athlete and come from the inputs below; running it again gives
the same bytes (compressed ones the same bytes once unpacked).
"""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tools.fit_writer import fit_time
from tools.formats import known_facts, to_fit, to_gpx, to_tcx
from tools.simulate import Person, Recording, Session, simulate, simulate_legs

FOLDER = Path(__file__).resolve().parents[2] / "sample_data"

ALEX = Person()

#: What the athlete answered; all other questions stay open on purpose.
PROFILE_ANSWERS = {"cramp_history": "ever", "strength_training": False, "recent_injury": "none"}

_CLIMB_HOME = ((0.0, 480.0), (1.0, 480.0))
_SMART = (1, 2, 4, 3, 6, 5)

MARATHON = Session(
    start=datetime(2026, 7, 12, 6, 0, tzinfo=UTC),
    duration_s=14040,
    distance_m=42300.0,
    intensity=0.84,
    pace_course=((0.0, 1.07), (0.3, 1.02), (0.69, 0.98), (0.78, 0.86), (1.0, 0.84)),
    course="flat",
    temperature_c=(28.0, 31.0),
    humidity_pct=58,
    wind_m_s=1.5,
    lap_m=5000.0,
    dropouts=((9000, 240),),
    every_s=(1, 2),
    weather_in_file=True,
    sweat_in_file=True,
    rpe=9,
    seed=42,
)
LONG_RIDE = Session(
    sport="cycling",
    start=datetime(2026, 6, 13, 6, 30, tzinfo=UTC),
    duration_s=16200,
    distance_m=124000.0,
    intensity=0.68,
    pace_course=((0.0, 1.03), (0.7, 1.0), (1.0, 0.93)),
    course="hilly",
    temperature_c=(16.0, 26.0),
    humidity_pct=50,
    device="bike_computer",
    pauses=((5400, 420), (11400, 660)),
    every_s=(1, 3),
    lap_m=20000.0,
    seed=7,
)
EASY_RUN = Session(
    start=datetime(2026, 7, 7, 16, 30, tzinfo=UTC),
    duration_s=3000,
    distance_m=8300.0,
    intensity=0.72,
    temperature_c=(22.0, 21.0),
    pauses=((1260, 55),),
    rpe=3,
    seed=11,
)
EVENING_RUN = Session(
    start=datetime(2026, 6, 24, 17, 0, tzinfo=UTC),
    duration_s=2400,
    distance_m=7150.0,
    intensity=0.78,
    temperature_c=(24.0, 22.0),
    pauses=((1000, 40),),
    every_s=(4, 6, 7, 3),
    seed=12,
)
HIKE = Session(
    sport="hiking",
    start=datetime(2026, 6, 28, 7, 0, tzinfo=UTC),
    duration_s=18000,
    distance_m=16800.0,
    intensity=0.5,
    course="alpine",
    climb=((0.0, 880.0), (0.42, 1620.0), (1.0, 430.0)),
    temperature_c=(14.0, 23.0),
    pauses=((8100, 1500),),
    every_s=_SMART,
    lap_m=5000.0,
    seed=5,
)
CUT_OFF = Session(
    start=datetime(2026, 6, 18, 16, 0, tzinfo=UTC),
    duration_s=3300,
    distance_m=9600.0,
    intensity=0.78,
    temperature_c=(19.0, 18.0),
    lap_m=None,
    seed=21,
)
#: Of the cut-off file this many records are whole; the next one is cut in its middle.
CUT_OFF_RECORDS = 1650

_SWIM = Session(
    sport="swimming",
    sub_sport="open_water",
    start=datetime(2026, 5, 31, 6, 0, tzinfo=UTC),
    duration_s=1860,
    distance_m=1500.0,
    intensity=0.86,
    course="water",
    temperature_c=(19.0, 20.0),
    lap_m=None,
    without=frozenset({"heart_rate_bpm", "temperature_c"}),
    every_s=(1, 2),
    seed=31,
)
_CHANGE = replace(
    _SWIM,
    sport="transition",
    sub_sport="generic",
    duration_s=200,
    distance_m=300.0,
    intensity=0.7,
    course="flat",
    temperature_c=(20.0, 20.0),
    without=frozenset(),
)
TRIATHLON = (
    _SWIM,
    replace(_CHANGE, seed=32),
    replace(
        _CHANGE,
        sport="cycling",
        duration_s=4500,
        distance_m=40200.0,
        intensity=0.86,
        course="rolling",
        temperature_c=(21.0, 24.0),
        lap_m=10000.0,
        seed=33,
    ),
    replace(_CHANGE, duration_s=130, distance_m=200.0, seed=34),
    replace(
        _CHANGE,
        sport="running",
        duration_s=2940,
        distance_m=10050.0,
        intensity=0.88,
        pace_course=((0.0, 1.03), (1.0, 0.96)),
        course="rolling",
        temperature_c=(24.0, 26.0),
        lap_m=1000.0,
        seed=35,
    ),
)


# -- the weeks before the marathon --------------------------------------------------------

HISTORY_WEEKS = 12
#: weekday -> the session of a full week; Monday and Friday are days of rest
_WEEK: dict[int, Session] = {
    1: Session(duration_s=3000, intensity=0.72),
    2: Session(duration_s=3600, intensity=0.82, intervals=(240, 150, 0.16)),
    3: Session(
        sport="cycling",
        duration_s=4500,
        intensity=0.66,
        course="hilly",
        device="bike_computer",
        lap_m=10000.0,
    ),
    5: Session(duration_s=2400, intensity=0.72),
    6: Session(duration_s=6300, intensity=0.75, lap_m=5000.0),
}
#: share of a full week, week by week: three up, one easy, and the taper
_WEEK_SHARE = (0.75, 0.85, 0.95, 0.7, 0.9, 1.0, 1.1, 0.75, 1.05, 1.15, 0.8, 0.55)


def history_sessions() -> list[Session]:
    """Return twelve weeks of training up to the day before the marathon."""
    taken = {s.start.date() for s in (LONG_RIDE, EASY_RUN, EVENING_RUN, HIKE, CUT_OFF, _SWIM)}
    first = MARATHON.start.date() - timedelta(weeks=HISTORY_WEEKS)
    first += timedelta(days=1)  # the marathon is a Sunday, weeks begin on Mondays
    sessions = []
    for week, share in enumerate(_WEEK_SHARE):
        for weekday, usual in _WEEK.items():
            day = first + timedelta(days=7 * week + weekday)
            if day not in taken and day < MARATHON.start.date():
                sessions.append(_on_day(usual, day, share, week))
    return sessions


def _on_day(usual: Session, day: date, share: float, week: int) -> Session:
    hour = 7 if day.weekday() == 6 else 16
    # it warms from 10 in April to 22 in July, and some days are better than others
    warmth = 10 + week + (day.toordinal() * 7 % 5) - 2
    return replace(
        usual,
        start=datetime(day.year, day.month, day.day, hour, 15, tzinfo=UTC),
        duration_s=round(usual.duration_s * share / 60) * 60,
        temperature_c=(float(warmth), float(warmth + 1)),
        every_s=(8, 10, 9, 10),
        lap_m=None,
        profile_in_file=False,
        seed=day.toordinal(),
    )


def history_zip() -> bytes:
    """Return the history as one archive, a FIT file a session."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for session in history_sessions():
            name = f"{session.start:%Y-%m-%d}-{session.sport}.fit"
            entry = zipfile.ZipInfo(name, date_time=session.start.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, to_fit(simulate(session, ALEX)))
    return out.getvalue()


# -- the files ----------------------------------------------------------------------------


@cache
def recording(session: Session) -> Recording:
    """Return the recording of one sample (kept, as twins share it)."""
    return simulate(session, ALEX)


def cut_off_fit() -> bytes:
    """Return a file whose transfer stopped in the middle of a record."""
    made = recording(CUT_OFF)
    moment = fit_time(datetime.fromtimestamp(int(made.time_s[CUT_OFF_RECORDS]), UTC))
    whole = to_fit(made)
    place = whole.index(moment.to_bytes(4, "little"), len(whole) // 3)
    return whole[: place + 11]


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=9, mtime=0)


def athlete_toml() -> bytes:
    """Return the athlete's profile; keys are the fields of ``riskfit.athlete.Athlete``."""
    person = {name: getattr(ALEX, name) for name in ALEX.__slots__}
    lines = [f"{key} = {json.dumps(value)}" for key, value in (person | PROFILE_ANSWERS).items()]
    text = (
        "# The fictional athlete of these samples. Questions that are not answered here\n"
        "# (family, illnesses, medicines, red flags ...) are left open on purpose.\n"
    )
    return (text + "\n".join(lines) + "\n").encode()


def facts() -> dict[str, Any]:
    """Return what is known of every file from the inputs it was made from."""
    run = known_facts(recording(EVENING_RUN))
    gpx_lacks = {"laps", "energy_kcal", "elapsed_s", "timer_s"}
    gpx_counts = {c: n for c, n in run["counts"].items() if c not in ("speed_m_s", "distance_m")}
    tcx_counts = {c: n for c, n in run["counts"].items() if c != "temperature_c"}
    whole = known_facts(recording(CUT_OFF))
    kept = dict.fromkeys(whole["counts"], CUT_OFF_RECORDS)
    history = history_sessions()
    return {
        "marathon_heat.fit.gz": known_facts(recording(MARATHON)) | _marathon_extras(),
        "long_ride.fit.gz": known_facts(recording(LONG_RIDE)),
        "easy_run.fit": known_facts(recording(EASY_RUN)),
        "triathlon.fit.gz": known_facts(*simulate_legs(TRIATHLON, ALEX)),
        "hike.fit.gz": known_facts(recording(HIKE)),
        "cut_off.fit": {
            "start_time": whole["start_time"],
            "records": CUT_OFF_RECORDS,
            "counts": kept,
            "cut_off": True,
        },
        "evening_run.fit": run,
        "evening_run.tcx": run | {"counts": tcx_counts},
        "evening_run.gpx": {k: v for k, v in run.items() if k not in gpx_lacks}
        | {"counts": gpx_counts},
        "history.zip": {
            "activities": len(history),
            "first": history[0].start.isoformat(),
            "last": history[-1].start.isoformat(),
            "timer_s": sum(session.duration_s for session in history),
            "sports": {
                sport: sum(session.sport == sport for session in history)
                for sport in ("running", "cycling")
            },
        },
    }


def facts_json() -> bytes:
    """Return the facts as a document, short lists on one line."""
    files = (f"{json.dumps(name)}: {json.dumps(known)}" for name, known in facts().items())
    return ("{\n" + ",\n".join(files) + "\n}\n").encode()


def _marathon_extras() -> dict[str, Any]:
    made = recording(MARATHON)
    first, last = MARATHON.temperature_c
    return {
        "weather": {
            "air_temperature_c": [first, (first + last) / 2],
            "relative_humidity_pct": MARATHON.humidity_pct,
            "wind_m_s": MARATHON.wind_m_s,
        },
        "sweat_loss_l": made.sweat_ml / 1000,
        "rpe": MARATHON.rpe,
        "athlete": {
            "mass_kg": ALEX.mass_kg,
            "height_m": ALEX.height_m,
            "hr_max_bpm": ALEX.hr_max_bpm,
            "hr_rest_bpm": ALEX.hr_rest_bpm,
            "hr_threshold_bpm": ALEX.hr_threshold_bpm,
            "ftp_w": ALEX.ftp_w,
        },
    }


#: file name -> what makes its bytes
FILES: dict[str, Callable[[], bytes]] = {
    "marathon_heat.fit.gz": lambda: _packed(to_fit(recording(MARATHON))),
    "long_ride.fit.gz": lambda: _packed(to_fit(recording(LONG_RIDE))),
    "easy_run.fit": lambda: to_fit(recording(EASY_RUN)),
    "triathlon.fit.gz": lambda: _packed(to_fit(*simulate_legs(TRIATHLON, ALEX))),
    "hike.fit.gz": lambda: _packed(to_fit(recording(HIKE))),
    "cut_off.fit": cut_off_fit,
    "evening_run.fit": lambda: to_fit(recording(EVENING_RUN)),
    "evening_run.tcx": lambda: to_tcx(recording(EVENING_RUN)),
    "evening_run.gpx": lambda: to_gpx(recording(EVENING_RUN), name="Evening run"),
    "history.zip": history_zip,
    "athlete.toml": athlete_toml,
    "facts.json": facts_json,
}


def main() -> None:
    """Write every sample file."""
    FOLDER.mkdir(exist_ok=True)
    for name, make in FILES.items():
        data = make()
        (FOLDER / name).write_bytes(data)
        print(f"{len(data):>9,}  {name}")


if __name__ == "__main__":
    main()
