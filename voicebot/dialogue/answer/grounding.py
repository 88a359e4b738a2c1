"""Whether a sentence says what the entries say: their figures, their names, their words, their yes and no.

No model judges here: what is checked is what can be checked. A sentence that passes uses the entries' figures for what
the entries use them for, names nobody else, speaks in their words, and does not turn round what they affirm or deny. A
doubt costs the caller nothing, because the entry's own words stand ready.
"""

import re
from collections.abc import Sequence

from voicebot.dialogue.answer.contradiction import contradiction
from voicebot.dialogue.answer.figures import Figure, figures, plain, unfounded
from voicebot.dialogue.answer.misuse import is_misused
from voicebot.dialogue.answer.reading import Reading, words_of
from voicebot.dialogue.answer.statements import Segment, segments

LEAST_OVERLAP = 0.85
"""Share of a sentence's content words that the entries must have; measured by test_grounding.py."""


class Grounding:
    """What an answer to ``question`` may say on the strength of ``readings``; ``text`` is all that these hold.

    What the caller has said is no ground: a bot that confirms a caller's mistake has invented it.
    """

    def __init__(self, question: str, readings: Sequence[Reading]) -> None:
        self._question = question
        self._readings = readings
        self.text = "\n".join(reading.text for reading in readings)

    def doubt(self, sentence: str) -> str | None:
        """What speaks against saying ``sentence``, or None; 1 to 2 ms."""
        said = segments(sentence)
        return (
            self._doubt_of_figures(plain(sentence), said)
            or self._doubt_of_names(sentence)
            or self._doubt_of_words(said)
            or contradiction(said, self._readings, words_of(self._question) if _REPLY.match(sentence) else frozenset())
        )

    def best(self, sentence: str) -> int:
        """The number of the reading that has most of the sentence's words; the first of several."""
        words = words_of(sentence)
        shares = [len(words & reading.words) for reading in self._readings]
        return shares.index(max(shares))

    def _doubt_of_figures(self, written: str, said: Sequence[Segment]) -> str | None:
        known = [figure for reading in self._readings for figure in reading.figures]
        named = figures(plain(self._question))
        cases = [f for f in figures(written) if _CASE.match(written, f.end) and unfounded([f], named) is None]
        stated = [figure for figure in figures(written) if figure not in cases]
        if strange := unfounded(stated, known):
            return f'no entry has the figure "{_quoted(written, strange)}"'
        for segment in said:
            for figure in segment.figures:
                if figure in stated and is_misused(figure, segment, self._readings):
                    return f'the entries say "{_quoted(written, figure)}" of something else'
        return None

    def _doubt_of_names(self, sentence: str) -> str | None:
        known = f"{self.text}\n{self._question}".lower()
        names = (found[1] or found[0] for found in _NAME.finditer(sentence))
        strange = next((name for name in names if name.lower() not in known), None)
        return strange and f'no entry names "{strange}"'

    def _doubt_of_words(self, said: Sequence[Segment]) -> str | None:
        known = {word for reading in self._readings for word in reading.words}
        words = {word for segment in said for word in segment.words}
        nouns = {word for segment in said for word in segment.nouns}
        # the analyzer does not cut a compound in the same places everywhere
        strange = {word for word in words - known if len(word) == 1 or word not in self.text}
        if strange & nouns or len(strange) > (1 - LEAST_OVERLAP) * len(words):
            return f"the entries know nothing of {', '.join(sorted(strange)[:4])}"
        return None


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.@]*[A-Za-z0-9]|['\"“‘「『《]([^'\"”’」』》]{2,30})['\"”’」』》]")
# What the caller has named may be taken up as a case, 70,000원이면 무료입니다, and is nothing that a bot confirms.
_CASE = re.compile(
    r"\s?(?:어치|짜리)?(?:을|를|이|가)?\s?(?:이?라면|이?면|이시면|이신데|인데|이니|결제|주문|사시|구매|보다)"
)
_REPLY = re.compile(r"(?:네|예|아니요|아닙니다|그럼요|맞습니다)[\s,.]")


def _quoted(written: str, figure: Figure) -> str:
    return written[figure.start : figure.end].strip()
