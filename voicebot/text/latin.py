"""How a Korean voice says what is written in Latin letters and signs: abbreviations, units, money, addresses of the net."""

from __future__ import annotations

import re

LETTERS = {
    "a": "에이", "b": "비", "c": "씨", "d": "디", "e": "이", "f": "에프", "g": "지", "h": "에이치", "i": "아이",
    "j": "제이", "k": "케이", "l": "엘", "m": "엠", "n": "엔", "o": "오", "p": "피", "q": "큐", "r": "알", "s": "에스",
    "t": "티", "u": "유", "v": "브이", "w": "더블유", "x": "엑스", "y": "와이", "z": "지",
}  # fmt: skip

# Said as a word, whatever the case they are written in.
_WORDS = {
    "wifi": "와이파이", "wi-fi": "와이파이", "ok": "오케이", "app": "앱", "pin": "핀", "sim": "심", "usim": "유심", "esim": "이심",
    "tv": "티비", "qr": "큐알", "q&a": "큐앤에이", "a/s": "에이에스", "vip": "브이아이피", "id": "아이디", "pc": "피씨",
    "u+": "유플러스", "zip": "집", "lan": "랜", "visa": "비자", "faq": "에프에이큐", "email": "이메일", "e-mail": "이메일",
    "5g": "파이브지", "4g": "포지", "3g": "쓰리지", "3d": "쓰리디", "mp3": "엠피쓰리", "mp4": "엠피포", "k-pop": "케이팝",
    "gps": "지피에스", "sms": "에스엠에스", "ars": "에이알에스", "vs": "대", "no.": "넘버", "nfc": "엔에프씨", "kb": "케이비",
}  # fmt: skip
_LONGEST_ABBREVIATION = 5  # longer runs of capitals are words that are shouted

UNITS = {
    "kg": "킬로그램", "g": "그램", "mg": "밀리그램", "t": "톤", "lb": "파운드", "oz": "온스",
    "km": "킬로미터", "m": "미터", "cm": "센티미터", "mm": "밀리미터", "ft": "피트", "yd": "야드", "in": "인치", "inch": "인치",
    "l": "리터", "L": "리터", "ml": "밀리리터", "mL": "밀리리터", "kl": "킬로리터", "cc": "시시",
    "m2": "제곱미터", "m²": "제곱미터", "km2": "제곱킬로미터", "km²": "제곱킬로미터", "cm²": "제곱센티미터", "ha": "헥타르",
    "m3": "세제곱미터", "m³": "세제곱미터", "cm³": "세제곱센티미터",
    "ms": "밀리초", "s": "초", "sec": "초", "min": "분", "h": "시간", "hr": "시간",
    "Hz": "헤르츠", "kHz": "킬로헤르츠", "MHz": "메가헤르츠", "GHz": "기가헤르츠", "rpm": "분당회전수",
    "W": "와트", "kW": "킬로와트", "kWh": "킬로와트시", "V": "볼트", "A": "암페어", "mA": "밀리암페어", "mAh": "밀리암페어시",
    "B": "바이트", "kB": "킬로바이트", "KB": "킬로바이트", "MB": "메가바이트", "GB": "기가바이트", "TB": "테라바이트",
    "bps": "비피에스", "kbps": "킬로비피에스", "Mbps": "메가비피에스", "Gbps": "기가비피에스", "dB": "데시벨", "px": "픽셀",
    "cal": "칼로리", "kcal": "킬로칼로리", "J": "줄", "kJ": "킬로줄", "N": "뉴턴", "Pa": "파스칼", "hPa": "헥토파스칼",
    "㎏": "킬로그램", "㎎": "밀리그램", "㎞": "킬로미터", "㎝": "센티미터", "㎜": "밀리미터", "ℓ": "리터", "㎖": "밀리리터",
    "㏄": "시시", "㎡": "제곱미터", "㎥": "세제곱미터", "㎐": "헤르츠", "㎑": "킬로헤르츠", "㎒": "메가헤르츠", "㎓": "기가헤르츠",
    "°": "도", "˚": "도", "%": "퍼센트", "％": "퍼센트", "%p": "퍼센트포인트", "‰": "퍼밀",
}  # fmt: skip
_ANY_CASE = {name.lower(): said for name, said in reversed(UNITS.items())}
_UNIT = "|".join(re.escape(name) for name in sorted({*UNITS, *_ANY_CASE, *(n.upper() for n in UNITS)}, key=len, reverse=True))
UNIT = re.compile(rf" ?(?P<unit>{_UNIT})(?:/(?P<per>{_UNIT}))?(?![A-Za-z0-9])")
CELSIUS = re.compile(r" ?(?:℃|°C|˚C)(?![A-Za-z])")
FAHRENHEIT = re.compile(r" ?(?:℉|°F|˚F)(?![A-Za-z])")

