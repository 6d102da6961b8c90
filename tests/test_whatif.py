"""What-ifs: sweeps, the smallest changes and what they promise, what to tell, the nearest."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache, wraps

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskfit.activity import PlannedSession
from riskfit.advice.drinking import plan_drinking
from riskfit.athlete import Athlete, Conditions, History
from riskfit.errors import InputError
from riskfit.features.plan.table import Variants, features_of, planned_table
from riskfit.formulas.fluid import drink_floor_l_h
from riskfit.origin import Origin
from riskfit.readers.plans.forecast import Forecast
from riskfit.report.json.plan import changes_entry, plan_entry, sweep_entry
from riskfit.report.said.plan import change_words
from riskfit.rules.load import load_model
from riskfit.scoring.assess import assess
from riskfit.whatif.baseline import case_of, held_sessions, score_variants
from riskfit.whatif.changes import Change, Setting, applied, smallest_changes
from riskfit.whatif.near_sessions import nearest_sessions
from riskfit.whatif.open_inputs import open_inputs
from riskfit.whatif.sweeps import sweep

START = datetime(2026, 7, 4, 14, tzinfo=timezone(timedelta(hours=2)))
RIDER = Athlete(
    ftp_w=250,
    mass_kg=72,
    height_m=1.8,
    age_years=45,
    sex="male",
    strength_training=True,
    cramp_history="none",
    family_history=False,
    recent_injury="none",
    chronic_conditions=(),
    medications=(),
    nerve_or_back_condition=False,
    diabetes=False,
    flat_feet=False,
    unsuitable_shoes=False,
)
HOT = Conditions(air_temperature_c=31, relative_humidity_pct=50, fluid_l_h=0.2)
RIDE = PlannedSession(
    sport="cycling",
    duration_s=4 * 3600,
    intensity_fraction=0.85,
    start_time=START,
    latitude_deg=45.0,
    longitude_deg=10.0,
)


def history(sport="cycling", every=3, hours=2.0, load=95.0, last_days=0.6):
    starts = START.timestamp() - 86400.0 * np.arange(75, last_days, -every)
    starts = np.append(starts, START.timestamp() - 86400 * last_days)
    count = len(starts)
    return History(
        start_s=starts,
        duration_s=np.full(count, hours * 3600),
        load=np.append(np.full(count - 1, load), 230.0),
        sport=np.full(count, sport, dtype="U32"),
        temperature_c=np.linspace(8, 20, count),
        best_duration_s=np.full(count, 3600.0),
        best_speed_m_s=np.full(count, np.nan),
        best_power_w=np.full(count, 240.0),
    )


def forecast(hottest=33.0):
    hours = np.arange(-10, 40)
    day = np.cos(2 * np.pi * (hours + START.hour - 15) / 24)
    return Forecast(
        time_s=START.timestamp() + 3600.0 * hours,
        air_temperature_c=hottest - 8 + 8 * day,
        relative_humidity_pct=55 - 15 * day,
        wind_m_s=np.full(len(hours), 2.0),
        sun_fraction=np.full(len(hours), 0.9),
    )


CASES = {
    "a hot ride": case_of(RIDE, RIDER, HOT, history()),
    "without history": case_of(RIDE, RIDER, HOT),
    "drinking not told": case_of(RIDE, RIDER, replace(HOT, fluid_l_h=None), history()),
    "drinking nothing": case_of(
        replace(RIDE, duration_s=8400.0), RIDER, replace(HOT, fluid_l_h=0.0), history()
    ),
    "with a forecast": case_of(
        RIDE, RIDER, Conditions(fluid_l_h=0.3), history(), forecast=forecast()
    ),
    "nothing said of how hard": case_of(
        replace(RIDE, intensity_fraction=None), RIDER, HOT, history()
    ),
    "a marathon": case_of(
        PlannedSession(
            sport="running",
            duration_s=4.2 * 3600,
            speed_m_s=42195 / (4.2 * 3600),
            ascent_m=250.0,
            start_time=START,
        ),
        replace(RIDER, threshold_speed_m_s=3.4),
        replace(HOT, race=True),
        history("running"),
        context="marathon",
    ),
    "a run hard by feel": case_of(
        PlannedSession(sport="running", duration_s=2 * 3600, start_time=START),
        RIDER,
        replace(HOT, rpe=8),
        history("running"),
    ),
    "a match hard by feel": case_of(
        PlannedSession(sport="soccer", duration_s=1.5 * 3600, start_time=START),
        RIDER,
        replace(HOT, rpe=9),
        history(),
    ),
}
BELOW = ("ordinary", "raised", "high")


def _rescored(case, change, held=True):
    """Score a changed plan from the start, as a check of it alone would."""
    plan, conditions = applied(case, change)
    again = case_of(
        plan,
        case.athlete,
        conditions,
        case.history,
        model=case.model,
        context=case.context,
        forecast=case.forecast,
    )
    moved = change.setting.start_s is not None
    return again, score_variants(again, held=held_sessions(case) if held and moved else None)


@cache
def _found(name, below):
    return smallest_changes(CASES[name], below)


@cache
def _changes():
    return [
        (name, CASES[name], found, change)
        for name in CASES
        for below in BELOW
        for found in (_found(name, below),)
        for change in (*found.single, *found.pairs)
    ]


def each_change(test):
    """Run a test for every change of every case, and say which one failed."""

    @wraps(test)
    def run():
        for name, case, found, change in _changes():
            try:
                test(name, case, found, change)
            except AssertionError as error:
                raise AssertionError(f"{name}, below {found.below}: {change}") from error

    del run.__wrapped__
    return run


def test_there_is_something_to_test():
    levers = {change.levers for _, _, _, change in _changes()}
    assert {("shorter",), ("easier",)} & levers
    assert any(len(pair) == 2 for pair in levers)
    assert {lever for pair in levers for lever in pair} == {
        "shorter",
        "easier",
        "hour",
        "rest_day",
        "drink",
    }


@each_change
def test_a_change_applied_gives_the_score_it_promised(name, case, found, change):
    _, again = _rescored(case, change)
    assert again.scores.score[0] == pytest.approx(change.score, abs=1e-6)
    # a plan that says how hard is less in doubt than what the habit says
    wider = 0.1 if Origin.HISTORY in case.planning.effort.origins else 1e-6
    assert again.scores.low[0] == pytest.approx(change.low, abs=wider)
    assert again.scores.high[0] == pytest.approx(change.high, abs=wider)
    assert change.score < found.edge <= found.score
    for cause, points in change.causes.items():
        assert again.scores.causes[cause][0] == pytest.approx(points, abs=1e-6)


def _one_step_less(case, change, lever):
    """Return the change with one of its levers moved back by its step; None where it is gone."""
    setting, cost = change.setting, change.cost[lever]
    if lever == "shorter":
        return replace(change, setting=replace(setting, duration_s=setting.duration_s + 300))
    if lever == "easier":
        fraction = float(score_variants(case).values["intensity_factor"][0])
        factor = setting.effort_factor + 0.01 / fraction
        return replace(change, setting=replace(setting, effort_factor=min(factor, 1.0)))
    if lever == "drink":
        before = score_variants(case).values
        now = case.conditions.fluid_l_h
        if now is None:
            now = float(60 * before["fluid_intake_l"][0] / before["duration_min"][0])
        less = max(np.ceil(setting.fluid_l_h / 0.05 - 1e-9) * 0.05 - 0.05, 0.0)
        fluid = case.conditions.fluid_l_h if less <= now + 1e-9 else less
        return replace(change, setting=replace(setting, fluid_l_h=fluid))
    if lever == "rest_day":
        return replace(change, setting=replace(setting, start_s=None))
    moved = cost - 1
    if not moved:
        return replace(change, setting=replace(setting, start_s=None))
    return None  # hours are looked at one by one below


@each_change
def test_one_step_less_of_any_lever_does_not_suffice(name, case, found, change):
    for lever in change.levers:
        less = _one_step_less(case, change, lever)
        if less is not None:
            _, again = _rescored(case, less)
            assert again.scores.score[0] >= found.edge, lever


def test_no_nearer_hour_would_do():
    hours = [item for item in _changes() if item[3].levers == ("hour",)]
    assert hours
    for _, case, found, change in hours:
        for nearer in range(1, int(change.cost["hour"])):
            for way in (-1, 1):
                start = case.start_s + way * 3600 * nearer
                at = replace(change, setting=replace(change.setting, start_s=start))
                _, again = _rescored(case, at)
                assert again.scores.score[0] >= found.edge


@each_change
def test_no_change_asks_to_drink_more_than_the_drinking_plan_of_that_session(
    name, case, found, change
):
    if change.setting.fluid_l_h is not None:
        again, _ = _rescored(case, change)
        features = features_of(again.planning, planned_table(again.planning))
        plan = plan_drinking(features, case.athlete)
        assert change.setting.fluid_l_h <= plan.floor_l_h + 1e-9
        assert change.setting.fluid_l_h <= plan.sweat_rate_l_h


def test_a_pair_asks_less_of_each_lever_than_it_would_need_alone():
    for name in CASES:
        for below in BELOW:
            found = _found(name, below)
            alone = {change.levers[0]: change.cost[change.levers[0]] for change in found.single}
            for pair in found.pairs:
                for lever, cost in pair.cost.items():
                    assert cost < alone.get(lever, np.inf), (name, below)
            for one in found.pairs:
                for other in found.pairs:
                    if one is not other and set(one.cost) == set(other.cost):
                        assert any(one.cost[k] < other.cost[k] for k in one.cost)


def test_without_a_forecast_no_hour_is_offered():
    found = _found("a hot ride", "raised")
    assert "--forecast" in found.not_offered["hour"]
    changes = (*found.single, *found.pairs)
    assert not any("hour" in change.levers for change in changes)


def test_without_history_no_rest_day_is_offered():
    found = _found("without history", "raised")
    assert "history" in found.not_offered["rest_day"]


def test_who_drinks_the_plan_is_not_told_to_drink():
    case = CASES["a hot ride"]
    values = score_variants(case).values
    plan = float(drink_floor_l_h(values["sweat_rate_l_h"][0], 72.0, 4.0))
    enough = case_of(RIDE, RIDER, replace(HOT, fluid_l_h=plan), history())
    assert "drink" in smallest_changes(enough, "raised").not_offered


def test_it_says_when_nothing_suffices_and_what_no_lever_moves():
    worn = replace(
        RIDER,
        cramp_history="3_of_last_10_races",
        family_history=True,
        nerve_or_back_condition=True,
        recent_injury="muscle",
        diabetes=True,
        strength_training=False,
    )
    found = smallest_changes(case_of(RIDE, worn, HOT, history()), "ordinary")
    assert found.needed
    assert not found.single
    assert not found.pairs
    assert found.floor >= found.edge
    assert found.floor_causes["predisposition"] > 30
    assert sum(found.floor_causes.values()) == pytest.approx(found.floor)
    for lever, score in found.insufficient.items():
        assert found.floor <= score + 1e-9, lever


def test_below_already_needs_nothing():
    easy = replace(RIDE, duration_s=3600.0, intensity_fraction=0.5)
    cool = Conditions(air_temperature_c=12, relative_humidity_pct=50)
    found = smallest_changes(case_of(easy, RIDER, cool), "high")
    assert not found.needed
    assert not found.single
    assert not found.pairs


@pytest.mark.parametrize("below", ["low", "nonsense"])
def test_a_band_that_nothing_lies_below_is_refused(below):
    with pytest.raises(InputError, match="raised"):
        smallest_changes(CASES["a hot ride"], below)


def test_a_what_if_on_load_holds_the_sessions_of_four_weeks():
    # A day later one of few sessions drops out of the window; that is not what resting does.
    few = history(every=9)
    starts = few.start_s.copy()
    starts[-5] = START.timestamp() - 27.5 * 86400
    case = case_of(RIDE, RIDER, HOT, replace(few, start_s=np.sort(starts)))
    later = case.at(replace(RIDE, start_time=START + timedelta(days=1)))
    name = "same_sport_sessions_28d"
    before = held_sessions(case)
    assert float(later.recovery.columns[name][0]) < before[name]
    held = score_variants(case, planning=later, held=held_sessions(case))
    assert {name: held.values[name][0] for name in before} == before
    assert held.scores.score[0] < score_variants(case, planning=later).scores.score[0]


# ---- sweeps


def test_a_sweep_goes_through_the_plan_itself():
    case = CASES["a hot ride"]
    own = float(score_variants(case).scores.score[0])
    for key, value in (
        ("duration", RIDE.duration_s),
        ("temp", 31.0),
        ("intensity", 0.85),
        ("power", 0.85 * 250),
        ("fluid", 0.2),
        ("humidity", 50.0),
    ):
        found = sweep(case, key, np.array([value]))
        assert found.score[0] == pytest.approx(own, abs=1e-6), key
        assert sum(points[0] for points in found.causes.values()) == pytest.approx(own)
        assert found.bands[0] == case.model.band(own)


def test_a_sweep_scores_as_checks_one_by_one():
    case = CASES["a hot ride"]
    values = np.array([0.6, 0.75, 0.95])
    found = sweep(case, "intensity", values)
    for value, score in zip(values, found.score, strict=True):
        plan = replace(RIDE, intensity_fraction=float(value))
        alone = score_variants(case_of(plan, RIDER, HOT, history())).scores.score[0]
        assert score == pytest.approx(alone, abs=1e-6)


def test_speed_can_be_varied_on_foot_and_on_a_bike():
    marathon = CASES["a marathon"]
    found = sweep(marathon, "speed", np.array([2.2, 2.8, 3.4]))
    assert (np.diff(found.score) >= 0).all()
    assert found.score[2] > found.score[0]
    ride = sweep(CASES["a hot ride"], "speed", np.array([6.0, 8.0, 10.0]))
    assert ride.score[2] > ride.score[0]


def test_start_is_varied_by_forecast_only():
    times = START.timestamp() + 3600.0 * np.arange(-5, 4)
    with pytest.raises(InputError, match="--forecast"):
        sweep(CASES["a hot ride"], "start", times)
    found = sweep(CASES["with a forecast"], "start", times)
    assert found.score[0] < found.score[4], "the morning is cooler than the afternoon"


@pytest.mark.parametrize(("key", "values"), [("nothing", [1.0]), ("duration", [0.0, 60.0])])
def test_what_cannot_be_varied_is_refused(key, values):
    with pytest.raises(InputError, match=key):
        sweep(CASES["a hot ride"], key, np.array(values))
    with pytest.raises(InputError, match="power"):
        sweep(CASES["a marathon"], "power", np.array([200.0]))


# ---- what to tell

FAMILY = load_model().rule("P2").settled_by


def _assessment(case):
    return assess(features_of(case.planning, case.table), case.model, case.context, planned=True)


UNTOLD = case_of(
    replace(RIDE, latitude_deg=None, longitude_deg=None),
    Athlete(ftp_w=250),
    Conditions(air_temperature_c=31),
)


def test_open_inputs_are_ranked_and_each_names_what_sets_it():
    found = open_inputs(UNTOLD)
    narrows = [one.narrows for one in found]
    assert narrows == sorted(narrows, reverse=True)
    assert found[0].key == "profile cramp_history"
    keys = {one.key for one in found}
    assert {"--humidity", "--sun", FAMILY, "--drink-sodium"} <= keys
    assert "F3" not in {rule for one in found for rule in one.rules}


def test_telling_narrows_the_interval_by_what_was_promised():
    one = next(one for one in open_inputs(UNTOLD) if one.key == FAMILY)
    before = _assessment(UNTOLD)
    # Told at its typical response, which leaves every slope where it is.
    rule = UNTOLD.model.rule("P2")
    typical = UNTOLD.model.typical(rule, UNTOLD.model.context("training"))[0]
    told = {"family_history": typical}
    features = dict(features_of(UNTOLD.planning, UNTOLD.table)) | told
    after = assess(features, UNTOLD.model, "training", planned=True)
    assert before.score - before.low - one.narrows == pytest.approx(after.score - after.low)


def test_what_is_told_is_not_asked_for():
    told = case_of(
        RIDE,
        replace(RIDER, sweat_factor=1.0, sweat_sodium_mmol_l=36.0),
        replace(HOT, drink_sodium_mg_l=400.0, sun_fraction=0.5, race=False, sleep_h=8,
                carbohydrate_g_h=60, standing_sitting_h=0),
        history(),
    )  # fmt: skip
    keys = {one.key for one in open_inputs(told)}
    assert not keys & {"--fluid", "--temp", "--humidity", "--sun", "--race", "profile sex"}


# ---- the nearest


def test_the_nearest_sessions_are_of_the_sport_and_before():
    past = history()
    past = replace(past, sport=np.where(np.arange(len(past)) % 2, past.sport, "running"))
    case = case_of(RIDE, RIDER, HOT, past)
    started = float(past.start_s[-2])
    near = nearest_sessions(case, {started: "cramped"}, count=50)
    assert near
    assert {one.sport for one in near} == {"cycling"}
    assert all(one.start_s < case.start_s for one in near)
    assert {one.outcome for one in near} <= {None, "cramped"}
    assert nearest_sessions(case_of(RIDE, RIDER, HOT)) == ()


def test_a_session_just_like_it_is_the_nearest():
    past = history()
    durations, loads = past.duration_s.copy(), past.load.copy()
    temperature = past.temperature_c.copy()
    durations[7], loads[7], temperature[7] = 4 * 3600, 4 * 0.85**2 * 100, 31.0
    twin = replace(past, duration_s=durations, load=loads, temperature_c=temperature)
    assert nearest_sessions(case_of(RIDE, RIDER, HOT, twin))[0].start_s == past.start_s[7]


# ---- how hard it feels


def _hour(sport, rpe=None, **told):
    plan = PlannedSession(sport=sport, duration_s=3600.0, start_time=START, **told)
    return case_of(plan, None, Conditions(rpe=rpe, air_temperature_c=15.0))


@pytest.mark.parametrize(
    "case",
    [
        _hour("running", 9),
        _hour("cycling", 8),
        _hour("soccer", 8),
        _hour("running", 8, speed_m_s=2.5),
        _hour("hiit"),
    ],
)
def test_easing_what_was_told_by_feel_eases_its_effort(case):
    harder, easier = score_variants(case, Variants(effort_factor=np.array([1.0, 0.8]))).values[
        "effort_fraction"
    ]
    assert easier < 0.9 * harder
    own = float(score_variants(case).values["intensity_factor"][0])
    found = sweep(case, "intensity", own * np.array([0.8, 0.9, 1.0]))
    assert np.diff(found.score)[-1] > 0.5
    assert found.score[-1] == pytest.approx(float(score_variants(case).scores.score[0]))


@pytest.mark.parametrize("sport", ["running", "cycling"])
def test_a_rating_of_nine_for_an_hour_is_threshold(sport):
    values = score_variants(_hour(sport, 9)).values
    assert values["intensity_factor"][0] == pytest.approx(1.0)
    assert values["training_stress_score"][0] == pytest.approx(100.0)
    easy = score_variants(_hour(sport, 3)).values
    assert easy["sweat_rate_l_h"][0] < values["sweat_rate_l_h"][0]


def test_a_race_that_is_eased_stays_a_race_and_says_so():
    case = replace(CASES["a run hard by feel"], conditions=replace(HOT, race=True, rpe=8))
    case = case_of(case.plan, RIDER, case.conditions, history("running"))
    values = score_variants(case, Variants(effort_factor=np.array([1.0, 0.7]))).values
    assert values["effort_fraction"].tolist() == [1.0, 1.0]
    setting = Setting(effort_factor=0.9)
    change = Change(
        levers=("easier",),
        setting=setting,
        cost={"easier": 0.1},
        score=30.0,
        low=20.0,
        high=40.0,
        band="ordinary",
        causes={},
    )
    assert "still counted as a race" in change_words(case, change)


# ---- in words


@each_change
def test_a_change_says_what_it_costs(name, case, found, change):
    words = change_words(case, change)
    parts = {
        "shorter": "less",
        "easier": "% of threshold",
        "hour": "h earlier" if (change.setting.start_s or 0) < case.start_s else "h later",
        "rest_day": "rest day",
        "drink": "drinking plan",
    }
    for lever in change.levers:
        assert parts[lever] in words


def test_drinking_carries_its_caveat():
    for name, case in CASES.items():
        for below in BELOW:
            entry = changes_entry(case, _found(name, below))
            drinks = any("drink" in c["levers"] for c in (*entry["single"], *entry["pairs"]))
            assert drinks == ("theoretical" in (entry["caveat"] or ""))


def test_entries_hold_no_nan():
    import msgspec

    case = CASES["with a forecast"]
    times = START.timestamp() + 3600.0 * np.arange(3)
    for entry in (
        plan_entry(case, open_inputs(case), nearest_sessions(case)),
        sweep_entry(sweep(case, "start", times)),
        changes_entry(case, _found("with a forecast", "raised")),
    ):
        text = msgspec.json.encode(entry).decode()
        assert msgspec.json.decode(text) == entry


@settings(max_examples=8, deadline=None)
@given(
    st.floats(1.2, 6.0),
    st.floats(0.55, 1.0),
    st.floats(14, 36),
    st.one_of(st.none(), st.floats(0, 0.6)),
    st.sampled_from(BELOW),
)
def test_any_change_keeps_its_promise(hours, intensity, warmth, fluid, below):
    plan = replace(RIDE, duration_s=3600 * hours, intensity_fraction=intensity)
    conditions = Conditions(air_temperature_c=warmth, relative_humidity_pct=55, fluid_l_h=fluid)
    case = case_of(plan, RIDER, conditions, history())
    found = smallest_changes(case, below)
    for change in (*found.single, *found.pairs):
        _, again = _rescored(case, change)
        assert again.scores.score[0] == pytest.approx(change.score, abs=1e-6)
        for lever in change.levers:
            less = _one_step_less(case, change, lever)
            if less is not None:
                assert _rescored(case, less)[1].scores.score[0] >= found.edge
