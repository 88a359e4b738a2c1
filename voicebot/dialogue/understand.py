"""What a caller wants: the flow, the question or the repair that an utterance means, each with a confidence.

Flows, repairs and the company's questions stand in one index: 반품하고 싶어요 is for the flow, 반품 배송비는 누가 내요
for the knowledge base, and 사람 바꿔요 for neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Literal, cast

from kb.entry import Entry, faces
from kb.index import Hit, Index
from kb.korean import content
from voicebot.dialogue.cues import Repair, cue, examples, is_question
from voicebot.dialogue.heard import Heard, Source
from voicebot.dialogue.scenario.flow import Flow

Kind = Literal["flow", "faq", "repair"]

SURE = 0.42  # acted on at once
CERTAIN = 0.95  # of what was said in the words of an example
LIKELY = 0.3  # offered, or asked about
CLOSE_RATIO = 0.7  # two flows this near to each other: the caller is asked which one is meant
PLAIN = 0.75  # a question in the middle of a form that does not sound like one
KEPT = 256  # readings


@dataclass(frozen=True, slots=True)
class Wish:
    """Something a caller may want. ``name`` is the flow's, the repair's, or the entry's id; ``hit`` is of the index."""

    kind: Kind
    name: str
    confidence: float
    hit: Hit | None = None


def is_close(second: Wish, best: Wish) -> bool:
    """Whether the caller has to say which of two flows is meant."""
    return second.confidence > max(LIKELY, CLOSE_RATIO * best.confidence)


@dataclass(frozen=True, slots=True)
class Reading:
    """An utterance and what it may mean: ``repair`` where there is one, ``wishes`` best first.

    ``by_words``: certain words gave the repair away; else it only resembles one.
    """

    heard: Heard
    repair: Repair | None
    wishes: tuple[Wish, ...]
    by_words: bool = True

    def best(self, kind: Kind) -> Wish | None:
        return next((wish for wish in self.wishes if wish.kind == kind), None)

    @property
    def is_question(self) -> bool:
        return is_question(self.heard.written)

    @property
    def is_wish(self) -> bool:
        """Whether it is surely for a flow, or for something that is known."""
        return any(wish.kind != "repair" and wish.confidence >= SURE for wish in self.wishes)


class Understanding:
    """Reads utterances for one scenario, for all its calls; what was read of a partial need not be read again."""

    def __init__(self, index: Index, entries: Sequence[Entry] = ()) -> None:
        """``entries`` are those of the index (:func:`entries_of`)."""
        self._index = index
        self._in_those_words = _by_words(entries)
        self._read_anew = lru_cache(KEPT)(self._read)

    def read(self, heard: Heard, today: date) -> Reading:
        """What ``heard`` may mean on the day ``today``.

        Neither how sure the recognizer was nor whether it was typed changes anything of it.
        """
        source: Source = "dtmf" if heard.source == "dtmf" else "speech"
        return replace(self._read_anew(replace(heard, confidence=1.0, source=source), today), heard=heard)

    def forget(self) -> None:
        """What was read is read anew the next time."""
        self._read_anew.cache_clear()

    def _read(self, heard: Heard, today: date) -> Reading:
        if heard.source == "dtmf" or not heard.written.strip():
            return Reading(heard, None, ())
        repair = cue(heard.written)
        designed, known = self._index.search_each(heard.written, (_is_designed, _is_known), limit=5, today=today)
        hits = [*designed.hits, *(known.hits if known.answered else ())]
        hits = [hit for hit in hits if isfinite(hit.confidence)]  # no number is below any threshold, nor above
        wishes = _weighed([_wish(hit) for hit in hits], is_question(heard.written))
        # what a designer has written as an example is understood, whatever else is near it
        if wanted := self._in_those_words.get(_words(heard.written)):
            wishes = (wanted, *(wish for wish in wishes if wish.name != wanted.name))
        if repair is None and wishes and wishes[0].kind == "repair" and wishes[0].confidence >= SURE:
            alike = cast(Repair, wishes[0].name)  # only names of repairs.yaml are in the index
            return Reading(heard, alike, wishes, by_words=False)
        return Reading(heard, repair, wishes)

    def nearest(self, question: str, today: date, limit: int = 5) -> list[Hit]:
        """What comes nearest to a question in the knowledge base, whether or not it answers."""
        return list(self._index.search_each(question, (_is_known,), limit, today=today)[0].hits)

    def answers(self, question: str, today: date, limit: int = 5) -> list[Hit]:
        """What the knowledge base has on a question, best first; nothing where nothing there answers it."""
        found = self._index.search_each(question, (_is_known,), limit, today=today)[0]
        return [hit for hit in found.hits if isfinite(hit.confidence)] if found.answered else []


