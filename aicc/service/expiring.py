"""Deletes what the settings no longer keep: recordings and whole calls, once an hour."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from aicc.settings import Settings
from voicebot.korean_time import korean_now
from voicebot.retention import Keep, expire
from voicebot.store import Store, StoreUnavailable

log = logging.getLogger(__name__)

FIRST_S = 60.0  # a service that has just started has other things to do
PAUSE_S = 3_600.0


async def expire_for_ever(settings: Settings, folder: Path, store: Store) -> None:
    """``folder`` is the data folder. What the store could not be told of is told with the next call that goes."""
    keep = Keep(settings.recordings.keep_days, settings.calls.keep_days)
    await asyncio.sleep(FIRST_S)
    while True:
        try:
            await asyncio.to_thread(expire_once, keep, folder, store)
        except (OSError, StoreUnavailable) as error:
            log.error("what is too old could not be deleted: %s", error)
        await asyncio.sleep(PAUSE_S)


def expire_once(keep: Keep, folder: Path, store: Store) -> None:
    """Blocks. OSError, ``StoreUnavailable``."""
    gone = expire(folder / "calls", keep, korean_now())
    for expired in gone:
        if expired.what == "call":
            store.forget(expired.call_id)
        else:
            store.recording_removed(expired.call_id)
    if gone:
        log.warning("%d recordings and calls were deleted by the rule of retention", len(gone))
