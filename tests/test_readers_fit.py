"""FIT files in, activities out: made files with known contents, and real ones beside fitparse."""

import gc
import math
import tracemalloc
from datetime import UTC, datetime

import numpy as np
import pytest
from tools.corpus import manifest, needs_corpus, path_of
from tools.fit_writer import FitWriter, fit_time, semicircles

from riskfit.activity import CHANNELS, Activity
from riskfit.errors import DamagedFileError, NotAnActivityError, RiskfitError
from riskfit.readers.fit import read_fit, read_fit_activities, read_fit_by_fitparse

START = datetime(2025, 7, 12, 6, 30, tzinfo=UTC)
T0 = fit_time(START)
SECONDS = np.arange(600)
RUNNING, CYCLING, SWIMMING, TRANSITION = 1, 2, 5, 3


def writer(kind=4, **more):
    made = FitWriter()
    made.add("file_id", type=kind, manufacturer=1, product=3113, time_created=T0, **more)
    return made


def one_session(made, *, sport=RUNNING, start=0, length=600, **more):
    made.add(
        "session",
        timestamp=T0 + start + length,
        start_time=T0 + start,
        total_elapsed_time=float(length),
        sport=sport,
        **more,
    )


def records(made, seconds=SECONDS, **columns):
    made.add_rows("record", timestamp=T0 + np.asarray(seconds), **columns)


def recorded(**columns):
    """Return a file of ten minutes with these channels."""
    made = writer()
    records(made, **columns)
    return made.finish()


def assert_same(one: Activity, other: Activity) -> None:
    """Compare two activities: every channel value for value, nan for nan, and what is beside."""
    for channel in ("elapsed_s", *CHANNELS):
        left, right = getattr(one.samples, channel), getattr(other.samples, channel)
        np.testing.assert_array_equal(left, right, err_msg=channel)
    for name in ("start_time", "sport", "utc_offset_s", "device", "athlete", "weather", "summary"):
        assert getattr(one, name) == getattr(other, name), name
    assert repr(one.legs) == repr(other.legs)
    assert repr(one.laps) == repr(other.laps)
    assert one.pauses == other.pauses


# ---- channels


def test_every_channel_arrives_in_its_unit():
    rise = SECONDS / 600
    read = read_fit(
        recorded(
            heart_rate=120 + 30 * rise,
            power=200 + 50 * rise,
            enhanced_speed=3.0 + rise,
            distance=3.5 * SECONDS,
            enhanced_altitude=100 + 20 * rise,
            temperature=np.full(600, 24),
            position_lat=semicircles(52.5 + rise / 100),
            position_long=semicircles(-13.4 - rise / 100),
        )
    )
    samples = read.samples
    assert read.start_time == START
    np.testing.assert_array_equal(samples.elapsed_s, SECONDS)
    np.testing.assert_array_equal(samples.heart_rate_bpm, np.rint(120 + 30 * rise))
    np.testing.assert_allclose(samples.power_w, 200 + 50 * rise, atol=0.5)
    np.testing.assert_allclose(samples.speed_m_s, 3.0 + rise, atol=0.0005)
    np.testing.assert_allclose(samples.distance_m, 3.5 * SECONDS, atol=0.005)
    np.testing.assert_allclose(samples.altitude_m, 100 + 20 * rise, atol=0.1)
    np.testing.assert_array_equal(samples.temperature_c, 24.0)
    np.testing.assert_allclose(samples.latitude_deg, 52.5 + rise / 100, atol=1e-7)
    np.testing.assert_allclose(samples.longitude_deg, -13.4 - rise / 100, atol=1e-7)
    assert not samples.has("skin_temperature_c")


def test_invalid_values_are_nan_and_zero_stays_zero():
    rate = np.where(SECONDS % 10 == 0, np.nan, 0.0)
    samples = read_fit(recorded(heart_rate=rate, power=rate)).samples
    np.testing.assert_array_equal(samples.heart_rate_bpm, rate)
    np.testing.assert_array_equal(samples.power_w, rate)


