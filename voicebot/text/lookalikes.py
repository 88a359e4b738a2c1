"""Words that are spelled like numbers and are none, and the neighbours that give them away."""

from __future__ import annotations

import re

BARE = frozenset(
    # places and single words that are whole numerals
    "이천 사천 구천 이만 오만 만일 만사 만이 천일 천사 천이 백일 백이 백사 백구 백조 백오십견 일조 이조 구조 사조 구경 일경 삼경"
    " 억조 일억 만백 십일조 십이지 일천 사백 천공 천오 천구 만구 만삼 천만 구만".split()
)
"""Numerals that stay as spoken unless they are all that was said."""

SAID_ALONE = frozenset("만일 천사 구조 구경 일조 이조 사조 백조 백사 백구 만사 억조 구천 오만 이만 이천 사천".split())
"""Of those, the ones that stay even when they are all that was said."""

SPELLED = frozenset("일일이 삼삼오오 육이오 사일구 오일팔 삼일오 오일륙 구구팔팔 사사오입 이삼일 일이일 이사이 이일이 이이 사이사이 오구오구".split())
"""Runs of digit syllables that are words, dates of history, or too vague to be a number."""

COUNTED = frozenset(
    # 번 년 월 일
    "이번 사번 만번 천년 만년 백년 만일 일일 이일 오일 백일 천일"
    # 시 분 초
    " 일시 이시 삼시 사시 오시 구시 이분 구분 사분 만분 백분 천분"
    # 원
    " 영원 공원 사원 구원 일원 이원 오원"
    # 회 차 등 위 급 인 단계 평 점 도 층
    " 사회 이회 오차 구차 사차 이차 일차 사위 구위 이위 오위 사인 오인 구인 이인 만인 천인 백인 오등 구등 일급 구급 천층 만평 공평"
    " 만점 천점 백도 천도 만도 십도 백호 천호 만호 백동 천동 만동 이초 사초 오초 당초 천부 만부 백부 백면 만면 만세 백세 천세 백절"
    # 주 박 배 개 대 장 편 건
    " 일주일 백주 천주 만주 구박 육박 천박 만배 백배 천배 만개 천개 백대 천대 만대 십대 천장 백장 만장 천명 만병 백병 만건 천건"
    " 만권 백통 백판 천판 만판 백줄 천줄 만가지 만살 천살 백채 천칸 백칸 백곳 만곳 백알 천컵 백컵 만통 천통 만쌍"
    " 이세대 이팀 일편 이편 사편 백편 천편 백쪽 만쪽 십편 천곡 만곡 백곡 백달 만면"
    # measures and money
    " 이경원 만회 백차 만박 만위 육회 오회 천벌 영도 오프로 두건 두주 세주 열주 세곡 두곡 열곡 열점 세점 세잔 세포기 천톤 이엔 오엔 일인분 사키로 백엔 이포인트"
    # native
    " 두통 세대 세배 세통 한대 한판 한권 한장 한건 한병 열병 열대 열통 열판 열줄 열쌍 네알 세알 열알 열편 세편 네편 한팩"
    " 두알 한자리 열자리 세줄 세자루 네모 세모 여덟살이 네쌍".split()
)
"""A number and its counter in one word that mean something else."""

NOUN_AFTER_LONE = re.compile(
    "도로|도구|도면|도전|도중|동의|동일|동인|동전|급여|대여|대만|대전|대중|배경|배당|배임|배후|배구|주로|주의|주인|주말|회의|회로|회전"
    "|차도|차이|초과|부도|부인|부가|면도|호의|위로|위의|등의|장인|통로|판도|편의|편도|원인|인도|인가|건전|개인|건의 드"
)
"""Nouns that look like a counter with its particle, and do not count after a lone 일, 구 or 두: 두 배경."""

_ENDS = "(?![가-힣])"
LASTING = re.compile(
    rf"(?: | ?(?!정도))(?:(?:동안|후|뒤|전|간|정도|쯤|안에|안으로|이내|만에|가량|남짓|이상|이하)(?:에|은|이|도|까지|부터|만|의|로|으로|요|이요)?{_ENDS}"
    r"|걸[려리렸릴]|남[았은]|지[나났]|넘[게어었])"
)
"""What follows a length of time, and makes 이 분 two minutes and 이 일 two days."""

ON_A_DAY = re.compile(rf" ?(?:(?:에|까지|부터|이후|이전|자|날|쯤|경|동안|후|뒤|전|만에|이내|안에|간)(?:는|은|도|만|로|에|의)?{_ENDS})")
"""What follows a date: 이십일까지 is until the 20th."""

NOT_BEFORE: dict[str, re.Pattern[str]] = {
    surface: re.compile(rf" ?(?:{following})")
    for surface, following in {
        "천만": "에|의 말씀|다행",
        "십분": "이해|공감|활용|발휘|감안|고려|양해|살려|참고",
        "만원": "버스|지하철|사례|열차|관중|관객|이에요|이라",
        "이월": "상품|금액|잔액|포인트|데이터|마일리지|신청|처리|제도|가능|한도|요금|여부|결손|이 (?:되|가능|안)",
        "두 번": "다시",
        "두번": "다시",
        "천 번": "만 번",
        "백번": "낫|나|양보|옳|맞|말",
        "네 명": "의 ?(?:변경|이전|도용|자|확인)",
        "네 시간": " ?(?:괜찮|돼|되|있|없|맞|좋)",
        "일 년": "열두 달",
        "오만 가지": "",
        "일부": "",
        "한 시": "도|가|라도|바삐|빨리|름",
        "한시": "도|가|라도|바삐|빨리|름|적|를|은|인",
        "두 개": "골",
        "한 장": "면",
        "한 대": " ?(?:맞|때|치|쳐|칠)",
        "천 위": "",
    }.items()
}
"""A number with its counter that is none before these words."""

POINTED_AT = re.compile(r" ?(?:출구|게이트|창구|승강장|플랫폼|눌러|누르|눌렀)")
"""After these 이번 is number 2, not "this time"."""

VAGUE = re.compile(r"(?:^|(?<=\s))(?:몇|수|여러|한두|두세|서너|[일이삼사오육칠팔구]|\d+|한|두|세|네|다섯|여섯|일곱|여덟) $")
