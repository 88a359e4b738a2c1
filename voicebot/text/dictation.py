"""Numbers dictated digit by digit: telephones, cards, orders, customers, flats (공일공 일이삼사 오육칠팔).

People dictate in groups, join them with 에, 의 or 다시 ("dash"), and hesitate in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .counters import Counted
from .endings import COPULA_AFTER_I, ends_counter, ends_number, is_hangul
from .lookalikes import SPELLED
from .numbers import DIGIT, HESITATION, UNIT, read_digits, read_sino
from .telephone import grouped

FILLER = rf"{HESITATION}|에+|네|예|음음|그러니까|그니까|뭐지|뭐더라|뭐냐|그게|그리고|잠깐만요|잠시만요"
DASH = "다시|대시|하이픈"

_PLACE_VALUE = rf"[{DIGIT}]?천(?:[{DIGIT}]?백)?(?:[{DIGIT}]?십)?[{DIGIT}]?(?![{UNIT}])"
_GROUP = re.compile(rf"{_PLACE_VALUE}|[{DIGIT}]+(?![{UNIT}])")
_JOINT = re.compile(
    rf"(?:국?[에의](?=[ {DIGIT}]))?[,.…]*(?: (?:(?:{FILLER})[,.…]* )*)?(?:(?P<dash>{DASH})(?:[,.…]* (?:(?:{FILLER})[,.…]* )*)?)?"
)
_MOST_GROUPS = 24

_NUMBER_WANTED = re.compile(r"(?:번호|자리|비번|코드|계좌|카드|국번)[가-힣]{0,3}[ ,:]{1,2}$")
_UNBROKEN = re.compile(
    r"(?:주문|송장|접수|고객|예약|등록|회원|계약|증권|관리|계좌|모델|일련|시리얼|승인|인증|조회|발주|배송|청구|바코드|상품|추적)"
    r" ?(?:번호|코드)?[가-힣]{0,3}[ ,:]{1,2}$"
)
_LOOK_BACK = 14

# What digits said one by one may count: 삼공이호, 이공이육년. Two digits in a row are as a rule vague (이삼 년).
_COUNTED = re.compile(r" ?(년생|년도|년|호실|호|동|번지|번|층|페이지)")
_COUNTED_PAIR = re.compile(r" ?(년생)")

_SURE_LENGTH = 7
_SURE_GROUP = 4
_LIKELY_LENGTH = 3
_CARD_LENGTH = 16
_NOISE = 2  # digits after a telephone number that may be words: 오육칠팔 이 사람


class _Chain(NamedTuple):
    """Groups of dictated digits up to ``end``, each with whether a dash was said before it."""

    end: int
    groups: tuple[tuple[str, bool], ...]

    @property
    def digits(self) -> str:
        return "".join(digits for digits, _ in self.groups)


def read_dictation(text: str, start: int) -> Counted | None:
    """The dictated number that starts at ``start``, written the way its kind is, or None."""
    chains = _chains(text, start)
    if not chains:
        return None
    counted = _counted(text, start, chains[-1])
    if counted:
        return counted
    before = text[max(0, start - _LOOK_BACK) : start]
    unbroken = _UNBROKEN.search(before) is not None
    endings = [option for chain in reversed(chains) for option in _endings(text, start, chain)]
    everything = chains[-1].digits
    for chain in endings:
        number = grouped(chain.digits)
        rest = everything[len(chain.digits) :]
        if number and (len(rest) <= _NOISE or grouped(rest)) and not (unbroken and len(chain.digits) == _CARD_LENGTH):
            return Counted(start, chain.end, number)
    for chain in endings:
        if _is_number(text, start, chain, before):
            return Counted(start, chain.end, "".join(("-" if dash else "") + digits for digits, dash in chain.groups))
    return None


def _chains(text: str, start: int) -> list[_Chain]:
    """The chain at ``start`` after each of its groups, shortest first."""
    chains: list[_Chain] = []
    groups: list[tuple[str, bool]] = []
    group = _GROUP.match(text, start)
    dash = False
    while group and len(groups) < _MOST_GROUPS:
        spoken = group.group()
        if "천" in spoken:
            if not groups or not groups[0][0].startswith(("0", "1")):
                break
            digits = str(read_sino(spoken, 0)[-1].value)
        else:
            digits = read_digits(spoken)
        groups.append((digits, dash))
        chains.append(_Chain(group.end(), tuple(groups)))
        joint = _JOINT.match(text, group.end())
        if not joint or joint.end() == group.end():
            break
        dash = joint["dash"] is not None
        group = _GROUP.match(text, joint.end())
    return chains


def _endings(text: str, start: int, chain: _Chain) -> Iterator[_Chain]:
    """``chain`` where a word can end, most likely first: its last 이, 일 or 구 may be a particle (팔이에요, 팔이구요)."""
    copula = text[chain.end - 1] == "이" and COPULA_AFTER_I.match(text, chain.end)
    whole = [chain] if ends_number(text, chain.end) else []
    shorter = []
    for particle in ("이", "이구", "일", "구"):
        end = chain.end - len(particle)
        if end > start and text.startswith(particle, end) and ends_number(text, end):
            last, dash = chain.groups[-1]
            if len(last) > len(particle):
                shorter.append(_Chain(end, (*chain.groups[:-1], (last[: -len(particle)], dash))))
    yield from (*shorter, *whole) if copula else (*whole, *shorter)


def _is_number(text: str, start: int, chain: _Chain, before: str) -> bool:
    digits = chain.digits
    spoken = text[start : chain.end]
    if spoken in SPELLED or "천" in spoken:
        return False
    wanted = _NUMBER_WANTED.search(before) is not None
    may_be_particle = not wanted and spoken[-1] == "이" and text[chain.end : chain.end + 1] == " "
    if len(digits) >= _SURE_LENGTH or max(len(group) for group, _ in chain.groups) >= _SURE_GROUP + may_be_particle:
        return True
    if any(dash for _, dash in chain.groups):
        return len(digits) >= _LIKELY_LENGTH or digits[0] == "0"
    if len(digits) < _LIKELY_LENGTH or len(chain.groups) > 1:
        return False
    all_there_is = not before.strip() and not is_hangul(text[chain.end : chain.end + 1])
    return wanted or (all_there_is and not text[chain.end :].strip(" .,?!"))


def _counted(text: str, start: int, chain: _Chain) -> Counted | None:
    if len(chain.groups) > 1 or len(chain.digits) < 2:
        return None
    pair = len(chain.digits) == 2
    if pair and int(chain.digits[1]) - int(chain.digits[0]) == 1:
        return None
    counter = (_COUNTED_PAIR if pair else _COUNTED).match(text, chain.end)
    if not counter or not ends_counter(text, counter.end()):
        return None
    return Counted(start, counter.end(), chain.digits + counter[1], counter[1])
