import asyncio
import errno
import socket
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from aiortc.rtp import RtcpPacket, RtcpRrPacket, RtpPacket

from tests.fakes.clock import VirtualClock
from tests.voicebot.doors.rtp.packets import keys_packets, rtp, spoken, voice
from voicebot.audio import MU_LAW, Samples
from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp import door as door_module
from voicebot.doors.rtp.door import RtpDoor
from voicebot.doors.rtp.srtp import SrtpSession

FIRST_PORT, LAST_PORT = 30_000, 39_999
SOUND = voice(8_000)
FRAME = SOUND[:160]


def described(port: int, *, host: str = "127.0.0.1", formats: str = "0 101", more: str = "", rtcp: int = 0) -> str:
    lines = [
        "v=0",
        f"o=- 1 {port} IN IP4 {host}",
        "s=-",
        f"c=IN IP4 {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {formats}",
        "a=rtpmap:101 telephone-event/8000",
        *([f"a=rtcp:{rtcp}"] if rtcp else []),
        *([more] if more else []),
    ]
    return "\r\n".join(lines) + "\r\n"


class Phone:
    """A caller's two bare sockets."""

    def __init__(self) -> None:
        self.rtp, self.rtcp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for sock in (self.rtp, self.rtcp):
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(2)
        self.port, self.rtcp_port = self.rtp.getsockname()[1], self.rtcp.getsockname()[1]

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()


class Call:
    """A door with a virtual clock, and the telephone at its other end."""

    def __init__(self, **settings: Any) -> None:
        self.clock = VirtualClock(5_000)
        self.door = RtpDoor("127.0.0.1", FIRST_PORT, LAST_PORT, clock_ms=self.clock.now_ms, **settings)
        self.phones: list[Phone] = []
        self.phone = self.another_phone()
        self.answer = self.agree(described(self.phone.port, rtcp=self.phone.rtcp_port))
        self.port = int(self.answer.split("m=audio ")[1].split()[0])

    def another_phone(self) -> Phone:
        self.phones.append(Phone())
        return self.phones[-1]

    def agree(self, sdp: str) -> str:
        return asyncio.run(self.door.answer(sdp))

    def tick(self, frame: Samples = FRAME) -> Samples:
        self.clock.pass_ms(20)
        heard = self.door.receive()
        self.door.send(frame)
        return heard

    def say(self, packets: list[bytes], phone: Phone | None = None) -> Samples:
        """A packet a tick."""
        heard = []
        for packet in packets:
            (phone or self.phone).rtp.sendto(packet, ("127.0.0.1", self.port))
            heard.append(self.tick())
        return np.concatenate(heard)

    def complaints(self) -> list[str]:
        return list(iter(self.door.take_complaint, None))

    def close(self) -> None:
        self.door.hang_up()
        for phone in self.phones:
            phone.close()


@pytest.fixture
def call() -> Iterator[Call]:
    call = Call()
    yield call
    call.close()


def received(sock: socket.socket) -> list[bytes]:
    """What has come by now."""
    sock.setblocking(False)
    packets = []
    try:
        while True:
            packets.append(sock.recv(2_048))
    except BlockingIOError:
        return packets
    finally:
        sock.settimeout(2)


# ---- both ways


def test_a_caller_is_heard_and_hears(call: Call) -> None:
    assert (call.door.name, call.door.rate_hz) == ("sip", 8_000)
    heard = call.say(spoken(SOUND))
    assert heard.tolist() == MU_LAW.decode(MU_LAW.encode(SOUND)).tolist()
    packets = [RtpPacket.parse(packet) for packet in received(call.phone.rtp)]
    assert len(packets) == 50
    assert {packet.payload for packet in packets} == {MU_LAW.encode(FRAME)}
    assert call.door.figures.packets == 50
    assert not (call.door.is_closed or call.door.is_held or call.door.is_lost)
    assert call.complaints() == []


def test_before_anything_is_agreed_on_there_is_silence() -> None:
    door = RtpDoor("127.0.0.1", FIRST_PORT, LAST_PORT)
    door.send(FRAME)
    assert door.receive().tolist() == [0] * 160
    assert (door.take_keys(), door.take_complaint(), door.is_lost, door.is_held) == ("", None, False, False)
    door.hang_up()


def test_two_doors_agree_on_opus_and_encryption() -> None:
    clock = VirtualClock()
    here, there = (
        RtpDoor("127.0.0.1", FIRST_PORT, LAST_PORT, srtp="required", clock_ms=clock.now_ms) for _ in range(2)
    )

    async def agree() -> None:
        await there.take_answer(await here.answer(await there.offer()))

    asyncio.run(agree())
    assert here.rate_hz == there.rate_hz == 16_000
    heard = []
    there.press("5")
    keys = ""
    for frame in voice(16_000, 16_000).reshape(-1, 320):
        there.send(frame)
        clock.pass_ms(20)
        heard.append(here.receive())
        keys += here.take_keys()
    assert keys == "5"
    assert np.abs(np.concatenate(heard)[8_000:].astype(int)).mean() > 2_000
    assert (here.unreadable, here.strangers, here.figures.lost) == (0, 0, 0)
    here.hang_up()
    there.hang_up()


