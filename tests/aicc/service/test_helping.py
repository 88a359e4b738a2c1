"""The assist process from the front's side: real processes whose helpers have no models, killed, hanging, renewed."""

import asyncio
import contextlib
import os
import signal
import sys

import pytest

from aicc.service import helping as module
from aicc.service import spawned_process
from aicc.service.helping import Helping, NoHelp, open_helping
from aicc.service.local_helping import LocalHelping
from aicc.settings import Settings
from tests.aicc.service.helped_calls import HelpedCalls, causes, final, until
from voicebot.events import CallEnded, Dtmf, Suggested, SuggestionUsed, WrappedUp
from voicebot.link import Append, Done, Events, Failed, Gone, HangUp

COMMAND = (sys.executable, "-m", "tests.fakes.assist_process")
slow = pytest.mark.slow


class Front(HelpedCalls):
    """With an assist process."""

    def __init__(self, folder, command=COMMAND):
        super().__init__(folder)
        self.helping = Helping(self.start, self.appending, self.live, command)
        self.live.listen(self.helping.heard)

    @property
    def pid(self):
        return self.helping._process._process.pid

    def over(self, call_id):
        self.end(call_id, self.helping.gone)

    def replies(self, call_id):
        return [one.reply for one in self.said(call_id, Suggested)]

    async def ready(self):
        await asyncio.wait_for(self.helping.ready.wait(), 30)


@contextlib.asynccontextmanager
async def helped(tmp_path, front=None):
    front = front or Front(tmp_path)
    running = asyncio.create_task(front.helping.run())
    try:
        yield front
    finally:
        running.cancel()
        await asyncio.wait({running})
        assert front.helping.state == "starting"
        await front.close()


@slow
def test_one_that_is_killed_in_mid_call_catches_up_and_says_nothing_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)

    async def run():
        owed = (before := HelpedCalls(tmp_path)).begin()
        before.end(owed, lambda call_id: None)
        await before.close()
        front = Front(tmp_path)
        early = front.begin(final("일"), Dtmf("2"))  # nobody is there yet
        async with helped(tmp_path, front):
            assert front.helping.state == "starting"
            await front.ready()
            assert front.helping.state == "ready" and front.helping.problem is None
            late = front.begin(final("하나"))
            front.say(early, final("삼", 2))
            await until(lambda: front.replies(early) == ["일", "2", "삼"] and front.replies(late) == ["하나"])
            await until(lambda: front.said(owed, WrappedUp))

            first = front.pid
            os.kill(first, signal.SIGKILL)
            await until(lambda: front.helping.state == "starting")
            front.say(early, final("사", 3))
            front.over(late)
            missed = front.begin(final("지나감"))
            front.over(missed)
            await front.ready()
            assert front.pid != first
            front.say(early, final("오", 4))
            await until(lambda: front.replies(early) == ["일", "2", "삼", "사", "오"])
            await until(lambda: front.said(late, WrappedUp) and front.said(missed, WrappedUp))
            front.over(early)
            front.over(nobody := front.begin())  # gone in the same breath
            await until(lambda: front.said(early, WrappedUp) and front.said(nobody, WrappedUp))
        for call_id in (owed, early, late, missed, nobody):
            journal = [logged.event for logged in front.journal(call_id)]
            assert len(set(causes(journal))) == len(causes(journal))
            assert [logged.seq for logged in front.journal(call_id)] == list(range(len(journal)))
            heard = [logged.seq for logged in front.journal(call_id) if not hasattr(logged.event, "cause")]
            assert [note.summary for note in front.said(call_id, WrappedUp)] == [{"heard": heard}]
        assert front.replies(missed) == front.replies(owed) == []

    asyncio.run(run())


@slow
def test_one_that_hangs_is_killed(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(spawned_process, "PING_PAUSE_S", 0.02)

    async def run():
        async with helped(tmp_path) as front:
            await front.ready()
            call_id = front.begin(final("하나"))
            await until(lambda: front.replies(call_id) == ["하나"])
            monkeypatch.setattr(spawned_process, "HANGS_S", 0.2)
            os.kill(first := front.pid, signal.SIGSTOP)
            front.say(call_id, final("둘", 2))
            await until(lambda: front.helping.state == "starting")
            monkeypatch.setattr(spawned_process, "HANGS_S", 30.0)
            await until(lambda: front.replies(call_id) == ["하나", "둘"])
            assert front.pid != first
            assert "assist has not answered for 0 s: it is killed" in caplog.text

    asyncio.run(run())


@slow
def test_rules_that_are_wrong_are_told_and_good_ones_taken_up_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 3_600.0)

    async def run():
        front = Front(tmp_path)
        front.scenario = "broken"
        call_id = front.begin(final("하나"))
        async with helped(tmp_path, front):
            await until(lambda: front.helping.problem)
            assert front.helping.problem == "this is a bug in aicc: ValueError: the rules are broken"
            assert front.helping.state == "starting"
            front.say(call_id, final("둘", 2))  # calls go on
            front.over(front.begin())
            front.scenario = "second"
            await front.helping.renew()
            await until(lambda: front.replies(call_id) == ["하나", "둘"])
            assert front.helping.problem is None
            assert {one.questions[0] for one in front.said(call_id, Suggested)} == {"second"}

    asyncio.run(run())


