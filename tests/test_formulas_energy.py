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


def test_the_running_rate_of_minetti_and_of_acsm_agree_within_a_sixth():
    for speed in (2.5, 3.0, 4.0, 5.0):
        acsm = (3.5 + 0.2 * 60 * speed) * 70 * 20.9 / 60  # ACSM 2018: mL/kg/min on the flat
        assert locomotion.running_metabolic_rate_w(speed, 0.0, 70.0) == pytest.approx(
            acsm, rel=1 / 6
        )


def test_rates_on_foot_start_at_rest_and_rise_without_a_step():
    rest = resting.RESTING_METABOLIC_RATE_W_KG * 70
    speed = np.linspace(0.0, 6.0, 6001)
    for formula in (locomotion.running_metabolic_rate_w, locomotion.walking_metabolic_rate_w):
        rate = formula(speed, 0.0, 70.0)
        assert rate[0] == pytest.approx(rest)
        assert (np.diff(rate) > 0).all()
        # a millimetre a second more is never worth more than 1 W
        assert np.diff(rate).max() < 1.0
    assert math.isnan(locomotion.walking_metabolic_rate_w(-1.0, 0.0, 70.0))


def test_the_gait_only_matters_where_people_run():
    run, walk = (
        locomotion.foot_metabolic_rate_w([1.4, 3.0], 0.05, 70.0, gait) for gait in (True, False)
    )
    assert run[0] == pytest.approx(walk[0])
    assert run[1] > walk[1]
    both = locomotion.foot_metabolic_rate_w([3.0, 3.0], 0.05, 70.0, np.array([True, False]))
    assert_allclose(both, [run[1], walk[1]])
    expected = (
        resting.RESTING_METABOLIC_RATE_W_KG + 3.0 * locomotion.minetti_running_cost_j_kg_m(0.05)
    ) * 70
    assert run[1] == pytest.approx(expected)


def test_power_becomes_metabolic_rate_with_rest_as_the_floor():
    rate = energy.metabolic_rate_from_power_w([0, 10, 220, -5, NAN], resting_rate_w=85.0)
    assert_allclose(rate, [85, 85, 1000, NAN, NAN])
    assert energy.metabolic_rate_from_power_w(200.0, 0.2) == pytest.approx(1000)
    assert np.isnan(energy.metabolic_rate_from_power_w(200.0, [0.0, 1.2])).all()


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
    assert {row["sport"]: float(row["met"]) for row in rows} == dict(resting.MET_BY_SPORT)


def test_numbers_give_numbers_and_arrays_give_arrays():
    assert np.ndim(locomotion.running_metabolic_rate_w(3.0, 0.0, 70.0)) == 0
    assert isinstance(locomotion.minetti_running_cost_j_kg_m(0.0), float)
    assert energy.keytel_energy_kj_min([120.0], 70.0, 40.0, male=False).shape == (1,)
