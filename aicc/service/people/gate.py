"""The way in by session: the cookie, its browser, the page that has sent it, and what the person may do."""

from __future__ import annotations

import hmac
import inspect
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.types import Scope

from aicc.service.api.problem import Problem
from aicc.service.people.people import People
from aicc.service.people.rights import OPEN, Ruling, ruling
from aicc.service.people.sessions import Session, not_signed_in
from aicc.service.people.site import Client
from voicebot.store import StoreUnavailable
from voicebot.store.people import Person

CSRF_HEADER = "x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "WS"})

Sees = Callable[[Person, str], bool | Awaitable[bool]]
"""Whether a person is or was on a call, or is offered it; asked on the loop, so that who asks a database returns an
awaitable. The call id is well-formed, and may be nobody's."""


class Gate:
    """Before all routes, beside the keys. Without ``sees`` nobody has calls of their own."""

    def __init__(self, people: People, sees: Sees | None = None) -> None:
        self._people, self._sees = people, sees

    async def let_in(self, scope: Scope, address: str, has_key: bool = False) -> bool:
        """True: the request has come in, ``scope["state"]["session"]`` says as whom, None for a stranger who signs
        in. False: it is for the keys to say. ``scope["state"]["client"]`` is set in any case. Raises Problem: 401, 403,
        503.
        """
        state = scope["state"]
        state["session"] = None
        state["client"] = client = self._people.site.client(address, scope)
        if has_key:
            return False
        path, method = scope["path"], scope.get("method", "WS")
        if (method, path) in OPEN:
            self._check_comes_from_here(scope, method)
            return True
        found, token = ruling(method, path), self._people.site.token_of(scope)
        if found is None and method == "WS" and not _is_desk(path):
            return False  # sockets of keys: the first message shows one
        if token is None:
            if _is_desk(path):
                raise not_signed_in()
            return False
        try:
            state["session"] = session = await self._people.sessions.admit(token, client)
            await self._check_is_meant(scope, method, session, client)
            await self._check_right(found, method, path, session, client)
        except StoreUnavailable:
            raise Problem(503, "the database cannot be asked now", "try again in a few seconds") from None
        return True

    def _check_comes_from_here(self, scope: Scope, method: str) -> None:
        """Nobody is signed in by another site's form, under a name that is not theirs."""
        if method not in SAFE and "origin" in Headers(scope=scope) and not self._people.site.is_own_origin(scope):
            raise Problem(403, "another site has sent this", "sign in on the page /desk of this service")

    async def _check_is_meant(self, scope: Scope, method: str, session: Session, client: Client) -> None:
        """That a page of ours asks, and not another site with the browser's cookie."""
        if method == "WS":
            if self._people.site.is_own_origin(scope):
                return
            refused = Problem(403, "another site has opened this socket", "open it from a page of this service")
        elif method in SAFE:
            return
        else:
            shown = Headers(scope=scope).get(CSRF_HEADER, "")
            if hmac.compare_digest(shown.encode("latin-1"), session.csrf.encode()):
                return
            refused = Problem(403, "no right x-csrf-token", "send the one of get /api/desk/me with every change")
        await self._tell(session, client, f"{method} {scope['path']}", refused.error)
        raise refused

    async def _check_right(
        self, found: Ruling | None, method: str, path: str, session: Session, client: Client
    ) -> None:
        person = session.person
        if found is None or not await self._may(found, person):
            await self._tell(session, client, f"{method} {path}", f"not for {person.role}")
            raise Problem(403, "you may not do this", "ask an administrator, or sign in as somebody who may")
        if found.rule.action:
            await self._people.trail.write_once(person.name, client.address, found.rule.action, path, "allowed")

    async def _may(self, found: Ruling, person: Person) -> bool:
        if person.role in found.rule.roles:
            return True
        if person.role not in found.rule.own or not found.call_id or self._sees is None:
            return False
        answer = self._sees(person, found.call_id)
        return await answer if inspect.isawaitable(answer) else answer

    async def _tell(self, session: Session, client: Client, object: str, why: str) -> None:
        await self._people.trail.write_once(session.person.name, client.address, "refused", object, why)


def _is_desk(path: str) -> bool:
    return path == "/api/desk" or path.startswith("/api/desk/")
