"""What would help in one call: it hears the log, and says so when that has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from assist.call_so_far import CallSoFar
from assist.suggest.lookup import ALSO_RAN, Looked, Lookup
from assist.suggest.offer import is_agreed, offered
from assist.suggest.phrases import Phrases
from assist.suggest.questions import OpenQuestions, names_and_types
from assist.suggest.quiet import asks_nothing, is_partial_enough
from assist.suggest.reply import reply
from assist.suggest.rules import SuggestRules
from assist.suggest.steady import Steady
from assist.suggest.topic import Topic
from assist.suggest.wording import Wording
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.understand import SURE, Understanding
from voicebot.events import (
    BotFinished,
    BotInterrupted,
    CallEnded,
    CallStarted,
    Event,
    FlowEntered,
    FlowLeft,
    HandoffRequested,
    Logged,
    SlotCorrected,
    SlotFilled,
    Suggested,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)

WORTH_SAYING = 0.5
"""Confidence from which an entry's words are made ready as a reply; the agent reads it before the caller hears it."""

LONGEST_CHARS = 150
"""Of a turn that is looked up; of a longer one its end."""

STORY_CHARS = 60
"""Who says more has told a story first: the last ``WISH_CHARS`` are looked up by themselves too."""

WISH_CHARS = 30

MOST_EXCHANGES = 2

SAME_WORD_MS = 400
"""A word is looked up as it begins, and again where it takes so long: not with each of its syllables."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an event says, but for its times; ``turn`` is that of the items, 0 where there are none."""

    turn: int = 0
    items: tuple[dict[str, Any], ...] = ()
    reply: str = ""
    questions: tuple[str, ...] = ()
    phrases: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True)
class _Turn:
    """A turn of the caller: its finals before, and what was looked up last."""

    number: int = 0
    before: str = ""
    text: str = ""
    words: int = -1  # that had begun
    looked_ms: int = 0
    is_final: bool = False
    steady: Steady = field(default_factory=Steady)


