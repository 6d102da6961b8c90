"""What a run loads, and how fast it answers: each case in a fresh interpreter."""

import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from platformdirs import user_cache_path, user_config_path, user_data_path
from tools.corpus import manifest, needs_corpus, path_of

from riskfit.folders import cache_path, profile_path, store_path

SAMPLES = Path(__file__).resolve().parents[1] / "sample_data"


def _environment(home: Path) -> dict[str, str]:
    """Return an environment in which no profile or store of this machine is found."""
    folders = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "DATA", "CACHE")}
    return {**os.environ, **folders, "HOME": str(home), "NO_COLOR": "1"}


def _loaded_by(code: str, home: Path) -> set[str]:
    """Return the top-level modules that running this code loads, in a fresh interpreter."""
    script = f"""
import json, sys
before = set(sys.modules)
try:
{chr(10).join("    " + line for line in code.splitlines())}
finally:
    print("LOADED", json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=home,
        env=_environment(home),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("LOADED ")]
    return {name.split(".")[0] for name in json.loads(lines[-1].removeprefix("LOADED "))}


def _run(*arguments: str) -> str:
    """Return code that runs the command line and ends well, or fails."""
    return (
        "from riskfit.cli import main\n"
        f"sys.argv = ['riskfit', *{list(arguments)!r}]\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    if end.code: raise"
    )


def test_importing_riskfit_loads_nothing_heavy(tmp_path):
    assert _loaded_by("import riskfit", tmp_path) <= {"riskfit", *sys.stdlib_module_names}


def test_importing_the_command_line_loads_click_and_the_library_only(tmp_path):
    loaded = _loaded_by("import riskfit.cli", tmp_path)
    assert "click" in loaded
    assert loaded <= {"riskfit", "click", "colorama", *sys.stdlib_module_names}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["analyze", "--help"]])
def test_help_answers_without_numpy_or_rich(arguments, tmp_path):
    loaded = _loaded_by(_run(*arguments), tmp_path)
    assert not loaded & {"numpy", "rich", "fitparse", "msgspec", "jinja2", "plotly", "sklearn"}


def test_a_json_run_loads_nothing_that_draws_or_learns(tmp_path):
    loaded = _loaded_by(_run("analyze", str(SAMPLES / "easy_run.fit"), "--json"), tmp_path)
    assert "numpy" in loaded
    assert not loaded & {"rich", "jinja2", "plotly", "sklearn", "scipy", "pyarrow", "distributed"}


def test_a_run_without_a_store_or_an_archive_loads_neither(tmp_path):
    loaded = _loaded_by(_run("analyze", str(SAMPLES / "easy_run.fit"), "--json"), tmp_path)
    assert not loaded & {"sqlite3", "zipfile", "difflib", "multiprocessing"}


def test_a_run_does_without_masked_arrays_which_unique_and_its_like_load(tmp_path):
    code = _run("analyze", str(SAMPLES / "easy_run.fit"), "--json")
    _loaded_by(f"{code}\nassert 'numpy' in sys.modules and 'numpy.ma' not in sys.modules", tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_run_starts_no_threads(tmp_path):
    code = _run("analyze", str(SAMPLES / "easy_run.fit"), "--json")
    count = "import os\nassert 'numpy' in sys.modules and len(os.listdir('/proc/self/task')) == 1"
    environment = {name: "" for name in os.environ if name.endswith("_NUM_THREADS")}
    assert not environment, f"unset {', '.join(environment)}: it hides what is tested here"
    _loaded_by(f"{code}\n{count}", tmp_path)


def _cpu_s(command: list[str], home: Path) -> float:
    """Return the processor time of one run, which noise on the machine moves least. [s]"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, cwd=home, env=_environment(home), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.slow
@needs_corpus
def test_the_largest_file_takes_at_most_two_and_a_half_imports_of_numpy(tmp_path):
    """In processor time, numpy's own threads included: what a user's machine does for either."""
    files = [path_of(row) for row in manifest() if row["path"].endswith(".fit")]
    largest = max(files, key=lambda path: path.stat().st_size)
    ours = [str(Path(sys.executable).with_name("riskfit")), "analyze", str(largest), "--json"]
    numpys = [sys.executable, "-c", "import numpy"]
    ratios: list[float] = []
    for _ in range(3):  # noise only adds
        pairs = [(_cpu_s(ours, tmp_path), _cpu_s(numpys, tmp_path)) for _ in range(20)]
        ours_s, numpys_s = map(statistics.median, zip(*pairs, strict=True))
        ratios.append(ours_s / numpys_s)
        print(f"{ratios[-1]:.2f} times `import numpy`: {ours_s * 1e3:.0f} ms")
        if ratios[-1] <= 2.5:
            return
    pytest.fail(f"the largest file takes {min(ratios):.2f} times `import numpy`")


@pytest.mark.alone
def test_help_takes_less_than_twice_the_import_of_click(tmp_path):
    script = Path(sys.executable).with_name("riskfit")
    assert script.exists(), "install riskfit into the environment that runs the tests"
    ours, clicks = [str(script), "--help"], [sys.executable, "-c", "import click"]
    ratios: list[float] = []
    for _ in range(3):
        pairs = [(_cpu_s(ours, tmp_path), _cpu_s(clicks, tmp_path)) for _ in range(7)]
        ratios.append(statistics.median(a / b for a, b in pairs))
        if ratios[-1] < 2:
            return
    pytest.fail(f"riskfit --help takes {min(ratios):.2f} times `import click`")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs says it")
@pytest.mark.parametrize("told", [None, "", "relative/folder", "/somewhere/else"])
def test_our_folders_are_where_platformdirs_puts_them(told, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for kind in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.delenv(f"XDG_{kind}_HOME", raising=False)
        if told is not None:
            monkeypatch.setenv(f"XDG_{kind}_HOME", told)
    for name in ("RISKFIT_PROFILE", "RISKFIT_STORE"):
        monkeypatch.delenv(name, raising=False)
    assert profile_path() == user_config_path("riskfit") / "profile.toml"
    assert store_path() == user_data_path("riskfit") / "store.sqlite"
    assert cache_path() == user_cache_path("riskfit") / "batch.sqlite"
