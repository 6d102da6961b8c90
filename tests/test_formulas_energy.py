"""Energy formulae against published and hand-worked values."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tools.reference import read_table

from riskfit.formulas import energy as f

NAN = float("nan")
COST = {"run": f.minetti_running_cost_j_kg_m, "walk": f.minetti_walking_cost_j_kg_m}


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
    assert f.grade_adjusted_speed_m_s(3.0, 0.0) == pytest.approx(3.0)
    assert f.grade_adjusted_speed_m_s(3.0, 0.1) == pytest.approx(3.0 * 5.968214 / 3.6)
    walking = f.grade_adjusted_speed_m_s(1.5, [0.0, 0.1], running=False)
    assert_allclose(walking, [1.5, 1.5 * 4.899135 / 2.5])
    assert f.grade_adjusted_speed_m_s(3.0, -0.1) < 3.0


def test_acsm_uptakes_meet_the_printed_equations():
    tolerance, rows = read_table("acsm2018_vo2.csv")
    for row in rows:
        if row["mode"] == "cycle":
            vo2 = f.acsm_cycling_vo2_ml_kg_min(float(row["power_w"]), float(row["mass_kg"]))
        else:
            formula = f.acsm_running_vo2_ml_kg_min
            if row["mode"] == "walk":
                formula = f.acsm_walking_vo2_ml_kg_min
            vo2 = formula(float(row["speed_m_min"]) / 60, float(row["grade_fraction"]))
        assert vo2 == pytest.approx(float(row["vo2_ml_kg_min"]), abs=tolerance), row


def test_acsm_uptakes_are_nan_outside_their_gait_and_downhill():
    per_min = np.array([79.9, 80.1, 134.1]) / 60
    assert np.isnan(f.acsm_running_vo2_ml_kg_min(per_min)).tolist() == [True, False, False]
    assert np.isnan(f.acsm_walking_vo2_ml_kg_min(per_min)).tolist() == [False, False, True]
    assert math.isnan(f.acsm_running_vo2_ml_kg_min(3.0, -0.01))
    assert math.isnan(f.acsm_walking_vo2_ml_kg_min(1.4, -0.01))
    assert math.isnan(f.acsm_cycling_vo2_ml_kg_min(-1.0, 70.0))


def test_a_litre_of_oxygen_gives_20_9_kilojoules():
    assert f.oxygen_power_w(1000.0, 1.0) == pytest.approx(20900 / 60)
    assert f.met_metabolic_rate_w(1.0, 70.0) == pytest.approx(f.oxygen_power_w(3.5, 70.0))


def test_the_running_rate_of_minetti_and_of_acsm_agree_within_a_sixth():
    for speed in (2.5, 3.0, 4.0, 5.0):
        acsm = f.oxygen_power_w(f.acsm_running_vo2_ml_kg_min(speed), 70.0)
        assert f.running_metabolic_rate_w(speed, 0.0, 70.0) == pytest.approx(acsm, rel=1 / 6)


def test_rates_on_foot_start_at_rest_and_rise_without_a_step():
    rest = f.RESTING_METABOLIC_RATE_W_KG * 70
    speed = np.linspace(0.0, 6.0, 6001)
    for formula in (f.running_metabolic_rate_w, f.walking_metabolic_rate_w):
        rate = formula(speed, 0.0, 70.0)
        assert rate[0] == pytest.approx(rest)
        assert (np.diff(rate) > 0).all()
        # a millimetre a second more is never worth more than 1 W
        assert np.diff(rate).max() < 1.0
    assert math.isnan(f.walking_metabolic_rate_w(-1.0, 0.0, 70.0))


def test_the_gait_only_matters_where_people_run():
    run, walk = (f.foot_metabolic_rate_w([1.4, 3.0], 0.05, 70.0, gait) for gait in (True, False))
    assert run[0] == pytest.approx(walk[0])
    assert run[1] > walk[1]
    both = f.foot_metabolic_rate_w([3.0, 3.0], 0.05, 70.0, np.array([True, False]))
    assert_allclose(both, [run[1], walk[1]])
    expected = (f.RESTING_METABOLIC_RATE_W_KG + 3.0 * f.minetti_running_cost_j_kg_m(0.05)) * 70
    assert run[1] == pytest.approx(expected)


def test_power_becomes_metabolic_rate_with_rest_as_the_floor():
    rate = f.metabolic_rate_from_power_w([0, 10, 220, -5, NAN], resting_rate_w=85.0)
    assert_allclose(rate, [85, 85, 1000, NAN, NAN])
    low, high = (f.metabolic_rate_from_power_w(200.0, e) for e in f.GROSS_EFFICIENCY_RANGE)
    assert low == pytest.approx(1000)
    assert high == pytest.approx(200 / 0.24)
    assert pytest.approx(sum(f.GROSS_EFFICIENCY_RANGE) / 2) == f.GROSS_EFFICIENCY
    assert np.isnan(f.metabolic_rate_from_power_w(200.0, [0.0, 1.2])).all()


def test_external_work_never_exceeds_the_best_efficiency():
    assert_allclose(f.external_work_w([0, 100, 300, NAN], 1000.0), [0, 100, 240, NAN])


def test_keytel_meets_the_printed_equation():
    tolerance, rows = read_table("keytel2005.csv")
    for row in rows:
        numbers = (float(row[k]) for k in ("heart_rate_bpm", "mass_kg", "age_years"))
        energy = f.keytel_energy_kj_min(*numbers, male=row["male"] == "1")
        assert energy == pytest.approx(float(row["energy_kj_min"]), abs=tolerance), row


def test_keytel_never_falls_below_rest_and_keeps_missing_heart_rates_missing():
    rest = f.RESTING_METABOLIC_RATE_W_KG * 70 * 0.06
    energy = f.keytel_energy_kj_min([40.0, 60.0, 150.0, NAN], 70.0, 40.0, male=True)
    assert_allclose(energy[:2], rest)
    assert energy[2] > 10 * rest
    assert math.isnan(energy[3])


def test_calories_become_watts():
    assert f.metabolic_rate_from_calories_w(860.0, 3600.0) == pytest.approx(999.5, abs=0.1)
    assert_allclose(f.metabolic_rate_from_calories_w([-1.0, 5.0, 0.0], [1.0, 0.0, 9.0])[:2], NAN)
    assert f.metabolic_rate_from_calories_w(0.0, 9.0) == 0.0


def test_resting_rate_and_skin_area_meet_the_printed_equations():
    tolerance, rows = read_table("mifflin1990_dubois1916.csv")
    for row in rows:
        mass, height, age = (float(row[k]) for k in ("mass_kg", "height_m", "age_years"))
        watts = f.resting_metabolic_rate_w(mass, height, age, row["male"] == "1")
        assert watts * 86400 / 4184 == pytest.approx(float(row["kcal_day"]), abs=tolerance), row
        area = f.body_surface_area_m2(mass, height)
        assert area == pytest.approx(float(row["area_m2"]), abs=0.005), row


def test_resting_rate_is_nan_outside_the_ages_studied():
    rates = f.resting_metabolic_rate_w(70.0, 1.75, [18.9, 19.0, 78.0, 78.1], male=True)
    assert np.isnan(rates).tolist() == [True, False, False, True]
    assert np.isnan(f.body_surface_area_m2([0.0, 70.0], [1.75, -1.0])).all()


def test_the_met_table_is_the_compendiums():
    _, rows = read_table("compendium2011_met.csv")
    assert {row["sport"]: float(row["met"]) for row in rows} == dict(f.MET_BY_SPORT)


def test_numbers_give_numbers_and_arrays_give_arrays():
    assert np.ndim(f.running_metabolic_rate_w(3.0, 0.0, 70.0)) == 0
    assert isinstance(f.minetti_running_cost_j_kg_m(0.0), float)
    assert f.keytel_energy_kj_min([120.0], 70.0, 40.0, male=False).shape == (1,)
