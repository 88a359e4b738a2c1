"""Sentence embeddings in ONNX, with models of random weights that a test makes."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import tokenizers

from kb.embedding.embedding import EmbeddingUnavailable, Vectors
from kb.embedding.onnx import OnnxEmbedding
from kb.embedding.unit import unit
from tests.models.sentence_embedding import WIDTH, make_sentence_embedding

TEXTS = ["배송비는 얼마예요", "환불", "", "주문 취소는 언제 확인해요 배송 조회 예약 변경", "  "]


def tokens(folder: Path, text: str) -> Vectors:
    """Vectors of the text's tokens, straight from the model."""
    encoded = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text)
    given = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask, "token_type_ids": encoded.type_ids}
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    [made] = session.run(None, {name: np.array([ids], np.int64) for name, ids in given.items()})
    return np.asarray(made[0], np.float32)


@pytest.mark.parametrize(
    ("name", "pooling", "takes_first"),
    [("any", None, False), ("bge-ko", None, True), ("any-cls", "cls", True), ("bge-mean", "mean", False)],
)
def test_tokens_are_pooled_as_the_model_wants(tmp_path: Path, name: str, pooling: None, takes_first: bool) -> None:
    folder = make_sentence_embedding(tmp_path / name, pooling=pooling)
    embedding = OnnxEmbedding(folder)
    vectors = embedding.documents(TEXTS)
    assert (embedding.name, embedding.dimensions) == (f"onnx:{name}", WIDTH)
    for text, vector in zip(TEXTS, vectors, strict=True):
        if text.strip():
            of_tokens = tokens(folder, text)
            pooled = of_tokens[:1] if takes_first else of_tokens.mean(axis=0, keepdims=True)
            assert np.allclose(vector, unit(pooled)[0], atol=1e-6), "padding must not count"
        else:
            assert not vector.any()


def test_prefixes_of_e5_come_before_each_kind(tmp_path: Path) -> None:
    plain = OnnxEmbedding(make_sentence_embedding(tmp_path / "plain"))
    e5 = OnnxEmbedding(make_sentence_embedding(tmp_path / "my-e5-ko"))
    assert np.allclose(e5.questions(["환불"]), plain.questions(["query: 환불"]), atol=1e-6)
    assert np.allclose(e5.documents(["환불"]), plain.questions(["passage: 환불"]), atol=1e-6)
    assert not np.allclose(e5.documents(["환불"]), e5.questions(["환불"]))


def test_a_model_that_pools_by_itself_is_believed(tmp_path: Path) -> None:
    tokens_only = make_sentence_embedding(tmp_path / "tokens")
    embedding = OnnxEmbedding(make_sentence_embedding(tmp_path / "sentence", output="sentence"))
    assert np.allclose(embedding.questions(["환불"])[0], unit([tokens(tokens_only, "환불").max(axis=0)])[0], atol=1e-6)


def test_files_as_a_hub_lays_them_out(tmp_path: Path) -> None:
    inside = make_sentence_embedding(tmp_path / "inside", inside="onnx", type_ids=False)
    above = make_sentence_embedding(tmp_path / "above", inside="onnx", type_ids=False)
    (above / "onnx" / "tokenizer.json").rename(above / "tokenizer.json")
    assert np.allclose(OnnxEmbedding(inside).questions(TEXTS), OnnxEmbedding(above).questions(TEXTS))


def test_texts_of_any_number_and_length(tmp_path: Path) -> None:
    embedding = OnnxEmbedding(make_sentence_embedding(tmp_path / "any"))
    texts = ["배송" * (index % 40 + 1) for index in range(100)]
    together, alone = embedding.documents(texts), np.concatenate([embedding.documents([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-6)
    assert embedding.documents([]).shape == (0, WIDTH)
    assert np.isfinite(embedding.documents(["배송" * 4_000])).all()


def test_a_model_may_read_fewer_tokens(tmp_path: Path) -> None:
    folder = make_sentence_embedding(tmp_path / "short")
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 4}))
    short, whole = OnnxEmbedding(folder), OnnxEmbedding(make_sentence_embedding(tmp_path / "whole"))
    assert np.allclose(short.documents(["배송조회"]), short.documents(["배송취소"]))
    assert not np.allclose(whole.documents(["배송조회"]), whole.documents(["배송취소"]))


def test_a_folder_that_is_no_embedding_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(
        EmbeddingUnavailable, match=r'no model\.onnx or onnx/model\.onnx in ".*empty": run "aicc models'
    ):
        OnnxEmbedding(empty)
    without = make_sentence_embedding(tmp_path / "without")
    (without / "tokenizer.json").unlink()
    with pytest.raises(EmbeddingUnavailable, match=r'no tokenizer\.json in ".*without"'):
        OnnxEmbedding(without)
    for file in ("model.onnx", "tokenizer.json"):
        cut = make_sentence_embedding(tmp_path / f"cut-{file}")
        (cut / file).write_bytes((cut / file).read_bytes()[:100])
        with pytest.raises(EmbeddingUnavailable, match=r"holds no sentence embedding that runs \(.*--again"):
            OnnxEmbedding(cut)
    with pytest.raises(EmbeddingUnavailable, match="neither vectors of texts nor of tokens"):
        OnnxEmbedding(make_sentence_embedding(tmp_path / "numbers", output="numbers"))
