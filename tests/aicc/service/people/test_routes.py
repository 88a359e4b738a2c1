"""People sign in, are who they are, and sign out."""

import asyncio
import re
import unicodedata
from http.cookies import SimpleCookie

import httpx
import pytest

from aicc.service.people import Site
from aicc.service.people.passwords import Passwords
from tests.aicc.service.people.conftest import PASSWORD, Clock, Desk, Make
from voicebot.store.people import Person

STRANGERS = [
    ("kim", PASSWORD + "."),
    ("kim", "x"),
    ("nobody", PASSWORD),
    ("\u212aim", PASSWORD),  # the sign for kelvin
    ("kіm", PASSWORD),  # a Cyrillic letter
    ("ｋｉｍ", PASSWORD),
    ("k\u200bim", PASSWORD),
    ("' OR 1=1 --", PASSWORD),
    ("kim' --", PASSWORD),
    ("%", PASSWORD),
    ("oidc-only", PASSWORD),
    ("inactive", PASSWORD),
    ("removed", PASSWORD),
    ("가" * 200, "가" * 256),
]
NO_SIGN_INS: list[object] = [
    {"name": "k\0im", "password": PASSWORD},
    {"name": "kim", "password": "a\0b"},
    {"name": "x" * 201, "password": PASSWORD},
    {"name": "kim", "password": "x" * 257},
    {"name": "kim", "password": ""},
    {"name": "", "password": PASSWORD},
    {"name": ["kim"], "password": PASSWORD},
    {"name": "kim", "password": None},
    {"name": "kim"},
    {"name": "kim", "password": PASSWORD, "role": "admin"},
    [],
    "kim",
]


def test_signing_in_being_somebody_and_signing_out(desk: Desk) -> None:
    desk.add("jiyeong", skills=("일반", "배송"), phone="sip:7001@pbx.example")

    async def live() -> None:
        async with desk.browser() as browser:
            assert (await browser.get("/api/desk/me")).status_code == 401
            answer = await desk.sign_in(browser, "jiyeong")
            told = answer.json()
            assert told["person"] == {
                "name": "jiyeong",
                "shown_name": "jiyeong 님",
                "role": "agent",
                "skills": ["일반", "배송"],
                "phone": "sip:7001@pbx.example",
                "language": "ko",
                "max_chats": 3,
            }
            me = (await browser.get("/api/desk/me")).json()
            assert me == told["person"] | {"csrf": told["csrf"]} and len(me["csrf"]) >= 40
            assert (await browser.get("/api/desk/config")).json() == {"for": "jiyeong"}
            kept = dict(browser.cookies)
            assert (await browser.post("/api/desk/logout")).status_code == 204
            assert dict(browser.cookies) == {}
            browser.cookies.update(kept)
            replayed = await browser.get("/api/desk/me")
            assert (replayed.status_code, replayed.json()["error"]) == (401, "not signed in")

    asyncio.run(live())
    assert [(one.person, one.action, one.outcome) for one in desk.trail()] == [
        ("jiyeong", "login", "by password"),
        ("jiyeong", "logout", "done"),
    ]


def test_the_cookie_is_nobody_elses_to_read_or_send(desk: Desk) -> None:
    desk.add("kim")

    async def ask() -> httpx.Response:
        async with desk.browser() as browser:
            return await desk.sign_in(browser, "kim")

    header = asyncio.run(ask()).headers["set-cookie"]
    assert re.fullmatch(r"aicc_session=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict", header)
    token = SimpleCookie(header)["aicc_session"].value
    [row] = desk.store.people.sessions.of("kim")
    assert token not in repr(row), "the database keeps its hash"


