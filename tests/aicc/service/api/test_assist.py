import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from tests.aicc.service.api.assisted import Book, Owner, assisting, ended
from tests.aicc.service.api.conftest import Client
from tests.aicc.service.api.test_notes import NOTE
from tests.fakes.service import FakeService
from voicebot.events import AddressNormalized, AlertRaised, EmotionRead, SpeakerChecked, Suggested, SuggestionUsed
from voicebot.log import new_call_id


@pytest.fixture
def owner(service: FakeService) -> Owner:
    return Owner(service)


@pytest.fixture
def app(service: FakeService, owner: Owner) -> FastAPI:
    return assisting(service, owner, Book())


def suggested(turn: int, *documents: str) -> Suggested:
    items = [
        {"document": name, "title": "반품", "answer": "7일 안에", "score": 0.8, "why": "반품"} for name in documents
    ]
    return Suggested(turn, tuple(items), 12, "7일 안에 됩니다.", ("주문번호",), ({"rule": "r", "kind": "missing"},))


def asked(client: Client, method: str, path: str, status: int = 200, body: Any = None, **query: Any) -> Any:
    async def run() -> Any:
        async with client() as known:
            answer = await known.request(method, f"/api{path}", json=body, params=query)
            assert answer.status_code == status, answer.text
            return answer.json()

    return asyncio.run(run())


def verdict(document: str = "refund-3", verdict: str = "used", by: str = "김지영") -> dict[str, str]:
    return {"document": document, "verdict": verdict, "by": by}


# ---- suggestions


