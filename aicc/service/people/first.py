"""The first person of a service that nobody has signed in to yet."""

from __future__ import annotations

from argon2 import PasswordHasher

from aicc.service.people.passwords import Passwords, new_password
from voicebot.store import Store
from voicebot.store.people import NameTaken, Person

NAME = "admin"


def first_person(store: Store, hasher: PasswordHasher | None = None) -> tuple[str, str] | None:
    """Sees to it that there is somebody: an admin, whose name and password are answered to be shown this once.

    None where there is anybody, or was. Asks the database, and hashes: not for the loop. Raises StoreUnavailable.
    """
    if store.people.is_somebody():
        return None
    passwords, password = Passwords(hasher), new_password()
    try:
        store.people.add(Person(NAME, "관리자", "admin"), passwords.hash_now(password))
    except NameTaken:  # another process was faster: it shows the password
        return None
    finally:
        passwords.close()
    return NAME, password
