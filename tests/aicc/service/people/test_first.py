"""The first start makes somebody who can let the others in."""

import asyncio

from aicc.service.people import first_person
from tests.aicc.service.people.conftest import CHEAP, Desk
from voicebot.store.people import Person


def test_the_first_start_makes_an_admin_and_no_other_start_does(desk: Desk) -> None:
    made = first_person(desk.store, CHEAP)
    assert made is not None
    name, password = made
    assert first_person(desk.store, CHEAP) is None

    async def sign_in() -> str:
        async with desk.browser() as browser:
            return str((await desk.sign_in(browser, name, password)).json()["person"]["role"])

    assert (name, asyncio.run(sign_in())) == ("admin", "admin")


def test_where_there_is_or_was_somebody_nobody_is_made(desk: Desk) -> None:
    desk.store.people.add(Person("kim", "김", "agent"))
    assert first_person(desk.store, CHEAP) is None
    desk.store.people.remove("kim")
    assert first_person(desk.store, CHEAP) is None