def test_enhanced_speed_goes_before_speed_and_speed_fills_its_gaps():
    fine = np.where(SECONDS < 300, 3.25, np.nan)
    samples = read_fit(recorded(enhanced_speed=fine, speed=np.full(600, 3.0))).samples
    np.testing.assert_array_equal(samples.speed_m_s, np.where(SECONDS < 300, 3.25, 3.0))


def test_plain_altitude_is_taken_where_there_is_no_enhanced_one():
    samples = read_fit(recorded(altitude=np.full(600, 250.0))).samples
    np.testing.assert_array_equal(samples.altitude_m, 250.0)


@pytest.mark.parametrize(
    ("sport", "channel", "value"),
    [(RUNNING, "cadence_spm", 171.0), (CYCLING, "cadence_rpm", 85.5), (11, "cadence_spm", 171.0)],
)
def test_cadence_counts_both_feet_on_foot_and_turns_on_a_bike(sport, channel, value):
    made = writer()
    records(made, cadence=np.full(600, 85), fractional_cadence=np.full(600, 0.5))
    one_session(made, sport=sport)
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(getattr(samples, channel), value)
    other = {"cadence_spm": "cadence_rpm", "cadence_rpm": "cadence_spm"}[channel]
    assert not samples.has(other)


def test_a_running_cadence_that_counts_steps_already_is_not_doubled():
    made = writer()
    records(made, cadence=np.full(600, 172))
    one_session(made)
    read = read_fit(made.finish())
    np.testing.assert_array_equal(read.samples.cadence_spm, 172.0)
    assert any("not doubled" in note for note in read.notes)


def test_core_temperature_is_read_from_the_newer_native_field():
    made = writer()
    made.define(5, 20, [(253, "uint32"), (139, "uint16")])
    made.rows(5, [T0 + SECONDS, np.full(600, 3854.0)])
    for read in (read_fit, read_fit_by_fitparse):
        np.testing.assert_array_equal(read(made.finish()).samples.core_temperature_c, 38.54)


def test_speed_and_distance_packed_in_three_bytes_are_unpacked_and_run_on():
    made = writer()
    made.define(5, 20, [(253, "uint32"), (8, "byte", 3)])
    metres = 300 * np.arange(20)  # 4,096 sixteenths of a metre roll over every 256 m
    for row, distance in enumerate(metres.tolist()):
        packed = 350 | ((distance * 16) & 0xFFF) << 12
        made.message(5, T0 + row, tuple(packed.to_bytes(3, "little")))
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.speed_m_s, 3.5)
    # A jump of 300 m is one of 44 m to twelve bits: what is lost cannot be known.
    np.testing.assert_allclose(np.diff(samples.distance_m), 300 % 256)


# ---- developer fields


def with_developer(made, name, units, raw, *, base="uint16", index=0, **more):
    made.add_developer_field(5, base, name, units, index=index, **more)
    table = made.table(
        "record",
        timestamp=T0 + SECONDS,
        power=np.full(600, 100),
        developer={(5, base, index): raw},
    )
    made.raw(table.tobytes())
    return read_fit(made.finish())


def test_a_developer_field_that_stands_for_a_native_one_overrides_it_where_it_holds_a_value():
    raw = np.where(SECONDS < 300, 250.0, np.nan)
    read = with_developer(writer(), "Power", "Watts", raw, native_field_num=7)
    np.testing.assert_array_equal(read.samples.power_w, np.where(SECONDS < 300, 250.0, 100.0))
    assert any("Power" in note for note in read.notes)


def test_a_developer_field_without_native_number_leaves_native_ones_alone():
    read = with_developer(writer(), "Power", "Watts", np.full(600, 250.0))
    np.testing.assert_array_equal(read.samples.power_w, 100.0)


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("core_temperature", "core_temperature_c"),
        ("Core Temperature", "core_temperature_c"),
        ("skin_temperature", "skin_temperature_c"),
    ],
)
def test_a_body_temperature_sensor_fills_its_channel_with_its_scale(name, channel):
    read = with_developer(writer(), name, "C", np.full(600, 3812.0), scale=100)
    np.testing.assert_array_equal(getattr(read.samples, channel), 38.12)


