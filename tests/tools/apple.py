"""Makes an Apple Health takeout: one long XML of everything, and a route a workout."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from tools.generator import writing
from tools.simulate import Person, Recording
from tools.takeouts import Exported, recordings_of

_APPLE_TYPES = {"running": "Running", "cycling": "Cycling", "hiking": "Hiking"}
_APPLE_ZONE = timezone(timedelta(hours=2))


def build_apple_export(
    path: Path,
    count: int = 5,
    seed: int = 1,
    *,
    humidity_in_hundredths: bool = False,
    steps: int = 200,
    person: Person = Person(),
    name: str = "apple_health_export/export.xml",
    change: Callable[[str], str] = str,
) -> list[Exported]:
    """Write an Apple Health takeout: one ``export.xml`` and a route a workout outdoors.

    Parameters
    ----------
    humidity_in_hundredths : bool
        Write 56 % as ``5600 %``, as some exports do.
    steps : int
        Records that concern nobody between those of the heart.
    name : str
        Of the XML, which has another one on phones of other languages, and its folder.
    change : callable
        Done to the XML before it is written.

    Returns
    -------
    list of Exported
        ``file`` is the route's ("" indoors); ``row`` the weather as written in Celsius and per
        cent, and the number of heart-rate records.
    """
    made, workouts, records = [], [], []
    root = name.rpartition("/")[0]
    root += "/" if root else ""
    with writing(path) as write:
        for number, recording in enumerate(recordings_of(count, seed, person, (5,))):
            session = recording.session
            outdoors = session.course != "indoor"
            moment = session.start.astimezone(_APPLE_ZONE)
            route = f"workout-routes/route_{moment:%Y-%m-%d}_{number}.gpx" if outdoors else ""
            if outdoors:
                write(f"{root}{route}", _apple_route(recording))
            hearts = _apple_hearts(recording)
            records += hearts
            row = {
                "air_temperature_c": session.temperature_c[0] if outdoors else None,
                "relative_humidity_pct": session.humidity_pct if outdoors else None,
                "heart_rates": len(hearts),
                "indoor": not outdoors,
            }
            made.append(
                Exported(file=f"{root}{route}" if route else "", recording=recording, row=row)
            )
            workouts.append(_apple_workout(recording, route, 100 if humidity_in_hundredths else 1))
        walked = _apple_records(
            "HKQuantityTypeIdentifierStepCount",
            "count",
            made[0].recording.start_s + 60 * np.arange(steps),
            np.full(steps, 80),
        )
        mass = _apple_records(
            "HKQuantityTypeIdentifierBodyMass",
            "kg",
            np.array([made[0].recording.start_s]),
            np.array([person.mass_kg]),
        )
        text = _APPLE_HEAD + "".join([*mass, *walked, *records, *workouts]) + "</HealthData>\n"
        write(name, change(text).encode())
        write(f"{root}export_cda.xml", b'<?xml version="1.0"?><ClinicalDocument/>')
        write(f"{root}electrocardiograms/ecg_2026-01-01.csv", b"Name,Alex\n0.1\n")
    return made


_APPLE_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Workout)*)>
<!ATTLIST HealthData locale CDATA #REQUIRED>
]>
<HealthData locale="en_AT">
 <ExportDate value="2026-07-12 12:00:00 +0200"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1985-03-01" \
HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexMale"/>
"""


def _apple_time(posix_s: float) -> str:
    return datetime.fromtimestamp(posix_s, _APPLE_ZONE).strftime("%Y-%m-%d %H:%M:%S %z")


def _apple_records(kind: str, unit: str, times: Any, values: Any) -> list[str]:
    return [
        f' <Record type="{kind}" sourceName="Watch" unit="{unit}" creationDate="{_apple_time(at)}" '
        f'startDate="{_apple_time(at)}" endDate="{_apple_time(at)}" value="{value:g}"/>\n'
        for at, value in zip(np.asarray(times).tolist(), np.asarray(values).tolist(), strict=True)
    ]


