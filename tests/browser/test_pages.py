"""Pages as people use them: they load in silence, answer to mouse and keys, and can be read."""

import io
import json
import re
import statistics
from itertools import cycle

import pytest
from rich.console import Console
from tools.made_batch import made_report
from tools.pages import blocks, sample_analysis

from riskfit.report.page.html import batch_page, script, session_page
from riskfit.report.page.ledger import ledger_view
from riskfit.report.terminal.batch import print_batch
from riskfit.rules.load import load_model

SIZES = {
    "desk": {"width": 1280, "height": 900},
    "dark": {"width": 1280, "height": 900, "dark": True},
    "phone": {"width": 390, "height": 844, "phone": True},
}
NAMES = ("session", "six_hours", "batch", "squad", "check", "evaluation", "published")
#: Every page is looked at on a desk; what differs elsewhere shows in five of them.  The proof
#: takes all.
ALWAYS = {(name, "desk") for name in NAMES} | {
    (name, size) for name in ("session", "squad", "check", *NAMES[-2:]) for size in SIZES
}
#: An audit takes twice as long: every page in one of the sizes, each in turn.
AUDITED = set(zip(NAMES, cycle(SIZES), strict=False))


def views(quick):
    """Return every page in every size; the proof takes those that are not in ``quick``."""
    return [
        pytest.param(name, size, marks=[] if (name, size) in quick else pytest.mark.slow)
        for name in NAMES
        for size in SIZES
    ]


#: Scrolls through a page, so that every chart on it is drawn.
SCROLL = """(async () => {
  const height = document.documentElement.scrollHeight;
  for (let y = 0; y < height; y += 500) {
    scrollTo(0, y);
    await new Promise((done) => setTimeout(done, 40));
  }
  scrollTo(0, 0);
})()"""
DRAWN = "[...document.querySelectorAll('.chart')].every((e) => e.dataset.drawn)"


def look_through(page):
    page.run(SCROLL)
    page.until(DRAWN)
    return page


@pytest.mark.parametrize(("name", "size"), views(ALWAYS))
def test_a_page_loads_in_silence_and_asks_nobody(open_page, pages, name, size):
    page = look_through(open_page(getattr(pages, name), **SIZES[size]))
    assert page.complaints == []
    assert page.outside == []
    assert page.run("typeof window.broken") == "undefined"
    assert page.run("document.documentElement.scrollWidth") <= SIZES[size]["width"]


@pytest.mark.parametrize(("name", "size"), views(AUDITED))
def test_nobody_is_shut_out(open_page, pages, axe, name, size):
    page = look_through(open_page(getattr(pages, name), **SIZES[size]))
    page.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.run("document.querySelector('.open-row')?.click()")
    page.run("document.querySelectorAll('.open-row')[1]?.click()")
    assert serious(page, axe) == []


def serious(page, axe):
    """Return what axe-core finds of weight: the rule, how bad, and where first."""
    page.run(axe + "; 0")
    found = page.run(
        "axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify("
        "r.violations.map((v) => [v.id, v.impact, v.nodes.length, v.nodes[0].html.slice(0, 200)])))"
    )
    return [one for one in json.loads(found) if one[1] in ("serious", "critical")]


# ---- the numbers


def test_the_numbers_that_are_seen_are_the_documents(open_page, pages):
    page = open_page(pages.session)
    entry = blocks(pages.session.read_bytes())["s1-data"]["document"]["activities"][0]
    seen = json.loads(
        page.run(
            "JSON.stringify([...document.querySelectorAll('tr[data-rule]')].map((r) => "
            "[r.dataset.rule, Number([...r.querySelectorAll('data')].pop().value)]))"
        )
    )
    assert dict(seen) == {
        line["rule"]: line["points"] for line in entry["assessment"]["contributions"]
    }
    assert (
        page.run("Number(document.querySelector('.score-number data').value)")
        == (entry["assessment"]["score"])
    )


def test_a_name_like_a_script_is_read_as_text(open_page, pages):
    page = open_page(pages.session)
    assert page.run("document.querySelector('h1').textContent") == (
        "<script>window.broken = 1</script>"
    )
    assert page.run("typeof window.broken") == "undefined"


