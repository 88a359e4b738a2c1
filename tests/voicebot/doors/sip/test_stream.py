"""One connection, without a socket, in virtual time."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.fakes.clock import VirtualClock
from tests.fakes.loop import VirtualLoop
from tests.voicebot.doors.sip.test_reading import INVITE
from voicebot.doors.sip import stream as stream_module
from voicebot.doors.sip.framing import PING, PONG, StreamBroken
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.stream import MESSAGE_S, MOST_UNREAD_BYTES, MOST_WAITING_BYTES, Stream


class Wire(asyncio.Transport):
    """What a connection's transport is told."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.unread_bytes = 0
        self.said: list[str] = []

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.written += data

    def get_write_buffer_size(self) -> int:
        return self.unread_bytes

    def pause_reading(self) -> None:
        self.said.append("pause")

    def resume_reading(self) -> None:
        self.said.append("resume")

    def close(self) -> None:
        self.said.append("close")

    def abort(self) -> None:
        self.said.append("abort")


class Heard:
    """A stream's owner."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.broken: list[StreamBroken] = []
        self.lost: list[str] = []
        self.stream = Stream(
            Hop("tcp", "192.0.2.1", 5060),
            lambda _, message: self.messages.append(message),
            lambda _, broken: self.broken.append(broken),
            lambda _, why: self.lost.append(why),
        )
        self.wire = Wire()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def loop(clock: VirtualClock) -> Iterator[VirtualLoop]:
    loop = VirtualLoop(clock)
    yield loop
    loop.close()


def open_stream(loop: VirtualLoop) -> Heard:
    async def make() -> Heard:
        return Heard()

    heard = loop.run_until_complete(make())
    heard.stream.connection_made(heard.wire)
    return heard


def pass_s(loop: VirtualLoop, clock: VirtualClock, seconds: float) -> None:
    clock.pass_ms(seconds * 1000)
    loop.run_until_complete(loop.settle())


def test_what_is_written_early_goes_out_when_the_connection_is_there(loop: VirtualLoop) -> None:
    async def make() -> Heard:
        return Heard()

    heard = loop.run_until_complete(make())
    heard.stream.write(b"one")
    heard.stream.write(b"two")
    heard.stream.connection_made(heard.wire)
    assert heard.wire.written == b"onetwo"


def test_what_waits_is_bounded(loop: VirtualLoop) -> None:
    async def make() -> Heard:
        return Heard()

    heard = loop.run_until_complete(make())
    for _ in range(3):
        heard.stream.write(bytes(MOST_WAITING_BYTES // 2))
    assert heard.lost == ["too much waits for the connection"]
    heard.stream.connection_made(heard.wire)
    assert heard.wire.said == ["abort"]


def test_a_peer_that_stalls_in_mid_message_loses_the_connection(loop: VirtualLoop, clock: VirtualClock) -> None:
    heard = open_stream(loop)
    heard.stream.data_received(INVITE[:100])
    pass_s(loop, clock, MESSAGE_S - 1)
    heard.stream.data_received(INVITE[100:101])  # a byte now and then does not help
    assert heard.lost == []
    pass_s(loop, clock, 2)
    assert heard.lost == ["a message was begun and not ended"]
    assert heard.wire.said == ["abort"]


def test_a_peer_between_messages_may_be_silent(loop: VirtualLoop, clock: VirtualClock) -> None:
    heard = open_stream(loop)
    heard.stream.data_received(INVITE[:100])
    heard.stream.data_received(INVITE[100:] + b"\r\n")
    pass_s(loop, clock, 10 * MESSAGE_S)
    assert (heard.messages, heard.lost) == ([INVITE], [])


def test_each_message_has_its_own_time(loop: VirtualLoop, clock: VirtualClock) -> None:
    heard = open_stream(loop)
    heard.stream.data_received(INVITE[:100])
    for _ in range(5):
        pass_s(loop, clock, MESSAGE_S - 1)
        heard.stream.data_received(INVITE[100:] + INVITE[:100])
    assert (len(heard.messages), heard.lost) == (5, [])


def test_pings_are_answered(loop: VirtualLoop) -> None:
    heard = open_stream(loop)
    heard.stream.data_received(PING + INVITE + PING)
    assert (heard.messages, heard.wire.written) == ([INVITE], PONG + PONG)


def test_a_peer_that_does_not_read_loses_the_connection(loop: VirtualLoop) -> None:
    heard = open_stream(loop)
    heard.wire.unread_bytes = MOST_UNREAD_BYTES + 1
    heard.stream.write(b"x")
    heard.stream.connection_lost(None)
    assert heard.lost == ["the peer does not read what it is sent"]


def test_a_stream_that_cannot_be_cut_is_told_and_closed(loop: VirtualLoop) -> None:
    heard = open_stream(loop)
    heard.stream.data_received(INVITE + INVITE.replace(b"Content-Length: 5\r\n", b"") + INVITE)
    assert heard.messages == [INVITE]
    assert [broken.code for broken in heard.broken] == [400]
    assert (heard.wire.said, heard.lost) == (["close"], [""])


def test_whoever_does_not_take_the_rest_is_cut_off(loop: VirtualLoop, clock: VirtualClock) -> None:
    heard = open_stream(loop)
    heard.stream.close()
    pass_s(loop, clock, 6)
    assert heard.wire.said == ["close", "abort"]


def test_a_flood_of_messages_lets_others_have_their_turn(
    loop: VirtualLoop, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "BURST_S", -1.0)
    heard = open_stream(loop)
    heard.stream.data_received(INVITE * 3)
    assert (len(heard.messages), heard.wire.said) == (1, ["pause"])
    heard.stream.data_received(INVITE)  # the transport had it already
    assert len(heard.messages) == 1
    monkeypatch.undo()
    pass_s(loop, clock, 0)
    assert (len(heard.messages), heard.wire.said) == (4, ["pause", "resume"])
