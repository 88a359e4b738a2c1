"""What was said in a call, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.events import (
    BotFinished,
    BotInterrupted,
    BotStarted,
    Dtmf,
    Fault,
    HandoffRequested,
    Latency,
    Logged,
    TurnEnded,
)

NAMES = {"caller": "고객", "bot": "봇", "event": ""}


@dataclass(frozen=True, slots=True)
class Line:
    """What one side said from ``at_s`` into the call on; ``waited_ms`` is what the caller waited for it."""

    at_s: float
    side: str
    text: str
    note: str = ""
    waited_ms: int | None = None


class Lines:
    """Makes lines of events, given one after the other."""

    def __init__(self) -> None:
        self._began_s = 0.0
        self._waited_ms: int | None = None
        self._keys = ""

    def of(self, logged: Logged) -> Line | None:
        """The line that this event completes."""
        at_s = logged.at_ms / 1000
        match logged.event:
            case Dtmf(digit=digit):
                self._keys += digit
            case TurnEnded(reason="dtmf"):
                keys, self._keys = self._keys, ""
                return Line(at_s, "caller", keys, "버튼")
            case TurnEnded(written=written):
                return Line(at_s, "caller", written)
            case Latency(voice_to_voice_ms=waited_ms):
                self._waited_ms = waited_ms
            case BotStarted():
                self._began_s = at_s
            case BotFinished(text=text):
                return self._bot(text, "")
            case BotInterrupted(heard_text=heard):
                return self._bot(f"{heard} …", "끼어듦")
            case HandoffRequested(skill=skill, summary=summary):
                return Line(at_s, "event", f"상담사 연결 요청 ({skill}): {summary}")
            case Fault(room=room, what=what):
                return Line(at_s, "event", f"장애 ({room}): {what}")
        return None

    def _bot(self, text: str, note: str) -> Line:
        waited_ms, self._waited_ms = self._waited_ms, None
        return Line(self._began_s, "bot", text, note, waited_ms)


def lines_of(events: Sequence[Logged]) -> list[Line]:
    """In the order in which they were begun."""
    lines = Lines()
    return sorted(filter(None, map(lines.of, events)), key=lambda line: line.at_s)


def transcript(events: Sequence[Logged]) -> str:
    """As text, a line each."""
    return "".join(f"{_written(line)}\n" for line in lines_of(events))


def _written(line: Line) -> str:
    name = f"{NAMES[line.side]}: " if NAMES[line.side] else ""
    note = f" ({line.note})" if line.note else ""
    waited = f" [{line.waited_ms} ms]" if line.waited_ms is not None else ""
    return f"{line.at_s:6.1f}  {name}{line.text}{note}{waited}"
