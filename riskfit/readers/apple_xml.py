"""Apple Health's ``export.xml``: what is kept of a document of gigabytes as it streams by.

Phones write it damaged: a document type without a bracket (iOS 16), control characters, names of
attributes with blanks.  The document type is passed over, and reading goes on behind what is
damaged.
"""

import re
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import IO, Final
from xml.parsers import expat
from zipfile import BadZipFile

from riskfit._common import plural
from riskfit.errors import DamagedFileError
from riskfit.sports import sport_of_apple

_TYPE: Final = "HKWorkoutActivityType"
_QUANTITY: Final = "HKQuantityTypeIdentifier"
_KCAL: Final = {"kcal": 1.0, "Cal": 1.0, "kJ": 1 / 4.184}
_KG: Final = {"kg": 1.0, "lb": 0.45359237, "st": 6.35029318, "g": 0.001}
_METRES: Final = {
    "km": 1000.0,
    "m": 1.0,
    "mi": 1609.344,
    "yd": 0.9144,
    "ft": 0.3048,
    "cm": 0.01,
}
_CHUNK: Final = 1 << 20
#: The document type before the root has some 10 kB. [bytes]
_LONGEST_HEAD: Final = 1 << 20
#: Nothing between two tags is as long as this. [bytes]
_LONGEST_BLOCK: Final = 16 * _CHUNK
_ROOT: Final = re.compile(rb"<HealthData[\s>]")
#: What XML forbids, in an export or not, as blanks.
_BLANKED: Final = bytes(32 if code < 32 and code not in b"\t\n\r" else code for code in range(256))
_TAG: Final = re.compile(rb'<(\w+)\s((?:[^<>"]*"[^<"]*")*)\s*(/?)>')
_ATTRIBUTE: Final = re.compile(rb'([\w:.-]+)\s*=\s*"([^"]*)"')


@dataclass(slots=True)
class Workout:
    """One workout as the XML tells it; ``totals`` by their names in `Summary`."""

    sport: str
    start_s: float
    end_s: float
    device: str | None
    metadata: dict[str, str] = field(default_factory=dict)
    events: list[tuple[str, float]] = field(default_factory=list)
    totals: dict[str, float] = field(default_factory=dict)
    route: str | None = None


@dataclass(slots=True)
class Health:
    """What is kept of the XML; ``notes`` say what of it was damaged."""

    workouts: list[Workout] = field(default_factory=list)
    heart_s: "array[float]" = field(default_factory=lambda: array("d"))
    heart_bpm: "array[float]" = field(default_factory=lambda: array("d"))
    masses: list[tuple[float, float]] = field(default_factory=list)
    person: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_health(stream: IO[bytes]) -> Health:
    """Stream an export's XML; of a damaged one all that is not.

    Raises
    ------
    DamagedFileError
        It is damaged, and no workout is left.
    """
    health = Health()
    reader = _Reader(_Handler(health))
    try:
        for block in _blocks(stream):
            reader.feed(block)
        whole = reader.close()
    except (OSError, EOFError, zlib.error, BadZipFile):
        whole = False
    if reader.lost:
        health.notes.append(f"the export has {plural(reader.lost, 'damaged element')}: left out")
    if not whole:
        health.notes.append("the export is damaged and breaks off: what lies before was read")
    if health.notes and not health.workouts:
        raise DamagedFileError(
            f"{'; '.join(health.notes)}; no workout can be read: export it from the phone again"
        )
    return health


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the XML from its root on, in blocks that begin with a tag."""
    rest = b""
    while (root := _ROOT.search(rest)) is None:
        piece = stream.read(_CHUNK)
        if not piece or len(rest) > _LONGEST_HEAD:
            raise DamagedFileError(
                "the XML holds no export of Apple Health: export it from the phone again"
            )
        rest += piece.translate(_BLANKED)
    if b"<!ENTITY" in rest[: root.start()]:
        raise DamagedFileError("the XML defines entities, as no export does: left alone")
    rest = rest[root.start() :]
    while piece := stream.read(_CHUNK):
        cut = rest.rfind(b"<") if len(rest) < _LONGEST_BLOCK else len(rest)
        yield rest[:cut]
        rest = rest[cut:] + piece.translate(_BLANKED)
    yield rest


class _Reader:
    """Feeds a parser, and a new one behind each damaged place."""

    def __init__(self, handler: "_Handler") -> None:
        self.lost = 0
        self._handler = handler
        self._begin(b"")

    def feed(self, block: bytes) -> None:
        """Parse a block that begins with a tag."""
        at = 0
        while at < len(block):
            try:
                self._parser.Parse(memoryview(block)[at:], False)
            except expat.ExpatError:
                hit = at + self._parser.ErrorByteIndex - self._fed
                at = self._behind(block, at, max(hit, at))
                self._begin(b"".join(f"<{tag}>".encode() for tag in self._handler.path))
            else:
                self._fed += len(block) - at
                return

    def close(self) -> bool:
        """Say whether the XML was whole to its end."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError:
            return False
        return True

    def _begin(self, inside: bytes) -> None:
        """Start a parser within the elements that are open."""
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.Parse(inside, False)
        self._fed = len(inside)
        self._parser.StartElementHandler = self._handler.start
        self._parser.EndElementHandler = self._handler.end

    def _behind(self, block: bytes, at: int, hit: int) -> int:
        """Return where to go on behind damage; what of its tag is well formed is taken."""
        open_tag = block.rfind(b"<", at, hit)
        if block[hit : hit + 1] == b"<" and open_tag >= 0 and b">" not in block[open_tag:hit]:
            self.lost += 1
            return hit
        start = block.rfind(b"<", 0, hit + 1)
        tag = _TAG.match(block, start) if start >= 0 else None
        if tag is not None and hit < tag.end():
            name = tag[1].decode()
            self._handler.start(
                name,
                {
                    key.decode(): unescape(value.decode(errors="replace"))
                    for key, value in _ATTRIBUTE.findall(tag[2])
                },
            )
            if tag[3]:
                self._handler.end(name)
            return tag.end()
        if block[start : start + 2] != b"</":
            self.lost += 1
        following = block.find(b"<", hit + 1)
        return following if following >= 0 else len(block)


