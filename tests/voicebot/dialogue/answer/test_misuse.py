import pytest

from kb.entry import Entry
from voicebot.dialogue.answer.misuse import is_misused
from voicebot.dialogue.answer.reading import read
from voicebot.dialogue.answer.statements import segments

REFUND = Entry("1", "환불은 언제 되나요?", "신용카드는 5일, 간편결제는 3일, 계좌이체는 2일 걸립니다.")
SHIPPING = Entry("2", "배송비는 얼마인가요?", "배송비는 3,000원입니다. 50,000원 이상이면 없습니다.")
RETURN = Entry("3", "반품비는 얼마인가요?", "마음이 바뀌어 반품하시면 6,000원을 뺍니다.")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("신용카드는 5일 걸립니다.", False),
        ("계좌이체는 이틀 걸립니다.", False),
        ("신용카드는 2일 걸립니다.", True),
        ("계좌이체는 5일 걸립니다.", True),
        ("배송비는 3,000원입니다.", False),
        ("반품하시면 3,000원을 뺍니다.", True),
        ("50,000원 이상이면 없습니다.", False),
        ("3,000원 이상이면 없습니다.", True),
    ],
)
def test_a_figure_belongs_to_what_it_was_said_of(sentence, expected):
    readings = [read(entry) for entry in (REFUND, SHIPPING, RETURN)]
    found = [is_misused(figure, part, readings) for part in segments(sentence) for figure in part.figures]
    assert any(found) is expected
