import random
from dataclasses import replace

import numpy as np
import pytest
from aiortc.rtp import RtcpPacket, RtpPacket
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import VirtualClock
from tests.voicebot.doors.rtp.packets import AGREED, OPUS, Heard, evenly, keys_packets, rtp, spoken, voice
from voicebot.audio import A_LAW, MU_LAW
from voicebot.doors.rtp.negotiation import Agreed
from voicebot.doors.rtp.stream import MOST_KEYS, RtpStream

SOUND = voice(8_000)


def test_two_streams_hear_and_press() -> None:
    clock = VirtualClock()
    caller, bot = (RtpStream(AGREED, 8_000, clock.now_ms) for _ in range(2))
    caller.press("12#")
    heard, keys = [], ""
    for frame in np.tile(SOUND, 2).reshape(-1, 160):
        for packet in caller.send(frame):
            assert bot.arrived(packet, clock.ms)
        clock.pass_ms(20)
        heard.append(bot.receive())
        keys += bot.take_keys()
    assert keys == "12#"
    assert np.concatenate(heard)[-3_200:].tolist() == MU_LAW.decode(MU_LAW.encode(SOUND[-3_200:])).tolist()
    assert bot.figures.lost == bot.figures.dropped == 0


def test_two_streams_hear_each_other_by_opus() -> None:
    clock = VirtualClock()
    caller, bot = (RtpStream(OPUS, 16_000, clock.now_ms) for _ in range(2))
    sound, heard = voice(16_000, 16_000), []
    for frame in sound.reshape(-1, 320):
        for packet in caller.send(frame):
            bot.arrived(packet, clock.ms)
        clock.pass_ms(20)
        heard.append(bot.receive())
    level = np.abs(np.concatenate(heard)[3_200:].astype(int)).mean()
    assert level == pytest.approx(np.abs(sound.astype(int)).mean(), rel=0.4)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
@pytest.mark.parametrize("agreed", [AGREED, OPUS], ids=["PCMU", "opus"])
def test_frames_are_of_the_calls_rate_whatever_the_codec(agreed: Agreed, rate_hz: int) -> None:
    clock = VirtualClock()
    stream, echo = (RtpStream(agreed, rate_hz, clock.now_ms) for _ in range(2))
    for frame in voice(rate_hz, rate_hz).reshape(50, -1):
        for packet in stream.send(frame):
            echo.arrived(packet, clock.ms)
        clock.pass_ms(20)
        heard = echo.receive()
        assert heard.dtype == np.int16
        assert heard.shape == (rate_hz // 50,)
    assert np.abs(heard.astype(int)).mean() > 2_000


def test_keys_leave_no_hole_in_what_is_heard() -> None:
    heard = Heard()
    packets = spoken(SOUND)
    keys = keys_packets("7", sequence=20, timestamp=160 * 20)
    arrivals = evenly(packets[:20] + keys)
    arrivals += [(7 + 20 * n, rtp(n, packets[n][12:])) for n in range(27, 50)]
    heard.carry(arrivals, 50)
    assert (heard.stream.take_keys(), heard.stream.take_keys()) == ("7", "")
    assert heard.stream.figures.lost == 0
    assert heard.sound[30 * 160 :].tolist() == MU_LAW.decode(MU_LAW.encode(SOUND))[30 * 160 :].tolist()


def test_a_key_whose_timestamp_moves_with_every_packet_is_one() -> None:
    heard = Heard()
    for number in range(7):
        payload = bytes([7, 0x8A if number >= 4 else 0x0A]) + (160 * min(number + 1, 5)).to_bytes(2)
        packet = rtp(number, payload, payload_type=101, sequence=65_533 + number, marker=0)
        heard.stream.arrived(packet, 1_000 + 20 * number)
    assert heard.stream.take_keys() == "7"


def test_keys_that_nobody_asks_for_are_dropped_in_the_end() -> None:
    heard = Heard()
    for n, packet in enumerate(keys_packets("1" * 60) + keys_packets("2" * 60, 500, 2_000_000)):
        heard.stream.arrived(packet, 20 * n)
    assert heard.stream.take_keys() == ("1" * 60 + "2" * 60)[:MOST_KEYS]


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80",
        b"\x00" * 172,
        rtp(0, payload_type=96),
        rtp(0, bytes(1_489)),
        rtp(0)[:11],
        b"\xaf" + rtp(0)[1:20],
        b"\xb0" + rtp(0, b"")[1:] + b"\x00\x00\xff\xff",
        b"\xa0" + rtp(0, bytes(20))[1:],
    ],
    ids=["empty", "a byte", "version 0", "not agreed on", "oversized", "cut", "CSRC cut", "extension cut", "padding 0"],
)
def test_what_is_no_packet_of_the_stream_is_dropped_and_counted(packet: bytes) -> None:
    heard = Heard()
    assert not heard.stream.arrived(packet, 0)
    assert (heard.stream.figures.dropped, heard.stream.figures.packets) == (1, 0)
    assert not heard.tick().any()


