"""One delivery sent once, and what came of it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Literal

import httpx

from assist.wrapup import signature
from voicebot.store.deliveries import DeliveryRow

TEMPORARY = frozenset({408, 425, 429})
"""Refusals that say "not now" (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``done``: the receiver has it. ``refused``: it does not want it. ``failed``: nobody knows, or not now.

    ``retry_after_s`` is when the receiver asks to be tried again.
    """

    kind: Literal["done", "refused", "failed"]
    error: str = ""
    retry_after_s: float = 0.0


def open_client() -> httpx.AsyncClient:
    """No proxies from the environment, no redirects, and each delivery on a connection of its own: receivers close
    what is idle, and a POST that goes into a closed connection is one of which nobody knows.
    """
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, limits=limits)


async def send(client: httpx.AsyncClient, delivery: DeliveryRow, key: bytes, now_s: float, timeout_s: float) -> Outcome:
    """Signed as of ``now_s``, in seconds since 1970. Never raises for what a receiver does."""
    body = delivery.body.encode()
    headers = signature.headers(key, delivery.id, body, now_s)
    try:
        # one limit for the whole: a receiver that sends a byte a second would pass httpx's own
        async with asyncio.timeout(timeout_s):
            request = client.stream(
                "POST", delivery.url, content=body, headers=headers, follow_redirects=False, timeout=None
            )
            async with request as response:
                return _outcome(response)
    except TimeoutError:
        return Outcome("failed", f"no answer within {timeout_s:g} s")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return Outcome(
            "refused", "the address cannot be used: correct url: below crm: in aicc.yaml, then retry it to there"
        )
    except httpx.ConnectError as error:
        return Outcome("failed", f"no connection: {' '.join(str(error).split())[:200].lower()}")
    except httpx.HTTPError as error:
        return Outcome("failed", f"the connection broke before the answer ({type(error).__name__})")


def _outcome(response: httpx.Response) -> Outcome:
    status = response.status_code
    if 200 <= status < 300:
        return Outcome("done")
    if 400 <= status < 500 and status not in TEMPORARY:
        return Outcome("refused", f"refused with {status}")
    said = f"answered {status}, which is not followed" if 300 <= status < 400 else f"answered {status}"
    after = response.headers.get("retry-after", "")
    return Outcome("failed", said, float(after) if re.fullmatch(r"[0-9]{1,6}", after, re.ASCII) else 0.0)
