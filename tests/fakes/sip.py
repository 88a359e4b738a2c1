"""SIP without sockets, in virtual time: a user agent on a stage, and far sides that say what a test has them say.

Everything but the sockets is real: messages are written to bytes and read again on their way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sipmessage import URI

from tests.fakes.clock import VirtualClock
from tests.fakes.loop import VirtualLoop
from voicebot.doors.sip import grammar
from voicebot.doors.sip.gate import Gate
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.leg import Leg
from voicebot.doors.sip.message import (
    Message,
    MessageInvalid,
    Request,
    Response,
    new_branch,
    new_call_id,
    new_tag,
    read,
    response_to,
    to_bytes,
)
from voicebot.doors.sip.outbound import OutboundLeg
from voicebot.doors.sip.referring import Referral
from voicebot.doors.sip.resolving import Unresolved
from voicebot.doors.sip.transport import Hop, Transports
from voicebot.doors.sip.user_agent import UserAgent
from voicebot.doors.sip.watching import LegWatcher
from voicebot.doors.sip.wire import UserAgentSettings

OURS = ("198.51.100.9", 5060)
PHONE = Hop("udp", "203.0.113.7", 5060)
BOT = "sip:15881234@198.51.100.9"
Headers = Iterable[tuple[str, str]]

SILENT_DNS_S = 3.0  # of a name with no hops: then the resolver gives up


def sdp(host: str = "203.0.113.7", port: int = 4000, direction: str = "sendrecv", version: int = 1) -> str:
    return (
        f"v=0\r\no=- 1 {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
    )


OFFER = sdp()
ANSWER = sdp(OURS[0], 20_000)


class SocketlessTransports(Transports):
    """What is sent goes to ``deliver``; what a far side says comes in by :meth:`arrive` as a datagram does."""

    deliver: Callable[[bytes, Hop], None]

    def send(self, data: bytes, hop: Hop) -> None:
        self.deliver(data, hop)

    def local(self, hop: Hop) -> tuple[str, int]:
        return OURS

    def arrive(self, data: bytes, source: Hop) -> None:
        self._take(data, source)

    def fail(self, hop: Hop) -> None:
        self._fail(hop, "refused")


@dataclass
class Watched(LegWatcher):
    """An owner that notes what it is told, and agrees to offers with ``answers`` one after the other."""

    told: list[tuple[object, ...]] = field(default_factory=list)
    answers: list[str | Exception] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)

    def acknowledged(self, sdp: str) -> None:
        self.told.append(("acknowledged", sdp))

    def early(self, code: int, sdp: str) -> None:
        self.told.append(("early", code, sdp))

    def answered(self, sdp: str) -> None:
        self.told.append(("answered", sdp))

    async def reoffered(self, sdp: str) -> str:
        self.told.append(("reoffered", sdp))
        answer = self.answers.pop(0) if self.answers else ANSWER
        if isinstance(answer, Exception):
            raise answer
        return answer

    def reanswered(self, sdp: str) -> None:
        self.told.append(("reanswered", sdp))

    def keys(self, keys: str) -> None:
        self.told.append(("keys", keys))

    def referred(self, referral: Referral) -> None:
        self.told.append(("referred", str(referral.to)))
        self.referrals.append(referral)

    def replaced(self, by: Leg) -> None:
        self.told.append(("replaced", by.id))

    def ended(self, by: str, reason: str, code: int) -> None:
        self.told.append(("ended", by, reason, code))


class FakeDesk:
    """Notes who calls; ``when_invited`` is what it does then, by default nothing more."""

    def __init__(self) -> None:
        self.is_open = True
        self.legs: list[InboundLeg] = []
        self.when_invited: Callable[[InboundLeg], None] = lambda leg: None

    def invited(self, leg: InboundLeg) -> None:
        leg.watcher = Watched()
        self.legs.append(leg)
        self.when_invited(leg)


class Stage:
    """A user agent, its desk, and all far sides, found by the host that a message goes to.

    ``is_lost`` says of each message, theirs and ours, whether it gets lost on its way. ``idle_timers`` is how many
    timers run when there is no call.
    """

    def __init__(self, settings: UserAgentSettings | None = None, gate: Callable[[Stage], Gate] | None = None) -> None:
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.desk = FakeDesk()
        self.sides: dict[str, FarSide] = {}
        self.hops: dict[str, list[Hop]] = {}  # of names: what the resolver finds
        self.is_lost: Callable[[Message], bool] = lambda message: False
        self.lost_to_nowhere: list[tuple[Message, Hop]] = []

        async def begin() -> UserAgent:
            return UserAgent(
                self.desk,
                settings,
                gate=gate(self) if gate else None,
                carrier=SocketlessTransports,
                find=self._find,
            )

        self.agent = self.loop.run_until_complete(begin())
        assert isinstance(self.agent.transports, SocketlessTransports)
        self.transports = self.agent.transports
        self.transports.deliver = self._deliver
        self.idle_timers = len(self.loop._scheduled)  # type: ignore[attr-defined]

    def side(self, hop: Hop = PHONE) -> FarSide:
        return self.sides.setdefault(hop.host, FarSide(self, hop))

    def settle(self) -> None:
        self.loop.run_until_complete(self.loop.settle())

    def pass_s(self, seconds: float, step_ms: float = 50) -> None:
        until = self.clock.ms + 1000 * seconds
        self.settle()
        while self.clock.ms < until:
            self.clock.pass_ms(min(step_ms, until - self.clock.ms))
            self.settle()

    def call(self, target: str = f"sip:01012345678@{PHONE.host}", **wanted: object) -> tuple[OutboundLeg, Watched]:
        """A call of the bot's."""
        watcher = Watched()
        asked: dict[str, object] = {"sdp": ANSWER, "from_": f"<{BOT}>", **wanted}

        async def place() -> OutboundLeg:
            return self.agent.call(target, watcher=watcher, **asked)  # type: ignore[arg-type]

        leg = self.loop.run_until_complete(place())
        self.settle()
        return leg, watcher

    def close(self) -> None:
        closing = self.loop.create_task(self.agent.close())
        while not closing.done():
            self.pass_s(0.05)
        self.loop.close()

    async def _find(self, uri: URI) -> list[Hop]:
        if uri.host in self.hops:
            if not self.hops[uri.host]:
                await asyncio.sleep(SILENT_DNS_S)
                raise Unresolved(f"no answer about {uri.host}")
            return self.hops[uri.host]
        protocol = uri.parameters.get("transport") or "udp"
        return [Hop(protocol, uri.host, uri.port or 5060)]  # type: ignore[arg-type]

    def _deliver(self, data: bytes, hop: Hop) -> None:
        try:
            message = read(data)
        except MessageInvalid:  # the answer to a request that could not be read has its mistakes
            message = Response(int(data.split(b" ", 2)[1]), "")
        if self.is_lost(message):
            return
        side = self.sides.get(hop.host)
        if side is None:
            self.lost_to_nowhere.append((message, hop))
        else:
            side.hear(message, hop)


