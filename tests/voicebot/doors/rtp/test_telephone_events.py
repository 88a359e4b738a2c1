import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.doors.rtp.telephone_events import MOST_KEYS_WAITING, EventPacket, KeyPlayer, KeysHeard


def event(key: str, duration: int = 160, is_end: bool = False, volume: int = 10) -> bytes:
    return struct.pack("!BBH", "0123456789*#ABCD".index(key), is_end << 7 | volume, duration)


Heard = tuple[bytes, int, bool]  # payload, timestamp, marker


def pressed(key: str, start: int, ms: int = 100) -> list[Heard]:
    """A key as a peer sends it: a packet every 20 ms, the end three times."""
    packets = [(event(key, ticks), start, ticks == 160) for ticks in range(160, ms * 8, 160)]
    return packets + 3 * [(event(key, ms * 8, is_end=True), start, False)]


def heard(packets: list[Heard], numbers: list[int] | None = None) -> str:
    """The keys that are told; the packets are numbered one by one, or as ``numbers`` says."""
    keys = KeysHeard(8_000)
    return "".join(
        keys.take(*packet, number) for packet, number in zip(packets, numbers or range(len(packets)), strict=True)
    )


def test_every_key_is_told_once_and_with_its_first_packet() -> None:
    for key in "0123456789*#":
        keys = KeysHeard(8_000)
        told = [keys.take(*packet, number) for number, packet in enumerate(pressed(key, 4_000))]
        assert told == [key] + [""] * (len(told) - 1)


def test_letters_the_flash_and_other_events_are_no_keys() -> None:
    assert heard([(event(letter), 160, True) for letter in "ABCD"]) == ""
    assert heard([(bytes([code, 10, 0, 160]), code, True) for code in range(12, 256)]) == ""


@pytest.mark.parametrize("kept", range(7))
def test_any_one_packet_of_a_key_is_enough(kept: int) -> None:
    assert heard(pressed("7", 4_000)[kept : kept + 1]) == "7"


def test_the_same_key_twice_is_two_keys() -> None:
    assert heard(pressed("1", 1_000, 40) + pressed("1", 1_480, 40)) == "11"


def test_the_same_key_twice_is_two_keys_with_ends_and_marker_lost() -> None:
    first, second = pressed("1", 1_000), pressed("1", 2_280)
    assert heard(first[:2] + second[1:], [0, 1, *range(11, 17)]) == "11"
    assert heard(first[-1:] + second[-1:], [6, 16]) == "11"
    assert heard(first[-1:] + second[-1:]) == "11"


def test_repeated_and_late_packets_add_nothing() -> None:
    first, second = pressed("1", 1_000), pressed("2", 2_280)
    assert heard(first + second + first[::-1] + second[::-1]) == "12"
    assert heard(first[::-1]) == "1"


def test_a_key_that_is_held_down_is_one_key() -> None:
    # RFC 4733, section 2.5.1.3: a segment's duration is at most 0xFFFF, the next begins where it ended
    start = 0xFFFF_F000  # and the timestamp wraps around meanwhile
    segments = [
        (event("5", duration), start + segment * 0xFFFF & 0xFFFFFFFF, segment == 0 and duration == 160)
        for segment in range(20)
        for duration in (160, 32_000, 0xFFFF)
    ]
    assert heard(segments) == "5"
    without_full_durations = [packet for packet in segments if packet[0][2:] != b"\xff\xff"]
    assert heard(without_full_durations) == "5"
    assert heard([*segments, *pressed("5", start + 21 * 0xFFFF & 0xFFFFFFFF)]) == "55"


def test_what_follows_an_end_is_another_press_even_without_a_gap() -> None:
    assert heard([*pressed("5", 1_000), (event("5"), 1_800, False)]) == "55"
    assert heard([(event("5", 800), 1_000, True), (event("5"), 1_800, True)]) == "55"
    assert heard([(event("5", 800), 1_000, True), (event("5"), 1_800, False)]) == "5"  # a segment


