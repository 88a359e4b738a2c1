"""A service that a test leads, its API, and clients that have a key."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from aicc.service.api.app import open_api
from aicc.service.api.keys import KeyRing
from aicc.service.metrics import Metrics
from tests.fakes.service import FakeService
from voicebot.store import Store

Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store.open(f"sqlite:///{tmp_path}/data/aicc.db")) as opened:
        yield opened


@pytest.fixture
def key(store: Store) -> str:
    return store.add_key("tests")


@pytest.fixture
def service(store: Store, tmp_path: Path) -> FakeService:
    return FakeService(store, tmp_path / "data")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def app(service: FakeService, metrics: Metrics, store: Store) -> FastAPI:
    return open_api(service, metrics, KeyRing(store))


@pytest.fixture
def client(app: FastAPI, key: str) -> Client:
    """Makes clients without a wire between them and the API; ``key=None`` shows none."""

    def make(
        key: str | None = key, address: str = "127.0.0.1", raises: bool = True, app: FastAPI = app
    ) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {key}"} if key is not None else {}
        wire = httpx.ASGITransport(app, client=(address, 50_000), raise_app_exceptions=raises)
        return httpx.AsyncClient(transport=wire, base_url="http://aicc", headers=headers)

    return make
