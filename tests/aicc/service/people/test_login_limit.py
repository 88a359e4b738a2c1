"""Who tries to sign in too often waits, and nobody else does."""

from aicc.service.people import login_limit
from aicc.service.people.login_limit import OF_A_NAME, OF_AN_ADDRESS, LoginLimit
from tests.aicc.service.people.conftest import Clock


def test_a_name_with_five_failures_waits_from_wherever_they_come(clock: Clock) -> None:
    limit = LoginLimit(clock.now_s)
    for number in range(OF_A_NAME):
        assert limit.begin("kim", f"10.0.0.{number}") == 0
        clock.wait(seconds=60)
    assert limit.begin("kim", "10.0.1.1") == 600, "until the first of them is a quarter of an hour old"
    assert limit.begin("lee", "10.0.1.1") == 0
    clock.wait(seconds=600)
    assert limit.begin("kim", "10.0.1.1") == 0
    assert limit.begin("kim", "10.0.1.1") == 60


def test_an_address_with_twenty_failures_waits_whatever_names_it_tries(clock: Clock) -> None:
    limit = LoginLimit(clock.now_s)
    for number in range(OF_AN_ADDRESS):
        assert limit.begin(f"name{number}", "10.0.0.1") == 0
    assert limit.begin("another", "10.0.0.1") == 900
    assert limit.begin("another", "::ffff:10.0.0.1") == 900
    assert limit.begin("another", "10.0.0.2") == 0


def test_an_ipv6_network_is_one_address(clock: Clock) -> None:
    limit = LoginLimit(clock.now_s)
    for number in range(OF_AN_ADDRESS):
        limit.begin(f"name{number}", f"2001:db8:0:1::{number:x}")
    assert limit.begin("kim", "2001:db8:0:1:ffff::1") == 900
    assert limit.begin("kim", "2001:db8:0:2::1") == 0


def test_who_signs_in_starts_anew(clock: Clock) -> None:
    limit = LoginLimit(clock.now_s)
    for _ in range(100):  # a whole shift behind one proxy
        for _ in range(2):
            assert limit.begin("kim", "10.0.0.1") == 0
        limit.succeeded("kim", "10.0.0.1")
        clock.wait(minutes=5)


def test_a_stranger_does_not_lock_out_the_person_at_their_own_desk(clock: Clock) -> None:
    limit = LoginLimit(clock.now_s)
    limit.begin("kim", "10.0.0.1")
    limit.succeeded("kim", "10.0.0.1")
    for number in range(OF_A_NAME):
        limit.begin("kim", f"203.0.113.{number}")
    assert limit.begin("kim", "203.0.113.99") == 900
    assert limit.begin("kim", "10.0.0.1") == 0
    for _ in range(OF_A_NAME - 1):
        assert limit.begin("kim", "10.0.0.1") == 0
    assert limit.begin("kim", "10.0.0.1") == 900, "nor may somebody guess there for ever"


def test_memory_is_bounded(clock: Clock, monkeypatch) -> None:
    monkeypatch.setattr(login_limit, "MOST_KNOWN", 50)
    limit = LoginLimit(clock.now_s)
    for number in range(500):
        limit.begin(f"name{number}", f"10.{number}.0.1")
        limit.succeeded(f"name{number}", f"10.{number}.0.1")
        limit.begin(f"other{number}", f"10.{number}.0.2")
    assert len(limit._welcome) == 50
    assert len(limit._names._times) <= 50 and len(limit._addresses._times) <= 50
