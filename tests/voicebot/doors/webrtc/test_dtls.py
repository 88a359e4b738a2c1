"""Two associations that shake hands over a wire without sockets: keys, strangers, goodbyes."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiortc.rtcdtlstransport import RTCDtlsTransport

from tests.voicebot.doors.webrtc.browser import until
from voicebot.doors.webrtc.dtls import MOST_FLIGHTS, Dtls, warm_up
from voicebot.doors.webrtc.ice import Ice

RTP = struct.pack("!BBHII", 0x80, 111, 7, 960, 42) + b"sound"
RTCP = struct.pack("!BBHI", 0x80, 201, 1, 42)

SHORT = [b"\x80", b"\x80" * 11, b"\x05", b"\xff", b"\x16" * 100]
LIKE_SRTP = [b"\x80\x6f" + bytes(100), b"\x80\xc9" + bytes(100), b"\xbf" * 1_400, b"\x80" * 9_000]
LIKE_DTLS = [b"\x16\xfe\xfd" + bytes(60), b"\x17\xfe\xfd" + bytes(2_000)]


class Wire:
    """Stands for the ICE connection: hands a datagram to the other side, in order, or lets it be lost."""

    def __init__(self, to: Callable[[], Dtls]) -> None:
        self.sent: list[bytes] = []
        self.lost = 0
        self._to = to

    def send_now(self, data: bytes) -> None:
        self.sent.append(data)
        if self.lost:
            self.lost -= 1
        else:
            asyncio.get_running_loop().call_soon(self._to().arrived, data)


class End:
    def __init__(self, is_client: bool) -> None:
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.over: list[Dtls] = []
        self.dtls = Dtls([], is_client, self.rtp.append, self.rtcp.append, self.over.append)


@asynccontextmanager
async def ends() -> AsyncIterator[tuple[End, End]]:
    ours, theirs = End(is_client=True), End(is_client=False)
    ours.dtls.ice = cast(Ice, Wire(lambda: theirs.dtls))
    theirs.dtls.ice = cast(Ice, Wire(lambda: ours.dtls))
    ours.dtls.fingerprints = (("sha-256", theirs.dtls.fingerprint),)
    theirs.dtls.fingerprints = (("sha-256", ours.dtls.fingerprint),)
    try:
        yield ours, theirs
    finally:
        await ours.dtls.close()
        await theirs.dtls.close()


def wire(end: End) -> Wire:
    return cast(Wire, end.dtls.ice)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def test_aiortc_is_still_built_as_we_use_it() -> None:
    async def work() -> None:
        transport = vars(End(is_client=True).dtls)["_transport"]
        assert isinstance(transport, RTCDtlsTransport)
        assert (transport._rx_srtp, transport._tx_srtp, transport.state) == (None, None, "new")

    run(work())


def test_warming_up_is_nothing_to_see() -> None:
    warm_up()


def test_packets_go_both_ways_and_none_can_be_read_in_between() -> None:
    async def work() -> None:
        async with ends() as (ours, theirs):
            assert not ours.dtls.is_open
            await asyncio.gather(ours.dtls.start(), theirs.dtls.start())
            assert ours.dtls.is_open and theirs.dtls.is_open
            ours.dtls.send_rtp(RTP)
            theirs.dtls.send_rtp(RTP)
            theirs.dtls.send_rtcp(RTCP)
            await until(lambda: ours.rtp and theirs.rtp and ours.rtcp)
            assert (ours.rtp, theirs.rtp, ours.rtcp, theirs.rtcp) == ([RTP], [RTP], [RTCP], [])
            assert b"sound" not in wire(ours).sent[-1] + wire(theirs).sent[-2]

    run(work())


def test_a_lost_flight_is_sent_again() -> None:
    async def work() -> None:
        async with ends() as (ours, theirs):
            wire(ours).lost = wire(theirs).lost = 1
            await asyncio.gather(ours.dtls.start(), theirs.dtls.start())

    run(work())


def test_a_certificate_that_was_not_announced() -> None:
    async def work() -> None:
        async with ends() as (ours, theirs):
            ours.dtls.fingerprints = (("sha-256", ours.dtls.fingerprint),)
            said = await asyncio.gather(ours.dtls.start(), theirs.dtls.start(), return_exceptions=True)
            assert isinstance(said[0], ConnectionError)
            assert "not the one it announced" in str(said[0])
            ours.dtls.send_rtp(RTP)
            assert theirs.rtp == []

    run(work())


@pytest.mark.parametrize("datagram", [*SHORT, *LIKE_SRTP, *LIKE_DTLS])
def test_what_nobody_has_protected_is_dropped_and_harms_nothing(datagram: bytes) -> None:
    async def work() -> None:
        async with ends() as (ours, theirs):
            ours.dtls.arrived(datagram)
            await asyncio.gather(ours.dtls.start(), theirs.dtls.start())
            ours.dtls.arrived(datagram)
            theirs.dtls.send_rtp(RTP)
            await until(lambda: ours.rtp)
            assert (ours.rtp, ours.rtcp, ours.over) == ([RTP], [], [])

    run(work())


def test_a_packet_that_comes_again_is_heard_once() -> None:
    async def work() -> None:
        async with ends() as (ours, theirs):
            await asyncio.gather(ours.dtls.start(), theirs.dtls.start())
            theirs.dtls.send_rtp(RTP)
            await until(lambda: ours.rtp)
            ours.dtls.arrived(wire(theirs).sent[-1])
            assert (ours.rtp, ours.dtls.strangers) == ([RTP], 1)

    run(work())


def test_goodbye() -> None:
    async def work() -> None:
        async with ends() as (ours, theirs):
            await asyncio.gather(ours.dtls.start(), theirs.dtls.start())
            await theirs.dtls.close()
            await until(lambda: ours.over)
            assert (ours.over, theirs.over) == ([ours.dtls], [])
            assert not ours.dtls.is_open and not theirs.dtls.is_open
            ours.dtls.send_rtp(RTP)
            theirs.dtls.arrived(wire(ours).sent[-1])
            assert theirs.rtp == []

    run(work())


def test_closing_ends_a_handshake_that_nobody_answers() -> None:
    async def work() -> None:
        async with ends() as (ours, _):
            starting = asyncio.ensure_future(ours.dtls.start())
            await asyncio.sleep(0)
            await ours.dtls.close()
            with pytest.raises(ConnectionError):
                await starting

    run(work())


def test_a_flood_of_handshakes_is_not_kept() -> None:
    async def work() -> None:
        async with ends() as (ours, _):
            for _ in range(10 * MOST_FLIGHTS):
                ours.dtls.arrived(b"\x16" * 100)
            assert vars(ours.dtls)["_flights"].qsize() == MOST_FLIGHTS

    run(work())
