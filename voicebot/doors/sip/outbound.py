"""A call that goes out: telephones that ring, and the one that is picked up first (RFC 3261 13.2, RFC 3262)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sipmessage import Address

from voicebot.doors.sip.bodies import sdp_of
from voicebot.doors.sip.callers import CallerInfo, number_of
from voicebot.doors.sip.dialog import Dialog, routes_of, tag_of
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.message import Request, Response
from voicebot.doors.sip.offering import Offering
from voicebot.doors.sip.peer import Peer
from voicebot.doors.sip.placing import Invitation, Placing
from voicebot.doors.sip.reliable import HeardReliably, is_reliable
from voicebot.doors.sip.session import Session
from voicebot.doors.sip.session_timer import accepted_terms
from voicebot.doors.sip.timers import TIMEOUT_S
from voicebot.doors.sip.transactions import ServerTransaction
from voicebot.doors.sip.transport import Hop
from voicebot.doors.sip.watching import By
from voicebot.doors.sip.wire import Wire, is_private

log = logging.getLogger(__name__)

MOST_FORKS = 16  # telephones that ring for one call; further ones are not heard
BY_PERSON = frozenset({486, 600, 603, 607})  # refusals of somebody, not of the network in between


class Early:
    """One telephone that rings."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.order = HeardReliably()
        self.sdp = ""


