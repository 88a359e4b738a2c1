"""What pages, and programs that pretend to be one, can ask for, and what they are told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from aicc.service.web.page_call import ENTRIES_AT_ONCE, OFFERS_AT_ONCE
from tests.aicc.service.web.fake_calls import House
from voicebot.doors.webrtc.ice_server import IceServer
from voicebot.events import ConsentGiven, Event, PageAnswered, PageShown
from voicebot.link import Press, Refused, Reoffer, Type

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"
OTHERS = "A" * 24


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


@asynccontextmanager
async def client_of(house: House) -> AsyncIterator[httpx.AsyncClient]:
    wire = httpx.ASGITransport(house.app(), client=("192.0.2.7", 50_000))
    async with httpx.AsyncClient(transport=wire, base_url="http://aicc") as client:
        yield client


async def begun(client: httpx.AsyncClient, house: House) -> str:
    """A call that is up and has begun; its token."""
    answer = await client.post("/call/calls", json={"sdp": SDP})
    house.calls.begin(answer.json()["call_id"])
    return str(answer.json()["token"])


# ---- the page


def test_the_page_runs_only_what_comes_from_here() -> None:
    async def work() -> None:
        async with client_of(House()) as client:
            page = await client.get("/call")
            policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
            assert policy["frame-ancestors"] == "'self'"
            assert page.headers["permissions-policy"].startswith("microphone=(self)")
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert page.headers["cache-control"] == "no-store"
            # what the policy would refuse is not in there
            assert not re.search(r"<style|style=|<script>|\son\w+=|https?://(?!www\.w3\.org)", page.text)

    run(work())


def test_own_sites_may_show_it() -> None:
    async def work() -> None:
        async with client_of(House(origins=("https://www.example.com", "http://localhost:8000"))) as client:
            policy = (await client.get("/call")).headers["content-security-policy"]
            assert policy.endswith("frame-ancestors 'self' https://www.example.com http://localhost:8000")

    run(work())


def test_every_file_that_the_page_wants_is_there() -> None:
    async def work() -> None:
        async with client_of(House()) as client:
            wanted, seen = {"/call/files/button.js"}, set[str]()
            wanted |= set(re.findall(r'(?:href|src)="(/call/files/[^"]+)"', (await client.get("/call")).text))
            while names := wanted - seen:
                for name in names:
                    file = await client.get(name)
                    assert file.status_code == 200, name
                    kind = "text/javascript" if name.endswith(".js") else "text/css"
                    assert file.headers["content-type"].startswith(kind)
                    shared = "cross-origin" if name.endswith("button.js") else "same-origin"
                    assert file.headers["cross-origin-resource-policy"] == shared
                    assert file.headers["x-content-type-options"] == "nosniff"
                    wanted |= {f"/call/files/{other}" for other in re.findall(r'from "\./([^"]+)"', file.text)}
                seen |= names
            assert len(seen) > 5

    run(work())


@pytest.mark.parametrize("name", ["nothing.js", "..%2froutes.py", "__init__.py", "%00", "call.js/"])
def test_no_other_file(name: str) -> None:
    async def work() -> None:
        async with client_of(House()) as client:
            assert (await client.get(f"/call/files/{name}")).status_code == 404

    run(work())


def test_the_first_address_leads_to_the_page() -> None:
    async def work() -> None:
        async with client_of(House()) as client:
            answer = await client.get("/")
            assert (answer.status_code, answer.headers["location"]) == (307, "/call")

    run(work())


def test_what_the_page_is_told() -> None:
    async def work() -> None:
        ice = [IceServer("stun:stun.example:3478"), IceServer("turn:turn.example:3478", "1792000000", "c2VjcmV0")]
        async with client_of(House(ice=ice, synthetic_voices_only=True)) as client:
            assert (await client.get("/call/page")).json() == {
                "company": "누리상점",
                "synthetic_voices_only": True,
                "ice_servers": [
                    {"urls": "stun:stun.example:3478", "username": "", "credential": ""},
                    {"urls": "turn:turn.example:3478", "username": "1792000000", "credential": "c2VjcmV0"},
                ],
            }

    run(work())


# ---- a call


def test_a_call_is_begun_for_what_the_button_stands_for() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            answer = await client.post("/call/calls", json={"sdp": SDP, "called": "15880000"})
            assert answer.status_code == 201
            assert answer.json()["sdp"] == SDP[::-1]
            assert house.calls.up == [answer.json()["call_id"]]
            assert house.calls.offered == [("15880000", SDP)]
            assert house.came_from == ["192.0.2.7"]

    run(work())


def test_a_token_is_long_and_another_one_each_time() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            tokens = {(await client.post("/call/calls", json={"sdp": SDP})).json()["token"] for _ in range(50)}
            assert len(tokens) == 50
            assert all(re.fullmatch(r"[A-Za-z0-9_-]{24}", token) for token in tokens)  # 144 bits

    run(work())


def test_what_is_entered_reaches_the_call() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token = await begun(client, house)
            for what, body in (("keys", {"keys": "12*#"}), ("text", {"text": "  반품이요 "})):
                assert (await client.post(f"/call/calls/{token}/{what}", json=body)).status_code == 204
            answer = await client.post(f"/call/calls/{token}/offer", json={"sdp": "other"})
            assert answer.json() == {"sdp": "rehto"}
            [call_id] = house.calls.up
            entered = [Press(call_id, "12*#"), Type(call_id, "반품이요"), Reoffer(call_id, "other")]
            assert house.calls.asked == entered
            assert (await client.post(f"/call/calls/{token}/bye")).status_code == 204  # as a beacon: no body, no type
            assert house.calls.hung_up == [call_id]

    run(work())


ENTRIES = [("offer", {"sdp": SDP}), ("keys", {"keys": "1"}), ("text", {"text": "네"}), ("bye", None)]


@pytest.mark.parametrize("what, body", ENTRIES)
def test_a_call_is_done_to_only_by_its_page(what: str, body: dict[str, str] | None) -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token = await begun(client, house)
            [call_id] = house.calls.up
            for other in (OTHERS, token[:-1] + ("a" if token[-1] != "a" else "b"), token.swapcase(), token[:-1]):
                answer = await client.post(f"/call/calls/{other}/{what}", json=body)
                assert answer.status_code == 404
                assert answer.json() == {"error": "no such call", "cure": "begin a new one"}
            for other in (call_id, "short", "A" * 65, "..%2f..%2fcalls"):
                assert (await client.post(f"/call/calls/{other}/{what}", json=body)).status_code in (404, 422)
            assert not house.calls.asked and not house.calls.hung_up

    run(work())


@pytest.mark.parametrize("what, body", ENTRIES[:3])
def test_a_call_that_is_over(what: str, body: dict[str, str]) -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token = await begun(client, house)
            [call_id] = house.calls.up
            house.web_calls.left(call_id)
            assert (await client.post(f"/call/calls/{token}/{what}", json=body)).status_code == 409
            assert not house.calls.asked
            [(delay_s, forget)] = house.later
            assert delay_s == 30
            forget()
            assert (await client.post(f"/call/calls/{token}/{what}", json=body)).status_code == 404

    run(work())


@pytest.mark.parametrize("what, body", ENTRIES[1:3])
def test_a_call_that_has_not_begun(what: str, body: dict[str, str]) -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token = (await client.post("/call/calls", json={"sdp": SDP})).json()["token"]
            assert (await client.post(f"/call/calls/{token}/{what}", json=body)).status_code == 409

    run(work())


# ---- a chat


async def chatting(client: httpx.AsyncClient) -> tuple[str, str]:
    """Token and id of a chat, which begins at once."""
    answer = await client.post("/call/chats", json={"called": "15880000"})
    assert answer.status_code == 201
    told = answer.json()
    return told["token"], told["call_id"]


def test_a_chat_needs_no_sound() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, call_id = await chatting(client)
            assert house.calls.offered == [("15880000", "chat")] and house.came_from == ["192.0.2.7"]
            assert (await client.post(f"/call/calls/{token}/text", json={"text": "반품이요"})).status_code == 204
            assert house.calls.asked == [Type(call_id, "반품이요")]
            assert (await client.post(f"/call/calls/{token}/bye")).status_code == 204
            assert house.calls.hung_up == [call_id]

    run(work())


def test_a_service_that_takes_no_chat() -> None:
    async def work() -> None:
        house = House()
        house.calls.refused = [Refused("busy")]
        async with client_of(house) as client:
            answer = await client.post("/call/chats", json={})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
            house.lets_in = False
            assert (await client.post("/call/chats", json={})).status_code == 429
            for body in ({"sdp": SDP}, {"called": "a b"}, []):
                assert (await client.post("/call/chats", json=body)).status_code == 422
            assert len(house.calls.offered) == 1

    run(work())


# ---- what an agent has sent

FORM = PageShown("kim", "form", "배송지", fields=("받는 분", "주소"))
PAGE = PageShown("kim", "page", "배송 조회", "https://example.com/")


def shown(house: House, call_id: str, *events: PageShown) -> list[int]:
    """The numbers by which their captions call them."""
    first = len(house.calls.logs[call_id].read())
    house.calls.say(call_id, *events)
    return list(range(first, first + len(events)))


def told(house: House, call_id: str, *kinds: type[Event]) -> list[Event]:
    return [logged.event for logged in house.calls.logs[call_id].read() if isinstance(logged.event, kinds)]


def test_a_form_is_answered_once() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, call_id = await chatting(client)
            [form] = shown(house, call_id, FORM)
            values = {"주소": " 서울 </script><img src=x onerror=alert(1)> ", "받는 분": "김누리"}
            body = {"shown": form, "values": values}
            assert (await client.post(f"/call/calls/{token}/answers", json=body)).status_code == 204
            assert told(house, call_id, PageAnswered) == [
                PageAnswered({"받는 분": "김누리", "주소": "서울 </script><img src=x onerror=alert(1)>"})
            ]
            assert (await client.post(f"/call/calls/{token}/answers", json=body)).status_code == 409
            assert len(told(house, call_id, PageAnswered)) == 1

    run(work())


def test_a_form_is_turned_down() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, call_id = await chatting(client)
            [form] = shown(house, call_id, FORM)
            answer = await client.post(f"/call/calls/{token}/answers", json={"shown": form, "values": {}})
            assert answer.status_code == 204
            assert told(house, call_id, PageAnswered) == [PageAnswered({})]

    run(work())


def test_of_two_forms_the_newest_counts() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, call_id = await chatting(client)
            old, page, new = shown(house, call_id, FORM, PAGE, FORM)
            for number in (old, page, new + 1, 0):
                body = {"shown": number, "values": {"주소": "서울"}}
                answer = await client.post(f"/call/calls/{token}/answers", json=body)
                assert answer.status_code == 409
                assert set(answer.json()) == {"error", "cure"}
            body = {"shown": new, "values": {"주소": "서울"}}
            assert (await client.post(f"/call/calls/{token}/answers", json=body)).status_code == 204
            assert told(house, call_id, PageAnswered) == [PageAnswered({"주소": "서울"})]

    run(work())


def test_no_form_and_no_page() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, _ = await chatting(client)
            body: dict[str, Any] = {"shown": 0, "values": {"주소": "서울"}}
            assert (await client.post(f"/call/calls/{token}/answers", json=body)).status_code == 409
            assert (await client.post(f"/call/calls/{token}/opened", json={"shown": 0})).status_code == 409
            assert (await client.post(f"/call/calls/{OTHERS}/answers", json=body)).status_code == 404
            assert not house.calls.asked

    run(work())


@pytest.mark.parametrize(
    "body",
    [
        {"shown": 1, "values": {"비밀번호": "1234"}},
        {"shown": 1, "values": {"주소": "가" * 501}},
        {"shown": 1, "values": {"주소": "서울\0"}},
        {"shown": 1, "values": {"주소": 7}},
        {"shown": 1, "values": {"주소": ["서울"]}},
        {"shown": 1, "values": {str(number): "" for number in range(51)}},
        {"shown": 1},
        {"shown": -1, "values": {}},
        {"shown": "a", "values": {}},
        {"shown": 1, "values": {}, "more": 1},
    ],
)
def test_answers_that_do_not_fit(body: dict[str, Any]) -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, call_id = await chatting(client)
            assert shown(house, call_id, FORM) == [1]
            assert (await client.post(f"/call/calls/{token}/answers", json=body)).status_code == 422
            fits = {"shown": 1, "values": {"주소": "가" * 500}}
            assert (await client.post(f"/call/calls/{token}/answers", json=fits)).status_code == 204

    run(work())


def test_that_a_page_was_opened_is_told_once_and_with_consent() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, call_id = await chatting(client)
            form, page = shown(house, call_id, FORM, PAGE)
            for _ in range(2):
                assert (await client.post(f"/call/calls/{token}/opened", json={"shown": page})).status_code == 204
            assert told(house, call_id, ConsentGiven, PageAnswered) == [
                ConsentGiven("화면 함께 보기"),
                PageAnswered({"opened": "배송 조회"}),
            ]
            assert (await client.post(f"/call/calls/{token}/opened", json={"shown": form})).status_code == 409
            body = {"shown": form, "values": {"주소": "서울"}}
            assert (await client.post(f"/call/calls/{token}/answers", json=body)).status_code == 204

    run(work())


def test_an_answer_that_did_not_arrive_may_be_sent_again() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, call_id = await chatting(client)
            [form] = shown(house, call_id, FORM)
            log = house.calls.logs.pop(call_id)  # its process does not answer
            body = {"shown": form, "values": {"주소": "서울"}}
            assert (await client.post(f"/call/calls/{token}/answers", json=body)).status_code == 409
            house.calls.logs[call_id] = log
            assert (await client.post(f"/call/calls/{token}/answers", json=body)).status_code == 204

    run(work())


def test_answers_are_counted_among_what_is_entered() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token, call_id = await chatting(client)
            shown(house, call_id, *[PAGE] * (2 * ENTRIES_AT_ONCE))
            statuses = [
                (await client.post(f"/call/calls/{token}/opened", json={"shown": number})).status_code
                for number in range(2 * ENTRIES_AT_ONCE, 0, -1)
            ]
            assert statuses[0] == 204 and 429 in statuses

    run(work())


# ---- what does not fit


@pytest.mark.parametrize(
    "body",
    [
        {"sdp": ""},
        {"sdp": "x" * 60_001},
        {"sdp": "v=0\0"},
        {"sdp": SDP, "called": "1" * 65},
        {"sdp": SDP, "called": "1588 0000"},
        {"sdp": SDP, "called": "../.."},
        {"sdp": SDP, "variables": {"paid": "yes"}},
        {"sdp": 7},
        {},
        [],
    ],
)
def test_offers_that_do_not_fit(body: Any) -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            answer = await client.post("/call/calls", json=body)
            assert answer.status_code == 422
            assert set(answer.json()) == {"error", "cure"}
            assert not house.calls.offered and not house.came_from

    run(work())


def test_the_longest_offer_fits() -> None:
    async def work() -> None:
        async with client_of(House()) as client:
            assert (await client.post("/call/calls", json={"sdp": "x" * 60_000})).status_code == 201
            assert (await client.post("/call/calls", json={"sdp": "가" * 60_000})).status_code == 413

    run(work())


@pytest.mark.parametrize(
    "what, body",
    [
        ("keys", {"keys": ""}),
        ("keys", {"keys": "1" * 33}),
        ("keys", {"keys": "A"}),
        ("keys", {"keys": "1\n"}),
        ("keys", {"keys": "１"}),
        ("text", {"text": "  "}),
        ("text", {"text": "가" * 501}),
        ("text", {"text": "반품\0"}),
        ("text", {"text": "반품", "turn": 1}),
        ("offer", {"sdp": "x" * 60_001}),
    ],
)
def test_entries_that_do_not_fit(what: str, body: dict[str, Any]) -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token = await begun(client, house)
            assert (await client.post(f"/call/calls/{token}/{what}", json=body)).status_code == 422
            assert not house.calls.asked

    run(work())


def test_half_a_surrogate_pair_is_no_text() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token = await begun(client, house)
            body = rb'{"text": "\ud800"}'
            headers = {"content-type": "application/json"}
            answer = await client.post(f"/call/calls/{token}/text", content=body, headers=headers)
            assert answer.status_code == 422

    run(work())


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_no_other_site_makes_its_visitors_call(kind: str | None) -> None:
    """A page elsewhere can post what is no JSON without asking first (CORS, simple requests)."""

    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            headers = {"content-type": kind} if kind else {}
            answer = await client.post("/call/calls", content=b'{"sdp": "v=0"}', headers=headers)
            assert answer.status_code == 422
            assert not house.calls.offered

    run(work())


# ---- no call now


@pytest.mark.parametrize(
    "refused, status, retry_after",
    [
        (Refused("busy"), 503, "10"),
        (Refused("the service is going down"), 503, "60"),
        (Refused("no media process is up"), 503, "60"),
        (Refused("the offer has none of the codecs opus, PCMU, PCMA", is_description=True), 422, None),
    ],
)
def test_a_service_that_takes_no_call(refused: Refused, status: int, retry_after: str | None) -> None:
    async def work() -> None:
        house = House()
        house.calls.refused = [refused]
        async with client_of(house) as client:
            answer = await client.post("/call/calls", json={"sdp": SDP})
            assert answer.status_code == status
            assert answer.headers.get("retry-after") == retry_after
            assert refused.reason in answer.json()["error"]
            assert (await client.post("/call/calls", json={"sdp": SDP})).status_code == 201

    run(work())


def test_who_calls_too_often_waits() -> None:
    async def work() -> None:
        house = House(lets_in=False)
        async with client_of(house) as client:
            answer = await client.post("/call/calls", json={"sdp": SDP})
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
            assert not house.calls.offered

    run(work())


def test_an_offer_that_a_call_cannot_go_on_by() -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token = await begun(client, house)
            house.calls.refused = [Refused("the offer has no audio", is_description=True), Refused("it is stuck")]
            for status in (422, 503):
                assert (await client.post(f"/call/calls/{token}/offer", json={"sdp": SDP})).status_code == status

    run(work())


@pytest.mark.parametrize(
    "what, body, most", [("offer", {"sdp": SDP}, OFFERS_AT_ONCE), ("keys", {"keys": "1"}, ENTRIES_AT_ONCE)]
)
def test_a_program_that_asks_faster_than_a_person(what: str, body: dict[str, str], most: int) -> None:
    async def work() -> None:
        house = House()
        async with client_of(house) as client:
            token = await begun(client, house)
            statuses = [
                (await client.post(f"/call/calls/{token}/{what}", json=body)).status_code for _ in range(2 * most)
            ]
            assert 429 not in statuses[:most] and statuses[-1] == 429
            assert len(house.calls.asked) < 2 * most

    run(work())