def test_keys_are_heard(call: Call) -> None:
    call.say(keys_packets("1*"))
    assert call.door.take_keys() == "1*"


def test_the_rate_of_a_call_stays_though_its_codec_changes(call: Call) -> None:
    call.agree(described(call.phone.port, formats="111 101", more="a=rtpmap:111 opus/48000/2"))
    assert call.door.rate_hz == 8_000
    for _ in range(5):
        assert call.tick().shape == (160,)
    payload_types = [RtpPacket.parse(packet).payload_type for packet in received(call.phone.rtp)]
    assert payload_types == [111] * 5


def test_a_description_that_does_not_fit_changes_nothing(call: Call) -> None:
    with pytest.raises(NotAcceptable):
        call.agree(described(call.phone.port, formats="18"))
    assert call.say(spoken(SOUND))[-1_000:].any()


# ---- who it is


def test_packets_go_to_where_the_callers_come_from(call: Call) -> None:
    behind_translator = call.another_phone()
    call.agree(described(9, host="192.0.2.7"))
    call.say(spoken(SOUND)[:5], behind_translator)
    assert len(received(behind_translator.rtp)) == 5


def test_a_stranger_is_not_heard_and_told_of(call: Call) -> None:
    stranger = call.another_phone()
    call.say(spoken(SOUND)[:10])
    heard = []
    for number, packet in enumerate(spoken(SOUND)[10:50] + spoken(SOUND)[:40]):
        noise = rtp(number, b"\x80" * 160, ssrc=0x1234)
        stranger.rtp.sendto(noise, ("127.0.0.1", call.port))
        heard.append(call.say([rtp(10 + number, packet[12:])]))
    assert np.concatenate(heard)[: 40 * 160].tolist() == MU_LAW.decode(MU_LAW.encode(SOUND[1_600:])).tolist()
    assert call.door.strangers == 80
    assert received(stranger.rtp) == []
    call.clock.pass_ms(1_000)
    call.tick()
    assert ["strangers" in line for line in call.complaints()] == [True]


def test_reports_of_strangers_and_nonsense_are_dropped(call: Call) -> None:
    call.say(spoken(SOUND)[:5])
    for packet in (b"", b"\x80", b"\x80\xc8\x00\x06nonsense", bytes(1_700), b"\xff" * 100):
        call.phone.rtp.sendto(packet, ("127.0.0.1", call.port))
        call.phone.rtcp.sendto(packet, ("127.0.0.1", call.port + 1))
    for _ in range(20):
        call.tick()
    assert call.door.figures.dropped > 5
    assert call.door.figures.packets == 5


def test_behind_a_new_description_the_new_one_is_heard(call: Call) -> None:
    agent = call.another_phone()
    call.say(spoken(SOUND)[:10])
    call.agree(described(agent.port, rtcp=agent.rtcp_port))
    received(call.phone.rtp)
    packets = [rtp(n, packet[12:], ssrc=5) for n, packet in enumerate(spoken(SOUND))]
    heard = call.say(packets[:30], agent)
    assert heard[-1_600:].any()
    assert len(received(agent.rtp)) == 30
    assert received(call.phone.rtp) == []


def test_a_peer_that_floods_does_not_hold_up_the_call(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Any] = []
    monkeypatch.setattr(call.door, "_take", lambda *given: taken.append(given))
    for number in range(door_module.MOST_PACKETS_A_TICK + 20):
        call.phone.rtp.sendto(rtp(number), ("127.0.0.1", call.port))
    call.tick()
    assert len(taken) == door_module.MOST_PACKETS_A_TICK
    call.tick()
    assert len(taken) == door_module.MOST_PACKETS_A_TICK + 20


# ---- encryption


def test_what_is_not_encrypted_as_agreed_is_not_heard() -> None:
    call = Call(srtp="optional")
    door = RtpDoor("127.0.0.1", FIRST_PORT, LAST_PORT, srtp="required")
    call.agree(asyncio.run(door.offer()))
    assert not call.say(spoken(SOUND)).any()
    assert call.door.unreadable == 50
    call.clock.pass_ms(1_000)
    call.tick()
    assert any("could not be decrypted" in line for line in call.complaints())
    door.hang_up()
    call.close()


def test_reports_are_encrypted_too() -> None:
    call = Call(srtp="optional")
    offering = RtpDoor("127.0.0.1", FIRST_PORT, LAST_PORT, srtp="required")
    offer = asyncio.run(offering.offer())
    asyncio.run(offering.take_answer(call.agree(offer)))
    agreed = offering._negotiation.agreed
    assert agreed is not None and agreed.local_srtp is not None and agreed.remote_srtp is not None
    session = SrtpSession(agreed.local_srtp, agreed.remote_srtp)
    call.tick()
    call.door.hang_up()
    offering._rtcp.settimeout(2)
    report = offering._rtcp.recv(2_048)
    clear = session.unprotect_rtcp(report)
    assert clear is not None and len(clear) < len(report)
    assert type(RtcpPacket.parse(clear)[-1]).__name__ == "RtcpByePacket"
    offering.hang_up()
    call.close()


