"""The services of a scenario while it is tried out: what they were asked is kept, and they fail on command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from voicebot.dialogue.scenario.flow import Service
from voicebot.dialogue.services import Reply, Services
from voicebot.dialogue.trial.case import Trouble
from voicebot.dialogue.trial.stopwatch import Stopwatch

MISBEHAVE = "X-Misbehave"  # the query parameter (or header) by which samples of services fail on command
RESET_LIMIT_MS = 5_000
_SLOW_MS = 3_000


class ResetFailed(RuntimeError):
    """A sample could not be put back to what it was; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Called:
    """A service was asked; ``status`` as in :class:`Reply`."""

    service: str
    method: str
    path: str
    query: Mapping[str, Any]
    body: Any
    status: int | str

    def __str__(self) -> str:
        query = str(httpx.QueryParams(dict(self.query)))
        return f"{self.method} {self.path}{'?' if query else ''}{query} {self.status}"


class WatchedServices(Services):
    """Of one lane of cases, which are played one after the other. ``called`` grows; ``stopwatch`` stands from where a
    call begins to where who plays the case sets it going again."""

    def __init__(self, services: Mapping[str, Service], addresses: Mapping[str, str]) -> None:
        super().__init__(services, addresses)
        self._started = {name: service for name, service in services.items() if name in addresses}
        self._troubles: dict[str, str] = {}
        self.called: list[Called] = []
        self.stopwatch = Stopwatch()

    async def reset(self, now: datetime) -> None:
        """Puts the samples that were started for us back to what they are at the beginning of a call at ``now``.

        They are told the time as ``?now=2026-11-22T14:00:00``, and may make their days count from it.
        Raises :class:`ResetFailed`.
        """
        self._troubles.clear()
        self.called.clear()
        for name, service in self._started.items():
            if service.reset is None:
                continue
            query = {"now": now.isoformat(timespec="seconds")}
            reply = await super().call(name, "POST", service.reset, query=query, timeout_ms=RESET_LIMIT_MS, tries=2)
            if reply.status != "not_json" and (not reply.is_answer or int(reply.status) >= 400):
                raise ResetFailed(
                    f'the sample of service "{name}" could not be reset: POST {service.reset}: {reply.status}: '
                    "check `reset` in scenario.yaml, and whether the sample is still running"
                )

    def trouble(self, troubles: Mapping[str, Trouble]) -> None:
        """From here on these services fail so, or are well again."""
        for name, trouble in troubles.items():
            self._troubles[name] = trouble.misbehave

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
        self.stopwatch.pause()
        how = self._troubles.get(name, "none")
        sent = dict(query or {})
        if how != "none":
            sent[MISBEHAVE] = f"slow={_SLOW_MS}" if how == "slow" else how
        reply = await super().call(name, method, path, query=sent, body=body, timeout_ms=timeout_ms, tries=tries)
        self.called.append(Called(name, method, path, dict(query or {}), body, reply.status))
        return reply