def test_an_estimated_core_temperature_is_not_taken_for_a_measured_one():
    read = with_developer(writer(), "Est Core Temp", "", np.full(600, 38.0))
    assert not read.samples.has("core_temperature_c")


def test_a_developer_field_without_description_costs_nothing_but_itself():
    made = writer()
    made.define(5, 20, [(253, "uint32"), (3, "uint8")], [(9, "uint16", 3)])
    made.rows(5, [T0 + SECONDS, np.full(600, 140), np.full(600, 1)])
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.heart_rate_bpm, 140.0)


def test_a_developer_index_that_is_given_away_means_what_it_meant_at_each_definition():
    made = writer()
    made.add_developer_field(5, "uint16", "Power", "Watts", native_field_num=7)
    made.define(5, 20, [(253, "uint32")], [(5, "uint16", 0)])
    made.rows(5, [T0 + np.arange(10), np.full(10, 250)])
    made.add_developer_field(5, "uint16", "core_temperature", "C", scale=100)
    made.define(5, 20, [(253, "uint32")], [(5, "uint16", 0)])
    made.rows(5, [T0 + np.arange(10, 20), np.full(10, 3800)])
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.power_w, np.r_[np.full(10, 250.0), np.full(10, np.nan)])
    np.testing.assert_array_equal(
        samples.core_temperature_c, np.r_[np.full(10, np.nan), np.full(10, 38.0)]
    )


def test_a_field_of_one_byte_where_four_are_due_is_read_as_one_byte():
    made = writer()
    made.define(5, 20, [(253, "uint32"), (3, "uint8"), (5, "uint32", 1)])
    for row in range(50):
        made.message(5, T0 + row, 150, bytes([row]))
    made.define(6, 20, [(253, "uint32"), (7, "uint16")])
    made.rows(6, [T0 + np.arange(50, 60), np.full(10, 300)])
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.heart_rate_bpm[:50], 150.0)
    np.testing.assert_allclose(samples.distance_m[:50], np.arange(50) / 100)
    np.testing.assert_array_equal(samples.power_w[50:], 300.0)


# ---- layouts, byte order, headers


@pytest.mark.parametrize("others", [1, 2, 3, 5])
def test_records_between_other_messages_keep_their_order_and_values(others):
    made = writer()
    made.define(0, 20, [(253, "uint32"), (3, "uint8"), (7, "uint16")])
    groups = [(0, [T0 + SECONDS, 100 + SECONDS % 90, SECONDS])]
    for local in range(1, others + 1):
        made.define(local, 78 + local, [(0, "uint16", 2 * local)])
        filler = np.full((600, local), 0x4000 + local) if local > 1 else np.full(600, 0x4001)
        groups.append((local, [filler]))
    made.alternate(*groups)
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.elapsed_s, SECONDS)
    np.testing.assert_array_equal(samples.heart_rate_bpm, 100 + SECONDS % 90)
    np.testing.assert_array_equal(samples.power_w, SECONDS)


def test_messages_in_random_order_under_changing_definitions_are_read_one_for_one():
    random = np.random.default_rng(20260723)
    made = writer()
    fields = [[(253, "uint32"), (3, "uint8")], [(7, "uint16"), (253, "uint32")]]
    expected, kinds = [], {}
    for row in range(400):
        local = int(random.integers(0, 3))
        if local not in kinds or random.random() < 0.1:
            kinds[local] = int(random.integers(0, 2))
            made.define(local, 20, fields[kinds[local]], big_endian=bool(random.integers(0, 2)))
        value = int(random.integers(60, 200))
        if kinds[local] == 0:
            made.message(local, T0 + row, value)
            expected.append((value, math.nan))
        else:
            made.message(local, value, T0 + row)
            expected.append((math.nan, value))
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.elapsed_s, np.arange(400))
    found = np.stack([samples.heart_rate_bpm, samples.power_w], axis=1)
    np.testing.assert_array_equal(found, np.array(expected))


