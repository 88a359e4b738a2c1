"""Passwords: hashed off the loop, few at once, and not easily guessed."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from aicc.service.people import passwords
from aicc.service.people.passwords import Passwords, PasswordUnfit, TooManySignIns, check_fit, new_password
from tests.aicc.service.people.conftest import CHEAP


def test_the_right_one_alone_is_right() -> None:
    async def ask() -> None:
        kept = Passwords(CHEAP)
        hashed = await kept.hash("김치찌개 두 그릇")
        assert hashed.startswith("$argon2id$") and hashed != await kept.hash("김치찌개 두 그릇")
        assert await kept.is_right(hashed, "김치찌개 두 그릇")
        for wrong in ("", "김치찌개 두 그릇 ", "김치찌개", hashed):
            assert not await kept.is_right(hashed, wrong)
        for broken in ("", "x", "$argon2id$v=19$m=8,t=1,p=1$x$y"):
            assert not await kept.is_right(broken, "김치찌개 두 그릇")
        assert not await kept.is_right(None, "")
        kept.close()

    asyncio.run(ask())


def test_what_the_product_hashes_with_is_the_librarys_choice() -> None:
    made = Passwords()
    assert extract_parameters(made._nobodys) == RFC_9106_LOW_MEMORY
    assert made.is_outdated(CHEAP.hash("x")) and not made.is_outdated(made._nobodys)
    made.close()


def test_two_at_once_and_the_rest_waits_and_too_many_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 6)
    go_on, at_once, most = threading.Event(), [0], [0]

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
            go_on.wait(10)
            at_once[0] -= 1
            return True

    async def ask() -> None:
        kept = Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1))
        waiting = [asyncio.create_task(kept.is_right("x", "y")) for _ in range(6)]
        await asyncio.sleep(0)
        with pytest.raises(TooManySignIns):
            await kept.is_right("x", "y")
        go_on.set()
        assert await asyncio.gather(*waiting) == [True] * 6
        assert await kept.is_right("x", "y")
        kept.close()

    asyncio.run(ask())
    assert most[0] <= 2


def test_what_is_easily_guessed_is_refused() -> None:
    check_fit("correct horse", "kim")
    for unfit, why in (
        ("too short", "10 to 256 characters"),
        ("x" * 257, "10 to 256 characters"),
        ("my name is Kim", "contains the name"),
        ("ababababababab", "fewer than 5 different"),
    ):
        with pytest.raises(PasswordUnfit, match=why):
            check_fit(unfit, "kim")


def test_made_ones_differ_and_fit() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        check_fit(one, "admin")
