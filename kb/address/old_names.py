"""What regions were called before they were merged or renamed: callers go on saying so, and old papers have it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NOW = {
    "연기군 남면": "세종시 연기면",
    "연기군 동면": "세종시 연동면",
    "연기군 서면": "세종시 연서면",
    "연기군": "세종시",
    "청원군 부용면": "세종시 부강면",
    "공주시 장기면": "세종시 장군면",
    "청원군": "청주시",
    "마산시": "창원시",
    "진해시": "창원시 진해구",
    "북제주군": "제주시",
    "남제주군": "서귀포시",
    "여천시": "여수시",
    "여천군": "여수시",
    "여주군": "여주시",
    "당진군": "당진시",
    "인천 남구": "인천 미추홀구",
    "인천시 남구": "인천시 미추홀구",
    "인천광역시 남구": "인천광역시 미추홀구",
    "경상북도 군위군": "대구 군위군",
    "경북 군위군": "대구 군위군",
    "부산직할시": "부산광역시",
    "대구직할시": "대구광역시",
    "인천직할시": "인천광역시",
    "광주직할시": "광주광역시",
    "대전직할시": "대전광역시",
}
_LEFT = {"세종시": ("충청남도", "충남", "충청북도", "충북")}  # provinces that a region has left since
_PATTERNS = {
    name: rf"(?:(?:{'|'.join(_LEFT.get(now.split()[0], ('(?!)',)))})\s*)?" + name.replace(" ", r"\s*")
    for name, now in _NOW.items()
}
_OLD = re.compile(rf"(?<![가-힣])(?:{'|'.join(f'({pattern})' for pattern in _PATTERNS.values())})")
_NEW = tuple(_NOW.values())


def renamed(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and present name of each region in ``text`` that has another name now."""
    for match in _OLD.finditer(text):
        assert match.lastindex
        yield match.start(), match.end(), _NEW[match.lastindex - 1]
