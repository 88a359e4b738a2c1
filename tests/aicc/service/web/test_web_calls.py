"""The tokens of calls: who has one, how long it lasts, how many there are."""

from __future__ import annotations

import asyncio

import pytest

from aicc.service.web import web_calls
from aicc.service.web.page_call import (
    ENTRIES_A_SECOND,
    ENTRIES_AT_ONCE,
    MOST_READERS,
    OFFERS_AT_ONCE,
    CallOver,
    CallRefused,
    PageCall,
    TooOften,
)
from tests.aicc.service.web.fake_calls import FakeCalls, House
from voicebot.link import Failed, Refused


def test_a_token_lasts_a_moment_longer_than_its_call() -> None:
    async def work() -> None:
        house = House()
        call, sdp = await house.web_calls.begin("", "abc")
        other, _ = await house.web_calls.begin("", "abc")
        assert sdp == "cba" and house.web_calls.of(call.token) is call
        house.web_calls.left(call.call_id)
        house.web_calls.left(call.call_id)
        house.web_calls.left("a call of a telephone")
        assert house.web_calls.of(call.token) is call and call.is_over
        [(delay_s, forget)] = house.later
        assert delay_s == web_calls.FORGET_S
        forget()
        assert house.web_calls.of(call.token) is None
        assert house.web_calls.of(other.token) is other and not other.is_over

    asyncio.run(work())


def test_a_call_that_is_not_taken_leaves_nothing() -> None:
    async def work() -> None:
        house = House()
        house.calls.refused = [Refused("busy")]
        with pytest.raises(CallRefused, match="busy"):
            await house.web_calls.begin("", "abc")
        assert not house.web_calls._by_token and not house.web_calls._by_id

    asyncio.run(work())


def test_there_are_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        monkeypatch.setattr(web_calls, "MOST_CALLS", 3)
        house = House()
        calls = [(await house.web_calls.begin("", "abc"))[0] for _ in range(5)]
        assert [house.web_calls.of(call.token) for call in calls] == [None, None, *calls[2:]]
        assert len(house.web_calls._by_id) == 3

    asyncio.run(work())


def test_what_is_asked_too_often_is_let_again_by_and_by() -> None:
    async def work() -> None:
        calls, now_s = FakeCalls(), 0.0
        accepted = await calls.take_page("", "")
        calls.begin(calls.up[0])
        call = PageCall(calls, calls.up[0], lambda: now_s)
        assert accepted
        for _ in range(ENTRIES_AT_ONCE):
            await call.press("1")
        with pytest.raises(TooOften):
            await call.type("네")
        now_s += 1 / ENTRIES_A_SECOND
        await call.type("네")
        with pytest.raises(TooOften):
            await call.press("1")
        for _ in range(OFFERS_AT_ONCE):  # they are counted apart
            await call.reoffer("abc")
        with pytest.raises(TooOften):
            await call.reoffer("abc")

    asyncio.run(work())


def test_a_call_whose_process_fails_at_it_cannot_be_done_to() -> None:
    class Failing(FakeCalls):
        async def ask(self, call_id, command):  # type: ignore[no-untyped-def]
            return Failed("broken")

    async def work() -> None:
        call = PageCall(Failing(), "id")
        for asked in (call.press("1"), call.type("네"), call.reoffer("abc")):
            with pytest.raises(CallOver):
                await asked

    asyncio.run(work())


def test_a_chat_that_no_page_reads_is_over() -> None:
    async def work() -> None:
        house, now_s = House(), 0.0
        chat = await house.web_calls.begin_chat("15880000")
        chat._now_s, chat._read_at_s = lambda: now_s, now_s
        [(delay_s, look)] = house.later
        assert delay_s == web_calls.GONE_S
        now_s += 500
        with chat.read():
            now_s += 1_000  # however long that is
            look()
        now_s += 599
        again_s, look = house.later[1]
        assert again_s == web_calls.GONE_S
        look()
        assert not house.calls.hung_up
        again_s, last_look = house.later[2]
        assert again_s == 1
        now_s += 1
        last_look()
        await asyncio.sleep(0)
        assert house.calls.hung_up == [chat.call_id]
        house.web_calls.left(chat.call_id)
        last_look()
        await asyncio.sleep(0)
        assert len(house.calls.hung_up) == 1

    asyncio.run(work())


def test_readers_are_counted_while_they_read() -> None:
    call = PageCall(FakeCalls(), "id")
    for _ in range(2):
        readers = [call.read() for _ in range(MOST_READERS)]
        for reader in readers:
            reader.__enter__()
        with pytest.raises(TooOften), call.read():
            pass
        for reader in readers:
            reader.__exit__(None, None, None)
