"""What no heart, no leg and no receiver did goes, and what only looks like it stays."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from tools.scenario_files import written
from tools.scenarios import (
    cadence_lock,
    device_calories,
    heart_rate_spikes,
    power_spikes,
    spoiled,
    strap_died,
    stray_positions,
    thinned,
    without,
    without_totals,
)
from tools.scenarios import (
    clean as session_of,
)

from riskfit.activity import Activity, Lap, Leg, Samples, Summary
from riskfit.athlete import Athlete
from riskfit.cleaning import clean
from riskfit.cleaning.pulse import held_max_bpm
from riskfit.features.calories import believed_kcal
from riskfit.features.compute import compute_features
from riskfit.features.person import resolve_person
from riskfit.origin import Origin
from riskfit.readers import read_activity

START = datetime(2025, 6, 1, 8, tzinfo=UTC)
EARTH_M = 6371009.0
SECONDS = np.arange(3601)
#: A run that breathes: 140 bpm and ten up and down.
STEADY = np.rint(140 + 10 * np.sin(SECONDS / 200))


def recorded(elapsed_s=SECONDS, sport="running", *, north_m=None, east_m=0.0, **rest):
    """Return an activity of one leg; ``north_m`` and ``east_m`` give positions."""
    elapsed_s = np.asarray(elapsed_s, dtype=float)
    about = {name: rest.pop(name) for name in ("summary", "laps", "legs") if name in rest}
    if north_m is not None:
        rest["latitude_deg"] = 47.0 + np.degrees(np.asarray(north_m) / EARTH_M)
        east = np.degrees(np.asarray(east_m) / EARTH_M / np.cos(np.radians(47.0)))
        rest["longitude_deg"] = 11.0 + np.broadcast_to(east, elapsed_s.shape)
    about.setdefault("legs", (Leg(sport=sport, rows=slice(0, len(elapsed_s))),))
    return Activity(
        start_time=START, samples=Samples(elapsed_s=elapsed_s, **rest), sport=sport, **about
    )


def heart_of(bpm, elapsed_s=SECONDS, **channels):
    """Return the heart rate after cleaning."""
    return clean(recorded(elapsed_s, heart_rate_bpm=bpm, **channels)).samples.heart_rate_bpm


def notes_of(activity):
    """Return the notes of cleaning as one text."""
    return "\n".join(clean(activity).notes)


def put(values, at, what):
    """Return values with others from one place on."""
    out = np.array(values, dtype=float)
    out[at : at + len(np.atleast_1d(what))] = what
    return out


# ---- heart rate: spikes


@pytest.mark.parametrize("width", [1, 2, 3, 5, 10, 15])
@pytest.mark.parametrize("bpm", [185, 210, 238, 60])
def test_a_spike_of_seconds_goes_and_is_counted(width, bpm):
    spiked = put(put(STEADY, 900, np.full(width, bpm)), 2400, np.full(width, bpm))
    assert np.abs(heart_of(spiked) - STEADY).max() <= 5
    said = notes_of(recorded(heart_rate_bpm=spiked))
    assert f"heart rate: {2 * width} samples in 2 spikes left out" in said


def test_a_spike_with_slopes_goes_with_them():
    slopes = [158, 176, 194, 210, 208, 190, 172, 156]
    assert heart_of(put(STEADY, 1200, slopes)).max() <= 150


@pytest.mark.parametrize("at", [0, 3590])
def test_a_spike_at_the_very_beginning_or_end_goes(at):
    assert np.nanmax(heart_of(put(STEADY, at, np.full(8, 215)))) <= 150


def test_a_spike_between_rows_farther_apart_goes():
    rows = SECONDS[::5]
    assert heart_of(put(STEADY[::5], 200, [212]), rows).max() <= 150


def test_rows_minutes_apart_are_no_spikes():
    """A satellite messenger's rows: what lies between two of them, nobody knows."""
    rows = np.arange(0, 7200, 300)
    rate = np.where(np.arange(len(rows)) % 4 == 2, 165.0, 110.0)
    assert np.array_equal(heart_of(rate, rows)[rows[:-1]], rate[:-1])


@pytest.mark.parametrize(("work_s", "rest_s"), [(30, 30), (60, 60), (20, 100), (240, 120)])
def test_intervals_stay(work_s, rest_s):
    """The heart follows effort with a time constant of half a minute."""
    working = SECONDS % (work_s + rest_s) < work_s
    rate = np.empty(len(SECONDS))
    rate[0] = 100
    for second in range(1, len(rate)):
        to = 190 if working[second] else 95
        rate[second] = rate[second - 1] + (to - rate[second - 1]) / 25
    rate = np.rint(rate)
    assert np.array_equal(heart_of(rate), rate)


def test_a_sensor_that_finds_the_heart_again_is_no_spike():
    lost = np.where(SECONDS < 300, 85.0, STEADY)
    assert np.array_equal(heart_of(lost), lost)


def test_the_load_is_that_without_spikes():
    made = compute_features(recorded(heart_rate_bpm=STEADY, distance_m=3.0 * SECONDS))
    spiked = np.where(SECONDS % 300 >= 297, 212.0, STEADY)
    found = compute_features(recorded(heart_rate_bpm=spiked, distance_m=3.0 * SECONDS))
    for name in ("heart_rate_max_bpm", "trimp", "training_stress_score", "edwards_trimp"):
        assert found.value(name) == pytest.approx(made.value(name), rel=0.01), name


# ---- heart rate: steps for beats


def locked(bpm=STEADY, spm=172.0, start=1200, end=2100):
    """Return heart rate and steps of a run whose sensor counts steps for a while."""
    steps = np.rint(spm + 2 * np.sin(SECONDS / 7))
    return np.where((start <= SECONDS) & (end > SECONDS), steps, bpm), steps


@pytest.mark.parametrize(("start", "end"), [(1200, 2100), (0, 900), (2700, 3601), (1200, 1330)])
def test_steps_taken_for_beats_go(start, end):
    heart, steps = locked(start=start, end=end)
    cleaned = heart_of(heart, cadence_spm=steps)
    assert np.isnan(cleaned[start + 3 : end - 3]).all()
    assert np.nanmax(cleaned) <= 150
    assert "in which the sensor counted steps" in notes_of(
        recorded(heart_rate_bpm=heart, cadence_spm=steps)
    )


def test_as_many_beats_as_steps_are_possible():
    heart = np.rint(160 + 2 * np.sin(SECONDS / 90))
    assert np.array_equal(heart_of(heart, cadence_spm=np.full(3601, 160.0)), heart)


def test_a_heart_that_rises_to_the_number_of_steps_stays():
    heart = np.rint(165 - 65 * np.exp(-SECONDS / 60))
    assert np.array_equal(heart_of(heart, cadence_spm=np.full(3601, 164.0)), heart)


def test_a_walk_between_runs_at_as_many_beats_stays():
    walking = SECONDS % 600 >= 480
    steps = np.where(walking, 110.0, 162.0)
    assert np.array_equal(heart_of(np.full(3601, 161.0), cadence_spm=steps), np.full(3601, 161.0))


# ---- heart rate: the highest


def test_the_highest_that_is_shown_is_not_smoothed():
    heart = put(STEADY, 1800, [150, 155, 160, 165, 170, 174, 170, 165, 160, 155, 150])
    found = compute_features(recorded(heart_rate_bpm=heart, distance_m=3.0 * SECONDS))
    assert found.value("heart_rate_max_bpm") == 174


def test_a_device_that_saw_a_little_more_between_rows_is_believed():
    rows = SECONDS[::30]
    activity = recorded(
        rows,
        heart_rate_bpm=STEADY[::30],
        distance_m=3.0 * rows,
        summary=Summary(heart_rate_max_bpm=153),
    )
    assert compute_features(activity).value("heart_rate_max_bpm") == 153
    spike = recorded(heart_rate_bpm=STEADY, summary=Summary(heart_rate_max_bpm=211))
    assert compute_features(spike).value("heart_rate_max_bpm") == 150
    assert "the device says 211 bpm" in notes_of(spike)


