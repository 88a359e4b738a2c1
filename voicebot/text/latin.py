"""How a Korean voice says what is written in Latin letters and signs: letters, abbreviations, units, currencies."""

from __future__ import annotations

import re

from voicebot.text.numbers import digit_by_digit

LETTERS = {
    "a": "에이", "b": "비", "c": "씨", "d": "디", "e": "이", "f": "에프", "g": "지", "h": "에이치", "i": "아이",
    "j": "제이", "k": "케이", "l": "엘", "m": "엠", "n": "엔", "o": "오", "p": "피", "q": "큐", "r": "알", "s": "에스",
    "t": "티", "u": "유", "v": "브이", "w": "더블유", "x": "엑스", "y": "와이", "z": "지",
}  # fmt: skip


def spelled(word: str) -> str:
    """``pdf`` as 피디에프, letter by letter and digit by digit."""
    return "".join(LETTERS.get(char.lower()) or (digit_by_digit(char) if char.isdecimal() else char) for char in word)


# ---- abbreviations

# Said otherwise than letter by letter, or not written in capitals.
_ABBREVIATIONS = {
    "wifi": "와이파이", "wi-fi": "와이파이", "ok": "오케이", "app": "앱", "pin": "핀", "sim": "심", "usim": "유심",
    "esim": "이심", "tv": "티비", "qr": "큐알", "q&a": "큐앤에이", "a/s": "에이에스", "id": "아이디", "u+": "유플러스",
    "lan": "랜", "ram": "램", "visa": "비자", "email": "이메일", "e-mail": "이메일", "k-pop": "케이팝", "zip": "집",
    "3g": "쓰리지", "4g": "포지", "5g": "파이브지", "3d": "쓰리디", "mp3": "엠피쓰리", "mp4": "엠피포",
}  # fmt: skip
_CAPITALS_ONLY = {"AM": "오전", "PM": "오후"}
_LONGEST_ABBREVIATION = 5  # longer runs of capitals are words that are shouted

WORD = re.compile("[A-Za-z][A-Za-z&/+-]{0,16}[A-Za-z+]|[A-Za-z]")
LETTER_NUMBER = re.compile("(?:[345]G|3D|[Mm][Pp][34])(?![A-Za-z0-9])")


def said_word(word: str) -> str | None:
    """An abbreviation as it is said (SMS, 5G, Wi-Fi); None for other words, which a Korean voice reads by itself."""
    known = _CAPITALS_ONLY.get(word) or _ABBREVIATIONS.get(word.lower())
    if known:
        return known
    short = word.isascii() and word.isalnum() and len(word) <= _LONGEST_ABBREVIATION
    return spelled(word) if short and word.isupper() else None


# ---- units and currencies

_UNITS = {
    "kg": "킬로그램", "g": "그램", "mg": "밀리그램", "t": "톤", "lb": "파운드", "oz": "온스",
    "km": "킬로미터", "m": "미터", "cm": "센티미터", "mm": "밀리미터", "ft": "피트", "yd": "야드", "inch": "인치",
    "km2": "제곱킬로미터", "m2": "제곱미터", "km²": "제곱킬로미터", "m²": "제곱미터", "cm²": "제곱센티미터",
    "ha": "헥타르", "m3": "세제곱미터", "m³": "세제곱미터", "cm³": "세제곱센티미터",
    "l": "리터", "mL": "밀리리터", "ml": "밀리리터", "kl": "킬로리터", "cc": "시시",
    "ms": "밀리초", "s": "초", "sec": "초", "min": "분", "h": "시간", "hr": "시간",
    "Hz": "헤르츠", "kHz": "킬로헤르츠", "MHz": "메가헤르츠", "GHz": "기가헤르츠", "rpm": "분당회전수",
    "W": "와트", "kW": "킬로와트", "kWh": "킬로와트시", "V": "볼트", "A": "암페어", "mA": "밀리암페어",
    "mAh": "밀리암페어시", "dB": "데시벨", "px": "픽셀",
    "B": "바이트", "kB": "킬로바이트", "MB": "메가바이트", "GB": "기가바이트", "TB": "테라바이트",
    "bps": "비피에스", "kbps": "킬로비피에스", "Mbps": "메가비피에스", "Gbps": "기가비피에스",
    "cal": "칼로리", "kcal": "킬로칼로리", "J": "줄", "kJ": "킬로줄", "N": "뉴턴", "Pa": "파스칼", "hPa": "헥토파스칼",
    "㎏": "킬로그램", "㎎": "밀리그램", "㎞": "킬로미터", "㎝": "센티미터", "㎜": "밀리미터", "ℓ": "리터",
    "㎖": "밀리리터", "㏄": "시시", "㎡": "제곱미터", "㎥": "세제곱미터", "㎐": "헤르츠", "㎑": "킬로헤르츠",
    "㎒": "메가헤르츠", "㎓": "기가헤르츠",
    "°": "도", "˚": "도", "%": "퍼센트", "％": "퍼센트", "%p": "퍼센트포인트", "‰": "퍼밀",
}  # fmt: skip
_UNITS_IN_ANY_CASE = {name.lower(): said for name, said in reversed(_UNITS.items())}


def _one_of(names: set[str] | dict[str, str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_UNIT = _one_of({form for name in _UNITS for form in (name, name.lower(), name.upper())})
UNIT = re.compile(rf" ?(?P<unit>{_UNIT})(?:/(?P<per>{_UNIT}))?(?![A-Za-z0-9])")
CELSIUS = re.compile(" ?(?:℃|[°˚]C)(?![A-Za-z])")
FAHRENHEIT = re.compile(" ?(?:℉|[°˚]F)(?![A-Za-z])")


def said_unit(unit: str, per: str | None) -> str:
    """The unit written ``unit``, or ``unit/per``: km/h is 킬로미터 퍼 시간."""
    said = _UNITS.get(unit) or _UNITS_IN_ANY_CASE[unit.lower()]
    return f"{said} 퍼 {said_unit(per, None)}" if per else said


CURRENCIES = {
    "₩": "원", "￦": "원", "KRW": "원", "$": "달러", "US$": "달러", "USD": "달러", "€": "유로", "EUR": "유로",
    "¥": "엔", "JPY": "엔", "£": "파운드", "GBP": "파운드", "CNY": "위안", "RMB": "위안", "CHF": "스위스 프랑",
    "HK$": "홍콩 달러", "HKD": "홍콩 달러", "C$": "캐나다 달러", "CA$": "캐나다 달러", "CAD": "캐나다 달러",
    "A$": "호주 달러", "AU$": "호주 달러", "AUD": "호주 달러", "NZ$": "뉴질랜드 달러", "NZD": "뉴질랜드 달러",
    "S$": "싱가포르 달러", "SGD": "싱가포르 달러", "NT$": "대만 달러", "TWD": "대만 달러", "SEK": "스웨덴 크로나",
    "THB": "태국 바트", "VND": "베트남 동", "PHP": "필리핀 페소", "INR": "인도 루피", "MYR": "말레이시아 링깃",
    "IDR": "인도네시아 루피아", "RUB": "러시아 루블",
}  # fmt: skip
CURRENCY = _one_of(CURRENCIES)
CURRENCY_CODE = re.compile(f" ?({_one_of({code for code in CURRENCIES if code.isalpha()})})(?![A-Za-z])")
