"""From written to spoken Korean (text normalization), for the mouth: 35,000원 becomes 삼만 오천 원.

The scanner stops at every figure, sign and Latin word, and asks the readers of that first character, in order, what it
is. Words in Latin letters that are no abbreviation stay: a Korean voice reads them by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from voicebot.text.amounts import Said, agreeing, is_range, read_amount, read_money
from voicebot.text.endings import ends_counter, is_hangul
from voicebot.text.internet import EMAIL, FILE_TYPE, URL, said_address, said_file_type
from voicebot.text.latin import LETTER_NUMBER, WORD, said_word
from voicebot.text.numbers import digit_by_digit, native, sino
from voicebot.text.rewrite import Edit, Rewritten, composed, rewrite
from voicebot.text.telephone import grouped, is_telephone


def to_spoken(text: str) -> Rewritten:
    """Spell out in Hangul what a Korean voice would misread: numbers, units, abbreviations, addresses of the net."""
    scanned, offsets = composed(text)
    edits = _scan(scanned)
    if offsets is not None:
        edits = [Edit(offsets[edit.start], offsets[edit.end], edit.text) for edit in edits]
    return rewrite(text, edits)


_CANDIDATE = re.compile(r"[0-9A-Za-z₩￦$€£¥√(〜~∼–—.*#+−-]|정오")
_LATIN_RUN = re.compile("[A-Za-z]+")
_STANDS_APART = frozenset(")%")


def _scan(text: str) -> list[Edit]:
    edits: list[Edit] = []
    at = 0
    while candidate := _CANDIDATE.search(text, at):
        start = candidate.start()
        said = _read(text, start)
        if said is None:
            run = _LATIN_RUN.match(text, start)
            at = run.end() if run else start + 1
            continue
        before = text[start - 1 : start]
        joined = said.attached or before == "제" or not (before.isalnum() or before in _STANDS_APART)
        edits.append(Edit(start, said.end, said.text if joined or not before else f" {said.text}"))
        at = said.end
    return edits


def _read(text: str, start: int) -> Said | None:
    first = text[start]
    if first.isdecimal():
        readers = _AT_DIGIT
    elif first.isascii() and first.isalpha():
        readers = _AT_LETTER
    else:
        readers = _AT_SIGN[first]
    for reader in readers:
        if said := reader(text, start):
            return said
    return None


# ---- dates and times

_DATES = tuple(
    re.compile(form)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?![\d/-])",
        r"(?P<year>\d{4})\. (?P<month>\d{1,2})\. (?P<day>\d{1,2})\.?(?!\d)",
        r"(?P<year>\d{2})\.(?P<month>\d{2})\.(?P<day>\d{2})(?![\d.])",
        r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?!\d)",
        r"(?P<month>\d{1,2})/(?P<day>\d{1,2})(?=\([월화수목금토일]\))",
        r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)(?![\d-])",
    )
)
_MONTHS = {6: "유월", 10: "시월"}


def _date(text: str, start: int) -> Said | None:
    for form in _DATES:
        if match := form.match(text, start):
            parts = {name: int(value) for name, value in match.groupdict("").items() if value.isdecimal()}
            if 1 <= parts["month"] <= 12 and 1 <= parts.get("day", 1) <= 31:
                return Said(match.end(), _said_date(**parts))
    return None


def _said_date(month: int, year: int | None = None, day: int | None = None) -> str:
    said = [f"{sino(year)}년"] if year is not None else []
    said.append(_MONTHS.get(month) or f"{sino(month)}월")
    return " ".join([*said, f"{sino(day)}일"] if day is not None else said)


_WEEKDAY = re.compile(r"\((?P<day>[월화수목금토일])(?:[〜~∼–-](?P<last>[월화수목금토일]))?\)")


def _weekday(text: str, start: int) -> Said | None:
    """The day of the week behind a date: 15일(수)."""
    match = _WEEKDAY.match(text, start)
    if not match or (text[start - 1 : start] != "일" and not text[start - 1 : start].isdecimal()):
        return None
    last = f"부터 {match['last']}요일" if match["last"] else ""
    return Said(match.end(), f" {match['day']}요일{last}", attached=True)


_TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?![\d:])(?: ?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
)
_HALVES = {"a": "오전 ", "p": "오후 "}
_NOON_HOURS = 12


def _time(text: str, start: int) -> Said | None:
    match = _TIME.match(text, start)
    if not match:
        return None
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if hour > 24 or minute > 59 or second > 59:
        return None
    said = f"{native(hour) if 1 <= hour <= _NOON_HOURS else sino(hour)} 시"
    if minute or second:
        said += f" {sino(minute)} 분"
    if second:
        said += f" {sino(second)} 초"
    return Said(match.end(), _HALVES.get((match["half"] or "").lower(), "") + said)


_RATIO = re.compile(r"(\d{1,3})[:대](\d{1,3})(?![\d:]|\.\d)")


def _ratio(text: str, start: int) -> Said | None:
    """1:1 문의 and 1대1 문의."""
    match = _RATIO.match(text, start)
    return agreeing(text, match.end(), f"{sino(int(match[1]))} 대 {sino(int(match[2]))}") if match else None


def _noon(text: str, start: int) -> Said | None:
    before, end = text[start - 1 : start], start + len("정오")
    if is_hangul(before) or not ends_counter(text, end) or text[end : end + 3].strip()[:1].isdecimal():
        return None
    return Said(end, "열두 시")


# ---- numbers that number something

_TELEPHONE = re.compile(r"\(?(0\d{1,3})(?:\) ?|[-. ])?(\d{3,4})[-. ]?(\d{4})(?![\d-])|(1[568]\d\d)[- ](\d{4})(?![\d-])")
_CARD = re.compile(r"\d{4}([- ])\d{4}\1\d{4}\1\d{4}(?![\d-])")
_DASHED = re.compile(r"\d{1,16}(?:-\d{1,16}){1,5}(?![\d-])")
_DOTTED = re.compile(r"\d{1,16}(?:\.\d{1,16}){2,8}(?![\d])")
_LONGEST_LOT = 4  # a lot or house number such as 123-4; longer ones are dictated


def _telephone(text: str, start: int) -> Said | None:
    match = _TELEPHONE.match(text, start)
    if not match:
        return None
    digits = "".join(group for group in match.groups() if group)
    if not is_telephone(digits) or (text[start] == "(" and ")" not in match.group()):
        return None
    return _said_telephone(text, match.end(), digits)


def _said_telephone(text: str, end: int, digits: str) -> Said:
    groups = (grouped(digits) or digits).split("-")
    return agreeing(text, end, " ".join(digit_by_digit(group, zero="공") for group in groups))


def _card(text: str, start: int) -> Said | None:
    match = _CARD.match(text, start)
    if not match:
        return None
    return agreeing(text, match.end(), " ".join(map(digit_by_digit, match.group().split(match[1]))))


def _dashed(text: str, start: int) -> Said | None:
    """Lots and houses (123-4: 백이십삼 다시 사) and other numbers with dashes, digit by digit."""
    match = _DASHED.match(text, start)
    if not match:
        return None
    groups = match.group().split("-")
    is_lot = len(groups) == 2 and all(len(group) <= _LONGEST_LOT and group[0] != "0" for group in groups)
    if is_lot and is_range(text, start):
        return None
    said = " 다시 ".join(sino(int(group), gap="") if is_lot else digit_by_digit(group) for group in groups)
    return agreeing(text, match.end(), said)


def _dotted(text: str, start: int) -> Said | None:
    """Versions and network addresses: 1.2.3."""
    match = _DOTTED.match(text, start)
    return Said(match.end(), " 점 ".join(map(digit_by_digit, match.group().split(".")))) if match else None


# ---- letters and signs


def _email(text: str, start: int) -> Said | None:
    match = EMAIL.match(text, start)
    return agreeing(text, match.end(), said_address(match.group())) if match else None


def _url(text: str, start: int) -> Said | None:
    match = URL.match(text, start)
    if not match:
        return None
    address = match.group().rstrip(".?/")
    return agreeing(text, start + len(address), said_address(address))


def _file_type(text: str, start: int) -> Said | None:
    match = FILE_TYPE.match(text, start)
    if not match or not text[start - 1 : start].isalnum():
        return None
    return agreeing(text, match.end(), said_file_type(match[1]))


def _letter_number(text: str, start: int) -> Said | None:
    match = LETTER_NUMBER.match(text, start)
    said = said_word(match.group()) if match else None
    return agreeing(text, match.end(), said) if match and said else None


def _word(text: str, start: int) -> Said | None:
    match = WORD.match(text, start)
    said = said_word(match.group()) if match else None
    if not match or not said or _ENGLISH_BEHIND.match(text, match.end()):
        return None
    return agreeing(text, match.end(), said)


_ENGLISH_BEHIND = re.compile("['’]?[a-z]| [a-z]")  # I think: English, not an abbreviation

_UP_TO = re.compile(r"[〜~∼–—] ?(?=[\d₩￦$]|오전|오후|새벽|저녁|밤|낮)|-(?=\d?\d:\d\d)")
_CLOCK_TIME = re.compile(r":\d\d ?\Z")
_POINTS_IN_TIME = "년월일시분초)"


def _range(text: str, start: int) -> Said | None:
    """The sign between the two ends of a range, after an end that has its own unit: 5월10일(금)〜15일(수)."""
    sign = _UP_TO.match(text, start)
    before = text[max(0, start - 2) : start].rstrip(" ")[-1:]
    if not sign or not (before.isalnum() or before in _STANDS_APART):
        return None
    in_time = before in _POINTS_IN_TIME or _CLOCK_TIME.search(text, max(0, start - 9), start) is not None
    if sign[0] == "-" and not in_time:
        return None
    return Said(sign.end(), "부터 " if in_time else "에서 ", attached=True)


def _dash(text: str, start: int) -> Said | None:
    """The dash in a code such as B-12."""
    before, behind = text[start - 1 : start], text[start + 1 : start + 2]
    in_code = before.isascii() and before.isalpha() and behind.isdecimal()
    return Said(start + 1, " 다시 ", attached=True) if in_code else None


_KEY = re.compile("[*#](?=(?:을|를|표|키| ?버튼))")


def _key(text: str, start: int) -> Said | None:
    """Keys of a telephone: *를 눌러 주세요."""
    if not _KEY.match(text, start):
        return None
    star = "별" if text.startswith("*표", start) else "별표"
    return agreeing(text, start + 1, star if text[start] == "*" else "우물 정자")


_FROM_ABROAD = re.compile(r"\+82[- ]?0?(\d{1,2})[- ]?(\d{3,4})[- ]?(\d{4})(?![\d-])")


def _plus(text: str, start: int) -> Said | None:
    """A plus sign; a telephone number written for callers from abroad is said as it is dialled at home."""
    if (abroad := _FROM_ABROAD.match(text, start)) and is_telephone(number := "0" + "".join(abroad.groups())):
        return _said_telephone(text, abroad.end(), number)
    return Said(start + 1, "플러스 ") if text[start + 1 : start + 2].isdecimal() else None


_Reader = Callable[[str, int], Said | None]
_AT_DIGIT: tuple[_Reader, ...] = (
    _email, _url, _date, _time, _ratio, _telephone, _card, _letter_number, _dashed, _dotted, read_amount,
)  # fmt: skip
_AT_LETTER: tuple[_Reader, ...] = (_email, _url, _letter_number, read_money, _word)
_AT_SIGN: dict[str, tuple[_Reader, ...]] = {
    "정": (_noon,),
    "(": (_weekday, _telephone),
    ".": (_file_type,),
    "+": (_plus,),
    "-": (_range, _dash, read_amount),
    **dict.fromkeys("−√", (read_amount,)),
    **dict.fromkeys("₩￦$€£¥", (read_money,)),
    **dict.fromkeys("〜~∼–—", (_range,)),
    **dict.fromkeys("*#", (_key,)),
}