def test_the_newest_suggestions_come_first_with_what_became_of_them(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    service.say(call_id, suggested(1, "refund-3", "refund-1"), suggested(2, "ship-1"))
    service.say(call_id, SuggestionUsed(1, "refund-3", "useless", "김지영"), SuggestionUsed(1, "refund-1", "wrong", ""))
    service.say(call_id, SuggestionUsed(1, "refund-3", "used", "이민수"))
    [second, first] = asked(client, "GET", f"/calls/{call_id}/suggestions")["suggestions"]
    assert (second["seq"], second["turn"], second["verdicts"]) == (2, 2, [])
    assert [item["document"] for item in first["items"]] == ["refund-3", "refund-1"]
    assert (first["reply"], first["questions"]) == ("7일 안에 됩니다.", ["주문번호"])
    assert first["verdicts"] == [
        {"document": "refund-1", "verdict": "wrong", "by": ""},
        {"document": "refund-3", "verdict": "used", "by": "이민수"},
    ]
    assert len(asked(client, "GET", f"/calls/{call_id}/suggestions", limit=1)["suggestions"]) == 1
    assert asked(client, "GET", f"/calls/{service.begin()}/suggestions") == {"suggestions": []}
    asked(client, "GET", f"/calls/{new_call_id()}/suggestions", 404)


@pytest.mark.parametrize("running", [True, False])
def test_what_became_of_a_suggestion_is_kept(client: Client, service: FakeService, running: bool) -> None:
    if running:
        call_id, seq = service.begin(), 1
        service.say(call_id, suggested(1, "refund-3", "refund-1"))
    else:
        call_id, seq = ended(service, suggested(1, "refund-3", "refund-1")), 2
    path = f"/calls/{call_id}/suggestions"
    told = asked(client, "POST", f"{path}/{seq}", body=verdict())
    assert told["verdicts"] == [verdict()]
    assert asked(client, "GET", path)["suggestions"] == [told]
    told = asked(client, "POST", f"{path}/{seq}", body=verdict("refund-1", "useless"))
    told = asked(client, "POST", f"{path}/{seq}", body=verdict(verdict="wrong"))
    assert told["verdicts"] == [verdict("refund-1", "useless"), verdict(verdict="wrong")]
    assert asked(client, "GET", path)["suggestions"] == [told]


def test_pressing_twice_is_one(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    service.say(call_id, suggested(1, "refund-3"))
    for _ in range(2):
        asked(client, "POST", f"/calls/{call_id}/suggestions/1", body=verdict())
    log = service.log(call_id)
    assert log is not None
    assert [one.event for one in log.read(2)] == [SuggestionUsed(1, "refund-3", "used", "김지영")]


def test_what_was_never_suggested_is_not_judged(client: Client, service: FakeService, owner: Owner) -> None:
    call_id = service.begin()
    service.say(call_id, suggested(1, "refund-3"))
    path = f"/calls/{call_id}/suggestions"
    assert asked(client, "POST", f"{path}/0", 404, verdict())["error"] == "event 0 is no suggestion of this call"
    asked(client, "POST", f"{path}/7", 404, verdict())
    assert "no such document" in asked(client, "POST", f"{path}/1", 404, verdict("ship-1"))["error"]
    asked(client, "POST", f"/calls/{new_call_id()}/suggestions/1", 404, verdict())
    owner.is_gone = True
    asked(client, "POST", f"{path}/1", 409, verdict())


UNFIT: list[Any] = [
    {},
    verdict(verdict="great"),
    verdict(by=""),
    verdict(document="x" * 201),
    verdict() | {"turn": 1},
    {"document": 3, "verdict": "used", "by": "x"},
    [],
    None,
]


def test_bad_verdicts(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    service.say(call_id, suggested(1, "refund-3"))
    for body in UNFIT:
        asked(client, "POST", f"/calls/{call_id}/suggestions/1", 422, body)
    asked(client, "POST", f"/calls/{call_id}/suggestions/-1", 422, verdict())
    log = service.log(call_id)
    assert log is not None and len(log.read()) == 2


# ---- all of it


def test_the_newest_of_each_is_told_together(client: Client, service: FakeService) -> None:
    call_id = service.begin()
    empty = asked(client, "GET", f"/calls/{call_id}/assist")
    nothing = dict.fromkeys(("suggestion", "address", "speaker", "mood", "wrapup"))
    assert empty == {"call_id": call_id, **nothing, "alerts": []}
    call_id = ended(
        service,
        suggested(1, "refund-3"),
        suggested(2, "ship-1"),
        AddressNormalized(1, "한누리", ({"road": "한누리대로"},)),
        SpeakerChecked("01012345678", 2.1, 1.4, True, 3_400),
        EmotionRead("caller", "angry", 0.8),
        EmotionRead("agent", "calm", 0.1),
        *(AlertRaised("caller", "keyword", f"{number}") for number in range(60)),
        NOTE,
    )
    told = asked(client, "GET", f"/calls/{call_id}/assist")
    assert (told["suggestion"]["turn"], told["address"]["candidates"]) == (2, [{"road": "한누리대로"}])
    assert (told["speaker"]["accepted"], told["speaker"]["speech_ms"]) == (True, 3_400)
    assert (told["mood"]["side"], told["mood"]["label"]) == ("caller", "angry")
    assert [alert["text"] for alert in told["alerts"]] == [str(number) for number in range(59, 9, -1)]
    assert (told["wrapup"]["version"], told["wrapup"]["summary"]) == (1, NOTE.summary)
    asked(client, "GET", f"/calls/{new_call_id()}/assist", 404)


# ---- addresses


def test_an_address_is_parsed(client: Client) -> None:
    [found] = asked(client, "POST", "/addresses", body={"text": "한누리대로 천팔백삼십구"})["candidates"]
    assert (found["road"], found["postcode"]) == ("세종특별자치시 한누리대로 1839", "30151")
    assert (found["score"], found["missing"]) == (0.97, "detail")
    assert asked(client, "POST", "/addresses", body={"text": "런던 베이커가"}) == {"candidates": []}


def test_what_is_no_text_of_an_address(client: Client) -> None:
    for text in ("", "x" * 501, "\0", None, 7):
        asked(client, "POST", "/addresses", 422, {"text": text})


def test_without_a_book_that_is_told(client: Client, service: FakeService, owner: Owner) -> None:
    async def run() -> Any:
        async with client(app=assisting(service, owner, None)) as known:
            return await known.post("/api/addresses", json={"text": "한누리대로"})

    answer = asyncio.run(run())
    assert (answer.status_code, answer.json()["cure"]) == (503, 'import them with "aicc address import"')