def test_a_saved_file_is_the_document(open_page, pages):
    page = open_page(pages.session)
    page.run(
        "window.saved = []; URL.createObjectURL = (blob) => {"
        "blob.text().then((t) => window.saved.push(t)); return 'blob:none'; };"
        "HTMLAnchorElement.prototype.click = () => {};"
    )
    page.run("document.querySelector('[data-save]').click()")
    saved = json.loads(page.until("window.saved[0]"))
    assert saved == blocks(pages.session.read_bytes())["s1-data"]["document"]


# ---- the session's chart


def test_hovering_shows_all_curves_at_that_moment(open_page, pages):
    page = look_through(open_page(pages.session))
    x, y = page.middle_of("#s1-chart")
    page.move(x - 5, y)
    page.move(x, y)
    text = page.until("document.querySelector('#s1-chart .hoverlayer')?.textContent")
    for word in ("score", "heart rate", "pace", "sweat lost"):
        assert word in text, text


@pytest.mark.slow  # the mouse is timed, and a loaded machine drops the double click
def test_dragging_zooms_all_panels_and_a_double_click_returns(open_page, pages):
    page = look_through(open_page(pages.session))
    span = (
        "(() => { const r = document.getElementById('s1-chart')._fullLayout.xaxis.range;"
        "return new Date(r[1]) - new Date(r[0]); })()"
    )
    whole = page.run(span)
    x, y = page.middle_of("#s1-chart")
    send = page.send
    press = {"button": "left", "clickCount": 1}
    send("Input.dispatchMouseEvent", type="mousePressed", x=x - 100, y=y, **press)
    for step in range(1, 11):
        send("Input.dispatchMouseEvent", type="mouseMoved", x=x - 100 + 20 * step, y=y, **press)
    send("Input.dispatchMouseEvent", type="mouseReleased", x=x + 100, y=y, **press)
    page.until(f"{span} < {whole} / 2")
    for count in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)
    page.until(f"{span} === {whole}")


def test_the_chart_follows_the_scheme(open_page, pages):
    page = look_through(open_page(pages.session))
    paper = "document.getElementById('s1-chart')._fullLayout.paper_bgcolor"
    light = page.run(paper)
    scheme = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.send("Emulation.setEmulatedMedia", features=scheme)
    page.until(f"{paper} !== {json.dumps(light)}")


@pytest.mark.parametrize("sample", ["marathon_heat.fit.gz", "long_ride.fit.gz", "easy_run.fit"])
def test_a_session_prints_on_two_pages(open_page, tmp_path, sample):
    path = tmp_path / "session.html"
    path.write_bytes(session_page([sample_analysis(sample)], [], load_model()))
    page = open_page(path)
    page.pdf(tmp_path / "session.pdf")
    raw = (tmp_path / "session.pdf").read_bytes()
    assert len(re.findall(rb"/Type ?/Page\b(?!s)", raw)) == 2


# ---- the evaluation's charts


def test_an_evaluations_charts_draw_the_document(open_page, pages):
    page = look_through(open_page(pages.evaluation))
    document = blocks(pages.evaluation.read_bytes())["evaluation-data"]["document"]

    def drawn(chart, trace, axis):
        path = f"document.getElementById('{chart}').data[{trace}].{axis}"
        return json.loads(page.run(f"JSON.stringify(Array.from({path}))"))

    bins, curve = document["calibration"]["curve"], document["decision_curve"]
    assert drawn("calibration", 1, "x") == pytest.approx([100 * b["predicted"] for b in bins])
    assert drawn("calibration", 1, "y") == pytest.approx([100 * b["observed"] for b in bins])
    assert drawn("roc", 1, "y")[-1] == 100
    assert len(drawn("roc", 1, "x")) == len(document["discrimination"]["roc"])
    assert drawn("roc", 2, "y") == pytest.approx(
        [100 * one["met"] / document["cramps"] for one in curve]
    )
    assert drawn("decisions", 2, "x") == pytest.approx([100 * one["threshold"] for one in curve])
    shown = drawn("decisions", 2, "y")
    assert shown[0] == curve[0]["model"]
    assert [a for a, b in zip(shown, curve, strict=True) if a not in (b["model"], None)] == []


def test_a_cohorts_mark_leads_to_its_source(open_page, pages):
    page = open_page(pages.published)
    links = json.loads(
        page.run(
            "JSON.stringify([...document.querySelectorAll('.published a')].map((a) => "
            "!!document.querySelector(a.getAttribute('href'))))"
        )
    )
    assert len(links) == 34
    assert all(links)


