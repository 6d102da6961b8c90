"""The map: find every place, leave out what is known, work on the rest, keep what comes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from riskfit.activity import Failure
from riskfit.archives.garmin import GarminDocuments
from riskfit.archives.listing import Inner, Place, list_inner, list_places
from riskfit.archives.other_files import parted
from riskfit.archives.supplement import Supplement
from riskfit.athlete import Athlete
from riskfit.batch.exports import Outline, with_documents
from riskfit.batch.work import Known, Task, basis_of
from riskfit.errors import RiskfitError
from riskfit.store import OWNER, Seen, Store
from riskfit.store.activities import Content, known_contents, save
from riskfit.store.entries import FileResult

#: What tables, pictures and settings beside workouts are counted as.
OTHER_FILES: Final = "files that are no workouts"
#: Outcomes of a place that are no failure.
NO_FAILURE: Final = frozenset({None, "known", "aside", "archive", "removed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One thing to be read for one athlete."""

    path: str
    athlete: str = OWNER
    profile: Athlete = field(default_factory=Athlete)


class Runner(Protocol):
    """Who does the work: this process, a pool, a cluster."""

    def __call__(self, tasks: Iterable[Task], known: Known) -> Iterator[list[FileResult]]:
        """Yield results of the tasks in any order, some at a time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What was found for one athlete.

    Attributes
    ----------
    contents : set
        Every content that holds activities.
    sources : dict
        Each source that was met, and what came of it.
    failures : list of Failure
    others : list of Failure
        Files beside workouts that are none; counted in ``aside``.
    aside : Counter
        Files that are no activity and need not be, counted by what they are.
    paths : list of str
        The inputs.
    listed, done : set of str
        Places that are wanted; those of them that had to be read.
    """

    athlete: str
    profile: Athlete
    contents: set[Content] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    others: list[Failure] = field(default_factory=list)
    aside: Counter[str] = field(default_factory=Counter)
    paths: list[str] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        """Return how many places there are."""
        return len(self.listed)

    @property
    def read(self) -> int:
        """Return how many had to be read; the others were known."""
        return len(self.done)

    def add(self, source: str, seen: Seen) -> None:
        """Count what came of a source."""
        self.sources.add(source)
        if seen.kind is None and seen.sha256 is not None:
            self.contents.add((seen.sha256, seen.basis))
        elif seen.kind == "aside":
            self.aside[seen.error or "other"] += 1
        elif seen.kind not in NO_FAILURE:
            self.failures.append(
                Failure(source=source, kind=str(seen.kind), error=seen.error or "")
            )

    def settle(self) -> None:
        """Set aside what is no workout and lies beside some, and sort the failures."""
        failures, others = parted(self.failures, self.paths, beside=bool(self.contents))
        self.others.extend(others)
        if others:
            self.aside[OTHER_FILES] += len(others)
        self.failures[:] = sorted(failures, key=lambda failure: failure.source)


#: Told after each chunk: done and total of the files that have to be read.
Progress = Callable[[int, int], None]


