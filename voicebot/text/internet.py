"""How e-mail and web addresses and file names are said: user01@gmail.co.kr, www.naver.com, 사진.jpg."""

from __future__ import annotations

import re

from voicebot.text.latin import said_word, spelled

_DOMAINS = "com|net|org|kr|io|co|me|tv|info|biz|app|shop|store|jp|cn|us|uk|de|fr|it|eu|dev|ai|edu|gov"
_FILE_TYPES = "jpe?g|png|gif|bmp|pdf|hwpx?|docx?|xlsx?|pptx?|txt|csv|zip|exe|apk|mp3|mp4|wav|html?|json|xml"

EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,12}")
URL = re.compile(
    rf"(?:https?://)?(?:[A-Za-z0-9-]{{1,63}}\.){{1,6}}(?:{_DOMAINS})(?![A-Za-z0-9-])(?::\d{{1,5}})?"
    r"(?:/[A-Za-z0-9/._~%?=&#+-]{0,200})?"
    r"|https?://[A-Za-z0-9/._~%?=&#:+-]{1,200}"
)
FILE_TYPE = re.compile(rf"\.({_FILE_TYPES})(?![A-Za-z0-9])", re.IGNORECASE)

_SAID_AS_WORDS = {
    "com": "컴", "net": "넷", "app": "앱", "shop": "샵", "store": "스토어", "info": "인포", "biz": "비즈",
}  # fmt: skip
_SECOND_LEVEL = frozenset(("co", "go", "or", "ac", "ne", "re", "pe"))  # as in co.kr
_MARKS = {
    ".": "닷", "@": "골뱅이", "/": "슬래시", "-": "대시", "_": "언더바", ":": "콜론", "?": "물음표", "=": "이퀄",
    "&": "앤드", "#": "샵", "%": "퍼센트", "+": "플러스", "~": "물결",
}  # fmt: skip
_SCHEME = re.compile("https?://")
_HOST = re.compile(r"(?:[^/?:@]*@)?(?P<host>[A-Za-z0-9.-]*)")
_PIECE = re.compile(r"[A-Za-z0-9]+|.")


def said_address(address: str) -> str:
    """``user01@gmail.co.kr`` as user영일 골뱅이 gmail 닷 씨오 닷 케이알.

    Names stay as they are written, for the voice to read; digits, signs, www and endings such as co.kr are said in
    Korean. The scheme of a web address is left out.
    """
    if scheme := _SCHEME.match(address):
        address = address[scheme.end() :]
    host = _HOST.match(address)
    start, end = host.span("host") if host else (0, 0)
    words = []
    for piece in _PIECE.finditer(address):
        ending = start <= piece.start() < end and _is_ending(address[start:end], piece.start() - start)
        words.append(_said_ending(piece[0]) if ending else _said_name(piece[0]))
    return " ".join(words)


def said_file_type(extension: str) -> str:
    """``jpg``, behind the dot, as 닷 제이피지."""
    return f"닷 {said_word(extension) or spelled(extension)}"


def _is_ending(host: str, at: int) -> bool:
    """Whether the label at ``at`` is www, the top-level domain, or a second level such as the co in co.kr."""
    labels = host[at:].split(".")
    if at == 0:
        return labels[0] == "www"
    return len(labels) == 1 or (len(labels) == 2 and labels[0] in _SECOND_LEVEL)


def _said_ending(label: str) -> str:
    return _MARKS.get(label) or _SAID_AS_WORDS.get(label.lower()) or spelled(label)


def _said_name(piece: str) -> str:
    return _MARKS.get(piece) or "".join(spelled(char) if char.isdecimal() else char for char in piece)
