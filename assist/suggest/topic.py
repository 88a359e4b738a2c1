"""What a call is about, so that 그럼 며칠 걸려요 can be looked up: the words that the caller has left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from kb.suggesting import nouns

MOST_NOUNS = 2

_LINK = re.compile(
    r"^(?:(?:네|예|아|어|음)[ ,]+)*"
    r"(?:그럼|그러면|그건|그거|그게|그것|그래서|그때|거기|이건|이거|아니면|그리고|근데|그런데|그래도)(?:[은는도를]|요)?\s*"
)

# 카드로 하면요, 제주도는요: half a question, whose other half was asked before.
_HALF = re.compile(r"(?:면|은|는|도)요\s*\??$")

# What is asked of a thing, and names none: 비용은요 after 반품 asks for what that costs.
_OF_A_THING = frozenset(
    "며칠 비용 요금 가격 금액 값 돈 기간 기한 시간 날짜 날 한도 조건 기준 방법 절차 종류 개월 만 원".split()
)


class Topic:
    """Of one call. ``known`` are the nouns of the knowledge base: nothing else tells what is asked about."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self.nouns: tuple[str, ...] = ()

    def asked(self, text: str, about: str) -> None:
        """The caller has asked ``text``; ``about`` is the question of what answers it."""
        own = self._own(text)
        shared = [noun for noun in own if noun in about]
        self.nouns = tuple((shared or own)[:MOST_NOUNS]) or self.nouns

    def entered(self, flow: str) -> None:
        """A flow's name tells what the call is about where the caller's words have not."""
        if not self.nouns:
            self.nouns = tuple(nouns(flow)[:MOST_NOUNS])

    def continued(self, text: str) -> str | None:
        """``text`` with what the call is about; None where it stands for itself, or nothing came before."""
        link = _LINK.match(text)
        own = _named(text)
        goes_on = link or not own or _HALF.search(text)
        if not self.nouns or not goes_on or set(self.nouns) <= set(own):
            return None
        rest = text[link.end() :] if link else text
        return " ".join((*(noun for noun in self.nouns if noun not in own), rest)).strip()

    def is_bare(self, text: str) -> bool:
        """Whether it names nothing of its own."""
        return not _named(text)

    def _own(self, text: str) -> Sequence[str]:
        return [noun for noun in _named(text) if noun in self._known]


def _named(text: str) -> list[str]:
    return [noun for noun in nouns(text) if noun not in _OF_A_THING]
