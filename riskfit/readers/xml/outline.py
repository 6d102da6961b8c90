"""XML with thousands of equal points: what stands round the points, and the points as columns.

A TCX or GPX file is an outline (laps, tracks, names) with long runs of sample elements
("points") in it.  `read_xml` hands the outline to an `Outline` object element by element and
returns the points as columns.  Regular runs are read by `riskfit.readers.xml.fast` all at once
and the outline alone goes through expat; whatever is unusual goes through expat in full.
Damage costs what is damaged: reading resumes at the next point.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar
from xml.parsers import expat

import numpy as np

from riskfit._common import FloatArray, channel_words, plural
from riskfit.errors import DamagedFileError, UnsupportedFileError
from riskfit.readers.xml import fast
from riskfit.readers.xml.cells import (
    NO_TIME,
    LongArray,
    Offsets,
    parse_number_texts,
    parse_time_texts,
    wide_encoding,
)
from riskfit.readers.xml.fast import TIME

__all__ = ["TIME", "Outline", "Points", "read_xml", "require_rows", "to_single_bytes"]

#: How often reading may resume behind damage before the rest is given up.
_MOST_RESUMES = 50
#: Stands for the root of a document whose start is missing, so that points have a parent.
_MISSING_ROOT = "riskfit-root"
#: An ampersand that begins none of XML's own references: a name like "Run & Bike".
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
#: Deeper nesting is no workout and would only cost memory.
_DEEPEST = 200


class Outline(ABC):
    """What a format makes of the elements round its points.

    ``rows`` is always the number of points seen so far, so an outline can note which rows
    belong to what.  Names come without namespace prefix.
    """

    #: Local name of the element that is one sample.
    point: ClassVar[str]
    #: Local name of an element or attribute inside a point -> channel; ``TIME`` is the time.
    #: The first one in a point counts.
    fields: ClassVar[Mapping[str, str]]
    #: Attributes of the point, a subset of ``fields``, in their usual order.
    attributes: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def opened(self, name: str, attributes: dict[str, str], rows: int) -> None:
        """Take the start of an element outside of points."""

    @abstractmethod
    def closed(self, name: str, parent: str, text: str, rows: int) -> None:
        """Take the end of an element outside of points, with its parent's name and its text."""


@dataclass(slots=True)
class Points:
    """The points of a file as columns.

    Attributes
    ----------
    count : int
    time_us : ndarray
        POSIX time, `NO_TIME` where a point has none. [µs]
    channels : dict of ndarray
        Only those that occur; nan where a point has no value.
    offsets : dict
        Offset from UTC the times state [s], None for none -> how many.
    notes : list of str
    damage : str or None
        The first of the notes that tells of damage.
    unusable_time : str or None
        The first time as it is written, where none is a possible one.
    """

    count: int
    time_us: LongArray
    channels: dict[str, FloatArray]
    offsets: Offsets = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    damage: str | None = None
    unusable_time: str | None = None


AnyOutline = TypeVar("AnyOutline", bound=Outline)


def read_xml(
    data: bytes, outline: Callable[[], AnyOutline], *, columnar: bool = True
) -> tuple[AnyOutline, Points]:
    """Read a document into its outline and its points.

    Parameters
    ----------
    data : bytes
        The whole file.
    outline : callable
        Makes an empty `Outline` of the format.
    columnar : bool
        Whether regular runs of points may be read as columns; the result is the same.

    Returns
    -------
    outline : Outline
    points : Points

    Raises
    ------
    UnsupportedFileError
        The document brings a DOCTYPE, or nests without end.
    """
    text, encoding, notes, skipped = to_single_bytes(data)
    text, raw = _BARE_AMPERSAND.subn(b"&amp;", text)
    mended = [f"{raw} raw & read as text"] if raw else []
    made = outline()
    if columnar:
        table = fast.split(text, made.point, made.fields, made.attributes)
        if table is not None:
            reader = _Expat(made, encoding)
            if reader.read(table.skeleton) and reader.rows == table.count:
                time_us = table.time_us
                if time_us is None:
                    time_us = np.full(table.count, NO_TIME, dtype=np.int64)
                notes += mended
                return made, Points(table.count, time_us, table.numbers, table.offsets, notes)
            made = outline()
    reader = _Expat(made, encoding)
    reader.read_damaged(text, skipped)
    points = reader.points()
    points.notes[:0] = notes
    points.notes += mended
    return made, points


