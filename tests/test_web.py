"""The page's server: who may ask, what is never done, and that it stands a load."""

import json
import random
import re
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass

import pytest

pytest.importorskip("starlette", reason="the web extra is not installed")
pytest.importorskip("uvicorn", reason="the web extra is not installed")

from tools.command_line import run
from tools.made_batch import made_report
from tools.serving import Client, memory_mb, running, running_process, wait_s

from riskfit.resources import sample_data
from riskfit.store import Store
from riskfit.store.told import outcomes
from riskfit.web.guard import Rules, hosts_of

PLAN = {"sport": "running", "duration_min": 90, "intensity_fraction": 0.8}


@dataclass(slots=True)
class Place:
    client: Client
    store: object


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    made_report(folder, 40)
    with running(folder / "made.sqlite") as address:
        yield Place(client=Client(address).learn_token(), store=folder / "made.sqlite")


@pytest.fixture
def client(place):
    return place.client


# ---- what it is for


def test_a_plan_is_answered_with_its_score(client):
    status, _, body = client.post("/api/check", PLAN)
    answer = json.loads(body)
    assert status == 200
    assert "Score" in answer["said"]
    assert "hero" in answer["parts"]
    assert len(answer["blocks"]["s1-data"]["document"]["activities"][0]["timeline"]["score"]) == 90


def test_a_full_answer_has_what_ifs_advice_and_the_ledger(client):
    answer = json.loads(client.post("/api/check", {**PLAN, "full": True})[2])
    assert {"hero", "causes", "along", "curves", "changes", "ledger", "advice"} <= set(
        answer["parts"]
    )
    assert len(answer["blocks"]["s1-plan-data"]["curves"]) >= 2


def test_both_answers_have_the_same_score(client):
    quick, full = (
        json.loads(client.post("/api/check", {**PLAN, "full": full})[2]) for full in (False, True)
    )
    assert quick["parts"]["hero"] == full["parts"]["hero"]
    assert quick["said"] == full["said"]


def test_heat_that_is_told_counts(client):
    scores = []
    for air in (15, 33):
        day = {"air_temperature_c": air, "relative_humidity_pct": 60}
        answer = json.loads(client.post("/api/check", {**PLAN, "day": day})[2])
        activity = answer["blocks"]["s1-data"]["document"]["activities"][0]
        scores.append(activity["timeline"]["score"][-1])
    assert scores[1] > scores[0]


def test_a_dropped_file_becomes_a_report_that_is_not_kept_for_ever(client):
    data = sample_data().joinpath("easy_run.fit").read_bytes()
    status, _, body = client.post("/api/analyze?race=0", data, X_Riskfit_Name="my%20run.fit")
    assert status == 200
    address = json.loads(body)["address"]
    status, _, page = client.get(address)
    assert status == 200
    assert b"my run.fit" in page
    for _ in range(8):
        client.post("/api/analyze", data)
    assert client.get(address)[0] == 404


def test_history_shows_the_store_and_an_outcome_is_logged(place):
    client = place.client
    page = client.get("/history")[2].decode()
    block = re.search(r'id="batch-data">(.*?)</script>', page)[1]
    start = json.loads(block)["columns"]["start_s"][3]
    body = {"start_s": start, "cramp": True, "muscle": "calf", "when": "during"}
    status, _, answer = client.post("/api/log", body)
    assert (status, json.loads(answer)["said"]) == (200, "a cramp, calf, during")
    with Store(place.store, create=False) as store:
        found = outcomes(store, store.athlete_id(""))
    assert [(one.start_s, one.told["muscle"]) for one in found] == [(start, "calf")]
    assert "a cramp, calf, during" in client.get("/history")[2].decode()


def test_an_outcome_of_no_session_is_refused(client):
    status, _, body = client.post("/api/log", {"start_s": 12345.0, "cramp": False})
    assert status == 422
    assert "no session" in json.loads(body)["error"]


def test_without_a_store_the_page_says_how_to_make_one(tmp_path):
    with running(None) as address:
        status, _, page = Client(address).get("/history")
    assert status == 200
    assert b"riskfit import" in page


# ---- who may ask


def test_a_foreign_host_is_not_answered(client):
    for host in ("evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:80", None):
        assert client.get("/", Host=host)[0] in (400, 421), host


def test_another_page_may_not_write(client):
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"X_Riskfit_Token": "guessed"},
        {"X_Riskfit_Token": None},
    ):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for path in ("/api/check", "/api/log", "/api/analyze"):
            status, _, body = client.post(path, PLAN, **named)
            assert status == 403, (path, headers)
            assert "error" in json.loads(body)


