"""Know the exports of Strava, Garmin, Apple, Google and Polar among the places listed.

They are known by their layout and by what their documents hold: names of folders and documents
differ from language to language.  An export says which of its places hold activities, and what it
tells of each beside its file.
"""

import re
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar
from zipfile import BadZipFile

import msgspec
import numpy as np

from riskfit._common import plural
from riskfit.activity import Activity, Failure
from riskfit.archives.garmin import DOCUMENTS, HYDRATION, GarminDocuments, set_aside
from riskfit.archives.listing import Inner, Place, open_place, read_place
from riskfit.archives.strava import TABLE, StravaTable, plain_name, read_table
from riskfit.archives.supplement import Supplement, supplemented
from riskfit.athlete import Conditions
from riskfit.batch.work import Holds
from riskfit.errors import RiskfitError
from riskfit.features.athlete_rows import FEATURE_INDEX
from riskfit.origin import Origin
from riskfit.readers.sniff import sniff
from riskfit.sports import sport_of
from riskfit.store.entries import Entry, Info

Item = Place | Inner
_RECORDING: Final = re.compile(r"\.(fit|tcx|gpx)(\.gz)?$", re.IGNORECASE)
#: As much of a document as tells what it is. [bytes]
_HEAD_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a place shall be read."""

    supplement: Supplement | None = None
    aside: bool = False
    holds: Holds = "file"
    garmin: GarminDocuments | None = None

    def no_activity(self, content: bytes) -> str | None:
        """Return what a file holds that is no activity and need not be, None for what is read."""
        return set_aside(content) if self.aside else None

    def told(self, activity: Activity, conditions: Conditions) -> tuple[Activity, Conditions]:
        """Return an activity and its conditions with what the export says of them."""
        if self.garmin is not None:
            title = self.garmin.title_at(activity.start_time.timestamp())
            activity = replace(activity, name=activity.name or title)
        if self.supplement is None:
            return activity, conditions
        if conditions.race is None:
            conditions = replace(conditions, race=self.supplement.race)
        return supplemented(activity, self.supplement), conditions


_PLAINLY = Wanted()


@dataclass(frozen=True, slots=True)
class Export(ABC):
    """One maker's export; all that lies behind ``prefix`` is of it."""

    prefix: str

    @abstractmethod
    def wanted(self, name: str) -> Wanted | None:
        """Say how a place shall be read, by its name in the export; None where it shall not."""

    def opens(self, name: str) -> bool:  # noqa: ARG002
        """Say whether a zip in it shall be opened."""
        return False

    def failures(self) -> list[Failure]:
        """Return what it names and does not hold, or holds and nobody can read."""
        return []

    def aside(self) -> dict[str, int]:
        """Count what needs not be read, by what it is."""
        return {}


@dataclass(frozen=True, slots=True)
class _Strava(Export):
    table: StravaTable
    #: Plain names of the files that the table names.
    names: dict[str, str]
    met: set[str] = field(default_factory=set)

    def wanted(self, name: str) -> Wanted | None:
        if name.casefold() == TABLE:
            return Wanted(holds="rows") if self.table.by_hand else None
        file = self.names.get(plain_name(name))
        if file is not None:
            self.met.add(file)
            return Wanted(supplement=self.table.files[file])
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

    def aside(self) -> dict[str, int]:
        counts = {
            "rows that Strava could not write": self.table.unreadable_rows,
            "rows without a file, a date or a duration": self.table.bare_rows,
        }
        return {word: count for word, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class _Garmin(Export):
    documents: GarminDocuments = field(default_factory=GarminDocuments)

    def wanted(self, name: str) -> Wanted | None:
        if not self.opens(name):
            # a folder that was renamed may hold what is not Garmin's
            renamed = "DI_CONNECT" not in self.prefix[-11:]
            return _PLAINLY if renamed and not name.startswith("DI-Connect-") else None
        athlete = self.documents.athlete()
        supplement = None if athlete is None else Supplement(athlete=athlete)
        return Wanted(supplement=supplement, aside=True, garmin=self.documents)

    def opens(self, name: str) -> bool:
        return "Uploaded-Files/" in name


@dataclass(frozen=True, slots=True)
class _Apple(Export):
    documents: set[str] = field(default_factory=set)

    def wanted(self, name: str) -> Wanted | None:
        if name in self.documents:
            return Wanted(holds="apple")
        alone = self.prefix.rstrip("/").endswith("apple_health_export")
        own = name.partition("/")[0] in _APPLES_FOLDERS or name.lower().endswith(".xml")
        return None if alone or own else _PLAINLY


_APPLES_FOLDERS: Final = {
    "attachments",
    "clinical-records",
    "clinical_records",
    "electrocardiograms",
    "workout-routes",
}


@dataclass(frozen=True, slots=True)
class _Takeout(Export):
    """Google's: sessions are TCX files, and documents in English name the sport of each."""

    sports: dict[str, str]
    others: set[str] = field(default_factory=set)

    def wanted(self, name: str) -> Wanted | None:
        if not _RECORDING.search(name):
            self.others.add(name)
            return None
        stamp = _GOOGLES_STAMP.match(name.rpartition("/")[2])
        word = self.sports.get(stamp[1]) if stamp else None
        return _PLAINLY if word is None else Wanted(supplement=Supplement(sport=sport_of(word)))

    def aside(self) -> dict[str, int]:
        return {"other documents of Google's export": len(self.others)} if self.others else {}


_GOOGLES_STAMP: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d_\d\d_\d\d(?:[.]\d+)?(?:[+-]\d\d_\d\d|Z))_"
)
_GOOGLES_SESSION: Final = re.compile(_GOOGLES_STAMP.pattern + r"([A-Z_.]+)\.json$")


