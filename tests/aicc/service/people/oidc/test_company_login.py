"""The company's own login, with a provider in a process of its own, on its good and its bad days."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from aicc.people_settings import Oidc, PeopleSettings
from aicc.service.people.oidc.company_login import CompanyLogin, NoSecret
from aicc.service.people.oidc.faults import SENTENCES
from tests.aicc.service.people.conftest import Desk
from tests.aicc.service.people.oidc.conftest import Running
from voicebot.store.people import Person

NOT_TO_BE_TRUSTED = [
    *("nonce", "no nonce", "expired", "no expiry", "not yet", "audience", "several", "token issuer", "no subject"),
    *("number", "alg none", "alg hs256", "other key", "unknown key", "tampered", "no token", "no keys", "issuer"),
    *("unsafe endpoints", "nonsense /token", "huge /token", "moved /token", "nonsense /keys"),
    "answers as https://evil.example",
]
ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "/desk//evil.example",
    "/desk\\evil",
    "/\\evil.example",
    "/desk/../api",
    "/desk@evil.example",
    "/deskevil",
    "javascript:alert(1)",
    "/desk\r\nset-cookie: a=b",
    "/desk?next=https://evil.example",
]


async def sent_on(browser: httpx.AsyncClient, next: str = "/desk") -> httpx.Response:
    """To the provider, which sends the browser back; what the service says then."""
    out = await browser.get("/api/desk/login/oidc", params={"next": next})
    assert out.status_code == 303
    if out.headers["location"].startswith("/desk"):
        return out
    async with httpx.AsyncClient(trust_env=False, verify=False) as wire:
        back = await wire.get(out.headers["location"])
    assert back.status_code == 302, back.text
    return await browser.get(back.headers["location"])


def came_back(desk: Desk, next: str = "/desk") -> tuple[str, str | None]:
    """Where the browser ends, and who it is then."""

    async def go() -> tuple[str, str | None]:
        async with desk.browser() as browser:
            back = await sent_on(browser, next)
            me = await browser.get("/api/desk/me")
            await desk.people.close()
            return back.headers["location"], me.json().get("name")

    return asyncio.run(go())


def with_roles(desk: Desk, **roles: str) -> None:
    assert desk.settings.oidc
    said = desk.settings.oidc.model_dump() | {"roles": roles}
    desk.settings = PeopleSettings(oidc=Oidc.model_validate(said))
    desk.renew()


def test_somebody_who_was_added_comes_in_and_is_known_by_subject_from_then_on(
    oidc_desk: Desk, provider: Running
) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "supervisor"))
    assert came_back(oidc_desk, "/desk/calls?q=a") == ("/desk/calls?q=a", "jiyeong")
    provider.tell("account", {"sub": "77", "preferred_username": "renamed"})
    oidc_desk.renew()
    assert came_back(oidc_desk) == ("/desk", "jiyeong")
    assert [one.outcome for one in oidc_desk.trail("login")] == ["by the company's login"] * 2


def test_where_the_browser_is_sent(oidc_desk: Desk, provider: Running) -> None:
    async def ask() -> httpx.Response:
        async with oidc_desk.browser() as browser:
            return await browser.get("/api/desk/login/oidc")

    out = asyncio.run(ask())
    address = urlsplit(out.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.address}/authorize"
    assert asked["redirect_uri"] == "http://aicc/api/desk/login/oidc/back"
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert asked["response_type"] == "code" and asked["state"] != asked["nonce"]
    cookie = out.headers["set-cookie"]
    assert cookie.endswith("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "it comes back from another site"
    assert asked["state"] not in cookie


def test_what_cannot_be_trusted_lets_nobody_in(oidc_desk: Desk, provider: Running) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "admin"))
    for fault in NOT_TO_BE_TRUSTED:
        provider.tell("fault", fault)
        oidc_desk.renew()
        assert came_back(oidc_desk) == ("/desk?fault=invalid", None), fault
    entries = oidc_desk.trail("login")
    assert len(entries) == len(NOT_TO_BE_TRUSTED)
    assert all(entry.person == "" and entry.outcome.startswith("refused: ") for entry in entries)


@pytest.mark.parametrize("fault", ["several, for us", "answers as itself", "post"])
def test_what_is_unusual_and_right_lets_in(oidc_desk: Desk, provider: Running, fault: str) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "agent"))
    provider.tell("fault", fault)
    assert came_back(oidc_desk) == ("/desk", "jiyeong")


@pytest.mark.parametrize(
    "fault", ["hang /.well-known", "hang /token", "trickle /keys", "broken /.well-known", "broken /token"]
)
def test_a_provider_that_is_away_is_told_on_the_login_page(
    oidc_desk: Desk, provider: Running, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert oidc_desk.people.company_login
    oidc_desk.people.company_login._provider._within_s = 0.3
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "agent"))
    provider.tell("fault", fault)
    assert came_back(oidc_desk) == ("/desk?fault=away", None)
    assert "응답하지 않습니다" in SENTENCES["away"]["ko"]


def test_a_provider_that_is_down_is_told_on_the_login_page(oidc_desk: Desk) -> None:
    assert oidc_desk.settings.oidc
    gone = oidc_desk.settings.oidc.model_copy(update={"issuer": "http://127.0.0.1:1"})
    oidc_desk.settings = PeopleSettings(oidc=gone)
    oidc_desk.renew()
    assert came_back(oidc_desk) == ("/desk?fault=away", None)


def test_whoever_refuses_at_the_provider_may_try_again(oidc_desk: Desk, provider: Running) -> None:
    provider.tell("fault", "denied")
    assert came_back(oidc_desk) == ("/desk?fault=refused", None)


def test_the_wrong_secret_is_the_sites_mistake(
    oidc_desk: Desk, provider: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "agent"))
    monkeypatch.setenv("AICC_OIDC_KEY", "wrong")
    oidc_desk.renew()
    assert came_back(oidc_desk) == ("/desk?fault=invalid", None)
    assert "wrong" not in repr(oidc_desk.trail())


def test_a_secret_that_is_not_there_is_told_at_the_start(oidc_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AICC_OIDC_KEY")
    assert oidc_desk.settings.oidc
    with pytest.raises(NoSecret, match="AICC_OIDC_KEY holds no secret for http"):
        CompanyLogin(oidc_desk.settings.oidc, oidc_desk.store.people)


def test_the_way_back_works_once_soon_and_in_the_same_browser(oidc_desk: Desk, provider: Running) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "agent"))

    async def back_address(browser: httpx.AsyncClient) -> str:
        out = await browser.get("/api/desk/login/oidc")
        async with httpx.AsyncClient(trust_env=False, verify=False) as wire:
            return str((await wire.get(out.headers["location"])).headers["location"])

    async def go() -> None:
        async with oidc_desk.browser() as victim, oidc_desk.browser() as attacker:
            prepared = await back_address(attacker)
            planted = await victim.get(prepared)
            assert planted.headers["location"] == "/desk?fault=stale", "a sign-in that somebody else has prepared"
            assert (await victim.get("/api/desk/me")).status_code == 401

            address = await back_address(victim)
            assert (await victim.get(address)).headers["location"] == "/desk"
            assert (await victim.get(address)).headers["location"] == "/desk?fault=stale", "used already"

            late = await back_address(victim)
            oidc_desk.clock.wait(minutes=11)
            assert (await victim.get(late)).headers["location"] == "/desk?fault=stale"
            for query in ("", "?state=x", "?code=x", "?state=%00&code=%ff", "?error=access_denied"):
                answer = await victim.get(f"/api/desk/login/oidc/back{query}")
                assert answer.headers["location"] == "/desk?fault=stale"

    asyncio.run(go())


def test_nobody_is_sent_elsewhere(oidc_desk: Desk, provider: Running) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "agent"))
    for next in ELSEWHERE:
        oidc_desk.renew()
        assert came_back(oidc_desk, next) == ("/desk", "jiyeong"), next


def test_who_is_not_known_stays_out(oidc_desk: Desk, provider: Running) -> None:
    assert came_back(oidc_desk) == ("/desk?fault=unknown", None)
    assert oidc_desk.store.people.all() == []


def test_nobody_with_a_password_is_taken_over(oidc_desk: Desk, provider: Running) -> None:
    oidc_desk.add("jiyeong", "admin")
    assert came_back(oidc_desk) == ("/desk?fault=unknown", None)


def test_names_that_only_look_alike_are_nobodys(oidc_desk: Desk, provider: Running) -> None:
    oidc_desk.store.people.add(Person("kim", "김", "admin"))
    for name in ("\u212aim", "kіm", "ｋim", "kim\0", "../kim", "", "김지영", "x" * 65):
        provider.tell("account", {"sub": "77", "preferred_username": name})
        oidc_desk.renew()
        assert came_back(oidc_desk) == ("/desk?fault=unknown", None), name


def test_inactive_and_removed_people_stay_out(oidc_desk: Desk, provider: Running) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "agent"))
    assert came_back(oidc_desk)[1] == "jiyeong"
    oidc_desk.store.people.change("jiyeong", is_active=False)
    oidc_desk.renew()
    assert came_back(oidc_desk) == ("/desk?fault=unknown", None)
    oidc_desk.store.people.remove("jiyeong")
    oidc_desk.renew()
    assert came_back(oidc_desk) == ("/desk?fault=unknown", None)


def test_with_roles_people_come_change_and_stay_out_as_their_company_says(oidc_desk: Desk, provider: Running) -> None:
    account = {"sub": "77", "preferred_username": "JiYeong", "name": "김지영\u202e"}
    with_roles(oidc_desk, leads="supervisor", agents="agent")
    provider.tell("account", account | {"groups": ["everybody", "agents", "leads"]})
    assert came_back(oidc_desk) == ("/desk", "jiyeong")
    [made] = oidc_desk.store.people.all()
    assert (made.role, made.shown_name, made.has_password) == ("supervisor", "jiyeong", False)

    oidc_desk.renew()
    provider.tell("account", account | {"groups": "agents"})
    assert came_back(oidc_desk)[1] == "jiyeong"
    assert oidc_desk.store.people.all()[0].role == "agent"

    for groups in ([], None, ["everybody"], {"leads": True}, 7, [["leads"]]):
        oidc_desk.renew()
        provider.tell("account", account | {"groups": groups})
        assert came_back(oidc_desk) == ("/desk?fault=no_role", None), groups


def test_the_last_admin_is_not_made_something_else_by_the_provider(oidc_desk: Desk, provider: Running) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "admin", oidc_issuer=provider.address, oidc_subject="77"))
    with_roles(oidc_desk, agents="agent")
    provider.tell("account", {"sub": "77", "groups": ["agents"]})
    assert came_back(oidc_desk) == ("/desk?fault=no_role", None)


def test_new_keys_of_the_provider_are_fetched_and_not_all_the_time(oidc_desk: Desk, provider: Running) -> None:
    oidc_desk.store.people.add(Person("jiyeong", "김지영", "agent"))

    async def go() -> None:
        async with oidc_desk.browser() as browser:

            async def ends() -> str:
                return str((await sent_on(browser)).headers["location"])

            assert await ends() == "/desk"
            provider.tell("new-key", "two")
            before = provider.asked.count("/keys")
            assert [await ends() for _ in range(3)] == ["/desk?fault=invalid"] * 3
            assert provider.asked.count("/keys") == before, "somebody could make it ask and ask"
            oidc_desk.clock.wait(minutes=2)
            assert await ends() == "/desk"

    asyncio.run(go())
    provider.tell("new-key", "one")


def test_few_are_under_way_at_once(oidc_desk: Desk, provider: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aicc.service.people.oidc.company_login.MOST_UNDER_WAY", 5)

    async def go() -> None:
        async with oidc_desk.browser() as browser:
            for _ in range(20):
                await browser.get("/api/desk/login/oidc")

    asyncio.run(go())
    assert oidc_desk.people.company_login and len(oidc_desk.people.company_login._begun) == 5
