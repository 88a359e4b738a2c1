"""A server that helps the two ends of a call to find each other. In a file of its own, as the front knows no ICE."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IceServer:
    """``stun:HOST:PORT``, ``turn:HOST:PORT?transport=udp``, ``turns:HOST`` (RFC 7064, 7065)."""

    uri: str
    username: str = ""
    credential: str = field(default="", repr=False)
