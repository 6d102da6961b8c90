"""Regular runs of points in an XML document, read as columns.

The brackets of a well-formed document without surprises alternate ``< > < >``; between them lie
names and texts.  numpy finds them all in one pass, names become small numbers by comparing
machine words, nesting is verified depth by depth, and the texts of one field are parsed together.
Nothing is guessed: where anything is unusual `split` answers None and expat reads the document.
What remains when the runs are cut out, the skeleton, is expat's to verify.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray
from riskfit.readers.xml.cells import (
    NO_TIME,
    WIDEST_CELL,
    ByteArray,
    LongArray,
    Offsets,
    parse_number_cells,
    parse_time_cells,
)

BoolArray = NDArray[np.bool_]
WordArray = NDArray[np.uint64]

#: Name of the element that stands in the skeleton for a run of points.
MARK = "riskfit-run"
#: The channel that holds times.
TIME = "time"
#: Bytes of a tag that are looked at; they must hold the whole name.
_WORDS = 4
_MOST_NAMES = 64
#: Among this many tags nearly every name turns up.
_FIRST_TAGS = 1000
_MASKS = np.array([(1 << (8 * kept)) - 1 for kept in range(9)], dtype=np.uint64)
#: Odd constants that spread the words of a name over 64 bits (from the digits of pi, e, phi).
_SPREAD = np.array(
    [0x9E3779B97F4A7C15, 0xB7E151628AED2A6B, 0x243F6A8885A308D3, 0x13198A2E03707345],
    dtype=np.uint64,
)
_SKELETON_TAG = '<riskfit-run n="{}"/>'


@dataclass(slots=True)
class Table:
    """Points read as columns, and the document without them."""

    count: int
    skeleton: bytes
    numbers: dict[str, FloatArray]
    time_us: LongArray | None = None
    offsets: Offsets = field(default_factory=dict)


@dataclass(slots=True)
class _Tags:
    """All tags of a document: where they open and close, and of what kind they are."""

    buffer: ByteArray
    words: WordArray
    opened: LongArray
    closed: LongArray
    is_end: BoolArray
    is_empty: BoolArray

    def pick(self, selection: slice | BoolArray) -> "_Tags":
        return _Tags(
            self.buffer,
            self.words,
            self.opened[selection],
            self.closed[selection],
            self.is_end[selection],
            self.is_empty[selection],
        )

    def __len__(self) -> int:
        return len(self.opened)


def split(
    data: bytes, point: str, fields: Mapping[str, str], attributes: tuple[str, ...]
) -> Table | None:
    """Split a document into columns of points and the skeleton round them.

    Parameters
    ----------
    data : bytes
        The document, in an encoding that extends ASCII.
    point : str
        Local name of the point element.
    fields : mapping
        Local name of an element or attribute of a point -> channel.
    attributes : tuple of str
        The attributes of a point among the fields.

    Returns
    -------
    Table or None
        None where the document is not regular enough.
    """
    first = re.search(rb"<((?:[\w.-]+:)?%b)[\s>]" % point.encode(), data)
    if first is None or len(first[1]) > 16 or MARK.encode() in data:
        return None
    tags = _find_tags(data)
    runs = _Runs.find(tags, first[1]) if tags is not None else None
    if tags is None or runs is None:
        return None
    skeleton = runs.skeleton(data, tags)
    if not _plain(data, skeleton, tags.buffer[: len(data)]):
        return None
    table = Table(len(runs.start), skeleton, {})
    inner = tags.pick(runs.inside)
    names = _names(inner)
    regular = (
        names is not None
        and _nested(inner, names[0])
        and _read_attributes(table, tags, runs, fields, attributes, len(first[1]))
        and _read_fields(table, inner, names, runs, fields)
    )
    return table if regular else None


def _find_tags(data: bytes) -> _Tags | None:
    padding = max(WIDEST_CELL, 8 * _WORDS) + 8
    buffer = np.frombuffer(data + b"\0" * padding, dtype=np.uint8)
    # the two brackets differ in one bit: both are found in one pass
    brackets = np.flatnonzero((buffer & 0xFD) == ord("<"))
    if len(brackets) % 2 or not len(brackets):
        return None
    opened, closed = brackets[0::2].copy(), brackets[1::2].copy()
    if (buffer[opened] != ord("<")).any() or (buffer[closed] != ord(">")).any():
        return None
    second = buffer[opened + 1]
    for index in np.flatnonzero((second == ord("!")) | (second == ord("?"))):
        # a comment or CDATA that holds a bracket would hide tags or feign some
        tag = data[opened[index] : closed[index] + 1]
        if not re.fullmatch(rb"<\?[^>]*\?>|<!--[^>]*-->|<!\[CDATA\[[^>]*\]\]>", tag):
            return None
    is_end = second == ord("/")
    words = np.ndarray(shape=(len(buffer) - 7,), dtype="<u8", buffer=buffer.data, strides=(1,))
    is_empty = (buffer[closed - 1] == ord("/")) & ~is_end
    return _Tags(buffer, words, opened, closed, is_end, is_empty)


@dataclass(slots=True)
class _Runs:
    """Where points start and end among the tags."""

    start: LongArray
    end: LongArray
    inside: BoolArray

    @classmethod
    def find(cls, tags: _Tags, tag: bytes) -> "_Runs | None":
        """Find the points of this tag; None unless each is opened and closed in turn."""
        name_at = tags.opened + 1 + tags.is_end
        wanted = np.frombuffer(tag.ljust(16, b"\0"), dtype="<u8")
        points = np.arange(len(tags))
        for word in range(-(-len(tag) // 8)):
            mask = _MASKS[min(len(tag) - 8 * word, 8)]
            points = points[(tags.words[name_at[points] + 8 * word] & mask) == wanted[word]]
        behind = tags.buffer[name_at[points] + len(tag)]
        named = (behind <= ord(" ")) | (behind == ord(">"))
        points, bare = points[named], behind[named] == ord(">")
        is_end = tags.is_end[points]
        if (tags.is_empty[points] | (is_end & ~bare)).any():
            return None
        start, end = points[~is_end], points[is_end]
        if len(start) != len(end) or (start > end).any() or (end[:-1] > start[1:]).any():
            return None
        level = np.zeros(len(tags) + 1, dtype=np.int8)
        level[start + 1] += 1
        level[end] -= 1
        inside = np.cumsum(level[:-1], dtype=np.int8).astype(bool)
        if (tags.buffer[tags.opened[inside] + 1] <= ord("?")).any():
            special = tags.buffer[tags.opened[inside] + 1]
            if ((special == ord("!")) | (special == ord("?"))).any():
                return None
        return cls(start, end, inside)

    def skeleton(self, data: bytes, tags: _Tags) -> bytes:
        """Return the document with each run of points replaced by one empty element."""
        breaks = np.flatnonzero(self.start[1:] != self.end[:-1] + 1) + 1
        firsts = np.concatenate(([0], breaks))
        lasts = np.append(breaks, len(self.start)) - 1
        begin = tags.opened[self.start[firsts]].tolist()
        stop = (tags.closed[self.end[lasts]] + 1).tolist()
        pieces, at = [], 0
        for start, end, count in zip(begin, stop, (lasts - firsts + 1).tolist(), strict=True):
            pieces += [data[at:start], _SKELETON_TAG.format(count).encode()]
            at = end
        return b"".join([*pieces, data[at:]])


def _plain(data: bytes, skeleton: bytes, buffer: ByteArray) -> bool:
    """Say whether the runs hold nothing but printable ASCII without references."""
    if data.count(b"&") != skeleton.count(b"&"):
        return False
    if not data.isascii():
        rest = np.frombuffer(skeleton, dtype=np.uint8)
        if np.count_nonzero(buffer > 126) != np.count_nonzero(rest > 126):
            return False
    blanks = sum(int(np.count_nonzero(buffer == blank)) for blank in b"\t\n\r")
    return blanks == np.count_nonzero(buffer < ord(" "))


def _names(tags: _Tags) -> tuple[ByteArray, list[str]] | None:
    """Return a number for the name of each tag, and the names."""
    begin = tags.opened + 1 + tags.is_end
    length = tags.closed - begin - tags.is_empty
    if not len(tags):
        return np.empty(0, dtype=np.uint8), []
    key = _spread(tags.words[begin] & _MASKS[np.clip(length, 0, 8)], 0)
    for word in range(1, _WORDS):
        longer = np.flatnonzero(length > 8 * word)
        kept = _MASKS[np.minimum(length[longer] - 8 * word, 8)]
        more = tags.words[begin[longer] + 8 * word] & kept
        key[longer] = _spread(more, word) + key[longer] * _SPREAD[0]
    keys, first = np.unique(key[:_FIRST_TAGS], return_index=True)
    number = _numbered(key, keys)
    if (odd := np.flatnonzero(keys[number] != key)).size:
        keys, first = np.unique(np.concatenate((key[:_FIRST_TAGS], key[odd])), return_index=True)
        first = np.concatenate((np.arange(len(key))[:_FIRST_TAGS], odd))[first]
        number = _numbered(key, keys)
    names: list[str] = []
    for at, index in enumerate(first.tolist()):
        name = _name(tags, int(begin[index]), int(length[index])) if at < _MOST_NAMES else None
        if name is None:
            return None
        if length[index] > 8 * _WORDS:
            same = number == at
            if not _alike(tags, begin[same], length[same]):
                return None
        names.append(name)
    words = list(dict.fromkeys(names))
    return np.array([words.index(name) for name in names], dtype=np.uint8)[number], words


def _spread(part: WordArray, word: int) -> WordArray:
    """Spread the bits of one word of a name."""
    spread: WordArray = part * _SPREAD[word]
    return spread ^ (spread >> np.uint64(29))


def _numbered(key: WordArray, keys: WordArray) -> LongArray:
    """Return the place of each key in the sorted keys; of the next one where it is missing."""
    place: LongArray = np.searchsorted(keys, key)
    return np.minimum(place, len(keys) - 1)


def _alike(tags: _Tags, begin: LongArray, length: LongArray) -> bool:
    """Say whether tags that begin alike are the same to their end."""
    if (length != length[0]).any():
        return False
    return all(
        bool((tags.buffer[begin + i] == tags.buffer[begin[0] + i]).all()) for i in range(length[0])
    )


def _name(tags: _Tags, begin: int, length: int) -> str | None:
    """Return the qualified name at the start of a tag, None where it is odd or too long."""
    shown = tags.buffer[begin : begin + min(length, 8 * _WORDS)].tobytes()
    match = re.fullmatch(rb"([A-Za-z_][\w.:-]*)((?:\s[^<>]*)?)", shown, re.DOTALL)
    if match is None or (len(shown) < length and not match[2]):
        return None
    whole = tags.buffer[begin : begin + length].tobytes()
    if not re.fullmatch(rb"""[\w.:-]+(\s+[\w.:-]+\s*=\s*("[^"<&]*"|'[^'<&]*'))*\s*""", whole):
        return None
    return match[1].decode("ascii")


