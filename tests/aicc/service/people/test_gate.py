"""Who comes in by session, and what they may do: every path, every role, and what other sites try with a browser."""

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from aicc.service.people import Site
from aicc.service.people.rights import OPEN, RULES, ruling
from tests.aicc.service.people.conftest import ROLES, Desk, Make
from voicebot.log import new_call_id

OWN_HOST = ("origin", "http://aicc")


def filled(path: str, call_id: str) -> str:
    path = path.replace("{call_id}", call_id).replace("{seq}", "1").replace("{session_id}", "0" * 12)
    return re.sub(r"\{\w+\}", "x", path)


def every_path(desk: Desk) -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, methods in desk.app.openapi()["paths"].items()
        for method in methods
        if path.startswith("/api")
    ]


def test_a_stranger_is_a_stranger_everywhere(desk: Desk, call_id: str) -> None:
    async def ask() -> None:
        async with desk.browser() as stranger:
            asked = every_path(desk)
            assert len(asked) > 35
            more = [
                ("GET", "/api/desk"),
                ("GET", "/api/desk/agents"),
                ("GET", "/api/desk/nothing"),
                ("PUT", "/api/desk/"),
            ]
            for method, path in [*asked, *more]:
                if (method, path) in OPEN:
                    continue
                answer = await stranger.request(method, filled(path, call_id))
                assert answer.status_code == 401, (method, path)
                assert set(answer.json()) == {"error", "cure"}
            for odd in ("/api/desk/login/", "/api/desk/LOGIN", "/api/desk/login/ways/x", "/api/desk//login"):
                assert (await stranger.post(odd)).status_code == 401, odd
            assert (await stranger.get("/api/desk/login")).status_code == 401, "another method of an open path"

    asyncio.run(ask())
    assert desk.trail() == [], "strangers do not fill the trail"


def test_every_path_has_a_line_in_the_table(desk: Desk, call_id: str) -> None:
    for method, path in every_path(desk):
        assert (method, path) in OPEN or ruling(method, filled(path, call_id)), (method, path)


def test_the_table_is_kept_for_every_role(desk: Desk, call_id: str) -> None:
    """Whoever may is not refused (403), whoever may not is; on a call that is not theirs."""

    async def ask() -> None:
        for role in ROLES:
            desk.add(role, role)
            async with desk.browser(role, address=f"10.0.2.{ROLES.index(role)}") as browser:
                for rule in RULES:
                    if rule.method == "WS" or rule.action in ("key made", "call placed"):
                        continue
                    if rule.path.pattern.startswith(("/api/desk/logout", "/api/desk/me", "/api/desk/sessions")):
                        continue
                    path = re.sub(
                        r"\(\?P<(\w+)>[^)]*\)", lambda m: call_id if m[1] == "call" else "1", rule.path.pattern
                    )
                    status = (await browser.request(rule.method, path)).status_code
                    assert (status == 403) == (role not in rule.roles), (role, rule.method, path, status)

    asyncio.run(ask())


def test_agents_have_their_own_calls_and_no_others(desk: Desk) -> None:
    own, other = desk.service.begin(), desk.service.begin()
    desk.add("kim")
    desk.own.add(("kim", own))

    async def ask() -> None:
        async with desk.browser("kim") as kim:
            for path in ("", "/events", "/assist", "/suggestions"):
                assert (await kim.get(f"/api/calls/{own}{path}")).status_code == 200, path
                assert (await kim.get(f"/api/calls/{other}{path}")).status_code == 403, path
            assert (await kim.post(f"/api/desk/calls/{own}/hold")).status_code == 204
            assert (await kim.post(f"/api/desk/calls/{other}/hold")).status_code == 403
            assert (await kim.post(f"/api/desk/calls/{own}/listen")).status_code == 403, "for supervisors"
            assert (await kim.post(f"/api/calls/{own}/hang_up")).status_code == 403, "the desk has its own"
            for lists in ("/api/calls", "/api/keys", "/api/deliveries", "/api/desk/people", "/api/desk/audit"):
                assert (await kim.get(lists)).status_code == 403, lists

    asyncio.run(ask())
    refused = [one for one in desk.trail() if one.action == "refused"]
    assert {one.person for one in refused} == {"kim"} and {one.outcome for one in refused} == {"not for agent"}
    assert f"GET /api/calls/{other}/events" in [one.object for one in refused]


