"""Slots are given once, processes are replaced when they die, calls of the dead are ended, and nobody else notices."""

import asyncio
import contextlib

import pytest

from aicc.service import front as front_module
from aicc.service.front import LEAVING, Front
from aicc.service.live_calls import LiveCalls
from aicc.service.process import ProcessFailed
from tests.aicc.service.fake_process import Starter
from voicebot.link import Accepted, CommandFailed, LinkClosed, NotAnswered, Refused


class Reported:
    def __init__(self):
        self.gone = []

    def status(self, process, slots, slots_used, loop_lag_ms, late_frames):
        pass

    def process_gone(self, process, is_restarted):
        self.gone.append((process, is_restarted))


class House:
    """A front with its fakes; ``ended`` are the calls that were made whole."""

    def __init__(self, count, slots):
        self.starter, self.reported, self.ended = Starter(slots), Reported(), []
        live = LiveCalls(lambda call_id: [])
        self.front = Front(self.starter, count, live, self._end, self.reported, renewed_s=90)

    async def _end(self, call_id):
        self.ended.append(call_id)
        if call_id == "breaks":
            raise OSError("disk full")

    async def call(self, **variables):
        return await self.front.offer("wav", "010", "1588", "in", "s", variables)


@contextlib.asynccontextmanager
async def house(count=2, slots=2):
    made = House(count, slots)
    running = asyncio.create_task(made.front.run())
    await made.front.started()
    try:
        yield made
    finally:
        await made.front.close()
        await running