def _nested(tags: _Tags, number: ByteArray) -> bool:
    """Say whether every element inside the points ends where it must."""
    step = np.where(tags.is_end, -1, 1)
    step[tags.is_empty] = 0
    after = np.cumsum(step)
    if not len(after):
        return True
    depth = np.where(tags.is_end, after + 1, after)
    if int(after[-1]) != 0 or int(after.min()) < 0 or int(depth.max()) > 12:
        return False
    real = ~tags.is_empty
    for level in range(1, int(depth.max()) + 1):
        at = np.flatnonzero(real & (depth == level))
        is_end = tags.is_end[at]
        if len(at) % 2 or is_end[0::2].any() or not is_end[1::2].all():
            return False
        if (number[at[0::2]] != number[at[1::2]]).any():
            return False
    return True


def _read_attributes(
    table: Table,
    tags: _Tags,
    runs: _Runs,
    fields: Mapping[str, str],
    attributes: tuple[str, ...],
    tag_length: int,
) -> bool:
    """Read ``<tag a="1" b="2">``; False unless all points have just these, in one order."""
    at, end = tags.opened[runs.start] + 1 + tag_length, tags.closed[runs.start]
    quotes = np.flatnonzero(tags.buffer == ord('"')) if attributes else at
    first = np.searchsorted(quotes, at)
    if first[-1] + 2 * len(attributes) > len(quotes):
        return False
    for place in range(len(attributes)):
        opening, closing = quotes[first + 2 * place], quotes[first + 2 * place + 1]
        name = tags.buffer[at[0] + 1 : opening[0] - 1].tobytes().decode("ascii", "replace")
        before = f' {name}="'.encode()
        if name not in attributes or fields[name] in table.numbers:
            return False
        if (opening - at != len(before) - 1).any() or (closing > end).any():
            return False
        if any((tags.buffer[at + i] != byte).any() for i, byte in enumerate(before)):
            return False
        values = parse_number_cells(tags.buffer, opening + 1, closing - opening - 1)
        if values is None:
            return False
        table.numbers[fields[name]] = values
        at = closing + 1
    return bool((at == end).all())


