"""Every sample file says what it was made from, and is made again byte for byte."""

import gzip
import io
import json
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import fitparse
import numpy as np
import pytest
from tools import make_samples

import riskfit
from riskfit.activity import Activity
from riskfit.athlete import Athlete

FOLDER = Path(__file__).resolve().parents[1] / "sample_data"
FACTS: dict[str, dict[str, Any]] = json.loads((FOLDER / "facts.json").read_text())
SESSIONS = sorted(name for name in FACTS if name != "history.zip")
WHOLE = [name for name in SESSIONS if name != "cut_off.fit"]
SMALL = ["athlete.toml", "facts.json", "evening_run.fit", "evening_run.gpx", "cut_off.fit"]


def unpacked(name: str, data: bytes) -> Any:
    """Return what counts of a file: compressors differ, what they hold must not."""
    if name.endswith(".gz"):
        return gzip.decompress(data)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {member.filename: archive.read(member) for member in archive.infolist()}
    return data


def activity(name: str) -> Activity:
    return riskfit.read_activity((FOLDER / name).read_bytes())


@pytest.mark.parametrize("name", SMALL)
def test_a_sample_is_made_again_as_it_lies_there(name: str) -> None:
    assert make_samples.FILES[name]() == (FOLDER / name).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(make_samples.FILES))
def test_every_sample_is_made_again_as_it_lies_there(name: str) -> None:
    there = (FOLDER / name).read_bytes()
    assert unpacked(name, make_samples.FILES[name]()) == unpacked(name, there)


def test_the_folder_holds_the_made_files_and_their_readme_only() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {"README.md", *make_samples.FILES}


def test_the_samples_are_small_enough_for_the_wheel() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert max(size for name, size in sizes.items() if name != "history.zip") < 200_000
    assert sum(sizes.values()) < 1_500_000


def test_the_profile_is_an_athlete_with_open_questions() -> None:
    profile = tomllib.loads((FOLDER / "athlete.toml").read_text())
    athlete = Athlete(**profile)
    assert athlete.mass_kg == 68.0
    assert athlete.family_history is None
    assert athlete.red_flags is None


@pytest.mark.parametrize(
    "name",
    # fitparse takes seconds for the long ones
    [
        pytest.param(name, marks=pytest.mark.slow if name.endswith(".gz") else ())
        for name in WHOLE
        if ".fit" in name
    ],
)
def test_fitparse_counts_the_records_the_generator_made(name: str) -> None:
    data = unpacked(name, (FOLDER / name).read_bytes())
    messages = list(fitparse.FitFile(io.BytesIO(data)).get_messages())
    records = [message for message in messages if message.name == "record"]
    known = FACTS[name]
    assert len(records) == known["records"]
    rates = [record.get_value("heart_rate") for record in records]
    assert sum(rate is not None for rate in rates) == known["counts"]["heart_rate_bpm"]
    laps = [message for message in messages if message.name == "lap"]
    assert len(laps) == len(known["laps"])
    sessions = [message.get_value("sport") for message in messages if message.name == "session"]
    assert sessions == [sport for sport, _, _ in known["legs"]]


@pytest.mark.parametrize("name", SESSIONS)
def test_the_start_the_rows_and_the_counts_of_every_channel_are_known(name: str) -> None:
    known, read = FACTS[name], activity(name)
    assert read.start_time.isoformat().replace("+00:00", "Z") == known["start_time"]
    assert len(read.samples) == known["records"]
    for channel, count in known["counts"].items():
        found = int((~np.isnan(getattr(read.samples, channel))).sum())
        assert found == count, channel


@pytest.mark.parametrize("name", WHOLE)
def test_the_sport_and_the_legs_are_known(name: str) -> None:
    known, read = FACTS[name], activity(name)
    assert read.sport == known["sport"]
    assert [leg.sport for leg in read.legs] == [sport for sport, _, _ in known["legs"]]
    # a TCX or GPX knows the seconds of its points, not when the button was pressed
    slack = 1 if ".fit" in name else 10
    for leg, (_, start, end) in zip(read.legs, known["legs"], strict=True):
        assert leg.start_s == pytest.approx(start, abs=slack)
        assert leg.end_s == pytest.approx(end, abs=slack)


@pytest.mark.parametrize("name", WHOLE)
def test_the_pauses_are_where_they_were_made(name: str) -> None:
    pauses = [(pause.start_s, pause.end_s) for pause in activity(name).pauses]
    slack = 0 if ".fit" in name else 2
    expected = FACTS[name]["pauses"]
    assert len(pauses) == len(expected)
    for found, made in zip(pauses, expected, strict=True):
        assert found == pytest.approx(made, abs=slack)


