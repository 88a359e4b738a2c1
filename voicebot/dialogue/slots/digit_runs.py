"""Numbers read digit by digit, as they stand in written text: 3015, 010-1234-5678, 공하나둘삼, 2026 그리고 1122.

``to_written`` has written most of them as figures. Left as words are short ones (팔이요), native ones (하나 둘 셋) and
those that look like other words (삼삼오오).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from voicebot.dialogue.slots.around import HESITATION, cores, word_ends
from voicebot.dialogue.slots.denial import TAKEN_BACK, still_meant
from voicebot.text.endings import ends_consonant
from voicebot.text.numbers import DIGITS, read_sino

_NATIVE = {"하나": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "여덜": 8, "아홉": 9}
_VALUES = DIGITS | _NATIVE | {"제로": 0, "빵": 0}
_WORD = re.compile("|".join(sorted(_VALUES, key=len, reverse=True)))
_FIGURES = re.compile(r"\d+")
_START = re.compile(rf"(?<![가-힣A-Za-z0-9])(?=\d|[십백천]|{_WORD.pattern})")
_GLUE = re.compile(
    rf"(?:에|의|국에|국|이?[고구]요?|하고)?[ ,.\-–…]*(?:(?:{HESITATION}|네|예|다시|대시|하이픈|그리고|그 ?다음에?는?"
    rf"|다음에?는?"
    r"|뒤에는?|뒤는|뒷자리는?|빼기|작대기)[ ,.…]+)*"
)
_COPULA_GLUE = re.compile("이[고구]요?[ ,]")
_PLACED = re.compile(
    "[일이삼사오육칠팔구]?[십백천][일이삼사오육칠팔구십백천]*"
)  # 백일, which to_written takes for a word
_IN_FIGURE = re.compile(r"[,.-]\d")
_NUMBERED = re.compile("번(?![째지])")


class Run(NamedTuple):
    """``digits`` stand from ``start`` to ``end``; ``figures``: all of them as figures, not as words."""

    start: int
    end: int
    digits: str
    figures: bool


def runs(text: str) -> Iterator[list[Run]]:
    """The numbers in ``text``, each with its readings, likeliest first: 공하나둘이요 is 012, or 0122.

    A number with a counter behind it (3개, 15일) is none of these; with 번 it is.
    """
    at = 0
    while start := _START.search(text, at):
        readings = _readings(text, start.start())
        if readings:
            yield readings
        at = max((run.end for run in readings), default=start.end() + 1)


def bare_digits(text: str) -> Iterator[Run]:
    """The digits that are all there is in ``text``, but for what stands around an answer; likeliest first.

    팔이요 is 8, or 82.
    """
    for start, end in cores(text):
        pieces = list(_pieces(text, start, end))
        if pieces and pieces[-1][0] == end:
            digits = "".join(digits for _, digits, _ in pieces)
            yield Run(start, end, digits, all(figures for _, _, figures in pieces))


def meant(text: str, named: Sequence[Run], is_complete: Callable[[str], bool]) -> list[Run]:
    """Those of ``named`` that were not taken back; of a whole number only its end may be: 5679 아니 5678."""
    kept = still_meant(text, named)
    if len(kept) != 1 or is_complete(kept[0].digits):
        return kept
    last = kept[0]
    whole = [run for run in named if run.end <= last.start and is_complete(run.digits)]
    if not whole or len(last.digits) >= len(whole[-1].digits):
        return kept
    digits = whole[-1].digits[: -len(last.digits)] + last.digits
    return [Run(whole[-1].start, last.end, digits, figures=False)]


def corrected_end(text: str, at: int) -> Run | None:
    """A few digits, in words, that take back the last ones of the number that ends at ``at``: 9876 아니 오."""
    taken_back = TAKEN_BACK.search(text, at)
    bare = next(bare_digits(text[taken_back.end() :]), None) if taken_back else None
    if not taken_back or not bare:
        return None
    return bare._replace(start=bare.start + taken_back.end(), end=bare.end + taken_back.end())


def _placed(spoken: str) -> str | None:
    numerals = read_sino(spoken, 0)
    return str(numerals[-1].value) if numerals and numerals[-1].end == len(spoken) else None


def _readings(text: str, start: int) -> list[Run]:
    """Of the number at ``start``; nothing follows its word but particles and polite endings."""
    pieces = list(_pieces(text, start, len(text)))
    for count in range(len(pieces), 0, -1):
        end = pieces[count - 1][0]
        whole = _run(text, start, pieces[:count])
        shorter = _run(text, start, pieces[: count - 1]) if count > 1 else None
        word = text[shorter.end : end] if shorter else ""
        readings = []
        if _ends(text, end):
            readings.append(whole)
        if shorter and word in ("이", "일", "구") and word_ends(text, shorter.end):
            copula = word == "이" and (shorter.figures or ends_consonant(text[: shorter.end]))
            readings.insert(0 if copula or not readings else 1, shorter)
        if whole.figures and text.startswith("이", end) and word_ends(text, end):
            readings.append(Run(start, end + 1, f"{whole.digits}2", figures=False))
        if whole.figures and whole.digits[-1] == "2" and len(whole.digits) > 1 and text.startswith(("요", "에요"), end):
            readings.append(Run(start, end, whole.digits[:-1], figures=False))
        if readings:
            return readings
    return []


def _ends(text: str, end: int) -> bool:
    numbered = _NUMBERED.match(text, end)
    if _IN_FIGURE.match(text, end):
        return False
    return word_ends(text, numbered.end() if numbered else end)


def _run(text: str, start: int, pieces: list[tuple[int, str, bool]]) -> Run:
    return Run(start, pieces[-1][0], "".join(piece[1] for piece in pieces), all(piece[2] for piece in pieces))


def _pieces(text: str, start: int, limit: int) -> Iterator[tuple[int, str, bool]]:
    """Where each figure or digit word of a number ends, its digits, and whether it is a figure.

    A word joined to a figure counts it and is no digit: 25일.
    """
    at = start
    while at < limit:
        counts = at > start and text[at - 1].isdecimal()
        if figures := _FIGURES.match(text, at, limit):
            yield figures.end(), figures.group(), True
            at = figures.end()
        elif not counts and (placed := _PLACED.match(text, at, limit)) and (value := _placed(placed.group())):
            yield placed.end(), value, False
            at = placed.end()
        elif not counts and not _COPULA_GLUE.match(text, at) and (word := _WORD.match(text, at, limit)):
            yield word.end(), str(_VALUES[word.group()]), False
            at = word.end()
        else:
            glue = _GLUE.match(text, at, limit)
            if not glue or glue.end() == at or at == start:
                return
            at = glue.end()
