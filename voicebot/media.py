"""All calls of one media process: their slots, their doors, the one timer that ticks them, what is kept of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from voicebot.call import Call, Listener, Recorder, Tools
from voicebot.dialogue.line import Caller
from voicebot.dialogue.mind import Mind
from voicebot.disk import Disk
from voicebot.doors.door import Door
from voicebot.doors.wav import WavListener
from voicebot.events import Fault, Logged
from voicebot.journal import Journal
from voicebot.link import Accepted, HungUpBy, Offer, Refused, Status
from voicebot.log import EventLog
from voicebot.pacing import Pacer
from voicebot.recording import Recording
from voicebot.recording_file import RecordingError
from voicebot.tap import Tap

log = logging.getLogger(__name__)

ARRIVE_S = 5.0  # who was let in and does not come gives the slot back
NEWS_S = 0.02  # events are told together, a tick's worth at a time
CLOSE_S = 8.0  # for farewells; who watches over this process waits a little longer


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept of calls, and where: ``folder/calls/<call_id>/``. ``key`` encrypts recordings at rest."""

    folder: Path
    record: bool = True
    key: bytes | None = None
    longest_ms: int = 30 * 60_000

    def of_call(self, call_id: str) -> Path:
        return self.folder / "calls" / call_id


@dataclass(slots=True)
class _Slot:
    """A call that was claimed: it waits for its door, or it runs."""

    offer: Offer
    waiting: asyncio.TimerHandle | None = None
    call: Call | None = None


