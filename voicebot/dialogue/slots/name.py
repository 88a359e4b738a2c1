"""Personal names: 김민수입니다, 저는 남궁민수라고 합니다, 김이요 민 수, 성은 김이고 이름은 민수예요."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.slots.around import cores
from voicebot.dialogue.slots.denial import TAKEN_BACK, still_meant
from voicebot.dialogue.slots.person import is_given_name, is_name, is_no_name, is_surname, surname_of
from voicebot.dialogue.slots.slot import Found, Problem
from voicebot.text import to_written
from voicebot.text.endings import ends_consonant

_SPELLED, _USUAL, _UNUSUAL, _ALONE, _LATIN = 0.95, 0.9, 0.7, 0.45, 0.6
_USUAL_LENGTH = 3

_NAME = "(?:[가-힣]{2,5}?|[가-힣]{1,2}(?: [가-힣]{1,2}){1,3}?)"
_ENDS = (
    "(?:이요|이?라고(?:요|합니다|해요|하는데요?|하고요|하는|하거든요| 합니다| 해요| 하는데요?| 하고요| 하거든요"
    "| 하는 사람[가-힣]*)?|이?에요|이?예요|입니다"
    "|인데요|이?고요|이?구요|이?거든요|이?죠|이?지요|이?고|인데|씨|님|으로|로|요|맞습니다|이라는|라는|이)?"
)
_STOPS = r"(?=[\s,.!?]|\Z)"
_NAMED = re.compile(
    r"(?<![가-힣])(?:이름|성함|성명|예금주|명의자?|받는 ?(?:사람|분|이)|수령인|주문자|주문하신 분|예약자)(?:은요?"
    r"|는요?|이|가|도)?[ ,]+(?:[어음그저]+[ ,.…]+)*"
    rf"(?P<name>{_NAME}) ?{_ENDS}{_STOPS}"
)
_INTRODUCED = re.compile(
    rf"(?<![가-힣])(?:저는|전|저|제가|나는)[ ,]+(?:[어음그]+[ ,.…]+)*(?P<name>{_NAME}) ?"
    rf"(?:이?라고(?: ?(?:합니다|해요|하는데요?|하고요|하거든요|하는|요))|입니다|인데요|이?에요|이?예요|이?고요"
    rf"|이?거든요){_STOPS}"
)
_CALLED = re.compile(rf"(?<![가-힣])(?P<name>{_NAME}) ?이?라고 ?(?:합니다|해요|하는데요?|하고요|하거든요|불러){_STOPS}")
_APART = re.compile(
    r"(?:성은|성이|성씨는)? ?(?P<surname>남궁|황보|제갈|선우|사공|서문|독고|동방|[가-힣]) ?(?:이?요|이?고요?|이?구요?"
    r"|씨고?요?|씨에|가고|가이고|,)[ ,.]+"
    rf"(?:이름은 ?)?(?P<given>[가-힣](?: ?[가-힣])?) ?{_ENDS}(?=[\s,.!?]*\Z)"
)
_LETTER_BY_LETTER = re.compile(
    r"(?P<first>[가-힣]) ?자[에, ]+(?P<second>[가-힣]) ?자(?:[에, ]+(?P<third>[가-힣]) ?자)?(?:[를을 ]|이?[요고]|입"
    r"|예|이|\s|\Z)"
)
_AS_IN = re.compile(r"[가-힣]{1,5} ?(?:할|하는|라고 할) ?때 ?(?P<syllable>[가-힣])")
_TWICE = re.compile(
    r"(?P<name>[가-힣]{2,5}?)(?:이?에요|이?예요|이?요|입니다)?[ ,.]+(?P=name)(?:이?에요|이?예요|이?요|입니다)?[ ,.]*"
)
_HONORIFIC = re.compile(" ?(?:씨|님|고객님?|본인|본인이)\\Z")
_WESTERN = re.compile(r"[A-Za-z][A-Za-z.'’-]*(?: [A-Za-z][A-Za-z.'’-]*){0,3}")
_COPULA_AFTER_CONSONANT = re.compile("이(?:요|에요|예요|고|구|라|거든|죠|지|야)")


class _Named(NamedTuple):
    start: int
    end: int
    name: str
    certainty: float
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name, without spaces; a given name alone is ``partial``."""

    def find(self, heard: Heard, now: datetime, *, asked: bool) -> Found | None:
        if heard.source == "dtmf":
            return None
        text = heard.spoken  # 이일구 is written 219
        named = still_meant(
            text, [*_spelled(text), *_with_a_cue(text, asked=asked)] if asked else [*_with_a_cue(text, asked=False)]
        )
        if not named and asked:
            named = _behind(text, _last_said(text)) or [person for at in _topics(text) for person in _behind(text, at)]
        if not named:
            return None
        person = max(reversed(named), key=lambda person: person.certainty)
        start, end = _in_written(heard, person.start, person.end)
        return Found(person.name, person.name, person.certainty * heard.confidence, start, end, person.problem)


