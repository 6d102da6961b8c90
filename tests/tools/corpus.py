"""Real files of other people, where RISKFIT_CORPUS names their folder; skipped by name else."""

import csv
import os
from functools import cache
from pathlib import Path

import pytest

FOLDER = os.environ.get("RISKFIT_CORPUS")

needs_corpus = pytest.mark.skipif(
    not FOLDER, reason="RISKFIT_CORPUS does not name a folder of real workout files"
)


@cache
def manifest() -> list[dict[str, str]]:
    """Return the manifest's rows, none without a corpus."""
    if not FOLDER:
        return []
    with (Path(FOLDER) / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def path_of(row: dict[str, str]) -> Path:
    """Return where a row's file lies."""
    return Path(FOLDER or "") / "files" / row["path"]
