"""What the caller wanted, in the caller's own sentences: those that say it best, found while the call runs.

A sentence counts that wants, asks or complains, that comes early, that set a flow going or was answered, and that is
near in meaning to what else was wanted. Answers to the bot's questions, repairs and fillers do not.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from assist.wrapup.note_form import reported, stripped
from assist.wrapup.predicate import Mood, Sentence, predicate
from kb.embedding import Embedding
from voicebot.dialogue.cues import Repair, cue

MOST = 24
"""Sentences that are kept of a call; of more the weakest goes."""

LEAST = 0.6
"""Sentences of less weight say nothing of what the call is about."""

_MOOD: dict[Mood, float] = {
    "wants": 1.0,
    "requests": 1.0,
    "asks": 0.9,
    "intends": 0.9,
    "states": 0.5,
    "reasons": 0.3,
}
_TOPIC_ONLY = 0.35
_EARLY, _EARLY_TURNS = 0.8, 4.0
_WORDS, _MOST_WORDS = 0.06, 6
_NEARNESS = 0.5
_SECOND_LEAST, _SECOND_MOST_ALIKE = 0.8, 0.75
_CONTENT = frozenset("NNG NNP VV VA XR SL MAG".split())
_CHATTER = frozenset(
    "모르 감사 안녕 수고 네 예 아니 여보세요 맞 알 잠깐 잠시 괜찮 그렇 있잖 되 없 있 기다리 하 이 말씀 고맙 어떡하 그러"
    " 왜 그럼 그리고 안 못 좀 정말 진짜".split()
)
_ASIDES: tuple[Repair, ...] = ("repeat", "slower", "wait", "are_you_there")
_LEAVING = frozenset("전화 연락 끊 기다리 찾 찾아보".split())


@dataclass(frozen=True, slots=True)
class Wish:
    """A sentence of the caller's ``turn`` and how well it tells what the call is about; ``order`` counts them."""

    sentence: Sentence
    turn: int
    order: int
    weight: float

    @property
    def text(self) -> str:
        return stripped(self.sentence.text)


def weight_of(sentence: Sentence, turns_before: int) -> float | None:
    """How much a sentence wants, before anybody has answered; None for one that wants nothing: yes, a number."""
    words = {token.form for token in sentence.tokens if token.kind in _CONTENT} - _CHATTER
    if not words or len(stripped(sentence.text)) < 2 or cue(stripped(sentence.text)) in _ASIDES:
        return None
    found = predicate(sentence)
    if found and found.mood == "intends" and _LEAVING & set(found.chain):
        return None  # 다시 전화할게요 is no wish
    mood = _MOOD[found.mood] if found else _TOPIC_ONLY
    return mood + _EARLY * math.exp(-turns_before / _EARLY_TURNS) + _WORDS * min(len(words), _MOST_WORDS)


def told_best(wishes: Sequence[Wish], embedding: Embedding, answers: Collection[str] = ()) -> list[Wish]:
    """One or two of ``wishes``, in the order in which they were said; ``answers`` are the values of slots."""
    if not wishes:
        return []
    vectors = embedding.questions([wish.text for wish in wishes])
    alike = vectors @ vectors.T
    others = max(1, len(wishes) - 1)
    nearness = (alike.sum(axis=1) - np.diagonal(alike)) / others
    scores = np.array([wish.weight for wish in wishes]) + _NEARNESS * nearness
    first = int(scores.argmax())
    chosen = [first]
    for at in np.argsort(-scores):
        is_other = at != first and float(alike[first, at]) < _SECOND_MOST_ALIKE
        if is_other and wishes[at].weight >= _SECOND_LEAST and _tells_more(wishes[at], wishes[first], answers):
            chosen.append(int(at))
            break
    return [wishes[at] for at in sorted(chosen, key=lambda at: wishes[at].order)]


def _tells_more(second: Wish, first: Wish, answers: Collection[str]) -> bool:
    """Whether a sentence belongs beside the best one: it wants something too, or says what is wrong."""
    found = predicate(second.sentence)
    if found is None or second.text in first.text or first.text in second.text:
        return False
    if found.mood in ("states", "reasons"):
        words = [token for token in second.sentence.tokens if token.kind in _CONTENT and token.form not in _CHATTER]
        return len(words) > 1 and not any(answer in second.text for answer in answers)
    return True


def issue_of(chosen: Sequence[Wish]) -> str:
    """One or two sentences in a note's style: 고객이 니트 반품을 원함."""
    said = [reported(wish.sentence) for wish in chosen]
    return "고객이 " + ". ".join(said) + "."
