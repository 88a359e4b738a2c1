import asyncio

import httpx

from aicc.service.metrics import Metrics
from tests.aicc.service.api.conftest import Client
from tests.fakes.service import FakeService


def got(client: Client, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with client(key=None) as here:
            return await here.get(path)

    return asyncio.run(ask())


def test_health_tells_how_it_is(client: Client, service: FakeService) -> None:
    service.begin()
    told = got(client, "/health").json()
    assert (told["status"], told["calls"], told["folder"]) == ("ok", 1, str(service.folder))


def test_ready_says_what_is_missing(client: Client, service: FakeService) -> None:
    assert got(client, "/ready").json() == {"status": "ready", "problems": []}
    service.missing = ["no media process is up", "the recognizer is loading"]
    answer = got(client, "/ready")
    assert answer.status_code == 503
    assert answer.json()["error"] == "no media process is up; the recognizer is loading"
    service.missing = []
    service.is_draining = True
    answer = got(client, "/ready")
    assert (answer.status_code, answer.json()["error"]) == (503, "the service is going down")
    assert got(client, "/health").status_code == 200, "going down is no illness"


def test_metrics_come_in_the_text_format(client: Client, metrics: Metrics) -> None:
    metrics.store_lag(7)
    answer = got(client, "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "aicc_store_lag_events 7.0" in answer.text.splitlines()
