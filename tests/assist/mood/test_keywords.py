from assist.mood.keywords import KeywordWatch
from assist.mood.rules import KeywordRule
from voicebot.events import AlertRaised, TranscriptFinal

RULES = [
    KeywordRule(name="소비자원", words=["소비자 ?(?:보호)?원"]),
    KeywordRule(name="금지 표현", words=["무조건 ?됩니다"], said_by="agent"),
    KeywordRule(name="언론", words=["기자", "SBS"], said_by="both"),
]


def final(spoken, side="caller", written=None):
    return TranscriptFinal(side, 1, spoken, written or spoken, (), "test")


def test_a_rule_is_told_once_for_each_side():
    watch = KeywordWatch(RULES)
    assert watch.final(final("소비자 보호원에 신고할 거예요")) == [
        AlertRaised("caller", "keyword", "소비자원: “소비자 보호원에 신고할 거예요”")
    ]
    assert watch.final(final("소비자원에 전화할게요")) == []
    assert len(watch.final(final("기자한테 말할 거예요"))) == 1
    assert len(watch.final(final("기자님이세요", "agent"))) == 1


def test_each_side_has_its_own_rules():
    watch = KeywordWatch(RULES)
    assert watch.final(final("무조건 됩니다")) == watch.final(final("소비자원이요", "agent")) == []
    assert [alert.side for alert in watch.final(final("그건 무조건 됩니다", "supervisor"))] == ["supervisor"]


def test_several_rules_may_fit_and_what_is_written_counts_too():
    watch = KeywordWatch(RULES)
    told = watch.final(final("에스비에스 제보하고 소비자원에", written="sbs 제보하고 소비자원에"))
    assert [alert.text.partition(":")[0] for alert in told] == ["소비자원", "언론"]


def test_abuse_around_the_word_is_masked():
    (alert,) = KeywordWatch(RULES).final(final("씨발 소비자원에 신고한다"))
    assert alert.text == "소비자원: “씨○ 소비자원에 신고한다”"