# ---- the batch's table

COLUMN = (
    "JSON.stringify([...document.querySelectorAll('#table tr[data-row]')].map((r) => "
    "r.querySelector('.c-score data').value).map(Number))"
)


def test_sorting_by_a_heading_orders_the_rows_and_says_so(open_page, pages):
    page = open_page(pages.batch)
    first = json.loads(page.run(COLUMN))
    assert first == sorted(first, reverse=True)
    page.click("th[data-key=score] button")
    again = json.loads(page.run(COLUMN))
    assert again == sorted(again)
    assert again[0] < first[-1]
    assert page.run("document.querySelector('th[data-key=score]').ariaSort") == "ascending"
    page.click("th[data-key=start_s] button")
    assert page.run("document.querySelector('th[data-key=score]').ariaSort") == "none"
    assert page.run("document.querySelector('th[data-key=start_s]').ariaSort") == "descending"


def test_filtering_leaves_what_was_asked_for(open_page, pages):
    page = open_page(pages.batch)
    block = blocks(pages.batch.read_bytes())["batch-data"]
    running = block["words"]["sport"].index("running")
    want = sum(sport == running for sport in block["columns"]["sport"])
    page.run(
        "(() => { const f = document.getElementById('filter'); f.elements.sport.value = 'running';"
        "f.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    said = page.until(
        "document.getElementById('count').textContent.includes(' of ') && "
        "document.getElementById('count').textContent"
    )
    assert said.startswith(f"{want:,} of 5,000")
    seen = "[...document.querySelectorAll('.c-sport')].map((c) => c.textContent)"
    assert set(json.loads(page.run(f"JSON.stringify({seen})"))) == {"running"}
    page.run("document.querySelector('#filter input[type=search]').value = 'no such word at all'")
    page.run(
        "document.getElementById('filter').dispatchEvent(new Event('input', { bubbles: true }))"
    )
    page.until("document.querySelectorAll('#table tr[data-row]').length === 0")
    page.click("#filter button[type=reset]")
    page.until("document.getElementById('count').textContent.startsWith('5,000 sessions')")


def test_a_row_opens_its_ledger_by_mouse_and_by_keys(open_page, pages):
    page = open_page(pages.batch)
    page.click("#table tr[data-row] .open-row")
    assert page.run("document.querySelector('.open-row').ariaExpanded") == "true"
    total = page.run("Number(document.querySelector('.ledger-row tfoot data').value)")
    points = json.loads(
        page.run(
            "JSON.stringify([...document.querySelectorAll('.ledger-row tr[data-rule]')].map((r) => "
            "[Number([...r.querySelectorAll('data')].pop().value),"
            "Number([...r.querySelectorAll('data')].pop().textContent)]))"
        )
    )
    assert sum(value for value, _ in points) == pytest.approx(total, abs=0.01)
    shown = page.run("Number(document.querySelector('.ledger-row tfoot data').textContent)")
    assert sum(round(10 * text) for _, text in points) == round(10 * shown)
    page.run("document.querySelector('.open-row').focus()")
    page.key("Enter", 13, "\r")
    page.until("!document.querySelector('.ledger-row')")
    page.key("Enter", 13, "\r")
    page.until("!!document.querySelector('.ledger-row')")


def test_a_ledger_from_columns_says_what_the_session_page_says(open_page, tmp_path):
    report = made_report(tmp_path, 12)
    (tmp_path / "batch.html").write_bytes(batch_page(report))
    page = open_page(tmp_path / "batch.html")
    for row, analysis in enumerate(report.athletes[0].analyses()):
        page.run(f"document.querySelector('tr[data-row=\"{row}\"] .open-row').click()")
        seen = page.run(
            f"JSON.stringify([...document.querySelectorAll('#ledger-{row} tr[data-rule]')].map("
            "(r) => [...r.cells].slice(0, 5).map((cell) => cell.textContent)))"
        )
        assert json.loads(seen) == [
            [
                f"{line['rule']} {line['name']}",
                line["sentence"],
                line["value_text"],
                line["text"],
                line["most"],
            ]
            for group in ledger_view(analysis, report.model)["ledger"]
            for line in group["lines"]
        ]