class CallSuggestions:
    """The helper of one call. It keeps the newest turn and what is shown; what is older it has forgotten."""

    def __init__(
        self,
        call: CallSoFar,
        loaded: LoadedScenario,
        lookup: Lookup,
        understanding: Understanding,
        rules: SuggestRules,
        wording: Wording | None,
        today: Callable[[], date],
    ) -> None:
        self._call = call
        self._lookup, self._understanding = lookup, understanding
        self._rules, self._wording, self._today = rules, wording, today
        self._topic = Topic(lookup.nouns)
        self._questions = OpenQuestions(loaded)
        self._phrases = Phrases(rules)
        self._turn = _Turn()
        self._shown = _Shown()
        self._has_agent = False
        self._offer = self._said = ""
        self._exchanges: list[tuple[str, str]] = []
        self._worded: tuple[Future[str], float] | None = None

    def heard(self, logged: Logged) -> Sequence[Event]:
        """One event where something has changed; a reply that a model has worded meanwhile comes before it."""
        began_s = time.perf_counter()
        events = self._worded_meanwhile()
        shown = self._after(logged.event, logged.at_ms)
        if shown != self._shown:
            self._shown = shown
            events.append(self._event(began_s))
        return events

    def tick(self, at_ms: int) -> Sequence[Event]:
        return self._worded_meanwhile()

    def _after(self, event: Event, at_ms: int) -> _Shown:
        shown = self._shown
        match event:
            case TranscriptPartial("caller", turn, _, written):
                return self._partial(turn, written, at_ms)
            case TranscriptFinal("caller", turn, _, written):
                shown = self._final(turn, written, is_part=True)
            case TurnEnded(turn, _, written, _, reason) if reason != "dtmf":
                shown = self._final(turn, written)
            case TranscriptFinal("agent", _, _, written) if written:
                self._has_agent = True
                self._phrases.agent_said(written)
                self._questions.agent_said(written)
                self._answered(written)
            case BotFinished(_, text) | BotInterrupted(_, _, text) if text:
                self._phrases.bot_said(text)
                self._answered(text)
            case FlowEntered(flow, _):
                self._questions.entered(flow)
                self._phrases.flow_entered(flow)
                self._topic.entered(flow)
            case FlowLeft(flow, _):
                self._questions.left(flow)
            case SlotFilled(slot, _, written) | SlotCorrected(slot, _, written):
                self._questions.filled(slot, written)
            case HandoffRequested():
                self._has_agent = True
                self._questions.handed_over()
            case CallStarted():
                pass
            case CallEnded():
                self._forget_wording()
                return shown
            case _:
                return shown
        questions = self._questions.open()
        self._phrases.about_to_ask(names_and_types(questions))
        texts = tuple(question.text for question in questions)
        return replace(shown, questions=texts, phrases=self._phrases.shown())

    # ---- what the caller says

    def _of_turn(self, number: int) -> _Turn:
        if number != self._turn.number:
            self._turn = _Turn(number)
        return self._turn

    def _partial(self, number: int, written: str, at_ms: int) -> _Shown:
        turn = self._of_turn(number)
        text = f"{turn.before} {written}"[-LONGEST_CHARS:].strip()
        if turn.is_final or text == turn.text or not is_partial_enough(text):
            return self._shown
        words = text.count(" ")
        if words == turn.words and at_ms - turn.looked_ms < SAME_WORD_MS:
            return self._shown
        turn.text, turn.words, turn.looked_ms = text, words, at_ms
        if self._is_nothing(text):
            return self._shown
        looked = self._look(text)
        hits = turn.steady.settle(looked.hits if looked.is_shown else ())
        if not hits or [hit.entry.id for hit in hits[: self._rules.items]] == self._ids_of(number):
            return self._shown
        self._forget_wording()  # the reply to the turn before is not what is asked now
        return replace(self._shown, turn=number, items=self._items(replace(looked, hits=hits), text), reply="")

    def _final(self, number: int, text: str, *, is_part: bool = False) -> _Shown:
        """``is_part``: of a turn that may have several finals."""
        turn = self._of_turn(number)
        if is_part:
            text = turn.before = f"{turn.before} {text}"[-LONGEST_CHARS:].strip()
        text = text[-LONGEST_CHARS:].strip()
        if not text or (turn.is_final and text == turn.text):
            return self._shown
        turn.text, turn.is_final = text, True
        self._questions.caller_spoke()
        self._phrases.caller_said(text)
        self._forget_wording()
        offer, self._offer, self._said = self._offer, "", ""
        if offer and is_agreed(text) and self._topic.is_bare(self._lookup.settled(text)):
            text = offer
        elif self._is_nothing(text):
            return self._shown
        if self._has_agent:
            self._take_up_wish(text)
        looked = self._look(text)
        self._topic.asked(self._lookup.settled(text), looked.hits[0].entry.question if looked.is_shown else "")
        if not looked.is_shown:
            return replace(self._shown, turn=0, items=(), reply="")
        best = looked.hits[0].entry
        ready = looked.is_sure or looked.best >= WORTH_SAYING
        said = reply(text, best.answer, self._rules.reply_chars) if ready else ""
        if said and self._wording:
            hits = [hit for hit in looked.hits[: self._rules.items] if hit.confidence >= ALSO_RAN]
            self._worded = self._wording.begin(text, hits, tuple(self._exchanges)), time.perf_counter()
        self._exchanges = [*self._exchanges, (text, "")][-MOST_EXCHANGES:]
        return replace(self._shown, turn=number, items=self._items(looked, text), reply=said)

    def _look(self, text: str) -> Looked:
        whole = self._lookup.look(text, self._topic, self._today())
        if len(text) <= STORY_CHARS:
            return whole
        end = self._lookup.look(text[-WISH_CHARS:].partition(" ")[2], self._topic, self._today())
        return max(whole, end, key=lambda looked: (looked.is_sure, looked.best))

    def _is_nothing(self, text: str) -> bool:
        return asks_nothing(text, was_asked=bool(self._questions.flow and self._questions.open()))

    def _items(self, looked: Looked, text: str) -> tuple[dict[str, Any], ...]:
        first, *others = looked.hits[: self._rules.items]
        likely = [first, *(hit for hit in others if hit.confidence >= ALSO_RAN)]
        return tuple(self._lookup.item(hit, text, looked) for hit in likely)

    def _ids_of(self, number: int) -> list[str]:
        """What is shown for the turn."""
        return [item["document"] for item in self._shown.items] if self._shown.turn == number else []

    def _take_up_wish(self, text: str) -> None:
        """An agent has the call, and no bot reads what the caller wants."""
        reading = self._understanding.read(Heard.of(text), self._today())
        wish = reading.best("flow")
        if wish and wish.confidence >= SURE:
            self._questions.wanted(wish.name)
            self._phrases.flow_entered(wish.name)

    # ---- what is answered

    def _answered(self, text: str) -> None:
        """Whoever answers: so much of it a model is told when the next question is worded."""
        # a bot speaks sentence by sentence: what it offers may be the sentence before
        self._offer = offered(f"{self._said} {text}") or self._offer
        self._said = text
        if self._exchanges:
            asked, answered = self._exchanges[-1]
            self._exchanges[-1] = asked, f"{answered} {text}".strip()[:LONGEST_CHARS]

    def _worded_meanwhile(self) -> list[Event]:
        if self._worded is None or not self._worded[0].done():
            return []
        (worded, began_s), self._worded = self._worded, None
        text = "" if worded.cancelled() or worded.exception() else worded.result()
        if not text or text == self._shown.reply:
            return []
        self._shown = replace(self._shown, reply=text)
        return [self._event(began_s)]

    def _forget_wording(self) -> None:
        if self._worded:
            self._worded[0].cancel()
            self._worded = None

    def _event(self, began_s: float) -> Suggested:
        shown, ms = self._shown, round(1000 * (time.perf_counter() - began_s))
        return Suggested(shown.turn or self._turn.number, shown.items, ms, shown.reply, shown.questions, shown.phrases)
