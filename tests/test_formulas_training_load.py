"""Load formulae against hand-worked values, and how they treat rest and unknown days."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tools.reference import read_table

from riskfit.formulas import training_load as f

NAN = float("nan")


def _last_week(load):
    return [values[-1] for values in f.rolling_monotony_and_strain(load)]


def test_five_days_are_as_worked_by_hand():
    tolerance, rows = read_table("load_worked.csv")
    load = [float(row["load"]) for row in rows]
    computed = {
        "ctl": f.chronic_training_load(load),
        "atl": f.acute_training_load(load),
        "ewma_7": f.ewma_load(load, 7),
        "ewma_28": f.ewma_load(load, 28),
    }
    for name, values in computed.items():
        expected = [float(row[name] or "nan") for row in rows]
        assert_allclose(values, expected, atol=tolerance, err_msg=name)


def test_the_average_stays_stable_over_thousands_of_days():
    smooth = f.chronic_training_load(np.full(20000, 80.0))
    assert (np.diff(smooth) >= -1e-9).all()
    assert smooth[-1] == pytest.approx(80.0, rel=1e-12)
    fallen = f.acute_training_load(np.r_[np.full(50, 80.0), np.zeros(5000)])
    assert 0.0 <= fallen[-1] < 1e-100


def test_an_unknown_day_is_carried_and_a_rest_day_is_not():
    rest, unknown = (
        f.acute_training_load([70, 0, 70]),
        f.acute_training_load([70, NAN, 70]),
    )
    assert unknown[1] == unknown[0]
    assert rest[1] < rest[0]
    assert unknown[2] > rest[2]
    assert np.isnan(f.acute_training_load([NAN, NAN])).all()


def test_monotony_and_strain_are_as_worked_by_hand():
    tolerance, rows = read_table("monotony_worked.csv")
    for row in rows:
        week = [float(row[f"d{i}"]) for i in range(1, 8)]
        monotony, strain = _last_week(week)
        assert monotony == pytest.approx(float(row["monotony"]), rel=tolerance)
        assert strain == pytest.approx(float(row["strain"]), rel=tolerance)


@pytest.mark.parametrize("week", [[0] * 7, [50] * 7, [0.1] * 7, [NAN] * 7, [NAN] * 6 + [50]])
def test_monotony_without_a_spread_is_unknown(week):
    monotony, strain = _last_week(week)
    assert math.isnan(monotony)
    assert math.isnan(strain)


def test_monotony_skips_unknown_days():
    monotony, strain = _last_week([100, NAN, 0, 50, NAN, NAN, NAN])
    assert monotony == pytest.approx(1.0)
    assert strain == pytest.approx(350.0)


def test_rolling_monotony_is_that_of_each_week():
    load = np.random.default_rng(3).uniform(0, 100, 30)
    monotony, strain = f.rolling_monotony_and_strain(load)
    assert np.isnan(monotony[:6]).all()
    for day in (6, 13, 29):
        week = _last_week(load[day - 6 : day + 1])
        assert_allclose((monotony[day], strain[day]), week)
    assert np.isnan(f.rolling_monotony_and_strain([1.0, 2.0])[0]).all()


def test_williams_lambdas_are_a_quarter_and_0_069():
    for days, share in ((7, 0.25), (28, 0.069)):
        first, second = f.ewma_load([0.0, 1.0], days)
        assert first == 0.0
        assert second == pytest.approx(share, abs=5e-4)


def test_the_ewma_ratio_is_uncoupled_and_unknown_for_28_days():
    load = np.random.default_rng(4).uniform(0, 100, 60)
    ratio = f.ewma_load_ratio(load)
    assert np.isnan(ratio[:28]).all()
    assert ratio[40] == pytest.approx(f.ewma_load(load, 7)[40] / f.ewma_load(load, 28)[33])
    spike = load.copy()
    spike[34:41] += 500
    usual = f.ewma_load(load, 28)[33]
    assert f.ewma_load_ratio(spike)[40] == pytest.approx(f.ewma_load(spike, 7)[40] / usual)
    assert np.isnan(f.ewma_load_ratio(np.zeros(40))).all()
    assert f.ewma_load_ratio([]).size == 0
