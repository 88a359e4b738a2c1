"""What a note will be made of, gathered event by event, so that little is left to do when the caller hangs up."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from assist.call_so_far import CallSoFar
from assist.private import is_abusive, is_masked, masked, without_abuse, without_figures
from assist.wrapup.deeds import Deed, deed_in, of_flow
from assist.wrapup.predicate import Sentence, sentences
from assist.wrapup.promises import Promise, promises_in
from assist.wrapup.wishes import LEAST, Wish, weight_of
from assist.wrapup.wishes import MOST as MOST_WISHES
from voicebot.dialogue.slots.days import mentions
from voicebot.events import (
    AnswerChosen,
    BotFinished,
    BotInterrupted,
    FlowEntered,
    FlowLeft,
    HandoffRequested,
    Logged,
    ServiceCalled,
    SlotCorrected,
    SlotFilled,
    TranscriptFinal,
    TurnEnded,
)
from voicebot.text.private_turns import PrivateTurns

MOST_DEEDS, MOST_PROMISES, MOST_VISITS = 60, 40, 200
FIRST_SAID, LAST_SAID = 20, 40
SAID_CHARACTERS = 300
_PROMPT = re.compile(r"\?|다시 (?:골라|말씀|불러)")
_FLOW_ENTERED, _ANSWERED, _REPAIRED, _SLOT_FILLED = 0.8, 0.6, -0.6, -0.7


@dataclass(slots=True)
class Visit:
    """A flow that was walked; ``left_seq`` is None while it runs."""

    flow: str
    entered_seq: int
    left_seq: int | None = None

    @property
    def is_open(self) -> bool:
        return self.left_seq is None

    def holds(self, seq: int) -> bool:
        """Whether the event of that number came while the flow ran."""
        return self.entered_seq <= seq and (self.left_seq is None or seq <= self.left_seq)


class Gathering:
    """Of one call that began at ``began`` (Korean time); ``flows`` are those that tell what a call is about, others (a
    greeting, a repeated sentence) are passed over. Bounded: of a long call the best wishes, the first and last
    things said, and the newest deeds, promises and flows are kept."""

    def __init__(
        self, began: datetime, flows: Collection[str], holidays: Collection[date] = (), about: Collection[str] = ()
    ) -> None:
        self.wishes: list[Wish] = []
        self.deeds: deque[Deed] = deque(maxlen=MOST_DEEDS)
        self.promises: deque[Promise] = deque(maxlen=MOST_PROMISES)
        self.visits: deque[Visit] = deque(maxlen=MOST_VISITS)
        self.turns = 0  # in which the caller said something
        self.agent_spoke_seq = -1
        self.bot_spoke_seq = -1
        self.asked_person_seq = -1
        self._began = began
        self._flows = flows
        self._holidays, self._about = holidays, about
        self._first: list[tuple[str, str]] = []
        self._last: deque[tuple[str, str]] = deque(maxlen=LAST_SAID)
        self._private = PrivateTurns()
        self._turn: list[Wish] = []
        self._bonus = 0.0
        self._unended = ""
        self._chosen: deque[AnswerChosen] = deque(maxlen=8)
        self._looked_up = False  # a service has told the running flow something

    @property
    def said(self) -> list[tuple[str, str]]:
        """Who said what, the first and the last of it."""
        return [(side, self._private.known(text)) for side, text in (*self._first, *self._last)]

    @property
    def _visit(self) -> Visit | None:
        """The innermost flow that runs."""
        return next((visit for visit in reversed(self.visits) if visit.is_open), None)

    def take(self, logged: Logged, call: CallSoFar) -> None:
        match event := logged.event:
            case TranscriptFinal(side="caller", written=written):
                self._unended = written
            case TurnEnded(turn=turn, written=written, reason=reason):
                self._caller_said(turn, written, pressed=reason == "dtmf")
            case TranscriptFinal(written=written):
                self.agent_spoke_seq = logged.seq
                self._other_said(logged, event.side, written, call)
            case AnswerChosen():
                self._chosen.append(event)
                if event.source in ("faq", "llm"):
                    self._bonus = max(self._bonus, _ANSWERED)
                elif event.source == "repair":
                    self._bonus = min(self._bonus, _REPAIRED)
            case BotFinished(text=text) | BotInterrupted(heard_text=text):
                self.bot_spoke_seq = logged.seq
                self._other_said(logged, "bot", text, call)
            case FlowEntered(flow=flow) if flow in self._flows:
                self._looked_up = self._looked_up and self._visit is not None
                self.visits.append(Visit(flow, logged.seq))
                self._bonus = max(self._bonus, _FLOW_ENTERED)
            case FlowLeft(flow=flow):
                if visit := next((one for one in reversed(self.visits) if one.flow == flow and one.is_open), None):
                    visit.left_seq = logged.seq
            case SlotFilled() | SlotCorrected():
                self._slot_filled(event)
            case ServiceCalled(status=status):
                self._looked_up = isinstance(status, int) and status < 500
            case HandoffRequested():
                self.asked_person_seq = logged.seq

    def end(self) -> None:
        """Nothing more comes: what the caller was saying when the call broke off counts too."""
        if self._unended:
            self._caller_said(self.turns + 1, self._unended, pressed=False)
        self._close_turn()
        # a number that was told over several turns is known as one behind the last of them only
        self.wishes = [wish for wish in self.wishes if not self._is_private(wish.sentence.text)]
        self.deeds = deque((deed for deed in self.deeds if not self._is_private(deed.source)), MOST_DEEDS)
        self.promises = deque((one for one in self.promises if not self._is_private(one.source)), MOST_PROMISES)

    def _is_private(self, text: str) -> bool:
        return self._private.known(text) != text

    # ---- the caller

    def _caller_said(self, turn: int, written: str, *, pressed: bool) -> None:
        self._close_turn()
        self._unended = ""
        if not written.strip():
            return
        self.turns += 1
        shown = self._keep("caller", written)
        if pressed or is_masked(written):
            return
        for sentence in sentences(without_abuse(shown)):
            weight = weight_of(sentence, self.turns - 1)
            if weight is not None:
                is_clean = not is_abusive(sentence.text) and not is_masked(sentence.text)
                self._turn += [Wish(sentence, turn, 0, weight)] if is_clean else []

    def _close_turn(self) -> None:
        for number, wish in enumerate(self._turn):
            weighed = replace(wish, order=100 * self.turns + number, weight=wish.weight + self._bonus)
            self.wishes += [weighed] if weighed.weight >= LEAST else []
        if len(self.wishes) > MOST_WISHES:
            self.wishes = sorted(sorted(self.wishes, key=lambda wish: -wish.weight)[:MOST_WISHES], key=_order)
        self._turn, self._bonus = [], 0.0

    def _slot_filled(self, filled: SlotFilled | SlotCorrected) -> None:
        if is_masked(filled.written):  # what answered a private question is nobody's business
            self._turn.clear()
            kept = self._last or self._first
            if kept and kept[-1][0] == "caller":
                kept[-1] = ("caller", without_figures(kept[-1][1]))
        elif self._bonus <= 0:
            self._bonus = min(self._bonus, _SLOT_FILLED)

    # ---- whom the caller hears

    def _other_said(self, logged: Logged, side: str, written: str, call: CallSoFar) -> None:
        if not written.strip():
            return
        shown = self._keep(side, written)
        if is_masked(written):
            return
        chosen = next((one for one in reversed(self._chosen) if written in one.text), None) if side == "bot" else None
        is_entry = chosen is not None and chosen.source in ("faq", "llm")
        if chosen is not None and chosen.source == "repair":
            return
        is_prompt = side == "bot" and (chosen is None or _PROMPT.search(chosen.text) is not None)
        at = self._began
        for sentence in sentences(masked(shown)):
            if not is_entry:
                self.promises.extend(promises_in(sentence, at, self._holidays))
            self._note_deed(sentence, logged.seq, call, is_entry, is_prompt)

    def _note_deed(self, sentence: Sentence, seq: int, call: CallSoFar, is_entry: bool, is_prompt: bool) -> None:
        visit = self._visit
        flow = visit.flow if visit else ""
        found = deed_in(sentence, is_answer=is_entry or (bool(flow) and self._looked_up))
        if found is None or (is_prompt and found[0] == "told"):
            return
        kind, text = found
        today = self._began.date()
        if kind == "done" and any(mention.day < today for mention in mentions(sentence.text, today, "any")):
            kind = "told"  # 22일에 돌려드렸어요 was done before
        if is_entry and kind == "refused":
            kind = "told"  # an entry that says what cannot be is an answer
        if kind == "done" and flow:
            text = of_flow(text, flow)
            known = [f"{name} {masked(call.slots[name].written)}" for name in self._about if name in call.slots]
            text += f" ({', '.join(known)})" if known and not any(one in text for one in known) else ""
        self.deeds.append(Deed(kind, text, sentence.text, flow, seq))

    def _keep(self, side: str, written: str) -> str:
        """Returns it without private numbers."""
        shown = self._private.heard(side, written)
        said = (side, masked(shown[:SAID_CHARACTERS]))
        if len(self._first) < FIRST_SAID:
            self._first.append(said)
        else:
            self._last.append(said)
        return shown


def _order(wish: Wish) -> int:
    return wish.order
