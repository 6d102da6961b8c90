"""Imports point one way, and each library is imported only where it belongs."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import riskfit

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "riskfit"

# From the ground up.  A unit is a module or a package of riskfit; it may import those of its own
# layer (as long as no circle closes) and of the layers before it.
LAYERS = (
    ("_common", "errors", "folders", "units"),
    ("formulas", "origin", "sports"),
    (
        "resources",
        "strict_toml",
        "languages",
        "references",
        "free_text",
        "medical",
        "activity",
        "athlete",
    ),
    ("readers", "archives", "cleaning", "profiles"),
    ("features",),
    ("rules",),
    ("scoring",),
    ("advice", "whatif", "analysis"),
    ("asking", "store", "batch", "estimator", "learning", "report"),
    ("cli", "web", "__main__"),
)
RANK = {unit: rank for rank, units in enumerate(LAYERS) for unit in units}
# Stricter than their layer.
ONLY = {
    "_common": set(),
    "errors": set(),
    "folders": set(),
    "units": set(),
    "origin": set(),
    "sports": set(),
    "formulas": {"_common"},
    "athlete": {"_common", "errors", "origin"},
    "activity": {"_common", "errors", "athlete", "origin"},
    "resources": {"errors"},
    "strict_toml": {"errors", "resources"},
    "languages": {"errors", "resources", "strict_toml"},
    "references": {"errors", "strict_toml"},
    "free_text": set(),
    "medical": {"athlete", "errors", "free_text", "references", "strict_toml"},
}


def _modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name."""
    modules = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "_data" not in parts:
            modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


MODULES = _modules()


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _nodes(tree: ast.AST, *, skip_type_checking: bool) -> Iterator[ast.AST]:
    """Walk the tree, functions included, without what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if skip_type_checking and _is_type_checking(node):
            continue
        yield node
        yield from _nodes(node, skip_type_checking=skip_type_checking)


def _imported(name: str, source: str, *, is_package: bool) -> set[str]:
    """Return the dotted names a module imports, the lazy names of riskfit led to their homes."""
    found = set()
    for node in _nodes(ast.parse(source), skip_type_checking=name == "riskfit"):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = [node.module] if node.module else []
            if node.level:
                package = name.split(".") if is_package else name.split(".")[:-1]
                base = package[: len(package) - node.level + 1] + base
            found |= {".".join([*base, alias.name]) for alias in node.names}
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "riskfit":
            found.add(f"riskfit.{node.attr}")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found |= {a.value for a in node.args if isinstance(a, ast.Constant)}
    homes = {f"riskfit.{public}": home for public, home in riskfit._HOMES.items()}
    return {homes.get(target, target) for target in found}


def _unit(dotted: str) -> str | None:
    """Return the unit of a dotted name: 'readers' of 'riskfit.readers.fit'; None for others."""
    parts = dotted.split(".")
    if parts[0] != "riskfit" or len(parts) == 1 or parts[1] == "__version__":
        return None
    return parts[1]


def _links() -> dict[str, dict[str, str]]:
    """Return unit -> units it imports, each with one module that does."""
    links: dict[str, dict[str, str]] = {}
    for name, path in MODULES.items():
        unit = _unit(name) or "riskfit"
        targets = _imported(
            name, path.read_text(encoding="utf-8"), is_package=path.name == "__init__.py"
        )
        for target in sorted(targets):
            other = _unit(target)
            if other and other != unit:
                links.setdefault(unit, {}).setdefault(other, f"{name} imports {target}")
    return links


LINKS = _links()


def test_every_module_has_its_place_in_the_order():
    strangers = {name for name in MODULES if _unit(name) not in {None, *RANK}}
    assert strangers == set(), "give them a place in LAYERS"


def test_the_package_itself_imports_nothing_of_its_own():
    assert LINKS.get("riskfit", {}) == {}


@pytest.mark.parametrize("unit", sorted({_unit(name) for name in MODULES} & RANK.keys()))
def test_imports_point_one_way(unit):
    for other, witness in LINKS.get(unit, {}).items():
        assert RANK.get(other, -1) <= RANK[unit], f"points back: {witness}"
        assert other in ONLY.get(unit, {other}), f"{unit} stays below {other}: {witness}"


def test_no_circle_closes_between_units():
    TopologicalSorter(LINKS).prepare()  # raises CycleError, which names the circle


def _module_links() -> dict[str, set[str]]:
    """Return module -> modules of the package it imports, for types or late ones included."""
    links = {}
    for name, path in MODULES.items():
        targets = _imported(name, path.read_text("utf-8"), is_package=path.name == "__init__.py")
        homes = {target if target in MODULES else target.rpartition(".")[0] for target in targets}
        links[name] = {home for home in homes if home in MODULES and home != name}
    return links


def test_no_circle_closes_between_modules():
    links = _module_links()
    assert "riskfit.features.results" in links["riskfit.features.heat"]
    TopologicalSorter(links).prepare()  # raises CycleError, which names the circle


# The same thing in parallel rooms: a command, a report's forms, a recording's and a plan's numbers.
FORMS = ("json", "terminal", "page", "said")
PARALLEL = {"cli", "web", "report", *(f"report.{form}" for form in FORMS)}
PARALLEL_FORMULAS = ("formulas", "features.plan")


def _double_names(modules: dict[str, Path]) -> dict[str, list[str]]:
    rooms: dict[str, list[str]] = {}
    for name in modules:
        room, _, last = name.removeprefix("riskfit.").rpartition(".")
        beside = "features" if room in PARALLEL_FORMULAS else room
        if room and room not in PARALLEL and beside not in rooms.setdefault(last, []):
            rooms[last].append(beside)
    return {last: found for last, found in rooms.items() if len(found) > 1}


def test_a_name_of_a_module_says_which_one_it_is():
    assert _double_names(MODULES) == {}


def test_names_are_looked_at_beyond_parallel_rooms():
    same = ("formulas.heat", "features.heat", "features.plan.heat", "cli.heat", "report.page.heat")
    modules = {f"riskfit.{name}": Path() for name in (*same, "readers.gpx", "readers.xml.gpx")}
    assert _double_names(modules) == {"gpx": ["readers", "readers.xml"]}


def test_the_parser_of_imports_sees_every_way_of_importing():
    source = """
