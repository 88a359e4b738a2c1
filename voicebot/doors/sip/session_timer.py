"""Session timers (RFC 4028): a call whose other end is gone without a word ends by itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from voicebot.doors.sip.message import Request, Response

Refresher = Literal["local", "remote"]
Headers = list[tuple[str, str]]

DELTA = re.compile(r"\s*(\d{1,9})\s*(?:;|$)")
REFRESHER = re.compile(r"(?i);\s*refresher\s*=\s*(uac|uas)\b")
LEAST_S = 90  # section 5: no session is shorter, whatever a peer says
AGAIN_S = 10.0  # between attempts to refresh, where one was answered but not accepted


class TooSmall(ValueError):
    """The interval is below ours: to be answered by 422, with Min-SE."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The session ends ``interval_s`` after the last refresh; ``refresher`` is who has to."""

    interval_s: int
    refresher: Refresher

    @property
    def margin_s(self) -> float:
        """How long before the end the call is given up (section 10)."""
        return min(32.0, self.interval_s / 3)


def answered_terms(request: Request, session_s: int, min_session_s: int, current: Terms | None) -> Terms | None:
    """What we answer to an INVITE or UPDATE; None is a session without timer. Raises :class:`TooSmall` (section 9).

    ``session_s`` is the interval that we would like, 0 for none; ``current`` what holds so far.
    """
    lowest_s = max(min_session_s, seconds(request.headers.get("Min-SE")) or 0)
    asked_s = seconds(request.headers.get("Session-Expires"))
    if asked_s is None:
        if not session_s or not supports_timer(request):
            return None
        return Terms(max(session_s, lowest_s), current.refresher if current else "local")
    if asked_s < min_session_s:
        raise TooSmall(f"a session of {asked_s} s where {min_session_s} s is the least")
    interval_s = min(asked_s, max(session_s or asked_s, lowest_s))
    if not supports_timer(request):  # a proxy has asked
        return Terms(interval_s, "local")
    named = REFRESHER.search(request.headers["Session-Expires"])
    if named:
        return Terms(interval_s, "remote" if named.group(1).lower() == "uac" else "local")
    return Terms(interval_s, current.refresher if current else "remote")


def answered_headers(terms: Terms | None, request: Request) -> Headers:
    if terms is None:
        return []
    refresher = "uas" if terms.refresher == "local" else "uac"
    headers = [("Session-Expires", f"{terms.interval_s};refresher={refresher}")]
    return [("Require", "timer"), *headers] if supports_timer(request) else headers


def offered_headers(session_s: int, min_session_s: int, current: Terms | None) -> Headers:
    """For an INVITE or UPDATE of ours (section 7)."""
    interval_s = current.interval_s if current else session_s
    if not interval_s:
        return []
    value = str(max(interval_s, min_session_s))
    if current:
        value += f";refresher={'uac' if current.refresher == 'local' else 'uas'}"
    return [("Session-Expires", value), ("Min-SE", str(min_session_s))]


def accepted_terms(response: Response) -> Terms | None:
    """What a 2xx to ours says; None is a session without timer."""
    value = response.headers.get("Session-Expires")
    interval_s = seconds(value)
    if value is None or not interval_s:
        return None
    named = REFRESHER.search(value)
    refresher: Refresher = "remote" if named and named.group(1).lower() == "uas" else "local"
    return Terms(max(interval_s, LEAST_S), refresher)


def seconds(value: str | None) -> int | None:
    found = DELTA.match(value or "")
    return int(found.group(1)) if found else None


def supports_timer(message: Request | Response) -> bool:
    return "timer" in message.supported


class SessionTimer:
    """Calls ``refresh`` at half of the interval where that is ours to do, and ``expire`` when the time is over."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, refresh: Callable[[], None], expire: Callable[[], None]
    ) -> None:
        self._loop = loop
        self.terms: Terms | None = None
        self._refresh = refresh
        self._expire = expire
        self._refreshing: asyncio.TimerHandle | None = None
        self._expiring: asyncio.TimerHandle | None = None

    def start(self, terms: Terms | None) -> None:
        """Counts anew: the session has begun, or was refreshed."""
        self.stop()
        self.terms = terms
        if terms is None:
            return
        self._expiring = self._loop.call_later(terms.interval_s - terms.margin_s, self._expire)
        if terms.refresher == "local":
            self._refreshing = self._loop.call_later(terms.interval_s / 2, self._refresh)

    def try_again(self) -> None:
        """A refresh of ours was turned down: another one, as long as there is time."""
        if self._refreshing is not None:
            self._refreshing = self._loop.call_later(AGAIN_S, self._refresh)

    def stop(self) -> None:
        for timer in (self._refreshing, self._expiring):
            if timer is not None:
                timer.cancel()
        self._refreshing = self._expiring = None
