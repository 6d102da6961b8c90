"""Energy formulae against published and hand-worked values."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tools.reference import read_table

from riskfit.formulas import energy, locomotion, resting

NAN = float("nan")
COST = {
    "run": locomotion.minetti_running_cost_j_kg_m,
    "walk": locomotion.minetti_walking_cost_j_kg_m,
}


def test_minetti_costs_meet_the_printed_regressions():
    tolerance, rows = read_table("minetti2002_regression.csv")
    for row in rows:
        cost = COST[row["gait"]](float(row["grade_fraction"]))
        assert cost == pytest.approx(float(row["cost_j_kg_m"]), abs=tolerance), row


def test_minetti_costs_lie_within_a_standard_deviation_of_the_measurements():
    tolerance, rows = read_table("minetti2002_cost.csv")
    for row in rows:
        cost = COST[row["gait"]](float(row["grade_fraction"]))
        assert abs(cost - float(row["cost_j_kg_m"])) <= tolerance * float(row["sd"]), row


def test_grades_beyond_those_measured_count_as_the_steepest_measured():
    for cost in COST.values():
        assert_allclose(cost([-0.9, 0.9, NAN]), [cost(-0.45), cost(0.45), NAN])


def test_grade_adjusted_speed_is_the_speed_itself_on_the_flat():
    assert locomotion.grade_adjusted_speed_m_s(3.0, 0.0) == pytest.approx(3.0)
    assert locomotion.grade_adjusted_speed_m_s(3.0, 0.1) == pytest.approx(3.0 * 5.968214 / 3.6)
    walking = locomotion.grade_adjusted_speed_m_s(1.5, [0.0, 0.1], running=False)
    assert_allclose(walking, [1.5, 1.5 * 4.899135 / 2.5])
    assert locomotion.grade_adjusted_speed_m_s(3.0, -0.1) < 3.0


def test_a_met_is_3_5_millilitres_of_oxygen_of_20_9_kilojoules_a_litre():
    assert resting.met_metabolic_rate_w(1.0, 70.0) == pytest.approx(3.5 * 70 * 20.9 / 60)


#: Leger & Mercier's track line in W/kg at km/h, worked by hand: 20.9 kJ/L over 60.
TRACK = {8.5: 10.25, 10: 11.97, 12.5: 14.90, 15: 17.91}


def test_running_on_the_level_meets_the_track_line_and_its_oxygen_uptake():
    for km_h, watts in TRACK.items():
        found = locomotion.foot_metabolic_rate_w(km_h / 3.6, 0.0, 1.0)
        assert found == pytest.approx(watts, abs=0.006), km_h
        oxygen = found * 60 / 20.9  # mL/kg/min
        # the same paper's short form for 8 to 25 km/h outdoors
        assert oxygen == pytest.approx(3.5 * km_h, rel=0.03)


def test_running_in_a_room_saves_what_the_air_takes():
    out, room = (locomotion.running_metabolic_rate_w(4.0, 0.0, 70.0, o) for o in (True, False))
    assert room == pytest.approx((2.209 + 3.163 * 14.4) * 70 * 20.9 / 60)
    assert out - room == pytest.approx(0.00854 * 4.0**3 * 70, rel=0.001)


def test_running_lies_between_two_other_published_lines():
    # Looney et al. 2023 with the same air, the better line for trained runners; ACSM 2018, high
    for speed in (2.4, 3.0, 3.5, 4.2):
        looney = 4.43 + 1.51 * speed + 0.37 * speed**2 + 0.00854 * speed**3
        acsm = (3.5 + 0.2 * 60 * speed) * 20.9 / 60
        found = locomotion.running_metabolic_rate_w(speed, 0.0, 1.0)
        assert looney < found < acsm
        assert found == pytest.approx(looney, rel=0.04)


def test_walking_meets_the_load_carriage_line():
    for speed, watts in ((0.0, 1.44), (0.8, 3.3007), (1.34, 4.4139), (1.6, 5.3873)):
        found = locomotion.foot_metabolic_rate_w(speed, 0.0, 1.0)
        assert found == pytest.approx(watts, abs=2e-4), speed


def test_slopes_multiply_the_part_above_rest_by_minettis_ratio():
    rest = resting.RESTING_METABOLIC_RATE_W_KG
    flat, steep = (locomotion.running_metabolic_rate_w(3.0, g, 1.0, False) for g in (0.0, 0.1))
    assert (steep - rest) / (flat - rest) == pytest.approx(5.968214 / 3.6)
    flat, steep = (locomotion.walking_metabolic_rate_w(1.2, g, 1.0) for g in (0.0, 0.1))
    assert (steep - 1.44) / (flat - 1.44) == pytest.approx(4.899135 / 2.5)


@pytest.mark.parametrize("grade", np.arange(-0.45, 0.46, 0.05))
def test_rates_on_foot_rise_with_speed_without_a_step_at_every_grade(grade):
    rate = locomotion.foot_metabolic_rate_w(np.linspace(0.0, 6.0, 6001), grade, 70.0)
    assert rate[0] == pytest.approx(1.44 * 70)
    assert (np.diff(rate) > 0).all()
    # round the change of gait a millimetre a second more is worth no step
    assert np.diff(rate)[1000:3000].max() < 0.01 * rate[2070]
    assert math.isnan(locomotion.foot_metabolic_rate_w(-1.0, grade, 70.0))


@pytest.mark.parametrize("speed", [0.5, 1.2, 1.8, 2.07, 2.2, 3.0, 5.0])
def test_rates_on_foot_rise_with_grade_from_the_cheapest_descent_up(speed):
    rate = locomotion.foot_metabolic_rate_w(speed, np.linspace(-0.1, 0.45, 551), 70.0)
    assert (np.diff(rate) > 0).all()


def test_people_walk_about_as_fast_as_the_hikers_rules_say():
    kmh = 3.6 * locomotion.tobler_walking_speed_m_s([-0.05, 0.0, 0.1, 0.2])
    assert_allclose(kmh, [6.0, 5.04, 3.55, 2.50], atol=0.005)
    # Naismith 1892: 5 km/h and an hour more for 600 m up
    hours = 10 / kmh[2]
    assert hours == pytest.approx(10 / 5 + 1000 / 600, rel=0.25)


def test_power_becomes_metabolic_rate_by_a_line():
    rate = energy.metabolic_rate_from_power_w([0, 120, 240, -5, NAN], 70.0)
    assert_allclose(rate, [133, 633, 1133, NAN, NAN])


def test_gross_efficiency_on_a_bike_rises_with_power_as_measured():
    watts = np.array([100.0, 165.0, 250.0, 300.0])
    efficiency = watts / energy.metabolic_rate_from_power_w(watts, 74.0)
    assert_allclose(efficiency, [0.18, 0.20, 0.21, 0.216], atol=0.005)


def test_keytel_meets_the_printed_equation():
    tolerance, rows = read_table("keytel2005.csv")
    for row in rows:
        numbers = (float(row[k]) for k in ("heart_rate_bpm", "mass_kg", "age_years"))
        spent = energy.keytel_energy_kj_min(*numbers, male=row["male"] == "1")
        assert spent == pytest.approx(float(row["energy_kj_min"]), abs=tolerance), row


def test_keytel_never_falls_below_rest_and_keeps_missing_heart_rates_missing():
    rest = resting.RESTING_METABOLIC_RATE_W_KG * 70 * 0.06
    spent = energy.keytel_energy_kj_min([40.0, 60.0, 150.0, NAN], 70.0, 40.0, male=True)
    assert_allclose(spent[:2], rest)
    assert spent[2] > 10 * rest
    assert math.isnan(spent[3])


def test_calories_become_watts():
    assert energy.metabolic_rate_from_calories_w(860.0, 3600.0) == pytest.approx(999.5, abs=0.1)
    assert_allclose(
        energy.metabolic_rate_from_calories_w([-1.0, 5.0, 0.0], [1.0, 0.0, 9.0])[:2], NAN
    )
    assert energy.metabolic_rate_from_calories_w(0.0, 9.0) == 0.0


def test_resting_rate_and_skin_area_meet_the_printed_equations():
    tolerance, rows = read_table("mifflin1990_dubois1916.csv")
    for row in rows:
        mass, height, age = (float(row[k]) for k in ("mass_kg", "height_m", "age_years"))
        watts = resting.resting_metabolic_rate_w(mass, height, age, row["male"] == "1")
        assert watts * 86400 / 4184 == pytest.approx(float(row["kcal_day"]), abs=tolerance), row
        area = resting.body_surface_area_m2(mass, height)
        assert area == pytest.approx(float(row["area_m2"]), abs=0.005), row


def test_resting_rate_is_nan_outside_the_ages_studied():
    rates = resting.resting_metabolic_rate_w(70.0, 1.75, [18.9, 19.0, 78.0, 78.1], male=True)
    assert np.isnan(rates).tolist() == [True, False, False, True]
    assert np.isnan(resting.body_surface_area_m2([0.0, 70.0], [1.75, -1.0])).all()


def test_the_met_table_is_the_compendiums():
    _, rows = read_table("compendium2011_met.csv")
    table = {row["sport"]: float(row["met"]) for row in rows}
    assert table | {"e_biking": 5.9} == dict(resting.MET_BY_SPORT)


def test_numbers_give_numbers_and_arrays_give_arrays():
    assert np.ndim(locomotion.running_metabolic_rate_w(3.0, 0.0, 70.0)) == 0
    assert isinstance(locomotion.minetti_running_cost_j_kg_m(0.0), float)
    assert energy.keytel_energy_kj_min([120.0], 70.0, 40.0, male=False).shape == (1,)