def test_extensions_sources_and_padding_are_read_over() -> None:
    heard = Heard()
    payload = MU_LAW.encode(SOUND[:160])
    heard.stream.arrived(rtp(0, payload, csrc=[1, 2, 3], padding=8), 1_000)
    assert heard.tick().tolist() == MU_LAW.decode(payload).tolist()
    plain = rtp(1, payload)
    heard.stream.arrived(bytes([plain[0] | 0x10]) + plain[1:12] + b"\xbe\xde\x00\x01\x10\x55\x00\x00" + payload, 1_020)
    assert heard.tick().tolist() == MU_LAW.decode(payload).tolist()


def test_what_was_sent_before_the_peer_knew_is_understood_behind_a_change() -> None:
    heard = Heard()
    packets = spoken(SOUND)
    heard.carry(evenly(packets[:10]), 10)
    heard.stream.change(replace(AGREED, codec="PCMA", payload_type=8, receives={8: "PCMA"}))
    heard.carry(evenly(packets[10:15]), 5)
    heard.carry(evenly([rtp(n, A_LAW.encode(SOUND[160 * n :][:160]), payload_type=8) for n in range(15, 50)]), 35)
    assert np.abs(heard.sound.reshape(-1, 160).astype(int)).mean(axis=1).min() > 2_000
    assert heard.stream.figures.dropped == 0


def test_a_payload_type_that_was_given_a_new_meaning_has_it() -> None:
    heard = Heard(replace(AGREED, receives={96: "PCMU"}))
    heard.stream.change(replace(AGREED, receives={96: "PCMA"}))
    heard.stream.arrived(rtp(0, A_LAW.encode(SOUND[:160]), payload_type=96), 1_000)
    assert heard.tick().tolist() == A_LAW.decode(A_LAW.encode(SOUND[:160])).tolist()


def test_reports_come_by_themselves_and_the_last_says_goodbye() -> None:
    heard = Heard()
    reports = []
    for number in range(500):
        heard.stream.arrived(rtp(number), heard.clock.ms)
        heard.tick()
        heard.stream.send(SOUND[:160])
        if (report := heard.stream.report()) is not None:
            reports.append(report)
    assert 1 <= len(reports) <= 5
    assert [type(packet).__name__ for packet in RtcpPacket.parse(reports[0])] == ["RtcpSrPacket", "RtcpSdesPacket"]
    assert type(RtcpPacket.parse(heard.stream.bye())[-1]).__name__ == "RtcpByePacket"
    assert heard.stream.arrived_rtcp(reports[0])
    assert not heard.stream.arrived_rtcp(b"\x80\xc8")
    assert not heard.stream.arrived_rtcp(reports[0] * 40)
    assert heard.stream.figures.dropped == 2


@given(st.lists(st.binary(max_size=1_600), max_size=20))
def test_no_bytes_do_harm(packets: list[bytes]) -> None:
    heard = Heard()
    for packet in packets:
        heard.stream.arrived(packet, heard.clock.ms)
        heard.stream.arrived_rtcp(packet)
        heard.tick()


wild_packets = st.builds(
    lambda payload_type, sequence, timestamp, ssrc, payload, marker: RtpPacket(
        payload_type, marker, sequence, timestamp, ssrc, payload
    ).serialize(),
    st.sampled_from([0, 8, 13, 101, 111]),
    st.integers(0, 65_535) | st.integers(0, 5) | st.integers(65_530, 65_535),
    st.integers(0, 2**32 - 1) | st.sampled_from([0, 160, 320, 2**32 - 160, 2**31]),
    st.sampled_from([1, 1, 1, 2]),
    st.binary(max_size=400),
    st.integers(0, 1),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(wild_packets, st.floats(-2_000, 3_000)), max_size=60), st.integers(0, 2**32))
def test_nor_do_wild_packets_in_wild_order(packets: list[tuple[bytes, float]], seed: int) -> None:
    agreed = replace(AGREED, receives={0: "PCMU", 8: "PCMA", 111: "opus"})
    heard = Heard(agreed, random.Random(seed).choice([8_000, 16_000]))
    for packet, at_ms in packets:
        heard.stream.arrived(packet, heard.clock.ms + at_ms)
        assert len(heard.tick()) == heard.stream.rate_hz // 50
    heard.stream.report()


def test_a_flood_is_bounded_and_over_when_it_is_over() -> None:
    heard = Heard()
    for number in range(20_000):
        heard.stream.arrived(rtp(number, timestamp=number), 1_000)
    heard.carry(evenly([rtp(n, MU_LAW.encode(SOUND[:160]), sequence=20_000 + n) for n in range(500)]), 500)
    assert heard.delays_ms[-1] < 100
    assert heard.sound[-160:].any()