def _spelled(text: str) -> Iterator[_Named]:
    """김이요 민 수; 김 자 민 자 수 자; 김치 할 때 김, 민들레 할 때 민, 수박 할 때 수."""
    if match := _APART.search(text):
        name = match["surname"] + match["given"].replace(" ", "")
        if is_surname(match["surname"]) and is_name(name):
            yield _Named(match.start("surname"), match.end("given"), name, _SPELLED)
            return
    if match := _LETTER_BY_LETTER.search(text):
        name = "".join(filter(None, match.groups()))
        if surname_of(name):
            yield _Named(
                match.start("first"), match.end("third") if match["third"] else match.end("second"), name, _SPELLED
            )
            return
    syllables = list(_AS_IN.finditer(text))
    name = "".join(match["syllable"] for match in syllables)
    if len(name) > 1 and surname_of(name):
        yield _Named(syllables[0].start(), syllables[-1].end(), name, _SPELLED)


def _with_a_cue(text: str, *, asked: bool) -> Iterator[_Named]:
    """Names that the words around them give away."""
    for pattern in (_NAMED, _INTRODUCED, _CALLED):
        for match in pattern.finditer(text):
            sure = pattern is not _INTRODUCED or "라고" in match.group()
            start, name = _behind_hesitation(match["name"])
            short = len(name) == 2 and asked and sure and surname_of(name) != "" and is_given_name(name)
            if not short and (not is_name(name) or (len(name) < _USUAL_LENGTH and not (sure and asked))):
                continue
            certainty = _USUAL if len(name) == _USUAL_LENGTH else _ALONE if short else _UNUSUAL
            yield _Named(match.start("name") + start, match.end("name"), name, certainty)


def _behind_hesitation(words: str) -> tuple[int, str]:
    """Where the name begins in 어 그 최서연, and the name."""
    starts = [match.start() for match in re.finditer(r"\S+", words)]
    names = [(start, words[start:].replace(" ", "")) for start in starts]
    return next((named for named in names if is_name(named[1])), names[0])


_INSTEAD = re.compile(rf"{TAKEN_BACK.pattern}|(?:이|가)? ?(?:말고요?|아니고|아니라|아니구)(?![가-힣])")


def _last_said(text: str) -> int:
    """Where the name begins that is said instead of another one: 김민수 아니 김민서요."""
    return max((match.end() for match in _INSTEAD.finditer(text) if text[match.end() :].strip(" .,!?")), default=0)


def _topics(text: str) -> Iterator[int]:
    """Where something new is said about what went before: 주문한 사람은 김영희예요, 엄마 이름인데 박순자요."""
    return (match.end() for match in _TOPIC.finditer(text) if _COPULA.search(text, match.end()))


_TOPIC = re.compile("(?<=[가-힣])(?:은|는|이|가|인데요?|는데요?|이?고요|으로|로) ")
_COPULA = re.compile(r"(?:이?요|이?에요|이?예요|입니다|인데요|이?라고 ?(?:합니다|해요|요))[\s.,!]*\Z")


def _behind(text: str, at: int) -> list[_Named]:
    bare = _bare(text[at:])
    return [bare._replace(start=bare.start + at, end=bare.end + at)] if bare else []


def _bare(text: str) -> _Named | None:
    """The name that is all there is; of several ways to cut its ending off the one that leaves a usual name."""
    if twice := _TWICE.fullmatch(text.strip()):
        text = text[: text.index(twice["name"]) + len(twice["name"])]
    best: tuple[float, _Named] | None = None
    for start, core_end in cores(text):
        core = _HONORIFIC.sub("", text[start:core_end])
        end = start + len(core)
        name = core.replace(" ", "").replace(",", "")
        found = None if is_no_name(core) else _judged(name, start, end)
        if found is None:
            continue
        score = (len(name) == _USUAL_LENGTH) + 2 * found.certainty + _agreement(core, text[core_end:])
        if best is None or score > best[0]:
            best = score, found
    if best:
        return best[1]
    if western := _WESTERN.fullmatch(text.strip()):
        start = text.find(western.group())
        return _Named(start, start + len(western.group()), western.group(), _LATIN)
    return None


def _judged(name: str, start: int, end: int) -> _Named | None:
    if is_name(name):
        return _Named(start, end, name, _USUAL if len(name) == _USUAL_LENGTH else _UNUSUAL)
    if is_given_name(name):
        return _Named(start, end, name, _ALONE, "partial")
    return None


def _agreement(core: str, tail: str) -> float:
    """이에요 follows a consonant, 예요 a vowel: 김민이에요 is 김민."""
    closed = ends_consonant(core)
    if core.endswith(("예", "에")) and tail.startswith("요"):
        return -2.0
    if core.endswith("이") and ends_consonant(core[:-1]) and tail.startswith(("요", "라고", "에요", "예요", "고요")):
        return -1.5  # 서연이요 is 서연
    if _COPULA_AFTER_CONSONANT.match(tail):
        return 0.5 if closed else -0.5
    if tail.startswith(("에요", "예요", "요", "라고", "고요")):
        return -2.0 if closed or tail.startswith("에요") else 0.3
    return 0.0


def _in_written(heard: Heard, start: int, end: int) -> tuple[int, int]:
    """Offsets of the spoken text in the written one."""
    if heard.spoken == heard.written:
        return start, end
    rewritten = to_written(heard.spoken)
    if rewritten.text != heard.written:
        return 0, len(heard.written)
    spans = [span for span in rewritten.spans if span.source_start < end and start < span.source_end]
    first, last = spans[0], spans[-1]
    written_start = first.start if first.rewritten else first.start + max(0, start - first.source_start)
    written_end = last.end if last.rewritten else min(last.end, last.start + end - last.source_start)
    return written_start, written_end
