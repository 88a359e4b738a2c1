"""Addresses while they are being said: each time one becomes clearer, its standard form for whoever writes it down."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assist.call_so_far import CallSoFar
from assist.helper import Sound
from kb.address import AddressBook, Candidate
from kb.address.said import Said
from voicebot.dialogue.slots.address_like import address_like
from voicebot.events import AddressNormalized, Event, Logged, TranscriptFinal, TranscriptPartial, TurnEnded

MOST_SHOWN = 3
KEPT_MS = 120_000  # how long what was said of an address waits for the rest of it
_LONGEST_CHARS = 160  # of what is kept; of more, the end
_CLEAR, _CLEAR_IN_REGION, _CLEARLY_NAMED = 0.8, 0.6, 0.9
_UNLISTED, _ROAD_CLEAR, _ONE_OF_FEW = 0.6, 0.75, 0.2
_SHORTEST_NAME = 4  # characters of a building that is named alone
_ROAD = re.compile("[로길]")
_FEW_CHARS = 8  # that a short answer has beside the address: 네 거기가 …요


class Addresses:
    """For the calls of a company; ``book`` is searched from any thread."""

    def __init__(self, book: AddressBook) -> None:
        self._book = book

    def open(self, call: CallSoFar, sound: Sound | None) -> AddressesOfCall:
        return AddressesOfCall(self._book)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the book makes of ``text``; nothing where it looks like an address that the book has not got."""

    text: str
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    @property
    def is_whole(self) -> bool:
        return self.best is not None and self.best.missing == "none"

    @property
    def worth(self) -> tuple[bool, float]:
        return self.is_whole, round(self.best.score, 1) if self.best else 0.0


class AddressesOfCall:
    """Says ``address_normalized`` when an address is told, and again when another one, or more of it, is meant.

    An address may be told by several people over several turns; what was said of it waits ``KEPT_MS`` for the rest.
    While somebody speaks, a number that may still go on is left out. ``candidates`` are empty where something looks
    like an address that the book has not got: of another country, or an unknown road.
    """

    def __init__(self, book: AddressBook) -> None:
        self._book = book
        self._kept: _Reading | None = None  # of the turns before
        self._kept_at_ms = 0
        self._shown: tuple[Any, ...] = ()

    def heard(self, logged: Logged) -> Sequence[Event]:
        match logged.event:
            case TranscriptPartial(_, turn, spoken, written):
                return self._read(logged, turn, spoken, written, is_over=False)
            case TurnEnded(turn, spoken, written, _, reason) if reason != "dtmf":
                return self._read(logged, turn, spoken, written, is_over=True)
            case TranscriptFinal(side, turn, spoken, written) if side != "caller":
                return self._read(logged, turn, spoken, written, is_over=True)
        return ()

    def tick(self, at_ms: int) -> Sequence[Event]:
        return ()

    def _read(self, logged: Logged, turn: int, spoken: str, written: str, *, is_over: bool) -> Sequence[Event]:
        if self._kept and logged.at_ms - self._kept_at_ms > KEPT_MS:
            self._kept, self._shown = None, ()
        texts = (spoken, written) if is_over else (_without_open_number(spoken),)
        found = self._found(texts)
        if found is None:
            return ()
        if is_over:
            self._kept, self._kept_at_ms = found, logged.at_ms
        return self._say(turn, found, is_over)

    def _say(self, turn: int, found: _Reading, is_over: bool) -> Sequence[Event]:
        """Nothing where it is what was said last; while somebody speaks, the best one decides."""
        shown = tuple(_key(candidate) for candidate in found.candidates) or ("unknown", found.text)
        if shown == self._shown or (not is_over and shown[:1] == self._shown[:1]):
            return ()
        self._shown = shown
        return (AddressNormalized(turn, found.text, tuple(as_fields(candidate) for candidate in found.candidates)),)

    # ---- reading

    def _found(self, texts: Sequence[str]) -> _Reading | None:
        """An address that is told, in this turn alone or together with what was said before; None where none is."""
        alone = self._best(texts)
        told = alone if alone and _is_address(alone) else None
        joined = self._joined(texts) if self._kept else None
        if joined and (told is None or not told.is_whole or self._completes(joined, told)):
            return joined
        if told or self._kept:
            return told
        is_like = address_like(texts[-1]) is not None
        return _Reading(texts[-1], ()) if is_like and _DIGITS & set(texts[-1]) else None

    def _completes(self, joined: _Reading, told: _Reading) -> bool:
        """Whether the turn goes on with an unfinished address, rather than tells another one."""
        assert self._kept
        return not self._kept.is_whole and joined.worth >= told.worth

    def _joined(self, texts: Sequence[str]) -> _Reading | None:
        """What was said before with this turn behind it, where that says more, or something else."""
        assert self._kept
        before = self._kept
        for text in texts:
            start = f"{before.text} "[-_LONGEST_CHARS:]
            found = self._search(start + text)
            best = found.best
            if best is None or best.end <= len(start) or _key(best) == (_key(before.best) if before.best else ()):
                continue
            if found.worth[0] >= before.worth[0] and (found.is_whole or _is_address(found)):
                return found
        return None

    def _best(self, texts: Sequence[str]) -> _Reading | None:
        """The better of what is found in a turn as it was spoken and as it is written."""
        readings = [self._search(texts[0])]
        if len(texts) > 1 and readings[0].worth < (True, _CLEAR):
            readings.append(self._search(texts[1]))
        return max(readings, key=lambda reading: reading.worth) if any(r.candidates for r in readings) else None

    def _search(self, text: str) -> _Reading:
        return _Reading(text, tuple(self._book.search(text, MOST_SHOWN)))


