"""What a client is told when something cannot be done: the fact and the way out, one line each."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)


class ProblemTold(BaseModel):
    """Every answer from 400 on."""

    error: str
    cure: str


class Problem(Exception):
    """Something that a client can ask for and cannot have; becomes an answer with ``status``."""

    def __init__(self, status: int, error: str, cure: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{error}: {cure}")
        self.status, self.error, self.cure, self.headers = status, error, cure, dict(headers or {})

    def answer(self) -> Response:
        body = orjson.dumps({"error": self.error, "cure": self.cure})
        return Response(body, self.status, self.headers, "application/json")


def tell_problems(app: FastAPI) -> None:
    """Every failure of ``app`` leaves as ``{"error", "cure"}``: nobody gets a traceback or what they sent."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_such_path)
    app.add_exception_handler(Exception, _broken)
    app.add_exception_handler(WebSocketRequestValidationError, _invalid_socket)


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.answer()


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _unfit(error.errors()[0]).answer()


async def _invalid_socket(socket: WebSocket, error: Exception) -> None:
    assert isinstance(error, WebSocketRequestValidationError)
    await socket.send_denial_response(_unfit(error.errors()[0]).answer())


def _unfit(first: Mapping[str, Any]) -> Problem:
    """Names the first field that does not fit; never repeats its value, which may be a key or a number."""
    if first["type"] == "json_invalid":
        return Problem(422, "the body is no json", "send one json object, as /docs shows it")
    place = [str(part) for part in first["loc"][1:]] or [str(first["loc"][0])]
    reason = first["msg"][:1].lower() + first["msg"][1:]
    # names of unknown fields are the client's own words: not longer than a name, in one line
    where = " ".join(".".join(place).split())[:80]
    return Problem(422, f'"{where}" does not fit: {reason}', "send what /docs shows for this call")


async def _no_such_path(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("allow", "")
        return Problem(405, f"no {request.method} here", f"use {allowed or 'another method'}", error.headers).answer()
    if error.status_code == 404:
        return Problem(404, "no such path", "see /docs for those that there are").answer()
    return Problem(error.status_code, str(error.detail).lower(), "see /docs", error.headers).answer()


async def _broken(request: Request, error: Exception) -> Response:
    # the traceback is uvicorn's to log: starlette raises the error again behind this answer
    return Problem(500, "the service failed at this request", "look into its log; calls are not affected").answer()
