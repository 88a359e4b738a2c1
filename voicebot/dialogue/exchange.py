"""The manners of a conversation: how it speaks, listens, and repairs what goes wrong, whatever it is about."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from voicebot.dialogue.asked import Asked
from voicebot.dialogue.cues import CHIT_CHAT, Repair
from voicebot.dialogue.keypad import keypad_sentence, tells_keys
from voicebot.dialogue.line import Caller, Line, Silence
from voicebot.dialogue.memory import Memory
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.sentences import SENTENCES, Turns, wordings
from voicebot.dialogue.signals import Ended, Goodbye, HandoffReason, RestartCall, Transfer
from voicebot.dialogue.template import TemplateInvalid, fill
from voicebot.dialogue.understand import LIKELY, SURE, Reading
from voicebot.events import AnswerChosen, Event, Fault

if TYPE_CHECKING:
    from voicebot.dialogue.walk import Walk

log = logging.getLogger(__name__)

AnswerSource = Literal["flow", "faq", "llm", "repair"]

MOST = 0.6  # of an utterance, to be the answer and not a part of something else


class Exchange(ABC):
    """With one caller. ``now`` is the wall clock, which dates and greetings go by."""

    def __init__(self, mind: Mind, line: Line, caller: Caller, now: Callable[[], datetime]) -> None:
        self.mind = mind
        self.line = line
        self.now = now
        self.caller = caller
        self.walks: list[Walk] = []
        self.off_record: Walk | None = None  # which of them has the recording paused
        self._turns = Turns()
        self.awaited: Asked | None = None  # what the caller was asked for last
        self.memory = self.fresh_memory()

    @abstractmethod
    async def walk(self, flow: Flow) -> None:
        """Follows a flow: one that a designer wrote in place of a repair."""

    def fresh_memory(self) -> Memory:
        return Memory(self.mind.scenario.company, self.caller.number, self.now(), dict(self.caller.variables))

    # ---- speaking

    async def say(
        self,
        text: str,
        source: AnswerSource = "flow",
        documents: Sequence[dict[str, Any]] = (),
        *,
        interruptible: bool = True,
        slower: bool = False,
    ) -> None:
        self.memory.said.append(text)
        self.record(AnswerChosen(self.line.turn, source, tuple(documents), text, self.line.turn_ms))
        await self.line.say(text, interruptible=interruptible, slower=slower)

    async def say_lines(self, lines: Any, *, interruptible: bool = True) -> None:
        """One of a designer's wordings, filled; nothing where the condition of none holds."""
        values = self.memory.values()
        if fitting := wordings(lines, values):
            await self.say(fill(self._turns.next(fitting), values), interruptible=interruptible)

    def turn_of(self, lines: str | list[str]) -> str:
        """The next of several wordings."""
        return self._turns.next([lines] if isinstance(lines, str) else lines)

    def turn_to_come(self, lines: list[str]) -> str:
        """The one that :meth:`turn_of` will give."""
        return self._turns.peek(lines)

    async def say_own(self, name: str, **values: Any) -> None:
        await self.say(self.own(name, **values), "repair")

    def own(self, name: str, **values: Any) -> str:
        """A sentence of ``sentences.yaml``, in the company's words where it has any."""
        known = {**self.memory.values(), **values}
        lines = wordings(self.mind.scenario.sentences.get(name, SENTENCES[name]), known)
        try:
            return fill(self._turns.next(lines or SENTENCES[name]), known)
        except TemplateInvalid as invalid:
            self.fault("scenario", f"sentences: {name}: {invalid}", "said in the engine's own words")
            return fill(self._turns.next(SENTENCES[name]), known)

    def record(self, event: Event) -> None:
        self.line.record(event)

    def fault(self, room: str, what: str, cured_by: str) -> None:
        log.warning("%s: %s (%s)", room, what, cured_by)
        self.record(Fault(room, what, cured_by))

    # ---- listening

    async def hear(self, asked: Asked | None, again: str, easier: str | None = None) -> Reading:
        """The caller's next words that are for whoever asks; what goes for the whole conversation is dealt with here.

        ``again`` is the question, said anew after whatever came between; ``easier`` its easier wording.
        """
        self.awaited = asked
        while True:
            heard = await self.line.listen(asked.slot if asked else None, self.mind.scenario.limits.silence_ms)
            if isinstance(heard, Silence):
                await self._silent(again, easier)
                continue
            self.memory.silences = 0
            self.memory.last_heard = "" if self.off_record else heard.written
            reading = self.mind.understanding.read(heard, self.now().date())
            if reading.repair is None or self._is_answer(reading, asked):
                self.memory.said.clear()
                return reading
            if not await self.repaired(reading.repair, again):
                self.memory.said.clear()
                return reading

    def _is_answer(self, reading: Reading, asked: Asked | None) -> bool:
        """Whether words that could be meant for the conversation answer what was asked."""
        if asked is None or reading.repair in ("abuse", "injection", None):
            return False
        heard = reading.heard
        found = asked.slot.find(heard, self.now(), asked=True)
        if found is None or found.problem:
            return False
        if asked.is_open:
            return not reading.by_words or len(heard.written) > _SHORT_WISH_CHARS
        if not reading.by_words and found.confidence >= LIKELY:
            return True
        if reading.repair == "person":
            return asked.settings.type == "choice"
        return found.confidence >= SURE and found.end - found.start >= MOST * len(heard.written.strip())

    async def _silent(self, again: str, easier: str | None) -> None:
        memory, limits = self.memory, self.mind.scenario.limits
        memory.silences += 1
        if memory.silences >= limits.silences:
            await self.say_own("silence_goodbye")
            raise Ended(Goodbye("silence"))
        if not await self.designers("silence"):
            await self.say_own("silence")
        await self.say(again if memory.silences == 1 or easier is None else easier, "repair")

    async def repaired(self, repair: Repair, again: str) -> bool:
        """Deals with a repair; false for one that only the asking flow can deal with."""
        match repair:
            case "abuse":
                await self._abused(again)
            case "injection":
                await self.say_own("stays_itself")
                await self._ask_again(again)
            case "person":
                if not await self.designers("person"):
                    await self.say_own("person")
                    await self.hand_over("asked")
                await self._ask_again(again)
            case "repeat" | "slower":
                if not await self.designers(repair):
                    await self.repeat(slower=repair == "slower")
            case "restart":
                if not await self.designers("restart"):
                    raise RestartCall
            case "wait":
                await self.say_own("wait")
            case "goodbye":
                await self.say_own("goodbye")
                raise Ended(Goodbye("caller"))
            case "thanks" if not self.walks:
                await self.say_own("thanks")
                await self._ask_again(self.own("anything_else"))
            case "thanks":
                await self._ask_again(again)
            case _ if repair in CHIT_CHAT:
                await self.say_own(repair)
                await self._ask_again(again)
            case _:
                return False
        return True

    async def _ask_again(self, again: str) -> None:
        await self.say(again, "repair")

    async def _abused(self, again: str) -> None:
        rule = self.mind.scenario.abuse
        if self.memory.warnings < rule.warnings:
            self.memory.warnings += 1
            await self.say_own("abuse_warning")
            return
        if await self.designers("abuse"):
            return
        match rule.then:
            case "warn":
                await self.say_own("abuse_warning")
            case "handoff":
                await self.say_own("abuse_handoff")
                await self.hand_over("abuse", rule.skill)
            case "hang_up":
                await self.say_own("abuse_goodbye")
                raise Ended(Goodbye("abuse"))

    async def repeat(self, *, slower: bool = False) -> None:
        """Says again all that was said since the caller spoke last."""
        said, self.memory.said = self.memory.said, []
        if slower:
            await self.say_own("slower")
            self.memory.said.clear()
        for text in said or [self.own("nothing_said")]:
            await self.say(text, "repair", slower=slower)

    # ---- not understanding

    async def not_understood(self, again: str, easier: str | None) -> None:
        """Once: sorry and again; twice: in easier words; then a person takes over."""
        memory = self.memory
        memory.not_understood += 1
        if memory.not_understood >= self.mind.scenario.limits.not_understood:
            await self.give_up(again)
        elif memory.not_understood == 1 or easier is None:
            await self.say_own("not_understood")
            await self.say(again, "repair")
        else:
            await self.say(easier, "repair")

    async def give_up(self, again: str) -> None:
        """A person takes over, unless a designer's flow goes on otherwise."""
        self.memory.not_understood = 0
        if not await self.designers("not_understood"):
            await self.say_own("give_up")
            await self.hand_over("low_confidence")
        await self.say(again, "repair")

    async def offer_keys(self, asked: Asked) -> None:
        """What was just asked may be answered by keys too: said of what can be, unless the question has said so."""
        sentence = keypad_sentence(asked)
        if sentence and not tells_keys(" ".join(self.memory.said)):
            await self.say_own(sentence[0], 메뉴=sentence[1])

    def understood(self) -> None:
        self.memory.not_understood = self.memory.unanswered = 0

    @property
    def handoff_reason(self) -> HandoffReason:
        """Why a flow hands over: the first repair on the way here, else the designer's own reason."""
        repairs = (_REASONS.get(walk.flow.repairs or "") for walk in self.walks)
        return next(filter(None, repairs), "flow")

    async def hand_over(self, reason: HandoffReason, skill: str | None = None, summary: str | None = None) -> None:
        """Ends the conversation towards a person."""
        flow = next((walk.flow.flow for walk in reversed(self.walks) if walk.flow.repairs is None), None)
        raise Ended(
            Transfer(
                reason,
                skill or self.mind.scenario.skill,
                summary or self.memory.summary(flow, self.memory.last_heard),
            )
        )

    async def designers(self, repair: str) -> bool:
        """Runs the designer's flow for a repair, where there is one."""
        flow = self.mind.repairing(repair)
        if flow is None or any(walk.flow is flow for walk in self.walks):
            return False
        await self.walk(flow)
        return True


_REASONS: dict[str, HandoffReason] = {
    "person": "asked",
    "not_understood": "low_confidence",
    "no_answer": "no_answer",
    "abuse": "abuse",
}
_SHORT_WISH_CHARS = 14  # "상담사 연결해 주세요" is never a complaint's text
