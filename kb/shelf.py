"""The knowledge base on disk: what was ingested, and one vector for each face of each entry.

An ingest embeds what is new, writes it to Chroma, then replaces the catalogue, then drops the vectors that nothing
needs any more. Whenever a process is killed, the catalogue is one whose vectors are all there, and the next ingest
goes on with the vectors that the killed one has made.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.catalogue import Catalogue, Shelved
from kb.embedding.embedding import Embedding, EmbeddingUnavailable, Vectors
from kb.entry import Entry, faces
from kb.loading import BrokenRow, Loaded, load
from kb.vector_store import VectorStore

if TYPE_CHECKING:
    from kb.index import Index
    from kb.synonyms import Synonyms

_LOCK_NAME = "ingest.lock"
# Texts between two writes: a killed ingest loses so many, and each write opens Chroma anew, 0.2 s.
_TEXTS_AT_ONCE = 1_000

EmbeddingProgress = Callable[[int, int], None]
"""Called with the count of texts that are embedded and of those that will be."""


class ShelfBusy(RuntimeError):
    """Another process is ingesting."""


class ShelfOutdated(RuntimeError):
    """The vectors are not of the embedding that is chosen, or there are none; the message says what to run."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """What an ingest did, in counts of entries, and ``broken`` rows.

    ``kept`` entries stay as they were because their row is broken now; they are in no other count. ``embedded`` counts
    texts. ``former_embedding`` is the name of the embedding whose vectors had to be made anew, None where they had not.
    """

    added: int
    changed: int
    unchanged: int
    removed: int
    kept: int
    broken: tuple[BrokenRow, ...]
    files: int
    embedded: int
    former_embedding: str | None
    ms: float


@dataclass(frozen=True, slots=True)
class _Face:
    """A text to embed; ``key`` tells it from all others."""

    text: str
    is_answer: bool

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{'answer' if self.is_answer else 'question'}\n{self.text}".encode()).hexdigest()[:40]


class Shelf:
    """The knowledge base in a folder, as it was when it was opened or last ingested into from here."""

    def __init__(self, folder: Path, embedding: Embedding, catalogue: Catalogue) -> None:
        self._folder, self._embedding, self._catalogue = folder, embedding, catalogue
        self._store = VectorStore(folder, embedding.name, embedding.dimensions)

    @classmethod
    def open(cls, folder: Path, embedding: Embedding) -> "Shelf":
        """Of a folder that need not be there; :class:`~kb.catalogue.CatalogueDamaged`."""
        return cls(folder, embedding, Catalogue.read(folder))

    def entries(self) -> tuple[Entry, ...]:
        """In the order in which they came."""
        return self._catalogue.entries

    def vectors(self) -> Vectors:
        """One for each of :func:`~kb.entry.faces` of each of :meth:`entries`, in their order: (faces, dimensions).

        Raises :class:`ShelfOutdated` or :class:`~kb.vector_store.VectorsUnusable`.
        """
        if self._catalogue.shelved and not self._is_of_this_embedding():
            raise ShelfOutdated(
                f'"{self._folder}" was ingested with "{self._catalogue.embedding}", and "{self._embedding.name}" is '
                'chosen now: run "aicc kb ingest" to make its vectors anew'
            )
        return self._store.read([face.key for entry in self.entries() for face in _faces(entry)])

    def index(self, synonyms: "Synonyms") -> "Index":
        """The copy in memory that is searched; raises what :meth:`vectors` raises, or that nothing is here."""
        from kb.index import Index

        if not self.entries():
            raise ShelfOutdated(f'nothing was ingested into "{self._folder}" yet: run "aicc kb ingest PATH"')
        return Index.build(self.entries(), self.vectors(), self._embedding, synonyms)

    def ingest(self, paths: Sequence[Path], progress: EmbeddingProgress = lambda done, total: None) -> Ingest:
        """Takes in files and folders; what these say replaces what they said before, other files' entries stay.

        Gone are entries whose file was read and has them no longer, and those of files that are gone from a folder
        that was named. Vectors that another embedding has made are made anew for all entries, so that an ingest of
        nothing is of use too. Raises :class:`ShelfBusy`, or what the embedding and the disk raise.
        """
        began = time.perf_counter()
        with self._locked():
            former = Catalogue.read(self._folder)
            loaded = load(paths)
            shelved, removed, kept = self._merge(former, loaded)
            embedded = self._embed_missing([entry.entry for entry in shelved], progress)
            catalogue = Catalogue(tuple(shelved), self._embedding.name, self._embedding.dimensions)
            if catalogue != former or _places(catalogue) != _places(former):
                catalogue.write(self._folder)
            self._catalogue = catalogue
            self._store.keep_only({face.key for entry in catalogue.entries for face in _faces(entry)})
        digests = {entry.id: entry.digest for entry in former.entries}
        added = sum(entry.id not in digests for entry in loaded.entries)
        unchanged = sum(digests.get(entry.id) == entry.digest for entry in loaded.entries)
        anew = bool(former.shelved) and not self._is_of(former)
        return Ingest(
            added=added,
            changed=len(loaded.entries) - added - unchanged,
            unchanged=unchanged,
            removed=removed,
            kept=kept,
            broken=loaded.broken,
            files=sum(file.is_read for file in loaded.files),
            embedded=embedded,
            former_embedding=former.embedding if anew else None,
            ms=1000 * (time.perf_counter() - began),
        )

    def _merge(self, former: Catalogue, loaded: Loaded) -> tuple[list[Shelved], int, int]:
        """What is on the shelf from now on: known entries in their places, new ones behind; counts of removed, kept."""
        files = {file.path: self._name_of(file.path) for file in loaded.files}
        new = {entry.id: Shelved(entry, files[file.path]) for file in loaded.files for entry in file.entries}
        read = {files[file.path] for file in loaded.files if file.is_read}
        broken = {row.id for row in loaded.broken}
        merged, removed, kept = [], 0, 0
        for known in former.shelved:
            if known.entry.id in new:
                merged.append(new.pop(known.entry.id))
            elif known.entry.id in broken and known.file in read:
                merged.append(known)
                kept += 1
            elif known.file in read or self._is_gone_from(loaded.folders, known.file):
                removed += 1
            else:
                merged.append(known)
        return [*merged, *new.values()], removed, kept

    def _name_of(self, file: Path) -> str:
        """Relative to the knowledge base, so that both can move together."""
        return os.path.relpath(file.resolve(), self._folder.resolve())

    def _is_gone_from(self, folders: Sequence[Path], name: str) -> bool:
        file = Path(os.path.normpath(self._folder.resolve() / name))
        return not file.exists() and any(file.is_relative_to(folder.resolve()) for folder in folders)

    def _embed_missing(self, entries: Sequence[Entry], progress: EmbeddingProgress) -> int:
        """Makes and writes the vectors that are not in the store; their count."""
        wanted = {face.key: face for entry in entries for face in _faces(entry)}
        known = self._store.keys()
        missing = [face for key, face in wanted.items() if key not in known]
        # alike lengths together: a batch is padded to its longest text
        missing.sort(key=lambda face: (face.is_answer, len(face.text)))
        for begin in range(0, len(missing), _TEXTS_AT_ONCE):
            some = missing[begin : begin + _TEXTS_AT_ONCE]
            self._store.add({face.key: face.text for face in some}, self._embed(some))
            progress(begin + len(some), len(missing))
        return len(missing)

    def _embed(self, some: Sequence[_Face]) -> Vectors:
        vectors = np.zeros((len(some), self._embedding.dimensions), np.float32)
        for is_answer, embed in ((False, self._embedding.questions), (True, self._embedding.documents)):
            at = [index for index, face in enumerate(some) if face.is_answer is is_answer]
            if at:
                made = np.asarray(embed([some[index].text for index in at]), np.float32)
                if made.shape != (len(at), self._embedding.dimensions) or not np.isfinite(made).all():
                    raise EmbeddingUnavailable(
                        f'"{self._embedding.name}" gave vectors of shape {made.shape} for {len(at)} texts where '
                        f"{self._embedding.dimensions} finite numbers each were due: choose another embedding"
                    )
                vectors[at] = made
        return vectors

    def _is_of_this_embedding(self) -> bool:
        return self._is_of(self._catalogue)

    def _is_of(self, catalogue: Catalogue) -> bool:
        return (catalogue.embedding, catalogue.dimensions) == (self._embedding.name, self._embedding.dimensions)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """A lock goes with its process, even if that is killed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LOCK_NAME).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ShelfBusy(
                    f'another process is ingesting into "{self._folder}": wait for it, then run the command again'
                ) from None
            yield


def _faces(entry: Entry) -> list[_Face]:
    """What callers ask is embedded as a question, what the company says as a document."""
    *asked, answer = faces(entry)
    return [*(_Face(text, is_answer=False) for text in asked), _Face(answer, is_answer=True)]


def _places(catalogue: Catalogue) -> list[str]:
    """Lines move when a file is edited above them, which no entry's equality notices."""
    return [shelved.entry.source for shelved in catalogue.shelved]
