"""Intensity formulae against published and hand-worked values."""

import math
import time

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tools.reference import read_table

from riskfit.formulas import intensity, pacing

NAN = float("nan")


def test_banister_trimp_meets_the_published_and_worked_values():
    tolerance, rows = read_table("banister1991_trimp.csv")
    for row in rows:
        beats = (float(row[k]) for k in ("heart_rate_bpm", "hr_rest_bpm", "hr_max_bpm"))
        share = intensity.heart_rate_reserve_fraction(*beats)
        trimp = intensity.banister_trimp_rate(share, row["male"] == "1") * float(row["minutes"])
        assert trimp == pytest.approx(float(row["trimp"]), abs=tolerance), row


def test_both_of_banisters_constants_change_with_sex():
    assert intensity.banister_trimp_rate(1.0, male=True) == pytest.approx(0.64 * math.exp(1.92))
    assert intensity.banister_trimp_rate(1.0, male=False) == pytest.approx(0.86 * math.exp(1.67))
    assert_allclose(
        intensity.banister_trimp_rate([0.5, 0.5], np.array([True, False])),
        [0.32 * math.exp(0.96), 0.43 * math.exp(0.835)],
    )


def test_heart_rate_reserve_is_cut_to_its_ends_and_nan_without_a_reserve():
    assert_allclose(
        intensity.heart_rate_reserve_fraction([40, 50, 117.5, 185, 200, NAN], 50, 185),
        [0, 0, 0.5, 1, 1, NAN],
    )
    assert math.isnan(intensity.heart_rate_reserve_fraction(100, 150, 150))
    assert math.isnan(intensity.heart_rate_reserve_fraction(100, NAN, 150))
    assert math.isnan(intensity.banister_trimp_rate(1.01, male=True))


@pytest.mark.parametrize(
    ("heart_rate", "weight"),
    [(99, 0), (100, 1), (119, 1), (120, 2), (140, 3), (160, 4), (179, 4), (180, 5), (210, 5)],
)
def test_edwards_weights_change_at_each_tenth_of_the_maximum(heart_rate, weight):
    assert intensity.edwards_trimp(heart_rate, 200.0, step_min=1.0) == weight


@pytest.mark.parametrize(
    ("heart_rate", "weight"), [(139, 1), (140, 2), (150, 2), (160, 2), (160.01, 3), (190, 3)]
)
def test_lucia_weights_change_at_the_two_thresholds(heart_rate, weight):
    assert intensity.lucia_trimp(heart_rate, 140.0, 160.0, step_min=1.0) == weight


def test_zone_trimps_skip_missing_heart_rates_and_are_nan_without_any():
    assert intensity.edwards_trimp([NAN, 150], 200.0, step_min=1.0) == 3
    assert intensity.lucia_trimp([NAN, 150], 140.0, 160.0, step_min=1.0) == 2
    assert math.isnan(intensity.edwards_trimp([NAN], 200.0))
    assert math.isnan(intensity.lucia_trimp([NAN], 140.0, 160.0))


def test_normalized_power_meets_values_worked_in_whole_number_fractions():
    tolerance, rows = read_table("normalized_power.csv")
    for row in rows:
        first, second = ([float(row[f"{k}_w"])] * int(row[f"{k}_s"]) for k in ("first", "second"))
        expected = float(row["normalized_power_w"])
        assert intensity.normalized_power(first + second) == pytest.approx(
            expected, abs=tolerance
        ), row


def test_normalized_power_is_nan_below_thirty_seconds_and_without_power():
    assert math.isnan(intensity.normalized_power([200.0] * 29))
    assert intensity.normalized_power([200.0] * 30) == pytest.approx(200)
    assert math.isnan(intensity.normalized_power([NAN] * 100))
    assert math.isnan(intensity.normalized_power([]))


def test_unrecorded_power_is_skipped_but_zero_power_counts():
    power = np.full(600, 200.0)
    power[100:200] = NAN
    assert intensity.normalized_power(power) == pytest.approx(200)
    power[100:200] = 0.0
    assert intensity.normalized_power(power) < 199


def test_cumulative_normalized_power_is_that_of_each_shortened_session():
    rng = np.random.default_rng(7)
    power = rng.uniform(0, 400, 400)
    power[50:120] = NAN
    running = intensity.cumulative_normalized_power(power)
    for stop in (1, 29, 30, 31, 77, 130, 400):
        assert_allclose(running[stop - 1], intensity.normalized_power(power[:stop]), rtol=1e-12)


def test_rolling_mean_is_the_mean_of_what_each_window_holds():
    rng = np.random.default_rng(8)
    x = rng.normal(size=200)
    x[rng.random(200) < 0.4] = NAN
    x[100:120] = NAN
    out = intensity.rolling_mean(x, 7)
    assert np.isnan(out[:6]).all()
    for i in range(6, 200):
        held = x[i - 6 : i + 1]
        held = held[np.isfinite(held)]
        assert_allclose(out[i], held.mean() if held.size else NAN, atol=1e-12)
    assert np.isnan(intensity.rolling_mean([1.0, 2.0], 3)).all()


