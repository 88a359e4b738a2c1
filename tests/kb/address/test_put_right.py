import pytest

from kb.address.put_right import Reading, readings


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("세종대로 백십", "세종대로 백십"),
        ("세종대로 백사십 아니다 사십", "세종대로 사십"),
        ("세종대로 백십에 이 아니 백십삼", "세종대로 백십삼"),
        ("세종대로 백십 아니 그게 아니라 백칠십오예요", "세종대로 백칠십오예요"),
        ("세종대로 백십 말고 백칠십오", "세종대로 백칠십오"),
        ("세종대로 백십번지 아니고 백칠십오", "세종대로 백칠십오"),
        ("세종대로 백 아 잠시만요 백십 아니 백십일", "세종대로 백십일"),
        ("세종시 한누리대로 백 아니 시청대로 이백", "세종시 시청대로 이백"),
        ("한누리대로 아니 시청대로 이백", "시청대로 이백"),
        ("한누리대로 이백 아니 시청대로요", "시청대로요 이백"),
        ("수루배마을 이단지 아니 삼단지", "수루배마을 삼단지"),
        ("한누리대로 백 이백삼동 아니 이백사동", "한누리대로 백 이백삼동 이백사동"),
        ("아니 테헤란로 백오십이요", "테헤란로 백오십이요"),
        ("전동로 백이십이 아니라백십", "전동로 백십"),
        ("다복동길 이십 아니다십육", "다복동길 십육"),
        ("말고개길 이십", "말고개길 이십"),
        ("세종대로 백십 아니", "세종대로 백십"),
    ],
)
def test_what_is_left_when_something_is_taken_back(said: str, meant: str) -> None:
    assert readings(said)[0].text.strip() == meant


def test_a_number_may_replace_the_end_of_the_one_before() -> None:
    assert "한누리대로 2154" in [reading.text for reading in readings("한누리대로 이천백오십 아니다 오십사")]
    assert "산수길 54-16" in [reading.text for reading in readings("산수길 54-14 아니다 16")]


@pytest.mark.parametrize(
    ("said", "now"),
    [
        ("충남 연기군 조치원읍 새내길 이십", "세종시 조치원읍 새내길 이십"),
        ("연기군 남면 당산로", "세종시 연기면 당산로"),
        ("마산시 합포구", "창원시 합포구"),
        ("조선연기군 조치원읍", "조선연기군 조치원읍"),
    ],
)
def test_regions_of_old_have_their_present_names(said: str, now: str) -> None:
    assert readings(said)[0].text == now


def test_it_is_known_where_in_the_utterance_each_word_stands() -> None:
    said = "연기군 한누리대로 백사십 아니다 사십이요"
    reading = readings(said)[0]
    start = reading.text.index("사십이요")
    assert said[slice(*reading.span(start, len(reading.text)))] == "사십이요"
    start = reading.text.index("한누리대로")
    assert said[slice(*reading.span(start, start + 5))] == "한누리대로"


@pytest.mark.parametrize("repeated", ["아니 ", "백 아니 이백 ", "말고 ", "연기군 "])
def test_many_corrections_come_to_an_end(repeated: str) -> None:
    said = repeated * 40
    for reading in readings(said):
        assert len(reading.text) == len(reading.places)
        assert all(0 <= place < len(said) for place in reading.places)
    assert Reading.of(said).text == said
