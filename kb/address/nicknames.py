"""What callers call a building: 서울시청 for 서울특별시청, 서울대병원 for 서울대학교병원, 판교 현대백화점."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.address.address import Address
from kb.address.sido import SIDO

_SHORTER = (
    ("대학교", "대"),
    ("국제공항", "공항"),
    ("여객터미널", "터미널"),
    ("고속버스터미널", "고속터미널"),
    ("종합버스터미널", "버스터미널"),
    ("시외버스터미널", "버스터미널"),
    ("종합터미널", "터미널"),
    ("주민센터", "동사무소"),
    ("행정복지센터", "주민센터"),
    ("초등학교", "초"),
    ("중학교", "중"),
    ("고등학교", "고"),
)
_OF_THE_STATE = re.compile("국립(?=.{2,})")
_COMPANY = re.compile(r"\s*(?:\(주\)|㈜|주식회사|\(유\)|유한회사)\s*")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)\s*")
_BRANCH = re.compile(r"(?P<what>\S+) (?P<where>\S+?)(?P<suffix>본점|점|관|캠퍼스)")
_FEWEST = 2  # syllables


def nicknames(name: str, address: Address) -> set[str]:
    """Other names of the building ``name`` at ``address``, official ones not among them."""
    found = {name}
    for shorten in (_without_legal_form, _with_short_region, _with_short_kind, _turned_round, _without_region):
        for known in list(found):
            found.update(other.strip() for other in shorten(known, address))
    return {other for other in found if len(other.replace(" ", "")) >= _FEWEST} - {name}


def _without_legal_form(name: str, _: Address) -> Iterator[str]:
    yield _COMPANY.sub(" ", name)
    yield _IN_BRACKETS.sub(" ", name)
    yield _OF_THE_STATE.sub("", name)


def _with_short_region(name: str, _: Address) -> Iterator[str]:
    """서울시청 of 서울특별시청, 충남도청 of 충청남도청, 세종시교육청."""
    for sido, shorts in SIDO.items():
        if sido in name:
            for short in shorts:
                yield name.replace(sido, short if short[-1] in "시도" else short + sido[-1])


def _with_short_kind(name: str, _: Address) -> Iterator[str]:
    names = [name]
    for kind, short in _SHORTER:
        names += [other.replace(kind, short) for other in names if kind in other]
    yield from names[1:]


def _turned_round(name: str, _: Address) -> Iterator[str]:
    """판교점 현대백화점 and 판교 현대백화점 of 현대백화점 판교점."""
    if branch := _BRANCH.fullmatch(name):
        yield f"{branch['where']}{branch['suffix']} {branch['what']}"
        yield f"{branch['where']} {branch['what']}"
        yield f"{branch['what']} {branch['where']}"


def _without_region(name: str, address: Address) -> Iterator[str]:
    """동구청 of 광주 동구청, in 광주."""
    first, _, rest = name.partition(" ")
    if rest and first in (address.sido, *SIDO.get(address.sido, ()), *address.sigungu.split()):
        yield rest
