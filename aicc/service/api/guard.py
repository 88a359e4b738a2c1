"""Who may come in: a key or somebody's session for everything under ``/api``, loopback for what operators read, nothing
larger than it needs to be. Stands before the router, so that a path which is forgotten there is closed, not open.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aicc.service.api.keys import KeyRing
from aicc.service.api.problem import Problem
from aicc.service.people.gate import Gate

MAX_BODY_BYTES = 64 * 1024
BODY_LIMIT_S = 10.0  # for the whole body to arrive
LOOPBACK_PATHS = frozenset({"/health", "/ready", "/metrics"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


class Guard:
    """ASGI middleware. A WebSocket has the key that let it in as ``scope["state"]["key"]``; one without the header
    comes in with None there and has to show its key itself.

    With a ``gate`` people come in by their sessions too: ``scope["state"]["session"]`` is theirs. The header goes
    before the cookie: who shows a key comes in by it, or not at all.
    """

    def __init__(self, app: ASGIApp, keys: KeyRing, gate: Gate | None = None) -> None:
        self._app, self._keys, self._gate = app, keys, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            await self._let_in(scope)
            if scope["type"] == "http":
                body = await _whole_body(scope, receive)
        except Problem as problem:
            answer = problem.answer()
            # a body that is still on its way would be taken for the next request
            answer.headers["connection"] = "close"
            await answer(scope, receive, _with_security_headers(send))
            return
        if scope["type"] == "http":
            await self._app(scope, _replayed(body, receive), _with_security_headers(send))
        else:
            await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope) -> None:
        path, address, headers = scope["path"], address_of(scope), Headers(scope=scope)
        if path in LOOPBACK_PATHS and not _is_from_here(address, headers):
            raise Problem(403, f"{path} answers on loopback only", "ask from the machine that the service runs on")
        if path != "/api" and not path.startswith("/api/"):
            return
        state = scope.setdefault("state", {})
        state["key"] = None
        shown = headers.get("authorization")
        if self._gate and await self._gate.let_in(scope, address, has_key=shown is not None):
            return
        if shown is None and scope["type"] == "websocket":
            return
        scheme, _, key = (shown or "").strip().partition(" ")
        if scheme.lower() != "bearer":
            key = ""
        await self._keys.let_in(key.strip(), address)
        state["key"] = key.strip()


def address_of(scope: Scope) -> str:
    """Who is at the other end of the wire; what proxies say about others is not believed."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else "local"  # a Unix socket has no address


def _is_from_here(address: str, headers: Headers) -> bool:
    """A proxy on this machine is on loopback, those whom it forwards are not."""
    if any(name in headers for name in FORWARDED):
        return False
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


async def _whole_body(scope: Scope, receive: Receive) -> bytes:
    told = Headers(scope=scope).get("content-length", "0")
    too_large = Problem(413, f"the body is larger than {MAX_BODY_BYTES // 1024} kB", "send less")
    if told.isdecimal() and int(told[:18]) > MAX_BODY_BYTES:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_LIMIT_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Problem(400, "the body broke off", "send it again")
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    raise too_large
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise Problem(408, f"the body did not arrive within {BODY_LIMIT_S:.0f} s", "send it again") from None


def _replayed(body: bytes, receive: Receive) -> Receive:
    messages: Iterable[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def replay() -> Message:
        for message in messages:
            return message
        return await receive()

    return replay


def _with_security_headers(send: Send) -> Send:
    async def add(message: Message) -> None:
        if message["type"].endswith("http.response.start"):
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return add
