"""The FIT encoder of the tests writes what another library reads back."""

import io
from datetime import UTC, datetime, timedelta

import fitparse
import numpy as np
import pytest
from tools.fit_writer import BASE_TYPES, FIT_EPOCH_S, FitWriter, fit_crc, fit_time, semicircles

START = fit_time(datetime(2026, 7, 1, 6, tzinfo=UTC))


def read_back(data: bytes) -> list[fitparse.records.DataMessage]:
    return list(fitparse.FitFile(io.BytesIO(data)).get_messages())


def column(messages: list[fitparse.records.DataMessage], name: str) -> list[object]:
    return [message.get_value(name) for message in messages if message.name == "record"]


def test_the_crc_is_the_published_check_value() -> None:
    # CRC-16/ARC of "123456789" is BB3D in every catalogue of CRCs
    assert fit_crc(b"123456789") == 0xBB3D
    assert fit_crc(b"12345678") != fit_crc(b"123456789")


def test_the_epoch_of_fit_is_the_end_of_1989() -> None:
    assert fit_time(datetime(1989, 12, 31, tzinfo=UTC)) == 0
    assert datetime.fromtimestamp(FIT_EPOCH_S, UTC) == datetime(1989, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize("big_endian", [False, True])
def test_records_written_at_once_are_read_back_one_by_one(big_endian: bool) -> None:
    count = 40
    writer = FitWriter()
    writer.add("file_id", type=4, manufacturer=255, time_created=START)
    heart_rate = np.where(np.arange(count) % 5 == 3, np.nan, 100.0 + np.arange(count))
    writer.add_rows(
        "record",
        big_endian=big_endian,
        timestamp=START + np.arange(count),
        heart_rate=heart_rate,
        enhanced_altitude=np.linspace(-20, 400, count),
        temperature=np.full(count, -7.0),
        position_lat=semicircles(np.full(count, -33.5)),
    )
    messages = read_back(writer.finish())
    expected = [None if np.isnan(rate) else int(rate) for rate in heart_rate]
    assert column(messages, "heart_rate") == expected
    assert column(messages, "temperature") == [-7] * count
    assert column(messages, "enhanced_altitude") == pytest.approx(
        np.linspace(-20, 400, count), abs=0.1001
    )
    latitudes = np.array(column(messages, "position_lat"), dtype=float) * 180 / 2**31
    assert latitudes == pytest.approx(-33.5, abs=1e-7)
    first = datetime(2026, 7, 1, 6)  # fitparse gives naive UTC
    assert column(messages, "timestamp") == [first + timedelta(seconds=s) for s in range(count)]


@pytest.mark.parametrize("base", sorted(set(BASE_TYPES) - {"string"}))
def test_every_base_type_keeps_its_value_and_its_invalid(base: str) -> None:
    writer = FitWriter()
    writer.define(0, 65281, [(1, base), (2, base), (3, base)])
    writer.message(0, 5, None, float("nan"))
    (message,) = read_back(writer.finish())
    # the library gives a field of bytes as a tuple
    assert message.get_value(1) in (5, (5,))
    for invalid in (message.get_value(2), message.get_value(3)):
        assert invalid in (None, (None,))


def test_compressed_timestamps_count_on_from_the_last_full_one() -> None:
    writer = FitWriter()
    writer.define(0, 20, [(253, "uint32"), (3, "uint8")])
    writer.define(1, 20, [(3, "uint8")])
    writer.message(0, START, 90)
    times = START + np.arange(1, 101)
    writer.rows(1, [np.arange(100)], compressed_s=times)
    messages = read_back(writer.finish())
    first = datetime(2026, 7, 1, 6)
    assert column(messages, "timestamp") == [first + timedelta(seconds=s) for s in range(101)]


def test_two_kinds_of_messages_alternate() -> None:
    writer = FitWriter()
    writer.define(0, 20, [(253, "uint32"), (3, "uint8")])
    writer.define(1, 78, [(0, "uint16", 4)])
    writer.alternate(
        (0, [START + np.arange(6), np.arange(6) + 100]),
        (1, [np.arange(12).reshape(6, 2) * 10 + 600]),
    )
    messages = read_back(writer.finish())
    assert [message.name for message in messages] == ["record", "hrv"] * 6
    assert messages[3].get_value("time") == (0.62, 0.63)


def test_developer_fields_are_described_and_filled() -> None:
    writer = FitWriter()
    writer.add_developer_field(3, "float32", "core_temp", "C", native_mesg_num=20)
    writer.add_rows(
        "record",
        timestamp=START + np.arange(3),
        developer={(3, "float32", 0): np.array([37.25, 37.5, 38.0])},
    )
    messages = read_back(writer.finish())
    assert column(messages, "core_temp") == [37.25, 37.5, 38.0]


def test_heart_rate_messages_hold_eight_beats_each() -> None:
    beats = np.cumsum(np.full(25, 0.5))
    writer = FitWriter()
    writer.add_heart_rates(START, beats, np.arange(25) + 100)
    messages = read_back(writer.finish())
    assert len(messages) == 4
    assert messages[0].get_value("filtered_bpm") == 100
    assert messages[3].get_value("filtered_bpm") == tuple(range(117, 125))
    # the packed twelve-bit times unfold; the library keeps the first of a message
    assert messages[3].get_value("event_timestamp") == pytest.approx(beats[17])


def test_more_layouts_than_local_types_redefine_the_oldest() -> None:
    writer = FitWriter()
    for number in range(20):
        writer.add("file_id", type=4, product_name="x" * (number + 1))
    writer.add("file_id", type=4, product_name="x")
    messages = read_back(writer.finish())
    assert [len(m.get_value("product_name")) for m in messages] == [*range(1, 21), 1]


def test_files_in_a_chain_are_read_as_one() -> None:
    part = FitWriter()
    part.add_rows("record", timestamp=START + np.arange(3), heart_rate=np.full(3, 120))
    data = part.finish() + part.finish(header_size=12)
    assert column(read_back(data), "heart_rate") == [120] * 6


@pytest.mark.parametrize(
    "damage",
    [
        {"crc": 0x1234},
        {"crc": False},
        {"data_size": 0},
        {"data_size": 10_000},
        {"header_crc": 0x1234},
        {"signature": b".FAT"},
    ],
    ids=str,
)
def test_damage_that_is_asked_for_is_done(damage: dict[str, int]) -> None:
    writer = FitWriter()
    writer.add_rows("record", timestamp=START + np.arange(9), heart_rate=np.full(9, 120))
    assert len(read_back(writer.finish())) == 9
    try:
        messages = read_back(writer.finish(**damage))
    except fitparse.FitParseError:
        return
    assert len(messages) != 9


def test_odd_sizes_and_undefined_local_types_are_written_as_told() -> None:
    writer = FitWriter()
    writer.define(2, 20, [(253, "uint32"), (3, "uint16", 3)])
    writer.message(2, START, b"\x01\x02\x03")
    writer.raw(bytes([5, 0xAA]))  # a data message of local type 5, which nothing defines
    body = writer.finish()[14:-2]
    assert body.endswith(START.to_bytes(4, "little") + b"\x01\x02\x03\x05\xaa")
    assert body[:12] == bytes([0x42, 0, 0, 20, 0, 2, 253, 4, 0x86, 3, 3, 0x84])
