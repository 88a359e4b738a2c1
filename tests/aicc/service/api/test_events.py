import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from aicc.service.live_calls import KEPT_EVENTS, SLACK_EVENTS, LiveCalls
from tests.aicc.service.api.conftest import Client
from tests.fakes.service import ENDED, STARTED, FakeService
from voicebot.events import AnswerChosen, Dtmf, Logged, TranscriptPartial, TurnEnded
from voicebot.journal import read_journal
from voicebot.log import EventLog, new_call_id
from voicebot.store import Store

PARTIAL = TranscriptPartial("caller", 1, "환", "환", 0)
TURN = TurnEnded(1, "환불이요", "환불이요", 300, "ending")


async def got(client: Client, call_id: str, status: int = 200, **query: Any) -> Any:
    async with client() as known:
        answer = await known.get(f"/api/calls/{call_id}/events", params=query)
        assert answer.status_code == status, answer.text
        return answer.json()


def journal(service: FakeService, log: EventLog) -> Path:
    """As the call's process leaves it."""
    path = service.folder / "calls" / log.call_id / "events.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(one.as_json(), ensure_ascii=False) + "\n" for one in log.read()))
    return path


def ended(*events: TranscriptPartial | TurnEnded | Dtmf | AnswerChosen) -> EventLog:
    log = EventLog(new_call_id())
    for event in (STARTED, *events, ENDED):
        log.append(event)
    return log


def test_a_running_call_is_read_as_far_as_it_is_and_then_on(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    service.say(call_id, PARTIAL, TURN)
    told = asyncio.run(got(client, call_id))
    assert (told["call_id"], told["state"], told["next"]) == (call_id, "running", 3)
    assert [event["type"] for event in told["events"]] == ["call_started", "transcript_partial", "turn_ended"]
    assert told["events"][2]["written"] == "환불이요"
    service.say(call_id, Dtmf("1"))
    told = asyncio.run(got(client, call_id, start=3))
    assert ([event["seq"] for event in told["events"]], told["next"]) == ([3], 4)
    told = asyncio.run(got(client, call_id, start=4))
    assert (told["events"], told["next"]) == ([], 4)


def test_a_call_that_is_over_is_read_from_its_journal_with_partials(
    client: Client, service: FakeService, store: Store
) -> None:
    log = ended(PARTIAL, TURN)
    store.write(log.read())
    journal(service, log)
    told = asyncio.run(got(client, log.call_id))
    assert told["events"] == [one.as_json() for one in log.read()]
    assert (told["state"], told["next"]) == ("ended", None)


def test_without_a_journal_the_store_knows_what_was_final(client: Client, store: Store) -> None:
    log = ended(PARTIAL, TURN)
    store.write(log.read())
    told = asyncio.run(got(client, log.call_id))
    assert [event["seq"] for event in told["events"]] == [0, 2, 3]


def test_a_torn_journal_is_read_as_far_as_it_goes(client: Client, service: FakeService) -> None:
    log = ended(TURN)
    path = journal(service, log)
    path.write_bytes(path.read_bytes()[:-20])
    assert [event["seq"] for event in asyncio.run(got(client, log.call_id))["events"]] == [0, 1]


def test_only_the_types_that_were_asked_for(client: Client, service: FakeService) -> None:
    log = ended(PARTIAL, TURN, PARTIAL)
    journal(service, log)
    told = asyncio.run(got(client, log.call_id, types="turn_ended, call_ended,"))
    assert [event["type"] for event in told["events"]] == ["turn_ended", "call_ended"]
    assert asyncio.run(got(client, log.call_id, types="bot_started"))["events"] == []


def test_a_misspelled_type_is_told_and_not_silence(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    told = asyncio.run(got(client, call_id, 422, types="turn_end"))
    assert told["cure"] == 'did you mean "turn_ended"?'


def test_long_logs_come_in_pages(client: Client, service: FakeService) -> None:
    log = ended(*[Dtmf("1")] * 25)
    journal(service, log)

    async def read() -> list[int]:
        seen: list[int] = []
        start: int | None = 0
        while start is not None:
            told = await got(client, log.call_id, start=start, limit=10)
            assert len(told["events"]) <= 10
            seen += [event["seq"] for event in told["events"]]
            start = told["next"]
        return seen

    assert asyncio.run(read()) == list(range(27))


def test_of_a_long_running_call_the_beginning_comes_from_disk(client: Client, service: FakeService) -> None:
    log = EventLog(new_call_id())
    log.append(STARTED)
    for _ in range(KEPT_EVENTS + SLACK_EVENTS + 10):
        log.append(Dtmf("1"))
    path = journal(service, log)

    async def read() -> list[int]:
        live = LiveCalls(lambda call_id: read_journal(path))
        live.take(log.read())
        service.live, service.log = live.live, live.log  # type: ignore[method-assign, assignment]
        kept = live.log(log.call_id)
        assert kept
        assert kept.read()[0].seq > 0, "what this test is about"
        first = await got(client, log.call_id, limit=5_000)
        second = await got(client, log.call_id, limit=5_000, start=first["next"])
        return [event["seq"] for event in first["events"] + second["events"]]

    assert asyncio.run(read()) == list(range(len(log.read())))


def test_texts_that_are_no_unicode_do_not_hide_the_others(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    odd = AnswerChosen(1, "llm", ({"id": "a", "score": 2**70},), "\ud800", 5)
    service.say(call_id, odd)
    told = asyncio.run(got(client, call_id))
    assert told["events"][1]["text"] == "\ud800"
    assert told["events"][1]["documents"] == [{"id": "a", "score": 2**70}]


@pytest.mark.parametrize("query", [{"start": -1}, {"start": 2**40}, {"limit": 5_001}, {"limit": 0}, {"start": "x"}])
def test_what_is_out_of_bounds_is_refused(client: Client, service: FakeService, query: dict[str, Any]) -> None:
    asyncio.run(got(client, service.begin(), 422, **query))


def test_a_call_that_nobody_knows_has_no_events(client: Client) -> None:
    asyncio.run(got(client, new_call_id(), 404))


def test_reading_happens_off_the_loop(client: Client, service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    where: list[str] = []

    def read(path: Path) -> list[Logged]:
        where.append(threading.current_thread().name)
        return read_journal(path)

    monkeypatch.setattr("aicc.service.api.past.read_journal", read)
    log = ended(TURN)
    journal(service, log)
    asyncio.run(got(client, log.call_id))
    assert where
    assert threading.main_thread().name not in where
