import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.wrapup.note_form import noted, reported
from assist.wrapup.predicate import sentences


def only(text):
    (sentence,) = sentences(text)
    return sentence


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("반품 접수했어요.", "반품 접수함"),
        ("네 고객님 환불 처리 완료됐습니다", "환불 처리 완료됨"),
        ("구스다운 이불 세트는 지금 배송 중이에요.", "구스다운 이불 세트는 지금 배송 중임"),
        ("적립금은 12,500원 있어요.", "적립금은 12,500원 있음"),
        ("99,000원은 11월 30일까지 신용카드로 돌려드릴게요.", "99,000원은 11월 30일까지 신용카드로 돌려드릴 예정"),
        ("내일까지 연락드리도록 하겠습니다", "내일까지 연락드릴 예정"),
        ("다음 주 화요일에 기사님이 방문하실 거예요", "다음 주 화요일에 기사님이 방문할 예정"),
        ("먼저 본인 확인을 할게요", "먼저 본인 확인을 할 예정"),
        ("주소를 바꿀 수 없어요", "주소를 바꿀 수 없음"),
    ],
)
def test_what_was_done_reads_like_a_note(said, note):
    assert noted(only(said)) == note


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("니트 반품하려고요", "니트 반품을 원함"),
        ("반품이요", "반품을 문의함"),
        ("주소를 바꾸고 싶은데요", "주소를 바꾸기를 원함"),
        ("주문한 거 언제 와요", "주문한 거 언제 오는지 문의함"),
        ("배송비가 얼마예요", "배송비가 얼마인지 문의함"),
        ("저기요 환불해 주세요", "환불해 달라고 요청함"),
        ("물이 안 나와요", "물이 안 나온다고 말함"),
        ("사이즈가 작아요", "사이즈가 작다고 말함"),
        ("불량이에요", "불량이라고 말함"),
        ("18일에 주문한 신발이 아직 안 왔어요", "18일에 주문한 신발이 아직 안 왔다고 말함"),
        ("전화를 몇 번이나 해도 안 받아서 화가 나요", "전화를 몇 번이나 해도 안 받아서 화가 난다고 말함"),
        ("못 참겠네요", "못 참겠다고 말함"),
        ("주문한 의자가 언제 오는지 궁금해서요", "주문한 의자가 언제 오는지 문의함"),
        ("신발이 아직도 안 와서요", "신발이 아직도 안 온다고 말함"),
        ("배송이 너무 늦으니까요", "배송이 너무 늦다고 말함"),
        ("주문번호는 6789고 상품은 커피예요", "주문번호는 6789고 상품은 커피라고 말함"),
        ("내일까지 사진 보내 드릴게요", "내일까지 사진 보내 주겠다고 말함"),
        ("나중에 전화 부탁드려요", "나중에 전화 요청함"),
    ],
)
def test_what_the_caller_said_is_reported(said, note):
    assert reported(only(said)) == note


def test_speech_without_full_stops_is_cut_into_sentences():
    said = "제가 지난주에 니트를 샀는데요 사이즈가 너무 작아서 반품하려고 하거든요 어떻게 하면 되나요"
    assert [sentence.text for sentence in sentences(said)] == [
        "제가 지난주에 니트를 샀는데요",
        "사이즈가 너무 작아서 반품하려고 하거든요",
        "어떻게 하면 되나요",
    ]


def test_a_courtesy_is_a_sentence_of_its_own():
    said = [sentence.text for sentence in sentences("죄송합니다 담당자에게 전달했습니다")]
    assert said == ["죄송합니다", "담당자에게 전달했습니다"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_noted(text):
    for sentence in sentences(text):
        assert isinstance(noted(sentence) + reported(sentence), str)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 99_999_999), st.sampled_from(["환불해 주세요", "입금됐어요", "보내 드릴게요", "언제 와요"]))
def test_figures_are_copied_as_they_are(amount, ending):
    said = f"{amount:,}원 {ending}"
    assert f"{amount:,}원" in noted(only(said))
    assert f"{amount:,}원" in reported(only(said))
