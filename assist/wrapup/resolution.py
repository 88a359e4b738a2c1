"""How a call came out: resolved, handed over, to be called back, abandoned or unresolved; and a sentence of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assist.call_so_far import CallSoFar
from assist.wrapup.deeds import Deed
from assist.wrapup.gathering import Gathering, Visit
from assist.wrapup.promises import Promise, promises_contact

Kind = Literal["resolved", "handed_over", "callback", "abandoned", "unresolved"]


@dataclass(frozen=True, slots=True)
class Resolution:
    kind: Kind
    text: str


_OURS = frozenset("done caller hung_up handoff".split())
"""Reasons of ends that are no fault; any other with ``by`` service or network is one."""
_BROKEN = frozenset("fault process_died stopped too_long".split())
_HANDOFF = {
    "asked": "고객이 상담사를 원함",
    "no_answer": "안내할 답을 찾지 못함",
    "flow": "상담사의 처리가 필요함",
    "abuse": "폭언",
    "low_confidence": "말을 알아듣지 못함",
    "emotion": "고객이 화가 남",
    "fault": "시스템 오류",
}


def open_visit(gathered: Gathering) -> Visit | None:
    """The flow in which the call ended: one that was not left, or left by the end itself, the bot having said nothing
    behind it. Of flows within flows the outer one."""
    since = max(gathered.bot_spoke_seq, gathered.agent_spoke_seq)
    return next((visit for visit in gathered.visits if visit.left_seq is None or visit.left_seq > since), None)


def resolution_of(gathered: Gathering, call: CallSoFar, promises: Sequence[Promise]) -> Resolution:
    """By what was done last; of a call with an agent by what the agent did."""
    reason = call.ended.reason if call.ended else ""
    deeds = list(gathered.deeds)
    last = next((deed for deed in reversed(deeds) if deed.kind != "failed"), None)
    helped = last is not None and last.kind in ("done", "told")
    with_agent = gathered.agent_spoke_seq > gathered.asked_person_seq
    if call.callbacks:
        return Resolution("callback", f"{call.callbacks[-1].at}에 다시 전화하기로 함.")
    if not gathered.turns:
        return Resolution("abandoned", "고객이 말없이 통화를 마침.")
    if call.handoffs and not (with_agent and gathered.agent_spoke_seq >= 0):
        handoff = call.handoffs[-1]
        return Resolution("handed_over", f"상담사({handoff.skill})에게 연결함: {_HANDOFF[handoff.reason]}.")
    if reason in _BROKEN or (call.ended and call.ended.by in ("service", "network") and reason not in _OURS):
        return _finished(last, deeds) if last and last.kind == "done" else Resolution("unresolved", _broken_off(reason))
    if reason == "abuse":
        return Resolution("unresolved", "폭언으로 통화를 마침.")
    if reason == "silence":
        return Resolution("abandoned", "고객의 말이 없어 통화를 마침.")
    by_caller = call.ended is not None and call.ended.by == "caller"
    left = open_visit(gathered)
    if by_caller and left and gathered.agent_spoke_seq < 0 and not (helped and last and last.seq > left.entered_seq):
        return Resolution("abandoned", f"고객이 {left.flow} 도중에 전화를 끊음.")
    if failed := _failed_last(deeds):
        return Resolution("unresolved", f"{failed.text}. 처리하지 못함.")
    if promises_contact(promises) and (last is None or last.kind != "done"):
        return Resolution("callback", "고객에게 다시 연락하기로 함.")
    if last is not None:
        return _finished(last, deeds)
    if promises or reason == "done":
        return Resolution("resolved", "고객의 용건을 접수하고 통화를 마침.")
    if by_caller and gathered.agent_spoke_seq < 0:
        return Resolution("abandoned", "용건을 처리하기 전에 고객이 전화를 끊음.")
    return Resolution("unresolved", "처리한 일 없이 통화를 마침.")


def _finished(last: Deed, deeds: Sequence[Deed]) -> Resolution:
    match last.kind:
        case "done" | "told" if any(deed.kind == "done" and deed.flow == last.flow for deed in deeds):
            return Resolution("resolved", "고객의 요청을 처리하고 통화를 마침.")
        case "told":
            return Resolution("resolved", "고객의 문의에 답하고 통화를 마침.")
        case _:
            return Resolution("unresolved", f"{last.text}. 고객이 원한 대로 처리하지 못함.")


def _failed_last(deeds: Sequence[Deed]) -> Deed | None:
    return deeds[-1] if deeds and deeds[-1].kind == "failed" else None


def _broken_off(reason: str) -> str:
    if reason == "too_long":
        return "통화가 정해진 시간을 넘어 끝남."
    return "시스템 문제로 통화가 중단됨."
