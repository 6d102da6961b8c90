"""What a FIT file says of the device, the person and the weather."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from riskfit._common import FloatArray
from riskfit.activity import Device
from riskfit.athlete import Athlete, Conditions
from riskfit.errors import InputError
from riskfit.origin import Origin
from riskfit.readers.devices import device_of, garmin_product, is_garmin
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.decoded import Table
from riskfit.readers.recording import Part
from riskfit.sports import INDOOR, TRANSITION

Tables = Mapping[int, Table]


def last_value(tables: Tables, message: int, field: int) -> float | None:
    """Return the last valid value of a field, None where there is none."""
    table = tables.get(message)
    return None if table is None else _last(table.values(field))


def first_value(tables: Tables, message: int, field: int) -> float | None:
    """Return the first valid value: a later part of a chain may be another device's."""
    table = tables.get(message)
    values = [] if table is None else table.values(field)
    return next((value for value in values if not math.isnan(value)), None)


#: ANT+ device type of a sensor of the air around it (tempe), and the field of a device's type.
_ENVIRONMENT_SENSOR, _DEVICE_TYPE, _SOURCE_TYPE = 25, 1, 25
_MAKER, _PRODUCT, _SERIAL, _FILE_PRODUCT_NAME, _PRODUCT_NAME = 1, 2, 3, 8, 27


def read_device(tables: Tables, said: list[str]) -> Device:
    """Return what recorded the session."""
    maker = dictionary.word("manufacturer", first_value(tables, dictionary.FILE_ID, _MAKER))
    number = last_value(tables, dictionary.FILE_ID, _PRODUCT)
    if number is not None and is_garmin(maker):
        product = garmin_product(int(number)) or dictionary.word("garmin_product", number)
    else:
        product = _product_name(tables) or (None if number is None else str(int(number)))
    serial = last_value(tables, dictionary.FILE_ID, _SERIAL)
    if _has_air_sensor(tables):
        said.append("an air temperature sensor was paired: the temperature may be its reading")
    return device_of(product, str(int(serial)) if serial else None, maker=maker)


def _product_name(tables: Tables) -> str | None:
    """Return the first product name that the file spells out."""
    for message, field in (
        (dictionary.FILE_ID, _FILE_PRODUCT_NAME),
        (dictionary.DEVICE_INFO, _PRODUCT_NAME),
    ):
        table = tables.get(message)
        if table is not None and table.has(field):
            name = next((name for name in table.strings(field) if name), None)
            if name is not None:
                return name
    return None


def _has_air_sensor(tables: Tables) -> bool:
    table = tables.get(dictionary.DEVICE_INFO)
    if table is None or not len(table) or not (table.has(_DEVICE_TYPE) and table.has(_SOURCE_TYPE)):
        return False
    kinds = zip(table.values(_SOURCE_TYPE), table.values(_DEVICE_TYPE), strict=True)
    return (1.0, _ENVIRONMENT_SENSOR) in kinds


def read_athlete(tables: Tables, said: list[str]) -> Athlete:
    """Return what the file says of the person; what is impossible is left out and named."""
    gender = last_value(tables, dictionary.USER_PROFILE, 1)
    candidates: dict[str, float | None] = {
        "mass_kg": last_value(tables, dictionary.USER_PROFILE, 4),
        "height_m": last_value(tables, dictionary.USER_PROFILE, 3),
        "age_years": last_value(tables, dictionary.USER_PROFILE, 2),
        "hr_rest_bpm": last_value(tables, dictionary.USER_PROFILE, 8),
        "hr_max_bpm": _first(
            tables,
            (dictionary.ZONES_TARGET, 1),
            (dictionary.TIME_IN_ZONE, 11),
            (dictionary.USER_PROFILE, 11),
        ),
        "hr_threshold_bpm": _first(
            tables, (dictionary.ZONES_TARGET, 2), (dictionary.TIME_IN_ZONE, 13)
        ),
        "ftp_w": _first(
            tables,
            (dictionary.ZONES_TARGET, 3),
            (dictionary.SESSION, 45),
            (dictionary.TIME_IN_ZONE, 15),
        ),
    }
    sex = {0.0: "female", 1.0: "male"}.get(gender) if gender is not None else None
    known = {name: value for name, value in candidates.items() if value}
    try:
        return Athlete(sex=sex, **known)  # type: ignore[arg-type]
    except InputError:
        possible = {name: value for name, value in known.items() if _possible(name, value, said)}
        return Athlete(sex=sex, **possible)  # type: ignore[arg-type]