def test_thousands_of_rows_are_made_only_when_looked_at(open_page, pages):
    page = open_page(pages.batch)
    assert page.run("document.querySelectorAll('#table tr[data-row]').length") <= 240
    took = page.run(
        "(() => { const t = performance.now(); for (let i = 0; i < 10; i += 1) {"
        "document.querySelector('th[data-key=duration_min] button').click(); }"
        "document.body.offsetHeight; return (performance.now() - t) / 10; })()"
    )
    assert took < 100, "sorting 5,000 rows should not be felt [ms]"
    page.run("document.getElementById('more').click()")
    assert page.run("document.querySelectorAll('#table tr[data-row]').length") >= 300


def test_an_athlete_and_a_week_lead_to_their_sessions(open_page, pages):
    page = open_page(pages.squad)
    page.click("button.link[data-athlete='Ada']")
    assert page.run("document.getElementById('count').textContent").startswith("80 of 240")
    page.click("button.link[data-from]")
    page.until("Number(document.getElementById('count').textContent.split(' ')[0]) < 20")
    assert page.run("document.querySelectorAll('#table b').length") == 0


def test_a_day_of_the_calendar_leads_to_its_sessions(open_page, pages):
    page = open_page(pages.batch)
    day = page.run("[...document.querySelectorAll('rect[data-day]')].pop().dataset.day")
    page.run(
        "[...document.querySelectorAll('rect[data-day]')].pop()"
        ".dispatchEvent(new MouseEvent('click', { bubbles: true }))"
    )
    assert page.run("document.getElementById('filter').elements.from.value") == day
    page.until("Number(document.getElementById('count').textContent.split(' ')[0]) <= 4")


def test_keys_reach_everything(open_page, pages):
    page = open_page(pages.batch)
    stops = []
    for _ in range(24):
        page.key("Tab", 9)
        stops.append(page.run("document.activeElement.outerHTML.slice(0, 90)"))
    assert "skip" in stops[0]
    assert any("<select" in stop for stop in stops)
    assert any("<button" in stop for stop in stops)


# ---- how soon a page can be used

#: Marks the moment when all charts in view are drawn, the page has loaded and painted twice.
READY = """(() => {
  const done = () => {
    const charts = [...document.querySelectorAll('.chart')];
    const near = charts.filter((e) => e.getBoundingClientRect().top < innerHeight);
    if (document.readyState !== 'complete' || near.some((e) => !e.dataset.drawn)) {
      setTimeout(done, 2);
      return;
    }
    const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
    painted(() => { window.usable = performance.now(); });
  };
  done();
})()"""


def usable_after(browser, path):
    page = browser.page(width=1280, height=1400)
    try:
        page.send("Page.addScriptToEvaluateOnNewDocument", source=READY)
        page.open(path)
        return page.until("window.usable")
    finally:
        page.close()


@pytest.fixture(scope="session")
def empty_chart(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "empty.html"
    path.write_text(
        "<!doctype html><meta charset=utf-8><title>empty</title><div class=chart id=c></div>"
        f"<script>{script('plotly.js')}</script><script>Plotly.newPlot('c', []); "
        "document.getElementById('c').dataset.drawn = 'true';</script>",
        encoding="utf-8",
    )
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["six_hours", "batch"])
def test_a_page_can_be_used_within_twice_the_time_of_an_empty_chart(
    browser, pages, empty_chart, name
):
    full, empty = [], []
    for _ in range(3):
        empty.append(usable_after(browser, empty_chart))
        full.append(usable_after(browser, getattr(pages, name)))
    ratio = statistics.median(full) / statistics.median(empty)
    assert ratio <= 2, f"{statistics.median(full):.0f} ms against {statistics.median(empty):.0f}"


def test_the_page_of_a_batch_names_the_drivers_that_the_terminal_names(open_page, tmp_path):
    report = made_report(tmp_path, 40)
    (tmp_path / "batch.html").write_bytes(batch_page(report))
    page = open_page(tmp_path / "batch.html")
    console = Console(width=400, record=True, file=io.StringIO())
    print_batch(console, report, full=True)
    printed = console.export_text()
    seen = json.loads(
        page.run(
            "JSON.stringify([...document.querySelectorAll('#table tr[data-row]')].map((r) => "
            "[r.querySelector('.c-score').textContent, r.querySelector('.c-why').textContent]))"
        )
    )
    assert len(seen) == 40
    rows = [line for line in printed.splitlines() if line[:4].strip().isdigit()]
    for (score, why), line in zip(seen, rows, strict=True):
        assert line.split()[0] == score
        assert why in line
