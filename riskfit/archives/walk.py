"""Files in folders, gzip files and zips in zips, one after the other, never all in memory.

Every limit is checked on what an archive declares and on what it really unpacks to, because a
hostile one lies about the first.
"""

import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from riskfit.activity import Failure
from riskfit.errors import DamagedFileError, InputError, RiskfitError, UnsupportedFileError

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

#: No workout file comes near: 24 hours at ten channels a second are 20 MB of FIT. [bytes]
LARGEST_FILE = 512 * 1024**2
#: All members of one archive together; a takeout of twenty years is a tenth of it. [bytes]
LARGEST_ARCHIVE = 64 * 1024**3
#: Takeouts nest zips twice. [archives in archives]
DEEPEST_NESTING = 4
#: Text deflates by 20 on average and by 200 at best, nested bombs by over 1,000.
_STEEPEST_RATIO = 400
_FIRST_CHECK = 16 * 1024**2
_CHUNK = 1 << 20
_STEP = 32
#: First bytes of archives: gzip files, and zips with members, without, and in volumes.
GZIP: Final = b"\x1f\x8b"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


class Member(NamedTuple):
    """A file met on the walk, or why it could not be had."""

    name: str
    content: bytes | Failure


def walk(source: str | os.PathLike[str] | bytes | BinaryIO, name: str = "") -> Iterator[Member]:
    """Yield every file under a source with its bytes, unpacked.

    Parameters
    ----------
    source : path, bytes or binary file
        A file, a folder (taken recursively and in order of names) or an archive.
    name : str
        What to call bytes or a file object.

    Yields
    ------
    Member
        Named by the path as given, members of archives behind ``!``; damaged or oversized ones
        as a `Failure`.

    Raises
    ------
    InputError
        There is no such file or folder.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield from _unpack(name or "bytes", bytes(source), 0)
    elif isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if path.is_dir():
            for file in files_of(os.fspath(source)):
                yield from _walk_file(file)
        elif not path.exists():
            raise InputError(f"{os.fspath(source)}: there is no such file or folder")
        else:
            yield from _walk_file(os.fspath(source))
    else:
        yield from _unpack(name or str(getattr(source, "name", "stream")), source.read(), 0)


def files_of(folder: str) -> Iterator[str]:
    """Yield the paths of all files that people put under a folder, in order of names."""
    for parent, folders, files in os.walk(folder):
        # files of operating systems, not of people
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__MACOSX")
        for file in sorted(files):
            if not file.startswith("."):
                yield str(Path(parent) / file)


def members_of(archive: "ZipFile") -> "list[ZipInfo]":
    """Return the files that people put into a zip, in order of names."""
    return [
        info
        for info in sorted(archive.infolist(), key=lambda one: one.filename)
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and not info.filename.rpartition("/")[2].startswith(".")
    ]


def _walk_file(path: str) -> Iterator[Member]:
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(4)
            stream.seek(0)
            if head[:2] == b"PK":
                yield from _walk_zip(path, stream, 0)
                return
            if os.fstat(stream.fileno()).st_size > LARGEST_FILE:
                yield _failed(path, _too_large(os.fstat(stream.fileno()).st_size))
                return
        data = Path(path).read_bytes()  # behind the look at its head it would be copied once more
    except OSError as error:
        yield _failed(path, InputError(f"cannot be read ({error.strerror}): check its rights"))
        return
    yield from _unpack(path, data, 0)


def _unpack(name: str, data: bytes, depth: int) -> Iterator[Member]:
    """Yield what is in some bytes: themselves, or their content where they are an archive."""
    if data[:2] == GZIP:
        try:
            inner, note = gunzip(data)
        except RiskfitError as error:
            yield _failed(name, error)
            return
        if inner[:2] in (GZIP, b"PK") and not note:
            yield from _deeper(name, inner, depth)
        else:
            # a damaged stream goes on as it is, so that its reader can tell what was lost
            yield Member(name, data if note else inner)
    elif data[:4] in ZIP:
        yield from _walk_zip(name, io.BytesIO(data), depth)
    else:
        yield Member(name, data)


def _deeper(name: str, data: bytes, depth: int) -> Iterator[Member]:
    if depth + 1 >= DEEPEST_NESTING:
        yield _failed(
            name,
            UnsupportedFileError(
                f"archives nest more than {DEEPEST_NESTING} deep: unpack the outer ones first"
            ),
        )
    else:
        yield from _unpack(name, data, depth + 1)


def _walk_zip(name: str, stream: BinaryIO, depth: int) -> Iterator[Member]:
    import zipfile

    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        yield _failed(name, DamagedFileError(f"damaged zip ({error}): fetch it again"))
        return
    total = 0
    with archive:
        for info in members_of(archive):
            member = f"{name}!{info.filename}"
            try:
                data = read_member(archive, info)
            except RiskfitError as error:
                yield _failed(member, error)
                continue
            total += len(data)
            if total > LARGEST_ARCHIVE:
                yield _failed(name, _too_large(total))
                return
            if data[:2] in (GZIP, b"PK"):
                yield from _deeper(member, data, depth)
            else:
                yield Member(member, data)


def read_member(archive: "ZipFile", info: "ZipInfo") -> bytes:
    """Return the bytes of one member of a zip, within the limits.

    Parameters
    ----------
    archive : ZipFile
    info : ZipInfo

    Returns
    -------
    bytes

    Raises
    ------
    UnsupportedFileError
        It is encrypted, too large, or compressed suspiciously well.
    DamagedFileError
        It cannot be unpacked.
    """
    from zipfile import BadZipFile

    if info.flag_bits & 1:
        raise UnsupportedFileError("encrypted: unpack it with its password first")
    if info.file_size > LARGEST_FILE:
        raise _too_large(info.file_size)
    pieces, size = [], 0
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_CHUNK):
                pieces.append(piece)
                size += len(piece)
                _check_size(size, info.compress_size)
    except (BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise DamagedFileError(f"damaged member of a zip ({error}): fetch the zip again") from error
    return b"".join(pieces)


def gunzip(data: bytes) -> tuple[bytes, str | None]:
    """Unpack a gzip stream as far as it goes.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    content : bytes
    note : str or None
        What was lost, None where nothing was.

    Raises
    ------
    DamagedFileError
        Not one byte can be unpacked.
    UnsupportedFileError
        It unpacks to more than a workout can be.
    """
    pieces: list[bytes] = []
    size, rest, note = 0, data, None
    try:
        while rest[:2] == GZIP and note is None:
            inflate = zlib.decompressobj(wbits=31)
            while not inflate.eof:
                piece = inflate.decompress(rest, _CHUNK)
                rest = inflate.unconsumed_tail
                pieces.append(piece)
                size += len(piece)
                _check_size(size, len(data))
                if not piece and not rest and not inflate.eof:
                    note = f"the gzip stream ends early, at byte {len(data)}"
                    break
            rest = inflate.unused_data.lstrip(b"\0")
    except zlib.error:
        return _inflate_damaged(data)
    if note and size == 0:
        raise DamagedFileError(f"{note}: nothing can be unpacked, fetch the file again")
    return b"".join(pieces), note


def _inflate_damaged(data: bytes) -> tuple[bytes, str]:
    """Unpack in small steps, because zlib keeps back what it made in the step that fails."""
    pieces: list[bytes] = []
    size, note = 0, f"the gzip stream ends early, at byte {len(data)}"
    inflate = zlib.decompressobj(wbits=31)
    for at in range(0, len(data), _STEP):
        try:
            pieces.append(inflate.decompress(data[at : at + _STEP]))
        except zlib.error as error:
            note = f"damaged gzip stream near byte {at} ({error})"
            break
        size += len(pieces[-1])
        _check_size(size, len(data))
    if size == 0:
        raise DamagedFileError(f"{note}: nothing can be unpacked, fetch the file again")
    return b"".join(pieces), note


def _check_size(size: int, packed: int) -> None:
    if size > LARGEST_FILE:
        raise _too_large(size)
    if size > _FIRST_CHECK and size > _STEEPEST_RATIO * max(packed, 1):
        raise UnsupportedFileError(
            f"unpacks to more than {_STEEPEST_RATIO} times its size, as only a zip bomb does: "
            "left alone"
        )


def _too_large(size: int) -> UnsupportedFileError:
    return UnsupportedFileError(
        f"{size / 1024**2:.0f} MB or more, where no workout exceeds "
        f"{LARGEST_FILE / 1024**2:.0f} MB: left out"
    )


def _failed(name: str, error: RiskfitError) -> Member:
    return Member(name, Failure(source=name, kind=error.kind, error=str(error)))
