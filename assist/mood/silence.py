"""Nobody saying anything for long, told once for each silence."""

from __future__ import annotations

from assist.mood.rules import SilenceRules
from voicebot.events import (
    AlertRaised,
    BotFinished,
    BotInterrupted,
    BotPaused,
    BotResumed,
    BotStarted,
    CallStarted,
    Dtmf,
    Event,
    HandoffRequested,
    SpeechEnded,
    SpeechStarted,
    TranscriptFinal,
    TranscriptPartial,
)


class SilenceWatch:
    """Of one call; silent from its last sound on, whoever made it. Between a handoff and the agent's first word the
    caller waits in a queue, and is not silent."""

    def __init__(self, rules: SilenceRules) -> None:
        self._rules = rules
        self._since_ms: int | None = None  # None before the call and while the caller waits
        self._speaking: set[str] = set()
        self._has_agent = self._is_told = False

    def heard(self, at_ms: int, event: Event) -> None:
        match event:
            case SpeechStarted(side):
                self._speaking.add(side)
            case SpeechEnded(side):
                self._speaking.discard(side)
            case BotStarted() | BotResumed():
                self._speaking.add("bot")
            case BotFinished() | BotInterrupted() | BotPaused():
                self._speaking.discard("bot")
            case HandoffRequested():
                self._since_ms = None
                self._speaking.clear()
                return
            case AlertRaised(kind="silence"):  # of one like this that was here before
                self._is_told = True
                return
            case CallStarted() | Dtmf() | TranscriptPartial() | TranscriptFinal():
                pass
            case _:
                return
        if getattr(event, "side", None) in ("agent", "supervisor"):
            self._has_agent = True
        elif self._since_ms is None and not isinstance(event, CallStarted):
            return  # who waits may talk to himself
        self._since_ms, self._is_told = at_ms, False

    def tick(self, at_ms: int) -> list[AlertRaised]:
        if self._since_ms is None or self._is_told or self._speaking:
            return []
        silent_s = (at_ms - self._since_ms) // 1_000
        if silent_s < (self._rules.agent_s if self._has_agent else self._rules.bot_s):
            return []
        self._is_told = True
        return [AlertRaised("caller", "silence", f"{silent_s}초 동안 아무 말이 없어요.")]
