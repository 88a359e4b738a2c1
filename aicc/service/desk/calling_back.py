"""Promised calls: kept in the store, dialled when they are due and somebody is free, and tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

from aicc.service.desk.desk_call import DeskCall
from aicc.service.desk.keeping import Keeping
from assist.desk import CallBack, Callback, Desk, Effect
from voicebot.korean_time import KST
from voicebot.store import Store
from voicebot.store.desk import CallbackRow

log = logging.getLogger(__name__)


class Around(Protocol):
    desk: Desk

    def now_s(self) -> float: ...

    def do(self, effects: list[Effect]) -> None: ...


class CallingBack:
    """``place`` dials a number and answers with the call's id; it raises what a door that cannot does."""

    def __init__(
        self, around: Around, store: Store, keeping: Keeping, place: Callable[[str, Mapping[str, str]], Awaitable[str]]
    ) -> None:
        self._around, self._store, self._keeping, self._place = around, store, keeping, place
        self._dialled: dict[str, CallBack] = {}  # by call

    async def restore(self) -> None:
        """Those that wait, and those that were being dialled when the service before this one ended."""
        rows = await asyncio.to_thread(self._store.desk.callbacks, "waiting", "dialling", limit=1_000)
        for row in rows:
            self._take(row)

    async def booked(self, call: DeskCall, due: str, number: str) -> None:
        """A caller was promised one."""
        at = datetime.fromisoformat(due)
        at = at.replace(tzinfo=KST) if at.tzinfo is None else at
        skill = call.handoff.skill if call.handoff else ""
        note = call.handoff.summary if call.handoff else ""
        add = self._store.desk.add_callback
        self._take(await self._keeping.write(lambda: add(number, at, skill, note, call.call_id)))

    async def dial(self, wanted: CallBack) -> None:
        try:
            call_id = await self._place(wanted.number, {})
        except Exception as error:
            log.warning("callback %s to %s is not dialled: %s", wanted.callback_id, wanted.number, error)
            self._not_reached(wanted)
            return
        self._dialled[call_id] = wanted

    def reached(self, call_id: str) -> str | None:
        """The customer is there and is to have a person: who that is; None where nobody is kept free for them."""
        wanted = self._dialled.pop(call_id, None)
        if wanted is None:
            return None
        desk, now_s = self._around.desk, self._around.now_s()
        self._around.do(desk.callback_reached(wanted.callback_id, call_id, now_s))
        # who picks up late is not expected any more: whoever waited for them may have another caller
        return wanted.name if desk.join(wanted.name, call_id, now_s) else None

    def ended(self, call_id: str) -> None:
        """Of any call: one that was dialled for somebody and came to nothing is tried again."""
        if wanted := self._dialled.pop(call_id, None):
            self._not_reached(wanted)

    def keep(self, callback: Callback) -> None:
        change = self._store.desk.change_callback
        self._keeping.keep(callback.id, lambda: change(callback.id, callback.status, callback.attempts, callback.at))

    def _not_reached(self, wanted: CallBack) -> None:
        desk, now_s = self._around.desk, self._around.now_s()
        self._around.do(desk.callback_not_reached(wanted.callback_id, now_s))

    def _take(self, row: CallbackRow) -> None:
        kept = Callback(row.id, row.number, row.at, row.skill, row.note, "waiting", row.attempts)
        if not self._around.desk.call_back_later(kept):
            log.error("callback %s to %s is in the store, and waits for room at the desk", row.id, row.number)
