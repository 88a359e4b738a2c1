"""The desk of a running service: callers who want a person come to one, and everybody there sees how things stand."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from aicc.desk_settings import Desk as DeskSettings
from aicc.service.api.problem import Problem
from aicc.service.desk.calling_back import CallingBack
from aicc.service.desk.desk_call import DeskCall, Seat
from aicc.service.desk.keeping import Keeping
from aicc.service.desk.leg import NoLeg
from aicc.service.desk.legs import Legs
from aicc.service.desk.panels import Panels
from aicc.service.desk.standing import Standing, agents_shown, queues_shown
from aicc.service.desk.switchboard import SUPERVISING, Switchboard
from aicc.service.sip.telephone import Telephone
from assist.desk import (
    Announce,
    CallBack,
    CallbackChanged,
    ChatLost,
    Desk,
    DeskRules,
    Effect,
    NobodyThere,
    NobodyTook,
    Offer,
    OfferCallback,
    StateChanged,
    Withdraw,
)
from assist.desk import Person as AtDesk
from assist.desk.effects import Refusal
from assist.desk.words import announcement
from voicebot.events import (
    AgentOffered,
    AgentRefused,
    CallbackBooked,
    CallEnded,
    CallStarted,
    Event,
    HandoffRequested,
    Logged,
    MessageLeft,
    Queued,
)
from voicebot.link import BackToBot, CallCommand, Done, HangUp, Reply, Say
from voicebot.store import Store, StoreUnavailable
from voicebot.store.desk import MessageRow
from voicebot.store.people import Person

log = logging.getLogger(__name__)

TICK_S = 1.0
SHOWN_APART_S = 1.0
KNOWN_AGAIN_S = 5.0  # who works here is looked up so often
LOOKED_UP_S = 2.0  # what a caller may wait for who knows them
ASKED_S = 60.0  # whoever accepts a moment too late is told so, not that the call is none of theirs
BACK_S = 5.0  # what a page takes that an agent loads anew in a call
KEPT_S = 600.0  # an ended call is known for its wrap-up
WORKING = ("agent", "supervisor")
VIP = 10  # the priority of their calls; all others' is 0


@dataclass(frozen=True, slots=True)
class Around:
    """What the desk has of the service around it.

    ``ask`` has a call's process do something, ``append`` puts into its log what happened, ``events_of`` reads a log,
    running or not. ``place`` dials a number with variables for the scenario. ``handed_by_sip`` says whether a
    telephone's call is sent elsewhere for this skill. ``company`` is what the panel is told once; ``refused`` notes in
    the audit trail who wanted to follow which call.
    """

    ask: Callable[[str, CallCommand], Awaitable[Reply]]
    append: Callable[[str, Sequence[Event]], Awaitable[object]]
    events_of: Callable[[str, int], AsyncIterator[Logged]]
    place: Callable[[str, Mapping[str, str]], Awaitable[str]]
    telephone: Callable[[], Telephone | None]
    handed_by_sip: Callable[[str], bool]
    company: Callable[[], Mapping[str, Any]]
    refused: Callable[[str, str], Awaitable[None]]


class DeskService:
    """Made before the front, which tells it what happens; lives while :meth:`run` runs. For the front's loop."""

    def __init__(self, settings: DeskSettings, store: Store, around: Around) -> None:
        self._settings, self._store, self._around = settings, store, around
        self.desk = Desk(
            DeskRules(
                ring_s=settings.ring_seconds,
                wrapup_s=settings.wrapup_seconds,
                announce_every_s=settings.announce_every_seconds,
                offer_callback_after_s=settings.offer_callback_after_seconds,
                service_level_s=settings.service_level_seconds,
            )
        )
        self.panels = Panels(self)
        self.legs = Legs(around.ask, around.telephone, self)
        self._board = Switchboard(self, self.legs, around.ask, around.append)
        self._keeping = Keeping(self.start)
        self._calling_back = CallingBack(self, store, self._keeping, around.place)
        self._calls: dict[str, DeskCall] = {}
        self._people: dict[str, Person] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_changed = asyncio.Event()
        self._standing: Standing | None = None  # while all panels are shown it

    # ---- life

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self._restore()
                break
            except StoreUnavailable as away:
                log.warning("the desk is not open yet: %s", away)
                await asyncio.sleep(KNOWN_AGAIN_S)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tick())
            tasks.create_task(self._show())
            tasks.create_task(self._look_up())

    async def close(self) -> None:
        await self.legs.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _restore(self) -> None:
        """As things stood when the service before this one ended. :class:`StoreUnavailable`."""
        await self._know_people()
        states = await asyncio.to_thread(self._store.desk.states)
        self.do(self.desk.restore({name: row.state for name, row in states.items()}, self.now_s()))
        await self._calling_back.restore()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.do(self.desk.tick(self.now_s(), datetime.now(UTC)))
            except Exception:
                log.exception("what was due at the desk is not done: the next second may do it")

    async def _show(self) -> None:
        while True:
            await self._is_changed.wait()
            self._is_changed.clear()
            try:
                self._standing = self._stand()
                self.panels.show()
            except Exception:
                log.exception("panels show the desk as it was, until it changes again")
            finally:
                self._standing = None
            await asyncio.sleep(SHOWN_APART_S)

    async def _look_up(self) -> None:
        while True:
            await asyncio.sleep(KNOWN_AGAIN_S)
            try:
                await self._know_people()
            except Exception:
                log.exception("who works at the desk cannot be looked up: those who were known go on")

    async def _known(self, name: str) -> None:
        """Who was added a moment ago is at work at once."""
        if name not in self._people:
            await self._know_people()

    async def _know_people(self) -> None:
        found = await asyncio.to_thread(self._store.people.all)
        people = {person.name: person for person in found if person.is_active}
        if people == self._people:
            return
        self._people = people
        at_desk = [
            AtDesk(
                person.name,
                person.shown_name,
                frozenset(person.skills),
                person.phone,
                person.max_chats,
                person.role in SUPERVISING,
            )
            for person in people.values()
            if person.role in WORKING
        ]
        self.do(self.desk.people_known(at_desk, self.now_s()))
        for name in self.panels.names():  # it was open before they were known
            self.do(self.desk.connected(name, True, self.now_s()))
        self.changed()

    # ---- what is happening in calls

    def heard(self, logged: Logged) -> None:
        """Every event of every call."""
        if isinstance(logged.event, CallStarted):
            self._calls[logged.call_id] = DeskCall(logged.call_id, logged.event)
        if (call := self._calls.get(logged.call_id)) is None:
            return
        call.note(logged)
        match logged.event:
            case HandoffRequested() as wanted:
                self.start(self._handed_off(call, wanted))
            case CallbackBooked(due=due, number=number) if due and number:
                self.start(self._calling_back.booked(call, due, number))
            case MessageLeft(number=number, text=text):
                self.start(self._keep_message(call, number, text))
            case CallEnded(by=by, reason=reason):
                self._ended(call, by, reason)
        self.changed()

    def left(self, call_id: str) -> None:
        """No process has the call any more."""
        self._calling_back.ended(call_id)  # of one that nobody picked up there may be no word
        if call := self._calls.get(call_id):
            self._ended(call, "service", "gone")
        self.legs.call_gone(call_id)

    async def _handed_off(self, call: DeskCall, wanted: HandoffRequested) -> None:
        if call.is_over or (wanted.reason == "fault" and not call.is_chat):
            return  # a bot that breaks off ends the call, and promises one back
        if call.agent:
            return  # somebody has taken over as the bot said so
        is_telephone = call.started.door == "sip"
        if not self._works_here() or (is_telephone and self._around.handed_by_sip(wanted.skill)):
            await self._around.ask(call.call_id, HangUp(call.call_id, "bot", "handoff"))
            return
        call.phase = "waiting"
        if name := self._calling_back.reached(call.call_id):
            await self._grant(call, name)
            return
        if call.queued_s is not None:  # the bot had them while they waited
            self.do(self.desk.resume(call.call_id, self.now_s()))
        else:
            call.queued_s = self.now_s()
            await self._know_caller(call)
        if self.desk.place(call.call_id) is None and not call.agent:
            self._board.queue_again(call)
        self.changed()

    async def _grant(self, call: DeskCall, name: str) -> None:
        """A customer who was called back is there for somebody, who has been kept free for them."""
        call.queued_s, call.granted, call.rings = self.now_s(), name, name
        await self._ring_at(call, name, self.now_s() + self._settings.ring_seconds)
        await asyncio.sleep(self._settings.ring_seconds)
        if call.granted == name:
            await self._not_taken(call, name, "no_answer")

    async def _not_taken(self, call: DeskCall, name: str, reason: Refusal) -> None:
        """By whom it rings at: the caller waits for the next one. Whoever has it by now keeps it."""
        if call.granted != name:
            self.do(self.desk.refuse(name, call.call_id, reason, self.now_s()))
            return
        call.granted = ""
        self._board.queue_again(call)
        self.do(self.desk.done(name, call.call_id, self.now_s()))
        await self._withdraw(Withdraw(name, call.call_id, reason))

    async def _know_caller(self, call: DeskCall) -> None:
        """Who knows the caller, and how important they are."""
        call.priority = VIP if call.number in self._settings.vip else 0
        if call.number and self._settings.sticky_days:
            since = datetime.now(UTC) - timedelta(days=self._settings.sticky_days)
            try:
                async with asyncio.timeout(LOOKED_UP_S):
                    call.sticky = await asyncio.to_thread(self._store.desk.last_agent, call.number, since)
            except (StoreUnavailable, TimeoutError) as away:
                log.warning("call %s goes to whoever is free, not to who knows the caller: %s", call.call_id, away)

    def _works_here(self) -> bool:
        return any(person.role in WORKING for person in self._people.values())

    async def _keep_message(self, call: DeskCall, number: str, text: str) -> None:
        add, left_at = self._store.desk.add_message, datetime.now(UTC)
        await self._keeping.write(lambda: add(call.call_id, number or call.number, text, left_at))
        self.changed()

    def _ended(self, call: DeskCall, by: str, reason: str) -> None:
        if call.is_over:
            return
        call.is_over = True
        granted, call.granted = call.granted, ""
        self._calling_back.ended(call.call_id)
        self.do(self.desk.leave(call.call_id, self.now_s()))
        if granted:
            self.tell(granted, {"type": "offer_gone", "call_id": call.call_id, "reason": "withdrawn"})
        for name in call.people:
            self.tell(name, {"type": "call_over", "call_id": call.call_id, "by": by, "reason": reason})
        self.legs.call_gone(call.call_id)
        call.seats.clear()
        asyncio.get_running_loop().call_later(KEPT_S, self._calls.pop, call.call_id, None)

    # ---- what the pure desk wants

    def do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Offer():
                    self.start(self._offer(effect))
                case Withdraw():
                    self.start(self._withdraw(effect))
                case Announce():
                    self.start(self._announce(effect))
                case OfferCallback(call_id=call_id):
                    self.start(self._to_bot(call_id, self._settings.flows.offer_callback, keeps_place=True))
                case NobodyThere(call_id=call_id):
                    self.start(self._to_bot(call_id, self._settings.flows.nobody_there, keeps_place=False))
                case NobodyTook(call_id=call_id, name=name, reason=reason):
                    if call := self._calls.get(call_id):
                        self.start(self._board.nobody_took(call, name, reason))
                case ChatLost(name=name, call_id=call_id):
                    if call := self._calls.get(call_id):
                        self.start(self._board.lost(call, name, "lost"))
                case CallBack():
                    self.start(self._calling_back.dial(effect))
                case CallbackChanged(callback=callback):
                    self._calling_back.keep(callback)
                case StateChanged(name=name, state=state):
                    keep = partial(self._store.desk.keep_state, name, state, datetime.now(UTC))
                    self._keeping.keep(f"state of {name}", keep)
        if effects:
            self.changed()

    async def _offer(self, offer: Offer) -> None:
        if (call := self._calls.get(offer.call_id)) is None or call.is_over:
            return
        if call.phase != "consulting":
            call.rings = offer.name
        await self._ring_at(call, offer.name, offer.until_s)

    async def _ring_at(self, call: DeskCall, name: str, until_s: float) -> None:
        call.asked_s[name], call.rings_until_s = self.now_s(), until_s
        person = self._people.get(name)
        phone = person.phone if person is not None and not call.is_chat else ""
        await self._around.append(call.call_id, [AgentOffered(name, "sip" if phone else "panel")])
        self.tell(name, self._offered(call))
        if phone:
            try:
                await self._board.ring(call, name, phone)
            except NoLeg as error:
                if call.rings == name:  # else it was withdrawn meanwhile
                    log.warning("call %s: the telephone of %s does not ring: %s", call.call_id, name, error)
                    await self._not_taken(call, name, "lost")

    def _offered(self, call: DeskCall) -> dict[str, Any]:
        handoff = call.handoff
        return {
            "type": "offer",
            "call_id": call.call_id,
            "caller": call.started.caller,
            "customer": call.number,
            "skill": call.skill,
            "title": self._title(call.skill),
            "summary": handoff.summary if handoff else "",
            "reason": handoff.reason if handoff else "",
            "wait_s": round(self.now_s() - call.queued_s) if call.queued_s is not None else 0,
            "is_chat": call.is_chat,
            "is_consultation": call.phase == "consulting",
            "until_s": round(max(0.0, call.rings_until_s - self.now_s()), 1),
        }

    async def _withdraw(self, withdrawn: Withdraw) -> None:
        message = {"type": "offer_gone", "call_id": withdrawn.call_id, "reason": withdrawn.reason}
        self.tell(withdrawn.name, message)
        if (call := self._calls.get(withdrawn.call_id)) is None:
            return
        if call.rings == withdrawn.name and call.phase != "consulting":
            call.rings = ""
        if not call.is_over:  # first: at the next one it rings behind that
            await self._around.append(call.call_id, [AgentRefused(withdrawn.name, withdrawn.reason)])
        if withdrawn.name not in call.people:
            await self._board.leave_seat(call, withdrawn.name)

    async def _announce(self, told: Announce) -> None:
        if (call := self._calls.get(told.call_id)) is None or call.phase != "waiting":
            return
        await self._around.append(call.call_id, [Queued(call.skill, told.position, told.wait_s)])
        if call.rings and told.is_first:
            return  # it rings at somebody already: there is nothing to wait for
        text = announcement(told.position, told.wait_s, is_first=told.is_first)
        await self._around.ask(call.call_id, Say(call.call_id, text))

    async def _to_bot(self, call_id: str, flow: str, *, keeps_place: bool) -> None:
        """The bot takes the caller: to offer a callback, or because nobody is there."""
        if (call := self._calls.get(call_id)) is None or call.is_over or call.phase != "waiting":
            return  # or somebody has accepted meanwhile
        if keeps_place:
            self.do(self.desk.pause(call_id, self.now_s()))
        reply = await self._around.ask(call_id, BackToBot(call_id, flow))
        if isinstance(reply, Done) and reply.found:
            call.phase = "bot"
        elif keeps_place:
            self.do(self.desk.resume(call_id, self.now_s()))
        else:
            log.warning('call %s: the scenario has no flow "%s": the caller is told goodbye', call_id, flow)
            await self._around.ask(call_id, HangUp(call_id, "bot", "handoff"))

    # ---- news of legs

    def up(self, call_id: str, leg: str) -> None:
        if (call := self._calls.get(call_id)) and (seat := call.seat_of_leg(leg)):
            seat.is_up = True
            self.tell(seat.name, {"type": "leg", "call_id": call_id, "leg": leg, "state": "up"})

    def answered(self, call_id: str, leg: str) -> None:
        if (call := self._calls.get(call_id)) and (seat := call.seat_of_leg(leg)):
            seat.is_up = True
            self.start(self._board.picked_up(call, seat.name))

    def refused(self, call_id: str, leg: str, reason: str) -> None:
        if not (call := self._calls.get(call_id)) or not (seat := call.seat_of_leg(leg)):
            return
        call.seats.pop(seat.name, None)
        if self.is_person(seat.name):
            is_word = reason in ("busy", "refused", "hung_up")  # of a person who is at their telephone
            why: Refusal = "refused" if is_word else "no_answer"
            self.start(self._not_taken(call, seat.name, why))
        else:
            self.start(self._board.nobody_took(call, seat.name, reason))

    def lost(self, call_id: str, leg: str, reason: str) -> None:
        if (call := self._calls.get(call_id)) and (seat := call.seat_of_leg(leg)):
            self.tell(seat.name, {"type": "leg", "call_id": call_id, "leg": leg, "state": "lost"})
            is_page = seat.how == "panel" and reason == "hung_up" and call.agent == seat.name
            self.start(self._page_gone(call, seat) if is_page else self._board.lost(call, seat.name, reason))

    async def _page_gone(self, call: DeskCall, seat: Seat) -> None:
        """Who hangs up presses a button: a page that goes is closed, or loaded anew and back in a moment."""
        await asyncio.sleep(BACK_S)
        if call.seats.get(seat.name) is seat:
            await self._board.lost(call, seat.name, "lost")

    # ---- what people do

    async def set_state(self, person: Person, state: Any) -> None:
        await self._known(person.name)
        self.do(self.desk.set_state(person.name, state, self.now_s()))
        self.changed()

    async def browser_leg(self, person: Person, call_id: str, sdp: str, leg: str | None) -> tuple[str, str]:
        call = self._call(call_id)
        if not self.is_in(person.name, call_id) and person.role not in SUPERVISING:
            raise Problem(403, "this call is not yours", "ask a supervisor")
        try:
            return await self._board.browser_leg(call, person, sdp, leg)
        except NoLeg as error:
            raise Problem(409, f"there is no sound: {error}", "load the panel anew") from None

    async def accept(self, person: Person, call_id: str) -> None:
        await self._board.accept(self._call(call_id), person.name)

    async def refuse(self, person: Person, call_id: str) -> None:
        await self._not_taken(self._call(call_id), person.name, "refused")

    async def take(self, person: Person, call_id: str) -> None:
        """A supervisor's own choice among those who wait, with a leg that was made before."""
        if person.role not in SUPERVISING:
            raise Problem(403, "only supervisors choose their calls", "wait until one rings")
        await self._board.accept(self._call(call_id), person.name)

    async def hold(self, person: Person, call_id: str) -> None:
        await self._board.hold(self._call(call_id), person.name)

    async def resume(self, person: Person, call_id: str) -> None:
        await self._board.resume(self._call(call_id), person.name)

    async def hang_up(self, person: Person, call_id: str) -> None:
        await self._board.hang_up(self._call(call_id), person.name)

    async def press(self, person: Person, call_id: str, keys: str) -> None:
        await self._board.press(self._call(call_id), person.name, keys)

    async def consult(self, person: Person, call_id: str, to: str) -> None:
        await self._board.consult(self._call(call_id), person.name, to)

    async def end_consult(self, person: Person, call_id: str) -> None:
        await self._board.end_consult(self._call(call_id), person.name)

    async def conference(self, person: Person, call_id: str) -> None:
        await self._board.conference(self._call(call_id), person.name)

    async def transfer(self, person: Person, call_id: str, how: str, to: str) -> None:
        call = self._call(call_id)
        if how == "queue" and call.agent == person.name and to not in self._skills():
            raise Problem(422, f'there is no queue "{to[:60]}"', "choose from the list")
        await self._board.transfer(call, person.name, how, to)

    async def listen(self, person: Person, call_id: str, how: str) -> None:
        await self._board.listen(self._call(call_id), person, how)

    async def show(
        self, person: Person, call_id: str, kind: str, title: str, url: str, fields: tuple[str, ...]
    ) -> None:
        await self._board.show(self._call(call_id), person.name, kind, title, url, fields)

    async def write(self, person: Person, call_id: str, text: str) -> None:
        await self._board.write(self._call(call_id), person.name, text)

    def wrapped_up(self, person: Person, call_id: str) -> None:
        self.do(self.desk.written(person.name, call_id, self.now_s()))

    async def callbacks(self) -> Sequence[Any]:
        return await asyncio.to_thread(self._store.desk.callbacks)

    async def cancel_callback(self, callback_id: str) -> None:
        row = await asyncio.to_thread(self._store.desk.callback, callback_id)
        if row is None:
            raise Problem(404, "no such callback", "look at the list")
        if row.status != "waiting":
            raise Problem(409, "the callback does not wait any more", "look at the list")
        self.do(self.desk.cancel_callback(callback_id, self.now_s()))

    async def messages(self) -> Sequence[MessageRow]:
        return await asyncio.to_thread(self._store.desk.messages)

    async def read_message(self, person: Person, message_id: str) -> None:
        if not await asyncio.to_thread(self._store.desk.read, message_id, person.name, datetime.now(UTC)):
            raise Problem(404, "no such message, or somebody has read it", "look at the list")

    # ---- what people see

    def config(self) -> dict[str, Any]:
        settings = self._settings
        told = dict(self._around.company())
        del told["skills"]
        return {
            **told,
            "queues": [{"skill": skill, "title": self._title(skill)} for skill in sorted(self._skills())],
            "ring_s": settings.ring_seconds,
            "wrapup_s": settings.wrapup_seconds,
            "screen_pop_url": settings.screen_pop_url,
        }

    def agents(self) -> list[dict[str, Any]]:
        """All who work at the desk."""
        return agents_shown(self.desk.snapshot(self.now_s()), self._people)

    def queues(self) -> list[dict[str, Any]]:
        return queues_shown(self.desk.snapshot(self.now_s()), self._title)

    def shown_to(self, name: str) -> dict[str, Any]:
        person = self._people.get(name)
        sees_all = person is not None and person.role in SUPERVISING
        return (self._standing or self._stand()).shown_to(name, sees_all=sees_all)

    def _stand(self) -> Standing:
        return Standing(self.desk.snapshot(self.now_s()), self._people, self._calls.values(), self._title)

    def offers_of(self, name: str) -> list[dict[str, Any]]:
        rings = {one.call_id for one in self.desk.snapshot(self.now_s()).waiting if one.offered_to == name}
        return [
            self._offered(call)
            for call in self._calls.values()
            if not call.is_over and (call.call_id in rings or call.granted == name)
        ]

    async def may_follow(self, name: str, call_id: str) -> bool:
        person = self._people.get(name)
        if person is None:
            return False
        if person.role in ("supervisor", "admin", "reviewer"):
            return True
        if await self.sees(person, call_id):
            return True
        await self._around.refused(name, call_id)
        return False

    async def sees(self, person: Person, call_id: str) -> bool:
        """Whether a call is an agent's own: now, or once."""
        return self.is_in(person.name, call_id) or person.name in await asyncio.to_thread(
            self._store.people_of, call_id
        )

    def is_in(self, name: str, call_id: str) -> bool:
        """Whether they are in the call, or it rings at them, or has rung a moment ago."""
        call = self._calls.get(call_id)
        return call is not None and (name in call.people or self.now_s() - call.asked_s.get(name, -ASKED_S) < ASKED_S)

    def events_of(self, call_id: str, start: int) -> AsyncIterator[Logged]:
        return self._around.events_of(call_id, start)

    async def opened(self, name: str) -> None:
        with contextlib.suppress(StoreUnavailable):  # they are looked up again and again
            await self._known(name)
        self.do(self.desk.connected(name, True, self.now_s()))

    def closed(self, name: str) -> None:
        self.do(self.desk.connected(name, False, self.now_s()))

    # ---- for the switchboard

    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def tell(self, name: str, message: Mapping[str, Any]) -> None:
        self.panels.tell(name, message)

    def changed(self) -> None:
        self._is_changed.set()

    def is_person(self, name: str) -> bool:
        return name in self._people

    def _call(self, call_id: str) -> DeskCall:
        call = self._calls.get(call_id)
        if call is None or call.is_over:
            raise Problem(409, "the call is over", "see the recorded calls")
        return call

    def _skills(self) -> set[str]:
        """Of all queues that there are."""
        of_people = {skill for person in self._people.values() for skill in person.skills}
        return of_people | {*self._settings.queues, *self._around.company()["skills"]}

    def _title(self, skill: str) -> str:
        return self._settings.queues.get(skill, skill)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the desk was hurt by a fault of ours", exc_info=error)
