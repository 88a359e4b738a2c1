"""One conversation: it opens with the scenario's flow, then serves one wish after another until somebody ends it.

The conversation is one coroutine. Where it waits for the caller, its place in the flow is its place in the code, so
that a question in the middle of a form is answered by a call and gone back from by a return.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from kb.korean import content
from voicebot.dialogue.answer.listening import cut
from voicebot.dialogue.asked import OFFER
from voicebot.dialogue.cues import CHIT_CHAT, Repair
from voicebot.dialogue.exchange import MOST, Exchange
from voicebot.dialogue.foresight import foreseen
from voicebot.dialogue.form import BELIEVED, NUMBERS
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.keypad import KEYPAD_AFTER
from voicebot.dialogue.line import Caller, Line
from voicebot.dialogue.menu import menu_of, offer_menu
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.signals import ChangeOfMind, Ended, Goodbye, Instead, LeaveFlow, RestartCall, Transfer
from voicebot.dialogue.slots.verdicts import OPENING
from voicebot.dialogue.understand import LIKELY, PLAIN, SURE, Reading, Wish, is_close
from voicebot.dialogue.walk import Walk
from voicebot.events import HandoffRequested

DESK_FLOW = "desk_flow"  # the variable that names a flow of the desk's with which a call begins
MOST_EXCHANGES = 3  # questions and answers that a model is told of
DEEPEST = 2  # flows that wait for another to end
MOST_MISSES = 6  # in a row, whatever was offered in between
UNDERSTOOD_WORDS = 2  # a sentence with as many content words was heard; if nothing fits it, nothing here answers it


@dataclass(frozen=True, slots=True)
class Rest:
    """What an answer has beyond what the ear can hold; offered."""

    text: str


class Conversation(Exchange):
    """What is talked about: the caller's wishes, one after another, and the flows and answers that serve them."""

    def __init__(self, mind: Mind, line: Line, caller: Caller, now: Callable[[], datetime] = datetime.now) -> None:
        super().__init__(mind, line, caller, now)
        self._offer: Wish | Rest | None = None

    async def run(self, opening: Flow | None = None) -> Goodbye | Transfer:
        """To the end, which it has announced to the caller and the log; ``HungUp`` when the caller ends it first.

        It may be run again behind a :class:`Transfer`, with the flow that a person wants the caller to go through: what
        it knows it still knows.
        """
        scenario = self.mind.scenario
        start = scenario.outbound if self.caller.direction == "out" and scenario.outbound else scenario.start
        if (wanted := self.caller.variables.get(DESK_FLOW, "")) in self.mind.flows:
            start = wanted
        if opening is not None:
            self._offer, self.awaited = None, None
            self.memory.begin_again()
        try:
            while True:
                try:
                    await self._serve_all(opening or self.mind.flows[start])
                except RestartCall:
                    opening = None
                    warnings = self.memory.warnings  # of those a caller cannot get rid of
                    self.memory = self.fresh_memory()
                    self.memory.warnings = warnings
                    self._offer = None
        except Ended as ended:
            if isinstance(ended.ending, Transfer):
                self.line.record(HandoffRequested(ended.ending.reason, ended.ending.skill, ended.ending.summary))
            return ended.ending

    def consider(self, partial: str) -> list[str]:
        """Reads what has been heard so far, so that the final costs nothing where it says the same.

        What may be said to it, for the voice to have ready: no side effects, and nothing is lost if it is not. Called
        from a thread of its own.
        """
        return foreseen(self, partial)

    async def repaired(self, repair: Repair, again: str) -> bool:
        if repair == "thanks" and not self.walks:
            self._offer = None  # who says thanks has heard enough
        return await super().repaired(repair, again)

    # ---- serving wishes

    async def _serve_all(self, opening: Flow) -> None:
        reading = await self._instead_of(self.walk(opening))
        while True:
            while reading:
                reading = await self._instead_of(self._serve(reading))
            said = self.memory.said[-1:]
            is_asked = bool(said) and said[0].rstrip().endswith("?")  # by the flow, or by what was not understood
            again = said[0] if is_asked else self._next_question()
            if not is_asked:
                await self.say(again)
            reading = await self.hear(OFFER if self._offer else None, again, self._easier())

    async def _instead_of(self, served: Coroutine[Any, Any, None]) -> Reading | None:
        """What the caller said who would rather have something else than what was being served."""
        try:
            await served
        except Instead as instead:
            return instead.reading
        return None

    def _next_question(self) -> str:
        match self._offer:
            case Rest():
                return self.own("offer_rest")
            case Wish(hit=hit) if hit is not None:
                return self.own("offer_answer", 질문=hit.entry.question)
        return self.own("anything_else")

    def _easier(self) -> str:
        names = [f"'{flow.flow}'" for flow in self.mind.offered()[:3]]
        return self.own("easier", 보기=", ".join(names))

    async def _serve(self, reading: Reading) -> None:
        offer, self._offer = self._offer, None
        if offer and reading.repair == "cancel" and not reading.is_wish:
            return
        is_key = reading.heard.source == "dtmf" and offer is None
        answer = None if is_key else OFFER.slot.find(reading.heard, self.now(), asked=True)
        is_bare = answer is not None and (
            len(content(reading.heard.written)) <= 1
            or (OPENING.match(reading.heard.written) is not None and not reading.is_wish)
        )
        if offer and is_bare and answer and answer.value:
            self.understood()
            if isinstance(offer, Rest):
                await self._rest(offer)
            else:
                await self._fulfil(offer, offer.hit.entry.question if offer.hit else "", reading)
            return
        if is_bare and answer and answer.value is False and not reading.is_wish:
            if offer:
                return
            await self.say_own("goodbye")
            raise Ended(Goodbye("done"))
        await self.serve_wish(reading)

    async def serve_wish(self, reading: Reading) -> None:
        """The wish of an utterance that answers no question: served, asked about, or owned up to."""
        flows = [wish for wish in reading.wishes if wish.kind == "flow"]
        best = reading.wishes[0] if reading.wishes else None
        if best and best.kind == "repair" and best.name in CHIT_CHAT and best.confidence >= LIKELY:
            await self.say_own(best.name)
            return
        if best is None or best.kind == "repair" or best.confidence < LIKELY:
            await (self.say_own("nothing_to_cancel") if reading.repair == "cancel" else self._unserved(reading))
            return
        is_one_of_two = best.kind == "flow" and len(flows) > 1 and is_close(flows[1], best)
        is_guess = best.kind == "flow" and (best.confidence < SURE or reading.heard.confidence < LIKELY)
        if (is_one_of_two or is_guess) and self.memory.not_understood >= KEYPAD_AFTER:
            await self._missed()
        elif is_one_of_two:
            await self._which(flows[0], flows[1], reading)
        elif is_guess:
            await self._offered(best, reading)
        else:
            self.understood()
            await self._fulfil(best, reading.heard.written, reading)

    async def _unserved(self, reading: Reading) -> None:
        heard = reading.heard
        if heard.source == "dtmf" or len(content(heard.written)) < UNDERSTOOD_WORDS or heard.confidence < BELIEVED:
            await self._missed(wants_menu=heard.source == "dtmf")
            return
        await self.no_answer()

    async def _missed(self, *, wants_menu: bool = False, was_guess: bool = False) -> None:
        """What the caller wants is not understood, or was guessed and is not that: sorry, and the second time the menu.

        Who presses keys that were not asked for wants the menu at once.
        """
        memory, limit = self.memory, self.mind.scenario.limits.not_understood
        menu = menu_of(self.mind, self.own("menu_person")) if limit > KEYPAD_AFTER and not self.walks else None
        if menu is None:
            if not was_guess:
                await self.not_understood(self.own("anything_else"), self._easier())
            return
        memory.not_understood += 1
        if memory.not_understood > MOST_MISSES:
            await self.give_up(self.own("anything_else"))
        elif wants_menu or memory.not_understood >= KEYPAD_AFTER:
            await offer_menu(self, menu)
        elif not was_guess:
            await self.say_own("not_understood")
            await self.say(self.own("anything_else"), "repair")

    async def no_answer(self) -> None:
        """Nothing here answers it: a person could, and does when that has been so for too long."""
        if await self.designers("no_answer"):
            return
        self.memory.unanswered += 1
        if self.memory.unanswered > self.mind.scenario.limits.not_understood:
            await self.say_own("give_up")
            await self.hand_over("no_answer")
        question = self.own("no_answer")
        await self.say(question, "repair")
        if await self.agrees(question):
            await self.say_own("person")
            await self.hand_over("no_answer")

    async def agrees(self, question: str) -> bool:
        """The caller's yes or no to a question that was just said; another wish counts as a no, and is served."""
        reading = await self.hear(OFFER, question)
        verdict = self._verdict(reading)
        if verdict is None:
            if not self.walks:
                raise Instead(reading)
            await self.serve_wish(reading)
            return False
        self.understood()
        return verdict

    def _verdict(self, reading: Reading) -> bool | None:
        """Yes or no; None for what is neither."""
        answer = OFFER.slot.find(reading.heard, self.now(), asked=True)
        if answer is None or answer.problem or self.wants_another(reading):
            return None
        return bool(answer.value)

    def wants_another(self, reading: Reading) -> bool:
        """Whether who was asked for a yes or a no wants another flow instead: 그럼 배송 조회해 주세요 is no yes."""
        best = reading.wishes[0] if reading.wishes else None
        wants = best is not None and best.kind == "flow" and best.confidence >= SURE and not self.is_walking(best.name)
        opening = OPENING.match(reading.heard.written)
        is_opened = opening is not None and opening["said"].strip(" ,.!~") != "그럼"  # there it is "then", not "sure"
        return wants and not is_opened

    async def _offered(self, wish: Wish, reading: Reading) -> None:
        question = self.own("offer_flow", 이름=wish.name)
        await self.say(question, "repair")
        answer = await self.hear(OFFER, question)
        verdict = self._verdict(answer)
        if verdict is None and self._answers_already(self.mind.flows[wish.name], answer.heard):
            both = Heard.of(f"{reading.heard.spoken} {answer.heard.spoken}", confidence=answer.heard.confidence)
            verdict, reading = True, replace(reading, heard=both)
        if verdict is None:
            self.memory.not_understood += 1
            raise Instead(answer)
        if not verdict:
            await self._missed(was_guess=True)
            return
        self.understood()
        await self._fulfil(wish, reading.heard.written, reading)

    def _answers_already(self, flow: Flow, heard: Heard) -> bool:
        """Whether who was offered a flow tells a number that it would ask for, instead of yes."""
        for slot in (self.mind.asked(flow, name) for name in Walk(self, flow).asks):
            found = slot.slot.find(heard, self.now(), asked=True) if slot.settings.type in NUMBERS else None
            if found and not found.problem and found.end - found.start >= MOST * len(heard.written.strip()):
                return True
        return False

    async def _which(self, one: Wish, other: Wish, reading: Reading) -> None:
        question = self.own("which_flow", 하나=one.name, 둘=other.name)
        await self.say(question, "repair")
        answer = await self.hear(None, question)
        chosen = next((wish for wish in answer.wishes if wish.name in (one.name, other.name)), None)
        spoken = answer.heard.written
        if spoken.strip("#") == "1" or any(first in spoken for first in ("첫", "앞", "1번", "전자")):
            chosen = one
        elif spoken.strip("#") == "2" or any(second in spoken for second in ("두 번", "두번", "뒤", "2번", "후자")):
            chosen = other
        if chosen is None:
            self.memory.not_understood += 1
            raise Instead(answer)
        self.understood()
        await self._fulfil(chosen, reading.heard.written, reading)

    async def _fulfil(self, wish: Wish, question: str, reading: Reading) -> None:
        if wish.kind == "flow":
            await self.walk(self.mind.flows[wish.name], reading)
        elif not await self.answer(question, offering=True):
            await self.no_answer()

    # ---- flows and answers, also from inside a flow

    def is_walking(self, flow: str) -> bool:
        """Whether the flow is being followed, or waits for one that it has linked to."""
        return any(walk.flow.flow == flow for walk in self.walks)

    async def walk(self, flow: Flow, reading: Reading | None = None, linked_from: str | None = None) -> None:
        """Follows a flow to its end, or to the end of whatever the caller would rather have.

        A linked flow that is given up takes the one it was ``linked_from`` with it.
        """
        while True:
            walk = Walk(self, flow)
            self.walks.append(walk)
            try:
                await walk.run(reading, linked_from)
                return
            except LeaveFlow as left:
                if linked_from is not None:
                    raise
                if left.is_wish:
                    await self.say_own("cancelled")
                return
            except ChangeOfMind as change:
                if len(self.walks) > 1:  # the flow that waits for this one is not what the caller wants either
                    raise
                flow, reading = self.mind.flows[change.flow], change.reading
            finally:
                self.walks.remove(walk)

    async def answer(self, question: str, *, offering: bool = False) -> bool:
        """Answers from the knowledge base; false where nothing there does."""
        hits = self.mind.understanding.answers(question, self.now().date())
        if not hits or hits[0].confidence < LIKELY:
            return False
        memory, told, rest = self.memory, [], ""
        clauses = self.mind.answers.stream(question, hits, memory.exchanges, partial(self.fault, "answers"))
        async with aclosing(clauses):
            async for clause in clauses:
                await self.say(clause.text, clause.source, [dict(one) for one in clause.documents])
                told.append(clause.text)
                rest = clause.rest
        memory.exchanges = [*memory.exchanges, (question, " ".join(told))][-MOST_EXCHANGES:]
        if offering:
            self._offer = Rest(rest) if rest else _follow_up(hits[0].entry.id, hits)
        return True

    async def _rest(self, rest: Rest) -> None:
        said = cut(rest.text, self.mind.scenario.limits.answer_chars)
        for sentence in said.said:
            await self.say(sentence, "faq")
        self._offer = Rest(said.rest) if said.rest else None

    async def digress(self, reading: Reading, again: str) -> bool:
        """A wish in the middle of a form: answers it and comes back, or follows another flow; false for none."""
        current = {walk.flow.flow for walk in self.walks}
        best = next((wish for wish in reading.wishes if wish.kind != "repair" and wish.name not in current), None)
        if best is None or best.confidence < SURE:
            return False
        self.understood()
        if best.kind == "faq":
            if not reading.is_question and best.confidence < PLAIN:
                return False
            if not await self.answer(reading.heard.written):
                return False
            await self.say(f"{self.own('back_to')} {again}", "repair")
            return True
        if len(self.walks) >= DEEPEST or not self.walks[-1].is_begun:
            raise ChangeOfMind(best.name, reading)
        if self.mind.flows[best.name].kind == "main" and _drops(reading.heard.written):
            raise ChangeOfMind(best.name, reading)
        interrupted = self.walks[-1].flow
        await self.walk(self.mind.flows[best.name], reading)
        question = self.own("resume", 이름=interrupted.flow)
        await self.say(question, "repair")
        if not await self.agrees(question):
            raise LeaveFlow(is_wish=True)
        await self.say(again, "repair")
        return True


_DROPPING = ("말고", "그냥", "아니", "취소", "대신", "안 할")


def _drops(written: str) -> bool:
    """Whether the caller wants the one thing in place of the other."""
    return any(word in written for word in _DROPPING)


_FOLLOW_UP = 0.01


def _follow_up(answered: str, hits: Sequence[Any]) -> Wish | None:
    """The next best entry, if it is of the same category."""
    first = hits[0].entry
    for hit in hits[1:]:
        if hit.entry.category == first.category and hit.entry.id != answered and hit.confidence >= _FOLLOW_UP:
            return Wish("faq", hit.entry.id, hit.confidence, hit)
    return None