@pytest.mark.parametrize(
    ("bpm", "highest"),
    [
        (put(STEADY, 1000, np.full(60, 205)), 150),  # leaps up and down again
        (put(STEADY, 0, np.full(200, 205)), 150),  # a dry strap's beginning
        (put(STEADY, 1000, [150, 160, 170, 180, 170, 160, 150]), 150),  # not held
        (STEADY + 45 * np.exp(-(((SECONDS - 1800) / 60) ** 2)), 188),  # a climb
        (np.where(SECONDS < 900, 90.0, 180.0), 180),  # contact found late
        (np.where(SECONDS < 900, 180.0, 90.0), 180),  # contact lost after a quarter of an hour
        (np.full(3601, np.nan), np.nan),
        (np.full(5, 150.0), np.nan),
    ],
)
def test_a_personal_maximum_was_held_and_fits_the_rest(bpm, highest):
    assert held_max_bpm(bpm) == pytest.approx(highest, abs=1, nan_ok=True)


def test_a_personal_maximum_is_possible_at_the_age():
    usual = 208 - 0.7 * 40
    assert resolve_person(Athlete(age_years=40), Athlete(), 205).hr_max_bpm == 205
    assert resolve_person(Athlete(age_years=40), Athlete(), 225).hr_max_bpm == usual
    assert resolve_person(Athlete(age_years=70), Athlete(), 205).hr_max_bpm == 208 - 0.7 * 70
    assert resolve_person(Athlete(), Athlete(), 212).hr_max_bpm == 212
    assert resolve_person(Athlete(), Athlete(), 219).hr_max_bpm == usual


# ---- heart rate: a part of it


def partly(share, **channels):
    """Return the features of a run whose heart rate ends after a share of it."""
    heart = np.where(share * len(SECONDS) > SECONDS, 140.0, np.nan)
    return compute_features(recorded(heart_rate_bpm=heart, distance_m=3.0 * SECONDS, **channels))


def test_half_a_session_without_strap_uses_the_half_there_is_and_says_so():
    half, whole = partly(0.49), partly(1.0)
    assert half.value("heart_rate_avg_bpm") == half.value("heart_rate_max_bpm") == 140
    for name in ("trimp", "edwards_trimp", "training_stress_score"):
        assert half.value(name) == pytest.approx(whole.value(name), rel=0.01), name
    assert half["training_stress_score"].source == whole["training_stress_score"].source
    assert any("heart rate: known for 49 % of the time" in note for note in half.notes)
    assert not any("heart rate: known" in note for note in whole.notes)


def test_a_fifth_is_shown_and_carries_no_load():
    fifth = partly(0.2)
    assert fifth.value("heart_rate_avg_bpm") == 140
    assert fifth["training_stress_score"].source.startswith("pace")
    assert fifth["decoupling_fraction"].missing_because == "no heart rate recorded"


def test_a_reading_or_two_are_no_heart_rate():
    assert partly(0.05)["heart_rate_avg_bpm"].missing_because == "no heart rate recorded"


# ---- the device's means


def test_a_mean_of_the_lap_stands_in_for_samples():
    laps = tuple(
        Lap(start_s=start, end_s=start + 1800, summary=Summary(heart_rate_avg_bpm=bpm))
        for start, bpm in ((0, 130.0), (1800, 150.0))
    )
    activity = recorded(
        distance_m=3.0 * SECONDS,
        laps=laps,
        summary=Summary(heart_rate_avg_bpm=135, heart_rate_max_bpm=171),
    )
    found = compute_features(activity)
    assert found.value("heart_rate_avg_bpm") == pytest.approx(140, abs=0.1)
    assert found.value("heart_rate_max_bpm") == 171
    assert found["heart_rate_avg_bpm"].origin is Origin.DEVICE
    assert found["training_stress_score"].source.startswith("heart rate")
    assert found.value("trimp") > 50
    assert found["decoupling_fraction"].missing_because == "no heart rate recorded"
    assert found["time_above_threshold_min"].value is None
    assert (
        "heart rate: the device's mean of 2 laps stands in for 3,601 seconds without samples"
        in found.notes
    )


def test_samples_beat_the_mean_of_their_lap():
    lap = Lap(start_s=0, end_s=3600, summary=Summary(heart_rate_avg_bpm=100.0))
    half = np.where(SECONDS < 1500, 140.0, np.nan)
    session = clean(recorded(heart_rate_bpm=half, laps=(lap,)))
    assert np.array_equal(session.samples.heart_rate_bpm, half, equal_nan=True)
    assert not session.stand_ins


