"""What the makers of takeouts share; the takeouts themselves are made next door.

The layouts follow what public importers of such exports read.  Every builder returns what it
put in, so that a test can hold an importer against it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tools.generator import random_sessions
from tools.simulate import Person, Recording, simulate

Write = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One activity of a takeout: its file there ("" where it has none) and what is said of it."""

    file: str
    recording: Recording
    row: dict[str, Any] = field(default_factory=dict)


def recordings_of(
    count: int, seed: int, person: Person, every_s: tuple[int, ...]
) -> list[Recording]:
    sessions = random_sessions(count, seed, hours=0.7, every_s=every_s)
    return [simulate(replace(one, profile_in_file=False), person) for one in sessions]


def identifiers(count: int, seed: int) -> tuple[list[int], list[int]]:
    """Return activity and upload numbers: both grow, neither tells the other."""
    random = np.random.RandomState(seed)
    activity = 9_000_000_000 + np.cumsum(random.randint(10_000, 900_000, size=count))
    upload = 12_000_000_000 + np.cumsum(random.randint(10_000, 900_000, size=count))
    return activity.tolist(), upload.tolist()