import riskfit
from riskfit import assess, __version__
from . import tables
from ..store import Store
from importlib import import_module
def late():
    import sklearn.base
    riskfit.advise(1)
    import_module("riskfit.web")
"""
    seen = _imported("riskfit.report.html", source, is_package=False)
    assert seen >= {
        "riskfit.scoring.assess",
        "riskfit.__version__",
        "riskfit.report.tables",
        "riskfit.store.Store",
        "sklearn.base",
        "riskfit.advice.steps",
        "riskfit.web",
    }
    seen = _imported(
        "riskfit.report", "from .text import a\nfrom ..rules import b", is_package=True
    )
    assert seen == {"riskfit.report.text.a", "riskfit.rules.b"}


# ---- who may import what from outside


def _outsiders(prefix: str) -> dict[str, set[str]]:
    """Return module -> top-level names it imports from outside the package and the library."""
    result = {}
    for name, path in MODULES.items():
        if name == prefix or name.startswith(prefix + "."):
            targets = _imported(
                name, path.read_text(encoding="utf-8"), is_package=path.name == "__init__.py"
            )
            tops = {target.split(".")[0] for target in targets}
            result[name] = tops - set(sys.stdlib_module_names) - {"riskfit"}
    return result


def test_only_the_estimator_imports_scikit_learn():
    users = {name for name, tops in _outsiders("riskfit").items() if "sklearn" in tops}
    assert users <= {"riskfit.estimator"}


def test_formulas_need_numpy_and_the_wbgt_library_only():
    for name, tops in _outsiders("riskfit.formulas").items():
        assert tops <= {"numpy", "thermofeel"}, name


def test_only_the_readers_know_the_formats():
    libraries = {"fitparse", "xml", "gzip"}
    for name, path in MODULES.items():
        if _unit(name) in {"readers", "archives"}:
            continue
        targets = _imported(name, path.read_text("utf-8"), is_package=path.name == "__init__.py")
        assert not {target.split(".")[0] for target in targets} & libraries, name


@pytest.mark.parametrize("unit", ["formulas", "features", "rules", "scoring", "advice", "whatif"])
def test_the_middle_of_the_pipeline_opens_no_file(unit):
    for name, path in MODULES.items():
        if _unit(name) != unit:
            continue
        source = path.read_text(encoding="utf-8")
        calls = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Call)
        }
        assert "open" not in calls, name
        # Models are read through riskfit.resources; a path may still be named by the caller.
        if unit in {"formulas", "features"}:
            assert not {"pathlib.Path", "io", "os"} & _imported(name, source, is_package=False)
