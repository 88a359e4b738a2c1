"""Whether words look like an address of this country, without any book: a road or a place with a number, a region."""

from __future__ import annotations

import re

from kb.address import SIDO

_FULL_OR_SHORT = "|".join(sorted({name for sido, shorts in SIDO.items() for name in (sido, *shorts)}, key=len)[::-1])
_SIDO = rf"(?:{_FULL_OR_SHORT})"
_DISTRICT = "[가-힣]{2,5}[시군구]"
_REGION = rf"(?:{_SIDO}|{_DISTRICT})"
_PLACE = r"[가-힣]{1,6}(?:\d{1,2}가|[읍면동리])"
_ROAD = r"[가-힣A-Za-z\d]{1,12}?(?:로|길)(?: ?\d{1,4}번?길)?"
_COUNTED = "(?:시|분|월|일|원|개|명|년|건|점|세|번째|그릇|박스|가지)"
_NUMBER = rf"(?:지하 ?|산 ?)?\d{{1,5}}(?!,?\d)(?:-\d{{1,4}}){{0,2}}(?!\d|[천만억]* ?{_COUNTED})(?: ?번지?)?"
_AROUND = rf"(?:{_REGION} ){{0,3}}+(?:{_PLACE} ){{0,2}}"  # possessive: what is a region may be a place as well
_TOLD = re.compile(
    rf"(?<![가-힣A-Za-z\d])(?:"
    rf"{_AROUND}{_ROAD} ?{_NUMBER}"
    rf"|{_AROUND}{_PLACE} ?(?:산 ?)?\d{{1,4}}(?:-\d{{1,4}})? ?번지"
    rf"|{_REGION} {_AROUND}{_PLACE} ?{_NUMBER}"
    rf"|[가-힣]{{2,5}}[시도군구] [가-힣]{{2,5}}[시군구읍면동] (?:[가-힣]+ )?[가-힣]+ ?\d[\d-]*"
    rf"|{_SIDO} {_AROUND}(?:{_DISTRICT}|{_PLACE}|{_ROAD})(?=[\s,.]|\Z|이?[요에예]|입니다)"
    rf")"
)
_LONGEST_TEXT = 200  # characters; whoever says more is not telling an address


def address_like(text: str) -> tuple[int, int] | None:
    """Where in written ``text`` something stands that looks like an address; the first of them, without its detail."""
    told = _TOLD.search(text[:_LONGEST_TEXT])
    return told.span() if told else None
