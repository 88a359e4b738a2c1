"""Sending the other end of a call elsewhere: REFER both ways (RFC 3515, RFC 3891, RFC 3892, RFC 4488)."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from urllib.parse import quote, unquote

from sipmessage import URI, Address

from voicebot.doors.sip import grammar
from voicebot.doors.sip.bodies import content_type, fragment, fragment_code
from voicebot.doors.sip.dialog import Dialog
from voicebot.doors.sip.message import REASONS, Request
from voicebot.doors.sip.peer import Peer
from voicebot.doors.sip.transactions import ServerTransaction

SIPFRAG = "message/sipfrag"
SUBSCRIPTION_S = 180  # that who refers is told how it goes


@dataclass(frozen=True, slots=True)
class Replaces:
    """The dialog that an INVITE is to take the place of (RFC 3891), its tags seen from who gets the INVITE."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @classmethod
    def read(cls, value: str) -> Replaces:
        """Raises ValueError."""
        call_id, *parameters = (part.strip() for part in value.split(";"))
        read = {name.strip().lower(): tag.strip() for name, _, tag in (part.partition("=") for part in parameters)}
        if not call_id or not read.get("to-tag") or not read.get("from-tag"):
            raise ValueError("a Replaces needs Call-ID, to-tag and from-tag")
        return cls(call_id, read["to-tag"], read["from-tag"], "early-only" in read)

    @classmethod
    def of(cls, dialog: Dialog) -> Replaces:
        """Our ``dialog``, in the words that its far side understands."""
        return cls(dialog.call_id, dialog.remote_tag, dialog.local_tag)

    def __str__(self) -> str:
        early = ";early-only" if self.early_only else ""
        return f"{self.call_id};to-tag={self.to_tag};from-tag={self.from_tag}{early}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a REFER of ours went: the final answer to whom the other end then called; 0 where it did not say."""

    code: int
    phrase: str = ""

    @property
    def is_reached(self) -> bool:
        return 200 <= self.code < 300


def refer_to(target: URI | str, replaced: Dialog | None) -> str:
    """The value of a Refer-To header; with ``replaced``, whose call the called is to take the place of."""
    return f"<{target}?Replaces={quote(str(Replaces.of(replaced)), safe='')}>" if replaced else f"<{target}>"


