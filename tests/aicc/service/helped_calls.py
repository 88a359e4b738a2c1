"""A front whose calls are led by a test, and their journals on disk: what helpers see of a service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from aicc.service.appending import Appending
from aicc.service.live_calls import LiveCalls
from aicc.service.process import Start
from aicc.settings import Settings
from voicebot.events import CallEnded, CallStarted, Event, Logged, TranscriptFinal, event_of
from voicebot.journal import NAME, line_of, read_journal
from voicebot.link import Append, CallCommand, Done, Refused, Reply
from voicebot.log import EventLog, new_call_id, unsaid

STARTED = CallStarted("in", "sip", "01012345678", "15881234", "누리")
ENDED = CallEnded("caller", "hung_up", 1_000)


def final(text: str, turn: int = 1) -> TranscriptFinal:
    return TranscriptFinal("caller", turn, text, text, (), "test")


class HelpedCalls:
    """``live`` is what the front has heard of calls; of those that are up the logs are here, as in a media process.

    ``folder`` is the data folder, ``scenario`` the folder of the company in there, of which :meth:`start` tells.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.scenario = folder, "first"
        self.settings = Settings()
        self.live = LiveCalls(self.journal)
        self.appending = Appending(self.ask, self.live, folder / "calls")
        self._logs: dict[str, EventLog] = {}

    def start(self, name: str) -> Start:
        return Start(
            name=name,
            settings=self.settings,
            data=self.folder,
            scenarios={"누리": self.folder / self.scenario},
            log_level=logging.WARNING,
        )

    def begin(self, *events: Event) -> str:
        call_id = new_call_id()
        (self.folder / "calls" / call_id).mkdir(parents=True)
        self._logs[call_id] = EventLog(call_id, written=lambda logged: self._written(call_id, logged))
        self.say(call_id, STARTED, *events)
        return call_id

    def say(self, call_id: str, *events: Event) -> None:
        for event in events:
            self._logs[call_id].append(event)

    def end(self, call_id: str, gone: Callable[[str], None]) -> None:
        """As the media process tells it, and then the front, all in one breath."""
        self.say(call_id, ENDED)
        del self._logs[call_id]
        self.live.forget(call_id)
        gone(call_id)

    async def ask(self, call_id: str, command: CallCommand) -> Reply:
        if (log := self._logs.get(call_id)) is None:
            return Refused("the call is over")
        assert isinstance(command, Append)
        self.say(call_id, *unsaid(log.read(), [event for fields in command.events if (event := event_of(fields))]))
        return Done()

    def journal(self, call_id: str) -> list[Logged]:
        path = self.folder / "calls" / call_id / NAME
        return read_journal(path) if path.exists() else []

    def said(self, call_id: str, kind: type[Event]) -> list[Event]:
        """By helpers, as the journal has it."""
        return [logged.event for logged in self.journal(call_id) if isinstance(logged.event, kind)]

    async def close(self) -> None:
        await self.live.close()
        self.appending.close()

    def _written(self, call_id: str, logged: Logged) -> None:
        with (self.folder / "calls" / call_id / NAME).open("ab") as journal:
            journal.write(line_of(logged))
        self.live.take([logged])


def causes(events: Sequence[Event]) -> list[tuple[type[Event], int]]:
    """What no log may have twice."""
    return [(type(event), cause) for event in events if (cause := getattr(event, "cause", None)) is not None]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)