def test_with_tls_and_in_frames_of_the_company(make_desk: Make) -> None:
    desk = make_desk(site=Site("https://desk.example"), address="http://desk.example")
    desk.add("kim")

    async def cookie() -> str:
        async with desk.browser() as browser:
            return (await desk.sign_in(browser, "kim")).headers["set-cookie"]

    plain = asyncio.run(cookie())
    assert plain.startswith("__Host-aicc_session=")
    assert plain.endswith("; Path=/; HttpOnly; SameSite=Strict; Secure")
    desk.site = Site("https://desk.example", embed_origins=("https://crm.example",))
    desk.renew()
    assert asyncio.run(cookie()).endswith("; Path=/; HttpOnly; SameSite=None; Secure; Partitioned")
    desk.site = Site(embed_origins=("https://crm.example",))
    desk.renew()
    assert asyncio.run(cookie()).endswith("SameSite=Strict"), "without TLS there are no cookies in frames"


@pytest.mark.parametrize("name", ["Kim", "KIM ", " kim"])
def test_names_are_written_in_any_case(desk: Desk, name: str) -> None:
    desk.add("kim")

    async def ask() -> int:
        async with desk.browser() as browser:
            return (await desk.sign_in(browser, name)).status_code

    assert asyncio.run(ask()) == 200


def test_whoever_is_not_proven_hears_the_same(desk: Desk) -> None:
    desk.add("admin", "admin")
    for one in ("kim", "inactive", "removed"):
        desk.add(one)
    desk.store.people.add(Person("oidc-only", "오", "agent"))
    desk.store.people.change("inactive", is_active=False)
    desk.store.people.remove("removed")

    async def ask() -> None:
        for number, (name, password) in enumerate(STRANGERS):
            async with desk.browser(address=f"10.0.3.{number}") as browser:
                answer = await desk.sign_in(browser, name, password)
                assert answer.status_code == 401, name
                assert answer.json()["error"] == "the name or the password is wrong"
                assert "set-cookie" not in answer.headers

    asyncio.run(ask())


def test_what_is_no_sign_in_is_told_so(desk: Desk) -> None:
    desk.add("kim")

    async def ask() -> None:
        async with desk.browser() as browser:
            for body in NO_SIGN_INS:
                answer = await browser.post("/api/desk/login", json=body)
                assert answer.status_code == 422, body
                assert PASSWORD not in answer.text and "a\0b" not in answer.text

    asyncio.run(ask())


def test_half_a_surrogate_pair_is_no_password(desk: Desk) -> None:
    desk.add("kim")

    async def ask() -> int:
        async with desk.browser() as browser:
            body = b'{"name": "kim", "password": "\\ud800"}'
            return (await browser.post("/api/desk/login", content=body)).status_code

    assert asyncio.run(ask()) == 422


def test_a_password_is_the_same_whichever_way_it_is_typed(desk: Desk) -> None:
    desk.add("kim")

    async def ask() -> int:
        async with desk.browser() as browser:
            return (await desk.sign_in(browser, "kim", unicodedata.normalize("NFD", PASSWORD))).status_code

    assert asyncio.run(ask()) == 200


