"""Makes a Strava takeout: files named by upload, and a table that joins them by name."""

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from tools.formats import to_fit, to_gpx, to_tcx
from tools.generator import writing
from tools.simulate import Person, Recording
from tools.takeouts import Exported, Write, identifiers, recordings_of

#: The English header of 2026, names that come twice included.
_HEADER = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,"
    "Distance,Max Heart Rate,Relative Effort,Commute,Activity Private Note,Activity Gear,"
    "Filename,Athlete Weight,Bike Weight,Elapsed Time,Moving Time,Distance,Max Speed,"
    "Average Speed,Elevation Gain,Elevation Loss,Elevation Low,Elevation High,Max Grade,"
    "Average Grade,Average Positive Grade,Average Negative Grade,Max Cadence,Average Cadence,"
    "Max Heart Rate,Average Heart Rate,Max Watts,Average Watts,Calories,Max Temperature,"
    "Average Temperature,Relative Effort,Total Work,Number of Runs,Uphill Time,Downhill Time,"
    "Other Time,Perceived Exertion,Type,Start Time,Weighted Average Power,Power Count,"
    "Prefer Perceived Exertion,Perceived Relative Effort,Commute,Total Weight Lifted,"
    "From Upload,Grade Adjusted Distance,Weather Observation Time,Weather Condition,"
    "Weather Temperature,Apparent Temperature,Dewpoint,Humidity,Weather Pressure,Wind Speed,"
    "Wind Gust,Wind Bearing,Precipitation Intensity,Sunrise Time,Sunset Time,Moon Phase,Bike,"
    "Gear,Precipitation Probability,Precipitation Type,Cloud Cover,Weather Visibility,UV Index,"
    "Weather Ozone,Jump Count,Total Grit,Average Flow,Flagged,Training Load,Intensity,"
    "Timer Time,Recovery,Media"
)
STRAVA_COLUMNS = tuple(_HEADER.split(","))

#: Words of other languages as public importers name them; a column not listed stays English.
STRAVA_WORDS: dict[str, dict[str, str]] = {
    "en": {},
    "de": {
        "Activity ID": "Aktivitäts-ID",
        "Activity Date": "Aktivitätsdatum",
        "Activity Name": "Name der Aktivität",
        "Activity Type": "Aktivitätsart",
        "Activity Description": "Aktivitätsbeschreibung",
        "Activity Gear": "Aktivitätsausrüstung",
        "Elapsed Time": "Verstrichene Zeit",
        "Moving Time": "Bewegungszeit",
        "Distance": "Distanz",
        "Max Heart Rate": "Max. Herzfrequenz",
        "Average Heart Rate": "Durchschnittliche Herzfrequenz",
        "Elevation Gain": "Höhenzunahme",
        "Filename": "Dateiname",
        "Calories": "Kalorien",
        "Average Temperature": "Durchschnittliche Temperatur",
        "Max Temperature": "Max. Temperatur",
        "Start Time": "Startzeit",
    },
    "fr": {
        "Activity ID": "ID de l'activité",
        "Activity Date": "Date de l'activité",
        "Activity Name": "Nom de l'activité",
        "Activity Type": "Type d'activité",
        "Activity Description": "Description de l'activité",
        "Elapsed Time": "Temps écoulé",
        "Max Heart Rate": "Fréquence cardiaque max.",
        "Relative Effort": "Effort relatif",
        "Filename": "Nom du fichier",
        "Athlete Weight": "Poids de l'athlète",
        "Bike Weight": "Poids du vélo",
        "Moving Time": "Durée de déplacement",
        "Average Speed": "Vitesse moyenne",
        "Elevation Gain": "Dénivelé positif",
    },
}
#: Headings of a language that nobody knows: each has its own letters.
STRAVA_WORDS["xx"] = {name: f"qx {name[::-1]}" for name in STRAVA_COLUMNS}
_STRAVA_TYPES = {
    "en": {"running": "Run", "cycling": "Ride", "hiking": "Hike"},
    "de": {"running": "Lauf", "cycling": "Radfahrt", "hiking": "Wanderung"},
    "fr": {"running": "Course à pied", "cycling": "Vélo", "hiking": "Randonnée"},
    "xx": {"running": "Run", "cycling": "Ride", "hiking": "Hike"},
}
_MONTHS = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)
_UNTRANSLATED = (
    "translation missing: {}.lib.export.portability_exporter.activities.horton_values.{}"
)


