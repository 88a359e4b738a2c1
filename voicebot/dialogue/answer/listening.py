"""An answer that was written to be read, laid out to be heard.

Numbers, units and telephone numbers stay as they are written: the mouth spells them out (``voicebot.text.to_spoken``).
What only the eye understands goes: lists become sentences, brackets and slashes become pauses, addresses of web pages
become 홈페이지.
"""

import re
import unicodedata
from dataclasses import dataclass

from voicebot.dialogue.answer.sentences import sentences
from voicebot.text.internet import EMAIL, URL
from voicebot.text.particles import settle_particles

ANSWER_CHARACTERS = 150
"""About 25 seconds of speech; who listens for longer has forgotten the beginning."""

_WEB_PAGE = "홈페이지"


@dataclass(frozen=True, slots=True)
class Cut:
    """``said`` are whole sentences that an ear can hold at once; ``rest`` is laid out too, and may be cut again."""

    said: tuple[str, ...]
    rest: str


def cut(text: str, characters: int = ANSWER_CHARACTERS) -> Cut:
    """As many sentences of ``text``, laid out, as fit into ``characters``, but at least one."""
    every = sentences(for_the_ear(text))
    length = count = 0
    for sentence in every:
        length += len(sentence) + 1
        if count and length > characters + 1:
            break
        count += 1
    return Cut(tuple(every[:count]), " ".join(every[count:]))


