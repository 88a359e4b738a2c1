import asyncio

import httpx
import pytest

from aicc.service.api.app import open_api
from aicc.service.api.keys import KeyRing
from aicc.service.metrics import Metrics
from tests.aicc.service.api.conftest import Client
from tests.fakes.service import FakeService
from voicebot.store import Store


def test_a_key_is_made_used_listed_and_revoked(client: Client) -> None:
    async def live() -> None:
        async with client() as first:
            made = await first.post("/api/keys", json={"name": "상담 데스크 1"})
            assert made.status_code == 201
            told = made.json()
            assert told["key"].startswith("aicc_")
            async with client(key=told["key"]) as second:
                assert (await second.get("/api/calls")).status_code == 200
                listed = (await second.get("/api/keys")).json()["keys"]
                assert [key["name"] for key in listed] == ["tests", "상담 데스크 1"]
                assert told["key"] not in str(listed), "it is shown once"
                assert set(listed[0]) == {"id", "name", "created_at"}
                assert (await first.delete(f"/api/keys/{told['id']}")).status_code == 204
                assert (await second.get("/api/calls")).status_code == 401, "at once"
            assert [key["name"] for key in (await first.get("/api/keys")).json()["keys"]] == ["tests"]
            assert (await first.delete(f"/api/keys/{told['id']}")).status_code == 404

    asyncio.run(live())


def test_names_are_given_once(client: Client) -> None:
    async def ask() -> list[httpx.Response]:
        async with client() as known:
            return await asyncio.gather(*(known.post("/api/keys", json={"name": "desk"}) for _ in range(3)))

    assert sorted(answer.status_code for answer in asyncio.run(ask())) == [201, 409, 409]


def test_the_last_key_stays_unless_another_one_opens(client: Client, service: FakeService, store: Store) -> None:
    chosen = "somebody-chose-this-long-key"

    async def ask() -> None:
        key_id = store.keys()[0].id
        async with client() as known:
            refused = await known.delete(f"/api/keys/{key_id}")
            assert (refused.status_code, refused.json()["error"]) == (409, "this is the last key")
        app = open_api(service, Metrics(), KeyRing(store, chosen))
        async with client(app=app, key=chosen) as known:
            assert (await known.delete(f"/api/keys/{key_id}")).status_code == 204
            assert (await known.get("/api/keys")).json() == {"keys": []}

    asyncio.run(ask())


@pytest.mark.parametrize("name", ["", " ", "a" * 81, "a\nb", "a\0b", "<b>", None, 5])
def test_a_name_is_one_that_people_can_read(client: Client, name: object) -> None:
    async def ask() -> None:
        async with client() as known:
            assert (await known.post("/api/keys", json={"name": name})).status_code == 422
            assert (await known.delete("/api/keys/..%2fx")).status_code == 404
            assert (await known.delete("/api/keys/XYZ")).status_code == 422

    asyncio.run(ask())
