"""A weather forecast by the hour, from CSV or JSON: hour, temp, humidity, wind, cloud."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from riskfit._common import FloatArray
from riskfit.errors import InputError
from riskfit.formulas.sun import sun_of_cloud
from riskfit.readers.formats import FORMATS
from riskfit.readers.sniff import sniff

_COLUMNS: Final = {
    "hour": ("hour", "time", "datetime", "date_time"),
    "temp": ("temp", "temperature", "temp_c", "temperature_c", "temperature_2m"),
    "humidity": ("humidity", "humidity_pct", "relative_humidity", "relative_humidity_2m", "rh"),
    "wind": ("wind", "wind_m_s", "wind_speed", "wind_speed_10m"),
    "cloud": ("cloud", "cloud_pct", "cloud_cover", "clouds"),
}
_RANGES: Final = {"temp": (-60, 60), "humidity": (0, 100), "wind": (0, 60), "cloud": (0, 100)}
#: Beyond the first and last hour by more than this, a forecast says nothing. [s]
_REACH_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast:
    """Weather by the hour; nan where a column is not given.

    Attributes
    ----------
    time_s : ndarray
        POSIX times, rising. [s]
    air_temperature_c, relative_humidity_pct, wind_m_s, sun_fraction : ndarray
    """

    time_s: FloatArray
    air_temperature_c: FloatArray
    relative_humidity_pct: FloatArray
    wind_m_s: FloatArray
    sun_fraction: FloatArray

    def covers(self, start_s: float, end_s: float) -> bool:
        """Say whether a session lies within the forecast, an hour of grace at either end."""
        first, last = float(self.time_s[0]), float(self.time_s[-1])
        return start_s >= first - _REACH_S and end_s <= last + _REACH_S

    def at(self, name: str, when_s: FloatArray) -> FloatArray:
        """Return a quantity at some moments, straight lines between the hours."""
        values: FloatArray = getattr(self, name)
        told = ~np.isnan(values)
        if not told.any():
            return np.full(np.shape(when_s), np.nan)
        return np.asarray(np.interp(when_s, self.time_s[told], values[told]))


def read_forecast(source: str | Path, day: datetime) -> Forecast:
    """Read a forecast.

    Parameters
    ----------
    source : path
        CSV with a head line, or JSON: a list of objects, or an object of lists (also under
        ``hourly``). Temperatures in °C, humidity and cloud in per cent, wind in m/s.
    day : datetime
        Aware; the day that bare hours (6, 06:00) belong to, and the zone of times without one.

    Returns
    -------
    Forecast
    """
    try:
        data = Path(source).read_bytes()
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source}: cannot be read as a forecast: {error}") from None
    reader = FORMATS[sniff(data)].reader("forecast")
    rows = [] if reader is None else reader(text, str(source))
    if not rows:
        raise InputError(f"{source}: the forecast is empty: give hour,temp,humidity,wind,cloud")
    table = _Table(rows, str(source), day)
    order = np.argsort(table.times, kind="stable")
    times = table.times[order]
    if (np.diff(times) <= 0).any():
        raise InputError(f"{source}: two rows are of the same hour; give each hour once")
    columns = {name: table.column(name)[order] for name in _RANGES}
    if np.isnan(columns["temp"]).any():
        raise InputError(f"{source}: every hour needs a temp [°C]")
    return Forecast(
        time_s=times,
        air_temperature_c=columns["temp"],
        relative_humidity_pct=columns["humidity"],
        wind_m_s=columns["wind"],
        sun_fraction=sun_of_cloud(columns["cloud"] / 100),
    )


class _Table:
    """Rows of a forecast with whatever names their columns have."""

    def __init__(self, rows: list[Mapping[str, Any]], source: str, day: datetime) -> None:
        self.rows, self.source = rows, source
        names = {str(name).strip().lower(): name for name in rows[0]}
        self.keys = {
            wanted: next((names[name] for name in known if name in names), None)
            for wanted, known in _COLUMNS.items()
        }
        for wanted in ("hour", "temp"):
            if self.keys[wanted] is None:
                raise InputError(
                    f"{source}: the forecast has no column {wanted!r}; give "
                    "hour,temp,humidity,wind,cloud"
                )
        self.times = self._times(day)

    def _times(self, day: datetime) -> FloatArray:
        times: list[float] = []
        for number, row in enumerate(self.rows, start=1):
            text = str(row.get(self.keys["hour"] or "", "")).strip()
            moment = self._moment(text, day, number)
            # Bare hours that fall begin the next day.
            while times and moment < times[-1] and re.fullmatch(r"\d{1,2}(:\d{2})?", text):
                moment += 86400
            times.append(moment)
        return np.array(times)

    def _moment(self, text: str, day: datetime, number: int) -> float:
        bare = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?", text)
        if bare and int(bare[1]) < 48:
            midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
            return (midnight + timedelta(hours=int(bare[1]), minutes=int(bare[2] or 0))).timestamp()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise InputError(
                f"{self.source}, row {number}: {text!r} is no hour: give 6, 06:00 or "
                "2026-07-04T06:00"
            ) from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=day.tzinfo)).timestamp()

    def column(self, name: str) -> FloatArray:
        """Return a column's numbers, nan where there are none."""
        key = self.keys[name]
        low, high = _RANGES[name]
        values = []
        for number, row in enumerate(self.rows, start=1):
            given = None if key is None else row.get(key)
            if given is None or str(given).strip() == "":
                values.append(float("nan"))
                continue
            try:
                value = float(given)
            except (TypeError, ValueError):
                value = float("nan")
            if not low <= value <= high:
                raise InputError(
                    f"{self.source}, row {number}: {name} is {given!r}: give {low} to {high}"
                )
            values.append(value)
        return np.array(values)


def csv_rows(text: str, _source: str) -> list[Mapping[str, Any]]:
    """Return the rows of a forecast as CSV."""
    import csv

    separator = ";" if ";" in text.partition("\n")[0] else ","
    return list(csv.DictReader(text.splitlines(), delimiter=separator))


def json_rows(text: str, source: str) -> list[Mapping[str, Any]]:
    """Return the rows of a forecast as JSON: a list of objects, or an object of lists."""
    import json

    try:
        data = json.loads(text)
    except ValueError as error:
        raise InputError(f"{source}: the forecast is no JSON: {error}") from None
    if isinstance(data, dict):
        data = data.get("hourly", data)
    if isinstance(data, dict) and all(isinstance(column, list) for column in data.values()):
        names = list(data)
        return [dict(zip(names, row, strict=False)) for row in zip(*data.values(), strict=False)]
    if isinstance(data, list) and all(isinstance(row, dict) for row in data):
        return data
    raise InputError(f"{source}: give a list of hours, each with hour, temp, humidity ...")
