"""One service for all, with the panel that is built, and two browsers: the callers' and the agents'.

Each test has people of its own: what they leave behind is nobody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.browsers.house import House, Run, opened
from tests.servers.chromium import Chromium, chromium

__all__ = ["chromium"]

PANEL = Path(__file__).parents[3] / "assist/web/dist/index.html"


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """Everything happens on one loop: service and browsers live across the tests."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def house(runner: asyncio.Runner, chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not PANEL.is_file():
        pytest.skip("the panel is not built: make panel")
    opening = opened(chromium, tmp_path_factory.mktemp("house"))
    yield runner.run(opening.__aenter__())
    runner.run(opening.__aexit__(None, None, None))


@pytest.fixture
def run(runner: asyncio.Runner) -> Run:
    def work(what: object, limit_s: float = 120) -> None:
        runner.run(asyncio.wait_for(what, limit_s))  # type: ignore[arg-type]

    return work
