"""A telephone that is told each message to send, right or wrong, and shows what comes: for what sipp cannot do."""

from __future__ import annotations

import itertools
import re
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
LARGEST_BYTES = 65_535


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that came. ``headers`` are by names in lower case, the first of each."""

    start: str
    headers: dict[str, str]
    body: str

    @classmethod
    def read(cls, data: bytes) -> Heard:
        head, _, body = data.decode().partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        return cls(start, dict(reversed(pairs)), body)

    @property
    def code(self) -> int:
        """0 of a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of a response that of its request."""
        return self.headers["cseq"].split()[1]

    @property
    def cseq(self) -> int:
        return int(self.headers["cseq"].split()[0])


@dataclass(slots=True)
class Phone:
    """One call at a time over UDP. ``sdp`` describes a socket of its own for RTP; 5 s are the longest wait."""

    to: tuple[str, int]
    host: str = LOOPBACK
    number: str = "01012345678"
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    their_tag: str = ""
    target: str = ""
    answer: str = ""
    branches: dict[int, str] = field(default_factory=dict)
    cseqs: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    signalling: socket.socket = field(init=False)
    rtp: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.signalling, self.rtp = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
        for sock in (self.signalling, self.rtp):
            sock.bind((self.host, 0))
        self.target = f"sip:15880000@{self.to[0]}:{self.to[1]}"

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *_: object) -> None:
        self.signalling.close()
        self.rtp.close()

    @property
    def sdp(self) -> str:
        port = self.rtp.getsockname()[1]
        lines = [f"o=phone 1 1 IN IP4 {self.host}", "s=-", f"c=IN IP4 {self.host}", "t=0 0"]
        return "\r\n".join(["v=0", *lines, f"m=audio {port} RTP/AVP 0", ""])

    @property
    def remote_rtp(self) -> tuple[str, int]:
        """Where the other side's description wants sound to be sent."""
        found = re.search(r"^m=audio (\d+) ", self.answer, re.M)
        assert found, self.answer
        return self.to[0], int(found[1])

    def request(
        self, method: str, cseq: int, *headers: str, body: str = "", kind: str = "application/sdp", branch: str = ""
    ) -> str:
        host, port = self.signalling.getsockname()
        branch = branch or "z9hG4bK" + secrets.token_hex(6)
        if method == "INVITE":
            self.branches[cseq] = branch
        lines = [
            f"{method} {self.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch={branch}",
            f"From: <sip:{self.number}@{host}>;tag={self.tag}",
            f"To: <sip:15880000@{self.to[0]}>" + (f";tag={self.their_tag}" if self.their_tag else ""),
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:phone@{host}:{port}>",
            "Max-Forwards: 70",
            *headers,
            *([f"Content-Type: {kind}"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", body])

    def send(self, text: str | bytes) -> None:
        self.signalling.sendto(text if isinstance(text, bytes) else text.encode(), self.to)

    def hear(self, limit_s: float = 5.0) -> Heard:
        """The next message, 100 and 180 left out; fails the test where none comes."""
        heard = self.heard_within(limit_s)
        assert heard, f"nothing came in {limit_s} s"
        return heard

    def heard_within(self, limit_s: float) -> Heard | None:
        end_s = time.monotonic() + limit_s
        while (left_s := end_s - time.monotonic()) > 0:
            self.signalling.settimeout(left_s)
            try:
                heard = Heard.read(self.signalling.recv(LARGEST_BYTES))
            except TimeoutError:
                return None
            if heard.code not in (100, 180):
                return heard
        return None

    def invite(self, *headers: str, sdp: str | None = None) -> int:
        """Its CSeq."""
        cseq = next(self.cseqs)
        self.send(self.request("INVITE", cseq, *headers, body=self.sdp if sdp is None else sdp))
        return cseq

    def note(self, heard: Heard) -> None:
        """The dialog that a 200 makes, or refreshes."""
        self.their_tag = heard.headers["to"].rpartition("tag=")[2]
        self.target = heard.headers["contact"].partition("<")[2].partition(">")[0]
        self.answer = heard.body or self.answer

    def ack(self, heard: Heard) -> None:
        """Of whatever an INVITE was answered by."""
        if heard.code < 300:
            self.note(heard)
            self.send(self.request("ACK", heard.cseq))
            return
        target, tag = self.target, self.their_tag
        self.their_tag = heard.headers["to"].rpartition("tag=")[2]
        self.send(self.request("ACK", heard.cseq, branch=self.branches[heard.cseq]))
        self.target, self.their_tag = target, tag

    def cancel(self, cseq: int) -> None:
        self.send(self.request("CANCEL", cseq, branch=self.branches[cseq]))

    def respond(self, heard: Heard, code: str, body: str = "") -> None:
        host, port = self.signalling.getsockname()
        kept = [f"{name}: {heard.headers[name]}" for name in ("via", "from", "to", "call-id", "cseq")]
        described = [f"Contact: <sip:phone@{host}:{port}>", "Content-Type: application/sdp"] if body else []
        lines = [f"SIP/2.0 {code}", *kept, *described, f"Content-Length: {len(body)}"]
        self.send("\r\n".join([*lines, "", body]))

    def call(self, *headers: str) -> Heard:
        """To the ACK; the 200."""
        self.invite(*headers)
        heard = self.hear()
        assert heard.code == 200, heard.start
        self.ack(heard)
        return heard

    def hang_up(self) -> None:
        self.send(self.request("BYE", next(self.cseqs)))
        while (heard := self.hear()).method != "BYE":
            pass
        assert heard.code == 200, heard.start