def test_the_own_page_may(client):
    assert client.post("/api/check", PLAN, Origin=f"http://{client.host}")[0] == 200


def test_other_methods_are_refused(client):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert client.ask(method, "/", None, {})[0] == 405, method


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client):
    headers = {"X-Riskfit-Token": client.token, "Content-Length": str(10**12)}
    assert client.ask("POST", "/api/analyze", None, headers)[0] == 413
    assert client.post("/api/check", b"x" * 20_000)[0] == 413


def test_a_body_that_grows_too_large_is_stopped(client):
    with socket.create_connection(client.host.split(":"), timeout=20) as plain:
        head = (
            f"POST /api/check HTTP/1.1\r\nHost: {client.host}\r\nX-Riskfit-Token: {client.token}"
            "\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        plain.sendall(head.encode())
        for _ in range(40):
            plain.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
        plain.sendall(b"0\r\n\r\n")
        assert b" 413 " in plain.recv(200)


def test_every_answer_has_the_headers_of_safety(client):
    for path in ("/", "/analyze", "/history", "/nothing", "/static/x/y"):
        _, headers, _ = client.get(path)
        lower = {name.lower(): value for name, value in headers.items()}
        policy = lower["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert re.search(r"script-src 'nonce-[\w-]{20,}'", policy)
        assert "http:" not in policy
        assert lower["x-content-type-options"] == "nosniff"
        assert lower["referrer-policy"] == "no-referrer"
        assert lower["x-frame-options"] == "DENY"


def test_a_nonce_is_used_once_and_every_script_carries_it(client):
    nonces = set()
    for _ in range(3):
        _, headers, page = client.get("/")
        nonce = re.search(r"'nonce-([^']+)'", headers["content-security-policy"])[1]
        nonces.add(nonce)
        scripts = re.findall(r"<script(?! type=\"application/json\")([^>]*)>", page.decode())
        assert scripts
        assert all(f'nonce="{nonce}"' in tag for tag in scripts)
    assert len(nonces) == 3


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/v/..%2f..%2fhtml.py",
        "/report/../../../etc/passwd",
        "/report/%00",
        "/static/v/page.css",
        "//etc/passwd",
    ],
)
def test_no_path_of_a_client_is_opened(client, path):
    status, _, body = client.get(path)
    assert status in (303, 404)
    assert b"root:" not in body


def test_the_name_of_a_file_is_only_shown(client, tmp_path):
    secret = tmp_path / "secret.fit"
    secret.write_bytes(b"nothing")
    status, _, body = client.post("/api/analyze", b"not a workout", X_Riskfit_Name=str(secret))
    assert status == 422
    assert str(tmp_path) not in json.loads(body)["error"]


MALFORMED = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe",
    b"[" * 5000,
    json.dumps({**PLAN, "unknown": 1}).encode(),
    json.dumps({**PLAN, "duration_min": 1e9}).encode(),
    json.dumps({**PLAN, "duration_min": "long"}).encode(),
    b'{"sport":"running","duration_min":NaN,"intensity_fraction":0.8}',
    json.dumps({**PLAN, "sport": "../../etc/passwd"}).encode(),
    json.dumps({**PLAN, "context": "<script>"}).encode(),
    json.dumps({**PLAN, "start": "yesterday"}).encode(),
    json.dumps({**PLAN, "start": "9999-12-31T23:59:59+00:00"}).encode(),
    json.dumps({**PLAN, "day": {"__class__": 1}}).encode(),
    json.dumps({**PLAN, "day": {"fluid_l_h": -1}}).encode(),
]


@pytest.mark.parametrize("body", MALFORMED)
def test_what_the_page_would_never_send_is_refused_in_words(client, body):
    status, _, answer = client.post("/api/check", body)
    assert status == 422
    assert json.loads(answer)["error"]


def test_damaged_files_are_refused_in_words(client):
    data = sample_data().joinpath("easy_run.fit").read_bytes()
    for body in (b"", b"\x00" * 100, data[:60], b"PK\x03\x04 no zip", b"<gpx>"):
        status, _, answer = client.post("/api/analyze", body)
        assert status == 422, body[:20]
        assert json.loads(answer)["error"]


def test_reached_from_elsewhere_it_asks_for_the_key(tmp_path):
    from riskfit.cli.serve import _rules

    assert _rules("127.0.0.1", 80, ()).key is None
    rules = _rules("192.168.1.5", 8722, ())
    assert rules.key
    assert "192.168.1.5:8722" in rules.hosts
    with running(None, "--allow-host", "box.local") as address:
        assert Client(address).get("/")[0] == 403