def build_strava_export(
    path: Path,
    count: int = 12,
    seed: int = 1,
    *,
    language: str = "en",
    columns: Sequence[str] | None = None,
    reorder: bool = False,
    untranslated: bool = False,
    error_rows: int = 1,
    manual_rows: int = 1,
    repeated_rows: int = 0,
    lost_files: int = 0,
    unpack: Callable[[str], bool] = lambda _: False,
    humidity_scale: float = 1.0,
    every_s: tuple[int, ...] = (1, 2, 4, 3),
    person: Person = Person(),
) -> list[Exported]:
    """Write a Strava takeout (a folder, or a zip where the name ends so).

    Parameters
    ----------
    language : str
        ``"en"``, ``"de"``, ``"fr"`` or ``"xx"``, which is none: header, dates, sports and the
        decimal comma of what is for the eye.
    columns : sequence of str or None
        English names to keep, where some shall be missing.
    reorder : bool
        Shuffle the columns.
    untranslated : bool
        Some headers say ``translation missing: ...``.
    error_rows, manual_rows, repeated_rows, lost_files : int
        Rows of ``#error#``; rows without a file; rows that come twice; rows whose file is not
        in the archive.
    unpack : callable
        Which of the packed files somebody has unpacked since.
    humidity_scale : float
        1 for a fraction, 100 for per cent: both occur.

    Returns
    -------
    list of Exported
        With ``row`` of temperature, humidity (per cent), RPE and weight as they were written.
    """
    random = np.random.RandomState(seed)
    activity_ids, upload_ids = identifiers(count, seed)
    made, rows = [], []
    with writing(path) as write:
        for number, recording in enumerate(recordings_of(count, seed, person, every_s)):
            name, data = _strava_file(recording, upload_ids[number], random)
            lost = number < lost_files
            if not lost and name.endswith(".gz") and unpack(name):
                write(name.removesuffix(".gz"), gzip.decompress(data))
            elif not lost:
                write(name, data)
            said = _strava_said(recording, random, with_weather=number % 4 != 3)
            made.append(Exported(file="" if lost else name, recording=recording, row=said))
            rows.append(
                _strava_row(recording, activity_ids[number], name, said, language, humidity_scale)
            )
        rows += [
            _row_by_hand(made[0].recording, rows[0], number, language)
            for number in range(manual_rows)
        ]
        rows += rows[:repeated_rows]
        for number in range(error_rows):
            broken = dict.fromkeys(STRAVA_COLUMNS, "#error#") | {"Activity ID": str(700 + number)}
            rows.insert(number + 1, broken)
        header = _strava_header(columns, random if reorder else None)
        text = _strava_csv(header, rows, language, untranslated)
        write("activities.csv", text.encode("utf-8-sig" if language == "de" else "utf-8"))
        _strava_rest(write, person, made[0].recording)
    return made


def _strava_file(
    recording: Recording, upload: int, random: np.random.RandomState
) -> tuple[str, bytes]:
    kinds = ["fit.gz", "tcx.gz", "gpx", "gpx.gz", "fit"]
    kind = str(random.choice(kinds, p=[0.5, 0.2, 0.1, 0.1, 0.1]))
    if recording.session.course == "indoor" and "gpx" in kind:
        kind = "fit.gz"
    if kind.startswith("fit"):
        data = to_fit(recording)
    else:
        data = to_gpx(recording) if "gpx" in kind else to_tcx(recording, leading_blanks=10)
    if kind.endswith(".gz"):
        data = gzip.compress(data, compresslevel=6, mtime=0)
    return f"activities/{upload}.{kind}", data


def _strava_said(
    recording: Recording, random: np.random.RandomState, *, with_weather: bool
) -> dict[str, Any]:
    session = recording.session
    outdoors = session.course != "indoor" and with_weather
    return {
        "air_temperature_c": round(sum(session.temperature_c) / 2, 1) if outdoors else None,
        "relative_humidity_pct": session.humidity_pct if outdoors else None,
        "wind_m_s": session.wind_m_s if outdoors else None,
        "rpe": int(random.randint(2, 10)) if random.rand() < 0.5 else None,
        "mass_kg": recording.person.mass_kg,
    }


