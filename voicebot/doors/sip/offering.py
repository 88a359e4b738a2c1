"""What this side wants changed in a session that stands: re-INVITE, and refreshes (RFC 3261 14.1, RFC 4028 7.4)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.sip.bodies import SDP, sdp_of
from voicebot.doors.sip.message import Response
from voicebot.doors.sip.peer import local_response
from voicebot.doors.sip.session import Party, Session
from voicebot.doors.sip.session_timer import Terms, accepted_terms, offered_headers, seconds

MOST_ATTEMPTS = 6  # of one change: glare, a busy peer, a session that is too short for it
LONGEST_RETRY_AFTER_S = 10

Describe = Callable[[], Awaitable[str]]


class Refused(Exception):
    """The far side has said no, or nothing (408). ``code`` is that of its answer."""

    def __init__(self, code: int, phrase: str) -> None:
        super().__init__(f"the far side answered {code} {phrase}")
        self.code = code
        self.phrase = phrase


class Offering:
    """One change at a time, the others wait. ``is_placed`` says that the call is ours, and so the Call-ID: it decides
    who of two that ask at once waits longer."""

    def __init__(self, session: Session, party: Party, *, is_placed: bool) -> None:
        self._session = session
        self._party = party
        self._is_placed = is_placed
        self._one_at_a_time = asyncio.Lock()

    async def offer(self, sdp: str) -> str:
        """Their answer to ``sdp``. Raises Refused."""
        answered: asyncio.Future[str] = self._session.peer.wire.loop.create_future()
        # a task of the wire's: who asks may lose patience, and a 200 still gets its ACK
        self._session.peer.wire.start(self._offer(sdp, answered))
        return await answered

    async def refresh(self) -> None:
        """By UPDATE where the far side knows it: that bothers nobody."""
        if self._session.peer.allows("UPDATE"):
            response = await self._ask("UPDATE", None)
        else:
            response = await self._ask("INVITE", lambda: self._party.reoffered(""))
            if response.code < 300 and (sdp := sdp_of(response)):
                self._party.reanswered(sdp)
        if response.code >= 300:
            self._session.timer.try_again()

    async def _offer(self, sdp: str, answered: asyncio.Future[str]) -> None:
        async def describe() -> str:
            return sdp

        response = await self._ask("INVITE", describe)
        if answered.done():
            return
        if response.code >= 300:
            answered.set_exception(Refused(response.code, response.phrase))
        elif answer := sdp_of(response):
            answered.set_result(answer)
        else:
            answered.set_exception(Refused(488, "OK, but no answer to the offer"))

    async def _ask(self, method: str, describe: Describe | None) -> Response:
        response: Response = local_response(481)
        async with self._one_at_a_time:
            for _ in range(MOST_ATTEMPTS):
                await self._session.quiet.wait()
                response = await self._ask_once(method, describe)
                pause_s = self._pause_s(response)
                if pause_s is None:
                    break
                await asyncio.sleep(pause_s)
        if response.code in (408, 481):  # RFC 3261 12.2.1.2
            self._party.session_lost("gone", response.code)
        return response

    async def _ask_once(self, method: str, describe: Describe | None) -> Response:
        session, peer = self._session, self._session.peer
        minimum_s, terms = peer.wire.settings.min_session_s, session.timer.terms
        sdp = ""
        try:
            if describe is not None:
                session.open_offer = "ours"
                sdp = await describe()
            response = await peer.ask(
                method,
                headers=[*peer.headers, *offered_headers(0, minimum_s, terms)],
                body=sdp.encode(),
                content_type=SDP,
            )
        except NotAcceptable:
            return local_response(488)
        finally:
            if describe is not None:
                session.open_offer = ""
        if response.code < 300:
            if method == "INVITE":
                await peer.acknowledge(response.cseq.sequence)
            peer.dialog.refresh(response)
            session.timer.start(accepted_terms(response) or terms)
            if sdp and (answer := sdp_of(response)):
                session.local_sdp, session.remote_sdp = sdp, answer
        elif response.code == 422 and terms is not None:
            asked_s = seconds(response.headers.get("Min-SE")) or 0
            session.timer.terms = Terms(max(asked_s, terms.interval_s), terms.refresher)
        return response

    def _pause_s(self, response: Response) -> float | None:
        """How long to wait before the same is asked again; None where that is of no use."""
        if self._session.peer.is_over:
            return None
        if response.code == 491:
            return random.randint(210, 400) / 100 if self._is_placed else random.randint(0, 200) / 100
        if response.code == 422 and self._session.timer.terms is not None:
            return 0.0
        pause_s = seconds(response.headers.get("Retry-After"))
        if response.code in (500, 503) and pause_s is not None and pause_s <= LONGEST_RETRY_AFTER_S:
            return pause_s
        return None
