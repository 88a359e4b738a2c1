"""The desk over HTTP: who may do what with which call, and what odd requests are answered."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI, WebSocket

from aicc.people_settings import PeopleSettings
from aicc.service.api.desk import desk_routes
from aicc.service.api.guard import Guard
from aicc.service.api.keys import KeyRing
from aicc.service.api.problem import tell_problems
from aicc.service.people import Gate, People, Session
from aicc.service.people.routes import desk_login
from tests.fakes.desk import Shift
from voicebot.log import new_call_id
from voicebot.store import Store
from voicebot.store.people import Person

PASSWORD = "김치찌개 두 그릇 주세요"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASH = CHEAP.hash(PASSWORD)
ODD_IDS = ["0", "..", "%2e%2e", "%00", "null", "' OR 1=1 --", "가", "a" * 300, "01a205d4-dee9-0131-aa14-dc3947899591"]
WANTED: dict[str, Any] = {
    "leg": {"sdp": "v=0"},
    "accept": None,
    "refuse": None,
    "hold": None,
    "resume": None,
    "hang_up": None,
    "keys": {"keys": "1"},
    "consult": {"to": "lee"},
    "end_consult": None,
    "conference": None,
    "transfer": {"how": "cold", "to": "lee"},
    "show": {"kind": "page", "title": "안내", "url": "https://example.com/"},
    "message": {"text": "안녕하세요"},
    "done": None,
}
SUPERVISORS: dict[str, Any] = {"take": None, "listen": {"how": "listening"}}


class Site:
    """A shift whose people come by HTTP."""

    def __init__(self, shift: Shift, store: Store) -> None:
        self.shift, self.store = shift, store
        self.key = store.add_key("tests")
        self.people = People(store.people, PeopleSettings(), None, CHEAP)
        self.app = FastAPI()
        tell_problems(self.app)
        self.app.include_router(desk_login(self.people))
        self.app.include_router(desk_routes(shift.service, self._signed_in, self.people.sessions.still_valid))
        self.app.add_middleware(Guard, keys=KeyRing(store), gate=Gate(self.people, shift.service.sees))
        self._browsers: dict[str, httpx.AsyncClient] = {}

    async def _signed_in(self, socket: WebSocket) -> Session | None:
        session: Session | None = getattr(socket.state, "session", None)
        if session is None:
            await socket.close(4401, "sign in at /desk")
        return session

    def client(self, **headers: str) -> httpx.AsyncClient:
        wire = httpx.ASGITransport(self.app, client=("127.0.0.1", 50_000))  # raises what would be a 500
        return httpx.AsyncClient(transport=wire, base_url="http://aicc", headers={"user-agent": "Firefox", **headers})

    def add(self, name: str, role: Any = "agent", skills: tuple[str, ...] = ("일반",)) -> None:
        self.store.people.add(Person(name, f"{name} 님", role, skills), HASH)

        async def sign_in() -> None:
            browser = self._browsers[name] = self.client()
            told = await browser.post("/api/desk/login", json={"name": name, "password": PASSWORD})
            browser.headers["x-csrf-token"] = told.json()["csrf"]

        self.shift.run(sign_in())

    def at_work(self, name: str, *skills: str) -> Any:
        self.add(name, skills=skills or ("일반",))
        panel = self.shift.panel(name)
        assert self.ask(name, "PUT", "/state", {"state": "ready"}).status_code == 204
        return panel

    def ask(self, name: str, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.shift.run(self._browsers[name].request(method, f"/api/desk{path}", json=body))

    def post(self, name: str, call: str, what: str, body: Any = None) -> httpx.Response:
        return self.ask(name, "POST", f"/calls/{call}/{what}", body)

    def by_key(self, method: str, path: str, body: Any = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with self.client(authorization=f"Bearer {self.key}") as client:
                return await client.request(method, f"/api/desk{path}", json=body)

        return self.shift.run(ask())

    def refusals(self, name: str) -> list[str]:
        """What the audit trail has of it."""
        return [one.object for one in self.store.people.audit.read() if (one.action, one.person) == ("refused", name)]

    def close(self) -> None:
        async def close() -> None:
            for browser in self._browsers.values():
                await browser.aclose()
            await self.people.close()

        self.shift.run(close())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store.open(f"sqlite:///{tmp_path}/aicc.db")) as opened:
        yield opened


@pytest.fixture
def site(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    shift = Shift(store, monkeypatch)
    site = Site(shift, store)
    yield site
    site.close()
    shift.close()


@pytest.fixture
def call(site: Site) -> str:
    """kim has a caller, by the API alone; lee is there too."""
    panel = site.at_work("kim")
    call = site.shift.waiting()
    assert panel.rings == [call]
    told = site.post("kim", call, "leg", {"sdp": "v=0"})
    assert told.json() == {"leg": "kim.1", "sdp": "our description"}
    assert site.post("kim", call, "accept").status_code == 204
    assert site.shift.hears(call, "kim")
    site.at_work("lee", "없음")
    return call


def test_an_agent_s_day(site: Site, call: str) -> None:
    shift = site.shift
    assert site.post("kim", call, "hold").status_code == 204
    assert shift.hears(call)
    assert site.post("kim", call, "resume").status_code == 204
    assert site.post("kim", call, "keys", {"keys": "12#"}).status_code == 204
    assert shift.calls[call].keys == ["12#"]
    assert site.post("kim", call, "leg", {"sdp": "v=0", "leg": "kim.1"}).json()["sdp"] == "our new answer"
    assert site.post("kim", call, "consult", {"to": "lee"}).status_code == 204
    assert site.post("lee", call, "leg", {"sdp": "v=0"}).status_code == 200
    assert site.post("lee", call, "accept").status_code == 204
    assert site.post("kim", call, "transfer", {"how": "warm"}).status_code == 204
    assert shift.hears(call, "lee")
    agents = site.ask("kim", "GET", "/agents").json()["agents"]
    assert {agent["name"]: (agent["state"], agent["call_id"]) for agent in agents} == {
        "kim": ("wrapping", None),
        "lee": ("talking", call),
    }
    assert site.post("lee", call, "hang_up").status_code == 204
    assert shift.calls[call].ending == ("agent", "hung_up")
    assert site.post("lee", call, "done").status_code == 204
    assert shift.state("lee") == "ready"
    [queue] = [one for one in site.ask("kim", "GET", "/queues").json()["queues"] if one["skill"] == "일반"]
    assert (queue["waiting"], queue["answered"]) == (0, 1)
    assert site.ask("kim", "GET", "/config").json()["company"] == "누리"


def test_a_foreign_call_is_refused_and_noted(site: Site, call: str) -> None:
    for what, body in (WANTED | SUPERVISORS).items():
        answer = site.post("lee", call, what, body)
        assert answer.status_code == 403, what
        assert set(answer.json()) == {"error", "cure"}
    assert {f"POST /api/desk/calls/{call}/{what}" for what in WANTED | SUPERVISORS} <= set(site.refusals("lee"))
    assert site.shift.hears(call, "kim")
    assert site.shift.parts(call) == {"kim": "talking"}
    assert site.refusals("kim") == []


def test_crafted_ids_are_nobody_s_calls(site: Site, call: str) -> None:
    site.add("sun", "supervisor")
    site.shift.pass_s(6)
    for odd in (*ODD_IDS, new_call_id(), call.upper(), call + "0"):
        for what, body in (WANTED | SUPERVISORS).items():
            for name in ("kim", "sun"):
                status = site.post(name, odd, what, body).status_code
                allowed = (401, 403, 404, 405, 409, 422)
                assert status in allowed or (what == "done" and status == 204), (name, odd, what, status)
    for odd in ODD_IDS:
        assert site.ask("kim", "POST", f"/messages/{odd}/read").status_code in (403, 404, 405), odd
        assert site.ask("kim", "DELETE", f"/callbacks/{odd}").status_code in (403, 404, 405), odd
    assert site.shift.hears(call, "kim")


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("leg", None),
        ("leg", {}),
        ("leg", {"sdp": ""}),
        ("leg", {"sdp": "x" * 60_001}),
        ("leg", {"sdp": "v=0", "leg": ""}),
        ("leg", {"sdp": 1}),
        ("keys", {"keys": "1a"}),
        ("keys", {"keys": "1" * 41}),
        ("keys", {"keys": ""}),
        ("consult", {"to": "  "}),
        ("consult", {"to": "x" * 101}),
        ("consult", {"to": None}),
        ("consult", {"to": "아무개"}),
        ("consult", {"to": "sip:a@b"}),
        ("transfer", {"how": "hot", "to": "lee"}),
        ("transfer", {"to": "lee"}),
        ("transfer", {"how": "cold"}),
        ("transfer", {"how": "cold", "to": "kim"}),
        ("transfer", {"how": "queue"}),
        ("show", {"kind": "page", "title": "안내"}),
        ("show", {"kind": "page", "title": "안내", "url": "javascript:alert(1)"}),
        ("show", {"kind": "page", "title": "안내", "url": 'https://x/"onload'}),
        ("show", {"kind": "form", "title": "안내"}),
        ("show", {"kind": "form", "title": "안내", "fields": ["가"] * 13}),
        ("show", {"kind": "form", "title": "안내", "fields": ["가"], "url": "https://x/"}),
        ("show", {"kind": "film", "title": "안내"}),
        ("message", {"text": ""}),
        ("message", {"text": "가" * 2_001}),
        ("message", {"text": "가", "to": "kim"}),
        ("message", []),
    ],
)
def test_what_is_not_understood_changes_nothing(site: Site, call: str, what: str, body: Any) -> None:
    answer = site.post("kim", call, what, body)
    assert answer.status_code == 422, answer.text
    assert set(answer.json()) == {"error", "cure"}
    assert site.shift.hears(call, "kim")
    assert site.shift.state("kim") == "talking"


def test_too_late_is_told_as_such(site: Site, call: str) -> None:
    site.shift.hangs_up(call)
    for what, body in WANTED.items():
        if what != "done":
            assert site.post("kim", call, what, body).status_code in (403, 409), what
    assert site.post("kim", call, "hold").json()["error"] == "the call is over"


def test_a_telephone_has_no_page_to_show_on(site: Site, call: str) -> None:
    answer = site.post("kim", call, "show", WANTED["show"])
    assert (answer.status_code, answer.json()["error"]) == (409, "the caller has no page open: it is a telephone")


def test_a_key_reads_and_takes_no_calls(site: Site, call: str) -> None:
    for path in ("/config", "/agents", "/queues", "/callbacks", "/messages"):
        assert site.by_key("GET", path).status_code == 200, path
    assert site.by_key("PUT", "/state", {"state": "ready"}).status_code == 403
    for what, body in (WANTED | SUPERVISORS).items():
        assert site.by_key("POST", f"/calls/{call}/{what}", body).status_code == 403, what
    assert site.shift.hears(call, "kim")


def test_messages_and_callbacks(site: Site, store: Store) -> None:
    site.add("kim")
    call = new_call_id()
    message = store.desk.add_message(call, "01012345678", "전화 주세요", datetime(2026, 11, 23, tzinfo=UTC))
    callback = store.desk.add_callback("01012345678", datetime(2026, 11, 23, 9, tzinfo=UTC), "일반", "메모", call)
    [told] = site.ask("kim", "GET", "/messages").json()["messages"]
    assert (told["id"], told["text"], told["read_by"]) == (message.id, "전화 주세요", None)
    assert site.ask("kim", "POST", f"/messages/{message.id}/read").status_code == 204
    assert site.ask("kim", "GET", "/messages").json()["messages"][0]["read_by"] == "kim"
    assert site.ask("kim", "POST", f"/messages/{call}/read").status_code == 404
    [told] = site.ask("kim", "GET", "/callbacks").json()["callbacks"]
    assert (told["id"], told["number"], told["status"], told["at"]) == (
        callback.id,
        "01012345678",
        "waiting",
        "2026-11-23T09:00:00Z",
    )


def test_states_are_chosen_from_two(site: Site) -> None:
    site.at_work("kim")
    for odd in ("talking", "wrapping", "", "READY", None):
        assert site.ask("kim", "PUT", "/state", {"state": odd}).status_code == 422
    assert site.shift.state("kim") == "ready"
    assert site.ask("kim", "PUT", "/state", {"state": "away"}).status_code == 204
    assert site.shift.state("kim") == "away"


def test_a_supervisor_listens_by_http(site: Site, call: str) -> None:
    site.add("sun", "supervisor")
    site.shift.pass_s(6)
    assert site.post("sun", call, "listen", {"how": "listening"}).status_code == 409, "without sound"
    assert site.post("sun", call, "leg", {"sdp": "v=0"}).status_code == 200
    for how, part in (("listening", "listening"), ("whispering", "whispering"), ("taking_over", "talking")):
        assert site.post("sun", call, "listen", {"how": how}).status_code == 204
        assert site.shift.parts(call)["sun"] == part
    assert site.shift.hears(call, "sun")


# ---- the panel's socket


def opened(site: Site, headers: list[tuple[str, str]], says: list[Any]) -> list[Any]:
    """What comes over a socket of the app before ``says`` is read to its end."""
    sent: list[Any] = []
    told = iter([{"type": "websocket.connect"}, *says, {"type": "websocket.disconnect", "code": 1001}])

    async def receive() -> Any:
        await asyncio.sleep(0)
        return next(told)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/api/desk/live",
        "raw_path": b"/api/desk/live",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in [("host", "aicc"), *headers]],
        "client": ("127.0.0.1", 50_000),
        "server": ("aicc", 80),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    app: Callable[..., Awaitable[None]] = site.app
    site.shift.run(app(scope, receive, send))
    return sent


def test_the_socket_is_for_who_has_signed_in(site: Site) -> None:
    site.at_work("kim")
    cookies = "; ".join(f"{name}={value}" for name, value in site._browsers["kim"].cookies.items())
    own = [("origin", "http://aicc"), ("user-agent", "Firefox"), ("cookie", cookies)]
    accepted, *messages = opened(site, own, [])
    assert accepted["type"] == "websocket.accept"
    assert json.loads(messages[0]["text"])["type"] == "desk"
    assert opened(site, own[1:], [])[0]["status"] == 403, "another site's page"
    assert opened(site, own[:2], [])[0]["status"] == 401
    by_key = opened(site, [("authorization", f"Bearer {site.key}")], [])
    assert by_key[-1]["type"] in ("websocket.close", "websocket.http.response.body")
    assert not any(message["type"] == "websocket.accept" for message in by_key)
