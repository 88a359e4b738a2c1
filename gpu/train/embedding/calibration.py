"""Cases that the ranking is fitted to, of organisations that the lexicon in question has not been trained on.

What an FAQ does not answer was written for each organisation: foreign things, what neighbouring businesses do, and what
it happens not to say. Besides, some entries are left out, and a few questions are small talk or for another trade.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpu.train.embedding.noise import Random, misheard
from gpu.train.embedding.questions import Item, Organisation
from gpu.train.embedding.tasks import foreign_to
from kb.embedding.bundled import BundledEmbedding
from kb.embedding.lexicon import Lexicon
from kb.entry import Entry
from kb.features import LEXICAL, NAMES
from kb.index import Index
from kb.ranking import Features, standardised

LEFT_OUT_SHARE, FOREIGN_SHARE = 0.06, 0.04
MISHEARD_SHARE = 0.25
RATES = (0.0, 0.2)  # of misheard syllables


@dataclass(frozen=True, slots=True)
class Case:
    """One question: features of all entries, of the question alone, and which entry answers, None where none does."""

    asked: str
    features: Features
    known: NDArray[np.float32]
    gold: int | None


def cases(
    lexicon: Lexicon,
    organisations: Sequence[Organisation],
    all_of_them: Sequence[Organisation],
    small_talk: Sequence[str],
    random: Random,
) -> Iterator[Case]:
    """Of all wordings of these organisations, two FAQs at a time, through the index that callers' questions take."""
    embedding = BundledEmbedding(lexicon)
    for one, next_one in zip(organisations[::2], [*organisations[1::2], organisations[0]], strict=False):
        items = [*one.items, *next_one.items]
        there = random.random(len(items)) >= LEFT_OUT_SHARE
        numbers = {int(at): number for number, at in enumerate(np.flatnonzero(there))}
        entries = [Entry(str(at), items[at].question, items[at].answer) for at in numbers]
        index = Index.of(entries, embedding)
        asked = [(text, numbers.get(at)) for at, item in enumerate(items) for text in _asked(item, random)]
        asked += [(text, None) for organisation in (one, next_one) for text in organisation.unanswered]
        foreign = foreign_to([one, next_one], all_of_them, small_talk)
        asked += [(str(text), None) for text in random.choice(foreign, int(FOREIGN_SHARE * len(asked)))]
        for text, gold in asked:
            features, known = index.evidence(text)
            yield Case(text, features, known, gold)


def _asked(item: Item, random: Random) -> Iterator[str]:
    for wording in item.wordings:
        is_misheard = random.random() < MISHEARD_SHARE
        yield misheard(wording, random, random.uniform(*RATES)) if is_misheard else wording
    yield misheard(item.question, random, random.uniform(*RATES))


def for_any_embedding(case: Case) -> Case:
    """What is left without vectors of morphemes, and with likenesses of unknown scale."""
    kept = [name in LEXICAL or name.endswith("likeness") for name in NAMES]
    features = case.features.copy()
    features[:, NAMES.index("whole_likeness")] = features[:, NAMES.index("answer_likeness")]  # as the index has it
    features = standardised(features) * np.array(kept, np.float32)
    return Case(case.asked, features, np.zeros_like(case.known), case.gold)
