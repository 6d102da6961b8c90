"""What a file is, by its bytes: names say nothing."""

import re

from riskfit.readers.formats import FORMATS

_MAGIC = [
    (slice(one.magic_at, one.magic_at + len(magic)), magic, kind)
    for kind, one in FORMATS.items()
    for magic in one.magic
]
_ROOTS = {one.root: kind for kind, one in FORMATS.items() if one.root}
_POINTS = {one.point: kind for kind, one in FORMATS.items() if one.point}
#: A sample of an XML format, which tells a document whose root is damaged or cut off.
_POINT = re.compile(rf"<(?:[\w.-]+:)?({'|'.join(_POINTS)})[\s>]")
_HEADS = [(re.compile(one.head), kind) for kind, one in FORMATS.items() if one.head]
_MEMBERS = [(one.members, kind) for kind, one in FORMATS.items() if one.members]
_MARKS = [(one.marks, kind) for kind, one in FORMATS.items() if one.marks]
#: As much of a file as is looked at: an Apple export has 10 kB of DOCTYPE before its root. [bytes]
_HEAD_BYTES = 32_768
_JSON_BYTES = 65_536


def sniff(data: bytes) -> str:
    """Name the kind of some bytes.

    Parameters
    ----------
    data : bytes
        The file, or at least its first 64 kB.

    Returns
    -------
    str
        A key of `riskfit.readers.formats.FORMATS`.
    """
    head = data[:_HEAD_BYTES]
    if not head.strip(b"\0 \t\r\n"):
        if not data:
            return "empty"
        return "binary" if data.strip(b"\0 \t\r\n") else "blank"
    for where, magic, kind in _MAGIC:
        if head[where] == magic:
            return _sniff_zip(data) if kind == "zip" else kind
    text = _as_text(head)
    if text is None:
        return "binary"
    kind = _sniff_text(text)
    if kind != "json":
        return kind
    found = (other for marks, other in _MARKS if any(one in data[:_JSON_BYTES] for one in marks))
    return next(found, kind)


def _sniff_zip(data: bytes) -> str:
    """Tell documents that are zips of their own kind from zips of files."""
    directory = data[:_HEAD_BYTES] + data[-_HEAD_BYTES:]
    for members, kind in _MEMBERS:
        if any(one in directory for one in members):
            return kind
    return "zip"


def _sniff_text(text: str) -> str:
    for head, kind in _HEADS:
        if head.match(text):
            return kind
    named = _sniff_xml(text) if text.startswith("<") else "text"
    if named in ("xml", "text") and (point := _POINT.search(text)):
        return _POINTS[point[1]]
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
    from riskfit.readers.xml.cells import wide_encoding

    wide = wide_encoding(head)
    if wide is not None:
        text = head[: len(head) // 4 * 4].decode(wide, errors="replace")
        return text.lstrip("\ufeff \t\r\n\0")
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0 \t\r\n")
    controls = sum(body.count(byte) for byte in range(32) if byte not in b"\t\n\r\f")
    if controls > len(body) // 100:
        return None
    return body.decode("utf-8", errors="replace")
