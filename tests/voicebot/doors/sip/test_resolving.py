from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from typing import TypeVar

import dns.asyncresolver
import dns.message
import dns.rrset
import pytest

from voicebot.doors.sip import resolving
from voicebot.doors.sip.grammar import read_uri
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.resolving import Resolver, Unresolved

T = TypeVar("T")
ADDRESSES = {"pbx.example.com": ["192.0.2.1", "2001:db8::1"], "one": ["192.0.2.11"], "two": ["192.0.2.12"]}


class NameServer(asyncio.DatagramProtocol):
    """Answers SRV from ``records`` ("_sip._udp.x." → "10 5 5060 target." …), or nothing at all."""

    def __init__(self, records: dict[str, list[str]] | None) -> None:
        self.records = records
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        name = question.question[0].name.to_text()
        self.asked.append(name)
        if self.records is None:
            return
        answer = dns.message.make_response(question)
        if name in self.records:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "SRV", *self.records[name]))
        self.transport.sendto(answer.to_wire(), address)


async def serve(records: dict[str, list[str]] | None) -> tuple[NameServer, dns.asyncresolver.Resolver]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: NameServer(records), local_addr=("127.0.0.1", 0))
    asking = dns.asyncresolver.Resolver(configure=False)
    asking.nameservers = ["127.0.0.1"]
    asking.port = transport.get_extra_info("sockname")[1]
    return server, asking


def look_up(host: str) -> list[str]:
    if host not in ADDRESSES:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return ADDRESSES[host]


def found(text: str, records: dict[str, list[str]] | None = None) -> list[Hop]:
    """What a URI resolves to with these SRV records."""

    async def work() -> list[Hop]:
        _, asking = await serve(records or {})
        return await Resolver(asking, look_up).resolve(read_uri(text))

    return limited(work())


def limited(work: Coroutine[object, object, T]) -> T:
    async def in_time() -> T:
        async with asyncio.timeout(10):
            return await work

    return asyncio.run(in_time())


@pytest.mark.parametrize(
    ("uri", "hop"),
    [
        ("sip:1588@192.0.2.1", Hop("udp", "192.0.2.1", 5060)),
        ("sip:1588@192.0.2.1:5070;transport=TCP", Hop("tcp", "192.0.2.1", 5070)),
        ("sips:192.0.2.1", Hop("tls", "192.0.2.1", 5061)),
        ("sips:192.0.2.1;transport=tcp", Hop("tls", "192.0.2.1", 5061)),
        ("sip:[2001:db8::9];transport=tls", Hop("tls", "2001:db8::9", 5061)),
        ("sip:192.0.2.1;maddr=198.51.100.1", Hop("udp", "192.0.2.1", 5060)),
    ],
)
def test_an_address_needs_no_dns(uri: str, hop: Hop) -> None:
    assert asyncio.run(Resolver(None, look_up).resolve(read_uri(uri))) == [hop]


def test_a_name_with_a_port_is_not_looked_for_by_srv() -> None:
    srv = {"_sip._udp.pbx.example.com.": ["1 1 5080 one."]}
    assert found("sip:pbx.example.com:5070", srv) == [
        Hop("udp", "192.0.2.1", 5070),
        Hop("udp", "2001:db8::1", 5070),
    ]


def test_srv_gives_targets_by_priority_and_the_transport_that_is_there() -> None:
    srv = {"_sip._tcp.example.com.": ["20 1 5070 two.", "10 1 5060 one.", "30 1 5060 gone."]}
    assert found("sip:example.com", srv) == [Hop("tcp", "192.0.2.11", 5060), Hop("tcp", "192.0.2.12", 5070)]


def test_tls_is_verified_for_the_domain_and_not_for_the_target() -> None:
    srv = {"_sips._tcp.example.com.": ["1 1 5061 one."], "_sip._udp.example.com.": ["1 1 5060 two."]}
    assert found("sips:a@Example.com", srv) == [Hop("tls", "192.0.2.11", 5061, "example.com")]


def test_a_name_without_srv_is_its_own_address() -> None:
    assert found("sip:pbx.example.com;transport=tcp")[0] == Hop("tcp", "192.0.2.1", 5060)
    assert found("sip:pbx.example.com", {"_sip._udp.pbx.example.com.": ["0 0 0 ."]})[0] == Hop("udp", "192.0.2.1", 5060)


def test_weights_are_a_matter_of_chance_and_zero_is_possible() -> None:
    srv = {"_sip._udp.example.com.": ["1 0 5060 one.", "1 1 5060 two."]}
    assert {hop.host for hop in found("sip:example.com", srv)} == {"192.0.2.11", "192.0.2.12"}


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("sip:nobody.example.com", "nobody.example.com is not found: Name or service not known"),
        ("tel:+8215881234", "a tel URI says not where it is"),
        ("sip:pbx.example.com;transport=sctp", "transport sctp is not spoken here"),
    ],
)
def test_what_is_nowhere_is_said_so(uri: str, why: str) -> None:
    with pytest.raises(Unresolved, match=why):
        found(uri)


def test_what_was_found_and_what_was_not_is_remembered_for_a_while() -> None:
    async def work() -> None:
        server, asking = await serve({"_sip._udp.example.com.": ["1 1 5060 one."]})
        resolver = Resolver(asking, look_up)
        for _ in range(3):
            assert await resolver.resolve(read_uri("sip:example.com")) == [Hop("udp", "192.0.2.11", 5060)]
            with pytest.raises(Unresolved):
                await resolver.resolve(read_uri("sip:nobody;transport=udp"))
        assert server.asked.count("_sip._udp.example.com.") == 1
        assert server.asked.count("_sip._udp.nobody.") == 1

    limited(work())


def test_what_is_asked_at_once_is_asked_once() -> None:
    asked = []

    def slow(host: str) -> list[str]:
        asked.append(host)
        return ["192.0.2.1"]

    async def work() -> None:
        _, asking = await serve({})
        resolver = Resolver(asking, slow)
        hops = await asyncio.gather(*(resolver.resolve(read_uri("sip:pbx;transport=udp")) for _ in range(50)))
        assert len(hops) == 50

    limited(work())
    assert asked == ["pbx"]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "MOST_REMEMBERED", 3)

    async def work() -> None:
        resolver = Resolver(None, lambda host: ["192.0.2.1"])
        for number in range(10):
            await resolver.resolve(read_uri(f"sip:h{number}:5060"))
        assert len(resolver._known) == 3

    limited(work())


def test_dns_that_does_not_answer_is_given_up_and_blocks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "RESOLVE_S", 0.2)
    monkeypatch.setattr(resolving, "SRV_S", 0.1)
    release = threading.Event()

    def silent(host: str) -> list[str]:
        release.wait(10)
        return []

    async def work() -> None:
        _, asking = await serve(None)
        resolver = Resolver(asking, silent)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        began_s = asyncio.get_running_loop().time()
        for number in range(6):  # more than there are threads
            with pytest.raises(Unresolved, match="no answer"):
                await resolver.resolve(read_uri(f"sip:pbx{number}.example.com"))
        assert asyncio.get_running_loop().time() - began_s < 3
        assert ticks > 10
        with pytest.raises(Unresolved, match="no answer"):  # at once: it is remembered
            await resolver.resolve(read_uri("sip:pbx0.example.com"))
        ticking.cancel()
        release.set()

    limited(work())


def test_the_names_of_this_machine_are_found() -> None:
    async def work() -> None:
        _, asking = await serve({})
        hops = await Resolver(asking).resolve(read_uri("sip:localhost"))
        assert Hop("udp", "127.0.0.1", 5060) in hops

    limited(work())