async def until(condition):
    """Passes the loop on; what is waited for takes no time of its own."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


class _Everything(set[str]):
    """A process that answers too late has the call."""

    def __contains__(self, call_id):
        return True


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(front_module, "FIRST_PAUSE_S", 0.001)


def test_calls_are_spread_and_the_one_too_many_is_busy():
    async def run():
        async with house(count=2, slots=2) as of:
            answers = await asyncio.gather(*(of.call() for _ in range(5)))
            accepted = [answer for answer in answers if isinstance(answer, Accepted)]
            assert len({answer.call_id for answer in accepted}) == 4
            assert [len(process.calls) for process in of.starter.processes] == [2, 2]
            assert [answer for answer in answers if isinstance(answer, Refused)] == [Refused("busy")]
            of.starter.processes[0].end_call(next(iter(of.starter.processes[0].calls)))
            again = await of.call()
            assert again.socket == "/run/media-1.sock"

    asyncio.run(run())


def test_a_slot_is_claimed_at_once():
    async def run():
        async with house(count=1, slots=1) as of:
            assert of.front.claim("a") is of.starter.processes[0]
            assert of.front.claim("b") is None

    asyncio.run(run())


@pytest.mark.parametrize("refusal", [Refused("full"), Refused("draining"), Refused("the models hang")])
def test_a_process_that_refuses_is_not_the_last_word(refusal):
    async def run():
        async with house(count=2) as of:
            for process in of.starter.processes:
                process.answers = [refusal]
            first, second = of.starter.processes
            refused = await of.call()
            assert refused == (Refused("busy") if refusal.reason in ("full", "draining") else refusal)
            assert len(first.offered) == len(second.offered) == 1
            assert not first.calls
            assert not second.calls
            assert isinstance(await of.call(), Accepted)

    asyncio.run(run())


def test_a_service_that_goes_down_while_a_slot_is_found_says_so():
    async def run():
        async with house(count=1) as of:
            [process] = of.starter.processes
            process.calls.add("runs")
            process.answers = [Refused("draining")]
            calling = asyncio.create_task(of.call())
            await asyncio.sleep(0)
            assert process.offered
            await of.front.drain(600)
            assert await calling == Refused(LEAVING)

    asyncio.run(run())


def test_a_process_that_says_nothing_to_an_offer_is_passed_over_and_its_slot_comes_back():
    async def run():
        async with house(count=2) as of:
            silent, other = of.starter.processes
            silent.answers = [NotAnswered("offer: no answer")]
            silent.held = _Everything()
            accepted = await of.call()
            assert accepted.socket == "/run/media-2.sock"
            assert accepted.call_id in other.calls
            assert accepted.call_id not in silent.offered  # nobody gets two calls with one id
            await until(lambda: silent.hung_up == silent.offered)
            assert silent.calls == set(silent.offered)  # it had taken it
            silent.end_call(silent.offered[0])
            await until(lambda: of.ended == silent.offered)

    asyncio.run(run())


def test_an_offer_that_breaks_frees_its_slot():
    async def run():
        async with house(count=1, slots=1) as of:
            [process] = of.starter.processes
            process.answers = [CommandFailed("RuntimeError: x")]
            assert await of.call() == Refused("a media process failed at the call: see its log")
            await until(lambda: not process.calls)
            assert isinstance(await of.call(), Accepted)

    asyncio.run(run())


def test_a_dead_process_loses_its_own_calls_and_is_replaced():
    async def run():
        async with house(count=2) as of:
            calls = [(await of.call()).call_id for _ in range(4)]
            first, second = of.starter.processes
            lost = set(first.calls)
            first.die()
            await until(lambda: set(of.ended) == lost)
            await until(lambda: len(of.front.processes) == 2)
            assert second.calls == set(calls) - lost
            assert of.reported.gone == [("media-1", True)]
            assert isinstance(await of.call(), Accepted)  # there are slots again
            assert of.starter.processes[2].name == "media-1"

    asyncio.run(run())


def test_calls_of_a_process_that_dies_while_it_is_asked_go_elsewhere():
    async def run():
        async with house(count=2) as of:
            first, second = of.starter.processes
            first.answers = [LinkClosed("gone")]
            accepted = await of.call()
            assert accepted.call_id in second.calls
            first.die()
            await until(lambda: of.ended == first.offered)

    asyncio.run(run())


def test_what_a_process_says_of_legs_is_passed_on():
    told = []

    async def run():
        of = House(1, 2)
        desk = (lambda *leg: told.append(("up", *leg)), lambda *leg: told.append(("lost", *leg)))
        of.front = Front(
            of.starter, 1, LiveCalls(lambda call_id: []), of._end, of.reported, 90, leg_up=desk[0], leg_lost=desk[1]
        )
        running = asyncio.create_task(of.front.run())
        await of.front.started()
        [process] = of.starter.processes
        process.news.leg_up("c", "kim.1")
        process.news.leg_lost("c", "kim.1", "silence")
        await of.front.close()
        await running

    asyncio.run(run())
    assert told == [("up", "c", "kim.1"), ("lost", "c", "kim.1", "silence")]


def test_processes_that_cannot_start_are_tried_again_with_growing_pauses(monkeypatch):
    pauses = []
    real = front_module._first_of

    async def noted(*events, work=None, limit_s=None):
        if limit_s is not None:
            pauses.append(limit_s)
        await real(*events, work=work, limit_s=limit_s and 0.0001)

    monkeypatch.setattr(front_module, "_first_of", noted)
    monkeypatch.setattr(front_module, "FIRST_PAUSE_S", 0.5)

    async def run():
        async with house(count=1) as of:
            of.starter.failing = 8
            of.starter.processes[0].die()
            await until(lambda: of.starter.starts == 3)
            assert of.front.problems == ["no recognizer here"]
            assert await of.call() == Refused("no media process is up")
            await until(lambda: len(of.front.processes) == 1)
            assert of.front.problems == []

    asyncio.run(run())
    assert pauses[:9] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_service_that_cannot_start_says_why():
    async def run():
        of = House(2, 2)
        of.starter.failing = 100
        running = asyncio.create_task(of.front.run())
        with pytest.raises(ProcessFailed, match="no recognizer here"):
            await of.front.started()
        await of.front.close()
        await running

    asyncio.run(run())


def test_renewed_processes_follow_one_another_and_old_ones_keep_their_calls():
    async def run():
        async with house(count=2) as of:
            call_id = (await of.call()).call_id
            first, second = of.starter.processes
            await of.front.renew()
            third, fourth = of.starter.processes[2:]
            assert (first.told_to_leave, second.told_to_leave) == (90, 90)
            await until(lambda: second not in of.front.processes)
            assert first.calls == {call_id}  # it is still talking
            new = {(await of.call()).socket for _ in range(2)}
            assert new == {f"/run/{third.name}.sock", f"/run/{fourth.name}.sock"}
            first.end_call(call_id)
            await until(lambda: of.front.processes == [third, fourth])
            assert of.reported.gone == [("media-2", False), ("media-1", False)]

    asyncio.run(run())


def test_a_process_that_wants_to_leave_is_replaced_before_it_has_gone():
    async def run():
        async with house(count=1) as of:
            call_id = (await of.call()).call_id
            [first] = of.starter.processes
            first.left.set()
            await until(lambda: len(of.starter.processes) == 2)
            assert (await of.call()).socket == "/run/media-2.sock"
            assert first.calls == {call_id}

    asyncio.run(run())


def test_draining_waits_for_the_last_call():
    async def run():
        of = House(2, 2)
        running = asyncio.create_task(of.front.run())
        await of.front.started()
        call_id = (await of.call()).call_id
        await of.front.drain(600)
        assert of.front.is_draining
        assert await of.call() == Refused("the service is going down")
        await until(lambda: len(of.front.processes) == 1)
        assert not running.done()
        of.starter.processes[0].end_call(call_id)
        await running
        assert of.ended == [call_id]
        assert of.starter.starts == 2

    asyncio.run(run())


def test_closing_does_not_wait():
    async def run():
        async with house(count=1) as of:
            call_id = (await of.call()).call_id
            await of.front.drain(600)
            await of.front.close()
            await until(lambda: of.ended == [call_id])

    asyncio.run(run())


def test_going_down_while_processes_start_leaves_none():
    started, cancelled = asyncio.Event(), []

    async def start(name, news):
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(name)

    async def run():
        front = Front(start, 2, LiveCalls(lambda call_id: []), lambda call_id: None, Reported(), 90)
        running = asyncio.create_task(front.run())
        await started.wait()
        await front.drain(600)
        await running
        await front.started()
        assert sorted(cancelled) == ["media-1", "media-2"]

    asyncio.run(run())


def test_a_call_that_cannot_be_made_whole_is_no_trouble_for_the_others():
    async def run():
        async with house() as of:
            of.front.gone("breaks")
            of.front.gone("b")
            await until(lambda: of.ended == ["breaks", "b"])
            assert isinstance(await of.call(), Accepted)

    asyncio.run(run())


def test_hanging_up_reaches_the_process_that_has_the_call():
    async def run():
        async with house() as of:
            call_id = (await of.call()).call_id
            assert await of.front.hang_up(call_id)
            assert of.starter.processes[0].hung_up == [call_id]
            assert not await of.front.hang_up("unknown")

    asyncio.run(run())


def test_a_chat_takes_a_tenth_of_a_slot():
    async def run():
        async with house(count=1, slots=2) as of:
            process = of.starter.processes[0]
            assert of.front.claim("call")
            assert all(of.front.claim(f"chat {number}", door="chat") for number in range(10))
            assert of.front.claim("one chat more", door="chat") is None and of.front.claim("one call more") is None
            process.calls.discard("chat 3")  # it is gone
            assert of.front.claim("a call for a tenth") is None
            assert of.front.claim("another chat", door="chat")
            process.calls.clear()
            assert of.front.claim("a") and of.front.claim("b") and of.front.claim("c", door="chat") is None

    asyncio.run(run())
