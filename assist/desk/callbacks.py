"""Calls that we promised: at a time of the caller's choice, when somebody is free to make them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

CallbackStatus: TypeAlias = Literal["waiting", "dialling", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Callback:
    """``at`` is when it is due, with a time zone; ``attempts`` counts how often it was dialled."""

    id: str
    number: str
    at: datetime
    skill: str
    note: str = ""
    status: CallbackStatus = "waiting"
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Dialling:
    callback: Callback
    name: str
    since_s: float


class Callbacks:
    """Those that wait or are being dialled; every other is the store's only.

    Of more than ``most`` that wait no further one is taken; they stay in the store, and may be brought again. As many
    that are over are remembered: a row that was read before is not dialled once more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[str, Callback] = {}
        self._dialling: dict[str, Dialling] = {}
        self._over: deque[str] = deque(maxlen=most)

    def add(self, callback: Callback) -> bool:
        """Whether there was room. One that is known is replaced, unless it is being dialled or over."""
        if callback.id in self._dialling or callback.id in self._over:
            return True
        if callback.id not in self._waiting and len(self._waiting) >= self._most:
            return False
        self._waiting[callback.id] = replace(callback, status="waiting")
        return True

    def cancel(self, callback_id: str) -> Callback | None:
        """None where it does not wait: it is unknown, or being dialled already."""
        found = self._waiting.pop(callback_id, None)
        if found is None:
            return None
        self._over.append(callback_id)
        return replace(found, status="cancelled")

    def due(self, now: datetime) -> list[Callback]:
        """Longest due first."""
        return sorted((one for one in self._waiting.values() if one.at <= now), key=lambda one: (one.at, one.id))

    def dial(self, callback_id: str, name: str, now_s: float) -> Callback:
        callback = replace(self._waiting.pop(callback_id), status="dialling")
        self._dialling[callback_id] = Dialling(callback, name, now_s)
        return callback

    def dialling(self) -> list[Dialling]:
        return list(self._dialling.values())

    def reached(self, callback_id: str) -> tuple[Dialling, Callback] | None:
        """The customer has answered; None where it is not being dialled."""
        dialling = self._dialling.pop(callback_id, None)
        if dialling is None:
            return None
        self._over.append(callback_id)
        return dialling, replace(dialling.callback, status="done", attempts=dialling.callback.attempts + 1)

    def reached_late(self, callback_id: str) -> Callback | None:
        """The customer has answered when it was given up; None where it does not wait to be dialled again."""
        if (found := self._waiting.pop(callback_id, None)) is None:
            return None
        self._over.append(callback_id)
        return replace(found, status="done")

    def not_reached(self, callback_id: str, again: datetime, attempts: int) -> tuple[Dialling, Callback] | None:
        """It waits until ``again``, or has failed behind the last of ``attempts``."""
        dialling = self._dialling.pop(callback_id, None)
        if dialling is None:
            return None
        tried = dialling.callback.attempts + 1
        if tried >= attempts:
            self._over.append(callback_id)
            return dialling, replace(dialling.callback, status="failed", attempts=tried)
        self._waiting[callback_id] = replace(dialling.callback, status="waiting", attempts=tried, at=again)
        return dialling, self._waiting[callback_id]

    def not_taken(self, callback_id: str) -> tuple[Dialling, Callback] | None:
        """The agent did not take part: nobody was dialled, and it is due for somebody else."""
        dialling = self._dialling.pop(callback_id, None)
        if dialling is None:
            return None
        self._waiting[callback_id] = replace(dialling.callback, status="waiting")
        return dialling, self._waiting[callback_id]

    def __len__(self) -> int:
        return len(self._waiting) + len(self._dialling)
