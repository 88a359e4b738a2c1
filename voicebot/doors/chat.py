"""The door for callers who type: no sound, the same conversation, the same event log.

A line that is typed is a turn; an empty one is silence, at once; a line of keys behind a slash (``/1234#``) is pressed.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal

from voicebot.dialogue.conversation import Conversation
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.line import Caller, HungUp, Silence
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.signals import Goodbye, Transfer
from voicebot.dialogue.slots.slot import Slot
from voicebot.events import (
    BotFinished,
    BotStarted,
    CallEnded,
    CallStarted,
    Dtmf,
    Event,
    Fault,
    RecordingPaused,
    RecordingResumed,
    TranscriptFinal,
    TurnEnded,
)
from voicebot.log import EventLog
from voicebot.off_record import off_record
from voicebot.tts.clauses import sentences

log = logging.getLogger(__name__)

LONGEST_TURN_CHARS = 1_000  # about three minutes of speech; nobody says more in one breath
_KEYS = re.compile(r"/([0-9*#]+)")

NextTurn = Callable[[Slot | None], Awaitable[Heard | None]]
"""The caller's next turn, None for silence, when asked for a slot or for anything; :class:`HungUp`."""


def typed(line: str) -> Heard | None:
    """What a caller who typed this line has said or pressed; None for silence.

    Control characters count as spaces.
    """
    if len(line) > LONGEST_TURN_CHARS:
        log.warning("a line of %d characters: only the first %d count", len(line), LONGEST_TURN_CHARS)
        line = line[:LONGEST_TURN_CHARS]
    text = "".join(" " if unicodedata.category(character) == "Cc" else character for character in line).strip()
    if not text:
        return None
    if keys := _KEYS.fullmatch(text):
        return Heard.of(keys[1], source="dtmf")
    return Heard.of(text, source="typed")


class ChatLine:
    """The ``Line`` to a caller who types: ``next_turn`` has what is typed, ``log`` gets all that happens."""

    def __init__(self, log: EventLog, next_turn: NextTurn) -> None:
        self._log = log
        self._next_turn = next_turn
        self._turn = 0
        self._heard_ms = log.now_ms
        self._is_off_record = False

    @property
    def turn(self) -> int:
        return self._turn

    @property
    def turn_ms(self) -> int:
        """How long the caller has been waiting: since the line was typed, or the silence began to count."""
        return self._log.now_ms - self._heard_ms

    async def say(self, text: str, *, interruptible: bool = True, slower: bool = False) -> None:
        for sentence in sentences(text):
            part = text[sentence.start : sentence.end].strip()
            self.record(BotStarted(self._turn, part, self.turn_ms))
            self.record(BotFinished(self._turn, part))

    async def listen(self, asked: Slot | None, silence_ms: int) -> Heard | Silence:
        heard = await self._next_turn(asked)
        self._heard_ms = self._log.now_ms
        if heard is None:
            return Silence(silence_ms)
        self._turn += 1
        if heard.source == "dtmf":
            for key in heard.written:
                self.record(Dtmf(key))
            self.record(TurnEnded(self._turn, heard.spoken, heard.written, 0, "dtmf"))
        else:
            self.record(self._transcript(heard))
            self.record(TurnEnded(self._turn, heard.spoken, heard.written, 0, "complete"))
        return heard

    def record(self, event: Event) -> None:
        self._log.append(off_record(event) if self._is_off_record else event)

    def keep(self, *, recording: bool) -> None:
        """There is no sound; the log says from where to where a recording would have been silent, and hides words."""
        if recording == self._is_off_record:
            self._is_off_record = not recording
            self.record(RecordingResumed() if recording else RecordingPaused())

    def _transcript(self, heard: Heard) -> TranscriptFinal:
        """Each word of a typed turn came when the whole did."""
        came = {"start_ms": self._heard_ms, "end_ms": self._heard_ms, "confidence": heard.confidence}
        words = tuple({"text": word, **came} for word in heard.spoken.split())
        return TranscriptFinal("caller", self._turn, heard.spoken, heard.written, words, "typed")


class Chat:
    """One call with a caller who types. ``conversation`` may be looked into while it runs."""

    def __init__(
        self,
        mind: Mind,
        caller: Caller,
        log: EventLog,
        next_turn: NextTurn,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._log = log
        self._started = CallStarted(caller.direction, "chat", caller.number, caller.called, mind.scenario.scenario)
        self.conversation = Conversation(mind, ChatLine(log, next_turn), caller, now)

    async def run(self) -> Goodbye | Transfer | None:
        """From ``call_started`` to ``call_ended``, which the log has whatever happens; None where the caller hung up.

        What breaks inside the conversation is raised on, behind a ``fault`` in the log.
        """
        self._log.append(self._started)
        try:
            ending = await self.conversation.run()
        except HungUp:
            self._end("caller", "hung_up")
            return None
        except Exception as error:
            self._log.append(Fault("dialogue", f"{type(error).__name__}: {error}", "the call was ended"))
            self._end("service", "fault")
            raise
        except BaseException:  # cancelled or interrupted: the log is whole all the same
            self._end("service", "stopped")
            raise
        self._end("bot", ending.reason if isinstance(ending, Goodbye) else "handoff")
        return ending

    def _end(self, by: Literal["caller", "bot", "service"], reason: str) -> None:
        self._log.append(CallEnded(by, reason, self._log.now_ms))
