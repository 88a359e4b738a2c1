"""Sample services, for as long as conversation tests, a chat or a demo need them.

``start`` of a service in ``scenario.yaml`` is the command of a sample of it: it prints its address as its first line
when it answers, and serves until it is terminated. Each is a process of its own on a free port: several can run.

Whoever is killed terminates nothing: the standard input of a sample ends when its user is gone, in whatever way. A
sample that must not be left behind ends then too.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from voicebot.dialogue.scenario.flow import Service

START_LIMIT_S = 30.0  # on a machine that is busy with other things; one that ends is noticed at once
STOP_LIMIT_S = 3.0
_LOOK_S = 0.02  # how often a sample is looked at that has not said its address yet
_SAID_BYTES = 600  # of what a sample says before it fails
_ADDRESS = re.compile(r"https?://\S+")
_ROOT = Path(__file__).parents[2]  # where the sample companies are found as ``scenarios``

Addresses = dict[str, str]
"""By the service's name."""


class SampleFailed(RuntimeError):
    """A sample service did not start; the message says what it said instead of its address."""


class Samples:
    """Samples that were started, in several copies."""

    def __init__(self, copies: list[list[_Sample]]) -> None:
        self._copies = copies

    async def addresses(self) -> list[Addresses]:
        """Of each copy, once all of them answer; :class:`SampleFailed`."""
        return [{sample.name: await sample.address() for sample in copy} for copy in self._copies]


@contextlib.asynccontextmanager
async def samples(services: Mapping[str, Service], folder: Path, copies: int = 1) -> AsyncIterator[Samples]:
    """Starts what of ``services`` has a sample, in the scenario's ``folder``; does not wait until they answer.

    They are stopped when the block is left, in whatever way: SIGTERM cancels the task that runs the block.
    """
    commands = {name: service.start for name, service in services.items() if service.start}
    with _cancelled_by_termination():
        async with contextlib.AsyncExitStack() as running:
            started = [
                [await running.enter_async_context(_run(name, command, folder)) for name, command in commands.items()]
                for _ in range(copies)
            ]
            try:
                yield Samples(started)
            finally:
                for sample in itertools.chain.from_iterable(started):  # all at once, then each is waited for
                    _signal(sample.process, signal.SIGTERM)


@dataclass(frozen=True)
class _Sample:
    """``printed`` and ``complained`` are files: they are never full, as pipes that nobody reads would be."""

    name: str
    command: list[str]
    process: Process
    printed: IO[bytes]
    complained: IO[bytes]

    async def address(self) -> str:
        try:
            async with asyncio.timeout(START_LIMIT_S):
                while b"\n" not in _beginning(self.printed) and self.process.returncode is None:
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            pass
        line = _beginning(self.printed).decode(errors="replace").partition("\n")[0].strip()
        if _ADDRESS.fullmatch(line):
            return line
        if line:
            what = f'it printed "{line[:80]}" instead of its address'
        elif self.process.returncode is not None:
            what = f"it ended with {self.process.returncode}"
        else:
            what = f"it said nothing for {START_LIMIT_S:.0f} s"
        complaint = f" ({said})" if (said := " ".join(_end(self.complained).decode(errors="replace").split())) else ""
        raise SampleFailed(f"{_not_started(self.name)}: {what}{complaint}: try {' '.join(self.command)}")


@contextlib.asynccontextmanager
async def _run(name: str, command: list[str], folder: Path) -> AsyncIterator[_Sample]:
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as complained:
        try:
            process = await asyncio.create_subprocess_exec(
                *_with_this_python(command),
                stdin=PIPE,  # nothing is ever written: the system closes it when we are gone
                stdout=printed,
                stderr=complained,
                cwd=folder,
                env=_environment(),
                start_new_session=True,  # it goes when we say so, with all its children, not when somebody presses ^C
            )
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            cure = "check `start` in scenario.yaml"
            raise SampleFailed(f'{_not_started(name)}: "{command[0]}": {reason}: {cure}') from None
        try:
            yield _Sample(name, command, process, printed, complained)
        finally:
            await _stop(process)


def _not_started(name: str) -> str:
    return f'the sample of service "{name}" did not start'


def _with_this_python(command: list[str]) -> list[str]:
    return [sys.executable if command[0] in ("python", "python3") else command[0], *command[1:]]


def _environment() -> dict[str, str]:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _beginning(file: IO[bytes]) -> bytes:
    return os.pread(file.fileno(), _SAID_BYTES, 0)


def _end(file: IO[bytes]) -> bytes:
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), _SAID_BYTES, max(0, size - _SAID_BYTES))


async def _stop(process: Process) -> None:
    """Terminates it and its children; kills what has not gone soon."""
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_LIMIT_S):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        _signal(process, signal.SIGKILL)  # itself, or children that outlive it
        await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


@contextlib.contextmanager
def _cancelled_by_termination() -> Iterator[None]:
    """SIGTERM, which would end the program and leave the samples running, cancels the running task instead."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task
    is_free = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL  # else somebody has made arrangements already
    try:
        if is_free:
            loop.add_signal_handler(signal.SIGTERM, task.cancel)
    except (ValueError, RuntimeError, NotImplementedError):  # no main thread: whoever runs that one must care
        is_free = False
    try:
        yield
    finally:
        if is_free:
            loop.remove_signal_handler(signal.SIGTERM)
