"""What a file is, by its bytes: names say nothing."""

import re

from riskfit.errors import (
    DamagedFileError,
    NotAnActivityError,
    RiskfitError,
    UnsupportedFileError,
)
from riskfit.readers.xml.cells import wide_encoding

#: Where a FIT header says ``.FIT``. [bytes]
_FIT_SIGNATURE = slice(8, 12)
#: First bytes of other formats -> what they are (file(1)'s magic numbers).
_MAGIC: dict[bytes, str] = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"PK\x07\x08": "zip",
    b"%PDF": "other:a PDF document",
    b"\x89PNG": "other:a PNG picture",
    b"\xff\xd8\xff": "other:a JPEG picture",
    b"GIF8": "other:a GIF picture",
    b"SQLite format 3\0": "other:an SQLite database",
    b"7z\xbc\xaf\x27\x1c": "other:a 7z archive",
    b"Rar!": "other:a RAR archive",
    b"BZh": "other:a bzip2 file",
    b"\xfd7zXZ": "other:an xz file",
    b"\x28\xb5\x2f\xfd": "other:a zstd file",
    b"RIFF": "other:a RIFF media file",
    b"OggS": "other:an Ogg media file",
    b"ID3": "other:an MP3 file",
    b"\x7fELF": "other:a program",
    b"PAR1": "other:a Parquet file",
}
_ROOTS: dict[str, str] = {
    "gpx": "gpx",
    "trainingcenterdatabase": "tcx",
    "workout_file": "zwo",
    "html": "html",
    "healthdata": "apple",
}
#: A sample of GPX or TCX, which tells a document whose root is damaged or cut off.
_POINT = re.compile(r"<(?:[\w.-]+:)?(trkpt|Trackpoint)[\s>]")
#: As much of a file as is looked at: an Apple export has 10 kB of DOCTYPE before its root. [bytes]
_HEAD_BYTES = 32_768


def sniff(data: bytes) -> str:
    """Name the format of some bytes.

    Parameters
    ----------
    data : bytes
        The file, or at least its first 32 kB.

    Returns
    -------
    str
        ``fit gpx tcx zwo gzip zip empty html apple xml json text binary``, or
        ``other:`` and what it is.
    """
    head = data[:_HEAD_BYTES]
    if head[_FIT_SIGNATURE] == b".FIT":
        return "fit"
    if not head.strip(b"\0 \t\r\n"):
        return "binary" if data.strip(b"\0 \t\r\n") else "empty"
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    if head[4:8] == b"ftyp":
        return "other:a video or picture"
    return _sniff_text(head)


def _sniff_text(head: bytes) -> str:
    text = _as_text(head)
    if text is None:
        return "binary"
    named = _sniff_xml(text) if text.startswith("<") else "text"
    if named in ("xml", "text") and (point := _POINT.search(text)):
        return "gpx" if point[1] == "trkpt" else "tcx"
    return "json" if text[:1] in ("{", "[") else named


def _sniff_xml(text: str) -> str:
    match = re.search(r"<!DOCTYPE\s+([\w:.-]+)|<([A-Za-z_][\w:.-]*)[\s/>]", text)
    if match is None:
        return "xml" if text.startswith("<?xml") else "text"
    root = (match[1] or match[2]).rpartition(":")[2].casefold()
    # a DOCTYPE may name anything; what follows it decides
    return _ROOTS.get(root) or (_ROOTS.get(_root_behind(text), "xml") if match[1] else "xml")


def _root_behind(text: str) -> str:
    match = re.search(r"<([A-Za-z_][\w:.-]*)[\s/>]", text)
    return match[1].rpartition(":")[2].casefold() if match else ""


def _as_text(head: bytes) -> str | None:
    """Return the head as text without marks and blanks before it, None where it is none."""
    wide = wide_encoding(head)
    if wide is not None:
        text = head[: len(head) // 4 * 4].decode(wide, errors="replace")
        return text.lstrip("\ufeff \t\r\n\0")
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0 \t\r\n")
    controls = sum(body.count(byte) for byte in range(32) if byte not in b"\t\n\r\f")
    if controls > len(body) // 100:
        return None
    return body.decode("utf-8", errors="replace")


def refusal(kind: str, data: bytes) -> RiskfitError:
    """Return the error that suits bytes of this kind, which no reader takes.

    Parameters
    ----------
    kind : str
        What `sniff` said.
    data : bytes

    Returns
    -------
    RiskfitError
    """
    if kind == "empty":
        what = "empty" if not data else f"blank ({len(data)} bytes that say nothing)"
        return DamagedFileError(
            f"the file is {what}: copying or downloading it failed, fetch it again"
        )
    if kind == "json":
        return _json_refusal(data)
    if kind.startswith("other:"):
        return UnsupportedFileError(
            f"the file is {kind.removeprefix('other:')}: give a FIT, TCX or GPX file, gzipped or "
            "zipped if you like"
        )
    error, message = _REFUSALS.get(kind, _REFUSALS["text"])
    return error(message)


#: Kind -> error and what to say: what it is, and what to do.
_REFUSALS: dict[str, tuple[type[RiskfitError], str]] = {
    "html": (
        NotAnActivityError,
        (
            "the file is a web page, most likely the error or login page of a failed download: "
            "log in and download the workout again"
        ),
    ),
    "apple": (
        UnsupportedFileError,
        (
            "the file is the export.xml of Apple Health, which holds many workouts: "
            "give the whole export to `riskfit import`"
        ),
    ),
    "zwo": (
        NotAnActivityError,
        (
            "the file is a planned Zwift workout, not a recorded session: "
            "use it with `riskfit check --plan`"
        ),
    ),
    "xml": (
        UnsupportedFileError,
        "the file is XML, but neither TCX nor GPX: export the workout as FIT, TCX or GPX",
    ),
    "text": (
        NotAnActivityError,
        "the file is plain text, not a recorded session: export the workout as FIT, TCX or GPX",
    ),
}


def _json_refusal(data: bytes) -> RiskfitError:
    head = data[:65_536]
    if b'"exercises"' in head or b'"summarizedActivitiesExport"' in head:
        return UnsupportedFileError(
            "the file is a maker's JSON export: export the session as FIT, TCX or GPX, "
            "or give the whole export to `riskfit import`"
        )
    return NotAnActivityError(
        "the file is JSON, not a recorded session: export the workout as FIT, TCX or GPX"
    )
