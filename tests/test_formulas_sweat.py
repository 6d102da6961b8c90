"""Sweat rises with heat, humidity, intensity and size, without cliffs; plans never overfill."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskfit.formulas import fluid
from riskfit.formulas.resting import body_surface_area_m2
from riskfit.formulas.sweat import (
    SWEAT_LAG_S,
    air_speed_m_s,
    mean_radiant_temperature_c,
    sweat_along_l,
    sweat_rate_l_h,
    typical_clothing_clo,
)

UNHURRIED = settings(deadline=None)  # a busy machine is no failure
SITUATIONS = st.fixed_dictionaries(
    {
        "mass_kg": st.floats(40, 130),
        "height_m": st.floats(1.45, 2.05),
        "w_kg": st.floats(1.5, 18),
        "air_c": st.floats(-15, 45),
        "humidity_pct": st.floats(5, 98),
        "air_m_s": st.floats(0.0, 12),
        "sun_w_m2": st.floats(0, 1000),
        "work_fraction": st.floats(0, 0.24),
    }
)
SOLVED = 1e-7  # what the solver may leave [L/h]


def rate(situation, *, clothing_clo=None, **changes):
    s = {**situation, **changes}
    power_w = s["w_kg"] * s["mass_kg"]
    return sweat_rate_l_h(
        power_w,
        s["work_fraction"] * power_w,
        mass_kg=s["mass_kg"],
        height_m=s["height_m"],
        air_temperature_c=s["air_c"],
        relative_humidity_pct=s["humidity_pct"],
        air_speed_m_s=s["air_m_s"],
        mean_radiant_temperature_c=mean_radiant_temperature_c(s["air_c"], s["sun_w_m2"]),
        clothing_clo=clothing_clo,
    )


@UNHURRIED
@given(SITUATIONS, st.floats(0.01, 5))
def test_more_heat_never_lowers_sweat_in_the_same_clothing(situation, more):
    worn = typical_clothing_clo(situation["air_c"])
    warmer = rate(situation, air_c=situation["air_c"] + more, clothing_clo=worn)
    assert warmer >= rate(situation, clothing_clo=worn) - SOLVED


@UNHURRIED
@given(SITUATIONS, st.floats(0.01, 5))
def test_more_heat_never_lowers_sweat_in_lighter_clothing_either(situation, more):
    # Up to 16 W/kg, an oxygen uptake of 46 mL/kg/min: beyond 900 W/m2 in air that hardly
    # moves, what is taken off can save 0.0003 L/h a tenth of a degree.
    human = {**situation, "w_kg": min(situation["w_kg"], 16), "mass_kg": 70}
    assert rate(human, air_c=human["air_c"] + more) >= rate(human) - SOLVED


@UNHURRIED
@given(SITUATIONS, st.floats(0.1, 30))
def test_more_humidity_never_lowers_sweat(situation, more):
    moister = min(situation["humidity_pct"] + more, 100)
    assert rate(situation, humidity_pct=moister) >= rate(situation) - SOLVED


@UNHURRIED
@given(SITUATIONS, st.floats(0.01, 4))
def test_harder_work_always_raises_sweat(situation, more):
    assert rate(situation, w_kg=situation["w_kg"] + more) > rate(situation)


@UNHURRIED
@given(SITUATIONS, st.floats(0.1, 30))
def test_a_heavier_body_at_the_same_intensity_sweats_more(situation, more):
    assert rate(situation, mass_kg=situation["mass_kg"] + more) > rate(situation)


@UNHURRIED
@given(SITUATIONS, st.floats(1, 500))
def test_more_sun_never_lowers_sweat(situation, more):
    assert rate(situation, sun_w_m2=situation["sun_w_m2"] + more) >= rate(situation) - SOLVED


@UNHURRIED
@given(SITUATIONS, st.floats(0.01, 5))
def test_more_air_cools_while_the_air_is_cooler_than_the_skin(situation, more):
    shade = {**situation, "air_c": min(situation["air_c"], 30), "sun_w_m2": 0}
    assert rate(shade, air_m_s=shade["air_m_s"] + more) <= rate(shade) + SOLVED


def test_more_air_heats_in_hot_dry_air():
    desert = {"mass_kg": 70, "height_m": 1.75, "w_kg": 2.0, "air_c": 46.0, "humidity_pct": 5}
    desert |= {"sun_w_m2": 0, "work_fraction": 0, "air_m_s": 1.0}
    assert rate(desert, air_m_s=3.0) > rate(desert)


@UNHURRIED
@given(SITUATIONS, st.floats(0.01, 0.5))
def test_clothing_raises_sweat_while_the_air_is_cooler_than_the_skin(situation, more):
    shade = {**situation, "air_c": min(situation["air_c"], 30), "sun_w_m2": 0}
    worn = typical_clothing_clo(shade["air_c"])
    thicker = rate(shade, clothing_clo=worn + more)
    assert thicker >= rate(shade, clothing_clo=worn) - SOLVED


@UNHURRIED
@given(SITUATIONS)
def test_a_tenth_of_a_degree_is_no_cliff(situation):
    assert abs(rate(situation, air_c=situation["air_c"] + 0.1) - rate(situation)) <= 0.01


@UNHURRIED
@given(SITUATIONS)
def test_work_that_leaves_as_work_is_not_sweated(situation):
    assert rate(situation, work_fraction=0.24) <= rate(situation, work_fraction=0.0) + SOLVED


def random_situations(count, seed):
    rng = np.random.default_rng(seed)
    return {
        "mass_kg": rng.uniform(40, 130, count),
        "height_m": rng.uniform(1.45, 2.05, count),
        "w_kg": rng.uniform(1.5, 18, count),
        "air_c": rng.uniform(-15, 45, count),
        "humidity_pct": rng.uniform(5, 98, count),
        "air_m_s": rng.uniform(0, 12, count),
        "sun_w_m2": rng.uniform(0, 1000, count),
        "work_fraction": rng.uniform(0, 0.24, count),
    }


@pytest.mark.parametrize("count", [20_000, pytest.param(2_000_000, marks=pytest.mark.slow)])
def test_no_step_of_a_large_sample_goes_down_or_over_a_cliff(count):
    many = random_situations(count, seed=1)
    here = rate(many)
    assert np.isfinite(here).all()
    assert (here > 0).all()
    warmer = rate(many, air_c=many["air_c"] + 0.1) - here
    surface = body_surface_area_m2(many["mass_kg"], many["height_m"])
    assert warmer[many["w_kg"] * many["mass_kg"] < 900 * surface].min() >= -SOLVED
    assert warmer.min() >= -0.0003
    assert warmer.max() <= 0.01
    for name, more in (("humidity_pct", 1.0), ("w_kg", 0.1), ("mass_kg", 0.5)):
        assert (rate(many, **{name: many[name] + more}) - here).min() >= -SOLVED, name


def test_samples_are_solved_alike_alone_and_together():
    many = random_situations(500, seed=2)
    together = rate(many)
    alone = [rate({name: values[row] for name, values in many.items()}) for row in range(500)]
    np.testing.assert_allclose(together, alone, atol=1e-7)


def test_a_sample_without_an_input_has_no_rate_and_spoils_no_other():
    rates = sweat_rate_l_h(
        np.array([800.0, np.nan, 800.0]), 0.0, mass_kg=70, height_m=1.75, air_temperature_c=20.0
    )
    assert np.isnan(rates).tolist() == [False, True, False]
    assert rates[0] == rates[2]


def test_shapes_are_broadcast():
    rates = sweat_rate_l_h(
        np.full((3, 1), 800.0), 0.0, mass_kg=70, height_m=1.75, air_temperature_c=np.arange(4.0)
    )
    assert rates.shape == (3, 4)


def test_thin_air_changes_little_and_smoothly():
    def at(pressure_hpa):
        return sweat_rate_l_h(
            700, 0, mass_kg=70, height_m=1.75, air_temperature_c=25, pressure_hpa=pressure_hpa
        )

    assert 0 < abs(at(800.0) / at(1013.25) - 1) < 0.1


# ---- along a session


def lagged_by_steps(steady, steps, start=0.0):
    rate_now, lost, out = start, 0.0, []
    for target, step in zip(steady, steps, strict=True):
        left = np.exp(-step / SWEAT_LAG_S)
        lost += target * step - (target - rate_now) * SWEAT_LAG_S * (1 - left)
        rate_now = target + (rate_now - target) * left
        out.append(lost / 3600)
    return np.array(out)


@pytest.mark.parametrize("start", [0.0, 0.8])
def test_sweat_along_a_session_is_the_exact_lag(start):
    rng = np.random.default_rng(3)
    steady = rng.uniform(0, 2, 4000)
    steps = rng.choice([0.0, 1.0, 5.0, 60.0, 900.0, 40_000.0], 4000)
    found = sweat_along_l(steady, steps, start_rate_l_h=start)
    np.testing.assert_allclose(found, lagged_by_steps(steady, steps, start), rtol=1e-9)


def test_plans_by_minutes_are_rows_of_one_table():
    rng = np.random.default_rng(4)
    steady, steps = rng.uniform(0, 2, (5, 300)), rng.choice([30.0, 60.0, 4000.0], (5, 300))
    together = sweat_along_l(steady, steps)
    for row in range(5):
        np.testing.assert_allclose(together[row], sweat_along_l(steady[row], steps[row]))


def test_a_steady_hour_loses_the_rate_less_one_lag():
    hour = sweat_along_l(np.ones(3600), 1.0)[-1]
    assert hour == pytest.approx(1 - SWEAT_LAG_S / 3600, abs=1e-3)


def test_a_sample_without_a_rate_adds_only_what_is_still_on_its_way():
    gap = sweat_along_l(np.r_[np.ones(60), np.full(60, np.nan)], 60.0)
    assert np.isfinite(gap).all()
    assert np.all(np.diff(gap) >= 0)


def test_clothing_falls_with_heat_and_differs_by_sport():
    worn = typical_clothing_clo(np.arange(-10.0, 40.0))
    assert np.all(np.diff(worn) < 0)
    assert typical_clothing_clo(20.0, "walking") > typical_clothing_clo(20.0, "cycling")
    assert typical_clothing_clo(20.0, "no such sport") == typical_clothing_clo(20.0)


def test_the_speed_of_an_indoor_bike_is_no_wind():
    assert air_speed_m_s(9.0, 0.0, True) == pytest.approx(0.2)
    assert air_speed_m_s(3.0, 0.0) == pytest.approx(3.0)
    assert air_speed_m_s(0.0, np.nan) == air_speed_m_s(0.0, 2.0)


def test_an_unknown_sky_is_half_the_clear_one_and_a_room_has_none():
    assert 10 < mean_radiant_temperature_c(20.0) - 20.0 < 25
    assert mean_radiant_temperature_c(20.0, 800.0, True) == 20.0


# ---- what it means for the body


def test_the_range_is_times_or_divided_by_two_and_narrows_with_weigh_ins():
    low, high = fluid.sweat_interval(1.0)
    assert (low, high) == (pytest.approx(0.5, abs=0.01), pytest.approx(2.0, abs=0.02))
    widths = fluid.sweat_interval(1.0, np.arange(10))[1]
    assert np.all(np.diff(widths) < 0)


def test_the_personal_factor_shrinks_to_one_with_few_weigh_ins():
    factors = [fluid.personal_factor([2.0] * n, [1.0] * n) for n in (0, 1, 3, 30)]
    assert factors[0] == 1.0
    assert factors == sorted(factors)
    assert 1.3 < factors[1] < 1.7
    assert factors[3] == pytest.approx(2.0, rel=0.02)


def test_the_personal_factor_treats_twice_and_half_alike():
    assert fluid.personal_factor([2.0], [1.0]) * fluid.personal_factor([1.0], [2.0]) == (
        pytest.approx(1.0)
    )


def test_weigh_ins_that_say_nothing_do_not_move_the_factor():
    alone = fluid.personal_factor([1.5], [1.0])
    assert fluid.personal_factor([1.5, np.nan, 0.0], [1.0, 1.0, 1.0]) == alone


def test_a_larger_prior_weight_holds_the_factor_back():
    assert fluid.personal_factor([2.0], [1.0], 9.0) == pytest.approx(2.0**0.1)


def test_a_weigh_in_counts_drink_urine_breath_and_burnt_fuel():
    plain = fluid.sweat_from_weigh_in(70.0, 69.0, intake_l=0.5, urine_l=0.2)
    assert plain == pytest.approx(1.3)
    burnt = fluid.sweat_from_weigh_in(70.0, 69.0, intake_l=0.5, urine_l=0.2, energy_kcal=1000)
    assert 0.15 < plain - burnt < 0.3  # about 0.2 g a kcal
    assert np.isnan(fluid.sweat_from_weigh_in(70.0, 71.0))


def test_published_sodium_losses_are_their_products():
    # Crampers and others, 2.5 h: 4.0 L of 54.6 mmol/L and 3.5 L of 25.3 (Stofan et al. 2005).
    assert fluid.sodium_loss_g(4.0, 54.6) == pytest.approx(5.1, abs=0.1)
    assert fluid.sodium_loss_g(3.5, 25.3) == pytest.approx(2.2, abs=0.2)


@pytest.mark.parametrize("count", [100_000])
def test_no_floor_overfills_whoever_it_is_for(count):
    rng = np.random.default_rng(5)
    sweat = rng.lognormal(-0.1, 0.7, count)
    mass, hours = rng.uniform(35, 150, count), rng.uniform(0.1, 30, count)
    floor = fluid.drink_floor_l_h(sweat, mass, hours)
    ceiling = fluid.drink_ceiling_l_h(sweat, hours)
    assert (floor >= 0).all()
    assert (floor <= ceiling).all()
    assert (ceiling <= sweat).all()
    assert (ceiling <= 1.0).all()
    assert (fluid.drink_ceiling_l_h(sweat, hours, careful=True) <= 0.5).all()
    # Within what its length allows wherever the ceiling lets it be.
    loss_pct = 100 * (sweat - floor) * hours / mass
    free = floor < ceiling - 1e-12
    assert (loss_pct[free] <= fluid.allowed_loss_pct(hours)[free] + 1e-9).all()


@pytest.mark.parametrize(
    ("hours", "sweat", "ceiling"),
    [
        (1.5, 2.0, 0.6),
        (1.5, 0.4, 0.4),
        (3.0, 1.1, 0.8),
        (3.0, 1.4, 1.0),
        (5.0, 1.4, 0.75),
        (9.0, 0.5, 0.5),
        (24.0, 2.0, 0.6),
    ],
)
def test_ceilings_are_those_of_their_length(hours, sweat, ceiling):
    assert fluid.drink_ceiling_l_h(sweat, hours) == pytest.approx(ceiling)
    assert fluid.drink_ceiling_l_h(sweat, hours, careful=True) == pytest.approx(min(ceiling, 0.5))


def test_no_ceiling_has_a_cliff_in_hours_or_in_sweat():
    hours = np.linspace(0, 30, 18_001)
    sweat = np.linspace(0, 3, 3_001)
    for careful in (False, True):
        for rate in (0.3, 0.7, 1.3, 2.5):
            assert np.abs(np.diff(fluid.drink_ceiling_l_h(rate, hours, careful))).max() < 0.002
        for length in (0.5, 2.2, 3, 3.8, 11.5, 24):
            steps = np.diff(fluid.drink_ceiling_l_h(sweat, length, careful))
            assert (steps >= -1e-12).all()
            assert steps.max() <= 0.0011


@UNHURRIED
@given(st.floats(0, 4), st.floats(40, 120), st.floats(0.2, 20))
def test_a_plan_has_no_cliff(sweat, mass, hours):
    step = fluid.drink_floor_l_h(sweat + 0.01, mass, hours) - fluid.drink_floor_l_h(
        sweat, mass, hours
    )
    assert -1e-12 <= step <= 0.011


def test_a_plan_for_no_time_or_unknown_sweat_is_none():
    assert fluid.drink_floor_l_h(1.0, 70.0, 0.0) == 0.0
    assert np.isnan(fluid.drink_floor_l_h(np.nan, 70.0, 2.0))


def test_before_and_after_are_the_published_amounts():
    assert fluid.drink_before_l(80.0) == (pytest.approx(0.40), pytest.approx(0.56))
    assert fluid.drink_after_l(2.0) == (pytest.approx(2.5), pytest.approx(3.0))
    assert fluid.drink_after_l(-1.0) == (0.0, 0.0)


def test_the_allowed_loss_grows_from_2_to_4_percent_between_4_and_12_hours():
    hours = np.array([0.0, 4.0, 5.0, 8.0, 12.0, 30.0])
    assert fluid.allowed_loss_pct(hours) == pytest.approx([2, 2, 2.25, 3, 4, 4])
