"""Files that lie beside workouts and are none: tables, pictures, settings, routes."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from riskfit._common import plural
from riskfit.activity import Failure
from riskfit.errors import NotAnActivityError, UnsupportedFileError

#: What makers call recordings and archives: people want to know why such a file was not read.
_RECORDING: Final = re.compile(
    r"\.(fit|gpx|tcx|pwx|hrm|kmz|kml|sml|srm|slf|fitlog|zip|gz)$", re.IGNORECASE
)
_NO_WORKOUT: Final = frozenset({NotAnActivityError.kind, UnsupportedFileError.kind})
_SHOWN: Final = 5


def is_other(failure: Failure) -> bool:
    """Say whether what could not be read is no workout, by what it holds and is called."""
    return failure.kind in _NO_WORKOUT and not _RECORDING.search(_name(failure.source))


def parted(
    failures: Iterable[Failure], named: Collection[str], *, beside: bool
) -> tuple[list[Failure], list[Failure]]:
    """Part failures from files that are no workouts and lie beside some; named ones fail."""
    every = list(failures)
    others = [one for one in every if is_other(one) and one.source not in named] if beside else []
    return [one for one in every if one not in others], others


def others_said(others: Sequence[Failure]) -> str:
    """Name the files that are no workouts, nothing where there are none."""
    if not others:
        return ""
    names = [_name(one.source) for one in others]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"left out {plural(len(names), 'file')}, no workouts: {', '.join(names[:_SHOWN])}{more}"


def _name(place: str) -> str:
    """Return a file's own name, without the folders and archives that it lies in."""
    return re.split(r"[/!\\]", place)[-1]