def to_single_bytes(data: bytes) -> tuple[bytes, str | None, list[str], int]:
    """Return the document without marks and blanks before it, in an encoding like ASCII.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    text : bytes
    encoding : str or None
        What overrides the declaration, None where the declaration holds.
    notes : list of str
    skipped : int
        Bytes before the text, 0 where the text was recoded. [bytes]
    """
    wide = wide_encoding(data)
    if wide is not None:
        try:
            recoded = data.decode(wide).lstrip("\ufeff \t\r\n\0")
        except UnicodeDecodeError:
            recoded = data.decode(wide, errors="replace").lstrip("\ufeff \t\r\n\0")
        return recoded.encode(errors="replace"), "utf-8", [], 0
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\xef\xbb\xbf \t\r\n\0")
    skipped = len(data) - len(text)
    declared = re.match(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", text)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name.replace("_", "-") in {"utf-8", "utf8", "us-ascii", "ascii"} or name.startswith("utf"):
        try:
            if not text.isascii():
                text.decode("utf-8")
        except UnicodeDecodeError as error:
            # latin-1 decodes any byte; where the declaration lies, names suffer, numbers do not
            note = f"byte {skipped + error.start} is not {name}: text read as windows-1252"
            recoded_bytes = text.decode("cp1252", errors="replace").encode()
            return recoded_bytes, "utf-8", [note], 0
        return text, "utf-8", [], skipped
    try:
        return text.decode(name).encode(errors="replace"), "utf-8", [], 0
    except LookupError:
        note = f"encoding {name!r} is unknown: text read as windows-1252"
    except UnicodeDecodeError as error:
        note = f"byte {skipped + error.start} is not {name}: text read as windows-1252"
    return text.decode("cp1252", errors="replace").encode(), "utf-8", [note], 0


class _Expat:
    """Drives expat over one document and collects the cells of its points."""

    def __init__(self, outline: Outline, encoding: str | None) -> None:
        self.outline = outline
        self.encoding = encoding
        self.rows = 0
        self.damage: list[str] = []
        self.cells: dict[str, tuple[list[int], list[str]]] = {
            channel: ([], []) for channel in outline.fields.values()
        }
        self._local: dict[str, str] = {}
        self._stack: list[str] = []
        self._inside = 0  # depth of the open point, 0 outside of points
        self._replayed = 0  # start tags yet to come that only rebuild the stack
        self._text = ""

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(self.encoding)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse_doctype
        return parser

    def read(self, text: bytes) -> bool:
        """Read a whole document; say whether it was well formed."""
        try:
            self._parser().Parse(text, True)
        except expat.ExpatError:
            return False
        return True

    def read_damaged(self, text: bytes, skipped: int) -> None:
        """Read a document and, where it is damaged, resume at the next point."""
        opening = re.compile(rb"<(?:[\w.-]+:)?%b[\s>]" % self.outline.point.encode())
        start, prefix = 0, b""
        for _ in range(_MOST_RESUMES):
            parser = self._parser()
            try:
                parser.Parse(prefix)
                parser.Parse(memoryview(text)[start:], True)
                return
            except expat.ExpatError as error:
                at = min(max(start + parser.ErrorByteIndex - len(prefix), start), len(text))
                reason = expat.ErrorString(error.code)
            # the point that was being read keeps its finished values
            del self._stack[self._inside - 1 if self._inside else len(self._stack) :]
            self._inside = 0
            next_point = opening.search(text, max(at, start + 1))
            if next_point is None and self._stack == [_MISSING_ROOT] and at >= len(text):
                return
            if next_point is None:
                self.damage.append(_damage_note(text, skipped, at, reason))
                return
            start = next_point.start()
            self.damage.append(
                f"damaged XML at byte {skipped + at} ({reason}): "
                f"{start - at} bytes left out up to the next point"
            )
            if not self._stack:
                self._stack.append(_MISSING_ROOT)
            prefix = "".join(f"<{tag}>" for tag in self._stack).encode()
            self._replayed = len(self._stack)
        self.damage.append(
            f"damaged in more than {_MOST_RESUMES} places: "
            f"the last {len(text) - start} bytes are left out"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._replayed:
            self._replayed -= 1
            return
        stack = self._stack
        stack.append(tag)
        self._text = ""
        if self._inside:
            if len(stack) > _DEEPEST:
                raise UnsupportedFileError(_DEEP_MESSAGE)
            return
        name = self._name(tag)
        outline = self.outline
        if name == outline.point:
            self._inside = len(stack)
            self.rows += 1
            for attribute in outline.attributes:
                if attribute in attributes:
                    self._keep(outline.fields[attribute], attributes[attribute])
        elif name == fast.MARK:
            self.rows += int(attributes["n"])
        elif len(stack) > _DEEPEST:
            raise UnsupportedFileError(_DEEP_MESSAGE)
        else:
            outline.opened(name, attributes, self.rows)

    def _end(self, tag: str) -> None:
        self._stack.pop()
        name = self._name(tag)
        if not self._inside:
            if name != fast.MARK:
                parent = self._name(self._stack[-1]) if self._stack else ""
                self.outline.closed(name, parent, self._text.strip(), self.rows)
        elif len(self._stack) < self._inside:
            self._inside = 0
        elif name in self.outline.fields:
            self._keep(self.outline.fields[name], self._text)

    def _name(self, tag: str) -> str:
        """Return an element's name without its prefix."""
        name = self._local.get(tag)
        if name is None:
            name = self._local[tag] = tag.rpartition(":")[2]
        return name

    def _characters(self, text: str) -> None:
        self._text += text

    def _keep(self, channel: str, text: str) -> None:
        rows, texts = self.cells[channel]
        row = self.rows - 1
        if (not rows or rows[-1] != row) and text and not text.isspace():
            rows.append(row)
            texts.append(text)

    def points(self) -> Points:
        """Return the columns of what was collected."""
        channels: dict[str, FloatArray] = {}
        points = Points(self.rows, np.full(self.rows, NO_TIME, dtype=np.int64), channels)
        points.notes, points.damage = self.damage.copy(), next(iter(self.damage), None)
        for channel, (rows, texts) in self.cells.items():
            if not rows:
                continue
            if channel == TIME:
                points.time_us[rows], points.offsets, bad = parse_time_texts(texts)
                points.unusable_time = texts[0].strip()[:40] if bad == len(texts) else None
            else:
                column = np.full(self.rows, np.nan)
                column[rows], bad = parse_number_texts(texts)
                channels[channel] = column
            if bad:
                unusable = plural(bad, "unusable value")
                points.notes.append(f"{channel_words(channel)}: {unusable} left out")
        return points


_DEEP_MESSAGE = (
    f"elements nest more than {_DEEPEST} deep, which no workout file does: export the workout again"
)


def _damage_note(text: bytes, skipped: int, at: int, reason: str) -> str:
    left = len(text) - at
    if left <= 0 or not text[at:].strip(b"\0 \t\r\n"):
        return f"the file ends early, at byte {skipped + at}: read as far as it goes"
    return f"damaged XML at byte {skipped + at} ({reason}): the last {left} bytes are left out"


def _refuse_doctype(name: str, *_: object) -> None:
    raise UnsupportedFileError(
        f"the document brings a DOCTYPE ({name}), whose entities can be hostile: "
        "export the workout again, or delete the DOCTYPE"
    )


def require_rows(points: Points, remedy: str) -> None:
    """Refuse a document in which damage left no timed point.

    Parameters
    ----------
    points : Points
    remedy : str
        What to do about it.
    """
    if points.damage is not None and not (points.time_us != NO_TIME).any():
        raise DamagedFileError(f"no timed point could be kept: {points.damage}; {remedy}")
