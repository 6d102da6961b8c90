"""Run the work on a Dask cluster that is running already.

Chunks of files go out, results come back as they are complete, errors come back as values.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from riskfit.batch.pool import CHUNK, deadly
from riskfit.batch.work import Known, Task, method_version, work
from riskfit.errors import InputError, ResourceError, RiskfitError
from riskfit.store.entries import FileResult

if TYPE_CHECKING:
    from riskfit.batch.gather import Runner

#: Chunks a worker has under way and waiting.
_AHEAD: Final = 4
_CONNECT_S: Final = 20


def run_on(address: str) -> "Runner":
    """Return a runner that hands the work to the scheduler at an address.

    Parameters
    ----------
    address : str
        Such as ``tcp://host:8786``.

    Raises
    ------
    ResourceError
        The extra ``cluster`` is not installed.
    InputError
        Nothing answers there, there is no worker, or its versions differ.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ResourceError(
            "--scheduler needs dask: install it with `pip install 'riskfit[cluster]'`"
        ) from error

    def run(tasks: Iterable[Task], known: Known) -> Iterator[list[FileResult]]:  # noqa: ARG001
        try:
            client = distributed.Client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(
                f"no scheduler answers at {address}: start one with `dask scheduler`"
            ) from error
        with client:
            _check_versions(client, address)
            listed = list(tasks)
            if listed and not _all_see(client, listed[0].place.path):
                listed = [_with_bytes(task) for task in listed]
            yield from _run(client, distributed.as_completed(loop=client.loop), listed)

    return run


def _check_versions(client: Any, address: str) -> None:
    """See that every worker computes what this program would."""
    try:
        theirs: dict[str, str] = client.run(_version_there)
    except Exception as error:
        raise InputError(
            f"the workers at {address} cannot run riskfit ({error}): install the same version there"
        ) from error
    if not theirs:
        raise InputError(
            f"the scheduler at {address} has no workers: start `dask worker {address}`"
        )
    here = _version_there()
    for worker, version in theirs.items():
        if version != here:
            raise InputError(
                f"the worker {worker} has riskfit {version}, here it is {here}: "
                "install the same versions of Python, numpy and riskfit on both"
            )


def _version_there() -> str:
    from riskfit import __version__

    return f"{__version__} ({method_version()})"


def _all_see(client: Any, path: str) -> bool:
    """Say whether every worker sees a path, with the size it has here."""
    return set(client.run(_size_there, path).values()) == {_size_there(path)}


def _size_there(path: str) -> int:
    return Path(path).stat().st_size if Path(path).exists() else -1


def _with_bytes(task: Task) -> Task:
    """Return a task that carries its bytes along; what cannot be read is found out there."""
    from riskfit.archives.listing import read_place

    if task.holds == "apple":
        raise InputError("the workers must see an Apple Health export under the same path")
    try:
        members = read_place(task.place)
    except RiskfitError:
        return task
    single = len(members) == 1 and members[0].name == task.place.source
    content = members[0].content if single else None
    return replace(task, content=content) if isinstance(content, bytes) else task


def _run(client: Any, results: Any, tasks: list[Task]) -> Iterator[list[FileResult]]:
    """Hand out chunks, a few ahead for each worker; what a chunk dies of is found file by file.

    Which contents are known is not sent along: files that were merely moved are computed anew.
    """
    chunks = [tasks[start : start + CHUNK] for start in range(0, len(tasks), CHUNK)][::-1]
    running: dict[Any, list[Task]] = {}

    def submit(chunk: list[Task]) -> None:
        future = client.submit(work, chunk, pure=False)
        running[future.key] = chunk
        results.add(future)

    ahead = max(1, len(client.scheduler_info(n_workers=-1)["workers"])) * _AHEAD
    while chunks and len(running) < ahead:
        submit(chunks.pop())
    for future in results:
        chunk = running.pop(future.key)
        # a chunk that ended several workers comes back as an error; Dask tried it elsewhere
        if future.status == "finished":
            yield future.result()
        elif len(chunk) == 1:
            yield [deadly(chunk[0])]
        else:
            chunks += [[task] for task in reversed(chunk)]
        while chunks and len(running) < ahead:
            submit(chunks.pop())
