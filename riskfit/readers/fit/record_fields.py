"""Which fields of a record are channels: a channel is a line here."""

#: Channel -> native fields of a record, the better first.
FIELDS: dict[str, tuple[int, ...]] = {
    "heart_rate_bpm": (3,),
    "power_w": (7,),
    "speed_m_s": (73, 6),
    "distance_m": (5,),
    "altitude_m": (78, 2),
    "temperature_c": (13,),
    "core_temperature_c": (139,),
    "latitude_deg": (0,),
    "longitude_deg": (1,),
}
#: Fields newer than the 2019 profile of fitparse 1.2: number -> (name, scale).  Source: FIT profile
#: 21.218.
NEWER_FIELDS: dict[int, tuple[str, float | None]] = {
    139: ("core_temperature", 100.0),
}
#: Developer fields without a native number that are channels of their own, by their names.
DEVELOPER_FIELDS = {
    "core_temperature": "core_temperature_c",
    "core temperature": "core_temperature_c",
    "skin_temperature": "skin_temperature_c",
    "skin temperature": "skin_temperature_c",
}
