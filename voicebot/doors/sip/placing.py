"""The attempts of one call that goes out: passwords, longer sessions, other addresses (RFC 3261 8.1.3, RFC 3263)."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sipmessage import URI, Address, CSeq

from voicebot.doors.sip.bodies import SDP
from voicebot.doors.sip.dialog import MAX_FORWARDS
from voicebot.doors.sip.digest import authorize
from voicebot.doors.sip.message import Request, Response, new_call_id, new_tag
from voicebot.doors.sip.peer import MOST_CHALLENGES, Credentials, local_response
from voicebot.doors.sip.resolving import Unresolved
from voicebot.doors.sip.session_timer import offered_headers, seconds
from voicebot.doors.sip.transactions import ClientTransaction, Lost
from voicebot.doors.sip.transport import Hop
from voicebot.doors.sip.wire import CAPABILITIES, Wire

log = logging.getLogger(__name__)

MOST_HOPS = 4  # of one address that are tried, one after the other
LONGEST_SESSION_S = 86_400
PROOFS = ("Authorization", "Proxy-Authorization")


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to call, and how. ``route`` is an outbound proxy; it is named in a Route header where it has an ``lr``."""

    target: URI
    sdp: str
    sender: Address
    headers: Mapping[str, str]
    credentials: Credentials | None = field(repr=False)
    route: URI | None

    @property
    def user(self) -> str:
        """Ours, in From and Contact."""
        return self.sender.uri.user or ""


class Placing:
    """Sends an INVITE until somebody answers it for good; all attempts have one Call-ID and one From tag.

    ``heard`` gets what is answered below 300, with the request and where it went. A 2xx is told each time it comes.
    """

    def __init__(self, wire: Wire, invitation: Invitation, heard: Callable[[Response], None]) -> None:
        self.call_id = new_call_id()
        self.tag = new_tag()
        self.hop: Hop | None = None
        self._wire = wire
        self._invitation = invitation
        self._heard = heard
        self._sequence = 0
        self._session_s = wire.settings.session_s
        self._is_cancelled = False
        self._transaction: ClientTransaction | None = None
        self.request = self._written(invitation.target)

    def cancel(self, reason: str) -> None:
        """No further attempt, and the one under way is taken back."""
        self._is_cancelled = True
        if self._transaction is not None:
            self._transaction.cancel(reason)

    async def place(self) -> Response:
        """The final answer to the last attempt; one without headers is ours (503, 408): nobody was to be reached."""
        first = self._invitation.target
        targets, seen = deque([first]), {str(first)}
        final = local_response(503)
        while targets and not self._is_cancelled:
            final = await self._try(targets.popleft())
            if final.code < 300 or final.code >= 600:
                break
            for uri in redirections(final):
                if str(uri) not in seen and len(seen) <= self._wire.settings.most_redirections:
                    seen.add(str(uri))
                    targets.append(uri)
        return final

    async def _try(self, uri: URI) -> Response:
        """One address, with what it asks for."""
        request, final = self._written(uri), local_response(503)
        for _ in range(MOST_CHALLENGES):
            final = await self._try_hops(request)
            if self._is_cancelled:
                break
            longer_s = seconds(final.headers.get("Min-SE")) or 0
            if final.code == 422 and self._session_s < longer_s <= LONGEST_SESSION_S:
                self._session_s = longer_s
            elif final.code not in (401, 407):
                break
            again = self._written(uri)
            for name in PROOFS:
                again.headers.setlist(name, request.headers.getlist(name))
            if final.code != 422:
                credentials = self._invitation.credentials
                if credentials is None or not authorize(again, final, *credentials):
                    break
            request = again
        return final

    async def _try_hops(self, request: Request) -> Response:
        try:
            hops = await self._wire.resolve(self._invitation.route or request.uri)
        except Unresolved as error:
            log.warning("no call to %s: %s", request.uri, error)
            return local_response(503)
        final: Response | None = None
        for hop in hops[:MOST_HOPS]:
            if self._is_cancelled:
                break
            final = await self._exchange(request, hop)
            if final is not None and final.code != 503:
                break
        return final or local_response(503)

    async def _exchange(self, request: Request, hop: Hop) -> Response | None:
        """None where the hop is not to be reached."""
        final: asyncio.Future[Response | None] = self._wire.loop.create_future()

        def hear(response: Response) -> None:
            if response.code < 300:
                self._heard(response)
            if response.code >= 200 and not final.done():
                final.set_result(response)

        def lose(why: Lost) -> None:
            if not final.done():
                final.set_result(local_response(408) if why == "timeout" else None)

        is_secure = request.uri.scheme == "sips"
        request.headers.remove("Via")
        request.headers.set("Contact", self._wire.contact(hop, self._invitation.user, is_secure=is_secure))
        self.request, self.hop = request, hop
        self._transaction = self._wire.transactions.request(request, hop, hear, lose)
        return await final

    def _written(self, uri: URI) -> Request:
        invitation, settings = self._invitation, self._wire.settings
        self._sequence += 1
        request = Request("INVITE", uri, invitation.sdp.encode())
        request.headers.set("Max-Forwards", str(MAX_FORWARDS))
        if invitation.route is not None and "lr" in invitation.route.parameters:
            request.headers.set("Route", f"<{invitation.route}>")
        request.headers.set("From", f"{invitation.sender};tag={self.tag}")
        request.headers.set("To", f"<{invitation.target}>")
        request.headers.set("Call-ID", self.call_id)
        request.cseq = CSeq(self._sequence, "INVITE")
        request.headers.set("User-Agent", settings.user_agent_name)
        timer = offered_headers(self._session_s, settings.min_session_s, None)
        for name, value in (*CAPABILITIES, *timer, *invitation.headers.items()):
            request.headers.set(name, value)
        request.headers.set("Content-Type", SDP)
        return request


def redirections(response: Response) -> list[URI]:
    """Where a 3xx sends, the most wanted first (RFC 3261 20.10); addresses that are no telephone's are left out."""

    def preference(address: Address) -> float:
        try:
            return float(address.parameters.get("q") or 1)
        except ValueError:
            return 0.0

    found = response.contact if 300 <= response.code < 400 else []
    wanted = sorted(found, key=preference, reverse=True)
    return [address.uri for address in wanted if address.uri.scheme in ("sip", "sips")]
