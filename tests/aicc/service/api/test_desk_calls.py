"""Recorded calls over the wire: who may see which, what is found, how it sounds, and what was before."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from aicc.service.api.desk_calls import CallScope, desk_calls
from aicc.service.api.past import Past
from aicc.service.api.problem import tell_problems
from tests.fakes.service import ENDED, STARTED, FakeService
from tests.voicebot.store.sample_calls import NOON, call_id_at, logged, said
from voicebot.events import AgentJoined, AgentOffered, AgentRefused, Event, WrappedUp
from voicebot.log import new_call_id
from voicebot.store import Store

KIM = AgentJoined("kim", "answered")
Ask = Callable[..., httpx.Response]


@pytest.fixture
def app(service: FakeService, store: Store) -> FastAPI:
    """Who asks says so in a header: nobody's scope is wider than the rights that made it."""

    def sees(request: Request) -> CallScope:
        name = request.headers.get("x-person")
        return CallScope(name == "boss", None if name == "boss" else name)

    app = FastAPI()
    tell_problems(app)
    app.include_router(desk_calls(service, Past(store, service.folder), sees))
    return app


@pytest.fixture
def ask(app: FastAPI) -> Ask:
    def get(path: str, person: str | None = "boss", **query: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            headers = {"x-person": person} if person else {}
            wire = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=wire, base_url="http://aicc", headers=headers) as client:
                return await client.get(f"/api/desk{path}", params=query)

        return asyncio.run(sent())

    return get


def kept(store: Store, number: int, *events: Event) -> str:
    call_id = call_id_at(NOON, number)
    store.write(logged(call_id, STARTED, *events, ENDED))
    return call_id


def test_a_call_is_listed_with_its_people_and_the_place_that_matched(ask: Ask, store: Store) -> None:
    long = "안녕하세요 저는 어제 주문한 사람인데요 그 상품 환불해 주세요 " + "빨리 " * 30
    note = WrappedUp({"issue": "환불"}, "", "refund", 0.8)
    call_id = kept(store, 1, said(1, long), KIM, note)
    told = ask("/recorded", q="환불해주")
    assert told.status_code == 200
    call = told.json()["calls"][0]
    assert (call["call_id"], call["agents"], call["code"], call["duration_ms"]) == (call_id, ["kim"], "refund", 61_000)
    assert call["began_at"] == "2026-11-22T03:00:00Z" and call["has_recording"] is False
    snippet = call["snippet"]
    assert (snippet["seq"], snippet["side"], snippet["match"]) == (1, "caller", "환불해 주")
    assert snippet["before"].startswith("…") and snippet["before"].endswith("그 상품 ")
    assert snippet["after"].startswith("세요 빨리") and len(snippet["after"]) < 60
    assert ask("/recorded").json()["calls"][0]["snippet"] is None


def test_abuse_is_masked_in_what_is_shown(ask: Ask, store: Store) -> None:
    kept(store, 1, said(1, "야 이 씨발 환불해 줘"))
    snippet = ask("/recorded", q="환불").json()["calls"][0]["snippet"]
    assert "씨발" not in str(snippet) and snippet["match"] == "환불"
    assert "씨발" not in ask("/recorded", q="씨발").text


def test_marks_of_a_page_stay_letters(ask: Ask, store: Store) -> None:
    kept(store, 1, said(1, "<script>alert(1)</script>"))
    told = ask("/recorded", q="<script>")
    assert told.headers["content-type"] == "application/json"
    assert told.json()["calls"][0]["snippet"]["match"] == "<script>"


def test_pages(ask: Ask, store: Store) -> None:
    calls = [kept(store, number) for number in range(5)]
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        told = ask("/recorded", limit=2, **before).json()
        seen += [call["call_id"] for call in told["calls"]]
        if told["next"] is None:
            break
        before = {"before": told["next"]}
    assert seen == calls[::-1]


