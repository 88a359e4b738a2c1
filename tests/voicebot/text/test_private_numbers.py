"""Numbers that nobody needs to read, in one turn: what is hidden, and what has to stay."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.text.numbers import digit_by_digit
from voicebot.text.private_numbers import without_numbers

CARDS = """
4518 2201 3345 6789
4518-2201-3345-6789
4518220133456789
4518에 2201에 3345에 6789요
4518의 2201의 3345의 6789예요
4518이고 2201이고 3345고 6789예요
4518 2201, 3345 6789입니다
4518, 2201 그다음은 3345 어 6789요
9490 2201 3345 6789
2720 9900 1234 5678
3782 822463 10005
3782-822463-10005
사오일팔 이이공일 삼삼사오 육칠팔구
사오일팔이이공일삼삼사오육칠팔구요
사 오 일 팔 이 이 공 일 삼 삼 사 오 육 칠 팔 구
사오일팔에 이이공일에 삼삼사오에 육칠팔구예요
사오일팔이고 이이공일이고 삼삼사오고 육칠팔구예요
사천오백십팔에 이천이백일에 삼천삼백사십오에 육천칠백팔십구
네 사오일팔 이이공일 어 삼삼사오 육칠팔구입니다
""".strip().splitlines()
RESIDENTS = """
850412-1234567
850412 - 1234567
851512-1234567
850412 1234567
8504121234567
팔오공사일이 일이삼사오육칠이요
팔오공사일이에 일이삼사오육칠
""".strip().splitlines()
SAID = re.compile(r"[0-9영공일이삼사오육칠팔구십백천]{3}")


@pytest.mark.parametrize("text", CARDS + RESIDENTS)
def test_numbers_of_cards_and_residents_are_stars(text):
    for said in (text, f"환불해 주세요 {text}", unicodedata.normalize("NFD", text)):
        shown = without_numbers(said)
        assert not SAID.search(unicodedata.normalize("NFC", shown)), shown
        assert len(shown) == len(said)
        assert shown.count("*") >= 13


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("환불할 카드번호는 4518 2201이고요", "환불할 카드번호는 **** ****이고요"),
        ("비밀번호 앞 두 자리는 12예요", "비밀번호 앞 두 자리는 **예요"),
        ("비밀번호는 일이삼사요", "비밀번호는 ****요"),
        ("CVC 123이요", "CVC ***이요"),
        ("씨브이씨는 일이삼", "씨브이씨는 ***"),
        ("유효기간은 12월 27년이요", "유효기간은 **월 **년이요"),
        ("유효기간 12/27이요", "유효기간 **/**이요"),
        ("인증번호 여섯 자리 483920이에요", "인증번호 여섯 자리 ******이에요"),
        ("주민번호 앞자리는 850412요", "주민번호 앞자리는 ******요"),
        ("신용카드번호는 4518 2201", "신용카드번호는 **** ****"),
        ("주문번호 말고 카드번호는 4518 2201이요", "주문번호 말고 카드번호는 **** ****이요"),
    ],
)
def test_what_is_called_a_secret_is_hidden(said, shown):
    assert without_numbers(said) == shown


@pytest.mark.parametrize(
    "text",
    [
        "주문번호 202611220001이요",
        "주문번호는 20268080이고요",
        "주문번호 4026112200012345요",
        "주문번호는 4026 1122 0001 2345예요",
        "주문번호는 이공이육팔공팔공이요",
        "20268080 20268081",
        "운송장 번호는 6543-2109-8765예요",
        "송장 번호 654321098765",
        "접수번호는 일이삼사오육칠팔이에요",
        "바코드 8801043015653",
        "예약번호 11 22 33",
        "회원번호는 5512 3344 5566 7788입니다",
        "010-1234-5678",
        "01012345678이요",
        "공일공 일이삼사 오육칠팔이에요",
        "02-345-6789로 전화 주세요",
        "1588-1234",
        "010-1234-5678 아니면 031-234-5678이요",
        "01012345678 30151",
        "우편번호는 30151이에요",
        "우편번호 공사오이사요",
        "세종시 한누리대로 2130 203동 1004호",
        "99,000원",
        "4,500,000,000,000,000원",
        "삼만 오천 원이요",
        "30000 45000 600000",
        "3만 5천 원을 12월 27일에 냈어요",
        "2026년 11월 22일 오후 3시 45분",
        "비밀번호를 5번 틀렸어요",
        "비밀번호 4자리가 뭐예요",
        "비밀번호는 일단 바꿨어요",
        "카드번호 16자리를 다 불러요?",
        "카드번호 일일이 불러야 돼요",
        "카드번호는 말씀하지 않으셔도 됩니다 전표를 010-1357-2468번으로 보내 드렸습니다",
        "인증번호가 안 와요 3번 눌렀어요",
        "이사 오기 전에 구구단 외우는 아이가",
        "99112200012345",
        "261322-0001234",
        "",
    ],
)
def test_other_numbers_stay(text):
    assert without_numbers(text) == text


@given(st.text(alphabet="0123456789 -,.에의이고요공일이삼사오육칠팔구십백천만카드번호주문비밀월년원\n가a", max_size=60))
def test_no_text_is_too_odd_and_none_changes_its_length(text):
    shown = without_numbers(text)
    assert len(shown) == len(text)
    assert without_numbers(shown).count("*") >= shown.count("*")


@given(st.from_regex(r"[4-5][0-9]{15}", fullmatch=True))
def test_every_card_is_hidden_written_and_said(digits):
    assert without_numbers(f"{digits}이요") == "*" * 16 + "이요"
    said = " ".join(digit_by_digit(digits[at : at + 4], zero="공") for at in range(0, 16, 4))
    assert "*" * 4 in without_numbers(said) and not SAID.search(without_numbers(said))


@given(st.from_regex(r"010[0-9]{8}", fullmatch=True), st.from_regex(r"2026[0-9]{4,8}", fullmatch=True))
def test_no_telephone_and_no_order_is_hidden(telephone, order):
    for text in (
        telephone,
        order,
        f"주문번호 {order}이고 연락처는 {telephone}이요",
        digit_by_digit(telephone, zero="공"),
    ):
        assert "*" not in without_numbers(text)