# ---- hold, silence, the end


@pytest.mark.parametrize("how", ["a=sendonly", "a=inactive"])
def test_while_held_nothing_is_heard_or_said_but_reports(call: Call, how: str) -> None:
    call.say(spoken(SOUND)[:5])
    received(call.phone.rtp)
    call.agree(described(call.phone.port, rtcp=call.phone.rtcp_port, more=how))
    assert call.door.is_held
    assert not call.say([rtp(n, spoken(SOUND)[n % 50][12:]) for n in range(5, 1_000)]).any()
    call.clock.pass_ms(100_000)
    call.tick()
    assert received(call.phone.rtp) == []
    assert len(received(call.phone.rtcp)) >= 2
    assert not call.door.is_lost
    assert call.complaints() == []
    call.agree(described(call.phone.port, rtcp=call.phone.rtcp_port))
    assert not call.door.is_held
    assert call.say(
        [rtp(n, spoken(SOUND)[n % 50][12:], timestamp=160 * n + 900_000) for n in range(6_000, 6_050)]
    ).any()
    assert len(received(call.phone.rtp)) == 50


def test_a_call_that_is_held_from_the_start_sends_nowhere() -> None:
    call = Call()
    door = RtpDoor("127.0.0.1", FIRST_PORT, LAST_PORT, clock_ms=call.clock.now_ms)
    asyncio.run(door.answer(described(call.phone.port, host="0.0.0.0", rtcp=call.phone.rtcp_port)))
    for _ in range(1_000):
        call.clock.pass_ms(20)
        door.receive()
        door.send(FRAME)
    door.hang_up()
    assert (received(call.phone.rtp), received(call.phone.rtcp)) == ([], [])
    call.close()


def test_a_caller_who_is_not_heard_is_told_of_and_lost_after_a_minute(call: Call) -> None:
    for _ in range(249):
        call.tick()
    assert call.complaints() == []
    for _ in range(50):
        call.tick()
    [line] = call.complaints()
    assert line.startswith("no packets from the caller for 5 s")
    call.say([rtp(0)])
    assert call.complaints() == ["packets from the caller come again"]
    for _ in range(60 * 50):
        call.tick()
    assert not call.door.is_lost
    call.tick()
    assert call.door.is_lost


def test_whose_reports_come_is_not_lost(call: Call) -> None:
    report = bytes(RtcpRrPacket(0x1234))
    for _ in range(3):
        for _ in range(40 * 50):
            call.tick()
        call.phone.rtcp.sendto(report, ("127.0.0.1", call.port + 1))
        for _ in range(door_module.RTCP_TICKS):
            call.tick()
    assert not call.door.is_lost


def test_time_does_not_count_before_the_call_begins() -> None:
    call = Call(lost_after_s=10)
    call.clock.pass_ms(60_000)
    assert not call.door.is_lost
    call.tick()
    assert not call.door.is_lost
    assert call.complaints() == []
    call.close()


def test_heavy_loss_is_told_of(call: Call) -> None:
    call.say([rtp(number) for number in range(1_000) if number % 5])
    lines = call.complaints()
    assert len(lines) == 1 and lines[0].endswith("of the caller's packets were lost in the last 10 s")


def test_what_the_network_does_not_take_is_counted(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def sendto(self, packet: bytes, address: tuple[str, int]) -> None:
            raise OSError(errno.ENETUNREACH, "network is unreachable")

        def recvmsg(self, *sizes: int) -> None:
            raise OSError(errno.ENETDOWN, "network is down")

        def close(self) -> None: ...

    whole, call.door._rtp = call.door._rtp, Broken()  # type: ignore[assignment]
    call.tick()
    assert call.door.unsent == 1
    assert not call.door.is_closed
    whole.close()


def test_hanging_up_says_goodbye_and_gives_the_ports_back(call: Call) -> None:
    call.say(spoken(SOUND)[:3])
    call.door.hang_up()
    call.door.hang_up()
    assert call.door.is_closed
    packets = RtcpPacket.parse(call.phone.rtcp.recv(2_048))
    assert [type(packet).__name__ for packet in packets] == ["RtcpSrPacket", "RtcpSdesPacket", "RtcpByePacket"]
    assert not call.tick().any()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(("127.0.0.1", call.port))
    with pytest.raises(NotAcceptable, match="the call is over"):
        call.agree(described(call.phone.port))


def test_the_shown_address_is_another_than_the_one_that_is_bound() -> None:
    call = Call(shown_host="203.0.113.5")
    assert "c=IN IP4 203.0.113.5" in call.answer
    call.close()


def test_voice_is_marked_as_such(call: Call) -> None:
    assert call.door._rtp.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 46 << 2