class _Handler:
    """Takes what is needed out of the elements as they pass.

    ``path`` holds the elements that are open, outside of workouts the root alone.
    """

    def __init__(self, health: Health) -> None:
        self.health = health
        self.workout: Workout | None = None
        self.path = ["HealthData"]
        self._own: dict[str, float] = {}
        self._parts: dict[str, float] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Workout":
            self._close()
            self.workout = _workout(attributes)
            self.path = ["HealthData", tag]
            return
        if tag == "Record":
            self._record(attributes)
        elif tag == "Me":
            self.health.person = attributes
        elif self.workout is not None:
            self._inside(self.workout, tag, attributes)
        if len(self.path) > 1:
            self.path.append(tag)

    def end(self, tag: str) -> None:  # noqa: ARG002
        if len(self.path) > 1:
            self.path.pop()
            if len(self.path) == 1:
                self._close()

    def _close(self) -> None:
        """Keep the workout that is open: what it says of itself goes over the sum of its parts."""
        if self.workout is not None:
            self.workout.totals = self._parts | self.workout.totals | self._own
            self.health.workouts.append(self.workout)
        self.workout, self._own, self._parts = None, {}, {}

    def _record(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("type")
        if kind == "HKQuantityTypeIdentifierHeartRate":
            moment, value = _time(attributes.get("startDate")), _float(attributes.get("value"))
            if moment is not None and value is not None:
                self.health.heart_s.append(moment)
                self.health.heart_bpm.append(value)
        elif kind == "HKQuantityTypeIdentifierBodyMass":
            moment, mass = _time(attributes.get("startDate")), _amount(attributes, "value", _KG)
            if moment is not None and mass is not None:
                self.health.masses.append((moment, mass))

    def _inside(self, workout: Workout, tag: str, attributes: dict[str, str]) -> None:
        own = self.path[-1] == "Workout"
        if tag == "MetadataEntry" and own:
            workout.metadata[attributes.get("key", "")] = attributes.get("value", "")
        elif tag == "WorkoutEvent":
            moment = _time(attributes.get("date"))
            if moment is not None:
                workout.events.append((attributes.get("type", ""), moment))
        elif tag == "WorkoutStatistics":
            self._total(attributes, own=own, several=not own or workout.sport == "multisport")
        elif tag == "FileReference":
            workout.route = attributes.get("path", "").lstrip("/") or None

    def _total(self, attributes: dict[str, str], *, own: bool, several: bool) -> None:
        """Take a statistic of the workout itself, or of an activity in it.

        A triathlon has a distance for each of its sports; of others the longest one counts.
        """
        totals = self._own if own else self._parts
        for name, value in _statistic(attributes).items():
            before = totals.get(name, 0.0)
            adds = several and name in ("distance_m", "energy_kcal")
            totals[name] = before + value if adds else max(before, value)


def _workout(attributes: dict[str, str]) -> Workout | None:
    start, end = _time(attributes.get("startDate")), _time(attributes.get("endDate"))
    if start is None or end is None or end <= start:
        return None
    word = attributes.get("workoutActivityType", "").removeprefix(_TYPE)
    minutes = {"min": 60.0, "s": 1.0, "hr": 3600.0}
    # up to iOS 15 all totals stood here
    totals = {
        "timer_s": _amount(attributes, "duration", minutes),
        "distance_m": _amount(attributes, "totalDistance", _METRES),
        "energy_kcal": _amount(attributes, "totalEnergyBurned", _KCAL),
    }
    return Workout(
        sport=sport_of_apple(word) if word.isalpha() else "unknown",
        start_s=start,
        end_s=end,
        device=attributes.get("sourceName"),
        totals={name: value for name, value in totals.items() if value},
    )


def _statistic(attributes: dict[str, str]) -> dict[str, float]:
    """Return what a statistic totals, by names of `Summary`."""
    kind = attributes.get("type", "").removeprefix(_QUANTITY)
    found: dict[str, float | None] = {}
    if kind.startswith("Distance"):
        found["distance_m"] = _amount(attributes, "sum", _METRES)
    elif kind == "ActiveEnergyBurned":
        found["energy_kcal"] = _amount(attributes, "sum", _KCAL)
    elif kind == "HeartRate":
        beats = {"count/min": 1.0, "count/s": 60.0}
        found["heart_rate_avg_bpm"] = _amount(attributes, "average", beats)
        found["heart_rate_max_bpm"] = _amount(attributes, "maximum", beats)
    return {name: value for name, value in found.items() if value}


def _amount(attributes: dict[str, str], name: str, units: dict[str, float]) -> float | None:
    """Return a number in the unit whose factor is 1; without a unit it is the first one's."""
    unit = attributes.get(f"{name}Unit") or attributes.get("unit") or next(iter(units))
    value = _float(attributes.get(name))
    return None if value is None or unit not in units else value * units[unit]


def _time(text: str | None) -> float | None:
    """Read ``2026-07-12 12:00:00 +0200`` as POSIX time."""
    if text is None:
        return None
    try:
        if len(text) == 25 and text[10] == " " and text[19] == " ":
            text = f"{text[:10]}T{text[11:19]}{text[20:23]}:{text[23:]}"
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None else None


def _float(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
