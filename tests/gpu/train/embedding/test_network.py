"""The model in training says what the search will say."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.embedding.export import export  # noqa: E402
from gpu.train.embedding.tasks import of  # noqa: E402
from kb.embedding.bundled import BundledEmbedding  # noqa: E402
from kb.embedding.lexicon import Lexicon  # noqa: E402
from kb.entry import Entry  # noqa: E402
from kb.features import NAMES  # noqa: E402
from kb.index import Index  # noqa: E402
from tests.gpu.train.embedding.toy import SHOP, toy_network, toy_vocabulary  # noqa: E402

ENTRIES = [(item.question, item.answer) for item in SHOP.items]
ASKED = ["배송비는 얼마예요", "환불 언제 돼요", "쿠폰은 어디에서 쓰나요?", "다른 치수로 바꿔 주세요"]


def test_dropping_leaves_the_first_and_about_the_rest() -> None:
    torch.manual_seed(0)
    texts = toy_vocabulary().texts([SHOP.items[0].question] * 200)
    dropped = texts.dropped(0.5)
    assert (dropped.morphemes[:, 0] == texts.morphemes[:, 0]).all()
    share = (dropped.morphemes[:, 1:] < 0).float().mean()
    assert 0.4 < share < 0.6
    assert torch.equal(texts.dropped(0).morphemes, texts.morphemes)


def test_vectors_have_length_one_and_padding_none() -> None:
    vocabulary = toy_vocabulary()
    read = toy_network(vocabulary).read(vocabulary.texts(["환불은 언제 되나요?", "환불"]))
    assert torch.allclose(read.vectors[read.there].norm(dim=-1), torch.ones(int(read.there.sum())), atol=1e-5)
    assert not read.vectors[~read.there].any() and not read.weights[~read.there].any()
    assert (read.weights[read.there] > 0).all()
    assert torch.allclose(read.mean.norm(dim=-1), torch.ones(2), atol=1e-5)


def test_padding_changes_nothing() -> None:
    vocabulary = toy_vocabulary()
    network = toy_network(vocabulary)
    alone = of([(ASKED[1], 0)], ENTRIES[:1], vocabulary)
    beside = of([(text, 0) for text in ASKED], ENTRIES, vocabulary)
    with torch.no_grad():
        one = network.features(alone.asked, alone.questions, alone.answers, alone.lexical)[0, 0]
        other = network.features(beside.asked, beside.questions, beside.answers, beside.lexical)[1, 0]
    assert torch.allclose(one[: NAMES.index("question_words")], other[: NAMES.index("question_words")], atol=1e-5)


def test_features_are_those_of_the_index_that_reads_the_exported_lexicon(tmp_path: Path) -> None:
    vocabulary = toy_vocabulary()
    network = toy_network(vocabulary)
    torch.manual_seed(0)
    with torch.no_grad():
        network.turn.weight += 0.1 * torch.randn_like(network.turn.weight)
        network.moved.weight[:-1] += 0.1 * torch.randn_like(network.moved.weight[:-1])
        network.of_word.weight[:-1] += 0.3 * torch.randn_like(network.of_word.weight[:-1])
        made = of([(text, 0) for text in ASKED], ENTRIES, vocabulary)
        features = network.features(made.asked, made.questions, made.answers, made.lexical)
    export(network, vocabulary, tmp_path / "lexicon.npz")
    embedding = BundledEmbedding(Lexicon(tmp_path / "lexicon.npz"))
    entries = [Entry(str(at), question, answer) for at, (question, answer) in enumerate(ENTRIES)]
    index = Index.of(entries, embedding)
    for text, expected in zip(ASKED, features.numpy(), strict=True):
        found, _ = index.evidence(text)
        assert np.array_equal(expected.shape, found.shape)
        for number, name in enumerate(NAMES):
            assert found[:, number] == pytest.approx(expected[:, number], abs=0.02), name


def test_words_that_training_has_not_read_are_turned_and_not_moved() -> None:
    vocabulary = toy_vocabulary("기차표를 예매하다")
    network = toy_network(vocabulary)
    texts = vocabulary.texts(["기차표"])
    before = network.read(texts).vectors.detach().clone()
    with torch.no_grad():
        network.moved.weight[: vocabulary.seen] += 1
    assert torch.equal(network.read(texts).vectors, before)
    with torch.no_grad():
        network.turn.weight[0] *= -1
    assert not torch.equal(network.read(texts).vectors, before)


def test_the_score_is_what_the_features_are_worth() -> None:
    network = toy_network(toy_vocabulary())
    features = torch.rand(2, 3, len(NAMES))
    assert torch.allclose(network.scores(features), (features * network.worth).sum(-1))
