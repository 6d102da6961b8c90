"""The repository keeps its own house rules: sizes, sources, targets, and what it speaks of."""

import ast
import os
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "riskfit"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)
# Lines without docstrings: a formula's references are no burden.  The house aims at 250 and 40.
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
PLUMBING = {"numbers"}  # among the formulas, but none: floats in, arrays out
# Inside these, things are filled in bit by bit before anybody else sees them.
BUILDERS = {"readers", "archives", "cli"}


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _documented(tree: ast.AST) -> list[ast.AST]:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def _docstring_lines(tree: ast.AST) -> int:
    """Return how many lines the docstrings of this and all that is in it take."""
    texts = [ast.get_docstring(node, clean=False) or "" for node in _documented(tree)]
    return sum(len(text.splitlines()) for text in texts)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_can_be_read_in_one_go(path):
    lines = len(path.read_text(encoding="utf-8").splitlines()) - _docstring_lines(_tree(path))
    assert lines <= LONGEST_MODULE, "split it by what it is about"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_function_can_be_seen_at_once(path):
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1 - _docstring_lines(node)
            assert lines <= LONGEST_FUNCTION, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_dataclasses_are_frozen_and_slotted(path):
    for node in ast.walk(_tree(path)):
        for decorator in getattr(node, "decorator_list", []):
            if ast.unparse(decorator).split("(")[0] in {"dataclass", "dataclasses.dataclass"}:
                said = {word.arg: ast.unparse(word.value) for word in _keywords(decorator)}
                assert said.get("slots") == "True", node.name
                builder = path.relative_to(PACKAGE).parts[0] in BUILDERS
                assert builder or said.get("frozen") == "True", node.name


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_structs_are_frozen(path):
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).removeprefix("msgspec.") for base in node.bases}
            said = {word.arg: ast.unparse(word.value) for word in node.keywords}
            assert "Struct" not in bases or said.get("frozen") == "True", node.name


def _keywords(decorator: ast.expr) -> list[ast.keyword]:
    return decorator.keywords if isinstance(decorator, ast.Call) else []


# ---- formulas and the tables they are held against


def _public_formulas() -> list[pytest.param]:
    return [
        pytest.param(node, id=f"{path.stem}.{node.name}")
        for path in MODULES
        if path.parent.name == "formulas" and path.stem not in PLUMBING
        for node in _tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


# Counting, halving, changing units and the quantiles of the normal curve need no source.
PLAIN_NUMBERS = {*range(11), 0.5, 1.28, 1.96, 3.6, 60, 90, 100, 180, 360, 1000, 3600, 86400}


@pytest.mark.parametrize("formula", _public_formulas())
def test_the_numbers_in_a_formula_have_a_source(formula):
    docstring = ast.get_docstring(formula) or ""
    numbers = {
        node.value
        for statement in formula.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    }
    sourced = re.search(
        r"^References\n-+\n|\bdoi\b|\bassumption|docs/\w+\.md", docstring, re.MULTILINE
    )
    assert sourced or numbers <= PLAIN_NUMBERS, sorted(numbers - PLAIN_NUMBERS)


@pytest.mark.parametrize("formula", _public_formulas())
def test_a_formula_says_the_unit_of_what_it_returns(formula):
    docstring = ast.get_docstring(formula) or ""
    returns = docstring.partition("Returns\n-------\n")[2].split("\n\n")[0]
    assert returns, "no Returns section"
    if "float" in returns or "ndarray" in returns:
        assert re.search(r"\[[^]]+\]", returns), "no [unit] under Returns"


def _reference_tables() -> list[Path]:
    return sorted((ROOT / "tests" / "reference").glob("*.csv"))


@pytest.mark.parametrize("path", _reference_tables(), ids=lambda path: path.name)
def test_a_reference_table_says_where_it_is_from(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    for line, key in zip(lines, ("source", "where", "tolerance", "read on"), strict=False):
        assert re.match(rf"# {key}:? +\S", line), f"line should begin with '# {key}': {line}"


def test_there_are_reference_tables():
    assert len(_reference_tables()) >= 1


# ---- the two commands, and what integration runs


def test_the_makefile_has_what_the_readme_promises():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert targets >= {"demo", "test", "lint", "bench", "proof", "clean", "help"}
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    assert targets == set(phony[1].split())


def test_integration_can_be_run_and_ends_with_the_tests():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert "set -euo pipefail" in lines
    assert re.fullmatch(r"make .*\btest", lines[-1])


def test_integration_is_sound_shell():
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


# ---- what the project speaks of


def _texts() -> list[Path]:
    """Return the text files that belong to the project."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        folders = ("riskfit", "tests", "docs", "models", "sample_data", ".ci")
        paths = [path for folder in folders for path in (ROOT / folder).rglob("*")]
        paths += ROOT.glob("*.*")
    binary = {".fit", ".gz", ".zip", ".png", ".pyc", ".parquet"}
    return [path for path in paths if path.is_file() and path.suffix not in binary]


# A machine's own folders and servers, how the work was organised, and pages that are not here.
ELSEWHERE = re.compile(
    r"(?<![\w.*])/(?:root|work|home|opt|Users)/"
    r"|index-url|find-links|[a-z]\.internal\b|\bpypi[-.]"
    r"|\b(?:agent|helper|coding|llm|ai) sessions?\b|\bissue #?\d"
    r"|(?<![\w/])(?:design|score|evidence|style|peers)\.md\b",
    re.IGNORECASE,
)


def test_the_project_speaks_of_itself_alone():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in _texts()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if ELSEWHERE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "see /wo" + "rk/x",
        "in the design" + ".md",
        "fi" + "le:///op" + "t/a",
        "as iss" + "ue 4 asks",
    ],
)
def test_what_lies_elsewhere_is_noticed(line):
    assert ELSEWHERE.search(line)


@pytest.mark.parametrize(
    "line", ["riskfit/work/", "docs/method.md", "https://doi.org/10.1/home/2", "tissue 4"]
)
def test_what_is_our_own_is_left_alone(line):
    assert not ELSEWHERE.search(line)


def test_the_sample_workouts_stay_small():
    sizes = [path.stat().st_size for path in (ROOT / "sample_data").rglob("*") if path.is_file()]
    assert sum(sizes) < 2_000_000, "every wheel carries them"


# ---- options of the command line


def _declared_options() -> list[tuple[str, str]]:
    """Return (long option, module) for every option that the command line declares."""
    found = []
    for path in MODULES:
        if path.parent.name != "cli":
            continue
        for node in ast.walk(_tree(path)):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called in {"click.option", "_option", "_told"}:
                words = [a.value for a in node.args if isinstance(a, ast.Constant)]
                found += [(w.split("/")[0], path.stem) for w in words if str(w)[:2] == "--"]
    return found


def test_an_option_of_several_commands_is_declared_in_one_place():
    places: dict[str, list[str]] = {}
    for option, module in _declared_options():
        places.setdefault(option, []).append(module)
    assert {option: where for option, where in places.items() if len(where) > 1} == {}
    assert {"--json", "--output", "--store", "--quiet"} <= places.keys()
