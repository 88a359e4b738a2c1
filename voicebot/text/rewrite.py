"""Rewritten text with its map back to the input: what ``to_written`` and ``to_spoken`` return."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_WORD = re.compile(r"\S+")
_CONJOINING = re.compile(r"[\u1100-\u11ff]")
_CLUSTER = re.compile(r"[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?")


class Edit(NamedTuple):
    """``text`` takes the place of input characters ``start`` up to ``end``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of output and the stretch of input it came from: character offsets, end exclusive.

    Where ``rewritten`` is false both stretches hold the same characters.
    """

    start: int
    end: int
    source_start: int
    source_end: int
    rewritten: bool


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The output ``text`` of a rewriting of ``source``.

    ``spans`` are in order and cover both texts without gap or overlap; empty text has none.
    """

    source: str
    text: str
    spans: tuple[Span, ...]

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """The input range that output characters ``start`` up to ``end`` came from.

        A rewritten span that is only partly asked for counts whole. ``start`` must be below ``end``.
        """
        first = self._span_at(start)
        last = self._span_at(end - 1)
        source_start = first.source_start if first.rewritten else first.source_start + start - first.start
        source_end = last.source_end if last.rewritten else last.source_start + end - last.start
        return source_start, source_end

    def words(self) -> tuple[tuple[int, int], ...]:
        """For each output word, the input words it came from, as indexes ``(first, last + 1)``.

        A word is what stands between white space. This is how a written word finds the time it was said at.
        """
        starts = [word.start() for word in _WORD.finditer(self.source)]
        ranges = []
        for word in _WORD.finditer(self.text):
            source_start, source_end = self.source_range(word.start(), word.end())
            first = max(0, bisect_right(starts, source_start) - 1)
            last = bisect_right(starts, source_end - 1)
            ranges.append((first, max(last, first + 1)))
        return tuple(ranges)

    def _span_at(self, offset: int) -> Span:
        return self.spans[bisect_right(self.spans, offset, key=lambda span: span.start) - 1]


def rewrite(source: str, edits: Sequence[Edit]) -> Rewritten:
    """Apply ``edits``, which are in order, do not overlap, and replace something by something."""
    pieces: list[str] = []
    spans: list[Span] = []
    read = written = 0
    for start, end, text in edits:
        if start > read:
            pieces.append(source[read:start])
            spans.append(Span(written, written + start - read, read, start, rewritten=False))
            written += start - read
        pieces.append(text)
        spans.append(Span(written, written + len(text), start, end, rewritten=True))
        written += len(text)
        read = end
    if read < len(source):
        pieces.append(source[read:])
        spans.append(Span(written, written + len(source) - read, read, len(source), rewritten=False))
    return Rewritten(source, "".join(pieces), tuple(spans))


def composed(text: str) -> tuple[str, list[int] | None]:
    """``text`` with its decomposed Hangul (NFD) put together, and the input offset of every character.

    The offsets have one more entry, the length of ``text``; they are None where nothing was decomposed.
    """
    if not _CONJOINING.search(text):
        return text, None
    pieces: list[str] = []
    offsets: list[int] = []
    read = 0
    for cluster in _CLUSTER.finditer(text):
        start, end = cluster.span()
        pieces.append(text[read:start])
        offsets.extend(range(read, start))
        syllables = unicodedata.normalize("NFC", cluster.group())
        pieces.append(syllables)
        offsets.extend([start] * len(syllables))
        read = end
    pieces.append(text[read:])
    offsets.extend(range(read, len(text) + 1))
    return "".join(pieces), offsets
