"""Real sockets on the loopback."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path

import pytest
import uvloop

from tests.voicebot.doors.sip.certificates import Authority
from tests.voicebot.doors.sip.test_reading import INVITE
from voicebot.doors.sip import streams as streams_module
from voicebot.doors.sip import transport as transport_module
from voicebot.doors.sip.message import Message, MessageInvalid, Request, response_to, to_bytes
from voicebot.doors.sip.tls import TlsUnusable, client_tls, server_tls, valid_until
from voicebot.doors.sip.transport import Hop, Protocol, Transports, response_hop

HOST = "127.0.0.1"


@pytest.fixture(autouse=True, params=["asyncio", "uvloop"])
def kind_of_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy() if request.param == "uvloop" else None)
    yield
    asyncio.set_event_loop_policy(None)


class Station:
    """Transports, and what they have told."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.messages: asyncio.Queue[tuple[Message, Hop]] = asyncio.Queue()
        self.invalid: asyncio.Queue[tuple[MessageInvalid, Hop]] = asyncio.Queue()
        self.failures: asyncio.Queue[tuple[Hop, str]] = asyncio.Queue()
        self.transports = Transports(
            lambda message, hop: self.messages.put_nowait((message, hop)),
            self._answer_invalid,
            lambda hop, why: self.failures.put_nowait((hop, why)),
            client_tls=tls,
        )

    def _answer_invalid(self, invalid: MessageInvalid, hop: Hop) -> None:
        self.invalid.put_nowait((invalid, hop))
        if invalid.request is not None:
            response = response_to(invalid.request, invalid.code, invalid.reason)
            self.transports.send(to_bytes(response), response_hop(invalid.request, hop))


@contextlib.asynccontextmanager
async def stations(number: int = 2, tls: ssl.SSLContext | None = None) -> AsyncIterator[list[Station]]:
    made = [Station(tls) for _ in range(number)]
    try:
        yield made
    finally:
        for station in made:
            station.transports.close()
        await asyncio.sleep(0)


