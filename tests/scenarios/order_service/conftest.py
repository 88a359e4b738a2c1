"""One real order service for the whole run, its sample restored before every test."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from scenarios.nuri import order_service

Refused = Callable[[httpx.Response, int, str], dict[str, Any]]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with order_service.running() as url:
        yield url


@pytest.fixture
def service(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        assert client.post("/reset").status_code == 200
        yield client


@pytest.fixture
def refused() -> Refused:
    """Asserts how a call was refused and gives the error's body."""

    def check(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
        error: dict[str, Any] = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (status, code)
        assert error["message"]
        return error

    return check