def test_keys_that_share_a_packet() -> None:
    # RFC 4733, section 2.5.1.5: one behind the other, the first at the packet's timestamp
    both = event("1", 400, is_end=True) + event("2", 240)
    keys = KeysHeard(8_000)
    assert keys.take(event("1", 400), 1_000, True, 1) == "1"
    assert keys.take(both, 1_000, True, 2) == "2"
    assert keys.take(both, 1_000, True, 3) == ""
    assert keys.take(event("2", 400, is_end=True), 1_400, False, 4) == ""
    assert keys.take(event("1", 9) * 300, 9_000, True, 5) == "1" * 8  # a stranger's packet tells no hundred keys


@given(st.binary(max_size=64), st.integers(0, 0xFFFFFFFF), st.booleans())
def test_no_bytes_raise(payload: bytes, timestamp: int, marker: bool) -> None:
    told = KeysHeard(8_000).take(payload, timestamp, marker, 1)
    assert len(told) <= len(payload) // 4
    assert set(told) <= set("0123456789*#")


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\x01\x8a\x00"])
def test_half_an_event_is_none(payload: bytes) -> None:
    assert heard([(payload, 160, True)]) == ""
    assert heard([(event("3") + payload, 160, True)]) == "3"


# ---- peers that move the timestamp on with every packet


