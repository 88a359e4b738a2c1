"""Calls from pages, found by the token that each page has of its own call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from aicc.service.web.page_call import CallRefused, Calls, PageCall
from voicebot.link import Refused

FORGET_S = 30.0  # a page may still read how its call ended
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

    async def begin(self, called: str, sdp: str) -> tuple[PageCall, str]:
        """The call and the description that answers ``sdp``; :class:`CallRefused`."""
        answer = await self._calls.take_page(called, sdp)
        if isinstance(answer, Refused):
            raise CallRefused(answer)
        call = PageCall(self._calls, answer.call_id)
        self._by_token[call.token] = self._by_id[call.call_id] = call
        if len(self._by_token) > MOST_CALLS:
            self._forget(next(iter(self._by_token.values())))
        return call, answer.sdp

    def of(self, token: str) -> PageCall | None:
        return self._by_token.get(token)

    def left(self, call_id: str) -> None:
        """The call is over; of any call, from pages or not."""
        if call := self._by_id.pop(call_id, None):
            call.is_over = True
            self._later(FORGET_S, partial(self._forget, call))

    def _forget(self, call: PageCall) -> None:
        self._by_token.pop(call.token, None)
        self._by_id.pop(call.call_id, None)