def test_every_start_has_a_token_of_its_own():
    assert Rules(hosts=hosts_of(["::1"], 1)).token != Rules(hosts=()).token


def test_all_addresses_need_a_name():
    refused = run("serve", "--host", "0.0.0.0", code=2)
    assert "--allow-host" in refused.output


# ---- load


class Load:
    """So many requests a second, every fourth one malformed, from a few clients at once."""

    def __init__(self, address, seed):
        self.client = Client(address).learn_token()
        self.rng = random.Random(seed)
        self.seen, self.wrong, self.late = Counter(), [], []
        self.lock = threading.Lock()
        self.sample = sample_data().joinpath("easy_run.fit").read_bytes()

    def one(self, kind, seed):
        """Make one request and say which statuses are right."""
        rng, client = random.Random(seed), self.client
        if kind == "check":
            day = {"air_temperature_c": rng.randrange(0, 40)}
            plan = {**PLAN, "duration_min": rng.randrange(15, 300, 5), "day": day}
            return client.post("/api/check", plan)[0], {200}
        if kind == "page":
            return client.get(rng.choice(["/analyze", "/nothing", "/report/none"]))[0], {200, 404}
        if kind == "bad":
            return client.post("/api/check", rng.choice(MALFORMED))[0], {422}
        if kind == "stranger":
            return client.get("/", Host="evil.example")[0], {421}
        if kind == "damaged":
            raw = bytearray(self.sample[: rng.randrange(1, len(self.sample))])
            for _ in range(20):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
            return client.post("/api/analyze", bytes(raw))[0], {200, 422}
        return self.garbage(rng), {0, 400}

    def garbage(self, rng):
        """Send no HTTP at all, or break off; an answer is not needed."""
        host, port = self.client.host.split(":")
        with socket.create_connection((host, int(port)), timeout=20) as plain:
            if rng.random() < 0.5:
                plain.sendall(rng.randbytes(200) + b"\r\n\r\n")
                answer = plain.recv(100)
                return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP") else 0
            head = f"POST /api/check HTTP/1.1\r\nHost: {self.client.host}\r\nContent-Length: 99\r\n"
            plain.sendall(head.encode() + b"\r\n{")
        return 0

    def run(self, rate, seconds, clients=12):
        """Keep to the rate for so long; return how long it took. [s]"""
        kinds = ["check"] * 40 + ["page"] * 33 + ["bad"] * 12 + ["stranger"] * 6
        kinds += ["garbage"] * 6 + ["damaged"] * 3
        plan = [(self.rng.choice(kinds), self.rng.random()) for _ in range(int(rate * seconds))]
        begin, numbers = time.monotonic(), iter(range(len(plan)))

        def work():
            while True:
                with self.lock:
                    number = next(numbers, None)
                if number is None:
                    return
                wait_s(begin + number / rate)
                kind, seed = plan[number]
                started = time.monotonic()
                try:
                    status, right = self.one(kind, seed)
                except OSError as error:
                    status, right = repr(error), set()
                with self.lock:
                    self.seen[kind, status] += 1
                    self.late.append(time.monotonic() - started)
                    if status not in right:
                        self.wrong.append((kind, status))

        workers = [threading.Thread(target=work) for _ in range(clients)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return time.monotonic() - begin


def test_a_short_load_with_malformed_requests_does_no_harm():
    with running_process(None) as (address, process):
        load = Load(address, seed=1)
        load.run(rate=40, seconds=3)
        assert load.wrong == []
        assert process.poll() is None


@pytest.mark.slow
def test_a_hundred_requests_a_second_for_a_minute_do_no_harm():
    with running_process(None) as (address, process):
        load = Load(address, seed=2)
        load.run(rate=100, seconds=15)
        settled = memory_mb(process)
        took = load.run(rate=100, seconds=60)
        grown = memory_mb(process) - settled
        assert load.wrong == []
        assert took < 66
        assert grown < 8, f"{grown:.1f} MB more after the minute"
        assert process.poll() is None


@pytest.mark.slow
def test_a_slider_is_answered_within_a_tenth_of_a_second():
    with running_process(None) as (address, _):
        client = Client(address).learn_token()
        took = []
        for minutes in range(20, 320, 5):
            started = time.monotonic()
            assert client.post("/api/check", {**PLAN, "duration_min": minutes})[0] == 200
            took.append(time.monotonic() - started)
        took = sorted(took[5:])
        assert took[len(took) // 2] < 0.1, took
