"""A shift at the desk in virtual time: the real desk, legs and panels between processes, telephones and browsers that a
test leads.

A test tells the story: somebody is at work, a caller wants a person, somebody accepts; then who hears whom, what the
log says and what the panels were told is looked at.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest
from starlette.websockets import WebSocketDisconnect

from aicc.desk_settings import Desk as DeskSettings
from aicc.service.api.problem import Problem
from aicc.service.desk import desk_service
from aicc.service.desk.desk_service import Around, DeskService
from aicc.service.sip.dialling import NobodyToCall
from tests.fakes.clock import VirtualClock
from tests.fakes.loop import VirtualLoop
from voicebot.doors.sip.watching import LegWatcher
from voicebot.events import CallEnded, CallStarted, Event, HandoffRequested, Logged
from voicebot.link import (
    Accepted,
    AddLeg,
    BackToBot,
    Begin,
    CallCommand,
    Done,
    HangUp,
    Refused,
    RemoveLeg,
    Reoffer,
    Reply,
    Say,
    SendKeys,
    SetPart,
    Type,
)
from voicebot.log import EventLog, new_call_id
from voicebot.store import Store
from voicebot.store.people import Person

ZERO = datetime(2026, 11, 23, 5, tzinfo=UTC)  # a Monday in Seoul, 14:00
STEP_MS = 250
SURVEY, TAKES_MESSAGE, OFFERS_CALLBACK = "만족도 조사", "메시지 남기기", "콜백 제안"
T = TypeVar("T")


class InlineLoop(VirtualLoop):
    """What is given to a thread is done at once."""

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done


@dataclass
class Dialog:
    """A telephone that rings, or is talked into."""

    to: str
    watcher: LegWatcher
    is_hung_up: bool = False
    is_over: bool = False

    @property
    def remote(self) -> Any:
        return SimpleNamespace(uri=self.to)

    def bye(self, reason: str = "") -> None:
        self.is_hung_up = self.is_over = True


@dataclass
class FakeCall:
    """A call and its media process. ``parts`` are those of its legs, by name; ``said`` what the caller was told."""

    log: EventLog
    door: str
    phase: str = "bot"
    parts: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    ending: tuple[str, str] | None = None


class Socket:
    """A panel's, as the server has it. ``told`` is what came there; ``is_stuck``: nobody reads."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.told: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self.is_stuck = False
        self.may_stay = True
        self.taken: set[str] = set()
        self._asked: asyncio.Queue[str | None] = asyncio.Queue()

    # ---- the server's side

    async def accept(self) -> None:
        pass

    async def send_text(self, text: str) -> None:
        if self.is_stuck:
            await asyncio.Event().wait()
        self.told.append(json.loads(text))

    async def receive_text(self) -> str:
        if (asked := await self._asked.get()) is None:
            raise WebSocketDisconnect(1006)
        return asked

    async def close(self, code: int, reason: str = "") -> None:
        self.closed = (code, reason)

    async def still_valid(self) -> bool:
        return self.may_stay

    # ---- the test's side

    def ask(self, message: Any) -> None:
        self._asked.put_nowait(message if isinstance(message, str) else json.dumps(message))

    def leave(self) -> None:
        self._asked.put_nowait(None)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == kind]

    @property
    def desk(self) -> dict[str, Any]:
        """How things stand, as it was last told."""
        return self.of("desk")[-1]

    @property
    def rings(self) -> list[str]:
        """The calls that ring there now."""
        ringing: list[str] = []
        for message in self.told:
            if message["type"] == "offer":
                ringing.append(message["call_id"])
            elif message["type"] == "offer_gone" and message["call_id"] in ringing:
                ringing.remove(message["call_id"])
        return [call_id for call_id in ringing if call_id not in self.taken]