def test_big_endian_definitions_are_read_as_little_endian_ones():
    made = writer()
    table = made.table(
        "record", timestamp=T0 + SECONDS, power=SECONDS, distance=2.5 * SECONDS, big_endian=True
    )
    made.raw(table.tobytes())
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.elapsed_s, SECONDS)
    np.testing.assert_array_equal(samples.power_w, SECONDS)
    np.testing.assert_allclose(samples.distance_m, 2.5 * SECONDS)


def test_times_in_message_headers_run_on_from_the_last_full_one():
    made = writer()
    made.define(1, 20, [(253, "uint32"), (3, "uint8")])
    made.define(2, 20, [(3, "uint8")])
    made.message(1, T0, 100)
    offsets = np.cumsum(np.r_[3, np.arange(60) % 31])  # every step below 32 s, rolling over often
    made.rows(2, [100 + np.arange(61)], compressed_s=T0 + offsets)
    made.message(1, T0 + 5000, 99)
    made.message(2, 98, compressed_s=T0 + 5031)
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.elapsed_s, np.r_[0, offsets, 5000, 5031])
    assert samples.heart_rate_bpm[-1] == 98


def test_thousands_of_equal_definitions_are_one_layout():
    made = writer()
    for row in range(2000):
        made.define(0, 20, [(253, "uint32"), (3, "uint8")])
        made.message(0, T0 + row, 120)
        made.define(0, 78, [(0, "uint16")])
        made.message(0, 800)
    samples = read_fit(made.finish()).samples
    np.testing.assert_array_equal(samples.elapsed_s, np.arange(2000))


def test_a_record_without_time_keeps_its_row():
    made = writer()
    made.define(1, 20, [(253, "uint32"), (3, "uint8")])
    for stamp, rate in ((T0, 100), (None, 101), (T0 + 2, 102)):
        made.message(1, stamp, rate)
    read = read_fit(made.finish())
    np.testing.assert_array_equal(read.samples.elapsed_s, [0, np.nan, 2])
    np.testing.assert_array_equal(read.samples.heart_rate_bpm, [100, 101, 102])
    assert any("1 record without a time" in note for note in read.notes)


@pytest.mark.parametrize("header", [{"header_size": 12}, {"header_crc": 0}, {"crc": 1}])
def test_headers_of_either_size_and_wrong_checksums_are_read(header):
    made = writer()
    records(made, heart_rate=np.full(600, 130))
    assert len(read_fit(made.finish(**header)).samples) == 600


# ---- heart rate that came later


def test_heart_rate_of_a_strap_is_laid_on_the_records():
    made = writer()
    records(made, distance=1.0 * SECONDS)
    beats = np.arange(0, 600, 0.5)
    # Bytes of 0xFF among the packed times are values like others.
    made.add_heart_rates(T0, 1000.25 + beats, 100 + beats / 10)
    read = read_fit(made.finish())
    known = SECONDS[2:590]
    np.testing.assert_allclose(read.samples.heart_rate_bpm[known], 100 + known / 10, atol=1.0)
    assert any("strap" in note for note in read.notes)


def test_a_strap_fills_gaps_and_overrides_nothing():
    made = writer()
    own = np.where(SECONDS < 300, 90.0, np.nan)
    records(made, heart_rate=own)
    beats = np.arange(0, 600, 1.0)
    made.add_heart_rates(T0, 50.0 + beats, np.full(600, 150))
    rate = read_fit(made.finish()).samples.heart_rate_bpm
    np.testing.assert_array_equal(rate[:300], 90.0)
    np.testing.assert_array_equal(rate[300:590], 150.0)


# ---- legs, laps, pauses


