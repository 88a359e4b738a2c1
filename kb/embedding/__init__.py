"""Texts as vectors: the bundled Korean model, ONNX and sentence-transformers models, or an endpoint.

``open_embedding`` opens the one that the configuration names; nothing heavy is imported before it is chosen.
"""

from pathlib import Path

from kb.embedding.embedding import Embedding, EmbeddingUnavailable, Vectors

__all__ = ["Embedding", "EmbeddingUnavailable", "Vectors", "open_embedding"]


def open_embedding(choice: str, models: Path, address: str | None = None) -> Embedding:
    """The embedding of ``choice``: ``bundled``, ``onnx:NAME``, ``sentence-transformers:NAME`` or ``endpoint:MODEL``.

    ``NAME`` is a folder of ``models``; ``MODEL`` is what the server at ``address`` (``http://HOST:PORT/v1``) calls it.
    Raises :class:`EmbeddingUnavailable`.
    """
    kind, _, model = choice.partition(":")
    if choice == "bundled":
        from kb.embedding.bundled import BundledEmbedding

        return BundledEmbedding.load()
    if kind == "onnx":
        from kb.embedding.onnx import OnnxEmbedding

        return OnnxEmbedding(_folder(kind, model, models))
    if kind == "sentence-transformers":
        from kb.embedding.sentence_transformers import SentenceTransformersEmbedding

        return SentenceTransformersEmbedding(_folder(kind, model, models))
    if kind == "endpoint" and model:
        from kb.embedding.endpoint import EndpointEmbedding

        if not address:
            raise EmbeddingUnavailable(f'"{choice}" has no address: write embedding_url: http://HOST:PORT/v1')
        return EndpointEmbedding(address, model)
    raise EmbeddingUnavailable(
        f'no embedding "{choice}": choose bundled, onnx:NAME, sentence-transformers:NAME or endpoint:MODEL'
    )


def _folder(kind: str, model: str, models: Path) -> Path:
    if not model or model != Path(model).name or model == "..":
        raise EmbeddingUnavailable(f'"{kind}:{model}" names no model: write {kind}:NAME, a folder of {models}/')
    if not (models / model).is_dir():
        way_out = f'run "aicc models pull {model}", or copy the model\'s folder there'
        raise EmbeddingUnavailable(f'no model "{model}" in {models}/: {way_out}')
    return models / model
