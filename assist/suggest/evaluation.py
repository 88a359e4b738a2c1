"""How right suggestions are, on calls whose answers are known, and how steady while the caller speaks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from assist.call_so_far import CallSoFar
from assist.suggest.call_suggestions import CallSuggestions
from assist.suggest.suggestions import Suggestions
from kb.evaluation import Query
from voicebot.dialogue.trial.suite import Tried
from voicebot.events import AnswerChosen, Event, Logged, Suggested, TranscriptFinal, TranscriptPartial, TurnEnded

TOP = 3
CALLS_AT_ONCE = 20
THREADS = 2


@dataclass(frozen=True, slots=True)
class KnownCall:
    """``events`` in order; ``gold`` are the entries that answer a turn, for those turns that an entry answers."""

    name: str
    day: date
    events: tuple[Event, ...]
    gold: dict[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Miss:
    """A turn whose entry was not among the first three; ``shown`` are those that were."""

    call: str
    text: str
    gold: tuple[str, ...]
    shown: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {"call": self.call, "text": self.text, "gold": list(self.gold), "shown": list(self.shown)}


@dataclass(slots=True)
class Report:
    """``changes`` are how often the first entry of an answered turn was replaced while it was spoken, ``heard`` which
    share of its words was heard when the right one first came up: a list can be steady because it is late.

    ``ms`` are from final words to event, of every turn with one. ``idle`` are turns that no entry answers, and
    ``idle_shown`` those of them for which something was shown: wishes that a flow serves are among them.
    """

    top1: int = 0
    top3: int = 0
    n: int = 0
    idle: int = 0
    idle_shown: int = 0
    ms: list[float] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {
            "n": self.n,
            "top1": _share(self.top1, self.n),
            "top3": _share(self.top3, self.n),
            "p95_ms": round(float(np.percentile(self.ms, 95)), 1) if self.ms else 0.0,
            "changes_per_turn": round(float(np.mean(self.changes)), 3) if self.changes else 0.0,
            "heard_when_right": round(float(np.mean(self.heard)), 3) if self.heard else 0.0,
            "misses": [miss.as_json() for miss in self.misses],
        }


def evaluate(suggestions: Suggestions, calls: Sequence[KnownCall], at_once: int = CALLS_AT_ONCE) -> Report:
    """Runs a helper over each call. So many callers end their turns in one instant; partials grow word by word."""
    report = Report()
    with ThreadPoolExecutor(THREADS) as pool:
        for begin in range(0, len(calls), at_once):
            lanes = [_Lane(suggestions, call) for call in calls[begin : begin + at_once]]
            speaking = lanes
            while speaking:
                ready = list(pool.map(_Lane.speak, speaking))
                speaking = [lane for lane, is_ready in zip(speaking, ready, strict=True) if is_ready]
                finish = partial(_Lane.finish, began_s=time.perf_counter())
                list(pool.map(finish, speaking))
            for lane in lanes:
                _add(report, lane.report)
    return report


def of_tests(tried: Sequence[Tried]) -> list[KnownCall]:
    """Conversation tests that were played: right is what the test wants; else, of one that has passed, what the bot
    has answered from."""
    calls = []
    for one in tried:
        if one.played.broken:
            continue
        gold: dict[int, frozenset[str]] = {}
        for turn in one.played.turns:
            number = next((event.turn for event in turn.events if isinstance(event, TurnEnded)), None)
            wanted = {name for step, at in _steps(one) if at is turn for name in step.answer}
            if not wanted and one.has_passed:
                wanted = {name for event in turn.events for name in _answered_from(event)}
            if number is not None and wanted:
                gold[number] = frozenset(wanted)
        events = tuple(event for turn in one.played.turns for event in turn.events)
        calls.append(KnownCall(one.written.case.test, one.played.now.date(), events, gold))
    return calls


def of_questions(queries: Sequence[Query], day: date) -> list[KnownCall]:
    """Each question a call of its own."""
    return [
        KnownCall(
            query.kind,
            day,
            (TranscriptFinal("caller", 1, query.query, query.query, (), "typed"),),
            {1: frozenset([query.gold_id])} if query.gold_id else {},
        )
        for query in queries
    ]


def _steps(tried: Tried) -> Iterator[tuple[Any, Any]]:
    return zip(tried.written.case.talk, tried.played.judged_by, strict=True)


def _answered_from(event: Event) -> list[str]:
    is_answer = isinstance(event, AnswerChosen) and event.source in ("faq", "llm")
    return [str(document["id"]) for document in event.documents] if is_answer else []  # type: ignore[attr-defined]


class _Lane:
    """One call, told to a helper of its own."""

    def __init__(self, suggestions: Suggestions, call: KnownCall) -> None:
        self.report = Report()
        self._call = call
        self._so_far = CallSoFar(call.name)
        self._helper: CallSuggestions = suggestions.open(self._so_far, None, lambda: call.day)
        self._coming = deque(call.events)
        self._seq = self._changes = 0
        self._shown: list[str] = []
        self._heard: float | None = None

    def speak(self) -> bool:
        """Up to where the caller's next words are final; whether there are any."""
        while self._coming:
            event = self._coming[0]
            if isinstance(event, TranscriptFinal) and event.side == "caller":
                self._partials(event)
                return True
            self._tell(self._coming.popleft())
        return False

    def finish(self, began_s: float) -> None:
        """The final; ``began_s`` is when it was heard."""
        final = self._coming.popleft()
        assert isinstance(final, TranscriptFinal)
        gold, report = self._call.gold.get(final.turn), self.report
        now = self._tell(final)
        if now:
            report.ms.append(1000 * (time.perf_counter() - began_s))
            self._changes += bool(self._shown) and now[:1] != self._shown[:1]
        if gold is None:
            report.idle += 1
            report.idle_shown += bool(now)
            return
        report.n += 1
        report.top1 += bool(now) and now[0] in gold
        report.changes.append(self._changes)
        if gold.isdisjoint(now[:TOP]):
            report.misses.append(Miss(self._call.name, final.written, tuple(sorted(gold)), tuple(now[:TOP])))
        else:
            report.top3 += 1
            report.heard.append(1.0 if self._heard is None else self._heard)

    def _partials(self, final: TranscriptFinal) -> None:
        gold = self._call.gold.get(final.turn, frozenset())
        words = final.written.split()
        self._shown, self._changes, self._heard = [], 0, None
        for end in range(1, len(words)):
            text = " ".join(words[:end])
            if now := self._tell(TranscriptPartial("caller", final.turn, text, text, len(text))):
                self._changes += bool(self._shown) and now[:1] != self._shown[:1]
                self._shown = now
                if self._heard is None and now[0] in gold:
                    self._heard = end / len(words)

    def _tell(self, event: Event) -> list[str]:
        """The documents of the newest event for the turn that is spoken; nothing for none."""
        logged = Logged(self._call.name, self._seq, self._seq, event)
        self._seq += 1
        self._so_far.take(logged)
        turn = getattr(event, "turn", 0)
        told = [one for one in self._helper.heard(logged) if isinstance(one, Suggested) and one.turn == turn]
        return [str(item["document"]) for item in told[-1].items] if told else []


def _add(report: Report, one: Report) -> None:
    for name in ("top1", "top3", "n", "idle", "idle_shown", "ms", "changes", "heard", "misses"):
        setattr(report, name, getattr(report, name) + getattr(one, name))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
