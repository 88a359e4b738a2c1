"""A caller puts right what was understood: 아니 삼공일오예요, 그게 아니라 화요일이요, 끝자리가 팔이 아니라 구예요."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.denial import TAKEN_BACK
from voicebot.dialogue.slots.digit_runs import bare_digits, runs
from voicebot.dialogue.slots.verdicts import VERDICT, syllables_beside
from voicebot.text.telephone import grouped

_OPENS = re.compile(
    rf"\s*(?:(?:[어음아에그저]+|저기요?|잠깐만요?|잠시만요?|죄송한데요?|죄송해요|죄송합니다|미안한데요?|네"
    rf"|예)[\s,.…]+)*(?P<mark>(?:(?:{TAKEN_BACK.pattern}"
    r"|(?:그게|그거|그것|그건|이게|저게|아까 ?(?:그거|거|건)|방금 ?(?:그거|거)) ?(?:말고요?|말구요?|아니[라고구]요?"
    r"|아니에요|아닌데요?)"
    r"|(?:수정|정정|변경)[가-힣]*|바꿀게요|취소하고요?|다시[ 가-힣]{0,4}(?:드릴게요|할게요|드리면|하면)|아 ?맞다"
    r"|제가 잘못 \S+|(?:번호|날짜|시간|주소|이름)(?:를|을|가|이)? ?(?:틀[렸리][가-힣]+"
    r"|잘못(?: ?[가-힣]+)?))[\s,.…]*)+)"
)
_MIDDLE = re.compile(
    r"(?P<old>\S[^,.]*?)(?P<mark>(?:이|가|은|는|을|를)? ?(?:아니라|아니고|아니구|말고|말구)(?:요|는)?[\s,]+(?:저기 "
    r"|그 )?|[\s,]+(?:아니+|아니요|아뇨|아 ?참|아차)[\s,.…]+)(?P<new>\S.*)\Z"
)
_BEHIND = re.compile(r"(?P<new>\S.*?(?:요|다|로|으로))[\s,.]+(?P<old>\S+(?: \S+)?) ?(?:말고|말구)(?:요|는)?[\s.]*\Z")
_CHANGE = re.compile(r"(?P<new>\S.*?)(?:으로|로) ?(?:바꿔|변경|수정|고쳐|정정|바꿀)[가-힣 ]*\Z")
_PLACE = re.compile(
    r"(?:(?P<last>(?:맨|제일)? ?(?:끝|마지막|뒷|뒤)(?:에|의)? ?)|(?P<first>(?:맨|제일)? ?(?:앞|첫|처음)(?:에|의)? ?)"
    r"|(?P<middle>(?:가운데|중간)(?:에|의)? ?))"
    r"(?:(?P<count>\d+|한|두|세|네|다섯|여섯) ?)?(?:자리|번호|숫자|거|것|에|쪽)?(?:만|은|는|이|가)?(?:요)?[ ,]*"
)
_COUNTS = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6}
_DENIED_DIGITS = re.compile(r"(?:이|가|은|는)? ?(?:아니라|아니고|아니구|말고|말구)(?:요)?[ ,]*")

Place = Literal["first", "middle", "last"]


@dataclass(frozen=True, slots=True)
class DigitChange:
    """Some digits of a number are other ones. ``old`` is what they were understood as, "" where it was not said."""

    digits: str
    place: Place | None
    old: str = ""

    def applied_to(self, earlier: str) -> str | None:
        """``earlier``, digits only, with the change; None where it is not clear which digits are meant."""
        length = len(self.old or self.digits)
        if length >= len(earlier):
            return None
        if self.place == "middle":
            groups = (grouped(earlier) or "").split("-")
            if len(groups) != 3 or len(groups[1]) != len(self.digits):
                return None
            return groups[0] + self.digits + groups[2]
        if self.place is None:
            return earlier.replace(self.old, self.digits) if self.old and earlier.count(self.old) == 1 else None
        start = len(earlier) - length if self.place == "last" else 0
        if self.old and earlier[start : start + length] != self.old:
            return None
        return earlier[:start] + self.digits + earlier[start + length :]


@dataclass(frozen=True, slots=True)
class Correction:
    """``rest`` is what is meant instead, None where the caller has only said that something is wrong.

    ``change`` is set where the rest replaces a part of a number that was understood before. ``old`` is what the caller
    takes back, as far as it was named.
    """

    rest: Heard | None
    old: str = ""
    change: DigitChange | None = None


def correction(heard: Heard) -> Correction | None:
    """The correction in ``heard``; None where it is none, or a mere no."""
    text = heard.spoken.strip()
    if heard.source == "dtmf" or not text:
        return None
    opening = _OPENS.match(text)
    rest = text[opening.end("mark") :].strip(" ,.…") if opening else text
    if change := _change_of_digits(rest, marked=opening is not None):
        return Correction(_heard(rest, heard), change.old, change)
    if middle := _MIDDLE.match(rest):
        return Correction(_heard(middle["new"], heard), middle["old"].strip())
    if behind := _BEHIND.match(rest):
        return Correction(_heard(behind["new"], heard), behind["old"].strip())
    if change_to := _CHANGE.match(rest):
        return Correction(_heard(change_to["new"], heard))
    if opening is None:
        return None
    if not rest:
        return None if _is_mere_no(text) else Correction(None)
    if _is_mere_no(rest):
        return None
    return Correction(_heard(rest, heard))


def _heard(text: str, whole: Heard) -> Heard:
    return Heard.of(text, confidence=whole.confidence, source=whole.source)


_NO = re.compile(r"(?:아니에요|아니예요|아니+[요오야다]?|아뇨|아닌데요?|네|예|틀렸[가-힣]*)[\s,.!]*")


def _is_mere_no(text: str) -> bool:
    """아니요, 아니요 괜찮아요: an answer to a question, that corrects nothing."""
    rest = _NO.sub("", text)
    return not rest.strip() or (VERDICT.search(rest) is not None and syllables_beside(rest) == 0)


def _change_of_digits(text: str, *, marked: bool) -> DigitChange | None:
    """끝자리가 팔이 아니라 구예요, 마지막 네 자리 오육칠팔이요, 공일사가 아니라 공일오."""
    written = Heard.of(text).written
    place = _PLACE.search(written)
    where: Place | None = None
    tail = written
    if place and place.end() > place.start():
        where = "last" if place["last"] else "first" if place["first"] else "middle"
        tail = written[place.end() :]
    old, new = "", tail
    if denied := _DENIED_DIGITS.search(tail):
        before = next(bare_digits(tail[: denied.start()]), None)
        old, new = (before.digits if before else ""), tail[denied.end() :]
    digits = _digits(new)
    if not digits or (where is None and (not old or len(old) != len(digits))):
        return None
    wanted = place["count"] if place and where else None
    if wanted and len(digits) != (_COUNTS.get(wanted) or int(wanted)):
        return None
    if old and len(old) != len(digits):
        return None
    return DigitChange(digits, where, old)


def _digits(text: str) -> str:
    if bare := next(bare_digits(text), None):
        return bare.digits
    named = [readings[0].digits for readings in runs(text) if readings[0].figures]
    return named[-1] if named else ""
