"""The facts of a text, and those of a note that nobody has said: amounts, dates, numbers, telephones, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from voicebot.dialogue.answer.figures import figures, plain
from voicebot.dialogue.slots.person import is_name

Kind = Literal["date", "number", "figure", "name", "word"]


class Fact(NamedTuple):
    """``value`` is written one way however the text writes it: 11-24 for 11월 24일, 30000원 for 삼만 원."""

    kind: Kind
    value: str


_DATE = re.compile(r"(?:(?P<year>\d{4}) ?년 ?)?(?P<month>\d{1,2}) ?월 ?(?P<day>\d{1,2}) ?일")
_ISO = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)")
_DIGITS = re.compile(
    r"(?<![\d,.])\d{2,4}(?:-\d{3,4}){1,2}(?!\d)|(?<![\d,.])\d{4,}(?![\d,.]*\d)(?! ?(?:원|년|점|개|명|만))"
)
_NAME = re.compile(r"(?<![가-힣])([가-힣]{2,4}) ?(?:고객(?!센터|만족)|회원(?!가입)|씨(?=[가는를와도의 ,.]|$))")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:[-_.@][A-Za-z0-9]+)*")


def facts_of(text: str) -> frozenset[Fact]:
    """Everything in ``text`` that a note must not get wrong; 1 ms for a sentence."""
    return frozenset(_facts(text))


def unsupported(note: str, sources: Iterable[str]) -> frozenset[Fact]:
    """The facts of ``note`` that none of ``sources`` (transcript, slots, events) has.

    A name is known where its letters stand anywhere; a figure without a unit where any unit stands behind it.
    """
    said = list(sources)
    known = {fact for text in said for fact in facts_of(text)}
    bare = {fact.value.rstrip(_UNITS) for fact in known if fact.kind == "figure"}
    everything = " ".join(said).lower()
    return frozenset(
        fact
        for fact in facts_of(note)
        if fact not in known
        and not (fact.kind in ("name", "word") and fact.value.lower() in everything)
        and not (fact.kind == "figure" and fact.value in bare)
    )


_UNITS = "".join(sorted(set("원일월년시분개월번점대장명건세트킬로종회팩%주간초")))


def _facts(text: str) -> Iterator[Fact]:
    for found in _NAME.finditer(text):
        if len(found[1]) > 2 and is_name(found[1]):
            yield Fact("name", found[1])
    for found in _WORD.finditer(text):
        yield Fact("word", found.group())
    written = plain(text)
    taken: list[tuple[int, int]] = []
    for pattern in (_ISO, _DATE):
        for found in pattern.finditer(written):
            taken.append(found.span())
            yield Fact("date", f"{int(found['month']):02}-{int(found['day']):02}")
    for found in _DIGITS.finditer(written):
        if _is_free(found.span(), taken):
            taken.append(found.span())
            yield Fact("number", re.sub(r"\D", "", found.group()))
    for figure in figures(written):
        if _is_free((figure.start, figure.end), taken):
            yield Fact("figure", f"{_plain(figure.value)}{figure.half}{figure.unit}")


def _is_free(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    return not any(start < span[1] and span[0] < end for start, end in taken)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
