"""Make a recording of the tables of a FIT file, whichever decoder they come from."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeGuard

import numpy as np

from riskfit._common import DAY_S, FloatArray, plural
from riskfit.errors import DamagedFileError, NotAnActivityError
from riskfit.readers.clock import lost_weeks_s, without_strays
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.channels import read_channels
from riskfit.readers.fit.decoded import Table
from riskfit.readers.fit.heart import merge_heart_rates
from riskfit.readers.fit.lengths import swim_of, with_lengths
from riskfit.readers.fit.sessions import laps_of, parts_of, sets_of, timer_of
from riskfit.readers.fit.wearer import first_value, read_athlete, read_device, read_weather
from riskfit.readers.recording import Recording

Tables = Mapping[int, Table]

_FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
#: Below this a time stamp counts seconds since the device was switched on, by the protocol. [s]
_ABSOLUTE_FROM = 0x10000000
#: A record this far from the others has no time: sooner where bytes are known to be damaged. [d]
_FAR_DAYS, _FAR_IF_DAMAGED_DAYS = 30, 3
#: Field of an activity message: the time stamp as the device's clock on the wall shows it.
_LOCAL_TIME = 5
#: The field of a file's own date.
_MADE = 4
#: The sun takes so long for a degree [s/deg]; no place's clocks are further behind or ahead of it,
#: summer time and the west of China among them. [s]
_SUN_S_DEG, _ZONE_BEHIND_S, _ZONE_AHEAD_S = 240.0, 1.5 * 3600, 3.25 * 3600


def recording_of(tables: Tables, notes: Sequence[str] = (), *, damaged: bool = False) -> Recording:
    """Return the recording that these tables hold.

    Parameters
    ----------
    tables : mapping of int to Table
        By global message number.
    notes : sequence of str
        What the reader had to say so far.
    damaged : bool
        Whether bytes were lost: then missing records are damage, not another kind of file.

    Returns
    -------
    Recording

    Raises
    ------
    NotAnActivityError
        When no timed record is in them.
    DamagedFileError
        When no timed record is left.
    """
    said = list(notes)
    _refuse_other_kinds(tables, said, damaged=damaged)
    times, channels = _rows(tables, said)
    times, zero = _clock(times, tables, said, _FAR_IF_DAMAGED_DAYS if damaged else _FAR_DAYS)
    parts, device = parts_of(tables, zero), read_device(tables, said)
    real = {} if device.virtual else channels
    start, utc_offset = _start(tables, real, zero, said)
    return Recording(
        start_time=_FIT_EPOCH + timedelta(seconds=start),
        elapsed_s=times - zero,
        channels=channels,
        parts=parts,
        laps=laps_of(tables, zero),
        timer=timer_of(tables, zero),
        sets_s=sets_of(tables, zero),
        utc_offset_s=utc_offset,
        device=device,
        athlete=read_athlete(tables, said),
        weather=read_weather(tables, parts, said),
        name=_name(tables),
        notes=said,
    )


def _rows(tables: Tables, said: list[str]) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return times [s since the FIT epoch] and channels of records and of a swim's lengths."""
    records, swim = tables.get(dictionary.RECORD), swim_of(tables)
    if _is_timed(records):
        times = records.times()
        channels = read_channels(tables, times, said)
        return (times, channels) if swim is None else with_lengths(swim, times, channels, said)
    if swim is None:
        return np.empty(0), {}
    times, channels = with_lengths(swim, np.empty(0), {}, said)
    heart_rate = merge_heart_rates(tables, times, None, said)
    return times, channels if heart_rate is None else channels | {"heart_rate_bpm": heart_rate}


def _is_timed(table: Table | None) -> TypeGuard[Table]:
    return table is not None and len(table) > 0 and not bool(np.isnan(table.times()).all())


def _file_kind(tables: Tables) -> str | None:
    """Return the file type's word, activity winning where chained files differ."""
    table = tables.get(dictionary.FILE_ID)
    if table is None or not len(table):
        return None
    words = [dictionary.word("file", value) for value in table.values(0)]
    known = [word for word in words if word is not None]
    return "activity" if "activity" in known else (known[0] if known else None)


_REMEDY = {
    "workout": "a planned workout is judged with `riskfit check --plan FILE`",
    "course": "a course is a plan of the way, not a recording",
    "activity_summary": "only totals are in it",
}


