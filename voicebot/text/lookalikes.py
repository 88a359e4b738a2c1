"""Words that are spelled like numbers and are none, and the neighbours that give them away."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BARE = _words(
    """
    이천 사천 구천 이만 오만 천만
    만일 만사 만이 천일 천사 천이 백일 백사 백구 백이 구경 십일조
    """
)
"""Numerals that are towns or words: without a counter they stay, unless they are all that was said."""

BARE_ALONE = _words("만일 만사 천사 백조 구조 구경")
"""Those that stay even when they are all that was said."""

DICTATED = _words(
    """
    일일이 삼삼오오 사이사이 이사이 일이일 이삼일 이일이 오구오구 구구팔팔
    육이오 사일구 오일팔 삼일오 오일륙
    """
)
"""Runs of digits that are words, or days in history."""

COUNTED = _words(
    """
    이번 이분 이일 이원 이동 일일 일원 일시 일주일
    사번 사원 사위 사인 사회 사분 오일 오인 오차 오프로 육박 육회
    구분 구원 구인 구박 구차 구위 영원 영도
    백일 백인 천일 천장 천벌 천박 만인 만점 만회
    십대 두통 세대 세배 열대 열병
    """
)
"""A number and its counter in one word that mean something else."""

NOUN_AFTER_LONE = re.compile(
    "도로|도구|도면|도전|도중|동의|동일|동인|동전|급여|대여|대만|대전|대중|배경|배당|배임|배후|배구|주로|주의|주인|주말"
    "|회의|회로|회전|차도|차이|초과|부도|부인|부가|면도|호의|위로|위의|등의|장인|통로|판도|편의|편도|원인|인도|인가"
    "|건전|개인|건의 드"
)
"""Nouns that begin like a counter and go on like its particle; a lone 일, 구 or 두 does not count them: 두 배경."""

_WORD_ENDS = "(?![가-힣])"
LASTING = re.compile(
    "(?: | ?(?!정도))(?:"
    "(?:동안|후|뒤|전|간|정도|쯤|안에|안으로|이내|만에|가량|남짓|이상|이하)"
    f"(?:에|은|이|도|까지|부터|만|의|로|으로|요|이요)?{_WORD_ENDS}"
    "|걸[려리렸릴]|남[았은]|지[나났]|넘[게어었])"
)
"""What follows a length of time: it makes 이 분 two minutes, not this person, and 이 일 two days."""

ON_A_DAY = re.compile(
    f" ?(?:에|까지|부터|이후|이전|자|날|쯤|경|동안|후|뒤|전|만에|이내|안에|간)(?:는|은|도|만|로|에|의)?{_WORD_ENDS}"
)
"""What follows a date: 이십일까지 is until the 20th."""

FOR_DAYS = re.compile(f" ?(?:동안|후|뒤|전|만에|간)(?:는|은|도|까지|부터|에)?{_WORD_ENDS}")
"""What follows a number of days that is no date: 백일 동안 is a hundred days."""

BUTTON_OR_EXIT = re.compile(" ?(?:출구|게이트|창구|승강장|플랫폼|눌러|누르|눌렀)")
"""Before these 이번 is number 2, not "this time"."""

NOT_BEFORE: dict[str, re.Pattern[str]] = {
    number: re.compile(f" ?(?:{following})")
    for number, following in {
        "두 번": "다시",
        "두번": "다시",
        "십분": "이해|공감|활용|발휘|감안|고려|양해|살려|참고",
        "만원": "버스|지하철|사례|열차|관중|관객",
        "천만": "에|의 말씀|다행",
        "이월": "상품|금액|잔액|포인트|데이터|마일리지|신청|처리|제도|가능|한도|요금|여부|이 (?:되|가능|안)",
        "백번": "낫|양보|옳|맞|말",
        "천 위": "",
        "오만 가지": "",
        "네 명": "의 ?(?:변경|이전|도용|자|확인)",
        "네 시간": "괜찮|돼|되|있|없|맞|좋",
        "한 시": "도|가|라도|바삐|빨리|름",
        "한시": "도|가|라도|바삐|빨리|름|적|를|은|인",
        "한 대": "맞|때|치|쳐|칠",
        "한대": "맞|때|치|쳐|칠",
    }.items()
}
"""Numbers, with their counters, that mean something else before certain words: 십분 이해합니다, 네 명의 변경이요."""

_BEFORE_A_GUESS = re.compile(
    r"(?:^|(?<=\s))(?:몇|수|여러|한두|두세|서너|[일이삼사오육칠팔구]|\d+|한|두|세|다섯|여섯|일곱|여덟) \Z"
    r"|(?<=\s)네 \Z"  # at the start it is "yes"
)
_LONGEST_BEFORE_A_GUESS = 4


def word_before_a_guess(text: str, at: int) -> str | None:
    """The word in front of ``at`` that can make a number vague (몇 천 원, 삼 사 일), or None."""
    before = _BEFORE_A_GUESS.search(text[max(0, at - _LONGEST_BEFORE_A_GUESS) : at])
    return before.group().rstrip() if before else None
