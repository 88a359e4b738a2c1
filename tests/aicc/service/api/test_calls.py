import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.aicc.service.api.conftest import Client
from tests.fakes.service import ENDED, FakeService
from voicebot.events import BotFinished, CallStarted, HandoffRequested, Latency, Logged, TurnEnded
from voicebot.log import EventLog, new_call_id
from voicebot.store import Store, StoreUnavailable

LATENCY = Latency(1, 200, 30, 120, 50, 400)


_moments_ms = itertools.count(1_790_000_000_000)


def next_call_id() -> str:
    """A call a millisecond: ids of the same one are in no order."""
    digits = f"{next(_moments_ms):012x}"
    return f"{digits[:8]}-{digits[8:]}{new_call_id()[13:]}"


def talked(store: Store, said: str = "환불해 주세요", caller: str = "01012345678", ends: bool = True) -> str:
    log = EventLog(next_call_id())
    log.append(CallStarted("in", "wav", caller, "15881234", "nuri"))
    log.append(BotFinished(0, "안녕하세요"))
    log.append(TurnEnded(1, said, said, 300, "ending"))
    log.append(LATENCY)
    log.append(HandoffRequested("asked", "refund", ""))
    if ends:
        log.append(ENDED)
    store.write(log.read())
    return log.call_id


async def got(client: Client, path: str, status: int = 200, **query: Any) -> Any:
    async with client() as known:
        answer = await known.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()


def test_calls_are_listed_newest_first_with_what_became_of_them(client: Client, store: Store) -> None:
    first, second = talked(store), talked(store, ends=False)
    told = asyncio.run(got(client, "/api/calls"))
    assert [call["call_id"] for call in told["calls"]] == [second, first]
    assert told["next"] is None
    call = told["calls"][1]
    assert (call["state"], call["ended_by"], call["reason"], call["duration_ms"]) == (
        "ended",
        "caller",
        "hung_up",
        61_000,
    )
    assert (call["caller"], call["scenario"], call["door"], call["handoff"]) == ("01012345678", "nuri", "wav", "asked")
    assert (call["turn_count"], call["fault_count"], call["recording"]) == (1, 0, None)
    assert told["calls"][0]["state"] == "running"
    assert datetime.fromisoformat(call["started_at"]).tzinfo is not None


def test_pages_follow_each_other_whole(client: Client, store: Store) -> None:
    async def read() -> list[str]:
        seen: list[str] = []
        before: dict[str, str] = {}
        while True:
            told = await got(client, "/api/calls", limit=3, **before)
            seen += [call["call_id"] for call in told["calls"]]
            talked(store)  # calls that begin meanwhile shift nothing
            if told["next"] is None:
                return seen
            before = {"before": told["next"]}

    written = [talked(store) for _ in range(7)]
    assert asyncio.run(read()) == written[::-1]


def test_a_page_that_ends_with_the_last_call_has_no_next(client: Client, store: Store) -> None:
    for _ in range(3):
        talked(store)
    assert asyncio.run(got(client, "/api/calls", limit=3))["next"] is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"state": "running"}, 1),
        ({"state": "ended"}, 2),
        ({"caller": "01099999999"}, 1),
        ({"scenario": "nuri"}, 3),
        ({"scenario": "nur"}, 0),
        ({"text": "환불해주세요"}, 2),
        ({"text": "배송이 늦어요", "caller": "01099999999"}, 1),
        ({"text": "100%"}, 0),
        ({"since": "2000-01-01T00:00:00+09:00"}, 3),
        ({"until": "2000-01-01T00:00:00Z"}, 0),
        ({"since": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, 0),
    ],
)
def test_calls_are_found(client: Client, store: Store, query: dict[str, str], count: int) -> None:
    talked(store)
    talked(store, ends=False)
    talked(store, said="배송이 늦어요", caller="01099999999")
    assert len(asyncio.run(got(client, "/api/calls", **query))["calls"]) == count


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "9" * 400}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"before": "yesterday"}, "before"),
        ({"before": "../../etc/passwd"}, "before"),
        ({"before": "0" * 36}, "before"),
        ({"state": "over"}, "state"),
        ({"since": "2026-01-01T00:00:00"}, "since"),
        ({"since": "now"}, "since"),
        ({"text": "\0"}, "text"),
        ({"text": "x" * 201}, "text"),
        ({"text": ""}, "text"),
    ],
)
def test_what_does_not_fit_is_named_and_not_repeated(client: Client, query: dict[str, str], field: str) -> None:
    told = asyncio.run(got(client, "/api/calls", 422, **query))
    assert told["error"].startswith(f'"{field}" does not fit: ')
    assert "\n" not in told["error"]
    assert len(told["error"]) < 200


