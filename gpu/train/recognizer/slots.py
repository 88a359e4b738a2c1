"""What fills the braces of the corpus: amounts, telephone numbers, dates, names, addresses, as people say them."""
# ruff: noqa: E501 - word lists

import gzip
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from voicebot.text.numbers import digit_by_digit, native, sino
from voicebot.text.particles import settle_particles

Random = np.random.Generator

_MONTHS = ["일월", "이월", "삼월", "사월", "오월", "유월", "칠월", "팔월", "구월", "시월", "십일월", "십이월"]
_NATIVE_COUNTERS = (
    "개 명 분 번 살 장 대 마리 병 잔 권 곳 가지 시간 달 벌 켤레 송이 통 건 박스 봉지 세트 줄 채 그릇".split()
)
_SINO_COUNTERS = (
    "년 개월 일 분 초 층 호 번 원 킬로 미터 그램 인분 주 회 차 도 위 평 점 기가 메가 퍼센트 세 박 편 월".split()
)
_FAMILY_NAMES = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
_GIVEN_SYLLABLES = "가강건경고관광교구국권규근금기길나남다단담대덕도동두라란람래려련령로루룡류리린림마만말명모무문미민박배백범별병보복봉빈사산상새서석선설섭성세소솔송수숙순술슬승시식신아안애양언연열영예오옥온완용우욱운웅원월위유윤율은을음의이익인일임자장재전정제조종주준중지진찬창채천철청초춘충치태택표하학한해향혁현형혜호홍화환황회효훈휘희"
_COMPANIES = "한빛 새롬 누리 가온 미래 대한 삼정 해오름 나래 다온 우리 하늘 두리 참 바른 푸른 온누리 세종 한강 동방 태양 은하 금강 백두 한라 서해 남산 별빛 행복 으뜸".split()
_TRADES = "통신 카드 은행 보험 생명 화재 증권 캐피탈 홈쇼핑 몰 택배 전자 가스 렌탈 병원 여행사 항공 호텔 자동차 건설 제약 식품 교육 물류 에너지".split()
_PRODUCTS = (
    "냉장고 세탁기 건조기 에어컨 공기청정기 정수기 청소기 전자레인지 식기세척기 노트북 태블릿 모니터 프린터 키보드 이어폰 스피커 "
    "휴대폰 공유기 셋톱박스 리모컨 충전기 케이블 보조배터리 운동화 구두 코트 패딩 원피스 청바지 셔츠 가방 지갑 모자 장갑 화장품 "
    "샴푸 치약 물티슈 기저귀 분유 쌀 김치 사과 배 귤 한우 생선 커피 라면 의자 책상 소파 침대 매트리스 이불 커튼 조명 냄비 프라이팬 "
    "자전거 유모차 카시트 텐트 캠핑의자 골프채 낚싯대 책 문구 장난감 인형 강아지사료 비데 안마의자 가습기 제습기 선풍기 전기장판 믹서기 "
    "밥솥 오븐 인덕션 도어락 블랙박스 내비게이션 타이어 종신보험 암보험 실손보험 적금 예금 펀드 체크카드 신용카드 요금제 상품권"
).split()
_WEEKDAYS = "월요일 화요일 수요일 목요일 금요일 토요일 일요일".split()
_FILLERS = ["어", "음", "그", "저"]
_SLOT = re.compile(r"\{(\w+)\}")


def one_by_one(digits: str, random: Random) -> str:
    return digit_by_digit(digits, zero="영" if random.random() < 0.12 else "공")


def _digits(random: Random, count: int) -> str:
    return "".join(str(digit) for digit in random.integers(0, 10, count))


def _one_of(random: Random, choices: list[str]) -> str:
    return choices[int(random.integers(len(choices)))]


def phone(random: Random) -> str:
    kind = random.random()
    if kind < 0.7:
        groups = ["010", _digits(random, 4), _digits(random, 4)]
    elif kind < 0.85:
        area = _one_of(
            random, "02 031 032 033 041 042 043 044 051 052 053 054 055 061 062 063 064 070 080 011 016".split()
        )
        groups = [area, _digits(random, int(random.integers(3, 5))), _digits(random, 4)]
    else:
        groups = [_one_of(random, "1588 1577 1544 1566 1600 1644 1670 1688 1899 1833".split()), _digits(random, 4)]
    joint = _one_of(random, [" ", " ", " ", "에 ", " 다시 "])
    spoken = [one_by_one(group, random) for group in groups]
    if random.random() < 0.08:
        spoken.insert(1, _one_of(random, _FILLERS))
        joint = " "
    return joint.join(spoken)


