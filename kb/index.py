"""The search: words, letters, meaning and soft matches for each entry, one ranking, one confidence."""

from __future__ import annotations

import logging
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kb.acquaintance import Acquaintance
from kb.embedding.bundled import BundledEmbedding
from kb.embedding.embedding import Embedding, EmbeddingUnavailable, Vectors
from kb.embedding.lexicon import Lexicon, Numbers, terms
from kb.entry import Entry, faces
from kb.features import KNOWN, NAMES, SOFT
from kb.jamo import grams
from kb.korean import content
from kb.postings import Postings, Scores, Terms, numbered
from kb.ranking import COMPARED, Features, ranking, standardised
from kb.soft_match import Documents
from kb.synonyms import Synonyms

log = logging.getLogger(__name__)

CANDIDATES = COMPARED  # entries that are looked at closely


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry and how sure it is the answer, 0 to 1; ``why`` names for people what speaks for it."""

    entry: Entry
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, whether or not any is good enough; ``answered`` says that the first is."""

    hits: tuple[Hit, ...]
    answered: bool
    ms: float


class Index:
    """Entries in memory, searched without the disk. Made once, then only read: safe for many threads."""

    def __init__(
        self,
        entries: Sequence[Entry],
        question_vectors: Vectors,
        answer_vectors: Vectors,
        embedding: Embedding,
        synonyms: Synonyms,
    ) -> None:
        """Vectors of all questions and examples, entry by entry, and of one answer each."""
        self._entries = tuple(entries)
        self._embedding = embedding
        self._synonyms = synonyms
        lexicon = embedding.lexicon if isinstance(embedding, BundledEmbedding) else None
        questions = [[_analysed(synonyms.settled(text), lexicon) for text in faces(entry)[:-1]] for entry in entries]
        answers = [_analysed(synonyms.settled(" ".join((entry.answer, *entry.tags))), lexicon) for entry in entries]
        wholes = [asked[0].beside(answer) for asked, answer in zip(questions, answers, strict=True)]
        faced = [face for asked in questions for face in asked]
        self._starts = np.concatenate([[0], np.cumsum([len(asked) for asked in questions])]).astype(np.int64)
        self._channels = {
            "question_words": Postings([face.words for face in faced]),
            "question_letters": Postings([face.letters for face in faced]),
            "whole_words": Postings([whole.words for whole in wholes]),
            "whole_letters": Postings([whole.letters for whole in wholes]),
        }
        self._question_vectors, self._answer_vectors = question_vectors, answer_vectors
        self._whole_vectors = answer_vectors
        self._soft: _SoftMatches | None = None
        if lexicon and entries:
            numbers = [whole.numbers for whole in wholes]
            self._soft = _SoftMatches(
                lexicon,
                Documents(lexicon, [face.numbers for face in faced]),
                Documents(lexicon, numbers),
                Acquaintance(lexicon, numbers),
            )
            self._whole_vectors = np.stack([lexicon.of(whole.numbers).mean() for whole in wholes])
        self._ranking = ranking("bundled" if lexicon else "any")

    @classmethod
    def build(cls, entries: Sequence[Entry], vectors: Vectors, embedding: Embedding, synonyms: Synonyms) -> Index:
        """``vectors`` has one for each of :func:`kb.entry.faces` of each entry, in their order."""
        counts = [len(faces(entry)) for entry in entries]
        ends = np.cumsum(counts) - 1
        is_answer = np.zeros(len(vectors), bool)
        is_answer[ends.astype(int)] = True
        return cls(entries, vectors[~is_answer], vectors[is_answer], embedding, synonyms)

    @classmethod
    def of(cls, entries: Sequence[Entry], embedding: Embedding, synonyms: Synonyms | None = None) -> Index:
        """Embeds the entries here and now, for few of them."""
        questions = [text for entry in entries for text in faces(entry)[:-1]]
        answers = [entry.answer for entry in entries]
        return cls(
            entries, embedding.questions(questions), embedding.documents(answers), embedding, synonyms or Synonyms()
        )

    def __len__(self) -> int:
        return len(self._entries)

    def search(self, text: str, limit: int = 3, *, today: date | None = None) -> Found:
        """The entries that may answer ``text``, of those that are valid today."""
        return self.search_each(text, [lambda entry: True], limit, today=today)[0]

    def search_each(
        self, text: str, groups: Sequence[Callable[[Entry], bool]], limit: int = 3, *, today: date | None = None
    ) -> list[Found]:
        """As :meth:`search`, among the entries of each group alone: what is sure in one takes nothing from another."""
        began = time.perf_counter()
        text = self._synonyms.settled(_plain(text))
        if not self._entries or not text:
            return [_none(began)] * len(groups)
        features = self._quick_features(text)
        scores = self._ranking.quick_scores(features)
        numbers = _analysed(text, self._soft.lexicon if self._soft else None).numbers
        known = self._known(numbers)
        day = today or date.today()
        of_groups = [self._candidates(scores, group, day) for group in groups]
        candidates = sorted({number for of_group in of_groups for number in of_group})
        if not candidates:
            return [_none(began)] * len(groups)
        features = features[candidates]
        self._add_soft(numbers, candidates, features)
        scores, nothing = self._ranking.scores(features, known)
        found = []
        for of_group in of_groups:
            places = np.searchsorted(candidates, of_group)
            confidences = self._ranking.confidences(scores[places], nothing)
            answered = self._ranking.is_answered(features[places], known, scores[places], nothing)
            hits = tuple(
                Hit(self._entries[of_group[at]], float(confidences[at]), _why(features[places[at]]))
                for at in _best(confidences, limit)
            )
            found.append(Found(hits, answered, 1000 * (time.perf_counter() - began)))
        return found

    def evidence(self, text: str) -> tuple[Features, Scores]:
        """Every feature of every entry, and those of the question alone: what the ranking is fitted to."""
        text = self._synonyms.settled(_plain(text))
        features = self._quick_features(text)
        numbers = _analysed(text, self._soft.lexicon if self._soft else None).numbers
        self._add_soft(numbers, range(len(self._entries)), features)
        return features, self._known(numbers)

    def _candidates(self, scores: Scores, group: Callable[[Entry], bool], day: date) -> list[int]:
        """The likeliest entries of a group that are valid on that day."""
        chosen: list[int] = []
        for looked_at in (4 * CANDIDATES, len(self._entries)):
            likely = _best(scores, looked_at)
            chosen = [
                number for number in likely if self._entries[number].is_valid(day) and group(self._entries[number])
            ][:CANDIDATES]
            if len(chosen) == CANDIDATES or len(likely) == len(self._entries):
                break
        return chosen

    def _quick_features(self, text: str) -> Features:
        """All but the soft matches, of all entries."""
        features = np.zeros((len(NAMES), len(self._entries)), np.float32).T
        vector = self._vector(text)
        columns = {name: features[:, number] for number, name in enumerate(NAMES)}
        columns["question_likeness"][:] = self._best_face(self._question_vectors @ vector)
        columns["answer_likeness"][:] = self._answer_vectors @ vector
        columns["whole_likeness"][:] = self._whole_vectors @ vector
        asked = _analysed(text, None)
        for name, postings in self._channels.items():
            shares = postings.shares(asked.words if name.endswith("words") else asked.letters)
            columns[name][:] = self._best_face(shares) if name.startswith("question") else shares
        return features if self._soft else standardised(features)

    def _vector(self, text: str) -> Vectors:
        """Of a question; zeros where an endpoint does not answer, for words and letters still do."""
        try:
            return np.asarray(self._embedding.questions([text])[0], np.float32)
        except EmbeddingUnavailable as unavailable:
            log.warning("%s: searched without it", unavailable)
            return np.zeros(self._embedding.dimensions, np.float32)

    def _best_face(self, of_questions: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.maximum.reduceat(of_questions, self._starts[:-1])

    def _known(self, numbers: Numbers) -> Scores:
        return self._soft.acquaintance.with_question(numbers) if self._soft else np.zeros(len(KNOWN), np.float32)

    def _add_soft(self, numbers: Numbers, candidates: Sequence[int], features: Features) -> None:
        """Fills in the soft matches of the candidates, of which ``features`` are."""
        if not self._soft or not candidates:
            return
        asked = self._soft.lexicon.of(numbers)
        chosen = [face for number in candidates for face in range(self._starts[number], self._starts[number + 1])]
        lengths = [self._starts[number + 1] - self._starts[number] for number in candidates]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        for name, of_faces in zip(SOFT[:2], self._soft.questions.covered(asked, chosen), strict=True):
            features[:, NAMES.index(name)] = np.maximum.reduceat(of_faces, starts)
        for name, of_wholes in zip(SOFT[2:], self._soft.wholes.covered(asked, candidates), strict=True):
            features[:, NAMES.index(name)] = of_wholes


@dataclass(frozen=True, slots=True)
class _SoftMatches:
    """What morphemes with vectors of their own can tell: of each question, of each entry as a whole, and of all."""

    lexicon: Lexicon
    questions: Documents
    wholes: Documents
    acquaintance: Acquaintance


@dataclass(frozen=True, slots=True)
class _Analysed:
    """A text's terms for words and letters, and its morphemes as the lexicon's numbers."""

    words: Terms
    letters: Terms
    numbers: Numbers

    def beside(self, other: _Analysed) -> _Analysed:
        return _Analysed(
            np.concatenate([self.words, other.words]),
            np.concatenate([self.letters, other.letters]),
            np.concatenate([self.numbers, other.numbers]),
        )


def _analysed(text: str, lexicon: Lexicon | None) -> _Analysed:
    numbers = lexicon.numbers(terms(text)) if lexicon else np.zeros(0, np.int32)
    return _Analysed(numbered(content(text)), grams(text), numbers)


def _none(began: float) -> Found:
    return Found((), False, 1000 * (time.perf_counter() - began))


def _plain(text: str) -> str:
    """As entries are written: NFC, single spaces, and no half characters, which a broken client may send."""
    return " ".join(unicodedata.normalize("NFC", text.encode(errors="ignore").decode()).split())


def _best(scores: NDArray[np.float32], limit: int) -> list[int]:
    """The numbers of the highest scores, highest first."""
    if len(scores) > limit:
        # in the entries' order, so that of equals the first is named first
        some = np.sort(np.argpartition(-scores, limit)[:limit])
        return [int(number) for number in some[np.argsort(-scores[some], kind="stable")]]
    return [int(number) for number in np.argsort(-scores, kind="stable")]


_REASONS = {
    "question_words": "같은 낱말",
    "question_letters": "비슷한 글자",
    "question_likeness": "비슷한 질문",
    "whole_likeness": "답변 내용",
}


def _why(features: NDArray[np.float32]) -> str:
    """The strongest of the channels that people can follow."""
    strongest = max(_REASONS, key=lambda name: float(features[NAMES.index(name)]))
    return _REASONS[strongest]
