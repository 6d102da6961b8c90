"""The formats: by what bytes of a kind are known, and what reads them or why nothing does.

Adding a format is a line of `FORMATS` and a module.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from msgspec import Struct

from riskfit.archives.walk import GZIP, ZIP
from riskfit.errors import (
    DamagedFileError,
    NotAnActivityError,
    RiskfitError,
    UnsupportedFileError,
)


class Format(Struct, frozen=True, kw_only=True):
    """One kind of bytes.

    Attributes
    ----------
    magic : tuple of bytes
        What stands at byte ``magic_at`` of it.
    root : str
        The root element of its XML, in small letters.
    point : str
        An element by which XML is known whose root is damaged.
    head : str
        A pattern that its text begins with.
    marks : tuple of bytes
        One of these stands in its JSON.
    members : tuple of bytes
        One of these names stands in the directory of its zip.
    activity, activities, plan, forecast : str
        ``module:function`` that reads it as one activity, as several, as a planned session, as
        rows of a forecast; empty where it is none.
    reference : str
        Reads it as one activity with another decoder, to compare with.
    certain : bool
        Whether bytes of this kind are what its readers look for; else they try.
    error, refusal : type and str
        Where no activity can be read: what it is, and what to do.
    """

    magic: tuple[bytes, ...] = ()
    magic_at: int = 0
    root: str = ""
    point: str = ""
    head: str = ""
    marks: tuple[bytes, ...] = ()
    members: tuple[bytes, ...] = ()
    activity: str = ""
    activities: str = ""
    reference: str = ""
    plan: str = ""
    forecast: str = ""
    certain: bool = True
    error: type[RiskfitError] = UnsupportedFileError
    refusal: str = "the file is {kind}: give a FIT, TCX or GPX file, gzipped or zipped if you like"

    @property
    def is_recording(self) -> bool:
        """Say whether these bytes are sure to be of a format that activities are read from."""
        return bool(self.activity) and self.certain

    def reader(self, task: str) -> Callable[..., Any] | None:
        """Return the function for a task (``"activity"``, ``"plan"`` ...), None for none."""
        module, _, function = getattr(self, task).partition(":")
        return getattr(import_module(module), function) if module else None


def refusal(kind: str, data: bytes) -> RiskfitError:
    """Return the error that suits bytes of a kind that holds no activity.

    Parameters
    ----------
    kind : str
        A key of `FORMATS`.
    data : bytes

    Returns
    -------
    RiskfitError
    """
    found = FORMATS[kind]
    return found.error(found.refusal.format(kind=kind, size=len(data), wanted=_EXPORT))


_FIT = "riskfit.readers.fit:"
_TCX = "riskfit.readers.xml.tcx:"
_GPX = "riskfit.readers.xml.gpx:"
_PLANS = "riskfit.readers.plans."
_FETCH_AGAIN = "copying or downloading it failed, fetch it again"
_EXPORT = "export the workout as FIT, TCX or GPX"
_TEXT: Final = f"the file is plain text, not a recorded session: {_EXPORT}"
_UNPACK: Final = "the file is {kind}: unpack it and give its folder to `riskfit import`"


def _other(name: str, *, error: type[RiskfitError] = UnsupportedFileError, **known: Any) -> Format:
    """Return a format that others keep workouts in, and what to do with it."""
    return Format(
        error=error,
        refusal=(
            f"the file is {name}, which riskfit does not read: open it where it was made and "
            "export the workout as FIT, TCX or GPX"
        ),
        **known,
    )


def _json(name: str, *marks: bytes) -> Format:
    """Return a maker's JSON, which may still be a forecast by another name."""
    return Format(
        marks=marks,
        forecast=_PLANS + "forecast:json_rows",
        refusal=(
            f"the file is {name}, as JSON: export the session as FIT, TCX or GPX, "
            "or give the whole export to `riskfit import`"
        ),
    )


