"""The nouns that numbers count with (세 개, 삼 층), and what tells a counted number from a word that looks like one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple


class Found(NamedTuple):
    """A number found in spoken text, as it is written, with the counter it ends in ("" for none)."""

    start: int
    end: int
    text: str
    counter: str = ""


class Lone(Enum):
    """What makes one Sino-Korean syllable a number before a counter; longer numbers need nothing."""

    JOINED = "삼층, 삼 층"
    SPACED = "삼 점; 오점 is a stain"
    NEVER = "세 장; 사장 is a company president"


@dataclass(frozen=True, slots=True)
class Counter:
    """A noun that counts.

    ``native_up_to`` is the largest number that is said in native words before it; above it, and where it is 0,
    Sino-Korean is said. ``heard_native`` accepts native words all the same (세 번). ``one`` tells whether 한 before it
    is the number 1: 한 번 and 한 가지 mostly are not. ``pointed_at`` marks a noun that 이 ("this") stands before as
    readily as 2 does: 이 분 is this person. ``written`` is the form people read, where it is not the word, and
    ``joined_when_said`` writes the number and the word together for the mouth.
    """

    word: str
    native_up_to: int = 0
    heard_native: bool = False
    lone: Lone = Lone.JOINED
    one: bool = False
    pointed_at: bool = False
    written: str = ""
    largest: int | None = None
    currency: bool = False
    joined_when_said: bool = False


def _each(words: str, like: Counter) -> Iterable[Counter]:
    return (replace(like, word=word) for word in words.split())


def _table(*groups: Iterable[Counter]) -> dict[str, Counter]:
    return {counter.word: counter for group in groups for counter in group}


_NATIVE = Counter("", native_up_to=39, heard_native=True, lone=Lone.NEVER)
_SINO = Counter("")
_SINO_NOUN = Counter("", pointed_at=True)
_SPACED_NOUN = Counter("", lone=Lone.SPACED, pointed_at=True)

COUNTERS = _table(
    # native: things, people, hours
    _each("개 명 장 권 병 박스 상자 세트 켤레 벌 마리 팩 봉지", replace(_NATIVE, one=True)),
    _each(
        "건 통 잔 군데 가지 곳 송이 자루 채 줄 칸 판 접시 조각 그릇 묶음 쌍 바퀴 글자 알 컵 그루 다발 포기 달", _NATIVE
    ),
    _each("살", replace(_NATIVE, native_up_to=99, one=True)),
    _each("대", replace(_NATIVE, native_up_to=19, one=True)),
    _each("시", replace(_NATIVE, native_up_to=12, one=True, largest=24)),
    _each("시간", replace(_NATIVE, native_up_to=19, one=True)),
    _each("자리", replace(_NATIVE, native_up_to=10)),
    _each("번째", replace(_NATIVE, lone=Lone.JOINED, pointed_at=True)),
    _each("배", replace(_NATIVE, native_up_to=19, lone=Lone.SPACED, pointed_at=True)),
    # Sino-Korean, with native words heard too
    _each("번", replace(_SINO, heard_native=True)),
    _each("주 점", replace(_SPACED_NOUN, heard_native=True)),
    _each("팀 편", replace(_SPACED_NOUN, heard_native=True, native_up_to=19)),
    # dates, durations
    _each("개월 주일 박 학년 분기 평형 개년 개국 개사 개소", _SINO),
    _each("년 년생 년도 년대 년식 년형 년차 년제", replace(_SINO, joined_when_said=True)),
    _each("월", replace(_SINO_NOUN, largest=12, joined_when_said=True)),
    _each("일", replace(_SINO_NOUN, joined_when_said=True)),
    _each("분", _SINO_NOUN),
    _each("초 회 차 회차 등 위 단계 교시 일자 일차 주차 주년", _SINO_NOUN),
    # addresses, lines, rooms
    _each("층 번지 번길 가길 번가 호선 호실 호점 호기 호차 차선 번방 층짜리 인실", _SINO),
    _each("단지 페이지 인", _SINO_NOUN),
    _each("동 호", _SPACED_NOUN),
    # measures
    _each(
        "킬로 킬로그램 킬로미터 키로 그램 그람 밀리그램 톤 미터 센티 센티미터 센치 밀리 밀리미터 인치 마일 평방미터"
        " 제곱미터 세제곱미터 리터 밀리리터 시시 볼트 와트 킬로와트 킬로와트시 암페어 헤르츠 기가바이트 메가바이트"
        " 테라바이트 메가비피에스 칼로리 킬로칼로리 데시벨 마력 인분 포인트 마일리지 헥타르 에이커 피트 야드 온스 갤런",
        _SINO,
    ),
    _each("기가 메가 바이트 차로 년산", replace(_SINO, lone=Lone.SPACED)),
    _each("길 도 세 부 급 쪽 면 절 항 평", _SPACED_NOUN),
    _each("세대 가구 곡", replace(_SPACED_NOUN, heard_native=True)),
    (replace(_SINO, word=word, written="%") for word in ("퍼센트", "프로")),
    (replace(_SINO, word="퍼센트포인트", written="%포인트"), replace(_SINO, word="프로포인트", written="%포인트")),
    # money
    _each("원 달러 위안 파운드 프랑", replace(_SINO, currency=True)),
    _each("유로 엔", replace(_SINO, lone=Lone.SPACED, currency=True)),  # 이유로: for the reason
)

PEOPLE = replace(_NATIVE, word="사람")  # 두 사람 stays in writing, but 2사람 is said that way

# Counters that go together: after the first, what only might be a number is one (두 시 구분, 이백삼동 이호).
FOLLOWED_BY: dict[str, tuple[str, ...]] = {
    "년": ("월",),
    "월": ("일",),
    "일": ("시",),
    "시": ("분", "반"),
    "분": ("초",),
    "시간": ("분",),
    "박": ("일",),
    "단지": ("동",),
    "동": ("층", "호"),
    "층": ("호",),
    "번지": ("층", "호"),
}
