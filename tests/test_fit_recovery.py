"""Damaged FIT files: keep what is before the damage, go on behind it, and make nothing up."""

import contextlib
import random
import time
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest
from tools.corpus import needs_corpus
from tools.damaged import Damaged, damage, real_files
from tools.fit_peers import PEERS, sample_times
from tools.fit_writer import FitWriter, fit_time

from riskfit.activity import CHANNELS, Activity
from riskfit.errors import DamagedFileError, RiskfitError
from riskfit.readers.fit import read_fit
from riskfit.readers.fit.crc import crc_of
from riskfit.readers.fit.recover import read_parts

T0 = fit_time(datetime(2025, 7, 12, 6, 30, tzinfo=UTC))
ROWS = 500


@cache
def sound() -> bytes:
    """Return a file of 500 records, some events between them, two layouts, one session."""
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=3113, time_created=T0)
    made.add("event", timestamp=T0, event=0, event_type=0)
    for start in range(0, ROWS, 100):
        seconds = np.arange(start, start + 100)
        extra = {"power": 200 + seconds % 50} if start % 200 else {}
        made.add_rows(
            "record",
            timestamp=T0 + seconds,
            heart_rate=100 + seconds % 80,
            distance=3.0 * seconds,
            **extra,
        )
        made.add("event", timestamp=T0 + start + 99, event=9, event_type=3)
    made.add("session", timestamp=T0 + ROWS, start_time=T0, total_elapsed_time=float(ROWS), sport=1)
    return made.finish()


def seconds_of(read: Activity) -> np.ndarray:
    """Return the records' times since the sound file's first."""
    shift = read.start_time.timestamp() - datetime(2025, 7, 12, 6, 30, tzinfo=UTC).timestamp()
    return read.samples.elapsed_s + shift


def assert_no_garbage(read: Activity) -> None:
    """Every timed record is one of the sound file's, with the sound file's values."""
    seconds = seconds_of(read)
    known = ~np.isnan(seconds)
    inside = (seconds >= 0) & (seconds < ROWS)
    assert (inside | ~known).all()
    assert len(set(seconds[known].tolist())) == int(known.sum())
    rate = read.samples.heart_rate_bpm
    wrong = known & (rate != 100 + seconds % 80)
    assert int(wrong.sum()) <= 1  # the value that was hit itself


def record_starts(data: bytes) -> list[int]:
    """Return where the records' times stand in a file of ours."""
    return [data.index((T0 + row).to_bytes(4, "little"), 60) for row in range(3, ROWS)]


