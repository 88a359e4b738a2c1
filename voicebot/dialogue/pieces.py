"""Answers that come in pieces, and numbers of which a piece was wrong."""

import re

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots import Correction


def orders_of(pieces: str, heard: Heard) -> list[Heard]:
    """What was heard with the pieces that came before it: a number goes on behind them, 오후요 belongs before 세 시."""
    if not pieces or _begins_anew(pieces, heard):
        return [heard]
    texts = (f"{pieces} {heard.spoken}", f"{heard.spoken} {pieces}", heard.spoken)
    return [Heard.of(text, confidence=heard.confidence, source=heard.source) for text in texts]


def _begins_anew(pieces: str, heard: Heard) -> bool:
    """Whether a number is told from its beginning again: 이공이육, and then 이공이육일일이이."""
    before, now = (re.sub(r"\D", "", text) for text in (Heard.of(pieces).written, heard.written))
    return bool(before) and len(now) > len(before) and now.startswith(before)


def mended(earlier: str, put_right: Correction) -> str | None:
    """The digits of ``earlier`` with the correction in them; None where it is not clear which are meant.

    A caller who only says the right digits, 아니 삼공일오예요, means those most like them, at the end if in doubt.
    """
    digits = re.sub(r"\D", "", earlier)
    if put_right.change:
        return put_right.change.applied_to(digits)
    if put_right.rest is None:
        return None
    right = re.sub(r"\D", "", put_right.rest.written)
    old = re.sub(r"\D", "", Heard.of(put_right.old).written)
    if not right or len(right) >= len(digits):
        return None
    if old and len(old) == len(right) and digits.count(old) == 1:
        return digits.replace(old, right)
    starts = range(len(digits) - len(right) + 1)
    wrong = {start: sum(a != b for a, b in zip(digits[start:], right, strict=False)) for start in starts}
    start = max(starts, key=lambda start: (-wrong[start], start))
    if wrong[start] > len(right) // 2:
        start = starts[-1]
    return digits[:start] + right + digits[start + len(right) :]
