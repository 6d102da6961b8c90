"""Copies of a session are told by when and how it went; sessions that only resemble are not."""

import itertools
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from riskfit.activity import Activity, Samples
from riskfit.batch.gather import Input, gather
from riskfit.batch.pool import run_here
from riskfit.store import Store
from riskfit.store.activities import read_rows, settle
from riskfit.store.copies import Recorded, pair_copies, recorded
from riskfit.store.fingerprints import trace_of
from riskfit.store.past import read_history
from riskfit.store.schema import VERSION

START = datetime(2026, 6, 1, 8, 0, 17, tzinfo=UTC)
HOUR = 3600
EARTH_M = 6371009.0


def went(
    minutes=60.0,
    *,
    after_s=0.0,
    seed=1,
    sport="running",
    at=(47.0, 15.0),
    heart=140.0,
    swing=15.0,
    every_s=5,
    clock_s=0.0,
):
    """Return a recording of a course that its seed makes, cut out from ``after_s`` on."""
    random = np.random.RandomState(seed)
    steps = np.arange(0, 14 * HOUR)
    heading = np.cumsum(random.normal(0, 0.02, len(steps)))
    speed = 3.0 + 0.5 * np.sin(np.cumsum(random.normal(0, 0.01, len(steps))))
    rows = np.arange(after_s, after_s + minutes * 60 + 1, every_s).astype(int)
    channels = {}
    if at is not None:
        east, north = (np.cumsum(speed * f(heading))[rows] for f in (np.sin, np.cos))
        channels["latitude_deg"] = at[0] + np.degrees(north / EARTH_M)
        scale = EARTH_M * np.cos(np.radians(at[0]))
        channels["longitude_deg"] = (at[1] + np.degrees(east / scale) + 180) % 360 - 180
    if heart is not None:
        beat = np.interp(steps, steps[::120], random.normal(0, swing, len(steps[::120])))
        channels["heart_rate_bpm"] = heart + beat[rows]
    return Activity(
        start_time=START + timedelta(seconds=after_s + clock_s),
        samples=Samples(elapsed_s=(rows - rows[0]).astype(float), **channels),
        sport=sport,
    )


def noisy(activity, metres=4.0, beats=2.0, seed=9):
    """Return what another device on the same body has."""
    random = np.random.RandomState(seed)
    samples = activity.samples
    count = len(samples)
    return Activity(
        start_time=activity.start_time,
        samples=Samples(
            elapsed_s=samples.elapsed_s,
            latitude_deg=samples.latitude_deg
            + np.degrees(random.normal(0, metres, count) / EARTH_M),
            longitude_deg=samples.longitude_deg,
            heart_rate_bpm=samples.heart_rate_bpm + random.normal(0, beats, count),
        ),
        sport=activity.sport,
    )


def kept(*activities):
    """Return how many sessions are left of some recordings, whatever their order."""
    counts = set()
    for order in itertools.permutations(range(len(activities))):
        found = [recorded(activities[row]) for row in order]
        keys = [(bytes([row]), 0) for row in order]
        worth = np.array([-float(row) for row in order])
        stays = pair_copies(found, worth, keys)
        assert (stays[stays] == stays).all()
        counts.add(len(set(stays.tolist())))
    (count,) = counts
    return count


# ---- one session


def test_a_phone_started_later_and_stopped_earlier_has_the_same_session():
    assert kept(went(), noisy(went(43, after_s=7 * 60))) == 1


def test_places_alone_will_do():
    assert kept(went(heart=None), went(43, after_s=7 * 60, heart=None)) == 1


def test_a_game_and_a_head_unit_agree_by_the_heart():
    game = went(sport="cycling", at=(-11.6, 166.9), seed=3)
    unit = went(50, after_s=9 * 60, sport="cycling", at=None, seed=3)
    elsewhere = went(50, after_s=9 * 60, sport="cycling", seed=3)
    assert kept(game, unit) == 1
    assert kept(game, elsewhere) == 1


def test_without_a_common_trace_both_ends_tell():
    strap = went(at=None)
    assert kept(strap, went(58, after_s=100, heart=None)) == 1
    assert kept(strap, went(45, after_s=10 * 60, heart=None)) == 2


def test_a_ride_cut_into_its_laps_is_the_ride():
    laps = [went(20, after_s=k * 20 * 60, heart=None, sport="unknown") for k in range(3)]
    assert kept(went(60, sport="cycling"), *laps) == 1


def test_across_the_date_line_places_agree():
    at = (-17.0, 179.99)
    assert kept(went(at=at), noisy(went(43, after_s=7 * 60, at=at))) == 1


@pytest.mark.parametrize("hours", [2, -5.75, 9.5, 14, 0.25])
@pytest.mark.parametrize("channels", [{}, {"heart": None}, {"at": None}])
def test_a_copy_in_another_time_zone_is_one(hours, channels):
    assert kept(went(**channels), went(clock_s=hours * HOUR, **channels)) == 1


def test_a_copy_in_another_time_zone_may_lack_the_heart():
    assert kept(went(), went(clock_s=2 * HOUR, heart=None, sport="unknown")) == 1


# ---- two sessions


def test_a_warm_up_on_the_treadmill_is_no_part_of_strength_training():
    strength = went(60, at=None, sport="training")
    warm_up = went(10, at=None, sport="running")
    assert kept(strength, warm_up) == 2


@pytest.mark.parametrize("seconds", [37 * 60, 24 * HOUR, 14.25 * HOUR, 2 * HOUR + 5])
def test_what_is_no_time_zone_is_another_session(seconds):
    assert kept(went(30), went(30, clock_s=seconds)) == 2