def test_stress_scores_meet_the_definition():
    tolerance, rows = read_table("training_stress.csv")
    for row in rows:
        seconds, power, ftp = (float(row[k]) for k in ("duration_s", "normalized", "threshold"))
        expected = float(row["stress_score"])
        assert intensity.intensity_factor(power, ftp) == pytest.approx(
            float(row["intensity_factor"])
        )
        assert intensity.training_stress_score(seconds, power, ftp) == pytest.approx(
            expected, abs=tolerance
        )
        assert intensity.running_training_stress_score(
            seconds, power / 75, ftp / 75
        ) == pytest.approx(expected)


def test_an_hour_at_threshold_heart_rate_is_a_hundred():
    hour = 60 * intensity.banister_trimp_rate(0.85, male=False)
    assert intensity.hr_training_stress_score(hour, hour) == pytest.approx(100)
    assert math.isnan(intensity.hr_training_stress_score(50.0, 0.0))
    assert math.isnan(intensity.intensity_factor(200.0, 0.0))


def test_decoupling_is_worked_by_hand():
    # EF 200/140 then 190/150: 1 - (190/150) / (200/140) = 17/150
    output, heart = [200.0] * 10 + [190.0] * 10, [140.0] * 10 + [150.0] * 10
    assert pacing.decoupling_fraction_at(output, heart, 19) == pytest.approx(17 / 150)
    assert pacing.pace_fade_fraction_at(output, 19) == pytest.approx(0.05)
    # one recorded pair a half is enough; moments with one channel only do not count
    sparse = [200, NAN, 999, NAN, 190, NAN], [140, 10, NAN, 10, 150, NAN]
    assert pacing.decoupling_fraction_at(*sparse, 5) == pytest.approx(17 / 150)


def test_values_at_each_end_are_those_of_the_shortened_session():
    rng = np.random.default_rng(9)
    output, heart = rng.uniform(2, 5, 301), rng.uniform(100, 180, 301)
    output[rng.random(301) < 0.1] = NAN
    ends = np.arange(301)
    decoupled = pacing.decoupling_fraction_at(output, heart, ends)
    faded = pacing.pace_fade_fraction_at(output, ends)
    assert math.isnan(decoupled[0])
    assert math.isnan(faded[0])
    for end in (1, 2, 50, 99, 300):
        part = output[: end + 1]
        beats = np.where(np.isnan(part), NAN, heart[: end + 1])
        half = (end + 1) // 2
        a, b = np.nanmean(part[:half]), np.nanmean(part[half:])
        assert_allclose(faded[end], (a - b) / a, atol=1e-12)
        a, b = a / np.nanmean(beats[:half]), b / np.nanmean(beats[half:])
        assert_allclose(decoupled[end], (a - b) / a, atol=1e-12)


def test_decoupling_is_nan_where_a_half_is_empty_or_idle():
    assert math.isnan(pacing.decoupling_fraction_at([1.0, NAN], [100, 100], 1))
    assert math.isnan(pacing.pace_fade_fraction_at([0.0, 3.0], 1))


def test_riegel_speed_reproduces_race_times():
    tolerance, rows = read_table("riegel1981.csv")
    for row in rows:
        d0, t0, d, t = (
            float(row[k]) for k in ("best_distance_m", "best_time_s", "distance_m", "time_s")
        )
        assert pacing.riegel_speed(d0 / t0, t0, t) * t == pytest.approx(d, rel=tolerance)
    assert pacing.riegel_speed(4.0, 1800.0, 1800.0) == pytest.approx(4.0)
    assert_allclose(pacing.riegel_speed([4.0, 0.0, NAN], 1800.0, [0.0, 60.0, 60.0]), NAN)


def test_power_duration_lies_between_the_rule_and_the_time_trials():
    tolerance, rows = read_table("macinnis2019_time_trials.csv")
    (t0, p0), (t1, p1) = ((60 * float(r["duration_min"]), float(r["power_w"])) for r in rows)
    steep = pacing.power_duration(p0, t0, t1, exponent=0.095)
    assert steep == pytest.approx(p1, rel=0.001)
    assert pacing.power_duration(p0, t0, t1, exponent=0.047) == pytest.approx(0.95 * p0, rel=0.001)
    hour = pacing.power_duration(p0, t0, t1)
    assert p1 < hour < 0.95 * p0
    assert hour == pytest.approx(p1, rel=tolerance)
    assert math.isnan(pacing.power_duration(250.0, 3600.0, 0.0))


def test_session_rpe_load_is_rating_times_minutes_within_the_scale():
    assert_allclose(intensity.session_rpe_load([0, 5, 10, 10.5, -1], 60), [0, 300, 600, NAN, NAN])


@pytest.mark.alone
def test_an_hour_of_samples_takes_well_under_the_budget():
    rng = np.random.default_rng(1)
    heart, power = rng.uniform(90, 180, 3600), rng.uniform(0, 400, 3600)
    ends = np.arange(59, 3600, 60)

    def everything():
        share = intensity.heart_rate_reserve_fraction(heart, 50.0, 190.0)
        intensity.banister_trimp_rate(share, male=True)
        intensity.edwards_trimp(heart, 190.0)
        intensity.lucia_trimp(heart, 150.0, 170.0)
        intensity.normalized_power(power)
        intensity.cumulative_normalized_power(power)
        pacing.decoupling_fraction_at(power, heart, ends)
        pacing.pace_fade_fraction_at(power, ends)

    everything()
    seconds = []
    for _ in range(5):
        start = time.process_time()
        everything()
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.005
