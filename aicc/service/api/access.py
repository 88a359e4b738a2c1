"""The keys themselves, by whoever has one."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from aicc.service.api.keys import KeyRing
from aicc.service.api.problem import Problem
from aicc.service.api.wire import Asked, Told
from voicebot.store import Key, Store

MAX_KEYS = 1_000

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\w .@:-]{1,80}$")]
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{1,64}$")]


class KeyTold(Told):
    id: str
    name: str
    created_at: datetime


class KeyMade(KeyTold):
    """``key`` is shown this once."""

    key: str


class KeysTold(Told):
    keys: list[KeyTold]


class KeyAsked(Asked):
    """``name`` is for people: whose key it is."""

    name: KeyName


def access(store: Store, keys: KeyRing) -> APIRouter:
    routes = APIRouter(prefix="/api/keys", tags=["keys"])
    changing = asyncio.Lock()

    @routes.get("")
    async def valid_keys() -> KeysTold:
        """Those that work, oldest first; not the one of AICC_API_KEY."""
        return KeysTold(keys=[KeyTold.model_validate(key) for key in await run_in_threadpool(_valid, store)])

    @routes.post("", status_code=201)
    async def make(asked: KeyAsked) -> KeyMade:
        """A new key, under a name that no other has."""
        async with changing:
            return await run_in_threadpool(_make, store, asked.name)

    @routes.delete("/{key_id}", status_code=204)
    async def revoke(key_id: KeyId) -> Response:
        """Takes a key away: at once for requests here, and for WebSockets with their next event."""
        async with changing:
            await run_in_threadpool(_revoke, store, key_id, keys.has_chosen)
        keys.changed()
        return Response(status_code=204)

    return routes


def _valid(store: Store) -> list[Key]:
    kept = store.keys()
    return [key for key in kept if key.revoked_at is None]


def _make(store: Store, name: str) -> KeyMade:
    kept = _valid(store)
    if any(key.name == name for key in kept):
        raise Problem(409, f'there is a key "{name}"', "choose another name, or revoke that key first")
    if len(kept) >= MAX_KEYS:
        raise Problem(409, f"there are {MAX_KEYS} keys", "revoke those that nobody uses")
    plain = store.add_key(name)
    made = next(key for key in _valid(store) if key.name == name)
    return KeyMade(id=made.id, name=made.name, created_at=made.created_at, key=plain)


def _revoke(store: Store, key_id: str, is_another_way_in: bool) -> None:
    kept = _valid(store)
    if key_id not in (key.id for key in kept):
        raise Problem(404, f'no key "{key_id}"', "see get /api/keys")
    if len(kept) == 1 and not is_another_way_in:
        raise Problem(409, "this is the last key", "make another one first, or nobody comes in any more")
    store.revoke(key_id)
