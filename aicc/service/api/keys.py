"""Keys of the API: those of the store, and the one that ``AICC_API_KEY`` holds where it is set."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from aicc.errors import AiccError
from aicc.service.api.problem import Problem
from aicc.service.api.wrong_keys import MAX_ADDRESSES, WrongKeys
from voicebot.store import Store, StoreUnavailable

log = logging.getLogger(__name__)

VARIABLE = "AICC_API_KEY"
MIN_CHOSEN_CHARS, MAX_KEY_CHARS = 24, 256
FRESH_S = 10.0  # how long a key that another process revoked still works
MAX_KNOWN = 1_000  # keys that are remembered; the one longest unused is forgotten first


Known = TypeVar("Known")
Value = TypeVar("Value")


class KeyUnfit(AiccError):
    """The key of AICC_API_KEY is none that a service should trust."""


def chosen_key(environment: Mapping[str, str] = os.environ) -> str | None:
    """The key of ``AICC_API_KEY``; None where it is not set. Raises :class:`KeyUnfit`."""
    key = environment.get(VARIABLE, "").strip()
    if not key:
        return None
    if not MIN_CHOSEN_CHARS <= len(key) <= MAX_KEY_CHARS or not key.isascii() or not key.isprintable() or " " in key:
        raise KeyUnfit(
            f"{VARIABLE} is no key: choose {MIN_CHOSEN_CHARS} to {MAX_KEY_CHARS} plain characters without spaces, "
            "or leave it out and one is made"
        )
    return key


def first_key(store: Store, environment: Mapping[str, str] = os.environ) -> str | None:
    """Sees to it that there is a key. Returns one that has just been made, to be printed: nobody sees it again.

    None where there is one, in the store or in ``AICC_API_KEY``. Asks the database: not for the loop. Raises
    :class:`KeyUnfit` and StoreUnavailable.
    """
    kept = store.keys()
    if chosen_key(environment) or any(key.revoked_at is None for key in kept):
        return None
    return store.add_key("first")


class KeyRing:
    """Which keys open this service.

    What the database said of a key holds for ``FRESH_S``, and while it is away for as long as that lasts: the desk of a
    contact centre does not stop with its database. Keys are remembered by their hashes.
    """

    def __init__(self, store: Store, chosen: str | None = None, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock_s = store, clock_s
        self._chosen = _hash(chosen) if chosen else b""
        self._known: OrderedDict[bytes, float] = OrderedDict()  # when the database last said so
        self._wrong = WrongKeys(clock_s)
        self._welcome: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    @property
    def has_chosen(self) -> bool:
        return bool(self._chosen)

    async def let_in(self, key: str, address: str) -> None:
        """Returns for a right key. Raises :class:`Problem`: 401, 429 after many wrong ones from ``address``, 503.

        No key at all is a mistake and no attempt: it does not count. An address that has to wait may still use the keys
        that came in from it before: one bad client does not lock out all that share a proxy with it.
        """
        if not key:
            cure = "send the header authorization: Bearer KEY"
            raise Problem(401, "no key", cure, {"www-authenticate": 'Bearer realm="aicc"'})
        hashed = _hash(key)
        wait_s = self._wrong.wait_s(address)
        if wait_s and (address, hashed) not in self._welcome:
            cure = f"wait {wait_s} s, then send a right one"
            raise Problem(429, "too many wrong keys from your address", cure, {"retry-after": str(wait_s)})
        if not await self.is_right(key):
            self._wrong.came_from(address)
            challenge = 'Bearer realm="aicc", error="invalid_token"'
            raise Problem(401, "wrong key", "ask who runs this service for one", {"www-authenticate": challenge})
        _remember(self._welcome, (address, hashed), None, MAX_ADDRESSES)

    async def is_right(self, key: str) -> bool:
        """Whether ``key`` opens, as of ``FRESH_S`` ago at most. Raises :class:`Problem` where nobody can tell."""
        hashed = _hash(key)
        if self._chosen and hmac.compare_digest(hashed, self._chosen):
            return True
        if len(key) > MAX_KEY_CHARS:
            return False
        asked_s = self._clock_s()
        told_s = self._known.get(hashed)
        if told_s is not None and asked_s - told_s < FRESH_S:
            return True
        try:
            is_known = await run_in_threadpool(self._store.knows_key, key)
        except StoreUnavailable as away:
            log.warning("keys cannot be checked: %s", away)
            if told_s is None:
                raise Problem(503, "the database of the keys is away", "try again in a few seconds") from None
            return True
        if is_known:
            _remember(self._known, hashed, asked_s, MAX_KNOWN)
        else:
            self._known.pop(hashed, None)
        return is_known

    def changed(self) -> None:
        """A key was revoked here: the database is asked again about every one."""
        self._known.clear()


def _hash(key: str) -> bytes:
    # halves of surrogate pairs are possible: headers are Latin-1, the first message of a WebSocket is JSON
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _remember(known: OrderedDict[Known, Value], key: Known, value: Value, limit: int) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > limit:
        known.popitem(last=False)
