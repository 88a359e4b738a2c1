"""Amounts of won: 35,000원, 삼만 오천 원, 3만5천, 1억 2천."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.around import cores, word_ends
from voicebot.dialogue.slots.denial import still_meant
from voicebot.dialogue.slots.slot import Found, Problem
from voicebot.text.numbers import DIGITS, MYRIADS, PLACES

_SURE, _WITHOUT_WON, _BARE, _TINY = 0.95, 0.8, 0.75, 0.4
_TOO_MUCH = Decimal(MYRIADS["경"])
_SMALLEST_LIKELY = 10  # won; a bare 5 is rather the rest of a misheard amount

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?|[일이삼사오육칠팔구](?= ?[십백천만억원]))"
_GROUP = rf"(?:{_NUMBER}?천 ?)?(?:{_NUMBER}?백 ?)?(?:{_NUMBER}?십 ?)?{_NUMBER}?"
_AMOUNT = re.compile(
    rf"(?<![가-힣A-Za-z0-9.,-])(?P<lead>한|약|총)? ?"
    rf"(?P<number>(?=[\d일이삼사오육칠팔구십백천만억])(?:{_GROUP} ?억 ?)?(?:{_GROUP} ?만 ?)?{_GROUP})"
    r"(?P<won> ?원(?![가-힣])| ?원(?=[가-힣]))?"
)
_PART = re.compile(rf"({_NUMBER})|([십백천])|([만억])")
_VAGUE = re.compile("(?:몇|수|여러|[일이삼사오육칠팔구]) ?\\Z|[일이삼사오육칠팔구]{2}")
_COUNTED = re.compile(" ?(?:가지|명|개|번|장|건|점|포인트|마일|대|킬로|년|평|주|시간|분|달러|엔|유로|위안)")
_BEHIND = re.compile("권|어치|짜리|대|가량|이상|이하|미만|밖에|씩|돈|이 ?넘")


class _Money(NamedTuple):
    start: int
    end: int
    won: int
    certainty: float


@dataclass(frozen=True, slots=True)
class Amount:
    """Won, as a whole number from ``least`` to ``most``."""

    least: int | None = None
    most: int | None = None

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        text = heard.written
        named = still_meant(text, list(_named(text)))
        if not named and asked and (bare := _bare(text)):
            named = [bare]
        if len({money.won for money in named}) != 1:
            return None
        money = named[0]
        confidence = money.certainty * heard.confidence
        return Found(money.won, f"{money.won:,}원", confidence, money.start, money.end, self._problem(money.won))

    def _problem(self, won: int) -> Problem | None:
        if self.least is not None and won < self.least:
            return "low"
        return "high" if self.most is not None and won > self.most else None


def _named(text: str) -> Iterator[_Money]:
    """The amounts that are clearly money: with 원, or in ten thousands and no counter behind."""
    for match in _AMOUNT.finditer(text):
        number = match["number"].rstrip()
        end = match.end() if match["won"] else match.start("number") + len(number)
        won = won_of(number)
        if not number or won is None or _VAGUE.search(text[: match.start("number")][-3:]) or _VAGUE.match(number):
            continue
        if not (word_ends(text, end) or _BEHIND.match(text, end)):
            continue
        if match["won"]:
            yield _Money(match.start("number"), end, won, _SURE)
        elif number[-1] in "만억천백" and any(char in number for char in "만억"):
            if len(number) == 1 or _COUNTED.match(text, end):
                continue
            yield _Money(match.start("number"), end, won, _WITHOUT_WON)


def _bare(text: str) -> _Money | None:
    for start, end in cores(text):
        match = _AMOUNT.match(text, start)
        if (
            match
            and match["number"].strip()
            and match.start("number") + len(match["number"].rstrip()) == end
            and not _VAGUE.match(match["number"])
        ):
            won = won_of(match["number"])
            if won is not None:
                certainty = _BARE if won >= _SMALLEST_LIKELY else _TINY
                return _Money(match.start("number"), end, won, certainty)
    return None


def won_of(number: str) -> int | None:
    """``3만5천`` as 35000; None where it is no whole number of won."""
    total = group = Decimal(0)
    digits: Decimal | None = None
    for figure, place, myriad in _PART.findall(number):
        if figure:
            digits = Decimal(DIGITS[figure]) if figure in DIGITS else Decimal(figure.replace(",", ""))
        elif place:
            group += (1 if digits is None else digits) * PLACES[place]
            digits = None
        else:
            amount = group + (digits or 0)
            total += (amount or 1) * MYRIADS[myriad]
            group, digits = Decimal(0), None
    total += group + (digits or 0)
    if total >= _TOO_MUCH or total != total.to_integral_value():
        return None
    hundred_million = MYRIADS["억"]
    if total > hundred_million and 0 < total % hundred_million < MYRIADS["만"] and total % 1000 == 0:
        total += total % hundred_million * (MYRIADS["만"] - 1)  # 1억 2천 is said for 1억 2천만
    return int(total)
