"""The table of transactions (RFC 3261 17, RFC 6026): what belongs together, what is a copy, what is answered here."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from voicebot.doors.sip.client_transaction import ClientTransaction, Lost
from voicebot.doors.sip.hop import Hop, response_hop
from voicebot.doors.sip.matching import Key, client_key, is_named, merged_key, of_method, server_key, tag_of
from voicebot.doors.sip.message import Request, Response, new_branch, response_to, to_bytes
from voicebot.doors.sip.server_transaction import ServerRecord, ServerTransaction

__all__ = ["ClientTransaction", "Lost", "ServerTransaction", "Transactions"]

log = logging.getLogger(__name__)

MOST = 20_000  # requests of others remembered: 32 s of 300 calls a second
MOST_PER_SOURCE = 10_000  # of one address; a trunk or a proxy in front is one address
RETRY_AFTER_S = 10
LOG_PAUSE_S = 10.0


class Transactions:
    """Made on a running loop. ``send`` never raises and never blocks; ``local`` gives this side's host and port as a
    peer sees it, for the Via.

    ``asked`` gets each new request but CANCEL, ACK and copies, and may answer at once; an INVITE that it has not
    answered when it returns is answered 100 then and there (a proxy in front stops sending copies, and no timer is
    spent on it). What ``asked`` raises is logged and answered 500. ``acked`` gets the ACKs of 2xx, and ACKs of nothing.
    ``stray`` gets answers that no transaction waits for, such as another 2xx of a call long ended.

    Remembered are at most ``most`` requests of others, ``most_per_source`` of one address (half the table, so that one
    peer's flood leaves room for the others). New ones beyond are answered 503 with Retry-After and forgotten; the last
    tenth is kept for requests within dialogs and CANCELs, so that calls can end when no more can begin.
    """

    def __init__(
        self,
        send: Callable[[bytes, Hop], None],
        asked: Callable[[ServerTransaction], None],
        acked: Callable[[Request, Hop], None],
        stray: Callable[[Response], None],
        *,
        local: Callable[[Hop], tuple[str, int]],
        most: int = MOST,
        most_per_source: int = MOST_PER_SOURCE,
    ) -> None:
        self._send = send
        self._asked = asked
        self._acked = acked
        self._stray = stray
        self._local = local
        self._most = most
        self._most_per_source = most_per_source
        self._loop = asyncio.get_running_loop()
        self._servers: dict[Key, ServerRecord] = {}
        self._clients: dict[Key, ClientTransaction] = {}
        self._merged: dict[Key, ServerRecord] = {}
        self._per_source: Counter[str] = Counter()
        self._refused = 0  # not yet logged
        self._logged_s = -LOG_PAUSE_S

    @property
    def count(self) -> int:
        """Transactions of both sides that are not forgotten yet."""
        return len(self._servers) + len(self._clients)

    def received(self, message: Request | Response, source: Hop) -> None:
        """Takes what has come. Never raises."""
        try:
            if isinstance(message, Response):
                self._take_response(message)
            elif message.method == "ACK":
                self._take_ack(message, source)
            else:
                self._take_request(message, source)
        except Exception:
            log.exception("a message from %s:%d was lost to a fault of ours", source.host, source.port)

    def failed(self, hop: Hop) -> None:
        """Nothing gets to ``hop``: our requests to it that wait for an answer are lost, on the loop's next turn.

        Those of others stay until their timers end them: their answers may go another way (18.2.2).
        """
        for client in self._clients.values():
            if client.hop == hop:
                self._loop.call_soon(client.lose, "transport")

    def request(
        self,
        request: Request,
        hop: Hop,
        heard: Callable[[Response], None],
        lost: Callable[[Lost], None],
    ) -> ClientTransaction:
        """Sends a request of ours; its Via is put on top here. An ACK of a 2xx is none: it is sent without this."""
        host, port = self._local(hop)
        host = f"[{host}]" if ":" in host else host
        branch = new_branch()
        via = f"SIP/2.0/{hop.protocol.upper()} {host}:{port};rport;branch={branch}"
        request.headers.setlist("Via", [via, *request.headers.getlist("Via")])
        return self._begin(request, hop, (branch, request.method), heard, lost)

    def close(self) -> None:
        """Forgets everything, without a word to anybody."""
        for server in list(self._servers.values()):
            server.end()
        for client in list(self._clients.values()):
            client.end()

    def _begin(
        self, request: Request, hop: Hop, key: Key, heard: Callable[[Response], None], lost: Callable[[Lost], None]
    ) -> ClientTransaction:
        client = ClientTransaction(
            request,
            hop,
            key,
            heard,
            lost,
            loop=self._loop,
            send=self._send,
            ended=self._forget_client,
            send_cancel=self._send_cancel,
        )
        self._clients[key] = client
        client.begin()
        return client

    def _send_cancel(self, cancel: Request, invite: ClientTransaction) -> None:
        self._begin(cancel, invite.hop, of_method(invite.key, "CANCEL"), _nothing, _nothing)

    def _take_response(self, response: Response) -> None:
        key = client_key(response)
        if key is None:
            return
        client = self._clients.get(key)
        if client is None or not client.take(response):
            self._stray(response)

    def _take_ack(self, ack: Request, source: Hop) -> None:
        key = server_key(ack)
        invite = self._servers.get(of_method(key, "INVITE"))
        if invite is not None and not is_named(key) and tag_of(ack.to_address) != invite.to_tag:
            invite = None
        if invite is None or not invite.acknowledge():
            self._acked(ack, source)

    def _take_request(self, request: Request, source: Hop) -> None:
        key = server_key(request)
        known = self._servers.get(key)
        if known is not None:
            known.again()
            return
        is_within_dialog = request.method == "CANCEL" or bool(tag_of(request.to_address))
        if not self._has_room(source, is_within_dialog):
            self._refuse(request, source, key)
            return
        record = self._add(request, source, key)
        server = ServerTransaction(request, source, record)
        if request.method == "CANCEL":
            self._cancel(server, self._servers.get(of_method(key, "INVITE")))
        elif not is_within_dialog and self._is_merged(request, record):
            server.respond(response_to(request, 482))
        else:
            self._ask(server)

    def _ask(self, server: ServerTransaction) -> None:
        request = server.request
        try:
            self._asked(server)
        except Exception:
            log.exception("a %s was lost to a fault of ours: answered 500", request.method)
            server.respond(response_to(request, 500))
        if request.method == "INVITE" and not server.is_answered:
            server.respond(response_to(request, 100))

    def _cancel(self, cancel: ServerTransaction, invite: ServerRecord | None) -> None:
        if invite is None:
            cancel.respond(response_to(cancel.request, 481))
        else:
            cancel.respond(response_to(cancel.request, 200, to_tag=invite.to_tag))
            invite.take_back()

    def _is_merged(self, request: Request, record: ServerRecord) -> bool:
        """8.2.2.2: the same request came another way and was not refused. Who was refused may try again."""
        key = merged_key(request)
        twin = self._merged.get(key)
        if twin is not None and not twin.is_refused:
            return True
        self._merged[key] = record
        record.merged_key = key
        return False

    def _add(self, request: Request, source: Hop, key: Key) -> ServerRecord:
        record = ServerRecord(
            key,
            source.host,
            response_hop(request, source),
            is_invite=request.method == "INVITE",
            loop=self._loop,
            send=self._send,
            ended=self._forget_server,
        )
        self._servers[key] = record
        self._per_source[source.host] += 1
        return record

    def _forget_server(self, record: ServerRecord) -> None:
        del self._servers[record.key]
        if record.merged_key is not None and self._merged.get(record.merged_key) is record:
            del self._merged[record.merged_key]
        self._per_source[record.host] -= 1
        if not self._per_source[record.host]:
            del self._per_source[record.host]

    def _forget_client(self, client: ClientTransaction) -> None:
        del self._clients[client.key]

    def _has_room(self, source: Hop, is_within_dialog: bool) -> bool:
        share = 1.0 if is_within_dialog else 0.9
        return len(self._servers) < share * self._most and self._per_source[source.host] < share * self._most_per_source

    def _refuse(self, request: Request, source: Hop, key: Key) -> None:
        """8.2.7: without a memory; copies get the same tag."""
        response = response_to(
            request, 503, to_tag=f"{hash(key) & 0xFFFFFFFF:08x}", headers=(("Retry-After", str(RETRY_AFTER_S)),)
        )
        self._send(to_bytes(response), response_hop(request, source))
        self._refused += 1
        if self._loop.time() - self._logged_s >= LOG_PAUSE_S:
            log.warning(
                "%d requests answered 503, the last from %s: %d transactions are open, %d of that address",
                self._refused,
                source.host,
                len(self._servers),
                self._per_source[source.host],
            )
            self._refused = 0
            self._logged_s = self._loop.time()


def _nothing(_: object) -> None:
    """The fate of a CANCEL is of no interest: the INVITE's answer tells."""
