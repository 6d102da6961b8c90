"""The time stamps of the records and lengths that other FIT libraries keep of damaged bytes."""

import io
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec

from tools.fit_writer import FIT_EPOCH_S


def _fit_seconds(value: object) -> float | None:
    """Return a peer's time in seconds since the FIT epoch, None for what is no time."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            return None
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.timestamp() - FIT_EPOCH_S
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number else None


#: Message number -> time stamps.
Kept = dict[int, list[object]]
_WANTED = {20: "record", 101: "length"}


def _by_fitparse(data: bytes) -> Kept:
    import fitparse

    kept: Kept = {number: [] for number in _WANTED}
    try:
        for message in fitparse.FitFile(io.BytesIO(data), check_crc=False).get_messages():
            if message.mesg_num in kept:
                kept[message.mesg_num].append(message.get_value("timestamp"))
    except Exception:  # noqa: BLE001 - what it raises on damage is its own business
        pass
    return kept


def _by_fitdecode(data: bytes) -> Kept:
    import fitdecode

    kept: Kept = {number: [] for number in _WANTED}
    lenient = {
        "check_crc": fitdecode.CrcCheck.DISABLED,
        "error_handling": fitdecode.ErrorHandling.IGNORE,
    }
    try:
        with fitdecode.FitReader(io.BytesIO(data), **lenient) as frames:
            for frame in frames:
                if isinstance(frame, fitdecode.FitDataMessage) and frame.global_mesg_num in kept:
                    kept[frame.global_mesg_num].append(frame.get_value(253, fallback=None))
    except Exception:  # noqa: BLE001
        pass
    return kept


def _by_garmin(data: bytes) -> Kept:
    from garmin_fit_sdk import Decoder, Stream

    try:
        messages, _ = Decoder(Stream.from_byte_array(bytearray(data))).read(
            convert_datetimes_to_dates=False, merge_heart_rates=False
        )
    except Exception:  # noqa: BLE001
        return {}
    return {
        number: [one.get("timestamp") for one in messages.get(f"{name}_mesgs", [])]
        for number, name in _WANTED.items()
    }


def _by_chiptime(data: bytes) -> Kept:
    import chiptime

    kept: Kept = {number: [] for number in _WANTED}
    numbers = {name: number for number, name in _WANTED.items()}
    try:
        for message in chiptime.iter_messages(data):
            if message.name in numbers:
                field = message.fields.get("timestamp")
                kept[numbers[message.name]].append(getattr(field, "value", field))
    except Exception:  # noqa: BLE001
        pass
    return kept


_READERS: dict[str, Callable[[bytes], Kept]] = {
    "fitparse": _by_fitparse,
    "fitdecode": _by_fitdecode,
    "garmin_fit_sdk": _by_garmin,
    "chiptime": _by_chiptime,
}
PEERS = [name for name in _READERS if find_spec(name) is not None]


def sample_times(peer: str, data: bytes) -> list[float]:
    """Return the times of the records that a peer keeps, or of lengths where they are more.

    [s since the FIT epoch]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kept = _READERS[peer](data)
    found = [[_fit_seconds(value) for value in values] for values in kept.values()]
    timed = [[value for value in values if value is not None] for values in found]
    return max(timed, key=len, default=[])
