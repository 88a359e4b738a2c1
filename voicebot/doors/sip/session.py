"""The offers and answers of one dialog, one at a time: what holds, and what the far side wants instead.

RFC 3261 sections 13 and 14, RFC 3311, RFC 4028, RFC 6337.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Literal, Protocol

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.sip.acknowledging import Unacknowledged
from voicebot.doors.sip.bodies import is_hold, sdp_of
from voicebot.doors.sip.message import Request
from voicebot.doors.sip.peer import Peer
from voicebot.doors.sip.session_timer import SessionTimer, TooSmall, answered_headers, answered_terms
from voicebot.doors.sip.transactions import ServerTransaction
from voicebot.doors.sip.wire import Headers

log = logging.getLogger(__name__)

Side = Literal["", "ours", "theirs"]

LONGEST_PAUSE_S = 10  # that a peer is asked to wait with its offer


class Party(Protocol):
    """Whose session it is."""

    async def reoffered(self, sdp: str) -> str:
        """Our answer to theirs, or our offer where ``sdp`` is empty. Raises NotAcceptable."""

    def reanswered(self, sdp: str) -> None:
        """Their answer to an offer that :meth:`reoffered` made."""

    def refresh_due(self) -> None:
        """The far side is to be told that the session goes on."""

    def session_lost(self, reason: str, code: int) -> None:
        """The far side is not there any more: the call is to be ended."""


class Session:
    """``local_sdp`` and ``remote_sdp`` are what holds; empty as long as nothing does.

    ``open_offer`` says whose offer waits for its answer. Theirs is taken when no other is open, else answered 491 or
    500: what one peer can have us do at once is bounded by one.
    """

    def __init__(self, peer: Peer, party: Party, open_offer: Side) -> None:
        self.peer = peer
        self.local_sdp = ""
        self.remote_sdp = ""
        self.timer = SessionTimer(peer.wire.loop, party.refresh_due, lambda: party.session_lost("expired", 408))
        self.quiet = asyncio.Event()  # no offer is open, and no ACK is waited for
        self._party = party
        self._open_offer = open_offer
        self._unacknowledged: Unacknowledged | None = None

    @property
    def open_offer(self) -> Side:
        return self._open_offer

    @open_offer.setter
    def open_offer(self, whose: Side) -> None:
        self._open_offer = whose
        self._note_whether_quiet()

    @property
    def is_held(self) -> bool:
        return is_hold(self.remote_sdp)

    @property
    def is_unacknowledged(self) -> bool:
        """Whether an INVITE was accepted whose ACK has not come yet."""
        return self._unacknowledged is not None

    def accept(
        self,
        invite: ServerTransaction,
        sdp: str,
        headers: Headers,
        acknowledged: Callable[[str], None],
        *,
        to_tag: str = "",
    ) -> None:
        """Answers an INVITE by 200. ``acknowledged`` gets what the ACK describes, mostly nothing; where no ACK comes
        the session is lost (``no_ack``)."""
        response = self.peer.wire.answer(invite, 200, to_tag=to_tag, sdp=sdp, headers=headers)
        if self._unacknowledged is not None:  # who sends a new INVITE knows the answer to the last
            self._unacknowledged.stop()
        self._unacknowledged = Unacknowledged(
            self.peer.wire.loop, invite, response, lambda ack: self._heard(sdp_of(ack), acknowledged), self._unheard
        )
        self._note_whether_quiet()

    def acknowledge(self, ack: Request) -> None:
        if self._unacknowledged is not None:
            self._unacknowledged.acknowledge(ack)

    def invited(self, transaction: ServerTransaction) -> None:
        """A re-INVITE, with an offer or for one of ours."""
        if self._is_free_for(transaction):
            self._take(transaction)

    def updated(self, transaction: ServerTransaction) -> None:
        """An UPDATE, or a PRACK that offers something."""
        if not sdp_of(transaction.request) or self._is_free_for(transaction):
            self._take(transaction)

    def close(self) -> None:
        """The call is over; an ACK is still waited for."""
        self.timer.stop()
        self.peer.give_up()
        self.quiet.set()

    def forget(self) -> None:
        if self._unacknowledged is not None:
            self._unacknowledged.stop()
            self._unacknowledged = None

    def _is_free_for(self, transaction: ServerTransaction) -> bool:
        if self._open_offer == "ours":
            self.peer.wire.answer(transaction, 491)
        elif self._open_offer == "theirs":
            pause_s = random.randint(0, LONGEST_PAUSE_S)
            self.peer.wire.answer(transaction, 500, "Another Offer Is Open", headers=[("Retry-After", str(pause_s))])
        return not self._open_offer

    def _take(self, transaction: ServerTransaction) -> None:
        request, settings = transaction.request, self.peer.wire.settings
        offered = sdp_of(request)
        headers = self.peer.headers
        terms = self.timer.terms
        if request.method != "PRACK":
            try:
                terms = answered_terms(request, settings.session_s, settings.min_session_s, terms)
            except TooSmall:
                self.peer.wire.answer(transaction, 422, headers=[("Min-SE", str(settings.min_session_s))])
                return
            headers += answered_headers(terms, request)

        def agree(answer: str) -> None:
            self.peer.note(request)
            if request.method != "PRACK":
                self.peer.dialog.refresh(request)
                self.timer.start(terms)
            if request.method == "INVITE":
                self.accept(transaction, answer, headers, _nothing if offered else self._reanswered)
            else:
                self.peer.wire.answer(transaction, 200, sdp=answer, headers=headers)

        if offered or request.method == "INVITE":
            self.open_offer = "theirs"
            self.peer.wire.start(self._describe(transaction, offered, agree))
        else:
            agree("")

    async def _describe(self, transaction: ServerTransaction, offered: str, agree: Callable[[str], None]) -> None:
        code, described = 200, ""
        try:
            # a refresh of the session: what was said last is said again (RFC 4028 7.4), and nobody is bothered
            is_known = bool(self.local_sdp) and offered == self.remote_sdp
            described = self.local_sdp if is_known else await self._party.reoffered(offered)
        except NotAcceptable as why:
            log.info("an offer is answered 488: %s", why)
            code = 488
        except Exception:
            log.exception("an offer was lost to a fault of ours: answered 500")
            code = 500
        if self.peer.is_over:
            code = 487
        if code != 200:
            self.open_offer = ""
            self.peer.wire.answer(transaction, code)
            return
        self.local_sdp = described
        self.remote_sdp = offered or self.remote_sdp
        self.open_offer = "" if offered else "ours"
        agree(described)

    def _reanswered(self, sdp: str) -> None:
        self.open_offer = ""
        if sdp:
            self.remote_sdp = sdp
            self._party.reanswered(sdp)

    def _heard(self, sdp: str, acknowledged: Callable[[str], None]) -> None:
        self._unacknowledged = None
        self._note_whether_quiet()
        acknowledged(sdp)

    def _unheard(self) -> None:
        self._unacknowledged = None
        self._party.session_lost("no_ack", 408)

    def _note_whether_quiet(self) -> None:
        if (self._open_offer or self._unacknowledged) and not self.peer.is_over:
            self.quiet.clear()
        else:
            self.quiet.set()


def _nothing(_: str) -> None:
    """An answer was in the 200 already: what an ACK describes then means nothing."""