class Shift:
    """``wall_s`` passes with the loop's time. ``unreachable`` are numbers that cannot be dialled at all, ``by_sip``
    skills that are handed to another telephone system; ``placed`` are calls that the desk has made."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.store = store
        self.clock = VirtualClock()
        self.loop = InlineLoop(self.clock)
        self.calls: dict[str, FakeCall] = {}
        self.dialogs: list[Dialog] = []
        self.unreachable: set[str] = set()
        self.by_sip: set[str] = set()
        self.placed: list[str] = []
        self.refused_follows: list[tuple[str, str]] = []
        self.flows = {SURVEY, TAKES_MESSAGE, OFFERS_CALLBACK}
        self.dials = True
        self._serving: list[asyncio.Task[None]] = []
        self._panels: dict[str, list[Socket]] = {}
        self._settings = DeskSettings(**settings)
        clock = self.clock

        class Wall(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return (ZERO + timedelta(milliseconds=clock.ms)).astimezone(tz)

        monkeypatch.setattr(desk_service, "datetime", Wall)
        self.open()

    # ---- life

    def open(self) -> None:
        telephone = SimpleNamespace(dialler=self)
        around = Around(
            ask=self._ask,
            append=self._append,
            events_of=self._events_of,
            place=self._place,
            telephone=lambda: cast(Any, telephone),
            handed_by_sip=lambda skill: skill in self.by_sip,
            company=lambda: {"company": "누리", "skills": ("일반",), "language": "ko", "flows": [], "codes": []},
            refused=self._refused,
        )
        self.service = self.run(self._make(around))
        self._running = self.loop.create_task(self.service.run())
        self.settle()

    async def _make(self, around: Around) -> DeskService:
        return DeskService(self._settings, self.store, around)

    def shut(self) -> None:
        """The service ends, and all that is connected to it."""
        for task in (self._running, *self._serving):
            task.cancel()
        self.run(self._gather())

    async def _gather(self) -> None:
        await self.service.close()
        await asyncio.gather(self._running, *self._serving, return_exceptions=True)
        self._serving.clear()

    def restart(self) -> None:
        self.shut()
        self.calls.clear()
        self.dialogs.clear()
        self.open()

    def close(self) -> None:
        self.shut()
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        async def through() -> T:
            done = await work
            await self.loop.settle()
            return done

        return self.loop.run_until_complete(through())

    def now(self, do: Callable[..., T], *wanted: Any) -> T:
        """On the loop, as whatever comes from outside does."""

        async def done() -> T:
            return do(*wanted)

        return self.run(done())

    def settle(self) -> None:
        self.loop.run_until_complete(self.loop.settle())

    def pass_s(self, seconds: float) -> None:
        for _ in range(round(seconds * 1_000 / STEP_MS)):
            self.clock.pass_ms(STEP_MS)
            self.settle()

    # ---- people

    def add(self, name: str, *skills: str, role: str = "agent", phone: str = "", chats: int = 3) -> Person:
        person = Person(name, f"{name} 님", cast(Any, role), skills or ("일반",), phone, max_chats=chats)
        return self.store.people.add(person)

    def panel(self, name: str) -> Socket:
        """Opens one for somebody who is known."""
        socket = Socket(self.loop)
        serve = self.service.panels.serve(cast(Any, socket), name, socket.still_valid)
        self._serving.append(self.loop.create_task(serve))
        self._panels.setdefault(name, []).append(socket)
        self.settle()
        return socket

    def panels_of(self, name: str) -> list[Socket]:
        return self._panels.get(name, [])

    def at_work(self, name: str, *skills: str, **more: Any) -> Socket:
        """Somebody new with an open panel, 대기."""
        self.add(name, *skills, **more)
        panel = self.panel(name)
        self.do(name, "set_state", "ready")
        return panel

    def do(self, name: str, what: str, *wanted: Any) -> Any:
        """What the API asks the desk; raises :class:`Problem`."""
        done = self.run(self.asked(self.person(name), what, *wanted))
        if what in ("accept", "take"):
            for panel in self._panels.get(name, ()):
                panel.taken.update(wanted)
        return done

    def person(self, name: str) -> Person:
        person = self.store.people.find(name)
        assert person, name
        return person

    async def asked(self, person: Person, what: str, *wanted: Any) -> Any:
        done = getattr(self.service, what)(person, *wanted)
        return await done if asyncio.iscoroutine(done) else done

    def problem(self, name: str, what: str, *wanted: Any) -> int:
        """The status that it is refused with; 204 where it is not."""
        try:
            self.do(name, what, *wanted)
        except Problem as problem:
            return problem.status
        return 204

    def connect(self, name: str, call_id: str) -> str:
        """Their browser's leg."""
        leg, _ = self.do(name, "browser_leg", call_id, "their offer", None)
        return str(leg)

    def takes(self, name: str, call_id: str) -> str:
        leg = self.connect(name, call_id)
        self.do(name, "accept", call_id)
        return leg

    def state(self, name: str) -> str:
        return next(agent["state"] for agent in self.now(self.service.agents) if agent["name"] == name)

    # ---- calls

    def begin(self, caller: str = "01012345678", door: str = "sip") -> str:
        return self.now(self._open_call, CallStarted("in", cast(Any, door), caller, "15881234", "nuri"))

    def _open_call(self, started: CallStarted) -> str:
        call_id = new_call_id()
        self.calls[call_id] = FakeCall(EventLog(call_id, self.clock.now_ms), started.door)
        self._note(call_id, started)
        return call_id

    def wants_a_person(self, call_id: str, skill: str = "일반") -> None:
        self.calls[call_id].phase = "waiting"
        self.happens(call_id, HandoffRequested("asked", skill, "배송이 늦어 화가 나셨습니다."))

    def waiting(self, caller: str = "01012345678", skill: str = "일반", door: str = "sip") -> str:
        call_id = self.begin(caller, door)
        self.wants_a_person(call_id, skill)
        return call_id

    def talking(self, name: str, **call: Any) -> str:
        """Somebody who is ready has a caller."""
        call_id = self.waiting(**call)
        self.takes(name, call_id)
        assert self.hears(call_id, name)
        return call_id

    def happens(self, call_id: str, event: Event) -> None:
        self.now(self._note, call_id, event)

    def hangs_up(self, call_id: str) -> None:
        """The caller does."""
        self.now(self.end, call_id, "caller", "hung_up")

    def leg_is_lost(self, call_id: str, name: str, reason: str = "silence") -> None:
        """Somebody's sound is gone."""
        [leg] = self.legs(call_id, name)
        del self.calls[call_id].parts[leg]
        self.now(self.service.legs.lost, call_id, leg, reason)

    # ---- telephones

    @property
    def rings_at(self) -> list[str]:
        return [dialog.to for dialog in self.dialogs if not dialog.is_over]

    def dialog(self, to: str) -> Dialog:
        return next(dialog for dialog in self.dialogs[::-1] if dialog.to == to)

    def picks_up(self, to: str) -> None:
        self.now(self.dialog(to).watcher.answered, "their answer")

    def turns_down(self, to: str, code: int) -> None:
        dialog = self.dialog(to)
        dialog.is_over = True
        self.now(dialog.watcher.ended, "caller", "refused", code)

    def puts_down(self, to: str) -> None:
        dialog = self.dialog(to)
        dialog.is_over = True
        self.now(dialog.watcher.ended, "caller", "hung_up", 0)

    # ---- what is seen of it

    def legs(self, call_id: str, name: str) -> list[str]:
        return [leg for leg in self.calls[call_id].parts if leg.rpartition(".")[0] == name]

    def parts(self, call_id: str) -> dict[str, str]:
        """By person, ``outside`` for a number."""
        return {leg.rpartition(".")[0]: part for leg, part in self.calls[call_id].parts.items()}

    def hears(self, call_id: str, *names: str) -> bool:
        """Whether these and nobody else hear the caller and are heard."""
        return {name for name, part in self.parts(call_id).items() if part == "talking"} == set(names)

    def events(self, call_id: str, *kinds: type[Event]) -> list[Event]:
        events = [logged.event for logged in self.calls[call_id].log.read()]
        return [event for event in events if isinstance(event, kinds or Event)]

    def story(self, call_id: str) -> list[str]:
        """What happened at the desk, in order, in short."""
        told = {
            "queued": ("position",),
            "agent_offered": ("agent", "how"),
            "agent_refused": ("agent", "reason"),
            "agent_joined": ("agent", "how"),
            "agent_left": ("agent", "reason"),
            "held": ("agent",),
            "resumed": ("agent",),
            "transferred": ("agent", "to", "how"),
            "listened": ("agent", "how"),
            "call_ended": ("by", "reason"),
        }
        lines = []
        for logged in self.calls[call_id].log.read():
            fields = logged.as_json()
            if names := told.get(fields["type"]):
                lines.append(" ".join([fields["type"], *(str(fields[name]) for name in names)]))
        return lines

    # ---- the front

    async def _ask(self, call_id: str, command: CallCommand) -> Reply:
        await asyncio.sleep(0)
        call = self.calls.get(call_id)
        if call is None or call.ending:
            return Refused("the call is over") if isinstance(command, AddLeg | Reoffer) else Done(False)
        match command:
            case AddLeg(leg=leg):
                call.parts[leg] = "away"
                return Accepted(call_id, sdp="our description")
            case Reoffer(leg=leg):
                return Accepted(call_id, sdp="our new answer") if leg in call.parts else Refused("no such leg")
            case SetPart(leg=leg, part=part):
                if leg not in call.parts:
                    return Done(False)
                call.parts[leg] = part
                if part == "talking":
                    call.phase = "bridged"
                return Done(True)
            case RemoveLeg(leg=leg):
                return Done(call.parts.pop(leg, None) is not None)
            case Begin(leg=leg):
                return Done(leg in call.parts)
            case Say(text=text):
                call.said.append(text)
                return Done(call.phase == "waiting")
            case BackToBot(flow=flow):
                if flow not in self.flows:
                    return Done(False)
                call.phase = "bot"
                call.parts = dict.fromkeys(call.parts, "away")
                call.flows.append(flow)
                return Done(True)
            case SendKeys(keys=keys):
                call.keys.append(keys)
                return Done(call.door == "sip")
            case Type(text=text):
                call.typed.append(text)
                return Done(call.door == "chat")
            case HangUp(by=by, reason=reason):
                self.end(call_id, by, reason)
                return Done(True)
        raise AssertionError(command)

    async def _append(self, call_id: str, events: Sequence[Event]) -> bool:
        await asyncio.sleep(0)
        for event in events:
            self._note(call_id, event)
        return True

    async def _events_of(self, call_id: str, start: int) -> AsyncIterator[Logged]:
        if call_id in self.calls:
            async for logged in self.calls[call_id].log.follow(start):
                yield logged

    async def _place(self, number: str, variables: Mapping[str, str]) -> str:
        if not self.dials:
            raise NobodyToCall("this service places no calls: write sip.outbound into aicc.yaml")
        call_id = self._open_call(CallStarted("out", "sip", "15881234", number, "nuri"))
        self.placed.append(call_id)
        return call_id

    async def _refused(self, name: str, call_id: str) -> None:
        self.refused_follows.append((name, call_id))

    def _note(self, call_id: str, event: Event) -> None:
        self.service.heard(self.calls[call_id].log.append(event))

    def end(self, call_id: str, by: str, reason: str) -> None:
        """On the loop."""
        call = self.calls[call_id]
        call.ending = (by, reason)
        call.parts.clear()
        self._note(call_id, CallEnded(cast(Any, by), reason, 60_000))
        self.service.left(call_id)

    # ---- the telephone's dialler

    async def anybody(self, to: str, shown: str) -> Any:
        if to in self.unreachable:
            raise NobodyToCall(f'"{to}" cannot be called: write a number, or sip:USER@HOST')
        return SimpleNamespace(to=to, host="127.0.0.1")

    def call(self, callee: Any, sdp: str, watcher: LegWatcher, headers: Mapping[str, str]) -> Any:
        dialog = Dialog(callee.to, watcher)
        self.dialogs.append(dialog)
        return dialog
