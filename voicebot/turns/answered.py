"""Whether a transcript answers what was asked: the eleventh digit ends a phone number, the tenth does not."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from kb.korean import morphemes
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import (
    Amount,
    Choice,
    Date,
    Digits,
    Found,
    FreeText,
    Name,
    OrderNumber,
    Phone,
    Slot,
    Time,
    YesNo,
)
from voicebot.dialogue.slots.address import AddressSlot, AnyAddress
from voicebot.dialogue.slots.key_menu import KeyMenu
from voicebot.text.endings import says_no_more

Answered = Literal[
    "full",  # a number that has all its digits
    "whole",  # an answer to which nothing is missing
    "growing",  # an answer as it stands, that may be the beginning of a longer one: 세 시 (반), 삼만 (오천 원)
    "short",  # a part of a number, of an address, of a date
    "no",  # no answer that the slot can judge
]

_FULL_PHONE = 11
_CLOSED_DETAIL = re.compile(r"[호층]\Z")
_FLAT_TO_COME = re.compile(r"\d동\s*\Z")  # 203동 (1004호)
_DIGITS_MISSING = 4  # at most, between one wanted length and the next
_POLITE = ("요", "니다", "죠")
_HANGING = frozenset("EC ETM JKS JKO JKG JC JX MAJ MM".split())
_POLITE_PARTICLES = frozenset(("요", "이요", "까지", "부터", "만", "도"))
_USUAL_NAME = 3
_OPENING_CHARS = 4  # before a yes or a no: 음, 아 그럼, 저는


def answered(slot: Slot, transcript: str, now: datetime) -> Answered:
    """How far ``transcript`` answers ``slot``, which was just asked. Around 0.1 ms but for addresses; never raises."""
    if isinstance(slot, FreeText) or not transcript.strip():
        return "no"
    heard = Heard.of(transcript)
    found = slot.find(heard, now, asked=True)
    if found is None or (isinstance(slot, YesNo) and found.start > _OPENING_CHARS):
        return "no"  # 주문한 게 아직 안 왔어 is no refusal
    behind = heard.written[found.end :].strip(" .,!?…")
    if behind and (not says_no_more(heard.written, found.end) or _hangs(transcript)):
        return "no"
    if found.problem:
        return "short" if _is_short(slot, found) and not behind.endswith(_POLITE) else "no"
    if isinstance(found.value, str) and found.value.isdecimal():
        said_all = behind.endswith(_POLITE) or not _has_longer(slot, found.value, now)
        return "full" if said_all else "growing"
    if isinstance(slot, AddressSlot | AnyAddress) and _FLAT_TO_COME.search(heard.written):
        return "short"
    if not behind and _hangs(transcript):
        return "no"
    is_open = not behind and _may_grow(slot, found, heard.written[found.start : found.end])
    return "growing" if is_open else "whole"


def key_lengths(slot: Slot | None) -> frozenset[int]:
    """How many keys an answer to ``slot`` may have; empty where any number will do, and a # or a pause ends them."""
    match slot:
        case Digits() | OrderNumber():
            return frozenset(slot.lengths)
        case Phone():
            return frozenset((_FULL_PHONE,))
        case YesNo() | KeyMenu():
            return frozenset((1,))
        case Choice():
            return frozenset((1,)) if len(slot.options) < 10 else frozenset()
        case _:
            return frozenset()


def _is_short(slot: Slot, found: Found) -> bool:
    """Whether more must come; ``digits`` says that of too many as well."""
    if found.problem == "partial":
        return True
    if found.problem != "digits":
        return False
    return len(str(found.value)) < max(key_lengths(slot), default=0)


def _has_longer(slot: Slot, digits: str, now: datetime) -> bool:
    """Whether more digits make a longer number that is as good: 02-345-6789(0), an order number of 8 or 12."""
    for more in range(1, _DIGITS_MISSING + 1):
        longer = slot.find(Heard.of(digits + "1" * more, source="typed"), now, asked=True)
        if longer and not longer.problem and len(str(longer.value)) == len(digits) + more:
            return True
    return False


def _may_grow(slot: Slot, found: Found, said: str) -> bool:
    match slot:
        case Amount():
            return not said.endswith("원")
        case Date():
            return said[-1:].isdecimal()
        case Time():
            return not said.endswith(("분", "반", "정각")) and "에서" not in said
        case Name():
            return len(str(found.value)) < _USUAL_NAME
        case AddressSlot() | AnyAddress():
            return not _CLOSED_DETAIL.search(said)
        case YesNo():
            return said == "아니"  # 아니 그게, or a curt no
        case _:
            return False


def _hangs(transcript: str) -> bool:
    """Whether the last morpheme ties what was said to something that is still to come: 내일은, 맞는데, 환불이."""
    last = morphemes(transcript)[-1]
    return last.tag in _HANGING and last.form not in _POLITE_PARTICLES