def _strava_row(
    recording: Recording,
    identifier: int,
    file: str,
    said: dict[str, Any],
    language: str,
    humidity_scale: float,
) -> dict[str, str]:
    """Return a row by English name; of a name that comes twice ``(1)`` is the first one."""
    session = recording.session
    kilometres = f"{recording.total_m / 1000:.2f}"
    rates = recording.columns["heart_rate_bpm"]
    humidity = said["relative_humidity_pct"]
    values = {
        "Activity ID": identifier,
        "Activity Date": _strava_date(session.start, language),
        "Activity Name": 'Morning "long" one, with friends',
        "Activity Type": _STRAVA_TYPES[language][session.sport],
        "Activity Description": "Two lines:\nhot \\ dusty, no wind",
        "Elapsed Time": recording.end_s - recording.start_s,
        "Distance (1)": kilometres if language in ("en", "xx") else kilometres.replace(".", ","),
        "Distance": f"{recording.total_m:.1f}",
        "Max Heart Rate": f"{np.nanmax(rates):.0f}",
        "Average Heart Rate": f"{np.nanmean(rates):.1f}",
        "Commute": "false",
        "Filename": file,
        "Athlete Weight": said["mass_kg"],
        "Moving Time": f"{session.duration_s:.1f}",
        "Elevation Gain": f"{recording.ascent_m:.1f}",
        "Calories": recording.energy_kcal,
        "Average Temperature": f"{np.nanmean(recording.columns['temperature_c']):.0f}",
        "Perceived Exertion": said["rpe"],
        "Weather Temperature": said["air_temperature_c"],
        "Humidity": None if humidity is None else round(humidity / 100 * humidity_scale, 4),
        "Wind Speed": said["wind_m_s"],
        "Cloud Cover": None if humidity is None else 0.25,
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _row_by_hand(
    recording: Recording, like: dict[str, str], number: int, language: str
) -> dict[str, str]:
    """Return a row without a file, of the same course a year and some days before."""
    before = recording.session.start - timedelta(days=365 + number)
    own = {"Activity ID": str(800 + number), "Filename": ""}
    return like | own | {"Activity Date": _strava_date(before, language)}


def _strava_date(moment: datetime, language: str) -> str:
    if language in ("de", "xx"):
        return moment.strftime("%d.%m.%Y, %H:%M:%S")
    if language == "fr":
        return f"{moment.day} {_MONTHS[moment.month - 1]} {moment:%Y, %H:%M:%S}"
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment:%b} {moment.day}, {moment.year}, {hour}:{moment:%M:%S} {half}"


def _strava_header(
    columns: Sequence[str] | None, random: np.random.RandomState | None
) -> list[tuple[str, str]]:
    """Return (English name, key of the row) a column, in the order of the file."""
    seen: set[str] = set()
    header = []
    for name in STRAVA_COLUMNS:
        if columns is None or name in columns:
            again = name in seen or name != "Distance"
            header.append((name, name if again else f"{name} (1)"))
        seen.add(name)
    if random is not None:
        # the two of one name keep their order: nothing else tells kilometres from metres
        order = random.permutation(len(header))
        header = [header[place] for place in order]
        places = [i for i, (name, _) in enumerate(header) if name == "Distance"]
        for place, key in zip(places, ("Distance (1)", "Distance"), strict=False):
            header[place] = ("Distance", key)
    return header


def _strava_csv(
    header: list[tuple[str, str]], rows: list[dict[str, str]], language: str, untranslated: bool
) -> str:
    words = STRAVA_WORDS[language]
    titles = [words.get(name, name) for name, _ in header]
    if untranslated:
        late = {"Type": "type", "Start Time": "start_time", "Recovery": "recovery"}
        titles = [
            _UNTRANSLATED.format("en-GB", late[name]) if name in late else title
            for (name, _), title in zip(header, titles, strict=True)
        ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(titles)
    for row in rows:
        writer.writerow([row.get(key, row.get(name, "")) for name, key in header])
    return out.getvalue()


def _strava_rest(write: Write, person: Person, recording: Recording) -> None:
    """Write what lies beside the activities and is none."""
    profile = f"Athlete ID,Sex,Weight\n4711,{person.sex[0].upper()},{person.mass_kg}\n"
    write("profile.csv", profile.encode())
    write("bikes.csv", b"Bike Name,Bike Brand\nBlue,Sample\n")
    write("media/4711.jpg", b"\xff\xd8\xff\xe0 not a photo")
    points = "".join(
        f'<trkpt lat="{lat:.6f}" lon="{lon:.6f}"><ele>480</ele></trkpt>'
        for lat, lon in [recording.session.place, (47.01, 14.01)]
    )
    route = f'<gpx version="1.1" creator="s"><trk><trkseg>{points}</trkseg></trk></gpx>'
    write("routes/1.gpx", route.encode())
