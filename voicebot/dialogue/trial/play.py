"""Plays one conversation test against a mind, and keeps what happened, turn by turn."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from voicebot.dialogue import menu
from voicebot.dialogue.asked import CONFIRMATION, OFFER
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.dialogue.slots.key_menu import KeyMenu
from voicebot.dialogue.slots.slot import Slot, to_json
from voicebot.dialogue.trial.case import Talk
from voicebot.dialogue.trial.case_file import WrittenCase
from voicebot.dialogue.trial.days import as_said
from voicebot.dialogue.trial.watched import Called, ResetFailed, WatchedServices
from voicebot.doors.chat import Chat
from voicebot.events import BotStarted, Event, FlowEntered, FlowLeft, Logged, ServiceCalled
from voicebot.korean_time import korean_now
from voicebot.log import EventLog, new_call_id

LIMIT_S = 60.0  # a conversation in text that lasts longer goes round and round, or waits for what never comes


@dataclass(frozen=True, slots=True)
class Known:
    """A slot's value, as JSON has it and as people read it."""

    value: Any
    written: str


@dataclass(slots=True)
class Turn:
    """What the bot did with one turn of the caller; the first is the call's beginning.

    ``asked`` are the names of the slot that it waits for, ``flows`` those that were entered or go on, ``slots`` what
    was captured in the call so far, ``kept`` the names of those that are still known.
    """

    caller: Talk | None
    events: list[Event] = field(default_factory=list)
    called: list[Called] = field(default_factory=list)
    asked: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()
    slots: dict[str, Known] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    thinking_ms: float = 0.0

    @property
    def said(self) -> list[str]:
        """Sentence by sentence."""
        return [event.text for event in self.events if isinstance(event, BotStarted)]


@dataclass(frozen=True, slots=True)
class Played:
    """``judged_by`` has for each step of the case the turn by which it is judged, None for one that was not reached.

    ``ending`` is None where the caller hung up. ``broken`` says what came in between, if the conversation did not come
    to an end at all.
    """

    written: WrittenCase
    now: datetime
    turns: list[Turn]
    judged_by: list[Turn | None]
    ending: Goodbye | Transfer | None
    broken: str | None = None


async def play(written: WrittenCase, mind: Mind, services: WatchedServices) -> Played:
    """Plays a case from the ring to its end. Never raises for what the bot does; ``services`` are this case's alone."""
    now = written.case.now or korean_now()
    try:
        await services.reset(now)
    except ResetFailed as failed:
        return Played(written, now, [], [None] * len(written.case.talk), None, str(failed))
    # what an earlier case has asked would come at once: the times would not be a caller's
    mind.understanding.forget()
    return await _Player(written, replace(mind, services=services), services, now).play()


class _Player:
    """The caller, who keeps to the script and notes what the bot does."""

    def __init__(self, written: WrittenCase, mind: Mind, services: WatchedServices, now: datetime) -> None:
        case = written.case
        self._written = written
        self._mind = mind
        self._services = services
        self._now = now
        self._steps = list(enumerate(case.talk))
        self._turns = [Turn(None)]
        self._judged_by: list[Turn | None] = [None] * len(case.talk)
        self._is_open = True  # the last turn: the bot is at it
        self._running: list[str] = []  # flows
        self._ran: list[str] = []  # when the last turn began
        self._captured: dict[str, Known] = {}
        caller = Caller(case.caller, case.called, case.direction, dict(case.variables))
        log = _NotingLog(self._note)
        self._chat = Chat(mind, caller, log, self._next_turn, lambda: now)

    async def play(self) -> Played:
        self._services.trouble(self._written.case.services)
        self._services.stopwatch.restart()
        ending, broken = None, None
        try:
            async with asyncio.timeout(LIMIT_S):
                ending = await self._chat.run()
        except TimeoutError:
            broken = f"the conversation did not come to an end within {LIMIT_S:.0f} s"
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            broken = f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"
        if self._is_open:
            self._turns[-1].flows |= frozenset(self._ran)  # the call's end has ended them
            self._close(None)
        self._judge_from_here()
        return Played(self._written, self._now, self._turns, self._judged_by, ending, broken)

    async def _next_turn(self, asked: Slot | None) -> Heard | None:
        self._close(asked)
        self._judge_from_here()
        if not self._steps:
            raise HungUp
        number, step = self._steps.pop(0)
        turn = Turn(step)
        self._turns.append(turn)
        self._judged_by[number] = turn
        self._services.trouble(step.services)
        self._is_open, self._ran = True, list(self._running)
        self._services.stopwatch.restart()
        if step.hang_up:
            raise HungUp
        if step.press is not None:
            return Heard.of(step.press, source="dtmf")
        if step.caller is not None:
            said = as_said(step.caller, self._now.date())
            return Heard.of(said, confidence=step.confidence, source="typed")
        return None

    def _close(self, asked: Slot | None) -> None:
        """The bot listens, or is gone: the turn is whole."""
        turn = self._turns[-1]
        self._is_open = False
        turn.thinking_ms = self._services.stopwatch.ms
        turn.called, self._services.called = self._services.called, []
        turn.asked = self._names_of(asked)
        turn.flows |= frozenset(self._running)
        self._capture()
        turn.slots, turn.kept = dict(self._captured), frozenset(self._chat.conversation.memory.slots)

    def _judge_from_here(self) -> None:
        """The steps in which the caller does nothing are judged by the turn that has just ended."""
        while self._steps and not self._steps[0][1].is_turn:
            number, step = self._steps.pop(0)
            self._judged_by[number] = self._turns[-1]
            self._services.trouble(step.services)

    def _note(self, event: Event) -> None:
        self._turns[-1].events.append(event)
        match event:
            case FlowEntered(flow=flow):
                self._running.append(flow)
                self._turns[-1].flows |= {flow}
            case FlowLeft(flow=flow) if flow in self._running:
                self._running.remove(flow)
                self._capture()  # what the flow knows it is about to forget
            case ServiceCalled():
                self._services.stopwatch.resume()

    def _capture(self) -> None:
        for name, filled in self._chat.conversation.memory.slots.items():
            self._captured[name] = Known(to_json(filled.value), filled.written)

    def _names_of(self, asked: Slot | None) -> frozenset[str]:
        """What the flows call a slot; several slots of an address are found by one and the same."""
        if asked is None:
            return frozenset()
        if isinstance(asked, KeyMenu):
            return frozenset({menu.NAME})
        for own in (CONFIRMATION, OFFER):
            if asked is own.slot:
                return frozenset({own.name})
        mind = self._mind
        return frozenset(
            name
            for flow in mind.flows.values()
            for name in {**mind.scenario.slots, **flow.slots}
            if mind.asked(flow, name).slot is asked
        )


class _NotingLog(EventLog):
    """Tells of each event as it happens."""

    def __init__(self, note: Callable[[Event], None]) -> None:
        super().__init__(new_call_id())
        self._note = note

    def append(self, event: Event) -> Logged:
        self._note(event)
        return super().append(event)
