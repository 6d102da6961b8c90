"""The time stamps of the records that other FIT libraries keep of damaged bytes."""

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


def _by_fitdecode(data: bytes) -> list[object]:
    import fitdecode

    kept: list[object] = []
    lenient = {
        "check_crc": fitdecode.CrcCheck.DISABLED,
        "error_handling": fitdecode.ErrorHandling.IGNORE,
    }
    try:
        with fitdecode.FitReader(io.BytesIO(data), **lenient) as frames:
            for frame in frames:
                if isinstance(frame, fitdecode.FitDataMessage) and frame.global_mesg_num == 20:
                    kept.append(frame.get_value(253, fallback=None))
    except Exception:  # noqa: BLE001 - what it raises on damage is its own business
        pass
    return kept


def _by_garmin(data: bytes) -> list[object]:
    from garmin_fit_sdk import Decoder, Stream

    try:
        messages, _ = Decoder(Stream.from_byte_array(bytearray(data))).read(
            convert_datetimes_to_dates=False, merge_heart_rates=False
        )
    except Exception:  # noqa: BLE001
        return []
    return [record.get("timestamp") for record in messages.get("record_mesgs", [])]


def _by_chiptime(data: bytes) -> list[object]:
    import chiptime

    kept: list[object] = []
    try:
        for message in chiptime.iter_messages(data):
            if message.name == "record":
                field = message.fields.get("timestamp")
                kept.append(getattr(field, "value", field))
    except Exception:  # noqa: BLE001
        pass
    return kept


_READERS: dict[str, Callable[[bytes], list[object]]] = {
    "fitdecode": _by_fitdecode,
    "garmin_fit_sdk": _by_garmin,
    "chiptime": _by_chiptime,
}
PEERS = [name for name in _READERS if find_spec(name) is not None]


def record_times(peer: str, data: bytes) -> list[float]:
    """Return the times of the records that a peer keeps. [s since the FIT epoch]"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [_fit_seconds(value) for value in _READERS[peer](data)]
    return [value for value in found if value is not None]
