"""An assist process at the end of a link: what it hears, what it asks to be appended, and how it ends."""

import asyncio
import contextlib
import socket
import threading

import pytest

from aicc.service import assist_process as module
from aicc.service.assist_process import AssistProcess
from aicc.settings import Settings
from assist.running import Running
from tests.aicc.service.helped_calls import HelpedCalls, causes, final, until
from tests.fakes.assist_process import open_fake_services
from voicebot.events import CallEnded, Dtmf, Suggested, WrappedUp, event_of
from voicebot.link import Append, Close, Done, Events, Failed, Gone, HangUp, Link, Ping, Ready


@pytest.fixture(autouse=True)
def alarms(monkeypatch):
    """An orphan's last hour would be ours."""
    set_for = []
    monkeypatch.setattr(module.signal, "alarm", set_for.append)
    return set_for


class Front(HelpedCalls):
    """The far end of the link, which tells what it is told to tell."""

    def __init__(self, folder, open_services=open_fake_services):
        super().__init__(folder)
        self.told, self.asked = [], []
        self._open_services = open_services
        self.is_appending = asyncio.Event()
        self.is_appending.set()

    async def meet(self):
        ours, theirs = socket.socketpair()
        self.link = await Link.open(ours, self.told.append, self.answer)
        self.reading = asyncio.create_task(self.link.run())
        self.process = AssistProcess(self.start("assist"), self._open_services)
        self.living = asyncio.create_task(self.process.run(theirs))

    async def answer(self, command):
        assert isinstance(command, Append)
        self.asked.append(command)
        await self.is_appending.wait()
        events = [event for fields in command.events if (event := event_of(fields))]
        return Done(await self.appending.append(command.call_id, events))

    def tell(self, call_id, start=0, stop=None):
        """Some of a call's events, by number."""
        assert self.link.tell(Events(tuple(self.journal(call_id)[start:stop])))

    def gone(self, call_id):
        self.link.tell(Gone(call_id))


@contextlib.asynccontextmanager
async def met(tmp_path, open_services=open_fake_services):
    """Ready, and asked to end when the test has seen enough; the front has not asked yet how it is."""
    front = Front(tmp_path, open_services)
    await front.meet()
    try:
        await until(lambda: front.told)
        yield front
        if not front.living.done():
            front.is_appending.set()
            await front.link.ask(Close(), 10)
        await asyncio.wait_for(front.living, 10)
    finally:
        front.link.close()
        await front.reading
        await front.close()


def test_what_helpers_say_comes_with_its_cause_and_the_note_behind_the_end(tmp_path):
    async def run():
        async with met(tmp_path) as front:
            assert isinstance(front.told[0], Ready)
            call_id = front.begin(final("하나"), Dtmf("1"))
            front.tell(call_id)
            await until(lambda: len(front.said(call_id, Suggested)) == 2)
            assert [(one.cause, one.reply) for one in front.said(call_id, Suggested)] == [(1, "하나"), (2, "1")]
            assert (await front.link.ask(Ping(), 10)).status.calls == 1
            told = len(front.journal(call_id))
            front.end(call_id, lambda call_id: None)
            front.tell(call_id, 3)
            front.gone(call_id)
            await until(lambda: front.said(call_id, WrappedUp))
            assert front.said(call_id, WrappedUp)[0].summary == {"heard": [0, 1, 2, told]}
            await until(lambda: front.process._running.calls == 0)

    asyncio.run(run())


def test_from_the_middle_of_a_call_it_goes_back_to_the_journal(tmp_path):
    async def run():
        async with met(tmp_path) as front:
            call_id = front.begin(*[Dtmf("1")] * 5)
            front.tell(call_id, 5)
            await until(lambda: len(front.said(call_id, Suggested)) == 5)
            assert [one.cause for one in front.said(call_id, Suggested)] == [1, 2, 3, 4, 5]

    asyncio.run(run())


@pytest.mark.parametrize("dropped", [(2, None), (3, 5), (1, None), (0, None)])
def test_what_the_link_dropped_is_read_when_the_call_is_gone(tmp_path, dropped):
    async def run():
        async with met(tmp_path) as front:
            call_id = front.begin(*[Dtmf("1")] * 5)
            front.end(call_id, lambda call_id: None)
            first, last = dropped
            front.tell(call_id, 0, first)
            if last is not None:
                front.tell(call_id, last)
            front.gone(call_id)
            await until(lambda: front.said(call_id, WrappedUp))
            assert front.said(call_id, WrappedUp)[0].summary == {"heard": list(range(7))}
            # of one that was never told of nothing is suggested any more
            await until(lambda: len(front.said(call_id, Suggested)) == (0 if first == 0 else 5))
            assert len(set(said := causes([one.event for one in front.journal(call_id)]))) == len(said)
            await until(lambda: front.process._running.calls == 0)

    asyncio.run(run())


def test_a_call_that_ends_without_an_end_is_let_go(tmp_path):
    async def run():
        async with met(tmp_path) as front:
            call_id = front.begin()
            front.tell(call_id)
            await until(lambda: front.process._running.calls == 1)
            front.gone(call_id)
            await until(lambda: front.process._running.calls == 0)

    asyncio.run(run())