def test_a_triathlon_has_a_leg_for_each_session_and_transition():
    made = writer()
    records(made, cadence=np.full(600, 85))
    for sport, start, length in ((5, 0, 200), (3, 200, 20), (2, 220, 250), (3, 470, 10)):
        one_session(made, sport=sport, start=start, length=length)
    one_session(made, sport=RUNNING, start=480, length=120, total_distance=400.0)
    read = read_fit(made.finish())
    assert read.sport == "multisport"
    assert [leg.sport for leg in read.legs] == [
        "swimming", "transition", "cycling", "transition", "running",
    ]  # fmt: skip
    assert [(leg.rows.start, leg.rows.stop) for leg in read.legs] == [
        (0, 200), (200, 220), (220, 470), (470, 480), (480, 600),
    ]  # fmt: skip
    assert read.legs[-1].summary.distance_m == 400.0
    assert np.isnan(read.samples.cadence_spm[:480]).all()
    np.testing.assert_array_equal(read.samples.cadence_spm[480:], 170.0)
    np.testing.assert_array_equal(read.samples.cadence_rpm[220:470], 85.0)


def test_sessions_written_before_the_records_make_the_same_legs():
    made = writer()
    one_session(made, sport=CYCLING, start=300, length=300)
    one_session(made, sport=RUNNING, start=0, length=300)
    records(made, heart_rate=np.full(600, 140))
    legs = read_fit(made.finish()).legs
    assert [(leg.sport, leg.rows) for leg in legs] == [
        ("running", slice(0, 300)),
        ("cycling", slice(300, 600)),
    ]


def test_a_file_without_session_takes_its_sport_from_the_sport_message():
    made = writer()
    made.add("sport", sport=RUNNING, sub_sport=1)
    records(made, heart_rate=np.full(600, 140))
    read = read_fit(made.finish())
    assert (read.sport, read.legs[0].sub_sport, read.weather.indoor) == (
        "running",
        "treadmill",
        True,
    )


def test_the_timer_makes_pauses():
    made = writer()
    for second, kind in (
        (0, 0),
        (100, 4),
        (160, 0),
        (300, 1),
        (300, 4),
        (420, 0),
        (599, 4),
        (700, 0),
    ):
        made.add("event", timestamp=T0 + second, event=0, event_type=kind)
    records(made, heart_rate=np.full(600, 140))
    pauses = read_fit(made.finish()).pauses
    assert [(pause.start_s, pause.end_s) for pause in pauses] == [(100, 160), (300, 420)]


def test_laps_lie_in_elapsed_seconds():
    made = writer()
    records(made, heart_rate=np.full(600, 140))
    for start in (0, 200, 400):
        made.add(
            "lap",
            timestamp=T0 + start + 200,
            start_time=T0 + start,
            total_elapsed_time=200.0,
            total_distance=500.0,
        )
    laps = read_fit(made.finish()).laps
    assert [(lap.start_s, lap.end_s, lap.summary.distance_m) for lap in laps] == [
        (0, 200, 500), (200, 400, 500), (400, 600, 500),
    ]  # fmt: skip


# ---- what the file says beside the samples


def test_the_devices_own_totals_are_kept_in_plain_units():
    made = writer()
    records(made, heart_rate=np.full(600, 140))
    one_session(
        made,
        total_timer_time=590.0,
        total_distance=2000.0,
        total_calories=150,
        resting_calories=12,
        estimated_sweat_loss=457,
        workout_rpe=70,
        avg_heart_rate=140,
        normalized_power=250,
        total_ascent=33,
        training_stress_score=12.5,
    )
    summary = read_fit(made.finish()).summary
    assert summary.sweat_loss_l == 0.457
    assert summary.rpe == 7.0
    assert (summary.energy_kcal, summary.resting_energy_kcal) == (150, 12)
    assert (summary.elapsed_s, summary.timer_s, summary.distance_m) == (600, 590, 2000)
    assert (summary.normalized_power_w, summary.ascent_m) == (250, 33)
    assert summary.training_stress_score == 12.5
    assert summary.power_avg_w is None


