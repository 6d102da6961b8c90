"""Rows of the store as a table: activities with their features, without their samples."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isnan

import msgspec
import numpy as np
from numpy.typing import NDArray

from riskfit._common import FloatArray, IntArray, local_s, stamp_words
from riskfit.activity import Activity, Leg, Samples
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.history import LEG_DTYPE, LegArray
from riskfit.features.results import Feature
from riskfit.origin import Origin
from riskfit.store.copies import Recorded, pair_copies
from riskfit.store.entries import Info, decode_info


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Activities of one athlete as a table, in order of start, then content.

    Attributes
    ----------
    ids : list of int
        Their keys in the store.
    start_s, end_s : ndarray
        POSIX time. [s]
    richness : ndarray
    sport, trace, sha256, sources, copies : list
        ``trace`` is what copies are told by; ``sources`` holds every place a content was found
        at, ``copies`` those of its copies that were left out, sorted.
    values : ndarray, rows x catalogue
        Features of each session alone; nan where missing.
    legs, session : structured array, ndarray of int
        All legs, and the row each belongs to.
    ranges : ndarray, rows x 2 x catalogue
        Ends of what is known only as a range; nan where exact, and where not asked for.
    info : list of Info
        What is said of them in words; empty where not asked for.
    """

    ids: list[int]
    start_s: FloatArray
    end_s: FloatArray
    richness: FloatArray
    utc_offset_s: FloatArray
    sport: list[str]
    sha256: list[bytes]
    parts: list[int]
    trace: list[bytes]
    sources: list[tuple[str, ...]]
    copies: list[tuple[str, ...]]
    values: FloatArray
    legs: LegArray
    session: IntArray
    ranges: FloatArray
    info: list[Info]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def first_sport(self) -> NDArray[np.str_]:
        """Sport of each one's first leg."""
        return np.array(
            [
                info.legs[0][0] if info.legs else sport
                for info, sport in zip(self.info, self.sport, strict=True)
            ],
            dtype="U32",
        )

    @property
    def local_s(self) -> FloatArray:
        """When each began by the clock where it was, by this computer's where nobody told [s]."""
        return local_s(self.start_s, self.utc_offset_s)

    def stamp(self, row: int) -> str:
        """Return when one began, for lists; ``*`` where this computer's clock stands in."""
        offset_s = float(self.utc_offset_s[row])
        return stamp_words(float(self.start_s[row]), offset_s) + "*" * isnan(offset_s)

    def title(self, row: int) -> str:
        """Return what the person called one, nothing where its file and export tell no name."""
        return (self.info[row].name or "") if self.info else ""

    def alone(self, row: int) -> dict[str, Feature]:
        """Return one row's features as they are without a history."""
        info, values, ranges = self.info[row], self.values[row].tolist(), self.ranges[row].tolist()
        return {
            name: _feature(spec.unit, value, low, high, *info.text(cell))
            for (name, spec), value, low, high, cell in zip(
                CATALOGUE.items(), values, *ranges, info.cells, strict=True
            )
        }

    def activity(self, row: int) -> Activity:
        """Return one row as an activity without samples."""
        info = self.info[row]
        nothing = slice(0, 0)
        nan = float("nan")
        return Activity(
            start_time=datetime.fromtimestamp(float(self.start_s[row]), UTC),
            samples=Samples(elapsed_s=np.empty(0)),
            sport=self.sport[row],
            legs=tuple(
                Leg(
                    sport=sport,
                    sub_sport=sub,
                    rows=nothing,
                    start_s=nan if start is None else start,
                    end_s=nan if end is None else end,
                )
                for sport, sub, start, end in info.legs
            ),
            name=info.name,
            notes=tuple(info.notes),
        )

    def of_key(self, begin: str) -> list[int]:
        """Return the rows whose key, their content's digest in hexadecimal, begins like that."""
        begin = begin.lower()
        return [row for row, one in enumerate(self.sha256) if one.hex().startswith(begin)]

    def stays(self) -> IntArray:
        """Return the row that stays for each: its own number, or that of a richer copy."""
        told = zip(self.start_s.tolist(), self.end_s.tolist(), self.sport, self.trace, strict=True)
        keys = list(zip(self.sha256, self.parts, strict=True))
        return pair_copies([Recorded(*one) for one in told], self.richness, keys)

    def without_copies(self) -> "Rows":
        """Return the rows that stay, and with each where its copies were found."""
        stays = self.stays()
        copies: dict[int, list[str]] = {}
        for row in np.flatnonzero(stays != np.arange(len(stays))).tolist():
            copies.setdefault(int(stays[row]), []).extend(self.sources[row])
        kept = np.flatnonzero(stays == np.arange(len(stays)))
        found = [tuple(sorted(copies.get(row, ()))) for row in kept.tolist()]
        return replace(self.take(kept), copies=found)

    def notes(self, row: int) -> tuple[str, ...]:
        """Return what was repaired or left out of one, and where else the session was found."""
        return (*self.info[row].notes, *self.copy_notes(row))

    def copy_notes(self, row: int) -> tuple[str, ...]:
        """Say where else the same session was found."""
        again = self.sources[row][1:]
        said = [f"copy: the same file also lies at {', '.join(again)}"] if again else []
        said += [
            f"copy: {source} holds the same session and less of it: left out"
            for source in self.copies[row]
        ]
        return tuple(said)

    def found_at(self, sources: Container[str]) -> "Rows":
        """Return the rows without other places than these."""
        met = [tuple(one for one in places if one in sources) for places in self.sources]
        return replace(self, sources=met)

    def take(self, rows: IntArray) -> "Rows":
        """Return some of the rows, in the order given."""
        place = np.full(len(self), -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        mine = place[self.session] >= 0
        picked = rows.tolist()
        return Rows(
            ids=[self.ids[k] for k in picked],
            start_s=self.start_s[rows],
            end_s=self.end_s[rows],
            richness=self.richness[rows],
            utc_offset_s=self.utc_offset_s[rows],
            sport=[self.sport[k] for k in picked],
            sha256=[self.sha256[k] for k in picked],
            parts=[self.parts[k] for k in picked],
            trace=[self.trace[k] for k in picked],
            sources=[self.sources[k] for k in picked],
            copies=[self.copies[k] for k in picked],
            values=self.values[rows],
            legs=self.legs[mine],
            session=place[self.session][mine],
            ranges=self.ranges[rows],
            info=[self.info[k] for k in picked] if self.info else [],
        )


def _feature(
    unit: str, value: float, low: float, high: float, text: str, origin: Origin | None
) -> Feature:
    if isnan(value):
        return Feature(unit=unit, missing_because=text)
    return Feature(
        value=value,
        unit=unit,
        source=text,
        origin=origin,
        low=None if isnan(low) else low,
        high=None if isnan(high) else high,
    )


def unpack_legs(blobs: list[bytes]) -> tuple[LegArray, IntArray]:
    """Return all legs of some rows, and the row each belongs to."""
    legs = np.frombuffer(b"".join(blobs), dtype=LEG_DTYPE)
    counts = [len(blob) // LEG_DTYPE.itemsize for blob in blobs]
    return legs, np.repeat(np.arange(len(blobs)), counts)


def unpack_features(blobs: list[bytes]) -> FloatArray:
    """Return features, rows x catalogue."""
    return np.frombuffer(b"".join(blobs)).reshape(len(blobs), len(CATALOGUE))


def unpack_ranges(blobs: list[bytes], rows: int) -> FloatArray:
    """Return both ends of the ranges, rows x 2 x catalogue; all nan where none are given."""
    shape = (rows, 2, len(CATALOGUE))
    if not blobs:
        return np.broadcast_to(np.nan, shape)
    return np.frombuffer(b"".join(blobs)).reshape(shape)


def unpack_info(blobs: list[bytes]) -> list[Info]:
    """Return what is said in words."""
    return [decode_info(one) for one in blobs]


def relaid_values(blob: bytes, layout: list[str]) -> bytes:
    """Bring values (or both ends of their ranges) of an older catalogue into today's order."""
    table = np.frombuffer(blob).reshape(-1, len(layout))
    place = {name: number for number, name in enumerate(layout)}
    out = np.full((len(table), len(CATALOGUE)), np.nan)
    for number, name in enumerate(CATALOGUE):
        if name in place:
            out[:, number] = table[:, place[name]]
    return out.tobytes()


def relaid_info(blob: bytes, layout: list[str]) -> bytes:
    """Bring the words of an older catalogue's features into today's order."""
    info = decode_info(blob)
    cells = dict(zip(layout, info.cells, strict=True))
    unknown = "not computed by the version that imported it: import it again"
    texts = [*info.texts, unknown]
    placed = [cells.get(name, len(info.texts)) for name in CATALOGUE]
    return msgspec.json.encode(msgspec.structs.replace(info, texts=texts, cells=placed))
