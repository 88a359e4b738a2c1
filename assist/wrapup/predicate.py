"""What a Korean sentence says at its end, where the verb stands: done, to be done, asked, wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from kb.korean import analyzer

LONGEST_CHARACTERS = 1_000
"""Of what is said in one go; a minute and a half of speech. What comes behind is not read."""


class Token(NamedTuple):
    """A morpheme with its place in the sentence; ``tag`` is Kiwi's, with the class of irregular stems (``VV-I``)."""

    form: str
    tag: str
    start: int

    @property
    def kind(self) -> str:
        return self.tag.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its morphemes, offsets in ``text``."""

    text: str
    tokens: tuple[Token, ...]


Mood = Literal["states", "reasons", "asks", "intends", "wants", "requests"]


@dataclass(frozen=True, slots=True)
class Predicate:
    """The last verb of a sentence.

    ``before`` is what is written in front of it, word for word; ``stem`` its morpheme. ``chain`` are the forms of the
    words of meaning that it is made of, the last one last: 접수 하 드리 of 접수해 드렸어요.
    ``is_supposed``: 못 참겠어요.
    """

    before: str
    stem: Token
    chain: tuple[str, ...]
    mood: Mood
    ending: str
    is_past: bool = False
    is_supposed: bool = False
    is_honorific: bool = False


def sentences(text: str) -> list[Sentence]:
    """The sentences of what was said, with or without punctuation; 0.2 ms each."""
    cut = analyzer().split_into_sents(text[:LONGEST_CHARACTERS], return_tokens=True)
    whole = (
        Sentence(one.text, tuple(Token(it.form, it.tag, it.start - one.start) for it in one.tokens)) for one in cut
    )
    return [sentence for one in whole for sentence in _apart(one)]


def _apart(sentence: Sentence) -> Iterator[Sentence]:
    """Cut behind final endings as well: recognizers write no full stops."""
    begins = first = 0
    for at, token in enumerate(sentence.tokens[:-1]):
        following = sentence.tokens[at + 1]
        is_final = token.kind == "EF" or (token.kind == "EC" and token.form.endswith(("요", "니다")))
        if is_final and following.kind not in _MARKS and " " in sentence.text[token.start : following.start]:
            yield _part(sentence, first, at + 1, begins, sentence.text.index(" ", token.start))
            begins, first = following.start, at + 1
    yield _part(sentence, first, len(sentence.tokens), begins, len(sentence.text))


def _part(sentence: Sentence, first: int, last: int, begins: int, ends: int) -> Sentence:
    tokens = tuple(token._replace(start=token.start - begins) for token in sentence.tokens[first:last])
    return Sentence(sentence.text[begins:ends], tokens)


_VERBS = frozenset("VV VA VX VCP VCN XSV XSA".split())
_MARKS = frozenset("SF SP SE SS SSO SSC SO SW W_EMOJI".split())
_MEANING = frozenset("NNG NNP XR XSV XSA VV VA VX VCP VCN MAG".split())
_QUESTIONS = ("나요", "은가요", "ᆫ가요", "던가요", "ᆸ니까", "습니까", "을까요", "ᆯ까요", "니", "냐", "나", "을까", "ᆯ까")
_ASKING = frozenset("언제 어디 얼마 얼마나 왜 어떻게 어떡하 누구 누가 뭐 무엇 몇 무슨 어느 어떤 어떻".split())
_SEEKING_YES = frozenset("죠 지요 지".split())
_INTENDING = frozenset("을게요 ᆯ게요 을게 ᆯ게 을래요 ᆯ래요 을래 ᆯ래 을께요 ᆯ께요".split())
_REQUESTING = frozenset("세요 으세요 시어요 십시오 으십시오 ᆸ시오".split())
_WANTING = frozenset("려고 으려고 려구 으려구 려는데요 으려는데요 려고요".split())
_REASONING = frozenset("어서 아서 라서 니까 으니까".split())
_OBLIGING = frozenset("주 달 드리".split())
_UNSURE = ("모르", "알")  # 모르겠어요, 알겠습니다
_CHAIN = 6  # morphemes in front of the last verb that may belong to it


def predicate(sentence: Sentence) -> Predicate | None:
    """The last verb; None where there is none: 배송 조회요, 네."""
    tokens = sentence.tokens
    end = len(tokens)
    while end and (tokens[end - 1].kind in _MARKS or tokens[end - 1].kind in ("JX", "IC")):
        end -= 1
    if not end or tokens[end - 1].kind not in ("EF", "EC"):
        return None
    ending = tokens[end - 1].form
    at = end - 2
    prefinal: list[str] = []
    while at >= 0 and tokens[at].kind == "EP":
        prefinal.append(tokens[at].form)
        at -= 1
    if at < 0 or tokens[at].kind not in _VERBS:
        return None
    future = at >= 2 and tokens[at].kind == "VCP" and tokens[at - 1].form == "거" and tokens[at - 2].form in ("ᆯ", "을")
    if future:  # 방문하실 거예요
        ending, at = "ᆯ게요", at - 3
        while at >= 0 and tokens[at].kind == "EP":
            prefinal.append(tokens[at].form)
            at -= 1
    elif tokens[at].form == "하" and at and tokens[at - 1].form in ("도록", "려고", "으려고"):
        ending = "ᆯ게요" if tokens[at - 1].form == "도록" else "려고"  # 연락드리도록 하겠습니다, 반품하려고 하거든요
        at -= 2
    while at >= 0 and tokens[at].kind == "EP":
        prefinal.append(tokens[at].form)
        at -= 1
    if at < 0 or tokens[at].kind not in _VERBS:
        return None
    stem = tokens[at]
    mood = _mood(sentence, tokens, at, ending, prefinal)
    before = sentence.text[: stem.start]
    is_past, is_supposed = "었" in prefinal or "였" in prefinal, "겠" in prefinal
    return Predicate(before, stem, _chain(tokens, at), mood, ending, is_past, is_supposed, _honors(prefinal))


def _honors(prefinal: Sequence[str]) -> bool:
    return "시" in prefinal or "으시" in prefinal


def _mood(sentence: Sentence, tokens: Sequence[Token], at: int, ending: str, prefinal: Sequence[str]) -> Mood:
    is_asked = sentence.text.rstrip().endswith("?") or ending in _QUESTIONS
    stem = tokens[at]
    obliges = stem.kind == "VX" and stem.form in _OBLIGING
    if obliges and (ending in _REQUESTING or (stem.form in ("주", "달") and "었" not in prefinal)):
        return "requests"
    if ending in _REQUESTING and stem.kind in ("VV", "XSV", "VX") and not is_asked:
        return "requests"
    if stem.kind == "VX" and stem.form == "싶":
        return "wants"
    if ending in _WANTING:
        return "wants"
    if ending in _REASONING:
        return "reasons"
    if "겠" in prefinal and _honors(prefinal):
        return "asks"  # 다시 전화 주시겠어요
    if _honors(prefinal) and ending in _SEEKING_YES:
        return "asks"  # 니트 39,000원 맞으시죠
    if is_asked or _has_question_word(tokens[: at + 1]):
        return "asks"
    is_formal = "겠" in prefinal and ending == "습니다" and (not at or tokens[at - 1].form not in ("못", "안"))
    if ending in _INTENDING or (is_formal and stem.kind in ("VV", "XSV", "VX") and stem.form not in _UNSURE):
        return "intends"
    return "states"


def _has_question_word(tokens: Sequence[Token]) -> bool:
    """몇 번이나 전화했다 and 뭐 아프다 ask nothing."""
    return any(
        token.form in _ASKING and not (token.form == "몇" and following[1:2] and following[1].form in ("번", "이나"))
        for at, token in enumerate(tokens)
        for following in [tokens[at : at + 2]]
    )


def _chain(tokens: Sequence[Token], at: int) -> tuple[str, ...]:
    """Forms from the verb's own words: nouns directly in front of 하 and 되, verbs in front of auxiliaries."""
    chain = [tokens[at].form]
    for token in reversed(tokens[max(0, at - _CHAIN) : at]):
        if token.kind in _MEANING:
            chain.insert(0, token.form)
        elif token.kind not in ("EC", "EP", "ETM", "NNB", "JKO", "JX") or token.form in ("어서", "고", "니", "면"):
            break
    return tuple(chain)


def joined(stem: Token, *further: tuple[str, str]) -> str:
    """The stem with other endings, as it is written: 하 and ᆷ is 함, 어렵 and ᆷ 어려움."""
    morphemes: list[tuple[str, str]] = [(stem.form, stem.tag), *further]
    written: Any = analyzer().join(morphemes)
    return str(written)
