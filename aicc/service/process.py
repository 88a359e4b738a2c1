"""A media process as the front sees it: it takes calls, tells what happens in them, and one day it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from aicc.errors import AiccError
from aicc.settings import Settings
from voicebot.events import Logged
from voicebot.leg_news import LegNews
from voicebot.link import CallCommand, Reply, Status


class ProcessFailed(AiccError):
    """A media process could not start; the message is what it said."""


class Start(BaseModel):
    """What a media process has to know before its first call.

    ``scenarios`` are folders by the key under which calls name them; ``addresses`` are those of sample services, by
    scenario and service; ``inference`` are the sockets of inference processes.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    settings: Settings
    data: Path
    scenarios: dict[str, Path]
    addresses: dict[str, dict[str, str]] = {}
    inference: tuple[Path, ...] = ()
    log_level: int

    @property
    def socket(self) -> Path:
        """Where recorded callers connect to this process."""
        return self.data / "run" / f"{self.name}.sock"

    @property
    def inference_socket(self) -> Path | None:
        """Of the inference process that this one uses: they are shared out by number."""
        number = int("".join(filter(str.isdecimal, self.name)) or 0)
        return self.inference[number % len(self.inference)] if self.inference else None


class News(LegNews, Protocol):
    """Who is told what happens in a process. All of it is called on the loop and does not wait."""

    def events(self, batch: Sequence[Logged]) -> None: ...

    def gone(self, call_id: str) -> None:
        """A call is over and its journal is whole; its slot has been freed."""

    def status(self, process: Process) -> None:
        """It has told anew how it is."""


class Process(Protocol):
    """Holds calls. ``calls`` are those that have a slot here, from the claim until they are gone."""

    @property
    def name(self) -> str: ...

    @property
    def slots(self) -> int: ...

    @property
    def calls(self) -> set[str]: ...

    @property
    def status(self) -> Status | None:
        """As it was told last."""

    @property
    def left(self) -> asyncio.Event:
        """Set once the process takes no further calls: it was told so, it wants so, or it is dead."""

    @property
    def has_died(self) -> bool:
        """Whether it ended without a word."""

    async def ask(self, command: CallCommand) -> Reply:
        """:class:`voicebot.link.LinkError` where there is no answer: nobody knows whether it was done."""

    async def leave(self, seconds: float) -> None:
        """No further calls; it ends behind the last one, or after ``seconds``. Does not wait for that."""

    async def close(self) -> None:
        """Calls finish their sentence and are hung up, then it ends. Does not wait for that."""

    async def live(self) -> None:
        """Watches over the process until it has ended, in whatever way; ``calls`` are then those that died with it."""


StartProcess = Callable[[str, News], Awaitable[Process]]
"""Starts one under a name and waits until it takes calls; :class:`ProcessFailed`."""
