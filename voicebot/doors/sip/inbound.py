"""A call that comes in: from INVITE to ACK (RFC 3261 13.3, RFC 3262)."""

from __future__ import annotations

from collections.abc import Callable

from sipmessage import Address

from voicebot.doors.sip.bodies import sdp_of
from voicebot.doors.sip.callers import CallerInfo
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.offering import Offering
from voicebot.doors.sip.peer import Peer
from voicebot.doors.sip.reliable import ReliableAnswers
from voicebot.doors.sip.session import Session
from voicebot.doors.sip.session_timer import Terms, answered_headers
from voicebot.doors.sip.transactions import ServerTransaction
from voicebot.doors.sip.transport import Hop
from voicebot.doors.sip.watching import By
from voicebot.doors.sip.wire import Headers


class InboundLeg(Leg):
    """``offered_sdp`` is empty where the caller wants our offer. ``replaces`` is whose place this call is to take.

    The owner rings as it likes and accepts or refuses, once; an INVITE that nobody has answered in ``accept_s``, or
    before its own Expires, is refused by 480.
    """

    direction = "in"

    def __init__(
        self,
        transaction: ServerTransaction,
        peer: Peer,
        caller: CallerInfo,
        forget: Callable[[Leg], None],
        *,
        terms: Terms | None,
        replaces: Leg | None,
    ) -> None:
        super().__init__(peer.wire, peer.dialog.local_tag, transaction.request, caller, forget)
        self.offered_sdp = sdp_of(transaction.request)
        self.replaces = replaces
        self.session = self._session = Session(peer, self, "theirs")
        self._offering = Offering(self._session, self, is_placed=False)
        self._transaction = transaction
        self._terms = terms
        self._is_described = False  # reliably, before the 200
        self._early_answer = ""  # theirs, in a PRACK
        self._accepting: Callable[[], None] | None = None
        self._reliable: ReliableAnswers | None = None
        if "100rel" in transaction.request.require:
            self._reliable = ReliableAnswers(peer.wire.loop, transaction, self._settled, self._give_up)
        transaction.on_cancel = self._cancelled
        accept_s = peer.wire.settings.accept_s
        expires_s = transaction.request.expires
        self._patience = self._wire.loop.call_later(
            accept_s if expires_s is None else min(accept_s, expires_s), self.refuse, 480
        )

    @property
    def source(self) -> Hop:
        return self._transaction.source

    @property
    def remote(self) -> Address:
        return self.request.from_address

    @property
    def local(self) -> Address:
        return self.request.to_address

    # ---- what the owner answers

    def ring(self) -> None:
        """180; late calls of this and the following do nothing."""
        self._progress(180, "")

    def progress(self, sdp: str) -> None:
        """183: sound comes already, before the call is accepted."""
        self._progress(183, sdp)

    def accept(self, sdp: str, headers: Headers = ()) -> None:
        """200. ``sdp`` answers theirs, or is our offer where there was none; where :meth:`progress` has said it for
        certain it is not said again."""
        if self.is_up or self.is_over or self._accepting is not None:
            return
        if self._reliable is None or self._reliable.is_settled:
            self._accept(sdp, headers)
        else:
            self._accepting = lambda: self._accept(sdp, headers)

    def refuse(self, code: int, phrase: str | None = None, headers: Headers = ()) -> None:
        """3xx to 6xx; a 302 with its Contact, a 503 with its Retry-After among ``headers``."""
        self._refuse(code, "service", "refused", phrase, headers)

    def bye(self, reason: str = "") -> None:
        if self.is_up:
            super().bye(reason)
        else:
            self.refuse(480, headers=[("Reason", reason)] if reason else ())

    # ---- the course of it

    def _progress(self, code: int, sdp: str) -> None:
        if self.is_up or self.is_over or self._accepting is not None:
            return
        peer = self._session.peer
        if self._reliable is None:
            peer.wire.answer(self._transaction, code, to_tag=self.id, sdp=sdp, headers=peer.headers)
            return
        if self._is_described:
            sdp = ""
        elif not sdp and not self.offered_sdp:
            return  # our offer has to be in the first that is said for certain (RFC 3262 5)
        if sdp:
            self._describe(sdp)
        response = peer.wire.written(self.request, code, to_tag=self.id, sdp=sdp, headers=peer.headers)
        self._reliable.send(response)

    def _describe(self, sdp: str) -> None:
        self._is_described = True
        self._session.local_sdp = sdp
        if self.offered_sdp:
            self._session.remote_sdp = self.offered_sdp
        else:
            self._session.open_offer = "ours"

    def _pracked(self, transaction: ServerTransaction, session: Session) -> None:
        if self._reliable is None or not self._reliable.owns(transaction.request):
            self._wire.answer(transaction, 481)
            return
        described = sdp_of(transaction.request)
        if session.open_offer == "ours":
            self._early_answer = session.remote_sdp = described
        if self._is_described:
            session.open_offer = ""
        if described and not self._early_answer:
            session.updated(transaction)
        else:
            self._wire.answer(transaction, 200)
        self._reliable.acknowledged()

    def _settled(self) -> None:
        if self._accepting is not None:
            self._accepting()

    def _give_up(self) -> None:
        self._refuse(504, "network", "no_prack")

    def _accept(self, sdp: str, headers: Headers) -> None:
        session = self._session
        self._patience.cancel()
        self.is_up = True
        self._transaction.on_cancel = None
        peer = session.peer
        is_described = self._is_described
        if not is_described:
            self._describe(sdp)
            session.open_offer = "" if self.offered_sdp else "ours"
        said = [*peer.headers, *answered_headers(self._terms, self.request), *headers]
        session.accept(self._transaction, "" if is_described else sdp, said, self._acknowledged, to_tag=self.id)
        session.timer.start(self._terms)
        if self.replaces is not None:
            self.replaces.give_place(self)

    def _acknowledged(self, sdp: str) -> None:
        if self.is_over:
            return
        if self.offered_sdp:
            answer = ""
        else:
            self._session.open_offer = ""
            answer = self._session.remote_sdp = self._early_answer or sdp
            if not answer:
                self._part("network", "no_description", 488)
                return
        self._tell(lambda: self.watcher.acknowledged(answer))

    def _cancelled(self) -> None:
        self._refuse(487, "caller", "cancelled")

    def _take_bye(self, transaction: ServerTransaction) -> None:
        if self.is_up:
            super()._take_bye(transaction)
        else:  # instead of CANCEL (RFC 3261 15.1.2)
            self._wire.answer(transaction, 200)
            self._refuse(487, "caller", "hung_up")

    def _refuse(self, code: int, by: By, reason: str, phrase: str | None = None, headers: Headers = ()) -> None:
        if self.is_up or self.is_over:
            return
        self._patience.cancel()
        if self._reliable is not None:
            self._reliable.stop()
        self._wire.answer(self._transaction, code, phrase, to_tag=self.id, headers=headers)
        self._end(by, reason, code)
        self._leave()
