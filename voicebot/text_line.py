"""A line without sound: what the bot says is there at once, and what happens is in the log."""

from __future__ import annotations

from voicebot.events import BotFinished, BotStarted, Event, RecordingPaused, RecordingResumed
from voicebot.log import EventLog
from voicebot.off_record import off_record


class TextLine:
    """The ``Line`` to a caller who types, but for ``say`` and ``listen``: how is its kind's own matter."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self._turn = 0
        self._heard_ms = log.now_ms
        self._is_off_record = False

    @property
    def turn(self) -> int:
        return self._turn

    @property
    def turn_ms(self) -> int:
        """How long the caller has been waiting: since the line was typed, or the silence began to count."""
        return self.log.now_ms - self._heard_ms

    def record(self, event: Event) -> None:
        self.log.append(off_record(event) if self._is_off_record else event)

    def keep(self, *, recording: bool) -> None:
        """There is no sound; the log says from where to where a recording would have been silent, and hides words."""
        if recording == self._is_off_record:
            self._is_off_record = not recording
            self.record(RecordingResumed() if recording else RecordingPaused())

    def _tell(self, text: str, turn: int) -> None:
        self.record(BotStarted(turn, text, self.turn_ms))
        self.record(BotFinished(turn, text))
