"""How many calls a minute one address may begin."""

from __future__ import annotations

import pytest

from aicc.service.web import call_limit
from aicc.service.web.call_limit import CallLimit


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def count(limit: CallLimit, address: str) -> int:
    calls = 0
    while limit.lets_in(address):
        calls += 1
    return calls


def test_so_many_a_minute_evenly() -> None:
    clock = Clock()
    limit = CallLimit(10, clock)
    assert count(limit, "192.0.2.1") == 10
    clock.now_s += 5.9
    assert not limit.lets_in("192.0.2.1")
    clock.now_s += 0.2
    assert count(limit, "192.0.2.1") == 1
    clock.now_s += 3_600
    assert count(limit, "192.0.2.1") == 10


@pytest.mark.parametrize(
    "one, other, are_one",
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("local", "192.0.2.1", False),
    ],
)
def test_who_counts_as_one(one: str, other: str, are_one: bool) -> None:
    limit = CallLimit(1, Clock())
    assert limit.lets_in(one)
    assert limit.lets_in(other) is not are_one


def test_the_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_limit, "MOST_ADDRESSES", 2)
    limit = CallLimit(1, Clock())
    assert all(limit.lets_in(f"192.0.2.{host}") for host in range(3))
    assert limit.lets_in("192.0.2.0")  # forgotten
    assert not limit.lets_in("192.0.2.2")
    assert len(limit._buckets) == 2
