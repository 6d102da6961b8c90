"""Makes a Garmin takeout: uploads of every kind in zips in a zip, summaries as JSON beside."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from tools.fit_writer import FitWriter, fit_time
from tools.formats import to_fit, to_tcx
from tools.generator import writing
from tools.simulate import Person, Recording
from tools.takeouts import Exported, Write, identifiers, recordings_of

_GARMIN_MAIL = "alex.sample@example.org"
_GARMIN_PERSON = 4711


def build_garmin_export(
    path: Path,
    count: int = 8,
    seed: int = 1,
    *,
    others: int = 4,
    parts: int = 2,
    every_s: tuple[int, ...] = (1, 2, 4, 3),
    person: Person = Person(),
) -> list[Exported]:
    """Write a Garmin takeout: uploads in nested zips, summaries and wellness as JSON beside.

    Parameters
    ----------
    others : int
        Files that are no activity (monitoring, sleep, settings, metrics, empty) an activity.
    parts : int
        Inner zips.

    Returns
    -------
    list of Exported
        ``file`` is ``inner.zip!member``; ``row`` holds the sweat loss in mL (None where the log
        has none) and the activity's number.
    """
    activity_ids, upload_ids = identifiers(count * (1 + others) + 2, seed)
    made: list[Exported] = []
    bundles: list[dict[str, bytes]] = [{} for _ in range(parts)]
    names = [
        f"DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part{part + 1}.zip"
        for part in range(parts)
    ]
    upload = iter(upload_ids)
    for number, recording in enumerate(recordings_of(count, seed, person, every_s)):
        part = number % parts
        as_tcx = number == count - 1
        member = f"{_GARMIN_MAIL}_{next(upload)}.{'tcx' if as_tcx else 'fit'}"
        bundles[part][member] = to_tcx(recording) if as_tcx else to_fit(recording)
        row = {"activity_id": activity_ids[number], "sweat_ml": None}
        if number % 3 != 2:
            row["sweat_ml"] = recording.sweat_ml
        made.append(Exported(file=f"{names[part]}!{member}", recording=recording, row=row))
        for kind in range(others):
            other = f"{_GARMIN_MAIL}_{next(upload)}.fit"
            bundles[part][other] = _garmin_other(kind, recording)
    with writing(path) as write:
        for name, bundle in zip(names, bundles, strict=True):
            write(name, _zipped(bundle))
        _garmin_texts(write, made, person)
    return made


def _zipped(bundle: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in bundle.items():
            entry = zipfile.ZipInfo(name, date_time=(2026, 7, 12, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def _garmin_other(kind: int, recording: Recording) -> bytes:
    """Return a FIT file that is no activity: monitoring, sleep, settings, metrics or nothing."""
    if kind % 5 == 4:
        return b""
    file_type = (32, 49, 2, 44)[kind % 5]
    start = fit_time(recording.session.start)
    writer = FitWriter()
    writer.add("file_id", type=file_type, manufacturer=1, product=2691, time_created=start)
    if file_type == 32:
        times = start + 60 * np.arange(120)
        writer.add("monitoring_info", timestamp=start, local_timestamp=start + 7200)
        writer.add_rows("monitoring", timestamp=times, heart_rate=55 + np.arange(120) % 40)
    elif file_type == 49:
        writer.add_rows(
            "sleep_level", timestamp=start + 900 * np.arange(30), sleep_level=np.arange(30) % 4
        )
    elif file_type == 2:
        writer.add("user_profile", friendly_name="Alex", weight=recording.person.mass_kg)
    return writer.finish()


def _garmin_texts(write: Write, made: list[Exported], person: Person) -> None:
    def put(name: str, document: Any) -> None:
        write(f"DI_CONNECT/{name}", json.dumps(document).encode())

    summaries = [_garmin_summary(one) for one in made]
    put(
        f"DI-Connect-Fitness/{_GARMIN_MAIL}_0_summarizedActivities.json",
        [{"summarizedActivitiesExport": [*summaries, *_garmin_multisport(summaries[0])]}],
    )
    sweat = [_garmin_sweat(one) for one in made if one.row["sweat_ml"] is not None]
    put("DI-Connect-Aggregator/HydrationLogFile_2026-01-01_2026-07-12.json", sweat)
    put("DI-Connect-Aggregator/UDSFile_2026-01-01_2026-07-12.json", [{"restingHeartRate": 52}])
    zones = {
        "trainingMethod": "HR_MAX",
        "restingHeartRateUsed": person.hr_rest_bpm,
        "lactateThresholdHeartRateUsed": person.hr_threshold_bpm,
        "maxHeartRateUsed": person.hr_max_bpm,
        **{f"zone{n}Floor": round(person.hr_max_bpm * (0.4 + n / 10)) for n in range(1, 6)},
        "sport": "DEFAULT",
    }
    put(f"DI-Connect-Wellness/{_GARMIN_PERSON}_heartRateZones.json", [zones])
    power = {"sport": "CYCLING", "functionalThresholdPower": person.ftp_w}
    put(f"DI-Connect-Wellness/{_GARMIN_PERSON}_powerZones.json", [power])
    weights = [
        {
            "metaData": {"calendarDate": f"2026-0{month}-01T00:00:00.0"},
            "weight": {"weight": 1000 * (person.mass_kg + 6 - month), "sourceType": "MANUAL"},
        }
        for month in range(1, 7)
    ]
    put(f"DI-Connect-Wellness/{_GARMIN_PERSON}_userBioMetrics.json", weights)
    put("DI-Connect-Wellness/2026-01-01_2026-07-12_sleepData.json", [{"deepSleepSeconds": 5400}])


def _garmin_summary(one: Exported) -> dict[str, Any]:
    """Return an activity as the summaries hold it: cm, ms, tenths of m/s, local epochs."""
    recording = one.recording
    session = recording.session
    words = {"running": "running", "cycling": "cycling", "hiking": "hiking"}
    temperatures = recording.columns["temperature_c"]
    return {
        "activityId": one.row["activity_id"],
        "name": "Sampleton " + session.sport,
        "activityType": words[session.sport],
        "sportType": session.sport.upper(),
        "beginTimestamp": recording.start_s * 1000,
        "startTimeGmt": recording.start_s * 1000.0,
        "startTimeLocal": (recording.start_s + session.utc_offset_s) * 1000.0,
        "duration": session.duration_s * 1000.0,
        "elapsedDuration": (recording.end_s - recording.start_s) * 1000.0,
        "distance": recording.total_m * 100,
        "elevationGain": recording.ascent_m * 100,
        "avgSpeed": recording.total_m / session.duration_s / 10,
        "avgHr": round(float(np.nanmean(recording.columns["heart_rate_bpm"]))),
        "minTemperature": float(np.nanmin(temperatures)),
        "maxTemperature": float(np.nanmax(temperatures)),
        "activityTrainingLoad": 100.0,
        "waterEstimated": float(recording.sweat_ml),
    }


def _garmin_multisport(like: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a multisport parent and its two children: the parent is not to be counted."""
    day = 86_400_000
    begin = like["beginTimestamp"] - 400 * day
    parent = like | {"activityId": 1, "activityType": "multi_sport", "beginTimestamp": begin}
    children = [
        like | {"activityId": 2 + n, "parentId": 1, "activityType": word, "beginTimestamp": begin}
        for n, word in enumerate(("open_water_swimming", "cycling"))
    ]
    return [parent, *children]


def _garmin_sweat(one: Exported) -> dict[str, Any]:
    session = one.recording.session
    local = session.start + timedelta(seconds=session.utc_offset_s)
    return {
        "calendarDate": f"{local:%Y-%m-%d}",
        "timestampLocal": f"{local:%Y-%m-%dT%H:%M:%S}.0",
        "hydrationSource": "GARMIN_ACTIVITY",
        "valueInML": 0.0,
        "activityId": one.row["activity_id"],
        "capped": False,
        "estimatedSweatLossInML": one.row["sweat_ml"],
        "duration": float(session.duration_s),
    }
