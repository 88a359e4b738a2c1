"""Administrators add, change and remove people, and read the trail."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.aicc.service.people.conftest import PASSWORD, Desk

NEW = {"name": "lee", "shown_name": "이민수", "role": "agent", "skills": ["일반"], "phone": "sip:7002@pbx.example"}

WRONG: list[dict[str, object]] = [
    {"name": ""},
    {"name": "x" * 65},
    {"name": "김지영"},
    {"name": "kіm"},  # a Cyrillic letter
    {"name": "\u212aim"},  # the sign for kelvin
    {"name": "a b"},
    {"name": "a\0"},
    {"name": "../x"},
    {"name": ".x"},
    {"name": "x'; --"},
    {"shown_name": ""},
    {"shown_name": " \n"},
    {"shown_name": "가" * 65},
    {"shown_name": "a\0b"},
    {"shown_name": "admin\u202e"},
    {"shown_name": "a\u200bb"},
    {"role": "root"},
    {"role": None},
    {"skills": ["x"] * 33},
    {"skills": [""]},
    {"skills": [7]},
    {"phone": "sip:7001@pbx.example\r\nVia: x"},
    {"phone": "javascript:alert(1)"},
    {"phone": "sip:a@b?c=d"},
    {"max_chats": -1},
    {"max_chats": 21},
    {"language": "fr"},
    {"password": "short"},
    {"password": "lee lee lee"},
    {"password": "1111111111"},
    {"password": "a\0bcdefghijk"},
    {"password_hash": "x"},
    {"is_active": False},
]


def asked(desk: Desk, method: str, path: str, json: Any = None) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with desk.browser("admin") as admin:
            return await admin.request(method, f"/api/desk/{path}", json=json)

    if desk.store.people.find("admin") is None:
        desk.add("admin", "admin")
    return asyncio.run(ask())


def test_somebody_is_added_with_a_password_that_is_shown_once(desk: Desk) -> None:
    made = asked(desk, "POST", "people", NEW)
    assert made.status_code == 201
    told = made.json()
    password = told.pop("password")
    assert len(password) == 24 and len(set(password)) > 5
    assert {name: told[name] for name in NEW} == NEW
    assert told["has_password"] and told["is_active"]
    listed = asked(desk, "GET", "people")
    assert [one["name"] for one in listed.json()["people"]] == ["admin", "lee"]
    assert password not in listed.text and "argon2" not in listed.text

    async def sign_in() -> int:
        async with desk.browser() as browser:
            return (await desk.sign_in(browser, "lee", password)).status_code

    assert asyncio.run(sign_in()) == 200
    [entry] = desk.trail("person added")
    assert (entry.person, entry.object, entry.outcome) == ("admin", "lee", "agent")


def test_a_chosen_password_and_none_for_the_companys_login(desk: Desk) -> None:
    assert asked(desk, "POST", "people", NEW | {"password": PASSWORD}).json()["password"] is None
    told = asked(desk, "POST", "people", NEW | {"name": "park", "with_oidc": True}).json()
    assert told["password"] is None and not told["has_password"]


def test_what_does_not_fit_adds_nobody(desk: Desk) -> None:
    desk.add("admin", "admin")

    async def ask() -> None:
        async with desk.browser("admin") as admin:
            for wrong in WRONG:
                refused = await admin.post("/api/desk/people", json=NEW | wrong)
                assert refused.status_code == 422, wrong

    asyncio.run(ask())
    assert [one.name for one in desk.store.people.all()] == ["admin"]


def test_what_is_written_in_odd_ways_is_put_right(desk: Desk) -> None:
    told = asked(desk, "POST", "people", NEW | {"name": " Lee ", "shown_name": " 이  민수 ", "skills": "일반, 배송,"})
    assert told.status_code == 201
    lee = desk.store.people.find("lee")
    assert lee is not None and (lee.shown_name, lee.skills) == ("이 민수", ("일반", "배송"))


def test_a_name_is_given_once(desk: Desk) -> None:
    async def ask() -> list[int]:
        async with desk.browser("admin") as admin:
            answers = await asyncio.gather(*(admin.post("/api/desk/people", json=NEW) for _ in range(4)))
            again = [await admin.delete("/api/desk/people/lee"), await admin.post("/api/desk/people", json=NEW)]
            return [*sorted(answer.status_code for answer in answers), *(answer.status_code for answer in again)]

    desk.add("admin", "admin")
    assert asyncio.run(ask()) == [201, 409, 409, 409, 204, 409]


def test_changes_count_at_once(desk: Desk) -> None:
    desk.add("admin", "admin")
    desk.add("kim")

    async def live() -> None:
        async with desk.browser("admin") as admin, desk.browser("kim") as kim:

            async def change(**what: object) -> int:
                return (await admin.patch("/api/desk/people/kim", json=what)).status_code

            assert (await kim.get("/api/desk/recorded")).status_code == 403
            assert await change(role="reviewer", shown_name="김") == 200
            assert (await kim.get("/api/desk/recorded")).status_code == 404, "it may, though nothing is there"
            assert (await kim.get("/api/desk/me")).json()["shown_name"] == "김"

            assert await change(is_active=False) == 200
            assert (await kim.get("/api/desk/me")).status_code == 401
            assert (await desk.sign_in(kim, "kim")).status_code == 401
            assert await change(is_active=True) == 200
            assert (await kim.get("/api/desk/me")).status_code == 401, "the old session does not come back"
            assert (await desk.sign_in(kim, "kim")).status_code == 200

            assert await change(password="새로운 비밀번호입니다") == 200
            assert (await kim.get("/api/desk/me")).status_code == 401
            assert (await desk.sign_in(kim, "kim", "새로운 비밀번호입니다")).status_code == 200

            assert (await admin.delete("/api/desk/people/kim")).status_code == 204
            assert (await kim.get("/api/desk/me")).status_code == 401
            assert (await desk.sign_in(kim, "kim", "새로운 비밀번호입니다")).status_code == 401
            for gone in (admin.delete, admin.get):
                assert (await gone("/api/desk/people/kim")).status_code in (404, 403, 405)
            assert await change(role="agent") == 404

    asyncio.run(live())
    told = [(one.object, one.outcome) for one in desk.trail("person changed")]
    assert told[:2] == [("kim", "role=reviewer, shown_name"), ("kim", "is_active=False")]
    assert told[-1] == ("kim", "password") and "비밀번호" not in repr(desk.trail())


@pytest.mark.parametrize("change", [{"role": "agent"}, {"is_active": False}, None])
def test_the_last_admin_stays(desk: Desk, change: dict[str, object] | None) -> None:
    refused = asked(desk, "PATCH" if change else "DELETE", "people/admin", change)
    assert (refused.status_code, refused.json()["error"]) == (409, '"admin" is the last admin')
    assert asked(desk, "GET", "me").status_code == 200


@pytest.mark.parametrize("name", ["Kim", "..%2f", "%00", "x" * 65, "' OR 1=1"])
def test_whom_there_cannot_be_is_nobody(desk: Desk, name: str) -> None:
    desk.add("kim")
    assert asked(desk, "PATCH", f"people/{name}", {"role": "admin"}).status_code in (403, 404, 422)
    assert asked(desk, "DELETE", f"people/{name}").status_code in (403, 404, 422)
    assert len(desk.store.people.all()) == 2


def test_the_trail_is_read_page_by_page_by_administrators(desk: Desk) -> None:
    desk.add("admin", "admin")
    desk.add("kim")

    async def live() -> None:
        async with desk.browser("admin") as admin, desk.browser("kim") as kim:
            assert (await kim.get("/api/desk/audit")).status_code == 403
            first = (await admin.get("/api/desk/audit", params={"limit": 2})).json()
            assert [one["action"] for one in first["entries"]] == ["audit read", "refused"]
            assert first["entries"][1]["object"] == "GET /api/desk/audit"
            rest = (await admin.get("/api/desk/audit", params={"before": first["next"]})).json()
            assert [one["action"] for one in rest["entries"]] == ["login", "login"] and rest["next"] is None
            of_kim = (await admin.get("/api/desk/audit", params={"person": "kim"})).json()["entries"]
            assert {one["person"] for one in of_kim} == {"kim"}
            for query in ({"before": 0}, {"before": "x"}, {"limit": 201}, {"before": 2**63}, {"person": "x" * 65}):
                assert (await admin.get("/api/desk/audit", params=query)).status_code == 422

    asyncio.run(live())