class FarSide:
    """A telephone, a proxy or an exchange at one host. ``heard`` is all that it was sent, with the time in ms."""

    def __init__(self, stage: Stage, hop: Hop) -> None:
        self.stage = stage
        self.hop = hop
        self.heard: list[tuple[float, Message]] = []
        self.at: list[Hop] = []
        self._taken = 0

    def hear(self, message: Message, hop: Hop) -> None:
        self.heard.append((self.stage.clock.ms, message))
        self.at.append(hop)

    def say(self, message: Message) -> None:
        if not self.stage.is_lost(message):
            self.say_bytes(to_bytes(message))

    def say_bytes(self, data: bytes) -> None:
        self.stage.transports.arrive(data, self.hop)
        self.stage.settle()

    def next(self) -> Message:
        """The next message that was not looked at yet."""
        assert self._taken < len(self.heard), "nothing more was sent"
        self._taken += 1
        return self.heard[self._taken - 1][1]

    def response(self, *codes: int) -> Response:
        """The next message, a response of one of ``codes``; a 100 on the way to it is passed over."""
        message = self.next()
        while isinstance(message, Response) and message.code == 100 and 100 not in codes:
            message = self.next()
        assert isinstance(message, Response), f"{message.method} instead of {codes}"
        assert message.code in codes, f"{message.code} {message.phrase} instead of {codes}"
        return message

    def request(self, method: str) -> Request:
        """The next message, a request."""
        message = self.next()
        assert isinstance(message, Request), f"{message.code} {message.phrase} instead of {method}"
        assert message.method == method
        return message

    @property
    def words(self) -> list[str | int]:
        """Methods and codes of all that was heard and not looked at yet."""
        words: list[str | int] = []
        for _, message in self.heard[self._taken :]:
            words.append(message.method if isinstance(message, Request) else message.code)
        return words

    def times(self, what: str | int) -> list[float]:
        """At how many ms each message of a method or code came."""
        return [ms for ms, it in self.heard if what == (it.method if isinstance(it, Request) else it.code)]

    def forget(self) -> None:
        self._taken = len(self.heard)

    def written(
        self,
        method: str,
        uri: str = BOT,
        *,
        to: str = "",
        from_: str = "",
        call_id: str = "",
        number: int = 1,
        body: str = "",
        kind: str = "application/sdp",
        headers: Headers = (),
        branch: str = "",
    ) -> Request:
        """A request of this side's; ``headers`` go in place of those of that name, an empty one takes them out."""
        request = Request(method, grammar.read_uri(uri), body.encode())
        host = f"{self.hop.host}:{self.hop.port}"
        for name, value in (
            ("Via", f"SIP/2.0/{self.hop.protocol.upper()} {host};branch={branch or new_branch()}"),
            ("Max-Forwards", "70"),
            ("From", from_ or f"<sip:01012345678@{self.hop.host}>;tag={new_tag()}"),
            ("To", to or f"<{BOT}>"),
            ("Call-ID", call_id or new_call_id()),
            ("CSeq", f"{number} {method}"),
            ("Contact", f"<sip:01012345678@{host}>"),
        ):
            request.headers.set(name, value)
        if body:
            request.headers.set("Content-Type", kind)
        for name, value in headers:
            request.headers.setlist(name, [value] if value else [])
        return request

    def invite(self, offer: str = OFFER, **how: object) -> FarCall:
        """Calls the bot."""
        request = self.written("INVITE", body=offer, **how)  # type: ignore[arg-type]
        call = FarCall(self, request)
        self.say(request)
        return call

    def answer(
        self,
        request: Request,
        code: int,
        body: str = "",
        *,
        tag: str = "theirs",
        headers: Headers = (),
        contact: str = "",
        kind: str = "application/sdp",
    ) -> Response:
        """Answers a request of the bot's."""
        response = response_to(request, code, to_tag=tag if code > 100 else "", body=body.encode(), content_type=kind)
        if request.method in ("INVITE", "UPDATE") and 100 < code < 300:
            response.headers.set("Contact", contact or f"<sip:01012345678@{self.hop.host}:{self.hop.port}>")
        for name, value in headers:
            response.headers.setlist(name, [value] if value else [])
        self.say(response)
        return response


