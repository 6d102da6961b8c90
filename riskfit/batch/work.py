"""What a worker does: one place in, its activities with their features out.

Nothing here knows of stores, pools or terminals; a worker imports readers and features only.
"""

import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from riskfit.activity import Activity, Failure
from riskfit.archives.places import Place, open_place, read_beside, read_place
from riskfit.archives.supplement import Supplement, supplemented
from riskfit.athlete import Athlete, Conditions
from riskfit.errors import RiskfitError
from riskfit.features import compute_features
from riskfit.readers import read_activity, read_each
from riskfit.store.rows import Entry, FileResult, entry_of

#: What the numbers of an activity depend on; a change in it is a new method.
_CODE: Final = (
    "activity.py",
    "athlete.py",
    "cleaning.py",
    "archives",
    "formulas",
    "features",
    "readers",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One place to be read for one athlete.

    ``basis`` stands for everything but the content that the result depends on; ``aside`` says
    that files of other types are no failure; ``health`` that it is the XML of Apple Health;
    ``content`` holds the bytes where the worker cannot see the place.
    """

    place: Place
    athlete: Athlete
    basis: bytes
    supplement: Supplement | None = None
    aside: bool = False
    health: bool = False
    content: bytes | None = None


#: Contents (with basis) that need not be computed again.
Known = frozenset[bytes]


def basis_of(athlete: Athlete, supplement: Supplement | None) -> bytes:
    """Return the digest of what a result depends on beside the content."""
    # a person's name changes no number
    person = {**asdict(athlete), "name": None}
    extra = None if supplement is None else asdict(supplement)
    return sha256(repr((method_version(), person, extra)).encode()).digest()[:16]


@lru_cache(maxsize=1)
def method_version() -> str:
    """Return the digest of the code that computes: results of other code are not reused."""
    import numpy

    digest = sha256(f"{sys.version_info[:2]} {numpy.__version__}".encode())
    root = files("riskfit")
    for name in _CODE:
        for path, data in _sources(root.joinpath(name), name):
            digest.update(path.encode())
            digest.update(data)
    return digest.hexdigest()[:16]


def _sources(place: Traversable, name: str) -> list[tuple[str, bytes]]:
    if place.is_file():
        return [(name, place.read_bytes())] if name.endswith(".py") else []
    inside = sorted(place.iterdir(), key=lambda one: one.name)
    return [found for one in inside for found in _sources(one, f"{name}/{one.name}")]


def work(tasks: list[Task], known: Known = frozenset()) -> list[FileResult]:
    """Work through some tasks; what is wrong with a file comes back as its result."""
    results: list[FileResult] = []
    for task in tasks:
        results += _work_one(task, known)
    return results


def _work_one(task: Task, known: Known) -> list[FileResult]:
    source, stamp = task.place.source, task.place.stamp
    try:
        if task.health:
            return _work_health(task)
        if task.content is None:
            members = read_place(task.place)
        else:
            from riskfit.archives.walk import walk

            members = list(walk(task.content, source))
    except RiskfitError as error:
        return [_failed(task, source, stamp, None, error)]
    if len(members) == 1 and members[0].name == source:
        return [_member(task, source, stamp, members[0].content, known)]
    # an archive under another name: its members are places of their own, it is their list
    found = [_member(task, name, stamp, content, known) for name, content in members]
    names = "\n".join(one.source for one in found)
    own = FileResult(source=source, stamp=stamp, basis=task.basis, kind="archive", error=names)
    return [*found, own]


def _member(
    task: Task, source: str, stamp: str, content: bytes | Failure, known: Known
) -> FileResult:
    if isinstance(content, Failure):
        return FileResult(
            source=source, stamp=stamp, basis=task.basis, kind=content.kind, error=content.error
        )
    digest = sha256(content).digest()
    if digest + task.basis in known:
        return FileResult(source=source, stamp=stamp, basis=task.basis, sha256=digest, kind="known")
    try:
        if task.aside:
            from riskfit.archives.garmin import set_aside

            word = set_aside(content)
            if word is not None:
                return FileResult(
                    source=source,
                    stamp=stamp,
                    basis=task.basis,
                    sha256=digest,
                    kind="aside",
                    error=word,
                )
        entries = tuple(_entry(activity, task) for activity in read_each(content))
    except RiskfitError as error:
        return _failed(task, source, stamp, digest, error)
    return FileResult(source=source, stamp=stamp, basis=task.basis, sha256=digest, entries=entries)


def _work_health(task: Task) -> list[FileResult]:
    """Read an export of Apple Health: a result a workout, and the list of them."""
    from riskfit.archives.apple import read_health, workouts

    source, stamp = task.place.source, task.place.stamp
    with open_place(task.place) as stream:
        health = read_health(stream)
    found = []
    for name, digest, activity in workouts(health, lambda path: _route(task.place, path)):
        one = f"{source}!{name}"
        try:
            entries = (_entry(activity, task),)
        except RiskfitError as error:
            found.append(_failed(task, one, stamp, digest, error))
            continue
        found.append(
            FileResult(source=one, stamp=stamp, basis=task.basis, sha256=digest, entries=entries)
        )
    names = "\n".join(one.source for one in found)
    own = FileResult(source=source, stamp=stamp, basis=task.basis, kind="archive", error=names)
    return [*found, own]


def _route(place: Place, path: str) -> tuple[bytes, Activity] | str:
    """Read a route that lies beside the export's XML, or say why there is none."""
    data = read_beside(place, path)
    if data is None:
        return "the export does not hold it"
    try:
        return sha256(data).digest(), read_activity(data)
    except RiskfitError as error:
        return str(error)


def _failed(
    task: Task, source: str, stamp: str, digest: bytes | None, error: RiskfitError
) -> FileResult:
    return FileResult(
        source=source,
        stamp=stamp,
        basis=task.basis,
        sha256=digest,
        kind=error.kind,
        error=str(error),
    )


def _entry(activity: Activity, task: Task) -> Entry:
    conditions = Conditions()
    if task.supplement is not None:
        activity = supplemented(activity, task.supplement)
        if task.supplement.race is not None:
            conditions = Conditions(race=task.supplement.race)
    return entry_of(activity, compute_features(activity, task.athlete, conditions))
