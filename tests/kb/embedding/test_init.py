import subprocess
import sys
from pathlib import Path

import pytest

from kb.embedding import EmbeddingUnavailable, open_embedding
from tests.models.sentence_embedding import make_sentence_embedding


def test_a_choice_opens_the_model_of_that_name(tmp_path: Path) -> None:
    make_sentence_embedding(tmp_path / "tiny")
    assert open_embedding("onnx:tiny", tmp_path).name == "onnx:tiny"


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (
            "word2vec",
            'no embedding "word2vec": choose bundled, onnx:NAME, sentence-transformers:NAME or endpoint:MODEL',
        ),
        ("endpoint:", 'no embedding "endpoint:"'),
        ("bundled:x", 'no embedding "bundled:x"'),
        ("onnx", '"onnx:" names no model: write onnx:NAME'),
        ("onnx:../secret", '"onnx:../secret" names no model'),
        ("sentence-transformers:..", '"sentence-transformers:.." names no model'),
        ("onnx:bge-m3", 'no model "bge-m3" in .*: run "aicc models pull bge-m3"'),
        ("endpoint:bge-m3", '"endpoint:bge-m3" has no address: write embedding_url: http://HOST:PORT/v1'),
    ],
)
def test_a_wrong_choice_says_what_there_is(choice: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(EmbeddingUnavailable, match=f"^{sentence}"):
        open_embedding(choice, tmp_path)


def test_opening_nothing_imports_nothing_heavy() -> None:
    heavy = "onnxruntime tokenizers httpx torch sentence_transformers kiwipiepy chromadb langchain_core".split()
    code = f"import sys, kb, kb.embedding, kb.shelf; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
