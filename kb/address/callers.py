"""Addresses as callers say them, made by rule: to measure look-ups on a country whose callers nobody has recorded."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Literal, get_args

from kb.address.address import Address
from kb.address.evaluation import Case
from kb.address.numerals import spelt
from kb.address.sido import SIDO
from kb.address.sound import spell

Manner = Literal["whole", "with detail", "no city", "misheard", "misheard, no city", "lot", "building"]
MANNERS: tuple[Manner, ...] = get_args(Manner)

_FIRST, _VOWELS, _FINALS = ord("가"), 21, 28
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
# what a recognizer takes for one another on the telephone
_HEARD_AS: Mapping[str, str] = dict(
    zip("ㄱㅋㄷㅌㅂㅍㅈㅊㄴㄹㅅㅆㅁㅂㅎㅇ", "ㅋㄱㅌㄷㅍㅂㅊㅈㄹㄴㅆㅅㅂㅍㅇㅎ", strict=True)
)
_LAST_SYLLABLES = "로길"  # is never what was misheard: then nobody would take it for a road


def spoken(address: Address, manner: Manner, draw: random.Random) -> Case | None:
    """What a caller says for ``address``; None where it has no building's name, or no lot, to be said."""
    sido = SIDO[address.sido][-1] if address.sido in SIDO else address.sido
    city = address.sigungu.split()[-1] if address.sigungu else sido
    number = _number(address.main, address.sub)
    by_road: dict[str, str | int] = {"road": address.road, "main": address.main, "sub": address.sub}
    by_lot: dict[str, str | int] = {"bunji": f"{'산' * address.mountain}{_lot(address)}", "postcode": address.postcode}
    road = spell(address.road)
    match manner:
        case "whole":
            return Case(f"{sido} {address.sigungu} {road} {number}", by_road)
        case "with detail":
            detail = (
                f"{spelt(draw.randrange(101, 130))}동 {spelt(draw.randrange(1, 20) * 100 + draw.randrange(1, 9))}호"
            )
            return Case(f"{city} {road} {number} {detail}", by_road)
        case "no city":
            return Case(f"{road} {number}", by_road)
        case "misheard":
            return Case(f"{city} {_misheard(road, draw)} {number}", by_road)
        case "misheard, no city":
            return Case(f"{_misheard(road, draw)} {number}", by_road)
        case "lot" if address.jibun_main:
            place = " ".join(filter(None, (city, address.town, address.ri, "산" * address.mountain)))
            return Case(f"{place} {_number(address.jibun_main, address.jibun_sub)} 번지", by_lot)
        case "building" if address.building:
            return Case(f"{city} {address.town} {spell(address.building)}", {"building": address.building})
    return None


def _number(main: int, sub: int) -> str:
    return f"{spelt(main)} 다시 {spelt(sub)}" if sub else spelt(main)


def _lot(address: Address) -> str:
    return f"{address.jibun_main}-{address.jibun_sub}" if address.jibun_sub else str(address.jibun_main)


def _misheard(name: str, draw: random.Random) -> str:
    """With another initial in one of its syllables."""
    heard = [(at, _HEARD_AS.get(_initial(syllable))) for at, syllable in enumerate(name)]
    places = [(at, initial) for at, initial in heard if initial and name[at] not in _LAST_SYLLABLES]
    if not places:
        return name
    at, initial = draw.choice(places)
    rest = (ord(name[at]) - _FIRST) % (_VOWELS * _FINALS)
    return f"{name[:at]}{chr(_FIRST + _INITIALS.index(initial) * _VOWELS * _FINALS + rest)}{name[at + 1 :]}"


def _initial(syllable: str) -> str:
    return _INITIALS[(ord(syllable) - _FIRST) // (_VOWELS * _FINALS)]
