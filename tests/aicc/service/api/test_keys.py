import asyncio
import re

import pytest

from aicc.service.api.keys import FRESH_S, KeyRing, KeyUnfit, chosen_key, first_key
from aicc.service.api.problem import Problem
from aicc.service.api.wrong_keys import WRONG_KEYS
from tests.fakes.clock import VirtualClock
from voicebot.store import Store, StoreUnavailable

CHOSEN = "a-key-that-somebody-thought-of"


class Clock(VirtualClock):
    def __call__(self) -> float:
        return self.ms / 1_000


async def status(ring: KeyRing, key: str, address: str = "10.0.0.1") -> int:
    try:
        await ring.let_in(key, address)
    except Problem as problem:
        return problem.status
    return 200


def test_the_first_start_makes_a_key_and_no_other_start_does(store: Store) -> None:
    made = first_key(store, {})
    assert made
    assert re.fullmatch(r"aicc_[\w-]{43}", made)
    assert first_key(store, {}) is None
    assert asyncio.run(status(KeyRing(store), made)) == 200


def test_a_start_without_a_valid_key_makes_another(store: Store) -> None:
    made = first_key(store, {})
    store.revoke(store.keys()[0].id)
    again = first_key(store, {})
    assert again not in (None, made)


def test_a_chosen_key_is_the_first_one(store: Store) -> None:
    assert first_key(store, {"AICC_API_KEY": CHOSEN}) is None
    assert store.keys() == []
    ring = KeyRing(store, chosen_key({"AICC_API_KEY": f" {CHOSEN}\n"}))
    assert asyncio.run(status(ring, CHOSEN)) == 200
    assert asyncio.run(status(ring, CHOSEN + "x")) == 401


@pytest.mark.parametrize("key", ["secret", "열쇠" * 20, "two words of a sentence that is long", "x" * 300])
def test_a_chosen_key_that_can_be_guessed_is_refused(store: Store, key: str) -> None:
    with pytest.raises(KeyUnfit, match="choose 24 to 256 plain characters") as refused:
        first_key(store, {"AICC_API_KEY": key})
    assert key not in str(refused.value)


def test_wrong_keys_are_refused_and_then_made_to_wait(store: Store, key: str) -> None:
    async def tries() -> None:
        ring = KeyRing(store, clock_s=Clock())
        assert await status(ring, key, "10.0.0.1") == 200
        assert [await status(ring, f"wrong {number}", "10.0.0.1") for number in range(WRONG_KEYS)] == [401] * WRONG_KEYS
        assert await status(ring, "wrong again", "10.0.0.1") == 429
        assert await status(ring, key, "10.0.0.2") == 200, "others are not kept waiting"

    asyncio.run(tries())


def test_a_guesser_who_hits_while_waiting_is_not_told(store: Store, key: str) -> None:
    async def tries() -> None:
        clock = Clock()
        ring = KeyRing(store, clock_s=clock)
        for number in range(WRONG_KEYS):
            await status(ring, f"wrong {number}")
        assert await status(ring, key) == 429
        clock.pass_ms(60_001)
        assert await status(ring, key) == 200

    asyncio.run(tries())


def test_clients_that_were_in_before_a_neighbour_guessed_stay_in(store: Store, key: str) -> None:
    async def tries() -> None:
        ring = KeyRing(store, clock_s=Clock())
        await status(ring, key)
        for number in range(WRONG_KEYS + 5):
            await status(ring, f"wrong {number}")
        assert await status(ring, key) == 200
        assert await status(ring, "wrong") == 429

    asyncio.run(tries())


def test_no_key_at_all_is_no_attempt(store: Store, key: str) -> None:
    async def tries() -> None:
        ring = KeyRing(store, clock_s=Clock())
        for _ in range(WRONG_KEYS + 1):
            assert await status(ring, "") == 401
        assert await status(ring, key) == 200

    asyncio.run(tries())


def test_a_key_revoked_elsewhere_works_for_some_seconds_at_most(store: Store, key: str) -> None:
    async def tries() -> None:
        clock = Clock()
        ring = KeyRing(store, clock_s=clock)
        await status(ring, key)
        store.revoke(store.keys()[0].id)
        clock.pass_ms(FRESH_S * 1_000 + 1)
        assert await status(ring, key) == 401

    asyncio.run(tries())


def test_a_key_made_elsewhere_works_at_once(store: Store) -> None:
    async def tries() -> None:
        ring = KeyRing(store, clock_s=Clock())
        assert await status(ring, "aicc_" + "x" * 43) == 401
        assert await status(ring, store.add_key("desk")) == 200

    asyncio.run(tries())


def test_while_the_database_is_away_known_keys_work(store: Store, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(plain: str) -> bool:
        raise StoreUnavailable("the database is away")

    async def tries() -> None:
        clock = Clock()
        ring = KeyRing(store, clock_s=clock)
        await status(ring, key)
        monkeypatch.setattr(store, "knows_key", away)
        clock.pass_ms(3_600_000)
        assert await status(ring, key) == 200
        assert await status(ring, "never seen") == 503

    asyncio.run(tries())


def test_odd_keys_are_wrong_keys(store: Store) -> None:
    ring = KeyRing(store)
    for odd in ("\ud800", "\0", "é", "x" * 100_000):
        assert asyncio.run(status(ring, odd)) == 401
