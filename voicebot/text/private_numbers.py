"""Numbers that nobody needs to read: those of cards and residents, and what is called a secret.

Digits may be written or said (공일공); what was said is read as :func:`~voicebot.text.to_written` writes it.
:mod:`voicebot.text.private_turns` knows the numbers that are said over several turns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from voicebot.text.dictation import DASH, FILLER
from voicebot.text.endings import ends_number, stands_alone
from voicebot.text.lookalikes import DICTATED
from voicebot.text.numbers import DIGIT, read_digits
from voicebot.text.rewrite import Rewritten, composed
from voicebot.text.telephone import is_telephone
from voicebot.text.written import to_written

CARD_DIGITS = 16
"""Of most cards; those of American Express have 15."""
SECRETS = {"card": CARD_DIGITS, "resident": 13, "expiry": 4, "code": 3, "once": 6, "password": 4}
"""What callers are asked for, and how many digits it has, at the least."""
_NAMES = {
    "card": "카드 ?번호",
    "resident": "(?:주민|외국인) ?(?:등록 ?)?번호",
    "expiry": "유효 ?기간",
    "code": "보안 ?(?:코드|번호)|[Cc][Vv][CcVv]|씨브이[씨브]이?",
    "once": "인증 ?번호",
    "password": "비밀 ?번호|비번",
    "other": "(?:주문|송장|접수|고객|예약|등록|회원|계약|증권|관리|계좌|모델|일련|시리얼|승인|조회|발주|배송|청구|상품"
    "|추적|전화|휴대폰|핸드폰|우편|사업자|내선|팩스|사건|민원|쿠폰) ?(?:번호|코드)|연락처|운?송장|바코드|휴대폰|핸드폰",
}
NAME = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _NAMES.items()))
"""What digits are called; ``lastgroup`` is one of :data:`SECRETS`, or "other"."""

_BEHIND_NAME = re.compile(r"(?:(?![다요죠] )[가-힣 ,:]|\d+ ?자리){0,14}")
_GROUP = re.compile(rf"(?P<amount>\d{{1,3}}(?:,\d{{3}})+(?!\d))|\d+|(?<![가-힣A-Za-z\d])[{DIGIT}]{{2,}}")
_LINK = rf"{FILLER}|{DASH}|그? ?다음[은에이]?|다음으로|마지막[은이]?|뒤에?는?|끝[은에이]?"
LEAD = rf"(?:(?:{_LINK})[ ,.…]+)*"
"""What stands before digits that go on from the turn before."""
_JOINT = re.compile(rf" ?- ?| ?/ ?|(?:이?[고구]요?|이?요|[에의])?[,.…]* {LEAD}|[에의]")
_MONTH = re.compile("월 ?")
_COUNTED = re.compile(
    r"(?:원|만|천|월|년|시|분|초|일(?!이)|개|층|호|동|살|세|명|퍼센트|%|회|차|자리|박|장|건|번째| ?차례| ?킬로| ?그램)"
)
_TIMES = re.compile("번")
_MOST_TIMES = 2  # digits: 비밀번호를 5번 틀렸어요
_LEAST_SAID = 3  # digits that stayed in Hangul, if no name stands before them and more is said
_LEAST_OF_SECRET = 2

_CARD_STARTS = re.compile(r"[34569]|2(?:2[2-9]|[3-6]|7[012])")  # ISO/IEC 7812; 9: cards for Korea alone
_CARD_PARTS = {16: frozenset({4, 8, 12}), 15: frozenset({4, 10})}
_RESIDENT = re.compile(r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[1-8]\d{6}")
_RESIDENT_WRITTEN = re.compile(r"(?<!\d)\d{6} ?- ?[1-8]\d{6}(?!\d)")
_RESIDENT_PARTS = frozenset({6})


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that stand together; ``start`` and ``end`` are characters of the text."""

    digits: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Groups that may be one number. ``name`` is what they are called in the same turn, empty where nothing is said."""

    groups: tuple[Group, ...]
    name: str
    is_counted: bool

    @property
    def digits(self) -> str:
        return "".join(group.digits for group in self.groups)

    @property
    def start(self) -> int:
        return self.groups[0].start

    @property
    def end(self) -> int:
        return self.groups[-1].end

    def is_secret(self, name: str) -> bool:
        """Whether it is what is asked for by ``name``: no amount beside it, and no telephone."""
        is_date = name == "expiry"
        is_counted = self.is_counted and not is_date
        return name in SECRETS and not is_counted and len(self.digits) >= _LEAST_OF_SECRET and not self._is_telephone

    @property
    def _is_telephone(self) -> bool:
        return is_telephone(self.digits)


def without_numbers(text: str) -> str:
    """``text`` with the numbers of cards and residents, and what is called a secret, as stars; it keeps its length."""
    read = Read.of(text)
    return read.starred(group for chain in chains(read.written) for group in _private(chain))


def _private(chain: Chain) -> Iterable[Group]:
    return chain.groups if chain.is_secret(chain.name) else whole_numbers(chain)


def chains(written: str) -> list[Chain]:
    """The digits of a text, in order; amounts such as 99,000 are left out."""
    return list(_chains(written))


def _chains(written: str) -> Iterator[Chain]:
    at = 0
    while first := _group(written, at):
        groups = [first]
        while (joint := _joint(written, groups[-1].end)) is not None and (more := _group(written, joint)):
            if more.start != joint:
                break
            groups.append(more)
        at = groups[-1].end
        name = _name(written, first.start)
        is_said = len(groups) == 1 and not written[first.start].isdecimal() and len(first.digits) < _LEAST_SAID
        if is_said and not name and not stands_alone(written, first.start, at):
            continue
        few = len(groups) == 1 and len(first.digits) <= _MOST_TIMES and _TIMES.match(written, at)
        yield Chain(tuple(groups), name, is_counted=bool(_COUNTED.match(written, at) or few))


def _group(written: str, at: int) -> Group | None:
    """The next one from ``at`` on."""
    for found in _GROUP.finditer(written, at):
        said = found.group()
        if found["amount"]:
            continue
        if said[0].isdecimal():
            return Group(said, found.start(), found.end())
        if said not in DICTATED and ends_number(written, found.end()):
            return Group(read_digits(said), found.start(), found.end())
    return None


def _joint(written: str, end: int) -> int | None:
    """Where the next group of a number may stand."""
    joint = _MONTH.match(written, end) or _JOINT.match(written, end)
    return joint.end() if joint and joint.end() > end else None


def _name(written: str, start: int) -> str:
    name = ""
    for found in NAME.finditer(written, 0, start):
        if _BEHIND_NAME.fullmatch(written, found.end(), start):
            name = found.lastgroup or ""
    return name


def whole_numbers(chain: Chain, before: Sequence[Group] = (), name: str = "") -> tuple[Group, ...]:
    """The groups of ``chain`` that make the number of a card or of a resident, together with those ``before`` that they
    go on from; nothing where it is called something else, there or by whoever asked for it (``name``)."""
    if (chain.name or name) == "other":
        return ()
    groups = (*before, *chain.groups)
    private: set[Group] = set()
    for first in range(len(groups)):
        for last in range(first + 1, min(len(groups), first + CARD_DIGITS) + 1):
            if last > len(before) and _is_whole(groups[first:last]):
                private.update(groups[max(first, len(before)) : last])
    return tuple(sorted(private, key=lambda group: group.start))


def _is_whole(groups: Sequence[Group]) -> bool:
    digits = "".join(group.digits for group in groups)
    parts = frozenset(accumulate(len(group.digits) for group in groups[:-1]))
    if len(digits) in _CARD_PARTS and _CARD_STARTS.match(digits):
        return _agree(parts, _CARD_PARTS[len(digits)])
    return bool(_RESIDENT.fullmatch(digits)) and _agree(parts, _RESIDENT_PARTS)


def _agree(parts: frozenset[int], usual: frozenset[int]) -> bool:
    """Whether a number is said in the usual parts, some of them together, or in smaller ones."""
    return parts <= usual or usual <= parts


_NOT_SPACE = re.compile(r"[^\s-]")


@dataclass(frozen=True, slots=True)
class Read:
    """A text with its numbers as they are written, which is what chains are of."""

    source: str
    _written: Rewritten
    _offsets: list[int] | None

    @classmethod
    def of(cls, source: str) -> Read:
        together, offsets = composed(source)
        return cls(source, to_written(together), offsets)

    @property
    def written(self) -> str:
        return self._written.text

    def starred(self, groups: Iterable[Group]) -> str:
        """The source with ``groups`` as stars, and whatever has its hyphen where residents' numbers do."""
        source = self.source
        places = [(group.start, group.end) for group in groups]
        for place in [*places, *(found.span() for found in _RESIDENT_WRITTEN.finditer(self.written))]:
            start, end = self._written.source_range(*place)
            if self._offsets:
                start, end = self._offsets[start], self._offsets[end]
            source = source[:start] + _NOT_SPACE.sub("*", source[start:end]) + source[end:]
        return source
