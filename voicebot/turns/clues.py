"""What in a transcript tells whether more is coming: its last sounds, its last morphemes, a number half told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from kb.jamo import letters
from kb.korean import Morpheme, morphemes
from voicebot.text.numbers import DIGITS

TAIL_WORDS = 8  # what was said before them hardly tells how the sentence ends
_TAIL_CHARS = 120
_LONGEST_SOUND = 12  # letters
_SHORT_WORDS = 3
VERBAL_NOUNS = Path(__file__).parent / "verbal_nouns.txt"
_FUNCTION = frozenset("E J M I V".split())  # their form counts beside the tag
_CONNECTING = frozenset("EC ETM JKS JX".split())

_DIGIT = "".join(DIGITS)
_BEHIND_DIGITS = (
    "이?요|입니다|이?에요|이?예요|이?고요|이?거든요|인데요?|번이?요|번입니다|번|에|의|국에|은|는|이|가|을|를| ?다시"
)
_DICTATED = re.compile(
    rf"(?<![가-힣])(?P<digits>(?:[{_DIGIT}]{{1,8}}(?:에|의|국에)? (?:다시 |그리고 |어 |음 |그 )?)*[{_DIGIT}]{{1,16}}?)"
    rf"(?P<behind>{_BEHIND_DIGITS})?\Z"
)
_FEWEST_DIGITS = 3
_NUMERAL = re.compile("[영공일이삼사오육륙칠팔구십백천만억]+")
_OF_ADDRESS = re.compile("[가-힣]+(?:시|군|구|도|읍|면|동|리|로|길|번지)")
_ASKING = re.compile("(?:^| )(?:왜|뭐|뭘|무슨|무엇|언제|어디|어떻게|어떡|누가|누구|누군|얼마|몇|어느)")


def clues(transcript: str) -> Iterator[str]:
    """Names of what stands in ``transcript``, which is one turn so far, Hangul without punctuation."""
    all_words = transcript[-_TAIL_CHARS:].split()
    words = all_words[-TAIL_WORDS:]
    yield f"words {min(len(all_words), 6)}"
    if not words:
        return
    tail = " ".join(words)
    dictated = _DICTATED.search(tail)
    if dictated and (count := sum(char in _DIGIT for char in dictated["digits"])) >= _FEWEST_DIGITS:
        yield from _of_digits(dictated, count, alone=dictated.start() == 0)
        return
    if len(words) > 1 and _NUMERAL.fullmatch(words[-1]):
        yield from _of_numeral(words)
        return
    yield from _of_sound(words)
    yield from _of_morphemes(tail, len(all_words))


@cache
def verbal_nouns() -> frozenset[str]:
    """What can be done (취소, 조회), so that a curt caller may end with it; from the corpora, by gpu.train.turns."""
    return frozenset(VERBAL_NOUNS.read_text(encoding="utf-8").split()) if VERBAL_NOUNS.exists() else frozenset()


def _of_digits(dictated: re.Match[str], count: int, *, alone: bool) -> Iterator[str]:
    """Of a number that is being told: how many digits, of what kind of number, and what was said behind them."""
    digits = "".join(str(DIGITS[char]) for char in dictated["digits"] if char in DIGITS)
    kind = next((start for start in ("010", "01", "02", "0", "15", "16", "18") if digits.startswith(start)), "")
    behind = dictated["behind"] or ""
    yield "digits"
    yield f"digits behind {behind}"
    yield f"digits {count} {kind} {bool(behind)}"
    yield f"digits {count} {bool(behind)}"
    yield f"digits {count} {kind} {behind}"
    yield f"digits alone {alone} {bool(behind)}"


def _of_numeral(words: list[str]) -> Iterator[str]:
    """Of a number without what is counted: 삼만 오천 (원), or all there is of an address: 한누리대로 이천백삼십."""
    before, numeral = words[-2], words[-1]
    in_address = any(_OF_ADDRESS.fullmatch(word) for word in words[:-1])
    yield "numeral"
    yield f"numeral in address {in_address} {before[-1]}"
    yield f"numeral behind {before[-1]}"
    yield f"numeral behind numeral {bool(_NUMERAL.fullmatch(before))} {numeral[-1]}"
    yield f"numeral {len(numeral) > 1} {numeral[-1]} in address {in_address}"


def _of_sound(words: list[str]) -> Iterator[str]:
    """The last sounds, in letters, so that a misheard syllable takes few of them away."""
    sounds = "_".join(letters(word) for word in ["", *words[-3:]])
    for length in range(1, min(_LONGEST_SOUND, len(sounds)) + 1):
        yield f"sound {sounds[-length:]}"
    yield f"word {words[-1]}"
    if len(words) > 1:
        yield f"words {words[-2]} {words[-1]}"
    if len(words) <= _SHORT_WORDS:
        yield f"all {' '.join(words)}"
        yield f"alone {len(words)} {letters(words[-1])[-3:]}"


def _of_morphemes(tail: str, count: int) -> Iterator[str]:
    found = morphemes(tail)
    if found[-1].tag == "NNG" and found[-1].form in verbal_nouns():
        found = (*found[:-1], Morpheme(found[-1].form, "verbal"))
    named = [f"{form}/{tag}" for form, tag in found]
    shown = [name if tag[0] in _FUNCTION else tag for name, (_, tag) in zip(named, found, strict=True)]
    tags = [tag for _, tag in found]
    size = min(count, 4)
    for length in (1, 2, 3, 4):
        yield f"tags {' '.join(tags[-length:])}"
        yield f"shown {' '.join(shown[-length:])}"
    for length in (1, 2):
        yield f"named {' '.join(named[-length:])}"
    yield f"last {shown[-1]} {size}"
    yield f"last tags {' '.join(tags[-2:])} {size}"
    yield f"first {named[0]} last {shown[-1]}"
    for tag in {tag for tag in tags[:-1] if tag in _CONNECTING}:
        yield f"has {tag} last {tags[-1]}"
    if _ASKING.search(tail):
        yield f"asking {shown[-1]}"
        yield f"asking {' '.join(tags[-2:])}"
    predicates = sum(tag[0] == "V" or tag in ("XSV", "XSA") for tag in tags)
    yield f"predicates {min(predicates, 3)} last {shown[-1]}"
    for before, after in pairwise(tags[-5:]):
        yield f"near {before} {after}"
