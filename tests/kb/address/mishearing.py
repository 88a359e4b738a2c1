"""Names as a recognizer gets them wrong: letters that are taken for others, and syllables written as they sound."""

from __future__ import annotations

from random import Random

_FIRST = ord("가")
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_SYLLABLES = 11_172

# Letter, and what is heard for it: tense and aspirated ones, vowels that lie side by side, nasals.
_INITIAL_FOR = {
    **{"ㄱ": "ㄲㅋㄷ", "ㄲ": "ㄱ", "ㅋ": "ㄱㅎ", "ㄷ": "ㄸㅌㄱ", "ㄸ": "ㄷ", "ㅌ": "ㄷㅋ", "ㅂ": "ㅃㅍ", "ㅃ": "ㅂ"},
    **{"ㅍ": "ㅂㅎ", "ㅈ": "ㅉㅊㄷ", "ㅉ": "ㅈ", "ㅊ": "ㅈㅌ", "ㅅ": "ㅆㅈ", "ㅆ": "ㅅ", "ㄴ": "ㄹㅁ", "ㅁ": "ㄴㅂ"},
    **{"ㄹ": "ㄴ", "ㅎ": "ㅇ", "ㅇ": "ㅎ"},
}
_VOWEL_FOR = {
    **{"ㅐ": "ㅔ", "ㅔ": "ㅐㅣ", "ㅓ": "ㅗㅏㅡ", "ㅗ": "ㅓㅜ", "ㅜ": "ㅡㅗ", "ㅡ": "ㅜㅓ", "ㅏ": "ㅓ", "ㅕ": "ㅓㅛ"},
    **{"ㅛ": "ㅗㅕ", "ㅑ": "ㅏ", "ㅠ": "ㅜ", "ㅣ": "ㅟㅔ", "ㅢ": "ㅣㅡ", "ㅘ": "ㅏㅗ", "ㅝ": "ㅓ", "ㅟ": "ㅣ"},
    **{"ㅚ": "ㅐㅔ", "ㅙ": "ㅚㅐ", "ㅞ": "ㅔㅚ", "ㅖ": "ㅔ", "ㅒ": "ㅐ"},
}
_FINAL_FOR = {
    **{"": ("ㄴ", "ㅇ"), "ㄴ": ("ㅇ", "ㅁ", ""), "ㅇ": ("ㄴ", "ㅁ", ""), "ㅁ": ("ㄴ", "ㅇ"), "ㄹ": ("", "ㄴ")},
    **{"ㄱ": ("", "ㅂ", "ㄷ"), "ㅂ": ("ㄱ", ""), "ㅅ": ("", "ㄱ"), "ㄷ": ("ㅅ", ""), "ㅌ": ("ㅅ",), "ㅍ": ("ㅂ",)},
    **{"ㅊ": ("ㅅ",), "ㅈ": ("ㅅ",), "ㅎ": ("",), "ㅆ": ("ㅅ",), "ㅄ": ("ㅂ",), "ㄺ": ("ㄱ",)},
}
_NASAL = {"ㄱ": "ㅇ", "ㄲ": "ㅇ", "ㅋ": "ㅇ", "ㄷ": "ㄴ", "ㅅ": "ㄴ", "ㅊ": "ㄴ", "ㅌ": "ㄴ", "ㅂ": "ㅁ", "ㅍ": "ㅁ"}
_TENSE = {"ㄱ": "ㄲ", "ㄷ": "ㄸ", "ㅂ": "ㅃ", "ㅅ": "ㅆ", "ㅈ": "ㅉ"}
_STOPS = "ㄱㄷㅂㅅㅈㅊㅌㅍㄲㅋ"
_SAID_FINALS = "ㄱㄴㄷㄹㅁㅂㅅㅈㅊㅋㅌㅍ"  # those that move to a vowel behind them


def misheard(name: str, random: Random, *, changes: int = 1) -> str:
    """``name`` with ``changes`` of its syllables heard wrong; as it is where it has no Hangul."""
    for _ in range(changes):
        places = [at for at, syllable in enumerate(name) if _parts(syllable)]
        if not places:
            break
        for at in random.sample(places, len(places)):
            if (other := _changed(name, at, random)) != name:
                name = other
                break
    return name


def _changed(name: str, at: int, random: Random) -> str:
    if at + 1 < len(name) and random.random() < 0.35:
        return _as_it_sounds(name, at)
    parts = _parts(name[at])
    assert parts
    initial, vowel, final = parts
    match random.choice(("initial", "vowel", "vowel", "final")):
        case "initial" if initial in _INITIAL_FOR:
            initial = random.choice(_INITIAL_FOR[initial])
        case "vowel" if vowel in _VOWEL_FOR:
            vowel = random.choice(_VOWEL_FOR[vowel])
        case "final" if final in _FINAL_FOR:
            final = random.choice(_FINAL_FOR[final])
    return name[:at] + _joined(initial, vowel, final) + name[at + 1 :]


def _as_it_sounds(name: str, at: int) -> str:
    """What two syllables that meet become: 정림 정님, 국문 궁문, 신라 실라, 종합은 종하븐, 국도 국또."""
    left, right = _parts(name[at]), _parts(name[at + 1])
    if not left or not right:
        return name
    final, initial = left[2], right[0]
    if final in _NASAL and initial in "ㄴㅁ":
        final = _NASAL[final]
    elif final in ("ㄴ", "ㄹ") and initial in ("ㄹ", "ㄴ"):
        final, initial = "ㄹ", "ㄹ"
    elif final and final in "ㅁㅇㄱㅂ" and initial == "ㄹ":
        final, initial = _NASAL.get(final, final), "ㄴ"
    elif final and final in _SAID_FINALS and initial == "ㅇ":
        final, initial = "", final
    elif final and final in _STOPS and initial in _TENSE:
        initial = _TENSE[initial]
    syllables = _joined(left[0], left[1], final) + _joined(initial, right[1], right[2])
    return name[:at] + syllables + name[at + 2 :]


def _parts(syllable: str) -> tuple[str, str, str] | None:
    index = ord(syllable) - _FIRST
    if not 0 <= index < _SYLLABLES:
        return None
    return _INITIALS[index // 588], _VOWELS[index % 588 // 28], _FINALS[index % 28]


def _joined(initial: str, vowel: str, final: str) -> str:
    return chr(_FIRST + (_INITIALS.index(initial) * 21 + _VOWELS.index(vowel)) * 28 + _FINALS.index(final))
