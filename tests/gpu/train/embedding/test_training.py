"""Training in small: a few steps on three organisations."""

from collections.abc import Sequence

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from torch.nn import functional  # noqa: E402

from gpu.train.embedding.network import Network  # noqa: E402
from gpu.train.embedding.tasks import of  # noqa: E402
from gpu.train.embedding.training import train  # noqa: E402
from gpu.train.embedding.vocabulary import UNSEEN, Vocabulary  # noqa: E402
from tests.gpu.train.embedding.toy import BANK, ORGANISATIONS, SHOP, toy_network, toy_vocabulary  # noqa: E402

WORDS = [["배송비", "택배", "물류"], ["쿠폰", "할인권"], ["적립금", "포인트", "점수"]]
SENTENCES = [
    (one.question, other.question, 1.0 if one is other else 0.1) for one in SHOP.items for other in BANK.items
] * 8


def trained(
    vocabulary: Vocabulary, steps: int, words: Sequence[Sequence[str]] = (), sentences: bool = False
) -> Network:
    torch.manual_seed(0)
    network = toy_network(vocabulary)
    pairs = SENTENCES if sentences else []
    train(network, vocabulary, ORGANISATIONS, words, pairs, steps, np.random.default_rng(0))
    return network


def loss(network: Network, vocabulary: Vocabulary) -> float:
    """Over all that callers of the shop and the bank say, heard right."""
    items = [*SHOP.items, *BANK.items]
    asked = [(text, number) for number, item in enumerate(items) for text in (item.question, *item.wordings)]
    made = of(asked, [(item.question, item.answer) for item in items], vocabulary)
    with torch.no_grad():
        scores = network.scores(network.features(made.asked, made.questions, made.answers, made.lexical))
    return float(functional.cross_entropy(scores, made.gold))


def test_three_steps_lower_the_loss_and_thirty_much_more() -> None:
    vocabulary = toy_vocabulary()
    before, after, long_after = (
        loss(network, vocabulary)
        for network in (toy_network(vocabulary), trained(vocabulary, 3), trained(vocabulary, 30))
    )
    assert after < before
    assert before - long_after > 4 * (before - after)


def test_a_word_that_kiwi_does_not_know_learns_as_others_do() -> None:
    vocabulary = toy_vocabulary()
    one, other = (trained(vocabulary, steps).moved.weight[UNSEEN].detach() for steps in (3, 60))
    assert not torch.equal(one.sign(), other.sign())


def test_the_same_seeds_train_the_same_network() -> None:
    vocabulary = toy_vocabulary()
    one, other = (trained(vocabulary, 3, WORDS, sentences=True).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_words_for_the_same_are_drawn_together() -> None:
    vocabulary = toy_vocabulary()

    def likeness(network: Network) -> float:
        with torch.no_grad():
            pairs = [network.read(vocabulary.texts([group[0], group[1]])).mean for group in WORDS]
        return float(torch.stack([one @ other for one, other in pairs]).mean())

    assert likeness(trained(vocabulary, 20, WORDS)) > likeness(trained(vocabulary, 20)) + 0.02


def test_kiwis_vectors_stay_and_the_network_is_left_ready_to_use() -> None:
    vocabulary = toy_vocabulary()
    network = trained(vocabulary, 2, WORDS, sentences=True)
    assert np.array_equal(network.likeness.numpy(), vocabulary.vectors())
    assert not network.training
    assert not network.moved.weight[vocabulary.seen].any(), "words that are not read do not move"
    assert all(torch.isfinite(parameter).all() for parameter in network.parameters())
