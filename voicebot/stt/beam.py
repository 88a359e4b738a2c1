"""CTC prefix beam search over jamo with a language model: Graves' prefixes, kept as a tree, in linear probabilities.

A prefix is a node; its probability is kept apart for "ended in blank" and "ended in its token" (Hannun et al., 2014,
algorithm 1). Most steps of speech are plainly blank and cost next to nothing; the rest try a few tokens on a dozen
prefixes. What no Hangul syllable allows (two vowels in a row, say) is never tried.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voicebot.stt import tokens
from voicebot.stt.ngram import START
from voicebot.stt.tokens import BLANK, FIRST, LAST, MIDDLE, TOKENS

WIDTH = 12
PLAINLY_BLANK = 0.98  # a step this sure of blank starts nothing
FAINTEST = 0.01  # a token less probable than this at a step is not tried
NARROWEST = 1e-5  # nor is a spelling kept, or grown, that is so much less probable than the best
SETTLED_AFTER = 40  # steps, 1.2 s: doubts about what is older are settled
SETTLING_EVERY = 8  # steps
PAUSE_STEPS = 13  # 390 ms in which nothing begins: between words, whatever the network has read without a breath

_SPACE = TOKENS.index(" ")
_KINDS = [" ", *("first" for _ in FIRST), *("middle" for _ in MIDDLE), *("last" for _ in LAST)]
_MAY_FOLLOW = {
    " ": {"first"},
    "first": {"middle"},
    "middle": {"first", "last", " "},
    "last": {"first", " "},
}
# Which tokens may follow which; the beginning of an utterance follows a space.
_FOLLOWS = [
    [_KINDS[next_] in _MAY_FOLLOW[_KINDS[token]] for next_ in range(len(TOKENS))] for token in range(len(TOKENS))
]


class Language(Protocol):
    def next(self, context: int, token: int) -> tuple[float, int]:
        """ln P(token | context), and the context after it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How far the language model is believed, and what each further token earns back."""

    language: float = 0.5
    token: float = 0.4


BALANCED = Weights()


class Prefix:
    """A spelling so far: a node that knows its parent, the step its token came at and how sure the network was.

    ``factor`` is what the language model makes of the token, ``context`` what it makes of the next one.
    """

    __slots__ = ("children", "context", "depth", "factor", "parent", "step", "sureness", "token")

    def __init__(self, parent: "Prefix | None", token: int, context: int, factor: float) -> None:
        self.parent, self.token, self.context, self.factor = parent, token, context, factor
        self.depth: int = parent.depth + 1 if parent else 0
        self.step, self.sureness = 0, 0.0
        self.children: dict[int, Prefix] = {}

    def path(self) -> "list[Prefix]":
        """The nodes from the first token that is not settled to this one."""
        nodes: list[Prefix] = []
        node: Prefix | None = self
        while node is not None and node.parent is not None:
            nodes.append(node)
            node = node.parent
        return nodes[::-1]


def likeliest(ranked: list[tuple[str, float]]) -> int:
    """The first of spellings that are ranked already."""
    return 0


class Beam:
    """One stream's search. ``steps`` counts the steps searched so far.

    ``choose`` settles doubts: of spellings (text, log-probability), the likeliest first, it names one by its place.
    """

    def __init__(
        self,
        language: Language | None,
        weights: Weights = BALANCED,
        width: int = WIDTH,
        choose: Callable[[list[tuple[str, float]]], int] = likeliest,
    ) -> None:
        self._language, self._weights, self._width, self._choose = language, weights, width, choose
        root = Prefix(None, 0, START, 1.0)
        self._beam: list[tuple[Prefix, float, float]] = [(root, 1.0, 0.0)]
        self._scale = 0.0  # ln of what the kept probabilities were divided by
        self.steps = 0
        self._blanks = 0
        self.settled: list[Prefix] = []  # tokens decided for good, up to a space
        self._settled_text = ""

    def advance(self, probabilities: npt.NDArray[np.float32]) -> None:
        """Searches further steps: ``probabilities`` (n, BLANK + 1) of each token at each."""
        heard = probabilities > FAINTEST
        for index, blank in enumerate(probabilities[:, BLANK].tolist()):
            if blank > PLAINLY_BLANK:
                self._beam = [(prefix, ended + open_, 0.0) for prefix, ended, open_ in self._beam]
                self._blanks += 1
                if self._blanks == PAUSE_STEPS:
                    self._space()
            else:
                self._blanks = 0
                row = probabilities[index]
                tried = np.flatnonzero(heard[index, :BLANK])
                candidates = sorted(zip(row[tried].tolist(), tried.tolist(), strict=True), reverse=True)
                self._step(blank, candidates, row)
            self.steps += 1
            if self.steps % SETTLING_EVERY == 0:
                self._settle()

    def _space(self) -> None:
        """Ends the word of every spelling: the network has read sentences aloud, and knows no pause between words."""
        spaced = []
        for prefix, ended, open_ in self._beam:
            if prefix.depth and _FOLLOWS[prefix.token][_SPACE]:
                prefix = prefix.children.get(_SPACE) or self._grow(prefix, _SPACE)
                prefix.step, prefix.sureness = self.steps, 1.0
                ended, open_ = (ended + open_) * prefix.factor, 0.0
            spaced.append((prefix, ended, open_))
        self._beam = spaced

    def _settle(self) -> None:
        """Decides between spellings that differ in what lies long enough behind, and drops those that lose.

        Without this a doubt of the first second fills the beam with its variants for the rest of the utterance.
        """
        ranked = self.ranked()
        best_of: dict[Prefix, tuple[Prefix, float]] = {}
        for prefix, score in ranked:
            best_of.setdefault(self._past(prefix), (prefix, score))
        past = next(iter(best_of))
        if len(best_of) > 1:
            past = self._past(self.choose(list(best_of.values())))
            self._beam = [kept for kept in self._beam if self._past(kept[0]) is past]
        self._cut(past)

    def _cut(self, past: Prefix) -> None:
        """Takes settled words out of the tree, so that an endless stream costs no more than a short one."""
        while past.parent is not None and past.token != _SPACE:
            past = past.parent
        if past.parent is not None:
            words = past.path()
            self.settled += words
            self._settled_text += tokens.decode(node.token for node in words)
            for node in words[:-1]:
                node.children = {}  # the spellings that lost
            past.parent = None

    def choose(self, ranked: list[tuple[Prefix, float]]) -> Prefix:
        """The spelling that ``choose`` finds best among these."""
        if len(ranked) == 1:
            return ranked[0][0]
        return ranked[self._choose([(self.text(prefix), score) for prefix, score in ranked])][0]

    def _past(self, prefix: Prefix) -> Prefix:
        """The part of a spelling that is old enough to be settled."""
        while prefix.parent is not None and prefix.step > self.steps - SETTLED_AFTER:
            prefix = prefix.parent
        return prefix

    def _step(self, blank: float, candidates: list[tuple[float, int]], row: npt.NDArray[np.float32]) -> None:
        reached: dict[Prefix, list[float]] = {}
        for prefix, ended, open_ in self._beam:
            total = ended + open_
            kept = reached.get(prefix)
            if kept is None:
                kept = reached[prefix] = [0.0, 0.0]
            kept[0] += total * blank
            last, children, follows = prefix.token, prefix.children, _FOLLOWS[prefix.token]
            if open_:
                kept[1] += open_ * float(row[last])  # the same token still sounding
            for probability, token in candidates:
                grown = (ended if token == last else total) * probability
                if grown < NARROWEST:
                    if token == last:
                        continue
                    break
                if not follows[token]:
                    continue
                child = children.get(token) or self._grow(prefix, token)
                if probability > child.sureness:
                    child.step, child.sureness = self.steps, probability
                place = reached.get(child)
                if place is None:
                    reached[child] = [0.0, grown * child.factor]
                else:
                    place[1] += grown * child.factor
        ranked = sorted([(sum(parts), prefix) for prefix, parts in reached.items()], key=_first, reverse=True)
        best = ranked[0][0]
        if best <= 0.0:  # every spelling has become impossible: keep what there was
            return
        self._scale += math.log(best)
        self._beam = []
        for total, prefix in ranked[: self._width]:
            if total < best * NARROWEST:
                break
            ended, open_ = reached[prefix]
            self._beam.append((prefix, ended / best, open_ / best))

    def _grow(self, prefix: Prefix, token: int) -> Prefix:
        likely, context = self._language.next(prefix.context, token) if self._language else (0.0, 0)
        factor = math.exp(self._weights.language * likely + self._weights.token)
        child = prefix.children[token] = Prefix(prefix, token, context, factor)
        return child

    def ranked(self) -> list[tuple[Prefix, float]]:
        """The kept prefixes and their log-probabilities, the best first."""
        pairs = [
            (prefix, self._scale + math.log(ended + open_)) for prefix, ended, open_ in self._beam if ended + open_ > 0
        ]
        return sorted(pairs, key=lambda pair: -pair[1])

    def text(self, prefix: Prefix) -> str:
        """Everything heard as this spelling has it, without the jamo at its end that are no syllable yet."""
        newest = tokens.decode(node.token for node in prefix.path())
        return (self._settled_text + "".join(filter(_is_whole, newest))).rstrip()

    def best(self) -> Prefix:
        """The likeliest spelling so far."""
        return max(self._beam, key=_probability)[0]

    def agreed(self) -> Prefix:
        """The longest prefix that all kept ones share: it cannot change any more."""
        shared = self._beam[0][0]
        for other, _, _ in self._beam[1:]:
            while other is not shared:
                if other.depth > shared.depth:
                    other = _parent(other)
                else:
                    shared = _parent(shared)
        return shared


def _is_whole(character: str) -> bool:
    return character == " " or "가" <= character <= "힣"


def _parent(prefix: Prefix) -> Prefix:
    assert prefix.parent is not None, "two prefixes without a common root"
    return prefix.parent


def _probability(kept: tuple[Prefix, float, float]) -> float:
    return kept[1] + kept[2]


def _first(ranked: tuple[float, Prefix]) -> float:
    return ranked[0]
