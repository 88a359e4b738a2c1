"""One call or chat from a page: what the page may do to it, and how often."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from aicc.service.web.allowance import Allowance
from aicc.service.web.shown_pages import ShownPages
from voicebot.events import Event, Logged, fields_of
from voicebot.link import Accepted, Append, CallCommand, Done, Press, Refused, Reoffer, Reply, Type

TOKEN_BYTES = 18
MOST_READERS = 8  # of captions: a network that went away leaves some behind that are not known to be gone
OFFERS_AT_ONCE, OFFERS_A_SECOND = 6, 0.5  # each is work for the process that holds others' calls
ENTRIES_AT_ONCE, ENTRIES_A_SECOND = 40, 10.0  # keys and lines; nobody types faster


class Calls(Protocol):
    """What is needed of the front."""

    async def take_page(self, called: str, sdp: str) -> Accepted | Refused: ...

    async def take_chat(self, called: str) -> Accepted | Refused: ...

    async def ask(self, call_id: str, command: CallCommand) -> Reply: ...

    async def hang_up(self, call_id: str) -> bool: ...


class CallRefused(Exception):
    """The service does not take the call, or not by this description; ``answer`` says why."""

    def __init__(self, answer: Refused) -> None:
        super().__init__(answer.reason)
        self.answer = answer


class CallOver(Exception):
    """Nothing can be done to a call that has ended, or has not begun yet."""


class TooOften(Exception):
    """More than a person does."""


class PageCall:
    """``token`` is known to the page alone. ``is_over``: there are still captions to be read, for a while."""

    def __init__(self, calls: Calls, call_id: str, now_s: Callable[[], float] = time.monotonic) -> None:
        self.call_id = call_id
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self.is_over = False
        self._calls = calls
        self._offers = Allowance(OFFERS_AT_ONCE, OFFERS_A_SECOND, now_s)
        self._entries = Allowance(ENTRIES_AT_ONCE, ENTRIES_A_SECOND, now_s)
        self._shown = ShownPages()
        self._now_s = now_s
        self._readers = 0
        self._read_at_s = now_s()

    async def reoffer(self, sdp: str) -> str:
        """The page's network has changed: the description that answers its new one.

        :class:`CallRefused`, :class:`CallOver`, :class:`TooOften`.
        """
        if not self._offers.take():
            raise TooOften
        answer = await self._ask(Reoffer(self.call_id, sdp))
        if isinstance(answer, Accepted):
            return answer.sdp
        raise CallRefused(answer) if isinstance(answer, Refused) else CallOver

    async def press(self, keys: str) -> None:
        """:class:`CallOver`, :class:`TooOften`."""
        await self._enter(Press(self.call_id, keys))

    async def type(self, text: str) -> None:
        """:class:`CallOver`, :class:`TooOften`."""
        await self._enter(Type(self.call_id, text))

    async def answer(self, shown: int, values: Mapping[str, str]) -> None:
        """What was written into the form with that number, nothing where it was turned down.

        :class:`CallOver`, :class:`TooOften`, and what :meth:`ShownPages.answered` raises.
        """
        await self._tell(shown, self._shown.answered(shown, values))

    async def open(self, shown: int) -> None:
        """The caller has opened that page and lets the agent know; a second time does nothing.

        :class:`CallOver`, :class:`TooOften`, :class:`~aicc.service.web.shown_pages.NotShown`.
        """
        await self._tell(shown, self._shown.opened(shown))

    async def hang_up(self) -> None:
        """For the caller; whether it was up or not."""
        await self._calls.hang_up(self.call_id)

    def heard(self, logged: Logged) -> None:
        """What has happened in it, in order."""
        self._shown.heard(logged)

    @contextlib.contextmanager
    def read(self) -> Iterator[None]:
        """While somebody reads the captions; :class:`TooOften`."""
        if self._readers >= MOST_READERS:
            raise TooOften
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1
            self._read_at_s = self._now_s()

    @property
    def alone_s(self) -> float:
        """How long nobody has read the captions."""
        return 0.0 if self._readers else self._now_s() - self._read_at_s

    async def _tell(self, shown: int, events: tuple[Event, ...]) -> None:
        """What has become of what was shown, which has become of it once; where it cannot be told, it has not."""
        if not events:
            return
        try:
            await self._enter(Append(self.call_id, tuple(fields_of(event) for event in events)))
        except BaseException:
            self._shown.unsaid(shown)
            raise

    async def _enter(self, command: Press | Type | Append) -> None:
        if not self._entries.take():
            raise TooOften
        answer = await self._ask(command)
        if not (isinstance(answer, Done) and answer.found):
            raise CallOver

    async def _ask(self, command: CallCommand) -> Reply:
        if self.is_over:
            raise CallOver
        return await self._calls.ask(self.call_id, command)
