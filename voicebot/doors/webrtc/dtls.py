"""The keys to one browser: DTLS-SRTP (RFC 5764) by aiortc, and RTP with them, a plain call for each packet.

All that we touch of aiortc's inside is in this file: the two SRTP sessions that its transport has made, and how it
makes a context of OpenSSL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

import pylibsrtp
from aiortc.rtcdtlstransport import (
    SRTP_PROFILES,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.rtcicetransport import RTCIceTransport

from voicebot.doors.webrtc.ice import Ice

MOST_FLIGHTS = 32  # datagrams of a handshake that wait to be read: further ones are dropped, DTLS sends them again


def warm_up() -> None:
    """What the first association of a process would otherwise load while calls are waiting: up to 30 ms."""
    RTCCertificate.generateCertificate()._create_ssl_context(SRTP_PROFILES)


class Dtls:
    """One association with one browser. It outlives the ICE connection: ``ice`` may be replaced by a newer one.

    ``fingerprints`` are the browser's certificate's (algorithm, value). ``rtp`` and ``rtcp`` get what has been
    unprotected; what cannot be is of somebody else, or comes again: it is dropped, and counted in ``strangers``.
    ``over`` is told when the browser has closed the association.
    """

    def __init__(
        self,
        fingerprints: Sequence[tuple[str, str]],
        is_client: bool,
        rtp: Callable[[bytes], None],
        rtcp: Callable[[bytes], None],
        over: Callable[[Dtls], None],
    ) -> None:
        self.ice: Ice | None = None
        self.strangers = 0
        self.fingerprints = tuple(fingerprints)
        self.is_client = is_client
        self._rtp, self._rtcp, self._over = rtp, rtcp, over
        self._flights: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_FLIGHTS)
        self._received: pylibsrtp.Session | None = None
        self._sent: pylibsrtp.Session | None = None
        certificate = RTCCertificate.generateCertificate()
        self.fingerprint = next(found.value for found in certificate.getFingerprints() if found.algorithm == "sha-256")
        self._transport = RTCDtlsTransport(cast(RTCIceTransport, self), [certificate])

    @property
    def is_open(self) -> bool:
        """Whether the handshake is done, and neither side has said goodbye."""
        return self._sent is not None and self._transport.state == "connected"

    async def start(self) -> None:
        """Shakes hands over ``ice``. Raises ConnectionError, in the end or when closed; waits as long as it is let."""
        told = [RTCDtlsFingerprint(algorithm, value) for algorithm, value in self.fingerprints]
        await self._transport.start(RTCDtlsParameters(told))
        if self._transport.state != "connected":
            raise ConnectionError("the browser's DTLS handshake failed, or its certificate is not the one it announced")
        self._received, self._sent = self._transport._rx_srtp, self._transport._tx_srtp
        self._transport.on("statechange", self._changed)

    async def close(self) -> None:
        """Tells the browser (close_notify); ``over`` is not told."""
        self._transport.remove_all_listeners()
        self._received = self._sent = None
        await self._transport.stop()
        self._hand_on(None)

    def arrived(self, datagram: bytes) -> None:
        """Anything from the browser, or from a stranger."""
        if not 127 < datagram[0] < 192:
            if 19 < datagram[0] < 64:
                self._hand_on(datagram)
            return
        if self._received is None or len(datagram) < 12:
            return
        try:
            if 63 < datagram[1] & 0x7F < 96:  # RFC 5761 section 4
                self._rtcp(self._received.unprotect_rtcp(datagram))
            else:
                self._rtp(self._received.unprotect(datagram))
        except (pylibsrtp.Error, ValueError):
            self.strangers += 1

    def send_rtp(self, packet: bytes) -> None:
        """Dropped while there are no keys, or no way."""
        if self._sent is not None and self.ice is not None:
            self.ice.send_now(self._sent.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        if self._sent is not None and self.ice is not None:
            self.ice.send_now(self._sent.protect_rtcp(packet))

    def _hand_on(self, datagram: bytes | None) -> None:
        if self._flights.full():
            if datagram is not None:
                return
            self._flights.get_nowait()
        self._flights.put_nowait(datagram)

    def _changed(self) -> None:
        if self._transport.state == "closed":
            self._over(self)

    # ---- what aiortc's transport asks of an ICE transport

    @property
    def role(self) -> str:
        """aiortc makes the controlling side of ORTC the DTLS server."""
        return "controlled" if self.is_client else "controlling"

    async def _recv(self) -> bytes:
        datagram = await self._flights.get()
        if datagram is None:
            raise ConnectionError("the association was closed")
        return datagram

    async def _send(self, datagram: bytes) -> None:
        if self.ice is not None:
            self.ice.send_now(datagram)
