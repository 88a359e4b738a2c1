"""What the flow still has to ask."""

import pytest

from assist.suggest.questions import DEEPEST_FLOW, MOST_QUESTIONS, OpenQuestions


@pytest.fixture
def questions(loaded):
    return OpenQuestions(loaded)


def slots(questions):
    return [question.slot for question in questions.open()]


def test_outside_of_flows_nothing_is_asked(questions):
    assert questions.open() == () and questions.flow == ""
    questions.entered("이런 시나리오는 없음")
    assert questions.open() == ()


def test_the_flow_and_what_it_links_to_in_their_order(questions):
    questions.entered("반품·교환")
    assert slots(questions) == ["주문번호", "이름", "번호뒷자리", "생년월일", "종류", "사유"]
    assert len(slots(questions)) <= MOST_QUESTIONS


def test_a_sentence_that_speaks_of_the_unknown_waits_until_it_is_known(questions):
    questions.entered("배송지 변경")
    assert "주소확인" not in slots(questions)
    questions.filled("새주소", "서울 종로구 사직로 161")
    assert "서울 종로구 사직로 161로 바꿀까요?" in [question.text for question in questions.open()]


def test_a_flow_that_was_linked_to_gives_way_to_the_one_behind_it(questions):
    questions.entered("반품·교환")
    questions.filled("주문번호", "20261122")
    questions.entered("본인 확인")
    assert slots(questions) == ["이름", "번호뒷자리", "생년월일"]
    questions.filled("이름", "김영희")
    questions.left("본인 확인")
    assert slots(questions) == ["번호뒷자리", "생년월일", "종류", "사유"]


def test_what_a_flow_forgets_is_asked_again(questions):
    for _ in range(2):
        questions.entered("콜백 예약")
        assert "통화일" in slots(questions)
        questions.filled("통화일", "내일")
        questions.left("콜백 예약")


def test_a_finished_flow_is_not_taken_up(questions):
    questions.entered("콜백 예약")
    questions.left("콜백 예약")
    questions.caller_spoke()
    questions.handed_over()
    assert questions.open() == ()


def test_leaving_what_was_never_entered_changes_nothing(questions):
    questions.left("콜백 예약")
    assert questions.flow == ""


def test_flows_that_nobody_leaves_are_forgotten(questions):
    for _ in range(100):
        questions.entered("콜백 예약")
    for _ in range(DEEPEST_FLOW):
        questions.left("콜백 예약")
    assert questions.flow == ""
