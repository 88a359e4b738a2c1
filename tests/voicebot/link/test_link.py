"""Two ends of a link in one loop: commands are answered or fail, a far side that misbehaves ends the link."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import pytest

from voicebot.events import Dtmf, Logged
from voicebot.link import (
    Accepted,
    Command,
    CommandFailed,
    Done,
    Events,
    Gone,
    HangUp,
    Link,
    LinkBroken,
    LinkClosed,
    NotAnswered,
    Offer,
    Ping,
    Reply,
)
from voicebot.link import link as link_module

OFFER = Offer("c", "wav", "010", "1588", "in", "s")


async def done(command: Command) -> Reply:
    return Done()


@contextlib.asynccontextmanager
async def linked(answer: Callable[[Command], Awaitable[Reply]] = done):
    """The front's end, the process' end, and what the front was told."""
    ours, theirs = socket.socketpair()
    news = []
    front = await Link.open(ours, news.append)
    process = await Link.open(theirs, lambda message: None, answer)
    tasks = [asyncio.create_task(end.run()) for end in (front, process)]
    try:
        yield front, process, news
    finally:
        front.close()
        process.close()
        await asyncio.gather(*tasks, return_exceptions=True)


def test_each_command_gets_its_own_answer():
    async def answer(command):
        if isinstance(command, Offer):
            await asyncio.sleep(0.01)  # the one that came first is answered last
            return Accepted(command.call_id, "/s")
        return Done(command.call_id == "there")

    async def run():
        async with linked(answer) as (front, _, _):
            return await asyncio.gather(
                front.ask(OFFER, 5),
                front.ask(HangUp("there", "service", "x"), 5),
                front.ask(HangUp("gone", "service", "x"), 5),
            )

    assert asyncio.run(run()) == [Accepted("c", "/s"), Done(True), Done(False)]


def test_a_command_that_is_not_answered_fails_in_time():
    async def never(command):
        await asyncio.Event().wait()

    async def run():
        async with linked(never) as (front, _, _):
            with pytest.raises(NotAnswered, match="ping: no answer in 0 s"):
                await front.ask(Ping(), 0.01)

    asyncio.run(run())


def test_a_command_that_breaks_says_why_and_the_next_is_answered():
    async def answer(command):
        if isinstance(command, Offer):
            raise RuntimeError("no\nroom")
        return Done()

    async def run():
        async with linked(answer) as (front, _, _):
            with pytest.raises(CommandFailed, match="RuntimeError: no room"):
                await front.ask(OFFER, 5)
            assert await front.ask(Ping(), 5) == Done()

    asyncio.run(run())


def test_what_is_asked_of_a_side_that_goes_fails_at_once():
    async def run():
        async def go(command):
            process.close()
            await asyncio.Event().wait()

        async with linked(go) as (front, process, _):
            with pytest.raises(LinkClosed):
                await front.ask(Ping(), 60)
            with pytest.raises(LinkClosed):
                await front.ask(Ping(), 60)

    asyncio.run(run())


def test_news_comes_in_order_however_much_there_is():
    events = tuple(Logged("c", seq, seq, Dtmf("1")) for seq in range(1_000))

    async def run():
        async with linked() as (_, process, news):
            assert process.tell(Events(events))
            process.tell(Gone("c"))
            while Gone("c") not in news:
                await asyncio.sleep(0)
            return news

    news = asyncio.run(run())
    assert sum((told.batch for told in news[:-1]), ()) == events
    assert max(len(told.batch) for told in news[:-1]) <= link_module.EVENTS_A_FRAME


def test_a_far_side_that_does_not_read_loses_events_and_nothing_else(monkeypatch):
    monkeypatch.setattr(link_module, "WAITING_BYTES", 100_000)
    batch = tuple(Logged("c", seq, seq, Dtmf("1")) for seq in range(200))

    async def run():
        ours, theirs = socket.socketpair()
        news = []
        front = await Link.open(ours, news.append)
        process = await Link.open(theirs, lambda message: None)
        told = 0
        while process.tell(Events(batch)):
            told += 1
            assert told < 1_000
        with pytest.raises(NotAnswered, match="does not read"):
            await process.ask(Ping(), 60)
        assert process.tell(Gone("c"))
        process.close()
        await front.run()
        return process.dropped_events, told, news

    dropped, told, news = asyncio.run(run())
    assert dropped == 200
    assert len(news) == told + 1
    assert news[-1] == Gone("c")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", r"a frame of 1,195,725,856 bytes is announced: at most 4,194,304 are sent"),
        ((10**9).to_bytes(4, "big"), r"a frame of 1,000,000,000 bytes is announced"),
        (b"\x00\x00\x00\x04\xde\xad\xbe\xef", r"a frame of 4 bytes is no message of this version"),
        (b'\x00\x00\x00\x19{"type":"done","id":null}', r"an answer to nothing: done"),
        (b'\x00\x00\x00\x16{"type":"ping","id":1}', r"a command came that nobody takes here: ping"),
    ],
)
def test_garbage_ends_the_link_and_says_why(sent, reason):
    async def run():
        ours, theirs = socket.socketpair()
        front = await Link.open(ours, lambda message: None)
        asked = asyncio.create_task(front.ask(Ping(), 60))
        await asyncio.sleep(0)
        theirs.sendall(sent)
        with pytest.raises(LinkBroken, match=reason):
            await front.run()
        with pytest.raises(LinkBroken, match=reason):
            await asked
        theirs.close()

    asyncio.run(run())


def test_half_a_frame_at_the_end_is_an_end():
    async def run():
        ours, theirs = socket.socketpair()
        front = await Link.open(ours, lambda message: None)
        theirs.sendall(b"\x00\x00\x00\x10{")
        theirs.close()
        await front.run()

    asyncio.run(run())


def test_who_stumbles_over_a_message_gets_the_next_one():
    async def run():
        ours, theirs = socket.socketpair()
        heard = []

        def told(message):
            heard.append(message)
            raise ValueError

        front, process = await Link.open(ours, told), await Link.open(theirs, told)
        process.tell(Gone("a"))
        process.tell(Gone("b"))
        process.close()
        await front.run()
        return heard

    assert asyncio.run(run()) == [Gone("a"), Gone("b")]