def test_the_athlete_of_the_file_is_read_and_the_impossible_left_out():
    made = writer()
    made.add("user_profile", gender=1, age=41, height=1.8, weight=72.5, resting_heart_rate=48)
    made.add(
        "zones_target", max_heart_rate=188, threshold_heart_rate=20, functional_threshold_power=265
    )
    records(made, heart_rate=np.full(600, 140))
    read = read_fit(made.finish())
    assert read.athlete.known() == {
        "sex": "male",
        "age_years": 41.0,
        "height_m": 1.8,
        "mass_kg": 72.5,
        "hr_rest_bpm": 48.0,
        "hr_max_bpm": 188.0,
        "ftp_w": 265.0,
    }
    assert any("hr_threshold_bpm" in note for note in read.notes)


def test_weather_now_is_read_and_forecasts_are_not():
    made = writer()
    for report, temperature in ((0, 28), (1, 35)):
        made.add(
            "weather_conditions",
            timestamp=T0,
            weather_report=report,
            temperature=temperature,
            relative_humidity=71,
            wind_speed=2.5,
        )
    records(made, heart_rate=np.full(600, 140))
    weather = read_fit(made.finish()).weather
    assert weather.air_temperature_c == 28
    assert (weather.relative_humidity_pct, weather.wind_m_s) == (71, 2.5)
    assert weather.source == "weather in the file"


def test_weather_is_left_out_of_a_session_indoors():
    made = writer()
    made.add("weather_conditions", timestamp=T0, weather_report=0, temperature=5)
    records(made, heart_rate=np.full(600, 140))
    one_session(made, sport=CYCLING, sub_sport=6)
    read = read_fit(made.finish())
    assert read.weather.known() == {"indoor": True}
    assert any("indoors" in note for note in read.notes)


def test_healthfits_humidity_is_in_hundredths_and_its_temperature_the_weathers():
    made = writer()
    made.add_developer_field(1, "uint16", "SESSION WEATHER HUMIDITY", "%")
    made.add_developer_field(2, "uint8", "SESSION INDOOR", "")
    records(made, heart_rate=np.full(600, 140))
    made.raw(
        made.table(
            "session",
            count=1,
            timestamp=T0 + 600,
            start_time=T0,
            total_elapsed_time=600.0,
            sport=RUNNING,
            avg_temperature=19,
            developer={(1, "uint16", 0): 8700, (2, "uint8", 0): 0},
        ).tobytes()
    )
    weather = read_fit(made.finish()).weather
    assert (weather.relative_humidity_pct, weather.air_temperature_c) == (87.0, 19.0)
    assert weather.indoor is False


@pytest.mark.parametrize(
    ("maker", "product", "name", "wrist"),
    [
        (1, 3113, None, True),  # Forerunner 945
        (1, 1836, None, False),  # Edge 1000
        (1, 4062, None, False),  # Edge 840, newer than fitparse's profile
        (1, 60000, None, None),
        (32, 31, "ELEMNT BOLT", False),
        (23, 66, "Suunto Race 2", True),
        (9999, 1, None, None),
    ],
)
def test_what_sits_at_the_wrist_is_known_by_maker_and_product(maker, product, name, wrist):
    made = FitWriter()
    more = {} if name is None else {"product_name": name}
    made.add("file_id", type=4, manufacturer=maker, product=product, serial_number=42, **more)
    records(made, temperature=np.full(600, 30))
    device = read_fit(made.finish()).device
    assert device.wrist is wrist
    assert device.serial_number == "42"


@pytest.mark.parametrize(
    ("local", "offset"), [(T0 + 600 + 7200, 7200.0), (600, None), (T0 + 600 - 34200, -34200.0)]
)
def test_local_time_gives_the_offset_unless_it_is_in_1989(local, offset):
    made = writer()
    records(made, heart_rate=np.full(600, 140))
    made.add("activity", timestamp=T0 + 600, local_timestamp=local)
    assert read_fit(made.finish()).utc_offset_s == offset


# ---- chains