def test_the_same_loop_in_the_afternoon_is_another_session():
    slower = went(30, seed=1, clock_s=8 * HOUR)
    samples = slower.samples
    changed = Samples(
        elapsed_s=np.rint(samples.elapsed_s * 1.009),
        latitude_deg=samples.latitude_deg,
        longitude_deg=samples.longitude_deg,
        heart_rate_bpm=samples.heart_rate_bpm,
    )
    again = Activity(start_time=slower.start_time, samples=changed, sport="running")
    assert kept(went(30), again) == 2


def test_the_same_places_with_another_heart_are_another_session():
    assert kept(went(), went(clock_s=2 * HOUR, heart=150.0)) == 2


def test_two_steady_hours_on_the_treadmill_are_two():
    assert kept(went(at=None, swing=0.5), went(at=None, swing=0.5, clock_s=8 * HOUR)) == 2


def test_devices_on_two_bodies_are_two():
    assert kept(went(), went(43, after_s=7 * 60, seed=2)) == 2


# ---- the trace


def test_a_trace_holds_no_place():
    here, there = went(heart=None), went(heart=None, at=(47.0, -71.3))
    one, other = (np.frombuffer(trace_of(a)[16:], "<f4").reshape(-1, 3) for a in (here, there))
    assert one == pytest.approx(other, abs=0.5, nan_ok=True)
    assert np.nanmax(np.abs(one)) > 1000
    assert (one[0, :2] == 0).all()


@pytest.mark.parametrize(("minutes", "most"), [(5, 500), (60, 400), (600, 600), (830, 700)])
def test_a_trace_is_small(minutes, most):
    assert 100 < len(trace_of(went(minutes))) <= most


@pytest.mark.parametrize(
    "samples",
    [
        Samples(elapsed_s=np.empty(0)),
        Samples(elapsed_s=np.full(3, np.nan), heart_rate_bpm=np.full(3, 100.0)),
        Samples(elapsed_s=np.arange(3000.0), heart_rate_bpm=np.full(3000, 255.0)),
        Samples(elapsed_s=np.arange(3000.0), latitude_deg=np.zeros(3000)),
        Samples(
            elapsed_s=np.arange(3000.0), latitude_deg=np.zeros(3000), longitude_deg=np.zeros(3000)
        ),
    ],
)
def test_without_places_and_heart_there_is_no_trace(samples):
    assert trace_of(Activity(start_time=START, samples=samples)) == b""


def test_rows_out_of_order_make_the_same_trace():
    activity = went()
    turned = Activity(
        start_time=START, samples=activity.samples.rows(np.arange(len(activity.samples))[::-1])
    )
    assert trace_of(turned) == trace_of(activity)


@pytest.mark.alone
def test_many_sessions_are_paired_at_once():
    found = [recorded(went(30, seed=seed)) for seed in range(4)]
    many = [
        Recorded(one.start_s + shift, one.end_s + shift, one.sport, one.trace)
        for one in found
        for shift in np.arange(3000) * 97 * 3600.0
    ]
    many += [Recorded(0.0, 3600.0, "running", b"")] * 5000
    begin = time.process_time()
    pair_copies(many, np.ones(len(many)), [(str(k).encode(), 0) for k in range(len(many))])
    assert time.process_time() - begin < 6


# ---- in the store


def _gathered(tmp_path, store, *files):
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in files:
        (folder / name).write_bytes(data)
    (found,) = gather([Input(path=str(folder))], store, run_here)
    assert found.failures == []
    return folder, store.athlete_id("")


def gpx(activity):
    """Return an activity as a GPX track."""
    points = "".join(
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}">'
        f"<time>{activity.start_time + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for lat, lon, at in zip(
            activity.samples.latitude_deg,
            activity.samples.longitude_deg,
            activity.samples.elapsed_s.tolist(),
            strict=True,
        )
    )
    return f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode()


def test_the_one_that_stays_names_the_others(tmp_path):
    whole, part = gpx(went(heart=None)), gpx(went(43, after_s=420, heart=None))
    shifted = gpx(went(heart=None, every_s=10, clock_s=2 * HOUR))
    with Store(tmp_path / "s.sqlite") as store:
        folder, key = _gathered(
            tmp_path, store, ("a.gpx", part), ("b.gpx", whole), ("c.gpx", shifted)
        )
        assert settle(store, key) == 2
        rows = read_rows(store, key)
    assert len(rows) == 1
    assert rows.sources[0] == (f"{folder}/b.gpx",)
    for other in ("a.gpx", "c.gpx"):
        assert any(f"{folder}/{other} holds the same session" in note for note in rows.notes(0))


def test_what_another_device_has_of_the_session_itself_is_no_history(tmp_path):
    with Store(tmp_path / "s.sqlite") as store:
        _, key = _gathered(tmp_path, store, ("a.gpx", gpx(went())))
        settle(store, key)
        later = recorded(went(43, after_s=420))
        other = recorded(went(43, after_s=420, seed=2))
        assert len(read_history(store, key, later.start_s)) == 1
        assert len(read_history(store, key, later.start_s, not_the_same_as=later)) == 0
        assert len(read_history(store, key, other.start_s, not_the_same_as=other)) == 1


def test_a_store_from_before_there_were_traces_is_read(tmp_path):
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        _gathered(tmp_path, store, ("a.gpx", gpx(went())), ("b.gpx", gpx(went(43, after_s=420))))
        store.connection.execute("UPDATE activity SET legs = substr(legs, 1, length(legs) - 16)")
        store.connection.execute("ALTER TABLE activity DROP COLUMN trace")
        store.connection.execute("DROP TABLE outcome_change")
        store.connection.execute("PRAGMA user_version = 1")
    assert VERSION > 1
    with Store(path) as store:
        key = store.athlete_id("")
        assert settle(store, key) == 0
        assert read_rows(store, key).trace == [b"", b""]
