"""Speed of the FIT reader beside fitparse, fitdecode, Garmin's SDK, chiptime and fitfast.

The same files, one run, CPU time, best of some rounds: from bytes to samples (a whole `Activity`,
in our case).  The ten largest FIT files are taken from the folder that RISKFIT_CORPUS names, or
one is made.  The floor is reading the bytes and copying them once as float64.
Goals (medians): 300 times as fast as fitparse, 120 times as fitdecode, 3 times as fitfast, which
returns the same columns from Rust, and as fast as it on every file; within 20 times of the floor;
memory at most 10 times the file.
"""

import gc
import io
import os
import statistics
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from tools.fit_writer import FitWriter

from riskfit.readers.fit import read_fit

FILES = 10
#: Seconds of measuring a file, for us and for the quick; the slow are measured once.
BUDGET_S = 1.0
GOALS = {"fitparse": 300.0, "fitdecode": 120.0, "fitfast": 3.0}


def _made() -> list[tuple[str, bytes]]:
    made, seconds = FitWriter(), np.arange(20_000)
    made.add("file_id", type=4, manufacturer=1, product=3113, time_created=1_100_000_000)
    made.add_rows(
        "record",
        timestamp=1_100_000_000 + seconds,
        heart_rate=120 + seconds % 60,
        power=200 + seconds % 99,
        enhanced_speed=3 + (seconds % 50) / 100,
        distance=3.2 * seconds,
        enhanced_altitude=100 + seconds % 300,
        temperature=20 + seconds % 5,
    )
    return [("made.fit", made.finish())]


def _files() -> list[tuple[str, bytes]]:
    corpus = os.environ.get("RISKFIT_CORPUS")
    if not corpus:
        return _made()
    found = [path for path in Path(corpus).rglob("*") if path.suffix.lower() == ".fit"]
    largest = sorted(found, key=lambda path: -path.stat().st_size)[:FILES]
    return [(path.name, path.read_bytes()) for path in largest]


def _by_fitparse(data: bytes) -> None:
    from fitparse import FitFile

    for message in FitFile(io.BytesIO(data)).get_messages("record"):
        message.get_values()


def _by_fitdecode(data: bytes) -> None:
    import fitdecode

    with fitdecode.FitReader(io.BytesIO(data)) as frames:
        for frame in frames:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record":
                for field in frame.fields:
                    _ = field.value


def _by_garmin(data: bytes) -> None:
    from garmin_fit_sdk import Decoder, Stream

    Decoder(Stream.from_byte_array(bytearray(data))).read()


def _by_chiptime(data: bytes) -> None:
    import chiptime

    for _ in chiptime.iter_messages(data):
        pass


def _by_fitfast(data: bytes) -> None:
    import fitfast

    fitfast.records(data)


PEERS: dict[str, tuple[str, Callable[[bytes], None], bool]] = {
    "fitfast": ("fitfast", _by_fitfast, True),
    "fitdecode": ("fitdecode", _by_fitdecode, False),
    "garmin-fit-sdk": ("garmin_fit_sdk", _by_garmin, False),
    "chiptime": ("chiptime", _by_chiptime, False),
    "fitparse": ("fitparse", _by_fitparse, False),
}


def _best_ms(call: Callable[[], object], *, repeat: bool = True) -> float:
    """Return the least CPU time of a call, of as many as the budget allows."""
    until = time.perf_counter() + BUDGET_S
    best = float("inf")
    while True:
        begin = time.process_time()
        call()
        best = min(best, time.process_time() - begin)
        if not repeat or time.perf_counter() > until:
            return best * 1e3


def _floor(data: bytes) -> object:
    return np.frombuffer(data, dtype="u1").astype("f8")


def _memory_ratio(data: bytes) -> float:
    gc.collect()
    tracemalloc.start()
    read_fit(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak + len(data)) / len(data)


def main() -> int:
    """Print a table of ratios; return how many goals were missed."""
    warnings.simplefilter("ignore")
    peers = {name: peer for name, peer in PEERS.items() if find_spec(peer[0]) is not None}
    ratios: dict[str, list[float]] = {name: [] for name in (*peers, "floor", "memory")}
    heads = "".join(f"{name:>16}" for name in peers)
    print(f"{'file':<44}{'MB':>6}{'riskfit':>10}{heads}{'floor':>8}{'memory':>8}")
    for name, data in _files():
        own = _best_ms(lambda data=data: read_fit(data))
        line = f"{name[-42:]:<44}{len(data) / 1e6:>6.2f}{own:>7.1f} ms"
        for peer, (_, call, repeat) in peers.items():
            try:
                ratio = _best_ms(lambda data=data, call=call: call(data), repeat=repeat) / own
            except BaseException as error:  # fitfast panics outside Exception
                if isinstance(error, KeyboardInterrupt):
                    raise
                line += f"{'failed':>16}"
                continue
            ratios[peer].append(ratio)
            line += f"{ratio:>14.1f} x"
        ratios["floor"].append(own / _best_ms(lambda data=data: _floor(data)))
        ratios["memory"].append(_memory_ratio(data))
        print(f"{line}{ratios['floor'][-1]:>6.1f} x{ratios['memory'][-1]:>6.1f} x", flush=True)
    return _verdict(ratios)


def _verdict(ratios: dict[str, list[float]]) -> int:
    missed = 0
    for peer, goal in GOALS.items():
        if ratios.get(peer):
            median = statistics.median(ratios[peer])
            missed += median < goal
            print(f"{median:7.0f} times as fast as {peer} (goal {goal:.0f})")
    if ratios.get("fitfast"):
        missed += min(ratios["fitfast"]) < 1
        print(f"{min(ratios['fitfast']):7.1f} times as fast as fitfast on the worst file (goal 1)")
    for name, goal, words in (
        ("floor", 20.0, "times the floor"),
        ("memory", 10.0, "times the file, memory"),
    ):
        value = statistics.median(ratios[name]) if name == "floor" else max(ratios[name])
        missed += value > goal
        print(f"{value:7.1f} {words} (goal at most {goal:.0f})")
    return int(missed)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
