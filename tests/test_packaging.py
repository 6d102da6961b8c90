"""The package as others install it: its version, its data, its types, its public names."""

import ast
import importlib.util
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

import riskfit

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("models/cramp.toml", "models/references.toml", "sample_data/easy_run.fit")

# Said by a fresh interpreter that stands in the root folder, so that no checkout is near.
WHERE = """
import riskfit
from riskfit.resources import models, sample_data
print(riskfit.__file__)
print(riskfit.__version__)
print(*sorted("models/" + entry.name for entry in models().iterdir()))
print(*sorted("sample_data/" + entry.name for entry in sample_data().iterdir()))
"""


def _found_from_the_root_folder(python: str | Path) -> tuple[Path, str, set[str]]:
    """Return where riskfit lies for this interpreter, its version, and the data it finds."""
    done = subprocess.run(
        [str(python), "-c", WHERE], cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    home, said_version, *names = done.stdout.splitlines()
    return Path(home), said_version, set(" ".join(names).split())


def test_the_version_is_that_of_the_installed_package():
    assert riskfit.__version__ == version("riskfit")


def test_the_data_folders_are_found_from_the_root_folder():
    _, _, names = _found_from_the_root_folder(sys.executable)
    assert names >= set(SHIPPED)


def test_the_package_says_that_it_is_typed():
    assert files("riskfit").joinpath("py.typed").is_file()


def test_every_public_name_has_a_home_and_the_other_way_round():
    assert set(riskfit.__all__) == riskfit._HOMES.keys() | {"__version__"}
    assert len(set(riskfit.__all__)) == len(riskfit.__all__)
    assert dir(riskfit) == sorted(riskfit.__all__)


def test_type_checkers_are_told_the_same_homes():
    tree = ast.parse(Path(riskfit.__file__).read_text(encoding="utf-8"))
    told = {
        alias.name: node.module
        for block in ast.walk(tree)
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == riskfit._HOMES


@pytest.mark.parametrize("name", riskfit.__all__)
def test_every_public_name_can_be_had(name):
    home = riskfit._HOMES.get(name)
    if home and importlib.util.find_spec(home) is None:
        pytest.skip(f"{home} is not written yet")
    assert getattr(riskfit, name) is not None


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'asses'"):
        riskfit.asses  # noqa: B018


# ---- what a build holds


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a wheel built from the checkout, a source distribution, and a wheel built from it."""
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("a checkout is needed to build from")
    folder = tmp_path_factory.mktemp("built")
    _hatch(ROOT, folder / "checkout", "wheel")
    _hatch(ROOT, folder / "checkout", "sdist")
    (sdist,) = (folder / "checkout").glob("*.tar.gz")
    unpacked = folder / "unpacked"
    subprocess.run(
        [sys.executable, "-m", "tarfile", "--extract", str(sdist), str(unpacked)], check=True
    )
    (source,) = unpacked.iterdir()
    _hatch(source, folder / "from_sdist", "wheel")
    (wheel,) = (folder / "checkout").glob("*.whl")
    (second_wheel,) = (folder / "from_sdist").glob("*.whl")
    return {"wheel": wheel, "source": source, "wheel of the sdist": second_wheel}


def _hatch(source: Path, target: Path, kind: str) -> None:
    """Build without network: the build backend is part of the test environment."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(target), "--target", kind],
        cwd=source,
        check=True,
        capture_output=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "wheel of the sdist"])
def test_a_wheel_holds_the_data_and_nothing_of_the_checkout(built, kind):
    with zipfile.ZipFile(built[kind]) as archive:
        names = set(archive.namelist())
    assert names >= {f"riskfit/_data/{name}" for name in SHIPPED} | {
        "riskfit/py.typed",
        "riskfit/devices.toml",
    }
    tops = {name.split("/")[0] for name in names}
    assert tops == {"riskfit", f"riskfit-{riskfit.__version__}.dist-info"}
    assert not [name for name in names if name.endswith(".pyc")]


@pytest.mark.slow
def test_both_wheels_hold_the_same_files(built):
    names = []
    for kind in ("wheel", "wheel of the sdist"):
        with zipfile.ZipFile(built[kind]) as archive:
            names.append(sorted(archive.namelist()))
    assert names[0] == names[1]


@pytest.mark.slow
def test_the_source_distribution_can_be_tested_and_read(built):
    for name in ("Makefile", "LICENSE", "docs/method.md", "tests/test_packaging.py"):
        assert (built["source"] / name).is_file(), name


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "wheel of the sdist"])
def test_an_installed_wheel_finds_its_data_from_the_root_folder(built, kind, tmp_path):
    python = _environment_beside_this_one(tmp_path)
    # The borrowed libraries may hold a riskfit of their own, which must not pass for this one.
    install = ["install", "-q", "--no-deps", "--no-index", "--ignore-installed", str(built[kind])]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *install], check=True)
    home, said_version, names = _found_from_the_root_folder(python)
    assert home.is_relative_to(tmp_path)
    assert said_version == riskfit.__version__
    assert names >= set(SHIPPED)
    script = python.with_name("riskfit")
    done = subprocess.run(
        [script, "--version"], cwd="/", capture_output=True, text=True, check=True
    )
    assert riskfit.__version__ in done.stdout


def _environment_beside_this_one(folder: Path) -> Path:
    """Make an environment that borrows this one's libraries, so that nothing is downloaded."""
    venv.create(folder, with_pip=False)
    (site,) = (folder / "lib").glob("python*/site-packages")
    # The folders of this interpreter, but not its .pth files: an editable riskfit stays out.
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    site.joinpath("borrowed.pth").write_text("\n".join(borrowed), encoding="utf-8")
    return folder / "bin" / "python"
