"""What is left of calls, as ``/health`` tells it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from aicc.simulation import remains
from aicc.simulation.remains import Held, Remains, all_gone, calls_gone
from aicc.simulation.service import Service, ServiceGone


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int, int]]:
    """What the service says, one after the other: calls, lines, legs, transactions."""
    rows: list[tuple[int, int, int, int]] = []

    async def health(service: Service) -> dict[str, Any]:
        calls, *telephone = rows.pop(0) if len(rows) > 1 else rows[0]
        return {"calls": calls, "telephone": dict(zip(("lines", "legs", "transactions"), telephone, strict=True))}

    monkeypatch.setattr(remains, "health", health)
    monkeypatch.setattr(remains, "LOOK_S", 0.0)
    return rows


def test_it_is_waited_for_until_nothing_is_left(told: list[tuple[int, int, int, int]]) -> None:
    told += [(3, 2, 2, 9), (0, 0, 1, 9), (0, 0, 0, 9), (0, 0, 0, 0)]
    assert asyncio.run(all_gone(Service(Path()), 60)).is_nothing
    assert told == [(0, 0, 0, 0)]


def test_calls_are_gone_before_their_transactions(told: list[tuple[int, int, int, int]]) -> None:
    told += [(1, 0, 0, 9), (0, 0, 0, 9), (0, 0, 0, 0)]
    assert asyncio.run(calls_gone(Service(Path()), 60)) == Remains(0, 0, 0, 9)


def test_what_stays_is_told(told: list[tuple[int, int, int, int]]) -> None:
    told += [(0, 1, 0, 0)]
    left = asyncio.run(all_gone(Service(Path()), -1))
    assert (left.is_nothing, left.count) == (False, 1)


def test_growth_is_between_two_looks() -> None:
    assert Held(90, 512.34).growth(Held(86, 500.0)) == {
        "open_files": 90,
        "open_files_growth": 4,
        "memory_mb": 512.3,
        "memory_growth_mb": 12.3,
    }


def test_a_service_that_is_gone_is_said_so() -> None:
    with pytest.raises(ServiceGone, match="does not answer"):
        asyncio.run(remains.health(Service(Path(), address="http://127.0.0.1:9")))
