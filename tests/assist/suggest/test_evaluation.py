"""How right suggestions are, and how steady."""

from datetime import date

from assist.suggest.evaluation import KnownCall, evaluate, of_questions
from kb.evaluation import Query
from tests.assist.suggest.conftest import TODAY
from voicebot.events import CallStarted, TranscriptFinal


def said(turn, text):
    return TranscriptFinal("caller", turn, text, text, (), "typed")


def call(*texts, gold, day=TODAY):
    started = CallStarted("in", "chat", "", "", "누리홈쇼핑")
    events = (started, *(said(number, text) for number, text in enumerate(texts, 1)))
    return KnownCall("call", day, events, {turn: frozenset([name]) for turn, name in gold.items()})


def test_right_wrong_and_idle_turns_are_counted(plain):
    report = evaluate(
        plain,
        [
            call("택배비가 얼마예요", "네", gold={1: "N017"}),
            call("반품하고 싶어요", "그럼 며칠 걸려요", gold={2: "N063"}),
            call("택배비가 얼마예요", gold={1: "N143"}),
        ],
    )
    assert (report.n, report.top1, report.top3) == (3, 2, 2)
    assert (report.idle, report.idle_shown) == (2, 1)
    assert [(miss.text, miss.gold, miss.shown[0]) for miss in report.misses] == [
        ("택배비가 얼마예요", ("N143",), "N017")
    ]
    data = report.as_json()
    assert data["n"] == 3 and data["top3"] == 0.6667 and data["p95_ms"] > 0
    assert len(report.heard) == 2 and 0 < data["heard_when_right"] <= 1


def test_changes_are_those_of_the_first_entry_while_the_turn_is_spoken(plain):
    changing = evaluate(plain, [call("정기배송 해지하고 싶은데요", gold={1: "N143"})])
    steady = evaluate(plain, [call("택배비가 얼마예요", gold={1: "N017"})])
    assert changing.changes == [1] and steady.changes == [0]


def test_entries_of_another_season_are_not_right(plain):
    christmas = [Query("설 연휴에는 배송이 어떻게 되나요", "N015", "season")]
    assert evaluate(plain, of_questions(christmas, date(2027, 1, 25))).top3 == 1
    assert evaluate(plain, of_questions(christmas, date(2026, 6, 1))).top3 == 0


def test_as_many_calls_as_there_are(plain):
    calls = [call("택배비가 얼마예요", gold={1: "N017"}) for _ in range(5)]
    assert evaluate(plain, calls, at_once=2).top1 == 5
    assert evaluate(plain, []).as_json()["top3"] == 0.0
