"""Work that dies of some files, as a fault in a library would: workers import it from here."""

import os
import signal

from riskfit.batch.work import work


def deadly_work(tasks, known=frozenset()):
    if any("deadly" in task.place.source for task in tasks):
        os.kill(os.getpid(), signal.SIGKILL)
    return work(tasks, known)
