"""What the API needs of the service that it shows: running calls, and the few things that can be done to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from voicebot.events import Logged
from voicebot.store import Store


class NoDoor(Exception):
    """No door can place this call, or none has room; the message is one line."""


class NoScenario(Exception):
    """The scenario that shall lead a call is not installed; the message is one line."""


class NotTransferred(Exception):
    """A call cannot be sent elsewhere; the message is one line."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """How the far side fared with whom it was sent to: the final SIP answer that it got, 0 where it did not say."""

    is_reached: bool
    code: int
    phrase: str


@dataclass(frozen=True, slots=True)
class CallWanted:
    """A call that the service shall place to ``number``, led by ``scenario`` with its ``variables``."""

    number: str
    scenario: str
    variables: Mapping[str, str] = field(default_factory=dict)


class CallLog(Protocol):
    """The events of a call that is up, as :class:`aicc.service.live_calls.LiveLog` has them."""

    def read(self, start: int = 0) -> list[Logged]:
        """From number ``start`` on; of a long call the beginning may be in its journal alone."""

    def follow(self, start: int = 0) -> AsyncIterator[Logged]:
        """From number ``start`` on, all of them, and on as the call runs; ends behind ``call_ended``."""


class Service(Protocol):
    """The front as the API sees it. All of it is called on the front's loop and none of it waits, but for what is
    awaited."""

    @property
    def store(self) -> Store: ...

    @property
    def folder(self) -> Path:
        """Where calls leave their files, each in ``calls/CALL_ID``."""

    @property
    def recording_key(self) -> bytes | None:
        """What recordings are encrypted with."""

    def live(self) -> list[str]:
        """The ids of the calls that are up, oldest first."""

    def log(self, call_id: str) -> CallLog | None:
        """Of a call that is up, or that has ended a moment ago."""

    def follow_all(self) -> AsyncIterator[Logged]:
        """Every event of every call from the first ``anext`` on; raises
        :class:`aicc.service.live_calls.ReaderTooSlow`."""

    async def place(self, wanted: CallWanted) -> str:
        """Begins a call and returns its id. Raises :class:`NoDoor` or :class:`NoScenario`."""

    async def send_keys(self, call_id: str, keys: str) -> bool:
        """Presses keys towards a telephone; False where the call is none, or is not up."""

    async def transfer(self, call_id: str, to: str) -> Transferred | None:
        """Has a telephone call ``to`` instead; None where the call is none, or is not up. :class:`NotTransferred`."""

    async def hang_up(self, call_id: str) -> bool:
        """Ends a call for the service; False where it is not up."""

    def is_ready(self) -> tuple[bool, list[str]]:
        """Whether calls are answered, and what stands in the way; or should be mended all the same."""

    @property
    def is_draining(self) -> bool:
        """Whether the service is going down: calls end, none begins."""

    def status(self) -> Mapping[str, object]:
        """Figures for ``/health``: calls, slots, processes."""
