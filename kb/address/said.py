"""What a caller said about a place: its syllables as they sound, and the numbers and the details (203동) in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kb.address.numerals import NUMERAL, value_of, value_of_words
from kb.address.sound import pieces
from kb.jamo import letters

Span = tuple[int, int]
"""The first, and the one behind the last."""

LONGEST_TEXT = 200
"""Characters that are looked at; whoever says more is not telling an address."""

_HESITATION = re.compile(r"(?<![가-힣\w])(?:[어음그저]+|저기|그러니까|그게)(?=[\s,.…]|\Z)")
_WITH = r"\s*(?:-|다시|대시|하이픈|에|의)\s*"  # between the parts of a number: 154 다시 42
_AFTER_VOWEL = "예요|고요?|구요|라고요?|라구요?|거든요?|죠|지요|네요|랑|야|로"  # 사고요, but 육이고요
_AFTER_ANY = rf"이?(?:요|에요)|이(?:{_AFTER_VOWEL})(?<!이로)|입니다|인데요?|맞[가-힣]{{1,4}}"
_IS = rf"이?(?:{_AFTER_VOWEL})|{_AFTER_ANY}"
_PARTICLE = "에서|에다가?|으로|로|까지|하고|쪽|앞|옆|안"
_ENDING = (
    rf"(?:(?:(?<=[이사오구\d지번동호층])(?:{_AFTER_VOWEL})|{_AFTER_ANY}|{_PARTICLE}|에)?(?![가-힣\d])"
    r"|으?로(?=부탁|바꿔|보내|변경|배송|배달|해[\s요]))"
)
_NAME_ENDING = re.compile(
    rf"(?:{_IS}|{_PARTICLE}|[은는이가을를에의도만])*(?:(?![가-힣A-Za-z])|(?<=로)(?=부탁|바꿔|보내|변경|배송|배달|해[\s요]))"
)
_ON_A_ROAD = rf"로\s*(?:\d|{NUMERAL})"  # 7로 20
_NOT_ELSEWHERE = rf"(?!\d|\s*(?:동|호|층|번?길|단지|{_ON_A_ROAD}))"
_SPELT_ENDS = rf"(?=\s*(?:번지|번)?{_ENDING})"
_SPELT = rf"{NUMERAL}+?"
_JOINED = rf"(?<=[로길동리])(?![이만](?!{NUMERAL}))"  # 반곡리삼칠팔, and not 길이
_SPELT_BEGINS = rf"(?:(?<![가-힣\d])|{_JOINED}|(?<=[\s동리]산))(?![공영])"
_NUMBER = re.compile(
    rf"(?:(?<![\d-])(?P<figures>\d{{1,5}})(?!\d)"
    rf"|{_SPELT_BEGINS}(?P<numeral>{_SPELT}(?:\s+(?!이[요에예고라]){_SPELT})*)(?:(?={_WITH})|{_SPELT_ENDS}))"
    rf"(?:{_WITH}(?:(?P<sub_figures>\d{{1,4}}){_NOT_ELSEWHERE}|(?P<sub_numeral>{_SPELT}){_SPELT_ENDS}(?!\s*[동호층])))?"
    rf"(?P<unit>\s*(?:번지|번))?(?!\s*(?:호|번?길|{_ON_A_ROAD}))"
)
_DETAIL = re.compile(
    r"(?P<below>지하\s*)?(?<!\d)(?P<floor>\d{1,3})\s*층"
    r"|(?<![\d-])(?P<wing>(?<![가-힣])\d{1,2}|\d{3,4}|(?<![가-힣A-Za-z])[A-Za-z가나다라마바사](?=\s*동\s*\d))"
    rf"\s*동(?=\s*\d|{_ENDING})"
    r"|(?<![\d-])(?P<room>[A-Za-z]?\d{1,5}(?:-\d{1,3})?)\s*호"
)
_SPELT_DETAIL = re.compile(
    rf"(?<![가-힣\d])(?:(?P<wing>{NUMERAL}+)\s*동\s*)?(?P<room>{NUMERAL}{{2,}})\s*호(?={_ENDING}|(?![가-힣]{{3}}))"
    rf"|(?<![가-힣\d])(?P<wing_alone>(?=[^동]*[백천]){NUMERAL}{{2,}})\s*동{_ENDING}"
    rf"|(?<![가-힣])(?P<below>지하\s*)?(?P<floor>{NUMERAL}+)\s*층(?={_ENDING}|(?![가-힣]{{3}}))"
)
_UNITS = (("wing", "동"), ("wing_alone", "동"), ("room", "호"), ("floor", "층"))
_MAY_BE_A_DIGIT = "이"
_RUN = re.compile(rf"{_SPELT_BEGINS}({NUMERAL}{{2,}})\s*([동호층])(?=\s|{_ENDING}|{NUMERAL}|\Z)")


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a building or a lot, with the characters it stands in; ``sub`` is 0 where none was said.

    ``gone_on`` are main and sub number where the beginning of an ending may be a digit: 백오십이요 is 150 or 152.
    ``is_whole``: no word goes on behind it, as in 2단지.
    """

    start: int
    end: int
    main: int
    sub: int
    gone_on: tuple[int, int] | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """Where in a building: ``unit`` is 동, 호 or 층, ``written`` 203동."""

    start: int
    end: int
    unit: str
    written: str


