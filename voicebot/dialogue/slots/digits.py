"""Numbers that are told digit by digit: the last four of a card, a birth date, a customer's number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.around import sounds_finished
from voicebot.dialogue.slots.digit_runs import Run, bare_digits, corrected_end, meant, runs
from voicebot.dialogue.slots.slot import Found, Problem
from voicebot.text.telephone import is_telephone

_SURE, _IN_WORDS, _AS_AMOUNT, _UNASKED, _DOUBTFUL = 0.95, 0.85, 0.75, 0.7, 0.5
_AMOUNT = re.compile("(?<![가-힣])[일이삼사오육칠팔구]?[십백천만]")
_MORE_TO_COME = re.compile(r"(?:에|의|국에?|하고|다시|대시|이?고요?)? ?(?:그리고|그 ?다음|다음에|어+|음+|[-,.…])*\s*\Z")
_LIKELY_LENGTH = 6  # of a number in the middle of a sentence that nobody asked for
_LOOK_BACK = 12


@dataclass(frozen=True, slots=True)
class Digits:
    """A number of one of ``lengths`` digits, as a string.

    ``called`` is how callers name it (주문번호): a number behind such a word is taken without being asked for, too.
    """

    lengths: Sequence[int]
    called: Sequence[str] = ()
    _named: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = "|".join(" ?".join(word.split()) for word in self.called)
        pattern = re.compile(rf"(?:{words})[가-힣]{{0,3}}[ ,:]*(?:[어음그저에][ ,.…]+)*\Z") if words else None
        object.__setattr__(self, "_named", pattern)

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        text = heard.written
        if heard.source == "dtmf":
            return self._pressed(heard) if asked else None
        named = [run for readings in runs(text) if (run := self._reading(text, readings, asked=asked))]
        if named and (end := corrected_end(text, named[-1].end)):
            named.append(end)
        named = meant(text, named, lambda digits: len(digits) in self.lengths)
        if asked and not named and (bare := list(bare_digits(text))):
            named = [next((run for run in bare if len(run.digits) in self.lengths), bare[0])]
        run = self._best(text, named, asked=asked)
        if run is None:
            return None
        certainty = _SURE if run.figures else _IN_WORDS
        if _AMOUNT.search(heard.spoken):
            certainty = _AS_AMOUNT
        if not asked:
            certainty = min(certainty, _SURE if self._is_named(text, run) else _UNASKED)
        if len({other.digits for other in named if len(other.digits) in self.lengths}) > 1:
            certainty = _DOUBTFUL
        return self._judged(text, run, certainty * heard.confidence)

    def joined(self, earlier: Found, later: Found) -> Found:
        """A number told in pieces, over several turns; the offsets are those of the later piece."""
        digits = f"{earlier.value}{later.value}"
        problem = self._problem(digits, finished=later.problem != "partial")
        confidence = min(earlier.confidence, later.confidence)
        return replace(later, value=digits, written=digits, confidence=confidence, problem=problem)

    def _pressed(self, heard: Heard) -> Found | None:
        digits = "".join(filter(str.isdecimal, heard.written))
        if not digits:
            return None
        problem = self._problem(digits, finished="#" in heard.written)
        if problem and "#" in heard.written:
            problem = "digits"
        return Found(digits, digits, heard.confidence, 0, len(heard.written), problem)

    def _reading(self, text: str, readings: Iterable[Run], *, asked: bool) -> Run | None:
        """The reading whose length is wanted, else the likeliest; None where it need not be a number at all."""
        likely = [run for run in map(self._said_once, readings) if _is_number(text, run, asked=asked)]
        wanted = [run for run in likely if len(run.digits) in self.lengths]
        return next(iter(wanted or likely), None)

    def _said_once(self, run: Run) -> Run:
        """Callers say a number again to make sure: 삼공일오 네 삼공일오."""
        half = len(run.digits) // 2
        twice = run.digits[:half] == run.digits[half:] and len(run.digits) not in self.lengths
        return run._replace(digits=run.digits[:half]) if twice and half in self.lengths else run

    def _best(self, text: str, named: Sequence[Run], *, asked: bool) -> Run | None:
        called = [run for run in named if self._is_named(text, run)]
        wanted = [run for run in called or named if len(run.digits) in self.lengths]
        if not asked and not called:
            wanted = [run for run in wanted if len(run.digits) >= _LIKELY_LENGTH and not _is_phone(run)]
            return wanted[0] if wanted else None
        if wanted:
            return wanted[-1]
        return max(called or named, key=lambda run: len(run.digits), default=None)

    def _is_named(self, text: str, run: Run) -> bool:
        before = text[max(0, run.start - _LOOK_BACK) : run.start]
        return self._named is not None and self._named.search(before) is not None

    def _judged(self, text: str, run: Run, confidence: float) -> Found:
        finished = sounds_finished(text, run.end) or not _MORE_TO_COME.match(text, run.end)
        problem = self._problem(run.digits, finished=finished)
        return Found(run.digits, run.digits, confidence, run.start, run.end, problem)

    def _problem(self, digits: str, *, finished: bool) -> Problem | None:
        """``digits`` where one more or less was heard, ``partial`` where the caller may only have paused."""
        if len(digits) in self.lengths:
            return None
        wanted = min((length for length in self.lengths if length > len(digits)), default=None)
        if wanted is None or len(digits) - 1 in self.lengths or (finished and 2 * len(digits) > wanted):
            return "digits"
        return "digits" if wanted - len(digits) == 1 and len(digits) > 1 else "partial"


def _is_number(text: str, run: Run, *, asked: bool) -> bool:
    if run.figures:
        return True
    return len(run.digits) > 2 and (asked or any(char.isdecimal() for char in text[run.start : run.end]))


def _is_phone(run: Run) -> bool:
    return run.digits[0] == "0" and is_telephone(run.digits)
