"""A telephone's sound as a recorded caller sees it: RTP on a UDP socket of its own, no jitter buffer in between."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Callable

from aiortc.rtp import RtpPacket

from aicc.simulation.impairment import ImpairedPath, Impairment
from aicc.simulation.wire import Arrived, arrival_ms, note_arrivals
from voicebot.audio import FRAME_MS, Samples
from voicebot.doors.rtp.codecs import Codec, CodecName, open_codec
from voicebot.doors.rtp.negotiation import Means, Negotiation
from voicebot.doors.rtp.ports import open_pair
from voicebot.doors.rtp.sender import Sender

FIRST_PORT, LAST_PORT = 40_000, 49_999
MOST_PACKETS_A_TICK = 64
LARGEST_PACKET_BYTES = 1_500


class RtpWire:
    """See ``Wire``. ``hung_up`` is called once, when this side hangs up; the signalling says when the other side does.

    What of the bot's sound was lost on the way is not made up: its frames are those that came.
    """

    def __init__(
        self, host: str, codec: CodecName, hung_up: Callable[[], None], impairment: Impairment, seed: int
    ) -> None:
        """OSError where no two ports are free."""
        self._rtp, self._rtcp = open_pair(host, FIRST_PORT, LAST_PORT)
        note_arrivals(self._rtp)
        self._negotiation = Negotiation(Means(host, self._rtp.getsockname()[1], self._rtcp.getsockname()[1], (codec,)))
        self._codec: Codec = open_codec(codec)
        self.rate_hz = self._codec.rate_hz
        self._sender: Sender | None = None
        self._path = ImpairedPath(impairment, self._deliver, seed)
        self._chance = random.Random(seed)
        self._hung_up = hung_up
        self._asked_ms = time.monotonic_ns() / 1e6
        self._is_closed = False
        self.why_closed = ""

    def offer(self) -> str:
        return self._negotiation.offer()

    def answered(self, sdp: str) -> None:
        """Raises NotAcceptable."""
        self._negotiation.take_answer(sdp)
        agreed = self._negotiation.agreed
        assert agreed
        if self._sender is None:
            self._sender = Sender(agreed, self.rate_hz, lambda: time.monotonic_ns() / 1e6, self._chance)
        else:
            self._sender.change(agreed)

    def invited(self, sdp: str) -> str:
        """Ours to the far side's first offer, where that one calls. Raises NotAcceptable."""
        answer = self._negotiation.answer(sdp)
        agreed = self._negotiation.agreed
        assert agreed
        self._sender = Sender(agreed, self.rate_hz, lambda: time.monotonic_ns() / 1e6, self._chance)
        return answer

    def reoffered(self, sdp: str) -> str:
        """Ours to the bot's later offer. Raises NotAcceptable."""
        answer = self._negotiation.answer(sdp)
        if self._sender and (agreed := self._negotiation.agreed):
            self._sender.change(agreed)
        return answer

    def receive(self) -> list[Arrived]:
        arrived: list[Arrived] = []
        agreed = self._negotiation.agreed
        since_ms, self._asked_ms = self._asked_ms, time.monotonic_ns() / 1e6
        for _ in range(MOST_PACKETS_A_TICK):
            if self._is_closed:
                break
            try:
                data, notes, _, _ = self._rtp.recvmsg(LARGEST_PACKET_BYTES, 64)
            except OSError:
                break
            with contextlib.suppress(ValueError):
                packet = RtpPacket.parse(data)
                if agreed and packet.payload_type in agreed.receives:
                    at_ms = arrival_ms(notes, since_ms, self._asked_ms)
                    frames = self._codec.decode(packet.payload)
                    size = self.rate_hz * FRAME_MS // 1000
                    arrived += [
                        Arrived(frames[start : start + size], at_ms) for start in range(0, len(frames) - size + 1, size)
                    ]
        return arrived

    def send(self, frame: Samples) -> None:
        if self._sender is not None and not self._is_closed:
            for packet in self._sender.packets(frame):
                self._path.send(packet)

    def press(self, keys: str) -> None:
        if self._sender is not None:
            self._sender.press(keys)

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def closed(self, why: str = "") -> None:
        """The other side has hung up, or the call has failed; a second time does nothing."""
        if self._is_closed:
            return
        self._is_closed, self.why_closed = True, why
        self._rtp.close()
        self._rtcp.close()

    def hang_up(self) -> None:
        if not self._is_closed:
            self.closed()
            self._hung_up()

    def _deliver(self, packet: bytes) -> None:
        agreed = self._negotiation.agreed
        if self._is_closed or agreed is None:
            return
        with contextlib.suppress(OSError):  # a full buffer loses packets, as networks do
            self._rtp.sendto(packet, agreed.remote)


def local_address(towards: tuple[str, int]) -> str:
    """The address of this machine that a peer is reached from."""
    family = socket.AF_INET6 if ":" in towards[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect(towards)
        return str(probe.getsockname()[0])
