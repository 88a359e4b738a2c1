"""Trouble on command, as a real back office makes it unasked: slow, broken, not JSON, far too long, cut off.

``X-Misbehave`` as a request header or a query parameter chooses it. The order numbers of TROUBLE_NUMBERS bring the
same about by being called, so that a conversation test needs nothing but a caller who says one.
"""

import asyncio
import logging
import re
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

HUGE_BYTES = 10_000_000
LONGEST_MS = 60_000
TROUBLE_NUMBERS = {
    "99999901": "slow=3000",
    "99999902": "500",
    "99999903": "html",
    "99999904": "huge",
    "99999905": "drop",
}


class Misbehaviour:
    """ASGI middleware; a request that asks for nothing of the kind goes through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = _wanted(scope) if scope["type"] == "http" else None
        if wanted is None:
            await self._app(scope, receive, send)
        elif slow := re.fullmatch(r"slow=(\d{1,6})", wanted):
            await asyncio.sleep(min(int(slow[1]), LONGEST_MS) / 1000)
            await self._app(scope, receive, send)
        elif wanted == "drop":
            await _drop(send)
        else:
            await _answer(wanted)(scope, receive, send)


def _wanted(scope: Scope) -> str | None:
    query = {name.lower(): values for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    asked = Headers(scope=scope).get("x-misbehave") or query.get("x-misbehave", [None])[0]
    return asked or next((how for number, how in TROUBLE_NUMBERS.items() if number in scope["path"]), None)


def _answer(wanted: str) -> Response:
    match wanted:
        case "500":
            return PlainTextResponse("Internal Server Error", 500)
        case "html":
            return HTMLResponse("<!doctype html><title>점검 중</title><h1>시스템 점검 중입니다</h1>")
        case "huge":
            return JSONResponse({"number": "9" * HUGE_BYTES})
    ways = "slow=MILLISECONDS, 500, html, huge or drop"
    error = {"code": "unknown_misbehaviour", "message": f'cannot misbehave like "{wanted}": use {ways}'}
    return JSONResponse({"error": error}, 422)


async def _drop(send: Send) -> None:
    """Begins an answer and leaves it: the server then closes the connection in the middle of the body."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"number": "', "more_body": True})


class OrderedDrops(logging.Filter):
    """Keeps uvicorn's complaint about a connection dropped on command off standard error."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "returned without completing response" not in record.getMessage()
