"""One writer thread a process: what calls leave on disk is written there, off the loop."""

import collections
import errno
import heapq
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ASIDE_NICENESS = 10


@dataclass(order=True, slots=True)
class _Work:
    due_s: float
    number: int
    run: Callable[[], None] = field(compare=False)
    failed: Callable[[Exception], None] | None = field(compare=False)
    retry_s: float | None = field(compare=False)


class Disk:
    """Does what it is given in order, one thing at a time, on a thread of its own.

    At most ``limit`` works wait, those that are to be tried again among them; one more is refused, and its giver keeps
    what it wanted to write. Long work that must not hold up the others goes :meth:`aside`. Thread-safe.
    """

    def __init__(self, limit: int = 4_096) -> None:
        self._limit = limit
        self._changed = threading.Condition()
        self._ready: collections.deque[_Work] = collections.deque()
        self._later: list[_Work] = []
        self._numbers = itertools.count()
        self._is_closing = self._has_ended = False
        self._aside = ThreadPoolExecutor(1, "disk aside", _be_nice)
        self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
        self._thread.start()

    def submit(
        self,
        work: Callable[[], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        retry_s: float | None = None,
    ) -> bool:
        """Has ``work`` done soon; never blocks. False: the queue is full, or the disk is closed, and nothing was taken.

        Work that raises is tried again every ``retry_s`` seconds. ``failed`` is called **on the disk's thread** once
        it is given up: at its first error, or where it is to be tried again, when the disk is closed.
        """
        with self._changed:
            if self._is_closing or self.waiting >= self._limit:
                return False
            self._ready.append(_Work(0, next(self._numbers), work, failed, retry_s))
            self._changed.notify()
        return True

    def aside(self, work: Callable[[], _Result]) -> Future[_Result]:
        """Has long work done on a second thread of low priority, one at a time, so that the first goes on writing."""
        return self._aside.submit(work)

    @property
    def waiting(self) -> int:
        """How many works wait: a gauge."""
        return len(self._ready) + len(self._later)

    def flush(self) -> None:
        """Blocks until all that was submitted has been done or has failed; what was to be tried later is tried now."""
        reached = threading.Event()
        with self._changed:
            if self._has_ended:
                return
            self._hasten()
            self._ready.append(_Work(0, next(self._numbers), reached.set, None, None))
            self._changed.notify()
        reached.wait()

    def reached(self) -> Future[None]:
        """Done when all that was submitted before has been tried; at once where the queue is full or closed."""
        reached: Future[None] = Future()
        if not self.submit(lambda: reached.set_result(None)):
            reached.set_result(None)
        return reached

    def close(self) -> None:
        """Blocks until all is done, what went aside too; what still fails is given up. A second time does nothing."""
        with self._changed:
            self._is_closing = True
            self._hasten()
            self._changed.notify()
        self._thread.join()
        self._aside.shutdown()

    def _hasten(self) -> None:
        self._ready.extend(sorted(self._later))
        self._later.clear()

    def _run(self) -> None:
        while work := self._next():
            try:
                work.run()
            except Exception as error:
                self._again_or_failed(work, error)

    def _next(self) -> _Work | None:
        """The next work that is due; None when the disk is closed and nothing is left."""
        with self._changed:
            while True:
                now_s = time.monotonic()
                while self._later and self._later[0].due_s <= now_s:
                    self._ready.append(heapq.heappop(self._later))
                if self._ready:
                    return self._ready.popleft()
                if self._is_closing:
                    self._has_ended = True
                    return None
                self._changed.wait(self._later[0].due_s - now_s if self._later else None)

    def _again_or_failed(self, work: _Work, error: Exception) -> None:
        if not isinstance(error, OSError) and not work.due_s:
            log.error("work for the disk broke", exc_info=error)
        with self._changed:
            if work.retry_s is not None and not self._is_closing:
                work.due_s = time.monotonic() + work.retry_s
                heapq.heappush(self._later, work)
                return
        if work.failed is None:
            log.error("not done on disk: %s", error)
            return
        try:
            work.failed(error)
        except Exception:
            log.exception("what was to be told of a disk's error broke")


def _be_nice() -> None:
    """Linux gives each thread its own niceness (setpriority(2), notes)."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _ASIDE_NICENESS)


def what_failed(error: Exception, path: Path, meanwhile: str) -> str:
    """A fault's line: the fact, where, what happens ``meanwhile``, and the cure."""
    if not isinstance(error, OSError) or error.errno is None:
        return f"{str(error) or type(error).__name__}: {path}: {meanwhile}"
    cure = "make space" if error.errno in _FULL else "check the disk"
    return f"{os.strerror(error.errno).lower()}: {path}: {meanwhile}: {cure}"


def write_all(descriptor: int, data: bytes | memoryview, at: int) -> None:
    """Writes all of ``data`` at byte ``at``; on a disk that fills up a part may be there when the error is raised."""
    rest = memoryview(data).cast("B")
    while rest:
        written = os.pwrite(descriptor, rest, at)
        rest, at = rest[written:], at + written


def sync_folder(folder: Path) -> None:
    """Makes names that were given or taken in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
