"""People at a desk as demonstrations see them: what they are told, and what the desk refuses them."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from aicc.simulation import at_desk
from aicc.simulation.at_desk import AtDesk, DeskUnusable, Message

CALL = "01a205d4-dee9-7131-aa14-dc3947899591"


class Line:
    """A panel's socket."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self._coming: asyncio.Queue[str] = asyncio.Queue()

    def comes(self, **message: Any) -> None:
        self._coming.put_nowait(json.dumps(message))

    async def send(self, text: str) -> None:
        self.sent.append(json.loads(text))

    def __aiter__(self) -> "Line":
        return self

    async def __anext__(self) -> str:
        return await self._coming.get()


async def sitting(answers: Callable[[httpx.Request], httpx.Response] = lambda asked: httpx.Response(204)) -> Any:
    http = httpx.AsyncClient(base_url="http://aicc", transport=httpx.MockTransport(answers))
    line = Line()
    person = AtDesk("kim", "a password", http, line)  # type: ignore[arg-type]
    reading = asyncio.create_task(person._read())
    return person, line, reading


def test_the_first_message_that_is_it_of_before_or_later() -> None:
    async def story() -> None:
        person, line, reading = await sitting()
        line.comes(type="desk")
        line.comes(type="offer", call_id="a")
        assert (await person.offered())["call_id"] == "a", "one that has come"
        waiting = asyncio.create_task(person.offered(besides=["a"]))
        await asyncio.sleep(0)
        line.comes(type="offer", call_id="a")
        line.comes(type="offer", call_id="b")
        assert (await waiting)["call_id"] == "b", "one that comes"
        assert [message.type for message in person.messages] == ["desk", "offer", "offer", "offer"]
        times = [message.at_s for message in person.messages]
        assert times == sorted(times)
        reading.cancel()

    asyncio.run(story())


def test_what_is_forgotten_is_not_waited_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits while old messages make room still sees the new ones."""
    monkeypatch.setattr(at_desk, "MOST_KEPT", 3)

    async def story() -> None:
        person, line, reading = await sitting()
        waiting = asyncio.create_task(person.told(lambda one: one.told.get("number") == 9))
        for number in range(10):
            line.comes(type="desk", number=number)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        found = await waiting
        assert found.told["number"] == 9
        assert [one.told["number"] for one in person.messages] == [7, 8, 9]
        reading.cancel()

    asyncio.run(story())


def test_what_does_not_come_is_said() -> None:
    async def story() -> None:
        person, _, reading = await sitting()
        with pytest.raises(DeskUnusable, match="kim was not told within 0 s"):
            await person.told(lambda one: True, within_s=0.01)
        reading.cancel()

    asyncio.run(story())


def test_what_the_desk_refuses_is_told_with_its_words() -> None:
    def answers(asked: httpx.Request) -> httpx.Response:
        if asked.url.path.endswith("/hold"):
            return httpx.Response(409, json={"error": "the call is over", "cure": "see the recorded calls"})
        if asked.url.path.endswith("/leg"):
            return httpx.Response(200, json={"leg": "kim.1", "sdp": json.loads(asked.content)["sdp"] + "!"})
        return httpx.Response(204)

    async def story() -> None:
        person, line, reading = await sitting(answers)
        assert await person.do(CALL, "accept") == {}
        assert await person.do(CALL, "leg", sdp="v=0") == {"leg": "kim.1", "sdp": "v=0!"}
        with pytest.raises(DeskUnusable, match=f"POST /api/desk/calls/{CALL}/hold: 409: .*the call is over"):
            await person.do(CALL, "hold")
        await person.follow(CALL)
        assert line.sent == [{"type": "follow", "call_id": CALL, "start": 0}]
        reading.cancel()

    asyncio.run(story())


def test_a_leg_is_there_once_the_desk_says_so() -> None:
    class Peer:
        async def connect(self, exchange: Callable[[str], Any]) -> None:
            assert await exchange("v=0") == "our answer"

    async def story() -> None:
        person, line, reading = await sitting(
            lambda asked: httpx.Response(200, json={"leg": "kim.2", "sdp": "our answer"})
        )
        line.comes(type="leg", call_id=CALL, leg="kim.1", state="up")
        connecting = asyncio.create_task(person.connect(CALL, Peer()))
        await asyncio.sleep(0.05)
        assert not connecting.done(), "that was another one"
        line.comes(type="leg", call_id=CALL, leg="kim.2", state="up")
        assert await connecting == "kim.2"
        reading.cancel()

    asyncio.run(story())


def test_a_message_knows_its_kind() -> None:
    assert Message(1.0, {"type": "desk"}).type == "desk"
