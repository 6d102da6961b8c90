"""Readers: bytes in, `Activity` out.

`read_activity` and `read_activities` look at the bytes and hand them to the format's reader.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from riskfit.activity import Activity, Failure
from riskfit.errors import (
    InputError,
    NotAnActivityError,
    RiskfitError,
    UnsupportedFileError,
)

__all__ = ["load_bytes", "read_activities", "read_activity", "read_each"]

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO

READERS = ("columnar", "fitparse")


def read_activity(source: Source, *, reader: str = "columnar") -> Activity:
    """Read every record of a workout file.

    Parameters
    ----------
    source : path, bytes or binary file
        FIT, TCX or GPX, also gzipped, or a zip that holds one workout. Its name plays no role.
    reader : {"columnar", "fitparse"}
        How FIT is decoded: by columns, or by the reference library.

    Returns
    -------
    Activity

    Raises
    ------
    DamagedFileError
        The bytes are broken and nothing timed could be kept.
    NotAnActivityError
        Readable, but not a recorded session.
    UnsupportedFileError
        Valid, but of a format that riskfit does not read, or several workouts at once.
    InputError
        There is no such file, or no such reader.
    """
    _check_reader(reader)
    data, notes = _load(source)
    (activity,) = _read(data, "activity", reader)
    return _with_notes(activity, notes)


def read_activities(source: Source, *, reader: str = "columnar") -> Iterator[Activity | Failure]:
    """Read all activities under a source, unrelated ones of one file apart.

    Tracks of a GPX file that are more than three hours apart are activities of their own, and so
    is each ``<Activity>`` of a TCX file outside a multisport session.

    Parameters
    ----------
    source : path, bytes or binary file
        A file, a folder, a gzip file, a zip, a zip of zips.
    reader : {"columnar", "fitparse"}
        How FIT is decoded.

    Yields
    ------
    Activity or Failure
        A file that cannot be read is a `Failure` and stops nothing.

    Raises
    ------
    InputError
        There is no such file or folder, or no such reader.
    """
    _check_reader(reader)
    from riskfit.archives.walk import walk

    for name, content in walk(_plain_source(source)):
        if isinstance(content, Failure):
            yield content
            continue
        try:
            yield from read_each(content, reader=reader)
        except RiskfitError as error:
            yield Failure(source=name, kind=error.kind, error=str(error))


def read_each(data: bytes, *, reader: str = "columnar") -> list[Activity]:
    """Read the activities of one workout file's bytes, unrelated ones apart.

    Parameters
    ----------
    data : bytes
        As `riskfit.archives.walk.walk` yields them.
    reader : {"columnar", "fitparse"}

    Returns
    -------
    list of Activity
        At least one.
    """
    data, notes = _inflate(data)
    return [_with_notes(activity, notes) for activity in _read(data, "activities", reader)]


def _read(data: bytes, task: str, reader: str) -> list[Activity]:
    """Hand bytes to their format's reader for a task: ``"activity"`` or ``"activities"``."""
    from riskfit.readers.formats import FORMATS, refusal
    from riskfit.readers.sniff import sniff

    kind = sniff(data)
    other = FORMATS[kind].reader("reference") if reader == "fitparse" else None
    read = other or FORMATS[kind].reader(task)
    if read is None:
        raise refusal(kind, data)
    found: Activity | list[Activity] = read(data)
    return found if isinstance(found, list) else [found]


def _check_reader(reader: str) -> None:
    if reader not in READERS:
        raise InputError(f"reader {reader!r} is unknown: choose {' or '.join(READERS)}")


def _plain_source(source: Source) -> str | os.PathLike[str] | bytes | BinaryIO:
    if isinstance(source, (bytearray, memoryview)):
        return bytes(source)
    if not isinstance(source, (str, os.PathLike, bytes)) and not hasattr(source, "read"):
        raise InputError(
            f"a {type(source).__name__} is no workout: give a path, bytes or a binary file"
        )
    return source


def load_bytes(source: Source) -> bytes:
    """Return the bytes of the one file in a source, unpacked.

    Parameters
    ----------
    source : path, bytes or binary file

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        There is no such file.
    """
    return _inflate(_read_source(source))[0]


def _load(source: Source) -> tuple[bytes, list[str]]:
    """Return the bytes of the one workout in a source, and what was lost on the way."""
    return _inflate(_read_source(source))


def _read_source(source: Source) -> bytes:
    plain = _plain_source(source)
    if isinstance(plain, bytes):
        return plain
    if not isinstance(plain, (str, os.PathLike)):
        data = plain.read()
        if not isinstance(data, bytes):
            raise InputError('the file is open as text: open it in binary mode ("rb")')
        return data
    try:
        return Path(plain).read_bytes()
    except IsADirectoryError as error:
        raise InputError(f"{plain} is a folder: use `riskfit batch`, or name a file") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{plain} cannot be read: {why}") from error


def _inflate(data: bytes) -> tuple[bytes, list[str]]:
    """Unpack gzip, also twice, as far as it goes."""
    from riskfit.archives.walk import DEEPEST_NESTING, GZIP, ZIP, gunzip

    notes: list[str] = []
    for _ in range(DEEPEST_NESTING):
        if data[:2] != GZIP:
            break
        data, note = gunzip(data)
        if note:
            notes.append(f"{note}: read as far as it goes")
    if data[:4] in ZIP:
        data, more = _inflate(_only_workout(data))
        notes += more
    return data, notes


def _only_workout(data: bytes) -> bytes:
    """Return the one workout a zip holds."""
    from riskfit.archives.walk import walk
    from riskfit.readers.formats import FORMATS, refusal
    from riskfit.readers.sniff import sniff

    found: list[tuple[str, bytes]] = []
    failures: list[Failure] = []
    for name, content in walk(data, "zip"):
        if isinstance(content, Failure):
            failures.append(content)
        elif (kind := sniff(content)) == "gzip" or FORMATS[kind].is_recording:
            found.append((name, content))
        if len(found) > 1:
            raise UnsupportedFileError(
                "the zip holds several workouts: use `riskfit batch` or `riskfit import`, "
                "or unpack it and name one"
            )
    if found:
        return found[0][1]
    if failures:
        first = failures[0]
        raise UnsupportedFileError(f"the zip holds no workout that can be read: {first.error}")
    if (kind := sniff(data)) != "zip":
        raise refusal(kind, data)
    raise NotAnActivityError("the zip holds no FIT, TCX or GPX file: name the workout itself")


def _with_notes(activity: Activity, notes: list[str]) -> Activity:
    return replace(activity, notes=(*notes, *activity.notes)) if notes else activity
