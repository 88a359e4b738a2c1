"""The library itself is an option and mostly not installed: a double with its call's signature stands in."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from kb.embedding.embedding import EmbeddingUnavailable
from kb.embedding.sentence_transformers import SentenceTransformersEmbedding


class Double:
    """Three numbers of a text: its length, its first letter, how often it has a colon."""

    def __init__(self, folder: str, *, local_files_only: bool, trust_remote_code: bool) -> None:
        assert local_files_only and not trust_remote_code
        if not (Path(folder) / "modules.json").is_file():
            raise OSError(f"{folder} is\nno model")

    def encode(self, texts: list[str], *, prompt: str, **_: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
        rows = [[len(prompt + text), ord((prompt + text + " ")[0]), (prompt + text).count(":")] for text in texts]
        return np.asarray(rows, np.float32)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    library = ModuleType("sentence_transformers")
    library.SentenceTransformer = Double  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    (tmp_path / "my-e5").mkdir()
    (tmp_path / "my-e5" / "modules.json").write_text("[]")
    return tmp_path / "my-e5"


def test_texts_become_unit_vectors_with_the_models_prefixes(folder: Path) -> None:
    embedding = SentenceTransformersEmbedding(folder)
    assert (embedding.name, embedding.dimensions) == ("sentence-transformers:my-e5", 3)
    question, nothing = embedding.questions(["환불", " "])
    assert np.allclose(question, np.array([9, ord("q"), 1]) / np.linalg.norm([9, ord("q"), 1]))
    assert not nothing.any()
    assert not np.allclose(embedding.documents(["환불"])[0], question)
    assert embedding.documents([]).shape == (0, 3)


def test_a_folder_that_is_no_model(folder: Path) -> None:
    (folder / "modules.json").unlink()
    with pytest.raises(EmbeddingUnavailable, match=r"no sentence-transformers model that runs \(.* is no model\)"):
        SentenceTransformersEmbedding(folder)


def test_a_library_that_is_missing_says_how_to_get_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbeddingUnavailable, match='run "pip install sentence-transformers", or choose onnx:NAME'):
        SentenceTransformersEmbedding(folder)
