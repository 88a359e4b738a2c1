"""What one training step sees: the FAQs of two organisations as one, and what callers of both say."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from gpu.train.embedding.network import Texts
from gpu.train.embedding.noise import Random, misheard
from gpu.train.embedding.questions import Item, Organisation
from gpu.train.embedding.vocabulary import Vocabulary
from kb.jamo import grams
from kb.korean import content
from kb.postings import Postings, Terms, numbered

ASKED_AT_ONCE = 144
MISHEARD_SHARE = 0.25  # of the wordings; each question is asked too, always misheard
RATES = (0.05, 0.25)  # of misheard syllables


@dataclass(frozen=True, slots=True)
class Task:
    """``gold`` is the entry that each wording asks for; ``lexical`` what words and letters say, (asked, entries, 4)."""

    asked: Texts
    questions: Texts
    answers: Texts
    gold: Tensor
    lexical: Tensor


def foreign_to(
    organisations: Sequence[Organisation], all_of_them: Sequence[Organisation], small_talk: Sequence[str]
) -> list[str]:
    """What these organisations do not answer: callers' questions to other trades, and a tenth of small talk."""
    trades = {organisation.trade for organisation in organisations}
    others = [one for one in all_of_them if one.trade not in trades]
    wordings = [text for one in others for item in one.items for text in item.wordings]
    return [*wordings, *small_talk[: len(wordings) // 9]]


def task(organisations: Sequence[Organisation], vocabulary: Vocabulary, random: Random) -> Task:
    """A random one of these organisations."""
    items = [item for organisation in organisations for item in organisation.items]
    asked = _asked(items, random)
    chosen = [asked[number] for number in random.permutation(len(asked))[:ASKED_AT_ONCE]]
    return of(chosen, [(item.question, item.answer) for item in items], vocabulary)


def of(asked: Sequence[tuple[str, int]], entries: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> Task:
    """The task of telling which of the entries (question, answer) each wording asks for."""
    texts = [text for text, _ in asked]
    return Task(
        vocabulary.texts(texts),
        vocabulary.texts([question for question, _ in entries]),
        vocabulary.texts([answer for _, answer in entries]),
        torch.tensor([gold for _, gold in asked]),
        _lexical(texts, entries),
    )


def _asked(items: Sequence[Item], random: Random) -> list[tuple[str, int]]:
    asked = []
    for number, item in enumerate(items):
        for wording in item.wordings:
            is_misheard = random.random() < MISHEARD_SHARE
            asked.append((misheard(wording, random, random.uniform(*RATES)) if is_misheard else wording, number))
        asked.append((misheard(item.question, random, random.uniform(*RATES), spaces=0.4), number))
    return asked


def _lexical(asked: Sequence[str], entries: Sequence[tuple[str, str]]) -> Tensor:
    questions = [question for question, _ in entries]
    wholes = [f"{question} {answer}" for question, answer in entries]
    shares = []
    for terms in (_words, _letters):
        for texts in (questions, wholes):
            postings = Postings([terms(text) for text in texts])
            shares.append([postings.shares(terms(text)) for text in asked])
    return torch.tensor(np.stack([np.stack(channel) for channel in shares], -1))


# the same texts come again in many tasks
@lru_cache(None)
def _words(text: str) -> Terms:
    return numbered(content(text))


_letters = lru_cache(100_000)(grams)
