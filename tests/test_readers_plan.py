"""Plans from files: workouts with steps, courses with a target time, and notes on the rest."""

import contextlib
import os
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tools.fit_writer import FitWriter
from tools.xml_files import GPX_HEAD, gpx, gpx_point, gpx_track

from riskfit.athlete import Athlete
from riskfit.errors import InputError, RiskfitError
from riskfit.readers.plans import read_plan

CORPUS = os.environ.get("RISKFIT_CORPUS")
# numbers of the profile: message 27 is workout_step, 26 workout
TIME, DISTANCE, OPEN, REPEAT, REPEAT_TIME = 0, 1, 5, 6, 7
SPEED, HEART_RATE, NO_TARGET, POWER = 0, 1, 2, 4


def workout(*steps: tuple[int | None, ...], sport: int = 1) -> bytes:
    """Write a FIT workout; a step is type, value, target, its value, low and high."""
    fit = FitWriter()
    fit.define(0, 0, [(0, "enum")])
    fit.message(0, 5)
    fit.define(1, 26, [(4, "enum"), (6, "uint16"), (8, "string", 8)])
    fit.message(1, sport, len(steps), b"Five\0\0\0\0")
    fields = [(254, "uint16"), (1, "enum"), (2, "uint32"), (3, "enum"), (4, "uint32")]
    fit.define(2, 27, [*fields, (5, "uint32"), (6, "uint32")])
    for index, step in enumerate(steps):
        fit.message(2, index, *step, *[None] * (6 - len(step)))
    return fit.finish()


def zwo(inside: str, sport: str = "bike", extra: str = "") -> bytes:
    return (
        f"<workout_file><author>x</author><name>Ramps</name><sportType>{sport}</sportType>{extra}"
        f"<workout>{inside}</workout></workout_file>"
    ).encode()


def times(plan) -> list[float]:
    return [segment.duration_s for segment in plan.segments]


def test_timed_steps_with_custom_targets_are_read():
    plan = read_plan(
        workout(
            (TIME, 600_000, POWER, 0, 1200, 1220),
            (TIME, 300_000, HEART_RATE, 0, 240, 260),
            (TIME, 300_000, POWER, 0, 80, 90),
            (TIME, 60_000, SPEED, 0, 2500, 3500),
            (TIME, 60_000, NO_TARGET),
        )
    )
    assert (plan.sport, plan.name, plan.duration_s) == ("running", "Five", 1320)
    assert times(plan) == [600, 300, 300, 60, 60]
    assert plan.segments[0].power_w == 210
    assert plan.segments[1].heart_rate_bpm == 150
    assert plan.segments[2].intensity_fraction == pytest.approx(0.85)
    assert plan.segments[3].speed_m_s == 3.0
    assert plan.segments[4].power_w is None
    assert plan.notes == ()


def test_repeats_are_written_out_also_nested():
    inner = workout(
        (TIME, 60_000, NO_TARGET),
        (TIME, 30_000, NO_TARGET),
        (REPEAT, 0, NO_TARGET, 3),
        (TIME, 120_000, NO_TARGET),
        (REPEAT, 0, NO_TARGET, 2),
    )
    assert times(read_plan(inner)) == [60, 30, 60, 30, 60, 30, 120] * 2


def test_a_repeat_until_some_time_takes_that_long():
    plan = read_plan(workout((TIME, 60_000, NO_TARGET), (REPEAT_TIME, 0, NO_TARGET, 150_000)))
    assert times(plan) == [60, 60, 60]


def test_a_repeat_without_end_is_refused():
    with pytest.raises(InputError, match="repeats"):
        read_plan(workout((TIME, 60_000, NO_TARGET), (REPEAT, 0, NO_TARGET, 1_000_000)))


def test_zones_need_what_they_are_zones_of():
    steps = workout((TIME, 60_000, HEART_RATE, 3), (TIME, 60_000, POWER, 4))
    plan = read_plan(steps, athlete=Athlete(hr_max_bpm=200))
    assert plan.segments[0].heart_rate_bpm == pytest.approx(150)
    assert plan.segments[1].intensity_fraction == pytest.approx(0.98)
    unknown = read_plan(steps)
    assert unknown.segments[0].heart_rate_bpm is None
    assert unknown.notes == ("step 1: heart rate zone 3 needs hr_max_bpm in the profile: left out",)