_DIGITS = frozenset("0123456789")


def _is_address(reading: _Reading) -> bool:
    """Whether somebody tells an address, and not something that sounds like one here and there."""
    best = reading.best
    assert best
    told = reading.text[best.start : best.end]
    says_little = len(reading.text) - len(told) <= _FEW_CHARS
    tells_where = "region" in best.told
    match best.missing:
        case "none" if best.told & {"number", "lot"}:
            return best.score >= (_CLEAR_IN_REGION if tells_where else _CLEAR)
        case "none":
            is_named = tells_where or bool(best.detail) or (says_little and len(told) >= _SHORTEST_NAME)
            return is_named and best.score >= (_CLEAR_IN_REGION if tells_where and best.detail else _CLEARLY_NAMED)
        case "building":
            return best.score >= _UNLISTED and (tells_where or says_little)
        case "number":
            is_road = _ROAD.search(told) is not None
            return is_road and best.score >= (_CLEAR_IN_REGION if says_little else _ROAD_CLEAR)
        case "region":
            is_named = says_little and len(told) >= _SHORTEST_NAME and best.score >= _ONE_OF_FEW
            return is_named or bool(best.told & {"number", "lot"})
        case "road":
            return says_little and " " in told.strip()


def _without_open_number(text: str) -> str:
    """``text`` without a number at its end, which the next words may change: 천팔백 of 천팔백삼십구."""
    numbers = Said.of(text).numbers
    if numbers and numbers[-1].end >= len(text.rstrip()):
        return text[: numbers[-1].start]
    return text


def _key(candidate: Candidate) -> tuple[str, ...]:
    return candidate.address.written, candidate.address.jibun_written, candidate.detail, candidate.missing


def as_fields(candidate: Candidate) -> dict[str, Any]:
    """A candidate as ``address_normalized`` has it."""
    address = candidate.address
    return {
        "road": address.written,
        "postcode": address.postcode,
        "jibun": address.jibun_written,
        "building": address.building,
        "detail": candidate.detail,
        "score": candidate.score,
        "missing": candidate.missing,
    }
