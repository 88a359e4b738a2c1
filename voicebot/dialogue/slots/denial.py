"""What a caller names only to take it back: 화요일 말고 수요일, 삼공일사 아니 삼공일오."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

_DENIED = re.compile(
    "(?:번|거|것|날|쪽)?(?:이|가|은|는|을|를|로|으로)? ?"
    "(?:말고|말구|아니고|아니구|아니라|아닌데|아니에요|아니예요|아니요|아니야|아뇨|아닙니다|빼고|빼구|대신|안 ?돼"
    "|안 ?되)"
)
TAKEN_BACK = re.compile(
    "(?<![가-힣])(?:아니+|아니[요오]|아뇨|아니에요|아니예요|아닌데요?|아니다|아 ?참|아차|그게 아니[라고]|정정[가-힣]*"
    "|(?:잘못|실수)[ 가-힣]{0,3}(?:말|했|얘기|불렀)[가-힣]*|틀렸[가-힣]+|다시 (?:말|불러|할)[가-힣]*)(?![가-힣])"
)


class Stretch(Protocol):
    """Something with a place in a text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Stretch)


def is_denied(text: str, end: int) -> bool:
    """Whether the words at ``end`` deny what stands before them: 화요일 말고."""
    return _DENIED.match(text, end) is not None


def still_meant(text: str, named: Sequence[S]) -> list[S]:
    """Those of ``named``, in the order of the text, that the caller has not taken back."""
    kept = [stretch for stretch in named if not is_denied(text, stretch.end)]
    for taken_back in TAKEN_BACK.finditer(text):
        later = [stretch for stretch in kept if stretch.start >= taken_back.end()]
        if later:
            kept = later
    return kept