def test_crafted_ids_reach_nobody(desk: Desk) -> None:
    call_id = desk.service.begin()
    desk.add("kim")
    desk.own.add(("kim", call_id))
    crafted = [call_id.upper(), f"{call_id}%00", f"{call_id}%2f..", "..%2f..", "%", "' OR 1=1 --", "x", f"{call_id}%0a"]

    async def ask() -> None:
        async with desk.browser("kim") as kim:
            desk.asked.clear()
            for one in crafted:
                assert (await kim.get(f"/api/calls/{one}/events")).status_code in (403, 404), one
            assert desk.asked == [], "they are no calls, and nobody is asked about them"
            assert (await kim.get(f"/api/calls/{new_call_id()}")).status_code == 403

    asyncio.run(ask())
    assert len([one for one in desk.trail() if one.action == "refused"]) == len(crafted) + 1


def test_without_somebody_who_knows_agents_have_no_calls(make_desk: Make) -> None:
    desk = make_desk(has_sees=False)
    call_id = desk.service.begin()
    desk.add("kim")
    desk.add("park", "supervisor")

    async def ask() -> None:
        async with desk.browser("kim") as kim, desk.browser("park") as park:
            assert (await kim.get(f"/api/calls/{call_id}")).status_code == 403
            assert (await park.get(f"/api/calls/{call_id}")).status_code == 200

    asyncio.run(ask())


