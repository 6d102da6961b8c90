"""Channels from the record table: native fields, packed fields, developer fields, heart rate."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from riskfit._common import FloatArray
from riskfit.readers.fit import dictionary
from riskfit.readers.fit.decoded import DeveloperField, Table
from riskfit.readers.fit.heart import merge_heart_rates
from riskfit.readers.fit.record_fields import DEVELOPER_FIELDS, FIELDS
from riskfit.readers.recording import CADENCE

_CADENCE, _FRACTIONAL_CADENCE = 4, 53
_SEMICIRCLE_DEG = 180.0 / 2**31

#: What turns a developer field's unit into the channel's.
_UNIT_FACTORS = {"km/h": 1 / 3.6, "kph": 1 / 3.6, "kmh": 1 / 3.6, "mph": 0.44704, "km": 1000.0}


class _Overrides(Struct, frozen=True):
    """Developer fields that stand for native ones, and those that are channels themselves."""

    native: Mapping[int, list[DeveloperField]]
    body: Mapping[str, list[DeveloperField]]


def _overrides(records: Table) -> _Overrides:
    native: dict[int, list[DeveloperField]] = {}
    body: dict[str, list[DeveloperField]] = {}
    for described in records.developer_fields():
        if described.native_field is not None:
            native.setdefault(described.native_field, []).append(described)
            continue
        channel = DEVELOPER_FIELDS.get(described.name.strip().lower())
        if channel is not None:
            body.setdefault(channel, []).append(described)
    return _Overrides(native, body)


def read_channels(
    tables: Mapping[int, Table], times: FloatArray, said: list[str]
) -> dict[str, FloatArray]:
    """Return the channels of all records.

    Parameters
    ----------
    tables : mapping of int to Table
        By global message number.
    times : ndarray
        Of the records. [s since the FIT epoch]
    said : list of str
        Gets a line for everything that was overridden or merged.

    Returns
    -------
    dict of str to ndarray
        As `Recording` has them.
    """
    records = tables[dictionary.RECORD]
    overrides = _overrides(records)
    channels: dict[str, FloatArray] = {}
    for channel in dict.fromkeys((*FIELDS, *DEVELOPER_FIELDS.values())):
        values = _channel(records, channel, FIELDS.get(channel, ()), overrides, said)
        if values is not None:
            channels[channel] = values
    for channel in ("latitude_deg", "longitude_deg"):
        if channel in channels:
            channels[channel] *= _SEMICIRCLE_DEG
    cadence = _channel(records, CADENCE, (_CADENCE,), overrides, said)
    if cadence is not None:
        if records.has(_FRACTIONAL_CADENCE):
            fraction = records.column(_FRACTIONAL_CADENCE)
            fraction[np.isnan(fraction)] = 0.0
            cadence = cadence + fraction
        channels[CADENCE] = cadence
    merged = merge_heart_rates(tables, times, channels.get("heart_rate_bpm"), said)
    if merged is not None:
        channels["heart_rate_bpm"] = merged
    return channels


def _channel(
    records: Table,
    channel: str,
    fields: tuple[int, ...],
    overrides: _Overrides,
    said: list[str],
) -> FloatArray | None:
    """Return one channel, None where no record can hold it."""
    values: FloatArray | None = None
    for field in fields:
        if not records.has(field):
            continue
        if values is None:
            values = records.column(field)
        else:
            missing = np.isnan(values)
            if missing.any():
                values = np.where(missing, records.column(field), values)
    described = [one for field in fields for one in overrides.native.get(field, [])]
    described += overrides.body.get(channel, [])
    if described:
        brought = _developer(records, described, values)
        if brought is not values and brought is not None:
            names = ", ".join(sorted({one.name or "(no name)" for one in described}))
            said.append(f"{channel} taken from the developer field {names}")
        values = brought
    return values


def _developer(
    records: Table, described: Sequence[DeveloperField], native: FloatArray | None
) -> FloatArray | None:
    """Lay developer fields over a native column wherever they hold a value."""
    values = native
    for one in reversed(described):
        brought = records.developer_column(one)
        known = ~np.isnan(brought)
        if not known.any():
            continue
        factor = _UNIT_FACTORS.get(one.units.strip().lower())
        if factor is not None and one.native_field in {5, 6, 73}:
            brought = brought * factor
        values = brought if values is None else np.where(known, brought, values)
    return values
