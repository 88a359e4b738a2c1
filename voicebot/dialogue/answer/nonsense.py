"""What no answer of a contact centre looks like, whatever the entries say."""

import re
import unicodedata
from functools import cache

from kb.korean import morphemes
from voicebot.dialogue.answer.prompt import wording

LONGEST_CHARACTERS = 240
"""Of a sentence that one can listen to."""

_LEAK_CHARACTERS = 14
"""So many characters in a row of the rules, spaces aside, are no chance."""

_MARKDOWN = re.compile(
    r"\*\*|__|~~|`|^\s*(?:#{1,6}|[-*+•]|\d{1,2}[.)])\s|^\s*>|\|.*\||\[[^\]]*\]\(|</?[A-Za-z가-힣][^<>]*>|&[a-z]+;|[{}]|https?:/{3}"
)
_ROLE_TALK = re.compile(
    r"(?:저는|저도|나는|난|제가|본인은)\s[^.]{0,20}(?:AI|인공지능|에이아이|모델|챗봇|챗지피티|GPT|어시스턴트)"
    r"|(?:AI|인공지능|언어)\s?(?:언어\s?)?모델(?:로서|이라|이므로|이기)"
    r"|프롬프트|시스템\s?(?:메시지|지시)|\bas an? (?:AI|language)",
    re.IGNORECASE,
)
_TALK_OF_SOURCES = re.compile(
    r"(?:자료|문서|데이터|컨텍스트|본문)(?:\s?\d+)?(?:에|에는|에서|의|를|에\s?따르면)(?:\s|$|,)"
)
_LATIN_WORDS = re.compile(r"(?:\b[A-Za-z]+(?:['’][a-z]+)?\b[\s,]*){3,}")
_LATIN_WORD = re.compile("[A-Za-z]+")
_REPEATED = re.compile(r"(.{2,30}?)\1{3,}|(\S{2,})(?:\s+\2){2,}")
_POLITE = ("요", "니다", "니까", "죠", "시오", "쇼", "소서", "세")


def nonsense(sentence: str, entries: str) -> str | None:
    """What is wrong with ``sentence``, or None; ``entries`` is all the text that it may have words from."""
    if len(sentence) > LONGEST_CHARACTERS:
        return "it goes on without end"
    if _MARKDOWN.search(sentence):
        return "it writes markup"
    if (found := _ROLE_TALK.search(sentence)) and found.group() not in entries:
        return "it talks about itself"
    if _TALK_OF_SOURCES.search(sentence) and not _TALK_OF_SOURCES.search(entries):
        return "it talks about its sources"
    if _is_leak(sentence, entries):
        return "it repeats its own rules"
    if _REPEATED.search(sentence):
        return "it says the same words again and again"
    if _is_foreign(sentence, entries):
        return "it does not speak Korean"
    return None if _is_polite(sentence) else "it is not polite"


def _is_foreign(sentence: str, entries: str) -> bool:
    own = _LATIN_WORD.sub(lambda word: "" if word[0] in entries else word[0], sentence)
    letters = [character for character in own if character.isalpha()]
    strange = [character for character in letters if not _is_korean(character) and not character.isascii()]
    if any(character not in entries for character in strange) or _LATIN_WORDS.search(own):
        return True
    return sum(map(_is_korean, letters)) < len(letters) / 2


def _is_korean(character: str) -> bool:
    return "가" <= character <= "힣"


@cache
def _rules() -> frozenset[str]:
    rules = _without_spaces(wording()["system"])
    return frozenset(rules[at : at + _LEAK_CHARACTERS] for at in range(len(rules) - _LEAK_CHARACTERS + 1))


def _is_leak(sentence: str, entries: str) -> bool:
    text, known = _without_spaces(sentence), _without_spaces(entries)
    pieces = (text[at : at + _LEAK_CHARACTERS] for at in range(len(text) - _LEAK_CHARACTERS + 1))
    return any(piece in _rules() and piece not in known for piece in pieces)


def _without_spaces(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def _is_polite(sentence: str) -> bool:
    """Whether its last ending is one that is used towards customers; a sentence that ends in a noun has none."""
    said = [
        morpheme for morpheme in morphemes(sentence) if not morpheme.tag.startswith("S") or morpheme.tag in ("SL", "SN")
    ]
    return not said or said[-1].tag != "EF" or said[-1].form.endswith(_POLITE)
