"""The same work on a cluster: a real scheduler and two workers on this machine."""

import os
import signal
import subprocess
import sys
import time

import pytest
from tools.command_line import run
from tools.generator import generate_archive

pytest.importorskip("distributed")


@pytest.fixture
def cluster(tmp_path):
    """Start a scheduler and two workers; give its address and their processes."""
    file = ["--no-dashboard", "--scheduler-file", str(tmp_path / "s.json")]
    start = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    scheduler = subprocess.Popen([*start, "--port", "0", *file], stderr=subprocess.DEVNULL)
    command = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", *file]
    command += ["--nthreads", "1", "--local-directory", str(tmp_path)]
    workers = [
        subprocess.Popen([*command, "--local-directory", str(tmp_path)], stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    try:
        yield address_of(tmp_path / "s.json"), workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def address_of(file):
    """Wait until two workers have come, and return the scheduler's address."""
    import json

    from distributed import Client

    until = time.monotonic() + 60
    while not file.exists() or not file.read_text():
        assert time.monotonic() < until
        time.sleep(0.1)
    address = json.loads(file.read_text())["address"]
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    return address


def batch(archive, target, *arguments):
    """Run a batch as people do, in a process of its own."""
    command = [sys.executable, "-m", "riskfit", "batch", str(archive), "-o", str(target)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(target.parent / f"cache-{target.stem}")}
    return subprocess.Popen([*command, *arguments], env=environment, stderr=subprocess.PIPE)


def finished(process):
    _, said = process.communicate(timeout=300)
    return process.returncode, said.decode()


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path, cluster):
    address, workers = cluster
    archive = tmp_path / "archive.zip"
    generate_archive(archive, 150, distinct=30, every_s=(2,))
    assert finished(batch(archive, tmp_path / "here.jsonl"))[0] == 0
    process = batch(archive, tmp_path / "there.jsonl", "--scheduler", address)
    time.sleep(4)
    workers[0].send_signal(signal.SIGKILL)
    code, said = finished(process)
    assert code == 0, said
    assert (tmp_path / "there.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


def test_a_cluster_gives_the_same_bytes(tmp_path, cluster):
    archive = tmp_path / "archive.zip"
    generate_archive(archive, 6, hours=0.2, every_s=(20,))
    with_bad = tmp_path / "bad.fit"
    with_bad.write_bytes(b"junk")
    assert finished(batch(archive, tmp_path / "here.jsonl"))[0] == 0
    code, said = finished(batch(archive, tmp_path / "there.jsonl", "--scheduler", cluster[0]))
    assert code == 0, said
    assert (tmp_path / "there.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


def test_a_scheduler_that_is_not_there_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr("riskfit.batch.cluster._CONNECT_S", 1)
    generate_archive(tmp_path / "a", 1, hours=0.1, every_s=(30,))
    address = "tcp://127.0.0.1:9"
    result = run("batch", tmp_path / "a", "--scheduler", address, code=1)
    assert "no scheduler answers" in result.stderr
