"""What may follow a number or a counter in the same word: particles and the copula.

Korean picks many of them by sound: 이/가, 은/는, 을/를, 과/와, 으로/로 depend on whether the syllable before ends in a
consonant. A number followed by anything else is no number: 사과, 이상하네요, 삼촌.
"""

from __future__ import annotations

import re
from enum import Enum

_HANGUL_FIRST, _HANGUL_LAST = "가", "힣"
_FINALS = 28  # final consonants of a Hangul syllable, none included
_FINAL_RIEUL = 8

_ANY_SOUND = (
    "에|에서|에는|에도|에만|에선|에게|의|도|만|까지|부터|마다|밖에|보다|처럼|하고|씩|쯤|정도|가량|이상|이하|미만|초과|이내|남짓"
    "|짜리|어치|인|일|임|인[데가지줄][가-힣]{0,3}|일[까텐지걸][가-힣]{0,3}|입니[다까][가-힣]{0,2}"
    "|이에요|이예요|이었[가-힣]{1,4}|이거든요|이잖아요|이세요|이신[가데][가-힣]{0,2}"
)
_AFTER_CONSONANT = (
    "이|은|을|과|으로|으로는|으로도|으로만|이랑|이나|이라도|이든|이든지|이요|이여|이야|이고|이고요|이구|이구요|이지|이죠|이지요|이지만"
    "|이라|이란|이네|이네요|이다|이며|이면|이면요|이니|이니까|이니까요|이에"
    "|이(?:라[고구던는서며면니]|래|랬|냐|셨|시|십|더라)[가-힣]{0,4}"
)
_AFTER_VOWEL = (
    "가|는|를|와|로|로는|로도|로만|랑|나|라도|든|든지|요|예요|여요|야|고|고요|구|구요|지|죠|지요|지만"
    "|라|란|네|네요|다|며|면|면요|니까|니까요|거든요|잖아요"
    "|(?:라[고구던는서며면니]|래요|랬|냐고|였)[가-힣]{0,4}"
    "|이요|이고|이구요|이고요|이라고|이라서|이면|이야|이지|이죠|이네요|이다|이니까"  # written, and said, all the same
)
_AFTER_COUNTER = "당|째|(?<=명)이서|(?<=원)대|(?<=[년일])생"
_AFTER_TIME = (
    r"(?<=일)부로|(?<=[년월일분초주시간달])(?:전|후|뒤|내|말|초|중|중에|경)|(?<=[년월일분초주])간|(?<=[간달년월])반"
)


_AFTER_RIEUL = "로|로는|로도|로만"


class _Sound(Enum):
    """How a syllable ends, as far as particles care."""

    VOWEL = _AFTER_VOWEL
    RIEUL = f"{_AFTER_CONSONANT}|{_AFTER_RIEUL}"
    CONSONANT = _AFTER_CONSONANT


def _then_word_ends(*first: str) -> re.Pattern[str]:
    more = "|".join((_ANY_SOUND, _AFTER_CONSONANT, _AFTER_VOWEL))
    return re.compile(rf"(?:{'|'.join(first)})(?:{more}){{0,2}}(?![가-힣])")


_FOLLOWS_NUMBER = {sound: _then_word_ends(_ANY_SOUND, sound.value, "여") for sound in _Sound}
_FOLLOWS_COUNTER = {sound: _then_word_ends(_ANY_SOUND, sound.value, _AFTER_COUNTER, _AFTER_TIME) for sound in _Sound}
COPULA_AFTER_I = re.compile("에요|예요|요|고|구|야|라|지|죠|면|니|네|다|란|든|며|었|시|신|세요|거든|잖|랑|나|래|던")
"""What makes a syllable 이 in front of it the copula, not the digit 2: 오육칠팔이에요."""


def is_hangul(char: str) -> bool:
    """Whether ``char`` is a composed syllable; false for the empty string."""
    return _HANGUL_FIRST <= char <= _HANGUL_LAST


def ends_consonant(text: str) -> bool:
    """Whether the last syllable is closed (원, 팔); false where the text does not end in Hangul."""
    return is_hangul(text[-1:]) and _sound(text[-1]) is not _Sound.VOWEL


def ends_rieul(text: str) -> bool:
    """Whether the last syllable ends in ㄹ (칠, 서울), behind which 로 stands and not 으로."""
    return is_hangul(text[-1:]) and _sound(text[-1]) is _Sound.RIEUL


def _sound(syllable: str) -> _Sound:
    final = (ord(syllable) - ord(_HANGUL_FIRST)) % _FINALS
    return _Sound.VOWEL if final == 0 else _Sound.RIEUL if final == _FINAL_RIEUL else _Sound.CONSONANT


def ends_number(text: str, end: int) -> bool:
    """Whether a bare number can end at ``end``: the word ends there, or goes on with particles only."""
    if not is_hangul(text[end : end + 1]):
        return True
    return _FOLLOWS_NUMBER[_sound(text[end - 1])].match(text, end) is not None


def ends_counter(text: str, end: int) -> bool:
    """As ``ends_number``, for the end of a counter, after which 전, 당, 째 and the like may stand as well."""
    if not is_hangul(text[end : end + 1]):
        return True
    return _FOLLOWS_COUNTER[_sound(text[end - 1])].match(text, end) is not None


_NOTHING_MORE = re.compile(r"[가-힣]{0,4}[\s.,?!…]*\Z")


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the number from ``start`` to ``end`` is all that was said: an answer such as 삼만이요."""
    return says_no_more(text, end) and not text[:start].strip()


def says_no_more(text: str, end: int) -> bool:
    """Whether nothing follows the number that ends at ``end`` but a particle and punctuation."""
    return _NOTHING_MORE.match(text, end) is not None


_PARTICLE = re.compile("(?:이|은|는|을|를|으로)(?![가-힣])")
_CLOSED_FORM = {"이": "이", "은": "은", "는": "은", "을": "을", "를": "을", "으로": "으로"}
_OPEN_FORM = {"이": "가", "은": "는", "는": "는", "을": "를", "를": "를", "으로": "로"}


def agreeing_particle(said: str, text: str, at: int) -> tuple[int, str]:
    """The particle at ``at``, in the form that follows ``said``: where it ends in ``text``, and its form.

    Without a particle, or where ``said`` does not end in Hangul, the end is ``at`` and the form is empty. 가 and 로
    are left alone, for they are also parts of street names (종로 3가).
    """
    match = _PARTICLE.match(text, at)
    if not match or not is_hangul(said[-1:]):
        return at, ""
    open_sounds = (_Sound.VOWEL, _Sound.RIEUL) if match.group() == "으로" else (_Sound.VOWEL,)  # 칠로, 팔로
    closed = _sound(said[-1]) not in open_sounds
    return match.end(), (_CLOSED_FORM if closed else _OPEN_FORM)[match.group()]
