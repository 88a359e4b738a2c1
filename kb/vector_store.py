"""Vectors in Chroma: kept by what they are made of, so that the same text is never embedded twice.

Chroma is the store and not the search: nothing here asks it for neighbours. A client sees what was there when it
opened and fails on what another process has written since, so each lives as briefly as it can, under a lock.
"""

import fcntl
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.embedding.embedding import Vectors

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI

FOLDER_NAME = "chroma"
_LOCK_NAME = "vectors.lock"
# Chroma makes a graph of neighbours whether anybody asks for them or not; with its defaults that takes four times as
# long as all the rest of an ingest.
_THIN_GRAPH: Any = {"space": "ip", "ef_construction": 16, "max_neighbors": 8}
_AT_ONCE = 5_000  # Chroma takes a few more


class VectorsUnusable(RuntimeError):
    """The vectors cannot be read or written; the message says which and what to do."""


class VectorStore:
    """The vectors of one embedding in the knowledge base's ``folder``; others of the same folder are let alone.

    Raises :class:`VectorsUnusable` in every call.
    """

    def __init__(self, folder: Path, embedding: str, dimensions: int) -> None:
        self._folder = folder
        self._dimensions = dimensions
        # of two sizes under one name: a model was exchanged for another in its folder
        self._name = "faces-" + hashlib.sha256(f"{embedding}\n{dimensions}".encode()).hexdigest()[:24]
        self._made_by = {"embedding": embedding, "dimensions": dimensions}

    def keys(self) -> set[str]:
        """Of all vectors that are here."""
        with self._opened(fcntl.LOCK_SH) as client:
            collection = self._collection(client)
            return set(collection.get(include=[])["ids"]) if collection else set()

    def read(self, keys: Sequence[str]) -> Vectors:
        """The vectors of these keys in their order; a missing one is :class:`VectorsUnusable`."""
        wanted = list(dict.fromkeys(keys))
        with self._opened(fcntl.LOCK_SH) as client:
            collection = self._collection(client)
            found = _vectors(collection, wanted) if collection else {}
        if len(found) < len(wanted):
            raise VectorsUnusable(
                f'"{self._folder}" lacks {len(wanted) - len(found)} of {len(wanted)} vectors: '
                'if nobody is ingesting just now, run "aicc kb ingest" again'
            )
        if not keys:
            return np.zeros((0, self._dimensions), np.float32)
        return np.asarray([found[key] for key in keys], np.float32)

    def add(self, texts: Mapping[str, str], vectors: Vectors) -> None:
        """Writes vectors, one for each key of ``texts`` in their order; ``texts`` are stored for people who look."""
        with self._opened(fcntl.LOCK_EX) as client:
            client.get_or_create_collection(
                self._name,
                embedding_function=None,
                metadata=self._made_by,
                configuration={"hnsw": _THIN_GRAPH},
            ).upsert(ids=list(texts), embeddings=vectors, documents=list(texts.values()))

    def keep_only(self, keys: set[str]) -> None:
        """Deletes all other vectors, those of other embeddings too."""
        with self._opened(fcntl.LOCK_EX) as client:
            for collection in client.list_collections():
                if collection.name != self._name:
                    client.delete_collection(collection.name)
            if kept := self._collection(client):
                for some in _parts(sorted(set(kept.get(include=[])["ids"]) - keys)):
                    kept.delete(ids=list(some))

    def _collection(self, client: "ClientAPI") -> "Collection | None":
        known = {collection.name for collection in client.list_collections()}
        return client.get_collection(self._name, embedding_function=None) if self._name in known else None

    @contextmanager
    def _opened(self, lock: int) -> "Iterator[ClientAPI]":
        from chromadb.errors import ChromaError

        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LOCK_NAME).open("a") as file:
            fcntl.flock(file, lock)
            try:
                with _client(self._folder / FOLDER_NAME) as client:
                    yield client
            except ChromaError as error:
                raise _unusable(self._folder, error) from error


@contextmanager
def _client(folder: Path) -> "Iterator[ClientAPI]":
    import chromadb
    from chromadb.config import Settings

    try:
        client: Any = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    except Exception as error:  # beside its own errors, whatever a half-opened store of the same process leads to
        raise _unusable(folder.parent, error) from error
    try:
        yield client
    finally:
        client.close()


def _unusable(folder: Path, error: Exception) -> VectorsUnusable:
    reason = " ".join(str(error).split())[:160]
    way_out = "delete that folder and ingest again"
    return VectorsUnusable(f'the vectors in "{folder / FOLDER_NAME}" cannot be used ({reason}): {way_out}')


def _vectors(collection: "Collection", keys: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for some in _parts(keys):
        part = collection.get(ids=list(some), include=["embeddings"])
        vectors = part["embeddings"]
        found |= zip(part["ids"], () if vectors is None else vectors, strict=True)
    return found


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[begin : begin + _AT_ONCE] for begin in range(0, len(keys), _AT_ONCE))
