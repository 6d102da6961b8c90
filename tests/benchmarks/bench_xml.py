"""Speed of the TCX and GPX readers beside gpxpy and tcxreader.

The same files, one run, the best of a few rounds, CPU time; each reader goes from bytes or path
to all samples.  Files over 1 MB are taken from the folder that RISKFIT_CORPUS names, or made.
Goals: GPX at least 5 times as fast as gpxpy, TCX at least 2.5 times as fast as tcxreader.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tools.xml_files import gpx, gpx_point, gpx_track, tcx, tcx_activity, tcx_lap, tcx_point

from riskfit.readers import read_activity

BIG = 1_000_000
ROUNDS = 5
GOALS = {".gpx": ("gpxpy", 5.0), ".tcx": ("tcxreader", 2.5)}


def _made(folder: Path) -> list[Path]:
    extra = "<gpxtpx:TrackPointExtension><gpxtpx:hr>140</gpxtpx:hr></gpxtpx:TrackPointExtension>"
    track = gpx_track([gpx_point(i, extra, lat=50 + i / 1e5) for i in range(9000)])
    (folder / "made.gpx").write_bytes(gpx(track))
    place = (
        "<Position><LatitudeDegrees>50.123456</LatitudeDegrees><LongitudeDegrees>8.123456"
        "</LongitudeDegrees></Position><DistanceMeters>1234.5</DistanceMeters>"
    )
    lap = tcx_lap([tcx_point(i, 140, place) for i in range(6000)])
    (folder / "made.tcx").write_bytes(tcx(tcx_activity(lap)))
    return [folder / "made.gpx", folder / "made.tcx"]


def _files(folder: Path) -> list[Path]:
    corpus = os.environ.get("RISKFIT_CORPUS")
    if not corpus:
        return _made(folder)
    found = [path for path in Path(corpus).rglob("*") if path.suffix in GOALS]
    return sorted(path for path in found if path.stat().st_size > BIG)


def _best_ms(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return min(times) * 1e3


def _peer(path: Path) -> Callable[[], object]:
    if path.suffix == ".gpx":
        import gpxpy

        text = path.read_text(encoding="utf-8")
        return lambda: gpxpy.parse(text)
    from tcxreader.tcxreader import TCXReader

    return lambda: TCXReader().read(str(path))


def main() -> int:
    """Print a table; return 1 where a goal is missed."""
    ratios: dict[str, list[float]] = {suffix: [] for suffix in GOALS}
    print(f"{'file':42} {'MB':>5} {'points':>7} {'riskfit':>9} {'other':>9}  times as fast")
    with tempfile.TemporaryDirectory() as folder:
        for path in _files(Path(folder)):
            data = path.read_bytes()
            points = len(read_activity(data).samples)
            ours = _best_ms(lambda data=data: read_activity(data))
            theirs = _best_ms(_peer(path), 2)
            ratios[path.suffix].append(theirs / ours)
            print(
                f"{path.name[:42]:42} {len(data) / 1e6:5.1f} {points:7d} {ours:6.1f} ms "
                f"{theirs:6.0f} ms  {theirs / ours:6.1f} ({GOALS[path.suffix][0]})"
            )
    missed = False
    for suffix, (name, goal) in GOALS.items():
        if ratios[suffix]:
            least, middle = min(ratios[suffix]), statistics.median(ratios[suffix])
            missed |= least < goal
            print(f"{suffix[1:]}: {middle:.1f} times {name}, at least {least:.1f} (goal {goal:g})")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
