"""One request that came in, and its answer (RFC 3261 17.2, INVITE as corrected by RFC 6026)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from voicebot.doors.sip.grammar import read_address
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.matching import Key, tag_of
from voicebot.doors.sip.message import Request, Response, response_to, to_bytes
from voicebot.doors.sip.timers import T1_S, T2_S, T4_S, TIMEOUT_S

State = Literal["proceeding", "accepted", "completed", "confirmed", "ended"]


class ServerTransaction:
    """Answer it with :meth:`respond`, or :meth:`drop` it. Copies of the request get the last answer again.

    ``request`` and ``source`` (where it came from) are for the user agent; ``on_cancel`` is for it to set: it is called
    once when the caller takes the INVITE back, and has then to answer 487 itself. Where it is None the transaction
    answers 487. An INVITE waits for its answer as long as the user agent likes, any other request 32 s (RFC 4320).
    """

    __slots__ = ("_record", "on_cancel", "request", "source")

    def __init__(self, request: Request, source: Hop, record: ServerRecord) -> None:
        self.request = request
        self.source = source
        self.on_cancel: Callable[[], None] | None = None
        self._record = record
        record.asked = self

    @property
    def is_over(self) -> bool:
        """Whether it has its final answer, or was dropped; only a 2xx to INVITE may still be said again."""
        return self._record.is_over

    @property
    def is_answered(self) -> bool:
        """Whether anything was said, if only 1xx, or it was dropped."""
        return self._record.is_answered

    def respond(self, response: Response) -> None:
        """Sends an answer: 1xx any number of times, then one final one.

        A 2xx to INVITE is for the user agent to send again until it hears the ACK (13.3.1.4), by calling this again.
        Any other answer that comes after the final one does nothing.
        """
        self._record.respond(response)

    def drop(self) -> None:
        """Forgets a request that is to get no answer at all; a copy of it is a new request."""
        if not self.is_over:
            self._record.end()


class ServerRecord:
    """What the table remembers: after the final answer no more than that, without the request."""

    __slots__ = (
        "_code",
        "_ended",
        "_hop",
        "_is_invite",
        "_last",
        "_loop",
        "_pause_s",
        "_repeat",
        "_send",
        "_state",
        "_the_end",
        "_to",
        "asked",
        "host",
        "key",
        "merged_key",
    )

    def __init__(
        self,
        key: Key,
        host: str,
        hop: Hop,
        *,
        is_invite: bool,
        loop: asyncio.AbstractEventLoop,
        send: Callable[[bytes, Hop], None],
        ended: Callable[[ServerRecord], None],
    ) -> None:
        """``host`` is where the request came from, ``hop`` where answers go; ``ended`` is told once, when there is
        nothing more to remember."""
        self.key = key
        self.host = host
        self.merged_key: Key | None = None
        self.asked: ServerTransaction | None = None  # until the final answer
        self._hop = hop
        self._is_invite = is_invite
        self._loop = loop
        self._send = send
        self._ended = ended
        self._state: State = "proceeding"
        self._code = 0
        self._last = b""
        self._to = ""  # of the last answer
        self._pause_s = T1_S
        self._repeat: asyncio.TimerHandle | None = None
        self._the_end: asyncio.TimerHandle | None = None
        if not is_invite:
            self._end_in(TIMEOUT_S)

    @property
    def is_over(self) -> bool:
        return self._state != "proceeding"

    @property
    def is_answered(self) -> bool:
        return self._code > 0 or self.is_over

    @property
    def is_refused(self) -> bool:
        """Whether its final answer was 300 or above."""
        return self._code >= 300

    @property
    def to_tag(self) -> str:
        """The tag of this side in the last answer; "" as long as there is none."""
        return tag_of(read_address(self._to)) if self._to else ""

    def respond(self, response: Response) -> None:
        if self._state == "accepted":
            if 200 <= response.code < 300:
                self._send(to_bytes(response), self._hop)
            return
        if self._state != "proceeding":
            return
        self._code = response.code
        self._last = answer = to_bytes(response)
        self._to = response.headers["To"]
        if response.code >= 200:
            self._finish(response.code)
        self._send(answer, self._hop)

    def again(self) -> None:
        """A copy of the request has come."""
        if self._last and self._state in ("proceeding", "completed"):
            self._send(self._last, self._hop)

    def acknowledge(self) -> bool:
        """An ACK of the same branch has come. False where it is the user agent's: it belongs to a 2xx."""
        if self._state == "completed":
            self._state = "confirmed"
            self._cancel_timers()
            self._end_in(0 if self._hop.is_reliable else T4_S)  # timer I
        return self._state != "accepted"

    def take_back(self) -> None:
        """A CANCEL has come; without effect where the final answer is out (9.2)."""
        asked = self.asked
        if asked is None:
            return
        cancelled, asked.on_cancel = asked.on_cancel, _nothing
        if cancelled is not None:
            cancelled()
        else:
            self.respond(response_to(asked.request, 487, to_tag=self.to_tag))

    def end(self) -> None:
        if self._state == "ended":
            return
        self._state = "ended"
        self._cancel_timers()
        self.asked = None
        self._ended(self)

    def _finish(self, code: int) -> None:
        self.asked = None
        self._cancel_timers()
        if not self._is_invite:
            self._state = "completed"
            self._end_in(0 if self._hop.is_reliable else TIMEOUT_S)  # timer J
        elif code < 300:
            self._state = "accepted"
            self._last = b""
            self._end_in(TIMEOUT_S)  # timer L
        else:
            self._state = "completed"
            self._end_in(TIMEOUT_S)  # timer H
            if not self._hop.is_reliable:
                self._repeat = self._loop.call_later(self._pause_s, self._say_again)  # timer G

    def _say_again(self) -> None:
        self._pause_s = min(2 * self._pause_s, T2_S)
        self._repeat = self._loop.call_later(self._pause_s, self._say_again)
        self._send(self._last, self._hop)

    def _end_in(self, seconds: float) -> None:
        if seconds:
            self._the_end = self._loop.call_later(seconds, self.end)
        else:
            self.end()

    def _cancel_timers(self) -> None:
        for timer in (self._repeat, self._the_end):
            if timer is not None:
                timer.cancel()
        self._repeat = self._the_end = None


def _nothing() -> None:
    """A further CANCEL of the same INVITE."""
