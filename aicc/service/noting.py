"""Notes of calls: kept in the store behind their events, and delivered to the CRM where there is one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aicc.service.owed import latest_calls
from assist.wrapup.crm import CrmSettings
from voicebot.events import Logged, WrappedUp
from voicebot.journal import NAME, read_journal
from voicebot.store import Store

if TYPE_CHECKING:
    from assist.wrapup.outbox import Outbox

log = logging.getLogger(__name__)


class Noting:
    """One service's. Made on the loop; :class:`assist.wrapup.delivery.CrmKeyUnusable` where deliveries need a key."""

    def __init__(self, store: Store, crm: CrmSettings | None) -> None:
        self._store, self._crm = store, crm
        if crm is not None:
            crm.key()
        self._loop = asyncio.get_running_loop()
        self._outbox: Outbox | None = None

    def written(self, batch: Sequence[Logged]) -> None:
        """Events that the store has taken; in the thread that wrote them. ``StoreUnavailable``."""
        if any(isinstance(logged.event, WrappedUp) for logged in batch):
            self._store.wrapups.write(batch, self._crm.url if self._crm else None)
            if self._outbox:
                with contextlib.suppress(RuntimeError):  # the loop is closed: the next service delivers
                    self._loop.call_soon_threadsafe(self._outbox.wake)

    async def run(self) -> None:
        """Delivers what is due, for ever; cancel it."""
        if self._crm is None:
            return
        from assist.wrapup.delivery import open_client
        from assist.wrapup.outbox import Outbox

        async with open_client() as client:
            self._outbox = Outbox(self._store.deliveries, client, self._crm)
            await self._outbox.run()

    def catch_up(self, calls: Path) -> None:
        """Notes that are in journals in ``calls`` alone, as the service ended before the store had them. Blocks."""
        for call_id in latest_calls(calls):
            with contextlib.suppress(OSError):
                if b'"type":"wrapped_up"' in (calls / call_id / NAME).read_bytes():
                    self.written(read_journal(calls / call_id / NAME))
