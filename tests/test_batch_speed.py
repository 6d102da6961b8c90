"""The long proofs of speed, size and memory: against the libraries one would use otherwise.

Every figure is a ratio of two runs of the same machine in the same minutes.
"""

import os
import statistics
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from tools.generator import generate_archive
from tools.other_readers import read_with_others

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
COUNT = int(os.environ.get("RISKFIT_PROOF_FILES", "2000"))
SAMPLE = min(200, COUNT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("speed")


def archive_of(folder, name, count, **options):
    path = folder / name
    generate_archive(path, count, distinct=60, **options)
    return path


def batch(path, cache, *arguments):
    """Start a batch in a process of its own."""
    command = [sys.executable, "-m", "riskfit", "batch", str(path), "-q", "--store", str(cache)]
    out = ["-o", f"{cache}.csv", *arguments]
    return subprocess.Popen([*command, *out], stderr=subprocess.PIPE)


def timed(*processes):
    begin = time.perf_counter()
    for process in processes:
        assert process.wait() in (0, 1), process.stderr.read()
        process.stderr.close()
    return time.perf_counter() - begin


def split(path, folder, parts):
    """Deal an archive out into several."""
    with zipfile.ZipFile(path) as whole:
        for number in range(parts):
            with zipfile.ZipFile(folder / f"part{number}.zip", "w") as out:
                for name in whole.namelist()[number::parts]:
                    out.writestr(name, whole.read(name))
    return [folder / f"part{number}.zip" for number in range(parts)]


def others_per_second(path, tmp_path):
    """Return files a second of a pool of two that only reads them with other libraries."""
    pytest.importorskip("gpxpy")
    pytest.importorskip("tcxreader")
    with zipfile.ZipFile(path) as whole:
        step = len(whole.namelist()) // SAMPLE
        names = whole.namelist()[::step][:SAMPLE]
        whole.extractall(tmp_path, names)
    files = [str(tmp_path / name) for name in names]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(read_with_others, files[:2]))  # imports
        begin = time.perf_counter()
        list(pool.map(read_with_others, files, chunksize=4))
        return len(files) / (time.perf_counter() - begin)


@pytest.mark.parametrize(
    ("formats", "times"), [({"fit": 0.8, "gpx": 0.1, "tcx": 0.1}, 20), ({"fit": 1.0}, 40)]
)
def test_an_archive_takes_a_fraction_of_what_reading_it_otherwise_takes(
    folder, tmp_path, formats, times, record_property
):
    path = archive_of(folder, f"{len(formats)}.zip", COUNT, formats=formats)
    others = others_per_second(path, tmp_path)
    ours = COUNT / timed(batch(path, tmp_path / "cache", "--jobs", "2"))
    record_property("files_per_second", round(ours, 1))
    record_property("others_per_second", round(others, 2))
    print(f"{formats}: {ours:.1f} files/s, others {others:.2f}: {ours / others:.1f} times")
    assert ours / others >= times


def test_two_processes_do_nearly_twice_the_work_of_one(folder, tmp_path):
    path = archive_of(folder, "pair.zip", COUNT // 2)
    halves = split(path, tmp_path, 2)
    apart, together = [], []
    for turn in range(3):
        two = [batch(p, tmp_path / f"h{turn}{n}", "--jobs", "1") for n, p in enumerate(halves)]
        apart.append(timed(*two))
        together.append(timed(batch(path, tmp_path / f"w{turn}", "--jobs", "2")))
    share = statistics.median(apart) / statistics.median(together)
    print(f"pool reaches {share:.0%} of two independent processes")
    assert share >= 0.85


def test_a_second_run_is_at_least_25_times_faster(folder, tmp_path):
    path = archive_of(folder, "again.zip", COUNT)
    first = timed(batch(path, tmp_path / "cache", "--jobs", "2"))
    again = min(timed(batch(path, tmp_path / "cache", "--jobs", "2")) for _ in range(3))
    print(f"first {first:.1f} s, again {again:.2f} s: {first / again:.0f} times")
    assert first / again >= 25


def test_time_a_file_does_not_grow_with_the_archive(folder, tmp_path):
    few, many = COUNT // 4, COUNT * 4
    small = archive_of(folder, "small.zip", few)
    large = archive_of(folder, "large.zip", many)
    a_file_small = min(
        timed(batch(small, tmp_path / f"s{turn}", "--jobs", "2")) / few for turn in range(3)
    )
    process = batch(large, tmp_path / "large", "--jobs", "2")
    begin, peak = time.perf_counter(), 0
    while process.poll() is None:
        peak = max(peak, memory_of(process.pid))
        time.sleep(0.2)
    a_file_large = (time.perf_counter() - begin) / many
    process.stderr.close()
    print(f"{a_file_small * 1e3:.1f} ms at {few}, {a_file_large * 1e3:.1f} ms at {many}")
    print(f"peak memory {peak / 1e6:.0f} MB")
    assert a_file_large <= 1.25 * a_file_small
    assert peak < 500e6


def memory_of(pid):
    """Return what a process and all below it hold, shared pages counted once. [bytes]"""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, queue = 0, [pid]
    while queue:
        one = queue.pop()
        queue += children.get(one, [])
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
    return total * 1024
