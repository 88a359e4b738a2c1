"""What the caller was offered to hear: 네 answers 배송비를 안내해 드릴까요, and asks for just that."""

from __future__ import annotations

import re
from datetime import datetime

from voicebot.dialogue.answer.sentences import sentences
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import YesNo

_OFFER = re.compile(r"(?P<what>.*?)[\s'\"’”]*(?:안내|설명|말씀|알려)[^.?!]{0,6}드릴까요")
_POINTING = re.compile(r"(?:이것|이 내용|그것)?(?:[을를도]|에 대해)?$")
_LONGEST_YES_CHARS = 14
_YES = YesNo()


def offered(said: str) -> str:
    """What ``said`` offers to tell, the sentence before where it points to that; empty where it offers nothing."""
    before = ""
    for sentence in sentences(said):
        if found := _OFFER.match(sentence):
            return _POINTING.sub("", found["what"]).strip(" '\"‘’“”,") or before
        before = sentence
    return ""


def is_agreed(text: str) -> bool:
    """Whether ``text`` is hardly more than a yes."""
    answer = _YES.find(Heard.of(text), datetime.min, asked=True) if len(text) <= _LONGEST_YES_CHARS else None
    return answer is not None and answer.value is True
