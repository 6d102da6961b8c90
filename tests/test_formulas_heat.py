"""Humidity, wet bulb, heat index, sun and WBGT against their tables, and how they must behave."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.reference import read_table

from riskfit.formulas import heat, humidity, sun

UNHURRIED = settings(deadline=None)  # a busy machine is no failure
AIR_C = st.floats(-15, 48)
HUMIDITY_PCT = st.floats(6, 98)

WORKED_TOLERANCE_C, WORKED = read_table("heat_worked.csv")
FORMULAS = {
    "heat_index": humidity.heat_index_c,
    "wet_bulb": humidity.wet_bulb_temperature_c,
}


@pytest.mark.parametrize("row", WORKED, ids=lambda row: f"{row['quantity']} {row['first']}")
def test_published_values_are_met(row):
    given_values = [float(row[name]) for name in ("first", "second", "third") if row[name]]
    found = FORMULAS[row["quantity"]](*given_values)
    assert found == pytest.approx(float(row["expected_c"]), abs=WORKED_TOLERANCE_C + 1e-9)


NWS_TOLERANCE_F, NWS = read_table("heat_index_nws.csv")


@pytest.mark.parametrize("row", NWS, ids=lambda row: f"{row['air_f']} F {row['humidity_pct']} %")
def test_the_chart_of_the_weather_service_is_met(row):
    found_c = humidity.heat_index_c((float(row["air_f"]) - 32) / 1.8, float(row["humidity_pct"]))
    found_f = found_c * 1.8 + 32
    assert found_f == pytest.approx(float(row["heat_index_f"]), abs=NWS_TOLERANCE_F)


def test_below_eighty_fahrenheit_the_short_formula_holds():
    # 77 °F and 50 %: the mean of 76.75 and 77 °F; the regression alone would say 78.6.
    assert humidity.heat_index_c(25.0, 50.0) * 1.8 + 32 == pytest.approx(76.875)


# ---- humidity


def test_water_boils_near_the_range_of_the_formula_and_freezes_at_0_611_kpa():
    assert humidity.saturation_vapour_pressure_kpa(0.0) == pytest.approx(0.6112, rel=0.004)
    assert humidity.saturation_vapour_pressure_kpa(40.0) == pytest.approx(7.384, rel=0.004)


@UNHURRIED
@given(st.floats(0, 48), HUMIDITY_PCT)
def test_the_wet_bulb_lies_between_dew_point_and_air(air_c, humidity_pct):
    wet_c = humidity.wet_bulb_temperature_c(air_c, humidity_pct)
    # The published fit is good to one degree; at the dew point air is saturated.
    held_kpa = humidity.saturation_vapour_pressure_kpa(air_c) * humidity_pct / 100
    assert humidity.saturation_vapour_pressure_kpa(wet_c + 1.0) >= held_kpa
    assert wet_c <= air_c + 1.0


@pytest.mark.parametrize(
    ("air_c", "humidity_pct"), [(-20.1, 50), (50.1, 50), (20, 4.9), (20, 99.1)]
)
def test_the_wet_bulb_is_nan_outside_the_published_range(air_c, humidity_pct):
    assert np.isnan(humidity.wet_bulb_temperature_c(air_c, humidity_pct))


def test_the_wet_bulb_holds_at_the_edges_of_the_published_range():
    edges = humidity.wet_bulb_temperature_c([-20.0, 50.0, 20.0, 20.0], [50.0, 50.0, 5.0, 99.0])
    assert np.isfinite(edges).all()


def test_the_heat_index_takes_both_adjustments_of_the_weather_service():
    def f_to_c(f):
        return (f - 32) / 1.8

    dry, full_dry = (
        humidity.heat_index_c(f_to_c(100), 5.0),
        humidity.heat_index_c(f_to_c(100), 13.0),
    )
    assert dry < full_dry
    # 86 °F and 90 %: regression 105.40 °F plus (90-85)/10*(87-86)/5 = 0.1 °F
    assert humidity.heat_index_c(f_to_c(86), 90.0) * 1.8 + 32 == pytest.approx(105.5, abs=0.3)


# ---- sun

NOON = datetime(2024, 3, 20, 12, 7, tzinfo=UTC).timestamp()


def test_the_equinox_sun_stands_over_the_equator_at_noon():
    assert sun.cos_zenith(NOON, 0.0, 0.0) == pytest.approx(1.0, abs=1e-3)
    assert sun.cos_zenith(NOON, 60.0, 0.0) == pytest.approx(0.5, abs=0.005)


def test_it_is_night_half_a_day_later_and_half_round_the_globe():
    assert sun.cos_zenith(NOON + 43200, 0.0, 0.0) < -0.99
    assert sun.cos_zenith(NOON, 0.0, 180.0) < -0.99


def test_the_midsummer_sun_does_not_set_beyond_the_circle():
    day = datetime(2024, 6, 21, tzinfo=UTC).timestamp() + np.arange(0, 86400, 600)
    assert sun.cos_zenith(day, 70.0, 20.0).min() > 0
    assert sun.cos_zenith(day, -70.0, 20.0).max() < 0


def test_day_of_year_knows_leap_years_and_keeps_unknown_unknown():
    last = datetime(2024, 12, 31, tzinfo=UTC).timestamp()
    days = sun.day_of_year([last, last + 86400, np.nan])
    assert days[:2].tolist() == [366.0, 1.0]
    assert np.isnan(days[2])


def test_clear_sky_sun_is_dark_at_night_and_near_a_kilowatt_overhead():
    light = sun.clear_sky_irradiance_w_m2([-0.5, 0.0, 0.2, 0.6, 1.0])
    assert light[:2].tolist() == [0.0, 0.0]
    assert np.all(np.diff(light[1:]) > 0)
    assert 950 < light[-1] < 1100
    assert np.isnan(sun.clear_sky_irradiance_w_m2(np.nan))


def test_the_direct_share_rises_with_clearness_and_ends_with_the_sun():
    share = sun.direct_fraction([50.0, 300.0, 600.0, 900.0], 0.8)
    assert np.all(np.diff(share) > 0)
    assert 0 <= share.min() <= share.max() <= 0.9
    assert sun.direct_fraction(10.0, -0.1) == 0.0


def test_the_guessed_climate_has_opposite_seasons_in_the_two_hemispheres():
    north, south = sun.climate_temperature_c([50.0, -50.0], 205.0)
    assert north > south
    assert sun.climate_temperature_c(-50.0, 205.0 - 182.5) == pytest.approx(north)
    tropics = sun.climate_temperature_c(0.0, np.arange(1.0, 366.0))
    assert np.ptp(tropics) == 0


def test_air_thins_with_altitude():
    assert sun.air_pressure_hpa(0.0) == pytest.approx(1013.25)
    assert sun.air_pressure_hpa(5500.0) == pytest.approx(505, abs=2)


# ---- WBGT


@UNHURRIED
@given(st.floats(5, 42), HUMIDITY_PCT, st.floats(0.5, 8), st.floats(0.05, 1))
def test_the_interval_runs_from_shade_to_full_sun(air_c, humidity_pct, wind_m_s, height):
    value, low, high = heat.wbgt_with_interval_c(
        air_c, humidity_pct, cos_zenith=height, wind_m_s=wind_m_s
    )
    assert low <= value <= high


def test_a_known_sky_has_no_interval_and_lies_inside_that_of_an_unknown_one():
    value, low, high = heat.wbgt_with_interval_c(28.0, 60.0, cos_zenith=0.8, sun_fraction=0.7)
    assert value == low == high
    _, shade, full = heat.wbgt_with_interval_c(28.0, 60.0, cos_zenith=0.8)
    assert shade < value < full


def test_at_night_the_sky_does_not_matter():
    value, low, high = heat.wbgt_with_interval_c(25.0, 60.0, cos_zenith=-0.3)
    assert value == low == high


def test_indoors_neither_sun_nor_wind_counts_and_still_air_is_the_hotter():
    calm = heat.wbgt_with_interval_c(28.0, 60.0, indoor=True)
    sunny = heat.wbgt_with_interval_c(28.0, 60.0, indoor=True, sun_fraction=1.0, wind_m_s=8.0)
    np.testing.assert_array_equal(calm, sunny)
    value, low, high = calm
    assert low < value < high
    assert high - low < 1.0


def test_wind_lowers_wbgt_in_the_sun_and_heat_and_humidity_raise_it():
    def at(air_c=28.0, humidity_pct=60.0, wind_m_s=2.0):
        sky = {"cos_zenith": 0.8, "sun_fraction": 1.0}
        return heat.wbgt_with_interval_c(air_c, humidity_pct, wind_m_s=wind_m_s, **sky)[0]

    assert at(wind_m_s=5.0) < at()
    assert at(air_c=29.0) > at()
    assert at(humidity_pct=70.0) > at()


def test_the_library_is_given_the_wind_at_two_metres():
    # Its own profile over 10 m would scale a 2 m wind down once more and read hotter.
    thermofeel = pytest.importorskip("thermofeel")
    ours = heat.liljegren_wbgt_c(
        30.0, 50.0, 3.0, solar_w_m2=800.0, cos_zenith=0.8, direct_fraction=0.7
    )
    theirs = thermofeel.liljegren.wbgt(
        np.array([303.15]), np.array([50.0]), np.array([1013.25]), np.array([3.0]),
        np.array([800.0]), np.array([0.7]), np.array([0.8]),
    )  # fmt: skip
    assert ours == pytest.approx(float(theirs[0]) - 273.15, abs=1e-6)


def test_an_unknown_temperature_leaves_wbgt_unknown_and_spoils_no_other():
    value, low, high = heat.wbgt_with_interval_c([20.0, np.nan], 60.0)
    for found in (value, low, high):
        assert np.isnan(found).tolist() == [False, True]
    assert value[0] == heat.wbgt_with_interval_c(20.0, 60.0)[0]


def test_an_unknown_place_is_taken_as_a_sun_at_45_degrees():
    unknown = heat.wbgt_with_interval_c(25.0, 50.0)
    assumed = heat.wbgt_with_interval_c(25.0, 50.0, cos_zenith=heat.ASSUMED_COS_ZENITH)
    np.testing.assert_array_equal(unknown, assumed)
