"""What is kept of a customer's voice, by REST: consent, state, deletion, and never a number of the voice."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from aicc.service.api.problem import tell_problems
from aicc.service.api.voiceprints import voiceprints
from voicebot.store import Store

PATH = "/api/customers/010-1234-5678/voiceprint"


@pytest.fixture
def asked(store: Store) -> Iterator[object]:
    """``asked(method, path, body)`` of an API that has these routes alone."""
    app = FastAPI()
    tell_problems(app)
    app.include_router(voiceprints(store.voiceprints))

    def ask(method: str, path: str = PATH, body: object = None) -> httpx.Response:
        async def once() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://aicc") as client:
                return await client.request(method, path, json=body)

        return asyncio.run(once())

    yield ask


def test_consent_enrolment_and_deletion(asked, store):
    assert asked("GET").status_code == 404
    before = datetime.now(UTC)
    given = asked("PUT", f"{PATH}/consent", {}).json()
    assert before <= datetime.fromisoformat(given["consented_at"]) <= datetime.now(UTC)
    assert given | {"consented_at": ""} == {
        "customer": "01012345678",
        "consented_at": "",
        "is_enrolled": False,
        "model": None,
        "calls": 0,
        "speech_ms": 0,
        "updated_at": None,
    }
    store.voiceprints.keep("01012345678", "bundled", b"\x01secret", 9_000, ("a", "b"))
    told = asked("GET").json()
    assert (told["is_enrolled"], told["model"], told["calls"], told["speech_ms"]) == (True, "bundled", 2, 9_000)
    assert "secret" not in str(told) and "sealed" not in told
    assert asked("GET", "/api/customers/01012345678/voiceprint").json() == told, "however it is written"

    assert asked("DELETE").status_code == 204
    assert store.voiceprints.find("01012345678") is None
    gone = asked("DELETE")
    assert gone.status_code == 404
    assert gone.json() == {
        "error": "nothing is kept of this customer's voice",
        "cure": "check the number, as the calls have it",
    }


def test_consent_of_another_day(asked, store):
    day = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert asked("PUT", f"{PATH}/consent", {"given_at": day.isoformat()}).status_code == 200
    assert asked("PUT", f"{PATH}/consent", {}).status_code == 200
    row = store.voiceprints.find("01012345678")
    assert row is not None and row.consented_at == day, "the first one is what counts"


@pytest.mark.parametrize(
    "body",
    [
        {"given_at": "2026-01-02T03:04:05"},
        {"given_at": "yesterday"},
        {"given_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()},
        {"given": True},
        [],
    ],
)
def test_consent_that_makes_no_sense(asked, store, body):
    told = asked("PUT", f"{PATH}/consent", body)
    assert told.status_code == 422 and set(told.json()) == {"error", "cure"}
    assert store.voiceprints.all() == []


@pytest.mark.parametrize("customer", ["%00", "a" * 201])
def test_names_that_no_customer_has(asked, customer):
    assert asked("GET", f"/api/customers/{customer}/voiceprint").status_code == 422
