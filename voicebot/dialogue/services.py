"""Web services that flows call: one JSON answer, or a plain word for what came instead."""

import asyncio
import json
import logging
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from voicebot.dialogue.scenario.flow import Service

log = logging.getLogger(__name__)

LARGEST_ANSWER_BYTES = 1_000_000
KEPT_OPEN_S = 2.0
FIRST_PAUSE_MS = 100  # before the second try; doubled before each further one
_ENVIRONMENT = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered. ``status`` is its HTTP status, or timeout, unreachable, not_json, too_large, bad_url.

    ``data`` is the JSON of an answer; ``ms`` counts all tries.
    """

    status: int | str
    data: Any
    ms: int

    @property
    def is_answer(self) -> bool:
        """Whether the service has understood and answered, if only with a no."""
        return isinstance(self.status, int) and self.status < 500 and self.status not in (408, 425, 429)


class Services:
    """The services of a scenario, with one pool of connections for all calls of a process."""

    def __init__(self, services: Mapping[str, Service], addresses: Mapping[str, str] | None = None) -> None:
        """``addresses`` go before what the scenario says: of samples that were started on a free port."""
        self._services = services
        self._addresses = addresses or {}
        # servers close what is idle for some seconds: a POST on such a connection would be lost, and is not tried again
        limits = httpx.Limits(max_connections=100, keepalive_expiry=KEPT_OPEN_S)
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False, limits=limits)

    async def close(self) -> None:
        await self._client.aclose()

    def address(self, name: str) -> str:
        service = self._services[name]
        chosen = self._addresses.get(name) or os.environ.get(service.url_from or "") or service.url
        return chosen.rstrip("/")

    async def call(
        self,
        name: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        timeout_ms: int | None = None,
        tries: int = 1,
    ) -> Reply:
        """Asks the service ``name``; a failure is tried again, an answer never is."""
        began = time.monotonic()
        limit_ms = timeout_ms or self._services[name].timeout_ms
        for attempt in range(tries):
            if attempt:
                await asyncio.sleep(FIRST_PAUSE_MS / 1000 * 2 ** (attempt - 1))
            status, data = await self._try(name, method, path, query, body, limit_ms)
            reply = Reply(status, data, round((time.monotonic() - began) * 1000))
            if reply.is_answer and status not in ("not_json", "too_large"):
                break
            log.warning('service "%s" %s %s: %s (try %d of %d)', name, method, path, status, attempt + 1, tries)
        return reply

    async def _try(
        self, name: str, method: str, path: str, query: Mapping[str, Any] | None, body: Any, limit_ms: int
    ) -> tuple[int | str, Any]:
        headers = {key: _from_environment(value) for key, value in self._services[name].headers.items()}
        try:
            # a limit for the whole: a service that sends a byte a second would pass httpx's own
            async with asyncio.timeout(limit_ms / 1000):
                request = self._client.stream(
                    method, self.address(name) + path, params=query or None, json=body, headers=headers, timeout=None
                )
                async with request as response:
                    content = bytearray()
                    async for piece in response.aiter_bytes():
                        content += piece
                        if len(content) > LARGEST_ANSWER_BYTES:
                            return "too_large", None
        except TimeoutError:
            return "timeout", None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            return "bad_url", None
        except httpx.HTTPError:
            return "unreachable", None
        if response.status_code >= 500 or not content:
            return response.status_code, None
        try:
            return response.status_code, json.loads(content)
        except (ValueError, RecursionError):
            return "not_json", None


def picked(data: Any, where: str) -> Any:
    """The value at ``order.items.0.name`` of a JSON answer; None where there is none. ``.`` is the whole."""
    for step in where.split(".") if where != "." else []:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.lstrip("-").isdigit() and -len(data) <= int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data


def _from_environment(value: str) -> str:
    return _ENVIRONMENT.sub(lambda name: os.environ.get(name[1], ""), value)
