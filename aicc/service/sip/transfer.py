"""The far side asks for the call to go on with somebody else (REFER): they are called, and take its place."""

from __future__ import annotations

import asyncio

from aicc.service.sip.line import Line
from voicebot.doors.sip.referring import Referral
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.doors.sip.watching import By, LegWatcher


class Transfer(LegWatcher):
    """One REFER. The call goes on with the old far side until the new one has picked up."""

    def __init__(self, line: Line, referral: Referral, agent: UserAgent) -> None:
        self._line = line
        self._referral = referral
        self._agent = agent
        self._outcome: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        line, referral, old = self._line, self._referral, self._line.leg
        assert old is not None  # it has sent the REFER
        referral.accept()
        headers = {"Replaces": str(referral.replaces)} if referral.replaces else {}
        if referral.referred_by:
            headers["Referred-By"] = referral.referred_by
        try:
            offer = await line.describe("")
            leg = self._agent.call(referral.to, sdp=offer, from_=old.local, watcher=self, headers=headers)
        except ValueError:
            referral.report(500)
            return
        code, sdp = await self._outcome
        if code >= 300:
            referral.report(code)
            return
        if old.is_over:  # hung up while it rang
            leg.bye()
            return
        line.move_to(leg)
        line.reanswer(sdp)
        referral.report(200)
        old.bye()

    def early(self, code: int, sdp: str) -> None:
        self._referral.report(code)

    def answered(self, sdp: str) -> None:
        self._settle(200, sdp)

    def ended(self, by: By, reason: str, code: int) -> None:
        self._settle(code if code >= 300 else 480, "")

    def _settle(self, code: int, sdp: str) -> None:
        if not self._outcome.done():
            self._outcome.set_result((code, sdp))
