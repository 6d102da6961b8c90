"""What a worker does: one place in, its activities with their features out.

Nothing here knows of stores, pools or terminals; a worker imports readers and features only.
"""

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal

from riskfit.activity import Activity, Failure
from riskfit.archives.listing import Place, open_place, read_beside, read_place
from riskfit.archives.supplement import Supplement, supplemented
from riskfit.athlete import Athlete, Conditions, History
from riskfit.errors import RiskfitError
from riskfit.features.compute import Begun, begin_features, finish_features
from riskfit.readers import read_activity, read_each
from riskfit.store.entries import FileResult, entry_of

#: What the numbers of an activity depend on; a change in it is a new method.
_CODE: Final = (
    "activity.py",
    "athlete.py",
    "cleaning",
    "archives",
    "formulas",
    "features",
    "readers",
    "sports.py",
)
#: Recordings are finished together up to so many samples, to keep memory flat.
_SAMPLES_AT_ONCE: Final = 200_000


#: What lies at a place: a file, Apple Health's XML, a table some of whose rows are sessions.
Holds = Literal["file", "apple", "rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One place to be read for one athlete.

    ``basis`` stands for everything but the content that the result depends on; ``aside`` says
    that files of other types are no failure; ``content`` holds the bytes where the worker cannot
    see the place.
    """

    place: Place
    athlete: Athlete
    basis: bytes
    supplement: Supplement | None = None
    aside: bool = False
    holds: Holds = "file"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What became of a place; the activities in it still lack what is worked out for many."""

    result: FileResult
    activities: tuple[tuple[Activity, Begun], ...] = ()


def work(tasks: list[Task], known: Known = frozenset()) -> list[FileResult]:
    """Work through some tasks; what is wrong with a file comes back as its result."""
    results: list[FileResult] = []
    waiting: list[_Read] = []
    samples = 0
    for read in (one for task in tasks for one in _work_one(task, known)):
        waiting.append(read)
        samples += sum(len(activity.samples) for activity, _ in read.activities)
        if samples > _SAMPLES_AT_ONCE:
            results += _finished(waiting)
            waiting, samples = [], 0
    return results + _finished(waiting)


def _finished(read: list[_Read]) -> list[FileResult]:
    """Finish the features of all activities together."""
    features = iter(finish_features([begun for one in read for _, begun in one.activities]))
    return [
        replace(
            one.result,
            entries=tuple(entry_of(activity, next(features)) for activity, _ in one.activities),
        )
        for one in read
    ]


def _work_one(task: Task, known: Known) -> Iterator[_Read]:
    source, stamp = task.place.source, task.place.stamp
    try:
        if task.holds != "file":
            yield from _work_many(task, known)
            return
        if task.content is None:
            members = read_place(task.place)
        else:
            from riskfit.archives.walk import walk

            members = list(walk(task.content, source))
    except RiskfitError as error:
        yield _failed(task, source, stamp, None, error)
        return
    if len(members) == 1 and members[0].name == source:
        yield _member(task, source, stamp, members[0].content, known)
        return
    # an archive under another name: its members are places of their own, it is their list
    for name, content in members:
        yield _member(task, name, stamp, content, known)
    yield _listed(task, [member.name for member in members])


def _listed(task: Task, names: list[str]) -> _Read:
    """Return the result of an archive: the list of what is in it."""
    return _Read(
        result=FileResult(
            source=task.place.source,
            stamp=task.place.stamp,
            basis=task.basis,
            kind="archive",
            error="\n".join(names),
        )
    )


def _member(task: Task, source: str, stamp: str, content: bytes | Failure, known: Known) -> _Read:
    if isinstance(content, Failure):
        return _Read(
            result=FileResult(
                source=source, stamp=stamp, basis=task.basis, kind=content.kind, error=content.error
            )
        )
    digest = sha256(content).digest()
    result = FileResult(source=source, stamp=stamp, basis=task.basis, sha256=digest)
    if digest + task.basis in known:
        return _Read(result=replace(result, kind="known"))
    try:
        if task.aside:
            from riskfit.archives.garmin import set_aside

            word = set_aside(content)
            if word is not None:
                return _Read(result=replace(result, kind="aside", error=word))
        activities = tuple(
            _begun(activity, task.athlete, task.supplement) for activity in read_each(content)
        )
    except RiskfitError as error:
        return _failed(task, source, stamp, digest, error)
    return _Read(result=result, activities=activities)


def _work_many(task: Task, known: Known) -> Iterator[_Read]:
    """Read a document that holds many sessions: a result each, and the list of them."""
    source, stamp = task.place.source, task.place.stamp
    names = []
    for name, digest, activity, extra in _sessions_in(task):
        one = f"{source}!{name}"
        names.append(one)
        result = FileResult(source=one, stamp=stamp, basis=task.basis, sha256=digest)
        if digest + task.basis in known:
            yield _Read(result=replace(result, kind="known"))
            continue
        try:
            yield _Read(result=result, activities=(_begun(activity, task.athlete, extra),))
        except RiskfitError as error:
            yield _failed(task, one, stamp, digest, error)
    yield _listed(task, names)


def _sessions_in(task: Task) -> Iterator[tuple[str, bytes, Activity, Supplement | None]]:
    """Yield name, digest and activity of each, with what is said beside it."""
    if task.holds == "apple":
        from riskfit.readers.apple import workouts
        from riskfit.readers.apple_xml import read_health

        with open_place(task.place) as stream:
            health = read_health(stream)
        for found in workouts(health, lambda path: _route(task.place, path)):
            yield *found, task.supplement
    else:
        from riskfit.archives.strava import read_table
        from riskfit.readers.assemble import session_of_totals

        content = task.content or read_place(task.place)[0].content
        for row in read_table(content).by_hand if isinstance(content, bytes) else ():
            digest = sha256(repr(row).encode()).digest()
            yield row.name, digest, session_of_totals(row.start, row.totals), row.supplement


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
) -> _Read:
    return _Read(
        result=FileResult(
            source=source,
            stamp=stamp,
            basis=task.basis,
            sha256=digest,
            kind=error.kind,
            error=str(error),
        )
    )


def _begun(
    activity: Activity, athlete: Athlete, extra: Supplement | None
) -> tuple[Activity, Begun]:
    conditions = Conditions()
    if extra is not None:
        activity = supplemented(activity, extra)
        if extra.race is not None:
            conditions = Conditions(race=extra.race)
    return activity, begin_features(activity, athlete, conditions, History())
