"""What is kept of a call while it runs: its journal, its recording, its tap. One folder a call."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.call import Listener, Recorder
from voicebot.disk import Disk
from voicebot.events import Fault, Logged
from voicebot.journal import Journal
from voicebot.log import EventLog
from voicebot.recording import Recording
from voicebot.recording_file import RecordingError
from voicebot.tap import Tap

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept of calls, and where: ``folder/calls/<call_id>/``. ``key`` encrypts recordings at rest."""

    folder: Path
    record: bool = True
    key: bytes | None = field(default=None, repr=False)
    longest_ms: int = 30 * 60_000

    def of_call(self, call_id: str) -> Path:
        return self.folder / "calls" / call_id


class Kept:
    """One call's. ``event_log`` writes to the journal and tells ``written``; made and closed on the loop of the call.

    No shared memory: helpers do without sound, the call does not. Without a rate there is no sound to keep.
    """

    def __init__(
        self, call_id: str, rate_hz: int | None, keeping: Keeping, disk: Disk, written: Callable[[Logged], None]
    ) -> None:
        self._disk = disk
        self._told = written
        self._loop = asyncio.get_running_loop()
        self._recording: Recording | None = None
        self._tap: Tap | None = None
        folder = keeping.of_call(call_id)
        self.event_log = EventLog(call_id, written=self._written)
        self._journal = Journal(folder, disk, self._reporter("journal"))
        if rate_hz is None:
            return
        try:
            if keeping.record:
                self._recording = Recording(folder, rate_hz, disk, self._reporter("recording"), keeping.key)
            with contextlib.suppress(OSError):
                self._tap = Tap.create(call_id, rate_hz)
        except BaseException:
            self._journal.close()
            raise

    @property
    def recorders(self) -> tuple[Recorder, ...]:
        return (self._recording,) if self._recording else ()

    @property
    def listeners(self) -> tuple[Listener, ...]:
        return (self._tap,) if self._tap else ()

    @property
    def recording_name(self) -> str | None:
        return self._recording.name if self._recording else None

    async def close(self, freed: Callable[[], None]) -> None:
        """Returns when journal and recording are whole; ``freed`` is called at once, before anything is waited for."""
        if self._tap is not None:
            self._tap.close()
        sealed = self._recording.finish() if self._recording else None
        self._journal.close()
        freed()
        if sealed is not None:
            with contextlib.suppress(RecordingError):  # told in the log of this process; the front tries again
                await asyncio.wrap_future(sealed)
        await asyncio.wrap_future(self._disk.reached())

    def _written(self, logged: Logged) -> None:
        self._journal.append(logged)
        self._told(logged)

    def _reporter(self, room: str) -> Callable[[str], None]:
        """For what fails on the disk's threads: a fault in the call's log, written on the loop."""

        def write(what: str) -> None:
            if not self.event_log.has_ended:
                self.event_log.append(Fault(room, what, "the call goes on"))

        def report(what: str) -> None:
            log.error("call %s: %s", self.event_log.call_id, what)
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(write, what)

        return report
