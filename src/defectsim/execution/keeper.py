"""What a worker of a cluster keeps of a work while it is lived."""

import signal
import socket
import threading
from collections.abc import Mapping

from defectsim.core.errors import StudyError
from defectsim.core.versions import unlike, versions
from defectsim.execution.lives import Lives
from defectsim.execution.work import Outcome, Task, Work


class Keeper:
    """Lives a work on a worker, whose threads share it; sent to another worker, it is a work again.

    Parameters
    ----------
    expected
        The versions where the work comes from; see `core.versions.versions`.
    """

    def __init__(self, work: Work, expected: Mapping[str, str]) -> None:
        self._said = (work, expected)
        self._lock = threading.Lock()
        self._lives: Lives | None = None

    def __reduce__(self) -> tuple[type["Keeper"], tuple[Work, Mapping[str, str]]]:
        return Keeper, self._said

    def lived(self, task: Task) -> list[Outcome]:
        """Live runs, and return what comes of each.

        Raises
        ------
        StudyError
            Where other lives would be made here than where the work comes from.
        """
        with self._lock:
            if self._lives is None:
                self._lives = self._made()
        return self._lives.lived(task)

    def _made(self) -> Lives:
        work, expected = self._said
        refuse_others({socket.gethostname(): versions()}, expected)
        return Lives(work)


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that asked for this worker, which finishes what is in hand."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def refuse_others(theirs: Mapping[str, Mapping[str, str]], expected: Mapping[str, str]) -> None:
    """Refuse workers that make other lives than are expected, all at once.

    Parameters
    ----------
    theirs
        By worker, its versions.
    """
    others = {worker: unlike(said, expected) for worker, said in theirs.items()}
    told = [f"{worker}: {', '.join(differences)}" for worker, differences in others.items() if differences]
    if told:
        raise StudyError(
            "these workers could live otherwise than this process does; install the same on both, or begin the study "
            "where the workers are:\n" + "\n".join(told)
        )