def amount(random: Random) -> str:
    scale = 10 ** float(random.uniform(2, 9))
    step = 10 ** max(0, int(np.log10(scale)) - int(random.integers(0, 4)))
    return sino(max(10, int(scale) // step * step)) + " 원"


def date(random: Random) -> str:
    year = f"{sino(int(random.integers(1950, 2031)))}년 " if random.random() < 0.25 else ""
    return f"{year}{_MONTHS[int(random.integers(12))]} {day(random)}"


def day(random: Random) -> str:
    return sino(int(random.integers(1, 32))) + "일"


def time(random: Random) -> str:
    half = _one_of(random, ["", "", "오전 ", "오후 ", "오후 ", "아침 ", "저녁 ", "밤 ", "새벽 "])
    minute = _one_of(
        random,
        [
            "",
            "",
            " 반",
            " " + sino(int(random.integers(1, 60))) + " 분",
            " " + sino(int(random.integers(1, 12)) * 5) + "분",
        ],
    )
    return f"{half}{native(int(random.integers(1, 13)))} 시{minute}"


def order(random: Random) -> str:
    digits = _digits(random, int(random.integers(5, 14)))
    if random.random() < 0.25:
        cut = int(random.integers(2, len(digits) - 1))
        return one_by_one(digits[:cut], random) + " 다시 " + one_by_one(digits[cut:], random)
    size = int(random.choice([len(digits), 2, 3, 4]))
    return " ".join(one_by_one(digits[start : start + size], random) for start in range(0, len(digits), size))


def card(random: Random) -> str:
    return " ".join(one_by_one(_digits(random, 4), random) for _ in range(4))


def short_digits(random: Random) -> str:
    return one_by_one(_digits(random, int(random.integers(2, 8))), random)


def count(random: Random) -> str:
    space = _one_of(random, [" ", " ", ""])
    if random.random() < 0.65:
        return native(int(min(99, random.geometric(0.15)))) + space + _one_of(random, _NATIVE_COUNTERS)
    return sino(int(min(999, random.geometric(0.03)))) + space + _one_of(random, _SINO_COUNTERS)


def percent(random: Random) -> str:
    point = f" 점 {sino(int(random.integers(1, 10)))}" if random.random() < 0.4 else ""
    return (
        f"{sino(int(random.integers(0 if point else 1, 101)))}{point} {_one_of(random, ['퍼센트', '퍼센트', '프로'])}"
    )


def name(random: Random) -> str:
    given = "".join(_one_of(random, list(_GIVEN_SYLLABLES)) for _ in range(2))
    return _one_of(random, list(_FAMILY_NAMES)[:30] if random.random() < 0.8 else list(_FAMILY_NAMES)) + given


def company(random: Random) -> str:
    return _one_of(random, _COMPANIES) + _one_of(random, _TRADES)


@cache
def _places(data: Path) -> list[list[str]]:
    with gzip.open(data / "address/legal_dong_codes.txt.gz", "rt", encoding="cp949") as lines:
        rows = [line.split("\t") for line in lines]
    return [row[1].split() for row in rows if row[2].strip() == "존재" and re.fullmatch(r"[가-힣 ]+", row[1])]


@cache
def _roads(data: Path) -> list[str]:
    with gzip.open(data / "address/rnaddrkor_sejong.txt.gz", "rt", encoding="cp949") as lines:
        return sorted({road for line in lines if re.fullmatch("[가-힣]+", road := line.split("|")[10])})


class Slots:
    """Fills ``{name}`` and its kin; ``data`` is the training data's folder (place and road names)."""

    def __init__(self, data: Path) -> None:
        self._places, self._roads = _places(data), _roads(data)
        self._fillers: dict[str, Callable[[Random], str]] = {
            "name": name, "amount": amount, "phone": phone, "date": date, "day": day, "time": time, "order": order,
            "address": self.address, "place": self.place, "count": count, "digits": short_digits, "percent": percent,
            "card": card, "company": company,
            "month": lambda random: _one_of(random, _MONTHS),
            "product": lambda random: _one_of(random, _PRODUCTS),
            "weekday": lambda random: _one_of(random, _WEEKDAYS),
            "years": lambda random: sino(int(random.integers(1, 31))) + _one_of(random, [" 년", "년"]),
            "months": lambda random: sino(int(random.integers(1, 37))) + _one_of(random, [" 개월", "개월"]),
            "days": lambda random: _one_of(random, ["하루", "이틀", "사흘", "나흘", "닷새", "열흘", "보름", day(random)]),
            "hours": lambda random: native(int(random.integers(1, 25))) + _one_of(random, [" 시간", "시간"]),
            "minutes": lambda random: sino(int(random.integers(1, 60))) + _one_of(random, [" 분", "분"]),
        }  # fmt: skip
        self.kinds = list(self._fillers)

    def fill(self, line: str, random: Random) -> str:
        """The line with its braces filled and its particle pairs settled: ``{product}(은/는)`` → 냉장고는."""
        filled = _SLOT.sub(lambda match: self.one(match[1], random), line)
        return settle_particles(filled)

    def one(self, kind: str, random: Random) -> str:
        return self._fillers[kind](random)

    def place(self, random: Random) -> str:
        place = self._places[int(random.integers(len(self._places)))]
        first = int(random.integers(len(place)))
        return " ".join(place[first : first + int(random.integers(1, 4))])

    def address(self, random: Random) -> str:
        place = self._places[int(random.integers(len(self._places)))]
        region = " ".join(place[int(random.integers(0, len(place))) : 3])
        if random.random() < 0.7:
            road = _one_of(random, self._roads)
            if random.random() < 0.5:  # any dong may have lent its name to a road
                road = place[-1].rstrip("동면읍리가") + _one_of(random, ["로", "길", "대로"])
            highest = 2000 if random.random() < 0.5 else 200
            address = f"{region} {road} {sino(int(random.integers(1, highest)))}"
            if random.random() < 0.3:
                address += f" 다시 {sino(int(random.integers(1, 40)))}"
        else:
            address = f"{region} {sino(int(random.integers(1, 1500)))} 다시 {sino(int(random.integers(1, 60)))}번지"
        if random.random() < 0.5:
            building, unit = (
                int(random.integers(101, 130)),
                int(random.integers(1, 30)) * 100 + int(random.integers(1, 9)),
            )
            address += f" {sino(building)}동 {sino(unit)}호"
        return address.strip()
