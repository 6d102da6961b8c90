"""Features of made sessions against what they were made from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from riskfit import compute_features
from riskfit.activity import Activity, Device, Leg, Samples, Summary
from riskfit.athlete import Athlete, Conditions, History, Medication
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.compute import begin_features, finish_features
from riskfit.features.history import history_of
from riskfit.features.person import medication_response, resolve_person
from riskfit.origin import Origin

START = datetime(2026, 7, 1, 8, tzinfo=UTC)
ATHLETE = Athlete(
    mass_kg=70,
    height_m=1.75,
    age_years=40,
    sex="male",
    hr_max_bpm=185,
    hr_rest_bpm=50,
    ftp_w=250,
    threshold_speed_m_s=4.0,
)


def session(
    sport="cycling", minutes=60, start=START, device=None, summary=None, legs=None, **channels
):
    length = int(minutes * 60) + 1
    arrays = {
        name: np.broadcast_to(np.asarray(value, dtype=float), (length,)).copy()
        for name, value in channels.items()
    }
    samples = Samples(elapsed_s=np.arange(length, dtype=float), **arrays)
    return Activity(
        start_time=start,
        samples=samples,
        sport=sport,
        device=device or Device(),
        summary=summary or Summary(),
        legs=legs or (Leg(sport=sport, rows=slice(0, length)),),
    )


def value(features, name):
    feature = features[name]
    assert feature.value is not None, feature.missing_because
    return feature.value


def test_every_feature_of_the_catalogue_has_a_value_or_a_reason():
    features = compute_features(session(heart_rate_bpm=140))
    assert set(features) == set(CATALOGUE)
    for name, feature in features.items():
        assert feature.unit == CATALOGUE[name].unit
        if feature.value is None:
            assert feature.missing_because, name
        else:
            assert np.isfinite(feature.value), name
            assert feature.source, name


def test_an_hour_at_threshold_power_is_100_tss():
    features = compute_features(session(power_w=250, heart_rate_bpm=160), ATHLETE)
    assert value(features, "training_stress_score") == pytest.approx(100, rel=1e-3)
    assert value(features, "intensity_factor") == pytest.approx(1, rel=1e-3)
    assert value(features, "normalized_power_w") == pytest.approx(250)
    assert features["training_stress_score"].source == "power, FTP profile"


def test_an_hour_at_threshold_pace_is_100_tss():
    features = compute_features(session("running", speed_m_s=4.0), ATHLETE)
    assert value(features, "training_stress_score") == pytest.approx(100, rel=1e-3)
    assert value(features, "distance_km") == pytest.approx(14.4, rel=1e-3)


def test_heart_rate_beats_an_assumed_threshold():
    stranger = Athlete(hr_max_bpm=185, hr_rest_bpm=50)
    features = compute_features(session(power_w=200, heart_rate_bpm=150), stranger)
    assert features["training_stress_score"].source.startswith("heart rate")


def test_banister_trimp_of_the_published_check():
    features = compute_features(session("running", heart_rate_bpm=150), ATHLETE)
    assert value(features, "trimp") == pytest.approx(118, rel=2e-3)


def test_pauses_are_left_out_of_duration_and_stay_in_elapsed_time():
    times = np.concatenate([np.arange(0, 1800), np.arange(3600, 5400)])
    samples = Samples(elapsed_s=times.astype(float), heart_rate_bpm=np.full(3600, 140.0))
    features = compute_features(
        Activity(
            start_time=START,
            samples=samples,
            sport="running",
            legs=(Leg(sport="running", rows=slice(0, 3600)),),
        )
    )
    assert value(features, "duration_min") == pytest.approx(60, abs=0.1)
    assert value(features, "elapsed_min") == pytest.approx(90, abs=0.1)


def test_descent_counts_hills_and_not_noise():
    distance = np.linspace(0, 10_000, 3601)
    hills = 50 * np.cos(distance / 10_000 * 4 * np.pi)
    noise = np.random.default_rng(1).normal(0, 0.4, 3601)
    features = compute_features(
        session(
            "running",
            distance_m=distance,
            altitude_m=200 + hills + noise,
            latitude_deg=47.0,
            longitude_deg=8.0,
        )
    )
    assert value(features, "descent_m") == pytest.approx(200, rel=0.15)
    assert value(features, "descent_m_per_km") == pytest.approx(20, rel=0.15)


def test_decoupling_is_the_fall_of_speed_for_each_beat():
    heart = np.where(np.arange(3601) < 1950, 140.0, 154.0)
    features = compute_features(session("running", speed_m_s=3.0, heart_rate_bpm=heart))
    assert value(features, "decoupling_fraction") == pytest.approx(1 - 140 / 154, rel=0.02)


def test_early_pace_is_held_against_what_could_be_held_for_the_duration():
    """At threshold speed for an hour there is no excess; 10 % faster at first there is."""
    steady = compute_features(session("running", speed_m_s=4.0), ATHLETE)
    assert value(steady, "early_pace_excess_fraction") == pytest.approx(0, abs=0.002)
    speed = np.where(np.arange(3601) < 1800, 4.4, 3.6)
    fast = compute_features(session("running", speed_m_s=speed), ATHLETE)
    assert value(fast, "early_pace_excess_fraction") == pytest.approx(0.10, abs=0.003)
    stranger = compute_features(session("running", speed_m_s=4.0))
    assert "threshold" in stranger["early_pace_excess_fraction"].missing_because


def test_temperature_sources_have_a_rank():
    ride = session(temperature_c=30, latitude_deg=45.0, longitude_deg=7.0)
    told = compute_features(ride, conditions=Conditions(air_temperature_c=22))
    assert value(told, "air_temperature_c") == 22
    pod = compute_features(ride)
    assert value(pod, "air_temperature_c") == 30
    wrist = compute_features(
        session(
            "running",
            temperature_c=30,
            latitude_deg=45.0,
            longitude_deg=7.0,
            device=Device(wrist=True),
        )
    )
    assert value(wrist, "air_temperature_c") < 29
    assert wrist["air_temperature_c"].high - wrist["air_temperature_c"].low > 7
    nothing = compute_features(session(latitude_deg=45.0, longitude_deg=7.0))
    assert "assumed" in nothing["air_temperature_c"].source


def test_where_nobody_tells_the_heat_is_that_of_the_place_and_season():
    def wbgt(month, **place):
        ride = session(start=START.replace(month=month), **place)
        return compute_features(ride)["wbgt_c"]

    place = {"latitude_deg": 45.0, "longitude_deg": 7.0}
    january, july = wbgt(1, **place), wbgt(7, **place)
    assert january.high < 18 < july.value < july.high
    assert july.origin is Origin.CLIMATE
    assert july.high - july.low > 15
    assert wbgt(7).value is None, "without a place nothing is known"
    room = compute_features(session(start=START, **place), conditions=Conditions(indoor=True))
    assert room["wbgt_c"].value is None, "the climate ends at the door"


def test_indoors_there_is_no_descent_no_sun_and_no_wind():
    features = compute_features(session(temperature_c=24, altitude_m=np.linspace(0, -500, 3601)))
    assert value(features, "descent_m_per_km") == 0
    assert value(features, "wind_m_s") == 0
    assert features["wbgt_c"].high - features["wbgt_c"].low < 12


def test_heat_and_work_raise_sweat():
    cool = compute_features(session(power_w=150), ATHLETE, Conditions(air_temperature_c=12))
    hot = compute_features(session(power_w=150), ATHLETE, Conditions(air_temperature_c=32))
    hard = compute_features(session(power_w=250), ATHLETE, Conditions(air_temperature_c=32))
    rates = [value(found, "sweat_rate_l_h") for found in (cool, hot, hard)]
    assert rates == sorted(rates)
    assert rates[0] < 0.7 * rates[1]


def test_a_personal_factor_scales_sweat():
    usual = compute_features(session(power_w=200), ATHLETE)
    salty = compute_features(session(power_w=200), Athlete(sweat_factor=1.5).over(ATHLETE))
    ratio = value(salty, "sweat_loss_l") / value(usual, "sweat_loss_l")
    assert ratio == pytest.approx(1.5)


def test_drinking_is_taken_as_told_or_assumed_as_half():
    ride = session(power_w=220, minutes=180)
    assumed = compute_features(ride, ATHLETE)
    sweat = value(assumed, "sweat_loss_l")
    assert value(assumed, "fluid_intake_l") == pytest.approx(sweat / 2)
    assert assumed["body_mass_loss_pct"].low < value(assumed, "body_mass_loss_pct")
    told = compute_features(ride, ATHLETE, Conditions(fluid_l_h=0.5))
    assert value(told, "fluid_intake_l") == pytest.approx(1.5, rel=0.01)
    net = 100 * (value(told, "sweat_loss_l") - value(told, "fluid_intake_l")) / 70
    assert value(told, "body_mass_loss_pct") == pytest.approx(net)


def test_drinking_more_than_is_sweated_is_a_negative_loss():
    features = compute_features(
        session(power_w=60), ATHLETE, Conditions(fluid_l_h=2, air_temperature_c=5)
    )
    assert value(features, "body_mass_loss_pct") < 0


def test_plain_water_enters_between_1_5_and_2_pct_of_gross_loss():
    ride = session(power_w=240, minutes=240)
    water = Conditions(fluid_l_h=1.0, drink_sodium_mg_l=0, air_temperature_c=30)
    features = compute_features(ride, ATHLETE, water)
    assert value(features, "sweat_loss_pct") > 2
    assert value(features, "plain_water_only") == 1
    salted = compute_features(
        ride, ATHLETE, Conditions(fluid_l_h=1.0, drink_sodium_mg_l=500, air_temperature_c=30)
    )
    assert value(salted, "plain_water_only") == 0
    short = compute_features(session(power_w=150, minutes=20), ATHLETE, water)
    assert value(short, "plain_water_only") == 0


@pytest.mark.parametrize(
    ("minutes", "carbs", "expected"),
    [(60, 0, 0), (90, 30, 0.5), (120, 30, 1), (120, 45, 0.5), (180, 60, 0)],
)
def test_underfuelled_is_a_ramp_of_carbohydrate_and_time(minutes, carbs, expected):
    features = compute_features(
        session(minutes=minutes, power_w=200), ATHLETE, Conditions(carbohydrate_g_h=carbs)
    )
    assert value(features, "underfuelled") == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (Conditions(sleep_h=8), 0),
        (Conditions(sleep_h=6), 0.5),
        (Conditions(sleep_h=4), 1),
        (Conditions(resting_hr_excess_bpm=5), 0.5),
        (Conditions(sleep_h=8, overtired=True), 1),
    ],
)
def test_overtired_is_a_ramp_of_sleep_and_resting_heart_rate(day, expected):
    features = compute_features(session(heart_rate_bpm=120), conditions=day)
    assert value(features, "overtired") == pytest.approx(expected)


def test_medicines_take_the_strongest_class_and_new_ones_more():
    today = date(2026, 7, 1)
    old = date(2025, 1, 1)

    def response(*medicines):
        return medication_response(Athlete(medications=medicines), today)

    assert medication_response(Athlete(), today) is None
    assert response() == 0
    statin = Medication(name="statin", started=old)
    thiazide = Medication(name="thiazide", started=old)
    assert response(statin, thiazide) == pytest.approx(0.45)
    new = Medication(name="thiazide", started=today - timedelta(days=30))
    assert response(new) == pytest.approx(0.5625)
    assert response(Medication(name="laba", started=today)) == 1
    assert response(Medication(name="zorblax")) == pytest.approx(0.2)


def test_the_profile_beats_the_file_which_beats_the_assumption():
    person = resolve_person(Athlete(mass_kg=60), Athlete(mass_kg=80, height_m=1.9))
    assert (person.mass_kg, person.bases["mass_kg"].origin) == (60, Origin.PROFILE)
    assert (person.height_m, person.bases["height_m"].origin) == (1.9, Origin.FILE)
    assert person.assumes("ftp_w")


def test_a_heart_rate_above_the_maximum_raises_it():
    person = resolve_person(Athlete(age_years=60), Athlete(), 181)
    assert (person.hr_max_bpm, person.bases["hr_max_bpm"].origin) == (181, Origin.RECORDED)


def history(days, **changes):
    """Return a history of one run of 45 min a day for some days before START."""
    return history_of(daily_runs(days, **changes))


def daily_runs(days, **changes):
    records = []
    for back in range(1, days + 1):
        activity = session(
            "running", 45, START - timedelta(days=back), speed_m_s=changes.get("speed_m_s", 3.0)
        )
        records.extend(compute_features(activity, ATHLETE).records)
    return records


def test_recovery_features_follow_from_a_daily_run():
    run = session("running", 90, speed_m_s=3.0)
    features = compute_features(run, ATHLETE, history=history(40))
    assert value(features, "same_sport_sessions_28d") == 28
    assert value(features, "training_72h_h") == pytest.approx(3 * 0.75, rel=0.01)
    assert value(features, "training_72h_above_usual_h") == pytest.approx(0, abs=0.05)
    assert value(features, "duration_vs_longest_28d_ratio") == pytest.approx(2, rel=0.01)
    assert value(features, "rest_days_7d") == 0
    load = 0.75 * (3 / 4) ** 2 * 100
    week = (6.0 * load + 2 * load + load) / (7 * load)
    assert value(features, "week_load_ratio") == pytest.approx(week, rel=0.02)


def test_recovery_is_unknown_before_the_history_covers_28_days():
    features = compute_features(session("running", 60, speed_m_s=3.0), ATHLETE, history=history(20))
    for name in ("same_sport_sessions_28d", "form_tsb", "training_72h_above_usual_h"):
        assert "28 days" in features[name].missing_because, name
    assert value(features, "duration_vs_longest_28d_ratio") == pytest.approx(60 / 45, rel=0.01)


def test_without_history_nothing_is_said_of_recovery():
    features = compute_features(session("running", speed_m_s=3.0), ATHLETE, history=History())
    for name, spec in CATALOGUE.items():
        if spec.group == "recovery" and name not in ("overtired", "standing_sitting_h"):
            assert features[name].value is None, name
    assert features["duration_vs_longest_28d_ratio"].value is None


def test_another_sport_has_no_yardstick_but_half_an_hour():
    ride = compute_features(session("cycling", 60, power_w=150), ATHLETE, history=history(40))
    assert value(ride, "duration_vs_longest_28d_ratio") == pytest.approx(2, rel=0.01)
    assert value(ride, "same_sport_sessions_28d") == 0


def test_a_session_is_never_in_its_own_history():
    run = session("running", 90, speed_m_s=3.0)
    past = daily_runs(40)
    own = compute_features(run, ATHLETE).records
    alone, with_itself = (
        compute_features(run, ATHLETE, history=history_of(rows)) for rows in (past, [*past, *own])
    )
    for name in CATALOGUE:
        assert alone[name].value == pytest.approx(with_itself[name].value, nan_ok=True), name


def test_later_sessions_change_nothing():
    run = session("running", 90, speed_m_s=3.0)
    later = compute_features(
        session("running", 300, START + timedelta(hours=5), speed_m_s=3.0), ATHLETE
    ).records
    past = daily_runs(40)
    alone, with_later = (
        compute_features(run, ATHLETE, history=history_of(rows)) for rows in (past, [*past, *later])
    )
    for name in CATALOGUE:
        assert alone[name].value == pytest.approx(with_later[name].value, nan_ok=True), name


def test_best_efforts_of_the_history_make_the_curve():
    """A history of runs at 4.4 m/s says more than a threshold of 4.0."""
    run = session("running", 45, speed_m_s=4.4)
    features = compute_features(run, ATHLETE, history=history(30, speed_m_s=4.4))
    assert value(features, "early_pace_excess_fraction") == pytest.approx(0, abs=0.003)
    assert "best efforts" in features["early_pace_excess_fraction"].source


def test_a_walk_is_unknown_to_who_logs_none():
    walk = session("walking", 120, speed_m_s=1.4)
    rides = [
        compute_features(session("cycling", 60, START - timedelta(days=back), power_w=150)).records
        for back in range(1, 40)
    ]
    features = compute_features(walk, ATHLETE, history=history_of(np.concatenate(rides)))
    for name in ("same_sport_sessions_28d", "duration_vs_longest_28d_ratio"):
        assert features[name].value is None, name


def test_who_runs_is_used_to_walking_too():
    walk = session("walking", 120, speed_m_s=1.4)
    features = compute_features(walk, ATHLETE, history=history(40))
    assert value(features, "same_sport_sessions_28d") == 28
    assert "none was ever logged" in features["duration_vs_longest_28d_ratio"].missing_because


def test_told_usual_hours_are_what_a_walk_is_set_against():
    walk = session("walking", 120, speed_m_s=1.4)
    told = Conditions(usual_hours=4.0)
    features = compute_features(walk, ATHLETE, told, history(40))
    assert value(features, "duration_vs_longest_28d_ratio") == pytest.approx(0.5, rel=0.01)


def test_a_break_of_weeks_raises_what_is_unaccustomed():
    """A silence is a break where the history reaches back before it."""
    past = history_of([*daily_runs(60)])
    shift = 40 * 86400.0
    away = replace(past, start_s=past.start_s - shift, session_s=past.session_s - shift)
    run = session("running", 90, speed_m_s=3.0)
    features = compute_features(run, ATHLETE, history=away)
    assert value(features, "same_sport_sessions_28d") == 0
    assert value(features, "same_sport_sessions_29_84d") == 44
    assert value(features, "duration_vs_longest_28d_ratio") == pytest.approx(3, rel=0.01)


def test_legs_sum_energy_and_the_strongest_leg_answers_for_its_sport():
    length = 2 * 3600 + 1
    legs = (
        Leg(sport="cycling", rows=slice(0, 3600)),
        Leg(sport="running", rows=slice(3600, length)),
    )
    power = np.where(np.arange(length) < 3600, 200.0, np.nan)
    both = session("multisport", 120, legs=legs, power_w=power, speed_m_s=3.0)
    features = compute_features(both, ATHLETE, history=history(40))
    assert len(features.records) == 2
    assert set(features.records["sport"].tolist()) == {b"cycling", b"running"}
    # No ride in the history: the ride's ratio (to half an hour) and count are the strongest.
    assert value(features, "duration_vs_longest_28d_ratio") == pytest.approx(2, rel=0.01)
    assert value(features, "same_sport_sessions_28d") == 0
    ride = compute_features(session("cycling", 60, power_w=200), ATHLETE)
    assert value(features, "energy_kcal") > value(ride, "energy_kcal")


def test_the_timeline_ends_at_the_session_values():
    features = compute_features(session("running", 95, speed_m_s=3.0), ATHLETE)
    for name, column in features.columns.items():
        if features[name].value is not None:
            assert column.values[-1] == pytest.approx(features[name].value), name
    assert (np.diff(features.columns["sweat_loss_l"].values) >= 0).all()


def test_a_device_estimate_stands_beside_ours():
    features = compute_features(session(power_w=200, summary=Summary(sweat_loss_l=0.9)), ATHLETE)
    assert value(features, "device_sweat_loss_l") == 0.9


def test_recordings_that_are_finished_together_have_the_features_each_has_alone():
    place = {"latitude_deg": 47.0, "longitude_deg": 8.0}
    several = [
        session(minutes=90, temperature_c=np.linspace(18, 31, 5401), **place),
        session(sport="swimming", temperature_c=22),  # in the water: no WBGT
        session(minutes=20, temperature_c=35, start=START + timedelta(hours=5), **place),
        session(sport="running", heart_rate_bpm=150),  # indoors, no temperature
        session(minutes=45, temperature_c=21),  # a room
    ]
    begun = [begin_features(one, ATHLETE, Conditions(), History()) for one in several]
    found = finish_features(begun)
    assert sum(one["wbgt_c"].value is not None for one in found) == 3
    for together, one in zip(found, several, strict=True):
        alone = compute_features(one, ATHLETE)
        assert together.features == alone.features
        np.testing.assert_array_equal(
            together.columns["wbgt_c"].values, alone.columns["wbgt_c"].values
        )
