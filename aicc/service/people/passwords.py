"""Passwords: how they are kept, compared and judged.

Argon2id (RFC 9106) with the parameters of argon2-cffi. What people type is compared in NFKC (NIST SP 800-63B, 3.1.1.2):
one keyboard sends a Hangul syllable, another its letters.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from aicc.errors import AiccError

SHORTEST, LONGEST = 10, 256  # characters
FEWEST_DIFFERENT = 5
AT_ONCE = 2  # each takes 64 MB and tens of milliseconds of a core
MOST_WAITING = 64


class PasswordUnfit(AiccError):
    """Too easily guessed, or too long; the message says what to choose."""


class TooManySignIns(Exception):
    """More than ``MOST_WAITING`` wait for their passwords to be compared."""


def new_password() -> str:
    """One that nobody guesses, 96 bits, and that can be read aloud in groups of four."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))


def check_fit(password: str, name: str) -> None:
    """Raises :class:`PasswordUnfit`."""
    typed = _typed(password)
    if not SHORTEST <= len(typed) <= LONGEST:
        raise PasswordUnfit(f"a password has {SHORTEST} to {LONGEST} characters: choose a longer or a shorter one")
    if name.casefold() in typed.casefold():
        raise PasswordUnfit("the password contains the name: choose another")
    if len(set(typed)) < FEWEST_DIFFERENT:
        raise PasswordUnfit(f"the password has fewer than {FEWEST_DIFFERENT} different characters: choose another")


class Passwords:
    """Hashes and compares, off the loop, ``AT_ONCE``; whoever comes when ``MOST_WAITING`` wait is sent away.

    ``hasher`` is argon2-cffi's own choice where it is left out.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())
        self._threads = ThreadPoolExecutor(AT_ONCE, "passwords")
        self._waiting = 0

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def hash_now(self, password: str) -> str:
        """Takes its time: not for the loop."""
        return self._hasher.hash(_typed(password))

    async def hash(self, password: str) -> str:
        """Raises :class:`TooManySignIns`."""
        return str(await self._off_the_loop(self.hash_now, password))

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Takes as long for nobody (None) as for somebody. Raises :class:`TooManySignIns`."""
        is_right = await self._off_the_loop(self._verify, password_hash or self._nobodys, password)
        return bool(is_right) and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _typed(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _off_the_loop(self, work: object, *arguments: str) -> object:
        if self._waiting >= MOST_WAITING:
            raise TooManySignIns
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)  # type: ignore[arg-type]
        finally:
            self._waiting -= 1


def _typed(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
