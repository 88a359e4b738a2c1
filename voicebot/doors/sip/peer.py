"""The far side of a dialog: where it is reached, and what is asked of it."""

from __future__ import annotations

import asyncio
import logging

from sipmessage import URI

from voicebot.doors.sip.dialog import Dialog
from voicebot.doors.sip.digest import authorize
from voicebot.doors.sip.message import REASONS, Request, Response
from voicebot.doors.sip.resolving import Unresolved
from voicebot.doors.sip.timers import TIMEOUT_S
from voicebot.doors.sip.transactions import Lost
from voicebot.doors.sip.transport import Hop
from voicebot.doors.sip.wire import CAPABILITIES, Headers, Wire, bracketed, is_private

log = logging.getLogger(__name__)

MOST_CHALLENGES = 3  # of one request: two proxies' and a stale nonce

Credentials = tuple[str, str]  # user and password


class Peer:
    """``source`` is where the dialog's first message came from or went to; ``is_behind_nat`` that requests go there
    while the Contact is an address of a private network. ``user`` is ours in the Contact.
    """

    def __init__(
        self,
        wire: Wire,
        dialog: Dialog,
        source: Hop,
        user: str,
        *,
        is_behind_nat: bool,
        credentials: Credentials | None = None,
    ) -> None:
        self.wire = wire
        self.dialog = dialog
        self.source = source
        self.is_over = False
        self._user = user
        self._is_behind_nat = is_behind_nat
        self._credentials = credentials
        self._allowed = ""  # the Allow header, as last heard
        self._finding = asyncio.Lock()  # requests leave in the order in which they were begun
        self._found: tuple[URI, list[Hop]] | None = None
        self._waiting: set[asyncio.Future[Response | None]] = set()
        self._acknowledged: tuple[int, bytes, Hop] | None = None

    @property
    def contact(self) -> str:
        return self.wire.contact(self.source, self._user, is_secure=self.dialog.target.scheme == "sips")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Of whatever begins or changes a session, request or answer."""
        return [("Contact", self.contact), *CAPABILITIES]

    def allows(self, method: str) -> bool:
        """Whether it said that it knows ``method``."""
        return method in (allowed.strip() for allowed in self._allowed.split(","))

    def note(self, message: Request | Response) -> None:
        """What the far side can do, of any message."""
        self._allowed = ",".join(message.headers.getlist("Allow")) or self._allowed

    async def ask(
        self, method: str, *, headers: Headers = (), body: bytes = b"", content_type: str = "", is_last: bool = False
    ) -> Response:
        """The final answer to a request in the dialog; challenges are answered where we have credentials.

        No answer is 408, nobody to be reached 503 (RFC 3261 8.1.3.1); 481 where the dialog is over but for the request
        that ``is_last``.
        """
        if self.is_over and not is_last:
            return local_response(481)
        refused: Response | None = None
        sent: Request | None = None
        for _ in range(MOST_CHALLENGES):
            request = self.dialog.request(method)
            for name, value in headers:
                request.headers.add(name, value)
            request.headers.set("User-Agent", self.wire.settings.user_agent_name)
            if body:
                request.body = body
                request.headers.set("Content-Type", content_type)
            if refused is not None and sent is not None and self._credentials:
                for name in ("Authorization", "Proxy-Authorization"):
                    request.headers.setlist(name, sent.headers.getlist(name))
                if not authorize(request, refused, *self._credentials):
                    return refused
            response = await self._send(request)
            if response.code not in (401, 407) or not self._credentials:
                return response
            refused, sent = response, request
        return refused or local_response(408)

    async def acknowledge(self, sequence: int) -> None:
        """ACK to a 2xx to our INVITE of that number; said again by :meth:`acknowledge_again`."""
        ack = self.dialog.acknowledgement(sequence)
        hop = (await self._hops())[0]
        self._acknowledged = (sequence, self.wire.acknowledge(ack, hop), hop)

    def acknowledge_again(self, sequence: int) -> None:
        """The 2xx has come once more; before :meth:`acknowledge` is through this does nothing."""
        if self._acknowledged and self._acknowledged[0] == sequence:
            self.wire.send(*self._acknowledged[1:])

    def give_up(self) -> None:
        """The dialog is over: nobody waits for answers any more."""
        self.is_over = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(local_response(481))

    async def _send(self, request: Request) -> Response:
        for hop in await self._hops():
            request.headers.remove("Via")
            response = await self._exchange(request, hop)
            if response is not None:
                return response
        return local_response(503)

    async def _exchange(self, request: Request, hop: Hop) -> Response | None:
        """None where the hop is not to be reached."""
        heard: asyncio.Future[Response | None] = self.wire.loop.create_future()
        sequence = request.cseq.sequence

        def hear(response: Response) -> None:
            if response.code < 200:
                return
            self.note(response)
            if not heard.done():
                heard.set_result(response)
            elif request.method == "INVITE" and response.code < 300:
                self.acknowledge_again(sequence)

        def lose(why: Lost) -> None:
            if not heard.done():
                heard.set_result(local_response(408) if why == "timeout" else None)

        self._waiting.add(heard)
        transaction = self.wire.transactions.request(request, hop, hear, lose)
        # an INVITE that is answered provisionally has no end of its own
        patience = self.wire.loop.call_later(TIMEOUT_S, lose, "timeout")
        try:
            return await heard
        finally:
            patience.cancel()
            transaction.cancel()
            self._waiting.discard(heard)

    async def _hops(self) -> list[Hop]:
        """Where requests go, the best first."""
        async with self._finding:
            uri = self.dialog.next_hop
            if self._found is None or self._found[0] != uri:
                self._found = (uri, await self._find(uri))
            return self._found[1]

    async def _find(self, uri: URI) -> list[Hop]:
        is_direct = not self.dialog.routes
        if is_direct and self._is_behind_nat and is_private(uri.host):
            return [self.source]
        try:
            hops = await self.wire.resolve(uri)
        except Unresolved as error:
            log.info("requests of a call go to where it came from: %s", error)
            return [self.source]
        if is_direct and self.source.is_reliable and bracketed(self.source.host) == uri.host:
            return [self.source, *(hop for hop in hops if hop != self.source)]  # the connection that is there
        return hops


def local_response(code: int) -> Response:
    """One that nobody sent: what a request has come to, in the words of RFC 3261 8.1.3.1."""
    return Response(code, REASONS[code])
