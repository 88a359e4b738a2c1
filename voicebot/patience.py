"""How long either side may say nothing: a caller who is asked again, a mind that is waited for or given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PLEASE_WAIT_MS = 2_500  # after a turn that nobody has answered yet; said once a turn
LOST_MS = 32_000  # a service that a flow calls may take 30 s; longer, and the mind will not come back
BEGINNING_MS = 1_500  # who has begun to speak so lately may not have said a word yet, and is not silent

Notice = Literal["caller_silent", "please_wait", "mind_lost"]


@dataclass(slots=True)
class Patience:
    """One call's; times are the log's, in ms. It is told what happens, and asked every tick while the bot is silent."""

    bot_ended_ms: int = 0
    last_words_ms: int = 0  # the caller's
    _listens_since_ms: int | None = None
    _may_be_silent_ms: int = 0
    _alive_ms: int = 0  # when the conversation last did anything
    _owes_answer: bool = False

    def listens(self, now_ms: int, silence_ms: int) -> None:
        """The conversation waits for the caller, who may be silent for so long."""
        self._listens_since_ms, self._may_be_silent_ms = now_ms, silence_ms

    def has_heard(self, now_ms: int) -> None:
        """The conversation has a turn, and owes an answer."""
        self._listens_since_ms = None
        self._alive_ms, self._owes_answer = now_ms, True

    def speaks(self, now_ms: int) -> None:
        """The conversation has said something."""
        self._alive_ms, self._owes_answer = now_ms, False

    def notice(self, now_ms: int, voice_ms: int | None) -> Notice | None:
        """What has been going on for too long, told once; ``voice_ms`` is how long the caller's voice is heard."""
        if self._listens_since_ms is not None:
            if voice_ms is not None and voice_ms < BEGINNING_MS:
                return None
            if self.silent_ms(now_ms) < self._may_be_silent_ms:
                return None
            self._listens_since_ms = None
            self._alive_ms, self._owes_answer = now_ms, False
            return "caller_silent"
        if now_ms - self._alive_ms >= LOST_MS:
            return "mind_lost"
        if self._owes_answer and now_ms - max(self.bot_ended_ms, self._alive_ms) >= PLEASE_WAIT_MS:
            self._owes_answer = False
            return "please_wait"
        return None

    def silent_ms(self, now_ms: int) -> int:
        """Since the bot's last sound or the caller's last word."""
        return now_ms - max(self.bot_ended_ms, self.last_words_ms, self._listens_since_ms or 0)
