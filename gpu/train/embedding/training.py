"""Training: listwise, each wording against all entries of two organisations; same words drawn together."""

import logging
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gpu.train.embedding.network import Network
from gpu.train.embedding.noise import Random
from gpu.train.embedding.questions import Organisation
from gpu.train.embedding.tasks import Task, task
from gpu.train.embedding.vocabulary import Vocabulary

log = logging.getLogger(__name__)

RATE = 1e-3
DROPPED = 0.15
MOVED_PENALTY = 3e-4  # on how far all words together have moved from where Kiwi has them
WORDS_SHARE = 0.2  # of the loss: groups of same words
SENTENCES_SHARE = 0.5
GROUPS_AT_ONCE, SENTENCES_AT_ONCE = 128, 64
SHARPNESS = 10.0

Sentences = Sequence[tuple[str, str, float]]


def train(
    network: Network,
    vocabulary: Vocabulary,
    organisations: Sequence[Organisation],
    words: Sequence[Sequence[str]],
    sentences: Sentences,
    steps: int,
    random: Random,
) -> None:
    """``steps`` tasks of two organisations each; the rate falls to zero."""
    optimizer = torch.optim.AdamW(
        [
            {"params": [network.moved.weight], "lr": RATE, "weight_decay": 0.0},
            {"params": [network.turn.weight], "lr": RATE, "weight_decay": 0.01},
            {"params": [network.of_tag, network.of_word.weight], "lr": 5 * RATE, "weight_decay": 0.01},
            {"params": [network.worth], "lr": 10 * RATE, "weight_decay": 0.0},
        ]
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    network.train()
    recent: list[float] = []
    for step in range(steps):
        two = _two(organisations, random)
        listwise = _listwise(network, task(two, vocabulary, random))
        loss = listwise + MOVED_PENALTY * (network.moved.weight**2).sum()
        if words:
            loss = loss + WORDS_SHARE * _same(network, vocabulary, words, random)
        if sentences:
            loss = loss + SENTENCES_SHARE * _alike(network, vocabulary, sentences, random)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        recent.append(float(listwise.detach()))
        if step % 50 == 49:
            log.info("step %d of %d: loss %.3f", step + 1, steps, np.mean(recent[-50:]))
    network.eval()


def _two(organisations: Sequence[Organisation], random: Random) -> list[Organisation]:
    """Of two trades: two of one are asked the same things, and neither would be wrong to answer."""
    one = organisations[int(random.integers(len(organisations)))]
    others = [other for other in organisations if other.trade != one.trade] or [one]
    return [one, others[int(random.integers(len(others)))]]


def _listwise(network: Network, of: Task) -> Tensor:
    features = network.features(of.asked.dropped(DROPPED), of.questions, of.answers, of.lexical)
    return functional.cross_entropy(network.scores(features), of.gold)


def _same(network: Network, vocabulary: Vocabulary, words: Sequence[Sequence[str]], random: Random) -> Tensor:
    """Two words of each of some groups: each must find the other."""
    groups = [words[number] for number in random.choice(len(words), min(GROUPS_AT_ONCE, len(words)), replace=False)]
    pairs = [random.choice(group, 2, replace=False) for group in groups]
    one, other = (network.read(vocabulary.texts([str(pair[side]) for pair in pairs])).mean for side in (0, 1))
    return functional.cross_entropy(SHARPNESS * one @ other.T, torch.arange(len(pairs)))


def _alike(network: Network, vocabulary: Vocabulary, sentences: Sentences, random: Random) -> Tensor:
    """Cosines in the order of what people found: Su, "CoSENT", 2022."""
    some = [
        sentences[number]
        for number in random.choice(len(sentences), min(SENTENCES_AT_ONCE, len(sentences)), replace=False)
    ]
    one, other = (network.read(vocabulary.texts([str(pair[side]) for pair in some])).mean for side in (0, 1))
    cosines = SHARPNESS * (one * other).sum(1)
    scores = torch.tensor([pair[2] for pair in some])
    wrong = (cosines[None, :] - cosines[:, None])[scores[:, None] > scores[None, :]]
    return torch.logsumexp(torch.cat([torch.zeros(1), wrong]), 0) / SENTENCES_AT_ONCE
