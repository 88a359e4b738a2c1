"""What the store answers with: frozen dataclasses, whole in themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from voicebot.events import Side

State = Literal["running", "ended"]

_CALL_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TurnRow:
    """What one side said in one go.

    Of the bot ``written`` is what it meant to say and ``spoken`` what the caller heard of it; ``turn`` is the one it
    answers, 0 when unasked. ``at_ms`` is when it was over. ``reason`` is that of ``turn_ended``, or of the bot finished
    or interrupted. ``voice_to_voice_ms`` stands at the caller's turn that was answered.
    """

    seq: int
    turn: int
    side: Side | Literal["bot"]
    spoken: str
    written: str
    at_ms: int
    reason: str | None
    voice_to_voice_ms: int | None


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A sealed recording; its file is gone where ``removed_at`` is set. ``sha256`` is in hexadecimal digits."""

    call_id: str
    path: str
    sha256: str
    size_bytes: int
    duration_ms: int
    sealed_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call; times are in UTC. What ``call_started`` says is None where that event was never seen.

    ``turn_count`` counts the caller's turns. ``handoff`` is why a person was first asked for, ``skill`` which people.
    ``code`` is the newest note's: the one that a person chose, else the suggested one. ``turns`` is filled by
    :meth:`Store.call` alone, in the order in which they were over.
    """

    call_id: str
    started_at: datetime
    direction: str | None
    door: str | None
    caller: str | None
    callee: str | None
    scenario: str | None
    state: State
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None
    duration_ms: int | None
    handoff: str | None
    turn_count: int
    fault_count: int
    recording: RecordingRow | None = None
    turns: tuple[TurnRow, ...] = ()
    skill: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the API, without the key: that is shown once, when it is made."""

    id: str
    name: str
    created_at: datetime
    revoked_at: datetime | None


def started_at_of(call_id: str) -> datetime:
    """When a call began by the wall clock, in UTC: the 48 bits of milliseconds that lead a UUIDv7 (RFC 9562, 5.7).

    Raises ValueError for anything else.
    """
    if _CALL_ID.fullmatch(call_id):
        try:
            return _EPOCH + timedelta(milliseconds=int(call_id[:8] + call_id[9:13], 16))
        except OverflowError:  # a clock beyond the year 9999
            pass
    raise ValueError(f"{call_id!r} is no call id: use voicebot.log.new_call_id, a UUIDv7 in lower case")


def first_call_id_at(moment: datetime) -> str:
    """The start of all call ids from ``moment`` on, to the millisecond; those of earlier calls sort before it.

    Raises ValueError for a time without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: say which, as in {moment.isoformat()}+09:00")
    milliseconds = -((_EPOCH - moment) // timedelta(milliseconds=1))  # rounded up
    digits = f"{max(0, milliseconds):012x}"
    return f"{digits[:8]}-{digits[8:]}"
