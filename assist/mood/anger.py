"""How angry a caller is, from words and voice: a score that fades, and a label that does not flicker."""

from __future__ import annotations

from typing import Literal

from assist.mood.rules import AngerRules
from voicebot.events import AlertRaised, EmotionRead, Event

HALF_LIFE_MS = 20_000  # of what somebody said, and of how it sounded
MOVED = 0.2  # a change of score that is worth telling

Label = Literal["calm", "angry"]


class Anger:
    """Of one caller. Times are the call's and never go back."""

    def __init__(self, rules: AngerRules) -> None:
        self._rules = rules
        self._words, self._words_at_ms, self._said = 0.0, 0, ""
        self._voice, self._voice_at_ms = 0.0, 0
        self._label: Label = "calm"
        self._told_score = 0.0

    def hear_words(self, at_ms: int, sure: float, said: str) -> None:
        """``sure`` by :class:`assist.mood.words.AngryWords`, of what was said with ``said`` as its plainest part."""
        self._words = 1 - (1 - _faded(self._words, at_ms - self._words_at_ms)) * (1 - sure)
        self._words_at_ms = at_ms
        self._said = said or self._said

    def hear_voice(self, at_ms: int, anger: float) -> None:
        self._voice, self._voice_at_ms = anger, at_ms

    def score(self, at_ms: int) -> float:
        """Words and voice each make it likelier (noisy or)."""
        words = _faded(self._words, at_ms - self._words_at_ms)
        voice = _faded(self._voice, at_ms - self._voice_at_ms)
        return 1 - (1 - words) * (1 - voice)

    def read(self, at_ms: int) -> list[Event]:
        """What has changed since it was read last: the emotion, and an alert where anger begins."""
        score = self.score(at_ms)
        label: Label = self._label
        if score >= self._rules.angry_from:
            label = "angry"
        elif score <= self._rules.calm_to:
            label = "calm"
        begins = label == "angry" and self._label == "calm"
        if label == self._label and abs(score - self._told_score) < MOVED:
            return []
        self._label, self._told_score = label, score
        told: list[Event] = [EmotionRead("caller", label, round(score, 2))]
        return [*told, AlertRaised("caller", "anger", self._why(at_ms))] if begins else told

    def told(self, event: EmotionRead) -> None:
        """What the log has already: who begins anew goes on from there."""
        if event.side == "caller":
            self._label, self._told_score = event.label, event.score

    def _why(self, at_ms: int) -> str:
        reasons = []
        if _faded(self._words, at_ms - self._words_at_ms) > MOVED and self._said:
            reasons.append(f"“{self._said}”")
        if _faded(self._voice, at_ms - self._voice_at_ms) > MOVED:
            reasons.append("목소리가 처음보다 높고 거칠어졌어요")
        return f"고객이 화가 난 것 같아요: {', '.join(reasons)}"


def _faded(score: float, ms: int) -> float:
    return float(score * 0.5 ** (max(ms, 0) / HALF_LIFE_MS))
