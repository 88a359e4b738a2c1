"""Calls in the front's own process: the same interface, the same ends."""

import asyncio
import contextlib
import logging

import pytest

from aicc.service import local_process
from aicc.service.local_process import LocalProcess
from aicc.service.process import Start
from aicc.settings import Settings
from tests.fakes.media import open_fake_media
from voicebot.events import CallEnded
from voicebot.link import Accepted, AddLeg, Done, HangUp, Offer, Refused

CALL = "01900000-0000-7000-8000-000000000001"


class Heard:
    def __init__(self):
        self.told, self.over, self.statuses, self.legs = [], [], [], []

    def events(self, batch):
        self.told += batch

    def gone(self, call_id):
        self.over.append(call_id)

    def leg_up(self, call_id, leg):
        self.legs.append((call_id, leg))

    def leg_lost(self, call_id, leg, reason):
        self.legs.append((call_id, leg, reason))

    def status(self, process):
        self.statuses.append(process.status)


@contextlib.asynccontextmanager
async def local(tmp_path):
    start = Start(
        name="media-1",
        settings=Settings(slots=1),
        data=tmp_path,
        scenarios={"s": tmp_path},
        log_level=logging.WARNING,
    )
    heard = Heard()
    process = await LocalProcess.start(start, heard, open_fake_media)
    living = asyncio.create_task(process.live())
    await asyncio.sleep(0)
    try:
        yield process, heard, living
    finally:
        await process.close()
        await asyncio.wait({living})


async def call(process, call_id=CALL, do=""):
    process.calls.add(call_id)
    return await process.ask(Offer(call_id, "wav", "01012345678", "1588", "in", "s", {"do": do}))


def test_a_call_and_a_good_end(tmp_path):
    async def run():
        async with local(tmp_path) as (process, heard, living):
            assert isinstance(await call(process), Accepted)
            assert await call(process, "another") == Refused("full")
            await process.leave(600)
            assert process.left.is_set()
            await asyncio.sleep(0)
            assert not living.done()
            assert await process.ask(HangUp(CALL, "service", "hung_up")) == Done()
            await living
            assert heard.over == [CALL]
            assert isinstance(heard.told[-1].event, CallEnded)
            assert heard.statuses

    asyncio.run(run())


def test_what_becomes_of_legs_is_told(tmp_path):
    async def run():
        async with local(tmp_path) as (process, heard, _):
            await call(process)
            assert await process.ask(AddLeg(CALL, "agent", "sip")) == Accepted(CALL, sdp="ours")
            await process.ask(AddLeg(CALL, "gone", "sip"))
            assert heard.legs == [(CALL, "agent"), (CALL, "gone", "hung_up")]

    asyncio.run(run())


def test_closing_hangs_up(tmp_path):
    async def run():
        async with local(tmp_path) as (process, heard, living):
            await call(process)
            await process.close()
            await living
            assert heard.told[-1].event.reason == "stopped"
            assert process.calls == set()

    asyncio.run(run())


def test_a_front_that_breaks_off_closes_its_calls(tmp_path):
    async def run():
        async with local(tmp_path) as (process, heard, living):
            await call(process)
            await asyncio.sleep(0)
            living.cancel()
            with pytest.raises(asyncio.CancelledError):
                await living
            assert heard.told[-1].event.reason == "stopped"

    asyncio.run(run())


def test_models_that_hang_have_it_leave(tmp_path, monkeypatch):
    until_sick = local_process.until_sick
    monkeypatch.setattr(local_process, "until_sick", lambda media: until_sick(media, pause_s=0.001))

    async def run():
        async with local(tmp_path) as (process, _, _):
            await call(process, do="sick")
            async with asyncio.timeout(5):
                await process.left.wait()

    asyncio.run(run())
