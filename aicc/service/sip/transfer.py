"""The far side asks for the call to go on with somebody else (REFER): they are called, and take its place."""

from __future__ import annotations

import asyncio
import logging

from aicc.service.sip.line import Line
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.outbound import OutboundLeg
from voicebot.doors.sip.peer import Credentials
from voicebot.doors.sip.referring import Referral
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.doors.sip.watching import By, LegWatcher

log = logging.getLogger(__name__)

TOLD_S = 2.0  # that the old far side has to hear how it went, before it is hung up


class Transfer(LegWatcher):
    """One REFER. The call goes on with the old far side until the new one has picked up; meanwhile the old one may not
    describe its sound anew. Whoever hangs up while it rings ends the call."""

    def __init__(
        self, line: Line, referral: Referral, agent: UserAgent, credentials: Credentials | None = None
    ) -> None:
        """``credentials`` are ours where the new far side is called, if it may ask for them."""
        self._credentials = credentials
        self._line = line
        self._referral = referral
        self._agent = agent
        self._leg: OutboundLeg | None = None
        self._outcome: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        line, referral, old = self._line, self._referral, self._line.leg
        assert old is not None  # it has sent the REFER
        referral.accept()
        line.withdraw = self._withdraw
        try:
            code, sdp = await self._called(old)
        finally:
            line.withdraw = None
        leg = self._leg
        if leg is None or code >= 300 or leg.is_over or old.is_over:
            referral.report(code if code >= 300 else 480)
            self._withdraw()
            return
        line.move_to(leg)
        line.begin(sdp)
        referral.report(200)
        await referral.told(TOLD_S)
        old.bye()

    async def _called(self, old: Leg) -> tuple[int, str]:
        """The final answer of whom we call, and their description."""
        referral = self._referral
        headers = {"Replaces": str(referral.replaces)} if referral.replaces else {}
        if referral.referred_by:
            headers["Referred-By"] = referral.referred_by
        try:
            offer = await self._line.describe("")
            if old.is_over:
                return 487, ""
            self._leg = self._agent.call(
                referral.to,
                sdp=offer,
                from_=old.local,
                watcher=self,
                headers=headers,
                credentials=self._credentials,
            )
        except ValueError as error:
            log.warning("call %s is not transferred to %s: %s", self._line.call_id, referral.to, error)
            return 500, ""
        return await self._outcome

    def early(self, code: int, sdp: str) -> None:
        self._referral.report(code)

    def answered(self, sdp: str) -> None:
        self._settle(200, sdp)

    def ended(self, by: By, reason: str, code: int) -> None:
        self._settle(code if code >= 300 else 480, "")

    def _withdraw(self) -> None:
        if self._leg is not None:
            self._leg.bye()

    def _settle(self, code: int, sdp: str) -> None:
        if not self._outcome.done():
            self._outcome.set_result((code, sdp))
