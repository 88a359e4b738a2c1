"""Models of sentence-transformers, by that library: an option, as it needs torch. No hub is ever asked."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kb.embedding.embedding import EmbeddingUnavailable, Vectors
from kb.embedding.prefixes import Prefixes
from kb.embedding.unit import unit

TEXTS_AT_ONCE = 32


class SentenceTransformersEmbedding:
    """A model's folder; computes on a GPU where torch has one. Raises :class:`EmbeddingUnavailable`."""

    def __init__(self, folder: Path) -> None:
        self.name = f"sentence-transformers:{folder.name}"
        self._prefixes = Prefixes.of(folder)
        try:
            library = importlib.import_module("sentence_transformers")
        except Exception as error:  # a broken library raises what it likes
            raise EmbeddingUnavailable(
                f'sentence-transformers does not load ({_one_line(error)}): run "pip install sentence-transformers", '
                "or choose onnx:NAME"
            ) from error
        try:
            self._model = library.SentenceTransformer(str(folder), local_files_only=True, trust_remote_code=False)
            self.dimensions = int(self._encode("", ["안녕하세요"]).shape[1])
        except Exception as error:
            raise EmbeddingUnavailable(
                f'"{folder}" holds no sentence-transformers model that runs ({_one_line(error)}): copy it anew'
            ) from error

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._prefixes.question, texts)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._prefixes.document, texts)

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        # "prompt" is given always: the library would add one of its own where the model has a default
        made: Any = self._model.encode(
            list(texts), prompt=prefix, batch_size=TEXTS_AT_ONCE, convert_to_numpy=True, show_progress_bar=False
        )
        vectors = unit(made) if len(texts) else np.zeros((0, self.dimensions), np.float32)
        vectors[[not text.strip() for text in texts]] = 0
        return vectors


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
