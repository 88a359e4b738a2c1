"""The store on a real Chroma."""

import socket
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from kb.vector_store import VectorStore, VectorsUnusable

VECTORS = np.eye(4, dtype=np.float32)


def test_vectors_come_back_as_they_were_in_any_order(tmp_path: Path) -> None:
    store = VectorStore(tmp_path, "fake", 4)
    store.add({"a": "가", "b": "나", "c": "다"}, VECTORS[:3])
    store.add({"b": "나"}, VECTORS[3:])
    assert store.keys() == {"a", "b", "c"}
    assert np.array_equal(store.read(["c", "b", "a", "b"]), VECTORS[[2, 3, 0, 3]])
    assert store.read([]).shape == (0, 4)


def test_a_missing_vector_is_said_to_be_missing(tmp_path: Path) -> None:
    store = VectorStore(tmp_path, "fake", 4)
    store.add({"a": "가"}, VECTORS[:1])
    with pytest.raises(VectorsUnusable, match=r'lacks 1 of 2 vectors: .*run "aicc kb ingest" again'):
        store.read(["a", "z"])


def test_embeddings_of_other_names_and_sizes_keep_apart_until_one_is_kept(tmp_path: Path) -> None:
    stores = [VectorStore(tmp_path, name, size) for name, size in (("one", 4), ("two", 4), ("one", 3))]
    for store, size in zip(stores, (4, 4, 3), strict=True):
        store.add({"a": "가", "b": "나"}, np.eye(2, size, dtype=np.float32))
    assert [store.read(["a"]).shape for store in stores] == [(1, 4), (1, 4), (1, 3)]
    stores[1].keep_only({"b"})
    assert [store.keys() for store in stores] == [set(), {"b"}, set()]


def test_one_process_sees_what_another_has_written_meanwhile(tmp_path: Path) -> None:
    """Chroma's own client would fail here with "Error finding id": it must not outlive a call."""
    import subprocess
    import sys

    store = VectorStore(tmp_path, "fake", 4)
    store.add({"a": "가"}, VECTORS[:1])
    store.read(["a"])
    code = (
        "import sys, pathlib, numpy; from kb.vector_store import VectorStore;"
        "store = VectorStore(pathlib.Path(sys.argv[1]), 'fake', 4);"
        "store.add({'b': '나'}, numpy.eye(4, dtype='f4')[1:2]); store.keep_only({'b'})"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=Path(__file__).parents[2])
    assert store.keys() == {"b"}
    assert np.array_equal(store.read(["b"]), VECTORS[1:2])


def test_nothing_asks_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a closed network is no place for this")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    store = VectorStore(tmp_path, "fake", 4)
    store.add({"a": "가"}, VECTORS[:1])
    assert store.read(["a"]).shape == (1, 4)


@pytest.mark.parametrize("damage", ["garbage", "cut", "file"])
def test_a_damaged_store_is_one_sentence(tmp_path: Path, damage: str) -> None:
    store = VectorStore(tmp_path, "fake", 4)
    store.add({"a": "가"}, VECTORS[:1])
    database = tmp_path / "chroma" / "chroma.sqlite3"
    if damage == "file":
        (tmp_path / "chroma").rename(tmp_path / "away")
        (tmp_path / "chroma").write_text("x")
    else:
        database.write_bytes(b"garbage" * 99 if damage == "garbage" else database.read_bytes()[:20_000])
    for _ in range(2):
        with pytest.raises(VectorsUnusable, match=r"cannot be used .*: delete that folder and ingest again"):
            store.read(["a"])
