import select
import socket
from collections.abc import Iterator
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.audiosocket import PATIENCE_S, AudioSocketCaller, eventually, introduction, packet, sound
from voicebot.audio import Samples
from voicebot.doors import audiosocket
from voicebot.doors.audiosocket import AudioSocketDoor, rate_of, take_packet
from voicebot.doors.jitter_queue import JitterQueue
from voicebot.turns.keys import MOST_WAITING


def frame(value: int, rate_hz: int = 8_000, ms: int = 20) -> Samples:
    return np.full(rate_hz * ms // 1000, value, np.int16)


class Call:
    """A caller and the door at the other end of its TCP connection."""

    def __init__(self, rate_hz: int = 8_000) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.caller = AudioSocketCaller(server.getsockname()[1])
            self._socket, _ = server.accept()
        self.door = AudioSocketDoor(self._socket, rate_hz)

    def tick(self, *packets: bytes) -> Samples:
        """One tick in which these packets come."""
        self.caller.send(*packets)
        select.select([self._socket], [], [], PATIENCE_S)
        return self.door.receive()

    def hear(self, *packets: bytes, frames: int = 1) -> list[Samples]:
        """What the door gives of these packets, the silence before them left out."""
        self.caller.send(*packets)
        heard: list[Samples] = []

        def is_enough() -> bool:
            taken = self.door.receive()
            if heard or taken.any():
                heard.append(taken)
            return len(heard) >= frames

        eventually(is_enough)
        return heard

    def close(self) -> None:
        self.door.hang_up()
        self.caller.close()


@pytest.fixture
def call() -> Iterator[Call]:
    opened = Call()
    yield opened
    opened.close()


# ---- packets


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=700)), max_size=12), st.data())
def test_packets_are_whole_however_the_net_cuts_them(packets: list[tuple[int, bytes]], data: st.DataObject) -> None:
    stream = b"".join(packet(kind, payload) for kind, payload in packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    received, taken = bytearray(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        received += stream[start:end]
        while (whole := take_packet(received)) is not None:
            taken.append(whole)
    assert taken == packets
    assert not received


@pytest.mark.parametrize(
    ("first", "rate_hz"),
    [(b"", 8_000), (b"\x10", 8_000), (b"\x11", 8_000), (b"\x12", 16_000), (b"\x16", 16_000), (b"\x03", 8_000)],
)
def test_the_first_sound_says_the_rate(first: bytes, rate_hz: int) -> None:
    assert rate_of(first) == rate_hz


# ---- from the caller


def test_sound_and_keys_come_in(call: Call) -> None:
    [heard] = call.hear(introduction(), packet(0x03, b"5"), packet(0x03, b"#"), sound(frame(7)))
    assert heard.tolist() == [7] * 160
    assert (call.door.take_keys(), call.door.take_keys()) == ("5#", "")
    assert (call.door.name, call.door.rate_hz, call.door.is_closed, call.door.is_lost) == (
        "audiosocket", 8_000, False, False
    )  # fmt: skip


def test_packets_in_pieces_across_ticks(call: Call) -> None:
    whole = sound(frame(1)) + packet(0x03, b"9") + sound(frame(2))
    for start in range(0, len(whole) - 1, 50):
        call.caller.send(whole[start : min(start + 50, len(whole) - 1)])
        call.door.receive()
    [second] = call.hear(whole[-1:])[-1:]
    eventually(lambda: second[0] == 2 or call.hear()[0][0] == 2)
    assert call.door.take_keys() == "9"


@pytest.mark.parametrize("lengths_ms", [[10] * 8, [30, 30, 20], [5, 75], [80]])
def test_sound_of_any_length_becomes_frames(call: Call, lengths_ms: list[int]) -> None:
    samples = np.arange(1, 641, dtype=np.int16)
    ends = list(accumulate(8 * ms for ms in lengths_ms))
    pieces = [samples[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    heard = call.hear(*(sound(piece) for piece in pieces), frames=4)
    assert np.concatenate(heard).tolist() == samples.tolist()


def test_half_a_sample_is_passed_over(call: Call) -> None:
    [heard] = call.hear(packet(0x10, frame(5).tobytes() + b"\x7f"))
    assert heard.tolist() == [5] * 160


@pytest.mark.parametrize("from_hz", [12_000, 24_000, 44_100, 48_000, 192_000])
def test_sound_of_another_rate_is_resampled(call: Call, from_hz: int) -> None:
    tone = (9_000 * np.sin(2 * np.pi * 400 * np.arange(from_hz // 2) / from_hz)).astype(np.int16)
    heard = np.concatenate([call.tick(sound(piece, from_hz)) for piece in np.array_split(tone, 25)])[-1_600:]
    crossings = np.count_nonzero(np.diff(heard > 100))
    assert 159 <= crossings <= 161  # 400 Hz in 200 ms, up and down, without a gap
    assert 8_000 < np.abs(heard).max() < 9_500


def test_the_rate_may_change_within_the_call(call: Call) -> None:
    assert call.tick(sound(frame(3)))[0] == 3
    heard = [call.tick(sound(frame(4_000, 16_000), 16_000))[0] for _ in range(10)]
    assert heard[-1] == pytest.approx(4_000, 0.05)
    assert 3 in [call.tick(sound(frame(3)))[0] for _ in range(5)]


def test_a_call_at_16_khz() -> None:
    call = Call(16_000)
    assert call.hear(sound(frame(6, 16_000), 16_000))[0].tolist() == [6] * 320
    call.door.send(frame(-6, 16_000))
    assert call.caller.read() == (0x12, frame(-6, 16_000).tobytes())
    call.close()


def test_what_comes_too_fast_is_dropped_from_the_oldest_on(call: Call) -> None:
    call.caller.send(*(sound(frame(number)) for number in range(1, 41)))
    eventually(lambda: call.door.receive()[0] > 30 - JitterQueue.MOST_FRAMES)
    rest = [int(call.door.receive()[0]) for _ in range(JitterQueue.MOST_FRAMES + 1)]
    assert max(rest) == 40
    assert rest[-1] == 0


def test_a_flood_of_packets_does_not_hold_up_the_call(call: Call) -> None:
    flood = packet(0x03, b"1") * 10_000
    call.caller.socket.setblocking(False)
    call.caller.socket.send(flood)
    keys = []
    for _ in range(4):
        call.door.receive()
        keys.append(len(call.door.take_keys()))
    assert max(keys) == audiosocket.MOST_PACKETS_A_TICK
    eventually(lambda: call.door.receive().any() or len(call.door.take_keys()) == audiosocket.MOST_PACKETS_A_TICK)
    for _ in range(4):
        call.door.receive()
    assert len(call.door.take_keys()) == MOST_WAITING


@pytest.mark.parametrize(
    "strange",
    [packet(0x77, b"?"), packet(0x02), packet(0x03), packet(0x03, b"x"), packet(0x03, b"\xff"), packet(0x10),
     packet(0x11), packet(0x01, b"short"), packet(0x99, bytes(0xFFFF))],
)  # fmt: skip
def test_what_is_no_packet_of_the_protocol_is_passed_over(call: Call, strange: bytes) -> None:
    assert call.hear(strange, sound(frame(3)))[0][0] == 3
    assert (call.door.take_keys(), call.door.is_closed) == ("", False)


@pytest.mark.parametrize("how", ["says so", "closes", "is gone, and has not read"])
def test_a_caller_hangs_up_and_what_was_said_before_is_heard(call: Call, how: str) -> None:
    if how == "is gone, and has not read":
        call.door.send(frame(1))
    call.caller.send(sound(frame(4)), *([packet(0x00)] if how == "says so" else []))
    if how != "says so":
        call.caller.close()
    heard = []
    eventually(lambda: heard.append(int(call.door.receive()[0])) or call.door.is_closed)
    heard += [int(call.door.receive()[0])]
    assert 4 in heard
    assert not call.door.is_lost
    call.door.send(frame(1))
    call.door.hang_up()


def test_the_far_sides_error_is_complained_of_once(call: Call) -> None:
    call.hear(packet(0xFF, b"\x02"), sound(frame(1)))
    assert call.door.take_complaint() == "the far side reports the error 02"
    assert call.door.take_complaint() is None
    assert not call.door.is_closed


def test_a_caller_who_sends_no_sound_is_noticed(call: Call) -> None:
    for _ in range(audiosocket.MUTE_TICKS - 1):
        call.door.receive()
    assert call.door.take_complaint() is None
    call.door.receive()
    assert call.door.take_complaint() == "no sound in the first 5 s: have the dialplan answer first"
    for _ in range(audiosocket.LOST_TICKS - audiosocket.MUTE_TICKS - 1):
        call.door.receive()
    assert not call.door.is_lost
    call.door.receive()
    assert call.door.is_lost
    assert call.door.take_complaint() is None


def test_who_sends_again_is_not_lost(call: Call) -> None:
    for _ in range(audiosocket.LOST_TICKS - 1):
        call.door.receive()
    call.hear(sound(frame(1)))
    for _ in range(10):
        call.door.receive()
    assert not call.door.is_lost


# ---- to the caller


def test_frames_go_out_in_packets_of_their_own(call: Call) -> None:
    for value in (1, 2, 3):
        call.door.send(frame(value))
    assert [call.caller.read() for _ in range(3)] == [(0x10, frame(value).tobytes()) for value in (1, 2, 3)]


def test_a_caller_who_does_not_read_costs_whole_frames_and_not_time(call: Call) -> None:
    sent = 0
    while call.door.dropped_frames < 100:
        call.door.send(frame(sent % 100))
        sent += 1
        assert sent < 100_000
    read = [call.caller.read() for _ in range(sent - call.door.dropped_frames - 1)]
    assert read == [(0x10, frame(number % 100).tobytes()) for number in range(len(read))]
    call.door.send(frame(-1))  # there is room again, for the rest of a packet too
    call.door.hang_up()
    rest = [call.caller.read() for _ in range(3)]
    assert rest[-2:] in ([(0x10, frame(-1).tobytes()), (0x00, b"")], [(0x00, b""), None])


def test_hanging_up_says_so_once(call: Call) -> None:
    call.door.send(frame(8))
    call.door.hang_up()
    call.door.hang_up()
    assert call.door.is_closed
    assert [call.caller.read() for _ in range(3)] == [(0x10, frame(8).tobytes()), (0x00, b""), None]
    assert not call.door.receive().any()