def _read_fields(
    table: Table,
    tags: _Tags,
    names: tuple[ByteArray, list[str]],
    runs: _Runs,
    fields: Mapping[str, str],
) -> bool:
    """Read the texts of all fields into the table; False where one is unusual."""
    number, words = names
    # which point a tag belongs to: points are numbered by the tags before them
    tag_row = np.repeat(np.arange(len(runs.start)), runs.end - runs.start - 1)
    is_start = ~(tags.is_end | tags.is_empty)
    starts_at = np.flatnonzero(is_start)
    started = number[starts_at]
    for index, word in enumerate(words):
        channel = fields.get(word.rpartition(":")[2])
        if channel is None:
            continue
        at = starts_at[started == index]
        # a field's text is that of its last start tag: its own or its only child's
        child = at[~tags.is_end[at + 1]]
        if child.size:
            ends = child + 3 < len(tags)
            if not ends.all() or not (is_start[child + 1] & tags.is_end[child + 2]).all():
                return False
            if not tags.is_end[child + 3].all():
                return False
            leaf = np.where(tags.is_end[at + 1], at, at + 1)
        else:
            leaf = at
        starts = tags.closed[leaf] + 1
        lengths = tags.opened[leaf + 1] - starts
        if not _fill(table, channel, tags.buffer, tag_row[at], starts, lengths):
            return False
    return True


def _fill(
    table: Table,
    channel: str,
    buffer: ByteArray,
    rows: LongArray,
    starts: LongArray,
    lengths: LongArray,
) -> bool:
    if channel == TIME:
        found = parse_time_cells(buffer, starts, lengths)
        if found is None or table.time_us is not None or (np.diff(rows) == 0).any():
            return False
        times, table.offsets = found
        if (times == NO_TIME).any():
            return False
        table.time_us = np.full(table.count, NO_TIME, dtype=np.int64)
        table.time_us[rows] = times
        return True
    values = parse_number_cells(buffer, starts, lengths)
    if values is None or (np.diff(rows) == 0).any():
        return False
    if channel not in table.numbers:
        table.numbers[channel] = np.full(table.count, np.nan)
    elif not np.isnan(table.numbers[channel][rows]).all():
        return False  # two elements of one point claim the channel: the first one wins in expat
    table.numbers[channel][rows] = values
    return True
