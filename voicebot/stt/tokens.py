"""What the bundled recognizer spells: conjoining jamo, so that a sentence is its NFD form and back is NFC.

Unicode keeps a syllable's first, middle and last sounds apart (U+1100, U+1161, U+11A8 blocks), so the spelling has no
ambiguity: ``한`` is ㅎ-first ㅏ ㄴ-last, and composing them is :func:`unicodedata.normalize`.
"""

import unicodedata
from collections.abc import Iterable

FIRST = [chr(0x1100 + index) for index in range(19)]
MIDDLE = [chr(0x1161 + index) for index in range(21)]
LAST = [chr(0x11A8 + index) for index in range(27)]
TOKENS = (" ", *FIRST, *MIDDLE, *LAST)
BLANK = len(TOKENS)  # CTC's "nothing new here"; last, as sherpa-onnx and NeMo have it
_NUMBER = {token: number for number, token in enumerate(TOKENS)}


def encode(text: str) -> list[int]:
    """Token numbers of Hangul text; raises ``KeyError`` for a character the recognizer cannot spell."""
    return [_NUMBER[character] for character in unicodedata.normalize("NFD", text)]


def decode(numbers: Iterable[int]) -> str:
    """The text of token numbers; jamo that form no syllable stay as they are."""
    return unicodedata.normalize("NFC", "".join(TOKENS[number] for number in numbers))
