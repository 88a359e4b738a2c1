import pytest

from voicebot.dialogue.answer.figures import figures, plain, unfounded


def told(text):
    return [
        " ".join(filter(None, (f"{figure.value.normalize():f}", figure.unit, figure.half, figure.bound)))
        for figure in figures(plain(text))
    ]


@pytest.mark.parametrize(
    "ways",
    [
        ("3,000원", "3000원", "3천원", "3천 원", "삼천 원"),
        ("50,000원 이상", "5만 원 이상", "5만원 이상", "오만 원 이상"),
        ("15,000원", "1만 5천 원", "만 오천 원"),
        ("7일", "칠 일", "일주일", "1주"),
        ("2일 안에", "이틀 안에"),
        ("1개월", "한 달"),
        ("12개월", "1년", "열두 달"),
        ("3%", "3 퍼센트", "삼 퍼센트", "3프로"),
        ("오후 6시", "저녁 6시", "오후 여섯 시", "18시", "18:00"),
        ("밤 12시", "오전 12시"),
        ("1588-1234", "1588 1234", "일오팔팔 일이삼사"),
        ("다음 날", "익일", "이튿날"),
        ("한 장", "1장"),
    ],
)
def test_one_figure_in_many_ways(ways):
    assert len({tuple(told(way)) for way in ways}) == 1, [told(way) for way in ways]
    assert len(told(ways[0])) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2~3일 안에", ["2 일", "3 일 most"]),
        ("10일에서 14일", ["10 일", "14 일"]),
        ("오전 9시부터 오후 6시까지", ["9 시 am least", "6 시 pm most"]),
        ("매월 1일에 10,000원", ["1 일", "10000 원"]),
        ("월요일부터 토요일까지", ["0 요일 least", "5 요일 most"]),
        ("50,000원보다 적으면", ["50000 원 most"]),
        ("방문 하루 전까지", ["1 일 most"]),
        ("2026년 11월", ["2026 년", "11 월"]),
        ("다시 한번 확인해 주세요", []),
        ("한시적으로 사과를 드립니다", []),
    ],
)
def test_units_halves_and_bounds(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("said", "known", "is_founded"),
    [
        ("3,000원입니다", "배송비는 삼천 원이에요", True),
        ("3,000원입니다", "3일 안에, 3%", False),
        ("9시입니다", "오전 9시부터", True),
        ("오후 9시입니다", "오전 9시부터", False),
        ("50,000원 이하", "50,000원 이상", False),
        ("7일 안에", "받으신 날부터 7일", True),
        ("30일 뒤에", "30일 전에", False),
        ("02-123-4567로", "전화는 02-123-4568", False),
    ],
)
def test_figures_that_are_known(said, known, is_founded):
    assert (unfounded(figures(plain(said)), figures(plain(known))) is None) is is_founded
