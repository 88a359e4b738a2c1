"""A leg at somebody's telephone: it rings there with the process's offer, and is heard once it was picked up."""

from __future__ import annotations

import logging
from typing import Protocol

from aicc.service.desk.leg import Ask, DeskLeg, NoLeg
from aicc.service.sip.line import CALL_GONE, NOT_ACCEPTABLE, REFUSALS, Start
from aicc.service.sip.telephone import CALL_HEADER, NobodyToCall, Telephone
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.watching import By, LegWatcher
from voicebot.link import Begin, Done, Reanswer, Refused

log = logging.getLogger(__name__)


class Owner(Protocol):
    """Who has all legs."""

    def answered(self, leg: TelephoneLeg) -> None:
        """It was picked up, and the process has its sound."""

    def ended(self, leg: TelephoneLeg, reason: str) -> None:
        """Nobody is there, or nobody any more; the process has not been told yet."""


class TelephoneLeg(DeskLeg, LegWatcher):
    """Sound before somebody picks up is not heard; keys are not the caller's; a REFER is refused (603)."""

    def __init__(self, call_id: str, name: str, ask: Ask, start: Start, owner: Owner) -> None:
        super().__init__(call_id, name, ask)
        self._start = start
        self._owner = owner
        self._dialog: Leg | None = None

    async def ring(self, telephone: Telephone, to: str, shown: str) -> None:
        """Returns once it rings, or is on its way there. :class:`NoLeg`."""
        try:
            callee = await telephone.dialler.anybody(to, shown)
        except NobodyToCall as error:
            raise NoLeg(str(error)) from None
        offer = await self._add("sip", host=callee.host)
        self._dialog = telephone.dialler.call(callee, offer, self, {CALL_HEADER: self.call_id})
        self.stage = "ringing"

    def hang_up(self, reason: str = "") -> None:
        """At whatever stage it is; an answer that is on its way gets its ACK and a BYE (RFC 3261 15)."""
        if self._dialog is not None:
            self._dialog.bye(reason)

    # ---- what the telephone says

    def answered(self, sdp: str) -> None:
        self._start(self._begin(sdp))

    async def reoffered(self, sdp: str) -> str:
        try:
            return await self.describe(sdp)
        except NoLeg as error:
            raise NotAcceptable(str(error)) from None

    def reanswered(self, sdp: str) -> None:
        self._start(self._reanswer(sdp))

    def ended(self, by: By, reason: str, code: int) -> None:
        if reason == "refused":
            # what the network in between refuses is nobody's word
            reason = REFUSALS.get(code, "refused" if by == "caller" else "unreachable")
        if reason == "unreachable" and self._dialog is not None:
            log.warning("call %s: %s is not to be reached (%d)", self.call_id, self._dialog.remote.uri, code)
        self._owner.ended(self, reason)

    async def _begin(self, sdp: str) -> None:
        if await self._tell(Begin(self.call_id, sdp, self.name)):
            self._owner.answered(self)

    async def _reanswer(self, sdp: str) -> None:
        await self._tell(Reanswer(self.call_id, sdp, self.name))

    async def _tell(self, command: Begin | Reanswer) -> bool:
        """Whether the leg goes on; hung up if not."""
        reply = await self._ask(self.call_id, command)
        if self.stage == "over":
            return False
        if isinstance(reply, Done) and reply.found:
            return True
        why = reply.reason if isinstance(reply, Refused) else "it is over"
        log.warning("call %s cannot go on with the telephone of %s: %s", self.call_id, self.name, why)
        is_description = isinstance(reply, Refused) and reply.is_description
        self._owner.ended(self, "no_description" if is_description else "gone")
        self.hang_up(NOT_ACCEPTABLE if is_description else CALL_GONE)
        return False
