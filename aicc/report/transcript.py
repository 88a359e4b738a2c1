"""What was said in a call, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.events import (
    AgentJoined,
    AgentLeft,
    BotFinished,
    BotInterrupted,
    BotStarted,
    CallEnded,
    Dtmf,
    Fault,
    HandoffRequested,
    Held,
    Latency,
    Logged,
    RecordingPaused,
    RecordingResumed,
    Resumed,
    TranscriptFinal,
    TurnEnded,
)

NAMES = {"caller": "고객", "bot": "봇", "agent": "상담사", "supervisor": "관리자", "event": ""}
HEARD_TO_HERE = "여기까지 들림"

_BY = {
    "caller": "고객 종료",
    "bot": "봇 종료",
    "agent": "상담사 종료",
    "network": "회선 종료",
    "service": "서비스 종료",
}
_JOINED = {"answered": "연결", "consulted": "협의", "took_over": "가로받음", "conference": "함께 통화"}
_REASONS = {
    "done": "용건을 마침",
    "caller": "고객이 마치자고 함",
    "hung_up": "전화를 끊음",
    "handoff": "상담사 연결",
    "silence": "말씀이 없음",
    "abuse": "폭언",
    "fault": "장애",
    "too_long": "최장 통화 시간",
    "stopped": "서비스를 멈춤",
    "process_died": "프로세스가 죽음",
}


def ending(ended: CallEnded) -> str:
    """Who has ended the call, and why."""
    return f"{_BY[ended.by]} · {_REASONS.get(ended.reason, ended.reason)}"


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
        self._saying: str | None = None
        self._said_from_s = 0.0
        self._waited_ms: int | None = None
        self._keys = ""
        self._heard_from_s: float | None = None  # when the caller began with this turn

    def of(self, logged: Logged) -> Line | None:
        """The line that this event completes."""
        at_s = logged.at_ms / 1000
        match logged.event:
            case Dtmf(digit=digit):
                self._begin_turn(at_s)
                self._keys += digit
            case TranscriptFinal(side="caller", words=words) if words:
                self._begin_turn(words[0]["start_ms"] / 1000)
            case TranscriptFinal(side=side, written=written, words=words) if side != "caller":
                return Line(words[0]["start_ms"] / 1000 if words else at_s, side, written)
            case TurnEnded(reason="dtmf"):
                keys, self._keys = self._keys, ""
                return Line(self._turn_began(at_s), "caller", keys, "버튼")
            case TurnEnded(written=written):
                return Line(self._turn_began(at_s), "caller", written)
            case Latency(voice_to_voice_ms=waited_ms):
                self._waited_ms = waited_ms
            case BotStarted(text=text):
                self._saying, self._said_from_s = text, at_s
            case BotFinished(text=text):
                return self._bot(text, "")
            case BotInterrupted(heard_text=heard):
                return self._bot(f"{heard} …".strip(), HEARD_TO_HERE)
            case CallEnded() if self._saying is not None:  # its process died meanwhile
                return self._bot(f"{self._saying} …", "끊김")
            case HandoffRequested(skill=skill, summary=summary):
                return Line(at_s, "event", f"상담사 연결 요청 ({skill}): {summary}")
            case AgentJoined(agent=agent, how=how):
                return Line(at_s, "event", f"상담사 {agent} {_JOINED[how]}")
            case AgentLeft(agent=agent):
                return Line(at_s, "event", f"상담사 {agent} 나감")
            case Held() | Resumed() as event:
                return Line(at_s, "event", "통화 보류" if isinstance(event, Held) else "통화 재개")
            case RecordingPaused():
                return Line(at_s, "event", "녹음 멈춤")
            case RecordingResumed():
                return Line(at_s, "event", "녹음 다시 시작")
            case Fault(room=room, what=what):
                return Line(at_s, "event", f"장애 ({room}): {what}")
        return None

    def _begin_turn(self, at_s: float) -> None:
        if self._heard_from_s is None:
            self._heard_from_s = at_s

    def _turn_began(self, ended_s: float) -> float:
        began_s, self._heard_from_s = self._heard_from_s, None
        return ended_s if began_s is None else began_s

    def _bot(self, text: str, note: str) -> Line:
        waited_ms, self._waited_ms, self._saying = self._waited_ms, None, None
        return Line(self._said_from_s, "bot", text, note, waited_ms)


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