def _possible(name: str, value: float, said: list[str]) -> bool:
    try:
        Athlete(**{name: value})  # type: ignore[arg-type]
    except InputError:
        said.append(f"the file's {name} of {value:g} is not possible and was left out")
        return False
    return True


def _first(tables: Tables, *places: tuple[int, int]) -> float | None:
    """Return the last value of the first of these fields that has one other than 0."""
    values = (last_value(tables, message, field) for message, field in places)
    return next((value for value in values if value), None)


_HUMIDITY, _INSIDE = "SESSION WEATHER HUMIDITY", "SESSION INDOOR"
_MEAN_TEMPERATURE = 57


def read_weather(tables: Tables, parts: Sequence[Part], said: list[str]) -> Conditions:
    """Return the weather the file holds and whether the session was indoors.

    Weather of a session indoors is the weather outside, or a game's: it is left out and named.
    """
    air, humidity, wind = _reported(tables.get(dictionary.WEATHER))
    indoor = _indoor(parts)
    session = tables.get(dictionary.SESSION)
    if session is not None and len(session):
        brought = {
            one.name.strip().upper(): one
            for one in session.developer_fields()
            if one.name.strip().upper() in {_HUMIDITY, _INSIDE}
        }
        if _INSIDE in brought:
            inside = _last(session.developer_column(brought[_INSIDE]).tolist())
            indoor = indoor if inside is None else bool(inside)
        if _HUMIDITY in brought:
            # Beside this field the session's mean temperature is the weather service's.
            own = _healthfit_humidity(_last(session.developer_column(brought[_HUMIDITY]).tolist()))
            humidity = own if humidity is None else humidity
            air = last_value(tables, dictionary.SESSION, _MEAN_TEMPERATURE) if air is None else air
    weather = {
        "air_temperature_c": _within(air, -60, 60),
        "relative_humidity_pct": _within(humidity, 0, 100),
        "wind_m_s": _within(wind, 0, 60),
    }
    known = {name: value for name, value in weather.items() if value is not None}
    if known and indoor:
        said.append("the file's weather was left out: the session was indoors")
    if not known or indoor:
        return Conditions(indoor=indoor)
    return Conditions(
        indoor=indoor,
        source="weather in the file",
        origin=Origin.FILE,
        air_temperature_c=weather["air_temperature_c"],
        relative_humidity_pct=weather["relative_humidity_pct"],
        wind_m_s=weather["wind_m_s"],
    )


def _reported(table: Table | None) -> tuple[float | None, float | None, float | None]:
    """Return air temperature [°C], humidity [%] and wind [m/s] of the reports of the weather now.

    Forecasts in the same message type are for other hours.
    """
    if table is None or not len(table):
        return None, None, None
    report = table.column(0)
    now = (report == 0) | np.isnan(report)
    return _mean(table.column(1)[now]), _mean(table.column(7)[now]), _mean(table.column(4)[now])


def _mean(values: FloatArray) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _last(values: Sequence[float]) -> float | None:
    return next((value for value in reversed(values) if not math.isnan(value)), None)


def _healthfit_humidity(value: float | None) -> float | None:
    """Return per cent: HealthFit writes hundredths of a per cent and declares no scale."""
    if value is None:
        return None
    return value / 100.0 if value > 100.0 else value


def _within(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None


def _indoor(parts: Sequence[Part]) -> bool | None:
    """Say whether all parts were indoors, None where their sub-sports do not tell."""
    places = [part.sub_sport in INDOOR for part in parts if part.sport != TRANSITION]
    return True if places and all(places) else None
