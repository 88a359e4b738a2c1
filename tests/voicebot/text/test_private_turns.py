"""Private numbers of a whole talk. In the talks below, what is hidden at once is in brackets."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.text.private_turns import MOST_KNOWN, PrivateTurns, masked_talk

SIDES = {"고객": "caller", "상담": "agent", "봇": "bot"}
BRACKETS = re.compile(r"\[([^\]]*)\]")

HIDDEN = """
고객 카드번호는 [4518 2201]이고요 / 상담 네 / 고객 [3345 6789]예요

상담 카드번호를 불러 주시겠어요? / 고객 네 잠시만요 / 고객 [4518]이요 / 상담 네 / 고객 [2201] / 고객 [3345]
  / 상담 [4518 2201 3345] 다음은요? / 고객 [6789]입니다 / 상담 연락처 부탁드립니다 / 고객 01012345678이요

봇 카드 번호를 말씀해 주세요. / 고객 [사오일팔 이이공일]이고요 / 고객 그다음이 [삼삼사오 육칠팔구]요

고객 4518 2201이요 / 상담 네 / 고객 [3345 6789]요
고객 4518이고 / 고객 2201이고 / 상담 네네 / 고객 3345 / 고객 그리고 [6789]예요
고객 850412 / 상담 네 / 고객 [1234567]이요
고객 팔오공사일이에 / 고객 [일이삼사오육칠]이요
고객 카드번호는요 / 상담 네 / 고객 [4518 2201] / 고객 [3345] / 고객 [6789]
봇 비밀번호 앞 두 자리를 눌러 주세요. / 고객 [34]요 / 봇 주문번호를 말씀해 주세요. / 고객 20268080이요
봇 인증번호 여섯 자리를 말씀해 주세요. / 고객 3만 원 결제한 건데 [123456]이요 / 고객 30151이요
상담 유효기간도 알려 주세요 / 고객 [12]월 [27]년이요
상담 주민번호 뒷자리가 어떻게 되세요 / 고객 어 / 고객 [1234567]이요 / 상담 [1234567] 맞으세요?
상담 주민등록번호 불러 주세요 / 고객 네 [팔오공사일이]에 / 고객 [일이삼사오육칠]
고객 [4518 2201 3345 6789]요 / 상담 끝자리가 [6789]인 카드 맞으시죠
""".strip()

SEEN = """
고객 주문번호는 2026 1122이고요 / 고객 0001 2345요
봇 주문번호를 말씀해 주세요. / 고객 4026 1122 / 고객 0001 2345요
봇 주문번호를 말씀해 주세요. / 고객 20268080이요 / 봇 휴대폰 번호를 말씀해 주세요. / 고객 01012345678이요
봇 휴대폰 번호를 말씀해 주세요. / 고객 010 1234 / 고객 5678이요 / 봇 우편번호는요? / 고객 30151이요
고객 공일공이요 / 고객 일이삼사 / 고객 오육칠팔이요
상담 카드번호는 필요 없습니다. 성함을 말씀해 주세요 / 고객 홍길동이고 우편번호는 30151이요
상담 비밀번호는 앱에서 바꾸실 수 있어요 / 고객 그럼 20268080은 언제 와요
봇 카드번호를 말씀해 주세요. / 고객 싫어요 / 고객 주문번호 20268080으로 찾아 주세요
봇 비밀번호를 말씀해 주세요. / 고객 몰라요 3만 원짜리 2개 시켰어요
고객 20268080이요 / 상담 네 / 고객 20268081이요
고객 850412요 / 상담 네 / 고객 01012345678이요
고객 30151 / 고객 99,000원이요 / 고객 4500원이요
고객 11월 22일 / 고객 2026년이요
""".strip()


def talks(text):
    parted = [re.split(r"\s+/\s+", talk.strip()) for talk in re.split(r"\n(?! )\n?", text)]
    return [[tuple(turn.split(maxsplit=1)) for turn in turns] for turns in parted]


@pytest.mark.parametrize("talk", talks(HIDDEN), ids=lambda talk: talk[0][1][:20])
def test_a_number_is_hidden_wherever_a_turn_ends(talk):
    private = PrivateTurns()
    for side, marked in talk:
        wanted = BRACKETS.sub(lambda part: re.sub(r"\S", "*", part[1]), marked)
        said = BRACKETS.sub(r"\1", marked)
        assert private.masked(SIDES[side], said) == wanted, "asking changes nothing"
        assert private.heard(SIDES[side], said) == wanted


@pytest.mark.parametrize("talk", talks(SEEN), ids=lambda talk: talk[0][1][:20])
def test_other_numbers_stay(talk):
    said = [(SIDES[side], text) for side, text in talk]
    assert masked_talk(said) == [text for _, text in said]


def test_what_only_the_last_part_tells_is_hidden_in_the_first_ones_too():
    parts = ["4518 2201이고요", "네", "3345요", "육칠팔구입니다"]
    said = [("agent" if part == "네" else "caller", part) for part in parts]
    assert masked_talk(said) == ["**** ****이고요", "네", "****요", "****입니다"]


def test_each_side_has_numbers_of_its_own():
    said = [("caller", "4518 2201"), ("agent", "3345 6789"), ("supervisor", "3345 6789")]
    assert masked_talk(said) == [text for _, text in said]


def test_a_question_is_forgotten_when_the_talk_goes_elsewhere():
    private = PrivateTurns()
    private.heard("bot", "카드번호를 말씀해 주세요.")
    for text in ("왜요", "그건 좀 싫은데요", "다른 방법은 없나요", "그래도 싫어요"):
        private.heard("caller", text)
    assert private.heard("caller", "20268080이요") == "20268080이요"


def test_what_is_kept_does_not_grow():
    private = PrivateTurns()
    for number in range(200):
        private.heard("caller", f"카드번호는 4518 2201 3345 {number:04}이고 {number:04}")
        private.heard("caller", f"{number:04}")
    assert len(private._known) == MOST_KNOWN
    assert len(private._sides["caller"].before) <= 16


@given(
    st.from_regex(r"[4-5][0-9]{15}", fullmatch=True),
    st.sampled_from([(4, 8, 12), (8,), (4,), (12,), (4, 8), (8, 12)]),
    st.sampled_from(["요", "", "이고", "입니다"]),
)
def test_a_card_is_hidden_however_it_is_parted(digits, cuts, ending):
    bounds = [0, *cuts, 16]
    said = []
    for start, end in pairwise(bounds):
        said += [("caller", f"{digits[start:end]}{ending}"), ("agent", "네")]
    shown = masked_talk(said)
    assert not any(re.search(r"\d", text) for text in shown)


@given(st.lists(st.tuples(st.sampled_from(["caller", "agent", "bot"]), st.text(max_size=30)), max_size=6))
def test_no_talk_is_too_odd(said):
    assert [len(text) for text in masked_talk(said)] == [len(text) for _, text in said]


@pytest.mark.parametrize("repeated", ["어", "에", "어 ", "네네", "1", "1 ", "일이", "카드번호 ", "이고 "])
def test_long_talk_does_not_hang(repeated):
    private = PrivateTurns()
    private.heard("agent", "카드번호 불러 주세요")
    assert len(private.heard("caller", repeated * 400 + " 환불")) == 400 * len(repeated) + 3
