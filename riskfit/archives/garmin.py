"""Garmin's bulk export: uploads of every kind in zips in a zip, JSON beside them."""

import struct
from typing import Final

#: What file types mean (the FIT protocol's ``file`` type); activities and unknown ones are read.
_ASIDE: Final = {
    1: "device",
    2: "settings",
    3: "sport settings",
    5: "workouts",
    6: "courses",
    7: "schedules",
    9: "weight",
    10: "totals",
    11: "goals",
    14: "blood pressure",
    15: "monitoring",
    20: "activity summaries",
    28: "daily monitoring",
    32: "monitoring",
    34: "segments",
    35: "segment lists",
    37: "exercise data",
    38: "menstrual cycle",
    40: "device data",
    44: "metrics",
    49: "sleep",
    58: "health metrics",
    61: "sleep summaries",
    65: "heart-rate variability",
    68: "heart-rate variability",
    70: "skin temperature",
    73: "sleep disruptions",
}
_FILE_ID, _TYPE_FIELD = 0, 0


def set_aside(data: bytes) -> str | None:
    """Say what a file is that is no activity and need not be, None where it shall be read.

    Its first message tells: a few microseconds, whatever its size.
    """
    if not data:
        return "empty files"
    kind = file_type(data)
    return None if kind is None else _ASIDE.get(kind)


def file_type(data: bytes) -> int | None:
    """Return the type in a FIT file's first message, None where there is none to be found."""
    if len(data) < 14 or data[8:12] != b".FIT":
        return None
    at = data[0]
    try:
        if not data[at] & 0x40 or data[at] & 0x80:
            return None  # the first message must be a definition
        order = ">" if data[at + 2] else "<"
        number = struct.unpack_from(f"{order}H", data, at + 3)[0]
        count = data[at + 5]
        fields = [data[at + 6 + 3 * k : at + 9 + 3 * k] for k in range(count)]
        body = at + 6 + 3 * count
        if data[at] & 0x20:
            body += 1 + 3 * data[body]
        if number != _FILE_ID or data[body] & 0xC0:
            return None
        offset = body + 1
        for field, size, _ in fields:
            if field == _TYPE_FIELD:
                return data[offset]
            offset += size
    except (IndexError, ValueError, struct.error):
        return None
    return None