def entries_of(flows: Sequence[Flow], knowledge: Sequence[Entry] = ()) -> list[Entry]:
    """What an utterance may mean: flows, repairs, and the company's ``knowledge`` but for what a flow does instead."""
    own = {entry.id: entry for entry in knowledge}
    of_flows = [
        _as_entry(f"flow:{flow.flow}", (flow.flow, *flow.examples), flow.about, [own[name] for name in flow.questions])
        for flow in flows
        if flow.examples and flow.repairs is None
    ]
    designers: dict[str | None, Flow] = {flow.repairs: flow for flow in flows if flow.repairs}
    of_repairs = []
    for repair, sentences in examples().items():
        flow = designers.get(repair)
        said = (*sentences, *flow.examples) if flow else sentences
        served = [own[name] for name in flow.questions] if flow else []
        of_repairs.append(_as_entry(f"repair:{repair}", said, "", served))
    served_by_flows = {name for flow in flows for name in flow.questions}
    return of_flows + of_repairs + [entry for entry in knowledge if entry.id not in served_by_flows]


def _as_entry(name: str, said: Sequence[str], about: str, served: Sequence[Entry]) -> Entry:
    """With the words of the entries in whose place it stands."""
    further = [text for entry in served for text in (entry.question, *entry.examples)]
    answer = " ".join(filter(None, (about, *(entry.answer for entry in served))))
    tags = tuple(dict.fromkeys(tag for entry in served for tag in entry.tags))
    return Entry(name, said[0], answer, name.partition(":")[0], tags, examples=(*said[1:], *further))


def _kind(entry_id: str) -> Kind:
    kind, colon, _ = entry_id.partition(":")
    return kind if colon and kind in ("flow", "repair") else "faq"  # type: ignore[return-value]


def _name(entry_id: str) -> str:
    return entry_id.removeprefix(f"{_kind(entry_id)}:")


def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted(content(text)))


def _by_words(entries: Sequence[Entry]) -> dict[tuple[str, ...], Wish]:
    """Flows and repairs by the words of their examples: who says an example, if with another ending, is understood.

    Words that stand for more than one of them stand for none.
    """
    meant: dict[tuple[str, ...], set[str]] = {}
    for entry in filter(_is_designed, entries):
        for text in faces(entry)[:-1]:
            meant.setdefault(_words(text), set()).add(entry.id)
    meant.pop((), None)
    return {
        words: Wish(_kind(one), one.partition(":")[2], CERTAIN)
        for words, (one, *more) in ((words, sorted(ids)) for words, ids in meant.items())
        if not more
    }


def _is_designed(entry: Entry) -> bool:
    return _kind(entry.id) != "faq"


def _is_known(entry: Entry) -> bool:
    return _kind(entry.id) == "faq"


def _wish(hit: Hit) -> Wish:
    return Wish(_kind(hit.entry.id), _name(hit.entry.id), hit.confidence, hit)


_MOOD = 1.3  # how much wanting something done, and not to know something, speaks for a flow


def _weighed(wishes: Sequence[Wish], asks: bool) -> tuple[Wish, ...]:
    """In the order in which they are believed: who asks for nothing wants something done.

    The confidences of flows and repairs and those of questions are chances of their own, and do not add up to one.
    """
    return tuple(
        sorted(wishes, key=lambda wish: wish.confidence * (1 if wish.kind == "faq" or asks else _MOOD), reverse=True)
    )
