import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from aiortc.rtp import RtpPacket

from tests.fakes.clock import VirtualClock
from tests.voicebot.doors.rtp.packets import AGREED, OPUS, voice
from voicebot.audio import MU_LAW, Samples, to_int16
from voicebot.doors.rtp.negotiation import Agreed
from voicebot.doors.rtp.sender import Sender


class Bot:
    def __init__(self, agreed: Agreed = AGREED, rate_hz: int = 8_000, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.sender = Sender(agreed, rate_hz, self.clock.now_ms, random.Random(seed))
        self.silence = np.zeros(rate_hz // 50, np.int16)

    def say(self, sound: Samples | None = None, ticks: int = 1) -> list[RtpPacket]:
        """Each tick's frame, silence without a sound; the packets that left."""
        frames = [self.silence] * ticks if sound is None else sound.reshape(-1, len(self.silence))
        packets = []
        for frame in frames:
            packets += [RtpPacket.parse(packet) for packet in self.sender.packets(frame)]
            self.clock.pass_ms(20)
        return packets


def steps(packets: list[RtpPacket], field: str, modulus: int) -> set[int]:
    values = [getattr(packet, field) for packet in packets]
    return {(after - before) % modulus for before, after in pairwise(values)}


def test_a_packet_a_tick_numbered_and_stamped() -> None:
    sound = voice(8_000)
    packets = Bot().say(sound)
    assert b"".join(packet.payload for packet in packets) == MU_LAW.encode(sound)
    assert steps(packets, "sequence_number", 2**16) == {1}
    assert steps(packets, "timestamp", 2**32) == {160}
    assert [packet.marker for packet in packets] == [1] + [0] * 49
    assert {(packet.payload_type, packet.ssrc) for packet in packets} == {(0, packets[0].ssrc)}


def test_it_begins_anywhere() -> None:
    begins = [Bot(seed=seed).say()[0] for seed in range(20)]
    for field in ("sequence_number", "timestamp", "ssrc"):
        assert len({getattr(packet, field) for packet in begins}) == 20


def test_numbers_wrap_around() -> None:
    packets = Bot().say(ticks=70_000)
    assert steps(packets, "sequence_number", 2**16) == {1}
    bot = Bot()
    bot.sender._timestamp = 2**32 - 200
    assert steps(bot.say(ticks=5), "timestamp", 2**32) == {160}


@pytest.mark.parametrize(("packet_ms", "count"), [(10, 60), (20, 30), (30, 20), (40, 15), (60, 10)])
def test_packets_are_as_long_as_the_peer_wants(packet_ms: int, count: int) -> None:
    sound = voice(30 * 160)
    packets = Bot(replace(AGREED, packet_ms=packet_ms)).say(sound)
    assert len(packets) == count
    assert b"".join(packet.payload for packet in packets) == MU_LAW.encode(sound)
    assert steps(packets, "timestamp", 2**32) == {8 * packet_ms}


def test_opus_is_stamped_at_48_khz() -> None:
    packets = Bot(OPUS, 16_000).say(voice(16_000, 16_000))
    assert len(packets) >= 49
    assert steps(packets, "timestamp", 2**32) == {960}


@pytest.mark.parametrize("direction", ["recvonly", "inactive"])
def test_while_held_nothing_is_sent_and_time_goes_on(direction: Any) -> None:
    bot = Bot()
    [before] = bot.say()
    bot.sender.change(replace(AGREED, direction=direction))
    assert bot.say(ticks=100) == []
    bot.sender.change(AGREED)
    [after] = bot.say()
    assert (after.timestamp - before.timestamp) % 2**32 == 101 * 160
    assert (after.sequence_number - before.sequence_number) % 2**16 == 1
    assert (after.marker, after.ssrc) == (1, before.ssrc)


def test_time_goes_on_where_the_process_did_not_run() -> None:
    bot = Bot()
    [before] = bot.say()
    bot.clock.pass_ms(2_000)
    [after] = bot.say()
    assert (after.timestamp - before.timestamp) % 2**32 == 2_020 * 8
    assert after.marker


def test_ticks_that_come_unevenly_are_stamped_evenly() -> None:
    bot = Bot()
    packets = bot.say(ticks=1)
    for late_ms in (15, -15, 60, -20, -20, -20):
        bot.clock.pass_ms(late_ms)
        packets += bot.say()
    assert steps(packets, "timestamp", 2**32) == {160}


def test_keys_go_out_in_place_of_the_voice() -> None:
    bot = Bot()
    [before] = bot.say()
    bot.sender.press("5")
    packets = bot.say(ticks=12)
    keys = [packet for packet in packets if packet.payload_type == 101]
    assert [packet.payload[0] for packet in keys] == [5] * 7
    assert {packet.timestamp for packet in keys} == {(before.timestamp + 160) % 2**32}
    assert [packet.marker for packet in keys] == [1] + [0] * 6
    assert steps([before, *packets], "sequence_number", 2**16) == {1}
    voice_again = [packet for packet in packets if packet.payload_type == 0]
    assert voice_again[0].marker
    assert (voice_again[0].timestamp - before.timestamp) % 2**32 == 8 * 160


def test_keys_that_the_peer_does_not_take_are_not_sent() -> None:
    bot = Bot(replace(AGREED, event_payload_type=None))
    bot.sender.press("5")
    assert {packet.payload_type for packet in bot.say(ticks=20)} == {0}


def keys_of(packets: list[RtpPacket]) -> list[int]:
    return [packet.payload[0] for packet in packets if packet.payload_type == 101 and packet.marker]


@pytest.mark.parametrize(
    "agreed",
    [
        replace(AGREED, codec="PCMA", payload_type=8),
        replace(AGREED, packet_ms=40),
        replace(OPUS, event_clock_hz=48_000),
        OPUS,
    ],
    ids=["codec", "packets", "clocks", "sound's clock"],
)
def test_keys_that_wait_are_pressed_behind_a_change(agreed: Agreed) -> None:
    bot = Bot()
    bot.sender.press("123")
    assert keys_of(bot.say(ticks=10)) == [1, 2]
    bot.sender.change(agreed)
    packets = bot.say(ticks=30)
    assert keys_of(packets) == [3]
    durations = [int.from_bytes(packet.payload[2:]) for packet in packets if packet.payload[:1] == b"\x03"]
    assert max(durations) == agreed.event_clock_hz // 10


def test_another_payload_type_of_keys_does_not_end_one() -> None:
    bot = Bot()
    bot.sender.press("1")
    bot.say(ticks=2)
    bot.sender.change(replace(AGREED, event_payload_type=96))
    durations = [int.from_bytes(packet.payload[2:]) for packet in bot.say(ticks=10) if packet.payload_type == 96]
    assert durations == [480, 640, 800, 800, 800]


def test_keys_are_dropped_where_the_peer_takes_none_any_more() -> None:
    bot = Bot()
    bot.sender.press("123")
    bot.sender.change(replace(AGREED, event_payload_type=None))
    bot.say(ticks=30)
    bot.sender.change(AGREED)
    assert keys_of(bot.say(ticks=30)) == []


def test_another_codec_of_the_same_clock_goes_on_and_of_another_begins_anew() -> None:
    bot = Bot()
    [before] = bot.say()
    bot.sender.change(replace(AGREED, codec="PCMA", payload_type=8))
    [same_clock] = bot.say()
    assert (same_clock.payload_type, same_clock.ssrc) == (8, before.ssrc)
    assert (same_clock.timestamp - before.timestamp) % 2**32 == 160
    bot.sender.change(OPUS)
    [other_clock] = bot.say()
    assert other_clock.ssrc != before.ssrc
    assert (other_clock.payload_type, other_clock.marker) == (111, 1)


def test_a_call_at_16_khz_is_heard_over_g711() -> None:
    sound = to_int16(10_000 * np.sin(2 * np.pi * 700 * np.arange(16_000) / 16_000))
    packets = Bot(AGREED, 16_000).say(sound)
    heard = MU_LAW.decode(b"".join(packet.payload for packet in packets))
    assert len(heard) == 8_000
    assert np.corrcoef(heard[12:], sound[1:-23:2])[0, 1] > 0.99  # 23 samples of 16 kHz later