def _apple_hearts(recording: Recording) -> list[str]:
    rates = recording.columns["heart_rate_bpm"]
    known = ~np.isnan(rates)
    return _apple_records(
        "HKQuantityTypeIdentifierHeartRate", "count/min", recording.time_s[known], rates[known]
    )


def _apple_workout(recording: Recording, route: str, humidity_factor: int) -> str:
    session = recording.session
    start, end = _apple_time(recording.start_s), _apple_time(recording.end_s)
    parts = [
        (
            f' <Workout workoutActivityType="HKWorkoutActivityType{_APPLE_TYPES[session.sport]}" '
            f'duration="{session.duration_s / 60:.4f}" durationUnit="min" sourceName="Watch" '
            f'creationDate="{end}" startDate="{start}" endDate="{end}">\n'
        ),
        '  <MetadataEntry key="HKTimeZone" value="Europe/Vienna"/>\n',
        f'  <MetadataEntry key="HKIndoorWorkout" value="{int(not route)}"/>\n',
    ]
    if route:
        fahrenheit = session.temperature_c[0] * 1.8 + 32
        humidity = session.humidity_pct * humidity_factor
        parts += [
            f'  <MetadataEntry key="HKWeatherTemperature" value="{fahrenheit:g} degF"/>\n',
            f'  <MetadataEntry key="HKWeatherHumidity" value="{humidity} %"/>\n',
        ]
    for begin, length in recording.pauses:
        for word, moment in (("Pause", begin), ("Resume", begin + length)):
            date = _apple_time(moment)
            parts.append(f'  <WorkoutEvent type="HKWorkoutEventType{word}" date="{date}"/>\n')
    parts.append(
        '  <WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" '
        f'startDate="{start}" endDate="{end}" sum="{recording.energy_kcal}" unit="kcal"/>\n'
    )
    if route:
        parts.append(
            f'  <WorkoutRoute sourceName="Watch" startDate="{start}" endDate="{end}">\n'
            f'   <FileReference path="/{route}"/>\n  </WorkoutRoute>\n'
        )
    return "".join([*parts, " </Workout>\n"])


def _apple_route(recording: Recording) -> bytes:
    """Return a route as Apple writes it: places and speed, no heart."""
    columns = recording.columns
    rows = zip(
        columns["latitude_deg"].tolist(),
        columns["longitude_deg"].tolist(),
        columns["altitude_m"].tolist(),
        recording.time_s.tolist(),
        columns["speed_m_s"].tolist(),
        strict=True,
    )
    points = "".join(
        f'<trkpt lon="{lon:.6f}" lat="{lat:.6f}"><ele>{ele:.3f}</ele>'
        f"<time>{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}</time><extensions>"
        f"<speed>{speed:.6f}</speed><course>90.0</course><hAcc>2.1</hAcc><vAcc>1.8</vAcc>"
        "</extensions></trkpt>\n"
        for lat, lon, ele, at, speed in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Apple Health Export" '
        'xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"<metadata><time>2026-07-12T10:00:00Z</time></metadata>\n<trk><name>Route</name>\n"
        f"<trkseg>{points}</trkseg></trk></gpx>\n"
    ).encode()


def apple_xml(*elements: str) -> str:
    """Return an export's XML with these elements."""
    return _APPLE_HEAD + "".join(f" {one}\n" for one in elements) + "</HealthData>\n"


def apple_workout(kind: str = "Running", inside: str = "", **attributes: str) -> str:
    """Return a workout of an hour without any sample."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<Workout workoutActivityType="HKWorkoutActivityType{kind}" sourceName="Watch" '
        'startDate="2026-06-01 08:00:00 +0200" endDate="2026-06-01 09:00:00 +0200"'
        f"{more}>\n{inside} </Workout>"
    )


def apple_statistics(kind: str, unit: str, **values: float) -> str:
    """Return a total as phones write it since iOS 16."""
    told = "".join(f' {name}="{value}"' for name, value in values.items())
    return f'  <WorkoutStatistics type="HKQuantityTypeIdentifier{kind}"{told} unit="{unit}"/>\n'
