"""Addresses: 세종시 한누리대로 천팔백삼십구 이백삼동 천사호, 서울시청이요, 세종대로 백십 아니 백이십사."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from kb.address import AddressBook, Candidate
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.address_like import address_like
from voicebot.dialogue.slots.slot import Found, Problem

_BELIEVED = 0.5
_UNASKED = 0.8
_UNFINISHED = 0.65  # a road without its number is believed from here on, or beside a region
_CLEARLY_HEARD = 0.9
_FEW_CHARS = 6  # around a place that is named by very little: 네 서울이요
_ENDING_CHARS = 3
_LONG_REGION = 6  # characters: 서울시 강남구 is hardly said by accident
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the book makes of a form of what was heard, and where in the written one that stands."""

    candidate: Candidate
    start: int
    end: int
    left_over: int  # characters that it does not account for

    @property
    def is_plain(self) -> bool:
        """Whether nothing could be read better."""
        return self.candidate.missing == "none" and self.left_over <= _ENDING_CHARS

    @property
    def worth(self) -> tuple[bool, float, int]:
        return self.candidate.missing == "none", round(self.candidate.score, 1), -self.left_over


@dataclass(frozen=True, slots=True)
class AddressSlot:
    """An address of the book in its standard form, the detail behind a comma: ``서울특별시 중구 세종대로 110, 3층``.

    ``partial`` where the number is missing, or the region of a name that several places have; ``unknown`` where it
    looks like an address and the book has none such. A number that the book's road has not got is taken, as buildings
    are new, with so little confidence that it is confirmed. An address said in pieces is found in the pieces joined,
    and one put right in ``EARLIER 아니 LATER``: the book knows what is taken back.
    """

    book: AddressBook

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        if heard.source == "dtmf":
            return None
        reading = self._read(heard, asked)
        if reading is None or not _is_believed(reading):
            return _unknown(heard) if asked else None
        candidate = reading.candidate
        if candidate.missing == "road" and (unknown := _unknown(heard)) and _DIGITS.search(unknown.written):
            return unknown if asked else None
        if not asked and not _is_clear(candidate):
            return None
        problem: Problem | None = None if candidate.missing in ("none", "building") else "partial"
        written = _written(candidate)
        return Found(written, written, candidate.score * heard.confidence, reading.start, reading.end, problem)

    def _read(self, heard: Heard, asked: bool) -> _Reading | None:
        """The better of what is found in the text as it is written and as it was spoken.

        Written numbers are put together better, spoken ones are better kept apart: 이십 삼층 is written 23층.
        """
        found: list[_Reading] = []
        for text in dict.fromkeys((heard.written, heard.spoken)):
            if text is not heard.written and (not found or found[0].is_plain):
                break
            for candidate in self.book.search(text, limit=1, misheard=asked):
                start = candidate.start if heard.written.startswith(text[: candidate.start]) else 0
                tail = text[candidate.end :]
                end = len(heard.written) - (len(tail) if heard.written.endswith(tail) else 0)
                left_over = len(text) - (candidate.end - candidate.start)
                found.append(_Reading(candidate, min(start, end - 1), end, left_over))
        return max(found, key=lambda reading: reading.worth, default=None)


def _is_believed(reading: _Reading) -> bool:
    """Whether it is likely enough an address, and not a sentence that sounds like one here and there."""
    candidate = reading.candidate
    says_little = reading.left_over <= _FEW_CHARS
    match candidate.missing:
        case "none" | "building":
            by_sound = candidate.told == {"building"} and candidate.score < _CLEARLY_HEARD
            return candidate.score >= _BELIEVED and (says_little or not by_sound)
        case "number":
            return candidate.score >= _UNFINISHED or "region" in candidate.told
        case "road":
            return says_little or candidate.end - candidate.start >= _LONG_REGION
        case "region":
            return says_little or "building" not in candidate.told


def _is_clear(candidate: Candidate) -> bool:
    """Whether it is an address although nobody asked: with its number, or a building and its region."""
    tells = bool(candidate.told & {"number", "lot"}) or candidate.told >= {"building", "region"}
    return tells and candidate.missing == "none" and candidate.score >= _UNASKED


def _written(candidate: Candidate) -> str:
    address = candidate.address
    written = address.written
    if candidate.missing == "region":  # what the places that it may be have in common
        written = address.building if candidate.told == {"building"} else address.without_region
    return f"{written}, {candidate.detail}" if candidate.detail else written


def _unknown(heard: Heard) -> Found | None:
    if (told := address_like(heard.written)) is None:
        return None
    text = heard.written[slice(*told)].strip()
    return Found(text, text, _BELIEVED * heard.confidence, *told, "unknown")


_AS_TOLD = 0.7
_REST = re.compile(
    r"(?:[ ,]+(?!\d+번)(?:지하 ?)?[A-Za-z\d-]*\d+ ?(?:동|호|층|단지)?(?![가-힣]{2}\s)"
    r"|[ ,]+[가-힣A-Za-z\d]+(?:아파트|빌라|빌딩|타워|단지|마을|오피스텔|주택|맨션|상가))*"
)


@dataclass(frozen=True, slots=True)
class AnyAddress:
    """An address as it was said, for a scenario without an address book; without a number it is ``partial``."""

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        told = address_like(heard.written)
        if told is None or heard.source == "dtmf":
            return None
        start, end = told
        rest = _REST.match(heard.written, end)
        text = heard.written[start : rest.end() if rest else end].strip(" ,.")
        has_number = any(character.isdigit() for character in heard.written[start:end])
        if not asked and not (has_number and " " in heard.written[start:end]):
            return None
        problem: Problem | None = None if has_number else "partial"
        return Found(text, text, _AS_TOLD * heard.confidence, start, start + len(text), problem)
