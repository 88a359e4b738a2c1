"""What the peer's media line wants besides its formats: where packets go, which way, and how long they are."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.sdp import Media, SessionDescription, number

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
FRAME_MS = 20
SHORTEST_PACKET_MS, LONGEST_PACKET_MS = 10, 60  # whoever asks for others is not listened to

_MIRRORED: dict[str, Direction] = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
_NOT_SENT: dict[Direction, Direction] = {"sendrecv": "recvonly", "sendonly": "inactive"}


@dataclass(frozen=True, slots=True)
class Peer:
    """``remote`` and ``remote_rtcp`` are an IP address and a port; ``direction`` is seen from here.

    ``packet_ms`` is 20, 40 or 60.
    """

    remote: tuple[str, int]
    remote_rtcp: tuple[str, int]
    is_muxed: bool
    direction: Direction
    packet_ms: int

    @classmethod
    def of(cls, description: SessionDescription, media: Media, our_host: str, *, may_mux: bool = True) -> Peer:
        """:class:`NotAcceptable` where packets cannot go there from ``our_host``."""
        if not media.port:
            raise NotAcceptable("the audio is switched off: its port is 0")
        host = description.host_of(media)
        if host is None:
            raise NotAcceptable("nothing says where the audio goes: there is no c= line")
        if complaint := _complaint(host, our_host):
            raise NotAcceptable(f"audio cannot go to {host[:60]!r}: {complaint}")
        direction = _direction(description, media)
        if is_nowhere(host):  # the hold of RFC 2543, still in use
            direction = _NOT_SENT.get(direction, direction)
        is_muxed = may_mux and media.has("rtcp-mux")
        remote = (host, media.port)
        return cls(remote, remote if is_muxed else _rtcp(media, host, our_host), is_muxed, direction, _packet_ms(media))


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_nowhere(address: str) -> bool:
    """0.0.0.0 and ::."""
    return ipaddress.ip_address(address).is_unspecified


def _complaint(host: str, our_host: str) -> str | None:
    if not is_address(host):
        return "that is no IP address"
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return None
    if "%" in host or address.is_multicast or host == "255.255.255.255":
        return "that is not the address of one machine"
    if address.version != (6 if ":" in our_host else 4):
        return f"audio is on IPv{10 - address.version} here"
    return None


def _direction(description: SessionDescription, media: Media) -> Direction:
    for attributes in (media.attributes, description.attributes):
        for name, _ in attributes:
            if name in DIRECTIONS:
                return _MIRRORED.get(name, "sendrecv")
    return "sendrecv"


def _rtcp(media: Media, host: str, our_host: str) -> tuple[str, int]:
    """RFC 3605, or the port above; behind the last port is none, so both share it."""
    words = (media.value("rtcp") or "").split()
    port = number(words[0], 65_535) if words else 0
    if port <= 0:
        return host, min(media.port + 1, 65_535)
    if len(words) == 4 and not _complaint(words[3], our_host):
        return words[3], port
    return host, port


def _packet_ms(media: Media) -> int:
    """Whole frames: what is asked for, rounded down, but a frame at least."""
    asked, most = number(media.value("ptime") or "", 1_000), number(media.value("maxptime") or "", 1_000)
    packet_ms = asked if SHORTEST_PACKET_MS <= asked <= LONGEST_PACKET_MS else FRAME_MS
    if most >= SHORTEST_PACKET_MS:
        packet_ms = min(packet_ms, most)
    return max(FRAME_MS, packet_ms // FRAME_MS * FRAME_MS)
