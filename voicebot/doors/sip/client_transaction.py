"""One request of ours, and the answers to it (RFC 3261 17.1, INVITE as corrected by RFC 6026)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.matching import Key
from voicebot.doors.sip.message import Request, Response, to_bytes
from voicebot.doors.sip.timers import T1_S, T2_S, T4_S, TIMEOUT_S, TIMER_D_S

State = Literal["calling", "proceeding", "accepted", "completed", "ended"]
Lost = Literal["timeout", "transport"]


class ClientTransaction:
    """``heard`` gets each provisional answer, and the final one: of an INVITE each 2xx that comes, as every one of them
    wants an ACK of the user agent's; other final answers once. ``lost`` is called instead, once, where none comes.

    An INVITE that rings has no end of its own: the user agent cancels it when it has waited for long enough.
    """

    __slots__ = (
        "_cancel",
        "_data",
        "_ended",
        "_heard",
        "_is_cancelled",
        "_is_invite",
        "_is_reliable",
        "_loop",
        "_lost",
        "_pause_s",
        "_repeat",
        "_send",
        "_send_cancel",
        "_state",
        "_the_end",
        "hop",
        "key",
        "request",
    )

    def __init__(
        self,
        request: Request,
        hop: Hop,
        key: Key,
        heard: Callable[[Response], None],
        lost: Callable[[Lost], None],
        *,
        loop: asyncio.AbstractEventLoop,
        send: Callable[[bytes, Hop], None],
        ended: Callable[[ClientTransaction], None],
        send_cancel: Callable[[Request, ClientTransaction], None],
    ) -> None:
        """``request`` has its Via; nothing is sent before :meth:`begin`. ``ended`` is told once, at the end of all."""
        self.request = request
        self.hop = hop
        self.key = key
        self._heard = heard
        self._lost = lost
        self._loop = loop
        self._send = send
        self._ended = ended
        self._send_cancel = send_cancel
        self._data = to_bytes(request)
        self._is_invite = request.method == "INVITE"
        self._is_reliable = hop.is_reliable
        self._is_cancelled = False
        self._cancel: Request | None = None  # that waits for a provisional answer
        self._state: State = "calling"
        self._pause_s = T1_S
        self._repeat: asyncio.TimerHandle | None = None
        self._the_end: asyncio.TimerHandle | None = None

    @property
    def is_over(self) -> bool:
        """Whether the final answer has come, or none will."""
        return self._state not in ("calling", "proceeding")

    def begin(self) -> None:
        self._the_end = self._loop.call_later(TIMEOUT_S, self.lose, "timeout")  # timers B, F
        if not self._is_reliable:
            self._repeat = self._loop.call_later(self._pause_s, self._say_again)  # timers A, E
        self._send(self._data, self.hop)

    def cancel(self, reason: str = "") -> None:
        """Takes an INVITE back (9.1), once a provisional answer has come; a final one that is first makes it void.

        The answer, 487 or what else won the race, comes by ``heard``; ``lost("timeout")`` where none comes within 32 s.
        ``reason`` is the value of a Reason header (RFC 3326), so that a phone does not count a call that was taken
        elsewhere as missed.
        """
        if self.is_over or not self._is_invite or self._is_cancelled:
            return
        self._is_cancelled = True
        self._cancel = self._of_same_branch("CANCEL", self.request.headers["To"])
        if reason:
            self._cancel.headers.add("Reason", reason)
        if self._state == "proceeding":
            self._send_waiting_cancel()

    def take(self, response: Response) -> bool:
        """An answer of this branch and method. False where this transaction has no use for it, and others may."""
        code = response.code
        if self._state == "ended":
            return False
        if self._state == "accepted":
            if 200 <= code < 300:
                self._heard(response)
            return True
        if self._state == "completed":
            if self._is_invite and code >= 300:
                self._acknowledge(response)
            return not (self._is_invite and 200 <= code < 300)  # of a fork: somebody has to end that call
        if code < 200:
            self._proceed()
        else:
            self._finish(response)
        self._heard(response)
        return True

    def lose(self, why: Lost) -> None:
        """No final answer will come."""
        if self.is_over:
            return
        lost = self._lost
        self.end()
        lost(why)

    def end(self) -> None:
        if self._state == "ended":
            return
        self._state = "ended"
        self._cancel_timers()
        self._ended(self)

    def _proceed(self) -> None:
        if self._state == "calling":
            self._state = "proceeding"
            if self._is_invite:
                self._cancel_timers()
            else:
                self._pause_s = T2_S
        if self._cancel is not None:
            self._send_waiting_cancel()

    def _finish(self, response: Response) -> None:
        self._cancel_timers()
        if not self._is_invite:
            self._state = "completed"
            self._end_in(0 if self._is_reliable else T4_S)  # timer K
        elif response.code < 300:
            self._state = "accepted"
            self._end_in(TIMEOUT_S)  # timer M
        else:
            self._state = "completed"
            self._acknowledge(response)
            self._end_in(0 if self._is_reliable else TIMER_D_S)

    def _acknowledge(self, response: Response) -> None:
        """17.1.1.3: the ACK of a refusal goes where the INVITE went, hop by hop."""
        self._send(to_bytes(self._of_same_branch("ACK", response.headers["To"])), self.hop)

    def _send_waiting_cancel(self) -> None:
        assert self._cancel is not None
        cancel, self._cancel = self._cancel, None
        # 9.1: then the INVITE counts as cancelled, answered or not
        self._the_end = self._loop.call_later(TIMEOUT_S, self.lose, "timeout")
        self._send_cancel(cancel, self)

    def _of_same_branch(self, method: str, to: str) -> Request:
        invite = self.request.headers
        request = Request(method, self.request.uri)
        headers = request.headers
        headers.add("Via", invite["Via"])
        headers.add("Max-Forwards", "70")
        headers.setlist("Route", invite.getlist("Route"))
        headers.add("From", invite["From"])
        headers.add("To", to)
        headers.add("Call-ID", invite["Call-ID"])
        headers.add("CSeq", f"{self.request.cseq.sequence} {method}")
        return request

    def _say_again(self) -> None:
        self._pause_s = 2 * self._pause_s if self._is_invite else min(2 * self._pause_s, T2_S)
        self._repeat = self._loop.call_later(self._pause_s, self._say_again)
        self._send(self._data, self.hop)

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
