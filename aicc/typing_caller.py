"""Calls of a caller who types, one after another: shown to a person, or written as JSON lines to a program."""

from __future__ import annotations

import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager

from rich.console import Console
from rich.text import Text

from aicc.lines import WriteLine, told
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.slots.slot import Slot
from voicebot.doors.chat import Chat, typed
from voicebot.doors.typed_lines import TypedLines
from voicebot.events import (
    AnswerChosen,
    CallEnded,
    Event,
    Fault,
    FlowEntered,
    FlowLeft,
    HandoffRequested,
    Logged,
    MessageSent,
    ServiceCalled,
    SlotCorrected,
    SlotFilled,
)
from voicebot.korean_time import korean_now
from voicebot.log import EventLog, new_call_id

log = logging.getLogger(__name__)

NEXT_CALL = "---"


class TypedCalls(ABC):
    """Holds the calls; who sees them says :meth:`tell`."""

    def __init__(self, lines: TypedLines) -> None:
        self._lines = lines
        self._rings = True  # the next call has begun

    async def hold(self, mind: Mind, caller: Caller) -> bool:
        """Call after call, to the end of input; false if one of them broke. The others are held all the same."""
        are_well = True
        while self._rings:
            self._rings = False
            chat = Chat(mind, caller, _ToldLog(self), self._next_turn, korean_now)
            try:
                await chat.run()
            except BrokenPipeError:
                raise
            except Exception as error:
                log.error("%s", told(error))
                log.debug("where it happened", exc_info=error)
                are_well = False
            while not self._rings and (line := await self._read()) is not None:
                self._rings = line == NEXT_CALL
        return are_well

    def waiting(self) -> AbstractContextManager[object]:
        """While the bot is made ready."""
        return contextlib.nullcontext()

    @abstractmethod
    def tell(self, logged: Logged) -> None:
        """An event, as it happens."""

    async def _next_turn(self, asked: Slot | None) -> Heard | None:
        line = await self._listen()
        self._rings = line == NEXT_CALL
        if line is None or self._rings:
            raise HungUp
        return typed(line)

    async def _listen(self) -> str | None:
        """A line to the bot."""
        return await self._read()

    async def _read(self) -> str | None:
        line = await self._lines.next()
        return NEXT_CALL if line is not None and line.strip() == NEXT_CALL else line


class _ToldLog(EventLog):
    """Tells of each event as it happens."""

    def __init__(self, calls: TypedCalls) -> None:
        super().__init__(new_call_id())
        self._calls = calls

    def append(self, event: Event) -> Logged:
        logged = super().append(event)
        self._calls.tell(logged)
        return logged


class JsonCalls(TypedCalls):
    """Event logs as JSON lines, and nothing else."""

    def __init__(self, lines: TypedLines, write: WriteLine) -> None:
        super().__init__(lines)
        self._write = write

    def tell(self, logged: Logged) -> None:
        self._write(logged.as_json())


class ShownCalls(TypedCalls):
    """What caller and bot say, as a person reads it; with ``details`` what the bot makes of it too."""

    def __init__(self, lines: TypedLines, details: bool) -> None:
        super().__init__(lines)
        self._details = details
        self._console = Console(highlight=False)
        self._is_typed_here = lines.is_terminal and self._console.is_terminal

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        if not self._console.is_terminal:
            yield
            return
        with self._console.status("봇을 준비하고 있어요"):
            yield

    def tell(self, logged: Logged) -> None:
        match logged.event:
            case AnswerChosen(text=text):
                self._console.print(Text.assemble(("봇    ", "bold green"), text), soft_wrap=True)
            case CallEnded(by=by, reason=reason):
                self._print_aside(f"통화가 끝났습니다 ({_BY.get(by, by)}, {reason})")
                if by == "bot" and self._is_typed_here:
                    self._print_aside(f"{NEXT_CALL} 다시 전화, Ctrl-D 끝내기")
            case HandoffRequested(reason=reason, skill=skill, summary=summary):
                self._print_aside(f"상담사 연결 ({skill}, {reason}): {summary}")
            case event if self._details and (aside := _aside(event)):
                self._print_aside(aside)

    async def _listen(self) -> str | None:
        label = Text("고객  ", "bold cyan")
        if self._is_typed_here:
            self._console.print(label, end="")
        line = await self._read()
        if not self._is_typed_here and line is not None and line != NEXT_CALL:
            self._console.print(Text.assemble(label, line), soft_wrap=True)
        elif self._is_typed_here and line is None:
            self._console.print()
        return line

    def _print_aside(self, text: str) -> None:
        self._console.print(Text(f"      {text}", "dim"), soft_wrap=True)


_BY = {"caller": "고객이 끊음", "bot": "봇이 끊음", "service": "중단"}


def _aside(event: Event) -> str | None:
    """What the bot makes of what it hears, in a few words."""
    match event:
        case FlowEntered(flow=flow):
            return f"▶ {flow}"
        case FlowLeft(flow=flow):
            return f"◀ {flow}"
        case SlotFilled() | SlotCorrected():
            return f"{event.slot} = {event.written} ({event.confidence:.2f})"
        case ServiceCalled(service=service, ms=ms, status=status):
            return f"{service}: {status}, {ms} ms"
        case MessageSent(to=to, kind=kind):
            return f"{kind} → {to}"
        case Fault(room=room, what=what, cured_by=cured_by):
            return f"{room}: {what} ({cured_by})"
    return None
