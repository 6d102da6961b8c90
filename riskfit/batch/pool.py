"""Run the work on this machine: a pool of processes that survives the death of its workers."""

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final

from riskfit.batch.work import Known, Task, work
from riskfit.store.entries import FileResult

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

#: Files a task: enough that handing over costs nothing, few enough that progress is seen.
CHUNK: Final = 16
#: Each worker has one chunk under way and one waiting.
_AHEAD: Final = 2
#: What workers are started with, where the user says nothing else.
_ENVIRONMENT: Final = {
    # there is a process for every processor, so linear algebra needs one thread
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # memory that a file took serves the next one; to give it back and ask again costs a worker
    # a sixth of its time for XML (glibc; others pass over it) [bytes]
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 1024**2),
}


def run_here(tasks: Iterable[Task], known: Known = frozenset()) -> Iterator[list[FileResult]]:
    """Run the tasks in this process, chunk by chunk."""
    pending = iter(tasks)
    while chunk := list(islice(pending, CHUNK)):
        yield work(chunk, known)


def run_pool(
    tasks: Iterable[Task], known: Known = frozenset(), jobs: int | None = None
) -> Iterator[list[FileResult]]:
    """Run the tasks in processes of this machine; results come as they are ready.

    A worker that dies takes the pool with it.  What was under way then is done again, file by
    file, in a pool of one; a file that kills that worker, too, is reported and left out.
    """
    chunks = _chunks(list(tasks), jobs or cpu_count())
    suspects: list[Task] = []
    with _hidden_main(), _environment():
        while chunks:
            yield from _run_until_broken(chunks, known, jobs or cpu_count(), suspects)
        while suspects:
            yield from _run_alone(suspects, known)


def cpu_count() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _chunks(tasks: list[Task], jobs: int) -> list[list[Task]]:
    """Cut tasks into chunks, smaller where there are few; the first is at the end."""
    size = max(1, min(CHUNK, len(tasks) // (4 * jobs)))
    chunks = [tasks[start : start + size] for start in range(0, len(tasks), size)]
    return chunks[::-1]


def _run_until_broken(
    chunks: list[list[Task]], known: Known, jobs: int, suspects: list[Task]
) -> Iterator[list[FileResult]]:
    """Empty ``chunks``, last first; where the pool breaks, what was under way is suspect."""
    # a run that finds nothing new starts no pool, and should not wait for its modules
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    running: dict[Future[list[FileResult]], list[Task]] = {}
    others = set(multiprocessing.active_children())
    with _pool(min(jobs, len(chunks)), known) as pool:
        try:
            while chunks or running:
                while chunks and len(running) < jobs * _AHEAD:
                    running[pool.submit(_work_in_pool, chunks[-1])] = chunks[-1]
                    chunks.pop()
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    results = future.result()
                    del running[future]
                    yield results
        except BrokenProcessPool:
            # a worker that was starting as another died is not ended with the pool, which then
            # waits for it for ever
            for child in set(multiprocessing.active_children()) - others:
                child.kill()
            for future, chunk in running.items():
                if future.done() and future.exception() is None:
                    yield future.result()
                else:
                    suspects += chunk


def _run_alone(suspects: list[Task], known: Known) -> Iterator[list[FileResult]]:
    """Do suspects one by one until one kills the worker; that one is reported."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(1, known) as pool:
        while suspects:
            task = suspects.pop(0)
            try:
                yield pool.submit(_work_in_pool, [task]).result()
            except BrokenProcessPool:
                yield [deadly(task)]
                return


def deadly(task: Task) -> FileResult:
    """Return the result of a file that killed two workers."""
    return FileResult(
        source=task.place.source,
        stamp=task.place.stamp,
        basis=task.basis,
        kind="damaged",
        error="reading it ended two worker processes (out of memory?): left out",
    )


# ---- inside the workers

_known: Known = frozenset()


def _start_worker(known: Known) -> None:
    global _known  # noqa: PLW0603
    _known = known
    gc.freeze()  # what was imported stays: it need not be looked through time and again


def _work_in_pool(tasks: list[Task]) -> list[FileResult]:
    return work(tasks, _known)


# ---- how they are started


def _pool(jobs: int, known: Known) -> "ProcessPoolExecutor":
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_start_worker, initargs=(known,)
    )


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Keep workers from importing the program that started them.

    They need nothing of it, the command line would cost them half a second, and a script
    without the usual guard would start itself over and over.
    """
    main = sys.modules["__main__"]
    hidden = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    if "__file__" in hidden:
        del main.__file__
    main.__spec__ = None
    try:
        yield
    finally:
        for name, value in hidden.items():
            setattr(main, name, value)


@contextmanager
def _environment() -> Iterator[None]:
    """Set the workers' environment while they are started."""
    names = [name for name in _ENVIRONMENT if name not in os.environ]
    os.environ.update({name: _ENVIRONMENT[name] for name in names})
    try:
        yield
    finally:
        for name in names:
            del os.environ[name]
