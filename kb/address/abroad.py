"""Addresses of other countries: told by the names that callers begin them with, and never looked for in the book."""

from __future__ import annotations

import re
from typing import Literal

from kb.address.sido import SIDO

_COUNTRIES = """
일본 미국 중국 대만 타이완 홍콩 마카오 베트남 태국 필리핀 인도네시아 말레이시아 싱가포르 캄보디아 라오스 미얀마 몽골
네팔 우즈베키스탄 카자흐스탄 러시아 독일 프랑스 영국 이탈리아 스페인 포르투갈 네덜란드 벨기에 스위스 오스트리아
폴란드 체코 헝가리 스웨덴 노르웨이 덴마크 핀란드 그리스 터키 튀르키예 캐나다 멕시코 브라질 아르헨티나 칠레 페루
호주 오스트레일리아 뉴질랜드 두바이 사우디아라비아 이집트 북한
""".split()
_PLACES = """
도쿄 동경 오사카 교토 나고야 후쿠오카 삿포로 요코하마 고베 센다이 히로시마 오키나와 가나가와 사이타마 아이치
뉴욕 로스앤젤레스 시카고 샌프란시스코 시애틀 보스턴 워싱턴 애틀랜타 휴스턴 댈러스 라스베이거스 하와이 캘리포니아
텍사스 뉴저지 조지아 일리노이 매사추세츠 플로리다 펜실베이니아 버지니아 온타리오 토론토 밴쿠버
베이징 북경 상하이 광저우 칭다오 톈진 다롄 선양 옌볜 연변 하얼빈 산둥 랴오닝 지린 타이베이 가오슝
하노이 호찌민 호치민 다낭 방콕 치앙마이 마닐라 자카르타 쿠알라룸푸르 울란바토르 델리 뭄바이
런던 베를린 뮌헨 프랑크푸르트 로마 밀라노 마드리드 바르셀로나 프라하 부다페스트 모스크바 블라디보스토크
이스탄불 시드니 멜버른 브리즈번 오클랜드 평양
""".split()
"""Without those that are words of every day (인도, 세부, 파리, 상해): a country beside them tells, too."""
_KIND = "특별구|[시도부주성]"
_ANY = "|".join((*_COUNTRIES, *_PLACES))

_FORMAL = re.compile(
    rf"(?<![가-힣])(?:(?:{'|'.join(_PLACES)})(?:{_KIND})|홋카이도|[가-힣]{{2,4}}현 [가-힣]{{1,6}}[시군])(?![가-힣])"
    rf"|(?<![가-힣])(?:{_ANY}) (?:{_ANY})(?:{_KIND})?(?![가-힣])"
)
_BARE = re.compile(rf"(?<![가-힣])(?:{_ANY})(?![가-힣])")
_SIDO = "|".join(form for name, shorts in SIDO.items() for form in (name, *shorts))
_OF_KOREA = re.compile(rf"(?<![가-힣])(?:{_SIDO}|한국|대한민국|국내)(?:에서?|[은는의]|으로|이?요)?(?![가-힣])")

Abroad = Literal["no", "maybe", "yes"]


def abroad(text: str) -> Abroad:
    """Whether an address in another country is told. "maybe": one is named, though not as addresses name it, so that
    only an address that is plainly told beside it can be meant (도쿄에서 왔는데 한누리대로 2130이요)."""
    if _OF_KOREA.search(text):
        return "no"
    if _FORMAL.search(text):
        return "yes"
    return "maybe" if _BARE.search(text) else "no"
