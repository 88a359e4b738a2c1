"""Numbers dictated digit by digit: telephones, cards, orders, customers, flats (공일공 일이삼사 오육칠팔).

People dictate in groups, join them with 에, 의 or 다시 ("dash"), and hesitate in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from voicebot.text.counters import Found
from voicebot.text.endings import COPULA_AFTER_I, ends_counter, ends_number, says_no_more, stands_alone
from voicebot.text.lookalikes import DICTATED
from voicebot.text.numbers import DIGIT, HESITATION, UNIT, read_digits, read_sino
from voicebot.text.telephone import grouped

FILLER = rf"{HESITATION}|에+|네|예|음음|그러니까|그니까|뭐지|뭐더라|뭐냐|그게|그리고|잠깐만요|잠시만요"
DASH = "다시|대시|하이픈"

_PAUSE = rf"[,.…]*(?: (?:(?:{FILLER})[,.…]* )*)?"
_JOINT = re.compile(rf"(?:국?[에의](?=[ {DIGIT}]))?{_PAUSE}(?:(?P<dash>{DASH}){_PAUSE})?")
_THOUSANDS = rf"[{DIGIT}]?천(?:[{DIGIT}]?백)?(?:[{DIGIT}]?십)?[{DIGIT}]?(?![{UNIT}])"  # 공일공 이천에 삼천
_GROUP = re.compile(rf"{_THOUSANDS}|[{DIGIT}]+(?![{UNIT}])")
_PLACE_VALUE = re.compile(f"[{DIGIT}십백천]*[십백천][{DIGIT}]?")  # behind a dash: 일이삼 다시 십이
_HAS_PLACE = re.compile("[십백천]")
_MOST_GROUPS = 24

_LOOK_BACK = 14
_NUMBER_ASKED = re.compile(r"(?:번호|자리|비번|코드|계좌|카드|국번|연락처|생년월일)[가-힣]{0,3}[ ,:]{1,2}\Z")
_NOT_A_CARD = re.compile(
    "(?:주문|송장|접수|고객|예약|등록|회원|계약|증권|관리|계좌|모델|일련|시리얼|승인|인증|조회|발주|배송|청구|바코드|상품|추적)"
    r" ?(?:번호|코드)?[가-힣]{0,3}[ ,:]{1,2}\Z"
)

_SURE_LENGTH = 7
_SURE_GROUP = 4
_LIKELY_LENGTH = 3
_CARD_LENGTH = 16
_NOISE = 2  # digits behind a telephone number that may be words: 오육칠팔 이 사람


class _Chain(NamedTuple):
    """Groups of digits up to ``end``, each with whether a dash was said before it."""

    end: int
    groups: tuple[tuple[str, bool], ...]

    @property
    def digits(self) -> str:
        return "".join(digits for digits, _ in self.groups)

    def without_last(self, count: int) -> _Chain:
        last, dash = self.groups[-1]
        return _Chain(self.end - count, (*self.groups[:-1], (last[:-count], dash)))


def read_dictation(text: str, start: int) -> Found | None:
    """The dictated number that starts at ``start``, written the way its kind is, or None."""
    chains = _chains(text, start)
    if not chains:
        return None
    if counted := _counted(text, start, chains[0]):
        return counted
    before = text[max(0, start - _LOOK_BACK) : start]
    may_be_card = not _NOT_A_CARD.search(before)
    endings = [ending for chain in reversed(chains) for ending in _endings(text, start, chain)]
    everything = chains[-1].digits
    for chain in endings:
        number = grouped(chain.digits)
        rest = everything[len(chain.digits) :]
        if number and (len(rest) <= _NOISE or grouped(rest)) and (may_be_card or len(chain.digits) != _CARD_LENGTH):
            return Found(start, chain.end, number)
    for chain in endings:
        if _is_number(text, start, chain, before):
            return Found(start, chain.end, "".join(("-" if dash else "") + digits for digits, dash in chain.groups))
    return None


def _chains(text: str, start: int) -> list[_Chain]:
    """The chain at ``start`` after each of its groups, shortest first."""
    chains: list[_Chain] = []
    groups: list[tuple[str, bool]] = []
    group = _GROUP.match(text, start)
    dash = False
    while group and len(groups) < _MOST_GROUPS:
        spoken = group.group()
        if "천" in spoken and not dash and (not groups or groups[0][0][0] not in "01"):
            break  # only telephones are dictated that way
        digits = str(read_sino(spoken, 0)[-1].value) if _HAS_PLACE.search(spoken) else read_digits(spoken)
        groups.append((digits, dash))
        chains.append(_Chain(group.end(), tuple(groups)))
        joint = _JOINT.match(text, group.end())
        if not joint or joint.end() == group.end():
            break
        dash = joint["dash"] is not None
        group = _GROUP.match(text, joint.end())
        if dash and not group:
            group = _PLACE_VALUE.match(text, joint.end())
    return chains


def _endings(text: str, start: int, chain: _Chain) -> Iterator[_Chain]:
    """``chain`` where its word can end, most likely first: a last 이 or 이구 may be the copula (팔이에요)."""
    shorter = []
    for ending in ("이", "이구", "일", "구"):
        end = chain.end - len(ending)
        if len(chain.groups[-1][0]) > len(ending) and text.startswith(ending, end) and ends_number(text, end):
            shorter.append(chain.without_last(len(ending)))
    whole = [chain] if ends_number(text, chain.end) else []
    yield from (*shorter, *whole) if _ends_in_copula(text, chain) else (*whole, *shorter)


def _ends_in_copula(text: str, chain: _Chain) -> bool:
    """Whether the last 이 is the copula: 삼이에요 is 3, but 삼이예요 is 32, for 예요 follows a vowel."""
    copula = COPULA_AFTER_I.match(text, chain.end) if text[chain.end - 1] == "이" else None
    return copula is not None and copula[0] != "예요"


def _is_number(text: str, start: int, chain: _Chain, before: str) -> bool:
    digits, spoken = chain.digits, text[start : chain.end]
    dashed = any(dash for _, dash in chain.groups)
    if spoken in DICTATED or ("천" in spoken and not dashed) or _is_cry(spoken):
        return False
    if _ends_in_copula(text, chain):
        return False
    asked = _NUMBER_ASKED.search(before) is not None
    may_be_particle = not asked and spoken[-1] == "이" and text[chain.end : chain.end + 1] == " "
    if len(digits) >= _SURE_LENGTH or max(len(group) for group, _ in chain.groups) >= _SURE_GROUP + may_be_particle:
        return True
    if dashed:
        return len(digits) >= _LIKELY_LENGTH or digits[0] == "0"
    if len(digits) < _LIKELY_LENGTH:
        return asked and len(digits) > 1 and says_no_more(text, chain.end)
    one_word = len(chain.groups) == 1 or len(digits) >= _SURE_GROUP
    return one_word and (asked or stands_alone(text, start, chain.end))


def _is_cry(spoken: str) -> bool:
    """오오오오, 구구구구."""
    return spoken[0] in "오이구" and spoken == spoken[0] * len(spoken)


# What digits said one by one may count: 삼공이호, 이공이육년. Two in a row mostly are a guess (이삼 년), but 구오년생.
_OF_DIGITS = re.compile(" ?(년생|년도|년|호실|호|동|번지|번|층|페이지)")
_OF_TWO_DIGITS = re.compile(" ?(년생)")


def _counted(text: str, start: int, chain: _Chain) -> Found | None:
    digits = chain.digits
    if len(digits) < 2 or (len(digits) == 2 and int(digits[1]) - int(digits[0]) == 1):
        return None
    counter = (_OF_TWO_DIGITS if len(digits) == 2 else _OF_DIGITS).match(text, chain.end)
    if not counter or not ends_counter(text, counter.end()):
        return None
    return Found(start, counter.end(), digits + counter[1], counter[1])
