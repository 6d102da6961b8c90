"""A maker's export: recordings in a folder, and a table that says more of each."""

import csv
import shutil
from pathlib import Path

from tools.changes import Copy, riskfit, sample

MODULE = '''
"""Acme's export: recordings under ``tracks``, and what the table says of each."""

import csv
from typing import Final

from riskfit.archives.supplement import Supplement
from riskfit.athlete import Conditions
from riskfit.origin import Origin

TABLE: Final = "acme_sessions.csv"


def read_sessions(data: bytes) -> dict[str, Supplement]:
    """Return file -> what the table says of it."""
    rows = csv.DictReader(data.decode("utf-8-sig", "replace").splitlines())
    return {row["file"]: _supplement(row) for row in rows if row.get("file")}


def _supplement(row: dict[str, str]) -> Supplement:
    weather = Conditions(
        air_temperature_c=float(row["air"]), source="weather of Acme", origin=Origin.EXPORT
    )
    return Supplement(weather=weather, rpe=float(row["effort"]), name=row["title"])
'''
EXPORT = """@dataclass(frozen=True, slots=True)
class _Acme(Export):
    sessions: dict[str, Supplement]

    def wanted(self, name: str) -> Wanted | None:
        supplement = self.sessions.get(name.removeprefix("tracks/"))
        return None if supplement is None else Wanted(supplement=supplement)


"""
BRANCH = """            elif name == acme.TABLE:
                self._export(_Acme(folder, acme.read_sessions(_bytes(item))))
"""


def make(copy: Copy) -> None:
    """Read its table in a module; say how it is known, and which of its places are wanted."""
    exports = "riskfit/batch/exports.py"
    copy.add("riskfit/archives/acme.py", MODULE)
    copy.before(
        exports, "from riskfit.archives.garmin import", "from riskfit.archives import acme\n"
    )
    copy.before(exports, "_E = TypeVar(", EXPORT)
    copy.before(exports, "            elif _POLARS_SESSION", BRANCH)


def prove() -> None:
    """Its recordings are read with what the table says, and nothing else in it is a failure."""
    tracks = Path("takeout", "tracks")
    tracks.mkdir(parents=True)
    shutil.copy(sample("evening_run.gpx"), tracks / "1.gpx")
    Path("takeout", "readme.txt").write_text("hello", encoding="utf-8")
    Path("takeout", "acme_sessions.csv").write_text(
        "file,air,effort,title\n1.gpx,27,7,Round the lake\n", encoding="utf-8"
    )
    shutil.make_archive("takeout", "zip", "takeout")
    for path in ("takeout", "takeout.zip"):
        riskfit("batch", path, "-o", "out.csv")
        (row,) = csv.DictReader(Path("out.csv").read_text(encoding="utf-8").splitlines())
        assert row["air_temperature_c"] == "27.0", f"Error: {path}"
        minutes = float(row["duration_min"])
        assert abs(float(row["session_rpe_load_rpe_min"]) - 7 * minutes) < 1e-6
