"""Made sessions for the tests: the one door to simulation, formats, and archives of them.

``simulate(Session(...))`` gives a recording, ``to_fit`` / ``to_tcx`` / ``to_gpx`` its bytes,
``known_facts`` what its inputs promise; ``generate_archive`` fills a folder or a zip.
"""

import gzip
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from tools.formats import known_facts, to_fit, to_gpx, to_tcx
from tools.simulate import Person, Recording, Session, shifted, simulate, simulate_legs

__all__ = [
    "Made",
    "Person",
    "Recording",
    "Session",
    "generate_archive",
    "known_facts",
    "random_person",
    "random_session",
    "random_sessions",
    "recordings",
    "shifted",
    "simulate",
    "simulate_legs",
    "to_fit",
    "to_gpx",
    "to_tcx",
]

WRITERS: dict[str, Callable[[Recording], bytes]] = {"fit": to_fit, "gpx": to_gpx, "tcx": to_tcx}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One file that was made: where it lies and the inputs it came from."""

    name: str
    session: Session
    person: Person


def random_person(seed: int) -> Person:
    """Return a plausible athlete."""
    random = np.random.RandomState(seed)
    female = bool(random.rand() < 0.4)
    age = int(random.randint(19, 66))
    fitness = float(np.clip(random.normal(1.0, 0.15), 0.65, 1.4))
    hr_max = round(207 - 0.68 * age + random.normal(0, 6))
    mass = round(float(np.clip(random.normal(61 if female else 76, 8), 45, 110)), 1)
    return Person(
        name=f"Athlete {seed}",
        mass_kg=mass,
        height_m=round(float(random.normal(1.67 if female else 1.79, 0.06)), 2),
        age_years=age,
        sex="female" if female else "male",
        hr_max_bpm=hr_max,
        hr_rest_bpm=int(random.randint(42, 68)),
        hr_threshold_bpm=round(0.9 * hr_max),
        ftp_w=round(fitness * mass * (2.9 if female else 3.3)),
        threshold_speed_m_s=round(fitness * (3.2 if female else 3.6), 2),
    )


def random_session(
    seed: int, start: datetime, *, hours: float = 1.0, every_s: tuple[int, ...] = (1,)
) -> Session:
    """Return a plausible session of about so many hours, of one of five kinds."""
    random = np.random.RandomState(seed)
    kind = random.choice(
        ["run", "intervals", "ride", "indoor", "hike"], p=[0.4, 0.1, 0.3, 0.1, 0.1]
    )
    season = 15 - 9 * np.cos(2 * np.pi * (start.timetuple().tm_yday - 20) / 365)
    air = float(np.round(season + random.normal(0, 3)))
    duration = round(3600 * hours * float(np.clip(random.normal(1.0, 0.25), 0.4, 2.0)))
    session = Session(
        start=start,
        duration_s=duration,
        intensity=float(np.clip(random.normal(0.75, 0.06), 0.5, 0.95)),
        temperature_c=(air, air + float(random.randint(0, 3))),
        humidity_pct=int(random.randint(35, 90)),
        every_s=every_s,
        pauses=((duration // 3, int(random.randint(20, 400))),) if random.rand() < 0.5 else (),
        seed=seed,
    )
    kinds = {
        "run": session,
        "intervals": replace(session, intervals=(180, 120, 0.15)),
        "ride": replace(
            session, sport="cycling", course="hilly", device="bike_computer", lap_m=10000.0
        ),
        "indoor": replace(
            session,
            sport="cycling",
            sub_sport="indoor_cycling",
            course="indoor",
            device="bike_computer",
            temperature_c=(21.0, 22.0),
            lap_m=None,
        ),
        "hike": replace(session, sport="hiking", course="alpine", intensity=0.5),
    }
    return kinds[str(kind)]


def random_sessions(
    count: int,
    seed: int,
    *,
    end: datetime = datetime(2026, 7, 12, tzinfo=UTC),
    hours: float = 1.0,
    every_s: tuple[int, ...] = (1,),
) -> list[Session]:
    """Return sessions of one athlete in order of time, about five a week, up to ``end``."""
    random = np.random.RandomState(seed)
    gaps = random.choice([1, 1, 1, 2, 2], size=count)
    days = np.cumsum(gaps[::-1])[::-1]
    hours_of_day = random.randint(5, 18, size=count)
    return [
        random_session(
            seed * 100_003 + number,
            end - timedelta(days=int(day)) + timedelta(hours=int(hour)),
            hours=hours,
            every_s=every_s,
        )
        for number, (day, hour) in enumerate(zip(days, hours_of_day, strict=True))
    ]


def recordings(
    sessions: list[Session], person: Person, *, distinct: int | None = None
) -> Iterator[Recording]:
    """Simulate the sessions; with ``distinct`` only so many, and hold them again later.

    A session held again keeps its samples but not its hour, so its file is another one.
    """
    kept: list[Recording] = []
    for number, session in enumerate(sessions):
        if distinct is None or number < distinct:
            recording = simulate(session, person)
            if distinct is not None:
                kept.append(recording)
        else:
            before = kept[number % distinct]
            recording = shifted(before, round(session.start.timestamp()) - before.start_s)
        yield recording


def generate_archive(
    target: Path,
    count: int,
    seed: int = 1,
    *,
    formats: Mapping[str, float] | None = None,
    hours: float = 1.0,
    every_s: tuple[int, ...] = (1,),
    distinct: int | None = None,
    athletes: int = 1,
    packed_share: float = 0.0,
) -> list[Made]:
    """Write made activities into a folder, or a zip where the name ends so.

    Parameters
    ----------
    formats : mapping
        Share of each format; 80 % FIT, 10 % GPX, 10 % TCX where not given.
    distinct : int or None
        Simulate only so many and hold them again at later times: quicker by half.
    athletes : int
        More than one: a folder each.
    packed_share : float
        Share of the files that are gzipped.
    """
    shares = formats or {"fit": 0.8, "gpx": 0.1, "tcx": 0.1}
    random = np.random.RandomState(seed)
    made: list[Made] = []
    with writing(target) as write:
        for athlete in range(athletes):
            own = count // athletes + (athlete < count % athletes)
            person = Person() if athletes == 1 else random_person(seed + athlete)
            folder = "" if athletes == 1 else f"{person.name.lower().replace(' ', '-')}/"
            sessions = random_sessions(own, seed + athlete, hours=hours, every_s=every_s)
            for recording in recordings(sessions, person, distinct=distinct):
                session = recording.session
                suffix = str(random.choice(list(shares), p=list(shares.values())))
                if session.course == "indoor" and suffix == "gpx":
                    suffix = "fit"  # a GPX point needs a place
                data = WRITERS[suffix](recording)
                name = f"{folder}{session.start:%Y-%m-%d-%H%M}-{session.sport}.{suffix}"
                if random.rand() < packed_share:
                    name, data = f"{name}.gz", gzip.compress(data, compresslevel=1, mtime=0)
                write(name, data)
                made.append(Made(name=name, session=session, person=person))
    return made


@contextmanager
def writing(target: Path) -> Iterator[Callable[[str, bytes], None]]:
    """Give a function that writes a member into a folder or a zip."""
    if target.suffix != ".zip":

        def write(name: str, data: bytes) -> None:
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

        yield write
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:

        def add(name: str, data: bytes) -> None:
            entry = zipfile.ZipInfo(name, date_time=(2026, 7, 12, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=1)

        yield add
