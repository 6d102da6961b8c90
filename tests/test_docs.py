"""What the texts say is so: links lead somewhere, commands exist, generated tables are fresh."""

import importlib.util
import re
import shutil
from functools import cache
from pathlib import Path
from types import ModuleType

import click
import pytest

import riskfit
from riskfit.activity import CHANNELS
from riskfit.features.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "models/*.md", "sample_data/*.md")
    for path in ROOT.glob(pattern)
)
pytestmark = pytest.mark.skipif(not PAGES, reason="the texts are not part of an installed package")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# ---- links


@pytest.mark.parametrize("path", PAGES, ids=_page_name)
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        page = (path.parent / name) if name else path
        assert page.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(_anchor, headings), target


@pytest.mark.parametrize("path", PAGES, ids=_page_name)
def test_files_that_a_text_names_exist(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for name in re.findall(r"`((?:riskfit|docs|models|tests|sample_data|\.ci)/[\w./-]*)`", text):
        if "NAME" not in name:
            assert (ROOT / name).exists(), name


# ---- what is generated


@pytest.mark.parametrize("path", _generator().PARTS, ids=_page_name)
def test_what_is_generated_is_up_to_date(path):
    text = path.read_text(encoding="utf-8")
    assert _generator().render(text, _generator().PARTS[path]) == text, (
        "run python docs/generate.py"
    )


def test_the_nomenclature_has_every_channel_and_every_feature_once():
    page = _read("docs/nomenclature.md")
    for name in (*CHANNELS, *CATALOGUE):
        expected = (name in CHANNELS) + (name in CATALOGUE)
        assert page.count(f"| `{name}` |") == expected, name


@pytest.mark.parametrize("name", ["elapsed_s", *CHANNELS])
def test_a_channel_says_its_unit_in_its_name_and_its_meaning_in_the_code(name):
    generator = _generator()
    assert generator.unit_of(name)
    assert generator.channel_meanings()[name]


@pytest.mark.parametrize("spec", CATALOGUE.values(), ids=lambda spec: spec.name)
def test_the_ending_of_a_feature_does_not_contradict_its_unit(spec):
    said = _generator().unit_of(spec.name)
    words = {"beats/min": "bpm", "W/m²": "W/m2", "0 to 1 of a whole": "fraction"}
    words |= {"%, 0 to 100": "%", "one quantity over another": "ratio"}
    words |= {"number of things": "count"}
    if said:
        assert spec.unit.startswith(words.get(said, said))


def test_the_generator_refuses_a_page_without_its_markers():
    with pytest.raises(SystemExit, match="'channels' stand 0 times"):
        _generator().render("# Nomenclature", {"channels": _generator().channels})


# ---- decisions and changes


def test_a_decision_takes_three_lines():
    _, *decisions = re.split(r"^## ", _read("docs/decisions.md"), flags=re.MULTILINE)
    assert decisions
    for decision in decisions:
        title, *lines = decision.strip().splitlines()
        starts = [line[2:].split(":")[0] for line in lines if line.startswith("- ")]
        assert starts == ["Decided", "Why", "Given up"], title


def test_the_changelog_has_a_heading_for_rules_under_what_comes_next():
    text = _read("CHANGELOG.md")
    assert "## [Unreleased]" in text
    newest = text.split("## [")[1]
    assert "\n### Rules\n" in newest


# ---- the readme


def _blocks(name: str, language: str = "") -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```", _read(name), re.MULTILINE | re.DOTALL)
    return [text for said, text in found if said == language]


def test_the_readme_begins_with_what_it_is_and_the_two_commands():
    text = _read("README.md")
    assert text.startswith("# riskfit\n")
    assert text.index("make demo") < text.index("make test") < 1200
    assert "## What it is not" in text


def test_the_python_in_the_readme_runs_with_public_names(tmp_path, monkeypatch, capsys):
    shutil.copy(ROOT / "sample_data" / "easy_run.fit", tmp_path / "run.fit")
    monkeypatch.chdir(tmp_path)
    (block,) = _blocks("README.md", "python")
    assert set(re.findall(r"\briskfit\.(\w+)", block)) <= set(riskfit.__all__)
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("Feature(value=")


@cache
def _commands() -> dict[str, click.Command]:
    from riskfit.cli import main

    context = click.Context(main)
    return {name: main.get_command(context, name) for name in main.list_commands(context)}


@pytest.mark.parametrize("path", PAGES, ids=_page_name)
def test_commands_and_options_in_the_texts_exist(path):
    text = path.read_text(encoding="utf-8")
    snippets = re.findall(r"`([^`\n]+)`", text)
    snippets += [line for block in _blocks(_page_name(path)) for line in block.splitlines()]
    for line in snippets:
        called = re.match(r"\$? ?riskfit ([a-z][a-z-]*)\b(.*)", line)
        if not called:
            continue
        assert called[1] in _commands(), line
        options = {word for param in _commands()[called[1]].params for word in param.opts}
        options |= {w for param in _commands()[called[1]].params for w in param.secondary_opts}
        for option in re.findall(r"(?<!\S)--[a-z-]+", called[2].split("  ")[0]):
            assert option in {*options, "--help"}, line


def test_every_command_is_documented():
    texts = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    assert [name for name in _commands() if f"riskfit {name}" not in texts] == []
