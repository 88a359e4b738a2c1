"""SIP as the settings say it, on real sockets of this machine; what cannot be is one line with the way out."""

import asyncio
import contextlib
import re
import socket

import pytest

from aicc.door_settings import Sip
from aicc.service.front import Front
from aicc.service.live_calls import LiveCalls
from aicc.service.sip import opening
from aicc.service.sip.opening import SipUnusable, telephone_opened
from tests.aicc.service.fake_process import Starter
from tests.aicc.service.sip.registrar import Registrar
from tests.voicebot.doors.sip.certificates import Authority
from voicebot.doors.sip.resolving import Unresolved
from voicebot.doors.sip.user_agent import UserAgent

HERE = "127.0.0.1:0"
OPTIONS = (
    b"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:5999;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
    b"From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:b@127.0.0.1>\r\nCall-ID: 1\r\n"
    b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


@pytest.fixture(autouse=True)
def passwords(monkeypatch):
    monkeypatch.setenv("AICC_PBX_KEY", "right")
    monkeypatch.setenv("AICC_WRONG_KEY", "wrong")
    monkeypatch.delenv("AICC_MISSING_KEY", raising=False)


async def _nothing(*_):
    pass


@contextlib.asynccontextmanager
async def opened(**settings):
    front = Front(Starter(), 1, LiveCalls(lambda call_id: []), _nothing, None, 90)
    async with telephone_opened(Sip(listen=HERE, **settings), front, lambda called: "s") as telephone:
        yield telephone


async def until(holds):
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


def why_not(**settings):
    async def run():
        async with opened(**settings):
            pass

    with pytest.raises(SipUnusable) as unusable:
        asyncio.run(run())
    said = str(unusable.value)
    assert "\n" not in said
    return said


def test_it_listens_and_answers(tmp_path):
    made = Authority(tmp_path).sign("127.0.0.1")
    tls = {"listen": HERE, "certificate": made.certificate, "key": made.key}

    async def run():
        async with opened(tls=tls) as (_, listening):
            plain, secure = listening
            assert plain.startswith("sip:127.0.0.1:")
            assert secure.startswith("sips:127.0.0.1:")
            port = int(plain.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(OPTIONS)
            # no media process is up: nobody is to send calls here yet
            assert await reader.readline() == b"SIP/2.0 503 Service Unavailable\r\n"
            writer.close()
            await writer.wait_closed()

    asyncio.run(run())


@pytest.mark.parametrize(("outbound", "ring_s"), [({"proxy": "sip:sbc.example", "ring_seconds": 5}, 5), (None, 60)])
def test_calls_of_ours_ring_as_long_as_the_settings_say(outbound, ring_s, monkeypatch):
    made = []

    def agent(desk, chosen, gate):
        made.append(chosen)
        return UserAgent(desk, chosen, gate=gate)

    monkeypatch.setattr(opening, "UserAgent", agent)

    async def run():
        async with opened(outbound=outbound):
            [chosen] = made
            assert (chosen.ring_s, chosen.accept_s) == (ring_s, 30)

    asyncio.run(run())


def test_it_registers_renews_and_takes_it_back():
    async def run():
        async with Registrar("7000", "right", grants_s=1) as registrar:
            wanted = {"registrar": registrar.uri, "user": "7000", "password_from": "AICC_PBX_KEY"}
            async with opened(registrations=(wanted,)) as (telephone, listening):
                [name] = telephone.status()["registrations"]
                assert name == f"7000 at {registrar.uri}"
                await until(lambda: registrar.bindings)
                assert telephone.status()["registrations"][name] == {"is_registered": True, "why": ""}
                await until(lambda: registrar.granted >= 2)
                port = listening[0].rpartition(":")[2]
                assert list(registrar.bindings) == [f"sip:7000@127.0.0.1:{port}"]
            assert registrar.bindings == {}

    asyncio.run(run())


def test_over_tcp_the_pbx_is_told_to_come_by_tcp():
    async def run():
        async with Registrar("7000", "right") as registrar:
            wanted = {"registrar": f"{registrar.uri};transport=tcp", "user": "7000", "password_from": "AICC_PBX_KEY"}
            async with opened(registrations=(wanted,)):
                await until(lambda: registrar.bindings)
                assert next(iter(registrar.bindings)).endswith(";transport=tcp")

    asyncio.run(run())


def test_a_wrong_password_is_told():
    async def run():
        async with Registrar("7000", "right") as registrar:
            wanted = {"registrar": registrar.uri, "user": "7000", "password_from": "AICC_WRONG_KEY"}
            async with opened(registrations=(wanted,)) as (telephone, _):
                [name] = telephone.status()["registrations"]

                def state():
                    return telephone.status()["registrations"][name]

                await until(lambda: "wrong" in state()["why"])
                assert state() == {"is_registered": False, "why": "401 wrong user or password"}
                assert registrar.asked == 2  # and not a third time: a PBX would ban us

    asyncio.run(run())


def test_a_pbx_that_is_nowhere(monkeypatch):
    async def nowhere(uri):
        raise Unresolved(f"no address for {uri.host}")

    monkeypatch.setattr(opening, "resolve", nowhere)
    wanted = {"registrar": "sip:pbx.example", "user": "7000", "password_from": "AICC_PBX_KEY"}

    async def run():
        async with opened(registrations=(wanted,)) as (telephone, _):
            [name] = telephone.status()["registrations"]
            await until(lambda: "no address" in telephone.status()["registrations"][name]["why"])
            assert telephone.status()["registrations"][name]["is_registered"] is False

    asyncio.run(run())


def test_a_dns_that_is_slow_is_asked_before_anybody_can_call(monkeypatch):
    done, listen = [], opening._listen

    async def slow(uri):
        await asyncio.sleep(0.05)
        done.append(uri.host)
        raise Unresolved(f"no answer about {uri.host} within 3 s")

    async def listening(agent, settings):
        done.append("listens")
        return await listen(agent, settings)

    monkeypatch.setattr(opening, "resolve", slow)
    monkeypatch.setattr(opening, "_listen", listening)
    wanted = [{"registrar": f"sip:{host}", "user": "7000", "password_from": "AICC_PBX_KEY"} for host in ("a", "b")]

    async def run():
        async with opened(registrations=wanted):
            assert done[:3] == ["a", "b", "listens"]

    asyncio.run(run())


def test_passwords_of_which_nobody_says_where_they_are():
    assert why_not(registrations=({"registrar": "sip:127.0.0.1", "user": "7000"},)) == (
        "nobody knows the password of 7000 at 127.0.0.1: write into aicc.yaml which variable holds it"
    )


def test_passwords_that_are_not_there():
    missing = {"password_from": "AICC_MISSING_KEY"}
    assert why_not(users={"7001": "AICC_MISSING_KEY"}) == (
        "AICC_MISSING_KEY holds no password (sip.users.7001): set it"
    )
    assert why_not(outbound={"proxy": "sip:sbc.example", "user": "a", **missing}) == (
        "AICC_MISSING_KEY holds no password (sip.outbound.password_from): set it"
    )
    assert why_not(registrations=({"registrar": "sip:127.0.0.1", "user": "7000", **missing},)) == (
        "AICC_MISSING_KEY holds no password (the password of 7000 at 127.0.0.1): set it"
    )


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_that_somebody_else_has(kind):
    with socket.socket(type=kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"

        async def run():
            front = Front(Starter(), 1, LiveCalls(lambda call_id: []), _nothing, None, 90)
            async with telephone_opened(Sip(listen=address), front, lambda called: "s"):
                pass

        cure = "choose another --sip, or end who has it"
        with pytest.raises(
            SipUnusable, match=f"^nothing can listen for SIP at {address}: address already in use: {cure}$"
        ):
            asyncio.run(run())


def test_certificates_that_cannot_be_used(tmp_path):
    made = Authority(tmp_path).sign("127.0.0.1")
    said = why_not(tls={"listen": HERE, "certificate": made.key, "key": made.certificate})
    assert said.startswith(f"{made.key} and {made.certificate} are not a certificate and its key in PEM: ")
    assert said.endswith(": check sip.tls in aicc.yaml")
    missing = tmp_path / "missing.pem"
    assert f"{missing} and " in why_not(tls={"listen": HERE, "certificate": missing, "key": made.key})


def test_a_port_for_tls_that_somebody_else_has(tmp_path):
    made = Authority(tmp_path).sign("127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        said = why_not(tls={"listen": address, "certificate": made.certificate, "key": made.key})
    assert said == (
        f"nothing can listen for SIP at {address}: address already in use: "
        "choose another address for sip.tls in aicc.yaml, or end who has it"
    )


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((-30, -1), "has expired on .*: no SIP over TLS comes in until it is renewed"),
        ((-30, 3), "expires on .*: renew it, and start the service anew"),
        ((-30, 60), None),
    ],
    ids=["expired", "nearly", "for long"],
)
def test_a_certificate_that_expires_is_told_at_the_start(tmp_path, caplog, days, told):
    made = Authority(tmp_path).sign("127.0.0.1", days=days)

    async def run():
        async with opened(tls={"listen": HERE, "certificate": made.certificate, "key": made.key}):
            pass

    asyncio.run(run())
    if told is None:
        assert str(made.certificate) not in caplog.text
    else:
        assert re.search(f"{re.escape(str(made.certificate))} {told}", caplog.text)


def test_its_port_is_free_afterwards():
    async def run():
        async with opened() as (_, listening):
            pass
        with socket.socket(type=socket.SOCK_DGRAM) as again:
            again.bind(("127.0.0.1", int(listening[0].rpartition(":")[2])))

    asyncio.run(run())


def test_a_port_that_is_left_open_is_free_for_udp_and_tcp_alike(monkeypatch):
    bound, real = [], socket.socket

    class Socket(real):
        def bind(self, address):
            if self.type == socket.SOCK_STREAM and len(bound) < 2:  # somebody has the first one for TCP
                raise OSError(98, "address already in use")
            super().bind(address)

        def close(self):
            if self.fileno() >= 0:
                bound.append(self.getsockname()[1])
            super().close()

    monkeypatch.setattr(opening.socket, "socket", Socket)
    port = opening._free_port("127.0.0.1")
    assert port == bound[-1] == bound[-2], "a port that both had"
    assert bound[0] == 0, "the first try was in vain"
