import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from tests.aicc.service.api.assisted import Owner, assisting
from tests.aicc.service.api.conftest import Client
from tests.fakes.service import FakeService
from tests.voicebot.store.sample_calls import NOON, call_id_at
from tests.voicebot.store.test_wrapups import note
from voicebot.log import new_call_id
from voicebot.store import Store
from voicebot.store.deliveries import DeliveryRow

CRM = "https://crm.example/hook?token=secret"


@pytest.fixture
def app(service: FakeService) -> FastAPI:
    return assisting(service, Owner(service), None)


@pytest.fixture
def rows(store: Store) -> list[DeliveryRow]:
    """Done, failed, waiting; the oldest first."""
    store.wrapups.write([note(call_id=call_id_at(NOON, number)) for number in range(3)], CRM)
    now = datetime.now(UTC)
    done, failed = store.deliveries.claim(CRM, now, now + timedelta(minutes=1), 2)
    store.deliveries.done(done, now)
    store.deliveries.give_up(failed, "refused with 422")
    return sorted(store.deliveries.find(), key=lambda row: ("done", "failed", "waiting").index(row.state))


def asked(client: Client, method: str, path: str = "", status: int = 200, **query: Any) -> Any:
    async def run() -> Any:
        async with client() as known:
            answer = await known.request(method, f"/api/deliveries{path}", params=query)
            assert answer.status_code == status, answer.text
            return answer.json()

    return asyncio.run(run())


def test_they_are_listed_without_their_secrets(client: Client, rows: list[DeliveryRow]) -> None:
    told = asked(client, "GET")
    assert {one["id"] for one in told["deliveries"]} == {row.id for row in rows} and told["next"] is None
    assert {one["url"] for one in told["deliveries"]} == {"https://crm.example/hook"}
    [failed] = asked(client, "GET", state="failed")["deliveries"]
    assert (failed["id"], failed["last_error"], failed["attempts"]) == (rows[1].id, "refused with 422", 1)
    assert "body" not in failed
    assert len(asked(client, "GET", state="waiting")["deliveries"]) == 1
    asked(client, "GET", status=422, state="lost")


def test_pages_follow_each_other(client: Client, rows: list[DeliveryRow]) -> None:
    first = asked(client, "GET", limit=2)
    second = asked(client, "GET", limit=2, before=first["next"])
    assert len(first["deliveries"]) == 2 and len(second["deliveries"]) == 1 and second["next"] is None


def test_a_failed_one_is_retried(client: Client, rows: list[DeliveryRow], store: Store) -> None:
    told = asked(client, "POST", f"/{rows[1].id}/retry")
    assert (told["id"], told["state"], told["attempts"]) == (rows[1].id, "waiting", 0)
    assert {row.id for row in store.deliveries.find("waiting")} == {rows[1].id, rows[2].id}


def test_what_has_arrived_or_is_not_there_is_told(client: Client, rows: list[DeliveryRow]) -> None:
    assert "has arrived" in asked(client, "POST", f"/{rows[0].id}/retry", 409)["error"]
    assert asked(client, "POST", f"/{new_call_id()}/retry", 404)["error"].startswith("no delivery ")
    asked(client, "POST", "/nothing/retry", 422)