def test_chained_activities_are_apart_or_joined():
    first, second = writer(), writer()
    records(first, heart_rate=np.full(600, 120))
    one_session(first, sport=CYCLING)
    records(second, np.arange(3600, 3900), power=np.full(300, 300))
    one_session(second, start=3600, length=300)
    data = first.finish() + second.finish()
    apart = read_fit_activities(data)
    assert [(one.sport, len(one.samples)) for one in apart] == [("cycling", 600), ("running", 300)]
    whole = read_fit(data)
    assert [leg.rows for leg in whole.legs] == [slice(0, 600), slice(600, 900)]
    np.testing.assert_array_equal(whole.samples.elapsed_s[600:], np.arange(3600, 3900))
    assert np.isnan(whole.samples.power_w[:600]).all()
    assert (whole.samples.power_w[600:] == 300).all()


def test_a_chained_part_of_heart_rates_belongs_to_the_swim_before_it():
    swim, strap = writer(), writer()
    records(swim, distance=1.0 * SECONDS)
    strap.add_heart_rates(T0, 10.0 + np.arange(600.0), np.full(600, 133))
    activities = read_fit_activities(swim.finish() + strap.finish())
    assert len(activities) == 1
    assert np.nanmedian(activities[0].samples.heart_rate_bpm) == 133


# ---- refusals


@pytest.mark.parametrize(
    ("kind", "word"),
    [(2, "settings"), (5, "workout"), (9, "weight"), (32, "steps and pulse")],
)
def test_other_kinds_of_files_are_named(kind, word):
    made = writer(kind)
    made.add("user_profile", gender=0)
    with pytest.raises(NotAnActivityError, match=word):
        read_fit(made.finish())


def test_timed_records_in_a_file_of_unknown_type_are_read():
    made = writer(200)
    records(made)
    read = read_fit(made.finish())
    assert len(read.samples) == len(SECONDS)
    assert any("unknown type (200)" in note for note in read.notes)


def test_a_workout_is_sent_to_the_check_command():
    with pytest.raises(NotAnActivityError, match="riskfit check --plan"):
        read_fit(writer(5).finish())


def test_lengths_of_a_pool_swim_are_its_samples_where_there_are_no_records():
    made = writer()
    made.define(3, 101, [(253, "uint32"), (2, "uint32"), (3, "uint32"), (12, "enum")])
    for row, active in enumerate((1, 1, 0, 1)):
        made.message(3, T0 + 30 * (row + 1), T0 + 30 * row, 30_000, active)
    one_session(made, sport=SWIMMING, length=120, total_distance=75.0)
    read = read_fit(made.finish())
    np.testing.assert_array_equal(read.samples.elapsed_s, [0, 30, 60, 90, 120])
    np.testing.assert_array_equal(read.samples.distance_m, [0, 25, 50, 50, 75])


@pytest.mark.parametrize("data", [b"", b"<html></html>", bytes(200)])
def test_what_is_not_fit_at_all_is_damage(data):
    with pytest.raises(DamagedFileError, match="header"):
        read_fit(data)


def test_a_header_and_nothing_else_is_an_empty_file():
    with pytest.raises(NotAnActivityError):
        read_fit(FitWriter().finish())


# ---- beside fitparse


def made_files():
    """Yield files that use much of the format, small enough for fitparse."""
    rise = SECONDS / 600
    made = writer()
    made.add_developer_field(5, "uint16", "skin_temperature", "C", scale=100)
    made.raw(
        made.table(
            "record",
            timestamp=T0 + SECONDS,
            heart_rate=np.where(SECONDS % 7, 120 + 30 * rise, np.nan),
            enhanced_speed=3 + rise,
            altitude=100 + 9 * rise,
            cadence=80 + 5 * rise,
            developer={(5, "uint16", 0): 3300 + SECONDS},
        ).tobytes()
    )
    one_session(made, total_calories=120, estimated_sweat_loss=300)
    yield pytest.param(made.finish(), id="developer fields")
    made = writer()
    made.define(1, 20, [(253, "uint32"), (3, "uint8")])
    made.define(2, 20, [(3, "uint8"), (8, "byte", 3)])
    made.message(1, T0, 100)
    for row in range(50):
        packed = tuple((350 | (row * 50 & 0xFFF) << 12).to_bytes(3, "little"))
        made.message(2, 100 + row, packed, compressed_s=T0 + 7 * row)
    yield pytest.param(made.finish(), id="times in headers and packed fields")
    made = writer()
    table = made.table("record", timestamp=T0 + SECONDS, power=SECONDS, big_endian=True)
    made.raw(table.tobytes())
    made.add_heart_rates(T0, 1000.25 + np.arange(0, 600, 0.7), np.full(858, 144))
    yield pytest.param(made.finish(), id="big-endian with stored heart rates")