class Referral:
    """Their REFER: we are asked to call ``to``, there in place of ``replaces`` where that is not None.

    It is to be accepted or refused, and after that reported; whoever has sent it hears of each step. ``report`` of a
    final code ends it. Further calls do nothing.
    """

    def __init__(self, transaction: ServerTransaction, peer: Peer, *, is_first: bool) -> None:
        """Raises ValueError where Refer-To cannot be read."""
        request = transaction.request
        values = request.headers.getlist("Refer-To")
        if len(values) != 1:
            raise ValueError(f"{len(values)} Refer-To headers instead of one")
        address = grammar.read_address(values[0])
        if address.uri.scheme not in ("sip", "sips", "tel"):
            raise ValueError(f"a Refer-To of the scheme {address.uri.scheme}")
        self.to, self.replaces = parted(address)
        self.referred_by = request.headers.get("Referred-By") or ""
        self._transaction = transaction
        self._peer = peer
        self._event = "refer" if is_first else f"refer;id={request.cseq.sequence}"
        self._is_silent = (request.headers.get("Refer-Sub") or "").strip().lower() == "false"
        self._is_accepted = False
        self._is_reported = False
        self._told = asyncio.Event()
        self._end: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        if self._is_accepted:
            return not self._is_reported
        return not self._transaction.is_over

    def accept(self) -> None:
        if self._transaction.is_over:
            return
        self._is_accepted = True
        silence = [("Refer-Sub", "false")] if self._is_silent else []
        self._peer.wire.answer(self._transaction, 202, headers=[*self._peer.headers, *silence])
        if self._is_silent:
            self._is_reported = True
            self._told.set()
            return
        self._end = self._peer.wire.loop.call_later(SUBSCRIPTION_S, self._finish, 100, "timeout")
        self.report(100)

    def refuse(self, code: int = 603) -> None:
        self._peer.wire.answer(self._transaction, code)

    def report(self, code: int, phrase: str = "") -> None:
        """How the call to ``to`` goes, in the codes of its answers."""
        if not self._is_accepted or self._is_reported:
            return
        if code >= 200:
            self._finish(code, "noresource", phrase)
        else:
            self._notify(code, phrase, f"active;expires={SUBSCRIPTION_S}")

    async def told(self, limit_s: float) -> None:
        """Until who has sent the REFER has taken the last report, or for so long: a BYE goes before none of them."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), limit_s)

    def close(self) -> None:
        """The call is over: nobody listens any more."""
        self._is_reported = True
        if self._end is not None:
            self._end.cancel()

    def _finish(self, code: int, reason: str, phrase: str = "") -> None:
        self.close()
        self._notify(code, phrase, f"terminated;reason={reason}")

    def _notify(self, code: int, phrase: str, state: str) -> None:
        self._peer.wire.start(self._send(fragment(code, phrase or REASONS.get(code, "")), state))

    async def _send(self, body: bytes, state: str) -> None:
        headers = [("Event", self._event), ("Subscription-State", state), ("Contact", self._peer.contact)]
        response = await self._peer.ask("NOTIFY", headers=headers, body=body, content_type=f"{SIPFRAG};version=2.0")
        if state.startswith("terminated"):
            self._told.set()
        if response.code in (408, 481):  # the subscription is gone, the call may stand (RFC 5057)
            self.close()


def parted(address: Address) -> tuple[URI, Replaces | None]:
    """Whom a Refer-To names, and what its Replaces does. Raises ValueError."""
    uri = address.uri
    if not isinstance(uri, grammar.URI) or not uri.headers:
        return uri, None
    for part in uri.headers.split("&"):
        name, _, value = part.partition("=")
        if name.lower() == "replaces":
            return grammar.read_uri(str(uri).partition("?")[0]), Replaces.read(unquote(value))
    return grammar.read_uri(str(uri).partition("?")[0]), None


class Referring:
    """A REFER of ours, until it is told how it went."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._outcome: asyncio.Future[Outcome] = loop.create_future()

    @property
    def is_open(self) -> bool:
        return not self._outcome.done()

    async def send(self, peer: Peer, target: URI | str, replaced: Dialog | None, patience_s: float) -> Outcome:
        """``patience_s`` is how long to wait for a final word after the far side has agreed."""
        headers = [
            ("Refer-To", refer_to(target, replaced)),
            ("Referred-By", peer.dialog.local.partition(";tag=")[0]),
            ("Contact", peer.contact),
        ]
        response = await peer.ask("REFER", headers=headers)
        if response.code >= 300:
            self.finish(Outcome(response.code, response.phrase))
        elif (response.headers.get("Refer-Sub") or "").strip().lower() == "false":
            self.finish(Outcome(0, "the far side reports nothing"))
        end = self._loop.call_later(patience_s, self.finish, Outcome(0, "no word of how it went"))
        try:
            return await self._outcome
        finally:
            end.cancel()

    def notified(self, request: Request) -> None:
        """A NOTIFY of how it goes."""
        code, phrase = fragment_code(request.body) if content_type(request) == SIPFRAG else (0, "")
        if code >= 200:
            self.finish(Outcome(code, phrase))
        elif (request.headers.get("Subscription-State") or "").lower().startswith("terminated"):
            self.finish(Outcome(0, "the far side reports no more"))

    def finish(self, outcome: Outcome) -> None:
        if not self._outcome.done():
            self._outcome.set_result(outcome)


def is_of_refer(request: Request) -> bool:
    """Whether a NOTIFY is about a REFER."""
    return (request.headers.get("Event") or "").partition(";")[0].strip().lower() == "refer"
