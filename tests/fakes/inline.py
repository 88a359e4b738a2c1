"""An executor without threads: work is done when it is given, or, where it is held up, when a test lets it go on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class Inline(Executor):
    """While :attr:`hangs` is set, work waits: what a worker looks like that does not come back."""

    def __init__(self) -> None:
        self.hangs = False
        self._waiting: list[Callable[[], None]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)

        if self.hangs:
            self._waiting.append(work)
        else:
            work()
        return future

    def go_on(self) -> None:
        """Does what has waited, in order, and hangs no more."""
        self.hangs = False
        waiting, self._waiting = self._waiting, []
        for work in waiting:
            work()
