import random
from typing import Any

import numpy as np
import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import VirtualClock
from tests.voicebot.doors.rtp.packets import AGREED
from voicebot.doors.rtp.reports import NTP_BEGAN_S, Reports
from voicebot.doors.rtp.sender import Sender
from voicebot.doors.rtp.source import Source

SILENCE = np.zeros(160, np.int16)
DAY_S = 1_800_000_000.0


class Side:
    def __init__(self, seed: int = 1) -> None:
        chance = random.Random(seed)
        self.clock = VirtualClock(500)
        self.source = Source()
        self.sender = Sender(AGREED, 8_000, self.clock.now_ms, chance)
        self.reports = Reports(
            self.source, self.sender, self.clock.now_ms, lambda: DAY_S + self.clock.ms / 1000, chance
        )

    def say(self, ticks: int) -> list[bytes]:
        packets = []
        for _ in range(ticks):
            packets += self.sender.packets(SILENCE)
            self.clock.pass_ms(20)
        return packets

    def compound(self) -> list[Any]:
        return RtcpPacket.parse(self.reports.bye())

    def reception(self) -> Any:
        return self.reports.reception(0, 0.0)


def test_a_report_every_five_seconds_or_so_none_like_the_other() -> None:
    side = Side()
    at_s = []
    for _ in range(50 * 600):
        side.clock.pass_ms(20)
        if side.reports.due() is not None:
            at_s.append(side.clock.ms / 1000)
    between = np.diff(at_s)
    assert 2.5 <= between.min() < 3.5 and 6.5 < between.max() <= 7.52
    assert between.mean() == pytest.approx(5, abs=0.5)


def test_who_speaks_reports_what_was_sent() -> None:
    side = Side()
    newest = RtpPacket.parse(side.say(50)[-1])
    report, name, bye = side.compound()
    assert isinstance(report, RtcpSrPacket) and isinstance(name, RtcpSdesPacket) and isinstance(bye, RtcpByePacket)
    assert (report.sender_info.packet_count, report.sender_info.octet_count) == (50, 8_000)
    assert report.sender_info.ntp_timestamp / 2**32 - NTP_BEGAN_S == pytest.approx(DAY_S + 1.5)
    assert report.sender_info.rtp_timestamp == (newest.timestamp + 160) % 2**32
    assert report.reports == []
    assert {report.ssrc, name.chunks[0].ssrc, *bye.sources} == {newest.ssrc}
    assert len(name.chunks[0].items[0][1]) == 24


def test_who_is_silent_reports_only_what_is_heard() -> None:
    side = Side()
    side.say(10)
    side.compound()
    [report, *_] = side.compound()
    assert isinstance(report, RtcpRrPacket)


def test_losses_and_jitter_are_those_since_the_last_report() -> None:
    side = Side()
    for number in range(65_500, 65_600):
        if number % 4:
            side.source.admit(7, number & 0xFFFF)
            side.source.timed(160 * number, 8_000, 20 * number + 5 * (number % 2))
    [first, *_] = side.compound()
    [heard] = first.reports
    assert (heard.ssrc, heard.packets_lost, heard.highest_sequence) == (7, 24, 65_599)
    assert heard.fraction_lost == 24 * 256 // 99
    assert heard.jitter == side.source.jitter > 0
    for number in range(65_600, 65_700):
        side.source.admit(7, number & 0xFFFF)
    [heard] = side.compound()[0].reports
    assert (heard.packets_lost, heard.fraction_lost) == (24, 0)


def test_repetitions_do_not_make_losses_negative_fractions() -> None:
    side = Side()
    for number in (1, 2, 2, 2, 3):
        side.source.admit(7, number)
    [heard] = side.compound()[0].reports
    assert (heard.packets_lost, heard.fraction_lost) == (-2, 0)


def test_another_sender_is_counted_from_its_beginning() -> None:
    side = Side()
    for number in range(1_000):
        side.source.admit(7, number)
    side.compound()
    for number in range(10):
        side.source.admit(8, 500 + 2 * number)
    [heard] = side.compound()[0].reports
    assert heard.ssrc == 8
    assert 100 < heard.fraction_lost < 128


def test_each_side_learns_how_the_other_hears_it_and_how_far_it_is() -> None:
    here, there = Side(1), Side(2)
    for number, packet in enumerate(here.say(100)):
        parsed = RtpPacket.parse(packet)
        if number % 10 != 5:
            there.source.admit(parsed.ssrc, parsed.sequence_number)
    there.clock.ms = here.clock.ms + 40
    assert there.reports.take(here.reports.bye())
    there.clock.pass_ms(1_000)
    answer = there.reports.bye()
    here.clock.ms = there.clock.ms + 30
    assert here.reports.take(answer)
    told = here.reception()
    assert told.their_loss == pytest.approx(0.1, abs=0.005)
    assert told.round_trip_ms == pytest.approx(70, abs=0.5)


def test_a_report_about_somebody_else_says_nothing() -> None:
    side = Side()
    about = RtcpReceiverInfo(side.sender.ssrc ^ 1, 200, 5, 0, 0, 0, 0)
    assert side.reports.take(bytes(RtcpRrPacket(1, [about])))
    assert side.reception().their_loss is None


def test_a_sender_that_leaves_is_noted() -> None:
    side = Side()
    side.source.admit(7, 1)
    assert side.reports.take(bytes(RtcpByePacket([8])))
    assert not side.reception().has_left
    assert side.reports.take(bytes(RtcpByePacket([7])))
    assert side.reception().has_left


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(data: bytes) -> None:
    Side().reports.take(data)


@given(st.data())
def test_nor_do_damaged_reports(data: st.DataObject) -> None:
    info = RtcpSenderInfo(2**63, 1, 2, 3)
    whole = bytearray(bytes(RtcpSrPacket(1, info, [RtcpReceiverInfo(2, 3, 4, 5, 6, 7, 8)])) * 2)
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    side = Side()
    side.reports.take(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    side.reports.bye()
