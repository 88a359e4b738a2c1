"""What a caller's telephone puts on the wire, and a network that carries it late, twice or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from aiortc.rtp import RtpPacket

from tests.fakes.clock import VirtualClock
from voicebot.audio import MU_LAW, Samples, to_int16
from voicebot.doors.rtp.negotiation import Agreed
from voicebot.doors.rtp.stream import RtpStream
from voicebot.doors.rtp.telephone_events import KeyPlayer

CALLER = ("127.0.0.1", 4000)

AGREED = Agreed(
    codec="PCMU",
    payload_type=0,
    clock_hz=8_000,
    receives={0: "PCMU"},
    event_payload_type=101,
    event_clock_hz=8_000,
    event_types=frozenset({101}),
    comfort_payload_type=13,
    remote=CALLER,
    remote_rtcp=(CALLER[0], CALLER[1] + 1),
    direction="sendrecv",
)
OPUS = replace(
    AGREED, codec="opus", payload_type=111, clock_hz=48_000, receives={111: "opus"}, comfort_payload_type=None
)


def voice(samples: int, rate_hz: int = 8_000) -> Samples:
    """A voice that glides: no two of its frames are alike, none is silent."""
    time_s = np.arange(samples) / rate_hz
    phase = np.cumsum(140 + 40 * np.sin(3 * time_s)) / rate_hz
    return to_int16(16_000 * (phase % 1 - 0.5))


def rtp(number: int, payload: bytes = b"\xff" * 160, **fields: Any) -> bytes:
    """The packet of the frame ``number``; ``fields`` replace those of a plain stream of mu-law in 20 ms."""
    packet = RtpPacket(
        payload_type=fields.get("payload_type", 0),
        marker=fields.get("marker", int(number == 0)),
        sequence_number=fields.get("sequence", number) & 0xFFFF,
        timestamp=fields.get("timestamp", 160 * number) & 0xFFFFFFFF,
        ssrc=fields.get("ssrc", 0x1234),
        payload=payload,
    )
    packet.csrc = fields.get("csrc", [])
    packet.padding_size = fields.get("padding", 0)
    return packet.serialize()


def spoken(sound: Samples, packet_ms: int = 20, sequence: int = 0, timestamp: int = 0) -> list[bytes]:
    """The sound in mu-law, packet by packet."""
    length = 8 * packet_ms
    return [
        rtp(
            number,
            MU_LAW.encode(sound[number * length : (number + 1) * length]),
            sequence=sequence + number,
            timestamp=timestamp + number * length,
        )
        for number in range(len(sound) // length)
    ]


def keys_packets(keys: str, sequence: int = 0, timestamp: int = 0) -> list[bytes]:
    """Keys that are pressed one behind the other."""
    player = KeyPlayer(8_000)
    player.press(keys)
    packets = []
    for tick in range(20 * len(keys)):
        due = player.packet_due(timestamp + 160 * tick)
        if due is not None:
            packets.append(
                rtp(0, due.payload, payload_type=101, sequence=sequence, timestamp=due.timestamp, marker=due.marker)
            )
            sequence += 1
    return packets


class Heard:
    """A stream at the end of a network, ticked every 20 ms: ``sound`` is what it has played so far."""

    def __init__(self, agreed: Agreed = AGREED, rate_hz: int = 8_000) -> None:
        self.clock = VirtualClock(1_000)
        self.stream = RtpStream(agreed, rate_hz, self.clock.now_ms)
        self._frames: list[Samples] = []
        self.delays_ms: list[float] = []

    @property
    def sound(self) -> Samples:
        return np.concatenate(self._frames)

    def tick(self) -> Samples:
        self.clock.pass_ms(20)
        frame = self.stream.receive()
        self._frames.append(frame)
        self.delays_ms.append(self.stream.figures.delay_ms)
        return frame

    def carry(self, arrivals: Iterable[tuple[float, bytes]], ticks: int) -> None:
        """Packets that arrive so many ms from now."""
        began_ms = self.clock.ms
        waiting = sorted(arrivals, key=lambda arrival: arrival[0])[::-1]
        for _ in range(ticks):
            while waiting and began_ms + waiting[-1][0] <= self.clock.ms + 20:
                at_ms, packet = waiting.pop()
                self.stream.arrived(packet, began_ms + at_ms)
            self.tick()


def evenly(packets: Iterable[bytes], packet_ms: float = 20, first_ms: float = 7) -> list[tuple[float, bytes]]:
    return [(first_ms + number * packet_ms, packet) for number, packet in enumerate(packets)]