@pytest.mark.parametrize("data", list(made_files()))
def test_the_columns_equal_what_fitparse_decodes(data):
    assert_same(read_fit(data), read_fit_by_fitparse(data))


def _outcome(read, data):
    try:
        return read(data)
    except RiskfitError as error:
        return error


def _fit_rows():
    return [
        pytest.param(row, id=row["path"][-60:], marks=_slow_if_large(row))
        for row in manifest()
        if row["format"] == "fit"
    ]


def _slow_if_large(row):
    return [pytest.mark.slow] if int(row["bytes"]) > 40_000 else []


@needs_corpus
@pytest.mark.corpus
@pytest.mark.parametrize("row", _fit_rows())
def test_every_channel_of_a_real_file_equals_what_fitparse_decodes(row):
    data = path_of(row).read_bytes()
    ours, theirs = _outcome(read_fit, data), _outcome(read_fit_by_fitparse, data)
    if isinstance(ours, RiskfitError):
        assert isinstance(theirs, RiskfitError)
        return
    if isinstance(theirs, RiskfitError) or any("fitparse stopped" in n for n in theirs.notes):
        kept = 0 if isinstance(theirs, RiskfitError) else len(theirs.samples)
        assert len(ours.samples) >= kept
        pytest.skip("fitparse cannot read this file to its end")
    assert_same(ours, theirs)


COUNTED = {
    "hr": "heart_rate_bpm",
    "power": "power_w",
    "temperature": "temperature_c",
    "position": "latitude_deg",
}


@needs_corpus
@pytest.mark.corpus
def test_every_value_that_an_independent_walker_counted_is_read():
    fewer = []
    for row in manifest():
        if row["format"] != "fit" or row["kind"] != "recording":
            continue
        read = _outcome(read_fit, path_of(row).read_bytes())
        if isinstance(read, RiskfitError):
            fewer.append((row["path"], str(read)))
            continue
        said = " ".join(read.notes)
        counts = {
            name: int((~np.isnan(getattr(read.samples, c))).sum()) for name, c in COUNTED.items()
        }
        for name, count in counts.items():
            wanted = int(row[name])
            # A developer field may override a channel, a strap may fill the heart rate.
            free = COUNTED[name] in said or (name == "hr" and "strap" in said)
            if count < wanted or (count > wanted and not free):
                fewer.append((row["path"], name, count, wanted))
        if len(read.samples) != int(row["records"]):
            fewer.append((row["path"], len(read.samples), row["records"]))
    # The one course among them has no times.
    assert [one[0].rsplit("/")[-1] for one in fewer] == ["stagesLink_28832.fit"]


@needs_corpus
@pytest.mark.corpus
def test_start_and_duration_of_real_files_are_those_of_the_manifest():
    for row in manifest():
        if row["format"] != "fit" or row["kind"] != "recording":
            continue
        read = _outcome(read_fit, path_of(row).read_bytes())
        if isinstance(read, RiskfitError) or row["time_backwards"] != "0":
            continue
        assert read.start_time.strftime("%Y-%m-%dT%H:%M:%S") == row["start_utc"], row["path"]
        assert np.nanmax(read.samples.elapsed_s) == int(row["duration_s"]), row["path"]


@needs_corpus
@pytest.mark.corpus
def test_memory_stays_below_ten_times_the_file():
    largest = max(
        (row for row in manifest() if row["format"] == "fit"), key=lambda row: int(row["bytes"])
    )
    data = path_of(largest).read_bytes()
    read_fit(data)
    gc.collect()
    tracemalloc.start()
    read = read_fit(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(read.samples) == int(largest["records"])
    assert peak + len(data) < 10 * len(data)