def test_open_steps_are_left_out_and_named_unless_a_target_time_fills_them():
    steps = workout((TIME, 600_000, NO_TARGET), (OPEN, None, NO_TARGET), (OPEN, None, NO_TARGET))
    plan = read_plan(steps)
    assert times(plan) == [600]
    assert "step 2, ends at the press of a button; step 3" in plan.notes[0]
    filled = read_plan(steps, 1800)
    assert times(filled) == [600, 600, 600]
    assert filled.notes[0].startswith("1200 s of the target time go to step 2")


def test_steps_by_distance_take_their_time_from_a_speed():
    steps = workout((DISTANCE, 100_000, NO_TARGET), (DISTANCE, 300_000, SPEED, 0, 4000, 6000))
    with pytest.raises(InputError, match="--duration"):
        read_plan(workout((DISTANCE, 100_000, NO_TARGET)))
    plan = read_plan(steps, speed_m_s=4.0)
    assert (plan.distance_m, times(plan)) == (4000, [250, 600])
    assert times(read_plan(steps, 1000)) == [400, 600]


def test_zwift_steps_ramps_and_intervals_are_read():
    plan = read_plan(
        zwo(
            '<Warmup Duration="120" PowerLow="0.4" PowerHigh="0.8"/>'
            '<SteadyState Duration="300" Power="0.9"><textevent timeoffset="1"/></SteadyState>'
            '<IntervalsT Repeat="2" OnDuration="30" OffDuration="60" OnPower="1.2" OffPower=".5"/>'
            '<FreeRide Duration="600" FlatRoad="1"/>'
            '<Cooldown Duration="120" PowerLow="0.3" PowerHigh="0.5"/>'
        )
    )
    assert (plan.sport, plan.sub_sport, plan.name) == ("cycling", "indoor_cycling", "Ramps")
    assert times(plan) == [60, 60, 300, 30, 60, 30, 60, 600, 60, 60]
    assert plan.duration_s == 1320
    fractions = [segment.intensity_fraction for segment in plan.segments]
    assert fractions == pytest.approx([0.5, 0.7, 0.9, 1.2, 0.5, 1.2, 0.5, None, 0.45, 0.35])


def test_zwift_runs_may_count_metres():
    run = zwo('<SteadyState Duration="1000" Power="1"/>', "run",
              "<durationType>distance</durationType>")  # fmt: skip
    plan = read_plan(run, speed_m_s=2.5)
    assert (plan.sport, plan.sub_sport, plan.distance_m, times(plan)) == (
        "running", "treadmill", 1000, [400],
    )  # fmt: skip


def degrees(metres: float) -> float:
    """Return degrees of latitude on a sphere of 40,030,230 m around (IUGG mean radius)."""
    return metres * 360 / 40_030_230


def test_a_course_gives_distance_climb_and_place():
    # up 100 m over 2 km, level for 1 km, down 50 m over 1 km
    heights = [100 + min(i, 200) * 0.5 - max(i - 300, 0) * 0.5 for i in range(401)]
    points = [gpx_point(None, lat=50 + degrees(10 * i), ele=h) for i, h in enumerate(heights)]
    plan = read_plan(gpx(gpx_track(points, word="cycling")), 1000)
    assert plan.distance_m == pytest.approx(4000, abs=1)
    assert plan.ascent_m == pytest.approx(100, abs=3)
    assert plan.descent_m == pytest.approx(50, abs=3)
    assert plan.latitude_deg == pytest.approx(50 + degrees(2000), abs=1e-5)
    assert (plan.longitude_deg, plan.sport) == (pytest.approx(8.25), "cycling")
    assert (plan.duration_s, plan.speed_m_s) == (1000, pytest.approx(4, abs=0.001))


