"""The door for callers who type into a terminal: no sound, the same conversation, the same event log.

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
from voicebot.events import CallEnded, CallStarted, Dtmf, Fault, TurnEnded
from voicebot.log import EventLog
from voicebot.text_line import TextLine
from voicebot.tts.clauses import sentences
from voicebot.typed import transcript

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


class ChatLine(TextLine):
    """The ``Line`` to a caller who types: ``next_turn`` has what is typed, ``log`` gets all that happens."""

    def __init__(self, log: EventLog, next_turn: NextTurn) -> None:
        super().__init__(log)
        self._next_turn = next_turn

    async def say(self, text: str, *, interruptible: bool = True, slower: bool = False) -> None:
        for sentence in sentences(text):
            self._tell(text[sentence.start : sentence.end].strip(), self._turn)

    async def listen(self, asked: Slot | None, silence_ms: int) -> Heard | Silence:
        heard = await self._next_turn(asked)
        self._heard_ms = self.log.now_ms
        if heard is None:
            return Silence(silence_ms)
        self._turn += 1
        if heard.source == "dtmf":
            for key in heard.written:
                self.record(Dtmf(key))
            self.record(TurnEnded(self._turn, heard.spoken, heard.written, 0, "dtmf"))
        else:
            self.record(transcript(heard, self._turn, self._heard_ms))
            self.record(TurnEnded(self._turn, heard.spoken, heard.written, 0, "complete"))
        return heard


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
