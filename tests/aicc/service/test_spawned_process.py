"""Real processes with calls that have no sound: started, killed, hanging, leaving."""

import asyncio
import contextlib
import logging
import signal
import sys

import psutil
import pytest

from aicc.service import spawned_process
from aicc.service.process import ProcessFailed, Start
from aicc.service.spawned_process import SpawnedProcess
from aicc.settings import Settings
from voicebot.events import CallEnded
from voicebot.journal import NAME, read_journal
from voicebot.link import Accepted, AddLeg, Done, HangUp, LinkClosed, NotAnswered, Offer

pytestmark = pytest.mark.slow

COMMAND = (sys.executable, "-m", "tests.fakes.media_process")
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


def start_of(tmp_path, scenario="s", **settings):
    return Start(
        name="media-1",
        settings=Settings(slots=2, **settings),
        data=tmp_path,
        scenarios={scenario: tmp_path},
        log_level=logging.WARNING,
    )


@contextlib.asynccontextmanager
async def spawned(tmp_path):
    heard = Heard()
    process = await SpawnedProcess.start(start_of(tmp_path), heard, COMMAND)
    living = asyncio.create_task(process.live())
    try:
        yield process, heard, living
    finally:
        await process.close()
        await living
        assert process._process.returncode is not None


async def call(process, call_id=CALL, do=""):
    process.calls.add(call_id)
    return await process.ask(Offer(call_id, "wav", "01012345678", "1588", "in", "s", {"do": do}))


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def test_what_becomes_of_legs_is_told(tmp_path):
    async def run():
        async with spawned(tmp_path) as (process, heard, _):
            await call(process)
            assert await process.ask(AddLeg(CALL, "agent", "sip")) == Accepted(CALL, sdp="ours")
            await process.ask(AddLeg(CALL, "gone", "sip"))
            await until(lambda: len(heard.legs) == 2)
            assert heard.legs == [(CALL, "agent"), (CALL, "gone", "hung_up")]

    asyncio.run(run())


def test_a_call_and_a_good_end(tmp_path):
    async def run():
        async with spawned(tmp_path) as (process, heard, living):
            assert isinstance(await call(process), Accepted)
            await until(lambda: heard.statuses)
            assert await process.ask(HangUp(CALL, "service", "hung_up")) == Done()
            assert await process.ask(HangUp(CALL, "service", "hung_up")) == Done(False)
            await until(lambda: heard.over == [CALL])
            assert process.calls == set()
            assert isinstance(heard.told[-1].event, CallEnded)
            await process.leave(600)
            await living
            assert not process.has_died

    asyncio.run(run())


def test_a_process_that_is_killed_has_died_with_its_calls(tmp_path):
    async def run():
        async with spawned(tmp_path) as (process, heard, living):
            await call(process)
            await call(process, CALL[:-1] + "2", do="die")
            await living
            assert process.has_died
            assert process.calls == {CALL, CALL[:-1] + "2"}
            assert heard.over == []
            with pytest.raises(LinkClosed):
                await call(process, CALL[:-1] + "3")

    asyncio.run(run())


def test_a_process_that_hangs_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(spawned_process, "HANGS_S", 0.3)
    monkeypatch.setattr(spawned_process, "ANSWER_S", 0.1)
    monkeypatch.setattr(spawned_process, "PING_PAUSE_S", 0.05)

    async def run():
        async with spawned(tmp_path) as (process, _, living):
            await call(process, do="hang")
            with pytest.raises(NotAnswered):
                while True:
                    await process.ask(HangUp("another", "service", "hung_up"))
            await living
            assert process.has_died
            assert process.calls == {CALL}

    asyncio.run(run())


def test_a_process_that_is_told_to_end_by_its_operator_leaves_behind_its_calls(tmp_path):
    async def run():
        async with spawned(tmp_path) as (process, heard, living):
            await call(process)
            process._process.send_signal(signal.SIGINT)  # ^C is not for it
            process._process.send_signal(signal.SIGTERM)
            await process.left.wait()
            assert not living.done()
            await process.ask(HangUp(CALL, "caller", "hung_up"))
            await living
            assert heard.over == [CALL]
            assert not process.has_died

    asyncio.run(run())


def test_a_front_that_is_gone_lets_the_process_make_everything_whole(tmp_path):
    async def run():
        async with spawned(tmp_path) as (process, _, living):
            await call(process)
            process._link.close()
            await living
            assert process._process.returncode == 0

    asyncio.run(run())
    assert read_journal(tmp_path / "calls" / CALL / NAME)[-1].event.reason == "stopped"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("/nonexistent/python",), "media-1 cannot be started: no such file or directory: "),
        ((sys.executable, "-c", "raise SystemExit(3)"), "media-1: it ended before it was ready: see its log"),
        ((sys.executable, "-c", "import os, sys; os.write(int(sys.argv[1]), b'HTTP/1.1 200')"), "media-1: it ended"),
    ],
)
def test_a_process_that_cannot_start_says_so(tmp_path, command, sentence):
    async def run():
        with pytest.raises(ProcessFailed) as failed:
            await SpawnedProcess.start(start_of(tmp_path), Heard(), command)
        assert str(failed.value).startswith(sentence)

    asyncio.run(run())


def test_a_process_that_cannot_open_says_why_itself(tmp_path):
    async def run():
        with pytest.raises(ProcessFailed, match="ValueError: the scenario is broken"):
            await SpawnedProcess.start(start_of(tmp_path, scenario="broken"), Heard(), COMMAND)

    asyncio.run(run())


def test_a_process_that_is_never_ready_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(spawned_process, "READY_S", 0.2)

    async def run():
        with pytest.raises(ProcessFailed, match="media-1 was not ready after 0 s"):
            await SpawnedProcess.start(
                start_of(tmp_path), Heard(), (sys.executable, "-c", "import time; time.sleep(60)")
            )

    asyncio.run(run())


def test_starting_can_be_given_up(tmp_path):
    before = set(psutil.Process().children())  # of tests that went before

    async def run():
        starting = asyncio.create_task(SpawnedProcess.start(start_of(tmp_path), Heard(), COMMAND))
        await asyncio.sleep(0.05)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting

    asyncio.run(run())
    assert set(psutil.Process().children()) <= before, "ended, and no zombie either"