def test_a_swim_without_readings_takes_the_mean_of_its_leg():
    legs = (
        Leg(sport="swimming", rows=slice(0, 900), summary=Summary(heart_rate_avg_bpm=120)),
        Leg(sport="cycling", rows=slice(900, 3601), summary=Summary(heart_rate_avg_bpm=99)),
    )
    heart = np.where(SECONDS < 900, np.nan, 150.0)
    heart[0] = 95.0  # before the dive
    found = compute_features(
        recorded(sport="multisport", legs=legs, heart_rate_bpm=heart, distance_m=2.0 * SECONDS)
    )
    assert found.value("heart_rate_avg_bpm") == pytest.approx(142.5, abs=0.3)
    assert any("the device's mean of 1 leg stands in" in note for note in found.notes)


def test_power_and_temperature_have_means_too():
    summary = Summary(power_avg_w=210, temperature_avg_c=0.5, heart_rate_avg_bpm=0)
    session = clean(recorded(sport="cycling", distance_m=8.0 * SECONDS, summary=summary))
    assert (session.samples.power_w == 210).all()
    assert (session.samples.temperature_c == 0.5).all()
    assert not session.samples.has("heart_rate_bpm")
    found = compute_features(recorded(sport="cycling", summary=summary))
    assert found["power_avg_w"].origin is Origin.DEVICE


def test_steps_taken_for_beats_do_not_come_back_as_a_mean():
    heart, steps = locked(start=0, end=1800)
    lap = Lap(start_s=0, end_s=1799, summary=Summary(heart_rate_avg_bpm=172.0))
    session = clean(recorded(heart_rate_bpm=heart, cadence_spm=steps, laps=(lap,)))
    assert np.nanmax(session.samples.heart_rate_bpm) <= 150


# ---- power


@pytest.mark.parametrize("shape", [[1900], [926], [1500, 1700]])
@pytest.mark.parametrize("base", [0.0, 200.0])
def test_power_of_a_second_goes(shape, base):
    steady = np.full(3601, base)
    activity = recorded(sport="cycling", power_w=put(steady, 1000, shape))
    assert np.array_equal(clean(activity).samples.power_w, steady)
    assert re.search(rf"power: {len(shape)} samples? in spikes left out", notes_of(activity))


@pytest.mark.parametrize(
    "shape",
    [
        [450, 900, 1200, 1150, 980, 700, 400],  # a sprint
        [600, 950, 620],  # out of a corner
        [900, 800, 700, 600],  # a standing start
        [1300, 1250, 1200],  # three seconds
        [650],  # not beyond anybody
    ],
)
@pytest.mark.parametrize("base", [0.0, 200.0])
def test_sprints_stay(shape, base):
    sprint = put(np.full(3601, base), 1000, shape)
    assert np.array_equal(clean(recorded(sport="cycling", power_w=sprint)).samples.power_w, sprint)


def test_of_rows_farther_apart_a_high_power_stays():
    power = put(np.full(721, 200.0), 300, [950])
    cleaned = clean(recorded(SECONDS[::5], "cycling", power_w=power)).samples.power_w
    assert cleaned[1500] == 950


# ---- positions


