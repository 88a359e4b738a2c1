"""What a media process does for the front at the other end of its link, with calls that have no sound."""

import asyncio
import contextlib
import logging
import socket

import pytest

from aicc.service import life
from aicc.service.media_process import MediaProcess
from aicc.service.process import Start
from aicc.settings import Settings
from tests.fakes.media import open_fake_media
from voicebot.events import CallEnded, CallStarted
from voicebot.journal import NAME, read_journal
from voicebot.link import (
    Accepted,
    AddLeg,
    Close,
    CommandFailed,
    Done,
    Drain,
    Events,
    Failed,
    Gone,
    HangUp,
    Leaving,
    LegLost,
    LegUp,
    Link,
    LinkClosed,
    Offer,
    Ping,
    Pong,
    Ready,
    Refused,
)


def offer(call_id="01900000-0000-7000-8000-000000000001", do=""):
    return Offer(call_id, "wav", "01012345678", "1588", "in", "s", {"do": do})


class Front:
    """The test's end of the link."""

    def __init__(self):
        self.news = []
        self._came = asyncio.Event()
        self.link = None

    def told(self, message):
        self.news.append(message)
        self._came.set()

    async def until(self, kind):
        """The first of its kind."""
        async with asyncio.timeout(5):
            while not (found := [message for message in self.news if isinstance(message, kind)]):
                self._came.clear()
                await self._came.wait()
        return found[0]

    def ended(self):
        batches = [message.batch for message in self.news if isinstance(message, Events)]
        return [logged.event for batch in batches for logged in batch if isinstance(logged.event, CallEnded)]


@contextlib.asynccontextmanager
async def process(tmp_path, scenario="s", opening=open_fake_media, **settings):
    """The front, and the process as a task that gives its exit status."""
    ours, theirs = socket.socketpair()
    front = Front()
    front.link = await Link.open(ours, front.told)
    start = Start(
        name="media-1",
        settings=Settings(slots=2, **settings),
        data=tmp_path,
        scenarios={scenario: tmp_path},
        log_level=logging.WARNING,
    )
    reading = asyncio.create_task(front.link.run())
    running = asyncio.create_task(MediaProcess(start, opening).run(theirs))
    try:
        yield front, running
    finally:
        front.link.close()
        await asyncio.wait_for(running, 5)
        await reading


def test_a_call_from_its_offer_to_its_end(tmp_path):
    async def run():
        async with process(tmp_path) as (front, _):
            assert (await front.until(Ready)).slots == 2
            accepted = await front.link.ask(offer(), 5)
            assert accepted == Accepted(offer().call_id, str(tmp_path / "run/media-1.sock"))
            [started] = (await front.until(Events)).batch
            assert started.event == CallStarted("in", "wav", "01012345678", "1588", "s")
            pong = await front.link.ask(Ping(), 5)
            assert isinstance(pong, Pong)
            assert pong.status.calls == 1
            assert await front.link.ask(HangUp(offer().call_id, "service", "hung_up"), 5) == Done(True)
            assert await front.until(Gone) == Gone(offer().call_id)
            assert await front.link.ask(HangUp(offer().call_id, "service", "hung_up"), 5) == Done(False)

    asyncio.run(run())


def test_what_becomes_of_legs_is_told(tmp_path):
    async def run():
        async with process(tmp_path) as (front, _):
            await front.until(Ready)
            call_id = (await front.link.ask(offer(), 5)).call_id
            assert await front.link.ask(AddLeg(call_id, "agent", "sip"), 5) == Accepted(call_id, sdp="ours")
            await front.link.ask(AddLeg(call_id, "gone", "sip"), 5)
            assert await front.until(LegUp) == LegUp(call_id, "agent")
            assert await front.until(LegLost) == LegLost(call_id, "gone", "hung_up")

    asyncio.run(run())


def test_refusals_and_failures_are_answers(tmp_path):
    async def run():
        async with process(tmp_path) as (front, _):
            await front.until(Ready)
            assert await front.link.ask(offer(do="refuse"), 5) == Refused("not today")
            with pytest.raises(CommandFailed, match="RuntimeError: broken"):
                await front.link.ask(offer(do="break"), 5)
            for number in range(2):
                assert isinstance(
                    await front.link.ask(offer(f"0190000{number}-0000-7000-8000-00000000000a"), 5), Accepted
                )
            assert await front.link.ask(offer(), 5) == Refused("full")

    asyncio.run(run())


def test_a_process_that_cannot_open_says_why(tmp_path):
    async def run():
        async with process(tmp_path, scenario="broken") as (front, running):
            failed = await front.until(Failed)
            assert failed.what == "this is a bug in aicc: ValueError: the scenario is broken"
            assert await running == 1

    asyncio.run(run())


def test_draining_ends_it_behind_the_last_call(tmp_path):
    async def run():
        async with process(tmp_path) as (front, running):
            await front.until(Ready)
            await front.link.ask(offer(), 5)
            await front.link.ask(Drain(600), 5)
            assert await front.link.ask(offer("01900000-0000-7000-8000-00000000000b"), 5) == Refused("draining")
            assert not running.done()
            await front.link.ask(HangUp(offer().call_id, "caller", "hung_up"), 5)
            assert await running == 0
            assert front.ended()[0].by == "caller"

    asyncio.run(run())


@pytest.mark.parametrize("orders", [[Close()], [Drain(600), Close()], [Drain(0)]])
def test_closing_hangs_up_and_seals(tmp_path, orders):
    async def run():
        async with process(tmp_path) as (front, running):
            await front.until(Ready)
            await front.link.ask(offer(), 5)
            for order in orders:
                await front.link.ask(order, 5)
            assert await running == 0
            await front.until(Gone)
            assert front.ended()[0].reason == "stopped"

    asyncio.run(run())
    folder = tmp_path / "calls" / offer().call_id
    assert (folder / "recording.flac").exists()


def test_a_front_that_is_gone_ends_it_and_the_calls_are_whole(tmp_path):
    async def run():
        async with process(tmp_path) as (front, running):
            await front.until(Ready)
            await front.link.ask(offer(), 5)
            front.link.close()
            assert await running == 0

    asyncio.run(run())
    folder = tmp_path / "calls" / offer().call_id
    assert read_journal(folder / NAME)[-1].event.reason == "stopped"
    assert (folder / "recording.flac").exists()


def test_a_front_that_is_gone_while_models_are_opened_ends_it_too(tmp_path):
    async def never(start, events, gone, legs):
        await asyncio.Event().wait()

    async def run():
        async with process(tmp_path, opening=never) as (front, running):
            with pytest.raises(CommandFailed, match="not ready yet"):
                await front.link.ask(Ping(), 5)
            front.link.close()
            assert await running == 0
            with pytest.raises(LinkClosed):
                await front.link.ask(Ping(), 5)

    asyncio.run(run())


def test_a_process_whose_models_hang_asks_to_be_replaced(tmp_path, monkeypatch):
    until_sick = life.until_sick
    monkeypatch.setattr("aicc.service.media_process.until_sick", lambda media: until_sick(media, pause_s=0.001))

    async def run():
        async with process(tmp_path) as (front, running):
            await front.until(Ready)
            await front.link.ask(offer(do="sick"), 5)
            await front.until(Leaving)
            await front.link.ask(HangUp(offer().call_id, "bot", "fault"), 5)
            assert await running == 0

    asyncio.run(run())
