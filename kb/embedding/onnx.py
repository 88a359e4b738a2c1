"""Any sentence embedding that was exported to ONNX: ``model.onnx`` and ``tokenizer.json``, beside it or above.

Pooling is what ``1_Pooling/config.json`` says (sentence-transformers' own file), else the first token's vector for
models named bge and the mean for all others. A model that pools by itself (an output of two dimensions) is believed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kb.embedding.embedding import EmbeddingUnavailable, Vectors
from kb.embedding.prefixes import Prefixes, read_json
from kb.embedding.unit import unit

MODEL_FILES = ("model.onnx", "onnx/model.onnx")
# Questions and answers of an FAQ are far shorter; a model may be able to read less, none needs to read more.
MOST_TOKENS = 512
TEXTS_AT_ONCE = 32
_PADDING = ("<pad>", "[PAD]")


class OnnxEmbedding:
    """A model on the CPU; raises :class:`~kb.embedding.embedding.EmbeddingUnavailable`."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """``threads`` compute one batch, 0 for all cores."""
        self.name = f"onnx:{folder.name}"
        self._folder = folder
        self._prefixes = Prefixes.of(folder)
        model = _first_file(folder, MODEL_FILES)
        tokens = _first_file(folder, (str(Path(model).parent.relative_to(folder) / "tokenizer.json"), "tokenizer.json"))
        self._takes_first = _takes_first(folder)
        try:
            self._tokenizer = _tokenizer(tokens, _most_tokens(folder))
            self._session = _session(model, threads)
            self._inputs = [given.name for given in self._session.get_inputs()]
            self._output, self._is_pooled = _output(self._session)
            self.dimensions = int(self._embed(["안녕하세요"]).shape[1])
        except EmbeddingUnavailable:
            raise
        except Exception as error:  # onnxruntime and tokenizers raise what they like
            reason = " ".join(str(error).split())[:160]
            raise EmbeddingUnavailable(
                f'"{folder}" holds no sentence embedding that runs ({reason}): run "aicc models pull {folder.name} '
                '--again", or copy the folder anew'
            ) from error

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._of(self._prefixes.question, texts)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self._of(self._prefixes.document, texts)

    def _of(self, prefix: str, texts: Sequence[str]) -> Vectors:
        """Texts of like length share a batch, as each is padded to its longest; one without content is all zeros."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        order = sorted((index for index, text in enumerate(texts) if text.strip()), key=lambda at: len(texts[at]))
        for begin in range(0, len(order), TEXTS_AT_ONCE):
            some = order[begin : begin + TEXTS_AT_ONCE]
            vectors[some] = self._embed([prefix + texts[index] for index in some])
        return vectors

    def _embed(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        attended = np.asarray([text.attention_mask for text in encoded], np.int64)
        given = {
            "input_ids": np.asarray([text.ids for text in encoded], np.int64),
            "attention_mask": attended,
            "token_type_ids": np.asarray([text.type_ids for text in encoded], np.int64),
        }
        if strange := [name for name in self._inputs if name not in given]:
            raise EmbeddingUnavailable(f'"{self._folder}" wants {", ".join(strange)}: it is no sentence embedding')
        [made] = self._session.run([self._output], {name: given[name] for name in self._inputs})
        if self._is_pooled:
            return unit(made)
        if self._takes_first:
            return unit(made[:, 0])
        weights = attended[:, :, None].astype(np.float32)
        return unit((made * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1))


def _first_file(folder: Path, names: Sequence[str]) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise EmbeddingUnavailable(
        f'no {" or ".join(dict.fromkeys(names))} in "{folder}": run "aicc models pull {folder.name}", or copy it anew'
    )


def _session(model: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _tokenizer(path: Path, most_tokens: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    token = next((token for token in _PADDING if tokenizer.token_to_id(token) is not None), None)
    padding = tokenizer.padding or {}
    tokenizer.enable_padding(
        pad_id=tokenizer.token_to_id(token) if token else padding.get("pad_id", 0),
        pad_token=token or padding.get("pad_token", _PADDING[0]),
    )
    tokenizer.enable_truncation(most_tokens)
    return tokenizer


def _most_tokens(folder: Path) -> int:
    said = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
    return min(said, MOST_TOKENS) if isinstance(said, int) and said > 0 else MOST_TOKENS


def _takes_first(folder: Path) -> bool:
    pooling = read_json(folder / "1_Pooling" / "config.json")
    if pooling:
        return bool(pooling.get("pooling_mode_cls_token"))
    return "bge" in folder.name.lower()


def _output(session: Any) -> tuple[str, bool]:
    """The output to read, and whether it is one vector a text already."""
    outputs = {made.name: len(made.shape) for made in session.get_outputs()}
    if outputs.get("sentence_embedding") == 2:
        return "sentence_embedding", True
    for wanted, is_pooled in ((3, False), (2, True)):
        for name, dimensions in outputs.items():
            if dimensions == wanted:
                return name, is_pooled
    raise EmbeddingUnavailable("its outputs are neither vectors of texts nor of tokens")
