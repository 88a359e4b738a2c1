"""Words with which nothing is asked for: greetings, yes and no, numbers, answers to what was asked."""

from __future__ import annotations

import re
from datetime import datetime

from kb.korean import morphemes
from voicebot.dialogue.cues import Repair, cue, is_question
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import YesNo

LEAST_SYLLABLES = 4
"""Of a partial; in less nobody has said yet what they want."""

SHORT_ANSWER_WORDS = 2
"""Of one who was just asked: 어제요, 오후 세 시, 김치냉장고."""

_ASIDES: tuple[Repair, ...] = (
    "greeting", "thanks", "wait", "repeat", "slower", "restart", "goodbye", "skip", "are_you_there", "who_are_you",
    "how_are_you", "compliment",
)  # fmt: skip
_MEANING = frozenset("NNG NNP XR VV VA SL MAG".split())
_EMPTY = frozenset(
    "하 되 있 없 이 그렇 이렇 저렇 어떻 맞 괜찮 좋 싫 알 모르 싶 같 주 드리 보 말 말씀 네 예 여보 안녕 감사 고맙 수고"
    " 고객 저기 잠깐 잠시 거 것 수 때 오전 오후 새벽 아침 낮 저녁 밤 내일 모레 오늘 어제 요일 월 일 시 분 번 정도 쯤"
    " 그냥 좀 안 못 다 더 또 지금 이제 진짜 정말 근데 그런데 그래서 그러니까"
    " 제 저 혹시 일단 그럼 그러면 아까 바로 빨리 부탁".split()
)
_YES = YesNo()
_OPEN_END = re.compile(r"[은는도][요]?\s*\??$")


def is_partial_enough(text: str) -> bool:
    return sum(map(str.isalnum, text)) >= LEAST_SYLLABLES


def asks_nothing(text: str, *, was_asked: bool) -> bool:
    """Whether nothing is to be looked up for ``text``; ``was_asked`` is by a flow that waits for an answer."""
    if cue(text) in _ASIDES:
        return True
    meaning = [form for form, tag in morphemes(text) if tag in _MEANING and form not in _EMPTY]
    if not meaning:
        # 아니요 ends as a question does
        return _YES.find(Heard.of(text), datetime.min, asked=True) is not None or not is_question(text)
    return was_asked and len(meaning) <= SHORT_ANSWER_WORDS and not (is_question(text) or _OPEN_END.search(text))
