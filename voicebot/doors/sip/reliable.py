"""Provisional answers that arrive for certain (RFC 3262): those that the caller wants so, and those of others."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable

from voicebot.doors.sip.message import Request, Response
from voicebot.doors.sip.timers import T1_S, TIMEOUT_S
from voicebot.doors.sip.transactions import ServerTransaction

MOST_WAITING = 8  # provisional answers behind one that was not acknowledged yet: the oldest of them is left out


class ReliableAnswers:
    """Sends provisional answers to one INVITE one after the other, each repeated until its PRACK comes.

    ``settled`` is called each time when none is left; ``given_up``, once, where a PRACK does not come in 32 s: the
    INVITE is then to be refused.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transaction: ServerTransaction,
        settled: Callable[[], None],
        given_up: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._transaction = transaction
        self._settled = settled
        self._given_up = given_up
        self._number = secrets.randbelow(2**31 - 2**16) + 1
        self._waiting: deque[Response] = deque(maxlen=MOST_WAITING)
        self._said: Response | None = None
        self._pause_s = T1_S
        self._repeat: asyncio.TimerHandle | None = None
        self._end: asyncio.TimerHandle | None = None

    @property
    def is_settled(self) -> bool:
        return self._said is None

    def send(self, response: Response) -> None:
        self._waiting.append(response)
        if self._said is None:
            self._say_next()

    def owns(self, prack: Request) -> bool:
        """Whether a PRACK belongs to the answer that waits for one."""
        sequence = self._transaction.request.cseq.sequence
        words = (prack.headers.get("RAck") or "").split()
        return self._said is not None and words == [str(self._number), str(sequence), "INVITE"]

    def acknowledged(self) -> None:
        """The answer that waited has arrived: on to the next."""
        self.stop()
        self._number += 1
        if self._waiting:
            self._say_next()
        else:
            self._settled()

    def stop(self) -> None:
        """Nothing is repeated any more: the final answer is out, or nobody waits for it."""
        for timer in (self._repeat, self._end):
            if timer is not None:
                timer.cancel()
        self._said = None

    def _say_next(self) -> None:
        self._said = self._waiting.popleft()
        self._said.headers.add("Require", "100rel")
        self._said.headers.set("RSeq", str(self._number))
        self._pause_s = T1_S
        self._transaction.respond(self._said)
        self._repeat = self._loop.call_later(self._pause_s, self._say_again)
        self._end = self._loop.call_later(TIMEOUT_S, self._give_up)

    def _say_again(self) -> None:
        if self._said is not None:
            self._transaction.respond(self._said)
            self._pause_s *= 2
            self._repeat = self._loop.call_later(self._pause_s, self._say_again)

    def _give_up(self) -> None:
        self.stop()
        self._waiting.clear()
        self._given_up()


class HeardReliably:
    """Which reliable provisional answers of one dialog are to be heard, and acknowledged, now (section 4)."""

    def __init__(self) -> None:
        self._last: int | None = None

    def take(self, response: Response) -> str | None:
        """The RAck of the PRACK for it; None for a copy, and for one that has overtaken another."""
        value = (response.headers.get("RSeq") or "").strip()
        if not value.isdigit() or len(value) > 10:
            return None
        number = int(value)
        if self._last is not None and number != self._last + 1:
            return None
        self._last = number
        return f"{number} {response.cseq.sequence} INVITE"


def is_reliable(response: Response) -> bool:
    return 100 < response.code < 200 and "100rel" in response.require and "RSeq" in response.headers.keys()  # noqa: SIM118
