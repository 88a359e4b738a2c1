"""One call over SIP: the dialog of an INVITE, from the first ring to BYE, and who watches over it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal

from sipmessage import URI, Address

from voicebot.doors.sip import grammar
from voicebot.doors.sip.bodies import DTMF_RELAY, keys_of, relay_of
from voicebot.doors.sip.callers import CallerInfo
from voicebot.doors.sip.message import Request
from voicebot.doors.sip.offering import Offering
from voicebot.doors.sip.referring import Outcome, Referral, Referring, is_of_refer
from voicebot.doors.sip.session import Session
from voicebot.doors.sip.transactions import ServerTransaction
from voicebot.doors.sip.transport import Hop
from voicebot.doors.sip.watching import By, LegWatcher
from voicebot.doors.sip.wire import CAPABILITIES, Wire

log = logging.getLogger(__name__)

REFER_PATIENCE_S = 60.0


class Leg:
    """What both directions share. ``id`` is our tag; ``request`` the INVITE; ``source`` where it came from or went to.

    ``remote`` and ``local`` are its From and To, as seen from here. ``session`` is None as long as nobody has answered
    an outbound call.
    """

    direction: Literal["in", "out"]

    def __init__(self, wire: Wire, leg_id: str, request: Request, caller: CallerInfo, forget: Callable[[Leg], None]):
        self.id = leg_id
        self.request = request
        self.caller = caller
        self.watcher = LegWatcher()
        self.session: Session | None = None
        self.is_up = False
        self.is_over = False
        self._wire = wire
        self._forget = forget
        self._offering: Offering | None = None
        self._referring: Referring | None = None
        self._referral: Referral | None = None
        self._referrals = 0
        self._farewell: tuple[tuple[str, str], ...] | None = None  # a BYE that waits for their ACK

    @property
    def source(self) -> Hop | None:
        raise NotImplementedError

    @property
    def remote(self) -> Address:
        raise NotImplementedError

    @property
    def local(self) -> Address:
        raise NotImplementedError

    @property
    def is_held(self) -> bool:
        """Whether the far side has put us on hold."""
        return self.session is not None and self.session.is_held

    # ---- what the owner does

    def bye(self, reason: str = "") -> None:
        """Hangs up, at whatever stage the call is. ``reason`` is the value of a Reason header (RFC 3326)."""
        if not self.is_over:
            self._part("service", "hung_up", 0, (("Reason", reason),) if reason else ())

    def give_place(self, by: Leg) -> None:
        """``by`` has the call from now on (RFC 3891)."""
        if not self.is_over:
            self._tell(lambda: self.watcher.replaced(by))
            self._part("service", "replaced", 0)

    async def reinvite(self, sdp: str) -> str:
        """Offers another session; their answer. Raises :class:`voicebot.doors.sip.offering.Refused`."""
        return await self._standing()[1].offer(sdp)

    async def refer(self, to: URI | str, replaced: Leg | None = None) -> Outcome:
        """Asks the far side to call ``to``, or to take the place of ``replaced`` at its far side.

        The call goes on whatever comes of it. Raises ValueError where ``to`` is no URI, and RuntimeError where the
        call does not stand or another REFER is under way.
        """
        session, _ = self._standing()
        if self._referring is not None and self._referring.is_open:
            raise RuntimeError("another REFER is under way: wait for its outcome")
        target = grammar.read_uri(str(to))
        self._referring = Referring(self._wire.loop)
        dialog = replaced.session.peer.dialog if replaced and replaced.session else None
        return await self._referring.send(session.peer, target, dialog, REFER_PATIENCE_S)

    async def info_keys(self, keys: str) -> None:
        """Presses keys beside the sound, one INFO each; those after one that is refused are left out."""
        session, _ = self._standing()
        for key in keys:
            response = await session.peer.ask("INFO", body=relay_of(key), content_type=DTMF_RELAY)
            if response.code in (408, 481):
                self.session_lost("gone", response.code)
            if response.code >= 300:
                return

    # ---- what comes in the dialog

    def asked(self, transaction: ServerTransaction) -> None:
        """A request with our tag."""
        request = transaction.request
        session = self.session_of(request)
        if session is None:
            self._wire.answer(transaction, 481)
        elif not session.peer.dialog.is_in_order(request):
            self._wire.answer(transaction, 500, "CSeq Out of Order")
        elif request.method == "BYE":
            self._take_bye(transaction)
        elif self.is_over:
            self._wire.answer(transaction, 481)
        else:
            self._take(transaction, session)

    def acknowledge(self, ack: Request) -> None:
        session = self.session_of(ack)
        if session is None:
            return
        session.acknowledge(ack)
        self._say_waiting_farewell()

    def session_of(self, request: Request) -> Session | None:
        """The one that a request of theirs belongs to."""
        session = self.session
        if session is None or session.peer.dialog.call_id != request.call_id:
            return None
        tag = request.from_address.parameters.get("tag") or ""
        return session if tag == session.peer.dialog.remote_tag else None

    def _take(self, transaction: ServerTransaction, session: Session) -> None:
        match transaction.request.method:
            case "INVITE" if self.is_up:
                session.invited(transaction)
            case "INVITE":
                self._wire.answer(transaction, 500, "Not Answered Yet", headers=[("Retry-After", "2")])
            case "UPDATE":
                session.updated(transaction)
            case "PRACK":
                self._pracked(transaction, session)
            case "INFO":
                self._informed(transaction)
            case "REFER":
                self._referred(transaction, session)
            case "NOTIFY":
                self._notified(transaction)
            case _:
                self._wire.answer(transaction, 200, headers=CAPABILITIES)

    def _pracked(self, transaction: ServerTransaction, session: Session) -> None:
        self._wire.answer(transaction, 481)

    def _informed(self, transaction: ServerTransaction) -> None:
        if (transaction.request.headers.get("Info-Package") or "").strip():
            self._wire.answer(transaction, 469, "Bad Info Package", headers=[("Recv-Info", "")])
            return
        keys = keys_of(transaction.request)
        if keys is None and transaction.request.body:
            self._wire.answer(transaction, 415, headers=[("Accept", DTMF_RELAY)])
            return
        self._wire.answer(transaction, 200)
        if keys:
            self._tell(lambda: self.watcher.keys(keys))

    def _referred(self, transaction: ServerTransaction, session: Session) -> None:
        if not self.is_up or (self._referral is not None and self._referral.is_open):
            self._wire.answer(transaction, 491)
            return
        try:
            referral = Referral(transaction, session.peer, is_first=not self._referrals)
        except ValueError:
            self._wire.answer(transaction, 400, "Invalid Refer-To")
            return
        self._referrals += 1
        self._referral = referral
        self._tell(lambda: self.watcher.referred(referral))

    def _notified(self, transaction: ServerTransaction) -> None:
        if not is_of_refer(transaction.request):
            self._wire.answer(transaction, 489, headers=[("Allow-Events", "refer")])
        elif self._referring is None:
            self._wire.answer(transaction, 481)
        else:
            self._wire.answer(transaction, 200)
            self._referring.notified(transaction.request)

    # ---- as the party of its sessions

    async def reoffered(self, sdp: str) -> str:
        return await self.watcher.reoffered(sdp)

    def reanswered(self, sdp: str) -> None:
        self._tell(lambda: self.watcher.reanswered(sdp))

    def refresh_due(self) -> None:
        if self._offering is not None:
            self._wire.start(self._offering.refresh())

    def session_lost(self, reason: str, code: int) -> None:
        if not self.is_over:
            self._part("network", reason, code)
        else:  # perhaps for want of the ACK that a BYE was waiting for
            self._say_waiting_farewell()

    # ---- how it ends

    def _take_bye(self, transaction: ServerTransaction) -> None:
        self._wire.answer(transaction, 200)
        self._end("caller", "hung_up", 0)
        self._leave()

    def _part(self, by: By, reason: str, code: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Ends the call from this side; a BYE waits for their ACK (RFC 3261 15)."""
        self._end(by, reason, code)
        self._farewell = headers
        self._say_waiting_farewell()

    def _say_waiting_farewell(self) -> None:
        is_waiting = self.session is not None and self.session.is_unacknowledged
        if self._farewell is not None and not is_waiting:
            self._say_farewell()

    def _say_farewell(self) -> None:
        headers, self._farewell = self._farewell or (), None
        self._wire.start(self._say_bye(headers))

    async def _say_bye(self, headers: tuple[tuple[str, str], ...]) -> None:
        try:
            if self.session is not None:
                await self.session.peer.ask("BYE", headers=headers, is_last=True)
        finally:
            self._leave()

    def _end(self, by: By, reason: str, code: int) -> None:
        """The owner hears of it now, whatever is still to be said to the far side."""
        if self.is_over:
            return
        self.is_over = True
        if self.session is not None:
            self.session.close()
        if self._referral is not None:
            self._referral.close()
        if self._referring is not None:
            self._referring.finish(Outcome(0, "the far side hung up before it told"))
        self._tell(lambda: self.watcher.ended(by, reason, code))

    def _leave(self) -> None:
        """Nothing more is to be said to the far side."""
        if self.session is not None:
            self.session.forget()
        self._forget(self)

    def _standing(self) -> tuple[Session, Offering]:
        if self.session is None or self._offering is None or not self.is_up or self.is_over:
            raise RuntimeError("the call does not stand: wait for acknowledged or answered, and not past ended")
        return self.session, self._offering

    def _tell(self, say: Callable[[], None]) -> None:
        try:
            say()
        except Exception:
            log.exception("the owner of a leg did not take what it was told")
