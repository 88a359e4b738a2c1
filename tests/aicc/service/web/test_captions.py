"""Captions as a page reads them: over a real socket, and which events they are of."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from aicc.service.web.captions import caption
from aicc.service.web.page_call import MOST_READERS
from tests.aicc.service.web.fake_calls import House, serving, until
from voicebot.events import (
    TYPES,
    AgentJoined,
    BotFinished,
    BotInterrupted,
    BotStarted,
    CallEnded,
    Dtmf,
    Event,
    HandoffRequested,
    PageAnswered,
    PageShown,
    RecordingPaused,
    RecordingResumed,
    TranscriptFinal,
    TranscriptPartial,
)

GREETING = BotStarted(0, "누리상점입니다.", 120)
ENDED = CallEnded("bot", "done", 61_000, "recording.flac")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


async def begun(place: str) -> tuple[str, str]:
    """Token and id of a call that nothing has happened in."""
    async with httpx.AsyncClient(base_url=f"http://{place}") as client:
        told = (await client.post("/call/calls", json={"sdp": "v=0"})).json()
    return told["token"], told["call_id"]


def reading(place: str, token: str, start: int | None = None) -> connect:
    asked = "" if start is None else f"?start={start}"
    return websockets.connect(f"ws://{place}/call/calls/{token}/captions{asked}")


async def all_of(connection: ClientConnection) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    with contextlib.suppress(ConnectionClosed):
        async for text in connection:
            told.append(json.loads(text))
    return told


def test_from_before_the_beginning_to_the_end() -> None:
    async def work() -> None:
        house = House()
        async with serving(house.app()) as place:
            token, call_id = await begun(place)
            async with reading(place, token) as connection:
                house.calls.begin(call_id)
                house.calls.say(call_id, GREETING)
                assert json.loads(await connection.recv()) == {"seq": 1, "type": "said", "text": "누리상점입니다."}
                house.calls.end(call_id, ENDED)
                assert await all_of(connection) == [{"seq": 2, "type": "ended", "by": "bot"}]
                assert connection.close_code == 1000

    run(work())


def test_a_page_that_comes_back_goes_on_where_it_was() -> None:
    async def work() -> None:
        house = House()
        async with serving(house.app()) as place:
            token, call_id = await begun(place)
            house.calls.begin(call_id)
            house.calls.say(call_id, GREETING, Dtmf("1"), Dtmf("2"))
            async with reading(place, token) as connection:
                assert [json.loads(await connection.recv())["seq"] for _ in range(2)] == [1, 2]
            async with reading(place, token, 3) as connection:
                house.calls.end(call_id, ENDED)
                assert [told["seq"] for told in await all_of(connection)] == [3, 4]

    run(work())


def test_a_long_call_is_replayed_whole() -> None:
    async def work() -> None:
        house = House()
        async with serving(house.app()) as place:
            token, call_id = await begun(place)
            house.calls.begin(call_id)
            house.calls.say(call_id, *[Dtmf(str(number % 10)) for number in range(2_000)])
            house.calls.end(call_id, ENDED)
            async with reading(place, token) as connection:
                told = await all_of(connection)
            assert [one["seq"] for one in told] == list(range(1, 2_002))

    run(work())


def test_a_call_whose_page_never_found_the_way() -> None:
    async def work() -> None:
        house = House()
        async with serving(house.app()) as place:
            token, call_id = await begun(place)
            async with reading(place, token) as connection:
                house.web_calls.left(call_id)
                assert await all_of(connection) == []
                assert connection.close_code == 1000

    run(work())


def test_nobody_reads_without_the_token() -> None:
    async def work() -> None:
        house = House()
        async with serving(house.app()) as place:
            _, call_id = await begun(place)
            house.calls.begin(call_id)
            for token in ("A" * 24, call_id):
                async with reading(place, token) as connection:
                    assert await all_of(connection) == []
                    assert connection.close_code == 4404
            for token, start in (("short", None), ("A" * 24, -1)):
                with pytest.raises(InvalidStatus) as refused:
                    async with reading(place, token, start):
                        pass
                assert refused.value.response.status_code == 422

    run(work())


def test_readers_of_one_call_are_few_and_make_room() -> None:
    async def work() -> None:
        house = House()
        async with serving(house.app()) as place, contextlib.AsyncExitStack() as stack:
            token, call_id = await begun(place)
            house.calls.begin(call_id)
            house.calls.say(call_id, GREETING)
            readers = [await stack.enter_async_context(reading(place, token)) for _ in range(MOST_READERS)]
            for reader in readers:
                await reader.recv()
            async with reading(place, token) as one_more:
                await all_of(one_more)
                assert one_more.close_code == 4429
            await readers.pop().close()
            call = house.web_calls.of(token)
            assert call
            await until(lambda: call._readers < MOST_READERS)
            async with reading(place, token) as another:
                assert json.loads(await another.recv())["seq"] == 1

    run(work())


# ---- which events


SHOWN: list[tuple[Event, dict[str, Any]]] = [
    (
        TranscriptPartial("caller", 1, "사천 원", "4,000원", 2),
        {"type": "heard", "turn": 1, "text": "4,000원", "is_final": False},
    ),
    (
        TranscriptFinal("caller", 1, "사천 원", "4,000원", (), "bundled"),
        {"type": "heard", "turn": 1, "text": "4,000원", "is_final": True},
    ),
    (Dtmf("7"), {"type": "pressed", "key": "7"}),
    (GREETING, {"type": "said", "text": "누리상점입니다."}),
    (BotInterrupted(1, "네, 반품은", "네,"), {"type": "said_up_to", "text": "네, 반품은", "heard_text": "네,"}),
    (BotFinished(0, "누리상점입니다."), {"type": "silent"}),
    (RecordingPaused(), {"type": "off_record", "is_off": True}),
    (RecordingResumed(), {"type": "off_record", "is_off": False}),
    (HandoffRequested("asked", "returns", "반품 문의, 주문 204817"), {"type": "handoff"}),
    (AgentJoined("kim", "answered"), {"type": "joined"}),
    (
        PageShown("kim", "page", "배송 조회", "https://example.com/a"),
        {"type": "shown", "kind": "page", "title": "배송 조회", "url": "https://example.com/a", "fields": []},
    ),
    (
        PageShown("kim", "form", "배송지", fields=("받는 분", "주소")),
        {"type": "shown", "kind": "form", "title": "배송지", "url": "", "fields": ["받는 분", "주소"]},
    ),
    (PageAnswered({"받는 분": "김누리"}), {"type": "answered", "is_turned_down": False}),
    (PageAnswered({}), {"type": "answered", "is_turned_down": True}),
    (ENDED, {"type": "ended", "by": "bot"}),
]


@pytest.mark.parametrize(
    "event, told", SHOWN, ids=[f"{type(event).__name__}{number}" for number, (event, _) in enumerate(SHOWN)]
)
def test_what_is_shown(event: Event, told: dict[str, Any]) -> None:
    assert caption(event) == told


@pytest.mark.parametrize("side", ["agent", "supervisor"])
def test_of_people_of_the_house_their_last_word_is_shown(side: Any) -> None:
    """They are followed while they talk to the caller; what they begin to say and take back is theirs."""
    final = TranscriptFinal(side, 3, "네 고객님", "네, 고객님", (), "bundled")
    assert caption(final) == {"type": "agent", "turn": 3, "text": "네, 고객님"}
    assert caption(TranscriptPartial(side, 1, "", "", 0)) is None
    assert caption(Dtmf("1", side)) is None


@pytest.mark.parametrize("how", ["consulted", "conference"])
def test_who_joins_whom_is_a_matter_of_the_house(how: Any) -> None:
    assert caption(AgentJoined("kim", how)) is None


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//example.com", "file:///etc/passwd", " https:"]
)
def test_no_other_address_goes_out(url: str) -> None:
    shown = caption(PageShown("kim", "page", "배송 조회", url))
    assert shown and shown["url"] == ""


def test_that_a_page_was_opened_is_for_the_agent() -> None:
    assert caption(PageAnswered({"opened": "배송 조회"})) is None


def test_nothing_else_of_the_log_is_shown() -> None:
    shown = {type(event) for event, _ in SHOWN}
    others = [kind for kind in TYPES.values() if kind not in shown]
    assert len(others) > 10
    for kind in others:
        event = object.__new__(kind)
        for field in dataclasses.fields(kind):
            object.__setattr__(event, field.name, "secret")
        assert caption(event) is None
