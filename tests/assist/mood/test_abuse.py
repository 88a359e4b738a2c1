import pytest

from assist.mood.abuse import MOST_CHARS, AbuseWatch, shortened
from voicebot.dialogue.scenario.flow import Abuse
from voicebot.events import AlertRaised, TranscriptFinal, TranscriptPartial


def final(spoken, turn=1, side="caller"):
    return TranscriptFinal(side, turn, spoken, spoken, (), "test")


def partial(spoken, turn=1, stable=None, side="caller"):
    return TranscriptPartial(side, turn, spoken, spoken, len(spoken) if stable is None else stable)


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        (Abuse(), ["경고 (1/1회)", "상담 종료", "상담 종료"]),
        (Abuse(warnings=2, then="handoff"), ["경고 (1/2회)", "경고 (2/2회)", "관리자 연결"]),
        (Abuse(warnings=0, then="handoff", skill="VOC"), ["관리자 연결 (VOC)"]),
        (Abuse(warnings=0, then="hang_up"), ["상담 종료"]),
        (Abuse(warnings=1, then="warn"), ["경고 (1/1회)", "경고 (2회째)", "경고 (3회째)"]),
    ],
)
def test_the_companys_next_step_is_named(rule, steps):
    watch = AbuseWatch(rule)
    told = [watch.final(turn, final("야 이 씨발", turn)) for turn in range(len(steps))]
    assert told == [[AlertRaised("caller", "abuse", f"고객 폭언: “야 이 씨○”. 다음 조치: {step}")] for step in steps]


def test_an_agents_words_are_told_but_count_for_nothing():
    watch = AbuseWatch(Abuse())
    assert watch.final(1, final("씨발 진짜", 1, "agent")) == [AlertRaised("agent", "abuse", "상담사 폭언: “씨○ 진짜”")]
    (alert,) = watch.final(2, final("씨발", 2))
    assert "1/1" in alert.text


def test_a_partial_tells_as_soon_as_the_word_is_sure_and_its_final_does_not_again():
    watch = AbuseWatch(Abuse())
    assert watch.partial(partial("아 씨발")) == []
    assert watch.partial(partial("아 씨발 진짜", stable=3)) == []
    assert len(watch.partial(partial("아 씨발 진짜"))) == 1
    assert watch.partial(partial("아 씨발 진짜 뭐야 개새끼")) == []
    assert watch.final(9, final("아 씨발 진짜 뭐야 개새끼")) == []
    assert len(watch.final(12, final("씨발", 2))) == 1


def test_a_word_that_goes_on_harmlessly_is_never_told():
    watch = AbuseWatch(Abuse())
    for text in ("시발", "시발점", "시발점이", "시발점이 어디", "꺼져", "꺼져 있", "꺼져 있어요"):
        assert watch.partial(partial(text)) == []


def test_a_turn_of_several_finals_is_told_once():
    watch = AbuseWatch(Abuse())
    assert len(watch.final(1, final("씨발")) + watch.final(2, final("개새끼"))) == 1


def test_who_begins_anew_knows_by_the_log_what_was_told():
    anew = AbuseWatch(Abuse())
    assert anew.final(3, final("네", 1)) == []
    anew.told(AlertRaised("caller", "abuse", "", cause=5))  # by a partial that nobody tells again
    assert anew.partial(partial("아 씨발 진짜", 2)) == []
    assert anew.final(7, final("아 씨발 진짜", 2)) == []
    (alert,) = anew.final(9, final("씨발", 3))
    assert "종료" in alert.text


def test_who_does_not_begin_anew_is_not_confused_by_its_own_alerts():
    watch = AbuseWatch(Abuse(then="warn"))
    for turn in range(1, 4):
        (alert,) = watch.partial(partial("아 씨발 진짜", turn))
        watch.told(AlertRaised("caller", "abuse", alert.text, cause=turn * 10))
        assert watch.final(turn * 10 + 5, final("아 씨발 진짜", turn)) == []
    (alert,) = watch.final(100, final("씨발", 4))
    watch.told(AlertRaised("caller", "abuse", alert.text, cause=100))
    assert len(watch.final(110, final("씨발", 5))) == 1


@pytest.mark.parametrize("spoken", ["", " ", "** ***", "네 알겠습니다"])
def test_nothing_is_told_of_nothing(spoken):
    watch = AbuseWatch(Abuse())
    assert watch.partial(partial(spoken)) == watch.final(1, final(spoken)) == []


def test_of_long_speech_what_stands_around_the_word_is_shown():
    text = shortened("네 고객님 " * 50 + "씨발 진짜 " + "그래서요 " * 50)
    assert "씨○" in text and text[0] == text[-1] == "…"
    assert len(text) == MOST_CHARS + 2
