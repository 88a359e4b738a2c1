import csv
from pathlib import Path

import pytest

from voicebot.dialogue.answer.listening import cut, for_the_ear
from voicebot.text import to_spoken

FAQ = Path(__file__).parents[4] / "scenarios/nuri/faq.csv"


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        # brackets
        ("고객센터(1588-1234)로 전화해 주세요.", "고객센터 1588-1234로 전화해 주세요."),
        ("무료입니다(제주 제외).", "무료입니다, 제주 제외."),
        ("쿠폰(할인권)은 한 장만 씁니다.", "쿠폰, 할인권은 한 장만 씁니다."),
        ("오후 6시(토요일 3시)까지입니다.", "오후 6시, 토요일 3시까지입니다."),
        ("받으신 날(영업일 기준)부터 7일입니다.", "받으신 날부터, 영업일 기준, 7일입니다."),
        ("(단, 제주는 제외) 무료입니다.", "단, 제주는 제외, 무료입니다."),
        ("[마이페이지 > 주문내역]에서 봅니다.", "마이페이지, 주문내역에서 봅니다."),
        ("5월 10일(금)~15일(수)까지입니다.", "5월 10일(금)~15일(수)까지입니다."),
        ("냉장고(은/는) 됩니다.", "냉장고는 됩니다."),
        # addresses of the net
        ("https://www.nuri.co.kr/faq?a=1에서 보세요.", "홈페이지에서 보세요."),
        ("홈페이지(www.nuri.co.kr)를 보세요.", "홈페이지를 보세요."),
        ("www.nuri.com을 보세요.", "홈페이지를 보세요."),
        ("help@nuri.co.kr로 보내 주세요.", "help@nuri.co.kr로 보내 주세요."),
        # lists
        ("서류가 필요합니다:\n- 신분증\n• 통장 사본", "서류가 필요합니다. 신분증. 통장 사본."),
        ("1. 앱을 엽니다\n2) 누릅니다.", "첫째, 앱을 엽니다. 둘째, 누릅니다."),
        ("① 앱 실행 ② 주문내역 ③ 취소", "첫째, 앱 실행. 둘째, 주문내역. 셋째, 취소."),
        ("| 가 | 나 |\n|---|---|\n| 1 | 2 |", "가, 나. 1, 2."),
        # signs
        ("반품/교환은 24시간/365일 됩니다.", "반품, 교환은 24시간, 365일 됩니다."),
        ("60 km/h, 1/2, 토·일요일", "60 km/h, 1/2, 토, 일요일."),
        ("**굵게** `표시` <b>강조</b> [여기](http://a.kr)", "굵게 표시 강조 여기."),
        ("※ 꼭 확인하세요 😀", "꼭 확인하세요."),
        ("앱 → 설정 → 알림", "앱, 설정, 알림."),
        ("", ""),
    ],
)
def test_what_only_the_eye_understands(written, heard):
    assert for_the_ear(written) == heard


def test_it_is_laid_out_once():
    for text in ("① 앱(모바일) ② www.a.kr", "받으신 날(영업일 기준)부터 7일", "반품/교환"):
        assert for_the_ear(for_the_ear(text)) == for_the_ear(text)


def test_numbers_stay_written_for_the_mouth():
    heard = for_the_ear("배송비는 3,000원(제주 6,000원)이고 문의는 1588-1234입니다.")
    assert heard == "배송비는 3,000원, 제주 6,000원이고 문의는 1588-1234입니다."
    assert "삼천 원, 제주 육천 원" in to_spoken(heard).text


def test_answers_that_are_sentences_already_stay_as_they_are():
    with FAQ.open(encoding="utf-8", newline="") as file:
        answers = [row["answer"] for row in csv.DictReader(file)]
    assert len(answers) >= 120
    assert [for_the_ear(answer) for answer in answers] == answers


def test_a_long_answer_is_cut_between_sentences_and_nothing_is_lost():
    text = "가격은 1,000.5원입니다. " * 20
    first = cut(text, characters=70)
    assert sum(len(sentence) + 1 for sentence in first.said) <= 71
    assert set(first.said) == {"가격은 1,000.5원입니다."}
    assert " ".join([*first.said, first.rest]) == text.strip()
    assert cut(first.rest, 70).said == first.said


def test_a_first_sentence_that_is_too_long_is_said_all_the_same():
    long = "아주 " * 60 + "긴 문장입니다."
    assert cut(f"{long} 짧은 문장입니다.", characters=50).said == (long,)


def test_a_short_answer_has_no_rest():
    assert cut("배송비는 3,000원입니다.").rest == ""
