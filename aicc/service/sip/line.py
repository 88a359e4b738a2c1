"""One call and the SIP leg that it is heard through at the moment."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.referring import Referral
from voicebot.doors.sip.watching import By, LegWatcher
from voicebot.link import Accepted, Begin, CallCommand, Done, HangUp, Press, Reanswer, Refused, Reoffer, Reply

log = logging.getLogger(__name__)

Ask = Callable[[CallCommand], Awaitable[Reply]]
Start = Callable[[Coroutine[Any, Any, None]], object]

NOT_ACCEPTABLE = "SIP;cause=488"  # RFC 3326
CALL_GONE = "SIP;cause=500"
REFUSALS = {404: "no_such_number", 408: "no_answer", 410: "no_such_number", 480: "no_answer", 484: "no_such_number"}
REFUSALS |= {486: "busy", 600: "busy", 604: "no_such_number"}


class Exchange(Protocol):
    """What a line needs of whoever has all of them."""

    def referred(self, line: Line, referral: Referral) -> None:
        """The far side wants the call to go on with somebody else."""

    def ended(self, line: Line) -> None:
        """Nobody is at the line any more."""


class Line:
    """Carries what the leg's far side says to the call, and what the call says to the leg.

    The leg may be exchanged for another while the call goes on: by REFER, or by an INVITE with Replaces.
    """

    def __init__(self, call_id: str, ask: Ask, start: Start, exchange: Exchange) -> None:
        """Its leg is that of the first :meth:`move_to`."""
        self.call_id = call_id
        self.leg: Leg | None = None
        self.watcher = Watcher(self)
        self.skill = ""
        """What somebody who takes over has to know, once the bot hands over."""
        self.withdraw: Callable[[], None] | None = None
        """Takes back the transfer that is under way."""
        self._ask = ask
        self._start = start
        self._exchange = exchange
        self._has_begun = False

    def move_to(self, leg: Leg) -> None:
        """The call goes on over this leg; another one that it had is hung up by whoever knows how."""
        if self.leg is not None:
            self.watcher = Watcher(self)
        self.leg = leg
        leg.watcher = self.watcher

    def begin(self, sdp: str) -> None:
        """The far side is there; ``sdp`` is its answer to our offer, where that was ours to make."""
        if not self._has_begun:
            self._has_begun = True
            self._start(self._tell(Begin(self.call_id, sdp)))
        elif sdp:
            self._start(self._tell(Reanswer(self.call_id, sdp)))

    def press(self, keys: str) -> None:
        self._start(self._tell(Press(self.call_id, keys)))

    def reanswer(self, sdp: str) -> None:
        self._start(self._tell(Reanswer(self.call_id, sdp)))

    async def describe(self, sdp: str) -> str:
        """Our description: the answer to ``sdp``, or an offer where that is empty. Raises NotAcceptable."""
        reply = await self._ask(Reoffer(self.call_id, sdp))
        if isinstance(reply, Accepted):
            return reply.sdp
        raise NotAcceptable(reply.reason if isinstance(reply, Refused) else "the call is over")

    def refer(self, referral: Referral) -> None:
        self._exchange.referred(self, referral)

    def hung_up(self, by: By, reason: str) -> None:
        if self.withdraw is not None:
            self.withdraw()
        self._exchange.ended(self)
        self._start(self._hang_up(by, reason))

    async def _hang_up(self, by: By, reason: str) -> None:
        await self._ask(HangUp(self.call_id, by, reason))

    async def _tell(self, command: Begin | Press | Reanswer) -> None:
        reply = await self._ask(command)
        if isinstance(command, Press) or (isinstance(reply, Done) and reply.found):
            return
        why = reply.reason if isinstance(reply, Refused) else "it is over"
        log.warning("call %s cannot go on: %s", self.call_id, why)
        is_description = isinstance(reply, Refused) and reply.is_description
        if self.leg is not None:
            self.leg.bye(NOT_ACCEPTABLE if is_description else CALL_GONE)


class Watcher(LegWatcher):
    """What one leg says; nobody listens once its line has moved to another."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def acknowledged(self, sdp: str) -> None:
        if self._is_current:
            self._line.begin(sdp)

    def answered(self, sdp: str) -> None:
        if self._is_current:
            self._line.begin(sdp)

    async def reoffered(self, sdp: str) -> str:
        if not self._is_current or self._line.withdraw is not None:
            raise NotAcceptable("the call goes on elsewhere")
        return await self._line.describe(sdp)

    def reanswered(self, sdp: str) -> None:
        if self._is_current:
            self._line.reanswer(sdp)

    def keys(self, keys: str) -> None:
        if self._is_current:
            self._line.press(keys)

    def referred(self, referral: Referral) -> None:
        if self._is_current:
            self._line.refer(referral)

    def ended(self, by: By, reason: str, code: int) -> None:
        if self._is_current:
            self._line.hung_up(by, REFUSALS.get(code, reason) if reason == "refused" else reason)

    @property
    def _is_current(self) -> bool:
        return self._line.watcher is self
