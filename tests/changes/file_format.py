"""A file format: lines of seconds, heart rate and speed."""

import json
from pathlib import Path

from tools.changes import Copy, riskfit

MODULE = '''
"""Acme's recordings: a line a second, with heart rate and speed."""

from datetime import datetime

import numpy as np

from riskfit.activity import Activity
from riskfit.errors import DamagedFileError
from riskfit.readers.assemble import assemble
from riskfit.readers.recording import Part, Recording


def read_acme(data: bytes) -> Activity:
    """Read a recording.

    Raises
    ------
    DamagedFileError
        A line holds something else than three numbers.
    """
    head, *lines = data.decode("ascii", "replace").splitlines()
    try:
        start = datetime.fromisoformat(head.removeprefix("#ACME ").strip())
        second, bpm, speed = np.array([line.split() for line in lines], dtype=float).T
    except ValueError as error:
        raise DamagedFileError(f"no numbers ({error}): export it again") from error
    return assemble(
        Recording(
            start_time=start,
            elapsed_s=second,
            channels={"heart_rate_bpm": bpm, "speed_m_s": speed},
            parts=[Part(sport="running")],
        )
    )
'''
LINE = """    "acme": Format(
        magic=(b"#ACME ",),
        activity="riskfit.readers.acme:read_acme",
        activities="riskfit.readers.acme:read_acme",
    ),
"""


def make(copy: Copy) -> None:
    """Add a module, and a line to the table of formats."""
    copy.add("riskfit/readers/acme.py", MODULE)
    copy.after("riskfit/readers/formats.py", "FORMATS: Final[dict[str, Format]] = {\n", LINE)


def prove() -> None:
    """It is analysed and imported, whatever its name; damaged it is refused."""
    lines = [f"{second} {140 + second % 7} 3.0" for second in range(1800)]
    Path("x.foo").write_text("\n".join(["#ACME 2026-05-01T08:00:00+00:00", *lines]), "ascii")
    (found,) = json.loads(riskfit("analyze", "x.foo", "--no-store", "--json"))["activities"]
    assert found["sport"] == "running"
    assert 5.3 < found["features"]["distance_km"]["value"] < 5.5
    riskfit("import", "x.foo", "--quiet")
    assert "running" in riskfit("history")
    Path("bad.foo").write_text("#ACME 2026-05-01\nnothing", "ascii")
    riskfit("analyze", "bad.foo", "--no-store", exit_code=3)
