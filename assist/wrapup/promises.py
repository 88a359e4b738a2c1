"""What the bot or an agent has promised: 내일까지 연락드리겠습니다, 3일 안에 입금됩니다, 화요일에 방문하실 거예요."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from assist.wrapup.due import due_of, hangs_on_something
from assist.wrapup.note_form import to_come
from assist.wrapup.predicate import Predicate, Sentence, Token, joined, predicate


@dataclass(frozen=True, slots=True)
class Promise:
    """``what`` in a note's words; ``deed`` is its verb, by which a later promise is the same; ``source`` was said."""

    what: str
    due: date | None
    deed: str
    source: str

    def as_json(self) -> dict[str, str]:
        return {"what": self.what, "due": self.due.isoformat() if self.due else ""}


_CONTACT = frozenset("연락 전화 회신 콜백".split())
_LASTING = _CONTACT | frozenset("알리 전하 전달 보내 발송 재발송 방문 찾아가 찾아뵙 돌리 환불 입금 수거 회수".split())
"""Deeds that are done behind the call even where no day is told."""
_DATED = _LASTING | frozenset(
    "도착 배송 출고 적립 지급 교환 설치 처리 들어가 나가 받 완료 확인 등록 발급 안내 답변 답 드리 오 가 빠지 결제 취소"
    " 차감 갱신 개통 배정 반영".split()
)
_NEGATION = frozenset("않 못 없 어렵 불가 말".split())
_IN_GENERAL = re.compile(
    r"보통|일반적|원래|대개|통상|평균|경우에는|경우엔|[가-힣]시면 ?(?:됩|돼|되)|(?:으?시|하)면 바로"
)
_CORRECTED = re.compile(r"정정|아니[라고]|말고|바꿔|바꿀|변경해|다시 확인")
_NOW = re.compile(r"잠시만|지금 바로|연결|상담사가 (?!.*(?:전화|연락))")
_CLAUSE_ENDS = frozenset("니 으니 니까 으니까 는데 ᆫ데 며 으며 고".split())
_SYNONYMS = {
    **dict.fromkeys(("전화", "회신", "콜백"), "연락"),
    **dict.fromkeys(("찾아가", "찾아뵙"), "방문"),
    **dict.fromkeys(("돌리", "입금"), "환불"),
}


def promises_in(sentence: Sentence, at: datetime, holidays: Collection[date] = ()) -> list[Promise]:
    """What is promised in a sentence that was said at ``at``, Korean time."""
    if _IN_GENERAL.search(sentence.text) or _NOW.search(sentence.text):
        return []
    found = [promise for clause in _clauses(sentence) if (promise := _promise(*clause, at, holidays))]
    last = predicate(sentence)
    if last and (promise := _promise(sentence, last, at, holidays)):
        found.append(promise)
    return found[:1] if len({promise.due for promise in found}) == 1 and found[0].due else found


def together(promises: Iterable[Promise]) -> list[Promise]:
    """Without those that were said twice, or without their day, or that a later one has corrected."""
    kept: list[Promise] = []
    for promise in promises:
        if _CORRECTED.search(promise.source):
            kept = [other for other in kept if other.deed != promise.deed]
        same = [other for other in kept if other.deed == promise.deed]
        if any(other.due == promise.due or promise.due is None for other in same):
            continue
        kept = [other for other in kept if other.deed != promise.deed or other.due is not None]
        kept.append(promise)
    return kept


def promises_contact(promises: Iterable[Promise]) -> bool:
    return any(promise.deed == "연락" for promise in promises)


def _promise(sentence: Sentence, found: Predicate, at: datetime, holidays: Collection[date]) -> Promise | None:
    if found.mood not in ("states", "intends") or found.is_past or _NEGATION & set(found.chain[-2:]):
        return None
    if found.chain[-1] == "있" and "수" in sentence.text[len(found.before) - 3 :]:
        return None  # 오실 수 있어요 promises nothing
    if found.stem.form == "같":
        return None  # 30일에 입금될 것 같아요 is a guess
    deeds = [form for form in found.chain if form in _DATED]
    if not deeds:
        return None
    due = due_of(sentence.text, at, holidays)
    is_lasting = found.mood == "intends" and any(form in _LASTING for form in deeds)
    if due is None and not is_lasting and not hangs_on_something(sentence.text):
        return None
    deed = next((form for form in deeds if form in _LASTING), deeds[0])
    return Promise(to_come(sentence), due, _SYNONYMS.get(deed, deed), sentence.text)


def _clauses(sentence: Sentence) -> Iterator[tuple[Sentence, Predicate]]:
    """Main clauses in front of the last one, as sentences: 25일에 기사님이 찾아가니 상자에 담아 두세요."""
    begins = 0
    for at, token in enumerate(sentence.tokens[:-2]):
        if token.kind != "EC" or token.form not in _CLAUSE_ENDS:
            continue
        stem = sentence.tokens[at - 1] if at else None
        if stem is None or stem.kind not in ("VV", "XSV"):
            continue
        text = sentence.text[begins : stem.start]
        written = text + joined(stem, ("ᆯ게요", "EF"))
        shifted = (_moved(one, begins) for one in sentence.tokens[:at] if one.start >= begins)
        clause = Sentence(written.strip(), (*shifted, Token("ᆯ게요", "EF", len(written))))
        begins = token.start + len(token.form)
        if last := predicate(clause):
            yield clause, replace(last, mood="states")


def _moved(token: Token, begins: int) -> Token:
    return token._replace(start=token.start - begins)
