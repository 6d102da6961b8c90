"""Know the exports of Strava, Garmin and Apple by their layout among the places listed.

Which places hold activities, and what the export tells of each beside its file.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
import numpy as np

from riskfit.activity import Failure
from riskfit.archives.garmin import DOCUMENTS, HYDRATION, GarminDocuments
from riskfit.archives.listing import Inner, Place, read_place
from riskfit.archives.strava import TABLE, StravaTable, read_table
from riskfit.archives.supplement import Supplement
from riskfit.errors import RiskfitError
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.origin import Origin
from riskfit.store.entries import Entry, Info

Item = Place | Inner
#: The folder of Garmin's export that holds all of it.
_GARMIN: Final = "DI_CONNECT/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a place shall be read."""

    supplement: Supplement | None = None
    aside: bool = False
    apple: bool = False
    garmin: GarminDocuments | None = None


_PLAINLY = Wanted()


@dataclass(frozen=True, slots=True)
class _Strava:
    table: StravaTable
    prefix: str
    met: set[str] = field(default_factory=set)

    def wanted(self, place: Place) -> Wanted | None:
        name = place.source.removeprefix(self.prefix)
        supplement = self.table.files.get(name)
        if supplement is not None:
            self.met.add(name)
            return Wanted(supplement=supplement)
        return _PLAINLY if name.startswith("activities/") else None

    def failures(self) -> list[Failure]:
        return [
            Failure(
                source=f"{self.prefix}{name}",
                kind="damaged",
                error=f"{TABLE} names it, but the export does not hold it: ask for a new export",
            )
            for name in sorted(self.table.files.keys() - self.met)
        ]


@dataclass(frozen=True, slots=True)
class _Garmin:
    documents: GarminDocuments
    supplement: Supplement | None
    prefix: str

    def wanted(self, place: Place) -> Wanted | None:
        if "Uploaded-Files/" not in place.source.removeprefix(self.prefix):
            return None
        return Wanted(supplement=self.supplement, aside=True, garmin=self.documents)


@dataclass(frozen=True, slots=True)
class _Apple:
    xml: str
    prefix: str

    def wanted(self, place: Place) -> Wanted | None:
        return Wanted(apple=True) if place.source == self.xml else None


_Export = _Strava | _Garmin | _Apple


@dataclass(frozen=True, slots=True)
class Outline:
    """The exports among some items; what lies in none of them is wanted plainly."""

    exports: list[_Export] = field(default_factory=list)
    aside: Counter[str] = field(default_factory=Counter)

    def wanted(self, place: Place) -> Wanted | None:
        """Say how a place shall be read, None where it shall not."""
        export = self._of(place.source)
        if export is not None:
            return export.wanted(place)
        # an athlete's own, among their files
        return None if _split(place.source)[1] == "profile.toml" else _PLAINLY

    def opens(self, inner: Inner) -> bool:
        """Say whether a zip in the zip shall be opened."""
        export = self._of(inner.source)
        if export is None:
            return True
        return isinstance(export, _Garmin) and "Uploaded-Files/" in inner.source

    def failures(self) -> list[Failure]:
        """Return what the exports name and do not hold; ask when all places were seen."""
        return [
            failure
            for export in self.exports
            if isinstance(export, _Strava)
            for failure in export.failures()
        ]

    def _of(self, source: str) -> _Export | None:
        mine = [one for one in self.exports if source.startswith(one.prefix)]
        return max(mine, key=lambda one: len(one.prefix), default=None)


def outline_of(items: Iterable[Item]) -> Outline:
    """Find the exports among the places of an input."""
    outline = Outline()
    documents: dict[str, GarminDocuments] = {}
    for item in items:
        before, found, _ = item.source.rpartition(_GARMIN)
        garmin = documents.setdefault(before + found, GarminDocuments()) if found else None
        if not isinstance(item, Place):
            continue
        folder, name = _split(item.source)
        if name == TABLE:
            _add_strava(outline, item, folder)
        elif name == "export.xml" and _split(folder[:-1])[1] == "apple_health_export":
            outline.exports.append(_Apple(xml=item.source, prefix=folder))
        elif garmin and (name.endswith(DOCUMENTS) or name.startswith(HYDRATION)):
            garmin.read(name, _bytes(item))
    for prefix, garmin in documents.items():
        athlete = garmin.athlete()
        supplement = None if athlete is None else Supplement(athlete=athlete)
        outline.exports.append(_Garmin(documents=garmin, supplement=supplement, prefix=prefix))
    return outline


def _split(source: str) -> tuple[str, str]:
    """Return what is before a name, its separator included, and the name."""
    cut = max(source.rfind("/"), source.rfind("!"), source.rfind("\\")) + 1
    return source[:cut], source[cut:]


def _add_strava(outline: Outline, item: Place, folder: str) -> None:
    table = read_table(_bytes(item))
    if not table.files and not table.unreadable_rows:
        return  # another table of that name
    outline.exports.append(_Strava(table=table, prefix=folder))
    counts = {
        "rows that Strava could not write": table.unreadable_rows,
        "rows without a file, entered by hand": table.manual_rows,
    }
    outline.aside.update({word: count for word, count in counts.items() if count})


def _bytes(item: Place) -> bytes:
    try:
        content = read_place(item)[0].content
    except RiskfitError:
        return b""
    return content if isinstance(content, bytes) else b""


def with_logged_sweat(entry: Entry, documents: GarminDocuments) -> Entry:
    """Return an entry with the maker's sweat loss from its log, where the file has none."""
    sweat_l = documents.sweat_at(entry.start_s)
    place = FEATURE_INDEX["device_sweat_loss_l"]
    values = np.frombuffer(entry.features).copy()
    if sweat_l is None or not np.isnan(values[place]):
        return entry
    values[place] = sweat_l
    info = msgspec.json.decode(entry.info, type=Info)
    info.texts.append("Garmin's hydration log")
    info.origins.append(Origin.EXPORT)
    info.cells[place] = len(info.texts) - 1
    return replace(entry, features=values.tobytes(), info=msgspec.json.encode(info))