def flipped(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1 << bit
    return bytes(changed)


# ---- cut off


@pytest.mark.parametrize("part", [0.3, 0.5, 0.73, 0.9, 0.99])
def test_a_file_that_is_cut_off_keeps_every_whole_record(part):
    data = sound()[: int(len(sound()) * part)]
    whole = sum(1 for start in record_starts(sound()) if start + 15 <= len(data))
    read = read_fit(data)
    assert_no_garbage(read)
    assert len(read.samples) >= whole + 3 - 1
    note = " ".join(read.notes)
    assert f"ends at byte {len(data)}" in note


def test_a_file_can_be_cut_at_any_byte():
    data = sound()
    before = 0
    for end in range(0, len(data), 7):
        try:
            read = read_fit(data[:end])
        except RiskfitError:
            assert before == 0
            continue
        assert_no_garbage(read)
        assert len(read.samples) >= before
        before = len(read.samples)
    assert before == ROWS


def test_a_cut_message_is_named_with_its_place_and_length():
    data = sound()
    start = record_starts(data)[400] - 1
    read = read_fit(data[: start + 6])
    assert len(read.samples) == 403
    assert any(f"6 bytes from byte {start} lost" in note for note in read.notes)


# ---- headers that lie


@pytest.mark.parametrize("size", [0, 60, 3000, 10**6])
def test_a_header_that_lies_about_the_length_loses_nothing(size):
    data = bytearray(sound())
    data[4:8] = size.to_bytes(4, "little")
    read = read_fit(bytes(data))
    assert len(read.samples) == ROWS
    assert_no_garbage(read)
    assert read.sport == "running"
    assert read.notes


def test_a_length_that_ends_between_two_messages_is_not_believed_either():
    data = bytearray(sound())
    size = record_starts(sound())[250] - 1 - 14
    data[4:8] = size.to_bytes(4, "little")
    read = read_fit(bytes(data))
    assert len(read.samples) == ROWS
    assert_no_garbage(read)


def test_a_damaged_signature_or_header_size_loses_nothing():
    for place in (0, 8, 9, 10, 11):
        read = read_fit(flipped(sound(), place, 2))
        assert len(read.samples) == ROWS, place
        assert_no_garbage(read)


def test_junk_behind_the_end_is_named_and_makes_no_records():
    for junk in (b"\0" * 300, bytes(range(256)), random.Random(4).randbytes(2000)):
        read = read_fit(sound() + junk)
        assert len(read.samples) == ROWS
        assert any(f"{len(junk)} bytes from byte {len(sound())}" in note for note in read.notes)


def test_a_chained_file_is_found_behind_junk():
    read = read_fit(sound() + b"junk" * 9 + sound())
    assert len(read.samples) == 2 * ROWS


def test_a_length_that_reaches_into_the_next_file_finds_that_file():
    data = bytearray(sound())
    data[4:8] = (len(sound()) + 500).to_bytes(4, "little")
    assert len(read_fit(bytes(data) + sound()).samples) == 2 * ROWS


# ---- damage inside


def test_an_undefined_message_in_the_middle_costs_itself():
    data = sound()
    start = record_starts(data)[250] - 1
    damaged = data[:start] + b"\x07" + bytes(10) + data[start:]
    read = read_fit(damaged)
    assert len(read.samples) == ROWS
    assert_no_garbage(read)
    assert any(f"byte {start}" in note for note in read.notes)


@pytest.mark.parametrize("filler", [b"\0", b"\xff", b"\x40", b"\x02\x13"])
def test_an_overwritten_block_costs_the_records_in_it(filler):
    data = sound()
    start = record_starts(data)[200]
    block = (filler * 400)[:400]
    read = read_fit(data[:start] + block + data[start + 400 :])
    assert_no_garbage(read)
    assert len(read.samples) >= ROWS - 400 // 10 - 4
    assert read.samples.elapsed_s[-1] == ROWS - 1


def test_a_block_that_is_missing_costs_the_records_in_it():
    data = sound()
    start = record_starts(data)[200]
    read = read_fit(data[: start + 3] + data[start + 500 :])
    assert_no_garbage(read)
    assert len(read.samples) >= ROWS - 500 // 10 - 4


def test_one_flipped_bit_in_a_record_costs_at_most_two_records():
    data = sound()
    first, last = record_starts(data)[0], record_starts(data)[-1]
    definitions = {
        place
        for at in range(first, last)
        if data[at : at + 3] in {b"\x40\0\0", b"\x41\0\0", b"\x42\0\0", b"\x43\0\0"}
        for place in range(at, at + 30)
    }
    places = [place for place in range(first, last, 5) if place not in definitions]
    for place in places:
        read = read_fit(flipped(data, place, place % 8))
        seconds = seconds_of(read)
        inside = (seconds >= 0) & (seconds < ROWS)
        assert int(inside.sum()) >= ROWS - 2, place
        # A time with one wrong bit may still be possible; more than one is made up.
        assert int((~inside & ~np.isnan(seconds)).sum()) <= 1, place


def test_no_byte_is_read_twice_whatever_is_damaged():
    data, chance = sound(), random.Random(11)
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(6):
            place = chance.randrange(40, len(data))
            changed[place : place + 30] = chance.randbytes(chance.randrange(1, 30))
        for part in read_parts(bytes(changed)):
            spans = sorted(
                (int(place), int(place) + layout.size)
                for layout in part.scanner.layouts.values()
                for place in layout.positions()
            )
            ends, starts = [end for _, end in spans[:-1]], [start for start, _ in spans[1:]]
            assert all(end <= start for end, start in zip(ends, starts, strict=True))


def test_an_impossible_type_of_a_time_stamp_does_not_hide_the_time():
    data = sound()
    at = data.index(b"\xfd\x04\x86\x03\x01\x02") + 2  # the time stamp's type in a record
    read = read_fit(data[:at] + b"\xc6" + data[at + 1 :])
    assert len(read.samples) == ROWS
    assert int((~np.isnan(read.samples.elapsed_s)).sum()) == ROWS


def test_records_that_are_all_lost_are_damage_and_no_other_kind_of_file():
    data = sound()
    begins = record_starts(data)[0] - 60
    with pytest.raises(DamagedFileError, match="no timed record"):
        read_fit(data[:begins])


def test_odd_clocks_of_a_sound_file_are_no_damage():
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=1, time_created=T0)
    stamps = T0 + np.arange(300)
    stamps[100:110] = 86400 * 20000  # a clock that was set back and forth
    made.add_rows("record", timestamp=stamps, heart_rate=np.full(300, 140))
    read = read_fit(made.finish())
    assert len(read.samples) == 300
    assert int(np.isnan(read.samples.elapsed_s).sum()) == 10
    assert not any("damage" in note for note in read.notes)


