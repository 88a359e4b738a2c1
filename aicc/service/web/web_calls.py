"""Calls and chats from pages, found by the token that each page has of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from aicc.service.web.page_call import CallRefused, Calls, PageCall
from voicebot.events import Logged
from voicebot.link import Accepted, Refused

FORGET_S = 30.0  # a page may still read how its call ended
GONE_S = 600.0  # a chat that no page has read for so long is one whose browser was closed; telephones sleep for less
MOST_CALLS = 10_000


class WebCalls:
    """As many tokens as there are calls from pages; those of calls that are over are soon forgotten.

    Beyond ``MOST_CALLS`` the oldest is forgotten: a call whose end was told before its beginning would stay for ever.
    """

    def __init__(self, calls: Calls, later: Callable[[float, Callable[[], None]], object]) -> None:
        """``later`` is the loop's ``call_later``."""
        self._calls = calls
        self._later = later
        self._by_token: dict[str, PageCall] = {}
        self._by_id: dict[str, PageCall] = {}
        self._ending: set[asyncio.Task[None]] = set()

    async def begin(self, called: str, sdp: str) -> tuple[PageCall, str]:
        """The call and the description that answers ``sdp``; :class:`CallRefused`."""
        answer = await self._calls.take_page(called, sdp)
        if isinstance(answer, Refused):
            raise CallRefused(answer)
        return self._begun(answer), answer.sdp

    async def begin_chat(self, called: str) -> PageCall:
        """:class:`CallRefused`. It has no sound whose end would tell: it is over when no page reads it any more."""
        answer = await self._calls.take_chat(called)
        if isinstance(answer, Refused):
            raise CallRefused(answer)
        chat = self._begun(answer)
        self._later(GONE_S, partial(self._look_after, chat))
        return chat

    def of(self, token: str) -> PageCall | None:
        return self._by_token.get(token)

    def heard(self, logged: Logged) -> None:
        """What happens in any call, from pages or not."""
        if call := self._by_id.get(logged.call_id):
            call.heard(logged)

    def left(self, call_id: str) -> None:
        """The call is over; of any call, from pages or not."""
        if call := self._by_id.pop(call_id, None):
            call.is_over = True
            self._later(FORGET_S, partial(self._forget, call))

    def _begun(self, answer: Accepted) -> PageCall:
        call = PageCall(self._calls, answer.call_id)
        self._by_token[call.token] = self._by_id[call.call_id] = call
        if len(self._by_token) > MOST_CALLS:
            self._forget(next(iter(self._by_token.values())))
        return call

    def _look_after(self, chat: PageCall) -> None:
        if chat.is_over:
            return
        if chat.alone_s < GONE_S:
            self._later(max(GONE_S - chat.alone_s, 1.0), partial(self._look_after, chat))
            return
        task = asyncio.ensure_future(chat.hang_up())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _forget(self, call: PageCall) -> None:
        self._by_token.pop(call.token, None)
        self._by_id.pop(call.call_id, None)
