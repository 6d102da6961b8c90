"""Pages in a real browser; without a Chromium these tests are skipped by name."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from tools.browser import Browser, find_chromium
from tools.cohorts import outcome_file
from tools.made_batch import made_report
from tools.pages import (
    check_page_of_sample,
    evaluation_page_of,
    published_page_of,
    session_page_of_sample,
    six_hours,
)

from riskfit.report.page.html import batch_page

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def browser():
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in RISKFIT_CHROMIUM")
    made = Browser(path)
    yield made
    made.close()


@pytest.fixture
def open_page(browser):
    pages = []

    def opened(address, **size):
        page = browser.page(**size)
        pages.append(page)
        return page.open(address)

    yield opened
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def axe():
    named = os.environ.get("RISKFIT_AXE") or ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not Path(named).is_file():
        pytest.skip("no axe-core here: npm install --no-save axe-core, or name it in RISKFIT_AXE")
    return Path(named).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    session: Path
    six_hours: Path
    batch: Path
    squad: Path
    check: Path
    evaluation: Path
    published: Path


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    many, squad = folder / "many", folder / "squad"
    many.mkdir()
    squad.mkdir()
    written = {
        "session": session_page_of_sample(name="<script>window.broken = 1</script>"),
        "six_hours": six_hours(),
        "batch": batch_page(
            made_report(many, 5000, failures=3, names=("<script>window.broken = 1</script>.fit",))
        ),
        "squad": batch_page(made_report(squad, 240, athletes=("Ada", "<b>Bo</b>", "Cy"))),
        "check": check_page_of_sample(),
        "evaluation": evaluation_page_of(
            outcome_file(
                folder / "squad.csv", athletes=20, prefix="<script>window.broken = 1</script>"
            )
        ),
        "published": published_page_of(),
    }
    paths = {}
    for name, content in written.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_bytes(content)
    return Pages(**paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    address: str
    store: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    pytest.importorskip("starlette", reason="the web extra is not installed")
    from tools.serving import running

    folder = tmp_path_factory.mktemp("served")
    made_report(folder, 60)
    with running(store=folder / "made.sqlite") as address:
        yield Served(address=address, store=folder / "made.sqlite")
