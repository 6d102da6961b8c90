"""List what lies in folders and archives without reading it.

A place is a file or a member of a zip, with a stamp by which it is known again: size and time
of a file, size and CRC-32 of a member.  What it holds is for `read_place` to find out.
"""

import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple

from riskfit.activity import Failure
from riskfit.archives.walk import ZIP, Member, files_of, members_of, read_member, walk
from riskfit.errors import DamagedFileError, InputError, UnsupportedFileError

#: Zips in zips beyond this go to a nameless file instead of memory. [bytes]
_IN_MEMORY = 32 * 1024**2
#: Twenty years of one device's uploads are a tenth of it. [bytes]
_LARGEST_INNER = 16 * 1024**3
_CHUNK = 1 << 20


class Place(NamedTuple):
    """Where some bytes are: a file, or a member of a zip file, or of a zip in it.

    ``inner`` names the zip inside ``path`` that holds ``member``.
    """

    source: str
    stamp: str
    path: str
    member: str | None = None
    inner: str | None = None

    @property
    def name(self) -> str:
        """Path inside the archive, or the file's own."""
        return self.path if self.member is None else self.member


class Inner(NamedTuple):
    """A zip inside a zip, whose directory is still to be read."""

    source: str
    stamp: str
    path: str
    member: str


def list_places(path: str | os.PathLike[str]) -> Iterator[Place | Inner | Failure]:
    """Yield every place under a file, folder or zip, in order of names.

    Raises
    ------
    InputError
        There is no such file or folder.
    """
    root = os.fspath(path)
    if Path(root).is_dir():
        for file in files_of(root):
            yield from _list_file(file)
    elif Path(root).exists():
        yield from _list_file(root)
    else:
        raise InputError(f"{root}: there is no such file or folder")


def _list_file(path: str) -> Iterator[Place | Inner | Failure]:
    try:
        stat = Path(path).stat()
        if path.lower().endswith(".zip"):
            with Path(path).open("rb") as stream:
                is_zip = stream.read(4) in ZIP
            if is_zip:
                yield from _list_zip(path)
                return
    except OSError as error:
        reason = InputError(f"cannot be read ({error.strerror}): check its rights")
        yield Failure(source=path, kind=reason.kind, error=str(reason))
        return
    yield Place(path, f"{stat.st_size} {stat.st_mtime_ns}", path)


def _list_zip(path: str) -> Iterator[Place | Inner | Failure]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        reason = DamagedFileError(f"damaged zip ({error}): fetch it again")
        yield Failure(source=path, kind=reason.kind, error=str(reason))
        return
    for name, stamp in members:
        source = f"{path}!{name}"
        if name.lower().endswith(".zip"):
            yield Inner(source, stamp, path, name)
        else:
            yield Place(source, stamp, path, name)


def _members(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return name and stamp of every file in a zip that people put there."""
    return [(info.filename, f"{info.file_size} {info.CRC:08x}") for info in members_of(archive)]


def list_inner(inner: Inner, known: str | None = None) -> tuple[list[Place], str]:
    """List a zip in a zip.

    Parameters
    ----------
    inner : Inner
    known : str, optional
        What this returned for the same stamp before: then nothing is unpacked.

    Returns
    -------
    places : list of Place
    members : str
        The directory as text, to be kept.

    Raises
    ------
    RiskfitError
        The zip is damaged, encrypted or too large.
    """
    if known is None:
        known = json.dumps(_members(_inner_zip(inner.path, inner.member)))
    places = [
        Place(f"{inner.source}!{name}", f"{inner.stamp} {stamp}", inner.path, name, inner.member)
        for name, stamp in json.loads(known)
    ]
    return places, known


def read_place(place: Place) -> list[Member]:
    """Read a place: one file, or what is in it where it turns out to be an archive.

    Raises
    ------
    RiskfitError
        It cannot be read.
    """
    if place.member is None:
        return list(walk(place.path))
    archive = _archive_of(place)
    try:
        data = read_member(archive, archive.getinfo(place.member))
    except KeyError as error:
        raise DamagedFileError("is not in the archive any more: run it again") from error
    return list(walk(data, place.source))


def open_place(place: Place) -> IO[bytes]:
    """Open a file or member for streaming, as for documents of gigabytes."""
    try:
        if place.member is None:
            return Path(place.path).open("rb")
        return _archive_of(place).open(place.member)
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise DamagedFileError(f"cannot be unpacked ({error}): fetch it again") from error


def read_beside(place: Place, name: str) -> bytes | None:
    """Return the bytes of what lies beside a place, None where there is nothing."""
    if place.member is None:
        root = Path(place.path).parent.resolve()
        path = (root / name).resolve()
        # a name may not lead out of the export
        return path.read_bytes() if path.is_relative_to(root) and path.is_file() else None
    archive = _archive_of(place)
    folder = place.member.rpartition("/")[0]
    member = f"{folder}/{name}" if folder else name
    if member not in archive.namelist():
        return None
    return read_member(archive, archive.getinfo(member))


def _archive_of(place: Place) -> zipfile.ZipFile:
    """Return the zip that holds a place's member."""
    if place.inner is None:
        return _open_zip(place.path)
    return _inner_zip(place.path, place.inner)


def _inner_zip(path: str, member: str) -> zipfile.ZipFile:
    """Open a zip in a zip; the last one stays open, as its members come one after another."""
    return _inner_zip_at(path, member, _changed(path))


@lru_cache(maxsize=1)
def _inner_zip_at(path: str, member: str, changed: int) -> zipfile.ZipFile:
    try:
        return _InnerZip(_unpacked(_open_zip_at(path, changed), member))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError) as error:
        raise DamagedFileError(f"damaged zip ({error}): fetch it again") from error


class _InnerZip(zipfile.ZipFile):
    """A zip read from a file of ours, which goes with it."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        super().__init__(spool)

    def close(self) -> None:
        """Close the zip and the file below it."""
        super().close()
        self._spool.close()


def _unpacked(archive: zipfile.ZipFile, member: str) -> IO[bytes]:
    """Unpack a zip in a zip into memory, or into a nameless file where it is large."""
    info = archive.getinfo(member)
    if info.flag_bits & 1:
        raise UnsupportedFileError("encrypted: unpack it with its password first")
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_CHUNK):
                spool.write(piece)
                if spool.tell() > min(_LARGEST_INNER, _IN_MEMORY + 400 * info.compress_size):
                    raise UnsupportedFileError(
                        "unpacks to far more than its size, as only a zip bomb does: left alone"
                    )
    except BaseException:
        spool.close()
        raise
    return spool


def _open_zip(path: str) -> zipfile.ZipFile:
    return _open_zip_at(path, _changed(path))


def _changed(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}): check its rights") from error


@lru_cache(maxsize=2)
def _open_zip_at(path: str, changed: int) -> zipfile.ZipFile:  # noqa: ARG001
    """Open a zip; ``changed`` is there so that another file of that name is another zip."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DamagedFileError(f"damaged zip ({error}): fetch it again") from error
