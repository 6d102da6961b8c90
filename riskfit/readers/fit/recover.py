"""Read a file's parts as far as their bytes can be trusted, and go on behind the damage.

A walk over sound bytes ends exactly where the header says.  One that does not has met damage, and
what it made of the bytes before may be garbage already: a header byte with one wrong bit sends it
off the messages' boundaries.  Time stamps tell: what follows the last believable one is dropped,
and reading resumes where several messages in a row make sense again.
"""

import math
from dataclasses import dataclass

import numpy as np

from riskfit.readers.fit import dictionary
from riskfit.readers.fit.crc import crc_of
from riskfit.readers.fit.parts import Header, Part, read_header
from riskfit.readers.fit.scan import BAD_DEFINITION, CUT, UNDEFINED, Scanner
from riskfit.readers.fit.stamps import Clock, clock_of, first_odd, stamps_of
from riskfit.readers.fit.trust import forget_untimed, next_trusted, sound_definition, trusted

_CRC_BYTES = 2
_MOST_REPAIRS = 500
_DAY_S = 86400.0
_WHY = {
    CUT: "a message that reaches beyond the end",
    UNDEFINED: "a message that no definition describes",
    BAD_DEFINITION: "an impossible definition",
    None: "messages with impossible times",
}


def read_parts(data: bytes) -> list[Part]:
    """Find all messages of a file and of those chained to it.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    list of Part
        In file order; what was lost is in their notes.
    """
    parts: list[Part] = []
    header = read_header(data, 0) or _unsigned_header(data)
    while header is not None:
        reading = _Reading(data, header)
        reading.run()
        for place in reading.part.scanner.repaired:
            reading.note(f"the definition at byte {place} has a damaged byte order: guessed")
        parts.append(reading.part)
        after = reading.after
        header = read_header(data, after)
        if header is None and after < len(data):
            header = _later_header(data, after)
            ignored = (len(data) if header is None else header.at) - after
            reading.note(f"{ignored} bytes from byte {after} on are no messages: left out")
    return parts


def _unsigned_header(data: bytes) -> Header | None:
    """Return a header with a damaged signature, where messages begin behind it all the same."""
    for size in (14, 12):
        # The first message of a file identifies it: definition, reserved byte, number 0.
        begins = data[size : size + 5]
        if len(begins) == 5 and begins[0] & 0xF0 == 0x40 and not begins[1] and not any(begins[3:]):
            return Header(0, size, len(data), signed=False)
    return None


def _later_header(data: bytes, start: int) -> Header | None:
    """Return the next file header that is followed by a definition."""
    at = data.find(b".FIT", start + 8)
    while at >= 0:
        header = read_header(data, at - 8)
        if header is not None and header.start < len(data) and data[header.start] & 0xC0 == 0x40:
            return header
        at = data.find(b".FIT", at + 1)
    return None