def test_a_course_needs_a_time_from_somewhere():
    course = gpx(gpx_track([gpx_point(None, lat=50 + degrees(1000 * i)) for i in range(3)]))
    with pytest.raises(InputError, match=r"2\.0 km and says no time.*--duration"):
        read_plan(course)
    assert read_plan(course, speed_m_s=2).duration_s == pytest.approx(1000, abs=1)
    ridden = gpx(gpx_track([gpx_point(400 * i, lat=50 + degrees(1000 * i)) for i in range(3)]))
    own = read_plan(ridden)
    assert own.duration_s == 800
    assert "the course file's own" in own.notes[0]


def test_a_gpx_route_is_a_course_and_the_date_line_no_wall():
    route = (
        GPX_HEAD.format(creator="x")
        + '<rte><rtept lat="10" lon="179.99"/><rtept lat="10" lon="-179.99"/></rte></gpx>'
    ).encode()
    plan = read_plan(route, 600, sport="sailing")
    assert plan.distance_m == pytest.approx(2190, abs=5)
    assert abs(plan.longitude_deg) == pytest.approx(180)
    assert plan.sport == "sailing"
    assert plan.notes == ("the course has no altitudes: climbs are unknown",)


def test_the_start_and_the_name_are_what_the_asker_says(tmp_path):
    path = tmp_path / "Sunday.bin"
    path.write_bytes(gpx(gpx_track([gpx_point(None), gpx_point(None, lat=50.1)], name="")))
    start = datetime(2026, 7, 4, 6, tzinfo=UTC)
    plan = read_plan(path, 3600, start_time=start)
    assert (plan.name, plan.start_time) == ("Sunday", start)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x,y\n", "no plan"),
        (workout(), "neither a workout nor a course"),
        (zwo(""), "no steps"),
        (gpx(), "no length"),
    ],
)
def test_what_is_no_plan_says_so(data, message):
    with pytest.raises(InputError, match=message):
        read_plan(data, 3600)


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
def test_impossible_times_are_refused(bad):
    with pytest.raises(InputError, match="above zero"):
        read_plan(workout((TIME, 1000, NO_TARGET)), bad)


def test_damaged_plans_raise_nothing_but_our_errors():
    rng = random.Random(3)
    sources = (
        workout((TIME, 60_000, NO_TARGET), (OPEN, None, POWER, 3), (REPEAT, 0, NO_TARGET, 3)),
        zwo('<Warmup Duration="120" PowerLow="0.4" PowerHigh="0.8"/><IntervalsT Repeat="2"/>'),
        gpx(gpx_track([gpx_point(i, lat=50 + i / 1000) for i in range(5)])),
    )
    for _ in range(300):
        damaged = bytearray(rng.choice(sources))
        for _ in range(rng.choice((1, 3))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        with contextlib.suppress(RiskfitError):
            read_plan(bytes(damaged), 3600)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="RISKFIT_CORPUS names no folder")
@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        (
            "dtcooper__python-fitparse/tests/files/WorkoutCustomTargetValues.fit",
            [60, 180, 180, 180],
        ),
        ("dtcooper__python-fitparse/tests/files/WorkoutIndividualSteps.fit", [60, 180, 180, 180]),
        ("dtcooper__python-fitparse/tests/files/WorkoutRepeatSteps.fit", [60] + [540 / 7] * 7),
        (
            "dtcooper__python-fitparse/tests/files/WorkoutRepeatGreaterThanStep.fit",
            [60, 180, 180, 180],
        ),
        (
            "roznet__FitFileParser/Tests/FitFileParserSwiftTests/samples/2023-01-13_heartratef.fit",
            [600],
        ),
    ],
)
def test_real_workout_files_are_read_as_plans(name, seconds):
    plan = read_plan(Path(CORPUS) / "files" / name, 600)
    assert times(plan) == pytest.approx(seconds)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="RISKFIT_CORPUS names no folder")
def test_a_real_course_climbs_as_its_lap_says():
    path = "jat255__Fit-File-Faker/fit_file_faker/vendor/fit_tool/tests/data/stagesLink_28832.fit"
    plan = read_plan(Path(CORPUS) / "files" / path, 1200)
    assert (plan.sport, plan.distance_m) == ("cycling", 7023)
    assert plan.ascent_m == pytest.approx(65, abs=5)
    assert plan.descent_m == pytest.approx(102, abs=5)
