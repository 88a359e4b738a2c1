"""What a telephone puts on the wire, as packets: G.711 in 20 ms, keys by RFC 4733; and a file of packets to play."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.audio import MU_LAW, Samples

PACKET_MS = 20
PACKET_SAMPLES = 160  # at 8 kHz
KEYS_TYPE = 101
KEYS = "0123456789*#"
TONE_PACKETS, END_PACKETS = 5, 3  # 100 ms, and its end three times
VOLUME = 10
END_BIT = 0x80

_FILE = struct.Struct("<IHHiIII")
_RECORD = struct.Struct("<IIII")
_ETHERNET = bytes(12) + b"\x08\x00"
_MAGIC, _VERSION, _SNAP_BYTES, _LINK_ETHERNET = 0xA1B2C3D4, (2, 4), 65_535, 1
_PORT = 4_000  # whoever plays the file writes other addresses


@dataclass(slots=True)
class Talker:
    """One stream. Its packets go out one each 20 ms, in the order in which they were made."""

    ssrc: int = field(default_factory=lambda: random.getrandbits(32))
    sequence: int = field(default_factory=lambda: random.getrandbits(15))
    timestamp: int = field(default_factory=lambda: random.getrandbits(31))

    def says(self, sound: Samples) -> list[bytes]:
        """``sound`` of 8 kHz as µ-law; what does not fill a packet at its end is left out."""
        whole = len(sound) // PACKET_SAMPLES * PACKET_SAMPLES
        return [
            self._packet(0, MU_LAW.encode(sound[at : at + PACKET_SAMPLES])) for at in range(0, whole, PACKET_SAMPLES)
        ]

    def presses(self, keys: str) -> list[bytes]:
        """100 ms each, with 60 ms between (RFC 4733, section 2.5.1)."""
        packets: list[bytes] = []
        for key in keys:
            began = self.timestamp
            for number in range(1, TONE_PACKETS + END_PACKETS + 1):
                duration = min(number, TONE_PACKETS) * PACKET_SAMPLES
                volume = VOLUME | (END_BIT if number > TONE_PACKETS else 0)
                payload = struct.pack("!BBH", KEYS.index(key), volume, duration)
                packets.append(self._packet(KEYS_TYPE, payload, is_first=number == 1, timestamp=began))
        return packets

    def _packet(self, payload_type: int, payload: bytes, is_first: bool = False, timestamp: int | None = None) -> bytes:
        at = self.timestamp if timestamp is None else timestamp
        header = struct.pack("!BBHII", 0x80, payload_type | is_first << 7, self.sequence, at, self.ssrc)
        self.sequence = self.sequence + 1 & 0xFFFF
        self.timestamp = self.timestamp + PACKET_SAMPLES & 0xFFFFFFFF
        return header + payload


def write_pcap(path: Path, packets: Iterable[bytes]) -> None:
    """UDP over IPv4 over Ethernet, one packet each 20 ms. Addresses and checksums mean nothing."""
    with path.open("wb") as file:
        file.write(_FILE.pack(_MAGIC, *_VERSION, 0, 0, _SNAP_BYTES, _LINK_ETHERNET))
        for number, packet in enumerate(packets):
            udp = struct.pack("!HHHH", _PORT, _PORT, 8 + len(packet), 0) + packet
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), bytes(4))
            data = _ETHERNET + ip + udp
            seconds, milliseconds = divmod(number * PACKET_MS, 1000)
            file.write(_RECORD.pack(seconds, milliseconds * 1000, len(data), len(data)) + data)