@dataclass(slots=True)
class _Reading:
    """The reading of one file of a chain."""

    data: bytes
    header: Header
    part: Part = None  # type: ignore[assignment]
    end: int = 0
    after: int = 0
    #: No believable length: the messages go on to the end of the bytes.
    open_ended: bool = False
    #: Everything before this byte is believed already.
    checked: int = 0

    def __post_init__(self) -> None:
        header, length = self.header, len(self.data)
        self.part = Part(Scanner(self.data), header.start, header.end)
        self.open_ended = not (header.signed and header.start < header.end <= length)
        self.end = length if self.open_ended else header.end
        self.after = self.end if self.open_ended else self.end + _CRC_BYTES
        self.checked = header.start
        if not header.signed:
            self.note("the file header lacks its signature .FIT: read all the same")
        elif header.start >= length:
            self.note("the file ends behind its header")
        elif header.end == header.start:
            self.note("the file header gives a length of 0 bytes: read to the end")
        elif self.open_ended:
            self.note(f"the file ends at byte {length}, {header.end - length} bytes too early")

    def note(self, text: str) -> None:
        """Add a line for the user."""
        self.part.notes.append(text)

    def run(self) -> None:
        """Walk, and meet damage, until the end."""
        position: int | None = self.header.start
        for _ in range(_MOST_REPAIRS):
            if position is None:
                return
            self.part.forget_tables()
            stopped, why = self.part.scanner.walk(position, self.end)
            position = self._go_on(stopped, why)

    def _go_on(self, stopped: int, why: str | None) -> int | None:
        """Return where to resume after a walk, None when the part is done."""
        if why is not None and read_header(self.data, stopped) is not None:
            self.after = stopped
            return None
        # What is left of an open end may be the checksum.
        if why is not None and self.open_ended and len(self.data) - stopped <= _CRC_BYTES:
            why = None
        if why is None and self._sound():
            return self._behind()
        return self._repair(stopped, why)

    def _repair(self, stopped: int, why: str | None) -> int | None:
        """Drop what cannot be believed and find where to go on."""
        scanner = self.part.scanner
        stamps, clock = stamps_of(scanner, self.checked), self._clock()
        odd = first_odd(stamps, clock, torn=bool(why))
        if odd is None:
            if why is None:
                return self._behind()
            if why == CUT and not self.open_ended and self._length_lies(stopped):
                return stopped
        # Boundaries were lost behind the last believable time and before the first odd one.
        last = len(stamps.places) if odd is None else odd
        believed = self.checked if last == 0 else int(stamps.ends[last - 1])
        doubted = stopped if odd is None else int(stamps.places[last])
        walked = scanner.places_between(believed, doubted + 1)
        forget_untimed(scanner, believed)
        scanner.forget_definitions(lambda one: not sound_definition(one.definition), believed)
        found = next_trusted(scanner, believed, self.end, clock, walked)
        resumed = self.end if found is None else found[0]
        # A message that was read across the place to resume at cannot stay either.
        across = max((one for one in walked if one < resumed), default=resumed)
        scanner.forget_from(doubted if resumed >= doubted else across)
        self.part.damaged = True
        self._say_lost(min(doubted, resumed), resumed, why, stopped)
        if found is not None and found[1]:
            self.after = resumed
            return None
        self.checked = resumed
        return None if found is None else resumed

    def _clock(self) -> Clock:
        """Return the times that can be believed in this file."""
        return clock_of(stamps_of(self.part.scanner))

    def _sound(self) -> bool:
        """Say whether a walk that met its end can be believed without a closer look."""
        scanner = self.part.scanner
        if self._within_a_day():
            return True
        self.part.forget_tables()
        stamps = stamps_of(scanner)
        if first_odd(stamps, clock_of(stamps), torn=False) is None:
            return True
        # Odd clocks are written by sound devices too: the checksum tells.
        whole = self.data[self.header.at : self.end + _CRC_BYTES]
        return not (self.open_ended or self.part.damaged) and crc_of(whole) == 0

    def _within_a_day(self) -> bool:
        """Say whether the records' times are within one day: the usual case, and quick."""
        records = self.part.tables().get(dictionary.RECORD)
        if records is None or not len(records):
            return True
        times = records.times()
        low, high = float(times.min()), float(times.max())
        if math.isnan(low):
            known = times[~np.isnan(times)]
            return not len(known) or float(known.max() - known.min()) < _DAY_S
        return high - low < _DAY_S

    def _behind(self) -> int | None:
        """Return where messages go on behind a length that is too small."""
        data, behind = self.data, self.end + _CRC_BYTES
        if self.open_ended or behind >= len(data) or read_header(data, behind) is not None:
            return None
        clock = self._clock()
        for place in (self.end, behind):
            if trusted(self.part.scanner, place, len(data), clock):
                self._lengthen()
                return place
        return None

    def _length_lies(self, stopped: int) -> bool:
        """Say whether messages go on over the end that the header gives."""
        if self.end + _CRC_BYTES >= len(self.data):
            return False
        clock = self._clock()
        if not trusted(self.part.scanner, stopped, len(self.data), clock):
            return False
        self._lengthen()
        return True

    def _lengthen(self) -> None:
        self.note(f"the messages go on behind byte {self.end}, where the header says they end")
        self.end = self.after = len(self.data)
        self.open_ended = True

    def _say_lost(self, start: int, resumed: int, why: str | None, stopped: int) -> None:
        if why == CUT and resumed >= self.end and start == stopped:
            self.note(
                f"the last message is cut off: {self.end - start} bytes from byte {start} lost"
            )
            return
        self.note(
            f"damage at byte {stopped}: {_WHY[why]}; {resumed - start} bytes from {start} lost"
        )
