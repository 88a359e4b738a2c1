"""All calls of one media process: their slots, their doors, the one timer that ticks them, what the front wants."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from voicebot.call import Call, Tools
from voicebot.chat import Chat
from voicebot.dialogue.line import Caller
from voicebot.dialogue.mind import Mind
from voicebot.disk import Disk
from voicebot.doors.door import PARTS_OF_A_SLOT, Door, parts_of_a_slot
from voicebot.doors.negotiable import ConnectingDoor, NegotiableDoor, NotAcceptable
from voicebot.doors.wav import WavListener
from voicebot.events import CallEnded, CallStarted, Fault, Logged, event_of
from voicebot.keeping import Keeping, Kept
from voicebot.leg_news import LegNews, NoLegNews
from voicebot.legs import LegCommand, Legs
from voicebot.link import (
    Accepted,
    AddLeg,
    Append,
    BackToBot,
    Begin,
    CallCommand,
    Done,
    HangUp,
    HungUpBy,
    Offer,
    Press,
    Reanswer,
    Refused,
    RemoveLeg,
    Reoffer,
    Reply,
    Say,
    SendKeys,
    SetPart,
    Status,
    Type,
)
from voicebot.log import EventLog, unsaid
from voicebot.pacing import Pacer

log = logging.getLogger(__name__)

ARRIVE_S = 5.0  # who was let in and does not come gives the slot back
RING_S = 200.0  # a telephone rings three minutes at most (RFC 3261 §16.6); the front gives up long before
NEWS_S = 0.02  # events are told together, a tick's worth at a time
CLOSE_S = 8.0  # for farewells; who watches over this process waits a little longer

OpenDoor = Callable[[Offer | AddLeg], NegotiableDoor]
"""Makes the door of a far side whose description is agreed on. OSError where there is no port, or no such door."""


@dataclass(slots=True)
class _Slot:
    """A call that was claimed: it waits for its caller, or it runs. ``door`` is one that is agreed by descriptions."""

    offer: Offer
    waiting: asyncio.TimerHandle
    door: NegotiableDoor | None = None
    has_begun: bool = False
    call: Call | Chat | None = None
    legs: Legs | None = None


class Media:
    """Made on the loop that the calls run on. ``minds`` are by the name that a scenario gives itself.

    ``events`` gets what happened, in order for each call; ``gone`` is told when a call is over and its journal and its
    recording are whole. With ``has_desk`` a caller who wants a person waits for one; what becomes of the legs of such
    people is told to ``legs``.
    """

    def __init__(
        self,
        tools: Tools,
        minds: Mapping[str, Mind],
        slots: int,
        keeping: Keeping,
        socket: Path,
        open_door: OpenDoor,
        events: Callable[[list[Logged]], None],
        gone: Callable[[str], None],
        legs: LegNews = NoLegNews(),  # noqa: B008
        *,
        has_desk: bool = False,
    ) -> None:
        self._tools = tools
        self._minds = minds
        self._most = slots
        self._keeping = keeping
        self._open_door = open_door
        self._events, self._gone, self._leg_news = events, gone, legs
        self._has_desk = has_desk
        self._slots: dict[str, _Slot] = {}
        self._logs: dict[str, EventLog] = {}
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

    async def obey(self, command: CallCommand) -> Reply:
        """What the front wants of one call."""
        match command:
            case Offer():
                return await self.offer(command)
            case AddLeg() | SetPart() | RemoveLeg() | Say() | BackToBot():
                return await self._with_legs(command)
            case Begin() | Reoffer() | Reanswer() | SendKeys() if command.leg:
                return await self._with_legs(command)
            case Begin(call_id, sdp):
                return await self._begin(call_id, sdp)
            case Reoffer(call_id, sdp):
                return await self._reoffer(call_id, sdp)
            case Reanswer(call_id, sdp):
                return await self._reanswer(call_id, sdp)
            case SendKeys(call_id, keys):
                slot = self._slots.get(call_id)
                return Done(slot is not None and slot.door is not None and slot.door.press(keys))
            case Press() | Type():
                return Done(self._enter(command))
            case Append(call_id, events):
                return Done(self._append(call_id, events))
            case HangUp(call_id, by, reason):
                return Done(self.hang_up(call_id, by, reason))

    async def offer(self, offer: Offer) -> Accepted | Refused:
        """Claims a slot, at once or not at all; the call begins when its caller arrives at the door."""
        if refused := self._why_not(offer):
            return Refused(refused)
        has_socket = offer.door in ("wav", "audiosocket")
        waiting = self._loop.call_later(
            ARRIVE_S if has_socket else RING_S, self._stayed_away, offer.call_id, "network", "no_answer"
        )
        slot = self._slots[offer.call_id] = _Slot(offer, waiting)
        self._empty.clear()
        if offer.door == "chat":  # whoever wants to write is there
            self._begin_to_hold(slot, None)
            return Accepted(offer.call_id)
        if has_socket:
            self._wav.expect(offer.call_id)
            return Accepted(offer.call_id, str(self._socket), 8_000)
        try:
            slot.door = self._open_door(offer)
            sdp = await (slot.door.answer(offer.sdp) if offer.sdp else slot.door.offer())
        except NotAcceptable as error:
            self._give_up(offer.call_id)
            return Refused(str(error), is_description=True)
        except OSError as error:
            self._give_up(offer.call_id)
            log.error("call %s: %s", offer.call_id, error)
            return Refused(f"no {offer.door} door could be opened: see the log of the media process")
        except BaseException:
            self._give_up(offer.call_id)
            raise
        if isinstance(slot.door, ConnectingDoor):
            self._task(self._connect(offer.call_id, slot.door), f"door of {offer.call_id}")
        return Accepted(offer.call_id, sdp=sdp)

    def _why_not(self, offer: Offer) -> str | None:
        if self._is_draining:
            return "draining"
        if self.sick:
            return self.sick
        if offer.call_id in self._slots or self._keeping.of_call(offer.call_id).exists():
            return f"there is a call {offer.call_id} already: give each call an id of its own"
        taken = sum(parts_of_a_slot(slot.offer.door) for slot in self._slots.values())
        if taken + parts_of_a_slot(offer.door) > self._most * PARTS_OF_A_SLOT:
            return "full"
        if offer.scenario not in self._minds:
            return f'no scenario "{offer.scenario}" here: there are {", ".join(self._minds)}'
        return None

    async def _begin(self, call_id: str, sdp: str) -> Done | Refused:
        """The second time it does nothing: an ACK may be repeated."""
        slot = self._slots.get(call_id)
        if slot is None or slot.door is None:
            return Done(False)
        if sdp and not slot.has_begun:
            try:
                await slot.door.take_answer(sdp)
            except NotAcceptable as error:
                return Refused(str(error), is_description=True)
        self._arrived(call_id, slot.door)
        return Done()

    async def _reoffer(self, call_id: str, sdp: str) -> Accepted | Refused:
        slot = self._slots.get(call_id)
        if slot is None or slot.door is None:
            return Refused("the call is over")
        try:
            return Accepted(call_id, sdp=await (slot.door.answer(sdp) if sdp else slot.door.offer()))
        except NotAcceptable as error:
            return Refused(str(error), is_description=True)

    async def _reanswer(self, call_id: str, sdp: str) -> Done | Refused:
        slot = self._slots.get(call_id)
        if slot is None or slot.door is None:
            return Done(False)
        try:
            await slot.door.take_answer(sdp)
        except NotAcceptable as error:
            return Refused(str(error), is_description=True)
        return Done()

    async def _with_legs(self, command: LegCommand) -> Reply:
        slot = self._slots.get(command.call_id)
        if slot is not None and isinstance(slot.call, Chat):
            return slot.call.obey(command)
        return await Legs.obey(slot.legs if slot else None, command)

    def _enter(self, entered: Press | Type) -> bool:
        slot = self._slots.get(entered.call_id)
        if slot is None or slot.call is None:
            return False
        if isinstance(entered, Press):
            slot.call.press(entered.keys)
        else:
            slot.call.type(entered.text, entered.side)
        return True

    def _append(self, call_id: str, told: Sequence[dict[str, Any]]) -> bool:
        """Whether the log is this process's: from the call's beginning until it is gone."""
        if (log := self._logs.get(call_id)) is None:
            return False
        events = [event for fields in told if (event := event_of(fields))]
        # what is compared stands behind its cause; a person's word has none, and the log is not searched for it
        causes = [cause for event in events if (cause := getattr(event, "cause", None)) is not None]
        for event in unsaid(log.read(min(causes)) if causes else (), events):
            log.append(event)
        return True

    def hang_up(self, call_id: str, by: HungUpBy, reason: str) -> bool:
        slot = self._slots.get(call_id)
        if slot is None:
            return False
        if slot.call is None:
            self._stayed_away(call_id, by, reason)
        else:
            slot.call.hang_up(by, reason)
        return True

    def fault(self, room: str, what: str, cured_by: str) -> None:
        """Something that all calls of the process share has failed; each of their logs says so."""
        for slot in self._slots.values():
            if slot.call is not None and not isinstance(slot.call, Chat):
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
        limit_s = self._loop.time() + CLOSE_S
        # Calls that end leave their doors to close. A loop's timers ring up to its resolution early.
        while self._tasks and (left_s := limit_s - self._loop.time()) > 0.001:
            await asyncio.wait(self._tasks, timeout=left_s)
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

    async def _connect(self, call_id: str, door: ConnectingDoor) -> None:
        """The call of a door that opens by itself, some time after both sides have agreed."""
        if await door.connected():
            self._arrived(call_id, door)
        elif call_id in self._slots:
            self._stayed_away(call_id, "network", "no_way")

    def _stayed_away(self, call_id: str, by: HungUpBy, reason: str) -> None:
        """Nothing is kept of a caller who did not come; but of a call of ours that nobody took, that it was tried."""
        self._wav.forget(call_id)
        offer = self._slots[call_id].offer
        self._give_up(call_id)
        if offer.direction == "in":
            self._gone(call_id)
        else:
            self._task(self._keep_attempt(offer, by, reason), f"attempt {call_id}")

    async def _keep_attempt(self, offer: Offer, by: HungUpBy, reason: str) -> None:
        try:
            kept = Kept(offer.call_id, 8_000, replace(self._keeping, record=False), self._disk, self._written)
            scenario = self._minds[offer.scenario].scenario.scenario
            kept.event_log.append(CallStarted(offer.direction, offer.door, offer.caller, offer.callee, scenario))
            kept.event_log.append(CallEnded(by, reason, kept.event_log.now_ms))
            await kept.close(lambda: None)
        except Exception:
            log.exception("that call %s was tried is not kept", offer.call_id)
        finally:
            self._tell()
            self._gone(offer.call_id)

    def _give_up(self, call_id: str) -> None:
        """A call that has not begun; a second time does nothing."""
        slot = self._slots.get(call_id)
        if slot is None:
            return
        slot.waiting.cancel()  # else it would ring for the next call of this id
        if slot.door is not None:
            self._shut(call_id, slot.door)
        self._free(call_id)

    def _shut(self, call_id: str, door: Door) -> None:
        door.hang_up()
        if isinstance(door, ConnectingDoor):
            self._task(door.gone(), f"end of the door of {call_id}")

    def _arrived(self, call_id: str, door: Door) -> None:
        slot = self._slots.get(call_id)
        if slot is None or slot.has_begun:
            if slot is None or slot.door is not door:
                door.hang_up()
            return
        self._begin_to_hold(slot, door)

    def _begin_to_hold(self, slot: _Slot, door: Door | None) -> None:
        slot.waiting.cancel()
        slot.has_begun = True
        self._task(self._hold(slot, door), f"call {slot.offer.call_id}")

    async def _hold(self, slot: _Slot, door: Door | None) -> None:
        """One call, or a chat where there is no door, and what is kept of it; in the end its slot is free again."""
        offer = slot.offer
        if self._slots.get(offer.call_id) is not slot:  # hung up as its caller came in
            if door is not None:
                door.hang_up()
            return
        kept: Kept | None = None
        try:
            kept = Kept(offer.call_id, door.rate_hz if door else None, self._keeping, self._disk, self._written)
            self._logs[offer.call_id] = kept.event_log
            if door is None:
                slot.call = self._chat(offer, kept)
            else:
                slot.call = self._call(offer, kept, door)
                slot.legs = Legs(slot.call, self._open_door, self._leg_news, self._task)
                self._pacer.add(slot.call)
            await slot.call.run()
        except Exception:
            log.exception("call %s broke off", offer.call_id)
        finally:
            if door is not None:
                self._shut(offer.call_id, door)
            if slot.legs is not None:
                slot.legs.close()
            if slot.call is not None and not isinstance(slot.call, Chat):
                self._pacer.remove(slot.call)
            if kept is None:
                self._free(offer.call_id)
            else:
                await kept.close(lambda: self._free(offer.call_id))
            if self._logs.pop(offer.call_id, None):
                await asyncio.wrap_future(self._disk.reached())  # helpers may have said something meanwhile
            self._tell()
            self._gone(offer.call_id)

    def _call(self, offer: Offer, kept: Kept, door: Door) -> Call:
        return Call(
            door,
            self._minds[offer.scenario],
            self._tools,
            Caller(offer.caller, offer.callee, offer.direction, offer.variables),
            kept.event_log,
            kept.recorders,
            kept.listeners,
            longest_ms=self._keeping.longest_ms,
            recording_name=kept.recording_name,
            has_desk=self._has_desk,
        )

    def _chat(self, offer: Offer, kept: Kept) -> Chat:
        mind, tools = self._minds[offer.scenario], self._tools
        caller = Caller(offer.caller, offer.callee, offer.direction, offer.variables)
        return Chat(mind, caller, kept.event_log, tools.reading, tools.now, has_desk=self._has_desk)

    def _free(self, call_id: str) -> None:
        if self._slots.pop(call_id, None) is None:
            return
        if not self._slots:
            self._empty.set()

    def _task(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- news

    def _written(self, logged: Logged) -> None:
        if not self._news:
            self._loop.call_later(NEWS_S, self._tell)
        self._news.append(logged)

    def _tell(self) -> None:
        news, self._news = self._news, []
        if news:
            self._events(news)
