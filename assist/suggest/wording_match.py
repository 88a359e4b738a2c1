"""Whether something was said, in whatever endings: sentences compared by their words, and by yes and no.

무조건 환불돼요 fits 환불은 무조건 해 드립니다 and does not fit 무조건 환불되는 것은 아닙니다.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.korean import CONTENT
from voicebot.dialogue.answer.denial import Token, affirms, tokens_of
from voicebot.dialogue.answer.figures import plain
from voicebot.dialogue.answer.vocabulary import one_for_all

MOST_OF_IT = 0.75
"""Of the words of something that has to be told, so many have been said when it has been told."""

# Words that any sentence of a contact centre may have.
_LIGHT = frozenset(
    "하 되 있 없 않 못하 아니 안 못 말 주 드리 보 오 가 이 것 거 수 때 저 제 저희 우리 고객 님 분 말씀 네 그 좀 지금"
    " 바로 위하 대하 따르 시 통하 싶 같 점 등 및".split()
)
_GOES_ON = frozenset("고 며 면서 지만 으나 나 는데 ᆫ데 은데 니 으니 니까 으니까 므로 으므로 라서 어서 아서 여서".split())
_POLITE = ("요", "니다", "니까", "죠", "시오", "쇼", "세")
_LEAST_MORPHEMES = 2  # 응 and 어 alone are no sentence


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing said: its words, one for all that mean the same, and whether it is affirmed."""

    words: frozenset[str]
    is_affirmed: bool


def words(text: str) -> frozenset[str]:
    """All that carry meaning; numbers as digits, however they were written."""
    return frozenset(word for clause in clauses(text) for word in clause.words)


@lru_cache(1_024)
def clauses(text: str) -> tuple[Clause, ...]:
    """In order; 0.5 ms, and texts are remembered."""
    return tuple(Clause(frozenset(_words_of(part)), affirms(part)) for part in _parts(tokens_of(plain(text))) if part)


def tells(said: str, example: str) -> bool:
    """Whether ``said`` tells what ``example`` does: most of its words, and every number; nothing tells an example
    without words that carry meaning."""
    wanted, told = words(example), words(said)
    if not wanted:
        return False
    numbers = {word for word in wanted if word[0].isdecimal()}
    return numbers <= told and len(wanted & told) >= MOST_OF_IT * len(wanted)


def claims(said: str, example: str) -> bool:
    """Whether a clause of ``said`` claims what ``example`` does: all of its words, affirmed or denied alike; nothing
    claims an example without words that carry meaning."""
    wanted = words(example)
    if not wanted:
        return False
    sign = all(clause.is_affirmed for clause in clauses(example))
    return any(wanted <= clause.words and clause.is_affirmed == sign for clause in clauses(said))


def is_informal(said: str) -> bool:
    """Whether its last sentence ends in an ending that is not used towards customers (반말)."""
    tokens = [token for token in tokens_of(said.strip()) if token.tag not in ("SF", "SP", "SSO", "SSC", "SE", "SW")]
    return len(tokens) >= _LEAST_MORPHEMES and tokens[-1].tag == "EF" and not tokens[-1].form.endswith(_POLITE)


def _words_of(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.tag in CONTENT and token.form not in _LIGHT:
            yield re.sub(",", "", token.form) if token.tag == "SN" else one_for_all(token.form.lower())


def _parts(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Cut behind the ends of sentences and behind endings after which something else is said."""
    part: list[Token] = []
    for at, token in enumerate(tokens, 1):
        part.append(token)
        behind = tokens[at] if at < len(tokens) else None
        goes_on = token.tag == "EC" and token.form in _GOES_ON and (behind is None or behind.tag != "VX")
        if behind is None or token.tag in ("EF", "SF") or goes_on:
            yield part
            part = []
