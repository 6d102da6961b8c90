"""Features of planned sessions: the same formulas as for recordings, for one plan or thousands."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskfit.activity import PlannedSegment, PlannedSession
from riskfit.athlete import Athlete, Conditions, History
from riskfit.errors import InputError
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.compute import compute_features
from riskfit.features.plan.table import Variants, planned_table, prepare
from riskfit.features.plan.targets import with_duration, with_effort
from riskfit.formulas.locomotion import foot_metabolic_rate_w
from riskfit.formulas.pacing import power_duration
from riskfit.readers.plans.forecast import Forecast
from riskfit.whatif.baseline import case_of, score_variants

START = datetime(2026, 7, 4, 10, tzinfo=timezone(timedelta(hours=2)))
RIDER = Athlete(ftp_w=250, mass_kg=72, height_m=1.8, age_years=45, sex="male")
RUNNER = Athlete(threshold_speed_m_s=4.0, mass_kg=65, height_m=1.75, age_years=35, sex="female")
HOT = Conditions(air_temperature_c=31, relative_humidity_pct=50)
RIDE = PlannedSession(
    sport="cycling", duration_s=4 * 3600, intensity_fraction=0.7, start_time=START
)
RUN = PlannedSession(sport="running", duration_s=5400, speed_m_s=3.2, start_time=START)


def history(days=60, every=2, sport="cycling", hours=1.5, load=70.0, power=230.0, end=START):
    starts = np.arange(days, 0, -every) * -86400.0 + end.timestamp()
    count = len(starts)
    return History(
        start_s=starts,
        duration_s=np.full(count, hours * 3600),
        load=np.full(count, load),
        sport=np.full(count, sport, dtype="U32"),
        temperature_c=np.full(count, 18.0),
        best_duration_s=np.full(count, 3600.0),
        best_speed_m_s=np.full(count, 3.9 if sport == "running" else np.nan),
        best_power_w=np.full(count, power if sport == "cycling" else np.nan),
    )


def features(plan, athlete=RIDER, conditions=HOT, past=None):
    return compute_features(plan, athlete, conditions, past)


# ---- every way to say an intensity


def test_every_feature_has_a_value_or_a_reason():
    found = features(RIDE)
    assert set(found) == set(CATALOGUE)
    for name, feature in found.items():
        assert (feature.value is None) != (feature.missing_because is None), name
        assert feature.value is None or feature.source, name


@pytest.mark.parametrize(
    ("plan", "athlete", "watts"),
    [
        (replace(RIDE, intensity_fraction=None, power_w=175.0), RIDER, 175.0),
        (RIDE, RIDER, 175.0),
        (RIDE, Athlete(mass_kg=80), 0.7 * 3 * 80),
    ],
)
def test_a_share_of_threshold_is_power_on_a_bike(plan, athlete, watts):
    found = features(plan, athlete)
    assert found.value("normalized_power_w") == pytest.approx(watts)
    assert found.value("training_stress_score") == pytest.approx(4 * 0.7**2 * 100)


def test_load_is_hours_times_the_square_of_intensity():
    found = features(replace(RUN, speed_m_s=4.0, duration_s=3600), RUNNER)
    assert found.value("training_stress_score") == pytest.approx(100.0)
    assert found.value("intensity_factor") == pytest.approx(1.0)


def test_a_run_costs_what_the_same_run_recorded_costs():
    found = features(RUN, RUNNER)
    watts = float(foot_metabolic_rate_w(3.2, 0.0, 65.0))
    assert found.value("energy_kcal") == pytest.approx(watts * 5400 / 4184, rel=1e-6)


def test_distance_and_time_make_a_pace_on_foot():
    by_way = replace(RUN, speed_m_s=None, distance_m=3.2 * 5400)
    for name in ("energy_kcal", "training_stress_score", "sweat_loss_l", "distance_km"):
        assert features(by_way, RUNNER).value(name) == pytest.approx(
            features(RUN, RUNNER).value(name)
        )


def test_a_hilly_way_costs_more_and_its_descent_is_counted():
    hilly = replace(RUN, distance_m=3.2 * 5400, ascent_m=600.0)
    found = features(hilly, RUNNER)
    assert found.value("descent_m_per_km") == pytest.approx(600 / 17.28)
    assert found.value("energy_kcal") > features(RUN, RUNNER).value("energy_kcal")
    assert features(RUN, RUNNER)["descent_m_per_km"].value is None


def test_heart_rate_says_how_hard_where_nothing_else_does():
    plan = replace(RUN, speed_m_s=None, heart_rate_bpm=150.0)
    athlete = replace(RUNNER, hr_max_bpm=190, hr_rest_bpm=50, hr_threshold_bpm=170)
    found = features(plan, athlete)
    assert found.value("heart_rate_avg_bpm") == 150
    assert 0.6 < found.value("intensity_factor") < 0.95
    at_threshold = features(replace(plan, heart_rate_bpm=170.0), athlete)
    assert at_threshold.value("intensity_factor") == pytest.approx(1.0)


def test_who_does_not_say_how_hard_goes_as_usual():
    plan = replace(RIDE, intensity_fraction=None)
    usual = features(plan, past=history(load=75.0, hours=1.5))
    assert usual.value("intensity_factor") == pytest.approx((75 / 150) ** 0.5)
    assert "usually" in usual["training_stress_score"].source
    assert "usually" in " ".join(usual.notes)
    assumed = features(plan)
    assert assumed.value("intensity_factor") == pytest.approx(0.42**0.5)
    assert "assumed" in assumed["training_stress_score"].source


def test_other_sports_are_planned_by_their_share_of_threshold():
    rower = PlannedSession(sport="rowing", duration_s=3600, intensity_fraction=0.6)
    harder = replace(rower, intensity_fraction=0.9)
    assert features(harder).value("energy_kcal") > features(rower).value("energy_kcal")
    assert features(rower).value("training_stress_score") == pytest.approx(36.0)


def test_intervals_load_more_than_their_mean():
    hard = tuple(
        PlannedSegment(duration_s=300, power_w=watts) for _ in range(6) for watts in (110.0, 240.0)
    )
    intervals = replace(RIDE, duration_s=3600, intensity_fraction=None, segments=hard)
    even = replace(RIDE, duration_s=3600, intensity_fraction=None, power_w=175.0)
    assert features(intervals).value("power_avg_w") == pytest.approx(175.0)
    assert features(intervals).value("training_stress_score") > 1.1 * features(even).value(
        "training_stress_score"
    )
    normalized = np.mean(np.array([110.0, 240.0]) ** 4) ** 0.25
    assert features(intervals).value("normalized_power_w") == pytest.approx(normalized)


# ---- against the athlete's own


def test_a_start_too_fast_is_measured_against_what_can_be_held():
    fast = features(replace(RIDE, intensity_fraction=0.95))
    possible = float(power_duration(250.0, 3600.0, 4 * 3600.0))
    assert fast.value("early_pace_excess_fraction") == pytest.approx(0.95 * 250 / possible - 1)
    assert fast.value("early_pace_excess_fraction") > 0


def test_a_fast_first_half_counts_though_the_whole_is_easy():
    segments = (
        PlannedSegment(duration_s=5400, power_w=250.0),
        PlannedSegment(duration_s=5400, power_w=100.0),
    )
    plan = replace(RIDE, duration_s=10800, intensity_fraction=None, segments=segments)
    assert features(plan).value("early_pace_excess_fraction") > 0.05


def test_recovery_comes_from_the_history_before_the_plan_only():
    past = history()
    later = replace(RIDE, start_time=START - timedelta(days=30))
    assert features(RIDE, past=past).value("same_sport_sessions_28d") == 14
    assert features(RIDE, past=past).value("duration_vs_longest_28d_ratio") == pytest.approx(
        4 / 1.5
    )
    count = int((past.start_s < later.start_time.timestamp()).sum())
    truncated = past.only(slice(count))
    for name in CATALOGUE:
        assert features(later, past=past)[name] == features(later, past=truncated)[name], name


def test_what_is_not_told_is_assumed_and_named():
    found = features(RIDE, Athlete(), Conditions())
    assert found["wbgt_c"].value is None
    assert "assumed" in found["air_temperature_c"].source
    assert "assumed" in found["fluid_intake_l"].source
    assert found["race_effort"].value is None


def test_a_plan_without_time_is_refused():
    with pytest.raises(InputError, match="duration"):
        features(replace(RIDE, duration_s=0.0))


def test_the_columns_run_along_the_plan_and_end_at_the_features():
    plan = replace(RIDE, duration_s=3 * 3600 + 100)
    found = features(plan)
    assert found.elapsed_s[-1] == plan.duration_s
    assert len(found.elapsed_s) == 182
    for name, column in found.columns.items():
        assert column.values.ndim == 1, name
        assert column.values.shape[-1] in (1, 182), name
        value = found.value(name) if name in found else float(column.values[-1])
        assert (np.isnan(value) and np.isnan(column.values[-1])) or value == column.values[-1]


# ---- weather by the hour


def forecast(first=15.0, last=33.0, start=START, hours=14):
    times = start.timestamp() - 4 * 3600 + 3600.0 * np.arange(hours)
    return Forecast(
        time_s=times,
        air_temperature_c=np.linspace(first, last, hours),
        relative_humidity_pct=np.full(hours, 50.0),
        wind_m_s=np.full(hours, 2.0),
        sun_fraction=np.full(hours, 0.8),
    )


def test_a_forecast_warms_the_session_as_it_goes_on():
    planning = prepare(RIDE, RIDER, Conditions(), History(), forecast=forecast())
    table = planned_table(planning)
    temperature = table.columns["air_temperature_c"].values[0]
    assert temperature[200] > temperature[10]
    assert table.columns["air_temperature_c"].source == "forecast"
    assert np.isfinite(table.columns["wbgt_c"].values[0, -1])


def test_what_is_told_beats_the_forecast():
    told = Conditions(air_temperature_c=20.0)
    planning = prepare(RIDE, RIDER, told, History(), forecast=forecast())
    assert planned_table(planning).columns["air_temperature_c"].values[0, -1] == pytest.approx(20)


def test_a_plan_outside_its_forecast_is_refused():
    late = replace(RIDE, start_time=START + timedelta(days=3))
    with pytest.raises(InputError, match="forecast"):
        prepare(late, RIDER, Conditions(), History(), forecast=forecast())


# ---- many at once


PLANS = {
    "share of threshold on a bike": RIDE,
    "power and a course": replace(
        RIDE, intensity_fraction=None, power_w=180.0, ascent_m=900.0, distance_m=110e3
    ),
    "power and a climb of unknown length": replace(RIDE, power_w=180.0, ascent_m=900.0),
    "speed on a bike": replace(RIDE, intensity_fraction=None, speed_m_s=8.0, ascent_m=500.0),
    "as usual": replace(RIDE, intensity_fraction=None),
    "a run up and down": replace(RUN, distance_m=18e3, ascent_m=400.0),
    "a run by share": replace(RUN, speed_m_s=None, intensity_fraction=0.8, ascent_m=300.0),
    "a run by heart": replace(RUN, speed_m_s=None, heart_rate_bpm=148.0, ascent_m=300.0),
    "a swim": PlannedSession(
        sport="swimming", duration_s=3000, intensity_fraction=0.7, start_time=START
    ),
    "a place under the sun": replace(RIDE, latitude_deg=45.0, longitude_deg=10.0),
    "intervals": replace(
        RIDE,
        duration_s=3000,
        intensity_fraction=None,
        segments=(
            PlannedSegment(duration_s=1000, power_w=120.0),
            PlannedSegment(duration_s=500, power_w=260.0),
            PlannedSegment(duration_s=1500, intensity_fraction=0.6),
        ),
    ),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("past", [None, history()], ids=["no history", "history"])
def test_a_variant_among_many_is_scored_as_the_changed_plan_alone(plan, past):
    athlete = replace(RIDER, threshold_speed_m_s=4.0)
    case = case_of(plan, athlete, HOT, past)
    durations = plan.duration_s * np.array([0.4, 0.77, 1.0, 1.3])
    told = plan is not PLANS["as usual"]  # an effort that is told is less in doubt than a habit
    factors = np.array([1.0, 0.8, 0.93, 1.1]) if told else np.ones(4)
    fluid = np.array([0.2, 0.4, 0.6, 0.8])
    many = score_variants(
        case, Variants(duration_s=durations, effort_factor=factors, fluid_l_h=fluid)
    )
    for row in range(4):
        alone = case.plan
        if told:
            alone = with_effort(alone, case.planning.effort, float(factors[row]))
        alone = with_duration(alone, float(durations[row]))
        drinking = replace(HOT, fluid_l_h=float(fluid[row]))
        one = score_variants(case_of(alone, athlete, drinking, past))
        assert one.scores.score[0] == pytest.approx(many.scores.score[row], abs=1e-6)
        exact = 1e-6 if told else 0.1
        assert one.scores.low[0] == pytest.approx(many.scores.low[row], abs=exact)
        for name in ("sweat_loss_l", "descent_m_per_km", "training_stress_score", "distance_km"):
            assert one.values[name][0] == pytest.approx(
                many.values[name][row], rel=1e-9, nan_ok=True
            )


@pytest.mark.alone
def test_a_thousand_plans_take_well_under_a_second():
    case = case_of(RIDE, RIDER, HOT, history())
    variants = Variants(
        duration_s=np.linspace(3600, 5 * 3600, 1000),
        effort_factor=np.linspace(0.7, 1.2, 1000),
        air_temperature_c=np.linspace(5, 38, 1000),
    )
    score_variants(case, Variants(air_temperature_c=np.array([20.0])))
    taken = []
    for _ in range(3):
        before = time.process_time()
        score_variants(case, variants)
        taken.append(time.process_time() - before)
    assert min(taken) < 1.0


# ---- more never scores less


BASES = st.sampled_from([RIDE, RUN, PLANS["a run up and down"], PLANS["intervals"]])
WARMTH = st.floats(5, 38)
WETNESS = st.floats(20, 95)
FLUIDS = st.one_of(st.none(), st.floats(0, 1.2))
SODIUM = st.sampled_from([None, 0.0, 600.0])


def _scores(plan, conditions, variants, past=None, **athlete):
    case = case_of(plan, replace(RIDER, threshold_speed_m_s=4.0, **athlete), conditions, past)
    return score_variants(case, variants).scores.score


def _never_falls(score):
    assert np.isfinite(score).all()
    assert (np.diff(score) >= -1e-9).all(), score


@settings(max_examples=40, deadline=None)
@given(BASES, WETNESS, FLUIDS, SODIUM, st.booleans(), st.floats(0.3, 1.2))
def test_more_heat_never_lowers_the_score(plan, humidity, fluid, sodium, indoor, effort):
    conditions = Conditions(
        relative_humidity_pct=humidity, fluid_l_h=fluid, drink_sodium_mg_l=sodium, indoor=indoor
    )
    warmer = np.linspace(5, 40, 15)
    variants = Variants(air_temperature_c=warmer, effort_factor=np.full(15, effort))
    _never_falls(_scores(plan, conditions, variants))


@settings(max_examples=40, deadline=None)
@given(BASES, WARMTH, WETNESS, FLUIDS, SODIUM, st.booleans())
def test_more_time_never_lowers_the_score(plan, warmth, humidity, fluid, sodium, known):
    conditions = Conditions(
        air_temperature_c=warmth,
        relative_humidity_pct=humidity,
        fluid_l_h=fluid,
        drink_sodium_mg_l=sodium,
        carbohydrate_g_h=30,
    )
    longer = Variants(duration_s=np.linspace(900, 14 * 3600, 40))
    _never_falls(_scores(plan, conditions, longer, history(sport=plan.sport) if known else None))


@settings(max_examples=40, deadline=None)
@given(BASES, WARMTH, WETNESS, FLUIDS, SODIUM, st.booleans())
def test_more_intensity_never_lowers_the_score(plan, warmth, humidity, fluid, sodium, known):
    conditions = Conditions(
        air_temperature_c=warmth,
        relative_humidity_pct=humidity,
        fluid_l_h=fluid,
        drink_sodium_mg_l=sodium,
    )
    harder = Variants(effort_factor=np.linspace(0.5, 1.6, 25))
    _never_falls(_scores(plan, conditions, harder, history(sport=plan.sport) if known else None))


@settings(max_examples=40, deadline=None)
@given(BASES, WARMTH, WETNESS, SODIUM)
def test_less_drinking_never_lowers_the_score(plan, warmth, humidity, sodium):
    conditions = Conditions(
        air_temperature_c=warmth, relative_humidity_pct=humidity, drink_sodium_mg_l=sodium
    )
    drier = Variants(fluid_l_h=np.linspace(1.5, 0.0, 25))
    _never_falls(_scores(plan, conditions, drier))


def _with_session(past, days_before, hours, load):
    # never at the very moment of another row, whose session it would then be a part of
    start = START.timestamp() - 86400 * days_before + 61
    new = {"start_s": [start], "duration_s": [hours * 3600], "load": [load], "sport": ["cycling"]}
    return past.joined(History(**{name: np.array(cell) for name, cell in new.items()}))


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 6.5), st.floats(0.2, 1.4), st.floats(10, 150))
def test_more_load_in_the_week_before_never_lowers_the_score(days, hours, load):
    past = history()
    case, more = (
        case_of(RIDE, RIDER, HOT, each) for each in (past, _with_session(past, days, hours, load))
    )
    # Resting must not look like being out of practice: the habit of four weeks is held.
    held = {
        name: float(case.planning.recovery.columns[name][0])
        for name in ("same_sport_sessions_28d", "same_sport_sessions_29_84d")
    }
    before, after = (float(score_variants(one, held=held).scores.score[0]) for one in (case, more))
    assert after >= before - 1e-9


@settings(max_examples=30, deadline=None)
@given(st.floats(1.0, 2.9), st.floats(0.2, 1.4), st.floats(10, 150))
def test_less_rest_since_a_session_never_lowers_the_score(days, hours, load):
    # Form is that of the day before, so the days differ, not the hours of one.
    past = history()
    held = {"same_sport_sessions_28d": 15.0}
    rested, tired = (
        float(
            score_variants(
                case_of(RIDE, RIDER, HOT, _with_session(past, when, hours, load)), held=held
            ).scores.score[0]
        )
        for when in (days + 3.0, days)
    )
    assert tired >= rested - 1e-9


def test_a_start_in_utc_is_as_good_as_any():
    one, other = (
        features(replace(RIDE, start_time=when), past=history())
        for when in (START, START.astimezone(UTC))
    )
    assert {n: f.value for n, f in one.items()} == {n: f.value for n, f in other.items()}
