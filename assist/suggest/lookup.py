"""What the knowledge base has on what a caller says, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from assist.suggest.topic import Topic
from kb.entry import Entry, faces
from kb.index import Hit, Index
from kb.korean import content
from kb.suggesting import nouns
from kb.synonyms import Synonyms
from voicebot.dialogue.cues import is_question

WORTH_SHOWING, WORTH_SHOWING_TO_A_QUESTION = 0.4, 0.2
"""Confidence from which an entry is shown that is not sure to answer; the agent decides, who sees it.

On ``kb/unseen`` the first three have the right entry for 76 % of paraphrases at 0.4, and for 84 % at 0.2 (87 % if
something is always shown); of questions that nothing answers, 19 % and 57 % are shown something.
"""

ALSO_RAN = 0.0005
"""Confidence of the second and third, beside a first that is worth showing."""

FOLLOWS_LEAST = 0.15
"""Confidence of an entry in the light of what was asked before, for words that name nothing of their own."""

LOOKED_AT = 8
_WORDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Looked:
    """``hits``, best first; ``is_sure`` that the first answers, else it is shown from a confidence of ``least`` on.

    ``topic`` are the words from before that have led to ``followed`` (ids).
    """

    hits: tuple[Hit, ...] = ()
    is_sure: bool = False
    least: float = WORTH_SHOWING
    topic: tuple[str, ...] = ()
    followed: frozenset[str] = frozenset()

    @property
    def is_shown(self) -> bool:
        return bool(self.hits) and (self.is_sure or self.best >= self.least)

    @property
    def best(self) -> float:
        return self.hits[0].confidence if self.hits else 0.0

    def before(self, other: Looked) -> Looked:
        """These, but the first of the ``other`` is the second."""
        second = [replace(hit, confidence=min(hit.confidence, self.best)) for hit in other.hits[:1]]
        mixed = (*self.hits[:1], *second, *self.hits[1:])
        unique = {hit.entry.id: hit for hit in reversed(mixed)}
        hits = tuple(unique[name] for name in dict.fromkeys(hit.entry.id for hit in mixed))
        followed = (self.followed - _ids(second)) | (other.followed & _ids(second))
        return Looked(hits, self.is_sure, self.least, self.topic or other.topic, followed)


def _ids(hits: Sequence[Hit]) -> frozenset[str]:
    return frozenset(hit.entry.id for hit in hits)


class Lookup:
    """Of one company, for all its calls: made once, then only read."""

    def __init__(self, entries: Sequence[Entry], index: Index, synonyms: Synonyms) -> None:
        """``index`` holds at least the ``entries``; what else is in it is not suggested."""
        self._index, self._synonyms = index, synonyms
        self._words = {
            entry.id: frozenset(
                word for text in (*faces(entry), *entry.tags) for word in content(synonyms.settled(text))
            )
            for entry in entries
        }
        asked = [text for entry in entries for text in (*faces(entry)[:-1], *entry.tags)]
        self.nouns = frozenset(noun for text in asked for noun in nouns(synonyms.settled(text)))

    def settled(self, text: str) -> str:
        """In the company's own words: 택배비 is 배송비."""
        return self._synonyms.settled(text)

    def look(self, text: str, topic: Topic, today: date) -> Looked:
        """2 ms, or twice that where the words go on from what was asked before."""
        settled = self.settled(text)
        alone = self._search(settled, today)
        continued = topic.continued(settled)
        if continued is None:
            return alone
        found = self._search(continued, today)
        followed = replace(found, least=FOLLOWS_LEAST, topic=topic.nouns, followed=_ids(found.hits))
        if not topic.is_bare(settled):
            return max(alone, followed, key=lambda looked: (looked.is_sure, looked.best))
        if followed.is_shown and (followed.is_sure or not alone.is_sure):
            return followed.before(alone) if alone.is_sure else followed
        return alone.before(followed) if followed.is_shown else alone

    def item(self, hit: Hit, text: str, looked: Looked) -> dict[str, Any]:
        """As ``suggested`` has it."""
        entry = hit.entry
        return {
            "document": entry.id,
            "title": entry.question,
            "answer": entry.answer,
            "score": round(hit.confidence, 3),
            "why": self._why(hit, text, looked),
        }

    def _search(self, settled: str, today: date) -> Looked:
        found = self._index.search_each(settled, (lambda entry: entry.id in self._words,), LOOKED_AT, today=today)[0]
        least = WORTH_SHOWING_TO_A_QUESTION if is_question(settled) else WORTH_SHOWING
        return Looked(found.hits, found.answered, least)

    def _why(self, hit: Hit, text: str, looked: Looked) -> str:
        if hit.entry.id in looked.followed:
            return f"앞서 말한 '{' '.join(looked.topic)}'에 이어서"
        settled = self.settled(text)
        its_own = self._words[hit.entry.id]
        shared = [noun for noun in nouns(settled) if its_own.issuperset(content(noun))][:_WORDS_SHOWN]
        return f"같은 말: {', '.join(shared)}" if shared else hit.why