def test_people_see_their_own_calls_alone(ask: Ask, store: Store) -> None:
    mine, other = kept(store, 1, KIM), kept(store, 2, AgentJoined("lee", "answered"))
    assert [call["call_id"] for call in ask("/recorded", "kim").json()["calls"]] == [mine]
    assert ask("/recorded", "kim", agent="lee").json()["calls"] == []
    assert len(ask("/recorded").json()["calls"]) == 2
    assert ask("/recorded", None).json() == {"calls": [], "next": None}
    for path in (f"/calls/{other}/history", f"/recorded/{other}/peaks"):
        for person in ("kim", None):
            assert ask(path, person).status_code == 403
    assert ask(f"/calls/{mine}/history", "kim").status_code == 200
    assert ask(f"/recorded/{mine}/peaks", "kim").json()["error"] == "the call was not recorded"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "x" * 10_000}, "q"),
        ({"q": "\0"}, "q"),
        ({"q": ""}, "q"),
        ({"before": "yesterday"}, "before"),
        ({"before": "' OR 1=1 --"}, "before"),
        ({"before": "0" * 36}, "before"),
        ({"from": "2026-11-22"}, "from"),
        ({"from": "2026-11-22T00:00:00"}, "from"),
        ({"to": "tomorrow"}, "to"),
        ({"agent": "x" * 65}, "agent"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1000000000"}, "limit"),
    ],
)
def test_what_does_not_fit_is_named(ask: Ask, query: dict[str, str], field: str) -> None:
    told = ask("/recorded", **query)
    assert told.status_code == 422
    assert told.json()["error"].startswith(f'"{field}" does not fit: ')


@pytest.mark.parametrize("q", ["%", "_", "*", '"', "'", '" OR "', "\\", "%%%%", "NEAR(a b)", "a" * 200, "\u200b", "😀"])
def test_signs_of_query_languages_are_letters(ask: Ask, store: Store, q: str) -> None:
    kept(store, 1, said(1, "환불해 주세요"))
    told = ask("/recorded", q=q)
    assert (told.status_code, told.json()["calls"]) == (200, [])


@pytest.mark.parametrize("field", ["agent", "skill", "code"])
@pytest.mark.parametrize("value", ["' OR 1=1", "%", "\0"])
def test_filters_are_matched_whole(ask: Ask, store: Store, field: str, value: str) -> None:
    kept(store, 1, KIM)
    told = ask("/recorded", **{field: value})
    assert told.status_code in (200, 422) and not told.json().get("calls")


@pytest.mark.parametrize("path", ["/recorded/{}/peaks", "/calls/{}/history"])
def test_crafted_ids(ask: Ask, path: str) -> None:
    assert ask(path.format(new_call_id())).status_code == 404
    assert ask(path.format(new_call_id()), "kim").status_code == 404
    for crafted in ("1", "..%2F..%2Fetc%2Fpasswd", "%00", "x" * 5_000, "0" * 36):
        assert ask(path.format(crafted)).status_code in (404, 422)


# ---- what was before


def test_earlier_calls_come_with_what_they_were_about(ask: Ask, store: Store) -> None:
    first = kept(store, 1, KIM)
    note = WrappedUp({"issue": "씨발 배송이 늦다고 하심"}, "delivery", "", 1.0)
    events = logged(first, note, start=4)
    store.write(events)
    store.wrapups.write(events)
    second = kept(store, 2)
    told = ask(f"/calls/{second}/history").json()["calls"]
    assert [call["call_id"] for call in told] == [first]
    assert (told[0]["code"], told[0]["agents"]) == ("delivery", ["kim"])
    assert "배송이 늦다고" in told[0]["issue"] and "씨발" not in told[0]["issue"]
    assert ask(f"/calls/{first}/history").json() == {"calls": []}


def test_whom_a_call_is_offered_sees_the_history_before_answering(ask: Ask, service: FakeService, store: Store) -> None:
    first = kept(store, 1)
    ringing = service.begin()  # the store has not heard of it
    assert ask(f"/calls/{ringing}/history", "kim").status_code == 403
    service.say(ringing, AgentOffered("kim", "panel"))
    assert [call["call_id"] for call in ask(f"/calls/{ringing}/history", "kim").json()["calls"]] == [first]
    assert ask(f"/calls/{ringing}/history", "lee").status_code == 403
    service.say(ringing, AgentRefused("kim", "no_answer"), AgentOffered("lee", "panel"))
    assert ask(f"/calls/{ringing}/history", "kim").status_code == 403
    service.say(ringing, AgentJoined("lee", "answered"))
    assert ask(f"/calls/{ringing}/history", "lee").status_code == 200
    assert ask(f"/calls/{ringing}/history").status_code == 200
