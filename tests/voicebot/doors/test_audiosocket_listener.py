import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from tests.fakes.audiosocket import CALL, AudioSocketCaller, introduction, packet
from voicebot.doors import audiosocket_listener
from voicebot.doors.audiosocket_listener import AudioSocketListener, Taken

SOUND = packet(0x12, bytes(640))


class Front:
    """Takes callers, and keeps what it was given."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, bytes]] = []
        self.taken: asyncio.Queue[socket.socket] = asyncio.Queue()

    async def take(self, call: str, sock: socket.socket, address: str, first: bytes) -> None:
        self.calls.append((call, address, first))
        self.taken.put_nowait(sock.dup())  # as one that is handed to another process


@contextlib.asynccontextmanager
async def listening(taken: Taken, is_listed: Callable[[str], bool] = lambda _: False) -> AsyncIterator[int]:
    listener = AudioSocketListener("127.0.0.1", 0, taken, is_listed)
    port = await listener.start()
    try:
        yield port
    finally:
        await listener.close()
        await listener.close()


async def hung_up(caller: AudioSocketCaller) -> bool:
    return await asyncio.to_thread(caller.read) is None


def run(story: Callable[[Front, int], object], **settings: Callable[[str], bool]) -> Front:
    async def told() -> Front:
        front = Front()
        async with listening(front.take, **settings) as port:
            await story(front, port)  # type: ignore[misc]
        return front

    return asyncio.run(told())


@pytest.mark.parametrize("cuts", [[], [1], [3], [2, 10, 18]])
def test_a_caller_is_taken_with_what_it_has_not_been_asked_yet(cuts: list[int]) -> None:
    async def story(front: Front, port: int) -> None:
        caller = AudioSocketCaller(port)
        whole = introduction()
        for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            caller.send(whole[start:end])
            await asyncio.sleep(0.001)
        caller.send(SOUND)
        sock = await front.taken.get()
        assert await asyncio.get_running_loop().sock_recv(sock, 2_000) == SOUND
        sock.send(packet(0x00))
        assert caller.read() == (0x00, b"")
        sock.close()

    assert run(story).calls == [(str(CALL), "127.0.0.1", b"\x12")]


def test_a_caller_without_sound_is_taken_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(front: Front, port: int) -> None:
        caller = AudioSocketCaller(port)
        caller.send(introduction())
        (await front.taken.get()).close()

    monkeypatch.setattr(audiosocket_listener, "FIRST_SOUND_S", 0.01)
    assert run(story).calls == [(str(CALL), "127.0.0.1", b"")]


@pytest.mark.parametrize(
    "first",
    [b"GET / HTTP/1.1\r\n\r\n", packet(0x01, b"short"), packet(0x10, bytes(320)), b"\x01\x00\x11", b"\xff" * 99],
)
def test_who_is_no_caller_is_sent_away(first: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def story(front: Front, port: int) -> None:
        caller = AudioSocketCaller(port)
        caller.send(first)
        assert await hung_up(caller)

    assert not run(story).calls
    assert "its first packet is no UUID" in caplog.text


def test_who_says_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async def story(front: Front, port: int) -> None:
        caller = AudioSocketCaller(port)
        caller.send(introduction()[:7])
        assert await hung_up(caller)

    monkeypatch.setattr(audiosocket_listener, "UUID_S", 0.05)
    assert not run(story).calls
    assert "no UUID in 0.05 s" in caplog.text


def test_who_hangs_up_at_once_costs_no_call(caplog: pytest.LogCaptureFixture) -> None:
    async def story(front: Front, port: int) -> None:
        for said in (b"", introduction()[:5], introduction()):
            caller = AudioSocketCaller(port)
            caller.send(said)
            caller.socket.shutdown(socket.SHUT_WR)
            assert await hung_up(caller)

    assert not run(story).calls
    assert "it hung up" in caplog.text


def test_strangers_are_not_let_in_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(front: Front, port: int) -> None:
        silent = [AudioSocketCaller(port) for _ in range(2)]
        await asyncio.sleep(0)
        late = AudioSocketCaller(port)
        assert await hung_up(late)
        silent[0].close()
        silent[1].send(introduction(), SOUND)
        (await front.taken.get()).close()
        again = AudioSocketCaller(port)
        again.send(introduction(), SOUND)
        (await front.taken.get()).close()

    monkeypatch.setattr(audiosocket_listener, "MOST_STRANGERS", 2)
    assert len(run(story).calls) == 2


def test_only_who_is_listed_is_let_in(caplog: pytest.LogCaptureFixture) -> None:
    listed = AudioSocketListener("0.0.0.0", 0, Front().take, lambda address: address == "192.0.2.7")
    addresses = ["127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.2.7", "::ffff:192.0.2.7", "192.0.2.8", "fe80::1%eth0"]
    assert [listed._may_come(address) for address in addresses] == [True] * 5 + [False] * 2

    async def story(front: Front, port: int) -> None:
        caller = AudioSocketCaller(port)
        assert await hung_up(caller)

    with caplog.at_level(logging.DEBUG), pytest.MonkeyPatch.context() as patched:
        patched.setattr(AudioSocketListener, "_may_come", lambda *_: False)
        assert not run(story).calls
    assert "audiosocket" not in caplog.text


@pytest.mark.parametrize("error", [ValueError("wrong"), OSError(2, "nobody listens"), TimeoutError()])
def test_a_caller_whom_nobody_can_take_is_sent_away(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(call: str, sock: socket.socket, address: str, first: bytes) -> None:
        raise error

    async def story() -> None:
        async with listening(broken) as port:
            for _ in range(2):
                caller = AudioSocketCaller(port)
                caller.send(introduction(), SOUND)
                assert await hung_up(caller)

    asyncio.run(story())
    assert caplog.text.count("an audiosocket caller from 127.0.0.1 was sent away") == 2


def test_closing_sends_away_who_is_on_the_way_in() -> None:
    callers: list[AudioSocketCaller] = []

    async def story(front: Front, port: int) -> None:
        callers.append(AudioSocketCaller(port))
        callers[0].send(introduction()[:5])
        await asyncio.sleep(0.01)

    run(story)
    assert callers[0].read() is None


def test_an_address_that_is_taken_is_told() -> None:
    async def story() -> None:
        async with listening(Front().take) as port:
            with pytest.raises(OSError, match="in use"):
                await AudioSocketListener("127.0.0.1", port, Front().take).start()

    asyncio.run(story())
