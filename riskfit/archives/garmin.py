"""Garmin's bulk export: uploads of every kind in zips in a zip, JSON beside them."""

import json
import struct
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from riskfit.athlete import Athlete
from riskfit.errors import InputError

T = TypeVar("T")

#: What file types mean (the FIT protocol's ``file`` type); activities and unknown ones are read.
_ASIDE: Final = {
    1: "device",
    2: "settings",
    3: "sport settings",
    5: "workouts",
    6: "courses",
    7: "schedules",
    9: "weight",
    10: "totals",
    11: "goals",
    14: "blood pressure",
    15: "monitoring",
    20: "activity summaries",
    28: "daily monitoring",
    32: "monitoring",
    34: "segments",
    35: "segment lists",
    37: "exercise data",
    38: "menstrual cycle",
    40: "device data",
    44: "metrics",
    49: "sleep",
    58: "health metrics",
    61: "sleep summaries",
    65: "heart-rate variability",
    68: "heart-rate variability",
}
_FILE_ID, _TYPE_FIELD = 0, 0


def set_aside(data: bytes) -> str | None:
    """Say what a file is that is no activity and need not be, None where it shall be read.

    Its first message tells: a few microseconds, whatever its size.
    """
    if not data:
        return "empty files"
    kind = file_type(data)
    return None if kind is None else _ASIDE.get(kind)


def file_type(data: bytes) -> int | None:
    """Return the type in a FIT file's first message, None where there is none to be found."""
    if len(data) < 14 or data[8:12] != b".FIT":
        return None
    at = data[0]
    try:
        if not data[at] & 0x40 or data[at] & 0x80:
            return None  # the first message must be a definition
        order = ">" if data[at + 2] else "<"
        number = struct.unpack_from(f"{order}H", data, at + 3)[0]
        count = data[at + 5]
        fields = [data[at + 6 + 3 * k : at + 9 + 3 * k] for k in range(count)]
        body = at + 6 + 3 * count
        if data[at] & 0x20:
            body += 1 + 3 * data[body]
        if number != _FILE_ID or data[body] & 0xC0:
            return None
        offset = body + 1
        for field, size, _ in fields:
            if field == _TYPE_FIELD:
                return data[offset]
            offset += size
    except (IndexError, ValueError, struct.error):
        return None
    return None


#: Names of the documents that are read, beside the uploads.
DOCUMENTS: Final = (
    "_summarizedActivities.json",
    "_heartRateZones.json",
    "_powerZones.json",
    "_userBioMetrics.json",
)
HYDRATION: Final = "HydrationLogFile_"
#: Uploads and summaries of one activity start within so long. [s]
_SAME_START_S: Final = 5.0


@dataclass(slots=True)
class GarminDocuments:
    """What the documents say: the person, and each activity's title and sweat loss by its start."""

    person: dict[str, float] = field(default_factory=dict)
    starts_s: dict[int, float] = field(default_factory=dict)
    sweat_l: dict[int, float] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    weighed_on: str = ""

    def read(self, name: str, data: bytes) -> None:
        """Take one document in; what cannot be understood is passed over."""
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            return
        rows = document if isinstance(document, list) else [document]
        for row in (one for one in rows if isinstance(one, dict)):
            if name.endswith("_summarizedActivities.json"):
                self._summaries(row)
            elif HYDRATION in name:
                self._hydration(row)
            elif name.endswith("_heartRateZones.json"):
                self._zones(row)
            elif name.endswith("_powerZones.json"):
                if str(row.get("sport", "")).upper() == "CYCLING":
                    self._tell("ftp_w", row.get("functionalThresholdPower"))
            else:
                self._mass(row)

    def athlete(self) -> Athlete | None:
        """Return the person as Garmin knows them; what is impossible is left out."""
        known = Athlete()
        for name, value in self.person.items():
            told: dict[str, Any] = {name: value}
            with suppress(InputError):
                known = replace(known, **told)
        return known if known.known() else None

    def sweat_at(self, start_s: float) -> float | None:
        """Return the sweat loss logged for the activity that starts then [L]."""
        return self._at(start_s, self.sweat_l)

    def title_at(self, start_s: float) -> str | None:
        """Return the title of the activity that starts then."""
        return self._at(start_s, self.titles)

    def _at(self, start_s: float, told: dict[int, T]) -> T | None:
        for number, start in self.starts_s.items():
            if abs(start - start_s) <= _SAME_START_S and number in told:
                return told[number]
        return None

    def _tell(self, name: str, value: Any) -> None:
        if isinstance(value, int | float) and value > 0:
            self.person[name] = float(value)

    def _summaries(self, row: dict[str, Any]) -> None:
        for one in row.get("summarizedActivitiesExport") or ():
            # startTimeLocal is an epoch that holds the offset already; begin and GMT are true
            begin = one.get("beginTimestamp") or one.get("startTimeGmt")
            if one.get("activityType") != "multi_sport" and isinstance(begin, int | float):
                number = int(one.get("activityId") or 0)
                self.starts_s[number] = begin / 1000
                if isinstance(one.get("name"), str) and one["name"].strip():
                    self.titles[number] = one["name"].strip()

    def _hydration(self, row: dict[str, Any]) -> None:
        # what was measured on scales beats what the watch estimated
        sweat = row.get("measuredSweatLossInML") or row.get("estimatedSweatLossInML")
        if isinstance(row.get("activityId"), int) and isinstance(sweat, int | float) and sweat > 0:
            self.sweat_l[row["activityId"]] = float(sweat) / 1000

    def _zones(self, row: dict[str, Any]) -> None:
        if str(row.get("sport", "DEFAULT")).upper() in ("DEFAULT", "RUNNING"):
            self._tell("hr_rest_bpm", row.get("restingHeartRateUsed"))
            self._tell("hr_threshold_bpm", row.get("lactateThresholdHeartRateUsed"))
            self._tell("hr_max_bpm", row.get("maxHeartRateUsed"))

    def _mass(self, row: dict[str, Any]) -> None:
        day = str((row.get("metaData") or {}).get("calendarDate", ""))
        weight = (row.get("weight") or {}).get("weight")
        if day >= self.weighed_on and isinstance(weight, int | float) and weight > 0:
            self.weighed_on = day
            self.person["mass_kg"] = float(weight) / 1000