#: Kind -> what is known of it, tried in this order.  Magic numbers: file(1)'s.
FORMATS: Final[dict[str, Format]] = {
    "fit": Format(
        magic=(b".FIT",),
        magic_at=8,
        activity=_FIT + "read_fit",
        activities=_FIT + "read_fit_activities",
        reference=_FIT + "read_fit_by_fitparse",
        plan=_PLANS + "fit_plan:read_fit_plan",
    ),
    "tcx": Format(
        root="trainingcenterdatabase",
        point="Trackpoint",
        activity=_TCX + "read_tcx",
        activities=_TCX + "read_tcx_activities",
        plan=_PLANS + "route:read_tcx_course",
    ),
    "gpx": Format(
        root="gpx",
        point="trkpt",
        activity=_GPX + "read_gpx",
        activities=_GPX + "read_gpx_activities",
        plan=_PLANS + "route:read_gpx_course",
    ),
    "zwo": Format(
        root="workout_file",
        plan=_PLANS + "zwo:read_zwo",
        error=NotAnActivityError,
        refusal=(
            "the file is a planned Zwift workout, not a recorded session: "
            "use it with `riskfit check --plan`"
        ),
    ),
    "apple": Format(
        root="healthdata",
        refusal=(
            "the file is the export.xml of Apple Health, which holds many workouts: "
            "give the whole export to `riskfit import`"
        ),
    ),
    "html": Format(
        root="html",
        error=NotAnActivityError,
        refusal=(
            "the file is a web page, most likely the error or login page of a failed download: "
            "log in and download the workout again"
        ),
    ),
    "pwx": _other("a TrainingPeaks PWX file", root="pwx"),
    "fitlog": _other("a SportTracks FITLOG file", root="fitnessworkbook"),
    "sml": _other("a Suunto SML file", root="sml"),
    "hst": _other("a Garmin history file of the first Training Center", root="history"),
    "kml": Format(
        root="kml",
        error=NotAnActivityError,
        refusal=(
            "the file is KML, which draws a way on a map and keeps no heart rate and seldom times: "
            "export the workout as FIT, TCX or GPX where it was recorded"
        ),
    ),
    "svg": Format(root="svg", refusal="the file is a drawing (SVG): {wanted}"),
    "plist": Format(root="plist", refusal="the file is an Apple property list: {wanted}"),
    "xml": Format(refusal=f"the file is XML, but neither TCX nor GPX: {_EXPORT}"),
    "polar_json": _json("a training session of Polar Flow", b'"exercises"', b'"exportVersion"'),
    "garmin_json": Format(
        marks=(b'"summarizedActivitiesExport"',),
        refusal=(
            "the file is Garmin's list of sessions as JSON: "
            "give the whole export to `riskfit import`"
        ),
    ),
    "suunto_json": _json("a session of Suunto", b'"DeviceLog"'),
    "fitbit_json": _json("a list of Fitbit", b'"logId"', b'"activeZoneMinutes"', b'"bpm"'),
    "google_json": _json(
        "a part of a Google export",
        b'"fitnessActivity"',
        b'"semanticSegments"',
        b'"timelineObjects"',
    ),
    "huawei_json": _json("a part of Huawei Health's export", b'"motionPathData"', b"HW_EXT_TRACK"),
    "samsung_json": _json("a part of Samsung Health's export", b'"com.samsung', b'"live_data"'),
    "strava_json": _json("an answer of Strava's interface", b'"resource_state"'),
    "geojson": _json("a map layer (GeoJSON)", b'"FeatureCollection"'),
    "json": Format(
        forecast=_PLANS + "forecast:json_rows",
        error=NotAnActivityError,
        refusal=f"the file is JSON, not a recorded session: {_EXPORT}",
    ),
    "hrm": _other("a Polar HRM file", head=r"\[Params\]"),
    "erg": _other(
        "a trainer's course (ERG or MRC)", head=r"\[COURSE HEADER\]", error=NotAnActivityError
    ),
    "nmea": _other("a receiver's log (NMEA)", head=r"\$G[PNLA][A-Z]{3},"),
    "igc": _other("a glider's log (IGC)", head=r"A[A-Z0-9]{3,}[^\n]*\s+HF"),
    "oziexplorer": _other("an OziExplorer track", head=r"OziExplorer"),
    "calendar": Format(
        head=r"BEGIN:VCALENDAR",
        error=NotAnActivityError,
        refusal="the file is a calendar, not a recorded session: {wanted}",
    ),
    "huawei_text": _other("a track of Huawei Health", head=r"tp=lbs;"),
    "text": Format(forecast=_PLANS + "forecast:csv_rows", error=NotAnActivityError, refusal=_TEXT),
    "empty": Format(error=DamagedFileError, refusal=f"the file is empty: {_FETCH_AGAIN}"),
    "blank": Format(
        error=DamagedFileError,
        refusal=f"the file is blank ({{size}} bytes that say nothing): {_FETCH_AGAIN}",
    ),
    # It may be a FIT file whose header is lost: its reader recovers.
    "binary": Format(
        activity=_FIT + "read_fit",
        activities=_FIT + "read_fit_activities",
        reference=_FIT + "read_fit_by_fitparse",
        certain=False,
    ),
    "gzip": Format(magic=(GZIP,), error=NotAnActivityError, refusal=_TEXT),
    "zip": Format(magic=ZIP, error=NotAnActivityError, refusal=_TEXT),
    "spreadsheet": Format(
        members=(b"xl/workbook", b"opendocument.spreadsheet"),
        magic=(b"\xd0\xcf\x11\xe0",),
        error=NotAnActivityError,
        refusal=(
            "the file is a spreadsheet or another office document: save a table as CSV where a "
            "command takes one, or export the workout as FIT, TCX or GPX"
        ),
    ),
    "kmz": Format(
        members=(b"doc.kml",),
        error=NotAnActivityError,
        refusal="the file is KMZ, a way on a map without a recording: {wanted}",
    ),
    "tar": Format(
        magic=(b"ustar",),
        magic_at=257,
        refusal="the file is a tar archive: unpack it and give its folder to `riskfit import`",
    ),
    "srm": _other("an SRM power meter's file", magic=(b"SRM5", b"SRM6", b"SRM7", b"SRM8", b"SRM9")),
    "a TIFF picture": Format(magic=(b"II*\0", b"MM\0*")),
    "a binary property list": Format(magic=(b"bplist",)),
    "a PDF document": Format(magic=(b"%PDF",)),
    "a PNG picture": Format(magic=(b"\x89PNG",)),
    "a JPEG picture": Format(magic=(b"\xff\xd8\xff",)),
    "a GIF picture": Format(magic=(b"GIF8",)),
    "an SQLite database": Format(magic=(b"SQLite format 3\0",)),
    "a 7z archive": Format(magic=(b"7z\xbc\xaf\x27\x1c",), refusal=_UNPACK),
    "a RAR archive": Format(magic=(b"Rar!",), refusal=_UNPACK),
    "a bzip2 file": Format(magic=(b"BZh",)),
    "an xz file": Format(magic=(b"\xfd7zXZ",)),
    "a zstd file": Format(magic=(b"\x28\xb5\x2f\xfd",)),
    "a RIFF media file": Format(magic=(b"RIFF",)),
    "an Ogg media file": Format(magic=(b"OggS",)),
    "an MP3 file": Format(magic=(b"ID3",)),
    "a program": Format(magic=(b"\x7fELF",)),
    "a Parquet file": Format(magic=(b"PAR1",)),
    "a video or picture": Format(magic=(b"ftyp",), magic_at=4),
}
