"""What a call is about."""

import pytest

from assist.suggest.topic import Topic


@pytest.fixture
def topic():
    return Topic({"반품", "배송비", "쿠폰", "카드", "비용", "교환"})


def test_before_anything_was_asked_nothing_is_added(topic):
    assert topic.continued("그럼 며칠 걸려요") is None


def test_a_follow_up_gets_what_was_asked(topic):
    topic.asked("어제 산 거 반품하고 싶어요", "반품하고 싶어요.")
    assert topic.continued("그럼 며칠 걸려요") == "반품 며칠 걸려요"
    assert topic.continued("비용은요") == "반품 비용은요"
    assert topic.continued("카드로 하면요") == "반품 카드로 하면요"


def test_a_question_of_its_own_stands_for_itself(topic):
    topic.asked("반품하고 싶어요", "")
    assert topic.continued("배송비가 얼마예요") is None
    assert topic.continued("그럼 반품은 언제까지예요") is None


def test_a_flow_is_a_topic_where_the_caller_named_none(topic):
    topic.entered("반품·교환")
    assert topic.nouns == ("반품", "교환")
    topic.asked("쿠폰이 궁금해요", "쿠폰은 어디서 받나요?")
    topic.entered("반품·교환")
    assert topic.nouns == ("쿠폰",)


def test_words_that_name_nothing_keep_the_topic(topic):
    topic.asked("반품하고 싶어요", "")
    topic.asked("그럼 며칠 걸려요", "환불은 언제 되나요?")
    assert topic.nouns == ("반품",)
