"""A 2xx to an INVITE is the user agent's own to repeat, until the ACK comes (RFC 3261 13.3.1.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voicebot.doors.sip.message import Request, Response
from voicebot.doors.sip.timers import T1_S, T2_S, TIMEOUT_S
from voicebot.doors.sip.transactions import ServerTransaction


class Unacknowledged:
    """``heard`` gets the ACK, ``given_up`` is called where none comes in 32 s: one of them, once, unless stopped."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transaction: ServerTransaction,
        response: Response,
        heard: Callable[[Request], None],
        given_up: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._transaction = transaction
        self._response = response
        self._heard = heard
        self._given_up = given_up
        self._pause_s = T1_S
        self._repeat = self._loop.call_later(self._pause_s, self._say_again)
        self._end = self._loop.call_later(TIMEOUT_S, self._give_up)

    def acknowledge(self, ack: Request) -> bool:
        """False where the ACK belongs to another INVITE."""
        if ack.cseq.sequence != self._transaction.request.cseq.sequence:
            return False
        self.stop()
        self._heard(ack)
        return True

    def stop(self) -> None:
        self._repeat.cancel()
        self._end.cancel()

    def _say_again(self) -> None:
        self._transaction.respond(self._response)
        self._pause_s = min(2 * self._pause_s, T2_S)
        self._repeat = self._loop.call_later(self._pause_s, self._say_again)

    def _give_up(self) -> None:
        self.stop()
        self._given_up()