def test_the_end_of_a_call_while_something_is_being_appended(tmp_path):
    async def run():
        async with met(tmp_path) as front:
            front.is_appending.clear()
            call_id = front.begin(final("하나"))
            front.tell(call_id)
            await until(lambda: front.asked)
            front.end(call_id, lambda call_id: None)
            front.tell(call_id, 2)
            front.gone(call_id)
            front.is_appending.set()
            await until(lambda: front.said(call_id, WrappedUp) and front.said(call_id, Suggested))
            journal = [type(one.event) for one in front.journal(call_id)]
            assert journal[-3] is CallEnded and set(journal[-2:]) == {Suggested, WrappedUp}

    asyncio.run(run())


def test_notes_that_are_owed_are_written_once_the_front_follows_it(tmp_path):
    async def run():
        before = HelpedCalls(tmp_path)
        owed, noted = before.begin(final("하나")), before.begin()
        runs = before.begin()
        for call_id in (owed, noted):
            before.end(call_id, lambda call_id: None)
        await before.appending.append(noted, [WrappedUp({}, "", "", 0.0, cause=1)])
        async with met(tmp_path) as front:
            await front.link.ask(Ping(), 10)
            await until(lambda: front.said(owed, WrappedUp))
            assert front.said(owed, WrappedUp)[0].cause == 2
            assert front.said(owed, Suggested) == [], "it is too late for suggestions"
        assert len(front.said(noted, WrappedUp)) == 1
        assert front.said(runs, WrappedUp) == []
        await before.close()

    asyncio.run(run())


def test_one_note_that_cannot_be_written_keeps_no_other_from_it(tmp_path, caplog):
    def some_fail(start):
        services = dict(open_fake_services(start)["누리"])
        opened = []

        def fails_first(call, sound):
            opened.append(call)
            if len(opened) == 1:
                raise RuntimeError("a bug")
            return services["wrapup"](call, sound)

        return {"누리": {"wrapup": fails_first}}

    async def run():
        before = HelpedCalls(tmp_path)
        owed = [before.begin(), before.begin()]
        for call_id in owed:
            before.end(call_id, lambda call_id: None)
        async with met(tmp_path, some_fail) as front:
            await front.link.ask(Ping(), 10)
            await until(lambda: any(front.said(call_id, WrappedUp) for call_id in owed))
        assert "its note could not be written" in caplog.text
        await before.close()

    asyncio.run(run())


def test_told_to_end_it_writes_the_notes_of_calls_that_have_ended_and_waits_for_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LAST_WORDS_S", 3_600.0)

    async def run():
        async with met(tmp_path) as front:
            runs, ends = front.begin(), front.begin()
            front.tell(runs)
            front.tell(ends)
            front.end(ends, front.gone)
            assert await front.link.ask(Close(), 10) == Done()
            assert await asyncio.wait_for(front.living, 10) == 0
            assert len(front.said(ends, WrappedUp)) == 1
            assert front.said(runs, WrappedUp) == []

    asyncio.run(run())


def test_without_a_front_it_ends_at_once(tmp_path, monkeypatch, alarms):
    monkeypatch.setattr(module, "LAST_WORDS_S", 3_600.0)

    async def run():
        async with met(tmp_path) as front:
            front.is_appending.clear()
            call_id = front.begin(final("하나"))
            front.tell(call_id)
            await until(lambda: front.asked)
            front.link.close()
            assert await asyncio.wait_for(front.living, 10) == 0
            assert alarms == [module.ORPHAN_S]
            front.is_appending.set()

    asyncio.run(run())


def test_what_cannot_be_opened_is_told(tmp_path):
    async def run():
        front = Front(tmp_path)
        front.scenario = "broken"
        await front.meet()
        assert await asyncio.wait_for(front.living, 10) == 1
        await front.reading
        assert front.told == [Failed("this is a bug in aicc: ValueError: the rules are broken")]
        await front.close()

    asyncio.run(run())


def test_so_many_threads_as_the_settings_say(tmp_path, monkeypatch):
    made = []

    class Noted(Running):
        def __init__(self, services, append, open_sound, threads):
            made.append(threads)
            super().__init__(services, append, open_sound, threads)

    monkeypatch.setattr(module, "Running", Noted)

    async def run():
        front = Front(tmp_path)
        front.settings = Settings(assist={"threads": 5})
        await front.meet()
        front.link.close()
        await front.reading
        await front.living
        await front.close()

    asyncio.run(run())
    assert made == [5]


def test_other_commands_are_not_for_it(tmp_path):
    async def run():
        async with met(tmp_path) as front:
            with pytest.raises(Exception, match="HangUp is nothing for the assist process"):
                await front.link.ask(HangUp("1", "service", "hung_up"), 10)

    asyncio.run(run())


def test_a_front_that_is_gone_before_it_is_ready(tmp_path):
    opening = threading.Event()

    def opens(start):
        assert opening.wait(10)
        return {}

    async def run():
        front = Front(tmp_path, opens)
        await front.meet()
        front.link.close()
        await front.reading
        opening.set()
        assert await asyncio.wait_for(front.living, 10) == 0
        await front.close()

    asyncio.run(run())


def test_there_is_no_sound_of_a_call_that_is_over():
    assert module.open_tap("01900000-0000-7000-8000-000000000001") is None
