"""Which calls have no note although they are over: those that ended while no assist process was there."""

from __future__ import annotations

import time
from pathlib import Path

from voicebot.journal import NAME, read_fields
from voicebot.store.rows import started_at_of

LATEST = 500  # calls are looked at
OLDEST_S = 24 * 3600.0


def owed(calls: Path, now_s: float | None = None) -> list[str]:
    """Of the newest calls of a day, oldest first. Reads their journals: blocks."""
    return [call_id for call_id in latest_calls(calls, now_s) if owes(calls / call_id)]


def latest_calls(calls: Path, now_s: float | None = None) -> list[str]:
    """The newest calls of a day whose folders lie in ``calls``, oldest first, at most ``LATEST``."""
    newest = sorted((folder.name for folder in calls.iterdir()), reverse=True)[:LATEST] if calls.is_dir() else []
    return [call_id for call_id in reversed(newest) if _is_new(call_id, now_s or time.time())]


def _is_new(call_id: str, now_s: float) -> bool:
    try:
        return now_s - started_at_of(call_id).timestamp() < OLDEST_S
    except ValueError:  # something else lies there
        return False


def owes(folder: Path) -> bool:
    """Whether the call in ``folder`` has ended and has no note."""
    try:
        types = {fields["type"] for fields in read_fields(folder / NAME)}
    except OSError:
        return False
    return "call_ended" in types and "wrapped_up" not in types
