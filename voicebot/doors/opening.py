"""The doors whose two sides agree by descriptions, opened as an installation has chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from voicebot.doors.negotiable import NegotiableDoor
from voicebot.doors.rtp.door import RtpDoor
from voicebot.doors.rtp.formats import CodecName
from voicebot.doors.rtp.key_exchange import Encryption
from voicebot.doors.webrtc.door import WebRtcDoor
from voicebot.doors.webrtc.ice import Network
from voicebot.doors.webrtc.ice_server import IceServer
from voicebot.link import AddLeg, Offer


class NoSuchDoor(OSError):
    """A call wants a door that cannot be opened here."""


@dataclass(frozen=True, slots=True)
class Doors:
    """``rtp_ports`` are for the sound of telephones and pages alike, first and last.

    ``rtp_host`` is where packets of telephones come to, where that is another address than they are told.
    ``ice_servers`` are asked for anew for each call: their passwords expire.
    """

    rtp_ports: tuple[int, int]
    codecs: tuple[CodecName, ...]
    srtp: Encryption
    lost_after_s: float
    rtp_host: str | None = None
    ice_servers: Callable[[], Iterable[IceServer]] = tuple

    def open(self, offer: Offer | AddLeg) -> NegotiableDoor:
        """On the loop of the calls. Raises :class:`NoSuchDoor`, :class:`voicebot.doors.rtp.ports.NoPorts`."""
        if offer.door == "sip":
            return RtpDoor(
                self.rtp_host or offer.host,
                *self.rtp_ports,
                codecs=self.codecs,
                srtp=self.srtp,
                shown_host=offer.host,
                lost_after_s=self.lost_after_s,
            )
        if offer.door == "webrtc":
            first, last = self.rtp_ports
            return WebRtcDoor(Network(tuple(self.ice_servers()), ports=range(first, last + 1)))
        raise NoSuchDoor(f"no door {offer.door} agrees by descriptions: there are sip and webrtc")
