"""What the bot or an agent has done, told, refused, or failed to do, by what they said of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assist.wrapup.note_form import decided, noted
from assist.wrapup.predicate import Predicate, Sentence, predicate

Kind = Literal["done", "told", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Deed:
    """``text`` is a note's words for ``source``, which was said; ``flow`` is where, empty outside of flows."""

    kind: Kind
    text: str
    source: str
    flow: str = ""
    seq: int = 0


_DEEDS = frozenset(
    "접수 예약 취소 변경 등록 신청 발송 처리 환불 교환 반품 전달 수정 해지 적립 지급 결제 해제 초기화 재발송 재발급"
    " 발급 복구 연장 기록 메모 보류 정지 완료 탈퇴 가입 차감"
    " 바꾸 보내 돌리 올리 남기 적 넣 걸 풀 전하 옮기 늘리 줄이 끊".split()
)
_ONLY_FOR_SOMEBODY = frozenset("적 넣 걸 풀 끊 올리 남기 옮기".split())
"""Verbs of a deed only with 드리 or 두 behind them: 적어 드렸어요, 넣어 두었습니다."""
_REFUSAL = re.compile(
    r"수 ?(?:가|는|도)? ?없|어렵|어려[워우]|불가|(?<!확인)되지 ?않|안 ?(?:돼|됩|되)|못 ?[하했]|(?:주문|내역)[이은] ?없"
    r"|찼[어습]|품절|본인(?:만|께만)"
)
_WITHDRAWN = re.compile(r"지 않(?:을게요|겠습니다)|그대로 (?:둘게요|두겠습니다)|여기까지만 (?:할게요|하겠습니다)")
_FAILURE = re.compile(r"잘 (?:되|나오|바뀌|찾아지|열리)지 않|오류|장애|지연되고|보내지 못했|조회가 (?:안|되지)")
_HELPLESS = re.compile(r"알아듣지|못 ?들|이해하지|다시 (?:한번|한 번)? ?(?:말씀|불러)")
_COURTESY = re.compile(
    r"감사|고맙|죄송|안녕하|봇이|봇입|녹음|무엇을|도와드|말씀해|말씀하(?:셔도|지)|여쭤|기다려|힘이 나|다행|잘 지내"
    r"|듣고 있|괜찮|눌러|전화 ?드렸|반갑|상담사[ 가-힣]{0,6}입니다|숫자예요"
    r"|(?:조회하|찾|바꾸|확인하|예약하|취소하|접수하|등록하|적)고 있"
)
_HAS_FACT = re.compile(r"\d|무료|배송 중|배송 ?완료|품절|준비하고|이미|가능|[을ㄹ할될] 수 있")


def deed_in(sentence: Sentence, *, is_answer: bool) -> tuple[Kind, str] | None:
    """What a sentence of the bot or an agent did, and how a note has it; None for manners and questions.

    ``is_answer``: it answers what the caller has asked, so that it tells something even without a figure.
    """
    text = sentence.text
    found = predicate(sentence)
    if found is None or found.mood in ("asks", "requests", "wants"):
        return None
    if _FAILURE.search(text):
        return "failed", noted(sentence)
    if _HELPLESS.search(text) or _COURTESY.search(text):
        return None
    if _is_done(found, text):
        return "done", noted(sentence)
    if _WITHDRAWN.search(text):
        return "told", decided(found)
    if found.mood != "states":
        return None
    if _REFUSAL.search(text):
        return "refused", noted(sentence)
    return ("told", noted(sentence)) if is_answer or _HAS_FACT.search(text) else None


_NOUNS = {"바꿈": "변경", "보냄": "발송"}


def of_flow(text: str, flow: str) -> str:
    """A note of a deed that does not say to what (예약함, 바꿈) with the flow in which it was done: AS 예약 완료."""
    if not flow or " " in text:
        return text
    noun = _NOUNS.get(text, text.removesuffix("함"))
    return f"{flow} 완료" if noun in flow else f"{flow}: {text}"


def _is_done(found: Predicate, text: str) -> bool:
    if not found.is_past or found.is_honorific or "이미" in text:
        return False
    tail = found.chain[-4:]
    if {"않", "못"} & set(tail):
        return False
    deeds = _DEEDS & set(tail)
    if not deeds:
        return False
    is_for_somebody = bool({"드리", "두", "놓"} & set(tail))
    return is_for_somebody or bool(deeds - _ONLY_FOR_SOMEBODY)
