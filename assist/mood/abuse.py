"""Abusive words of either side, told once for each turn, with the company's next step."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.dialogue.scenario.flow import Abuse
from voicebot.events import AlertRaised, Side, TranscriptFinal, TranscriptPartial
from voicebot.text import abuse

MOST_CHARS = 60  # of what was said, in an alert
_BEHIND_CHARS = 2  # a space and a letter: a word is whole, and does not go on to be another
_NAMES: dict[Side, str] = {"caller": "고객", "agent": "상담사", "supervisor": "관리자"}


class AbuseWatch:
    """Of one call. ``rule`` is the scenario's, which the bot goes by too; it counts the caller's abusive turns."""

    def __init__(self, rule: Abuse) -> None:
        self._rule = rule
        self._times = 0
        self._told_turn: dict[Side, int] = {}
        self._final_seq: dict[Side, int] = {}
        self._final_turn: dict[Side, int] = {}
        self._told_ahead: set[Side] = set()  # of a turn whose final is yet to come

    def partial(self, event: TranscriptPartial) -> list[AlertRaised]:
        """Only what will stay as it is counts: the stable part, up to its last whole word."""
        if self._told_turn.get(event.side) == event.turn or event.side in self._told_ahead:
            return []
        sure = len(event.spoken[: event.stable_chars].rstrip()) - _BEHIND_CHARS
        if not any(end <= sure for _, end in abuse.find(event.spoken)):
            return []
        return [self._alert(event.side, event.turn, event.spoken)]

    def final(self, seq: int, event: TranscriptFinal) -> list[AlertRaised]:
        self._final_seq[event.side], self._final_turn[event.side] = seq, event.turn
        is_told = self._told_turn.get(event.side) == event.turn
        if event.side in self._told_ahead:
            self._told_ahead.discard(event.side)
            if not is_told:
                self._count(event.side, event.turn)
            return []
        if is_told or not abuse.find(event.spoken):
            return []
        return [self._alert(event.side, event.turn, event.spoken)]

    def told(self, event: AlertRaised) -> None:
        """What the log has already: a watch that begins anew does not tell a final of what its partial was told for."""
        side = event.side
        knows_turn = self._told_turn.get(side, 0) > self._final_turn.get(side, 0)
        if event.kind == "abuse" and event.cause > self._final_seq.get(side, -1) and not knows_turn:
            self._told_ahead.add(side)

    def _count(self, side: Side, turn: int) -> None:
        self._told_turn[side] = turn
        self._times += side == "caller"

    def _alert(self, side: Side, turn: int, spoken: str) -> AlertRaised:
        self._count(side, turn)
        text = f"{_NAMES[side]} 폭언: “{shortened(spoken)}”"
        return AlertRaised(side, "abuse", f"{text}. {self._next_step()}" if side == "caller" else text)

    def _next_step(self) -> str:
        rule = self._rule
        if self._times <= rule.warnings:
            return f"다음 조치: 경고 ({self._times}/{rule.warnings}회)"
        match rule.then:
            case "warn":
                return f"다음 조치: 경고 ({self._times}회째)"
            case "handoff":
                return f"다음 조치: 관리자 연결{f' ({rule.skill})' if rule.skill else ''}"
            case "hang_up":
                return "다음 조치: 상담 종료"


def shortened(spoken: str, around: Sequence[tuple[int, int]] | None = None) -> str:
    """The words masked, and of long ones what stands around the first of ``around``, the abusive ones by default."""
    text = abuse.masked(spoken)
    spans = abuse.find(spoken) if around is None else around
    if len(text) <= MOST_CHARS:
        return text
    at = spans[0][0] if spans else 0
    first = max(0, min(at - MOST_CHARS // 2, len(text) - MOST_CHARS))
    last = first + MOST_CHARS
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
