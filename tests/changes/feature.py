"""A feature: how fast it went up."""

import importlib.util
import json
from pathlib import Path

from tools.changes import ROOT, Copy, riskfit, sample

ROW = """\
    "ascent_m_per_h": ("m/h", "climbed in an hour", "altitude"),
"""
COLUMN = """        "ascent_m_per_h": _measured(
            course.ascent_m / np.maximum(active_s / 3600, 1 / 60), simply, no_climb
        ),
"""


def make(copy: Copy) -> None:
    """Add it to the catalogue, and compute it where its group is computed."""
    copy.before("riskfit/features/catalogue.py", '    "descent_m": (', ROW)
    copy.before("riskfit/features/duration.py", '        "descent_m": _measured(', COLUMN)


def prove() -> None:
    """It is in JSON, in CSV, in the documentation, in the store's export and in a plan."""
    (run,) = json.loads(riskfit("analyze", sample(), "--no-store", "--json"))["activities"]
    features = run["features"]
    hours = features["duration_min"]["value"] / 60
    climbed = features["ascent_m_per_h"]
    assert abs(climbed["value"] - features["ascent_m"]["value"] / hours) < 1e-9
    assert climbed["unit"] == "m/h"
    assert climbed["origin"] == "recorded"
    riskfit("batch", sample(), "-o", "all.csv")
    assert ",ascent_m_per_h," in Path("all.csv").read_text(encoding="utf-8").splitlines()[0]
    riskfit("import", sample(), "--quiet")
    riskfit("history", "export", "store.csv")
    assert "ascent_m_per_h" in Path("store.csv").read_text(encoding="utf-8").splitlines()[0]
    asked = "check", "--sport", "running", "--duration", "2h", "--ascent", "600", "--no-store"
    (plan,) = json.loads(riskfit(*asked, "--json"))["activities"]
    features = plan["features"]
    assert features["ascent_m_per_h"]["value"] == features["ascent_m"]["value"] / 2
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert "| `ascent_m_per_h` | m/h | climbed in an hour | altitude |" in (generate.features())
