"""Change a copy of the package, count the files, and use what was made of it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Kind(NamedTuple):
    """A kind of change, the most files it may touch, and which."""

    title: str
    limit: int
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the module of `changes` that makes one."""
        return self.title.replace(" ", "_").replace("'", "")

    def allows(self, file: str) -> bool:
        """Say whether the guide names this file; ``NAME`` in it stands for any one name."""
        patterns = (re.escape(name).replace("NAME", r"\w+") for name in self.files)
        return any(re.fullmatch(pattern, file) for pattern in patterns)


def promised() -> list[Kind]:
    """Return the kinds of change in the table of CONTRIBUTING.md."""
    path = ROOT / "CONTRIBUTING.md"
    if not path.is_file():
        return []
    rows = re.findall(
        r"^\| \[an? ([\w' ]+)\]\(#[\w-]+\) \| (\d) \| (.+) \|$",
        path.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return [
        Kind(name, int(limit), tuple(re.findall(r"`([^`]+)`", files)))
        for name, limit, files in rows
    ]


class Copy:
    """A copy of the package, its models and samples, that remembers which files were touched."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.touched = folder, set()
        for name in ("riskfit", "models"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "pyproject.toml", folder)
        (folder / "sample_data").symlink_to(ROOT / "sample_data")

    def add(self, name: str, text: str) -> None:
        """Add a file."""
        path = self.folder / name
        assert not path.exists(), f"{name} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.touched.add(name)

    def replace(self, name: str, old: str, new: str) -> None:
        """Put something else where ``old`` stands, which must be there once."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}: {old!r} stands there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")
        self.touched.add(name)

    def before(self, name: str, anchor: str, text: str) -> None:
        """Put text before an anchor."""
        self.replace(name, anchor, text + anchor)

    def after(self, name: str, anchor: str, text: str) -> None:
        """Put text behind an anchor."""
        self.replace(name, anchor, anchor + text)

    def at_end(self, name: str, text: str) -> None:
        """Put text at the end of a file."""
        path = self.folder / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        self.touched.add(name)

    def prove(self, kind: str) -> None:
        """Let a change's ``prove`` run in a process of its own, in which this copy is riskfit."""
        home = self.folder / "home"
        home.mkdir()
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), home)
        done = subprocess.run(
            [sys.executable, "-c", f"from changes import {kind}; {kind}.prove()"],
            cwd=home,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("RISKFIT_")},
                **{name: str(folder) for name, folder in homes.items()},
                "PYTHONPATH": os.pathsep.join([str(self.folder), str(ROOT / "tests")]),
                "NO_COLOR": "1",
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr


def sample(name: str = "easy_run.fit") -> str:
    """Return the path of a bundled sample, for a command line."""
    return str(ROOT / "sample_data" / name)


def riskfit(*words: str, exit_code: int = 0) -> str:
    """Run a command of riskfit in this process and return what it prints."""
    from click.testing import CliRunner

    from riskfit.cli import main

    done = CliRunner().invoke(main, list(words), catch_exceptions=False)
    assert done.exit_code == exit_code, done.output
    return done.stdout