CURRENCIES = {
    "₩": "원", "￦": "원", "KRW": "원", "$": "달러", "US$": "달러", "USD": "달러", "€": "유로", "EUR": "유로", "¥": "엔",
    "JPY": "엔", "£": "파운드", "GBP": "파운드", "CNY": "위안", "RMB": "위안", "HK$": "홍콩 달러", "HKD": "홍콩 달러",
    "CA$": "캐나다 달러", "C$": "캐나다 달러", "CAD": "캐나다 달러", "A$": "호주 달러", "AU$": "호주 달러", "AUD": "호주 달러",
    "S$": "싱가포르 달러", "SGD": "싱가포르 달러", "NT$": "대만 달러", "TWD": "대만 달러", "NZ$": "뉴질랜드 달러",
    "NZD": "뉴질랜드 달러", "CHF": "스위스 프랑", "SEK": "스웨덴 크로나", "THB": "태국 바트", "VND": "베트남 동",
    "PHP": "필리핀 페소", "INR": "인도 루피", "IDR": "인도네시아 루피아", "MYR": "말레이시아 링깃", "RUB": "러시아 루블",
}  # fmt: skip
CURRENCY_CODE = re.compile(rf" ?({'|'.join(code for code in CURRENCIES if code.isalpha() and code.isascii())})(?![A-Za-z])")
CURRENCY = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))

_TOP_DOMAINS = {"com": "컴", "net": "넷", "app": "앱", "shop": "샵", "info": "인포", "biz": "비즈", "store": "스토어", "www": "더블유더블유더블유"}
_SECOND_LEVEL = frozenset(("co", "go", "or", "ac", "ne", "re", "pe"))  # as in co.kr
_MARKS = {
    ".": "닷", "@": "골뱅이", "/": "슬래시", "-": "대시", "_": "언더바", ":": "콜론", "?": "물음표", "=": "이퀄", "&": "앤드",
    "#": "샵", "%": "퍼센트", "+": "플러스", "~": "물결",
}  # fmt: skip
_DOMAINS = "com|net|org|kr|io|co|me|tv|info|biz|app|shop|store|jp|cn|us|uk|de|fr|it|eu|dev|ai|edu|gov"
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,12}")
URL = re.compile(
    rf"(?:https?://)?(?:www\.)?(?:[A-Za-z0-9-]{{1,63}}\.){{1,6}}(?:{_DOMAINS})(?![A-Za-z0-9-])(?::\d{{1,5}})?(?:/[A-Za-z0-9/._~%?=&#+-]*)?"
    r"|https?://[A-Za-z0-9/._~%?=&#:+-]{1,200}"
)
_FILE_TYPES = "jpe?g|png|gif|bmp|pdf|hwpx?|docx?|xlsx?|pptx?|txt|csv|zip|exe|apk|mp3|mp4|wav|html?|json|xml"
FILE_TYPE = re.compile(rf"\.({_FILE_TYPES})(?![A-Za-z0-9])", re.IGNORECASE)
_PIECE = re.compile(r"[A-Za-z]+|\d+|.")
_DIGITS = "영일이삼사오육칠팔구"
WORD = re.compile(r"[A-Za-z][A-Za-z&/+-]*[A-Za-z+]|[A-Za-z]")
LETTER_NUMBER = re.compile(r"(?:\dG|3D|[Mm][Pp][34])(?![A-Za-z0-9])")


def spelled(word: str) -> str:
    """``pdf`` as 피디에프, letter by letter and digit by digit."""
    return "".join(LETTERS.get(char.lower()) or (_DIGITS[int(char)] if char.isdecimal() else char) for char in word)


def said_unit(unit: str, per: str | None) -> str:
    """The unit written ``unit``, or ``unit/per``: km/h is 킬로미터 퍼 시간."""
    said = UNITS.get(unit) or _ANY_CASE[unit.lower()]
    return f"{said} 퍼 {UNITS.get(per) or _ANY_CASE[per.lower()]}" if per else said


def said_word(word: str) -> str | None:
    """An abbreviation as it is said (SMS, 5G, Wi-Fi); None for other words, which a Korean voice reads by itself."""
    known = _WORDS.get(word.lower())
    if known:
        return known
    if word.isascii() and word.isupper() and word.isalnum() and len(word) <= _LONGEST_ABBREVIATION:
        return spelled(word)
    return None


def said_address(address: str) -> str:
    """An e-mail or web address: user01@gmail.co.kr is user영일 골뱅이 gmail 닷 씨오 닷 케이알.

    Names stay as they are written, for the voice to read; endings such as co.kr and signs are said in Korean.
    """
    address = re.sub(r"^https?://", "", address)
    host_end = re.search(r"[/:?]", address)
    host = address[: host_end.start()] if host_end else address
    labels = host.rpartition("@")[2].split(".")
    endings = {len(labels) - 1} | ({len(labels) - 2} if labels[-2:-1] and labels[-2] in _SECOND_LEVEL else set())
    words: list[str] = []
    label = 0
    in_host = "@" not in host
    joined = False
    for piece in _PIECE.findall(address):
        if piece in _MARKS:
            words.append(_MARKS[piece])
            joined = False
            if piece == "@":
                in_host = True
            elif piece == "." and in_host:
                label += 1
            elif piece in "/:?":
                in_host = False
            continue
        if in_host and (label in endings or piece == "www") and piece.isalpha():
            said = _TOP_DOMAINS.get(piece.lower()) or spelled(piece)
        else:
            said = spelled(piece) if piece.isdecimal() else piece
        if joined:
            words[-1] += said
        else:
            words.append(said)
        joined = True
    return " ".join(words)


def said_file_type(extension: str) -> str:
    """``.jpg`` as 닷 제이피지."""
    return f"닷 {_WORDS.get(extension.lower()) or spelled(extension)}"
