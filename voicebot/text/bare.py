"""Numbers without a counter, as they are heard: 천팔백삼십구, 백이십삼 다시 사, 사분의 삼, 영."""

from __future__ import annotations

import re

from voicebot.text.counted import read_counted
from voicebot.text.counters import Found
from voicebot.text.dictation import DASH
from voicebot.text.doubts import is_guess, is_other_word, is_split
from voicebot.text.endings import COPULA_AFTER_I, ends_counter, ends_number, stands_alone
from voicebot.text.lookalikes import BARE, BARE_ALONE
from voicebot.text.numbers import DIGIT, MYRIADS, UNIT, Figure, Numeral, read_digits, read_sino


def read_bare(text: str, start: int, at: int, numerals: list[Numeral], minus: str = "") -> Found | None:
    """The number from ``at``; it must be long enough, or all that was said, to be believed."""
    if zeros := _zeros(text, start, at):
        return zeros
    for numeral in reversed(numerals):
        alone = stands_alone(text, start, numeral.end)
        if not alone and at < numeral.last_word == numeral.end - 1:
            continue  # 삼백 이 사람
        if numeral is not numerals[0] and _ends_in_particle(text, numeral, alone):
            continue
        if not alone and text[numeral.end - 1] in MYRIADS and text[numeral.end : numeral.end + 1] == " ":
            return None  # 백만 관객 reads better than 1000000 관객
        if ends_number(text, numeral.end) and (minus or _is_meant(text, at, numeral, alone)):
            return Found(start, numeral.end, f"{minus}{numeral.value}")
    return None


def read_bare_figure(text: str, start: int, figure: Figure) -> Found | None:
    """A decimal or a fraction without a counter."""
    if text[figure.end - 1] == "이":
        after_point = text[figure.end - 2] == "점" and not stands_alone(text, start, figure.end)
        if after_point or COPULA_AFTER_I.match(text, figure.end):
            return None  # 백 점이 나왔어요, 구십 점이에요
    return Found(start, figure.end, figure.text) if ends_number(text, figure.end) else None


_DASH = re.compile(f" ?(?:{DASH}) ?")
_DIGITS = re.compile(f"[{DIGIT}]{{2,}}(?![{UNIT}])")
_OF_A_LOT = re.compile(" ?(번지|호)")
_MOST_DASHES = 8


def read_dashed(text: str, start: int, first: Numeral) -> Found | None:
    """Numbers with 다시 between them: 백이십삼 다시 사 is 123-4, 이천이십육 다시 공일이 is 2026-012."""
    written, end = str(first.value), first.end
    for _ in range(_MOST_DASHES):
        dash = _DASH.match(text, end)
        behind = _behind_dash(text, dash.end()) if dash else None
        if not behind:
            break
        written, end = f"{written}-{behind.text}", behind.end
    if end == first.end:
        return None
    counter = _OF_A_LOT.match(text, end)
    if counter and ends_counter(text, counter.end()):
        return Found(start, counter.end(), written + counter[1], counter[1])
    return Found(start, end, written)


def _behind_dash(text: str, at: int) -> Figure | None:
    """The number at ``at``, digit by digit or not, if its word can end or go on with another dash."""
    digits = _DIGITS.match(text, at)
    figures = [Figure(digits.end(), read_digits(digits[0]))] if digits else []
    if digits and text[digits.end() - 1] == "이":
        figures.append(Figure(digits.end() - 1, figures[0].text[:-1]))
    figures += [Figure(numeral.end, str(numeral.value)) for numeral in reversed(read_sino(text, at))]
    for figure in figures:
        of_a_lot = _OF_A_LOT.match(text, figure.end) is not None
        if text[at : figure.end] in UNIT and not of_a_lot:
            return None  # 팔 다시만
        copula = text[figure.end - 1] == "이" and COPULA_AFTER_I.match(text, figure.end)
        if (of_a_lot or ends_number(text, figure.end) or _DASH.match(text, figure.end)) and not copula:
            return figure
    return None


_LEADING_ZEROS = re.compile(f"([영공]+)([{DIGIT}{UNIT}]+)")


def _zeros(text: str, start: int, at: int) -> Found | None:
    """Zeros said before a number, if that is all: 영영백이십삼 is 0 0 123."""
    zeros = _LEADING_ZEROS.match(text, at)
    if not zeros or not stands_alone(text, start, zeros.end()):
        return None
    behind = read_sino(text, zeros.end(1))
    if len(behind) < 2 or behind[-1].end != zeros.end():
        return None
    return Found(start, zeros.end(), " ".join([*"0" * len(zeros[1]), str(behind[-1].value)]))


def _ends_in_particle(text: str, numeral: Numeral, alone: bool) -> bool:
    """Whether the last 이 of a number is the copula or a particle: 오천이에요, 만이천이 부족해요."""
    if text[numeral.end - 1] != "이":
        return False
    follows_hundred = numeral.value % 100 == 2
    if text.startswith("예요", numeral.end):
        return follows_hundred  # 삼십이예요 is 32, but 오천이예요 is a misspelt 5000
    return COPULA_AFTER_I.match(text, numeral.end) is not None or (follows_hundred and not alone)


_ANSWER_ENDS = re.compile("이요|이에요|입니다|(?![가-힣])")
_SHORT_FOR_A_NAME = 4


def _is_meant(text: str, at: int, numeral: Numeral, alone: bool) -> bool:
    spoken = text[at : numeral.end]
    if is_other_word(text, spoken, numeral.end):
        return False
    if alone:
        return spoken not in BARE_ALONE and (len(spoken) > 1 or _ANSWER_ENDS.match(text, numeral.end) is not None)
    if len(spoken) == 1:
        return spoken not in "일이" and spoken not in UNIT and _is_range(text, numeral.end)
    if spoken in BARE or is_split(text, at, numeral.end) or is_guess(text, at, numeral.value):
        return False
    return spoken[1] not in "조경" or len(spoken) > _SHORT_FOR_A_NAME  # 구조, 이경백


_TO = re.compile("(?:에서|부터|내지) ")


def _is_range(text: str, end: int) -> bool:
    """Whether a counted number follows as the upper end of a range: 삼에서 오 일."""
    to = _TO.match(text, end)
    if not to:
        return False
    numerals = read_sino(text, to.end())
    return bool(numerals) and read_counted(text, to.end(), to.end(), numerals[-1], left="") is not None