def test_two_halves_of_a_file_years_apart_are_one_session_with_the_later_date():
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=1, time_created=T0)
    stamps = T0 + np.arange(300)
    stamps[150:] += 86400 * 4000
    made.add_rows("record", timestamp=stamps, heart_rate=np.full(300, 140))
    read = read_fit(made.finish())
    assert read.samples.elapsed_s.tolist() == list(range(300))
    assert fit_time(read.start_time) == T0 + 86400 * 4000
    assert any("set forward by 4,000 days" in note for note in read.notes)


def test_nor_are_they_in_a_file_with_a_bad_checksum_where_boundaries_cannot_have_been_lost():
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=1, time_created=T0)
    stamps = T0 + np.arange(300)
    stamps[100:110] = 86400 * 20000
    made.add_rows("record", timestamp=stamps, heart_rate=np.full(300, 140))
    read = read_fit(made.finish(crc=1))
    assert len(read.samples) == 300
    assert int((~np.isnan(read.samples.elapsed_s)).sum()) == 290


# ---- clocks that were set


def jumping(behind: int, *, among: bool = False, days: int = 120) -> bytes:
    """Return 300 records whose device had a date some days early for all but the last of them."""
    made = FitWriter()
    made.add("file_id", type=4, manufacturer=1, product=1, time_created=T0)
    made.add("event", timestamp=T0 - days * 86400, event=0, event_type=0)
    for row in range(300):
        stamp = T0 + row - (days * 86400 if row < 300 - behind else 0)
        made.add("record", timestamp=stamp, heart_rate=100 + row % 80, distance=3.0 * row)
        if among and row % 3:
            made.add("hr", filtered_bpm=100)
    return made.finish()


@pytest.mark.parametrize("among", [False, True])
@pytest.mark.parametrize("behind", [1, 2, 3, 10, 150, 297])
def test_a_file_that_is_cut_off_behind_a_jump_keeps_every_whole_record(behind, among):
    read = read_fit(jumping(behind, among=among)[:-5])
    np.testing.assert_array_equal(read.samples.elapsed_s, np.arange(299))


@pytest.mark.parametrize("cut", [0, 3, 40])
def test_damage_where_the_clock_was_set_costs_the_records_in_it(cut):
    data = jumping(150)
    start = data.index((T0 + 150).to_bytes(4, "little")) - 1
    read = read_fit(data[: start - 30] + b"\x07" * (30 + cut) + data[start + cut :])
    times = read.samples.elapsed_s
    assert len(times) >= 300 - 30 // 8 - cut // 8 - 4
    assert np.nanmax(times) - np.nanmin(times) < 300
    assert (read.samples.heart_rate_bpm[-140:] == 100 + np.arange(160, 300) % 80).all()


def test_flipped_bits_on_both_sides_of_a_jump_stay_single_odd_records():
    data = jumping(150)
    for row in (40, 200):
        stamp = T0 + row - (120 * 86400 if row < 150 else 0)
        data = flipped(data, data.index(stamp.to_bytes(4, "little")) + 3, 4)
    read = read_fit(data)
    assert len(read.samples) == 300
    assert np.flatnonzero(np.isnan(read.samples.elapsed_s)).tolist() == [40, 200]


