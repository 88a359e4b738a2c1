"""Spoiled SIP datagrams, sent to a service that must answer or drop each, and go on as if nothing had been."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from voicebot.doors.rtp.ports import open_pair
from voicebot.doors.sip.message import MessageInvalid, Request, Response, read, response_to, to_bytes

HOST = "127.0.0.1"
FIRST_PORT, LAST_PORT = 50_000, 59_999
PER_SECOND = 500.0
LOOKED_EVERY = 100  # datagrams: then it is asked how the service is
PATIENCE_S = 5.0  # for the answer to that
STRAY_S = 1.0  # for the last answers of all

METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "UPDATE", "PRACK", "INFO", "REFER", "NOTIFY")
ACCIDENTS = (b"\r\n", b"\n", b"\0", b'"', b"<", b",", b";;", b"\xff", b" \t", b"%", b"@", b":", b"[", b"99999999999")
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0 8 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
)
_NUMBERED = re.compile(rb"z9hG4bK-spoiled-(\d+)")


def good_message(number: int, port: int) -> bytes:
    """A request, now and then a response, as it should be; ``port`` is where the sender listens."""
    method = METHODS[number % len(METHODS)]
    start = "SIP/2.0 200 OK" if number % 13 == 0 else f"{method} sip:15881234@{HOST} SIP/2.0"
    body = SDP if method in ("INVITE", "UPDATE") else "Signal=5\r\nDuration=160\r\n" if method == "INFO" else ""
    kind = "application/sdp" if body is SDP else "application/dtmf-relay"
    lines = [
        start,
        f"Via: SIP/2.0/UDP {HOST}:{port};branch=z9hG4bK-spoiled-{number};rport",
        "Max-Forwards: 70",
        f'From: "고객" <sip:01012345678@{HOST}:{port}>;tag=from-{number}',
        f"To: <sip:15881234@{HOST}>" + (";tag=gone" if method in ("ACK", "BYE", "INFO") else ""),
        f"Call-ID: spoiled-{number}@{HOST}",
        f"CSeq: {1 + number % 97} {method}",
        f"Contact: <sip:01012345678@{HOST}:{port};transport=udp>",
        "Supported: timer, 100rel, replaces",
        "Session-Expires: 1800;refresher=uac",
        f"Refer-To: <sip:20@{HOST}>",
        "Event: refer",
        "RAck: 1 1 INVITE",
        *([f"Content-Type: {kind}"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """One to four accidents: cut out, repeated, a flipped bit, something inserted, two lines swapped, cut off."""
    bad = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(bad) + 1)
        end = min(len(bad), at + chance.randint(1, 40))
        match chance.randrange(6):
            case 0:
                del bad[at:end]
            case 1:
                bad[at:at] = bad[at:end] * chance.randint(1, 30)
            case 2 if at < len(bad):
                bad[at] ^= 1 << chance.randrange(8)
            case 3:
                bad[at:at] = chance.choice(ACCIDENTS)
            case 4:
                lines = bad.split(b"\r\n")
                one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[other] = lines[other], lines[one]
                bad = bytearray(b"\r\n".join(lines))
            case 5 if chance.random() < 0.2:
                del bad[at:]
    return bytes(bad)


@dataclass(slots=True)
class Sent:
    """``answered`` are the datagrams that got an answer; the others were dropped. ``looks_ms`` is how long OPTIONS took
    to be answered meanwhile; ``unanswered`` of those were not within 5 s."""

    datagrams: int = 0
    answered: set[int] = field(default_factory=set)
    codes: dict[int, int] = field(default_factory=dict)
    looks_ms: list[float] = field(default_factory=list)
    unanswered: int = 0

    def as_json(self) -> dict[str, object]:
        looks = sorted(self.looks_ms)
        return {
            "datagrams": self.datagrams,
            "answered": len(self.answered),
            "dropped": self.datagrams - len(self.answered),
            "answers": dict(sorted(self.codes.items())),
            "options_p95_ms": round(looks[int(0.95 * (len(looks) - 1))], 1) if looks else None,
            "options_max_ms": round(looks[-1], 1) if looks else None,
            "options_unanswered": self.unanswered,
        }


class Spoiler(asyncio.DatagramProtocol):
    """Whoever is called back by what was not understood quite right says that there is no such call."""

    def __init__(self, address: tuple[str, int], port: int, seed: int) -> None:
        self._address = address
        self._port = port
        self._chance = random.Random(seed)
        self._sent = Sent()
        self._looking: asyncio.Future[None] | None = None
        self._look = b""
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, target: str, seed: int) -> AsyncIterator[Spoiler]:
        """``target`` is a service's address on this machine, such as ``sip:127.0.0.1:5060``."""
        host, _, port = target.removeprefix("sip:").rpartition(":")
        mine, spare = open_pair(HOST, FIRST_PORT, LAST_PORT)
        spare.close()
        loop = asyncio.get_running_loop()
        transport, spoiler = await loop.create_datagram_endpoint(
            lambda: cls((host, int(port)), mine.getsockname()[1], seed), sock=mine
        )
        spoiler._transport = transport
        try:
            yield spoiler
        finally:
            transport.close()

    async def send(self, count: int) -> Sent:
        """So many, and every now and then an OPTIONS that is as it should be."""
        sent = self._sent = Sent()
        for number in range(count):
            if number % LOOKED_EVERY == 0:
                await asyncio.gather(self.look(), asyncio.sleep(LOOKED_EVERY / PER_SECOND))
            self._send(spoiled(good_message(number, self._port), self._chance))
            sent.datagrams += 1
        await self.look()
        await asyncio.sleep(STRAY_S)
        return sent

    async def look(self) -> None:
        """How the service is: an OPTIONS of its own, without repetition."""
        self._looking = asyncio.get_running_loop().create_future()
        self._look = b"z9hG4bK-look-%d" % self._chance.getrandbits(40)
        request = good_message(METHODS.index("OPTIONS"), self._port)
        began_s = time.perf_counter()
        self._send(re.sub(rb"z9hG4bK-spoiled-\d+", self._look, request).replace(b"spoiled-", self._look))
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._looking
            self._sent.looks_ms.append(1000 * (time.perf_counter() - began_s))
        except TimeoutError:
            self._sent.unanswered += 1

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._look and self._look in data and self._looking and not self._looking.done():
            self._looking.set_result(None)
            return
        with contextlib.suppress(MessageInvalid):
            message = read(data)
            if isinstance(message, Response):
                self._count(message, data)
            elif isinstance(message, Request) and message.method != "ACK":
                self._send(to_bytes(response_to(message, 481)))

    def _count(self, response: Response, data: bytes) -> None:
        numbered = _NUMBERED.search(data)
        if response.code == 100 or numbered is None or int(numbered[1]) in self._sent.answered:
            return
        self._sent.answered.add(int(numbered[1]))
        self._sent.codes[response.code] = self._sent.codes.get(response.code, 0) + 1

    def _send(self, data: bytes) -> None:
        assert self._transport
        self._transport.sendto(data, self._address)


def faults_in(log: Iterable[bytes]) -> dict[str, object]:
    """Exceptions and errors in what a service has logged, and the first of them."""
    lines = [line.decode(errors="replace").rstrip() for line in log]
    tracebacks = [at for at, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    errors = [line for line in lines if line.startswith(("ERROR", "CRITICAL"))]
    first = errors[:1] or lines[tracebacks[0] : tracebacks[0] + 20] if errors or tracebacks else []
    return {"lines": len(lines), "tracebacks": len(tracebacks), "errors": len(errors), "first": " | ".join(first)}