# ---- without a process


class Spawned:
    """What the front tells the process, in order; ``answer`` is what it asks."""

    def __init__(self, start, answer):
        self.start_, self.answer = start, answer
        self.told, self.is_closed, self.has_died = [], asyncio.Event(), False

    def tell(self, message):
        self.told.append(message)

    async def close(self):
        self.is_closed.set()

    async def live(self):
        await self.is_closed.wait()


@pytest.fixture
def spawned(monkeypatch):
    """The processes that were started; ``spawned.may_start`` is cleared where starting should take its time."""
    started = []

    class Starting:
        may_start = asyncio.Event()

        @staticmethod
        async def start(start, news, command, answer):
            started.append(Spawned(start, answer))
            made = started[-1]
            await Starting.may_start.wait()
            return made

    Starting.may_start.set()
    Starting.started = started
    monkeypatch.setattr(module, "SpawnedProcess", Starting)
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.0)
    return Starting


def test_a_call_is_gone_behind_its_last_events(tmp_path, spawned):
    async def run():
        async with helped(tmp_path) as front:
            await front.ready()
            call_id = front.begin(Dtmf("1"))
            front.over(call_id)
            [process] = spawned.started
            await asyncio.sleep(0)
            *batches, gone = process.told
            assert [one.seq for batch in batches for one in batch.batch] == [0, 1, 2]
            assert gone == Gone(call_id)

    asyncio.run(run())


def test_what_people_say_behind_the_end_is_no_news(tmp_path, spawned):
    async def run():
        async with helped(tmp_path) as front:
            call_id = front.begin()
            await front.ready()
            [process] = spawned.started
            front.over(call_id)
            await asyncio.sleep(0)
            told = len(process.told)
            assert await front.appending.append(call_id, [SuggestionUsed(1, "faq-1", "used", "김상담")])
            await asyncio.sleep(0)
            assert len(process.told) == told
            assert front.said(call_id, SuggestionUsed)

    asyncio.run(run())


def test_of_calls_that_run_it_is_told_the_newest_event_and_of_those_that_are_over_nothing(tmp_path, spawned):
    async def run():
        front = Front(tmp_path)
        runs, over = front.begin(Dtmf("1"), Dtmf("2")), front.begin()
        front.over(over)
        async with helped(tmp_path, front):
            await front.ready()
            assert spawned.started[0].told == [Events((front.journal(runs)[-1],))]

    asyncio.run(run())


def test_a_new_version_that_comes_while_it_starts_is_not_missed(tmp_path, spawned):
    async def run():
        spawned.may_start.clear()
        async with helped(tmp_path) as front:
            await until(lambda: spawned.started)
            front.scenario = "second"
            await front.helping.renew()
            spawned.may_start.set()
            await front.ready()
            assert [one.start_.scenarios["누리"].name for one in spawned.started] == ["first", "second"]
            assert spawned.started[0].is_closed.is_set() and spawned.started[0].told == []

    asyncio.run(run())


def test_a_new_version_begins_anew_and_is_told_of_running_calls(tmp_path, spawned):
    async def run():
        async with helped(tmp_path) as front:
            await front.ready()
            call_id = front.begin()
            front.scenario = "second"
            await front.helping.renew()
            await until(lambda: len(spawned.started) == 2)
            await front.ready()
            assert [one.start_.scenarios["누리"].name for one in spawned.started] == ["first", "second"]
            assert spawned.started[1].told == [Events((front.journal(call_id)[0],))]

    asyncio.run(run())


def test_the_last_events_are_told_before_the_end(tmp_path, spawned):
    async def run():
        async with helped(tmp_path) as front:
            await front.ready()
            call_id = front.begin()
        assert spawned.started[0].told == [Events((front.journal(call_id)[0],))]
        assert spawned.started[0].is_closed.is_set()

    asyncio.run(run())


def test_it_may_append_and_nothing_else(tmp_path, spawned):
    async def run():
        async with helped(tmp_path) as front:
            await front.ready()
            call_id = front.begin()
            answer = spawned.started[0].answer
            event = {"type": "suggested", "turn": 1, "items": [], "ms": 0, "cause": 0}
            assert await answer(Append(call_id, (event, {"type": "of_tomorrow"}))) == Done()
            assert len(front.said(call_id, Suggested)) == 1
            assert await answer(HangUp(call_id, "service", "hung_up")) == Failed(
                "HangUp is nothing that helpers may ask for"
            )
            assert front.said(call_id, CallEnded) == []

    asyncio.run(run())


def test_who_helps_is_chosen_by_the_settings(tmp_path):
    async def run():
        front = HelpedCalls(tmp_path)

        def opened(**settings):
            return open_helping(Settings(**settings), front.start, front.appending, front.live)

        off = opened(assist={"enabled": False})
        assert isinstance(off, NoHelp) and (off.state, off.problem) == ("off", None)
        await off.run()
        await off.renew()
        assert isinstance(opened(media_processes=0), LocalHelping)
        assert isinstance(opened(), Helping)
        assert opened()._command[1:] == ("-m", "aicc.service.assist_process")
        await front.close()

    asyncio.run(run())
