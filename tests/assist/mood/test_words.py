from pathlib import Path

import pytest

import gpu.train
from assist.mood.rules import AngerRules
from assist.mood.words import AngryWords

ANGRY_FROM = AngerRules().angry_from
QUESTIONS = Path(gpu.train.__file__).parent / "questions"


@pytest.mark.parametrize(
    "said",
    [
        "정말 화가 나네요",
        "진짜 화나서 못 참겠어요",
        "열받게 하지 마세요",
        "책임자 바꿔 주세요",
        "당장 팀장 나오라고 하세요",
        "지금 저하고 장난하세요?",
        "어이가 없네 진짜",
        "아니 이게 말이 됩니까 지금 몇 번째예요",
        "도대체 몇 번을 말해야 돼요",
        "씨발 뭐 하자는 거야",
        "이게 말이 안 되잖아요 짜증 나게",
    ],
)
def test_angry_words_are_enough(said):
    sure, plainest = AngryWords().heard(said)
    assert sure >= ANGRY_FROM
    assert plainest


@pytest.mark.parametrize(
    "said", ["말이 안 되는 것 같은데요", "좀 실망이네요", "아직도 안 왔어요", "답답해서 전화했어요"]
)
def test_a_complaint_alone_is_not(said):
    sure, _ = AngryWords().heard(said)
    assert 0 < sure < ANGRY_FROM


@pytest.mark.parametrize(
    "said",
    [
        "",
        "네 감사합니다",
        "전화나 앱으로 할 수 있나요",
        "변기가 막혔어요",
        "크림 뚜껑 열어 봤어요",
        "화가 나지 않았어요",
        "동화가 나온대요",
        "대체 상품이 있나요",
        "받침대 열 개요",
    ],
)
def test_harmless_words_say_nothing(said):
    assert AngryWords().heard(said) == (0, "")


def test_of_what_callers_of_fifty_organisations_say_hardly_any_is_anger():
    texts = [
        text
        for file in sorted(QUESTIONS.glob("*/*.tsv"))
        for line in file.read_text("utf-8").splitlines()
        for text in line.split("\t")
    ]
    words = AngryWords()
    angry = [text for text in texts if words.heard(text)[0] >= ANGRY_FROM]
    assert len(texts) > 20_000
    assert len(angry) < len(texts) / 2_000, angry


def test_a_company_has_words_of_its_own():
    assert AngryWords(["몇 ?시간째"]).heard("지금 몇 시간째 기다려요")[0] >= ANGRY_FROM
    assert AngryWords().heard("지금 몇 시간째 기다려요")[0] < ANGRY_FROM


def test_the_plainest_words_are_told_masked():
    assert AngryWords().heard("야 이 씨발 책임자 바꿔")[1] == "씨○"


def test_words_add_up():
    words = AngryWords()
    assert words.heard("도대체 이게 말이 됩니까")[0] > words.heard("도대체")[0] > 0
