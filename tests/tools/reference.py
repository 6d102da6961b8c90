"""Reads the published and hand-worked tables of tests/reference."""

import csv
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "reference"


def read_table(name: str) -> tuple[float, list[dict[str, str]]]:
    """Return the tolerance a table states and its rows, refusing one that names no source."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    missing = {"source", "where", "tolerance", "read on"} - set(head)
    if missing:
        raise ValueError(f"{name} does not state its {', '.join(sorted(missing))}")
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    if not rows:
        raise ValueError(f"{name} has no rows")
    return float(head["tolerance"].split()[0]), rows