def test_who_sees_a_call_may_be_asked_of_a_database(make_desk: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sees(self: Desk, person: object, call_id: str) -> bool:
        await asyncio.sleep(0)
        return call_id == own

    monkeypatch.setattr(Desk, "sees", sees)
    desk = make_desk()
    own, other = desk.service.begin(), desk.service.begin()
    desk.add("kim")

    async def ask() -> list[int]:
        async with desk.browser("kim") as kim:
            return [(await kim.get(f"/api/calls/{one}")).status_code for one in (own, other)]

    assert asyncio.run(ask()) == [200, 403]


def test_what_is_listened_to_is_in_the_trail_once(desk: Desk, call_id: str) -> None:
    desk.add("park", "reviewer")

    async def ask() -> None:
        async with desk.browser("park") as park:
            for _ in range(5):  # a player asks for pieces
                await park.get(f"/api/calls/{call_id}/recording", headers={"range": "bytes=0-1"})
                await park.head(f"/api/calls/{call_id}/recording")
            assert (await park.post(f"/api/desk/calls/{call_id}/listen")).status_code == 403

    asyncio.run(ask())
    [entry] = desk.trail("recording")
    assert (entry.person, entry.object, entry.outcome) == ("park", f"/api/calls/{call_id}/recording", "allowed")
    assert entry.address == "10.0.0.7"


def test_a_change_wants_the_csrf_token(desk: Desk, call_id: str) -> None:
    desk.add("park", "supervisor")
    desk.add("lee", "supervisor")

    async def ask() -> None:
        async with desk.browser("park") as park, desk.browser("lee") as lee:
            right = park.headers.pop("x-csrf-token")
            wrong = ["", "x", right[:-1], right + "x", right.upper(), lee.headers["x-csrf-token"], "é", "null"]
            for token in wrong:
                headers = [(b"x-csrf-token", token.encode("latin-1"))]
                refused = await park.post(f"/api/desk/calls/{call_id}/hold", headers=headers)
                assert (refused.status_code, refused.json()["error"]) == (403, "no right x-csrf-token"), token
            assert (await park.post(f"/api/desk/calls/{call_id}/hold")).status_code == 403
            assert (
                await park.post(f"/api/desk/calls/{call_id}/hold", params={"x-csrf-token": right})
            ).status_code == 403
            assert (await park.post("/api/desk/logout")).status_code == 403
            assert (await park.get("/api/desk/me")).status_code == 200, "reading wants none"
            headers = [(b"x-csrf-token", right.encode())]
            assert (await park.post(f"/api/desk/calls/{call_id}/hold", headers=headers)).status_code == 204

    asyncio.run(ask())
    assert {one.outcome for one in desk.trail("refused")} == {"no right x-csrf-token"}


def test_other_sites_sign_nobody_in(desk: Desk) -> None:
    desk.add("kim")

    async def ask() -> None:
        for origin in (
            "https://evil.example",
            "null",
            "http://aicc.evil.example",
            "http://aicc:81",
            "http://aicc@evil",
        ):
            async with desk.browser(origin=origin) as browser:
                assert (await desk.sign_in(browser, "kim")).status_code == 403, origin
        for origin in ("http://aicc", "http://AICC", "https://aicc"):
            async with desk.browser("kim", origin=origin) as browser:
                assert (await browser.get("/api/desk/me")).status_code == 200

    asyncio.run(ask())


def cookie_of(desk: Desk, name: str) -> tuple[str, str]:
    async def sign_in() -> str:
        async with desk.browser(name) as browser:
            [(cookie, value)] = browser.cookies.items()
            return f"{cookie}={value}"

    return "cookie", asyncio.run(sign_in())


def test_sockets_want_the_cookie_the_role_and_a_page_of_ours(desk: Desk, call_id: str) -> None:
    desk.add("kim")
    desk.add("choi", "designer")
    kim, choi = cookie_of(desk, "kim"), cookie_of(desk, "choi")

    async def ask() -> None:
        live = "/api/desk/live"
        assert await desk.socket(live) == 401
        assert await desk.socket(live, OWN_HOST) == 401
        assert await desk.socket(live, ("cookie", "aicc_session=x"), OWN_HOST) == 401
        assert await desk.socket(live, kim, OWN_HOST) == 101
        assert await desk.socket(live, kim, ("origin", "http://AICC:80")) == 101
        for origin in (
            "https://evil.example",
            "null",
            "",
            "http://aicc.evil",
            "http://aicc:81",
            "ws://aicc",
            "file://",
        ):
            assert await desk.socket(live, kim, ("origin", origin)) == 403, origin
        assert await desk.socket(live, kim) == 403, "no browser, no cookie"
        assert await desk.socket(live, choi, OWN_HOST) == 403
        assert await desk.socket(live, kim, OWN_HOST, ("user-agent", "Firefox")) == 101
        assert await desk.socket("/api/desk/other", kim, OWN_HOST) == 403
        assert await desk.socket(live, ("authorization", f"Bearer {desk.key}")) == 101
        assert await desk.socket(live, ("authorization", "Bearer x"), kim, OWN_HOST) == 401

    asyncio.run(ask())
    assert "another site has opened this socket" in {one.outcome for one in desk.trail("refused")}


def test_the_sockets_of_calls_take_keys_and_people(desk: Desk, call_id: str) -> None:
    desk.add("kim")
    desk.add("lee", "supervisor")
    desk.add("choi", "designer")
    kim, lee, choi = (cookie_of(desk, name) for name in ("kim", "lee", "choi"))
    desk.own.add(("kim", call_id))

    async def ask() -> None:
        one, every = f"/api/calls/{call_id}/live", "/api/live"
        for path in (one, every):
            assert await desk.socket(path) == 101, "the first message shows the key"
            assert await desk.socket(path, ("authorization", "Bearer x")) == 401
            assert await desk.socket(path, lee, OWN_HOST) == 101
            assert await desk.socket(path, lee, ("origin", "https://evil.example")) == 403
            assert await desk.socket(path, choi, OWN_HOST) == 403
            assert await desk.socket(path, ("cookie", "aicc_session=x"), OWN_HOST) == 401
        assert await desk.socket(one, kim, OWN_HOST) == 101, "their own"
        assert await desk.socket(f"/api/calls/{new_call_id()}/live", kim, OWN_HOST) == 403
        assert await desk.socket(every, kim, OWN_HOST) == 403

    asyncio.run(ask())
    assert {(one.person, one.object) for one in desk.trail("events read")} == {
        ("kim", f"/api/calls/{call_id}/live"),
        ("lee", f"/api/calls/{call_id}/live"),
    }
    assert [one.person for one in desk.trail("all calls followed")] == ["lee"]


def test_behind_a_proxy_with_tls(make_desk: Make) -> None:
    desk = make_desk(site=Site("https://desk.example", proxies=("10.0.0.7/32",)))
    desk.add("kim")
    kim = cookie_of(desk, "kim")

    async def ask() -> None:
        live, own = "/api/desk/live", ("origin", "https://desk.example")
        assert await desk.socket(live, kim, own) == 101, "the proxy says another host than the browser"
        assert await desk.socket(live, kim, ("origin", "http://desk.example")) == 403, "a page without TLS"
        async with desk.browser("kim", x_forwarded_for="203.0.113.9, 198.51.100.4") as browser:
            browser.headers["cookie"] = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            [newest, *_] = (await browser.get("/api/desk/sessions")).json()["sessions"]
            assert newest["address"] == "198.51.100.4", "whom the proxy has seen, not what they say"

    asyncio.run(ask())


def test_a_right_key_needs_no_cookie_and_a_wrong_one_is_not_made_good_by_one(desk: Desk) -> None:
    desk.add("kim")

    async def ask() -> None:
        async with desk.browser("kim", authorization=f"Bearer {desk.key}") as both:
            assert (await both.get("/api/keys")).status_code == 200
            del both.headers["x-csrf-token"]
            assert (await both.post("/api/desk/people", json={})).status_code == 422, "past the guard"
        async with desk.browser("kim") as browser:
            browser.headers["authorization"] = "Bearer wrong"
            assert (await browser.get("/api/desk/me")).status_code == 401

    asyncio.run(ask())


def test_a_restart_in_mid_shift_signs_nobody_out(desk: Desk) -> None:
    desk.add("kim")

    async def ask() -> None:
        async with desk.browser("kim") as before:
            cookie = f"aicc_session={before.cookies['aicc_session']}"
            csrf = before.headers["x-csrf-token"]
            desk.renew()
            async with desk.browser(cookie=cookie) as after:
                assert (await after.get("/api/desk/me")).json()["csrf"] == csrf

    asyncio.run(ask())


def test_a_database_that_is_away_signs_nobody_out(desk: Desk, tmp_path: Path) -> None:
    desk.add("kim")

    async def ask() -> None:
        async with desk.browser("kim") as known, desk.browser() as stranger:
            assert (await known.get("/api/desk/config")).status_code == 200
            elsewhere = sqlite3.connect(tmp_path / "data/aicc.db", isolation_level=None)
            elsewhere.execute("ALTER TABLE people RENAME TO people_away")
            assert (await known.get("/api/desk/config")).status_code == 200
            stranger.headers["cookie"] = "aicc_session=x"
            assert (await stranger.get("/api/desk/config")).status_code == 503
            assert (await desk.sign_in(stranger, "kim")).status_code == 503
            desk.clock.wait(minutes=31)
            assert (await known.get("/api/desk/config")).status_code == 401, "not for ever"
            elsewhere.execute("ALTER TABLE people_away RENAME TO people")
            elsewhere.close()
            assert (await known.get("/api/desk/config")).status_code == 401

    asyncio.run(ask())
