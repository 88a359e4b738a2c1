"""The helpers in the front's own process: calls that are there already, notes that are owed, and what cannot open."""

import asyncio
import contextlib

import pytest

from aicc import assist
from aicc.service.local_helping import LocalHelping
from assist.running import Running
from tests.aicc.service.helped_calls import HelpedCalls, causes, final, until
from tests.fakes.assist_process import open_fake_services
from voicebot.events import Suggested, SuggestionUsed, WrappedUp


@pytest.fixture(autouse=True)
def fake_services(monkeypatch):
    monkeypatch.setattr(assist, "open_services", open_fake_services)


@contextlib.asynccontextmanager
async def helped(tmp_path):
    front = HelpedCalls(tmp_path)
    helping = LocalHelping(front.start, front.appending, front.live)
    front.live.listen(helping.heard)
    running = asyncio.create_task(helping.run())
    try:
        yield front, helping
    finally:
        running.cancel()
        await asyncio.wait({running})
        await front.close()


def test_it_helps_calls_from_their_first_event_whenever_they_began(tmp_path):
    async def run():
        before = HelpedCalls(tmp_path)
        owed = before.begin(final("하나"))
        before.end(owed, lambda call_id: None)
        await before.close()
        async with helped(tmp_path) as (front, helping):
            early = front.begin(final("하나"))
            assert helping.state == "starting"
            await until(lambda: helping.state == "ready")
            late = front.begin(final("둘"))
            await until(lambda: front.said(early, Suggested) and front.said(late, Suggested))
            front.end(early, helping.gone)
            await until(lambda: front.said(early, WrappedUp) and front.said(owed, WrappedUp))
            assert await front.appending.append(early, [SuggestionUsed(1, "faq-1", "used", "김상담")])
            await helping.renew()
            assert front.said(owed, Suggested) == []
            front.end(late, helping.gone)  # and the service ends in the same breath
        assert len(front.said(late, WrappedUp)) == 1
        for call_id in (early, late, owed):
            said = causes([logged.event for logged in front.journal(call_id)])
            assert len(set(said)) == len(said)

    asyncio.run(run())


def test_what_cannot_be_opened_is_told(tmp_path, caplog):
    async def run():
        async with helped(tmp_path) as (front, helping):
            front.scenario = "broken"
            await until(lambda: helping.problem)
            front.begin(final("하나"))
            assert helping.state == "starting"
            return helping.problem

    problem = asyncio.run(run())
    assert problem == "assist: this is a bug in aicc: ValueError: the rules are broken"
    assert f"{problem}: calls go on without help" in caplog.text


def test_so_many_threads_as_the_settings_say(tmp_path, monkeypatch):
    made = []
    opened = Running.__init__

    def noted(self, services, append, open_sound, threads):
        made.append(threads)
        opened(self, services, append, open_sound, threads)

    monkeypatch.setattr(Running, "__init__", noted)

    async def run():
        front = HelpedCalls(tmp_path)
        front.settings = front.settings.model_copy(
            update={"assist": front.settings.assist.model_copy(update={"threads": 5})}
        )
        helping = LocalHelping(front.start, front.appending, front.live)
        running = asyncio.create_task(helping.run())
        await until(lambda: helping.state == "ready")
        running.cancel()
        await asyncio.wait({running})
        await front.close()

    asyncio.run(run())
    assert made == [5]
