"""The protocol's dictionary: fitparse's profile, with the few fields that are newer than it.

Names, types, scales, offsets and units of messages and fields come from ``fitparse``, and so do
the invalid values, which are found by asking each base type's ``parse`` once.
"""

import gc
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from riskfit.readers.fit import record_fields

TIMESTAMP = 253

FILE_ID, USER_PROFILE, ZONES_TARGET, SESSION, LAP, RECORD, EVENT = 0, 3, 7, 18, 19, 20, 21
DEVICE_INFO, ACTIVITY, LENGTH, WEATHER, HEART_RATES = 23, 34, 101, 128, 132
FIELD_DESCRIPTION, DEVELOPER_DATA_ID, TIME_IN_ZONE, SET = 206, 207, 216, 225

#: Fields newer than the 2019 profile of fitparse 1.2 that the assembly reads by number:
#: (message, field) -> (name, scale).  Source: FIT profile 21.218.
NEWER_FIELDS: dict[tuple[int, int], tuple[str, float | None]] = {
    (SESSION, 178): ("estimated_sweat_loss_ml", None),
    (SESSION, 192): ("workout_feel", None),
    (SESSION, 193): ("workout_rpe", None),
    (SESSION, 196): ("resting_calories", None),
    **{(RECORD, number): said for number, said in record_fields.NEWER_FIELDS.items()},
}

#: Words newer than that profile, by type.  Source: FIT profile 21.218.
NEWER_WORDS: dict[str, dict[int, str]] = {
    "sport": {
        49: "baseball",
        53: "diving",
        62: "hiit",
        64: "racket",
        65: "wheelchair_push_walk",
        66: "wheelchair_push_run",
        67: "meditation",
        70: "team_sport",
        71: "cricket",
        72: "rugby",
        73: "hockey",
        74: "lacrosse",
        75: "volleyball",
        78: "water_sport",
        80: "mixed_martial_arts",
        82: "snorkeling",
        83: "dance",
        84: "jump_rope",
        88: "canoeing",
    },
    "sub_sport": {
        65: "sail_race",
        66: "expedition",
        67: "ultra",
        68: "indoor_climbing",
        69: "bouldering",
        70: "hiit",
        71: "indoor_grinding",
        73: "amrap",
        74: "emom",
        75: "tabata",
        78: "triathlon",
        79: "duathlon",
        80: "brick",
        81: "swim_run",
        82: "adventure_race",
        84: "pickleball",
        85: "padel",
        86: "indoor_wheelchair_walk",
        87: "indoor_wheelchair_run",
        88: "indoor_hand_cycling",
        94: "squash",
        95: "badminton",
        97: "table_tennis",
        123: "enduro",
        124: "rucking",
        127: "e_bike_enduro",
    },
    "manufacturer": {
        129: "coros",
        140: "decathlon",
        142: "tag_heuer",
        144: "zwift",
        294: "coros",
        303: "greenteg",
        305: "whoop",
        307: "onelap",
        310: "decathlon",
        331: "mywhoosh",
        339: "zepp",
        340: "peloton",
        348: "huawei",
    },
    "file": {20: "activity_summary", 34: "segment", 35: "segment_list", 40: "exd_configuration"},
}


class BaseType(Struct, frozen=True):
    """A number's form in the file: numpy kind and width, and the value that means none."""

    name: str
    kind: str
    size: int
    invalid: int | None


@cache
def _dictionary() -> tuple[Mapping[int, Any], Mapping[str, Any], Mapping[int, Any]]:
    """Import fitparse's tables (messages, types, base types) once."""
    # The profile makes ten thousand small objects that all stay: collecting garbage while
    # they are made takes as long as making them.
    collecting = gc.isenabled()
    gc.disable()
    try:
        from fitparse.profile import FIELD_TYPES, MESSAGE_TYPES
        from fitparse.records import BASE_TYPES
    finally:
        if collecting:
            gc.enable()
    return MESSAGE_TYPES, FIELD_TYPES, BASE_TYPES


_KINDS = {"b": "i", "B": "u", "h": "i", "H": "u", "i": "i", "I": "u", "q": "i", "Q": "u"}


@cache
def base_type(identifier: int) -> BaseType | None:
    """Return the base type of this number in a definition, None where no such type exists."""
    known = _dictionary()[2].get(identifier)
    if known is None:
        return None
    if known.fmt == "s":
        return BaseType("string", "S", 1, None)
    if known.fmt in "fd":
        return BaseType(known.name, "f", known.size, None)
    kind, bits = _KINDS[known.fmt], 8 * known.size
    if known.name == "byte":
        return BaseType("byte", "u", 1, 0xFF)
    for value in (0, (1 << (bits - 1)) - 1, (1 << bits) - 1):
        if known.parse(value) is None:
            return BaseType(known.name, kind, known.size, value)
    return BaseType(known.name, kind, known.size, None)


def is_message(number: int) -> bool:
    """Say whether the profile names this message."""
    return number in _dictionary()[0]


def field(message: int, number: int) -> Any | None:
    """Return fitparse's description of a field, None where its profile does not know it."""
    known = _dictionary()[0].get(message)
    return None if known is None else known.fields.get(number)


@cache
def scaling(message: int, number: int) -> tuple[float | None, float | None]:
    """Return scale and offset: value = raw / scale - offset."""
    known = field(message, number)
    if known is not None:
        return known.scale or None, known.offset or None
    return NEWER_FIELDS.get((message, number), ("", None))[1], None


@cache
def declared_type(message: int, number: int) -> BaseType | None:
    """Return the base type the profile gives this field."""
    known = field(message, number)
    if known is None:
        return None
    plain = known.type if not hasattr(known.type, "base_type") else known.type.base_type
    return base_type(plain.identifier)


@cache
def components(message: int) -> dict[int, tuple[tuple[int, Any], ...]]:
    """Return for each field the packed fields it can be unpacked from, as (source, component)."""
    known = _dictionary()[0].get(message)
    found: dict[int, list[tuple[int, Any]]] = {}
    if known is not None:
        for source in known.fields.values():
            for component in source.components or ():
                found.setdefault(component.def_num, []).append((source.def_num, component))
    return {number: tuple(sources) for number, sources in found.items()}


def word(type_name: str, value: float | None) -> str | None:
    """Return FIT's word for an enumerated value, its number as text where it has none."""
    if value is None or math.isnan(value):
        return None
    number = int(value)
    known = _dictionary()[1].get(type_name)
    text = NEWER_WORDS.get(type_name, {}).get(number)
    if text is None and known is not None and known.values:
        text = known.values.get(number)
    return str(number) if text is None else str(text)