@dataclass(frozen=True, slots=True)
class Run:
    """Spelt ``numerals`` up to the unit of a detail, in which a number may have been run together with it."""

    start: int
    end: int
    numerals: str
    unit: str


@dataclass(frozen=True, slots=True)
class Said:
    """``sounds`` are the letters of each syllable; ``starts`` and ``ends`` the characters of ``text`` it comes from.

    Syllables that come from the same characters (all of 1839) are never parted. ``numbers``, ``details`` and ``runs``
    are in the order of the text, by characters.
    """

    text: str
    sounds: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    numbers: tuple[Number, ...]
    details: tuple[Detail, ...]
    runs: tuple[Run, ...]

    @classmethod
    def of(cls, text: str) -> Said:
        """Of text in NFC; of a long one, the beginning. Hesitation (어, 그러니까) is blanked."""
        text = fluent(text[:LONGEST_TEXT])
        syllables = [(start, end, syllable) for start, end, sound in pieces(text) for syllable in sound]
        details = tuple(_details(text))
        return cls(
            text,
            tuple(letters(syllable) for _, _, syllable in syllables),
            tuple(start for start, _, _ in syllables),
            tuple(end for _, end, _ in syllables),
            tuple(_numbers(text, details)),
            details,
            tuple(Run(run.start(), run.end(), run[1], run[2]) for run in _RUN.finditer(text)),
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

    def number_at(self, at: int) -> Number | None:
        """The number that the characters from ``at`` on say, though it may be joined to what is before it."""
        match = _NUMBER.match(self.text[at:])
        if match is None:
            return None
        number, _ = _number(match)
        return replace(number, start=number.start + at, end=number.end + at) if number.main else None

    def letters(self, first: int, last: int) -> str:
        """Of the syllables ``first`` to ``last``, which is not among them."""
        return "".join(self.sounds[first:last])

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The syllables that lie within the characters ``start`` to ``end``: first, and one behind the last."""
        inside = [at for at in range(len(self)) if start <= self.starts[at] and self.ends[at] <= end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


def overlap(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def fluent(text: str) -> str:
    """``text`` with blanks for hesitation (어, 그러니까), as long as before."""
    return _HESITATION.sub(lambda word: " " * len(word[0]), text)


def _numbers(text: str, details: tuple[Detail, ...]) -> Iterator[Number]:
    at = 0
    while match := _NUMBER.search(text, at):
        number, at = _number(match)
        if number.main and not any(number.start < detail.end and detail.start < number.end for detail in details):
            yield number


def _number(match: re.Match[str]) -> tuple[Number, int]:
    """The number, 0 where the numerals say none, and where others may begin."""
    text, end = match.string, match.end()
    main = int(match["figures"]) if match["figures"] else value_of_words(match["numeral"])
    sub = int(match["sub_figures"]) if match["sub_figures"] else value_of(match["sub_numeral"] or "")
    if main is None:  # 백십 이백삼: only the first is the number
        first = match["numeral"].split()[0]
        main, sub, end = value_of(first), 0, match.start("numeral") + len(first)
    gone_on = None
    if text.startswith(_MAY_BE_A_DIGIT, end) and (said := match["sub_numeral"] or match["numeral"]):
        longer = value_of(said.split()[-1] + _MAY_BE_A_DIGIT)
        gone_on = ((main or 0, longer) if sub else (longer, 0)) if longer else None
    is_whole = _NAME_ENDING.match(text, end) is not None
    return Number(match.start(), end, main or 0, sub or 0, gone_on, is_whole), end


def _details(text: str) -> Iterator[Detail]:
    found: list[Detail] = []
    for pattern in (_DETAIL, _SPELT_DETAIL):
        for match in pattern.finditer(text):
            for group, unit in _UNITS:
                if not (said := match.groupdict().get(group)):
                    continue
                value = said.upper() if pattern is _DETAIL else value_of(said)
                below = "지하 " if unit == "층" and match["below"] else ""
                end = text.index(unit, match.end(group)) + 1
                span = match.start("below") if below else match.start(group), end
                if value and not any(span[0] < other.end and other.start < span[1] for other in found):
                    found.append(Detail(span[0], span[1], unit, f"{below}{value}{unit}"))
    yield from sorted(found, key=lambda detail: detail.start)