def gather(
    inputs: Sequence[Input],
    store: Store,
    run: Runner,
    *,
    progress: Progress | None = None,
    again: bool = False,
) -> list[Gathered]:
    """Read everything that is not known yet into a store.

    Parameters
    ----------
    inputs : sequence of Input
    store : Store
        Where results are kept, and looked up.
    run : Runner
        Who works.
    progress : callable, optional
        Called with files done and files to do.
    again : bool
        Read also what is known.

    Returns
    -------
    list of Gathered
        One an athlete, in order of their first input.
    """
    by_athlete: dict[str, list[Input]] = {}
    for one in inputs:
        by_athlete.setdefault(one.athlete, []).append(one)
    shares = [_share_of(store, name, theirs, again) for name, theirs in by_athlete.items()]
    total = sum(len(share.tasks) for share in shares)
    done = 0
    if progress is not None and total:
        progress(0, total)
    for share in shares:
        for results in run(share.tasks, share.known) if share.tasks else ():
            save(store, share.key, [share.completed(result) for result in results])
            for result in results:
                share.take(result)
            done += sum(result.source in share.asked for result in results)
            if progress is not None:
                progress(done, total)
    for share in shares:
        share.gathered.settle()
    return [share.gathered for share in shares]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """One athlete's share of the work."""

    key: int
    gathered: Gathered
    known: Known
    tasks: list[Task] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    garmin: dict[str, GarminDocuments] = field(default_factory=dict)

    def completed(self, result: FileResult) -> FileResult:
        """Add what an export logs apart from its files."""
        documents = self.garmin.get(result.source)
        if documents is None or not result.entries:
            return result
        return replace(
            result,
            entries=tuple(with_documents(entry, documents) for entry in result.entries),
        )

    def take(self, result: FileResult) -> None:
        kind = None if result.kind == "known" else result.kind
        seen = Seen(result.stamp, result.basis, result.sha256, kind, result.error)
        self.gathered.add(result.source, seen)
        if result.source in self.asked:
            self.gathered.done.add(result.source)


def _share_of(store: Store, athlete: str, inputs: list[Input], again: bool) -> _Share:
    """List an athlete's places, and which of them have to be read."""
    key = store.add_athlete(athlete)
    places = store.places(key)
    profile = inputs[0].profile
    known = frozenset() if again else frozenset(a + b for a, b in known_contents(store, key))
    gathered = Gathered(athlete=athlete, profile=profile)
    share = _Share(key=key, gathered=gathered, known=known)
    bases: dict[Supplement | None, bytes] = {}
    for one in inputs:
        gathered.paths.append(one.path)
        outline = Outline()
        for item in _all_places(one.path, store, outline):
            if isinstance(item, Failure):
                gathered.failures.append(item)
                continue
            wanted = outline.wanted(item)
            if wanted is None or item.source in share.asked or item.source in gathered.sources:
                continue
            gathered.listed.add(item.source)
            extra = wanted.supplement
            if extra not in bases:
                bases[extra] = basis_of(one.profile, extra)
            seen = places.get(item.source)
            if not again and seen and (seen.stamp, seen.basis) == (item.stamp, bases[extra]):
                _recall(gathered, item.source, seen, places)
                continue
            share.asked.add(item.source)
            if wanted.garmin is not None:
                share.garmin[item.source] = wanted.garmin
            share.tasks.append(
                Task(
                    place=item,
                    athlete=one.profile,
                    basis=bases[extra],
                    supplement=extra,
                    aside=wanted.aside,
                    holds=wanted.holds,
                )
            )
        gathered.failures.extend(outline.failures())
        gathered.aside.update(outline.aside())
    return share


def _recall(gathered: Gathered, source: str, seen: Seen, places: dict[str, Seen]) -> None:
    """Count a place that is known, and what lies in it where it is an archive."""
    gathered.add(source, seen)
    if seen.kind == "archive":
        for inside in (seen.error or "").split("\n"):
            if inside in places:
                gathered.add(inside, places[inside])


def _all_places(path: str, store: Store, outline: Outline) -> Iterator[Place | Failure]:
    """Yield places, those of zips in zips among them; the outline is whole before the first."""
    items = list(list_places(path))
    outline.add(item for item in items if not isinstance(item, Failure))
    found: list[Place | Failure] = []
    for item in items:
        if not isinstance(item, Inner):
            found.append(item)
        elif outline.opens(item):
            inside = _inside(item, store)
            found += inside
            if outline.of(item) is None:
                outline.add(place for place in inside if isinstance(place, Place))
    yield from found


def _inside(item: Inner, store: Store) -> Sequence[Place | Failure]:
    """List a zip in a zip, unpacked only where it is new."""
    known = store.listing(item.source, item.stamp)
    try:
        inside, members = list_inner(item, known)
    except RiskfitError as error:
        return [Failure(source=item.source, kind=error.kind, error=str(error))]
    if known is None:
        store.keep_listing(item.source, item.stamp, members)
    return inside
