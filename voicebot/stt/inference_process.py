"""Keeps an inference process running: starts it, notices that it is ready, hangs or has died, and starts it anew."""

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

RETRY_S, LONGEST_RETRY_S = 0.5, 30.0
STEADY_S = 60.0  # one that was ready for so long is started anew at once
LOOK_S, ANSWER_S = 5.0, 2.0
STARTING_LOOK_S = 0.1
MOST_UNANSWERED = 3
STARTING_S = 300.0  # a large model on a slow disk
LEAVING_S = 3.0


class InferenceProcess:
    """``python -m voicebot.stt.inference`` at ``socket_path``, for as long as :meth:`run` runs.

    Loads no model and no library of one in this process. ``on_fault(what, cured_by)`` is called on the loop whenever
    it has died or hung. ``ready`` is set while it welcomes clients; they need not wait for that.
    """

    def __init__(
        self,
        socket_path: Path,
        recognizer: str,
        models: Path,
        device: str = "auto",
        on_fault: Callable[[str, str], None] = lambda what, cured_by: None,
    ) -> None:
        self.ready = asyncio.Event()
        self.pid: int | None = None
        self._path, self._on_fault = socket_path, on_fault
        self._command = [
            *(sys.executable, "-m", "voicebot.stt.inference", "--parent", str(os.getpid())),
            *("--socket", str(socket_path)),
            *("--recognizer", recognizer, "--models", str(models), "--device", device),
        ]

    async def run(self) -> None:
        """Until it is cancelled, which ends the process too."""
        retry_s = RETRY_S
        while True:
            began = time.monotonic()
            what = await self._live()
            retry_s = RETRY_S if time.monotonic() - began > STEADY_S else min(LONGEST_RETRY_S, retry_s * 2)
            log.error("the inference process %s; the next one starts in %.1f s", what, retry_s)
            self._on_fault(f"the inference process {what}", f"it starts anew in {retry_s:.0f} s")
            await asyncio.sleep(retry_s)

    async def _live(self) -> str:
        """One process from start to end; what became of it."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the front: calls that go on are heard until they end
        )
        self.pid = process.pid
        watching = asyncio.create_task(self._watch())
        ending = asyncio.create_task(process.wait())
        try:
            await asyncio.wait((watching, ending), return_when=asyncio.FIRST_COMPLETED)
            return f"ended with {ending.result()}" if ending.done() else watching.result()
        finally:
            self.ready.clear()
            self.pid = None
            watching.cancel()
            await _end(process, ending, is_kind=not watching.done())

    async def _watch(self) -> str:
        """Returns what is wrong when it no longer answers."""
        began, unanswered = time.monotonic(), 0
        while unanswered < MOST_UNANSWERED:
            if await self._answers():
                self.ready.set()
                unanswered = 0
            elif self.ready.is_set():
                unanswered += 1
            elif time.monotonic() - began > STARTING_S:
                return f"was not ready after {STARTING_S:.0f} s"
            await asyncio.sleep(LOOK_S if self.ready.is_set() else STARTING_LOOK_S)
        return f"has not answered {MOST_UNANSWERED} times"

    async def _answers(self) -> bool:
        """Whether it welcomes a client."""
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_unix_connection(str(self._path))
                try:
                    return bool(await reader.read(1))
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False


async def _end(process: asyncio.subprocess.Process, ending: asyncio.Task[int], is_kind: bool) -> None:
    """Asks it to go, and where that is of no use, kills it; nothing of it is left afterwards."""
    if not ending.done():
        with contextlib.suppress(ProcessLookupError):
            if is_kind:
                process.terminate()
            else:
                process.kill()
        done, _ = await asyncio.wait((ending,), timeout=LEAVING_S)
        if not done:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.wait((ending,))