@pytest.mark.parametrize("every_s", [1, 5, 10])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_positions_beside_the_way_go(every_s, count):
    rows = SECONDS[::every_s]
    east = put(np.zeros(len(rows)), len(rows) // 2, np.full(count, 400.0))
    activity = recorded(rows, north_m=3.0 * rows, east_m=east)
    assert clean(activity).samples.distance_m[-1] == pytest.approx(10_800, rel=0.005)
    points = "1 stray point" if count == 1 else f"{count} stray points"
    assert f"position: {points} left out" in notes_of(activity)


def test_a_stray_at_a_speed_that_somebody_else_may_have_goes():
    """45 m aside within a second: too fast on foot, not on a bike, but nobody turns so."""
    east = put(np.zeros(3601), 1800, [45.0])
    for sport, speed in (("running", 3.0), ("cycling", 8.0)):
        activity = recorded(sport=sport, north_m=speed * SECONDS, east_m=east)
        assert clean(activity).samples.distance_m[-1] == pytest.approx(speed * 3600, rel=0.002)


@pytest.mark.parametrize("every_s", [1, 5, 10, 600])
@pytest.mark.parametrize(("sport", "speed"), [("running", 4.0), ("cycling", 12.0)])
def test_a_turning_point_stays(every_s, sport, speed):
    rows = SECONDS[::every_s]
    north = speed * np.minimum(rows, 3600 - rows)
    activity = recorded(rows, sport, north_m=north)
    assert clean(activity).samples.distance_m[-1] == pytest.approx(speed * 3600, rel=0.01)
    assert "stray" not in notes_of(activity)


def test_shuttle_runs_stay():
    """Ten seconds out, ten seconds back, as fast as one can, with a point at each end."""
    rows = SECONDS[::10]
    north = np.where(np.arange(len(rows)) % 2, 60.0, 0.0)
    activity = recorded(rows, north_m=north)
    assert "stray" not in notes_of(activity)


def test_six_positions_elsewhere_are_another_way():
    east = put(np.zeros(3601), 1800, np.full(6, 400.0))
    assert "stray" not in notes_of(recorded(north_m=3.0 * SECONDS, east_m=east))


def test_a_receiver_that_corrects_itself_keeps_its_later_positions():
    east = np.where(SECONDS < 1800, 0.0, 60.0)
    activity = recorded(north_m=3.0 * SECONDS, east_m=east)
    assert "stray" not in notes_of(activity)
    assert clean(activity).samples.distance_m[-1] == pytest.approx(10_800, rel=0.01)


def test_half_a_position_is_none():
    latitude = put(np.full(3601, np.nan), 0, np.full(100, 47.0))
    longitude = put(np.full(3601, np.nan), 200, np.full(100, 8.0))
    session = clean(recorded(latitude_deg=latitude, longitude_deg=longitude))
    assert not np.nansum(session.samples.distance_m)


# ---- calories


@pytest.mark.parametrize(
    ("total", "believed", "said"),
    [
        (600, 600, ""),
        (210, 210, ""),
        (1240, 1240, ""),
        (500_000, 500, "calories"),
        (2510, 600, "kilojoules"),
        (0.52, 520, "thousands"),
        (7000, None, "left out"),
        (95, None, "left out"),
    ],
)
def test_calories_are_believed_where_they_fit(total, believed, said):
    notes = []
    found = believed_kcal(total, 500, "heart_rate", (70.0, 70.0), notes)
    assert found == (None if believed is None else pytest.approx(believed, rel=0.001))
    assert said in "".join(notes)
    assert len(notes) == bool(said)


def test_a_table_value_leaves_more_room():
    masses = (None, 70.0)
    assert believed_kcal(1800, 500, "sport_table", masses, []) == 1800
    assert believed_kcal(1800, 500, "heart_rate", masses, []) is not None
    assert believed_kcal(3000, 500, "sport_table", masses, []) == pytest.approx(717, abs=1)


def test_small_totals_are_too_round_to_be_compared():
    notes = []
    assert believed_kcal(1, 4, "heart_rate", (None, 70.0), notes) == 1
    assert not notes


@pytest.mark.parametrize(("mass_kg", "believed"), [(70.0, True), (75.0, True), (95.0, False)])
def test_calories_made_for_another_body_are_not_believed(mass_kg, believed):
    made = replace(
        recorded(sport="rowing", heart_rate_bpm=np.full(3601, 130.0)),
        summary=Summary(energy_kcal=650),
        athlete=Athlete(mass_kg=70.0),  # what the file says
    )
    found = compute_features(made, Athlete(mass_kg=mass_kg))
    assert (found["energy_kcal"].source == "device calories") is believed
    assert any("for 70 kg, not 95;" in note for note in found.notes) is not believed


def test_power_goes_before_calories_and_says_where_they_do_not_fit():
    def features(kcal):
        return compute_features(
            recorded(
                sport="cycling", power_w=np.full(3601, 200.0), summary=Summary(energy_kcal=kcal)
            )
        )

    three_times, fits = features(2600), features(800)
    assert three_times.value("energy_kcal") == fits.value("energy_kcal")
    assert any("left out: power says about" in note for note in three_times.notes)
    assert not any("kcal" in note for note in fits.notes)


def test_an_e_bike_is_not_ridden_by_its_motors_power():
    power, heart = np.full(3601, 250.0), np.full(3601, 110.0)
    bike, e_bike, by_heart = (
        compute_features(recorded(sport=sport, power_w=power, **more))
        for sport, more in (
            ("cycling", {}),
            ("e_biking", {}),
            ("e_biking", {"heart_rate_bpm": heart}),
        )
    )
    assert e_bike["energy_kcal"].source == "table value of the sport"
    assert by_heart["energy_kcal"].source == "heart rate"
    for found in (e_bike, by_heart):
        assert found.value("energy_kcal") < 0.7 * bike.value("energy_kcal")
        assert found["normalized_power_w"].value is None
        assert any("e-bike" in note for note in found.notes)


@pytest.mark.parametrize("total", [7000, 30])
def test_sweat_does_not_follow_absurd_calories(total):
    def features(summary):
        return compute_features(
            recorded(sport="rowing", heart_rate_bpm=np.full(3601, 130.0), summary=summary)
        )

    told, untold = features(Summary(energy_kcal=total)), features(Summary())
    for name in ("energy_kcal", "sweat_loss_l"):
        assert told.value(name) == pytest.approx(untold.value(name), rel=1e-6), name
    assert told["energy_kcal"].source == "heart rate"
    assert any(note.startswith("energy: the device's") for note in told.notes)
    fits = features(Summary(energy_kcal=650))
    assert fits.value("energy_kcal") == pytest.approx(650, rel=0.01)
    assert fits["energy_kcal"].source == "device calories"


# ---- from files of every format

RUN, RIDE = session_of(), session_of("cycling", speed_m_s=8.0, power_w=200.0)
POSITIONS_ONLY = without("distance_m", "speed_m_s")


@pytest.mark.parametrize("form", ["fit", "tcx", "gpx"])
@pytest.mark.parametrize(
    ("session", "defects", "name", "truth"),
    [
        (RUN, (heart_rate_spikes(205, 240, 10),), "heart_rate_max_bpm", 150),
        (RUN, (heart_rate_spikes(60, 240, 8),), "heart_rate_avg_bpm", 140),
        (RUN, (heart_rate_spikes(212, 300, 1), thinned(3)), "heart_rate_max_bpm", 150),
        (RUN, (cadence_lock(0, 600), without_totals), "heart_rate_max_bpm", 150),
        (RUN, (strap_died(0.3),), "heart_rate_max_bpm", 150),
        (RIDE, (power_spikes(1100, 45, 2),), "power_avg_w", 200),
        (RIDE, (POSITIONS_ONLY, stray_positions(5, 250), thinned(5)), "distance_km", 14.4),
        (RIDE, (without("power_w", "heart_rate_bpm"), device_calories(9000)), "energy_kcal", 300),
    ],
)
def test_files_of_every_format_come_out_right(session, defects, name, truth, form):
    found = compute_features(read_activity(written(spoiled(session, *defects), form)))
    room = 0.5 if name == "energy_kcal" else 0.01
    assert found.value(name) == pytest.approx(truth, rel=room)


@pytest.mark.parametrize(("value", "rows"), [(0.0, slice(900, 960)), (-500.0, slice(900, 903))])
def test_an_altitude_that_was_not_known_for_a_while_is_no_climb(value, rows):
    altitude = np.full(1801, 480.0)
    altitude[rows] = value
    session = clean(recorded(np.arange(1801.0), altitude_m=altitude))
    assert session.ascent_m[-1] == 0
    assert any(note.startswith("altitude: ") and "left out" in note for note in session.notes)


def test_an_altitude_of_0_at_the_coast_stays():
    altitude = np.concatenate([np.linspace(200, 0, 600), np.zeros(600), np.linspace(0, 200, 601)])
    session = clean(recorded(np.arange(1801.0), altitude_m=altitude))
    assert session.ascent_m[-1] == pytest.approx(200, abs=2)
    assert not any(note.startswith("altitude: ") for note in session.notes)


def test_means_that_stand_in_for_samples_are_not_called_samples():
    activity = recorded(
        np.arange(601.0), summary=Summary(heart_rate_avg_bpm=140.0, heart_rate_max_bpm=160.0)
    )
    notes = clean(activity).notes
    assert any("stands in for" in note for note in notes)
    assert not any("of the samples" in note for note in notes)