class FarCall:
    """One call, from the far side: begun by its INVITE, or by one of the bot's that it has answered."""

    def __init__(self, side: FarSide, invite: Request, answered: Response | None = None) -> None:
        self.side = side
        self.invite = invite
        self.number = invite.cseq.sequence if answered is None else 0
        self.remote = invite.headers["To"] if answered is None else answered.headers["From"]
        self.local = invite.headers["From"] if answered is None else answered.headers["To"]
        self.target = str(invite.uri) if answered is None else str(invite.contact[0].uri)

    @classmethod
    def of(cls, side: FarSide, invite: Request, answered: Response) -> FarCall:
        """A call of the bot's."""
        return cls(side, invite, answered)

    def learn(self, response: Response) -> Response:
        """Takes tag and Contact from an answer of the bot's."""
        self.remote = response.headers["To"]
        if response.contact:
            self.target = str(response.contact[0].uri)
        return response

    def response(self, *codes: int) -> Response:
        return self.learn(self.side.response(*codes))

    def written(
        self, method: str, body: str = "", *, number: int = 0, kind: str = "application/sdp", headers: Headers = ()
    ) -> Request:
        """The next request of this call."""
        if not number:
            self.number += 1
        return self.side.written(
            method,
            self.target,
            to=self.remote,
            from_=self.local,
            call_id=self.invite.call_id,
            number=number or self.number,
            body=body,
            kind=kind,
            headers=headers,
        )

    def send(self, method: str, body: str = "", **how: object) -> Request:
        request = self.written(method, body, **how)  # type: ignore[arg-type]
        self.side.say(request)
        return request

    def ack(self, body: str = "", number: int = 0) -> None:
        self.send("ACK", body, number=number or self.number)

    def cancel(self) -> None:
        self._of_same_branch("CANCEL", self.invite, self.invite.headers["To"])

    def ack_refusal(self, invite: Request) -> None:
        """The ACK of an answer above 300, which is part of the INVITE's transaction."""
        self._of_same_branch("ACK", invite, self.remote)

    def _of_same_branch(self, method: str, invite: Request, to: str) -> None:
        request = self.side.written(
            method,
            str(invite.uri),
            to=to,
            from_=self.local,
            call_id=invite.call_id,
            number=invite.cseq.sequence,
        )
        request.headers.setlist("Via", invite.headers.getlist("Via"))
        self.side.say(request)
