"""Sentences of a conversation as a note has them: 접수함 for 접수했어요, 반품을 원함 for 반품하고 싶어요.

Only the last verb is put into another form. What stands before it is copied, and with it every number and name.
"""

from __future__ import annotations

import re

from assist.wrapup.predicate import Predicate, Sentence, joined, predicate
from voicebot.text.endings import ends_consonant
from voicebot.text.particles import settle_particles

_COURTESY = (
    r"네+|넵|예+|고객님|아니요|(?:정말 |대단히 |너무 )?(?:감사합니다|감사해요|죄송합니다|죄송해요)|알겠습니다|그럼"
    r"|그러면|기다려 주셔서 감사합니다|확인해 보니"
)
_FILLER = (
    r"응|아니요|아뇨|아+|어+|음+|으음+|저+|그+(?=[,.…~])|저기요?|여보세요|안녕하세요|있잖아요|그러니까요?|그니까|그게|뭐지?|이제|막|좀|혹시|일단"
    r"|그런데요?|그리고|근데요?|아니|제가|저는|저희가|저희는|저희|제|다름이 아니라|다름 아니고|수고하십니다"
)
_SAID_BEFORE = re.compile(rf"\s*(?:(?:{_COURTESY}|{_FILLER})[\s,.…~!?]+)+")
_POLITE_BEFORE = re.compile(rf"\s*(?:(?:{_COURTESY})[\s,.…~!?]+)+")
_TRAIL = re.compile(r"[\s,.…~!?]+$")
_MOST_CHARACTERS = 120
"""Of what is quoted: a note is read at a glance."""


def stripped(text: str) -> str:
    """Without what people say before they say something, and without punctuation at the end."""
    return _TRAIL.sub("", _behind(_SAID_BEFORE, text.strip()))


def _behind(lead: re.Pattern[str], text: str) -> str:
    found = lead.match(text)
    return (text[found.end() :] if found else text).lstrip()


def noted(sentence: Sentence) -> str:
    """What the bot or an agent has said: 반품 접수함, 11월 30일까지 돌려드릴 예정."""
    found = predicate(sentence)
    if found is None or found.mood in ("asks", "requests"):
        return _short(_TRAIL.sub("", _behind(_POLITE_BEFORE, sentence.text)))
    before = _behind(_POLITE_BEFORE, found.before)
    if found.mood == "intends":
        return _short(f"{before}{joined(found.stem, ('ᆯ', 'ETM'))} 예정")
    if found.is_past and found.stem.kind in ("VA", "XSA", "VCP", "VCN"):
        return _short(before + joined(found.stem, ("었", "EP"), ("ᆷ", "ETN")))
    return _short(before + joined(found.stem, ("ᆷ", "ETN")))


def to_come(sentence: Sentence) -> str:
    """What was said to be done, as :func:`noted`, and as still to come: 3일 안에 입금될 예정 for 입금됩니다."""
    found = predicate(sentence)
    if found is None or found.stem.kind == "VCP":
        return noted(sentence)
    return _short(f"{_behind(_POLITE_BEFORE, found.before)}{joined(found.stem, ('ᆯ', 'ETM'))} 예정")


def decided(found: Predicate) -> str:
    """What was settled: 취소하지 않고 그대로 두기로 함."""
    return _short(f"{_behind(_POLITE_BEFORE, found.before)}{joined(found.stem, ('기', 'ETN'))}로 함")


def reported(sentence: Sentence) -> str:
    """What the caller has said, to go behind 고객이: 니트 반품을 원함, 언제 오는지 문의함."""
    found = predicate(sentence)
    if found is None:
        topic = _short(_noun(stripped(sentence.text)))
        return f"{topic}{_object(topic)} 문의함"
    before = _behind(_SAID_BEFORE, found.before)
    stem = found.stem
    match found.mood:
        case "requests" if stem.form in ("주", "달"):
            said = f"{before}달라고 요청함"
        case "requests" if before.endswith("라고 "):
            said = f"{before}요청함"
        case "requests":
            said = f"{before}{joined(stem, ('라고', 'EC'))} 요청함"
        case "intends" if stem.kind == "VX" and stem.form == "드리":  # 사진을 보내 드릴게요 is the caller's promise
            said = f"{before}{joined(stem._replace(form='주'), ('겠', 'EP'), ('다고', 'EC'))} 말함"
        case "wants" | "intends":
            said = _wanted(before, sentence, found)
        case "asks":
            said = f"{before}{_whether(found)} 문의함"
        case _ if found.chain[-2:] == ("부탁", "드리") or found.chain[-2:] == ("부탁", "하"):
            said = re.sub(r"\s*부탁(?:을|좀)?\s*$", "", before).rstrip() + " 요청함"
        case _:
            said = f"{before}{_that(found)} 말함"
    return _short(_ASKS_AFTER.sub(r"\1 문의함", said))


_ASKS_AFTER = re.compile(r"([가-힣]지)(?:를|도)? (?:좀 )?(?:알기를 원함|궁금[가-힣]* .*|(?:알려|봐) 달라고 요청함)$")


def _wanted(before: str, sentence: Sentence, found: Predicate) -> str:
    """The verb in front of 싶 or 려고 as a noun: 반품하기를 원함, of a bare noun 반품을 원함."""
    stem = found.stem
    if stem.form == "싶":
        tokens = sentence.tokens
        at = next(at for at, token in enumerate(tokens) if token.start == stem.start and token.form == "싶")
        while at and tokens[at - 1].kind in ("EC", "EP", "JX"):
            at -= 1
        stem = tokens[at - 1]
        before = _behind(_SAID_BEFORE, sentence.text[: stem.start])
    if stem.kind == "XSV" and stem.form == "하" and before and not _HAS_OBJECT.search(before):
        return f"{before}{_object(before)} 원함"
    return f"{before}{joined(stem, ('기', 'ETN'))}를 원함"


_HAS_OBJECT = re.compile(r"[가-힣](?:을|를|로|좀)\s+\S+$")


def _object(word: str) -> str:
    return "을" if ends_consonant(word) else "를"


def _whether(found: Predicate) -> str:
    """The indirect question: 오는지, 얼마인지, 왔는지."""
    if found.is_past:
        return joined(found.stem, ("었", "EP"), ("는지", "EC"))
    is_state = found.stem.kind in ("VA", "XSA", "VCP", "VCN") and found.stem.form not in ("있", "없")
    return joined(found.stem, ("ᆫ지" if is_state else "는지", "EC"))


def _that(found: Predicate) -> str:
    """The indirect statement: 왔다고, 안 나온다고, 작다고, 불량이라고."""
    stem = found.stem
    if found.is_past:
        return joined(stem, ("었", "EP"), ("다고", "EC"))
    if found.is_supposed:
        return joined(stem, ("겠", "EP"), ("다고", "EC"))
    if stem.kind == "VCP":
        word = found.before.rpartition(" ")[2]
        return settle_particles(f"{word}(이라고/라고)").removeprefix(word)
    if stem.kind == "VCN":
        return joined(stem, ("라고", "EC"))
    is_state = stem.kind in ("VA", "XSA") or stem.form in ("있", "없", "싶")
    return joined(stem, ("다고" if is_state else "ᆫ다고", "EC"))


_COPULA = re.compile(r"(?<=[가-힣\d])(?:이요|요|이에요|예요|입니다)$")


def _noun(text: str) -> str:
    return _COPULA.sub("", text) if len(text) > 2 else text


def _short(text: str) -> str:
    """Whole words up to the limit."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    return text[:_MOST_CHARACTERS].rsplit(" ", 1)[0] + "…"
