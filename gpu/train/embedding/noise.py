"""What recognizers make of a sentence on a bad line: near sounds taken for each other, spaces elsewhere."""

import re

import numpy as np

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_NEAR_INITIALS = ("ㄱㄲㅋ", "ㄷㄸㅌ", "ㅂㅃㅍ", "ㅅㅆ", "ㅈㅉㅊ", "ㄴㄹㅁ", "ㅇㅎ", "ㄷㅈ", "ㄱㅂ")
_NEAR_VOWELS = ("ㅐㅔㅖ", "ㅓㅗ", "ㅡㅜ", "ㅚㅙㅞ", "ㅏㅓ", "ㅗㅜ", "ㅣㅟㅢ", "ㅕㅛ", "ㅏㅑ")
_NEAR_FINALS = ("ㄴㅇㅁ", "ㄱㅅㅂㄷ", "ㄹㄴ")
_MARKS = re.compile(r"[^가-힣0-9A-Za-z ]")

Random = np.random.Generator


def misheard(sentence: str, random: Random, rate: float = 0.1, spaces: float = 0.25) -> str:
    """The sentence with about ``rate`` of its syllables misheard and ``spaces`` of its spaces lost, without marks."""
    heard: list[str] = []
    for character in " ".join(_MARKS.sub(" ", sentence).split()):
        if character == " ":
            heard.append("" if random.random() < spaces else " ")
        elif "가" <= character <= "힣" and random.random() < rate:
            heard.append(_other_syllable(character, random))
        else:
            heard.append(character)
            if random.random() < spaces / 15:
                heard.append(" ")
    return "".join(heard)


def _other_syllable(syllable: str, random: Random) -> str:
    if random.random() < 0.08:
        return ""
    initial, rest = divmod(ord(syllable) - ord("가"), 588)
    vowel, final = divmod(rest, 28)
    letters = [_INITIALS[initial], _VOWELS[vowel], _FINALS[final]]
    place = random.choice(3, p=(0.35, 0.35, 0.3))
    near = (_NEAR_INITIALS, _NEAR_VOWELS, _NEAR_FINALS)[place]
    groups = [group for group in near if letters[place] and letters[place] in group]
    if groups:
        group = groups[int(random.integers(len(groups)))].replace(letters[place], "")
        letters[place] = group[int(random.integers(len(group)))]
    elif place == 2:
        letters[2] = "" if letters[2] else "ㄴ"
    index = (_INITIALS.index(letters[0]) * 21 + _VOWELS.index(letters[1])) * 28 + _FINALS.index(letters[2])
    return chr(ord("가") + index)
