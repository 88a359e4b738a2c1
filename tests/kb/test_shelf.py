"""Ingesting: what changed is what is done, and nothing that can happen meanwhile loses anything."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kb.embedding.embedding import EmbeddingUnavailable, Vectors
from kb.entry import faces
from kb.shelf import Shelf, ShelfBusy, ShelfOutdated
from kb.synonyms import Synonyms
from tests.models.fake_embedding import FakeEmbedding

ROOT = Path(__file__).parents[2]
HEADING = "id,question,answer,examples\n"
FAQ = HEADING + "1,배송비는?,무료입니다.,택배비는?\n2,환불은?,3일입니다.,\n3,교환은?,됩니다.,\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def counts(shelf: Shelf, *paths: Path) -> tuple[int, int, int, int]:
    done = shelf.ingest(paths)
    return done.added, done.changed, done.unchanged, done.removed


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    return write(tmp_path / "faq.csv", FAQ)


def test_a_shelf_holds_what_was_ingested_for_the_next_process(tmp_path: Path, faq: Path) -> None:
    embedding = FakeEmbedding()
    assert counts(Shelf.open(tmp_path / "kb", embedding), faq) == (3, 0, 0, 0)
    again = Shelf.open(tmp_path / "kb", embedding)
    assert [entry.id for entry in again.entries()] == ["1", "2", "3"]
    assert again.entries()[0].source == f"{faq}:2"
    texts = [face for entry in again.entries() for face in faces(entry)]
    assert np.allclose(again.vectors(), embedding.documents(texts))


def test_only_what_is_new_is_embedded(tmp_path: Path, faq: Path) -> None:
    embedding = FakeEmbedding()
    shelf = Shelf.open(tmp_path / "kb", embedding)
    assert counts(shelf, faq) == (3, 0, 0, 0)
    assert len(embedding.asked) == 7

    embedding.asked.clear()
    assert counts(shelf, faq) == (0, 0, 3, 0)
    assert embedding.asked == []

    write(faq, FAQ.replace("3일입니다", "5일입니다") + "4,적립금은?,1%입니다.,\n")
    assert counts(shelf, faq) == (1, 1, 3 - 1, 0)
    assert sorted(embedding.asked) == sorted(["5일입니다.", "적립금은?", "1%입니다."])

    embedding.asked.clear()
    write(faq, FAQ.replace("배송비는?,무료입니다.,", "배송비는?,무료입니다.,배송료는?|"))
    assert counts(shelf, faq) == (0, 2, 1, 1)
    assert sorted(embedding.asked) == ["3일입니다.", "배송료는?"]


def test_lines_that_move_are_noted_without_embedding(tmp_path: Path, faq: Path) -> None:
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    shelf.ingest([faq])
    write(faq, FAQ.replace(HEADING, "누리홈쇼핑\n\n" + HEADING))
    assert counts(shelf, faq) == (0, 0, 3, 0)
    assert Shelf.open(tmp_path / "kb", FakeEmbedding()).entries()[0].source == f"{faq}:4"


def test_entries_of_other_files_stay(tmp_path: Path, faq: Path) -> None:
    other = write(tmp_path / "other.md", "## 포인트는?\n네.\n")
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    shelf.ingest([faq, other])
    write(faq, HEADING + "2,환불은?,3일입니다.,\n")
    assert counts(shelf, faq) == (0, 0, 1, 2)
    assert [entry.question for entry in shelf.entries()] == ["환불은?", "포인트는?"]
    assert len(shelf.vectors()) == 4


def test_a_file_that_is_gone_from_a_named_folder_takes_its_entries_along(tmp_path: Path) -> None:
    one, other = write(tmp_path / "in/a.csv", FAQ), write(tmp_path / "in/b.md", "## 포인트는?\n네.\n")
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    shelf.ingest([tmp_path / "in"])
    one.unlink()
    assert counts(shelf, other) == (0, 0, 1, 0)
    assert counts(shelf, one) == (0, 0, 0, 0)
    assert counts(shelf, tmp_path / "in") == (0, 0, 1, 3)


def test_entries_that_move_to_another_file_are_the_same(tmp_path: Path, faq: Path) -> None:
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    shelf.ingest([faq])
    moved = faq.rename(tmp_path / "faq-2026.csv")
    assert counts(shelf, moved) == (0, 0, 3, 0)
    write(moved, HEADING)
    assert counts(shelf, moved) == (0, 0, 0, 3)


def test_a_row_that_breaks_keeps_its_last_good_entry(tmp_path: Path, faq: Path) -> None:
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    shelf.ingest([faq])
    write(faq, FAQ.replace("3일입니다.", ""))
    done = shelf.ingest([faq])
    assert (done.unchanged, done.removed, done.kept) == (2, 0, 1)
    assert [str(row) for row in done.broken] == [f"{faq}:3: the answer is empty: write one, or delete the row"]
    assert shelf.entries()[1].answer == "3일입니다."


def test_a_file_that_cannot_be_read_keeps_its_entries(tmp_path: Path, faq: Path) -> None:
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    shelf.ingest([faq])
    faq.write_bytes(b"\xff\xff")
    done = shelf.ingest([faq])
    assert (done.files, done.removed, len(shelf.entries())) == (0, 0, 3)
    assert "neither UTF-8 nor CP949" in done.broken[0].reason


def test_another_embedding_makes_all_vectors_anew_and_says_so(tmp_path: Path, faq: Path) -> None:
    Shelf.open(tmp_path / "kb", FakeEmbedding("one")).ingest([faq])
    other = FakeEmbedding("two", dimensions=32)
    shelf = Shelf.open(tmp_path / "kb", other)
    with pytest.raises(ShelfOutdated, match='was ingested with "one", and "two" is chosen now: run "aicc kb ingest"'):
        shelf.vectors()
    done = shelf.ingest([])
    assert (done.former_embedding, done.embedded, done.unchanged) == ("one", 7, 0)
    assert shelf.vectors().shape == (7, 32)
    assert shelf.ingest([]).former_embedding is None
    with pytest.raises(ShelfOutdated):
        Shelf.open(tmp_path / "kb", FakeEmbedding("one")).vectors()


def test_nothing_ingested_says_how_to(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    assert (shelf.entries(), len(shelf.vectors())) == ((), 0)
    with pytest.raises(ShelfOutdated, match=r'nothing was ingested into ".*kb" yet: run "aicc kb ingest PATH"'):
        shelf.index(Synonyms())


def test_progress_counts_texts(tmp_path: Path, faq: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.shelf._TEXTS_AT_ONCE", 3)
    told: list[tuple[int, int]] = []
    Shelf.open(tmp_path / "kb", FakeEmbedding()).ingest([faq], lambda done, total: told.append((done, total)))
    assert told == [(3, 7), (6, 7), (7, 7)]


class DyingEmbedding(FakeEmbedding):
    """The process is killed, as by a power cut, when it embeds this answer."""

    def documents(self, texts: Sequence[str]) -> Vectors:
        if "정말 끝났습니다." in texts:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().documents(texts)


def test_a_killed_ingest_leaves_the_old_shelf_and_its_vectors_are_not_made_twice(tmp_path: Path, faq: Path) -> None:
    shelf = Shelf.open(tmp_path / "kb", FakeEmbedding())
    shelf.ingest([faq])
    write(faq, FAQ.replace("무료입니다.", "3000원입니다.") + "4,마지막은?,끝입니다.,\n5,그다음은?,정말 끝났습니다.,\n")
    code = (
        "import sys, pathlib, kb.shelf; kb.shelf._TEXTS_AT_ONCE = 3;"
        "from tests.kb.test_shelf import DyingEmbedding;"
        "kb.shelf.Shelf.open(pathlib.Path(sys.argv[1]), DyingEmbedding()).ingest([pathlib.Path(sys.argv[2])])"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "kb"), str(faq)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL

    survivor = Shelf.open(tmp_path / "kb", FakeEmbedding())
    assert [entry.answer for entry in survivor.entries()] == ["무료입니다.", "3일입니다.", "됩니다."]
    assert len(survivor.vectors()) == 7
    embedding = FakeEmbedding()
    after = Shelf.open(tmp_path / "kb", embedding)
    assert counts(after, faq) == (2, 1, 2, 0)
    assert 0 < len(embedding.asked) < 5, "the first write of the killed process is still of use"
    texts = [face for entry in after.entries() for face in faces(entry)]
    assert np.allclose(after.vectors(), FakeEmbedding().documents(texts))


def test_two_at_once_are_refused(tmp_path: Path, faq: Path) -> None:
    class Nosy(FakeEmbedding):
        def questions(self, texts: Sequence[str]) -> Vectors:
            code = (
                "import sys, pathlib; from kb.shelf import Shelf, ShelfBusy\n"
                "from tests.models.fake_embedding import FakeEmbedding\n"
                "try: Shelf.open(pathlib.Path(sys.argv[1]), FakeEmbedding()).ingest([])\n"
                "except ShelfBusy as busy: print(busy)"
            )
            run = subprocess.run([sys.executable, "-c", code, str(tmp_path / "kb")], cwd=ROOT, capture_output=True)
            self.heard = run.stdout.decode()
            with pytest.raises(ShelfBusy):
                Shelf.open(tmp_path / "kb", FakeEmbedding()).ingest([])
            return super().questions(texts)

    embedding = Nosy()
    Shelf.open(tmp_path / "kb", embedding).ingest([faq])
    assert embedding.heard.startswith(f'another process is ingesting into "{tmp_path}/kb": wait for it')
    assert counts(Shelf.open(tmp_path / "kb", FakeEmbedding()), faq) == (0, 0, 3, 0)


def test_vectors_that_are_none_are_not_stored(tmp_path: Path, faq: Path) -> None:
    class Broken(FakeEmbedding):
        def documents(self, texts: Sequence[str]) -> Vectors:
            return np.full((len(texts), self.dimensions), np.nan, np.float32)

    shelf = Shelf.open(tmp_path / "kb", Broken())
    with pytest.raises(EmbeddingUnavailable, match='"fake" gave vectors'):
        shelf.ingest([faq])
    assert Shelf.open(tmp_path / "kb", FakeEmbedding()).entries() == ()


@pytest.mark.load
def test_ten_thousand_entries_in_a_minute(tmp_path: Path) -> None:
    rows = (
        f"{n},{n}번 상품의 배송비는 얼마인가요?,{n}번 상품은 {n}원입니다.,{n}번 택배비는요\n" for n in range(10_000)
    )
    faq = write(tmp_path / "faq.csv", HEADING + "".join(rows))
    done = Shelf.open(tmp_path / "kb", FakeEmbedding(dimensions=256)).ingest([faq])
    assert (done.added, done.embedded) == (10_000, 30_000)
    assert done.ms < 60_000