@dataclass(frozen=True, slots=True)
class _Polar(Export):
    sessions: set[str] = field(default_factory=set)

    def wanted(self, name: str) -> Wanted | None:
        return _PLAINLY if _RECORDING.search(name) else None

    def failures(self) -> list[Failure]:
        return [
            Failure(
                source=self.prefix.rstrip("/!\\"),
                kind="unsupported",
                error=(
                    f"the export of Polar Flow holds {plural(len(self.sessions), 'session')} as "
                    "JSON, which riskfit does not read: export them one by one as TCX or FIT from "
                    "Polar Flow on the web, and import these files"
                ),
            )
        ]


_POLARS_SESSION: Final = re.compile(r"training-session-\d{4}-\d\d-\d\d-.*\.json$")


_E = TypeVar("_E", bound=Export)


@dataclass(frozen=True, slots=True)
class Outline:
    """The exports among some items; what lies in none of them is wanted plainly."""

    exports: dict[str, Export] = field(default_factory=dict)
    google_sports: dict[str, str] = field(default_factory=dict)

    def add(self, items: Iterable[Item]) -> None:
        """Find the exports among the places of an input."""
        for item in items:
            folder, name = _split(item.source)
            if marked := _GARMINS.search(item.source):
                begin = marked.start() if marked[1] else marked.end()
                garmin = self._export(_Garmin(item.source[:begin]))
                if isinstance(item, Place) and (name.endswith(DOCUMENTS) or HYDRATION in name):
                    garmin.documents.read(name, _bytes(item))
            elif isinstance(item, Inner):
                continue
            elif name.casefold() == TABLE:
                table = read_table(_bytes(item))
                if table.files or table.by_hand or table.unreadable_rows:
                    names = {plain_name(file): file for file in table.files}
                    self.exports[folder] = _Strava(folder, table, names)
            elif name.lower().endswith(".xml") and sniff(_head(item)) == "apple":
                self._export(_Apple(folder)).documents.add(name)
            elif _POLARS_SESSION.match(name):
                self._export(_Polar(folder)).sessions.add(name)
            else:
                self._add_google(folder, name)

    def _add_google(self, folder: str, name: str) -> None:
        if session := _GOOGLES_SESSION.match(name):
            self.google_sports[session[1]] = session[2]
        if name == "archive_browser.html":
            self._export(_Takeout(folder, self.google_sports))
        elif name.startswith(("raw_com.google", "derived_com.google")):
            self._export(_Takeout(_split(folder[:-1])[0], self.google_sports))

    def _export(self, new: _E) -> _E:
        """Return the export that begins there, the new one where there is none."""
        known = self.exports.get(new.prefix)
        if isinstance(known, type(new)):
            return known
        self.exports[new.prefix] = new
        return new

    def wanted(self, place: Place) -> Wanted | None:
        """Say how a place shall be read, None where it shall not."""
        export = self.of(place)
        if export is not None:
            return export.wanted(_inside(place, export))
        # an athlete's own, among their files
        return None if _split(place.source)[1] == "profile.toml" else _PLAINLY

    def opens(self, inner: Inner) -> bool:
        """Say whether a zip in the zip shall be opened."""
        export = self.of(inner)
        return export is None or export.opens(_inside(inner, export))

    def failures(self) -> list[Failure]:
        """Return what the exports cannot give; ask when all places were seen."""
        return [failure for export in self.exports.values() for failure in export.failures()]

    def aside(self) -> dict[str, int]:
        """Count what needs not be read, by what it is; ask when all places were seen."""
        total: Counter[str] = Counter()
        for export in self.exports.values():
            total.update(export.aside())
        return dict(total)

    def of(self, item: Item) -> Export | None:
        """Return the export that an item lies in."""
        mine = [one for prefix, one in self.exports.items() if item.source.startswith(prefix)]
        return max(mine, key=lambda one: len(one.prefix), default=None)


#: Where Garmin's export begins: behind its own folder, or where somebody renamed that.
_GARMINS: Final = re.compile(r"DI_CONNECT[/\\]|(DI-Connect-[A-Z])")


def _split(source: str) -> tuple[str, str]:
    """Return what is before a name, its separator included, and the name."""
    cut = max(source.rfind("/"), source.rfind("!"), source.rfind("\\")) + 1
    return source[:cut], source[cut:]


def _inside(item: Item, export: Export) -> str:
    """Return an item's name in its export."""
    return item.source[len(export.prefix) :].replace("\\", "/")


def _bytes(item: Place) -> bytes:
    try:
        content = read_place(item)[0].content
    except RiskfitError:
        return b""
    return content if isinstance(content, bytes) else b""


def _head(item: Place) -> bytes:
    try:
        with open_place(item) as stream:
            return stream.read(_HEAD_BYTES)
    except (RiskfitError, OSError, EOFError, ValueError, zlib.error, BadZipFile):
        return b""


def with_documents(entry: Entry, documents: GarminDocuments) -> Entry:
    """Return an entry with title and logged sweat loss, where its file has none."""
    title, sweat_l = documents.title_at(entry.start_s), documents.sweat_at(entry.start_s)
    place = FEATURE_INDEX["device_sweat_loss_l"]
    values = np.frombuffer(entry.features).copy()
    info = msgspec.json.decode(entry.info, type=Info)
    if sweat_l is not None and np.isnan(values[place]):
        values[place] = sweat_l
        info.texts.append("Garmin's hydration log")
        info.origins.append(Origin.EXPORT)
        info.cells[place] = len(info.texts) - 1
    info = msgspec.structs.replace(info, name=info.name or title)
    return replace(entry, features=values.tobytes(), info=msgspec.json.encode(info))
