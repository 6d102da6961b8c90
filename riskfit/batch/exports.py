"""Know the exports of Strava, Garmin and Apple by their layout, and read what lies beside files.

An outline says which places of an input are wanted, and what the export tells of each.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from riskfit.activity import Failure
from riskfit.archives.places import Inner, Place
from riskfit.batch.work import Supplement


class Wanted(NamedTuple):
    """A place that shall be read, and what is known of it from elsewhere."""

    supplement: Supplement | None = None


@dataclass(slots=True)
class Outline:
    """A plain folder, file or archive: every place is wanted, nothing is known beside it."""

    sorts_by_type: bool = False
    failures: list[Failure] = field(default_factory=list)

    def wanted(self, place: Place) -> Wanted | None:  # noqa: ARG002
        """Say whether a place shall be read, and with what."""
        return Wanted()

    def opens(self, inner: Inner) -> bool:  # noqa: ARG002
        """Say whether a zip in the zip shall be opened."""
        return True


def outline_of(path: str) -> Outline:  # noqa: ARG001
    """Look at an input's layout."""
    return Outline()
