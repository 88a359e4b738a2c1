"""Spoiled datagrams, and what came of them."""

from __future__ import annotations

import asyncio
import random

import pytest

from aicc.simulation.spoiling import HOST, METHODS, Spoiler, faults_in, good_message, spoiled
from voicebot.doors.sip.inbound import InboundLeg
from voicebot.doors.sip.message import Request, Response, read
from voicebot.doors.sip.objections import objection
from voicebot.doors.sip.user_agent import UserAgent


class Closed:
    is_open = False

    def invited(self, leg: InboundLeg) -> None:
        leg.refuse(486)


@pytest.mark.parametrize("number", range(1, len(METHODS) + 1))
def test_what_is_spoiled_was_good(number: int) -> None:
    message = read(good_message(number, 5_060))
    assert isinstance(message, Request)
    assert message.method == METHODS[number % len(METHODS)]
    assert objection(message) is None or message.method in ("REGISTER",)


def test_responses_are_among_them() -> None:
    assert isinstance(read(good_message(13, 5_060)), Response)


def test_the_same_chance_spoils_the_same_way() -> None:
    good = good_message(1, 5_060)
    first, again = ([spoiled(good, chance) for _ in range(50)] for chance in (random.Random(7), random.Random(7)))
    assert first == again
    assert len(set(first)) > 40
    assert first.count(good) < 5


def test_what_is_answered_and_what_is_dropped_is_counted() -> None:
    async def work() -> None:
        agent = UserAgent(Closed())
        port = await agent.listen("udp", HOST, 0)
        try:
            async with Spoiler.opened(f"sip:{HOST}:{port}", seed=3) as spoiler, asyncio.timeout(30):
                sent = (await spoiler.send(220)).as_json()
        finally:
            await agent.close()
        assert sent["datagrams"] == 220
        assert isinstance(sent["answered"], int) and isinstance(sent["answers"], dict)
        assert 40 < sent["answered"] < 180
        assert sent["answered"] == sum(sent["answers"].values())
        assert {400, 481, 486} <= set(sent["answers"])
        assert sent["options_unanswered"] == 0
        assert isinstance(sent["options_max_ms"], float)

    asyncio.run(work())


def test_a_service_that_does_not_answer_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aicc.simulation.spoiling.PATIENCE_S", 0.05)

    async def work() -> None:
        async with Spoiler.opened(f"sip:{HOST}:9", seed=3) as spoiler:
            await spoiler.look()
            assert (await spoiler.send(1)).unanswered == 2

    asyncio.run(work())


def test_exceptions_and_errors_are_found_in_a_log() -> None:
    log = [
        b"INFO all is well\n",
        b"Traceback (most recent call last):\n",
        b"  File\n",
        b"ERROR front: gone\n",
        b"\xff\n",
    ]
    assert faults_in(log) == {"lines": 5, "tracebacks": 1, "errors": 1, "first": "ERROR front: gone"}
    assert faults_in(log[:1])["first"] == ""
    assert "Traceback" in str(faults_in(log[:3])["first"])