class OutboundLeg(Leg):
    """Rings from when it is made. Whoever picks up first has the call; who picks up later is sent away.

    Challenges are answered, redirections followed, further addresses of the same name tried where one is not to be
    reached or answers 503. Nobody within ``ring_s``: the INVITE is cancelled, and the leg ends (``no_answer``).
    ``answer`` is the 200 of who has picked up.
    """

    direction = "out"

    def __init__(self, wire: Wire, invitation: Invitation, forget: Callable[[Leg], None]) -> None:
        self._placing = Placing(wire, invitation, self._heard)
        caller = CallerInfo(number=number_of(invitation.target), called=number_of(invitation.sender.uri))
        super().__init__(wire, self._placing.tag, self._placing.request, caller, forget)
        self._invitation = invitation
        self._early: dict[str, Early] = {}
        self._attempt = 0  # the number of the INVITE that those ring for
        self._turned_down: dict[str, Peer] = {}
        self.answer: Response | None = None
        self._patience = wire.loop.call_later(wire.settings.ring_s, self._part, "network", "no_answer", 408)
        wire.start(self._place())

    @property
    def source(self) -> Hop | None:
        """Where the INVITE went; None before it did."""
        return self._placing.hop

    @property
    def remote(self) -> Address:
        return self.request.to_address

    @property
    def local(self) -> Address:
        return self.request.from_address

    def session_of(self, request: Request) -> Session | None:
        early = self._early.get(tag_of(request.from_address))
        if self.session is None and early is not None and request.call_id == self._placing.call_id:
            return early.session
        return super().session_of(request)

    def heard_late(self, response: Response) -> None:
        """A 2xx that no transaction waits for: somebody picked up when the call had been refused elsewhere."""
        if response.call_id == self._placing.call_id:
            self._picked_up(response)

    async def _place(self) -> None:
        final = await self._placing.place()
        self._patience.cancel()
        if self.is_up:
            return
        if final.headers.keys():
            self._end("caller" if final.code in BY_PERSON else "network", "refused", final.code)
        else:
            self._end("network", "unreachable", final.code)
        # behind a proxy that has refused already somebody may still pick up (RFC 3261 16.7)
        self._wire.loop.call_later(TIMEOUT_S, self._leave)

    def _heard(self, response: Response) -> None:
        if response.code >= 200:
            self._picked_up(response)
        elif response.code > 100 and not self.is_up and not self.is_over:
            self._ringing(response)

    def _ringing(self, response: Response) -> None:
        early, sdp = self._early_of(response), sdp_of(response)
        if early is not None:
            session = early.session
            if is_reliable(response):
                acknowledged = early.order.take(response)
                if acknowledged is None:
                    return
                self._wire.start(prack(session.peer, acknowledged))
                if sdp and session.open_offer == "ours":
                    session.local_sdp, session.remote_sdp, session.open_offer = self._invitation.sdp, sdp, ""
            early.sdp = sdp or early.sdp
        self._tell(lambda: self.watcher.early(response.code, sdp))

    def _picked_up(self, response: Response) -> None:
        """A 2xx, the first or one more."""
        tag, sequence = tag_of(response.to_address), response.cseq.sequence
        if self.session is not None and tag == self.session.peer.dialog.remote_tag:
            self.session.peer.acknowledge_again(sequence)
        elif tag in self._turned_down:
            self._turned_down[tag].acknowledge_again(sequence)
        elif self.is_up or self.is_over:
            if len(self._turned_down) < MOST_FORKS and (peer := self._peer_of(response)) is not None:
                self._turned_down[tag] = peer
                self._wire.start(turn_down(peer, sequence))
        elif (early := self._early_of(response)) is not None:
            self._stand(early, response)

    def _stand(self, early: Early, response: Response) -> None:
        session, peer = early.session, early.session.peer
        self._patience.cancel()
        self.request = self._placing.request
        self.is_up = True
        self.answer = response
        self.session = session
        self._offering = Offering(session, self, is_placed=True)
        self._forget_early(but=early)
        peer.note(response)
        peer.dialog.refresh(response)
        peer.dialog.routes = routes_of(response)[::-1]
        self._wire.start(peer.acknowledge(response.cseq.sequence))
        answer = session.remote_sdp or sdp_of(response) or early.sdp
        if not answer:
            self._part("network", "no_description", 488)
            return
        session.local_sdp, session.remote_sdp, session.open_offer = self._invitation.sdp, answer, ""
        session.timer.start(accepted_terms(response))
        self._tell(lambda: self.watcher.answered(answer))

    def _early_of(self, response: Response) -> Early | None:
        """The telephone that a response is of; None where there is no dialog with it (yet)."""
        tag = tag_of(response.to_address)
        if self._early and self._attempt != response.cseq.sequence:
            self._forget_early()  # those of an attempt that was refused
        self._attempt = response.cseq.sequence
        if tag not in self._early:
            is_final = response.code >= 200
            if not is_final and (not tag or len(self._early) >= MOST_FORKS):
                return None
            peer = self._peer_of(response)
            if peer is None:
                return None
            self._early[tag] = Early(Session(peer, self, "ours"))
        return self._early[tag]

    def _forget_early(self, but: Early | None = None) -> None:
        for early in self._early.values():
            if early is not but:
                early.session.close()
        self._early.clear()

    def _peer_of(self, response: Response) -> Peer | None:
        hop, invitation = self._placing.hop, self._invitation
        assert hop is not None  # there is an answer
        try:
            dialog = Dialog.placed(response, self._placing.request.uri)
        except ValueError as error:
            log.warning("an answer %d from %s forms no dialog: %s", response.code, hop, error)
            return None
        is_behind_nat = is_private(dialog.target.host) and not is_private(hop.host)
        return Peer(
            self._wire, dialog, hop, invitation.user, is_behind_nat=is_behind_nat, credentials=invitation.credentials
        )

    def _take_bye(self, transaction: ServerTransaction) -> None:
        if self.is_up:
            super()._take_bye(transaction)
        else:  # who was called may refuse, not hang up (RFC 3261 15)
            self._wire.answer(transaction, 481)

    def _end(self, by: By, reason: str, code: int) -> None:
        self._forget_early()
        super()._end(by, reason, code)

    def _say_farewell(self) -> None:
        if self.session is not None:
            super()._say_farewell()
        else:
            self._placing.cancel(dict(self._farewell or ()).get("Reason", ""))
            self._farewell = None


async def prack(peer: Peer, acknowledged: str) -> None:
    await peer.ask("PRACK", headers=[("RAck", acknowledged)])


async def turn_down(peer: Peer, sequence: int) -> None:
    """Somebody has picked up a call that another one has."""
    await peer.acknowledge(sequence)
    await peer.ask("BYE", is_last=True)
