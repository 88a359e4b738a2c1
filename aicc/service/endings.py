"""What is left of a call when it is over is made whole, and brought to those who read: log, recording, store."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from aicc.service.live_calls import LiveCalls
from aicc.service.store_writer import StoreWriter
from voicebot import tap
from voicebot.encryption import EncryptionError
from voicebot.events import CallbackBooked, CallEnded, CallStarted, Event, Logged
from voicebot.journal import NAME, read_journal
from voicebot.korean_time import korean_now
from voicebot.log import end_of
from voicebot.recording_file import RecordingError, StillWritten, left_in
from voicebot.recovery import REASON, recover
from voicebot.sealing import Sealed, seal

log = logging.getLogger(__name__)

CALLBACK_MINUTES = 10
STILL_WRITTEN_PAUSE_S = 0.2
STILL_WRITTEN_S = 30.0  # a process that is orphaned ends within ten seconds
TAIL_BYTES = 65_536  # of a journal: the last event is looked for here first


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Whole:
    """The rest of a call's events, to its end, and its recording where there is one."""

    events: Sequence[Logged]
    sealed: Sealed | None = None


class Endings:
    """Ends calls on threads of its own: sealing an hour of sound takes some seconds. ``folder`` is the data folder."""

    def __init__(
        self,
        folder: Path,
        live: LiveCalls,
        writer: StoreWriter,
        key: bytes | None = None,
        now: Callable[[], datetime] = korean_now,
    ) -> None:
        self._calls = folder / "calls"
        self._live, self._writer = live, writer
        self._key, self._now = key, now
        self._gone: list[Callable[[str], None]] = []
        self._threads = ThreadPoolExecutor(2, "endings")

    def listen(self, gone: Callable[[str], None]) -> None:
        """``gone`` is called with every call of this life when all that is left of it is whole."""
        self._gone.append(gone)

    async def end(self, call_id: str) -> None:
        """Of a call of this life: its readers get to see the end, and the store has all of it.

        Where its process died, a callback is booked to a number that is known, and ``call_ended`` is by the service.
        """
        log_ = self._live.log(call_id)
        heard = log_.read() if log_ else []
        try:
            whole = await self._whole(call_id, heard)
        except (OSError, StillWritten) as error:
            log.error("call %s is over for its readers alone: %s", call_id, error)
            whole = Whole(_ended(heard))
        if whole.events:
            self._live.fill(call_id, whole.events)
        self._live.forget(call_id)
        for gone in self._gone:
            gone(call_id)
        if whole.sealed:
            self._writer.sealed(call_id, whole.sealed)

    async def end_left(self) -> None:
        """Ends the calls that a service before this one left, as far as no process of it writes them any more."""
        left = await self._in_thread(lambda: left_calls(self._calls))
        if left:
            log.warning("%d calls were left by an earlier service: they are ended", len(left))
        await asyncio.gather(*(self._end_left(call_id) for call_id in left))
        await self._in_thread(tap.unlink_stale)

    async def note_recordings(self, call_ids: Sequence[str]) -> None:
        """Brings the recordings of calls to the store that ended while no front was there to do it."""
        for call_id in call_ids:
            with contextlib.suppress(StillWritten):
                if recording := await self._in_thread(partial(self._sealed, self._calls / call_id)):
                    self._writer.sealed(call_id, recording)

    def close(self) -> None:
        self._threads.shutdown()

    async def _end_left(self, call_id: str) -> None:
        try:
            whole = await self._whole(call_id, [])
        except Exception:
            log.exception("what is left of call %s is not whole", call_id)
            return
        self._writer.add(whole.events)
        if whole.sealed:
            self._writer.sealed(call_id, whole.sealed)

    async def _whole(self, call_id: str, heard: Sequence[Logged]) -> Whole:
        limit_s = asyncio.get_running_loop().time() + STILL_WRITTEN_S
        while True:
            try:
                return await self._in_thread(lambda: self._make_whole(call_id, heard))
            except StillWritten:  # its process is at the last lines
                if asyncio.get_running_loop().time() > limit_s:
                    raise
            await asyncio.sleep(STILL_WRITTEN_PAUSE_S)

    def _make_whole(self, call_id: str, heard: Sequence[Logged]) -> Whole:
        """In a thread. The events are those that were not heard."""
        folder = self._calls / call_id
        if not folder.is_dir():  # its caller never came, or the disk did not take it
            return Whole(_ended(heard))
        if end_of(heard) and has_ended(folder):
            return Whole((), self._sealed(folder))
        known = _together(_read(folder), heard)
        if known and not end_of(known) and (number := _number_of(known)):
            at = self._now() + timedelta(minutes=CALLBACK_MINUTES)
            due = at.isoformat(timespec="minutes")
            known.append(_next(known, CallbackBooked(due, number, due)))
        recovered = recover(folder, self._key, known)
        if recovered.fault:
            log.error("call %s: %s", call_id, recovered.fault)
        tap.unlink(call_id)
        numbers = {logged.seq for logged in heard}
        unheard = [logged for logged in _together(_read(folder), known) if logged.seq not in numbers]
        return Whole(unheard, recovered.sealed or self._sealed(folder))

    def _sealed(self, folder: Path) -> Sealed | None:
        try:
            return seal(folder, self._key)
        except StillWritten:
            raise
        except (RecordingError, EncryptionError, OSError) as error:
            log.error("the recording in %s: %s", folder, error)
            return None

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def left_calls(calls: Path) -> list[str]:
    """The calls in ``calls`` whose journal has no end, or whose recording is not sealed. Blocks."""
    if not calls.is_dir():
        return []
    folders = [folder for folder in calls.iterdir() if not folder.name.startswith(".") and folder.is_dir()]
    return sorted(folder.name for folder in folders if not has_ended(folder) or left_in(folder) is not None)


def has_ended(folder: Path) -> bool:
    """Whether a call's journal comes to its end; looks at its last lines alone."""
    try:
        with (folder / NAME).open("rb") as file:
            size = file.seek(0, io.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            tail = file.read()
        # a note comes behind the end, and with its edits may have moved that out of sight
        return b'"type":"call_ended"' in tail or b'"type":"wrapped_up"' in tail
    except FileNotFoundError:
        return False


def _read(folder: Path) -> list[Logged]:
    try:
        return read_journal(folder / NAME)
    except FileNotFoundError:
        return []


def _together(journal: Sequence[Logged], heard: Sequence[Logged]) -> list[Logged]:
    """Of both, by number: the link may have been faster than the disk, or have left something out."""
    both = {logged.seq: logged for logged in (*heard, *journal)}
    return [both[seq] for seq in sorted(both)]


def _ended(heard: Sequence[Logged]) -> list[Logged]:
    """What was not heard of a call that has no journal: its end."""
    if not heard or end_of(heard):
        return []
    return [_next(heard, CallEnded("service", REASON, heard[-1].at_ms))]


def _next(known: Sequence[Logged], event: Event) -> Logged:
    last = known[-1]
    return Logged(last.call_id, last.seq + 1, last.at_ms, event)


def _number_of(events: Sequence[Logged]) -> str | None:
    """Whom a callback would reach; None where nobody knows, or one is booked already."""
    started = next((logged.event for logged in events if isinstance(logged.event, CallStarted)), None)
    if started is None or any(isinstance(logged.event, CallbackBooked) for logged in events):
        return None
    number = started.caller if started.direction == "in" else started.callee
    return number if re.search(r"[0-9]{4}", number) else None
