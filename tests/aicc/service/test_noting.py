"""Notes reach the store behind their events, and the CRM where there is one."""

import asyncio
import contextlib

import pytest

from aicc.service.noting import Noting
from assist.wrapup.crm import CrmKeyUnusable, CrmSettings
from tests.aicc.service.helped_calls import HelpedCalls, final
from tests.assist.wrapup.crm import KEY, Crm
from voicebot.events import WrappedUp
from voicebot.store import Store, StoreUnavailable

NOTE = WrappedUp({"issue": "배송이 늦음", "actions": [], "resolution": "resolved"}, "", "배송-지연", 0.9, cause=2)


@pytest.fixture
def store(tmp_path):
    with contextlib.closing(Store.open(f"sqlite:///{tmp_path}/aicc.db")) as store:
        yield store


async def ended_call(tmp_path, store, *behind):
    """A call that is over and in the store, with its note."""
    front = HelpedCalls(tmp_path)
    call_id = front.begin(final("배송이 늦어요"))
    front.end(call_id, lambda call_id: None)
    for event in behind:
        assert await front.appending.append(call_id, [event])
    await front.close()
    store.write(front.journal(call_id))
    return call_id, front.journal(call_id)


def test_a_note_is_kept_and_delivered_at_once(tmp_path, store, monkeypatch):
    monkeypatch.setenv("AICC_CRM_KEY", KEY.decode())

    async def run():
        async with Crm() as crm:
            noting = Noting(store, CrmSettings(url=crm.url))
            running = asyncio.create_task(noting.run())
            await asyncio.sleep(0)
            call_id, events = await ended_call(tmp_path, store, NOTE)
            await asyncio.to_thread(noting.written, events)
            await asyncio.to_thread(noting.written, events)  # the store's writer was not sure
            async with asyncio.timeout(20):
                await crm.until(1)
            assert store.wrapups.newest(call_id) is not None
            running.cancel()
            await asyncio.wait({running})
            assert len(crm.notes) == 1

    asyncio.run(run())


def test_without_a_crm_notes_are_kept(tmp_path, store):
    async def run():
        noting = Noting(store, None)
        await noting.run()  # there is nothing to do
        call_id, events = await ended_call(tmp_path, store, NOTE)
        noting.written(events[:-1])
        assert store.wrapups.newest(call_id) is None
        noting.written(events)
        assert store.wrapups.newest(call_id).note["suggested_code"] == "배송-지연"

    asyncio.run(run())


def test_notes_that_only_journals_have_are_made_up(tmp_path, store):
    async def run():
        call_id, _ = await ended_call(tmp_path, store, NOTE)
        without, _ = await ended_call(tmp_path, store)
        noting = Noting(store, None)
        noting.catch_up(tmp_path / "calls")
        assert store.wrapups.newest(call_id) is not None and store.wrapups.newest(without) is None
        noting.catch_up(tmp_path / "nowhere")

    asyncio.run(run())


def test_a_store_that_is_away_is_told_and_a_loop_that_is_gone_is_not_asked(tmp_path, store, monkeypatch):
    monkeypatch.setenv("AICC_CRM_KEY", KEY.decode())

    async def run():
        made = Noting(store, CrmSettings(url="http://127.0.0.1:9/crm"))
        running = asyncio.create_task(made.run())
        await asyncio.sleep(0.0)
        running.cancel()
        await asyncio.wait({running})
        return made, (await ended_call(tmp_path, store, NOTE))[1]

    noting, events = asyncio.run(run())
    noting.written(events)

    def away(*_):
        raise StoreUnavailable("the store is away")

    monkeypatch.setattr(type(store.wrapups), "write", away)
    with pytest.raises(StoreUnavailable):
        noting.written(events)


def test_no_key_no_service(store, monkeypatch):
    monkeypatch.delenv("AICC_CRM_KEY", raising=False)

    async def run():
        Noting(store, CrmSettings(url="https://crm.example/hooks"))

    with pytest.raises(CrmKeyUnusable, match="AICC_CRM_KEY holds no key"):
        asyncio.run(run())
