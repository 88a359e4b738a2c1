"""One of several options: by its name, another word for it, its number, or something that sounds like it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from kb.jamo import letters
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.around import lead_end
from voicebot.dialogue.slots.denial import still_meant
from voicebot.dialogue.slots.near import likeness_of_letters
from voicebot.dialogue.slots.order import places
from voicebot.dialogue.slots.slot import Found
from voicebot.text import to_written

_BY_NAME, BY_NUMBER, _BY_A_WORD, _UNASKED, _FEWEST_LETTERS = 0.95, 0.9, 0.8, 0.85, 3
_NEAR_ENOUGH = 0.78
_CLEARLY_NEARER = 0.08
_LONGEST_TAIL = 4  # syllables of particles and endings that a misheard name may carry
_NUMBER = re.compile(r"\d{1,4}(?!\d)")
_MOST_WORDS = 6
_WORD = re.compile("[가-힣A-Za-z0-9]+")


class Named(NamedTuple):
    start: int
    end: int
    option: str
    certainty: float


class _Spoken(NamedTuple):
    """One way to name an option, without spaces, and its letters; ``whole`` names are not mere parts of one."""

    option: str
    compact: str
    letters: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of ``options``, each with further words for it. Their order is the one in which they are read out.

    Of two options in one answer the later one is taken if it corrects the former; otherwise neither.
    """

    options: Mapping[str, Sequence[str]]
    _names: tuple[_Spoken, ...] = field(init=False, repr=False, compare=False)
    _numbers: Mapping[str, Sequence[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = {option: _NUMBER.findall(to_written(option).text) for option in self.options}
        object.__setattr__(self, "_numbers", numbers)
        object.__setattr__(self, "_names", tuple(_names(self.options)))

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        text = heard.written
        named = [] if heard.source == "dtmf" else self._by_name(text, asked=asked)
        if asked and heard.source == "dtmf":
            named = self._pressed(text)
        elif asked and not named:
            named = self._by_place(text) or self._by_number(text) or self._by_sound(text)
        named = still_meant(text, named)
        if len({choice.option for choice in named}) != 1:
            return None
        chosen = named[0]
        return Found(chosen.option, chosen.option, chosen.certainty * heard.confidence, chosen.start, chosen.end)

    def _pressed(self, keys: str) -> list[Named]:
        digits = keys.strip(" #*")
        place = int(digits) if digits.isdecimal() and len(digits) <= 2 else 0
        if not 0 < place <= len(self.options):
            return []
        return [Named(0, len(keys), list(self.options)[place - 1], 1.0)]

    def _by_name(self, text: str, *, asked: bool) -> list[Named]:
        """The options named in ``text``; of names inside one another, the longest. A part of a name only if asked."""
        compact, offsets = _compact(text)
        found: list[Named] = []
        for name in self._names:
            if not (name.whole or asked):
                continue
            at = compact.find(name.compact)
            while at >= 0:
                start, end = offsets[at], offsets[at + len(name.compact) - 1] + 1
                overlaps = any(start < other.end and other.start < end for other in found)
                if not overlaps and _stands_free(text, start, end):
                    certainty = _BY_A_WORD if not name.whole else _BY_NAME if asked else _UNASKED
                    found.append(Named(start, end, name.option, certainty))
                at = compact.find(name.compact, at + 1)
        return sorted(found)

    def _by_place(self, text: str) -> list[Named]:
        options = list(self.options)
        found = []
        for place in places(text, len(options)):
            holding = self._holding(place.number) if place.bare else []
            if len(holding) == 1:
                option = holding[0]  # 삼, of 1개월, 3개월 and 6개월
            elif holding:
                continue
            elif 0 < place.number <= len(options):
                option = options[place.number - 1]
            else:
                continue
            found.append(Named(place.start, place.end, option, BY_NUMBER))
        return found

    def _by_number(self, text: str) -> list[Named]:
        """Six, in whatever is counted: 6달 of 1개월, 3개월 and 6개월."""
        found = []
        for number in _NUMBER.finditer(text):
            holding = self._holding(int(number.group()))
            if len(holding) == 1:
                found.append(Named(number.start(), number.end(), holding[0], _BY_A_WORD))
        return found

    def _holding(self, number: int) -> list[str]:
        """The options with that number in their name."""
        return [option for option, numbers in self._numbers.items() if str(number) in numbers]

    def _by_sound(self, text: str) -> list[Named]:
        """The option that some words of the answer sound like, if no other one is nearly as near."""
        best: dict[str, Named] = {}
        apart = [letters(character) for character in text]
        names = [name for name in self._names if name.whole and len(name.letters) >= _FEWEST_LETTERS]
        for start, end in _stretches(text):
            syllables = end - start - text.count(" ", start, end)
            heard = ""
            for name in names:
                if abs(syllables - len(name.compact)) > 1:
                    continue
                heard = heard or "".join(apart[start:end])
                nearness = likeness_of_letters(heard, name.letters, _NEAR_ENOUGH)
                if nearness > (best[name.option].certainty if name.option in best else 0.0):
                    best[name.option] = Named(start, end, name.option, nearness)
        if not best:
            return []
        first, *others = sorted(best.values(), key=lambda named: -named.certainty)
        if others and first.certainty - others[0].certainty < _CLEARLY_NEARER:
            return []
        return [first._replace(certainty=first.certainty * _BY_A_WORD)]


def _names(options: Mapping[str, Sequence[str]]) -> Iterator[_Spoken]:
    """Longest first; words that several options share name none of them."""
    whole: dict[str, str] = {}
    for option, words in options.items():
        for word in (option, *words):
            for form in {word, to_written(word).text}:
                whole.setdefault(_compact(form)[0], option)
    parts: dict[str, set[str]] = {}
    for option, words in options.items():
        for part in _WORD.findall(option):
            parts.setdefault(part.lower(), set()).add(option)
        for word in words:
            if word.endswith("색"):
                parts.setdefault(word.removesuffix("색").lower(), set()).add(option)  # 까만 거
    found = [_Spoken(option, compact, letters(compact), whole=True) for compact, option in whole.items() if compact]
    found += [
        _Spoken(next(iter(owners)), part, letters(part), whole=False)
        for part, owners in parts.items()
        if len(owners) == 1 and len(part) > 1 and part not in whole and not part.isdecimal()
    ]
    return iter(sorted(found, key=lambda name: -len(name.compact)))


def _compact(text: str) -> tuple[str, list[int]]:
    """Without spaces and signs, in lower case, and where each character stood."""
    offsets = [at for at, char in enumerate(text) if char.isalnum()]
    return "".join(text[at].lower()[:1] for at in offsets), offsets


def _stands_free(text: str, start: int, end: int) -> bool:
    """Whether a name is not the middle or end of another word, nor a figure part of a longer one."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() and not (text[start].isdecimal() and not before.isdecimal()):
        return False
    return not (text[end - 1].isdecimal() and behind.isdecimal())


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Words, and words together, behind the hesitations, with and without what may be an ending."""
    words = [match.span() for match in _WORD.finditer(text, lead_end(text))]
    if len(words) > _MOST_WORDS:
        return  # in a long sentence something always sounds like a name
    for first in range(len(words)):
        for last in range(first, min(first + 3, len(words))):
            start, end = words[first][0], words[last][1]
            for cut in range(min(_LONGEST_TAIL + 1, words[last][1] - words[last][0])):
                yield start, end - cut
