"""The way to a browser: what is believed of candidates, servers that do not answer, datagrams from anybody."""

from __future__ import annotations

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aioice.ice
import aioice.stun
import aioice.turn
import pytest
import uvloop
from aioice import Candidate, Connection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voicebot.doors.webrtc.browser import until
from voicebot.doors.webrtc.ice import GATHER_S, MOST_CANDIDATES, Credentials, Ice, Network, read_candidate
from voicebot.doors.webrtc.ice_server import IceServer

NEVER = Credentials("fake", "f" * 22)
HERE = Network(addresses=("127.0.0.1",))


class Heard:
    def __init__(self) -> None:
        self.datagrams: list[bytes] = []
        self.lost: list[Ice] = []

    def by(self, ice: Ice) -> Ice:
        ice.arrived = self.datagrams.append
        return ice


@asynccontextmanager
async def gathered(network: Network = HERE, remote: Credentials = NEVER) -> AsyncIterator[tuple[Ice, Heard]]:
    heard = Heard()
    ice = heard.by(Ice(network, remote, heard.lost.append))
    await ice.gather_candidates()
    try:
        yield ice, heard
    finally:
        await ice.close()


@asynccontextmanager
async def joined() -> AsyncIterator[tuple[Ice, Heard, Connection]]:
    """Ours, and a browser's that has nominated a pair."""
    browser = Connection(ice_controlling=True)
    await browser.gather_candidates()
    async with gathered(remote=Credentials(browser.local_username, browser.local_password)) as (ice, heard):
        browser.remote_username, browser.remote_password = ice.local.username, ice.local.password
        for candidate in ice.local_candidates:
            await browser.add_remote_candidate(candidate)
        await browser.add_remote_candidate(None)
        try:
            await asyncio.gather(ice.connect(), browser.connect())
            yield ice, heard, browser
        finally:
            await browser.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def silent_server() -> socket.socket:
    """It takes everything and never answers."""
    server = socket.socket(type=socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    return server


# ---- what we touch of aioice's inside: a newer one that is built differently shows here, by name


def test_aioice_is_still_built_as_we_use_it() -> None:
    assert {"self", "remote_candidate", "network_host"} == set(
        inspect.signature(Connection._add_remote_candidate).parameters
    )
    assert [*inspect.signature(Connection.check_incoming).parameters] == ["self", "message", "addr", "protocol"]
    assert [*inspect.signature(Connection.get_component_candidates).parameters] == [
        "self",
        "component",
        "addresses",
        "timeout",
    ]
    assert [*inspect.signature(aioice.ice.StunProtocol.datagram_received).parameters] == ["self", "data", "addr"]
    fresh = vars(Connection(ice_controlling=False))
    assert {"_nominated", "_remote_candidates", "_protocols", "_closing", "stun_server", "turn_server"} <= fresh.keys()
    assert hasattr(Candidate("0", 1, "udp", 1, "192.0.2.1", 1, "host"), "_network_host")
    inner = aioice.turn.TurnClientUdpProtocol(("127.0.0.1", 1), "", "", 600, 500)
    assert vars(aioice.turn.TurnTransport(inner))["_TurnTransport__inner_protocol"] is inner
    assert {"peer_to_channel", "channel_refresh_at", "channel_refresh_time"} <= vars(inner).keys()
    assert callable(inner._send)


# ---- candidates


@pytest.mark.parametrize("beginning", ["", "candidate:", "a=candidate:"])
def test_a_candidate_as_browsers_write_it(beginning: str) -> None:
    text = "1517049098 1 udp 2122194687 192.0.2.7 51047 typ srflx raddr 10.0.0.1 rport 9 generation 0 network-id 1"
    candidate = read_candidate(beginning + text)
    assert candidate is not None
    assert (candidate.host, candidate.port, candidate.type) == ("192.0.2.7", 51_047, "srflx")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "candidate:",
        "0 1 udp 1 192.0.2.7",
        "0 1 udp 1 192.0.2.7 x typ host",
        "0 1 udp 1 192.0.2.7 0 typ host",
        "0 1 udp 1 192.0.2.7 65536 typ host",  # would close the socket that it is sent from
        "0 1 tcp 1 192.0.2.7 9 typ host tcptype active",
        "0 2 udp 1 192.0.2.7 9 typ host",
        "0 1 udp 1 192.0.2.7 9 typ prflx",
        "0 1 udp 1 c0ffee.local 9 typ host",
        "0 1 udp 1 example.com 9 typ host",
        "0 1 udp 1 fe80::1%eth0 9 typ host",
        "0 1 udp 1 224.0.0.251 5353 typ host",
        "0 1 udp 1 0.0.0.0 9 typ host",
        "0 1 udp 1 192.0.2.7 9 typ host rport x",
    ],
)
def test_a_candidate_that_is_of_no_use(text: str) -> None:
    assert read_candidate(text) is None


def test_a_browser_with_too_many_candidates(loopback: None) -> None:
    async def work() -> None:
        async with gathered() as (ice, _):
            read = [read_candidate(f"0 1 udp 1 192.0.2.7 {port} typ host") for port in range(1, 200)]
            ice.add(candidate for candidate in read if candidate)
            assert len(ice.remote_candidates) == MOST_CANDIDATES

    run(work())


def test_a_browser_that_checks_from_too_many_places(loopback: None) -> None:
    async def work() -> None:
        async with gathered() as (ice, _):
            told = [aioice.stun.Message(aioice.stun.Method.BINDING, aioice.stun.Class.REQUEST) for _ in range(100)]
            ice._early_checks_done = True
            for port, message in enumerate(told, 1):
                message.attributes["PRIORITY"] = 1
                ice.check_incoming(message, ("127.0.0.1", port), ice._protocols[0])
            assert len(ice.remote_candidates) == MOST_CANDIDATES

    run(work())