# ---- checksum


@pytest.mark.parametrize("length", [0, 1, 2, 511, 512, 513, 7000])
def test_the_checksum_is_that_of_the_bytewise_rule(length):
    from fitparse.records import Crc

    data = random.Random(length).randbytes(length)
    assert crc_of(data) == Crc.calculate(data)


def test_the_checksum_of_a_file_with_its_own_is_zero():
    assert crc_of(sound()) == 0
    assert crc_of(flipped(sound(), 99, 3)) != 0


# ---- many damaged files


def believable(times: list[float], clocks: tuple[tuple[float, float], ...]) -> int:
    """Count the times within an hour of one of the recording's clocks; others are garbage."""
    return sum(1 for one in times if any(low - 3600 <= one <= high + 3600 for low, high in clocks))


def our_samples(case: Damaged) -> int:
    """Count our samples with a believable time, all of them by one clock."""
    try:
        read = read_fit(case.data)
    except RiskfitError:
        return 0
    zero = fit_time(read.start_time)
    elapsed = read.samples.elapsed_s
    times = (zero + elapsed[~np.isnan(elapsed)]).tolist()
    low, high = case.clocks[-1]
    before = sum(clock[1] - clock[0] for clock in case.clocks[:-1])
    return max(
        believable(times, ((low - before - 3600, high),)),
        *(believable(times, (clock,)) for clock in case.clocks),
    )


def check_against_peers(seeds: range) -> None:
    fewer = []
    for seed in seeds:
        case = damage(seed)
        ours = our_samples(case)
        best = max(believable(sample_times(peer, case.data), case.clocks) for peer in PEERS)
        if ours < best:
            fewer.append((seed, case.name, case.kind, ours, best))
    assert fewer == []


def check_time(seeds: range) -> None:
    slow = []
    for seed in seeds:
        case = damage(seed)
        whole = min(_seconds(case.whole) for _ in range(3))
        if (
            _seconds(case.data) > 10 * whole
            and min(_seconds(case.data) for _ in range(5)) > 10 * whole
        ):
            slow.append((seed, case.name, case.kind))
    assert slow == []


def _seconds(data: bytes) -> float:
    begin = time.process_time()
    with contextlib.suppress(RiskfitError):
        read_fit(data)
    return time.process_time() - begin


@needs_corpus
@pytest.mark.corpus
def test_sixty_damaged_files_raise_nothing_but_our_errors_and_in_time():
    check_time(range(60))


@needs_corpus
@pytest.mark.corpus
def test_of_damaged_files_no_fewer_records_are_kept_than_by_the_best_peer():
    check_against_peers(range(12))


@needs_corpus
@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 2000, 100))
def test_of_two_thousand_damaged_files_no_fewer_records_are_kept_than_by_the_best_peer(start):
    check_against_peers(range(start, start + 100))


@needs_corpus
@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 2000, 500))
def test_two_thousand_damaged_files_take_at_most_ten_times_as_long_as_whole_ones(start):
    check_time(range(start, start + 500))


@needs_corpus
@pytest.mark.corpus
def test_records_before_a_cut_are_exactly_those_of_the_whole_file():
    for name, whole in real_files():
        read, cut = read_fit(whole), None
        try:
            cut = read_fit(whole[: len(whole) * 2 // 3])
        except RiskfitError:
            pytest.fail(name)
        count = len(cut.samples)
        assert count > 0.4 * len(read.samples), name
        shift = (cut.start_time - read.start_time).total_seconds()
        np.testing.assert_array_equal(
            cut.samples.elapsed_s + shift, read.samples.elapsed_s[:count], err_msg=name
        )
        later = {"cadence_spm", "cadence_rpm", "heart_rate_bpm"}
        if any("pool length" in note for note in read.notes):
            later.add("distance_m")
        for channel in set(CHANNELS) - later:
            np.testing.assert_array_equal(
                getattr(cut.samples, channel),
                getattr(read.samples, channel)[:count],
                err_msg=f"{name} {channel}",
            )
