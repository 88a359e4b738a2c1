"""How near two words sound, for names that a recognizer got wrong: 환불 and 한불, 교환 and 교한."""

from __future__ import annotations

from functools import lru_cache

from kb.jamo import letters

_CONFUSED = 0.5  # a letter taken for one that sounds like it costs half a letter, and so does a dropped ㅎ
_HARDLY_HEARD = "ㅎ"
_PAIRS = """
ㄱㄲ ㄱㅋ ㄲㅋ ㄷㄸ ㄷㅌ ㄸㅌ ㅂㅃ ㅂㅍ ㅃㅍ ㅅㅆ ㅈㅉ ㅈㅊ ㅉㅊ ㅅㅈ ㄴㅇ ㄴㅁ ㅁㅇ ㄴㄹ ㄱㅇ
ㅏㅓ ㅓㅗ ㅗㅜ ㅓㅡ ㅜㅡ ㅔㅣ ㅔㅖ ㅏㅑ ㅓㅕ ㅗㅛ ㅜㅠ ㅏㅘ ㅓㅝ ㅔㅚ ㅣㅟ ㅣㅢ ㅡㅢ
"""
_SOUND_ALIKE = frozenset(frozenset(pair) for pair in _PAIRS.split())


def likeness(heard: str, meant: str) -> float:
    """1 for words that sound the same, down to about 0: letters in common, by edit distance."""
    return likeness_of_letters(letters(heard), letters(meant))


def likeness_of_letters(left: str, right: str, at_least: float = 0.0) -> float:
    """As ``likeness``, of words that ``kb.jamo.letters`` has taken apart; 0 where it is less than ``at_least``."""
    longest = max(len(left), len(right))
    if not longest:
        return 1.0
    farthest = (1 - at_least) * longest
    kinds, others = _kinds(left), _kinds(right)
    if _CONFUSED * max(len(kinds - others), len(others - kinds)) > farthest:
        return 0.0
    distance = _distance(left, right, farthest)
    return 0.0 if distance > farthest else 1 - distance / longest


@lru_cache(maxsize=1024)
def _kinds(word: str) -> frozenset[str]:
    return frozenset(word)


def _distance(left: str, right: str, farthest: float) -> float:
    """Levenshtein's, with half a step between letters that sound alike; above ``farthest`` any such number."""
    above = [0.0]
    for other in right:
        above.append(above[-1] + (_CONFUSED if other == _HARDLY_HEARD else 1.0))
    for letter in left:
        dropped = _CONFUSED if letter == _HARDLY_HEARD else 1.0
        here = [above[0] + dropped]
        for column, other in enumerate(right, start=1):
            cost = 0.0 if letter == other else _CONFUSED if frozenset((letter, other)) in _SOUND_ALIKE else 1.0
            missed = _CONFUSED if other == _HARDLY_HEARD else 1.0
            here.append(min(above[column] + dropped, here[-1] + missed, above[column - 1] + cost))
        above = here
        if min(above) > farthest:
            break
    return max(above[-1], min(above))
