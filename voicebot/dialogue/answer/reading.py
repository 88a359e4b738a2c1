"""Entries as they are read to check an answer against them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.entry import Entry
from voicebot.dialogue.answer.figures import Figure, figures, plain
from voicebot.dialogue.answer.orders import without_orders
from voicebot.dialogue.answer.prompt import shown
from voicebot.dialogue.answer.sentences import sentences
from voicebot.dialogue.answer.statements import Segment, segments


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry, read: the words of its question (``topic``), all its words, its figures, and what its answer says."""

    topic: frozenset[str]
    words: frozenset[str]
    figures: tuple[Figure, ...]
    said: tuple[Segment, ...]
    text: str


def read(entry: Entry) -> Reading:
    """Without sentences that give orders to a model; entries are remembered."""
    return _read(entry.question, shown(entry.answer), "\n".join((*entry.examples, *entry.tags, entry.category)))


@lru_cache(maxsize=2_000)
def _read(question: str, answer: str, more: str) -> Reading:
    question, answer = without_orders(question), _spelled_out(plain(without_orders(answer)))
    every = figures(answer)
    said = tuple(
        replace(segment, figures=tuple(_of_half(figure, every) for figure in segment.figures))
        for sentence in sentences(answer)
        for segment in segments(sentence)
    )
    topic = words_of(question)
    words = topic | frozenset(word for segment in said for word in segment.words)
    stated = (*(_of_half(figure, every) for figure in every), *figures(plain(question)))
    return Reading(topic, words, stated, said, "\n".join((question, answer, more)))


def words_of(text: str) -> frozenset[str]:
    return frozenset(word for segment in _segments(text) for word in segment.words)


def _segments(text: str) -> Iterator[Segment]:
    for sentence in sentences(text):
        yield from segments(sentence)


_LESS_THAN_THAT = re.compile(r"(?P<amount>\d[\d,]*원)(?P<between>[^.]{1,40}?)그보다")


def _spelled_out(answer: str) -> str:
    """그보다 적으면 as 50,000원보다 적으면, where that amount was just named."""
    return _LESS_THAN_THAT.sub(r"\g<amount>\g<between>\g<amount>보다", answer)


def _of_half(figure: Figure, every: list[Figure]) -> Figure:
    """An hour without its half of the day, in the half in which the same answer has named it."""
    if figure.unit != "시" or figure.half:
        return figure
    halves = {other.half for other in every if other.unit == "시" and other.value == figure.value and other.half}
    return replace(figure, half=halves.pop()) if len(halves) == 1 else figure
