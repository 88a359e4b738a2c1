"""The service that writes the note of each call: a helper that answers ``call_ended`` with one ``wrapped_up``."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from assist.call_so_far import CallSoFar
from assist.helper import Sound
from assist.wrapup.disposition import Codes
from assist.wrapup.gathering import Gathering
from assist.wrapup.note import note_of
from assist.wrapup.rules import WrapUpRules
from assist.wrapup.worded import Worded
from kb.embedding import Embedding
from voicebot.events import CallEnded, Event, Logged
from voicebot.korean_time import KST, korean_now

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

Now = Callable[[], datetime]


class WrapUps:
    """Of one company; made once, it serves all its calls, on any thread.

    Without a ``model`` (:func:`voicebot.dialogue.answer.chat.open_chat`) notes are extractive. ``now`` is the wall
    clock in Korea, for calls whose id does not tell their time.
    """

    def __init__(
        self,
        rules: WrapUpRules,
        embedding: Embedding,
        model: BaseChatModel | None = None,
        now: Now = korean_now,
    ) -> None:
        self.rules = rules
        self.embedding = embedding
        self.codes = Codes(rules, embedding)
        self.worded = Worded(model, rules.model_ms) if model is not None else None
        self.now = now

    def open(self, call: CallSoFar, sound: Sound | None = None) -> WrappingUp:
        return WrappingUp(self, call)

    def close(self) -> None:
        """Lets go of the model; notes are extractive from here on."""
        if self.worded is not None:
            self.worded.close()


class WrappingUp:
    """The helper of one call. Analyses each sentence as it is said; memory is bounded as :class:`Gathering` says."""

    def __init__(self, service: WrapUps, call: CallSoFar) -> None:
        self._service = service
        self._call = call
        self._began = began_at(call.call_id) or service.now()
        self._gathered = Gathering(self._began, service.rules.flows, service.rules.holidays, service.rules.about)
        self._is_done = False

    def heard(self, logged: Logged) -> Sequence[Event]:
        """One ``wrapped_up`` for the first ``call_ended``, nothing for all else."""
        if self._is_done:
            return ()
        self._gathered.take(logged, self._call)
        if not isinstance(logged.event, CallEnded):
            return ()
        self._is_done = True
        self._gathered.end()
        service = self._service
        note = note_of(self._gathered, self._call, self._began, service.codes, service.embedding, service.rules.about)
        if service.worded is not None:
            note = service.worded.note(note, self._gathered.said)
        return (note.as_event(),)

    def tick(self, at_ms: int) -> Sequence[Event]:
        return ()


def began_at(call_id: str) -> datetime | None:
    """When the call began, Korean time without a zone, by its UUIDv7 (RFC 9562, 5.7); None for another id."""
    try:
        number = uuid.UUID(call_id)
    except ValueError:
        return None
    if number.version != 7:
        return None
    return datetime.fromtimestamp((number.int >> 80) / 1000, KST).replace(tzinfo=None)