def for_the_ear(text: str) -> str:
    """``text`` as sentences in one line."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = settle_particles(_MARKDOWN_LINK.sub(r"\1", text))
    text = _open_brackets(_plain(_shorten_addresses(text)))
    return _tidy(" ".join(_item(line) for line in _lines(text)))


# ---- signs that are only seen

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f\U0001f000-\U0001faff\u2600-\u27bf]")
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_MARKDOWN = re.compile(r"\*\*|__|~~|`+|^ {0,3}#{1,6} +|^ {0,3}> ?|^[-*_=|: ]{3,}$|^ *\| *| *\| *$", re.MULTILINE)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_BETWEEN_WORDS = re.compile(
    r"(?<=[가-힣A-Za-z]) *[·ㆍ•∙] *(?=[가-힣A-Za-z])|(?<=[가-힣]) */ *(?=[가-힣A-Za-z\d])|/(?=[가-힣])| *\| *"
)
_PATH = re.compile(r"\s*(?:[>→⇒➔»]|-+>)\s*")
_ORNAMENTS = re.compile("[※★☆◆◇■□▶▷►▪○●◎◈☞ㅇ]+ ?(?=[가-힣A-Za-z0-9\"'(\\[])")
_QUOTES = re.compile('[「」『』《》〈〉“”"]')


def _plain(text: str) -> str:
    text = _TAG.sub(" ", _MARKDOWN.sub("", text))
    text = _BETWEEN_WORDS.sub(", ", _QUOTES.sub("", text))
    return _PATH.sub(", ", _ORNAMENTS.sub("", text))


# ---- addresses

_PARTICLE = r"(?P<particle>으로|은|는|이|가|을|를|과|와|로)?(?![가-힣])"
_OPEN_PAIRS = {
    "으로": "으로/로", "로": "으로/로", "은": "은/는", "는": "은/는", "이": "이/가", "가": "이/가",
    "을": "을/를", "를": "을/를", "과": "과/와", "와": "과/와",
}  # fmt: skip
_ADDRESS = re.compile(rf"[(\[]?(?<![@\w.])(?:{URL.pattern})[)\]]?(?:{_PARTICLE})?")
_SAME_TWICE = re.compile(r"(홈페이지|누리집|웹사이트|사이트)(?:(?:은|는|에서|인)?[\s,:]+|\s*[(\[]\s*)홈페이지\s*[)\]]?")


def _shorten_addresses(text: str) -> str:
    mails = [mail.span() for mail in EMAIL.finditer(text)]

    def shorten(found: re.Match[str]) -> str:
        if any(start < found.end() and found.start() < end for start, end in mails):
            return found.group()
        opening = found.group()[0] if found.group()[0] in "([" else ""
        return f" {opening and '('}{_WEB_PAGE}{opening and ')'}{_open(found['particle'])}"

    shortened = _ADDRESS.sub(shorten, text)
    return settle_particles(_SAME_TWICE.sub(r"\1", shortened)) if shortened != text else text


def _open(particle: str | None) -> str:
    """A particle as a pair whose form is settled by what now stands before it."""
    return f"({_OPEN_PAIRS[particle]})" if particle else ""


# ---- brackets

_BRACKETS = re.compile(
    rf"(?P<gap>\s*)[(\[{{（【]\s*(?P<inner>[^()\[\]{{}}（）【】\n]*?)\s*[)\]}}）】]"
    rf"(?:{_PARTICLE}|(?P<suffix>부터|까지|에서는?|에[는도]?|만|도)(?![가-힣]))?(?P<next>\s*)"
)
_WEEKDAY = re.compile("[월화수목금토일](?:[~〜∼–-][월화수목금토일])?")
# Brackets that stay while the others are opened.
_KEPT_OPENING, _KEPT_CLOSING = "\ue000", "\ue001"


def _open_brackets(text: str) -> str:
    while (opened := _BRACKETS.sub(_open_bracket, text)) != text:
        text = opened
    return settle_particles(text.replace(_KEPT_OPENING, "(").replace(_KEPT_CLOSING, ")"))


def _open_bracket(found: re.Match[str]) -> str:
    """고객센터(1588-1234)로 becomes 고객센터 1588-1234로, 쿠폰(할인권)은 쿠폰, 할인권은."""
    inner, gap = found["inner"], found["next"]
    behind_word = (found["particle"] or "") + (found["suffix"] or "")
    before, behind = found.string[: found.start()].rstrip(" ")[-1:], found.string[found.end() : found.end() + 1]
    if not inner:
        return behind_word + gap
    if _WEEKDAY.fullmatch(inner) and (before == "일" or before.isdecimal()):
        return f"{_KEPT_OPENING}{inner}{_KEPT_CLOSING}{behind_word}{gap}"
    has_figure = any(character.isdecimal() for character in inner)
    starts = not before or before in ".,!?:\n"
    is_remark = "(" in found.group() and not starts and not has_figure
    if found["suffix"] and is_remark:
        return f"{found['suffix']}, {inner}, "
    lead = found["gap"] if starts else " " if inner[0].isdecimal() else ", "
    if found["particle"]:
        return f"{lead}{inner}{_KEPT_OPENING}{_OPEN_PAIRS[found['particle']]}{_KEPT_CLOSING}{gap}"
    goes_on = gap.startswith(" ") and behind not in ("", *".,!?") and lead != " " and not found["suffix"]
    return f"{lead}{inner}{found['suffix'] or ''}{', ' if goes_on else gap}"


# ---- lists

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_ORDINALS = ("첫째", "둘째", "셋째", "넷째", "다섯째", "여섯째", "일곱째", "여덟째", "아홉째", "열째")
_INLINE_ITEM = re.compile(rf"\s*(?=[{_CIRCLED}])")
_NUMBERED = re.compile(rf"\s*(?:(?P<number>\d{{1,2}})(?:[.)]\s+|\)\s*)(?!\d)|(?P<circled>[{_CIRCLED}])\s*)")
_BULLET = re.compile(r"\s*(?:[-*+•·∙‣–—]\s+|[가나다라마바사아자차][.)]\s+)")
_ENDS = (".", "!", "?", "…", "。", ",")


def _lines(text: str) -> list[str]:
    return [line for line in _INLINE_ITEM.sub("\n", text).splitlines() if line.strip()]


def _item(line: str) -> str:
    """A line as a sentence; numbered ones say which they are."""
    said = line.strip()
    if numbered := _NUMBERED.match(line):
        number = int(numbered["number"]) if numbered["number"] else _CIRCLED.index(numbered["circled"]) + 1
        said = line[numbered.end() :].strip()
        said = f"{_ORDINALS[number - 1]}, {said}" if 1 <= number <= len(_ORDINALS) else said
    elif bullet := _BULLET.match(line):
        said = line[bullet.end() :].strip()
    said = said.rstrip(" :;,：；")
    return said if not said or said.endswith(_ENDS) else f"{said}."


_DOUBLED = re.compile(r"(?:\s*,)+(?=\s*[.,!?])|(?<=[.!?])\s*,")
_SPACE_BEFORE = re.compile(r"\s+(?=[.,!?])")


def _tidy(text: str) -> str:
    return " ".join(_SPACE_BEFORE.sub("", _DOUBLED.sub("", text)).split())
