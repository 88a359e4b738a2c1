"""Somebody for a visitor to sign in as: a supervisor of the sample company, with another password at each start."""

from __future__ import annotations

from collections.abc import Sequence

from aicc.service.people.passwords import Passwords, new_password
from voicebot.store import Store
from voicebot.store.people import Person

NAME = "demo"


def demo_person(store: Store, skills: Sequence[str]) -> tuple[str, str]:
    """The name and the password of a person who serves ``skills``. Asks the database, and hashes: not for the loop."""
    passwords, password = Passwords(), new_password()
    try:
        password_hash = passwords.hash_now(password)
        if store.people.find(NAME) is None:
            store.people.add(Person(NAME, "김누리", "supervisor", tuple(skills)), password_hash)
        else:
            store.people.set_password_hash(NAME, password_hash)
    finally:
        passwords.close()
    return NAME, password