def _refuse_other_kinds(tables: Tables, said: list[str], *, damaged: bool) -> None:
    """Refuse what is no recording."""
    kind = _file_kind(tables)
    timed = _is_timed(tables.get(dictionary.RECORD))
    told = timed or swim_of(tables) is not None or _totals_begin(tables) is not None
    recorded = kind in {None, "activity"} or dictionary.SESSION in tables
    if recorded and (timed or (told and kind != "activity_summary")):
        if kind not in {None, "activity"}:
            said.append(f"the file calls itself {kind!r} but holds a recorded session")
        return
    if timed and kind == "course":
        said.append("the file is a course with times: they may be planned and not recorded")
        return
    if timed and str(kind).isdigit():
        said.append(f"the file is of an unknown type ({kind}) and holds timed records: read as one")
        return
    if kind not in {None, "activity"}:
        remedy = _REMEDY.get(str(kind), "give a recorded activity")
        raise NotAnActivityError(
            f"this FIT file holds {_named(str(kind))}, not a recorded session: {remedy}"
        )
    if damaged:
        lost = "; ".join(said[:3])
        raise DamagedFileError(
            f"no timed record could be kept of this FIT file ({lost}): export it once more"
        )
    raise NotAnActivityError(
        "this FIT file holds no timed records from its first byte to its last: "
        "give a recorded activity"
    )


def _totals_begin(tables: Tables) -> float | None:
    """Return when the first session or lap with a duration began [s since the FIT epoch]."""
    stretches = parts_of(tables, 0.0) + laps_of(tables, 0.0)
    began = [one.start_s for one in stretches if one.end_s > one.start_s]
    return min(began, default=None)


#: What a FIT file of another type is, where its word does not say it.
_KINDS = {
    "activity_summary": "the summary of an activity",
    "exd_configuration": "the layout of a display",
    "goals": "goals",
    "monitoring_a": "a day's steps and pulse (monitoring)",
    "monitoring_b": "a day's steps and pulse (monitoring)",
    "monitoring_daily": "a day's steps and pulse (monitoring)",
    "schedules": "planned dates",
    "settings": "settings",
    "totals": "totals",
    "weight": "body weights",
    "blood_pressure": "blood pressures",
}


def _named(kind: str) -> str:
    """Return what a file of this type is, with its article."""
    if kind.isdigit():
        return f"data of file type {kind}"
    word = kind.replace("_", " ")
    return _KINDS.get(kind, f"{'an' if word[0] in 'aeiou' else 'a'} {word}")


def _clock(
    times: FloatArray, tables: Tables, said: list[str], far_days: int
) -> tuple[FloatArray, float]:
    """Return the times without the impossible ones, and the first of them. [s]."""
    if not len(times):
        return times, _totals_begin(tables) or 0.0
    unknown = int(np.isnan(times).sum())
    if unknown:
        said.append(f"{plural(unknown, 'record')} without a time")
    low, high = float(np.fmin.reduce(times)), float(np.fmax.reduce(times))
    if high - low > far_days * DAY_S:
        times = without_strays(times, far_days * DAY_S)
        strays = int(np.isnan(times).sum()) - unknown
        if strays:
            said.append(
                f"{plural(strays, 'record')} more than {far_days} days from all others: no time"
            )
        low, high = float(np.fmin.reduce(times)), float(np.fmax.reduce(times))
    if high < _ABSOLUTE_FROM:
        said.append("times count from when the device was switched on: the date is unknown")
    return times, low


def _start(
    tables: Tables, channels: Mapping[str, FloatArray], zero: float, said: list[str]
) -> tuple[float, float | None]:
    """Return when a recording began [s since the FIT epoch], and local time minus UTC [s].

    The file's own date, and the sun where it was recorded, show a clock that is wrong throughout.
    """
    offset = _utc_offset(tables, zero)
    longitude = channels.get("longitude_deg", np.empty(0))
    longitude = longitude[np.isfinite(longitude)]
    if offset is not None and len(longitude):
        sun = float(longitude[0]) * _SUN_S_DEG
        if not _is_zone(offset, sun) and _is_zone(-offset, sun):
            said.append(
                f"clock: local time and UTC, {-offset / 3600:+g} h, were swapped: put right"
            )
            zero, offset = zero + offset, -offset
    made = first_value(tables, dictionary.FILE_ID, _MADE) or math.nan
    possible = zero >= _ABSOLUTE_FROM and made >= _ABSOLUTE_FROM
    return zero + (lost_weeks_s(made - zero, said) if possible else 0.0), offset


def _is_zone(offset: float, sun: float) -> bool:
    """Say whether a place whose sun is so far ahead of UTC can have this local time."""
    return sun - _ZONE_BEHIND_S <= offset <= sun + _ZONE_AHEAD_S


def _utc_offset(tables: Tables, zero: float) -> float | None:
    """Return local time minus UTC from the activity message. [s]."""
    table = tables.get(dictionary.ACTIVITY)
    if table is None or not len(table):
        return None
    rows = zip(table.values(_LOCAL_TIME), table.values(dictionary.TIMESTAMP), strict=True)
    known = [local - time for local, time in rows if not math.isnan(local - time)]
    # Zwift writes a local time in 1989; no place is further than 14 hours from UTC.
    if not known or abs(known[-1]) > 14.5 * 3600 or zero < _ABSOLUTE_FROM:
        return None
    return float(round(known[-1] / 60.0) * 60)


def _name(tables: Tables) -> str | None:
    """Return the name of the workout or profile the session was recorded with, if any."""
    table = tables.get(26)
    names = table.strings(8) if table is not None and len(table) else []
    return next((name for name in names if name), None)
