"""Figures of the search, on questions whose answers are known, and files of questions that cannot be used."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from kb.entry import Entry
from kb.evaluation import LOOKED_AT, QueriesUnusable, Query, evaluate, read_queries
from kb.index import Found, Hit, Index
from kb.synonyms import Synonyms
from tests.models.fake_embedding import FakeEmbedding

ENTRIES = tuple(Entry(name, f"{name}?", f"{name}.") for name in ("배송", "환불", "교환", "적립금"))


class Told(Index):
    """An index that answers as told: the ids it names, how sure it is of the first, and whether it answers."""

    def __init__(self, answers: dict[str, tuple[Sequence[str], float, bool]]) -> None:
        super().__init__((), FakeEmbedding().questions([]), FakeEmbedding().questions([]), FakeEmbedding(), Synonyms())
        self.answers = answers
        self.asked: list[str] = []

    def search(self, text: str, limit: int = 3, *, today: date | None = None) -> Found:
        self.asked.append(text)
        names, confidence, answered = self.answers[text]
        entries = {entry.id: entry for entry in ENTRIES}
        hits = tuple(Hit(entries[name], confidence / (at + 1), "") for at, name in enumerate(names[:limit]))
        return Found(hits, answered, float(len(self.asked)))


def test_recall_refusal_and_times_are_counted_as_the_issue_defines_them() -> None:
    told = Told(
        {
            "first": (("배송", "환불", "교환", "적립금"), 0.95, True),
            "first, refused": (("배송", "환불"), 0.3, False),
            "third": (("환불", "교환", "배송"), 0.85, True),
            "fourth": (("환불", "교환", "적립금", "배송"), 0.8, True),
            "noisy": (("배송",), 1.0, True),
            "refused": (("배송",), 0.1, False),
            "believed": (("배송",), 0.9, True),
        }
    )
    queries = [
        *(Query(text, "배송", "paraphrase") for text in ("first", "first, refused", "third", "fourth")),
        Query("noisy", "배송", "noisy"),
        Query("refused", "", "none"),
        Query("believed", "", "elsewhere"),
    ]
    report = evaluate(told, queries)
    assert report.as_json() == {
        "paraphrase": {"n": 4, "recall_at_1": 0.5, "recall_at_3": 0.75},
        "noisy": {"n": 1, "recall_at_1": 1.0, "recall_at_3": 1.0},
        "none": {"n": 2, "rejected": 0.5},
        "false_rejects": 0.3333,
        "p50_ms": 5.0,
        "p95_ms": 7.7,
    }
    assert told.asked == ["first", *(query.query for query in queries)], "the first is asked once more, untimed"
    assert report.confidence == (
        (0.1, 1, 0.0),
        (0.3, 1, 1.0),
        (0.8, 2, 0.0),
        (0.9, 3, pytest.approx(2 / 3)),
    )
    json.dumps(report.as_json(), allow_nan=False)


@pytest.mark.parametrize("found", [(), ("환불",), ("환불", "교환")])
def test_an_entry_that_is_not_found_is_none_of_the_first_however_few_are(found: tuple[str, ...]) -> None:
    report = evaluate(Told({"?": (found, 0.5, bool(found))}), [Query("?", "배송", "paraphrase")])
    assert (report.kinds["paraphrase"].recall_at_1, report.kinds["paraphrase"].recall_at_3) == (0, 0)
    assert LOOKED_AT == 3


def test_a_kind_that_nobody_asked_is_not_divided_by() -> None:
    only_none = evaluate(Told({"?": ((), 0, False)}), [Query("?", "", "none")]).as_json()
    assert only_none["none"] == {"n": 1, "rejected": 1.0} and only_none["false_rejects"] == 0
    only_some = evaluate(Told({"?": (("배송",), 1, True)}), [Query("?", "배송", "noisy")]).as_json()
    assert only_some["none"] == {"n": 0, "rejected": 0.0}


def test_a_real_index_finds_what_is_written(tmp_path: Path) -> None:
    index = Index.of(ENTRIES, FakeEmbedding())
    report = evaluate(index, [Query(entry.question, entry.id, "same") for entry in ENTRIES])
    assert report.kinds["same"].recall_at_1 == 1
    assert 0 < report.p50_ms <= report.p95_ms


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_questions_are_read(tmp_path: Path, encoding: str) -> None:
    text = 'kind,query,gold_id\r\nnoisy," 배송,언제 ",배송\r\n,환불요,환불\r\n,,\r\nnone,날씨는,\r\n짧은\r\n'
    assert read_queries(write(tmp_path / "q.csv", text, encoding), ENTRIES) == [
        Query("배송,언제", "배송", "noisy"),
        Query("환불요", "환불", "paraphrase"),
        Query("날씨는", "", "none"),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("query,kind\n배송?,none\n", 'q.csv line 1: no column "gold_id": head it query,gold_id,kind'),
        ("query;gold_id;kind\n배송?;;none\n", 'line 1: no column "gold_id": head it'),
        ("", 'q.csv line 1: no column "gold_id"'),
        ("query,gold_id,kind\n", "q.csv: no questions: write one a line"),
        ("query,gold_id,kind\n,,none\n", "q.csv: no questions: write one a line"),
        ("query,gold_id,kind\n배송?,배송,noisy\n환불?,F9,noisy\n", 'line 3: no entry "F9" in the FAQ: mend the id or'),
        ("query,gold_id,kind\n배송?,배송,none\n", 'line 2: "none" is no kind of a question with gold_id'),
        ("query,gold_id,kind\n배송?,배송,p50_ms\n", 'line 2: "p50_ms" is no kind of a question with gold_id'),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_what_to_do(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(QueriesUnusable) as raised:
        read_queries(write(tmp_path / "q.csv", text), ENTRIES)
    assert complaint in str(raised.value) and "\n" not in str(raised.value)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(QueriesUnusable, match=r'no file ".*gone.csv": check the path'):
        read_queries(tmp_path / "gone.csv", ENTRIES)
    with pytest.raises(QueriesUnusable, match=r"cannot be read \(.*\): save it as CSV in UTF-8"):
        read_queries(tmp_path, ENTRIES)
    korean = write(tmp_path / "q.csv", "query,gold_id,kind\n배송?,배송,noisy\n", "cp949")
    with pytest.raises(QueriesUnusable, match=r"q.csv\" cannot be read \(.*\): save it as CSV in UTF-8"):
        read_queries(korean, ENTRIES)
