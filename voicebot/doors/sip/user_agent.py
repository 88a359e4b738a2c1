"""The SIP endpoint: lets requests in, finds or makes the leg that they belong to, and places calls (RFC 3261 8)."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from sipmessage import URI, Address

from voicebot.doors.sip import grammar
from voicebot.doors.sip.bodies import BODIES
from voicebot.doors.sip.callers import read_caller
from voicebot.doors.sip.dialog import Dialog, tag_of
from voicebot.doors.sip.gate import Gate
from voicebot.doors.sip.hop import Protocol as Transport
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.message import Message, MessageInvalid, Request, Response, new_tag, response_to, to_bytes
from voicebot.doors.sip.objections import objection
from voicebot.doors.sip.outbound import OutboundLeg
from voicebot.doors.sip.peer import Credentials, Peer
from voicebot.doors.sip.placing import Invitation
from voicebot.doors.sip.referring import Replaces
from voicebot.doors.sip.resolving import resolve
from voicebot.doors.sip.session_timer import TooSmall, answered_terms
from voicebot.doors.sip.transactions import ServerTransaction, Transactions
from voicebot.doors.sip.transport import Hop, Transports, response_hop
from voicebot.doors.sip.watching import LegWatcher
from voicebot.doors.sip.wire import CAPABILITIES, UserAgentSettings, Wire, is_private

log = logging.getLogger(__name__)

RETRY_AFTER_S = 10
CLOSE_S = 2.0

Carrier = Callable[
    [Callable[[Message, Hop], None], Callable[[MessageInvalid, Hop], None], Callable[[Hop, str], None]], Transports
]


class Desk(Protocol):
    """Who owns the calls."""

    @property
    def is_open(self) -> bool:
        """Whether further calls are welcome. If not, OPTIONS is answered 503, and a dispatcher looks elsewhere."""

    def invited(self, leg: InboundLeg) -> None:
        """A call has come in. It is to be given a watcher now, and to be accepted or refused, now or later."""


class UserAgent:
    """Made on a running loop. Requests pass the ``gate`` first; without one everybody is let in, and nobody is trusted
    to say who calls.

    ``legs`` are those that are not forgotten yet, by their ids: an ended one stays until its BYE is answered, an
    outbound one that nobody took half a minute longer. INVITEs beyond ``most_legs`` are answered 503.
    """

    def __init__(
        self,
        desk: Desk,
        settings: UserAgentSettings | None = None,
        *,
        gate: Gate | None = None,
        carrier: Carrier = Transports,
        find: Callable[[URI], Awaitable[list[Hop]]] = resolve,
    ) -> None:
        """``carrier`` and ``find`` are the transports and the resolver; others are for tests."""
        self.settings = settings or UserAgentSettings()
        self.transports = carrier(self._received, self._invalid, self._failed)
        self.transactions = Transactions(
            self.transports.send, self._asked, self._acked, self._strayed, local=self.transports.local
        )
        if gate is not None:
            self.transports.lets_in = gate.lets_in
        self._desk = desk
        self._gate = gate
        self._wire = Wire(self.settings, self.transactions, self.transports.send, self.transports.local, find)
        self._legs: dict[str, Leg] = {}

    @property
    def legs(self) -> Mapping[str, Leg]:
        return MappingProxyType(self._legs)

    @property
    def calls(self) -> int:
        """Legs that are not over."""
        return sum(not leg.is_over for leg in self._legs.values())

    async def listen(
        self, protocol: Transport, host: str, port: int, tls: ssl.SSLContext | None = None, *, advertised: str = ""
    ) -> int:
        """See :meth:`voicebot.doors.sip.transport.Transports.listen`."""
        return await self.transports.listen(protocol, host, port, tls, advertised=advertised)

    async def close(self) -> None:
        """Hangs up all calls, and waits at most 2 s for the answers."""
        for leg in list(self._legs.values()):
            leg.bye()
        deadline_s = self._wire.loop.time() + CLOSE_S
        while any(leg.is_up for leg in self._legs.values()) and self._wire.loop.time() < deadline_s:
            await asyncio.sleep(0.02)
        await self._wire.close()
        self.transactions.close()
        self.transports.close()
        self._legs.clear()

    def call(
        self,
        target: URI | str,
        *,
        sdp: str,
        from_: Address | str,
        watcher: LegWatcher,
        headers: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
        route: URI | str | None = None,
    ) -> OutboundLeg:
        """Calls ``target`` with the offer ``sdp``; all that comes of it is told to ``watcher``.

        ``credentials`` are user and password. ``route`` is an outbound proxy: requests go there, and with a parameter
        ``lr`` it is named in a Route header. Raises ValueError for what is no address, and for headers that are none.
        """
        for name, value in (headers or {}).items():
            if not grammar.is_token(name) or not value.isprintable():
                raise ValueError(f'"{name}: {value}" is no header: names are words, values one line')
        sender = grammar.read_address(str(from_))
        invitation = Invitation(
            target=grammar.read_uri(str(target)),
            sdp=sdp,
            sender=Address(sender.uri, sender.name),
            headers=headers or {},
            credentials=credentials,
            route=grammar.read_uri(str(route)) if route else None,
        )
        leg = OutboundLeg(self._wire, invitation, self._forget)
        leg.watcher = watcher
        self._legs[leg.id] = leg
        return leg

    # ---- what comes in

    def _received(self, message: Message, source: Hop) -> None:
        self.transactions.received(message, source)

    def _invalid(self, invalid: MessageInvalid, source: Hop) -> None:
        if invalid.request is None:
            return
        response = response_to(invalid.request, invalid.code, invalid.reason)
        self.transports.send(to_bytes(response), response_hop(invalid.request, source))

    def _failed(self, hop: Hop, why: str) -> None:
        self.transactions.failed(hop)

    def _asked(self, transaction: ServerTransaction) -> None:
        request, source = transaction.request, transaction.source
        if self._gate is not None:
            admission = self._gate.judge(request, source.host)
            if admission.decision == "drop":
                transaction.drop()
                return
            if admission.decision == "challenge":
                self._challenge(transaction, admission.headers, admission.delay_s)
                return
        tag = tag_of(request.to_address)
        leg = self._legs.get(tag) if tag else None
        wrong = objection(request)
        if tag and leg is None and request.method in METHODS_OF_DIALOGS:
            self._wire.answer(transaction, 481)
        elif wrong is not None:
            self._wire.answer(transaction, wrong.code, headers=wrong.headers)
        elif leg is not None:
            leg.asked(transaction)
        elif request.method == "INVITE":
            self._invited(transaction)
        elif request.method == "OPTIONS":
            self._tell_options(transaction)
        elif request.method == "REFER":
            self._wire.answer(transaction, 403)
        else:
            self._wire.answer(transaction, 481)

    def _acked(self, ack: Request, source: Hop) -> None:
        leg = self._legs.get(tag_of(ack.to_address))
        if leg is not None:
            leg.acknowledge(ack)

    def _strayed(self, response: Response) -> None:
        if 200 <= response.code < 300 and response.cseq.method == "INVITE":
            leg = self._legs.get(tag_of(response.from_address))
            if isinstance(leg, OutboundLeg):
                leg.heard_late(response)

    def _challenge(self, transaction: ServerTransaction, headers: tuple[tuple[str, str], ...], delay_s: float) -> None:
        if delay_s:
            self._wire.loop.call_later(delay_s, lambda: self._wire.answer(transaction, 401, headers=headers))
        else:
            self._wire.answer(transaction, 401, headers=headers)

    def _tell_options(self, transaction: ServerTransaction) -> None:
        if self._desk.is_open:
            self._wire.answer(transaction, 200, headers=[("Accept", ", ".join(BODIES)), *CAPABILITIES])
        else:
            self._wire.answer(transaction, 503, headers=[("Retry-After", str(RETRY_AFTER_S))])

    def _invited(self, transaction: ServerTransaction) -> None:
        request, source, settings = transaction.request, transaction.source, self.settings
        if len(self._legs) >= settings.most_legs:
            self._wire.answer(transaction, 503, headers=[("Retry-After", str(RETRY_AFTER_S))])
            return
        try:
            replaces = self._replaced(request)
            terms = answered_terms(request, settings.session_s, settings.min_session_s, None)
            dialog = Dialog.invited(request, new_tag())
        except LookupError as error:
            self._wire.answer(transaction, int(error.args[0]))
            return
        except TooSmall:
            self._wire.answer(transaction, 422, headers=[("Min-SE", str(settings.min_session_s))])
            return
        except ValueError:
            self._wire.answer(transaction, 400, "Invalid Contact, Record-Route or Replaces")
            return
        is_trusted = self._gate is not None and self._gate.trusts(source.host)
        caller = read_caller(request, is_trusted=is_trusted, variables=settings.variables, own_users=settings.own_users)
        peer = Peer(
            self._wire,
            dialog,
            source,
            request.uri.user or "",
            is_behind_nat=is_behind_nat(request, source),
            credentials=settings.credentials,
        )
        peer.note(request)
        leg = InboundLeg(transaction, peer, caller, self._forget, terms=terms, replaces=replaces)
        self._legs[leg.id] = leg
        try:
            self._desk.invited(leg)
        except Exception:
            log.exception("a call was lost to a fault of ours: answered 500")
            leg.refuse(500)

    def _replaced(self, request: Request) -> Leg | None:
        """The leg whose place an INVITE is to take (RFC 3891 3). Raises LookupError with the code of the answer."""
        values = request.headers.getlist("Replaces")
        if not values:
            return None
        if len(values) > 1:
            raise ValueError("more than one Replaces")
        replaces = Replaces.read(values[0])
        leg = self._legs.get(replaces.to_tag)
        dialog = leg.session.peer.dialog if leg and leg.session else None
        if (
            leg is None
            or dialog is None
            or (dialog.call_id, dialog.remote_tag) != (replaces.call_id, replaces.from_tag)
        ):
            raise LookupError(481)
        if leg.is_over:
            raise LookupError(603)
        if not leg.is_up:
            raise LookupError(481)  # it rings here: only who has placed a call may give it away
        if replaces.early_only:
            raise LookupError(486)
        return leg

    def _forget(self, leg: Leg) -> None:
        self._legs.pop(leg.id, None)


METHODS_OF_DIALOGS = frozenset({"INVITE", "BYE", "UPDATE", "PRACK", "INFO", "REFER", "NOTIFY", "OPTIONS"})


def is_behind_nat(request: Request, source: Hop) -> bool:
    """Whether it has come through a translating router: its sender does not know the address that we see."""
    contact = request.contact[0].uri.host if request.contact else ""
    hosts = {host.strip("[]") for host in (contact, request.via[0].host)}
    return is_private(contact) and source.host not in hosts