def run(work: Callable[[], Coroutine[object, object, None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(20):
            await work()

    asyncio.run(limited())


def code_of(message: Message) -> int:
    assert not isinstance(message, Request)
    return message.code


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What comes until the peer closes."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


# ---- UDP


def test_a_datagram_arrives_stamped_and_is_answered_where_it_came_from() -> None:
    async def work() -> None:
        async with stations() as (ours, theirs):
            port = await ours.transports.listen("udp", HOST, 0)
            their_port = await theirs.transports.listen("udp", HOST, 0)
            theirs.transports.send(INVITE, Hop("udp", HOST, port))
            request, source = await ours.messages.get()
            assert isinstance(request, Request)
            assert source == Hop("udp", HOST, their_port)
            assert request.via[0].parameters["rport"] == str(their_port)
            ours.transports.send(to_bytes(response_to(request, 200)), response_hop(request, source))
            response, source = await theirs.messages.get()
            assert (code_of(response), source.port) == (200, port)

    run(work)


def test_a_burst_is_read_whole() -> None:
    async def work() -> None:
        async with stations() as (ours, theirs):
            port = await ours.transports.listen("udp", HOST, 0)
            await theirs.transports.listen("udp", HOST, 0)
            for _ in range(100):
                theirs.transports.send(INVITE, Hop("udp", HOST, port))
            for _ in range(100):
                await ours.messages.get()

    run(work)


def test_an_invalid_datagram_is_told_and_a_keep_alive_is_not() -> None:
    async def work() -> None:
        async with stations() as (ours, theirs):
            port = await ours.transports.listen("udp", HOST, 0)
            await theirs.transports.listen("udp", HOST, 0)
            for data in (b"\r\n\r\n", b"", INVITE.replace(b"Forwards: 69", b"Forwards: 999")):
                theirs.transports.send(data, Hop("udp", HOST, port))
            assert code_of((await theirs.messages.get())[0]) == 400
            assert ours.invalid.qsize() == 1

    run(work)


def test_answers_leave_by_the_socket_that_was_asked() -> None:
    async def work() -> None:
        async with stations() as (ours, theirs):
            ports = [await ours.transports.listen("udp", HOST, 0) for _ in range(3)]
            await theirs.transports.listen("udp", HOST, 0)
            for port in [*ports, *reversed(ports)]:
                theirs.transports.send(INVITE, Hop("udp", HOST, port))
                request, source = await ours.messages.get()
                assert isinstance(request, Request)
                ours.transports.send(to_bytes(response_to(request, 200)), source)
                assert (await theirs.messages.get())[1].port == port

    run(work)


def test_datagrams_that_cannot_be_sent_are_told_later_and_once() -> None:
    async def work() -> None:
        async with stations(1) as (ours,):
            await ours.transports.listen("udp", HOST, 0)
            for hop in (Hop("udp", "::1", 5060), Hop("udp", "pbx.example.com", 5060), Hop("tcp", "", 5060)):
                ours.transports.send(INVITE, hop)
                assert ours.failures.empty()
                assert (await ours.failures.get())[0] == hop
            ours.transports.send(bytes(70_000), Hop("udp", HOST, 5060))
            assert "too long" in (await ours.failures.get())[1].lower()
            ours.transports.send(INVITE, Hop("udp", HOST, 70_000))
            await ours.failures.get()
            assert ours.failures.empty()

    run(work)


def test_what_a_callback_raises_goes_no_further(caplog: pytest.LogCaptureFixture) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    async def work() -> None:
        transports = Transports(fault, fault, fault)
        async with stations(1) as (theirs,):
            port = await transports.listen("udp", HOST, 0)
            await theirs.transports.listen("udp", HOST, 0)
            for data in (INVITE, INVITE.replace(b"CSeq", b"X-CSeq"), INVITE):
                theirs.transports.send(data, Hop("udp", HOST, port))
            transports.send(INVITE, Hop("udp", "", 1))
            while len(caplog.records) < 4:
                await asyncio.sleep(0)
            transports.close()

    with caplog.at_level(logging.ERROR):
        run(work)
    assert all("a fault of ours" in record.getMessage() for record in caplog.records)


# ---- TCP


def test_a_connection_serves_both_ways_and_again() -> None:
    async def work() -> None:
        async with stations() as (ours, theirs):
            hop = Hop("tcp", HOST, await ours.transports.listen("tcp", HOST, 0))
            for _ in range(3):
                theirs.transports.send(INVITE, hop)
                request, source = await ours.messages.get()
                assert isinstance(request, Request)
                assert ours.transports.is_open(source)
                ours.transports.send(to_bytes(response_to(request, 200)), response_hop(request, source))
                response, where = await theirs.messages.get()
                assert (code_of(response), where) == (200, hop)
            assert (ours.transports.connections, theirs.transports.connections) == (1, 1)

    run(work)


def test_a_connection_that_is_refused_fails_once_for_all_that_waited() -> None:
    async def work() -> None:
        async with stations(1) as (ours,):
            with socket.socket() as unused:
                unused.bind((HOST, 0))
                hop = Hop("tcp", HOST, unused.getsockname()[1])
                for _ in range(3):
                    ours.transports.send(INVITE, hop)
                failed, why = await ours.failures.get()
                assert (failed, ours.failures.qsize(), ours.transports.connections) == (hop, 0, 0)
                assert "refused" in why or "connect" in why

    run(work)


def test_a_peer_that_closes_is_told() -> None:
    async def work() -> None:
        async with stations() as (ours, theirs):
            hop = Hop("tcp", HOST, await ours.transports.listen("tcp", HOST, 0))
            theirs.transports.send(INVITE, hop)
            await ours.messages.get()
            ours.transports.close()
            assert await theirs.failures.get() == (hop, "closed by the peer")
            assert not theirs.transports.is_open(hop)

    run(work)


def test_a_request_without_content_length_is_answered_and_the_connection_closed() -> None:
    async def work() -> None:
        async with stations(1) as (ours,):
            port = await ours.transports.listen("tcp", HOST, 0)
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(INVITE.replace(b"Content-Length: 5\r\n", b""))
            answer = await closed(reader)
            assert answer.startswith(b"SIP/2.0 400 Missing Content-Length\r\n")
            writer.close()

    run(work)


def test_requests_go_over_a_connection_whose_peer_asks_for_it_and_no_other() -> None:
    async def work() -> None:
        async with stations(1) as (ours,):
            port = await ours.transports.listen("tcp", HOST, 0)
            _, silent = await asyncio.open_connection(HOST, port)
            silent.write(INVITE.replace(b":5060;rport", b":5071;rport"))
            reader, alias = await asyncio.open_connection(HOST, port)
            alias.write(INVITE.replace(b":5060;rport", b":5070;rport;alias"))
            for _ in range(2):
                await ours.messages.get()
            assert not ours.transports.is_open(Hop("tcp", HOST, 5071))
            assert not ours.transports.is_open(Hop("tcp", "10.0.0.1", 5070))
            ours.transports.send(b"ping", Hop("tcp", HOST, 5070))
            assert await reader.read(4) == b"ping"
            alias.close()
            await ours.failures.get()
            assert not ours.transports.is_open(Hop("tcp", HOST, 5070))
            silent.close()

    run(work)


def test_connections_of_one_address_are_bounded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(streams_module, "MOST_PER_ADDRESS", 2)

    async def work() -> None:
        async with stations(1) as (ours,):
            port = await ours.transports.listen("tcp", HOST, 0)
            pairs = [await asyncio.open_connection(HOST, port) for _ in range(4)]
            assert [await closed(reader) for reader, _ in pairs[2:]] == [b"", b""]
            assert ours.transports.connections == 2
            ours.transports.send(INVITE, Hop("tcp", HOST, 1))
            assert (await ours.failures.get())[1] == "too many connections"
            pairs[0][1].close()
            await ours.failures.get()
            _, writer = await asyncio.open_connection(HOST, port)  # there is room again
            writer.write(INVITE)
            await ours.messages.get()
            writer.close()
            for _, other in pairs:
                other.close()

    with caplog.at_level(logging.WARNING):
        run(work)
    assert len([record for record in caplog.records if "refused" in record.getMessage()]) == 1


def test_idle_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams_module, "IDLE_S", 0.0)
    monkeypatch.setattr(streams_module, "SWEEP_S", 0.01)

    async def work() -> None:
        async with stations(1) as (ours,):
            port = await ours.transports.listen("tcp", HOST, 0)
            reader, writer = await asyncio.open_connection(HOST, port)
            assert await closed(reader) == b""
            assert ours.transports.connections == 0
            assert ours.failures.empty()
            writer.close()

    run(work)


# ---- TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def serving(authority: Authority, *names: str, days: tuple[int, int] = (-1, 30)) -> ssl.SSLContext:
    pair = authority.sign(*names, days=days)
    return server_tls(pair.certificate, pair.key)


def test_a_verified_peer_is_talked_to_over_tls(authority: Authority) -> None:
    async def work() -> None:
        async with stations(2, client_tls(authority.certificate)) as (ours, theirs):
            port = await ours.transports.listen("tls", HOST, 0, serving(authority, "pbx.example.com", HOST))
            for name in ("pbx.example.com", ""):
                hop = Hop("tls", HOST, port, name)
                theirs.transports.send(INVITE, hop)
                request, source = await ours.messages.get()
                assert isinstance(request, Request)
                ours.transports.send(to_bytes(response_to(request, 200)), response_hop(request, source))
                assert (await theirs.messages.get())[1] == hop

    run(work)


@pytest.mark.parametrize(
    ("names", "days", "what"),
    [
        (("pbx.example.com",), (-30, -1), "certificate has expired"),
        (("other.example.com",), (-1, 30), "not valid for 'pbx.example.com'"),
    ],
)
def test_a_certificate_that_is_wrong_is_refused_and_the_log_says_why(
    authority: Authority, caplog: pytest.LogCaptureFixture, names: tuple[str], days: tuple[int, int], what: str
) -> None:
    async def work() -> None:
        async with stations(2, client_tls(authority.certificate)) as (ours, theirs):
            port = await ours.transports.listen("tls", HOST, 0, serving(authority, *names, days=days))
            theirs.transports.send(INVITE, Hop("tls", HOST, port, "pbx.example.com"))
            assert what in (await theirs.failures.get())[1]
            assert ours.messages.empty()

    with caplog.at_level(logging.WARNING):
        run(work)
    said = [record.getMessage() for record in caplog.records]
    assert any(what in line and "its certificate is refused" in line for line in said)


def test_a_stranger_s_certificate_is_taken_only_where_nobody_verifies(authority: Authority, tmp_path: Path) -> None:
    async def work() -> None:
        async with stations(1) as (ours,), stations(1, client_tls(is_verified=False)) as (careless,):
            port = await ours.transports.listen("tls", HOST, 0, serving(Authority(tmp_path), "x"))
            ours.transports.send(INVITE, Hop("tls", HOST, port))
            assert "certificate is refused" in (await ours.failures.get())[1]
            careless.transports.send(INVITE, Hop("tls", HOST, port))
            await ours.messages.get()

    run(work)


def test_a_handshake_that_does_not_come_is_ended(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams_module, "HANDSHAKE_S", 0.05)

    async def work() -> None:
        async with stations(1) as (ours,):
            port = await ours.transports.listen("tls", HOST, 0, serving(authority, "x"))
            reader, writer = await asyncio.open_connection(HOST, port)
            assert await closed(reader) == b""
            assert ours.transports.connections == 0
            writer.close()

    run(work)


def test_a_caller_without_the_certificate_that_is_asked_for_is_refused(authority: Authority) -> None:
    async def work() -> None:
        pair = authority.sign(HOST)
        async with stations(2, client_tls(authority.certificate)) as (ours, theirs):
            asking = server_tls(pair.certificate, pair.key, authority.certificate)
            port = await ours.transports.listen("tls", HOST, 0, asking)
            theirs.transports.send(INVITE, Hop("tls", HOST, port))
            await theirs.failures.get()
            assert ours.messages.empty()

    run(work)


def test_files_that_are_no_certificates_are_named(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing")
    with pytest.raises(TlsUnusable, match=r"nothing\.pem"):
        server_tls(nothing, nothing)
    with pytest.raises(TlsUnusable, match=r"nothing\.pem"):
        client_tls(nothing)
    with pytest.raises(TlsUnusable, match="missing"):
        client_tls(tmp_path / "missing")
    for certificate in (nothing, tmp_path / "missing"):
        with pytest.raises(TlsUnusable, match=certificate.name):
            valid_until(certificate)


# ---- addresses


def test_our_address_is_that_by_which_the_peer_sees_us(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with stations(1) as (ours,):
            port = await ours.transports.listen("udp", "0.0.0.0", 0)
            tcp = await ours.transports.listen("tcp", "0.0.0.0", 0, advertised="203.0.113.7")
            assert ours.transports.local(Hop("udp", HOST, 5060)) == (HOST, port)
            assert ours.transports.local(Hop("tcp", HOST, 5060)) == (HOST, tcp)
            assert ours.transports.local(Hop("tls", HOST, 5061)) == (HOST, 5061)
            monkeypatch.setattr(transport_module, "route", lambda host: "10.0.0.9")
            assert ours.transports.local(Hop("udp", "192.0.2.1", 5060)) == ("10.0.0.9", port)
            assert ours.transports.local(Hop("tcp", "192.0.2.1", 5060)) == ("203.0.113.7", tcp)

    run(work)


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_ipv6_is_spoken(protocol: Protocol) -> None:
    async def work() -> None:
        async with stations() as (ours, theirs):
            port = await ours.transports.listen(protocol, "::", 0)
            if protocol == "udp":
                await theirs.transports.listen("udp", "::1", 0)
            theirs.transports.send(INVITE, Hop(protocol, "::1", port))
            request, source = await ours.messages.get()
            assert isinstance(request, Request)
            assert (source.host, request.via[0].parameters["received"]) == ("::1", "::1")
            assert ours.transports.local(source) == ("::1", port)
            ours.transports.send(to_bytes(response_to(request, 200)), response_hop(request, source))
            assert code_of((await theirs.messages.get())[0]) == 200

    run(work)


def test_listening_where_it_cannot_be_is_an_error() -> None:
    async def work() -> None:
        async with stations() as (ours, theirs):
            port = await ours.transports.listen("udp", HOST, 0)
            with pytest.raises(OSError, match="in use"):
                await theirs.transports.listen("udp", HOST, port)
            with pytest.raises(ValueError, match="certificate"):
                await ours.transports.listen("tls", HOST, 0)

    run(work)
