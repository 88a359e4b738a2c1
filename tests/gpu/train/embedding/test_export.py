"""What was trained, as the product reads it."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.embedding.export import export  # noqa: E402
from gpu.train.embedding.network import Network  # noqa: E402
from gpu.train.embedding.vocabulary import UNSEEN, Vocabulary  # noqa: E402
from kb.embedding.bundled import BundledEmbedding  # noqa: E402
from kb.embedding.lexicon import Lexicon  # noqa: E402
from tests.gpu.train.embedding.toy import DIMENSIONS, TEXTS, toy_network, toy_vocabulary  # noqa: E402


@pytest.fixture
def vocabulary() -> Vocabulary:
    return toy_vocabulary("기차표를 예매하다")


@pytest.fixture
def network(vocabulary: Vocabulary) -> Network:
    torch.manual_seed(0)
    made = toy_network(vocabulary)
    with torch.no_grad():
        made.turn.weight += 0.1 * torch.randn_like(made.turn.weight)
        made.moved.weight[:-1] += 0.1 * torch.randn_like(made.moved.weight[:-1])
        made.of_word.weight[:-1] += 0.3 * torch.randn_like(made.of_word.weight[:-1])
    return made


def test_the_product_reads_the_same_vectors_up_to_a_byte(
    network: Network, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    size = export(network, vocabulary, tmp_path / "new/lexicon.npz")
    assert size == (tmp_path / "new/lexicon.npz").stat().st_size
    lexicon = Lexicon(tmp_path / "new/lexicon.npz")
    assert lexicon.dimensions == DIMENSIONS and lexicon.name.startswith("bundled:")
    texts = [*TEXTS, "기차표"]
    with torch.no_grad():
        read = network.read(vocabulary.texts(texts))
    for at, text in enumerate(texts):
        tokens, there = lexicon.tokens(text), read.there[at]
        assert tokens.vectors == pytest.approx(read.vectors[at][there].numpy(), abs=0.015), text
        assert tokens.weights == pytest.approx(read.weights[at][there].numpy(), rel=2e-3), text
    means = BundledEmbedding(lexicon).questions(texts)
    assert means == pytest.approx(read.mean.numpy(), abs=0.02)
    assert (np.einsum("ij,ij->i", means, read.mean.numpy()) > 0.999).all()


def test_what_training_has_not_seen_weighs_what_it_learned_of_the_unseen(
    network: Network, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    export(network, vocabulary, tmp_path / "lexicon.npz")
    with torch.no_grad():
        expected = float(network.read(vocabulary.texts(["쀍뚧"])).weights[0, 0])
    strange = Lexicon(tmp_path / "lexicon.npz").tokens("쀍뚧")
    assert strange.weights[0] == pytest.approx(expected, rel=1e-5)
    with np.load(tmp_path / "lexicon.npz") as stored:
        assert len(stored["vectors"]) == len(vocabulary.morphemes) - UNSEEN - 1


def test_the_name_changes_with_the_vectors_and_only_then(
    network: Network, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    def name() -> str:
        export(network, vocabulary, tmp_path / "lexicon.npz")
        return Lexicon(tmp_path / "lexicon.npz").name

    first = name()
    assert name() == first
    with torch.no_grad():
        network.turn.weight[0] *= -1
    assert name() != first
