"""What code itself costs: a bound must not be broken by what else runs on the machine, or by what else pytest holds."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Spent:
    """``s``: processor time in seconds, there once the block has ended."""

    s: float = 0.0


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector waits until the block has ended: what it looks through is the whole suite's."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


@contextmanager
def timed() -> Iterator[Spent]:
    """The processor time that this thread spends in the block, uncollected.

    Neither other threads nor other programs count; nor does waiting, which is what the wall clock is for.
    """
    spent = Spent()
    with uncollected():
        began_s = time.thread_time()
        try:
            yield spent
        finally:
            spent.s = time.thread_time() - began_s


def cpu_s(work: Callable[[], object], times: int = 3) -> float:
    """The processor time in seconds that ``work`` takes in this thread: the least of so many ``times``.

    Once is right for work that remembers what it has done: a second time would be no more than looking it up.
    """
    return min(_once_s(work) for _ in range(times))


def _once_s(work: Callable[[], object]) -> float:
    with timed() as spent:
        work()
    return spent.s


def least(measure: Callable[[], float], bound: float, times: int = 3) -> float:
    """The least of so many readings of something; after one below ``bound`` no more are taken.

    What code does slowly it does slowly each time; what a busy machine does to it, it hardly does that often in a row.
    """
    smallest = measure()
    while smallest >= bound and (times := times - 1):
        smallest = min(smallest, measure())
    return smallest
