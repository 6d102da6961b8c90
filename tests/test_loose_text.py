"""Times and numbers as devices write them beside the standards."""

from datetime import UTC, datetime

import numpy as np
import pytest

from riskfit.readers.xml.cells import parse_number_texts, parse_time

MOMENT = datetime(2025, 7, 30, 15, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "offset_s"),
    [
        ("2025-07-30T15:12:04Z", 0),
        ("2025-7-30T15:12:4Z", 0),
        ("2025-07-30T15:12:04Z[Etc/UTC]", 0),
        ("2025-07-30T17:12:04+02:00[Europe/Berlin]", 7200),
        ("2025-07-30T17:12:04+2:00", 7200),
        ("2025-07-30T09:42:04-0530", -19800),
        ("2025/07/30 15:12:04", None),
        ("2025.07.30 15:12:04", None),
        ("2025-07-30 3:12:04 PM", None),
        ("2025-07-30 3:12:04 p.m. GMT", 0),
        ("2025-07-30T15:12:04 UTC", 0),
        ("2025-07-30t15:12:04z", 0),
        ("2025-07-30T15.12.04Z", 0),
        ("  2025-07-30T15:12:04Z\n", 0),
        ("٢٠٢٥-٠٧-٣٠T١٥:١٢:٠٤Z", 0),
        ("1753888324", 0),
        ("1753888324000", 0),
    ],
)
def test_one_moment_in_many_spellings(text, offset_s):
    posix_us, offset = parse_time(text)
    assert posix_us == MOMENT.timestamp() * 1e6
    assert offset == offset_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2025-07-30T15:12:04,5Z", 0.5),
        ("2025-7-30T15:12:04.25Z", 0.25),
        ("2025-07-30T15:11:60Z", -4),
        ("2025-07-30T24:00:00Z", 8 * 3600 + 47 * 60 + 56),
        ("2025-07-30 12:00:00 AM", -(15 * 3600 + 12 * 60 + 4)),
        ("2025-07-30 12:00:00 PM", -(3 * 3600 + 12 * 60 + 4)),
    ],
)
def test_edges_of_the_clock(text, seconds):
    posix_us, _ = parse_time(text)
    assert posix_us == (MOMENT.timestamp() + seconds) * 1e6


@pytest.mark.parametrize(
    "text", ["", "yesterday", "17:1236", "2025-13-01T00:00:00Z", "2025-02-30T08:00:00Z",
             "30-07-2025 15:12:04", "2025-07-30T25:00:00Z", "2025-07-30T15:61:00Z", "12345"]
)  # fmt: skip
def test_what_is_no_moment_is_none(text):
    assert parse_time(text) is None


def test_numbers_with_a_decimal_comma_are_numbers():
    numbers, bad = parse_number_texts(["47,5", "-0,25", "47.5", "1,234,567", "4,7.1", "abc"])
    np.testing.assert_array_equal(numbers, [47.5, -0.25, 47.5, np.nan, np.nan, np.nan])
    assert bad == 3
