"""What is left of an address of which the caller takes something back: 백사십 아니다 사십, 반곡동 말고 소담동."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.address.numerals import NUMERAL
from kb.address.old_names import renamed
from kb.address.said import Number, Said

_SLIP = (
    r"(?:아니+(?:다|야|요|에요|예요|지|네|네요|구나)?|아뇨|아\s?참|아차|잠깐만?요?|잠시만?요?"
    r"|(?:제가\s)?잘못\s?[가-힣]+)"
)
_DENIAL = r"(?:아니라|아니고|아니구|말고|말구)(?:요|는|야)?"
_NEXT = rf"(?=[\s,.]|\Z|\d|{NUMERAL}{{2}})"  # a word of its own, or joined to the number behind it
_MARK = re.compile(
    rf"(?:(?:이|가|은|는|을|를|번지|번지가)?\s*{_DENIAL}{_NEXT}|(?<![가-힣]){_SLIP}{_NEXT}"
    rf"|(?<=[가-힣\d])아니(?:다|야)?{_NEXT}|아니다(?=[가-힣]))"
    rf"(?:[\s,.…]*(?:{_SLIP}|(?:(?:그게|그거|그것|이게|거기)(?:\s?(?:가|이))?\s*)?{_DENIAL}"
    rf"|정정할게요|[어음아]+|그+|저+|저기){_NEXT})*[\s,.…]*"
)
_OPENS = re.compile(rf"[\s,.]*(?:{_SLIP}|그게 아니라|그게 아니고)[\s,.…]+")
_NUMERALS = re.compile(rf"(?:{NUMERAL}+|[\d-]+)\s*\Z")
_WORD = re.compile(r"\S+")
_MOST = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A text put together of an utterance; ``places`` has for each of its characters where it stands there."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Reading:
        return cls(text, tuple(range(len(text))))

    @classmethod
    def of_parts(cls, *parts: Reading) -> Reading:
        return cls("".join(part.text for part in parts), tuple(at for part in parts for at in part.places))

    def cut(self, start: int, end: int | None = None) -> Reading:
        return Reading(self.text[start:end], self.places[start:end])

    def joined(self, other: Reading) -> Reading:
        between = " " if self.text and other.text and not self.text.endswith(" ") else ""
        places = self.places + self.places[-1:] * len(between) + other.places
        return Reading(self.text + between + other.text, places)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters ``start`` to ``end`` stand in the utterance."""
        inside = self.places[start:end]
        return min(inside), max(inside) + 1


def readings(text: str) -> list[Reading]:
    """What ``text`` may mean once what is taken back in it is gone, the likeliest first; itself where nothing is.

    The later words stand for the fewest of the earlier ones that they can: a number for a number, a name and a number
    for both, a detail beside what was said.
    """
    whole = _with_present_names(text)
    if opening := _OPENS.match(whole.text):
        whole = whole.cut(opening.end())
    found = [whole]
    while mark := _MARK.search(found[0].text):
        old, new = found[0].cut(0, mark.start()), found[0].cut(mark.end())
        found = _replaced(old, new) if old.text.strip() and new.text.strip() else [old.joined(new)]
    return found[:_MOST]


def _with_present_names(text: str) -> Reading:
    whole, reading, end = Reading.of(text), Reading("", ()), 0
    for start, old_end, name in renamed(text):
        place = Reading(name, (start, *(old_end - 1,) * (len(name) - 1)))
        reading, end = Reading.of_parts(reading, whole.cut(end, start), place), old_end
    return Reading.of_parts(reading, whole.cut(end))


def _replaced(old: Reading, new: Reading) -> list[Reading]:
    earlier, later = Said.of(old.text), Said.of(new.text)
    number = next((number for number in later.numbers if number.start == 0 and number.is_whole), None)
    numbers = [number for number in earlier.numbers if number.is_whole]
    if number and numbers:
        return _renumbered(old, numbers[-1], new, number)
    if number and (spelt := _NUMERALS.search(old.text)):
        return [old.cut(0, spelt.start()).joined(new)]
    if later.details and later.details[0].start == 0:
        return [old.joined(new)]  # of two details the later one is meant
    words = [word.start() for word in _WORD.finditer(old.text)]
    before = [start for start in words if not numbers or start < numbers[-1].start] or words[:1]
    kept = [old.cut(0, start).joined(new) for start in reversed(before)]
    if numbers and not later.numbers:  # the name was wrong, its number was not
        number_said = old.cut(numbers[-1].start)
        return [reading.joined(number_said) for reading in kept[: _MOST - 1]] + kept[:1]
    return kept


def _renumbered(old: Reading, said: Number, new: Reading, number: Number) -> list[Reading]:
    found = [old.cut(0, said.start).joined(new)]
    if not number.sub:
        rest = new.cut(number.end)
        if said.sub:
            found += [_with_number(old, said, f"{said.main}-{number.main}", rest)]
            found += [_with_number(old, said, f"{number.main}-{said.sub}", rest)]
        digits, last = str(said.main), str(number.main)
        if len(last) < len(digits) and not said.sub:  # 2140, 아니 46: 2146
            found += [_with_number(old, said, digits[: -len(last)] + last, rest)]
    return found


def _with_number(old: Reading, said: Number, figures: str, rest: Reading) -> Reading:
    place = old.places[said.start]
    number = Reading(figures, (place,) * len(figures))
    return old.cut(0, said.start).joined(number).joined(rest)
