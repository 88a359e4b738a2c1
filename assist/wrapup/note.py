"""The note of a call, made of what was gathered: extractive, every fact of it copied."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assist.call_so_far import CallSoFar
from assist.private import is_masked, masked
from assist.wrapup.deeds import Deed
from assist.wrapup.disposition import Codes, Suggestion, Walked
from assist.wrapup.due import due_of
from assist.wrapup.entities import facts_of, unsupported
from assist.wrapup.gathering import Gathering
from assist.wrapup.promises import Promise, together
from assist.wrapup.resolution import Resolution, open_visit, resolution_of
from assist.wrapup.wishes import Wish, issue_of, told_best
from kb.embedding import Embedding
from voicebot.events import WrappedUp
from voicebot.text.particles import settle_particles

MOST_ACTIONS = 10


@dataclass(frozen=True, slots=True)
class Note:
    """``sources`` are what was said and what events tell: all that another wording of it may have facts from."""

    issue: str
    actions: tuple[str, ...]
    resolution: Resolution
    slots: dict[str, str]
    follow_ups: tuple[Promise, ...]
    suggestion: Suggestion
    sources: tuple[str, ...]

    def as_event(self) -> WrappedUp:
        summary: dict[str, Any] = {
            "issue": self.issue,
            "actions": list(self.actions),
            "resolution": self.resolution.kind,
            "resolution_text": self.resolution.text,
        }
        return WrappedUp(
            summary=summary,
            code="",
            suggested_code=self.suggestion.code,
            confidence=self.suggestion.confidence,
            follow_ups=tuple(promise.as_json() for promise in self.follow_ups),
            slots=dict(self.slots),
        )


def note_of(
    gathered: Gathering, call: CallSoFar, began: datetime, codes: Codes, embedding: Embedding, about: Collection[str]
) -> Note:
    """The note of a call that has ended; some 30 ms, however long the call was."""
    chosen = told_best(gathered.wishes, embedding, [filled.written for filled in call.slots.values()])
    slots = {name: masked(filled.written) for name, filled in call.slots.items() if filled.written}
    promises = _promises(gathered, call, began)
    left = open_visit(gathered)
    walked = [
        Walked(
            visit.flow,
            is_open=left is not None and visit.entered_seq >= left.entered_seq,
            has_helped=any(visit.holds(deed.seq) for deed in gathered.deeds),
        )
        for visit in gathered.visits
    ]
    told = (*slots.values(), *(visit.flow for visit in gathered.visits))
    issue = _issue(chosen, walked, call, slots, about, has_spoken=gathered.turns > 0)
    is_borne_out = not unsupported(issue, (*told, *(wish.sentence.text for wish in chosen)))
    return Note(
        issue=issue if is_borne_out else "고객 문의.",
        actions=_actions(gathered, call, promises, told),
        resolution=resolution_of(gathered, call, promises),
        slots=slots,
        follow_ups=tuple(one for one in promises if not unsupported(one.what, (one.source, *_callback(call)))),
        suggestion=codes.suggest(walked, slots, gathered.wishes, chosen, has_spoken=gathered.turns > 0),
        sources=_sources(gathered, call, told),
    )


def _issue(
    chosen: Sequence[Wish],
    walked: Sequence[Walked],
    call: CallSoFar,
    slots: dict[str, str],
    about: Collection[str],
    *,
    has_spoken: bool,
) -> str:
    is_ours = call.started is not None and call.started.direction == "out"
    flow = walked[0].flow if is_ours and walked else walked[-1].flow if walked else ""
    if is_ours:
        told = f" {issue_of(chosen)}" if chosen else ""
        issue = settle_particles(f"고객에게 {flow or '안내'}(으로/로) 전화함.{told}")
    elif chosen:
        issue = issue_of(chosen)
    elif flow and has_spoken:
        issue = f"고객이 {flow} 관련으로 문의함."
    else:
        issue = "고객의 용건을 파악하지 못함." if has_spoken else "고객이 용건을 말하지 않음."
    known = [f"{name} {slots[name]}" for name in about if name in slots and slots[name] not in issue]
    return f"{issue} ({', '.join(known)})" if known else issue


def _actions(gathered: Gathering, call: CallSoFar, promises: Sequence[Promise], told: Sequence[str]) -> tuple[str, ...]:
    """Deeds as they came, and what events tell beside them; told things while there is room, and only as far as they
    were not put right later. A deed whose note has a fact that its sentence has not is left out."""
    kept_promises = {promise.source for promise in promises}
    taken_back = {promise.source for promise in gathered.promises} - kept_promises
    deeds: list[Deed] = []
    for deed in gathered.deeds:
        if deed.source not in taken_back and all(deed.text != other.text for other in deeds):
            deeds.append(deed)
    settled = {deed.flow: deed.seq for deed in deeds if deed.kind == "done" and deed.flow}
    deeds = [deed for deed in deeds if deed.kind != "refused" or deed.seq > settled.get(deed.flow, -1)]
    done = [deed for deed in deeds if deed.kind != "told"]
    room = max(0, MOST_ACTIONS - len(done))
    kept = done[-MOST_ACTIONS:]
    kept += [deed for deed in deeds if deed.kind == "told"][:room]
    kept = [deed for deed in kept if not unsupported(deed.text, (deed.source, *told))]
    kept.sort(key=lambda deed: deed.seq)
    actions = [f"안내: {deed.text}" if deed.kind in ("told", "refused") else deed.text for deed in kept]
    facts = set().union(*map(facts_of, actions)) if actions else set()
    for message in call.messages[-3:]:
        if not facts_of(message.to) <= facts:
            actions.append(f"문자 발송 ({message.to})")
    actions += [f"{consent} 동의받음" for consent in sorted(call.consents)]
    if call.callbacks:
        booked = call.callbacks[-1]
        actions = [action for action in actions if not action.startswith("콜백 예약 완료")]
        actions.append(f"콜백 예약: {booked.at}, {booked.number}")
    if call.handoffs:
        actions.append(f"상담사 연결 ({call.handoffs[-1].skill})")
    return tuple(actions)


def _promises(gathered: Gathering, call: CallSoFar, began: datetime) -> list[Promise]:
    """What was promised; a callback that was booked stands for what was said of it."""
    promises = together(gathered.promises)
    if call.callbacks:
        booked = call.callbacks[-1]
        due = due_of(booked.at, began) or _iso_day(booked.at)
        callback = Promise(f"{booked.at} 콜백 ({booked.number})", due, "연락", booked.at)
        promises = [promise for promise in promises if promise.deed != "연락"] + [callback]
    return promises


def _callback(call: CallSoFar) -> tuple[str, ...]:
    return tuple(text for booked in call.callbacks for text in (booked.at, booked.number))


def _iso_day(at: str) -> Any:
    try:
        return datetime.fromisoformat(at).date()
    except ValueError:
        return None


def _sources(gathered: Gathering, call: CallSoFar, told: Sequence[str]) -> tuple[str, ...]:
    said = [text for _, text in gathered.said if not is_masked(text)]
    events = [*_callback(call), *(message.to for message in call.messages), *(one.skill for one in call.handoffs)]
    return tuple(dict.fromkeys([*said, *told, *events, *sorted(call.consents)]))
