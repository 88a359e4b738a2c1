"""What of a model's answer is said: what is grounded and new; courtesies are left out, the rest is refused."""

import asyncio
import re
from collections.abc import Sequence
from typing import Self

from kb.entry import Entry
from voicebot.dialogue.answer.figures import plain
from voicebot.dialogue.answer.grounding import Grounding
from voicebot.dialogue.answer.model_stream import ModelFailed
from voicebot.dialogue.answer.nonsense import nonsense
from voicebot.dialogue.answer.prompt import UNKNOWN
from voicebot.dialogue.answer.reading import read, words_of

SAME_SHARE = 0.9
"""A sentence of which so many words were said already says nothing new."""


class Judge:
    """Of one answer."""

    def __init__(self, grounding: Grounding) -> None:
        self._grounding = grounding
        self._said: list[str] = []

    @classmethod
    async def of(cls, question: str, entries: Sequence[Entry]) -> Self:
        """Reads the entries, 2 ms for each that no answer had before, and lets other calls go on between two."""
        readings = []
        for entry in entries:
            readings.append(read(entry))
            await asyncio.sleep(0)
        return cls(Grounding(question, readings))

    def may_be_said(self, sentence: str) -> bool:
        """Whether ``sentence`` is for the caller; what may not be said at all raises :class:`ModelFailed`."""
        if not any(character.isalnum() for character in sentence):
            return False
        if sentence.strip(" .!\"'") == UNKNOWN:
            raise _refused("found no answer in the entries")
        if reason := nonsense(sentence, self._grounding.text):
            raise _refused(f'said "{_short(sentence)}": {reason}')
        if is_courtesy(sentence):
            return False
        if reason := self._grounding.doubt(sentence):
            raise _refused(f'said "{_short(sentence)}": {reason}')
        if repeats(sentence, self._said):
            raise _refused(f'said "{_short(sentence)}" twice')
        self._said.append(sentence)
        return True

    def best_entry(self, sentence: str) -> int:
        """The number of the entry that ``sentence`` rests on most."""
        return self._grounding.best(sentence)


_STATES = re.compile(r"(?:가능|불가|되|돼|됩|된|없|있|아닙|아니|맞)[가-힣]*\s*[.!?…~]*$|\d")


def is_courtesy(sentence: str) -> bool:
    """Whether it states nothing: 네, 고객님. 도와드리겠습니다."""
    return not words_of(sentence) and _STATES.search(sentence) is None


def repeats(sentence: str, said: Sequence[str], share: float = SAME_SHARE) -> bool:
    """Whether ``share`` of the words of ``sentence`` are in what was said."""
    words = words_of(sentence)
    told = frozenset(word for earlier in said for word in words_of(earlier))
    figures_told = "\n".join(map(plain, said))
    has_new_figure = any(figure not in figures_told for figure in _FIGURE.findall(plain(sentence)))
    return bool(words) and len(words & told) >= share * len(words) and not has_new_figure


_FIGURE = re.compile(r"\d[\d,.]*\d|\d")


def _refused(what: str) -> ModelFailed:
    return ModelFailed(f"the model {what}", is_down=False)


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= 60 else f"{sentence[:60]}…"
