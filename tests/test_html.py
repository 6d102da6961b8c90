"""Pages: their numbers are the document's, they ask nobody, and no name in them is code."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec import structs
from rich.console import Console
from tools import command_line
from tools.made_batch import made_report
from tools.pages import (
    blocks,
    check_page_of_sample,
    data_values,
    sample_analysis,
    session_page_of_sample,
    six_hours,
    text_of,
)

from riskfit.activity import Failure
from riskfit.analysis import analyse
from riskfit.cleaning import clean
from riskfit.readers import read_activity
from riskfit.report.json.session import activity_entry
from riskfit.report.page.chart import chart_channels
from riskfit.report.page.html import TEMPLATES, batch_page, json_block, session_page, static
from riskfit.report.page.session import session_view
from riskfit.report.terminal.session import print_analyses
from riskfit.report.words import score_words
from riskfit.resources import sample_data
from riskfit.rules.load import load_model

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def analysis():
    return sample_analysis()


@pytest.fixture(scope="module")
def page(analysis):
    return session_page([analysis], [], load_model())


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    return made_report(tmp_path_factory.mktemp("batch"), 120, failures=2, names=(EVIL,))


def numbers_in(document):
    if isinstance(document, dict):
        for value in document.values():
            yield from numbers_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from numbers_in(value)
    elif isinstance(document, float | int) and not isinstance(document, bool):
        yield float(document)


def without_scripts(page):
    return re.sub(r"<script\b.*?</script>", "", page.decode(), flags=re.DOTALL)


# ---- the session page


def test_every_number_on_the_page_is_one_of_the_document(analysis, page):
    known = set(numbers_in(json.loads(json.dumps(activity_entry(analysis)))))
    shown = data_values(page)
    assert len(shown) > 100
    assert [value for value, _ in shown if value not in known] == []


def test_the_page_holds_the_document_itself(analysis, page):
    entry = json.loads(json.dumps(activity_entry(analysis)))
    assert blocks(page)["s1-data"]["document"]["activities"] == [entry]


def test_the_points_that_are_shown_add_up_to_the_score_that_is_shown(analysis):
    view = session_view(analysis, load_model())
    lines = [line for group in view["ledger"] for line in group["lines"]]
    assert len(lines) == len(analysis.assessment.contributions)
    total = sum(round(10 * float(line["text"])) for line in lines)
    assert total == round(10 * float(score_words(view["assessment"].score, 1)))
    assert sum(int(cause["text"]) for cause in view["causes"]) == int(view["score"].text)


def test_whose_drinking_is_for_a_doctor_sees_no_sweat_along_the_session(analysis, page):
    limited = structs.replace(analysis, fluid_limited=True)
    assert b"Sweat lost, L" in page
    assert b"Sweat lost, L" not in session_page([limited], [], load_model())


def test_the_page_says_all_that_it_promises(page):
    text = text_of(page)
    for words in (
        "High risk of cramp",
        "between",
        "Where the points come from",
        "Along the session",
        "Fluid balance",
        "The ledger",
        "Not assessed",
        "What to do",
        "not a diagnosis",
        "doi:10.",
        "evidence C",
    ):
        assert words in text, words


def test_a_page_asks_no_other_machine_and_forbids_its_scripts_to(page):
    bare = without_scripts(page)
    assert re.findall(r'<(?:script|img|iframe|link)[^>]+(?:src|href)="(?!data:)', bare) == []
    assert "@import" not in bare
    assert "url(" not in bare
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', bare)[1]
    assert "default-src &#39;none&#39;" in policy
    assert "connect-src" not in policy
    assert "unsafe-eval" not in policy
    assert "script-src &#39;sha256-" in policy
    links = re.findall(r'<a href="(http[^"]+)"([^>]*)', bare.replace("\n", " "))
    assert links
    assert all(url.startswith("https://doi.org/") and "noreferrer" in rel for url, rel in links)


def test_equal_runs_are_equal_bytes(analysis, page):
    assert session_page([analysis], [], load_model()) == page


def test_what_a_file_says_of_itself_stays_text(analysis):
    session = replace(analysis.session, name=EVIL, notes=(EVIL,))
    evil = structs.replace(analysis, session=session, source=EVIL, athlete=EVIL)
    page = session_page(
        [evil], [Failure(source=EVIL, kind="damaged", error=EVIL)], load_model()
    ).decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert blocks(page.encode())["s1-data"]["document"]["activities"][0]["athlete"] == EVIL


def test_json_cannot_end_its_element():
    assert "<" not in json_block({"a": EVIL, "b": ["<!--", "\u2028"]})
    assert json.loads(json_block({"a": EVIL})) == {"a": EVIL}


def test_six_hours_stay_small():
    page = six_hours()
    assert len(page) < 6_000_000
    channels = blocks(page)["s1-data"]["channels"]
    assert 500 < len(channels["elapsed_s"]) <= 2000
    assert {"heart_rate_bpm", "power_w", "temperature_c"} <= set(channels)


def test_a_page_carries_the_charts_script_once(page):
    assert page.count(b"Copyright 2012-") == session_page_of_sample().count(b"Copyright 2012-") == 1


def test_several_sessions_share_a_page(analysis):
    page = session_page([analysis, analysis], [], load_model())
    assert set(blocks(page)) == {"s1-data", "s2-data"}
    ids = re.findall(r' id="([^"]+)"', without_scripts(page))
    assert len(ids) == len(set(ids))


def test_a_session_without_a_score_says_why():
    from riskfit.athlete import Athlete

    session = sample_analysis().session
    done = analyse(session, Athlete(age_years=12))
    text = text_of(session_page([done], [], load_model()))
    assert "No cramp risk score" in text
    assert "18" in text


def test_terminal_and_page_call_a_session_without_a_sport_the_same(analysis):
    activity = replace(analysis.session, sport="unknown", name=None)
    unknown = structs.replace(analysis, session=activity)
    printed = io.StringIO()
    print_analyses(Console(file=printed), [unknown])
    assert re.search("^ *session · ", printed.getvalue(), re.MULTILINE)
    assert session_view(unknown, load_model())["facts"].startswith("Session · ")
    assert session_view(unknown, load_model(), share=True)["title"] == "Session"


# ---- scripts

#: Strings of two words in scripts that nobody reads.
UNREAD = {"use strict", "thead th", "tfoot td", "hovered data", "day band-", "legend small quiet"}
FONTS = "system-ui, 'Liberation Sans', sans-serif"


@pytest.mark.parametrize("name", sorted({n for names in TEMPLATES.values() for n in names}))
def test_a_script_shows_words_and_numbers_and_makes_none(name):
    if name == "plotly.js":
        return
    code = re.sub(r"(?m)(?<!:)//.*$", "", static(name))
    texts = ["".join(found) for found in re.findall(r'"([^"\n]*)"|`([^`]*)`', code)]
    bare = [re.sub(r"\$\{[^}]*\}", "", text) for text in texts]
    sentences = {text for text in bare if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text)}
    assert sentences <= {*UNREAD, FONTS}, "say it in Python or in a template"
    assert not re.search(r"toFixed|toPrecision", code), "round in Python"


# ---- sharing


def test_a_shared_page_names_nobody_and_no_place(analysis):
    session = replace(analysis.session, name="Round the Secret Lake", notes=("serial SN12345",))
    secret = structs.replace(analysis, session=session, athlete="Ada Lovelace")
    page = session_page(
        [secret],
        [Failure(source="home/ada.fit", kind="damaged", error="home/ada.fit is cut off")],
        load_model(),
        share=True,
    )
    kept = re.sub(rb"<script>.*?</script>", b"", page, flags=re.DOTALL)
    for word in (b"Secret", b"secret", b"Ada", b"ada.fit", b"SN12345", b"abab", b"latitude_deg"):
        assert word not in kept, word
    assert re.search(rb"\d\d:\d\d UTC", kept), "the time zone would tell about where"


def test_a_page_never_holds_positions(page):
    assert not {"latitude_deg", "longitude_deg"} & set(blocks(page)["s1-data"]["channels"])


def test_a_shared_batch_names_neither_files_nor_athletes(tmp_path):
    report = made_report(tmp_path, 20, athletes=("Ada", "Bo"), failures=1)
    page = batch_page(report, share=True)
    block = blocks(page)["batch-data"]
    assert block["athletes"] == ["Athlete 1", "Athlete 2"]
    assert block["words"]["source"] == [""]
    assert block["words"]["notes"] == [""]
    kept = re.sub(rb"<script>.*?</script>", b"", page, flags=re.DOTALL)
    assert b"broken/" not in kept
    assert b"Ada" not in kept


def test_a_shared_plan_has_no_name():
    page = check_page_of_sample(share=True, name="Secret Gran Fondo")
    assert b"Secret" not in page
    assert b"Secret Gran Fondo" in check_page_of_sample(name="Secret Gran Fondo")


# ---- the batch page


def test_the_block_of_a_batch_holds_the_scores(batch):
    block = blocks(batch_page(batch))["batch-data"]
    sessions = batch.athletes[0]
    assert block["columns"]["score"] == pytest.approx(sessions.scores.score, abs=1e-4)
    points = list(zip(*block["points"], strict=True))
    sums = [sum(row) for row in points]
    assert sums == pytest.approx(sessions.scores.score, abs=0.01)
    assert block["words"]["source"][0] == EVIL


def test_names_of_files_stay_text_in_a_batch(batch):
    page = batch_page(batch).decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_five_thousand_sessions_stay_small(tmp_path):
    assert len(batch_page(made_report(tmp_path, 5000))) < 8_000_000


def test_a_batch_of_nothing_is_a_page(tmp_path):
    report = made_report(tmp_path, 0, failures=1)
    assert "broken/0.fit" in text_of(batch_page(report))


def test_the_card_is_printed_once(batch):
    page = batch_page(batch).decode()
    sentence = load_model().rule("O1").sentence.split("}")[1]
    assert page.count(sentence) == 1


def test_the_points_that_a_batch_shows_add_up_to_the_scores_it_shows(batch):
    block = blocks(batch_page(batch))["batch-data"]
    scores = batch.athletes[0].scores.score
    by_rule = [sum(row) for row in zip(*block["shown"], strict=True)]
    by_cause = [sum(row) for row in zip(*block["causes_shown"].values(), strict=True)]
    assert by_rule == by_cause == block["score_shown"]
    assert [block["tenths"][n] for n in by_rule] == [score_words(one, 1) for one in scores]


def test_a_batch_goes_by_the_clock_where_a_session_was_unless_it_is_shared(tmp_path):
    report = made_report(tmp_path, 20)
    rows = report.athletes[0].rows
    rows.utc_offset_s[:] = -8 * 3600.0
    there = datetime.fromtimestamp(rows.start_s[0] - 8 * 3600, UTC)
    elsewhere = datetime.fromtimestamp(rows.start_s[0], UTC)
    assert there.date() != elsewhere.date()
    for share, moment in ((False, there), (True, elsewhere)):
        block = blocks(batch_page(report, share=share))["batch-data"]
        columns, words = block["columns"], block["words"]
        assert words["date"][columns["date"][0]] == f"{moment:%-d %b %Y}"
        assert words["clock"][columns["clock"][0]] == f"{moment:%H:%M} UTC{'' if share else '-8'}"
        assert columns["day"][0] % 7 == moment.weekday()


# ---- plans


def test_a_plan_keeps_the_clock_it_was_told_in_unless_it_is_shared():
    start = datetime(2026, 7, 20, 8, tzinfo=timezone(timedelta(hours=2)))
    page, shared = (text_of(check_page_of_sample(start=start, share=one)) for one in (False, True))
    assert "Start Mon 20 Jul 2026 08:00 UTC+2 Duration" in page
    assert "Start Mon 20 Jul 2026 06:00 UTC Duration" in shared


def test_a_plan_has_curves_and_the_least_that_lowers_it():
    page = check_page_of_sample()
    block = blocks(page)["s1-plan-data"]
    assert {curve["key"] for curve in block["curves"]} == {"duration", "temp", "intensity"}
    for curve in block["curves"]:
        assert len(curve["x"]) == len(curve["score"]) == len(curve["low"])
        assert curve["now"] is not None
    assert "The least that brings it below" in text_of(page)


def test_no_curve_lets_drinking_pass_for_a_remedy():
    keys = [curve["key"] for curve in blocks(check_page_of_sample())["s1-plan-data"]["curves"]]
    assert "fluid" not in keys


def test_the_curve_at_the_plan_is_the_plans_score():
    page = check_page_of_sample()
    score = blocks(page)["s1-data"]["document"]["activities"][0]["assessment"]["score"]
    curve = blocks(page)["s1-plan-data"]["curves"][0]
    at = curve["x"].index(curve["now"])
    assert curve["score"][at] == pytest.approx(score, abs=1e-6)


# ---- the command line


def run(*words):
    return command_line.run(*words, code=None, catch_exceptions=False)


def test_analyze_writes_a_page_by_the_suffix(tmp_path):
    sample = str(sample_data().joinpath("easy_run.fit"))
    out = tmp_path / "run.html"
    assert run("analyze", sample, "--no-store", "-o", str(out)).exit_code == 0
    assert out.read_bytes().startswith(b"<!doctype html>")


def test_share_works_for_json_and_is_refused_for_text(tmp_path):
    sample = str(sample_data().joinpath("easy_run.fit"))
    shared = json.loads(run("analyze", sample, "--no-store", "--json", "--share").stdout)
    assert shared["activities"][0]["source"] is None
    assert shared["activities"][0]["notes"] == []
    refused = run("analyze", sample, "--no-store", "--share")
    assert refused.exit_code == 2
    assert "--share" in refused.output


def test_check_writes_a_page_with_curves(tmp_path):
    out = tmp_path / "plan.html"
    done = run(
        "check",
        "--sport",
        "running",
        "--duration",
        "2h",
        "--intensity",
        "0.8",
        "--temp",
        "28",
        "--no-store",
        "-o",
        str(out),
    )
    assert done.exit_code == 0
    assert len(blocks(out.read_bytes())["s1-plan-data"]["curves"]) == 3


def test_the_demo_writes_a_page(tmp_path):
    out = tmp_path / "demo.html"
    assert run("demo", "-o", str(out)).exit_code == 0
    assert b"The ledger" in out.read_bytes()


def test_a_recording_is_cleaned_once_for_its_score_and_its_page(monkeypatch):
    calls = []

    def counted(activity):
        calls.append(activity)
        return clean(activity)

    monkeypatch.setattr("riskfit.analysis.clean", counted)
    monkeypatch.setattr("riskfit.features.compute.clean", counted)
    activity = read_activity(sample_data().joinpath("easy_run.fit").read_bytes())
    channels = chart_channels(analyse(activity))
    assert len(calls) == 1
    assert channels["heart_rate_bpm"]