# ---- gathering


def test_servers_that_do_not_answer_are_done_without(loopback: None) -> None:
    async def work() -> None:
        with silent_server() as server:
            port = server.getsockname()[1]
            servers = (IceServer(f"stun:127.0.0.1:{port}"), IceServer(f"turn:127.0.0.1:{port}", "user", "password"))
            loop, before = asyncio.get_running_loop(), asyncio.all_tasks()
            began_s = loop.time()
            async with gathered(Network(servers, ("127.0.0.1",))) as (ice, _):
                assert loop.time() - began_s < GATHER_S + 1
                assert [candidate.type for candidate in ice.local_candidates] == ["host"]
        assert asyncio.all_tasks() == before

    run(work())


def test_a_server_whose_name_is_not_known(loopback: None) -> None:
    async def work() -> None:
        async with gathered(Network((IceServer("turn:nowhere.invalid", "user", "password"),), ("127.0.0.1",))) as (
            ice,
            _,
        ):
            assert [candidate.type for candidate in ice.local_candidates] == ["host"]

    run(work())


@pytest.mark.parametrize("uri", ["", "http://example.com", "stun:", "turn"])
def test_what_is_no_server(uri: str) -> None:
    with pytest.raises(ValueError, match="is no ICE server: write stun:HOST:PORT"):
        Network((IceServer(uri),))


def test_ports_of_the_sites_choice_and_what_happens_when_they_are_used_up(loopback: None) -> None:
    async def work() -> None:
        with silent_server() as free:
            port = free.getsockname()[1]
        network = Network(addresses=("127.0.0.1",), ports=range(port, port + 1))
        async with gathered(network) as (one, _):
            assert [candidate.port for candidate in one.local_candidates] == [port]
            async with gathered(network) as (other, _):
                assert other.local_candidates == []

    run(work())


def test_a_machine_with_no_address_but_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: [])

    async def work() -> None:
        async with gathered(Network()) as (ice, _):
            assert [candidate.host for candidate in ice.local_candidates] == ["127.0.0.1"]

    run(work())


# ---- datagrams


def test_datagrams_go_both_ways_without_a_task(loopback: None) -> None:
    async def work() -> None:
        async with joined() as (ice, heard, browser):
            tasks = len(asyncio.all_tasks())
            ice.send_now(b"\x80 to the browser")
            assert len(asyncio.all_tasks()) == tasks
            assert await browser.recv() == b"\x80 to the browser"
            await browser.send(b"\x80 from the browser")
            await browser.send(b"\x16 from the browser")
            await until(lambda: len(heard.datagrams) == 2)
            assert heard.datagrams == [b"\x80 from the browser", b"\x16 from the browser"]
            await ice.close()
            ice.send_now(b"\x80 too late")
            assert heard.lost == [ice, ice][: len(heard.lost)] and heard.lost

    run(work())


def test_a_browser_that_is_gone_is_lost(loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.01)
    monkeypatch.setattr("aioice.stun.RETRY_RTO", 0.01)

    async def work() -> None:
        async with joined() as (ice, heard, browser):
            agreed: list[aioice.stun.Message] = []
            answer = browser.request_received
            monkeypatch.setattr(browser, "request_received", lambda *asked: (agreed.append(asked[0]), answer(*asked)))
            await until(lambda: len(agreed) > 10)  # more checks than may fail
            assert heard.lost == []
            await browser.close()
            await until(lambda: heard.lost)
            assert heard.lost == [ice]

    run(work())


def stun(body: bytes) -> bytes:
    """A message whose header is right."""
    return b"\x00\x01" + len(body).to_bytes(2, "big") + bytes.fromhex("2112a442") + b"transaction!" + body


STRANGERS = [
    b"",
    b"\x00",
    b"\x16" * 100,  # DTLS, but of nobody who is a candidate
    b"\xff" * 2_000,
    stun(b"\x00\x24\x00\x01\x00\x00\x00\x00"),  # PRIORITY of one byte, which aioice reads with struct.error
    stun(b"\x80\x29\x00\x00"),
    stun(b"\x00\x06\x00\x02\xff\xff\x00\x00"),
    stun(b"\x00\x06\xff\xff"),
]


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_strangers_datagrams_raise_nothing_and_close_nothing(loopback: None, loop_factory: Any) -> None:
    raised: list[dict[str, Any]] = []

    async def work() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
        async with joined() as (ice, heard, browser):
            (wire,) = ice._protocols
            with socket.socket(type=socket.SOCK_DGRAM) as stranger:
                for datagram in STRANGERS:
                    stranger.sendto(datagram, wire.transport.get_extra_info("sockname"))
            await browser.send(b"\x80 after that")
            await until(lambda: heard.datagrams)
            assert heard.datagrams == [b"\x80 after that"]

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(asyncio.wait_for(work(), 30))
    assert raised == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(stun)), max_size=20))
def test_no_datagram_raises(datagrams: list[bytes]) -> None:
    class Transport:
        def sendto(self, data: bytes, addr: tuple[str, int]) -> None:
            pass

    async def work() -> None:
        heard = Heard()
        ice = heard.by(Ice(HERE, NEVER, heard.lost.append))
        wire = ice.new_wire()
        wire.transport = Transport()  # type: ignore[assignment]
        wire.local_candidate = Candidate("0", 1, "udp", 1, "127.0.0.1", 1, "host")
        for datagram in datagrams:
            wire.datagram_received(datagram, ("192.0.2.1", 9))
        assert all(127 < datagram[0] < 192 for datagram in heard.datagrams)

    asyncio.run(work())
