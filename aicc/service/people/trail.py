"""What is written to the audit trail, and how much of it: whoever is refused all day does not fill the database."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from voicebot.store import StoreUnavailable
from voicebot.store.audit import AuditEntry, AuditTable

Known = TypeVar("Known")
Value = TypeVar("Value")

log = logging.getLogger(__name__)

AGAIN_S = 60.0  # the same by the same person within this is one entry: a player asks for a recording in pieces
A_MINUTE = 60  # entries of one person or address, of what can be repeated at will
MOST_REMEMBERED = 4_096
MOST_CHARS = 200


def utc_now() -> datetime:
    return datetime.now(UTC)


class Trail:
    """Writes entries; where the database is away they are in the service's log alone, and work goes on."""

    def __init__(
        self,
        table: AuditTable,
        keep_days: int,
        now: Callable[[], datetime] = utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table, self._keep, self._now, self._clock_s = table, timedelta(days=keep_days), now, clock_s
        self._written: OrderedDict[tuple[str, ...], float] = OrderedDict()
        self._counts: OrderedDict[tuple[str, int], int] = OrderedDict()

    async def write(self, person: str, address: str, action: str, object: str = "", outcome: str = "done") -> None:
        """``person`` did ``action`` to ``object``; every word in one line and not longer than ``MOST_CHARS``."""
        person, address, action = _line(person), _line(address), _line(action)
        entry = AuditEntry(self._now(), person, address, action, _line(object), _line(outcome))
        try:
            await run_in_threadpool(self._table.add, entry)
        except StoreUnavailable as away:
            log.warning("%s: not in the audit trail: %s", away, entry)

    async def write_once(self, person: str, address: str, action: str, object: str, outcome: str) -> None:
        """As :meth:`write`, but not again within ``AGAIN_S``, and ``A_MINUTE`` at most: the last one says so."""
        now_s = self._clock_s()
        key = (person, action, object, outcome)
        if now_s - self._written.get(key, -AGAIN_S) < AGAIN_S:
            return
        _remember(self._written, key, now_s)
        who = (person or address, int(now_s // 60))
        count = self._counts.get(who, 0) + 1
        _remember(self._counts, who, count)
        if count < A_MINUTE:
            await self.write(person, address, action, object, outcome)
        elif count == A_MINUTE:
            await self.write(person, address, action, object, f"{outcome}, and no more is written in this minute")

    async def forget_old(self) -> None:
        await run_in_threadpool(self._table.forget_old, self._now() - self._keep)


def _line(words: str) -> str:
    return " ".join(words.split())[:MOST_CHARS]


def _remember(known: OrderedDict[Known, Value], key: Known, value: Value) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > MOST_REMEMBERED:
        known.popitem(last=False)
