"""What a caller said about a place: its syllables as they sound, and the numbers and the details (203동) in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.address.numerals import NUMERAL, value_of, value_of_words
from kb.address.sound import pieces
from kb.jamo import letters

LONGEST_TEXT = 200
"""Characters that are looked at; whoever says more is not telling an address."""

_WITH = r"\s*(?:-|다시|대시|하이픈|에|의)\s*"  # between the two parts of a number: 154 다시 42
_NOT_ELSEWHERE = r"(?!\d|\s*(?:동|호|층|번?길|단지|로))"
_ENDING = (
    r"(?:이?요|이?에요|이?예요|입니다|이고요|인데요?|이?라고요?|으로|로|에|에서|이야|이죠|이거든요|네요)?(?![가-힣\d])"
)
_SPELT_ENDS = rf"(?=\s*(?:번지|번)?{_ENDING})"
_SPELT = rf"{NUMERAL}+?"
_SPELT_BEGINS = rf"(?:(?<![가-힣\d])|(?<=[로길])(?={NUMERAL}{{2}}))(?![공영])"
_NUMBER = re.compile(
    rf"(?:(?<![\d-])(?P<figures>\d{{1,5}})(?!\d)"
    rf"|{_SPELT_BEGINS}(?P<numeral>{_SPELT}(?: (?!이[요에예고라]){_SPELT})*)(?:(?={_WITH})|{_SPELT_ENDS}))"
    rf"(?:{_WITH}(?:(?P<sub_figures>\d{{1,4}}){_NOT_ELSEWHERE}|(?P<sub_numeral>{_SPELT}){_SPELT_ENDS}))?"
    rf"(?P<unit>\s*(?:번지|번))?(?!\s*(?:호|번?길|로\s*\d|로\s*{NUMERAL}))"
)
_NAME_ENDING = re.compile(
    r"(?:이?요|이?에요|이?예요|입니다|이고요?|인데요?|이?라고요?|[은는이가을를에의도만]|에서|으로|로|까지|앞|옆|안)*(?![가-힣A-Za-z])"
)
_DETAIL = re.compile(
    r"(?P<below>지하\s*)?(?<!\d)(?P<floor>\d{1,3})\s*층"
    r"|(?<![\d-])(?P<wing>(?<![가-힣])\d{1,2}|\d{3,4}|(?<![가-힣A-Za-z])[A-Za-z가나다라마바사](?=\s*동\s*\d))"
    rf"\s*동(?=\s*\d|{_ENDING})"
    r"|(?<![\d-])(?P<room>[A-Za-z]?\d{1,5}(?:-\d{1,3})?)\s*호"
)
_SPELT_DETAIL = re.compile(
    rf"(?<![가-힣\d])(?:(?P<wing>{NUMERAL}+)\s*동\s*)?(?P<room>{NUMERAL}{{2,}})\s*호(?![가-힣]{{3}})"
    rf"|(?<![가-힣])(?P<below>지하\s*)?(?P<floor>{NUMERAL}+)\s*층(?![가-힣]{{3}})"
)


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a building or a lot, with the characters it stands in; ``sub`` is 0 where none was said.

    ``may_go_on``: 백오십이요 is 150 with an ending, or 152. ``is_whole``: no word goes on behind it, as in 2단지.
    """

    start: int
    end: int
    main: int
    sub: int
    may_go_on: bool
    is_whole: bool

    @property
    def gone_on(self) -> tuple[int, int]:
        """Main and sub number if it does go on."""
        return (self.main, self.sub + 2) if self.sub else (self.main + 2, 0)


@dataclass(frozen=True, slots=True)
class Detail:
    """Where in a building: ``unit`` is 동, 호 or 층, ``written`` 203동."""

    start: int
    end: int
    unit: str
    written: str


@dataclass(frozen=True, slots=True)
class Said:
    """``sounds`` are the letters of each syllable; ``starts`` and ``ends`` the characters of ``text`` it comes from.

    Syllables that come from the same characters (all of 1839) are never parted. ``numbers`` and ``details`` are in the
    order of the text, by characters.
    """

    text: str
    sounds: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    numbers: tuple[Number, ...]
    details: tuple[Detail, ...]

    @classmethod
    def of(cls, text: str) -> Said:
        """Of text in NFC; of a long one, the beginning."""
        text = text[:LONGEST_TEXT]
        syllables = [(start, end, syllable) for start, end, sound in pieces(text) for syllable in sound]
        details = tuple(_details(text))
        return cls(
            text,
            tuple(letters(syllable) for _, _, syllable in syllables),
            tuple(start for start, _, _ in syllables),
            tuple(end for _, end, _ in syllables),
            tuple(_numbers(text, details)),
            details,
        )

    def __len__(self) -> int:
        return len(self.sounds)

    def may_part(self, at: int) -> bool:
        """Whether a name may begin or end before syllable ``at``."""
        return at in (0, len(self)) or self.starts[at] != self.starts[at - 1]

    def opens_word(self, at: int) -> bool:
        return self.may_part(at) and (self.starts[at] == 0 or not self.text[self.starts[at] - 1].isalnum())

    def closes_name(self, at: int) -> bool:
        """Whether what ends before syllable ``at`` may be a name: nothing is joined to it but particles and endings."""
        return _NAME_ENDING.match(self.text, self.ends[at - 1]) is not None

    def letters(self, first: int, last: int) -> str:
        """Of the syllables ``first`` to ``last``, which is not among them."""
        return "".join(self.sounds[first:last])

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The syllables that lie within the characters ``start`` to ``end``: first, and one behind the last."""
        inside = [at for at in range(len(self)) if start <= self.starts[at] and self.ends[at] <= end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _numbers(text: str, details: tuple[Detail, ...]) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        end = match.end()
        main = int(match["figures"]) if match["figures"] else value_of_words(match["numeral"])
        if main is None:  # 백십 이백삼: only the first is the number
            first = match["numeral"].split()[0]
            main, end = value_of(first), match.start("numeral") + len(first)
        sub = int(match["sub_figures"]) if match["sub_figures"] else value_of(match["sub_numeral"] or "")
        if main and not any(match.start() < detail.end and detail.start < end for detail in details):
            may_go_on = (sub or main) % 10 == 0 and text.startswith("이", end)
            yield Number(match.start(), end, main, sub or 0, may_go_on, _NAME_ENDING.match(text, end) is not None)


def _details(text: str) -> Iterator[Detail]:
    found: list[Detail] = []
    for pattern in (_DETAIL, _SPELT_DETAIL):
        for match in pattern.finditer(text):
            for group, unit in (("wing", "동"), ("room", "호"), ("floor", "층")):
                if not (said := match[group]):
                    continue
                value = said.upper() if pattern is _DETAIL else value_of(said)
                below = "지하 " if unit == "층" and match["below"] else ""
                end = text.index(unit, match.end(group)) + 1
                span = match.start("below") if below else match.start(group), end
                if value and not any(span[0] < other.end and other.start < span[1] for other in found):
                    found.append(Detail(span[0], span[1], unit, f"{below}{value}{unit}"))
    yield from sorted(found, key=lambda detail: detail.start)
