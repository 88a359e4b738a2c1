"""The embedding that comes with the product, as it is delivered."""

import sys
from concurrent.futures import ThreadPoolExecutor
from subprocess import run

import numpy as np
import pytest

from kb.embedding.bundled import MODEL, BundledEmbedding


@pytest.fixture(scope="module")
def embedding() -> BundledEmbedding:
    return BundledEmbedding.load()


def test_vectors_have_length_one_and_what_says_nothing_length_zero(embedding: BundledEmbedding) -> None:
    texts = ["배송비는 얼마인가요?", "환불", "", "?! 😀", "쀍뚧"]
    for vectors in (embedding.questions(texts), embedding.documents(texts)):
        assert vectors.shape == (5, embedding.dimensions) and vectors.dtype == np.float32
        lengths = np.linalg.norm(vectors, axis=1)
        assert lengths[[0, 1, 4]] == pytest.approx(np.ones(3), abs=1e-5)
        assert lengths[2] == 0
    assert embedding.questions([]).shape == (0, embedding.dimensions)


@pytest.mark.parametrize(
    ("asked", "same", "other"),
    [
        ("택배비가 얼마예요", "배송비는 얼마인가요?", "비밀번호를 잊어버렸어요"),
        ("돈 언제 돌려받아요", "환불은 언제 되나요?", "배송비는 얼마인가요?"),
        ("로그인이 안 돼요", "비밀번호를 잊어버렸어요", "환불은 언제 되나요?"),
    ],
)
def test_other_words_for_the_same_are_nearer_than_other_things(
    embedding: BundledEmbedding, asked: str, same: str, other: str
) -> None:
    of_asked, of_same, of_other = embedding.questions([asked, same, other])
    assert of_asked @ of_same > of_asked @ of_other + 0.1


def test_a_text_is_the_same_beside_others_and_in_threads(embedding: BundledEmbedding) -> None:
    texts = [f"{thing} {number}번은 어떻게 하나요" for thing in ("배송", "환불", "쀍뚧") for number in range(30)]
    together = embedding.questions(texts)
    with ThreadPoolExecutor(4) as pool:
        alone = np.concatenate(list(pool.map(lambda text: embedding.questions([text]), texts)))
    assert np.array_equal(together, alone)


def test_it_is_small_and_loaded_once() -> None:
    assert MODEL.stat().st_size < 15_000_000
    assert BundledEmbedding.load().lexicon is BundledEmbedding.load().lexicon
    assert BundledEmbedding.load().name.startswith("bundled:")


def test_a_new_process_makes_the_same_vectors_without_torch(embedding: BundledEmbedding) -> None:
    code = (
        "import sys; from kb.embedding.bundled import BundledEmbedding\n"
        "vector = BundledEmbedding.load().questions(['쀍뚧의 배송비는요'])[0]\n"
        "print('torch' in sys.modules, vector.tobytes().hex())"
    )
    ran = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", embedding.questions(["쀍뚧의 배송비는요"])[0].tobytes().hex()]