def test_one_call_comes_with_what_was_said_and_how_long_it_took(client: Client, store: Store) -> None:
    call_id = talked(store)
    told = asyncio.run(got(client, f"/api/calls/{call_id}"))
    assert [(turn["side"], turn["written"]) for turn in told["turns"]] == [
        ("bot", "안녕하세요"),
        ("caller", "환불해 주세요"),
    ]
    assert told["turns"][1]["voice_to_voice_ms"] == 400
    assert told["latency"] == [
        {"turn": 1, "endpoint_ms": 200, "stt_ms": 30, "mind_ms": 120, "tts_ms": 50, "voice_to_voice_ms": 400}
    ]


def test_a_running_call_is_known_before_the_store_has_heard_of_it(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    service.say(call_id, LATENCY)
    told = asyncio.run(got(client, f"/api/calls/{call_id}"))
    assert (told["state"], told["caller"], told["turns"]) == ("running", "01012345678", [])
    assert told["latency"][0]["voice_to_voice_ms"] == 400


def test_a_call_that_has_just_ended_is_over_before_the_store_has_heard_of_it(
    client: Client, service: FakeService, store: Store
) -> None:
    call_id = service.begin()
    store.write(service.logs[call_id].read())
    service.say(call_id, ENDED)
    service.live = lambda: []  # type: ignore[method-assign]
    told = asyncio.run(got(client, f"/api/calls/{call_id}"))
    assert (told["state"], told["ended_by"], told["duration_ms"]) == ("ended", "caller", 61_000)
    assert told["ended_at"] > told["started_at"]


def test_a_call_that_is_not_there_is_not_found(client: Client) -> None:
    told = asyncio.run(got(client, f"/api/calls/{new_call_id()}", 404))
    assert told["error"].startswith('no call "')


@pytest.mark.parametrize("call_id", ["1", "..%2F..%2Fetc", "%00", "x" * 5_000, "01234567-0123-4123-8123-0123456789AB"])
@pytest.mark.parametrize("path", ["", "/events", "/recording"])
def test_what_is_no_call_id_is_refused(client: Client, call_id: str, path: str) -> None:
    async def ask() -> None:
        async with client() as known:
            answer = await known.get(f"/api/calls/{call_id}{path}")
            assert answer.status_code in (404, 422)
            assert set(answer.json()) == {"error", "cure"}

    asyncio.run(ask())


def test_a_database_that_is_away_is_told_and_not_how(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> list[Logged]:
        raise StoreUnavailable("the database at 10.1.1.1 does not answer: check that PostgreSQL runs there")

    monkeypatch.setattr(store, "calls", away)
    told = asyncio.run(got(client, "/api/calls", 503))
    assert told["error"] == "the database cannot be asked now"
    assert "10.1.1.1" not in str(told)
    assert "10.1.1.1" in caplog.text


def test_a_bug_is_told_without_its_traceback(client: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask() -> None:
        monkeypatch.setattr(store, "calls", lambda *_, **__: 1 / 0)
        async with client(raises=False) as known:
            answer = await known.get("/api/calls")
        assert answer.status_code == 500
        assert answer.json()["error"] == "the service failed at this request"

    asyncio.run(ask())


async def posted(client: Client, path: str, body: object = None) -> tuple[int, Any]:
    async with client() as known:
        answer = await known.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
        return answer.status_code, answer.json()


def test_a_call_is_placed(client: Client, service: FakeService) -> None:
    asked = {"number": "010-1234-5678", "scenario": "nuri", "variables": {"이름": "김하나", "order": "12345678"}}
    status, told = asyncio.run(posted(client, "/api/calls", asked))
    assert status == 201
    assert told == {"call_id": service.live()[0]}
    wanted = service.placed[0]
    assert (wanted.number, wanted.scenario) == ("01012345678", "nuri")
    assert wanted.variables == {"이름": "김하나", "order": "12345678"}


def test_no_call_is_placed_without_a_door_a_scenario_or_while_going_down(client: Client, service: FakeService) -> None:
    asked = {"number": "01012345678", "scenario": "other"}
    assert asyncio.run(posted(client, "/api/calls", asked)) == (
        422,
        {"error": 'no scenario "other"', "cure": "name a scenario that is installed"},
    )
    service.doors = False
    status, told = asyncio.run(posted(client, "/api/calls", asked))
    assert (status, told["error"]) == (503, "no door can place calls")
    service.is_draining = True
    status, told = asyncio.run(posted(client, "/api/calls", asked))
    assert (status, told["error"]) == (503, "the service is going down")


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        {},
        {"number": "01012345678"},
        {"number": "sip:boss@example.com", "scenario": "nuri"},
        {"number": "010\r\nVia: x", "scenario": "nuri"},
        {"number": "0101234\n", "scenario": "nuri"},
        {"number": "1", "scenario": "nuri"},
        {"number": "0" * 40, "scenario": "nuri"},
        {"number": "01012345678", "scenario": "../nuri"},
        {"number": "01012345678", "scenario": "/etc"},
        {"number": "01012345678", "scenario": ".."},
        {"number": "01012345678", "scenario": "nuri\n"},
        {"number": "01012345678", "scenario": "nuri", "variables": {"a b": "c"}},
        {"number": "01012345678", "scenario": "nuri", "variables": {"a": "\ud800"}},
        {"number": "01012345678", "scenario": "nuri", "variables": {"a": "\0"}},
        {"number": "01012345678", "scenario": "nuri", "variables": {"a": {"b": "c"}}},
        {"number": "01012345678", "scenario": "nuri", "variables": {f"v{n}": "" for n in range(51)}},
        {"number": "01012345678", "scenario": "nuri", "door": "sip"},
    ],
)
def test_a_call_that_makes_no_sense_is_refused(client: Client, service: FakeService, asked: object) -> None:
    status, told = asyncio.run(posted(client, "/api/calls", asked))
    assert status == 422
    assert set(told) == {"error", "cure"}
    assert service.placed == []


def test_a_body_that_is_no_json_is_refused(client: Client) -> None:
    async def ask() -> None:
        async with client() as known:
            for body in (b"{", b"\xff\xfe", b"[" * 60_000, b'{"number": NaN}'):
                headers = {"content-type": "application/json"}
                answer = await known.post("/api/calls", content=body, headers=headers)
                assert answer.status_code in (400, 422), body[:10]
                assert set(answer.json()) == {"error", "cure"}

    asyncio.run(ask())


def test_a_running_call_is_hung_up_once(client: Client, service: FakeService, store: Store) -> None:
    call_id = service.begin()
    log = service.logs[call_id]
    assert asyncio.run(posted(client, f"/api/calls/{call_id}/hang_up")) == (200, {"call_id": call_id})
    assert service.live() == []
    store.write(log.read())
    status, told = asyncio.run(posted(client, f"/api/calls/{call_id}/hang_up"))
    assert (status, told["error"]) == (409, "the call is not running")
    assert asyncio.run(posted(client, f"/api/calls/{new_call_id()}/hang_up"))[0] == 404


def test_keys_are_pressed_towards_a_telephone(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    assert asyncio.run(posted(client, f"/api/calls/{call_id}/keys", {"keys": "1*#"})) == (200, {"call_id": call_id})
    assert service.sent_keys == ["1*#"]
    assert asyncio.run(posted(client, f"/api/calls/{call_id}/keys", {"keys": "A"}))[0] == 422
    assert asyncio.run(posted(client, f"/api/calls/{new_call_id()}/keys", {"keys": "1"}))[0] == 404


def test_a_telephone_is_sent_elsewhere(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    path = f"/api/calls/{call_id}/transfer"
    reached = {"is_reached": True, "code": 200, "phrase": ""}
    assert asyncio.run(posted(client, path, {"to": "sip:7001@here"})) == (200, reached)
    assert asyncio.run(posted(client, path, {"to": "sip:7001@elsewhere.example"}))[1]["code"] == 486
    for wrong in ("7001", "sip:a@b>\r\nX: y", "http://here"):
        assert asyncio.run(posted(client, path, {"to": wrong}))[0] == 422
    service.transferring = True
    status, told = asyncio.run(posted(client, path, {"to": "sip:7001@here"}))
    assert (status, told["error"]) == (409, "another REFER is under way")


def test_who_is_not_there_is_sent_nowhere(client: Client) -> None:
    assert asyncio.run(posted(client, f"/api/calls/{new_call_id()}/transfer", {"to": "sip:a@b"}))[0] == 404