class Media:
    """Made on the loop that the calls run on. ``minds`` are by the name that a scenario gives itself.

    ``events`` gets what happened, in order for each call; ``gone`` is told when a call is over and its journal and its
    recording are whole.
    """

    def __init__(
        self,
        tools: Tools,
        minds: Mapping[str, Mind],
        slots: int,
        keeping: Keeping,
        socket: Path,
        events: Callable[[list[Logged]], None],
        gone: Callable[[str], None],
    ) -> None:
        self._tools = tools
        self._minds = minds
        self._most = slots
        self._keeping = keeping
        self._events, self._gone = events, gone
        self._slots: dict[str, _Slot] = {}
        self._journals: dict[str, Journal] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._news: list[Logged] = []
        self._disk = Disk()
        self._pacer = Pacer(tools.hearing)
        self._wav = WavListener(socket, self._arrived)
        self._socket = socket
        self._is_draining = False
        self._empty = asyncio.Event()
        self._empty.set()
        self._process = psutil.Process()
        self._cpu_s, self._cpu_at_s = self._used_s(), time.monotonic()

    def open(self) -> None:
        """Lets callers in. OSError where the socket's path cannot be used."""
        self._wav.start()

    # ---- commands

    def offer(self, offer: Offer) -> Accepted | Refused:
        """Claims a slot, at once or not at all; the call begins when its caller arrives at the door."""
        if self._is_draining:
            return Refused("draining")
        if self.sick:
            return Refused(self.sick)
        if offer.call_id in self._slots or self._keeping.of_call(offer.call_id).exists():
            return Refused(f"there is a call {offer.call_id} already: give each call an id of its own")
        if len(self._slots) >= self._most:
            return Refused("full")
        if offer.scenario not in self._minds:
            return Refused(f'no scenario "{offer.scenario}" here: there are {", ".join(self._minds)}')
        if offer.door != "wav":
            return Refused(f"no door {offer.door} here: there is wav")
        slot = self._slots[offer.call_id] = _Slot(offer)
        self._empty.clear()
        slot.waiting = self._loop.call_later(ARRIVE_S, self._stayed_away, offer.call_id)
        self._wav.expect(offer.call_id)
        return Accepted(offer.call_id, str(self._socket), 8_000)

    def hang_up(self, call_id: str, by: HungUpBy, reason: str) -> bool:
        slot = self._slots.get(call_id)
        if slot is None:
            return False
        if slot.call is None:
            self._stayed_away(call_id)
        else:
            slot.call.hang_up(by, reason)
        return True

    def fault(self, room: str, what: str, cured_by: str) -> None:
        """Something that all calls of the process share has failed; each of their logs says so."""
        for slot in self._slots.values():
            if slot.call is not None:
                slot.call.record(Fault(room, what, cured_by))

    async def drain(self, seconds: float) -> None:
        """No further calls; returns behind the last one, or hangs up after so long."""
        self._is_draining = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), seconds)
        await self.close()

    async def close(self) -> None:
        """Hangs up, seals everything, and gives back what the process holds."""
        self._is_draining = True
        self._wav.close()
        for call_id in list(self._slots):
            self.hang_up(call_id, "service", "stopped")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_S)
        self._pacer.close()
        await asyncio.to_thread(self._disk.close)
        self._tell()
        for mind in self._minds.values():
            await mind.services.close()
        self._tools.hearing.close()
        self._tools.voice.close()

    @property
    def sick(self) -> str | None:
        """Why this process should be replaced by another: its models hang."""
        return self._tools.hearing.broken or self._tools.voice.broken

    def status(self) -> Status:
        pace = self._pacer.pace
        cpu_s, at_s = self._used_s(), time.monotonic()
        passed_s = max(at_s - self._cpu_at_s, 0.001)
        cores, self._cpu_s, self._cpu_at_s = (cpu_s - self._cpu_s) / passed_s, cpu_s, at_s
        return Status(
            calls=len(self._slots),
            slots=self._most,
            loop_lag_p95_ms=round(pace.lag_ms(95), 2),
            frames=pace.bot_frames,
            late_frames=pace.late_frames,
            cores=round(cores, 3),
            open_files=self._process.num_fds(),
            memory_mb=round(self._process.memory_info().rss / 2**20, 1),
        )

    def _used_s(self) -> float:
        used = self._process.cpu_times()
        return float(used.user + used.system)

    # ---- calls

    def _stayed_away(self, call_id: str) -> None:
        if (waiting := self._slots[call_id].waiting) is not None:
            waiting.cancel()  # else it would ring for the next call of this id
        self._wav.forget(call_id)
        self._free(call_id)
        self._gone(call_id)

    def _arrived(self, call_id: str, door: Door) -> None:
        slot = self._slots.get(call_id)
        if slot is None or slot.call is not None:
            door.hang_up()
            return
        if slot.waiting is not None:
            slot.waiting.cancel()
        task = asyncio.create_task(self._hold(slot, door), name=f"call {call_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hold(self, slot: _Slot, door: Door) -> None:
        """One call, and what is kept of it; whatever happens, its slot is free again in the end."""
        offer = slot.offer
        if self._slots.get(offer.call_id) is not slot:  # hung up as its caller came in
            door.hang_up()
            return
        journal: Journal | None = None
        recording: Recording | None = None
        tap: Tap | None = None
        try:
            folder = self._keeping.of_call(offer.call_id)
            event_log = EventLog(offer.call_id, written=self._written)
            journal = Journal(folder, self._disk, self._reporter(event_log, "journal"))
            self._journals[offer.call_id] = journal
            recorders: tuple[Recorder, ...] = ()
            listeners: tuple[Listener, ...] = ()
            if self._keeping.record:
                on_fault = self._reporter(event_log, "recording")
                recording = Recording(folder, door.rate_hz, self._disk, on_fault, self._keeping.key)
                recorders = (recording,)
            with contextlib.suppress(OSError):  # no shared memory: helpers do without sound, the call does not
                tap = Tap.create(offer.call_id, door.rate_hz)
                listeners = (tap,)
            slot.call = Call(
                door,
                self._minds[offer.scenario],
                self._tools,
                Caller(offer.caller, offer.callee, offer.direction, offer.variables),
                event_log,
                recorders,
                listeners,
                longest_ms=self._keeping.longest_ms,
                recording_name=recording.name if recording else None,
            )
            self._pacer.add(slot.call)
            await slot.call.run()
        except Exception:
            log.exception("call %s broke off", offer.call_id)
        finally:
            door.hang_up()
            if slot.call is not None:
                self._pacer.remove(slot.call)
            if tap is not None:
                tap.close()
            sealed = recording.finish() if recording is not None else None
            if journal is not None:
                journal.close()
                self._journals.pop(offer.call_id, None)
            self._free(offer.call_id)
            if sealed is not None:
                with contextlib.suppress(RecordingError):  # told in the log of this process; the front tries again
                    await asyncio.wrap_future(sealed)
            self._tell()
            self._gone(offer.call_id)

    def _free(self, call_id: str) -> None:
        if self._slots.pop(call_id, None) is None:
            return
        if not self._slots:
            self._empty.set()

    # ---- news

    def _written(self, logged: Logged) -> None:
        self._journals[logged.call_id].append(logged)
        if not self._news:
            self._loop.call_later(NEWS_S, self._tell)
        self._news.append(logged)

    def _tell(self) -> None:
        news, self._news = self._news, []
        if news:
            self._events(news)

    def _reporter(self, event_log: EventLog, room: str) -> Callable[[str], None]:
        """For what fails on the disk's threads: a fault in the call's log, written on the loop."""

        def write(what: str) -> None:
            if not event_log.has_ended:
                event_log.append(Fault(room, what, "the call goes on"))

        def report(what: str) -> None:
            log.error("call %s: %s", event_log.call_id, what)
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(write, what)

        return report