def moving(
    key: str, start: int, ms: int = 100, ends: int = 3, *, marker: bool = False, grows: bool = True
) -> list[Heard]:
    """As old gateways send a key; ``grows``: its durations count from its beginning all the same."""
    packets = [
        (event(key, (sent if grows else 1) * 160), start + (sent - 1) * 160 & 0xFFFFFFFF, marker and sent == 1)
        for sent in range(1, ms // 20)
    ]
    last = start + (ms // 20 - 1) * 160
    return packets + [(event(key, ms * 8, is_end=True), last + end * 160 & 0xFFFFFFFF, False) for end in range(ends)]


@pytest.mark.parametrize("ms", [40, 100, 1_000])
@pytest.mark.parametrize("marker", [True, False])
@pytest.mark.parametrize("grows", [True, False])
@pytest.mark.parametrize("ends", [0, 1, 3])
@pytest.mark.parametrize("start", [5_000, 2**32 - 200])
def test_a_key_whose_timestamp_moves_is_one_key(ms: int, marker: bool, grows: bool, ends: int, start: int) -> None:
    assert heard(moving("5", start, ms, ends, marker=marker, grows=grows)) == "5"


def test_ends_that_alone_are_moved_are_of_the_same_key() -> None:
    [*packets, (end, start, _), _, _] = pressed("1", 1_000)
    ends = [(end, start + 160 * number, False) for number in range(3)]
    assert heard([*packets, *ends]) == "1"


@pytest.mark.parametrize("lost", range(6))
def test_one_of_them_may_be_lost_and_two_change_places(lost: int) -> None:
    packets = moving("5", 1_000)
    numbers = [number for number in range(7) if number != lost]
    assert heard([packets[number] for number in numbers], numbers) == "5"
    numbers[lost : lost + 2] = numbers[lost : lost + 2][::-1]
    assert heard([packets[number] for number in numbers], numbers) == "5"


@pytest.mark.parametrize("marker", [True, False])
@pytest.mark.parametrize("gap_ms", [40, 60, 200])
def test_the_same_key_twice_is_two_keys_of_such_a_peer_too(marker: bool, gap_ms: int) -> None:
    first = moving("5", 1_000, marker=marker)
    second = moving("5", 1_000 + (140 + gap_ms) * 8, marker=marker)
    numbers = [*range(7), *range(7 + gap_ms // 20, 14 + gap_ms // 20)]  # the voice in between
    assert heard(first + second, numbers) == "55"
    assert heard(first + second) == "55"  # or none


def test_other_keys_are_others_however_close() -> None:
    assert heard(moving("5", 1_000) + moving("6", 2_120) + moving("5", 3_240)) == "565"


@given(st.text("0123456789*#", max_size=12), st.randoms(use_true_random=False), st.integers(0, 0xFFFFFFFF))
def test_a_bad_network_loses_and_adds_no_key(keys: str, chance: random.Random, start: int) -> None:
    arriving: list[tuple[Heard, int]] = []
    number = 0
    for key in keys:
        ms, gap_ms = chance.choice([40, 100, 400]), chance.choice([40, 60])
        packets = list(enumerate(pressed(key, start, ms), number))
        start = start + (ms + gap_ms) * 8 & 0xFFFFFFFF
        number += len(packets) + chance.choice([0, gap_ms // 20])
        chosen = chance.choices(packets, k=chance.randint(1, 9))  # lost, repeated, in disorder
        arriving += [(packet, sequence) for sequence, packet in chosen]
        if chance.random() < 0.5:
            arriving.append(chance.choice(arriving[-20:]))  # late
    assert heard([packet for packet, _ in arriving], [sequence for _, sequence in arriving]) == keys


# ---- sending


def played(keys: str, ticks: int, clock_hz: int = 8_000, start: int = 1_000) -> list[EventPacket | None]:
    player = KeyPlayer(clock_hz)
    player.press(keys)
    return [player.packet_due(start + tick * clock_hz // 50) for tick in range(ticks)]


@pytest.mark.parametrize("clock_hz", [8_000, 48_000])
def test_a_key_is_played_for_100_ms_and_its_end_three_times(clock_hz: int) -> None:
    tick = clock_hz // 50
    packets = played("#", 10, clock_hz)
    assert packets[7:] == [None] * 3
    sent = [packet for packet in packets[:7] if packet is not None]
    assert [struct.unpack("!BBH", packet.payload) for packet in sent] == [
        (11, 10, tick),
        (11, 10, 2 * tick),
        (11, 10, 3 * tick),
        (11, 10, 4 * tick),
        *3 * [(11, 0x8A, 5 * tick)],
    ]
    assert [packet.marker for packet in sent] == [True] + [False] * 6
    assert {packet.timestamp for packet in sent} == {1_000}


def test_keys_are_60_ms_apart_and_are_heard_as_they_were_pressed() -> None:
    packets = played("0042*#", 60)
    starts = [tick for tick, packet in enumerate(packets) if packet is not None and packet.marker]
    assert starts == [0, 8, 16, 24, 32, 40]
    assert heard([(packet.payload, packet.timestamp, packet.marker) for packet in packets if packet]) == "0042*#"


def test_keys_that_have_not_begun_are_told() -> None:
    player = KeyPlayer(8_000)
    player.press("0042*#")
    for tick in range(9):
        player.packet_due(tick * 160)
    assert player.waiting == "42*#"


def test_a_key_pressed_in_the_gap_of_another_waits_for_its_end() -> None:
    player = KeyPlayer(8_000)
    player.press("1")
    due = [player.packet_due(tick * 160) for tick in range(7)]
    player.press("2")
    due += [player.packet_due(tick * 160) for tick in range(7, 10)]
    assert due[7] is None
    assert due[8] is not None and due[8].timestamp == 8 * 160 and due[8].marker


def test_nothing_is_due_without_keys() -> None:
    player = KeyPlayer(8_000)
    assert [player.packet_due(tick * 160) for tick in range(500)] == [None] * 500
    player.press("9")
    first = player.packet_due(80_000)
    assert first is not None and first.marker and first.timestamp == 80_000


def test_only_keys_are_pressed_and_only_so_many_wait() -> None:
    sent = [packet for packet in played("A1-② 2w", 40) if packet is not None and packet.marker]
    assert [packet.payload[0] for packet in sent] == [1, 2]
    player = KeyPlayer(8_000)
    for _ in range(3):
        player.press("1" * 50)
    sent = [packet for tick in range(2_000) if (packet := player.packet_due(tick * 160)) and packet.marker]
    assert len(sent) == MOST_KEYS_WAITING
