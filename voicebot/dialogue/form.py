"""Asking for a slot until it is known: prompts, confirmation, corrections, questions in between, and giving up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicebot.dialogue.asked import CONFIRMATION, Asked
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.keypad import KEYPAD_AFTER
from voicebot.dialogue.pieces import mended, orders_of
from voicebot.dialogue.sentences import SENTENCES
from voicebot.dialogue.signals import AskAgain, LeaveFlow
from voicebot.dialogue.slots import Correction, Found, correction, to_json
from voicebot.dialogue.template import as_said, fill, holds
from voicebot.dialogue.understand import SURE, Reading
from voicebot.events import SlotCorrected, SlotFilled

if TYPE_CHECKING:
    from voicebot.dialogue.conversation import Conversation
    from voicebot.dialogue.walk import Walk

BELIEVED = 0.5  # below, an answer is not taken for one
CERTAIN = 0.75  # below, a slot that is confirmed when unsure is confirmed
MOST_REJECTED = (
    2  # values that the caller says are wrong, if the slot allows no more: what is misheard is misheard again
)
VOLUNTEERED = 0.8  # what was not asked for must be clearer


class Form:
    """Fills the slots of one walk through a flow."""

    def __init__(self, conversation: Conversation, walk: Walk) -> None:
        self._conversation = conversation
        self._walk = walk

    # ---- what callers tell without being asked

    def take(self, heard: Heard, except_for: str | None) -> list[str]:
        """Fills what else was told in one sentence, of the slots that the flow will ask for; their names."""
        memory = self._conversation.memory
        taken: list[str] = []
        ranges: list[tuple[int, int]] = []
        for name in self._walk.asks:
            if name == except_for or name in memory.slots or name in taken:
                continue
            asked = self._asked(name)
            if asked.is_open and asked.settings.type != "address":
                continue
            found = asked.slot.find(heard, self._conversation.now(), asked=False)
            if found is None or found.problem or found.confidence < VOLUNTEERED or not self._fits(asked, found):
                continue
            if any(found.start < end and start < found.end for start, end in ranges):
                continue
            ranges.append((found.start, found.end))
            taken.append(name)
            self._fill(asked, found, heard)
        return taken

    # ---- asking

    async def fill(self, name: str) -> None:
        """Asks for the slot unless it is known; when this returns, it is, or was left open."""
        conversation, memory = self._conversation, self._conversation.memory
        asked = self._asked(name)
        settings = asked.settings
        number = Heard.of(memory.caller_number if settings.from_call == "caller_number" else "")
        known = name in memory.slots or not number.spoken
        if not known and (found := asked.slot.find(number, conversation.now(), asked=True)):
            self._fill(asked, found, number)
        if name in memory.slots:
            if settings.keep != "confirm" or conversation.is_walking(memory.slots[name].flow):
                return
            if await self._confirmed_of_old(asked):
                return
        await self._ask(asked)

    async def _ask(self, asked: Asked) -> None:
        conversation = self._conversation
        settings = asked.settings
        question = self._prompt(settings.ask)
        easier = self._prompt(settings.easier) if settings.easier else None
        await conversation.say(question)
        tries, rejected, pieces = 0, 0, ""
        while True:
            reading = await conversation.hear(asked, question, easier)
            found, heard = self._former_put_right(asked, reading.heard) or self._joined(asked, pieces, reading)
            if found and found.problem == "partial" and heard.spoken != pieces and settings.type != "name":
                pieces = heard.spoken
                await self._ask_for_more(settings.type)
                continue
            pieces = ""
            if found and found.problem is None and self._fits(asked, found) and found.confidence >= BELIEVED:
                conversation.understood()
                if settings.type == "yes_no" and not found.value:
                    await self._corrected(heard, asked, question)  # 아니 목요일로요 is more than a no
                if settled := await self._settled(asked, found, heard):
                    await self._answer_beside(reading, settled)
                    return
                rejected += 1
                if rejected > max(settings.retries, MOST_REJECTED):
                    await self._give_up()
                await conversation.say(question, "repair")
                if tries + rejected >= KEYPAD_AFTER:
                    await conversation.offer_keys(asked)
                continue
            if await self._otherwise(asked, reading, question, easier, found):
                if settings.optional and self._skipped(reading):
                    return
                continue
            tries += 1
            if tries > settings.retries:
                await self._give_up()
            if found:
                await conversation.say(self._complaint(asked, found), "repair")
            else:
                await conversation.not_understood(question, easier)
            if tries + rejected >= KEYPAD_AFTER and (found is None or found.problem in _MISHEARD):
                await conversation.offer_keys(asked)

    async def _give_up(self) -> None:
        await self._conversation.say_own("give_up")
        await self._conversation.hand_over("low_confidence")

    def _former_put_right(self, asked: Asked, heard: Heard) -> tuple[Found, Heard] | None:
        """A number that the flow did not accept, with a part of it put right: 아니 삼공일오예요."""
        former = self._conversation.memory.former.get(asked.name)
        put_right = correction(heard) if former and asked.settings.type in NUMBERS else None
        if former is None or put_right is None:
            return None
        other = self._other_value(asked, str(former.value), put_right)
        return (other, heard) if other else None

    def _joined(self, asked: Asked, pieces: str, reading: Reading) -> tuple[Found | None, Heard]:
        """The answer in what was said now, or in it and the pieces of an answer that came before."""
        said = reading.heard
        if pieces and asked.settings.type == "time":  # 오후요 is 오후 before 세 시
            said = Heard.of(said.spoken.rstrip(" .요"), confidence=said.confidence, source=said.source)
        orders = [(self._found(asked, heard, reading), heard) for heard in orders_of(pieces, said)]
        whole = [(found, heard) for found, heard in orders if found and found.problem is None]
        return max(whole, key=lambda one: one[0].confidence) if whole else orders[0]

    async def _ask_for_more(self, kind: str) -> None:
        sentence = "more_digits" if kind in NUMBERS else "partial_time" if kind == "time" else "partial"
        await self._conversation.say_own(sentence)

    async def _otherwise(
        self, asked: Asked, reading: Reading, question: str, easier: str | None, found: Found | None
    ) -> bool:
        """What the caller said instead of an answer, if it was something; then the question has been asked again."""
        conversation = self._conversation
        match reading.repair:
            case "cancel":
                raise LeaveFlow(is_wish=True)
            case "skip" if asked.settings.optional:
                return True
            case "skip":
                await conversation.say_own("needed")
                await conversation.say(easier or question, "repair")
                conversation.memory.not_understood += 1
                if conversation.memory.not_understood >= conversation.mind.scenario.limits.not_understood:
                    await conversation.not_understood(question, easier)
                return True
        if await self._corrected(reading.heard, asked, question):
            return True
        if taken := self.take(reading.heard, except_for=asked.name):
            conversation.understood()
            slots = (conversation.memory.slots[name] for name in taken)
            said = ", ".join(slot.written for slot in slots if not slot.private)
            await conversation.say(f"네, {said}. {question}" if said else f"네. {question}", "repair")
            return True
        return not (found and found.problem) and await conversation.digress(reading, question)

    def _skipped(self, reading: Reading) -> bool:
        return reading.repair == "skip"

    async def _answer_beside(self, reading: Reading, found: Found) -> None:
        """What came in the same sentence: further slots, and a question behind a yes."""
        self.take(reading.heard, except_for=None)
        rest = reading.heard.written[found.end :] if found.end <= len(reading.heard.written) else ""
        best = reading.best("faq")
        if len(rest) > _QUESTION_CHARS and reading.is_question and best and best.confidence >= SURE:
            await self._conversation.answer(rest)

    def _found(self, asked: Asked, heard: Heard, reading: Reading) -> Found | None:
        """The answer in what was heard; none where the words are rather a wish."""
        found = asked.slot.find(heard, self._conversation.now(), asked=True)
        if found is None:
            return None
        covered = (found.end - found.start) / max(1, len(heard.written.strip()))
        best = reading.wishes[0] if reading.wishes else None
        is_wish = best is not None and best.kind != "repair" and best.confidence >= SURE
        if asked.is_open:
            leaves = reading.repair in ("cancel", "skip") and len(heard.written) <= _SHORT_CHARS
            return None if leaves or (is_wish and reading.is_question and asked.settings.type != "text") else found
        if reading.repair in ("cancel", "skip") and asked.settings.type not in ("choice", "yes_no"):
            return None
        if is_wish and covered < _HARDLY and found.confidence < CERTAIN:
            return None
        if asked.settings.type == "yes_no" and self._conversation.wants_another(reading):
            return None
        return found

    # ---- confirming

    async def _settled(self, asked: Asked, found: Found, heard: Heard) -> Found | None:
        """The value once it is confirmed, where it has to be, and filled; None where it must be asked for again."""
        conversation = self._conversation
        policy = asked.settings.confirm if asked.settings.type != "yes_no" else "never"
        question = ""
        while policy == "always" or (policy == "unsure" and found.confidence < CERTAIN):
            if question != (question := self._confirming(asked, found)):
                await conversation.say(question)
            reading = await conversation.hear(CONFIRMATION, question)
            answer = CONFIRMATION.slot.find(reading.heard, conversation.now(), asked=True)
            other = self._put_right(asked, found, reading.heard)
            if other is not None:
                found, heard = other, reading.heard
                if policy == "unsure" and found.confidence >= CERTAIN and answer is None:
                    break
                continue
            if answer is not None and answer.value is True:
                break
            if answer is not None:
                conversation.memory.not_understood = 0
                return None
            if reading.repair == "cancel":
                raise LeaveFlow(is_wish=True)
            if not await conversation.digress(reading, question):
                await conversation.not_understood(question, question)
                if conversation.memory.not_understood >= KEYPAD_AFTER:
                    await conversation.offer_keys(CONFIRMATION)
        conversation.understood()
        self._fill(asked, found, heard)
        return found

    def _put_right(self, asked: Asked, found: Found, heard: Heard) -> Found | None:
        """Another value for the one that is being confirmed: 아니 삼공일오예요, or just the right one."""
        put_right = correction(heard)
        if put_right is not None:
            return self._other_value(asked, str(found.value), put_right)
        other = asked.slot.find(heard, self._conversation.now(), asked=False)
        is_other = other is not None and other.problem is None and other.value != found.value and not asked.is_open
        return other if is_other and asked.settings.type != "yes_no" else None

    def _other_value(self, asked: Asked, earlier: str, put_right: Correction) -> Found | None:
        now = self._conversation.now()
        if put_right.rest is None:
            return None
        said = asked.slot.find(put_right.rest, now, asked=True)
        whole = said if said and not said.problem and self._fits(asked, said) else None
        if asked.settings.type not in NUMBERS or (whole and not put_right.change and _is_said_in_full(whole)):
            return whole
        if number := mended(earlier, put_right):
            other = asked.slot.find(Heard.of(number, confidence=put_right.rest.confidence), now, asked=True)
            if other and not other.problem and self._fits(asked, other):
                return other
        return whole

    async def _confirmed_of_old(self, asked: Asked) -> bool:
        """Whether a value of an earlier flow holds for this one too."""
        conversation = self._conversation
        filled = conversation.memory.slots[asked.name]
        found = Found(filled.value, filled.written, 0.0, 0, 0)
        question = self._confirming(asked, found)
        await conversation.say(question)
        reading = await conversation.hear(CONFIRMATION, question)
        if other := self._put_right(asked, found, reading.heard):
            self._fill(asked, other, reading.heard)
            return True
        answer = CONFIRMATION.slot.find(reading.heard, conversation.now(), asked=True)
        if answer is not None and answer.value:
            conversation.memory.fill(asked.name, found, self._walk.flow.flow, private=self._is_private(asked))
            return True
        conversation.memory.forget([asked.name])
        return False

    # ---- corrections of what was answered before

    async def _corrected(self, heard: Heard, asked: Asked, question: str) -> bool:
        """Puts right a slot that was filled before; raises ``AskAgain`` where the flow has to go back for it."""
        put_right = correction(heard)
        if put_right is None or put_right.rest is None:
            return False
        conversation, memory = self._conversation, self._conversation.memory
        for name in reversed([name for name in self._walk.asks if name in memory.slots and name != asked.name]):
            earlier = self._asked(name)
            if earlier.settings.type in ("text", "address", "yes_no"):
                continue
            if earlier.settings.type == "name":  # anything could be one: only what is said to be
                other = earlier.slot.find(put_right.rest, conversation.now(), asked=False)
            else:
                other = self._other_value(earlier, str(memory.slots[name].value), put_right)
            if other is None or other.value == memory.slots[name].value:
                continue
            if self._walk.has_acted:
                await conversation.say_own("too_late")
                await conversation.hand_over("flow")
            self._fill(earlier, other, heard)
            await conversation.say_own("corrected", 값=as_said(other.value, other.written))
            raise AskAgain(name)
        return False

    # ---- small things

    def _asked(self, name: str) -> Asked:
        return self._conversation.mind.asked(self._walk.flow, name)

    def _fill(self, asked: Asked, found: Found, heard: Heard) -> None:
        memory = self._conversation.memory
        kind = SlotCorrected if asked.name in memory.slots else SlotFilled
        is_private = self._is_private(asked)
        memory.fill(asked.name, found, self._walk.flow.flow, private=is_private)
        value, written, spoken = to_json(found.value), found.written, heard.spoken
        if is_private:
            value, written = _hidden(str(value)), _hidden(written)
        if is_private or self._tells_private(heard):
            spoken = _hidden(spoken)
        self._conversation.record(kind(asked.name, value, written, spoken, round(float(found.confidence), 3)))

    def _is_private(self, asked: Asked) -> bool:
        """Whether the log must not have the slot's value; it has nothing that is told while nothing is recorded."""
        return asked.settings.private or self._conversation.off_record is not None

    def _tells_private(self, heard: Heard) -> bool:
        """Whether something that the log must not have was told in the same sentence."""
        private = [asked for asked in map(self._asked, self._walk.asks) if asked.settings.private]
        return any(asked.slot.find(heard, self._conversation.now(), asked=False) for asked in private)

    def _fits(self, asked: Asked, found: Found) -> bool:
        if asked.settings.valid is None:
            return True
        values = {**self._conversation.memory.values(), asked.name: as_said(found.value, found.written)}
        return holds(asked.settings.valid, values)

    def _prompt(self, prompts: str | list[str]) -> str:
        return fill(self._conversation.turn_of(prompts), self._conversation.memory.values())

    def _confirming(self, asked: Asked, found: Found) -> str:
        values = {**self._conversation.memory.values(), asked.name: as_said(found.value, found.written)}
        if asked.settings.confirm_ask:
            return fill(asked.settings.confirm_ask, values)
        return self._conversation.own("confirm", 값=as_said(found.value, found.written))

    def _complaint(self, asked: Asked, found: Found) -> str:
        """What to say of a value that was heard but does not fit."""
        problem = found.problem or ("rule" if not self._fits(asked, found) else "say_again")
        invalid = asked.settings.invalid
        if isinstance(invalid, dict) and problem in invalid:
            return fill(invalid[problem], self._conversation.memory.values())
        if invalid and not isinstance(invalid, dict):
            return self._prompt(invalid)
        if problem in ("digits", "partial") and asked.settings.type in NUMBERS:
            lengths = getattr(asked.settings, "lengths", [11])
            return self._conversation.own(
                "wrong_digits", 자리=_either(lengths), 개수=len(str(found.value).replace("-", ""))
            )
        return self._conversation.own(problem if problem in SENTENCES else "say_again")


NUMBERS = ("digits", "order_number", "phone")
_MISHEARD = (None, "digits", "partial")  # of a value that could rather be heard wrongly than meant so
_QUESTION_CHARS = 8
_SHORT_CHARS = 14
_HARDLY = 0.4


def _is_said_in_full(found: Found) -> bool:
    """Whether all digits of a number were said, and none was added: a telephone number's 010 may be."""
    return found.end - found.start >= len(str(found.value))


def _hidden(text: str) -> str:
    return "*" * len(text)


def _either(lengths: Sequence[int]) -> str:
    return "나 ".join(map(str, lengths))