def test_unknown_names_cost_as_much_as_known_ones(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("kim")
    desk.store.people.add(Person("oidc-only", "오", "agent"))
    compared: list[str] = []
    verify = Passwords._verify

    def counted(self: Passwords, password_hash: str, password: str) -> bool:
        compared.append(password_hash)
        return verify(self, password_hash, password)

    monkeypatch.setattr(Passwords, "_verify", counted)

    async def ask() -> None:
        async with desk.browser() as browser:
            for name in ("kim", "nobody", "oidc-only", "가" * 200):
                await desk.sign_in(browser, name, "wrong password")

    asyncio.run(ask())
    assert len(compared) == 4
    assert len({one.rpartition("$")[0].rpartition("$")[0] for one in compared}) == 1, "with the same parameters"


def test_guessing_ends_soon(desk: Desk, clock: Clock) -> None:
    desk.add("kim")

    async def ask() -> None:
        async with desk.browser() as browser:
            statuses = [(await desk.sign_in(browser, "kim", "wrong")).status_code for _ in range(7)]
            assert statuses == [401] * 5 + [429] * 2
            refused = await desk.sign_in(browser, "kim")
            assert refused.status_code == 429, "not even with the right one"
            assert 0 < int(refused.headers["retry-after"]) <= 15 * 60
        clock.wait(minutes=15, seconds=1)
        async with desk.browser("kim") as browser:
            assert (await browser.get("/api/desk/me")).status_code == 200

    asyncio.run(ask())
    told = [(one.person, one.outcome) for one in desk.trail("login")]
    assert told[:5] == [("kim", "refused: wrong name or password")] * 5
    assert told[5:] == [("", "refused: too many failures"), ("kim", "by password")]


def test_guesses_at_once_do_not_slip_through(desk: Desk) -> None:
    desk.add("kim")

    async def ask() -> list[int]:
        async with desk.browser() as browser:
            answers = await asyncio.gather(*(desk.sign_in(browser, "kim", f"guess {n}") for n in range(30)))
            return sorted(answer.status_code for answer in answers)

    assert asyncio.run(ask()) == [401] * 5 + [429] * 25


def test_what_is_typed_as_a_name_by_mistake_is_not_written_down(desk: Desk) -> None:
    async def ask() -> None:
        async with desk.browser() as browser:
            await desk.sign_in(browser, "my secret password", "x")

    asyncio.run(ask())
    assert desk.trail() != [] and "secret" not in repr(desk.trail())


def test_many_sign_in_at_once_and_each_is_themselves(desk: Desk) -> None:
    names = [f"agent{number}" for number in range(20)]
    for name in names:
        desk.add(name)

    async def one(name: str) -> str:
        async with desk.browser(name, address=f"10.0.1.{len(name)}") as browser:
            return str((await browser.get("/api/desk/me")).json()["name"])

    async def ask() -> list[str]:
        return await asyncio.gather(*map(one, names))

    assert asyncio.run(ask()) == names


def test_a_planted_cookie_is_not_taken_over(desk: Desk) -> None:
    desk.add("kim")

    async def live() -> None:
        async with desk.browser() as browser:
            browser.cookies.set("aicc_session", "planted-by-somebody-else", domain="aicc.local")
            await desk.sign_in(browser, "kim")
        async with desk.browser() as attacker:
            attacker.headers["cookie"] = "aicc_session=planted-by-somebody-else"
            assert (await attacker.get("/api/desk/me")).status_code == 401

    asyncio.run(live())


def test_signing_in_again_leaves_the_former_session_behind(desk: Desk) -> None:
    desk.add("kim")

    async def live() -> None:
        async with desk.browser("kim") as browser:
            former = browser.cookies["aicc_session"]
            await desk.sign_in(browser, "kim")
            assert browser.cookies["aicc_session"] != former
            async with desk.browser() as other:
                other.headers["cookie"] = f"aicc_session={former}"
                assert (await other.get("/api/desk/me")).status_code == 401

    asyncio.run(live())
    assert len(desk.store.people.sessions.of("kim")) == 1


def test_a_new_password_ends_all_other_sessions(desk: Desk) -> None:
    desk.add("kim")
    new = "된장찌개 한 그릇 주세요"

    async def live() -> None:
        async with desk.browser("kim") as here, desk.browser("kim", agent="Chrome") as there:

            async def change(old: str, to: str) -> httpx.Response:
                return await here.put("/api/desk/me/password", json={"old": old, "new": to})

            assert (await change("wrong", new)).status_code == 401
            for unfit in ("tiny", "kim kim kim", "aaaaaaaaaaaa", "x" * 257):
                refused = await change(PASSWORD, unfit)
                assert refused.status_code == 422 and unfit not in refused.text, unfit
            assert (await there.get("/api/desk/me")).status_code == 200
            assert (await change(PASSWORD, new)).status_code == 204
            assert (await here.get("/api/desk/me")).status_code == 200
            assert (await there.get("/api/desk/me")).status_code == 401
            assert (await desk.sign_in(there, "kim")).status_code == 401
            assert (await desk.sign_in(there, "kim", new)).status_code == 200

    asyncio.run(live())
    assert [one.outcome for one in desk.trail("password")] == ["refused: wrong name or password", "changed"]


def test_somebody_elses_screen_is_no_place_to_guess_the_old_password(desk: Desk) -> None:
    desk.add("kim")

    async def live() -> list[int]:
        async with desk.browser("kim") as here:
            bodies = [{"old": f"guess {n}", "new": "된장찌개 세 그릇만"} for n in range(7)]
            return [(await here.put("/api/desk/me/password", json=body)).status_code for body in bodies]

    assert asyncio.run(live()) == [401] * 5 + [429] * 2


def test_one_sees_and_ends_ones_own_sessions(desk: Desk) -> None:
    desk.add("kim")
    desk.add("lee")

    async def live() -> None:
        async with (
            desk.browser("kim") as here,
            desk.browser("kim", agent="Chrome", address="10.0.0.8") as there,
            desk.browser("kim", agent="Edge") as third,
            desk.browser("lee") as stranger,
        ):
            listed = (await here.get("/api/desk/sessions")).json()["sessions"]
            assert {(one["agent"], one["address"], one["is_this"]) for one in listed} == {
                ("Firefox", "10.0.0.7", True),
                ("Chrome", "10.0.0.8", False),
                ("Edge", "10.0.0.7", False),
            }
            chrome = next(one["id"] for one in listed if one["agent"] == "Chrome")
            assert (await stranger.delete(f"/api/desk/sessions/{chrome}")).status_code == 404
            assert (await stranger.delete("/api/desk/sessions/..%2f..")).status_code in (403, 404, 422)
            assert (await here.delete(f"/api/desk/sessions/{chrome}")).status_code == 204
            assert (await there.get("/api/desk/me")).status_code == 401
            assert (await third.get("/api/desk/me")).status_code == 200
            assert (await here.delete("/api/desk/sessions")).json() == {"ended": 1}
            assert (await third.get("/api/desk/me")).status_code == 401
            assert (await stranger.get("/api/desk/me")).status_code == 200

    asyncio.run(live())


def test_the_language_is_ones_own_choice(desk: Desk) -> None:
    desk.add("kim")

    async def live() -> None:
        async with desk.browser("kim") as browser:
            assert (await browser.patch("/api/desk/me", json={"language": "en"})).json()["language"] == "en"
            assert (await browser.get("/api/desk/me")).json()["language"] == "en"
            for body in ({"language": "xx"}, {"role": "admin"}, {"language": "ko", "role": "admin"}):
                assert (await browser.patch("/api/desk/me", json=body)).status_code == 422
            assert (await browser.get("/api/desk/me")).json()["role"] == "agent"

    asyncio.run(live())


def test_ways_to_sign_in_are_told_to_strangers(desk: Desk) -> None:
    async def ask() -> None:
        async with desk.browser() as browser:
            told = (await browser.get("/api/desk/login/ways")).json()
            assert (told["oidc"], told["title"], told["signed_in"]) == (False, "", False)
            assert told["faults"]["away"]["ko"].startswith("회사 로그인 서버가 응답하지 않습니다")
            assert (await browser.get("/api/desk/login/oidc")).status_code == 404
            assert (await browser.get("/api/desk/login/oidc/back")).status_code == 404
            browser.cookies.set("aicc_session", "x" * 43)
            assert not (await browser.get("/api/desk/login/ways")).json()["signed_in"]
        desk.add("kim")
        async with desk.browser("kim") as browser:
            assert (await browser.get("/api/desk/login/ways")).json()["signed_in"]

    asyncio.run(ask())


def test_a_key_is_no_person_and_may_do_the_rest(desk: Desk) -> None:
    async def ask() -> None:
        async with desk.browser(authorization=f"Bearer {desk.key}") as system:
            assert (await system.get("/api/desk/config")).json() == {"for": "a key"}
            assert (await system.get("/api/desk/people")).json() == {"people": []}
            for method, path in (("get", "me"), ("get", "sessions"), ("post", "logout")):
                refused = await system.request(method, f"/api/desk/{path}")
                assert (refused.status_code, refused.json()["error"]) == (403, "a key of the api is no person")

    asyncio.run(ask())
