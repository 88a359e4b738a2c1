import pytest

from voicebot.text import to_spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("35,000원입니다", "삼만 오천 원입니다"),
        ("₩15000", "만 오천 원"),
        ("₩30조", "삼십조 원"),
        ("krw 5000", "오천 원"),
        ("US$ 1,234,567", "백이십삼만 사천오백육십칠 달러"),
        ("100USD", "백 달러"),
        ("3만 5천원", "삼만 오천 원"),
        ("1억 2천만원", "일억 이천만 원"),
        ("1만 원", "만 원"),
        ("1.5억", "일점오억"),
        ("5천 명", "오천 명"),
    ],
)
def test_money_and_myriads(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("3시", "세 시"),
        ("14시 5분", "십사 시 오 분"),
        ("3개", "세 개"),
        ("3 개", "세 개"),
        ("20살", "스무 살"),
        ("25세", "이십오 세"),
        ("39번째", "서른아홉 번째"),
        ("189번째", "백팔십구 번째"),
        ("1번째", "첫 번째"),
        ("2사람", "두 사람"),
        ("3개국", "삼 개국"),
        ("20대 3명", "이십 대 세 명"),
        ("4대 보험", "사 대 보험"),
        ("1번을 눌러", "일 번을 눌러"),
        ("3번 이상 시도", "세 번 이상 시도"),
        ("6월 10일", "유월 십일"),
        ("10월", "시월"),
        ("9시09분", "아홉 시 구 분"),
        ("4자리", "네 자리"),
        ("1.5시간", "일점오 시간"),
        ("203동 1004호", "이백삼 동 천사 호"),
    ],
)
def test_counters(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("1.5%", "일점오 퍼센트"),
        ("-3.1km", "마이너스 삼점일 킬로미터"),
        ("10과1/2km/h", "십과 이분의 일 킬로미터 퍼 시간"),
        ("30℃", "섭씨 삼십 도"),
        ("100GB를", "백 기가바이트를"),
        ("10km을", "십 킬로미터를"),
        ("500ML", "오백 밀리리터"),
        ("1/2", "이분의 일"),
        ("4/5이 성공", "오분의 사가 성공"),
        ("3/5이 중요", "오분의 삼이 중요"),
        ("마이너스1과√1/2", "마이너스 일과 이분의 루트 일"),
        ("3분의1", "삼분의 일"),
        ("B-12", "비 다시 십이"),
    ],
)
def test_figures(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("3~5일", "삼에서 오일"),
        ("3~4명", "세 명에서 네 명"),
        ("10~20%", "십에서 이십 퍼센트"),
        ("9~18시", "아홉 시부터 십팔 시"),
        ("2-3일", "이에서 삼일"),
        ("1970〜1980년대", "천구백칠십부터 천구백팔십년대"),
        ("3만원~5만원", "삼만 원에서 오만 원"),
    ],
)
def test_ranges(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("카드 마지막 4자리 7890", "카드 마지막 네 자리 칠팔구영"),
        ("주문번호는 20261122001입니다", "주문번호는 이영이육일일이이영영일입니다"),
        ("주문번호는 3개입니다", "주문번호는 세 개입니다"),
        ("007", "영영칠"),
        ("12345678901234567", "일이삼사오육칠팔구영일이삼사오육칠"),
    ],
)
def test_digit_by_digit(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken
