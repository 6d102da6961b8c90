"""The page's server as people start it: a process of its own."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from riskfit.resources import sample_data


@contextmanager
def running(store=None, *more):
    """Start `riskfit serve` on a free port; give its address, and stop it at the end."""
    with running_process(store, *more) as (address, _):
        yield address


@contextmanager
def running_process(store=None, *more):
    """Start it; give its address and its process."""
    profile = str(sample_data().joinpath("athlete.toml"))
    command = [sys.executable, "-m", "riskfit", "serve", "--port", "0", "--profile", profile]
    command += ["--no-store"] if store is None else ["--store", str(store)]
    process = subprocess.Popen(
        [*command, *more],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    try:
        address = ""
        while not address:
            line = process.stderr.readline()
            if not line:
                raise RuntimeError(f"the server ended with {process.wait()}")
            found = re.search(r"http://\S+/", line)
            address = found[0] if found else ""
        yield address.rstrip("/"), process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()


class Client:
    """Asks as the page does; headers can be changed or left out (None)."""

    def __init__(self, address):
        self.host = address.removeprefix("http://")
        self.token = ""

    def get(self, path, **headers):
        return self.ask("GET", path, None, headers)

    def post(self, path, body, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, raw, {"X-Riskfit-Token": self.token, **headers})

    def ask(self, method, path, body, headers):
        """Return status, headers and body."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            full = {"Host": self.host, **named}
            if body is not None:
                full.setdefault("Content-Length", str(len(body)))
            for name, value in full.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders()
            if body:
                connection.send(body)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def learn_token(self):
        """Read the token off a page, as its script does."""
        _, _, page = self.get("/analyze")
        self.token = re.search(rb'name="riskfit-token" content="([^"]+)"', page)[1].decode()
        return self


def memory_mb(process):
    """Return how much memory a process holds."""
    text = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) / 1024


def wait_s(moment):
    time.sleep(max(0.0, moment - time.monotonic()))