@pytest.mark.parametrize("name", [name for name in WHOLE if "laps" in FACTS[name]])
def test_the_laps_are_where_they_were_made(name: str) -> None:
    laps = [(lap.start_s, lap.end_s) for lap in activity(name).laps]
    assert len(laps) == len(FACTS[name]["laps"])
    for number, (found, made) in enumerate(zip(laps, FACTS[name]["laps"], strict=True)):
        assert found == pytest.approx(made, abs=1.0 if ".fit" in name else 60), number


@pytest.mark.parametrize("name", [name for name in WHOLE if not name.endswith(".gpx")])
def test_the_distance_is_the_one_that_was_asked_for(name: str) -> None:
    distance = activity(name).samples.distance_m
    assert np.nanmax(distance) == pytest.approx(FACTS[name]["distance_m"], rel=1e-3)


@pytest.mark.parametrize("name", [name for name in WHOLE if ".fit" in name])
def test_the_totals_of_the_device_are_read(name: str) -> None:
    known, read = FACTS[name], activity(name)
    assert read.summary.timer_s == known["timer_s"]
    assert read.summary.energy_kcal == known["energy_kcal"]


def test_the_marathon_brings_its_weather_its_person_and_its_sweat() -> None:
    known, read = FACTS["marathon_heat.fit.gz"], activity("marathon_heat.fit.gz")
    low, high = known["weather"]["air_temperature_c"]
    assert read.weather.air_temperature_c is not None
    assert low <= read.weather.air_temperature_c <= high
    assert read.weather.relative_humidity_pct == known["weather"]["relative_humidity_pct"]
    assert read.weather.wind_m_s == known["weather"]["wind_m_s"]
    for name, value in known["athlete"].items():
        assert getattr(read.athlete, name) == pytest.approx(value), name
    assert read.summary.sweat_loss_l == pytest.approx(known["sweat_loss_l"])
    assert read.summary.rpe == known["rpe"]


def test_a_wrist_reads_warmer_than_cool_air_and_a_handlebar_does_not() -> None:
    run, ride = activity("easy_run.fit"), activity("long_ride.fit.gz")
    wrist = np.nanmean(run.samples.temperature_c) - FACTS["easy_run.fit"]["air_temperature_c"]
    bar = np.nanmean(ride.samples.temperature_c) - FACTS["long_ride.fit.gz"]["air_temperature_c"]
    assert wrist > 3
    assert bar == pytest.approx(0.8, abs=0.5)
    assert run.device.wrist is True
    assert ride.device.wrist is False


def test_the_three_twins_agree_sample_by_sample() -> None:
    fit, tcx, gpx = (activity(f"evening_run.{suffix}").samples for suffix in ("fit", "tcx", "gpx"))
    for other in (tcx, gpx):
        assert other.elapsed_s.tolist() == fit.elapsed_s.tolist()
        assert other.heart_rate_bpm.tolist() == fit.heart_rate_bpm.tolist()
        assert other.cadence_spm.tolist() == fit.cadence_spm.tolist()
        assert other.altitude_m == pytest.approx(fit.altitude_m, abs=0.16)
        assert other.latitude_deg == pytest.approx(fit.latitude_deg, abs=2e-7)
        assert other.longitude_deg == pytest.approx(fit.longitude_deg, abs=2e-7)
    assert gpx.temperature_c.tolist() == fit.temperature_c.tolist()
    assert tcx.speed_m_s == pytest.approx(fit.speed_m_s, abs=1e-3)


def test_the_cut_off_file_keeps_its_whole_records_and_says_so() -> None:
    read = activity("cut_off.fit")
    assert len(read.samples) == FACTS["cut_off.fit"]["records"]
    assert read.notes
    assert read.sport == "running"  # said before the records, so the cut did not reach it


def test_the_history_is_twelve_weeks_before_the_marathon() -> None:
    known = FACTS["history.zip"]
    with zipfile.ZipFile(FOLDER / "history.zip") as archive:
        read = [riskfit.read_activity(archive.read(name)) for name in archive.namelist()]
    assert len(read) == known["activities"]
    starts = [one.start_time for one in read]
    assert starts == sorted(starts)
    assert starts[0].isoformat() == known["first"]
    assert starts[-1].isoformat() == known["last"]
    assert sum(one.summary.timer_s or 0 for one in read) == known["timer_s"]
    for sport, count in known["sports"].items():
        assert sum(one.sport == sport for one in read) == count
